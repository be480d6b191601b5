"""The time of an agenda: the clock times that the planned minutes give, and the running clock of the meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from meetings.agenda import AgendaItem
from meetings.agenda_editing import hold
from meetings.meeting import Meeting
from portal.clock import now
from portal.database import session

EARLIEST_START = timedelta(hours=1)
LATEST_START = timedelta(hours=12)


@dataclass(frozen=True)
class Slot:
    """An item with its number and the moment planned for it; None where an item before it has no planned time."""

    number: int
    item: AgendaItem
    starts_at: datetime | None


def schedule(meeting: Meeting, items: Sequence[AgendaItem]) -> list[Slot]:
    """The items with their planned moments, counted from the beginning of the meeting."""
    slots: list[Slot] = []
    moment: datetime | None = meeting.starts_at
    for number, item in enumerate(items, start=1):
        slots.append(Slot(number, item, moment))
        moment = moment + timedelta(minutes=item.minutes) if moment and item.minutes else None
    return slots


def planned_minutes(items: Sequence[AgendaItem]) -> int:
    return sum(item.minutes or 0 for item in items)


def length_of(meeting: Meeting) -> int:
    """Minutes of the whole meeting."""
    return (meeting.ends_at - meeting.starts_at) // timedelta(minutes=1)


def is_time(meeting: Meeting) -> bool:
    """Whether the meeting takes place about now, so that its clock may run."""
    return meeting.is_open and meeting.starts_at - EARLIEST_START <= now() <= meeting.ends_at + LATEST_START


def is_running(item: AgendaItem) -> bool:
    return item.started_at is not None and item.ended_at is None


def used(item: AgendaItem) -> timedelta:
    """How long the item has been treated up to now."""
    if item.started_at is None:
        return timedelta(0)
    return max((item.ended_at or now()) - item.started_at, timedelta(0))


def begin(item: AgendaItem) -> None:
    """Let the clock of an item run, and end the one that runs, in the current transaction.

    An item that is taken up again goes on from the time that it has used already.

    Raises:
        AgendaClosedError: the minutes of the meeting are here.
    """
    hold(item.meeting)
    session.refresh(item)
    if is_running(item):
        return
    moment = now()
    running = sa.and_(
        AgendaItem.meeting_id == item.meeting_id,
        AgendaItem.started_at.is_not(None),
        AgendaItem.ended_at.is_(None),
    )
    _stamp(running, ended_at=moment)
    _stamp(AgendaItem.id == item.id, started_at=moment - used(item), ended_at=None)


def end(item: AgendaItem) -> bool:
    """Stop the clock of an item. Returns whether it ran.

    Raises:
        AgendaClosedError: the minutes of the meeting are here.
    """
    hold(item.meeting)
    session.refresh(item)
    if not is_running(item):
        return False
    _stamp(AgendaItem.id == item.id, ended_at=now())
    return True


def _stamp(which: sa.ColumnElement[bool], **moments: datetime | None) -> None:
    """Write past the version: whoever edits an item meanwhile is not disturbed by the clock."""
    session.execute(sa.update(AgendaItem).where(which).values(**moments))
