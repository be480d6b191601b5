"""Tasks that a committee gave: who does what by when, what became of it, and its history."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.meeting import Meeting
from minutes.minutes import Minutes
from minutes.proposals import OWNERS_LENGTH
from portal.clock import now
from portal.committees import Committee
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.people import Person

NOTE_LENGTH = 300


class TaskState(enum.StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class TaskEvent(enum.StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    DONE = "done"
    DROPPED = "dropped"
    REOPENED = "reopened"


TASK_STATES = {
    TaskState.OPEN: _l("offen"),
    TaskState.DONE: _l("erledigt"),
    TaskState.DROPPED: _l("entfallen"),
}
TASK_EVENTS = {
    TaskEvent.CREATED: _l("aufgenommen"),
    TaskEvent.CHANGED: _l("geändert"),
    TaskEvent.DONE: _l("erledigt"),
    TaskEvent.DROPPED: _l("entfallen"),
    TaskEvent.REOPENED: _l("wieder geöffnet"),
}


class TaskOwner(Base):
    """A person of the portal who has the task."""

    __tablename__ = "task_owner"

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)


class Task(Base):
    """A task of a committee.

    `owners` are the names as the minutes write them, `people` those among them whom the portal knows. `meeting` is
    the one that gave it, `closed_in` the minutes that tell that it is done; both may be missing.
    """

    __tablename__ = "task"
    __table_args__ = (sa.Index("ix_task_committee_id_state", "committee_id", "state"),)

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"))
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    owners: Mapped[str] = mapped_column(sa.String(OWNERS_LENGTH), default="")
    due: Mapped[date | None]
    state: Mapped[TaskState] = mapped_column(one_of(TaskState), default=TaskState.OPEN)
    created_at: Mapped[Moment] = mapped_column(default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_in_id: Mapped[int | None] = mapped_column(sa.ForeignKey("minutes.id"))
    version: Mapped[int] = mapped_column()

    committee: Mapped[Committee] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    closed_in: Mapped[Minutes | None] = relationship()
    people: Mapped[list[Person]] = relationship(secondary="task_owner", order_by=Person.name)
    changes: Mapped[list["TaskChange"]] = relationship(
        order_by="TaskChange.id", cascade="all, delete-orphan", back_populates="task"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class TaskChange(Base):
    """A line of a task's history; `person` is missing where the portal itself acted."""

    __tablename__ = "task_change"

    id: Mapped[PrimaryKey]
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    at: Mapped[Moment] = mapped_column(default=now)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    what: Mapped[TaskEvent] = mapped_column(one_of(TaskEvent))
    note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), default="")

    task: Mapped[Task] = relationship(back_populates="changes")
    person: Mapped[Person | None] = relationship()
