"""Problem groups: what a case group found to be a pattern, put to the steering committee without any person.

Agreement, 2.1: questions that stand behind several cases are described in general and answered by the steering
committee; the answer goes back to the case group.
"""

import enum
from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from meetings.agenda import AgendaItem
from meetings.meeting import Meeting
from portal.access import one_or_404
from portal.clock import now
from portal.committees import Committee, CommitteeKind, Role, committees_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.people import Person

GROUP_TITLE_LENGTH = 200
GROUP_TEXT_LENGTH = 4000
PROBLEM_GROUP = "problem_group:"


class GroupState(enum.StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class GroupEvent(enum.StrEnum):
    DESCRIBED = "described"
    CHANGED = "changed"
    PLACED = "placed"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"


GROUP_STATES = {
    GroupState.OPEN: _l("offen"),
    GroupState.ANSWERED: _l("beantwortet"),
    GroupState.CLOSED: _l("geschlossen"),
}
GROUP_EVENTS = {
    GroupEvent.DESCRIBED: _l("beschrieben"),
    GroupEvent.CHANGED: _l("geändert"),
    GroupEvent.PLACED: _l("auf die Tagesordnung gesetzt"),
    GroupEvent.ANSWERED: _l("beantwortet"),
    GroupEvent.REOPENED: _l("wieder eröffnet"),
    GroupEvent.CLOSED: _l("geschlossen"),
}


class ProblemGroup(Base):
    """A pattern behind several cases, described without persons; read by the case group and the steering committee.

    `committee` is the case group that found it, `item` the item of its agenda that was marked.
    """

    __tablename__ = "problem_group"
    __table_args__ = (
        sa.CheckConstraint("state <> 'answered' OR answered_at IS NOT NULL", "answered"),
        {"sqlite_autoincrement": True},  # dismissals and agendas name it for ever
    )

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agenda_item.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(sa.String(GROUP_TITLE_LENGTH))
    text: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[GroupState] = mapped_column(one_of(GroupState), default=GroupState.OPEN)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    described_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    described_at: Mapped[Moment] = mapped_column(default=now)
    version: Mapped[int] = mapped_column()

    committee: Mapped[Committee] = relationship()
    item: Mapped[AgendaItem | None] = relationship()
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)
    described_by: Mapped[Person] = relationship(foreign_keys=described_by_id)
    history: Mapped[list["GroupChange"]] = relationship(order_by="GroupChange.id", back_populates="group")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class GroupChange(Base):
    """A line of the history; `meeting` is the one on whose agenda the group was put, or in which it was answered."""

    __tablename__ = "problem_group_change"

    id: Mapped[PrimaryKey]
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("problem_group.id"), index=True)
    at: Mapped[Moment] = mapped_column(default=now)
    what: Mapped[GroupEvent] = mapped_column(one_of(GroupEvent))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"))

    group: Mapped[ProblemGroup] = relationship(back_populates="history")
    person: Mapped[Person | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()


def visible_groups() -> sa.Select[ProblemGroup]:
    """Problem groups that the reader may see: those of their case groups, and all of them in the steering committee."""
    mine = committees_of(current_user)
    steering = sa.select(Committee.id).where(Committee.kind == CommitteeKind.STEERING, Committee.id.in_(mine))
    return (
        sa.select(ProblemGroup)
        .join(ProblemGroup.committee)
        .options(contains_eager(ProblemGroup.committee))
        .where(sa.or_(ProblemGroup.committee_id.in_(mine), steering.exists()))
    )


def get_group(group_id: int) -> ProblemGroup:
    """A problem group that the reader may see; otherwise 404."""
    return one_or_404(visible_groups().where(ProblemGroup.id == group_id))


def get_own_group(group_id: int) -> ProblemGroup:
    """A problem group of a case group for which the reader writes; otherwise 404."""
    writes = committees_of(current_user, Role.SECRETARY)
    return one_or_404(
        visible_groups().where(ProblemGroup.id == group_id, ProblemGroup.committee_id.in_(writes))
    )


def get_group_to_answer(group_id: int) -> ProblemGroup:
    """A problem group that the reader may answer for the steering committee; otherwise 404."""
    writes = committees_of(current_user, Role.SECRETARY)
    steering = sa.select(Committee.id).where(
        Committee.kind == CommitteeKind.STEERING, Committee.id.in_(writes)
    )
    return one_or_404(visible_groups().where(ProblemGroup.id == group_id, steering.exists()))
