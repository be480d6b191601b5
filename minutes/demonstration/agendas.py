"""The agendas of the next meetings: standing items, minutes to be approved, and invented texts."""

import sqlalchemy as sa

from meetings.agenda import AgendaItem, ItemKind, ItemState
from meetings.agenda_editing import append, offers, take
from meetings.agenda_sending import send
from meetings.meeting import Meeting, MeetingState
from meetings.problem_group_work import answer, describe
from meetings.problem_groups import ProblemGroup
from minutes.demonstration import texts
from portal.committees import Committee
from portal.database import session
from portal.people import Person

APPROVAL = "approval:"


def fill_agendas(meetings: dict[str, list[Meeting]]) -> None:
    """Prepare the agendas of the coming meetings; those of the next ones are sent, in the current transaction."""
    following = []
    for slug, rows in meetings.items():
        coming = [row for row in rows if row.state is not MeetingState.HELD]
        _begin(coming[0])
        for text in texts.agenda_items():
            if text.committee == slug:
                append(coming[text.meeting - 1], _item(text))
        following.append(coming[0])
    _describe_problem_groups()
    for meeting in following:
        send(meeting)


def _begin(meeting: Meeting) -> None:
    """Standing items and the minutes to approve; what was deferred and the open tasks stay on offer."""
    wanted = [offer for offer in offers(meeting) if offer.is_standing or offer.origin.startswith(APPROVAL)]
    taken, _refused = take(meeting, wanted)
    for item in taken:
        item.minutes = item.minutes or 15


def _describe_problem_groups() -> None:
    """The secretary describes them for the case group, and the chair answers for the steering committee."""
    writer, chair = (
        session.scalars(sa.select(Person.id).where(Person.email == f"{name}@example.org")).one()
        for name in ("secretary", "chair")
    )
    for text in texts.problem_groups():
        case_group = session.scalars(sa.select(Committee).where(Committee.slug == text.committee)).one()
        group = ProblemGroup(committee=case_group, title=text.title, text=text.text)
        describe(group, writer)
        if text.answer:
            answer(group, text.answer, chair)


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
