"""The forms of tasks; in a case group the text guard reads what is typed before anything of it is kept."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from meetings.agenda_guard import GuardedForm, guard_blocks
from minutes.proposals import OWNERS_LENGTH
from minutes.task_history import NOTE_LENGTH, Facts, TaskFact
from minutes.task_owners import people_named, strangers_in
from minutes.tasks import TEXT_LENGTH, Task
from portal.committees import Committee
from portal.forms import FILLED, day, line, rows_as_choices
from portal.people import Person

NEW = "task:new"


class TaskForm(GuardedForm):
    """A task as the secretary enters it: people of the committee are ticked, others named in words."""

    text = TextAreaField(
        _l("Aufgabe"),
        filters=[lambda text: text.strip().replace("\r\n", "\n") if text else text],
        validators=[FILLED, Length(max=TEXT_LENGTH, message=_l("Bitte höchstens %(max)d Zeichen."))],
    )
    people = SelectMultipleField(
        _l("Wer"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )
    owners = line(
        _l("Wer sonst"),
        OWNERS_LENGTH,
        required=False,
        description=_l(
            "Wer hier kein Konto hat, zum Beispiel eine Beratungsstelle. Das Portal erinnert nur Menschen, die es kennt."
        ),
    )
    due = day(_l("Bis wann"), required=False)

    guarded = ("text", "owners")

    def __init__(self, people: Sequence[Person], task: Task | None = None, **options: Any) -> None:
        """`people` are the committee's; those who already have the task are offered too."""
        super().__init__(**options)
        offered = {person.id: person for person in [*people, *(task.people if task else ())]}
        self._offered = offered
        self.people.choices = rows_as_choices(offered.values())

    def fill(self, task: Task) -> None:
        """Put what was entered into the task; people who are named in words have it too."""
        words, offered = self.owners.data or "", list(self._offered.values())
        ticked = [self._offered[number] for number in self.people.data or ()]
        task.people = list(
            {person.id: person for person in [*ticked, *people_named(words, offered)]}.values()
        )
        task.text, task.owners, task.due = (
            self.text.data,
            ", ".join(strangers_in(words, offered)),
            self.due.data,
        )


def values_of(task: Task) -> dict[str, Any]:
    """What the form shows of a task."""
    return {
        "text": task.text,
        "people": [person.id for person in task.people],
        "owners": ", ".join(strangers_in(task.owners, task.people)),
        "due": task.due,
        "version": task.version,
    }


def facts_of(task: Task) -> Facts:
    """What the form changes, as it stands."""
    due = task.due.isoformat() if task.due else ""
    return {TaskFact.TEXT: task.text, TaskFact.OWNERS: task.who, TaskFact.DUE: due}


def changed_facts(before: Facts, task: Task) -> Facts:
    """What is different now, each with what it was before; the words are not kept twice."""
    after = facts_of(task)
    changed = {fact: value for fact, value in before.items() if value != after[fact]}
    return changed | {TaskFact.TEXT: ""} if TaskFact.TEXT in changed else changed


class NoteForm(GuardedForm):
    """One click, and a note for the history if there is something to say."""

    note = line(_l("Bemerkung"), NOTE_LENGTH, required=False)
    next = HiddenField()

    guarded = ("note",)


class RemarkForm(NoteForm):
    """A note for the history, and nothing else."""

    note = line(_l("Bemerkung"), NOTE_LENGTH)


class DropForm(GuardedForm):
    reason = line(_l("Warum entfällt die Aufgabe?"), NOTE_LENGTH)

    guarded = ("reason",)


def is_acceptable(form: GuardedForm, committee: Committee, task: Task | None = None) -> bool:
    """Whether a form may be kept: complete, seen at the present version, and nobody is recognisable in a case group."""
    subject = f"task:{task.id}" if task else NEW
    form.put_replacements(committee, subject)
    if not form.validate() or (task is not None and not form.check_version(task.version)):
        return False
    return form.passes(committee, subject, blocks=guard_blocks(committee))
