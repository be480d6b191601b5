"""Tasks: what minutes make of them, who sees and settles them, their history, and the guard in the case group."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit, token
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from meetings.meeting import Meeting
from minutes.approval import approve
from minutes.editions import begin_edition
from minutes.minutes import Minutes
from minutes.proposals import ClosureProposal, TaskProposal
from minutes.reading import read_again
from minutes.task_closing import closed_by, matter_of, told_lines
from minutes.task_owners import people_named, strangers_in
from minutes.tasks import Task, TaskState, TaskStateError
from portal.audit import AuditEntry
from portal.clock import today
from portal.committees import Membership
from portal.database import session
from portal.dismissals import Dismissal
from portal.people import Person, person_by_email

FLYER = "Mia Glied formuliert ein Merkblatt"
PAPERS = "Bescheide sammeln"
HALL = "Raum für die Klausurtagung buchen"
NAMED = "Termin mit Frau Amina Beispiel"
Row = tuple[str, str, date | None]


def draft(house: House, meeting: int, *tasks: Row, text: str = "# TOP 1\n\nEs wurde beraten.\n") -> int:
    """A draft with these tasks: text, owners, due."""
    with house.rows() as rows:
        minutes = Minutes(meeting=rows.get_one(Meeting, meeting), written_by_id=person(rows, "secretary").id)
        minutes.write(text)
        minutes.tasks = [
            TaskProposal(position=n, text=words, owners=owners, due=due, accepted=True)
            for n, (words, owners, due) in enumerate(tasks)
        ]
        rows.add(minutes)
        rows.commit()
        return minutes.id


def approved(house: House, meeting: int, *tasks: Row) -> int:
    """Approved minutes with these tasks."""
    number = draft(house, meeting, *tasks)
    press_approve(house, number)
    return number


def press_approve(house: House, number: int) -> None:
    with house.rows() as rows:
        approve(rows.get_one(Minutes, number), person(rows, "chair").id)
        rows.commit()


def person(rows: Session, name: str) -> Person:
    return rows.scalars(sa.select(Person).where(Person.email == f"{name}@example.org")).one()


def tasks_in(house: House) -> list[tuple[str, str, list[str]]]:
    """Text, state and people of all tasks, in the order of their ids."""
    with house.rows() as rows:
        found = rows.scalars(sa.select(Task).order_by(Task.id)).all()
        return [(row.text, row.state.value, [each.name for each in row.people]) for row in found]


def history(house: House, task: int) -> list[tuple[str, str | None, str]]:
    """What, who, and the words beside it, the portal's own ones in German."""
    with house.rows() as rows, house.app.test_request_context():
        changes = rows.get_one(Task, task).changes
        return [
            (row.what.value, row.person and row.person.name, row.facts_in_words or row.note)
            for row in changes
        ]


def in_days(days: int) -> date:
    """A date counted from the present day in Germany, which is not always that of UTC."""
    return today() + timedelta(days=days)


def flyer(house: House, slug: str = "lenkungskreis", **row: Any) -> int:
    """An open task of member@ (of counsellor@ in the case group) from a meeting of last week; returns its id."""
    text, owners = (PAPERS, "Cem Berater") if slug == "fallgruppe" else (FLYER, "Mia Glied")
    approved(house, house.meeting(slug, days=-7), (text, row.get("owners", owners), row.get("due")))
    with house.rows() as rows:
        return rows.scalars(sa.select(sa.func.max(Task.id))).one()


def settle(client: Any, task: int, action: str, **fields: Any) -> Any:
    """Send the form of the task's page to one of its buttons."""
    forms = forms_of(client.get(f"/tasks/{task}").text)
    (form,) = [row for row in forms if (row["action"] or "").startswith(f"/tasks/{task}/")]
    return client.post(f"/tasks/{task}/{action}", data=form["fields"] | fields)


# --- What minutes make of tasks ------------------------------------------------------------------------------------


