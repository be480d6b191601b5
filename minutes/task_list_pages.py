"""The tasks of a committee: the list with its filters, its part of the committee's page, and a new one."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetings.agenda_guard import guard_blocks
from minutes.task_forms import TaskForm, is_acceptable
from minutes.task_pages import FIELD_LABELS, after_saving
from minutes.tasks import TASK_STATES, Task, TaskState, by_urgency, owned_by, visible_tasks
from portal import audit
from portal.access import get_committee
from portal.clock import today
from portal.committees import Committee, Role, people_of, sits_in
from portal.database import session
from portal.paging import neighbours, page_number
from portal.people import Person

blueprint = Blueprint("task_list", __name__, url_prefix="/committees/<slug>/tasks")

PAGE = 50
MOST_IN_SECTION = 5
FILTERS = ("show", "owner", "overdue")
ALL, NOBODY = "all", "none"


@blueprint.get("")
def show(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug)
    page = page_number()
    wanted = _chosen(_tasks_of(committee)).order_by(Task.state != TaskState.OPEN, *by_urgency())
    rows = session.scalars(wanted.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    writes = sits_in(current_user, committee.id, Role.SECRETARY)
    return render_template(
        "minutes/tasks.html",
        committee=committee,
        tasks=rows[:PAGE],
        states=TASK_STATES,
        may_settle={row.id for row in rows if writes or current_user.id in {one.id for one in row.people}},
        writes=writes,
        people=_owners_in(committee),
        is_narrowed=any(request.args.get(name) for name in FILTERS),
        **neighbours(page, *FILTERS, has_more=len(rows) > PAGE),
    )


@blueprint.get("/new")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    return _form_page(committee, TaskForm(people_of(committee), data={"version": 0}))


@blueprint.post("/new")
def create(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = TaskForm(people_of(committee))
    if not is_acceptable(form, committee):
        return _form_page(committee, form), 422
    task = Task(committee=committee)
    form.fill(task)
    task.begin(current_user.id)
    session.add(task)
    session.flush()
    form.note_reasons(f"task:{task.id}", current_user.id)
    audit.record("task.created", task)
    session.commit()
    flash(_("Die Aufgabe ist eingetragen."), "success")
    return redirect(after_saving(task, form))


def _tasks_of(committee: Committee) -> sa.Select[Task]:
    return visible_tasks().where(Task.committee_id == committee.id)


def _chosen(tasks: sa.Select[Task]) -> sa.Select[Task]:
    """The tasks that the filters in the address leave: open ones unless all are wanted."""
    is_open = Task.state == TaskState.OPEN
    if request.args.get("show") != ALL:
        tasks = tasks.where(is_open)
    if request.args.get("overdue"):
        tasks = tasks.where(is_open, Task.due < today())
    owner = request.args.get("owner", "")
    if owner == NOBODY:
        tasks = tasks.where(~Task.people.any())
    elif owner.isdecimal() and len(owner) < 10:
        tasks = tasks.where(owned_by(int(owner)))
    return tasks


def _owners_in(committee: Committee) -> list[Person]:
    """Those by whom the list can be filtered: who has, or ever had, a task here."""
    owners = sa.select(Person).where(
        Person.id.in_(sa.select(Person.id).join(Task.people).where(Task.committee_id == committee.id))
    )
    return list(session.scalars(owners.order_by(Person.name)))


def _form_page(committee: Committee, form: TaskForm) -> str:
    return render_template(
        "minutes/task_form.html",
        committee=committee,
        task=None,
        form=form,
        blocks=guard_blocks(committee),
        labels=FIELD_LABELS,
    )


def committee_section(committee: Committee) -> str:
    """On a committee's page: how much is open, and what is most urgent."""
    ours = _tasks_of(committee).where(Task.state == TaskState.OPEN)
    counted = sa.select(sa.func.count(), sa.func.count().filter(Task.due < today())).where(
        Task.committee_id == committee.id, Task.state == TaskState.OPEN
    )
    total, overdue = session.execute(counted).one()
    return render_template(
        "minutes/task_section.html",
        committee=committee,
        tasks=session.scalars(ours.order_by(*by_urgency()).limit(MOST_IN_SECTION)).all(),
        total=total,
        overdue=overdue,
        writes=sits_in(current_user, committee.id, Role.SECRETARY),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
