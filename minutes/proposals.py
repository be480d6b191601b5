"""What the reader proposes to have found in a text, and what a person makes of it."""

import enum
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from portal.database import Base, PrimaryKey, one_of

if TYPE_CHECKING:
    from minutes.minutes import Minutes
    from minutes.tasks import Task

LINE_LENGTH = 1000
NUMBER_LENGTH = 20
OWNERS_LENGTH = 300
VOTE_LENGTH = 300


class Outcome(enum.StrEnum):
    ADOPTED = "adopted"
    REJECTED = "rejected"
    NOT_STATED = "not_stated"
    NOT_FILLED = "not_filled"
    OBSOLETE = "obsolete"
    DEFERRED = "deferred"


class VoteMode(enum.StrEnum):
    COUNTS = "counts"
    UNANIMOUS = "unanimous"
    CONSENSUS = "consensus"
    MAJORITY = "majority"
    PARTIAL = "partial"
    NOT_RECORDED = "not_recorded"


class Strength(enum.StrEnum):
    """Whether the text tells of an act or a vote, or merely says how something was settled."""

    FORMAL = "formal"
    STATED = "stated"


OUTCOMES = {
    Outcome.ADOPTED: _l("angenommen"),
    Outcome.REJECTED: _l("abgelehnt"),
    Outcome.NOT_STATED: _l("nicht angegeben"),
    Outcome.NOT_FILLED: _l("Amt nicht besetzt"),
    Outcome.OBSOLETE: _l("erledigt"),
    Outcome.DEFERRED: _l("vertagt"),
}
VOTE_MODES = {
    VoteMode.COUNTS: _l("ausgezählt"),
    VoteMode.UNANIMOUS: _l("einstimmig"),
    VoteMode.CONSENSUS: _l("im Einvernehmen"),
    VoteMode.MAJORITY: _l("mehrheitlich"),
    VoteMode.PARTIAL: _l("teilweise ausgezählt"),
    VoteMode.NOT_RECORDED: _l("nicht vermerkt"),
}


class Proposal:
    """Something found in lines of the minutes' text, counted from 1; None where a person added it.

    `accepted` is a person's yes: what tells of an act is preset, what merely says so is not. What was touched
    `by_hand` stays when the text is read anew.
    """

    id: Mapped[PrimaryKey]
    position: Mapped[int]
    first_line: Mapped[int | None]
    last_line: Mapped[int | None]
    accepted: Mapped[bool] = mapped_column(default=True)
    by_hand: Mapped[bool] = mapped_column(default=False)

    @declared_attr
    @classmethod
    def minutes_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("minutes.id"), index=True)


class ItemProposal(Proposal, Base):
    """An agenda item that was treated."""

    __tablename__ = "minutes_item"

    number: Mapped[str] = mapped_column(sa.String(NUMBER_LENGTH), default="")
    title: Mapped[str] = mapped_column(sa.String(LINE_LENGTH))

    @property
    def label(self) -> str:
        """Number and title, as readers see them."""
        return f"{self.number} {self.title}".strip()

    @label.setter
    def label(self, words: str) -> None:
        """Set other words; what they do not begin with is no number any more."""
        if not words.startswith(f"{self.number} "):
            self.number = ""
        self.title = words.removeprefix(self.number).strip()[:LINE_LENGTH]

    def chained(self) -> list[str]:
        return [self.number, self.title]


class DecisionProposal(Proposal, Base):
    """A decision with its vote; counts that the text does not give stay empty, its words stay in `vote_raw`.

    `is_derived`: no word of the text says the outcome, only the counts do.
    """

    __tablename__ = "minutes_decision"

    text: Mapped[str] = mapped_column(sa.Text)
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome))
    is_derived: Mapped[bool] = mapped_column(default=False)
    strength: Mapped[Strength] = mapped_column(one_of(Strength), default=Strength.FORMAL)
    yes: Mapped[int | None]
    no: Mapped[int | None]
    abstain: Mapped[int | None]
    mode: Mapped[VoteMode] = mapped_column(one_of(VoteMode))
    vote_raw: Mapped[str] = mapped_column(sa.String(VOTE_LENGTH), default="")
    rationale: Mapped[str] = mapped_column(sa.Text, default="")

    minutes: Mapped["Minutes"] = relationship(overlaps="decisions")

    def chained(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "outcome": self.outcome,
            "vote": [self.yes, self.no, self.abstain, self.mode],
        }


class TaskProposal(Proposal, Base):
    """A task with its owners, as written, and its due date; `task` is what became of it at the approval."""

    __tablename__ = "minutes_task"

    text: Mapped[str] = mapped_column(sa.Text)
    owners: Mapped[str] = mapped_column(sa.String(OWNERS_LENGTH), default="")
    due: Mapped[date | None]
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"), index=True)

    task: Mapped["Task | None"] = relationship()

    def chained(self) -> dict[str, Any]:
        return {"text": self.text, "owners": self.owners, "due": self.due.isoformat() if self.due else None}


class DeferralProposal(Proposal, Base):
    """A matter that was put off to another time."""

    __tablename__ = "minutes_deferral"

    text: Mapped[str] = mapped_column(sa.Text)

    def chained(self) -> dict[str, Any]:
        return {"text": self.text}


class ClosureProposal(Proposal, Base):
    """The text tells that a task of an earlier meeting is done."""

    __tablename__ = "minutes_closure"
    __table_args__ = (sa.UniqueConstraint("minutes_id", "task_id"),)

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)

    task: Mapped["Task"] = relationship()

    def chained(self) -> dict[str, Any]:
        return {"task": self.task_id}
