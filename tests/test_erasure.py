"""Erasure that the law demands: content goes everywhere, number, date and digest stay, and the chain is whole."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from doors import House, approve_minutes, submit
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from test_attachments import attach
from test_minutes import drafted
from test_static_archive import files, release_to_public, work

from minutes.citations import Citation
from minutes.decision import Decision, DecisionState, Topic
from minutes.erasure import Erasure
from minutes.minutes import Minutes
from portal import jobs
from portal.audit import AuditEntry
from portal.database import database
from portal.dismissals import Dismissal
from portal.migration import migrate
from portal.outbox import Letter, LetterState
from portal.people import Person
from portal.worker import work_off

SECRET = "Xylophonfabrik"
NAMED = "Frau Svetlana Petrović"
REASON = "Art. 17 DSGVO, Antrag 4/2027"


@pytest.fixture
def secret(house: House) -> House:
    """Three decisions, of which the second tells the secret in all of its fields; the third supersedes it."""
    house.decision(title="Erste")
    texts = dict.fromkeys(("title", "outcome", "outline", "arguments", "conclusion", "conditions"), SECRET)
    texts["arguments"] += f" betrifft {NAMED}"
    house.decision(**texts, topics=[SECRET, "Wohnen"], legal_bases=[f"§ 1 {SECRET}"])
    house.decision(title="Dritte", supersedes_id=2)
    return house


def number_of(house: House, position: int) -> str:
    with house.rows() as rows:
        return rows.get_one(Decision, position).number


def stored(house: House) -> str:
    """Every value of every table but those of the search engine's own, as text."""
    with house.rows() as rows:
        names = [name for name in sa.inspect(rows.connection()).get_table_names() if "sqlite" not in name]
        return "\n".join(
            str(tuple(row)) for name in names for row in rows.execute(sa.text(f'SELECT * FROM "{name}"'))
        )


def holds(house: House, word: str) -> list[str]:
    """The rows in which a word stands."""
    return [line for line in stored(house).splitlines() if word.casefold() in line.casefold()]


def erase(house: House, number: str, *more: str) -> str:
    answer = house.run("erase", "decision", number, "--reason", REASON, "--yes", *more)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_a_decision_is_erased_everywhere_and_the_chain_stays_whole(secret: House) -> None:
    number = number_of(secret, 2)
    assert holds(secret, SECRET)
    with secret.rows() as rows:
        assert rows.scalar(sa.select(Dismissal.excerpt).where(Dismissal.subject == "decision:2"))
    erase(secret, number)
    assert holds(secret, SECRET) == []
    assert holds(secret, "Petrovi") == []
    assert secret.run("verify").exit_code == 0, secret.run("verify").output
    member = secret.sign_in("member")
    answer = member.get(f"/decisions/{number}")
    assert answer.status_code == 410
    assert REASON in answer.text
    assert re.search(r"Gelöscht am", answer.text)
    assert len(re.findall(r"[0-9a-f]{64}", answer.text)) == 3  # of the content, of its link, of the erasure
    assert SECRET not in answer.text
    assert number not in member.get("/decisions").text
    assert number not in member.get(f"/decisions?q={SECRET}").text
    assert (
        secret.sign_in("outsider").get(f"/decisions/{number}").status_code == 410
    )  # open to all committees before
    with secret.rows() as rows:
        assert rows.get_one(Decision, 2).state is DecisionState.ERASED
        assert rows.get_one(Decision, 3).supersedes_id == 2
        assert set(rows.scalars(sa.select(Topic.name))) == set()
        assert (
            rows.scalar(sa.select(AuditEntry).where(AuditEntry.action == "content.erased")).subject
            == "decision:2"
        )


def test_the_pages_of_the_database_file_hold_nothing_of_it_any_more(light_house: House) -> None:
    """Deleted is overwritten: neither the file nor its write-ahead log keeps the words."""
    for position in range(3):
        light_house.decision(title=f"Nummer {position}", arguments=f"{SECRET}{position} " * 200)
    erase(light_house, number_of(light_house, 2))
    with light_house.app.app_context():
        database().engine.dispose()
    content = b"".join(path.read_bytes() for path in light_house.instance.glob("portal.db*"))
    for position in (0, 2):
        assert f"{SECRET}{position}".encode() in content
    assert f"{SECRET}1".encode() not in content
    assert f"{SECRET}1".casefold().encode() not in content.lower()


