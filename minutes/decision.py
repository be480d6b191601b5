"""Decisions of the office and resolutions of committees: anonymised, released by a second person, then unchangeable."""

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.agenda import AgendaItem
from meetings.meeting import Meeting
from meetings.problem_groups import ProblemGroup
from minutes.legal_basis import LegalBasis
from minutes.proposals import ItemProposal
from minutes.sealing import SealedError
from portal import chain
from portal.clock import now
from portal.committees import Committee
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.language import local
from portal.people import Person
from portal.rendering import to_html

TITLE_LENGTH = 200
OUTCOME_LENGTH = 1000
RATIONALE_LENGTH = 30_000  # each of its three fields: about ten pages; the guard reads them while others wait
CONDITIONS_LENGTH = 4000
TOPIC_LENGTH = 60


class DecisionKind(enum.StrEnum):
    OFFICE_DECISION = "office_decision"
    RESOLUTION = "resolution"


class DecisionState(enum.StrEnum):
    DRAFT = "draft"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


REPLACEABLE = (DecisionState.RELEASED, DecisionState.SUPERSEDED)
"""What another decision may take the place of; one that was split is replaced by several."""


class Result(enum.StrEnum):
    """How it ended, in one word by which the archive counts; the words of the outcome say the rest."""

    GRANTED = "granted"
    CONDITIONAL = "conditional"
    REFUSED = "refused"
    DEFERRED = "deferred"
    NOTED = "noted"


class Audience(enum.StrEnum):
    """Who may read a released decision: the committee's members, members of all committees, everybody."""

    COMMITTEE = "committee"
    PROGRAMME = "programme"
    PUBLIC = "public"


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


def _few(name: str, column: str, condition: str, *, unique: bool = False) -> sa.Index:
    """An index of a few rows among many; in a common index a planner would count them with the others."""
    where = sa.text(condition)
    return sa.Index(name, column, unique=unique, sqlite_where=where, postgresql_where=where)


