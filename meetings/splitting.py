"""Splitting an extra meeting off: some items of a meeting get a meeting of their own, in one step."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from meetings import agenda_sending
from meetings.agenda import AgendaItem, ItemState, accepted_items
from meetings.agenda_editing import append
from meetings.meeting import Meeting
from meetings.scheduling import invite, plan_meeting
from portal import audit
from portal.database import session


def movable_items(meeting: Meeting) -> list[AgendaItem]:
    """What may move to another meeting: proposals and agenda items that were not treated yet."""
    wanted = sa.select(AgendaItem).where(
        AgendaItem.meeting_id == meeting.id,
        AgendaItem.state.in_([ItemState.ACCEPTED, ItemState.PROPOSED]),
        AgendaItem.started_at.is_(None),
    )
    return list(session.scalars(wanted.order_by(AgendaItem.position, AgendaItem.id)))


def split_off(
    meeting: Meeting,
    items: Sequence[AgendaItem],
    starts_at: datetime,
    ends_at: datetime,
    *,
    invites: bool,
    **details: str,
) -> Meeting | None:
    """Make an extra meeting for some items, in the current transaction; they keep documents and proposers.

    Args:
        meeting: where the items stand now.
        items: some of `movable_items`.
        starts_at: aware start of the extra meeting.
        ends_at: its aware end.
        invites: whether everybody is invited at once, with these items as the agenda.
        details: place, link, title.

    Returns:
        The extra meeting; None when the committee meets at that very moment already.
    """
    extra = plan_meeting(meeting.committee, starts_at, ends_at, **details)
    if extra is None:
        return None
    extra.split_from = meeting
    for item in items:
        append(extra, item)
    audit.record("meeting.split_off", extra, split_from=meeting.id, items=len(items))
    if invites:
        prepare_agenda(extra)
        invite(extra)
    return extra


def prepare_agenda(extra: Meeting) -> None:
    """Let the invitation to an extra meeting list what moved there."""
    if accepted_items(extra):
        agenda_sending.send(extra)
