"""Dates that a rule proposes for a year: what was avoided and why, and the next best."""

import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import force_locale

from meetings.days_off import school_holidays_end
from meetings.meeting import NOTE_LENGTH
from meetings.obstacles import Obstacle, ObstacleKind, Obstacles, load_obstacles
from meetings.rules import MeetingRule, Slot
from portal.committees import Committee

WORKDAYS = range(5)


@dataclass(frozen=True)
class Appointment:
    """Aware start and end, in the committee's zone."""

    starts_at: datetime
    ends_at: datetime

    @property
    def day(self) -> date:
        return self.starts_at.date()


@dataclass(frozen=True)
class Avoided:
    """A day that came first and had something in its way."""

    day: date
    obstacles: tuple[Obstacle, ...]

    def text(self, nameable: frozenset[int] = frozenset()) -> str:
        return " ".join(obstacle.text(nameable) for obstacle in self.obstacles)


@dataclass(frozen=True)
class Proposal:
    """The best date of a slot and the next best one, if the slot has free days."""

    slot: Slot
    zone: str
    best: Appointment | None
    next_best: Appointment | None
    avoided: tuple[Avoided, ...]
    """Every day that was looked at before the best one, in that order."""

    @property
    def moved_from(self) -> date | None:
        """The day that the rule names, where it is not the one proposed."""
        return self.slot.wanted if self.best and self.best.day != self.slot.wanted else None

    @property
    def reason(self) -> str:
        """Why the days before were avoided; names no other committee."""
        return " ".join(avoided.text() for avoided in self.avoided)

    @property
    def note(self) -> str:
        """The reason in German, as the meeting keeps it for all its members."""
        with force_locale("de"):
            return textwrap.shorten(self.reason, NOTE_LENGTH, placeholder=" …")


def propose(
    rule: MeetingRule, zone: str, year: int, obstacles: Obstacles | None = None, since: date | None = None
) -> list[Proposal]:
    """One proposal for each slot of the year; a date never leaves its slot.

    The agreement (1.1) asks for at least one meeting a quarter, so that a later one would not do.

    Args:
        rule: the committee's rule.
        zone: the committee's zone.
        year: 2000 to 2100.
        obstacles: those of the committee; without them only public holidays count.
        since: the present day; of the slot that it lies in, the days before it are over.

    Raises:
        ValueError: the year is not between 2000 and 2100.
    """
    ways = obstacles or Obstacles(zone)
    return [_proposal(rule, zone, slot, ways, since) for slot in rule.slots(year)]


def propose_year(
    committee: Committee, rule: MeetingRule, year: int, since: date | None = None
) -> list[Proposal]:
    """The proposals of a year off everything that stands in the committee's way; `since` is as in `propose`."""
    slots = rule.slots(year)
    if not slots:
        return []
    obstacles = load_obstacles(committee, rule, slots[0].first, slots[-1].last)
    return propose(rule, committee.zone, year, obstacles, since)


def reaches_unknown(slots: Sequence[Slot]) -> bool:
    """Whether the slots go on beyond the known school holidays."""
    return bool(slots) and slots[-1].last > school_holidays_end()


def _proposal(rule: MeetingRule, zone: str, slot: Slot, obstacles: Obstacles, since: date | None) -> Proposal:
    first_left = since if since and since in slot else slot.first
    avoided: list[Avoided] = []
    free: list[Appointment] = []
    for day in _candidates(slot):
        appointment = _appointment(rule, zone, day)
        found = obstacles.of(appointment.starts_at, appointment.ends_at, rule.place)
        if day < first_left:
            found = [Obstacle(ObstacleKind.PAST, day)]
        if not found:
            free.append(appointment)
        elif not free:
            avoided.append(Avoided(day, tuple(found)))
        if len(free) == 2:
            break
    best, next_best = [*free, None, None][:2]
    return Proposal(slot, zone, best, next_best, tuple(avoided))


def _candidates(slot: Slot) -> Iterator[date]:
    """The wanted day; then the same weekday in the weeks around it; then working days, the nearest first.

    Of two days as near as each other the later one comes first.
    """
    length = (slot.last - slot.first).days
    around = [timedelta(days=sign * days) for days in range(1, length + 1) for sign in (1, -1)]
    same_weekday = (slot.wanted + 7 * distance for distance in around[: 2 * (length // 7)])
    others = (slot.wanted + distance for distance in around)
    workdays = (day for day in others if day.weekday() in WORKDAYS and day.weekday() != slot.wanted.weekday())
    return (day for day in itertools.chain([slot.wanted], same_weekday, workdays) if day in slot)


def _appointment(rule: MeetingRule, zone: str, day: date) -> Appointment:
    # The length is counted in real time, also on the days on which the clocks are changed.
    here = ZoneInfo(zone)
    starts_at = datetime.combine(day, rule.starts, here).astimezone(UTC)
    ends_at = starts_at + timedelta(minutes=rule.minutes)
    return Appointment(starts_at.astimezone(here), ends_at.astimezone(here))
