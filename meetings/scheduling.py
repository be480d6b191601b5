"""Entering meetings and inviting to them, and which slots of a year have one."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from meetings.announcing import tell_invited
from meetings.feeds import event_changed
from meetings.meeting import Meeting, MeetingState
from meetings.rules import Slot
from portal import audit
from portal.committees import Committee
from portal.database import session


def one_planner_at_a_time(committee: Committee) -> None:
    """Wait until nobody else plans for the committee; whoever waited sees what the other one entered."""
    session.refresh(committee, with_for_update=True)


def plan_meeting(
    committee: Committee, starts_at: datetime, ends_at: datetime, **details: str
) -> Meeting | None:
    """Enter a meeting as planned; None when the committee meets at that very moment already.

    Args:
        committee: whose meeting it is.
        starts_at: aware start.
        ends_at: aware end.
        details: place, link, title, planning_note.
    """
    if meets_at(committee, starts_at):
        return None
    meeting = Meeting(committee=committee, starts_at=starts_at, ends_at=ends_at, **details)
    session.add(meeting)
    event_changed(meeting)
    audit.record("meeting.planned", meeting)
    return meeting


def invite(meeting: Meeting) -> None:
    """Confirm the date and tell everybody who sits in the committee.

    Raises:
        WrongStateError: it is not just planned.
    """
    meeting.invite()
    event_changed(meeting)
    tell_invited(meeting)
    audit.record("meeting.invited", meeting)


def meetings_by_slot(committee: Committee, slots: Sequence[Slot]) -> list[list[Meeting]]:
    """The meetings that are not cancelled in each of the slots, which follow each other."""
    if not slots:
        return []
    zone = ZoneInfo(committee.zone)
    found = sa.select(Meeting).where(
        _counts_for(committee),
        Meeting.starts_at >= datetime.combine(slots[0].first, time(), zone),
        Meeting.starts_at < datetime.combine(slots[-1].last + timedelta(days=1), time(), zone),
    )
    meetings = [
        (row.starts_at.astimezone(zone).date(), row)
        for row in session.scalars(found.order_by(Meeting.starts_at))
    ]
    return [[row for day, row in meetings if day in slot] for slot in slots]


def meets_at(committee: Committee, starts_at: datetime, besides: Meeting | None = None) -> bool:
    """Whether the committee, apart from one meeting, meets at that very moment already."""
    taken = sa.select(Meeting.id).where(_counts_for(committee), Meeting.starts_at == starts_at)
    if besides is not None:
        taken = taken.where(Meeting.id != besides.id)
    return session.scalar(taken.limit(1)) is not None


def _counts_for(committee: Committee) -> sa.ColumnElement[bool]:
    return sa.and_(Meeting.committee_id == committee.id, Meeting.state != MeetingState.CANCELLED)
