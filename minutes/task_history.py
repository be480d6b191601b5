"""The history of a task: what happened to it, who did it, and what the portal knows of it."""

import enum
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, one_of
from portal.language import short_date
from portal.people import Person

if TYPE_CHECKING:
    from minutes.tasks import Task

NOTE_LENGTH = 300


class TaskEvent(enum.StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    DONE = "done"
    DROPPED = "dropped"
    REOPENED = "reopened"
    NOTED = "noted"


TASK_EVENTS = {
    TaskEvent.CREATED: _l("aufgenommen"),
    TaskEvent.CHANGED: _l("geändert"),
    TaskEvent.DONE: _l("erledigt"),
    TaskEvent.DROPPED: _l("entfallen"),
    TaskEvent.REOPENED: _l("wieder geöffnet"),
    TaskEvent.NOTED: _l("Bemerkung"),
}


class TaskFact(enum.StrEnum):
    """What the portal knows of a change; some facts have a value: a day as ISO 8601, or names."""

    MINUTES = "minutes"
    OLD_MINUTES = "old_minutes"
    CORRECTED = "corrected"
    NAMED_AGAIN = "named_again"
    TOLD_DONE = "told_done"
    NO_LONGER_DONE = "no_longer_done"
    NO_LONGER_NAMED = "no_longer_named"
    TEXT = "text"
    OWNERS = "owners"
    DUE = "due"


FACTS_IN_WORDS = {
    TaskFact.MINUTES: _l("Protokoll der Sitzung am %(day)s."),
    TaskFact.OLD_MINUTES: _l("Aus einem alten Protokoll; was daraus wurde, weiß das Portal nicht."),
    TaskFact.CORRECTED: _l("Das Protokoll wurde berichtigt."),
    TaskFact.NAMED_AGAIN: _l("Wieder genannt in der Sitzung am %(day)s."),
    TaskFact.TOLD_DONE: _l("Laut Protokoll der Sitzung am %(day)s."),
    TaskFact.NO_LONGER_DONE: _l("Im berichtigten Protokoll nicht mehr erledigt."),
    TaskFact.NO_LONGER_NAMED: _l("Steht nicht mehr im berichtigten Protokoll."),
    TaskFact.TEXT: _l("Wortlaut geändert"),
    TaskFact.OWNERS: _l("zuständig bisher: %(names)s"),
    TaskFact.DUE: _l("Frist bisher: %(day)s"),
}

Facts = Mapping[TaskFact, str]
"""Facts with their values, "" where they have none."""
NO_FACTS: Facts = {}


class TaskChange(Base):
    """A line of a task's history; `person` is missing where the portal itself acted.

    `note` is what the person wrote, `facts` what the portal adds, told in the language of whoever reads it.
    """

    __tablename__ = "task_change"

    id: Mapped[PrimaryKey]
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    at: Mapped[Moment] = mapped_column(default=now)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    what: Mapped[TaskEvent] = mapped_column(one_of(TaskEvent))
    note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), default="")
    facts: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)

    task: Mapped["Task"] = relationship(back_populates="changes")
    person: Mapped[Person | None] = relationship()

    @property
    def facts_in_words(self) -> str:
        """What the portal adds, in the language of the moment."""
        return "; ".join(_in_words(TaskFact(fact), value) for fact, value in self.facts.items())


def _in_words(fact: TaskFact, value: str) -> str:
    is_day = bool(value) and fact is not TaskFact.OWNERS
    shown = short_date(date.fromisoformat(value)) if is_day else value or "–"
    return str(FACTS_IN_WORDS[fact] % {"day": shown, "names": shown})