def test_tasks_begin_to_live_when_their_minutes_are_approved(house: House) -> None:
    meeting = house.meeting(days=-7)
    number = draft(house, meeting, (FLYER, "Mia (Träger), Amt", date(2027, 3, 12)), (HALL, "", None))
    assert tasks_in(house) == []
    press_approve(house, number)
    assert tasks_in(house) == [(FLYER, "open", ["Mia Glied"]), (HALL, "open", [])]
    with house.rows() as rows:
        task = rows.scalars(sa.select(Task)).first()
        assert (task.due, task.meeting_id, task.who) == (date(2027, 3, 12), meeting, "Mia Glied, Amt")
        (proposal, _other) = rows.get_one(Minutes, number).tasks
        assert proposal.task_id == task.id
    ((what, who, note),) = history(house, 1)
    assert (what, who) == ("created", "Carla Vorsitz")
    assert note.startswith("Protokoll der Sitzung am ")


@pytest.mark.parametrize(
    ("owners", "meant", "strangers"),
    [
        ("Mia Glied", ["Mia Glied"], []),
        ("Mia", ["Mia Glied"], []),
        ("Frau Glied und Cem", ["Mia Glied", "Cem Berater"], []),
        ("M. Glied / Berater", ["Mia Glied", "Cem Berater"], []),
        ("Cem Berater (Caritas, Köln), Amt", ["Cem Berater"], ["Amt"]),
        ("Mia, Mia Glied", ["Mia Glied"], []),
        ("Schreiber", [], ["Schreiber"]),
        ("Sina", [], ["Sina"]),
        ("Sina Schreiber", ["Sina Schreiber"], []),
        ("Mi", [], ["Mi"]),
        ("alle", [], ["alle"]),
        ("", [], []),
    ],
)
def test_owners_are_the_people_whom_the_words_mean_beyond_doubt(
    owners: str, meant: list[str], strangers: list[str]
) -> None:
    names = ["Mia Glied", "Cem Berater", "Sina Schreiber", "Sina Maler", "Udo Schreiber"]
    people = [Person(id=number, name=name) for number, name in enumerate(names)]
    assert [row.name for row in people_named(owners, people)] == meant
    assert strangers_in(owners, people) == strangers


def test_a_new_edition_changes_its_tasks_and_doubles_none(light_house: House) -> None:
    number = approved(
        light_house,
        light_house.meeting(days=-7),
        (FLYER, "Mia Glied", in_days(9)),
        (HALL, "", None),
        ("Kuchen backen", "", None),
    )
    with light_house.rows() as rows:
        rows.scalars(sa.select(Task)).first().due = in_days(30)  # by hand; the edition says nothing of it
        rows.commit()
        edition = begin_edition(rows.get_one(Minutes, number), "Name falsch", person(rows, "secretary").id)
        first, second, _third = edition.tasks
        first.owners = "Carla Vorsitz"
        edition.tasks = [first, TaskProposal(position=1, text=HALL.upper(), owners="", accepted=True)]
        edition.tasks.append(TaskProposal(position=2, text="Neues tun", owners="", accepted=True))
        assert second.task_id
        rows.commit()
        new = edition.id
    press_approve(light_house, new)
    assert tasks_in(light_house) == [
        (FLYER, "open", ["Carla Vorsitz"]),
        (HALL.upper(), "open", []),
        ("Kuchen backen", "dropped", []),
        ("Neues tun", "open", []),
    ]
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Task.due).order_by(Task.id)).first() == in_days(30)
    assert [what for what, _who, _note in history(light_house, 1)] == ["created", "changed"]


def test_a_task_that_is_named_again_while_it_is_open_stays_one(light_house: House) -> None:
    approved(light_house, light_house.meeting(days=-30), (FLYER, "", None), (FLYER + ".", "", None))
    approved(light_house, light_house.meeting(days=-3), (FLYER, "Mia", in_days(8)))
    assert tasks_in(light_house) == [(FLYER, "open", ["Mia Glied"])]
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Task.due)).one() == in_days(8)


def test_tasks_of_old_minutes_wait_for_nobody(light_house: House) -> None:
    approved(light_house, light_house.meeting(days=-400), (FLYER, "Mia", None))
    assert tasks_in(light_house) == [(FLYER, "dropped", ["Mia Glied"])]


