"""Minutes of a meeting, and what the reader proposes to have found in them."""

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import event
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from meetings.meeting import Meeting
from portal import chain
from portal.access import one_or_404
from portal.clock import now
from portal.committees import Role, committees_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of, session
from portal.files import StoredFile
from portal.people import Person
from portal.rendering import to_html

TEXT_LENGTH = 2_000_000
LINE_LENGTH = 1000
OWNERS_LENGTH = 300


class MinutesState(enum.StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"


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


MINUTES_STATES = {MinutesState.DRAFT: _l("Entwurf"), MinutesState.APPROVED: _l("genehmigt")}
OUTCOMES = {
    Outcome.ADOPTED: _l("angenommen"),
    Outcome.REJECTED: _l("abgelehnt"),
    Outcome.NOT_STATED: _l("nicht angegeben"),
    Outcome.NOT_FILLED: _l("nicht besetzt"),
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


class SealedError(Exception):
    """Somebody tried to change what is approved or released."""


class Minutes(Base):
    """The minutes of a meeting as Markdown; approved ones never change (corrections make a new `edition`)."""

    __tablename__ = "minutes"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "edition"),)

    id: Mapped[PrimaryKey]
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    edition: Mapped[int] = mapped_column(default=1)
    state: Mapped[MinutesState] = mapped_column(one_of(MinutesState), default=MinutesState.DRAFT)
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    original_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    original_note: Mapped[str] = mapped_column(sa.String(200), default="")
    written_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[Moment] = mapped_column(default=now)
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[str] = mapped_column(sa.String(32), default=chain.new_salt)
    version: Mapped[int] = mapped_column()

    meeting: Mapped[Meeting] = relationship(backref="minutes")
    original: Mapped[StoredFile | None] = relationship()
    written_by: Mapped[Person] = relationship(foreign_keys=written_by_id)
    approved_by: Mapped[Person | None] = relationship(foreign_keys=approved_by_id)
    items: Mapped[list["ItemProposal"]] = relationship(
        order_by="ItemProposal.position", cascade="all, delete-orphan"
    )
    decisions: Mapped[list["DecisionProposal"]] = relationship(
        order_by="DecisionProposal.position", cascade="all, delete-orphan"
    )
    tasks: Mapped[list["TaskProposal"]] = relationship(
        order_by="TaskProposal.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it

    @property
    def is_approved(self) -> bool:
        return self.state is MinutesState.APPROVED

    def write(self, text: str) -> None:
        """Set the text; it is rendered now, so that reading costs nothing."""
        self.text, self.html = text, str(to_html(text))

    def chained(self) -> dict[str, Any]:
        """What the digest chain vouches for."""
        return {
            "meeting": self.meeting_id,
            "edition": self.edition,
            "text": self.text,
            "html": self.html,  # what readers see must not change either
            "original": self.original.digest if self.original else None,
            "decisions": [row.chained() for row in self.decisions if row.accepted],
            "tasks": [row.chained() for row in self.tasks if row.accepted],
        }


class ItemProposal(Base):
    """An agenda item that was treated, as the reader found it and a person corrected it."""

    __tablename__ = "minutes_item"

    id: Mapped[PrimaryKey]
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    position: Mapped[int]
    number: Mapped[str] = mapped_column(sa.String(20), default="")
    title: Mapped[str] = mapped_column(sa.String(LINE_LENGTH))
    first_line: Mapped[int | None]
    accepted: Mapped[bool] = mapped_column(default=True)


class DecisionProposal(Base):
    """A decision with its vote; counts that the text does not give stay empty."""

    __tablename__ = "minutes_decision"

    id: Mapped[PrimaryKey]
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome))
    yes: Mapped[int | None]
    no: Mapped[int | None]
    abstain: Mapped[int | None]
    mode: Mapped[VoteMode] = mapped_column(one_of(VoteMode))
    rationale: Mapped[str] = mapped_column(sa.Text, default="")
    first_line: Mapped[int | None]
    accepted: Mapped[bool] = mapped_column(default=True)

    minutes: Mapped[Minutes] = relationship(overlaps="decisions")

    def chained(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "outcome": self.outcome,
            "vote": [self.yes, self.no, self.abstain, self.mode],
        }


class TaskProposal(Base):
    """A task with its owners, as written, and its due date."""

    __tablename__ = "minutes_task"

    id: Mapped[PrimaryKey]
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    owners: Mapped[str] = mapped_column(sa.String(OWNERS_LENGTH), default="")
    due: Mapped[date | None]
    first_line: Mapped[int | None]
    accepted: Mapped[bool] = mapped_column(default=True)

    def chained(self) -> dict[str, Any]:
        return {"text": self.text, "owners": self.owners, "due": self.due.isoformat() if self.due else None}


def visible_minutes(at_least: Role = Role.MEMBER) -> sa.Select[Minutes]:
    """Minutes that the reader may see: approved ones of own committees, drafts where they write them."""
    writes = Meeting.committee_id.in_(committees_of(current_user, Role.SECRETARY))
    sits = Meeting.committee_id.in_(committees_of(current_user, at_least))
    is_open = sa.or_(Minutes.state == MinutesState.APPROVED, writes)
    return (
        sa.select(Minutes)
        .join(Minutes.meeting)
        .join(Meeting.committee)
        .options(contains_eager(Minutes.meeting).contains_eager(Meeting.committee))
        .where(sits, is_open)
    )


def get_minutes(minutes_id: int, at_least: Role = Role.MEMBER) -> Minutes:
    """Minutes that the reader may see and in whose committee they have at least that role; otherwise 404."""
    return one_or_404(visible_minutes(at_least).where(Minutes.id == minutes_id))


def get_draft_minutes(minutes_id: int) -> Minutes:
    """Minutes that the reader writes and that are not approved yet; otherwise 404."""
    return one_or_404(
        visible_minutes(Role.SECRETARY).where(Minutes.id == minutes_id, Minutes.state == MinutesState.DRAFT)
    )


def chained_minutes(ids: list[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Salt and chained content of minutes, for `flask verify`."""
    rows = session.scalars(sa.select(Minutes).where(Minutes.id.in_(ids)))
    return {row.id: (row.salt, row.chained()) for row in rows}


@event.listens_for(Minutes, "before_update")
def _keep_approved(_mapper: object, _connection: object, target: Minutes) -> None:
    before = sa.inspect(target).attrs.state.history.deleted or (target.state,)
    if MinutesState.APPROVED in before:
        raise SealedError("approved minutes do not change")
