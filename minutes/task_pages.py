"""One's own tasks, and the page of a task: call it done, open it again, add a note, change it, drop it."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy.orm import selectinload

from meetings.agenda_guard import GuardedForm, guard_blocks
from minutes.task_forms import (
    DropForm,
    NoteForm,
    RemarkForm,
    TaskForm,
    changed_facts,
    facts_of,
    is_acceptable,
    values_of,
)
from minutes.task_history import TASK_EVENTS, TaskChange
from minutes.tasks import (
    TASK_STATES,
    Task,
    TaskState,
    TaskStateError,
    by_urgency,
    get_task,
    get_task_to_settle,
    owned_by,
    visible_tasks,
)
from portal import audit
from portal.clock import now
from portal.committees import Role, people_of, sits_in
from portal.database import session
from portal.people import Person
from portal.signin import local_address

blueprint = Blueprint("task", __name__)

LATELY = timedelta(days=30)
MOST_DONE = 20
MOST_ON_CARD = 5
FIELD_LABELS = {
    "text": _l("Aufgabe"),
    "owners": _l("Wer sonst"),
    "note": _l("Bemerkung"),
    "reason": _l("Grund"),
}


@blueprint.get("/tasks")
def mine() -> ResponseReturnValue:
    own = visible_tasks().where(owned_by(current_user.id))
    lately = own.where(Task.state == TaskState.DONE, Task.closed_at > now() - LATELY)
    return render_template(
        "minutes/tasks_mine.html",
        open_tasks=session.scalars(own.where(Task.state == TaskState.OPEN).order_by(*by_urgency())).all(),
        done=session.scalars(lately.order_by(Task.closed_at.desc(), Task.id.desc()).limit(MOST_DONE)).all(),
    )


@blueprint.get("/tasks/<int:task_id>")
def show(task_id: int) -> ResponseReturnValue:
    task = get_task(task_id)
    return _task_page(task, NoteForm(formdata=None, obj=task))


@blueprint.post("/tasks/<int:task_id>/done")
def done(task_id: int) -> ResponseReturnValue:
    return _settle(task_id, NoteForm(), Task.finish, "task.done", _("Die Aufgabe ist erledigt."))


@blueprint.post("/tasks/<int:task_id>/reopen")
def reopen(task_id: int) -> ResponseReturnValue:
    if get_task_to_settle(task_id).state is TaskState.DROPPED:
        get_task(task_id, Role.SECRETARY)  # who may drop a task opens it again
    return _settle(task_id, NoteForm(), Task.reopen, "task.reopened", _("Die Aufgabe ist wieder offen."))


@blueprint.post("/tasks/<int:task_id>/note")
def note(task_id: int) -> ResponseReturnValue:
    return _settle(task_id, RemarkForm(), Task.remark, "task.noted", _("Die Bemerkung ist gespeichert."))


def _settle(
    task_id: int, form: NoteForm, change: Callable[[Task, int, str], None], action: str, said: str
) -> ResponseReturnValue:
    """What an owner may do, too: one change with a note, then back to where the button was."""
    task = get_task_to_settle(task_id)
    if not is_acceptable(form, task.committee, task):
        return _task_page(task, form), 422
    change(task, current_user.id, form.note.data or "")
    form.note_reasons(f"task:{task.id}", current_user.id)
    audit.record(action, task)
    session.commit()
    flash(said, "success")
    return redirect(local_address(form.next.data or _address(task)))


@blueprint.get("/tasks/<int:task_id>/edit")
def edit(task_id: int) -> ResponseReturnValue:
    task = get_task(task_id, Role.SECRETARY)
    form = TaskForm(people_of(task.committee), task, data=values_of(task))
    form.passes(task.committee, f"task:{task.id}", blocks=False)
    return _edit_page(task, form)


@blueprint.post("/tasks/<int:task_id>/edit")
def save(task_id: int) -> ResponseReturnValue:
    task = get_task(task_id, Role.SECRETARY)
    form, before = TaskForm(people_of(task.committee), task), facts_of(task)
    if not is_acceptable(form, task.committee, task):
        return _edit_page(task, form), 422
    form.fill(task)
    if changed := changed_facts(before, task):
        task.revise(current_user.id, changed)
    form.note_reasons(f"task:{task.id}", current_user.id)
    audit.record("task.edited", task)
    session.commit()
    flash(_("Die Aufgabe ist gespeichert."), "success")
    return redirect(after_saving(task, form))


@blueprint.get("/tasks/<int:task_id>/drop")
def ask_drop(task_id: int) -> ResponseReturnValue:
    task = get_task(task_id, Role.SECRETARY)
    return render_template("minutes/task_drop.html", task=task, form=DropForm(obj=task), labels=FIELD_LABELS)


@blueprint.post("/tasks/<int:task_id>/drop")
def drop(task_id: int) -> ResponseReturnValue:
    task, form = get_task(task_id, Role.SECRETARY), DropForm()
    if not is_acceptable(form, task.committee, task):
        return render_template("minutes/task_drop.html", task=task, form=form, labels=FIELD_LABELS), 422
    task.drop(current_user.id, form.reason.data)
    form.note_reasons(f"task:{task.id}", current_user.id)
    audit.record("task.dropped", task)
    session.commit()
    flash(_("Die Aufgabe ist entfallen."), "success")
    return redirect(_address(task))


def after_saving(task: Task, form: GuardedForm) -> str:
    """The task's page; its form again where the guard marked something that its writer should look at."""
    marked = len(form.open_findings)
    if not marked:
        return _address(task)
    flash(
        ngettext(
            "Der Textwächter hat eine Stelle markiert. Bitte sehen Sie sie an.",
            "Der Textwächter hat %(num)d Stellen markiert. Bitte sehen Sie sie an.",
            marked,
        ),
        "warning",
    )
    return url_for("task.edit", task_id=task.id)