def test_what_the_minutes_tell_to_be_done_is_proposed_and_closed_with_the_approval(
    light_house: House,
) -> None:
    task = flyer(light_house)
    number = draft(
        light_house, light_house.meeting(days=-2), text="# TOP 1 Berichte\n\nDas Merkblatt ist fertig.\n"
    )
    with light_house.rows() as rows:
        minutes = rows.get_one(Minutes, number)
        read_again(minutes)
        rows.commit()
        ((found, line, is_sure),) = [(row.task_id, row.first_line, row.accepted) for row in minutes.closures]
        assert (found, line, is_sure) == (task, 3, True)
        read_again(minutes)  # a second time changes nothing
        rows.commit()
        assert len(minutes.closures) == 1
    press_approve(light_house, number)
    assert tasks_in(light_house) == [(FLYER, "done", ["Mia Glied"])]
    (_created, (what, who, note)) = history(light_house, task)
    assert (what, who) == ("done", "Carla Vorsitz")
    assert note.startswith("Laut Protokoll der Sitzung am ")
    assert f'href="/minutes/{number}"' in light_house.sign_in("member").get(f"/tasks/{task}").text


def test_a_new_edition_without_the_closure_opens_the_task_again(light_house: House) -> None:
    task = flyer(light_house)
    number = draft(light_house, light_house.meeting(days=-2), text="Das Merkblatt ist fertig.\n")
    with light_house.rows() as rows:
        read_again(rows.get_one(Minutes, number))
        rows.commit()
    press_approve(light_house, number)
    for text, state in (("Das Merkblatt ist fertig. Gut.\n", "done"), ("Das Merkblatt ist da.\n", "open")):
        with light_house.rows() as rows:
            newest = rows.scalars(sa.select(Minutes).order_by(Minutes.id.desc())).first()
            edition = begin_edition(newest, "Irrtum", person(rows, "secretary").id)
            edition.write(text)
            read_again(edition)
            rows.commit()
            number = edition.id
        press_approve(light_house, number)
        with light_house.rows() as rows:
            row = rows.get_one(Task, task)
            assert row.state.value == state
            assert row.closed_in_id == (number if state == "done" else None)


def test_what_was_opened_again_by_hand_is_not_closed_by_a_mere_new_edition(light_house: House) -> None:
    task = flyer(light_house)
    number = draft(light_house, light_house.meeting(days=-2), text="Das Merkblatt ist fertig.\n")
    with light_house.rows() as rows:
        read_again(rows.get_one(Minutes, number))
        rows.commit()
    press_approve(light_house, number)
    settle(light_house.sign_in("member"), task, "reopen", note="Druckfehler")
    with light_house.rows() as rows:
        edition = begin_edition(rows.get_one(Minutes, number), "Datum", person(rows, "secretary").id)
        rows.commit()
        number = edition.id
    press_approve(light_house, number)
    assert tasks_in(light_house)[0][1] == "open"


def test_a_line_that_tells_of_a_done_task_gives_no_new_one(light_house: House) -> None:
    flyer(light_house)
    text = (
        "Anwesend: Mia Glied, Cem Berater\n\n# TOP 1 Aufgaben\n\n- TODO Mia: Merkblatt schreiben – erledigt\n"
    )
    number = draft(light_house, light_house.meeting(days=-2), text=text)
    with light_house.rows() as rows:
        minutes = rows.get_one(Minutes, number)
        read_again(minutes)
        rows.commit()
    press_approve(light_house, number)
    assert tasks_in(light_house) == [(FLYER, "done", ["Mia Glied"])]


OPEN = {
    "flyer": matter_of("Mia Glied formuliert ein Merkblatt", "Mia Glied"),
    "rules": matter_of("Entwurf der Geschäftsordnung an alle Träger verschicken", "Cem Berater"),
    "chairs": matter_of("Cem bestellt 20 Stühle für den großen Saal", "Cem"),
    "room": matter_of("TODO: Raum für die Klausurtagung buchen", "Amt"),
    "budget": matter_of("Haushalt aufstellen"),
}


