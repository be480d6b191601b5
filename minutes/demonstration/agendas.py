"""The agendas of the next meetings: standing items, minutes to be approved, and invented texts."""

import sqlalchemy as sa

from meetings.agenda import AgendaItem, ItemKind, ItemState
from meetings.agenda_editing import append, offers, take
from meetings.agenda_sending import send
from meetings.meeting import Meeting, MeetingState
from minutes.demonstration import texts
from portal.database import session
from portal.people import Person

APPROVAL = "approval:"


def fill_agendas(meetings: dict[str, list[Meeting]]) -> None:
    """Prepare the agendas of the coming meetings; those of the next ones are sent, in the current transaction."""
    for slug, rows in meetings.items():
        coming = [row for row in rows if row.state is not MeetingState.HELD]
        _begin(coming[0])
        for text in texts.agenda_items():
            if text.committee == slug:
                append(coming[text.meeting - 1], _item(text))
        send(coming[0])


def _begin(meeting: Meeting) -> None:
    """Standing items and the minutes to approve; what was deferred and the open tasks stay on offer."""
    wanted = [offer for offer in offers(meeting) if offer.is_standing or offer.origin.startswith(APPROVAL)]
    taken, _refused = take(meeting, wanted)
    for item in taken:
        item.minutes = item.minutes or 15


def _item(text: texts.AgendaText) -> AgendaItem:
    proposer = sa.select(Person.id).where(Person.email == text.proposed_by)
    return AgendaItem(
        kind=ItemKind(text.kind),
        title=text.title,
        text=text.text,
        minutes=text.minutes,
        case_reference=text.case_reference,
        state=ItemState.PROPOSED if text.is_proposal else ItemState.ACCEPTED,
        proposed_by_id=session.scalar(proposer),
    )
