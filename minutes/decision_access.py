"""Which decisions somebody may see, and which drafts they may write or release."""

import sqlalchemy as sa
from flask_login import current_user
from sqlalchemy.orm import contains_eager

from minutes.decision import Audience, Decision, DecisionState, is_released
from portal.access import one_or_404
from portal.committees import Role, committees_of
from portal.people import Person


def visible_decisions() -> sa.Select[Decision]:
    """Released decisions that the reader may see: of own committees, and those open to all committees' members."""
    return decisions_visible_to(current_user)


def decisions_visible_to(person: Person) -> sa.Select[Decision]:
    """Released decisions that a person may see today, for what is made outside their own visit."""
    return _of_audience_with(person).where(is_released())


def visible_erased() -> sa.Select[Decision]:
    """Erased decisions that the reader could see before; only that they were erased is told of them."""
    return _of_audience_with(current_user).where(Decision.state == DecisionState.ERASED)


def _of_audience_with(person: Person) -> sa.Select[Decision]:
    mine = committees_of(person)
    return (
        sa.select(Decision)
        .join(Decision.committee)
        .options(contains_eager(Decision.committee))
        .where(
            sa.or_(
                Decision.committee_id.in_(mine),
                sa.and_(Decision.audience != Audience.COMMITTEE, mine.exists()),
            ),
        )
    )


def get_draft(decision_id: int, *, to_change: bool = False) -> Decision:
    """A draft that the reader may write or release; otherwise 404.

    Args:
        decision_id: its id.
        to_change: let one transaction at a time hold it, so that each sees what the other one stored.
    """
    wanted = (
        sa.select(Decision)
        .join(Decision.committee)
        .options(contains_eager(Decision.committee))
        .where(
            Decision.id == decision_id,
            Decision.state == DecisionState.DRAFT,
            Decision.committee_id.in_(committees_of(current_user, Role.SECRETARY)),
        )
    )
    return one_or_404(wanted.with_for_update(of=Decision) if to_change else wanted)
