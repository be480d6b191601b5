"""How an agenda changes: what is taken over, proposed, ordered, postponed.

The order is changed by one person at a time; a page names the order that its reader saw, and one that has changed
meanwhile is shown anew. Places are written past the items' versions: whoever edits an item is not disturbed by it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_login import current_user

from meetings.agenda import (
    STANDING,
    AgendaDocument,
    AgendaItem,
    CarriedItem,
    ItemState,
    accepted_items,
    get_item,
    sources,
)
from meetings.agenda_guard import guard_blocks, read, subject_of
from meetings.deadlines import proposals_close_on
from meetings.meeting import Meeting, MeetingState
from meetings.procedure import standing_items
from portal import dismissals
from portal.access import refuse
from portal.clock import now, today
from portal.committees import Role, sits_in
from portal.database import serialise, session
from portal.files import StoredFile
from portal.people import Person


class AgendaClosedError(Exception):
    """The minutes of the meeting are here: its agenda does not change any more."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__()
        self.meeting_id = meeting.id


def hold(meeting: Meeting) -> None:
    """Be the only one who changes this agenda until the commit.

    Raises:
        AgendaClosedError: nobody may change it any more.
    """
    serialise(f"agenda:{meeting.id}")
    session.refresh(meeting)
    if meeting.state is MeetingState.HELD:
        raise AgendaClosedError(meeting)


def takes_proposals(meeting: Meeting) -> bool:
    is_coming = meeting.is_open and meeting.starts_at > now()
    return is_coming and today(meeting.committee.zone) <= proposals_close_on(meeting)


def may_change(item: AgendaItem, person: Person) -> bool:
    """Whether the person may change an item: the secretary, and its proposer while proposals are open."""
    if sits_in(person, item.meeting.committee_id, Role.SECRETARY):
        return True
    is_own = item.proposed_by_id == person.id and item.state is ItemState.PROPOSED
    return is_own and takes_proposals(item.meeting)


def get_item_to_change(item_id: int) -> AgendaItem:
    """An item that the reader may change; otherwise 404."""
    item = get_item(item_id)
    if not may_change(item, current_user):
        refuse()
    return item


def offers(meeting: Meeting) -> list[CarriedItem]:
    """What could still be taken over: standing items first, then what the sources name."""
    standing = [
        CarriedItem(f"{STANDING}{row.id}", row.title, row.kind, minutes=row.minutes)
        for row in standing_items(meeting.committee)
    ]
    offered = standing + [offer for source in sources.values() for offer in source(meeting)]
    known = set(session.scalars(sa.select(AgendaItem.origin).where(AgendaItem.meeting_id == meeting.id)))
    return [offer for offer in offered if offer.origin not in known]


def take(meeting: Meeting, offered: Sequence[CarriedItem]) -> tuple[list[AgendaItem], list[CarriedItem]]:
    """Take items over, in the current transaction.

    Returns:
        The new items, and what the guard refuses: that has to be worded by hand.
    """
    taken, refused = [], []
    for offer in offered:
        found = read(meeting.committee, {"title": offer.title, "text": offer.text})
        if guard_blocks(meeting.committee) and any(one.is_open for one in found):
            refused.append(offer)
            continue
        taken.append(append(meeting, AgendaItem(**vars(offer))))
    return taken, refused


def append(meeting: Meeting, item: AgendaItem) -> AgendaItem:
    """Put an item at the end of the agenda; a proposal gets its place when it is accepted."""
    last = sa.select(sa.func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id)
    item.position = (session.scalar(last) or 0) + 1
    item.meeting = meeting
    session.add(item)
    session.flush()
    return item


def order_of(meeting: Meeting) -> list[int]:
    """The ids of the agenda's items in their order."""
    return [item.id for item in accepted_items(meeting)]


def order_text(ids: Sequence[int]) -> str:
    """An order as pages carry it."""
    return " ".join(map(str, ids))


def move_to(item: AgendaItem, place: int, seen: str) -> int | None:
    """Put an item at a place, counted from 1; beyond the ends it stands at the end.

    Returns:
        Where it stands now; None when the order is not the seen one any more.
    """
    ids = order_of(item.meeting)
    if seen != order_text(ids) or item.id not in ids:
        return None
    ids.remove(item.id)
    ids.insert(min(max(place, 1) - 1, len(ids)), item.id)
    places = {number: position for position, number in enumerate(ids, start=1)}
    written = sa.update(AgendaItem).where(AgendaItem.id.in_(ids))
    session.execute(written.values(position=sa.case(places, value=AgendaItem.id)))
    return ids.index(item.id) + 1


def accept(item: AgendaItem) -> None:
    """Put a proposal, or an item that was declined or postponed, on the agenda."""
    item.state, item.reason = ItemState.ACCEPTED, ""
    append(item.meeting, item)


def decline(item: AgendaItem, reason: str) -> None:
    item.state, item.reason = ItemState.DECLINED, reason


def next_meeting(meeting: Meeting) -> Meeting | None:
    """The committee's next meeting after this one."""
    coming = sa.select(Meeting).where(
        Meeting.committee_id == meeting.committee_id,
        Meeting.state.in_([MeetingState.PLANNED, MeetingState.INVITED]),
        Meeting.starts_at > max(meeting.starts_at, now()),
    )
    return session.scalar(coming.order_by(Meeting.starts_at, Meeting.id).limit(1))


def postpone(item: AgendaItem) -> Meeting | None:
    """Leave an item to the committee's next meeting, in the current transaction.

    That meeting gets a copy with documents and with what was set aside; the item stays for the record.

    Returns:
        The next meeting; None when there is none.
    """
    following = next_meeting(item.meeting)
    if following is None:
        return None
    hold(following)
    if copy_of(item) is None:
        copy = AgendaItem(
            kind=item.kind,
            title=item.title,
            text=item.text,
            minutes=item.minutes,
            case_reference=item.case_reference,
            origin=subject_of(item),
            proposed_by_id=item.proposed_by_id,
        )
        copy.documents = [AgendaDocument(file=document.file) for document in item.documents]
        append(following, copy)
        dismissals.copy(subject_of(item), subject_of(copy))
    item.state = ItemState.POSTPONED
    if item.started_at is not None and item.ended_at is None:
        item.ended_at = now()
    return following


def copy_of(item: AgendaItem) -> AgendaItem | None:
    """What a postponed item became."""
    return session.scalar(sa.select(AgendaItem).where(AgendaItem.origin == subject_of(item)).limit(1))


def remove(item: AgendaItem) -> None:
    """Take an item away for good, with its documents."""
    for document in list(item.documents):
        remove_document(document)
    dismissals.forget(subject_of(item))
    session.delete(item)


def remove_document(document: AgendaDocument) -> None:
    """Take a document away; its file goes too, unless the copy of a postponed item still names it."""
    stored = document.file
    document.item.documents.remove(document)
    session.flush()
    if session.scalar(sa.select(AgendaDocument.id).where(AgendaDocument.file_id == stored.id)) is None:
        session.execute(sa.delete(StoredFile).where(StoredFile.id == stored.id))
