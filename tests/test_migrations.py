"""Migrations equal the models and run both ways, on both engines."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from doors import House, submit

from meetings.meeting import Invitation, Meeting
from minutes.tasks import Task, TaskState
from portal import chain
from portal.database import Base, database, session
from portal.migration import configuration, migrate
from portal.outbox import Letter


def differences(connection: sa.Connection) -> list[Any]:
    """What Alembic would still change, as it would on `revision --autogenerate`."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    options = {"compare_type": True, "include_name": lambda name, *_: "decision_search" not in str(name)}
    return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def names(connection: sa.Connection) -> dict[str, set[str | None]]:
    """The names of all constraints and indexes, table by table."""
    inspector, found = sa.inspect(connection), {}
    listings: list[Callable[[str], Any]] = [
        inspector.get_check_constraints,
        inspector.get_foreign_keys,
        inspector.get_unique_constraints,
        inspector.get_indexes,
    ]
    for table in Base.metadata.tables:
        found[table] = {entry["name"] for listing in listings for entry in listing(table)}
        found[table].add(inspector.get_pk_constraint(table)["name"] or "inline")
    return found


def test_the_migrated_database_equals_the_models(house: House) -> None:
    with house.app.app_context(), database().engine.begin() as connection:
        assert differences(connection) == []


def test_constraints_have_the_names_of_the_models(house: House) -> None:
    with house.app.app_context(), database().engine.begin() as connection:
        migrated = names(connection)
        migrate_away(connection)
        Base.metadata.create_all(connection)
        assert migrated == names(connection)
        assert all(None not in found for found in migrated.values())


def migrate_away(connection: sa.Connection) -> None:
    from alembic import command

    command.downgrade(configuration(connection), "base")


TRIGGERS = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        {"second_person_decision_0", "second_person_decision_writer_0", "second_person_decision_writer_1"},
    ),
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        {"second_person_decision", "second_person_decision_writer"},
    ),
}


def test_the_triggers_that_demand_a_second_person_outlast_every_revision(house: House) -> None:
    """SQLite drops them with the table that a later revision copies; Alembic does not compare them."""
    with house.app.app_context(), database().engine.begin() as connection:
        question, expected = TRIGGERS[connection.dialect.name]
        assert set(connection.scalars(sa.text(question))) == expected
        migrate_away(connection)
        assert set(connection.scalars(sa.text(question))) == set()


def test_downwards_nothing_is_left_and_upwards_everything_is_back(house: House) -> None:
    with house.app.app_context():
        migrate("base")
        with database().engine.begin() as connection:
            left = set(sa.inspect(connection).get_table_names())
            assert left <= {"alembic_version", "sqlite_sequence"}
        migrate()
        with database().engine.begin() as connection:
            assert differences(connection) == []


def test_migrating_again_changes_nothing(house: House) -> None:
    with house.app.app_context():
        migrate()
        with database().engine.begin() as connection:
            assert differences(connection) == []
    house.sign_in("member")


def test_every_revision_is_a_step_of_one_line(light_house: House) -> None:
    from alembic.script import ScriptDirectory

    with light_house.app.app_context(), database().engine.begin() as connection:
        script = ScriptDirectory.from_config(configuration(connection))
        assert len(script.get_heads()) == len(script.get_bases()) == 1


def test_rows_of_an_older_portal_survive_the_way_down_and_up(house: House) -> None:
    meeting = house.meeting(place="Rathaus", link="https://video.example.org/1")
    submit(house.sign_in("secretary"), f"/meetings/{meeting}/invite")
    with house.app.app_context():
        migrate("0002")
        migrate()
    with house.rows() as rows:
        assert rows.get_one(Meeting, meeting).organizer == "portal@portal.example.org"
        assert {letter.state.value for letter in rows.scalars(sa.select(Letter))} == {"queued"}
        told = rows.scalars(sa.select(Invitation.telling_link)).all()
        assert set(told) == {"https://video.example.org/1"}
        assert len(told) == 3


def test_minutes_that_were_approved_before_stay_true_and_their_tasks_live_on(house: House) -> None:
    """What the version before stored: minutes without a head, tasks that were only proposals."""
    meeting = house.meeting(days=-3)
    salt, text = "00" * 16, "# TOP 1\n\nMia Glied schreibt den Bericht."
    task = {"text": "Mia Glied schreibt den Bericht.", "owners": "Mia Glied", "due": "2027-03-01"}
    said = {"meeting": meeting, "edition": 1, "text": text, "html": "<p>…</p>", "original": None}
    with house.app.app_context():
        migrate("0003")
        with database().engine.begin() as connection:
            row = {
                "meeting": meeting,
                "text": text,
                "html": said["html"],
                "salt": salt,
                "at": "2027-02-01 10:00:00",
            }
            connection.execute(
                sa.text(
                    "INSERT INTO minutes (id, meeting_id, edition, state, text, html, original_note, written_by_id,"
                    " written_at, approved_by_id, approved_at, salt, version)"
                    " VALUES (7, :meeting, 1, 'approved', :text, :html, '', 1, :at, 1, :at, :salt, 1)"
                ),
                row,
            )
            connection.execute(
                sa.text(
                    "INSERT INTO minutes_task (id, minutes_id, position, text, owners, due, accepted)"
                    " VALUES (12, 7, 0, :text, :owners, :due, :yes)"
                ),
                task | {"yes": True},
            )
        migrate()
        digest = chain.content_digest(salt, said | {"decisions": [], "tasks": [task]})
        chain.append(chain.LinkKind.APPROVED, "minutes:7", digest)
        session.commit()
    assert house.run("verify").exit_code == 0
    with house.rows() as rows:
        found = rows.scalars(sa.select(Task)).one()
        assert (found.id, found.text, found.state) == (12, task["text"], TaskState.OPEN)
    page = submit_task(house)
    assert task["text"] in page


def submit_task(house: House) -> str:
    """A task entered afterwards gets a number of its own."""
    answer = submit(house.sign_in("secretary"), "/committees/lenkungskreis/tasks/new", text="Neue Aufgabe")
    assert answer.status_code == 302, answer.text
    return house.sign_in("secretary").get("/committees/lenkungskreis/tasks").text
