"""What the form of a decision offers to choose from; nothing of it that its writer may not see."""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from flask_login import current_user
from wtforms import SelectChoice

from meetings.agenda import AgendaItem, ItemState
from meetings.meeting import Meeting, MeetingState
from meetings.problem_groups import GroupState, ProblemGroup, visible_groups
from minutes import search
from minutes.archive import readable_scope
from minutes.decision import REPLACEABLE, Decision, Topic
from minutes.editions import is_superseded
from minutes.minutes import Minutes, MinutesState
from minutes.proposals import ItemProposal
from portal.clock import now
from portal.committees import Committee, CommitteeKind
from portal.database import session
from portal.language import local, short_date

MOST_MEETINGS = 40
MOST_NUMBERS = 50
COMING = timedelta(days=60)  # a decision may be written before the meeting that takes it
NONE = SelectChoice(0, "–")


def topics() -> list[str]:
    """Topics that the writer can see in the archive; those of other drafts are nobody's business."""
    tokens = search.filters(readable_scope(current_user))
    ids = [int(token[1:]) for token in tokens if token.startswith("t")]
    return list(session.scalars(sa.select(Topic.name).where(Topic.id.in_(ids)).order_by(Topic.name)))


def supersedable(committee: Committee) -> list[tuple[str, str]]:
    """Numbers and titles to choose from while typing: the newest decisions that stand."""
    newest = (
        sa.select(Decision.number, Decision.title)
        .where(
            Decision.committee_id == committee.id,
            Decision.archive_key.is_not(None),
            Decision.state.in_(REPLACEABLE),
        )
        .order_by(Decision.year.desc(), Decision.ordinal.desc())
        .limit(MOST_NUMBERS)
    )
    return [(str(number), title) for number, title in session.execute(newest)]


def meetings(committee: Committee, draft: Decision | None) -> list[Meeting]:
    """Meetings at which it can have been decided, newest first, and the one that the draft names."""
    wanted = (
        sa.select(Meeting)
        .where(
            Meeting.committee_id == committee.id,
            Meeting.starts_at < now() + COMING,
            Meeting.state != MeetingState.CANCELLED,
        )
        .order_by(Meeting.starts_at.desc())
        .limit(MOST_MEETINGS)
    )
    rows = list(session.scalars(wanted))
    if draft is not None and draft.meeting is not None and draft.meeting not in rows:
        rows.append(draft.meeting)
    return rows


def meeting_choices(rows: list[Meeting]) -> list[SelectChoice]:
    return [NONE, *(SelectChoice(row.id, f"{_day(row)} {row.title}".strip()) for row in rows)]


def item_choices(rows: list[Meeting], draft: Decision | None) -> list[SelectChoice]:
    """The items of these meetings, each with its meeting, by which a script narrows the list.

    Those of the agenda; of a meeting without one, the headings of its approved minutes, with their ids below zero.
    """
    chosen = draft.agenda_item_id if draft else None
    by_id = {row.id: row for row in rows}
    wanted = sa.select(AgendaItem).where(
        AgendaItem.meeting_id.in_(by_id),
        sa.or_(AgendaItem.state == ItemState.ACCEPTED, AgendaItem.id == chosen),
    )
    items = session.scalars(wanted.order_by(AgendaItem.position, AgendaItem.id)).all()
    offered = [(item.meeting_id, item.id, item.title) for item in items]
    offered += _headings(by_id.keys() - {item.meeting_id for item in items}, draft)
    return [
        NONE,
        *(
            SelectChoice(number, f"{_day(row)}: {title}", render_kw={"data-meeting": row.id})
            for row in rows
            for meeting_id, number, title in offered
            if meeting_id == row.id
        ),
    ]


def _headings(meeting_ids: Iterable[int], draft: Decision | None) -> list[tuple[int, int, str]]:
    """Meeting, id below zero and words of the headings of these meetings' minutes, and of the one a draft names."""
    of_minutes = sa.select(Minutes.meeting_id, ItemProposal).join(
        Minutes, Minutes.id == ItemProposal.minutes_id
    )
    stands = sa.and_(Minutes.state == MinutesState.APPROVED, ~is_superseded(), ItemProposal.accepted)
    wanted = of_minutes.where(
        sa.or_(
            sa.and_(stands, Minutes.meeting_id.in_(meeting_ids)),
            ItemProposal.id == (draft.minutes_item_id if draft else None),
        )
    )
    rows = session.execute(wanted.order_by(ItemProposal.minutes_id, ItemProposal.position))
    return [(meeting_id, -item.id, item.label) for meeting_id, item in rows]


def meeting_of(number: int) -> int | None:
    """The meeting of an item chosen from `item_choices`."""
    if number > 0:
        return session.scalar(sa.select(AgendaItem.meeting_id).where(AgendaItem.id == number))
    of_minutes = sa.select(Minutes.meeting_id).join(ItemProposal, ItemProposal.minutes_id == Minutes.id)
    return session.scalar(of_minutes.where(ItemProposal.id == -number))


def group_choices(committee: Committee, draft: Decision | None) -> list[SelectChoice]:
    """Problem groups that a decision of this committee can answer: all open ones in the steering committee."""
    chosen = draft.problem_group_id if draft else None
    wanted = visible_groups().where(sa.or_(ProblemGroup.state == GroupState.OPEN, ProblemGroup.id == chosen))
    if committee.kind is not CommitteeKind.STEERING:
        wanted = wanted.where(ProblemGroup.committee_id == committee.id)
    rows = session.scalars(wanted.order_by(ProblemGroup.id.desc()))
    return [NONE, *(SelectChoice(row.id, row.title) for row in rows)]


def _day(meeting: Meeting) -> str:
    return short_date(local(meeting.starts_at, meeting.committee.zone))
