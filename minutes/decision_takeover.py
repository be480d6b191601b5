"""A decision of approved minutes becomes a draft: with its vote, meeting and agenda item, and only once."""

import enum

import sqlalchemy as sa
from flask_login import current_user

from meetings.agenda import AgendaItem, accepted_items, first_origin
from meetings.problem_groups import PROBLEM_GROUP, ProblemGroup
from minutes.decision import (
    OUTCOME_LENGTH,
    REPLACEABLE,
    TITLE_LENGTH,
    Decision,
    DecisionKind,
    DecisionState,
    Result,
)
from minutes.decision_form import note_writer
from minutes.minutes import Minutes
from minutes.proposals import DecisionProposal, ItemProposal, Outcome
from minutes.stems import stems
from portal.committees import CommitteeKind
from portal.database import serialise, session

SHORT_TITLE = 80
RESULTS = {
    Outcome.ADOPTED: Result.GRANTED,
    Outcome.REJECTED: Result.REFUSED,
    Outcome.DEFERRED: Result.DEFERRED,
}
"""How the minutes tell it, and in which word the archive counts it; the writer chooses where there is none."""


def taken_over(minutes: Minutes) -> dict[int, Decision]:
    """What was made of the decisions of these minutes, by their ids; also of the same words in another edition."""
    wanted = (
        sa.select(DecisionProposal.text, Decision)
        .join(Decision, Decision.proposal_id == DecisionProposal.id)
        .join(Minutes, Minutes.id == DecisionProposal.minutes_id)
        .where(Minutes.meeting_id == minutes.meeting_id)
    )
    by_text: dict[str, Decision] = dict(session.execute(wanted).all())
    return {row.id: by_text[row.text] for row in minutes.decisions if row.text in by_text}


class Found(enum.Enum):
    """How the draft came about to which whoever takes over is led."""

    NEW = enum.auto()
    TAKEN_OVER = enum.auto()
    SAME_TITLE = enum.auto()


def take_over(minutes: Minutes, proposal: DecisionProposal) -> tuple[Decision, Found]:
    """The draft that this decision of the minutes becomes, in the current transaction.

    What was taken over before, or written about the same meeting under the same title, is only found again.
    """
    serialise(f"takeover:{minutes.meeting_id}")
    if found := taken_over(minutes).get(proposal.id):
        return found, Found.TAKEN_OVER
    told = _item_of(minutes, proposal)
    item = _agenda_item(minutes, told) if told else None
    title = _title(minutes, proposal, item)
    if same := _of_same_title(minutes, title):
        return same, Found.SAME_TITLE
    decision = Decision(
        committee=minutes.meeting.committee,
        kind=DecisionKind.RESOLUTION,
        title=title,
        result=RESULTS.get(proposal.outcome),
        outcome=_shortened(" ".join(proposal.text.split()), OUTCOME_LENGTH),
        outline=proposal.text if len(proposal.text) > OUTCOME_LENGTH else "",
        arguments=proposal.rationale,
        votes_yes=proposal.yes,
        votes_no=proposal.no,
        votes_abstain=proposal.abstain,
        meeting=minutes.meeting,
        agenda_item=item,
        minutes_item=None if item else told,
        problem_group=_problem_group(item) if item else None,
        proposal_id=proposal.id,
        written_by_id=current_user.id,
    )
    session.add(decision)
    session.flush()
    note_writer(decision)
    return decision, Found.NEW


def _title(minutes: Minutes, proposal: DecisionProposal, item: AgendaItem | None) -> str:
    """What the item is about; where several decisions were taken under it, the beginning of this one."""
    told = _item_of(minutes, proposal)
    beside = [row for row in minutes.decisions if row.accepted and _item_of(minutes, row) is told]
    if told and len(beside) == 1:
        return _shortened(item.title if item else told.title, TITLE_LENGTH)
    return _shortened(proposal.text.partition("\n")[0], SHORT_TITLE)


def _of_same_title(minutes: Minutes, title: str) -> Decision | None:
    """A decision that stands, or a draft, of this title and meeting, but for what came of others in these minutes."""
    others = [row.id for row in minutes.decisions]
    return session.scalar(
        sa.select(Decision)
        .where(
            Decision.meeting_id == minutes.meeting_id,
            Decision.title == title,
            Decision.state.in_([DecisionState.DRAFT, *REPLACEABLE]),
            sa.or_(Decision.proposal_id.is_(None), Decision.proposal_id.not_in(others)),
        )
        .order_by(Decision.id)
        .limit(1)
    )


def _shortened(text: str, length: int) -> str:
    """The text, cut between words where it is too long."""
    return text if len(text) <= length else f"{text[: length - 1].rpartition(' ')[0]} …"


def _agenda_item(minutes: Minutes, told: ItemProposal) -> AgendaItem | None:
    """The item of the agenda that a heading of the minutes means."""
    agenda, words = accepted_items(minutes.meeting), set(stems(told.title))
    same = [row for row in agenda if set(stems(row.title)) == words]
    number = told.number.strip(". ")
    if not same and number.isdecimal() and 0 < int(number) <= len(agenda):
        same = [row for row in (agenda[int(number) - 1],) if words & set(stems(row.title))]
    return same[0] if same else None


def _item_of(minutes: Minutes, proposal: DecisionProposal) -> ItemProposal | None:
    """The last item that begins before the decision."""
    line = proposal.first_line
    before = [row for row in minutes.items if line and row.first_line and row.first_line <= line]
    return max(before, key=lambda row: row.first_line or 0, default=None)


def _problem_group(item: AgendaItem) -> ProblemGroup | None:
    """The problem group that stood on the steering committee's agenda with this item."""
    origin = first_origin(item)
    if item.meeting.committee.kind is not CommitteeKind.STEERING or not origin.startswith(PROBLEM_GROUP):
        return None
    return session.get(ProblemGroup, int(origin.removeprefix(PROBLEM_GROUP)))