@pytest.mark.drill
def test_what_a_reader_kept_in_the_log_goes_with_the_next_day(light_house: House) -> None:
    light_house.decision(title=SECRET)
    with closing(sqlite3.connect(light_house.instance / "portal.db")) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM decision").fetchone() == (1,)
        erase(light_house, number_of(light_house, 1))
        log = light_house.instance / "portal.db-wal"
        assert SECRET.encode() in log.read_bytes()
    with light_house.rows():
        jobs.daily["write-ahead log"]()
    assert SECRET.encode() not in log.read_bytes()


def test_the_public_pages_of_its_neighbours_name_it_no_more(light_house: House) -> None:
    light_house.decision(title="Alte")
    light_house.decision(title=SECRET, supersedes_id=1)
    light_house.decision(title="Neue", supersedes_id=2, arguments=f"Wie in {number_of(light_house, 1)}")
    release_to_public(light_house, *(number_of(light_house, position) for position in (1, 2, 3)))
    assert [name for name, content in files(light_house).items() if SECRET.encode() in content]
    erase(light_house, number_of(light_house, 2))
    work(light_house)
    assert [name for name, content in files(light_house).items() if SECRET.encode() in content] == []


def test_what_it_cited_is_forgotten_and_what_another_cited_is_not(light_house: House) -> None:
    light_house.decision(title="Erste")
    for _ in range(2):
        light_house.decision(arguments=f"Wie in {number_of(light_house, 1)}")
    erase(light_house, number_of(light_house, 2))
    with light_house.rows() as rows:
        assert list(rows.scalars(sa.select(Citation.decision_id))) == [3]


def test_nothing_takes_the_place_of_what_was_erased(light_house: House) -> None:
    """It would come back as superseded, empty, in lists and search."""
    light_house.decision(title="Alte")
    number, draft = number_of(light_house, 1), light_house.decision(released=False, supersedes_id=1)
    erase(light_house, number)
    chair, secretary = light_house.sign_in("chair"), light_house.sign_in("secretary")
    answer = submit(chair, draft, f"{draft}/release", recognised="nobody")
    assert "ist zurückgenommen oder gelöscht" in chair.get(answer.location).text
    answer = submit(secretary, f"{draft}/edit", arguments="Grund", result="granted")
    assert answer.status_code == 422
    assert "Eine geltende Entscheidung dieses Gremiums" in answer.text
    assert submit(secretary, f"{draft}/edit", result="granted", supersedes="").status_code == 302
    assert number not in secretary.get("/committees/lenkungskreis/decisions/new").text
    answer = submit(chair, draft, f"{draft}/release", recognised="nobody")
    assert answer.location.startswith("/decisions/")
    assert light_house.run("verify").exit_code == 0


def test_letters_that_wait_are_not_sent_and_those_sent_are_emptied(light_house: House) -> None:
    light_house.decision(title=SECRET)
    light_house.decision(title="Andere")
    erase(light_house, number_of(light_house, 1))
    with light_house.rows() as rows:
        letters = list(rows.scalars(sa.select(Letter).order_by(Letter.id)))
        erased = [letter for letter in letters if letter.about == "decision:1"]
        assert {letter.state for letter in erased} == {LetterState.DROPPED}
        assert {letter.body for letter in erased} == {None}
        assert all(letter.body for letter in letters if letter.about == "decision:2")