@pytest.mark.parametrize(
    ("text", "task", "is_sure"),
    [
        ("Das Merkblatt ist fertig.", "flyer", True),
        ("- [x] Merkblatt formulieren (Mia)", "flyer", True),
        ("- ~~Mia Glied formuliert ein Merkblatt~~", "flyer", True),
        ("- Merkblatt formulieren (Mia, bis 12.3.) – erledigt", "flyer", True),
        ("Erledigt: Merkblatt", "flyer", True),
        ("## Merkblatt\n\nIst erledigt.", "flyer", True),
        ("Mia sollte ein Merkblatt formulieren. Das ist erledigt.", "flyer", True),
        ("Der Entwurf der Geschäftsordnung wurde umgesetzt und an die Träger verschickt.", "rules", True),
        ("| Stühle für den Saal bestellen | Cem | erledigt am 3.2. |", "chairs", True),
        ("- Klausurtagung\n  - Raum ist gebucht, also erledigt", "room", True),
        ("### Erledigte Aufgaben\n\n- Raum für die Klausurtagung buchen", "room", True),
        ("Merkblatt noch nicht erledigt. Der Raum für die Klausurtagung ist erledigt.", "room", True),
        ("Der Versand der Geschäftsordnung an die Träger ist erfolgt.", "rules", False),
        ("Merkblatt und Plakat sind fertig.", "flyer", False),
    ],
)
def test_a_done_task_is_found_in_the_words_of_a_secretary(text: str, task: str, *, is_sure: bool) -> None:
    found = closed_by(told_lines(text), dict(enumerate(OPEN.values())))
    assert {list(OPEN)[key]: match.is_sure for key, match in found.items()} == {task: is_sure}


@pytest.mark.parametrize(
    "text",
    [
        "Das Merkblatt ist noch nicht erledigt.",
        "Mia erledigt das Merkblatt bis Freitag.",
        "Mia macht das Merkblatt fertig.",
        "Das Merkblatt wird nächste Woche fertig.",
        "Ist das Merkblatt fertig?",
        "Wenn das Merkblatt fertig ist, wird es gedruckt.",
        "Das Merkblatt ist nur teilweise umgesetzt.",
        "Das Merkblatt soll bis zum Sommer umgesetzt werden.",
        "Das Merkblatt wurde besprochen.",
        "- [ ] Merkblatt formulieren",
        "> Merkblatt: erledigt",
        "Die Geschäftsordnung ist abgeschlossen.",
        "Die Träger haben ihre Zahlen geliefert, der Punkt ist erledigt.",
        "Der große Saal ist fertig renoviert.",
        "Der Raum ist fertig gestrichen.",
        "## Haushalt\n\n- Die Kasse ist geprüft, das ist erledigt.\n",
        "Der Haushalt wurde beraten. Die Sitzung wird abgeschlossen.",
        "Das Merkblatt zur Wohnungssuche für Familien mit Kindern im Stadtteil ist fertig.",
    ],
)
def test_what_is_not_done_is_not_taken_for_done(text: str) -> None:
    assert closed_by(told_lines(text), dict(enumerate(OPEN.values()))) == {}


def test_a_line_that_fits_two_tasks_is_sure_of_none() -> None:
    tasks = dict(enumerate([matter_of("Merkblatt drucken"), matter_of("Merkblatt übersetzen")]))
    found = closed_by(told_lines("Das Merkblatt ist fertig."), tasks)
    assert [match.is_sure for match in found.values()] == [False, False]


# --- The pages -----------------------------------------------------------------------------------------------------


def test_my_tasks_stand_in_one_list_the_overdue_first(light_house: House) -> None:
    approved(
        light_house,
        light_house.meeting(days=-7),
        ("Ohne Frist", "Mia", None),
        ("Später", "Mia", in_days(20)),
        ("Längst", "Mia und Carla", in_days(-4)),
        ("Fremd", "Carla", None),
        ("Morgen", "Mia", in_days(1)),
    )
    page = light_house.sign_in("member").get("/tasks").text
    places = [page.index(f">{title}<") for title in ("Längst", "Morgen", "Später", "Ohne Frist")]
    assert places == sorted(places)
    assert "Fremd" not in page
    assert "seit 4 Tagen überfällig" in page
    assert "4 Aufgaben sind offen, davon eine überfällig" in page
    assert "Längst" in light_house.sign_in("member").get("/").text


