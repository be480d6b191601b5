"""What stands in the way of a date: days off, blocked periods, the same people's other meetings, rooms."""

import enum
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from meetings.blocked import BlockedPeriod
from meetings.days_off import holiday_name, school_holiday_name
from meetings.meeting import Meeting, MeetingState
from meetings.rooms import Room
from meetings.rules import MeetingRule
from portal.committees import Committee, Stay, stays_of_people_in
from portal.database import session
from portal.language import long_date


class ObstacleKind(enum.StrEnum):
    PAST = "past"
    HOLIDAY = "holiday"
    SCHOOL = "school"
    BLOCKED = "blocked"
    ROOM = "room"
    PEOPLE = "people"


SENTENCES = {
    ObstacleKind.PAST: _l("%(day)s ist schon vorbei."),
    ObstacleKind.HOLIDAY: _l("%(day)s ist gesetzlicher Feiertag in Nordrhein-Westfalen (%(name)s)."),
    ObstacleKind.SCHOOL: _l("%(day)s liegt in den Schulferien in Nordrhein-Westfalen (%(name)s)."),
    ObstacleKind.BLOCKED: _l("%(day)s liegt in einer gesperrten Zeit (%(name)s)."),
    ObstacleKind.ROOM: _l("%(day)s: Der Raum „%(name)s“ ist belegt (%(committee)s)."),
}


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way of a meeting on a day.

    `name` is that of the holiday, period or room; `people` counts those who would have to be elsewhere, in the
    committee `committee_id`.
    """

    kind: ObstacleKind
    day: date
    name: str = ""
    people: int = 0
    committee_id: int = 0
    committee: str = ""

    def text(self, nameable: Collection[int] = ()) -> str:
        """A sentence for people who may know the names of these committees, and of no other."""
        day = long_date(self.day)
        committee = self.committee if self.committee_id in nameable else _("ein anderes Gremium")
        if self.kind is not ObstacleKind.PEOPLE:
            return str(SENTENCES[self.kind]) % {"day": day, "name": self.name, "committee": committee}
        return str(
            ngettext(
                "%(day)s: Eine Person hat zu dieser Zeit eine andere Sitzung (%(committee)s).",
                "%(day)s: %(num)d Personen haben zu dieser Zeit eine andere Sitzung (%(committee)s).",
                self.people,
                day=day,
                committee=committee,
            )
        )


@dataclass(frozen=True)
class Busy:
    """Another committee's meeting that keeps some of our people, or a room, whose name is `room`."""

    starts_at: datetime
    ends_at: datetime
    committee_id: int
    committee: str
    people: int
    room: str


@dataclass
class Obstacles:
    """Everything that stands in a committee's way within some days; without rows, public holidays only."""

    zone: str = "Europe/Berlin"
    avoids_school_holidays: bool = False
    blocked: list[tuple[date, date, str]] = field(default_factory=list)
    """First and last day, inclusive, and name."""
    busy: dict[date, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    """By each day, in UTC, that the meeting touches."""

    def of(self, starts_at: datetime, ends_at: datetime, place: str) -> list[Obstacle]:
        """What stands in the way of a meeting from then to then, aware moments, at that place."""
        day = starts_at.astimezone(ZoneInfo(self.zone)).date()
        return [*self._of_day(day), *self._of_time(day, starts_at, ends_at, place)]

    def _of_day(self, day: date) -> Iterator[Obstacle]:
        if holiday := holiday_name(day):
            yield Obstacle(ObstacleKind.HOLIDAY, day, holiday)
        if self.avoids_school_holidays and (holiday := school_holiday_name(day)):
            yield Obstacle(ObstacleKind.SCHOOL, day, holiday)
        for name in dict.fromkeys(name for first, last, name in self.blocked if first <= day <= last):
            yield Obstacle(ObstacleKind.BLOCKED, day, name)

    def _of_time(self, day: date, starts_at: datetime, ends_at: datetime, place: str) -> Iterator[Obstacle]:
        near = (each for touched in _utc_days(starts_at, ends_at) for each in self.busy.get(touched, ()))
        overlapping = [
            each for each in dict.fromkeys(near) if each.starts_at < ends_at and starts_at < each.ends_at
        ]
        for each in overlapping:
            if each.room and each.room == place.strip():
                yield Obstacle(ObstacleKind.ROOM, day, each.room, 0, each.committee_id, each.committee)
        for each in overlapping:
            if each.people:
                yield Obstacle(ObstacleKind.PEOPLE, day, "", each.people, each.committee_id, each.committee)


def load_obstacles(committee: Committee, rule: MeetingRule | None, first: date, last: date) -> Obstacles:
    """The obstacles of a committee from the first to the last day, by a handful of queries, however many dates."""
    found = Obstacles(committee.zone, bool(rule and rule.avoids_school_holidays))
    periods = sa.select(BlockedPeriod.starts_on, BlockedPeriod.ends_on, BlockedPeriod.name).where(
        BlockedPeriod.committee_id == committee.id,
        BlockedPeriod.starts_on <= last,
        BlockedPeriod.ends_on >= first,
    )
    found.blocked = [(starts_on, ends_on, name) for starts_on, ends_on, name in session.execute(periods)]
    for busy in _busy(committee, first, last):
        for touched in _utc_days(busy.starts_at, busy.ends_at):
            found.busy[touched].append(busy)
    return found


def _busy(committee: Committee, first: date, last: date) -> Iterator[Busy]:
    """Other committees' meetings in which our people sit at that time, or that take up a room."""
    zone = ZoneInfo(committee.zone)
    rooms = set(session.scalars(sa.select(Room.name)))
    ours: list[Stay] = []
    theirs: defaultdict[int, list[Stay]] = defaultdict(list)
    for stay in stays_of_people_in(committee):
        (ours if stay.committee_id == committee.id else theirs[stay.committee_id]).append(stay)
    meetings = (
        sa.select(Meeting.starts_at, Meeting.ends_at, Meeting.committee_id, Committee.name, Meeting.place)
        .join(Meeting.committee)
        .where(
            sa.or_(Meeting.committee_id.in_(list(theirs)), Meeting.place.in_(rooms)),
            Meeting.committee_id != committee.id,
            Meeting.state != MeetingState.CANCELLED,
            Meeting.starts_at < datetime.combine(last + timedelta(days=1), time(), zone),
            Meeting.ends_at > datetime.combine(first, time(), zone),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    for starts_at, ends_at, committee_id, name, place in session.execute(meetings):
        day = starts_at.astimezone(zone).date()
        shared = _people_on(day, theirs[committee_id])
        if shared:
            shared &= _people_on(day, ours)
        room = place if place in rooms else ""
        if shared or room:
            yield Busy(starts_at, ends_at, committee_id, name, len(shared), room)


def _people_on(day: date, stays: list[Stay]) -> set[int]:
    return {stay.person_id for stay in stays if stay.holds_on(day)}


def _utc_days(starts_at: datetime, ends_at: datetime) -> list[date]:
    first, last = starts_at.astimezone(UTC).date(), ends_at.astimezone(UTC).date()
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]
