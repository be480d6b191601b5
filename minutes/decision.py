"""Decisions of the office and resolutions of committees: anonymised, released by a second person, then unchangeable."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import event
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from meetings.meeting import Meeting
from minutes.sealing import SealedError
from portal import chain
from portal.access import one_or_404
from portal.clock import now
from portal.committees import Committee, Role, committees_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.people import Person
from portal.rendering import to_html

TITLE_LENGTH = 200
OUTCOME_LENGTH = 1000
RATIONALE_LENGTH = 100_000
REFERENCE_LENGTH = 80
TOPIC_LENGTH = 60


class DecisionKind(enum.StrEnum):
    OFFICE_DECISION = "office_decision"
    RESOLUTION = "resolution"


class DecisionState(enum.StrEnum):
    DRAFT = "draft"
    RELEASED = "released"
    SUPERSEDED = "superseded"


class Audience(enum.StrEnum):
    """Who may read a released decision: the committee's members, or members of all committees."""

    COMMITTEE = "committee"
    PROGRAMME = "programme"


DECISION_KINDS = {
    DecisionKind.OFFICE_DECISION: _l("Entscheidung des Amtes"),
    DecisionKind.RESOLUTION: _l("Beschluss des Gremiums"),
}
DECISION_STATES = {
    DecisionState.DRAFT: _l("Entwurf"),
    DecisionState.RELEASED: _l("freigegeben"),
    DecisionState.SUPERSEDED: _l("abgelöst"),
}

decision_topic = sa.Table(
    "decision_topic",
    Base.metadata,
    sa.Column("decision_id", sa.ForeignKey("decision.id"), primary_key=True),
    sa.Column("topic_id", sa.ForeignKey("topic.id"), primary_key=True, index=True),
)
decision_writer = sa.Table(
    "decision_writer",
    Base.metadata,
    sa.Column("decision_id", sa.ForeignKey("decision.id"), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True),
)


class Topic(Base):
    __tablename__ = "topic"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(sa.String(TOPIC_LENGTH), unique=True)


class LegalBasis(Base):
    """One reference to a law, as written: `§ 25b AufenthG`."""

    __tablename__ = "decision_legal_basis"

    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(REFERENCE_LENGTH))


def _few(name: str, column: str, condition: str) -> sa.Index:
    """An index of a few rows among many; in a common index a planner would count them with the others."""
    where = sa.text(condition)
    return sa.Index(name, column, sqlite_where=where, postgresql_where=where)