def test_one_click_calls_a_task_done_and_another_opens_it_again(light_house: House) -> None:
    task, member = flyer(light_house), light_house.sign_in("member")
    answer = submit(member, "/tasks", action=f"/tasks/{task}/done")
    assert answer.location == "/tasks"
    page = member.get("/tasks").text
    assert "Zurzeit haben Sie keine offene Aufgabe." in page
    assert "In den letzten 30 Tagen erledigt" in page
    submit(member, "/tasks", action=f"/tasks/{task}/reopen")
    settle(member, task, "note", note="Wartet auf das Amt")
    settle(member, task, "done", note="Liegt aus")
    assert tasks_in(light_house) == [(FLYER, "done", ["Mia Glied"])]
    assert [(what, note) for what, _who, note in history(light_house, task)][1:] == [
        ("done", ""),
        ("reopened", ""),
        ("noted", "Wartet auf das Amt"),
        ("done", "Liegt aus"),
    ]
    page = light_house.sign_in("secretary").get(f"/tasks/{task}").text
    assert page.index("Liegt aus") < page.index("Wartet auf das Amt"), "newest first"
    with light_house.rows() as rows:
        actions = rows.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject == f"task:{task}")).all()
        assert actions == ["task.done", "task.reopened", "task.noted", "task.done"]


def test_only_owners_and_those_who_write_settle_a_task_and_strangers_do_not_see_it(
    light_house: House,
) -> None:
    task = flyer(light_house, owners="Carla Vorsitz")
    expected = {"member": (200, 404, 404), "outsider": (404, 404, 404), "secretary": (200, 302, 200)}
    for name, (shown, settled, edited) in expected.items():
        client = light_house.sign_in(name)
        assert client.get(f"/tasks/{task}").status_code == shown, name
        data = {"csrf_token": token(client), "version": 1, "note": "So"}
        assert client.post(f"/tasks/{task}/note", data=data).status_code == settled, name
        assert client.get(f"/tasks/{task}/edit").status_code == edited, name
    assert f"/tasks/{task}/" not in light_house.sign_in("member").get(f"/tasks/{task}").text


def test_whoever_left_the_committee_sees_no_task_of_it(light_house: House) -> None:
    task, member = flyer(light_house), light_house.sign_in("member")
    with light_house.rows() as rows:
        rows.execute(
            sa.update(Membership)
            .where(Membership.person_id == person(rows, "member").id)
            .values(ends_on=in_days(-2))
        )
        rows.commit()
    assert FLYER not in member.get("/tasks").text
    assert member.get(f"/tasks/{task}").status_code == 404


def test_a_secretary_changes_a_task_and_the_history_says_what(light_house: House) -> None:
    task, secretary = flyer(light_house, due=date(2027, 3, 12)), light_house.sign_in("secretary")
    with light_house.rows() as rows:
        chair = person(rows, "chair").id
    page = f"/tasks/{task}/edit"
    answer = submit(
        secretary, page, text="Ein Merkblatt", people=[chair], owners="Mia Glied, Amt", due="2027-04-01"
    )
    assert answer.location == f"/tasks/{task}"
    assert tasks_in(light_house) == [("Ein Merkblatt", "open", ["Carla Vorsitz", "Mia Glied"])]
    note = history(light_house, task)[-1][2]
    assert note == "Wortlaut geändert; zuständig bisher: Mia Glied; Frist bisher: 12.03.2027"
    member = light_house.sign_in("member")
    assert "Carla Vorsitz, Mia Glied, Amt" in member.get(f"/tasks/{task}").text
    submit(member, "/", action="/language", language="en")
    assert "in charge before: Mia Glied; due before: 12 Mar 2027" in member.get(f"/tasks/{task}").text


