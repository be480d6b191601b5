"""Deadlines in calendars: they are days, follow what they belong to, and stay the same event."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from test_feeds import a_day_passes, events

from meetings import deadlines
from meetings.deadlines import Deadline, keep_up_poll
from meetings.feeds import event_changed
from meetings.meeting import Meeting, MeetingState
from meetings.polls import DatePoll, PollState
from portal.people import person_by_email
from portal.publishing import Publication

MORNING = datetime(2027, 1, 11, 8, tzinfo=UTC)
CLOSES = datetime(2027, 1, 20, 22, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def deadlines_in(house: House, owner: str = "lenkungskreis") -> list[dict[str, str]]:
    """The deadlines of a feed, oldest row first."""
    return [
        event for name, event in sorted(events(house.calendar(owner)).items()) if name.startswith("frist-")
    ]


def deadline(house: House, owner: str = "lenkungskreis") -> dict[str, str]:
    (event,) = deadlines_in(house, owner)
    return event


def change(house: House, number: int, **columns: object) -> None:
    with house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        for name, value in columns.items():
            setattr(meeting, name, value)
        event_changed(meeting)
        rows.commit()


def move(house: House, number: int, days: int) -> None:
    with house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        delta = timedelta(days=days)
        meeting.move(meeting.starts_at + delta, meeting.ends_at + delta, meeting.place)
        event_changed(meeting)
        rows.commit()


# What it looks like.


def test_row_deadlines_are_whole_days_with_exclusive_end_and_take_no_time(
    house: House, clock: time_machine.Traveller
) -> None:
    house.meeting(days=30, title="Haushalt")  # 10 February
    text = house.calendar("lenkungskreis").replace("\r\n ", "")
    block = text[text.index("UID:frist-") :]
    assert "DTSTART;VALUE=DATE:20270131\r\nDTEND;VALUE=DATE:20270201\r\n" in block
    event = deadline(house)
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == ("CONFIRMED", "TRANSPARENT", "0")
    assert event["SUMMARY"] == "Frist: Themen für die Tagesordnung vorschlagen (Lenkungskreis)"
    assert event["DTSTAMP"] == event["LAST-MODIFIED"] == "20270111T080000Z"
    assert event["URL"] == "http://127.0.0.1:8000/meetings/1/agenda"
    assert event["DESCRIPTION"].split("\\n") == [
        "Gremium: Lenkungskreis",
        "Sitzung: Lenkungskreis: Haushalt\\, Mittwoch\\, 10. Februar 2027",
        "Einzelheiten: http://127.0.0.1:8000/meetings/1/agenda",
    ]
    assert "T00:00" not in block.replace(":0000", "")
    assert "VALARM" not in block


def test_row_the_uid_of_a_deadline_holds_no_date_and_stays(
    house: House, clock: time_machine.Traveller
) -> None:
    number, seen = house.meeting(days=30), []
    for days in (7, -3, 100):
        move(house, number, days)
        seen.append(deadline(house)["UID"])
    assert set(seen) == {"frist-1@portal.example.org"}


def test_a_deadline_is_german_and_the_same_in_every_feed(
    light_house: House, clock: time_machine.Traveller
) -> None:
    light_house.meeting(days=30)
    client = light_house.sign_in("member")
    submit(client, "/", action="/language", language="en")
    assert deadline(light_house, "member") == deadline(light_house, "lenkungskreis")
    assert deadlines_in(light_house, "outsider") == []


# The closing date of an agenda.


def test_the_closing_date_follows_its_meeting_wherever_that_goes(
    house: House, clock: time_machine.Traveller
) -> None:
    number = house.meeting(days=30)
    before = deadline(house)
    assert before["DTSTART"] == "20270131"
    clock.shift(60)
    move(house, number, 7)
    after = deadline(house)
    assert (after["DTSTART"], after["DTEND"], after["SEQUENCE"]) == ("20270207", "20270208", "1")
    assert after["LAST-MODIFIED"] == after["DTSTAMP"] > before["LAST-MODIFIED"]
    move(house, number, -34)  # so near that the closing date has passed
    assert (deadline(house)["DTSTART"], deadline(house)["SEQUENCE"]) == ("20270104", "2")


def test_it_falls_away_with_its_meeting_and_comes_back_with_it(
    house: House, clock: time_machine.Traveller
) -> None:
    number, client = house.meeting(days=30), house.sign_in("secretary")
    submit(client, f"/meetings/{number}/cancel")
    gone = deadline(house)
    assert (gone["STATUS"], gone["SEQUENCE"], gone["TRANSP"]) == ("CANCELLED", "1", "TRANSPARENT")
    assert gone["SUMMARY"].startswith("Entfällt: Frist: ")
    with house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        meeting.reinstate()
        event_changed(meeting)
        rows.commit()
    back = deadline(house)
    assert (back["STATUS"], back["SEQUENCE"]) == ("CONFIRMED", "2")
    assert back["LAST-MODIFIED"] > gone["LAST-MODIFIED"]


def test_row_one_that_fell_away_stays_for_thirty_days(
    light_house: House, clock: time_machine.Traveller
) -> None:
    number = light_house.meeting(days=30)
    with light_house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        meeting.cancel()
        event_changed(meeting)
        rows.commit()
    for day, shown in ((date(2027, 3, 2), 1), (date(2027, 3, 3), 0)):
        clock.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        a_day_passes(light_house)
        assert len(deadlines_in(light_house)) == shown


def test_row_a_deadline_that_passed_stays_for_twelve_months(
    light_house: House, clock: time_machine.Traveller
) -> None:
    light_house.meeting(days=30)
    for day, shown in ((date(2028, 1, 31), 1), (date(2028, 2, 1), 0)):
        clock.move_to(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        a_day_passes(light_house)
        assert len(deadlines_in(light_house)) == shown


def test_a_closing_date_that_has_passed_already_is_not_announced(
    light_house: House, clock: time_machine.Traveller
) -> None:
    light_house.meeting(days=9)
    light_house.meeting(days=-20)
    light_house.meeting(days=50, state=MeetingState.CANCELLED)
    light_house.meeting(days=50, state=MeetingState.HELD)
    assert deadlines_in(light_house) == []
    light_house.meeting(days=10)
    assert deadline(light_house)["DTSTART"] == "20270111"


def test_the_day_is_that_of_the_committees_zone(light_house: House, clock: time_machine.Traveller) -> None:
    number = light_house.meeting(days=30)
    start = datetime(2027, 2, 9, 23, 30, tzinfo=UTC)  # after midnight in Berlin
    change(light_house, number, starts_at=start, ends_at=start + timedelta(hours=2))
    assert deadline(light_house)["DTSTART"] == "20270131"


def test_another_period_of_the_procedure_moves_the_closing_dates_to_come(
    house: House, clock: time_machine.Traveller
) -> None:
    house.meeting(days=30)
    house.meeting(days=60)
    house.meeting("uag-wohnen", days=60)
    others = house.calendar("uag-wohnen")
    client = house.sign_in("secretary")
    answer = submit(client, "/committees/lenkungskreis/procedure", proposals_days="20")
    assert answer.status_code == 302
    found = [(event["DTSTART"], event["SEQUENCE"]) for event in deadlines_in(house)]
    assert found == [("20270121", "1"), ("20270220", "1")]
    assert house.calendar("uag-wohnen") == others


def test_a_committees_new_name_reaches_its_deadlines(house: House, clock: time_machine.Traveller) -> None:
    house.meeting(days=30)
    poll(house)
    before = {event["UID"]: event for event in deadlines_in(house)}
    submit(house.sign_in("admin"), "/admin/committees/1", name="Steuerungskreis")
    for event in deadlines_in(house):
        assert "(Steuerungskreis)" in event["SUMMARY"]
        assert event["SEQUENCE"] == before[event["UID"]]["SEQUENCE"]
        assert event["LAST-MODIFIED"] > before[event["UID"]]["LAST-MODIFIED"]


def test_a_change_that_concerns_no_deadline_leaves_its_event_as_it_was(
    light_house: House, clock: time_machine.Traveller
) -> None:
    number = light_house.meeting(days=30)
    before = deadline(light_house)
    clock.shift(60)
    change(light_house, number, place="Anderer Ort", ends_at=MORNING + timedelta(days=30, hours=9))
    assert deadline(light_house) == before


def test_meetings_from_before_get_their_closing_date_with_the_daily_work(
    light_house: House, clock: time_machine.Traveller
) -> None:
    light_house.meeting(days=30)
    with light_house.rows() as rows:
        rows.execute(sa.delete(Deadline))
        rows.commit()
    a_day_passes(light_house)
    assert deadline(light_house)["DTSTART"] == "20270131"


def test_publishing_everything_twice_changes_no_deadline(
    light_house: House, clock: time_machine.Traveller
) -> None:
    light_house.meeting(days=30)
    poll(light_house)
    before = light_house.calendar("lenkungskreis")
    for _ in range(2):
        clock.shift(86_400 * 5)
        assert light_house.run("publish").exit_code == 0
        assert light_house.calendar("lenkungskreis") == before


# The closing day of a poll.


def poll(house: House) -> int:
    with house.rows() as rows:
        row = DatePoll(
            committee_id=1,
            title="Sondersitzung; Haushalt",
            closes_at=CLOSES,
            created_by=person_by_email("secretary@example.org"),
        )
        rows.add(row)
        rows.flush()
        keep_up_poll(row)
        rows.commit()
        return row.id


def end(house: House, number: int, state: PollState, closed_at: datetime | None) -> dict[str, str]:
    with house.rows() as rows:
        row = rows.get_one(DatePoll, number)
        row.state, row.closed_at = state, closed_at
        keep_up_poll(row)
        rows.commit()
    return deadline(house)


def test_a_poll_has_its_closing_day_in_the_calendar(house: House, clock: time_machine.Traveller) -> None:
    poll(house)
    event = deadline(house, "member")
    assert (event["DTSTART"], event["DTEND"]) == ("20270120", "20270121")
    assert event["SUMMARY"] == "Frist: Terminumfrage „Sondersitzung\\; Haushalt“ beantworten (Lenkungskreis)"
    assert "Offen bis: 23:30 Uhr" in event["DESCRIPTION"]
    assert house.sign_in("member").get(event["URL"].partition(":8000")[2]).status_code == 200


@pytest.mark.parametrize(
    ("state", "closed_at", "status"),
    [
        (PollState.WITHDRAWN, None, "CANCELLED"),
        (PollState.DECIDED, MORNING, "CANCELLED"),
        (PollState.CLOSED, MORNING, "CANCELLED"),
        (PollState.CLOSED, CLOSES, "CONFIRMED"),
        (PollState.DECIDED, CLOSES + timedelta(days=1), "CONFIRMED"),
    ],
)
def test_the_closing_day_falls_away_only_when_the_poll_ended_before_it(
    light_house: House,
    clock: time_machine.Traveller,
    state: PollState,
    closed_at: datetime | None,
    status: str,
) -> None:
    assert end(light_house, poll(light_house), state, closed_at)["STATUS"] == status


def test_a_poll_that_runs_longer_moves_its_day(light_house: House, clock: time_machine.Traveller) -> None:
    number = poll(light_house)
    with light_house.rows() as rows:
        row = rows.get_one(DatePoll, number)
        row.closes_at = CLOSES + timedelta(hours=1)  # half past midnight in Berlin
        keep_up_poll(row)
        rows.commit()
    assert (deadline(light_house)["DTSTART"], deadline(light_house)["SEQUENCE"]) == ("20270121", "1")


def test_nothing_is_written_when_nothing_changed(light_house: House, clock: time_machine.Traveller) -> None:
    light_house.meeting(days=30)
    poll(light_house)
    light_house.calendar("lenkungskreis")
    with light_house.rows() as rows:
        deadlines.keep_up_everything()
        assert rows.scalar(sa.select(sa.func.count(Publication.id))) == 0