class Decision(Base):
    """A decision with its carrying arguments (agreement, 1.1).

    `number` is given at release, gapless per committee and year. `archive_key` is day·10⁶ + n of the release: newest
    first is a property of the key. `submission` tells two sendings of one form apart from two decisions.
    `written_by` wrote last, at `written_at`; `writers` are all who ever wrote, and none of them may release.
    """

    __tablename__ = "decision"
    __table_args__ = (
        sa.UniqueConstraint("committee_id", "year", "ordinal"),
        sa.CheckConstraint("released_by_id <> written_by_id", "second_person"),
        sa.CheckConstraint(
            "(state = 'draft') = (number IS NULL)"
            " AND (number IS NULL) = (year IS NULL)"
            " AND (number IS NULL) = (ordinal IS NULL)"
            " AND (number IS NULL) = (released_by_id IS NULL)"
            " AND (number IS NULL) = (released_at IS NULL)"
            " AND (number IS NULL) = (archive_key IS NULL)",
            "release_is_whole",
        ),
        _few("ix_decision_draft", "committee_id", "number IS NULL"),
        _few("ix_decision_supersedes_id", "supersedes_id", "supersedes_id IS NOT NULL"),
        {
            "sqlite_autoincrement": True
        },  # what the audit trail says of a deleted draft must not fit another one
    )

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"))
    kind: Mapped[DecisionKind] = mapped_column(one_of(DecisionKind))
    state: Mapped[DecisionState] = mapped_column(one_of(DecisionState), default=DecisionState.DRAFT)
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.COMMITTEE)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    outcome: Mapped[str] = mapped_column(sa.String(OUTCOME_LENGTH))
    rationale: Mapped[str] = mapped_column(sa.Text)
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    supersedes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision.id"))
    written_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[Moment] = mapped_column(default=now)
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    year: Mapped[int | None]
    ordinal: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    archive_key: Mapped[int | None] = mapped_column(sa.BigInteger, unique=True)
    submission: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    salt: Mapped[str] = mapped_column(sa.String(32), default=chain.new_salt)
    version: Mapped[int] = mapped_column()

    committee: Mapped[Committee] = relationship()
    meeting: Mapped[Meeting | None] = relationship(backref="decisions")
    supersedes: Mapped["Decision | None"] = relationship(remote_side="Decision.id", backref="superseded_by")
    written_by: Mapped[Person] = relationship(foreign_keys=written_by_id)
    released_by: Mapped[Person | None] = relationship(foreign_keys=released_by_id)
    topics: Mapped[list[Topic]] = relationship(secondary=decision_topic, order_by=Topic.name)
    legal_bases: Mapped[list[LegalBasis]] = relationship(
        order_by=LegalBasis.position, cascade="all, delete-orphan"
    )
    writers: Mapped[list[Person]] = relationship(secondary=decision_writer)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it

    @property
    def is_draft(self) -> bool:
        return self.state is DecisionState.DRAFT

    @property
    def guarded_texts(self) -> dict[str, str]:
        """The fields that the text guard reads."""
        return {
            "title": self.title,
            "outcome": self.outcome,
            "rationale": self.rationale,
            "legal_bases": "\n".join(row.reference for row in self.legal_bases),
            "topics": "\n".join(topic.name for topic in self.topics),
        }

    @property
    def html(self) -> Markup:
        """The rationale as readers see it; made from what the chain vouches for, and cleaned, at each reading."""
        return to_html(self.rationale)

    def chained(self) -> dict[str, Any]:
        """What the digest chain vouches for: all but what later links may change, the state and the audience."""
        return {
            "number": self.number,
            "year": self.year,
            "ordinal": self.ordinal,
            "archive_key": self.archive_key,
            "committee": self.committee_id,
            "kind": self.kind,
            "title": self.title,
            "outcome": self.outcome,
            "rationale": self.rationale,
            "legal_bases": [row.reference for row in self.legal_bases],
            "topics": sorted(topic.name for topic in self.topics),
            "meeting": self.meeting_id,
            "supersedes": self.supersedes_id,
            "written_by": self.written_by_id,
            "written_at": chain.stamp(self.written_at),
            "released_by": self.released_by_id,
            "released_at": chain.stamp(self.released_at) if self.released_at else None,
        }


def is_released() -> sa.ColumnElement[bool]:
    return Decision.state != DecisionState.DRAFT


def is_draft() -> sa.ColumnElement[bool]:
    """The condition by which few drafts are found among many decisions."""
    return Decision.number.is_(None)


def visible_decisions() -> sa.Select[Decision]:
    """Released decisions that the reader may see: of own committees, and those open to all committees' members."""
    mine = committees_of(current_user)
    return (
        sa.select(Decision)
        .join(Decision.committee)
        .options(contains_eager(Decision.committee))
        .where(
            is_released(),
            sa.or_(
                Decision.committee_id.in_(mine),
                sa.and_(Decision.audience == Audience.PROGRAMME, mine.exists()),
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


CHANGES_AFTER_RELEASE = {"state", "version", "superseded_by"}


@event.listens_for(Decision, "before_update")
def _keep_released(_mapper: object, _connection: object, target: Decision) -> None:
    attributes = sa.inspect(target).attrs
    before = attributes.state.history.deleted or (target.state,)
    if DecisionState.DRAFT in before:
        return
    changed = {row.key for row in attributes if row.history.has_changes()} - CHANGES_AFTER_RELEASE
    if changed:
        raise SealedError("released decisions do not change")


@event.listens_for(Decision, "before_delete")
def _keep_row(_mapper: object, _connection: object, target: Decision) -> None:
    if not target.is_draft:
        raise SealedError("released decisions are not deleted")


@event.listens_for(LegalBasis, "before_update")
@event.listens_for(LegalBasis, "before_delete")
def _keep_reference(_mapper: object, connection: sa.Connection, target: LegalBasis) -> None:
    of_draft = sa.select(Decision.state == DecisionState.DRAFT).where(Decision.id == target.decision_id)
    if not connection.scalar(of_draft):
        raise SealedError("the legal bases of released decisions do not change")


@event.listens_for(Topic, "before_update")
def _keep_name(_mapper: object, _connection: object, target: Topic) -> None:
    if sa.inspect(target).attrs.name.history.has_changes():
        raise SealedError("topics are shared by released decisions and do not change")