def _address(task: Task) -> str:
    return url_for("task.show", task_id=task.id)


def _task_page(task: Task, form: NoteForm) -> str:
    writes = sits_in(current_user, task.committee_id, Role.SECRETARY)
    history = sa.select(TaskChange).where(TaskChange.task_id == task.id).order_by(TaskChange.id.desc())
    return render_template(
        "minutes/task.html",
        task=task,
        form=form,
        attempted=request.path if request.method == "POST" else None,
        writes=writes,
        may_settle=writes or current_user.id in {person.id for person in task.people},
        history=session.scalars(history.options(selectinload(TaskChange.person))).all(),
        states=TASK_STATES,
        events=TASK_EVENTS,
        blocks=guard_blocks(task.committee),
        labels=FIELD_LABELS,
    )


def _edit_page(task: Task, form: TaskForm) -> str:
    return render_template(
        "minutes/task_form.html",
        committee=task.committee,
        task=task,
        form=form,
        is_stale=request.method == "POST" and bool(form.form_errors),
        blocks=guard_blocks(task.committee),
        labels=FIELD_LABELS,
    )


def card(person: Person) -> str:
    """On the start page: the person's own open tasks, most urgent first."""
    own = visible_tasks().where(owned_by(person.id), Task.state == TaskState.OPEN)
    rows = session.scalars(own.order_by(*by_urgency()).limit(MOST_ON_CARD + 1)).all()
    if not rows:
        return ""
    return render_template("minutes/task_card.html", tasks=rows[:MOST_ON_CARD], more=len(rows) > MOST_ON_CARD)


def _in_another_state(_error: TaskStateError) -> ResponseReturnValue:
    session.rollback()
    flash(_("Das geht in diesem Stand der Aufgabe nicht mehr."), "warning")
    return redirect(url_for("task.mine"))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.register_error_handler(TaskStateError, _in_another_state)
