"""Who was there: proposed from the answers, corrected in the meeting, read by the members afterwards."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit
from smtp import press
from test_access import LONG_AGO, deputy, person_named, seat
from test_replies import need, page, say

from meetings.attendance import attendance_of
from meetings.meeting import Meeting
from portal.audit import AuditEntry

DAY = datetime(2027, 2, 9, 10, 30, tzinfo=UTC)


@pytest.fixture
def held(house: House) -> Iterator[tuple[House, int]]:
    """A meeting of the steering committee that runs just now."""
    yield from run(house)


@pytest.fixture
def lightly_held(light_house: House) -> Iterator[tuple[House, int]]:
    """The same on SQLite only."""
    yield from run(light_house)


def run(house: House) -> Iterator[tuple[House, int]]:
    with time_machine.travel("2027-01-10 10:00", tick=False) as clock:
        deputy(house, "outsider", "member", LONG_AGO, None)
        meeting = house.meeting()
        press(house, meeting, "invite")
        clock.move_to(DAY)
        yield house, meeting


def proposed(house: House, meeting: int, name: str) -> str:
    """What the page proposes for the seat of this person."""
    shown = house.sign_in("secretary").get(f"/meetings/{meeting}/attendance").text
    fields = forms_of(shown.partition("<main")[2])[0]["fields"]
    return fields.get(f"seat_{person_named(house, name)}", "")


def note(house: House, meeting: int, **presence: str) -> None:
    fields = {f"seat_{person_named(house, name)}": value for name, value in presence.items()}
    answer = submit(house.sign_in("secretary"), f"/meetings/{meeting}/attendance", **fields)
    assert answer.status_code == 302, answer.text


def rows_of(house: House, meeting: int) -> list[tuple[str, str, str | None]]:
    with house.rows() as rows:
        found = attendance_of(rows.get_one(Meeting, meeting))
        return [
            (row.person.name, row.presence.value, row.stands_in_for and row.stands_in_for.name)
            for row in found
        ]


def test_the_answers_propose_who_is_there(held: tuple[House, int]) -> None:
    house, meeting = held
    assert proposed(house, meeting, "member") == "absent"
    for answer, expected in [("yes", "present"), ("no", "excused"), ("perhaps", "absent")]:
        say(house, meeting, answer=answer)
        assert proposed(house, meeting, "member") == expected
    say(house, meeting, answer="deputy")
    assert proposed(house, meeting, "member") == f"deputy-{person_named(house, 'outsider')}"
    say(house, meeting, "outsider", answer="no")
    assert proposed(house, meeting, "member") == "excused"


def test_an_answer_to_the_old_date_proposes_nothing(lightly_held: tuple[House, int]) -> None:
    house, meeting = lightly_held
    say(house, meeting, answer="yes")
    press(house, meeting, "edit", place="Raum 7")
    assert proposed(house, meeting, "member") == "absent"


def test_what_was_noted_is_kept_corrected_and_shown(held: tuple[House, int]) -> None:
    house, meeting = held
    need(house, 2)
    outsider = person_named(house, "outsider")
    note(house, meeting, member=f"deputy-{outsider}", chair="excused", secretary="present")
    assert rows_of(house, meeting) == [
        ("Carla Vorsitz", "excused", None),
        ("Mia Glied", "excused", None),
        ("Oskar Draussen", "present", "Mia Glied"),
        ("Sina Schreiber", "present", None),
    ]
    shown = page(house, meeting, "member")
    assert "Oskar Draussen (in Vertretung von Mia Glied)" in shown
    assert (
        "Anwesend oder vertreten: 2 von 3 Mitgliedern. Das Gremium war beschlussfähig; nötig sind 2." in shown
    )
    assert proposed(house, meeting, "member") == f"deputy-{outsider}"
    note(house, meeting, member="absent")
    assert ("Mia Glied", "absent", None) in rows_of(house, meeting)
    assert "Das Gremium war nicht beschlussfähig" in page(house, meeting, "member")
    with house.rows() as rows:
        entries = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action == "attendance.noted")).all()
        assert [entry.subject for entry in entries] == [f"meeting:{meeting}"] * 2


def test_nobody_stands_in_for_two(lightly_held: tuple[House, int]) -> None:
    house, meeting = lightly_held
    deputy(house, "outsider", "chair", LONG_AGO, None)
    both = f"deputy-{person_named(house, 'outsider')}"
    fields = {f"seat_{person_named(house, name)}": both for name in ("member", "chair")}
    answer = submit(house.sign_in("secretary"), f"/meetings/{meeting}/attendance", **fields)
    assert answer.status_code == 422
    assert "Diese Person vertritt schon jemand anderen." in answer.text
    assert rows_of(house, meeting) == []


@pytest.mark.parametrize("value", ["", "guest", "deputy-1", "deputy-x"])
def test_only_what_is_offered_is_noted(lightly_held: tuple[House, int], value: str) -> None:
    house, meeting = lightly_held
    fields = {f"seat_{person_named(house, 'member')}": value}
    assert submit(house.sign_in("secretary"), f"/meetings/{meeting}/attendance", **fields).status_code == 422


def test_two_who_note_at_once_do_not_undo_each_other(held: tuple[House, int]) -> None:
    house, meeting = held
    client, address = house.sign_in("chair"), f"/meetings/{meeting}/attendance"
    fields = forms_of(client.get(address).text.partition("<main")[2])[0]["fields"]
    note(house, meeting, member="present")
    answer = client.post(address, data=fields)
    assert answer.status_code == 422
    assert "Inzwischen hat jemand anderes die Anwesenheit festgehalten" in answer.text
    assert ("Mia Glied", "present", None) in rows_of(house, meeting)
    again = forms_of(answer.text.partition("<main")[2])[0]["fields"]
    assert client.post(address, data=again).status_code == 302
    assert ("Mia Glied", "absent", None) in rows_of(house, meeting)


def test_who_was_noted_stays_when_the_membership_is_corrected(lightly_held: tuple[House, int]) -> None:
    house, meeting = lightly_held
    note(house, meeting, member=f"deputy-{person_named(house, 'outsider')}")
    seat(house, "member", ends_on=LONG_AGO)
    note(house, meeting, chair="present")
    assert ("Oskar Draussen", "present", "Mia Glied") in rows_of(house, meeting)


def test_the_way_to_it_appears_on_the_day_and_for_the_secretary_only(light_house: House) -> None:
    with time_machine.travel("2027-01-10 10:00", tick=False) as clock:
        meeting = light_house.meeting()
        press(light_house, meeting, "invite")
        assert "Anwesenheit festhalten" not in page(light_house, meeting)
        clock.move_to(DAY.replace(hour=0))
        assert "Anwesenheit festhalten" in page(light_house, meeting)
        assert "Anwesenheit" not in page(light_house, meeting, "member")


def test_a_cancelled_meeting_has_no_attendance(lightly_held: tuple[House, int]) -> None:
    house, meeting = lightly_held
    press(house, meeting, "cancel")
    client = house.sign_in("secretary")
    assert client.get(f"/meetings/{meeting}/attendance").status_code == 302
    assert "Anwesenheit" not in re.sub(r"<[^>]+>", "", page(house, meeting))
