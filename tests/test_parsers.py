"""Three parsers read the same from a feed of ten years, over all changes of the clocks."""

import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from dateutil.rrule import MONTHLY, rrule
from doors import House
from icalendar import Calendar
from servers import ROOT

from meetings.feeds import event_changed
from meetings.meeting import Meeting, MeetingState
from portal.committees import Committee

BERLIN = ZoneInfo("Europe/Berlin")
YEARS = range(2027, 2037)
ICAL_JS = ROOT / ".stamps" / "node"
STATES = [
    (MeetingState.INVITED, "CONFIRMED", "Lenkungskreis"),
    (MeetingState.PLANNED, "TENTATIVE", "Lenkungskreis"),
    (MeetingState.CANCELLED, "CANCELLED", "Abgesagt: Lenkungskreis"),
]
# UID → start, end, title and status; moments in UTC, deadlines as days.
Events = dict[str, tuple[datetime | date, datetime | date, str, str]]


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def moments(years: range) -> list[datetime]:
    """Around both changes of the clocks of each year, in steps of half an hour, and one evening a month.

    The changes come at 01:00 UTC: the steps hold both equal hours of autumn and the hours beside the missing one.
    """
    days = [last_sunday(year, month) for year in years for month in (3, 10)]
    changes = [datetime(day.year, day.month, day.day, 1, tzinfo=UTC) for day in days]
    steps = [*range(-120, 121, 30), -1440, 600, 1440]
    evenings = rrule(MONTHLY, datetime(years[0], 1, 12, 18, tzinfo=BERLIN), count=12 * len(years))
    around = [change + timedelta(minutes=step) for change in changes for step in steps]
    return [*around, *(evening.astimezone(UTC) for evening in evenings)]


def fill(house: House, years: range) -> Events:
    """Enter a meeting at each of the moments; returns what the parsers must read of them."""
    expected: Events = {}
    with house.rows() as rows:
        committee = rows.get_one(Committee, 1)
        for n, moment in enumerate(moments(years)):
            state, status, title = STATES[n % len(STATES)]
            meeting = Meeting(committee=committee, starts_at=moment, ends_at=moment + timedelta(minutes=45))
            meeting.title, meeting.state = f"Nr. {n}; äöü, €", state
            rows.add(meeting)
            event_changed(meeting)
            name = f"{title}: Nr. {n}; äöü, €"
            expected[meeting.uid] = (moment, moment + timedelta(minutes=45), name, status)
            if not meeting.is_cancelled:
                due = moment.astimezone(BERLIN).date() - timedelta(days=10)
                name = "Frist: Themen für die Tagesordnung vorschlagen (Lenkungskreis)"
                (deadline,) = meeting.deadlines
                expected[deadline.uid] = (due, due + timedelta(days=1), name, "CONFIRMED")
        rows.commit()
    return expected


def in_utc(value: datetime | date) -> datetime | date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def read_by_icalendar(text: str) -> Events:
    return {
        str(event["UID"]): (
            in_utc(event.start),
            in_utc(event.end),
            str(event["SUMMARY"]),
            str(event["STATUS"]),
        )
        for event in Calendar.from_ical(text).events
    }


def read_by_vobject(text: str) -> Events:
    return {
        event.uid.value: (
            in_utc(event.dtstart.value),
            in_utc(event.dtend.value),
            event.summary.value,
            event.status.value,
        )
        for event in vobject.readOne(text).vevent_list
    }


def read_by_ical_js(text: str) -> Events:
    script = Path(__file__).with_name("ical_js.mjs")
    ended = subprocess.run(["node", script, ICAL_JS], input=text, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return {
        uid: (moment_or_day(start), moment_or_day(end), title, status)
        for uid, start, end, title, status in json.loads(ended.stdout)
    }


def moment_or_day(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


PARSERS = {"icalendar": read_by_icalendar, "vobject": read_by_vobject, "ical.js": read_by_ical_js}


@pytest.mark.parametrize(
    "years", [YEARS[:1], pytest.param(YEARS, marks=pytest.mark.drill)], ids=["one", "ten"]
)
@time_machine.travel("2026-11-02T08:00:00Z", tick=False)
def test_all_parsers_agree_on_start_end_title_and_status_of_every_event(
    light_house: House, years: range
) -> None:
    expected = fill(light_house, years)
    text = light_house.calendar("member")
    without_node = shutil.which("node") is None or not (ICAL_JS / "node_modules" / "ical.js").is_dir()
    for name, read in PARSERS.items():
        if name != "ical.js" or not without_node:
            assert read(text) == expected, name
    if without_node:
        pytest.skip("icalendar and vobject agree; ical.js was not asked: Node or the package is missing")


@time_machine.travel("2026-11-02T08:00:00Z", tick=False)
def test_the_moments_hold_both_equal_hours_of_autumn_and_none_of_the_missing_hour(light_house: House) -> None:
    local = [moment.astimezone(BERLIN) for moment in moments(YEARS)]
    doubled = [each for each in local if each.month == 10 and each.hour == 2]
    assert {each.fold for each in doubled} == {0, 1}
    assert len({each.replace(tzinfo=None, fold=0) for each in doubled}) < len(doubled)
    assert not [each for each in local if each.date() == last_sunday(each.year, 3) and each.hour == 2]