def test_minutes_are_erased_with_their_files_and_comments(house: House) -> None:
    client, minutes = drafted(house, text=f"# Sitzung\n\n## TOP 1 {SECRET}\n\nMia Glied schreibt {SECRET}.\n")
    attach(client, minutes, (f"{SECRET}.txt", SECRET.encode()))
    approve_minutes(client, minutes)
    tasks = house.sign_in("secretary").get("/committees/lenkungskreis/tasks").text
    answer = house.run("erase", "minutes", str(minutes), "--reason", REASON, "--yes")
    assert answer.exit_code == 0, answer.output
    with house.rows():
        work_off("test")
    files = [path for path in (house.instance / "files").rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in path.read_bytes() for path in files)
    with house.rows() as rows:
        assert rows.get_one(Minutes, minutes).text == ""
    assert house.run("verify").exit_code == 0, house.run("verify").output
    page = house.sign_in("member").get(f"/minutes/{minutes}")
    assert page.status_code == 410
    assert REASON in page.text
    assert house.sign_in("outsider").get(f"/minutes/{minutes}").status_code == 404
    for address in (
        f"/minutes/{minutes}/export.pdf",
        f"/minutes/{minutes}/original",
        f"/minutes/{minutes}/edit",
    ):
        assert house.sign_in("secretary").get(address).status_code == 404
    left = stored(house)
    assert (SECRET in left) is (SECRET in tasks)  # a task that came of it lives on, as the page says


def requested(house: House, client: FlaskClient, what: str) -> int:
    answer = submit(client, "/erasures", what=what, reason=REASON)
    assert answer.status_code == 302, answer.text
    with house.rows() as rows:
        return rows.scalars(sa.select(Erasure.id)).one()


def test_an_administrator_asks_and_the_chair_carries_it_out(light_house: House) -> None:
    light_house.decision("fallgruppe", title=SECRET)
    number, admin, chair = (
        number_of(light_house, 1),
        light_house.sign_in("admin"),
        light_house.sign_in("chair"),
    )
    request = requested(light_house, admin, number)
    assert [letter.person.email for letter in light_house.letters("erasure_requested")] == [
        "chair@example.org"
    ]
    page = admin.get(f"/erasures/{request}")
    assert "Endgültig löschen" not in page.text
    assert SECRET not in page.text
    assert "/erasures/" in chair.get("/").text
    answer = submit(chair, f"/erasures/{request}", typed=number + "x")
    assert answer.status_code == 422
    assert holds(light_house, SECRET)
    answer = submit(chair, f"/erasures/{request}", typed=number)
    assert answer.status_code == 302
    assert holds(light_house, SECRET) == []
    assert light_house.run("verify").exit_code == 0
    assert chair.get(f"/erasures/{request}").status_code == 404
    for name in ("admin", "outsider", "member"):
        assert light_house.sign_in(name).get(f"/decisions/{number}").status_code == 404
    assert light_house.sign_in("counsellor").get(f"/decisions/{number}").status_code == 410


def test_whoever_asked_cannot_carry_it_out_even_past_the_page(light_house: House) -> None:
    light_house.decision(title=SECRET)
    admin = light_house.sign_in("admin")
    request = requested(light_house, admin, number_of(light_house, 1))
    fields = {"typed": number_of(light_house, 1), "csrf_token": token_of(admin)}
    assert admin.post(f"/erasures/{request}", data=fields).status_code == 404
    assert holds(light_house, SECRET)
    with light_house.rows() as rows, pytest.raises(IntegrityError):
        rows.execute(sa.update(Erasure).values(confirmed_by_id=Erasure.requested_by_id))


def test_a_second_account_of_whoever_asked_is_no_second_person(light_house: House) -> None:
    number = light_house.decision()
    with light_house.rows() as rows:
        other = rows.scalars(sa.select(Person).where(Person.email == "outsider@example.org")).one()
        other.email, other.is_admin = "admin+zwei@example.org", True
        rows.commit()
    request = requested(light_house, light_house.sign_in("admin"), number)
    again = light_house.sign_in("admin+zwei")
    assert "Endgültig löschen" not in again.get(f"/erasures/{request}").text
    fields = {"typed": number, "csrf_token": token_of(again)}
    assert again.post(f"/erasures/{request}", data=fields).status_code == 404
    assert light_house.sign_in("chair").get(f"/decisions/{number}").status_code == 200


