"""Letters about tasks: one reminder before each due date, and on Mondays one digest of what is overdue."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House
from smtp import MailServer, connect, work
from test_letter_wishes import leave, wish
from test_tasks import FLYER, HALL, PAPERS, approved, person, settle

from minutes.tasks import Task
from portal.people import person_by_email

FRIDAY = datetime(2027, 2, 5, 10, tzinfo=UTC)
MONDAY = datetime(2027, 2, 8, 10, tzinfo=UTC)
DUE = date(2027, 2, 12)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(FRIDAY - timedelta(days=14), tick=False) as traveller:
        yield traveller


def written(house: House, kind: str) -> list[tuple[str, str]]:
    """To whom letters of this kind were written, and what became of them."""
    return sorted((row.address.partition("@")[0], row.state.value) for row in house.letters(kind))


def set_due(house: House, due: date) -> None:
    with house.rows() as rows:
        rows.scalars(sa.select(Task)).first().due = due
        rows.commit()


def begin(
    house: House, server: MailServer, *rows: tuple[str, str, date | None], slug: str = "lenkungskreis"
) -> None:
    connect(house, server)
    approved(house, house.meeting(slug, days=-3), *rows)
    work(house)


def test_owners_are_reminded_once_three_days_before_and_again_of_another_date(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, (FLYER, "Mia, Carla, Amt", DUE))
    for day in (-4, -3, -2, 0):
        clock.move_to(datetime(2027, 2, 12 + day, 10, tzinfo=UTC))
        work(light_house)
        assert written(light_house, "task_due") == (
            [] if day == -4 else [("chair", "sent"), ("member", "sent")]
        )
    letter = server.to("member")[-1]
    assert letter.message["Subject"] == "Aufgabe bis 12.02.2027: Lenkungskreis"
    assert FLYER in letter.text
    assert letter.text.count("/tasks/1\r\n") == 1
    assert letter.message["List-Unsubscribe-Post"]
    set_due(light_house, date(2027, 2, 14))
    clock.move_to(datetime(2027, 2, 13, 10, tzinfo=UTC))
    work(light_house)
    assert len(written(light_house, "task_due")) == 4


def test_a_letter_written_at_night_waits_for_the_morning_and_what_is_done_by_then_is_not_sent(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, (FLYER, "Mia", DUE), (HALL, "Mia", date(2027, 2, 8)))
    clock.move_to(datetime(2027, 2, 9, 0, 30, tzinfo=UTC))
    work(light_house)
    assert written(light_house, "task_due") == [("member", "queued")]
    settle(light_house.sign_in("member"), 1, "done")
    clock.move_to(datetime(2027, 2, 9, 7, tzinfo=UTC))
    work(light_house)
    assert written(light_house, "task_due") == [("member", "dropped")]


def test_a_reminder_that_waits_is_dropped_when_the_date_moves(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, (FLYER, "Mia", DUE))
    clock.move_to(datetime(2027, 2, 9, 0, 30, tzinfo=UTC))
    work(light_house)
    set_due(light_house, date(2027, 3, 12))
    clock.move_to(datetime(2027, 2, 9, 7, tzinfo=UTC))
    work(light_house)
    assert written(light_house, "task_due") == [("member", "dropped")]


def test_when_all_owners_have_gone_those_who_write_are_reminded_and_nobody_of_unknown_owners(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, (FLYER, "Mia", DUE), (HALL, "Amt", DUE))
    leave(light_house, "member", "lenkungskreis")
    clock.move_to(datetime(2027, 2, 10, 10, tzinfo=UTC))
    work(light_house)
    assert written(light_house, "task_due") == [("chair", "sent"), ("secretary", "sent")]


def test_on_mondays_everybody_gets_one_digest_of_what_is_overdue(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(
        light_house,
        server,
        (FLYER, "Mia", date(2027, 2, 4)),
        (HALL, "Amt, Carla", date(2027, 2, 5)),
        ("Bald", "Mia", date(2027, 3, 12)),
    )
    for moment in (FRIDAY, MONDAY - timedelta(days=1)):
        clock.move_to(moment + timedelta(hours=1))
        work(light_house)
        assert written(light_house, "task_overdue") == []
    for hours in (0, 5, 24):
        clock.move_to(MONDAY + timedelta(hours=hours))
        work(light_house)
        names = [("chair", "sent"), ("member", "sent"), ("secretary", "sent")]
        assert written(light_house, "task_overdue") == names
    mine, theirs = (server.to(name)[-1] for name in ("member", "secretary"))
    assert "Überfällig: eine Aufgabe" in mine.message["Subject"]
    assert "diese Ihrer Aufgaben sind überfällig:" in mine.text
    assert FLYER in mine.text
    assert HALL not in mine.text
    assert "Bald" not in mine.text + theirs.text
    assert "in Ihren Gremien sind überfällig:" in theirs.text
    for words in (FLYER, HALL, "Zuständig: Carla Vorsitz, Amt", "fällig am 05.02.2027"):
        assert words in theirs.text
    both = server.to("chair")[-1].text
    assert both.count(HALL) == both.count(FLYER) == 1
    assert "in Ihren Gremien sind außerdem überfällig:" in both
    clock.move_to(MONDAY + timedelta(days=7))
    work(light_house)
    assert len(written(light_house, "task_overdue")) == 6, "next week again"


def test_when_nothing_is_overdue_nobody_gets_a_digest(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, (FLYER, "Mia", DUE), (HALL, "Mia", None))
    clock.move_to(MONDAY)
    work(light_house)
    assert written(light_house, "task_overdue") == []


def test_whoever_has_lost_a_seat_gets_no_digest_that_waits(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, (FLYER, "Mia", date(2027, 2, 4)))
    clock.move_to(MONDAY.replace(hour=0, minute=30))
    work(light_house)
    assert ("member", "queued") in written(light_house, "task_overdue")
    leave(light_house, "member", "lenkungskreis")
    clock.move_to(MONDAY)
    work(light_house)
    assert ("member", "dropped") in written(light_house, "task_overdue")
    assert ("secretary", "sent") in written(light_house, "task_overdue")


def test_letters_about_the_case_group_hold_no_words_of_a_task(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(
        light_house,
        server,
        (PAPERS, "Cem", DUE),
        (PAPERS + " und ordnen", "Cem", date(2027, 2, 4)),
        slug="fallgruppe",
    )
    clock.move_to(MONDAY)
    work(light_house)
    clock.move_to(MONDAY + timedelta(days=2))
    work(light_house)
    found = light_house.letters("task_due") + light_house.letters("task_overdue")
    assert len(found) == 4
    for letter in found:
        assert PAPERS.encode() not in (letter.body or b"")
        assert "Berater" not in server.to("chair")[-1].text
    text = server.to("counsellor")[-1].text
    assert "Fallgruppe" in text
    assert "/tasks/1" in text


def test_who_collects_letters_gets_both_in_the_daily_one(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, (FLYER, "Mia", date(2027, 2, 9)), (HALL, "Mia", date(2027, 2, 4)))
    wish(light_house, "daily")
    clock.move_to(MONDAY)
    work(light_house)
    assert {state for _name, state in written(light_house, "task_due")} == {"collected"}
    clock.move_to(MONDAY + timedelta(days=1))
    work(light_house)
    text = server.to("member")[-1].text
    assert FLYER in text
    assert HALL in text
    wish(light_house, "compulsory", "secretary")
    clock.move_to(MONDAY + timedelta(days=7))
    work(light_house)
    assert written(light_house, "task_overdue").count(("secretary", "sent")) == 1


def test_a_digest_lists_no_more_than_one_reads(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, *((f"Aufgabe {n}", "Mia", date(2027, 2, 4)) for n in range(33)))
    clock.move_to(MONDAY)
    work(light_house)
    text = server.to("member")[-1].text
    assert text.count("fällig am") == 30
    assert "Und 3 weitere." in text


def test_somebody_who_gets_a_seat_later_is_known_as_an_owner_then(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    begin(light_house, server, (FLYER, "Nora Neu", DUE))
    with light_house.rows() as rows:
        person(rows, "member").name = "Nora Neu"
        rows.commit()
    clock.move_to(datetime(2027, 2, 10, 10, tzinfo=UTC))
    work(light_house)
    assert written(light_house, "task_due") == [("member", "sent")]
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Task)).one().people == [person_by_email("member@example.org")]
