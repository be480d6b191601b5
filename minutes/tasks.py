"""Tasks that a committee gave: who does what by when, what became of it, and its history."""

import enum
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship, selectinload
from sqlalchemy.orm.attributes import flag_modified

from meetings.meeting import Meeting
from minutes.minutes import Minutes
from minutes.proposals import OWNERS_LENGTH
from minutes.task_history import NO_FACTS, Facts, TaskChange, TaskEvent, TaskFact
from minutes.task_owners import strangers_in
from portal.access import one_or_404
from portal.clock import now, today
from portal.committees import Committee, CommitteeKind, Role, committees_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.people import Person

TEXT_LENGTH = 20_000


class TaskState(enum.StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


TASK_STATES = {
    TaskState.OPEN: _l("offen"),
    TaskState.DONE: _l("erledigt"),
    TaskState.DROPPED: _l("entfallen"),
}


class TaskStateError(Exception):
    """The task is not in a state that allows this change."""


class TaskOwner(Base):
    """A person of the portal who has the task."""

    __tablename__ = "task_owner"

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)


class Task(Base):
    """A task of a committee.

    `owners` are the names as the minutes write them, `people` those among them whom the portal knows. `meeting` is
    the one that gave it, `closed_in` the minutes that tell that it is done; both may be missing. What becomes of it
    goes through its methods, each of which adds a line to its history; `person_id` is None where the portal itself
    acts.
    """

    __tablename__ = "task"
    __table_args__ = (
        sa.Index("ix_task_committee_id_state", "committee_id", "state"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", "closed"),
    )

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
    changes: Mapped[list[TaskChange]] = relationship(
        order_by=TaskChange.id, cascade="all, delete-orphan", back_populates="task"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it

    @property
    def is_open(self) -> bool:
        return self.state is TaskState.OPEN

    @property
    def days_left(self) -> int | None:
        """How many days there are until it is due, where the committee sits; negative when it is overdue."""
        return None if self.due is None else (self.due - today(self.committee.zone)).days

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.days_left is not None and self.days_left < 0

    @property
    def who(self) -> str:
        """The people's names, and the words for those whom the portal does not know."""
        return ", ".join([*(person.name for person in self.people), *strangers_in(self.owners, self.people)])

    @property
    def is_withheld(self) -> bool:
        """Whether its words stay on the portal's pages: those of a case group go into no letter."""
        return self.committee.kind is CommitteeKind.CASE_GROUP

    def begin(self, person_id: int | None, facts: Facts = NO_FACTS) -> None:
        """The first line of a new task's history."""
        self._tell(TaskEvent.CREATED, person_id, facts=facts, at=self.created_at)

    def finish(self, person_id: int | None, note: str = "", *, told_in: Minutes | None = None) -> None:
        """It is done; `told_in` are the approved minutes that say so."""
        moment, facts = None, NO_FACTS
        if told_in is not None:
            moment, facts = told_in.approved_at, {TaskFact.TOLD_DONE: told_in.meeting.day.isoformat()}
        self._close(TaskState.DONE, moment)
        self.closed_in = told_in
        self._tell(TaskEvent.DONE, person_id, note, facts, at=moment)

    def drop(self, person_id: int | None, reason: str = "", facts: Facts = NO_FACTS) -> None:
        """Nobody has to do it any more, for a person's reason or by what the portal knows."""
        self._close(TaskState.DROPPED)
        self._tell(TaskEvent.DROPPED, person_id, reason, facts)

    def reopen(self, person_id: int | None, note: str = "", facts: Facts = NO_FACTS) -> None:
        if self.is_open:
            raise TaskStateError
        self.state, self.closed_at, self.closed_in = TaskState.OPEN, None, None
        self._tell(TaskEvent.REOPENED, person_id, note, facts)

    def revise(self, person_id: int | None, facts: Facts) -> None:
        """Its words, owners or due date were changed."""
        flag_modified(self, "owners")  # another owner alone is a new version, too
        self._tell(TaskEvent.CHANGED, person_id, facts=facts)

    def remark(self, person_id: int | None, note: str) -> None:
        self._tell(TaskEvent.NOTED, person_id, note)

    def _close(self, state: TaskState, moment: datetime | None = None) -> None:
        if not self.is_open:
            raise TaskStateError
        self.state, self.closed_at = state, moment or now()

    def _tell(
        self,
        what: TaskEvent,
        person_id: int | None,
        note: str = "",
        facts: Facts = NO_FACTS,
        *,
        at: datetime | None = None,
    ) -> None:
        self.changes.append(
            TaskChange(what=what, person_id=person_id, note=note, facts=dict(facts), at=at or now())
        )


def visible_tasks(at_least: Role = Role.MEMBER) -> sa.Select[Task]:
    """Tasks of the committees in which the reader has at least that role."""
    return (
        sa.select(Task)
        .join(Task.committee)
        .options(contains_eager(Task.committee), selectinload(Task.people))
        .where(Task.committee_id.in_(committees_of(current_user, at_least)))
    )


def get_task(task_id: int, at_least: Role = Role.MEMBER) -> Task:
    """A task of a committee in which the reader has at least that role; otherwise 404."""
    return one_or_404(visible_tasks(at_least).where(Task.id == task_id))


def get_task_to_settle(task_id: int) -> Task:
    """A task that the reader may call done: an own one, or one of a committee for which they write; otherwise 404."""
    writes = Task.committee_id.in_(committees_of(current_user, Role.SECRETARY))
    return one_or_404(visible_tasks().where(Task.id == task_id, sa.or_(writes, owned_by(current_user.id))))


def owned_by(person_id: int) -> sa.ColumnElement[bool]:
    return Task.people.any(Person.id == person_id)


def by_urgency() -> tuple[sa.ColumnElement[bool], sa.ColumnElement[date | None], sa.ColumnElement[int]]:
    """Sorts the overdue first, then by due date, and those without one last, oldest first."""
    return Task.due.is_(None), Task.due.expression, Task.id.expression