class Decision(Base):
    """A decision with its carrying arguments (agreement, 1.1).

    `number` is given at release, gapless per committee and year. `archive_key` is day·10⁶ + n of the release: newest
    first is a property of the key. `submission` tells two sendings of one form apart from two decisions.
    `written_by` wrote last, at `written_at`; `writers` are all who ever wrote, and none of them may release, nor a
    second account of theirs: triggers of the database see to it.
    The rationale has three fields, in the agreement's words: `outline`, `arguments`, and `conclusion` for similar cases.
    `proposal_id` names the decision in minutes from which it was taken over, `minutes_item` its heading there.
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
        _few("ix_decision_problem_group_id", "problem_group_id", "problem_group_id IS NOT NULL"),
        _few("ix_decision_proposal_id", "proposal_id", "proposal_id IS NOT NULL", unique=True),
        _few("ix_decision_minutes_item_id", "minutes_item_id", "minutes_item_id IS NOT NULL"),
        # What the audit trail says of a deleted draft must not fit another one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"))
    kind: Mapped[DecisionKind] = mapped_column(one_of(DecisionKind))
    state: Mapped[DecisionState] = mapped_column(one_of(DecisionState), default=DecisionState.DRAFT)
    audience: Mapped[Audience] = mapped_column(one_of(Audience), default=Audience.COMMITTEE)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    result: Mapped[Result | None] = mapped_column(one_of(Result, "decisionresult"))
    outcome: Mapped[str] = mapped_column(sa.String(OUTCOME_LENGTH))
    outline: Mapped[str] = mapped_column(sa.Text, default="")
    arguments: Mapped[str] = mapped_column(sa.Text)
    conclusion: Mapped[str] = mapped_column(sa.Text, default="")
    conditions: Mapped[str] = mapped_column(sa.Text, default="")
    votes_yes: Mapped[int | None]
    votes_no: Mapped[int | None]
    votes_abstain: Mapped[int | None]
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    agenda_item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agenda_item.id"))
    problem_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("problem_group.id"))
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("minutes_decision.id", ondelete="SET NULL"))
    minutes_item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("minutes_item.id", ondelete="SET NULL"))
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
    agenda_item: Mapped[AgendaItem | None] = relationship()
    minutes_item: Mapped[ItemProposal | None] = relationship()
    problem_group: Mapped[ProblemGroup | None] = relationship(backref="decisions")
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
    def released_on(self) -> date:
        """The day of the release (of a draft, of its last change) where the committee is."""
        return local(self.released_at or self.written_at, self.committee.zone).date()

    @property
    def day(self) -> date:
        """When it was decided: in its meeting, or else by its release."""
        return min(self.meeting.day, self.released_on) if self.meeting else self.released_on

    @property
    def guarded_texts(self) -> dict[str, str]:
        """The fields that the text guard reads."""
        return {
            "title": self.title,
            "outcome": self.outcome,
            "outline": self.outline,
            "arguments": self.arguments,
            "conclusion": self.conclusion,
            "conditions": self.conditions,
            "legal_bases": "\n".join(row.reference for row in self.legal_bases),
            "topics": "\n".join(topic.name for topic in self.topics),
        }

    @property
    def vote(self) -> str:
        """The counts in words; empty where none is known."""
        counts = {_("Ja"): self.votes_yes, _("Nein"): self.votes_no, _("Enthaltungen"): self.votes_abstain}
        return ", ".join(f"{label}: {count}" for label, count in counts.items() if count is not None)

    @property
    def rationale(self) -> dict[str, Markup]:
        """Its filled fields as readers see them, made from what the chain vouches for, and cleaned, at each reading."""
        fields = ("outline", "arguments", "conclusion")
        return {name: to_html(text) for name in fields if (text := getattr(self, name))}

    def chained(self) -> dict[str, Any]:
        """What the digest chain vouches for: all but what later links may change, the state and the audience.

        Parts that came with later versions are named only where they are filled: older digests stay true.
        """
        votes = [self.votes_yes, self.votes_no, self.votes_abstain]
        later = {
            "outline": self.outline,
            "conclusion": self.conclusion,
            "conditions": self.conditions,
            "result": self.result,
            "votes": votes if any(count is not None for count in votes) else None,
            "agenda_item": self.agenda_item_id,
            "problem_group": self.problem_group_id,
        }
        return {
            "number": self.number,
            "year": self.year,
            "ordinal": self.ordinal,
            "archive_key": self.archive_key,
            "committee": self.committee_id,
            "kind": self.kind,
            "title": self.title,
            "outcome": self.outcome,
            "rationale": self.arguments,
            "legal_bases": [row.reference for row in self.legal_bases],
            "topics": sorted(topic.name for topic in self.topics),
            "meeting": self.meeting_id,
            "supersedes": self.supersedes_id,
            "written_by": self.written_by_id,
            "written_at": chain.stamp(self.written_at),
            "released_by": self.released_by_id,
            "released_at": chain.stamp(self.released_at) if self.released_at else None,
        } | {name: value for name, value in later.items() if value}


def is_released() -> sa.ColumnElement[bool]:
    """The condition of what may be read, if the reader has the right to it: neither drafts nor what was erased."""
    return Decision.state.not_in([DecisionState.DRAFT, DecisionState.ERASED])


def is_draft() -> sa.ColumnElement[bool]:
    """The condition by which few drafts are found among many decisions."""
    return Decision.number.is_(None)


CHANGES_AFTER_RELEASE = {"state", "version", "superseded_by", "steps", "proposal_id", "minutes_item_id"}


@event.listens_for(Decision, "before_update")
def _keep_released(_mapper: object, _connection: object, target: Decision) -> None:
    attributes = sa.inspect(target).attrs
    before = attributes.state.history.deleted or (target.state,)
    if DecisionState.DRAFT in before:
        return
    changed = {row.key for row in attributes if row.history.has_changes()}
    if "steps" in changed:
        changed -= {"audience"}
    changed -= CHANGES_AFTER_RELEASE
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