def token_of(client: FlaskClient) -> str:
    return client.get("/").text.split('name="csrf_token" value="')[1].partition('"')[0]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"what": "LK-1999-001"}, "keine freigegebene Entscheidung"),
        ({"what": "/minutes/999"}, "keine freigegebene Entscheidung"),
        ({"what": "x" * 301}, "höchstens"),
        ({"reason": "wegen Frau Svetlana Petrović"}, "Hier könnte eine Person genannt sein"),
        ({"reason": ""}, "füllen Sie"),
    ],
)
def test_a_request_that_cannot_be_is_refused_with_all_that_was_typed(
    light_house: House, fields: dict[str, str], words: str
) -> None:
    light_house.decision()
    wanted = {"what": number_of(light_house, 1), "reason": REASON} | fields
    answer = submit(light_house.sign_in("admin"), "/erasures", **wanted)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="' + wanted["what"] in answer.text


@pytest.mark.parametrize("how", ["by command", "at the next start"])
def test_what_an_older_backup_brings_back_is_told_and_erased_again(
    light_house: House, tmp_path: Path, how: str
) -> None:
    light_house.decision(title=SECRET)
    number, copy = number_of(light_house, 1), tmp_path / "backup.db"
    with closing(sqlite3.connect(light_house.instance / "portal.db")) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    erase(light_house, number)
    with light_house.app.app_context():
        database().engine.dispose()
    for path in light_house.instance.glob("portal.db*"):
        path.unlink()
    copy.rename(light_house.instance / "portal.db")
    answer = light_house.run("verify")
    assert answer.exit_code == 1
    assert f"decision:1, {number}: was erased on" in answer.output
    assert "flask erase again" in answer.output
    if how == "by command":
        assert f"{number}: erased again" in light_house.run("erase", "again").output
    else:
        with light_house.app.app_context():
            migrate()
    assert holds(light_house, SECRET) == []
    assert light_house.run("verify").exit_code == 0
    lines = (light_house.instance / "erasures.jsonl").read_text().splitlines()
    assert [json.loads(line)["name"] for line in lines] == [number, number]
    assert SECRET not in "".join(lines)


def test_the_command_asks_before_it_erases_and_refuses_reasons_that_name_somebody(light_house: House) -> None:
    light_house.decision(title=SECRET)
    number = number_of(light_house, 1)
    answer = light_house.run("erase", "decision", number, "--reason", REASON, stdin="nein\n")
    assert answer.exit_code == 1
    answer = light_house.run("erase", "decision", number, "--reason", "Frau Svetlana Petrović", "--yes")
    assert "it may name somebody" in answer.output
    assert light_house.run("erase", "decision", "LK-1999-001", "--reason", REASON, "--yes").exit_code == 1
    assert holds(light_house, SECRET)
    answer = light_house.run("erase", "decision", number.lower(), "--reason", REASON, stdin=f"{number}\n")
    assert answer.exit_code == 0, answer.output
    assert holds(light_house, SECRET) == []
    assert light_house.run("erase", "decision", number, "--reason", REASON, "--yes").exit_code == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE erasure SET reason = 'anders'", "its content was changed after the fact: reason"),
        ("DELETE FROM erasure", "its content is gone"),
        (
            "UPDATE decision SET outcome = 'Neu' WHERE id = 1",
            "is erased by the chain, but its content is there",
        ),
        (
            "UPDATE decision SET state = 'released' WHERE id = 1",
            "is erased by the chain, but its content is there",
        ),
        ("UPDATE decision SET state = 'erased' WHERE id = 2", "is gone, and the chain notes no erasure"),
        (
            "UPDATE decision SET supersedes_id = 2 WHERE id = 1",
            "is erased by the chain, but its content is there",
        ),
        (
            "UPDATE decision_step SET reason = 'Wieder da' WHERE decision_id = 1",
            "is erased by the chain, but its content is there",
        ),
        (
            """INSERT INTO erasure SELECT 9, 'minutes:7', 'LK', committee_id, day, digest, reason, NULL,
            requested_at, NULL, erased_at, salt FROM erasure""",
            "minutes:7, LK: is called erased, and the chain notes no erasure",
        ),
    ],
)
def test_nobody_forges_an_erasure_unnoticed(light_house: House, change: str, words: str) -> None:
    light_house.decision()
    light_house.decision()
    release_to_public(light_house, number_of(light_house, 1))
    erase(light_house, number_of(light_house, 1))
    with light_house.rows() as rows:
        assert rows.execute(sa.text(change)).rowcount == 1
        rows.commit()
    assert words in light_house.run("verify").output
