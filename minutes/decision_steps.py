"""What becomes of a released decision: withdrawn, opened to all committees, published; each step a link of the chain."""

import enum
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minutes import search
from minutes.decision import Audience, Decision, DecisionState
from minutes.sealing import SealedError
from portal import chain
from portal.chain import LinkKind
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, one_of, session
from portal.people import Person

STEP_REASON_LENGTH = 1000


class StepKind(enum.StrEnum):
    WITHDRAWN = "withdrawn"
    SHARED = "shared"
    PUBLISHED = "published"


STEP_KINDS = {
    StepKind.WITHDRAWN: _l("zurückgenommen"),
    StepKind.SHARED: _l("für alle Gremien geöffnet"),
    StepKind.PUBLISHED: _l("veröffentlicht"),
}
AUDIENCE_AFTER = {StepKind.SHARED: Audience.PROGRAMME, StepKind.PUBLISHED: Audience.PUBLIC}

changed: list[Callable[[Decision], None]] = []
"""Called, in the current transaction, when state or audience of a released decision changed: for what is made of it."""


class DecisionStep(Base):
    """A step after release. `reason` is anonymised like the decision itself; `asked_by` proposed what `person` did."""

    __tablename__ = "decision_step"
    __table_args__ = (
        sa.UniqueConstraint("decision_id", "kind"),
        sa.CheckConstraint("asked_by_id <> person_id", "second_person"),
        sa.CheckConstraint("kind <> 'withdrawn' OR asked_by_id IS NOT NULL", "withdrawn_by_two"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[PrimaryKey]
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"))
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind))
    at: Mapped[Moment] = mapped_column(default=now)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(STEP_REASON_LENGTH), default="")
    salt: Mapped[str] = mapped_column(sa.String(32), default=chain.new_salt)

    decision: Mapped[Decision] = relationship(backref="steps")
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    asked_by: Mapped[Person | None] = relationship(foreign_keys=asked_by_id)

    def chained(self) -> dict[str, Any]:
        """What the digest chain vouches for: all of it."""
        return {
            "decision": self.decision_id,
            "kind": self.kind,
            "at": chain.stamp(self.at),
            "by": self.person_id,
            "asked_by": self.asked_by_id,
            "reason": self.reason,
        }


@event.listens_for(DecisionStep, "before_update")
@event.listens_for(DecisionStep, "before_delete")
def _keep(_mapper: object, _connection: object, _target: DecisionStep) -> None:
    raise SealedError("steps after release do not change")


class WithdrawalRequest(Base):
    """Somebody asks to withdraw a decision; it stands until a second person has done it, or one of them drops it."""

    __tablename__ = "withdrawal_request"
    __table_args__ = (
        sa.UniqueConstraint("decision_id"),
        {"sqlite_autoincrement": True},  # a form that shows one reason must not withdraw with another one
    )

    id: Mapped[PrimaryKey]
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"))
    reason: Mapped[str] = mapped_column(sa.String(STEP_REASON_LENGTH))
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[Moment] = mapped_column(default=now)

    decision: Mapped[Decision] = relationship()
    asked_by: Mapped[Person] = relationship()


def take(
    decision: Decision,
    kind: StepKind,
    person: Person,
    *,
    reason: str = "",
    asked_by: Person | None = None,
) -> DecisionStep:
    """Let a released decision take a step and add its link to the chain, in the current transaction.

    Whether it may, and whether this person may, was asked before (`decision_withdrawal`, `decision_opening`).
    """
    session.refresh(decision, ["steps"])  # only beside a new step may the audience change
    step = DecisionStep(
        decision=decision, kind=kind, at=now(), person=person, reason=reason, asked_by=asked_by
    )
    session.add(step)
    if kind is StepKind.WITHDRAWN:
        decision.state = DecisionState.WITHDRAWN
    else:
        decision.audience = AUDIENCE_AFTER[kind]
    session.flush()
    chain.seal(LinkKind(kind.value), f"decision:{decision.id}", step.salt, step.chained(), step.at)
    note_changed(decision)
    return step


def note_changed(decision: Decision) -> None:
    """Let search, and whatever else is made of a released decision, follow its state and audience."""
    search.reindex(decision)
    for react in changed:
        react(decision)
