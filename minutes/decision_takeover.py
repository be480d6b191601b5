"""A decision of approved minutes becomes a draft: with its vote, meeting and agenda item, and only once."""

import sqlalchemy as sa
from flask_login import current_user

from meetings.agenda import AgendaItem, accepted_items, first_origin
from meetings.problem_groups import PROBLEM_GROUP, ProblemGroup
from minutes.decision import OUTCOME_LENGTH, TITLE_LENGTH, Decision, DecisionKind, Result
from minutes.decision_form import note_writer
from minutes.minutes import Minutes
from minutes.proposals import DecisionProposal, ItemProposal, Outcome
from minutes.stems import stems
from portal.committees import CommitteeKind
from portal.database import serialise, session

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


def take_over(minutes: Minutes, proposal: DecisionProposal) -> tuple[Decision, bool]:
    """The draft that this decision of the minutes becomes, in the current transaction.

    Returns:
        The draft, and whether it is new; what was taken over before is only found again.
    """
    serialise(f"takeover:{minutes.meeting_id}")
    if found := taken_over(minutes).get(proposal.id):
        return found, False
    item = _agenda_item(minutes, proposal)
    decision = Decision(
        committee=minutes.meeting.committee,
        kind=DecisionKind.RESOLUTION,
        title=_shortened(proposal.text.partition("\n")[0], TITLE_LENGTH),
        result=RESULTS.get(proposal.outcome),
        outcome=_shortened(" ".join(proposal.text.split()), OUTCOME_LENGTH),
        outline=proposal.text if len(proposal.text) > OUTCOME_LENGTH else "",
        arguments=proposal.rationale,
        votes_yes=proposal.yes,
        votes_no=proposal.no,
        votes_abstain=proposal.abstain,
        meeting=minutes.meeting,
        agenda_item=item,
        problem_group=_problem_group(item) if item else None,
        proposal_id=proposal.id,
        written_by_id=current_user.id,
    )
    session.add(decision)
    session.flush()
    note_writer(decision)
    return decision, True


def _shortened(text: str, length: int) -> str:
    """The text, cut between words where it is too long."""
    return text if len(text) <= length else f"{text[: length - 1].rpartition(' ')[0]} …"


def _agenda_item(minutes: Minutes, proposal: DecisionProposal) -> AgendaItem | None:
    """The item of the sent agenda under which the minutes tell of the decision."""
    told = _item_of(minutes, proposal)
    if told is None:
        return None
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
