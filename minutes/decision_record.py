"""A released decision with all that its reader may know of it: the one source of every file that holds decisions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from meetings.meeting import Meeting
from minutes.decision import Decision, DecisionState
from minutes.decision_steps import DecisionStep, StepKind
from minutes.decision_words import DECISION_STATES
from portal.chain import ChainLink, LinkKind
from portal.committees import committees_of
from portal.database import session
from portal.language import short_date
from portal.people import Person


@dataclass(frozen=True)
class Record:
    """A decision and what stands around it, as far as its reader may see it.

    `released` is its link in the chain, `withdrawn` the step that took it back. `predecessor` and `successors` are
    decisions that it replaced and that replaced it; `meeting` is named to the committee's own members only.
    """

    decision: Decision
    released: ChainLink | None = None
    withdrawn: DecisionStep | None = None
    predecessor: Decision | None = None
    successors: list[Decision] = field(default_factory=list)
    meeting: Meeting | None = None

    @property
    def is_superseded(self) -> bool:
        return self.decision.state is DecisionState.SUPERSEDED

    @property
    def is_withdrawn(self) -> bool:
        return self.decision.state is DecisionState.WITHDRAWN

    def citation(self, address: str) -> str:
        """How it is cited: committee, title, number, day and this address; and that it no longer holds."""
        decision = self.decision
        said = _(
            "%(committee)s: %(title)s, %(number)s vom %(date)s",
            committee=decision.committee.name,
            title=decision.title,
            number=decision.number,
            date=short_date(decision.day),
        )
        if decision.state is not DecisionState.RELEASED:
            said = f"{said} ({DECISION_STATES[decision.state]})"
        return f"{said}, {address}"


def records(wanted: sa.Select[Decision], visible: sa.Select[Decision], reader: Person | None) -> list[Record]:
    """The decisions of a query in its order, with few questions to the database.

    Args:
        wanted: the query; it must hold the reader's rights.
        visible: all that the reader may see, among which neighbours are looked for.
        reader: whose committees' meetings are named; None names no meeting.
    """
    loading = (
        selectinload(Decision.topics),
        selectinload(Decision.legal_bases),
        selectinload(Decision.meeting),
    )
    rows = session.scalars(wanted.options(*loading)).unique().all()
    ids = [row.id for row in rows]
    links, withdrawals = _links(ids), _withdrawals(ids)
    before = _by_id(visible, {row.supersedes_id for row in rows if row.supersedes_id is not None})
    after = _successors(visible, ids)
    meetings = _meetings(rows, reader)
    return [
        Record(
            decision=row,
            released=links.get(row.id),
            withdrawn=withdrawals.get(row.id),
            predecessor=before.get(row.supersedes_id or 0),
            successors=after[row.id],
            meeting=meetings.get(row.meeting_id or 0) if row.meeting_id else None,
        )
        for row in rows
    ]


def _links(ids: Sequence[int]) -> dict[int, ChainLink]:
    wanted = sa.select(ChainLink).where(
        ChainLink.subject.in_([f"decision:{number}" for number in ids]), ChainLink.kind == LinkKind.RELEASED
    )
    return {int(row.subject.partition(":")[2]): row for row in session.scalars(wanted)}


def _withdrawals(ids: Sequence[int]) -> dict[int, DecisionStep]:
    wanted = sa.select(DecisionStep).where(
        DecisionStep.decision_id.in_(ids), DecisionStep.kind == StepKind.WITHDRAWN
    )
    return {row.decision_id: row for row in session.scalars(wanted)}


def _by_id(visible: sa.Select[Decision], ids: Iterable[int]) -> dict[int, Decision]:
    return {row.id: row for row in session.scalars(visible.where(Decision.id.in_(ids)))}


def _successors(visible: sa.Select[Decision], ids: Sequence[int]) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = defaultdict(list)
    wanted = visible.where(Decision.supersedes_id.in_(ids)).order_by(Decision.archive_key)
    for row in session.scalars(wanted):
        found[row.supersedes_id or 0].append(row)
    return found


def _meetings(rows: Iterable[Decision], reader: Person | None) -> dict[int, Meeting]:
    if reader is None:
        return {}
    wanted = sa.select(Meeting).where(
        Meeting.id.in_({row.meeting_id for row in rows if row.meeting_id}),
        Meeting.committee_id.in_(committees_of(reader)),
    )
    return {row.id: row for row in session.scalars(wanted)}
