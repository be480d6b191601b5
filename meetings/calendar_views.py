"""What the calendar's pages show: meetings and deadlines of the reader's committees by day, month and quarter."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

import sqlalchemy as sa
from flask import url_for
from flask_login import current_user

from meetings.calendar_text import ZONE
from meetings.days_off import holiday_name
from meetings.deadline_text import deadline_name, deadline_path
from meetings.deadlines import Deadline, visible_deadlines
from meetings.meeting import Meeting, visible_meetings
from meetings.rules import FIRST_YEAR, LAST_YEAR, quarter_of
from portal.clock import now, today
from portal.committees import Committee, committees_of
from portal.database import session

MONDAY = 0


@dataclass(frozen=True)
class Entry:
    """A meeting or a deadline in its committee's zone."""

    on: date
    committee: Committee
    name: str
    url: str
    meeting: Meeting | None = None

    @property
    def order(self) -> tuple[date, datetime, str]:
        """By days; in a day deadlines first, then meetings by their start."""
        starts_at = self.meeting.starts_at if self.meeting else datetime.combine(self.on, time.min, ZONE)
        return self.on, starts_at, self.name


@dataclass(frozen=True)
class Day:
    """A day of the month view; those of the months around it are empty."""

    on: date
    is_in_month: bool
    holiday: str | None
    entries: list[Entry]


@dataclass(frozen=True)
class Month:
    """A month and its neighbours."""

    first: date

    @cached_property
    def weeks(self) -> list[list[Day]]:
        """Weeks of seven days, Monday first."""
        entries = defaultdict(list)
        for entry in entries_between(self.first, self.next - timedelta(days=1)):
            entries[entry.on].append(entry)
        return [
            [self._day(day, entries[day]) for day in week]
            for week in Calendar(MONDAY).monthdatescalendar(self.first.year, self.first.month)
        ]

    @property
    def is_empty(self) -> bool:
        return not any(day.entries for week in self.weeks for day in week)

    @property
    def next(self) -> date:
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    def _day(self, day: date, entries: list[Entry]) -> Day:
        if day.month != self.first.month:
            return Day(day, is_in_month=False, holiday=None, entries=[])
        return Day(day, is_in_month=True, holiday=holiday_name(day), entries=entries)


def wanted_month(text: str | None) -> Month:
    """The month that an address names (`2027-02`); the present one where it names none that there is."""
    try:
        first = datetime.strptime(text or "", "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        first = today().replace(day=1)
    return Month(min(max(first, date(FIRST_YEAR, 1, 1)), date(LAST_YEAR, 12, 1)))


def coming() -> list[Entry]:
    """All that is still to come."""
    meetings = session.scalars(visible_meetings().where(Meeting.ends_at >= now()))
    return _entries(meetings, visible_deadlines(today()))


def past() -> list[Meeting]:
    """Meetings that are over, the last one first."""
    wanted = visible_meetings().where(Meeting.ends_at < now())
    return list(session.scalars(wanted.order_by(Meeting.starts_at.desc())))


def entries_between(first: date, last: date) -> list[Entry]:
    """Meetings that start on these days in their committee's zone, and deadlines on these days."""
    return [
        entry
        for entry in _entries(session.scalars(_starting(first, last)), visible_deadlines(first, last))
        if first <= entry.on <= last
    ]


def year_by_quarters(year: int) -> list[tuple[Committee, list[list[Meeting]]]]:
    """Each committee of the reader with the year's meetings in four quarters, cancelled ones too."""
    mine = sa.select(Committee).where(Committee.id.in_(committees_of(current_user))).order_by(Committee.name)
    quarters: dict[int, list[list[Meeting]]] = {
        committee.id: [[], [], [], []] for committee in session.scalars(mine)
    }
    for meeting in session.scalars(_starting(date(year, 1, 1), date(year, 12, 31))):
        day = meeting.day
        if day.year == year:
            quarters[meeting.committee_id][quarter_of(day) - 1].append(meeting)
    return [(committee, quarters[committee.id]) for committee in session.scalars(mine)]


def _starting(first: date, last: date) -> sa.Select[Meeting]:
    """Meetings of these days in any zone: a day more on both sides."""
    begin, end = (
        datetime.combine(day, time.min, ZONE) for day in (first - timedelta(days=1), last + timedelta(days=2))
    )
    return (
        visible_meetings()
        .where(Meeting.starts_at.between(begin, end))
        .order_by(Meeting.starts_at, Meeting.id)
    )


def _entries(meetings: Iterable[Meeting], deadlines: Iterable[Deadline]) -> list[Entry]:
    entries = [
        Entry(
            on=meeting.day,
            committee=meeting.committee,
            name=meeting.name,
            url=url_for("meeting.show", meeting_id=meeting.id),
            meeting=meeting,
        )
        for meeting in meetings
    ]
    for deadline in deadlines:
        endpoint, values = deadline_path(deadline)
        url = url_for(endpoint, **values)
        entries.append(Entry(deadline.due_on, deadline.committee, deadline_name(deadline), url))
    return sorted(entries, key=lambda entry: entry.order)