def test_two_secretaries_at_once_overwrite_nothing(light_house: House) -> None:
    task = flyer(light_house, owners="")
    secretary, chair, page = (
        light_house.sign_in("secretary"),
        light_house.sign_in("chair"),
        f"/tasks/{task}/edit",
    )
    (form,) = [row for row in forms_of(secretary.get(page).text) if "text" in row["fields"]]
    with light_house.rows() as rows:
        owner = person(rows, "secretary").id
    submit(chair, page, people=[owner])  # only another owner: that counts, too
    answer = secretary.post(page, data=form["fields"] | {"text": "Meine Fassung"})
    assert answer.status_code == 422
    assert "Meine Fassung" in answer.text
    assert "Inzwischen steht dort" in answer.text
    assert "Sina Schreiber" in answer.text
    done = secretary.post(f"/tasks/{task}/done", data=form["fields"] | {"note": "Liegt aus"})
    assert done.status_code == 422
    assert 'value="Liegt aus"' in done.text
    assert tasks_in(light_house)[0][1] == "open"


def test_a_task_is_entered_directly_and_dropped_with_a_reason(light_house: House) -> None:
    secretary = light_house.sign_in("secretary")
    with light_house.rows() as rows:
        member = person(rows, "member").id
    page = "/committees/lenkungskreis/tasks/new"
    assert submit(secretary, page, text="  ").status_code == 422
    answer = submit(secretary, page, text="Blumen gießen", people=[member], due=str(in_days(3)))
    assert tasks_in(light_house) == [("Blumen gießen", "open", ["Mia Glied"])]
    drop = f"{answer.location}/drop"
    assert submit(secretary, drop, reason="").status_code == 422
    submit(secretary, drop, reason="Es hat geregnet")
    assert tasks_in(light_house)[0][1] == "dropped"
    member = light_house.sign_in("member")
    assert "Es hat geregnet" in member.get(answer.location).text
    assert settle(member, 1, "reopen").status_code == 404, "who may drop a task opens it again"
    assert settle(member, 1, "note", note="Schade").status_code == 302
    data = {"csrf_token": token(secretary), "version": 2, "reason": "Noch einmal"}
    assert secretary.post(drop, data=data, follow_redirects=True).text.count("nicht mehr") == 1


def test_the_list_of_a_committee_is_filtered_by_state_owner_and_overdue(house: House) -> None:
    approved(
        house,
        house.meeting(days=-7),
        ("Alt", "Mia", in_days(-4)),
        ("Bald", "Carla", in_days(4)),
        ("Amtlich", "Amt", None),
        ("Getan", "Mia", in_days(2)),
    )
    with house.rows() as rows:
        rows.scalars(sa.select(Task).where(Task.text == "Getan")).one().finish(None)
        rows.commit()
        mia = person(rows, "member").id
    member, page = house.sign_in("member"), "/committees/lenkungskreis/tasks"
    titles = ("Alt", "Bald", "Amtlich", "Getan")
    for query, expected in {
        "": ["Alt", "Bald", "Amtlich"],
        "?show=all": ["Alt", "Bald", "Amtlich", "Getan"],
        f"?owner={mia}": ["Alt"],
        f"?owner={mia}&show=all": ["Alt", "Getan"],
        "?owner=none": ["Amtlich"],
        "?overdue=1": ["Alt"],
        "?owner=99999999999999&page=x": ["Alt", "Bald", "Amtlich"],
    }.items():
        text = member.get(page + query).text
        found = {title: text.find(f">{title}</a>") for title in titles}
        assert sorted((title for title in titles if found[title] > 0), key=found.get) == expected, query
    assert "3 Aufgaben sind offen, davon eine überfällig" in member.get("/committees/lenkungskreis").text
    assert house.sign_in("outsider").get(page).status_code == 404


# --- The guard -----------------------------------------------------------------------------------------------------


