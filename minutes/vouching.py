"""What `flask verify` asks of decisions: their content as it stands, and whether all that must be known is known."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from minutes import search
from minutes.decision import Audience, Decision, DecisionState, is_released
from portal.chain import ChainLink, Fault, LinkKind
from portal.committees import Committee, CommitteeKind
from portal.database import session


def chained_decisions(ids: list[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Salt and chained content of decisions."""
    rows = session.scalars(
        sa.select(Decision)
        .where(Decision.id.in_(ids))
        .options(selectinload(Decision.topics), selectinload(Decision.legal_bases))
    )
    return {row.id: (row.salt, row.chained()) for row in rows}


def incomplete_decisions() -> Iterator[Fault]:
    """Released decisions that the chain or the archive does not know, gaps in the numbers, states without a link."""
    released, superseded = _has_link(LinkKind.RELEASED), _has_link(LinkKind.SUPERSEDED)
    is_superseded = Decision.state == DecisionState.SUPERSEDED
    checks = [
        (is_released() & ~released, "is released, but not in the chain"),
        (is_superseded & ~superseded, "is marked as superseded, but the chain does not know it"),
        (~is_superseded & superseded, "is superseded by the chain, but not marked"),
        (is_released() & ~search.is_indexed(), "is missing from the archive's index"),
        (_is_exposed(), "belongs to a case group, but is open to all committees"),
    ]
    for condition, what in checks:
        for row in session.execute(
            sa.select(Decision.id, Decision.number).where(condition).order_by(Decision.id)
        ):
            yield Fault(None, f"decision:{row.id}, {row.number}", what)
    yield from _gaps()


def _has_link(kind: LinkKind) -> sa.ColumnElement[bool]:
    subject = sa.literal("decision:").concat(sa.cast(Decision.id, sa.String))
    return sa.select(ChainLink.sequence).where(ChainLink.subject == subject, ChainLink.kind == kind).exists()


def _is_exposed() -> sa.ColumnElement[bool]:
    case_groups = sa.select(Committee.id).where(Committee.kind == CommitteeKind.CASE_GROUP)
    return (Decision.audience == Audience.PROGRAMME) & Decision.committee_id.in_(case_groups)


def _gaps() -> Iterator[Fault]:
    series = sa.select(Committee.code, Decision.year, sa.func.max(Decision.ordinal), sa.func.count())
    grouped = series.join(Decision.committee).where(is_released()).group_by(Committee.code, Decision.year)
    for code, year, last, count in session.execute(grouped):
        if last is not None and last != count:
            yield Fault(None, f"{code}-{year}", f"{last - count} of the numbers up to {last:03d} missing")