def test_in_the_case_group_the_guard_refuses_and_keeps_what_was_typed(light_house: House) -> None:
    task = flyer(light_house, "fallgruppe")
    secretary, counsellor = light_house.sign_in("secretary"), light_house.sign_in("counsellor")
    refused: Sequence[Any] = (
        submit(secretary, "/committees/fallgruppe/tasks/new", text=NAMED),
        submit(secretary, f"/tasks/{task}/edit", text=NAMED),
        submit(secretary, f"/tasks/{task}/edit", owners="Frau Amina Beispiel"),
        submit(secretary, f"/tasks/{task}/drop", reason=NAMED),
        settle(counsellor, task, "done", note=NAMED),
        settle(counsellor, task, "note", note=NAMED),
    )
    for answer in refused:
        assert answer.status_code == 422
        assert "Amina Beispiel</mark>" in answer.text
    assert tasks_in(light_house) == [(PAPERS, "open", ["Cem Berater"])]
    (form,) = [row for row in forms_of(refused[4].text) if row["action"] == f"/tasks/{task}/done"]
    assert form["fields"]["note"] == NAMED
    counsellor.post(form["action"], data=form["fields"] | {"replacing": "*"})
    assert history(light_house, task)[-1][0] == "done"
    assert "Amina" not in history(light_house, task)[-1][2]


def test_what_was_set_aside_in_the_minutes_holds_for_their_tasks(light_house: House) -> None:
    number = draft(light_house, light_house.meeting("fallgruppe", days=-7), (NAMED, "", None))
    with light_house.rows() as rows:
        secretary = person(rows, "secretary")
        rows.add(
            Dismissal(
                subject=f"minutes:{number}",
                kind="person",
                excerpt="Frau Amina Beispiel",
                reason="Autorin",
                dismissed_by=secretary,
            )
        )
        rows.commit()
    press_approve(light_house, number)
    answer = submit(light_house.sign_in("secretary"), "/tasks/1/edit", due="2027-03-03")
    assert answer.status_code == 302, answer.text


def test_elsewhere_the_guard_only_marks(light_house: House) -> None:
    answer = submit(light_house.sign_in("secretary"), "/committees/lenkungskreis/tasks/new", text=NAMED)
    assert answer.location == "/tasks/1/edit"
    assert "Amina Beispiel</mark>" in light_house.sign_in("secretary").get(answer.location).text


# --- Histories -----------------------------------------------------------------------------------------------------

ACTIONS = {
    "finish": "done",
    "drop": "dropped",
    "reopen": "reopened",
    "remark": "noted",
    "revise": "changed",
}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(list(ACTIONS)), max_size=8))
def test_state_closing_time_and_history_agree_whatever_happens(
    light_house: House, actions: list[str]
) -> None:
    with (
        light_house.rows() as rows,
        time_machine.travel(datetime(2027, 2, 9, tzinfo=UTC), tick=False) as clock,
    ):
        mia = person_by_email("member@example.org")
        task = Task(committee=mia.memberships[0].committee, text=FLYER)
        task.begin(mia.id)
        session.add(task)
        session.flush()
        told = ["created"]
        for action in actions:
            clock.shift(timedelta(hours=1))
            was_open = task.is_open
            fits = action in {"remark", "revise"} or was_open is (action != "reopen")
            try:
                getattr(task, action)(mia.id, {} if action == "revise" else "So")
            except TaskStateError:
                assert not fits
                continue
            assert fits
            told.append(ACTIONS[action])
            session.flush()
        assert [row.what.value for row in task.changes] == told
        states = {"created": "open", "reopened": "open", "done": "done", "dropped": "dropped"}
        last = [row for row in task.changes if row.what.value in states][-1]
        assert task.state.value == states[last.what.value]
        assert task.closed_at == (None if task.is_open else last.at)
        rows.rollback()


def test_the_database_refuses_an_open_task_that_is_closed(house: House) -> None:
    task = flyer(house)
    with house.rows() as rows, pytest.raises(sa.exc.IntegrityError):
        rows.execute(sa.update(Task).where(Task.id == task).values(state=TaskState.DONE))


def test_a_closure_of_another_committees_task_closes_nothing(light_house: House) -> None:
    task = flyer(light_house, "fallgruppe")
    number = draft(light_house, light_house.meeting(days=-2))
    with light_house.rows() as rows:
        rows.get_one(Minutes, number).closures = [ClosureProposal(position=0, task_id=task, accepted=True)]
        rows.commit()
    press_approve(light_house, number)
    assert tasks_in(light_house)[0][1] == "open"
