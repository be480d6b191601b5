"""Problem groups: the case group describes a pattern, the steering committee answers."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from meetings import problem_group_work as work
from meetings.agenda import AgendaItem, get_item_to_edit
from meetings.meeting_forms import ActionForm
from meetings.problem_group_forms import AnswerForm, GroupForm
from meetings.problem_groups import (
    GROUP_EVENTS,
    GROUP_STATES,
    GroupState,
    ProblemGroup,
    get_group,
    get_group_to_answer,
    get_own_group,
    visible_groups,
)
from portal import audit
from portal.access import get_committee, refuse
from portal.committees import Committee, CommitteeKind, Role, committees_of, sits_in
from portal.database import session

blueprint = Blueprint("problem_group", __name__)

group_sections: list[Callable[[ProblemGroup], str]] = []
"""What upper rooms show on the page of a problem group: each returns the HTML of a section, or nothing."""


@blueprint.get("/problem-groups")
def index() -> ResponseReturnValue:
    by_need = sa.case({state: place for place, state in enumerate(GroupState)}, value=ProblemGroup.state)
    groups = session.scalars(visible_groups().order_by(by_need, ProblemGroup.id.desc())).all()
    return render_template("meetings/problem_groups.html", groups=groups, states=GROUP_STATES)


@blueprint.get("/problem-groups/<int:group_id>")
def show(group_id: int) -> ResponseReturnValue:
    group = get_group(group_id)
    return render_template(
        "meetings/problem_group.html",
        group=group,
        states=GROUP_STATES,
        events=GROUP_EVENTS,
        writes=sits_in(current_user, group.committee_id, Role.SECRETARY),
        in_group=sits_in(current_user, group.committee_id),
        may_answer=_steering() is not None and group.state is GroupState.OPEN,
        sections=[Markup(html) for part in group_sections if (html := part(group))],  # noqa: S704 - templates' own
    )


@blueprint.get("/committees/<slug>/problem-groups/new")
def new(slug: str) -> ResponseReturnValue:
    return _new_page(_case_group(slug), GroupForm(data={"version": 0}))


@blueprint.post("/committees/<slug>/problem-groups/new")
def create(slug: str) -> ResponseReturnValue:
    return _create(_case_group(slug), None)


@blueprint.get("/agenda/items/<int:item_id>/problem-group")
def mark(item_id: int) -> ResponseReturnValue:
    """Mark an item of a case group's agenda as a pattern: its words are not taken over, they may tell of a case."""
    item = _item(item_id)
    known = session.scalar(sa.select(ProblemGroup.id).where(ProblemGroup.item_id == item_id))
    if known is not None:
        return redirect(url_for("problem_group.show", group_id=known))
    return _new_page(item.meeting.committee, GroupForm(data={"version": 0}), item)


@blueprint.post("/agenda/items/<int:item_id>/problem-group")
def create_from_item(item_id: int) -> ResponseReturnValue:
    item = _item(item_id)
    return _create(item.meeting.committee, item)


@blueprint.get("/problem-groups/<int:group_id>/edit")
def edit(group_id: int) -> ResponseReturnValue:
    group = get_own_group(group_id)
    if group.state is not GroupState.OPEN:
        return _changed_meanwhile(group)
    return _edit_page(group, GroupForm(obj=group))


@blueprint.post("/problem-groups/<int:group_id>/edit")
def save(group_id: int) -> ResponseReturnValue:
    group, form = get_own_group(group_id), GroupForm()
    subject = work.subject_of(group)
    form.put_replacements(group.committee, subject)
    is_sound = form.validate() and form.check_version(group.version) and form.check_open(group)
    if not is_sound or not form.passes(group.committee, subject, blocks=True):
        return _edit_page(group, form), 422
    form.note_reasons(subject, current_user.id)
    work.describe_anew(group, form.title.data, _lines(form.text.data), current_user.id)
    audit.record("problem_group.changed", group)
    session.commit()
    flash(_("Die Problemgruppe ist gespeichert."), "success")
    return redirect(_address(group))


@blueprint.get("/problem-groups/<int:group_id>/answer")
def ask_answer(group_id: int) -> ResponseReturnValue:
    group = get_group_to_answer(group_id)
    if group.state is not GroupState.OPEN:
        return _changed_meanwhile(group)
    return _answer_page(group, AnswerForm(obj=group))


@blueprint.post("/problem-groups/<int:group_id>/answer")
def answer(group_id: int) -> ResponseReturnValue:
    group, form = get_group_to_answer(group_id), AnswerForm()
    subject, committee = work.subject_of(group), _steering() or refuse()
    form.put_replacements(committee, subject)
    is_sound = form.validate() and form.check_version(group.version) and form.check_open(group)
    if not is_sound or not form.passes(committee, subject, blocks=True):
        return _answer_page(group, form), 422
    form.note_reasons(subject, current_user.id)
    work.answer(group, _lines(form.answer.data), current_user.id)
    audit.record("problem_group.answered", group)
    session.commit()
    flash(_("Die Antwort geht an die Fallgruppe und steht auf ihrer nächsten Tagesordnung."), "success")
    return redirect(_address(group))


@blueprint.post("/problem-groups/<int:group_id>/reopen")
def reopen(group_id: int) -> ResponseReturnValue:
    group = get_own_group(group_id)
    if not _is_unchanged(group) or group.state is GroupState.OPEN:
        return _changed_meanwhile(group)
    work.reopen(group, current_user.id)
    audit.record("problem_group.reopened", group)
    session.commit()
    flash(_("Die Problemgruppe geht noch einmal an den Lenkungskreis."), "success")
    return redirect(_address(group))


@blueprint.post("/problem-groups/<int:group_id>/close")
def close(group_id: int) -> ResponseReturnValue:
    group = get_own_group(group_id)
    if not _is_unchanged(group) or group.state is GroupState.CLOSED:
        return _changed_meanwhile(group)
    work.close(group, current_user.id)
    audit.record("problem_group.closed", group)
    session.commit()
    flash(_("Die Problemgruppe ist geschlossen."), "success")
    return redirect(_address(group))


def _create(committee: Committee, item: AgendaItem | None) -> ResponseReturnValue:
    form = GroupForm()
    form.put_replacements(committee)
    if not form.validate() or not form.passes(committee, blocks=True):
        return _new_page(committee, form, item), 422
    group = ProblemGroup(committee=committee, item=item, title=form.title.data, text=_lines(form.text.data))
    work.describe(group, current_user.id)
    form.note_reasons(work.subject_of(group), current_user.id)
    audit.record("problem_group.described", group)
    session.commit()
    flash(
        _("Die Problemgruppe ist beschrieben und kommt auf die nächste Tagesordnung des Lenkungskreises."),
        "success",
    )
    return redirect(_address(group))


def _case_group(slug: str) -> Committee:
    committee = get_committee(slug, Role.SECRETARY)
    if committee.kind is not CommitteeKind.CASE_GROUP:
        refuse()
    return committee


def _item(item_id: int) -> AgendaItem:
    item = get_item_to_edit(item_id)
    if item.meeting.committee.kind is not CommitteeKind.CASE_GROUP:
        refuse()
    return item


def _steering() -> Committee | None:
    """The steering committee for which the reader writes."""
    writes = committees_of(current_user, Role.SECRETARY)
    steering = sa.select(Committee).where(Committee.kind == CommitteeKind.STEERING, Committee.id.in_(writes))
    return session.scalar(steering.order_by(Committee.id).limit(1))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _address(group: ProblemGroup) -> str:
    return url_for("problem_group.show", group_id=group.id)


def _is_unchanged(group: ProblemGroup) -> bool:
    form = ActionForm()
    return bool(form.validate()) and form.check_version(group.version)


def _changed_meanwhile(group: ProblemGroup) -> ResponseReturnValue:
    flash(_("Die Problemgruppe wurde inzwischen geändert. Bitte sehen Sie noch einmal hin."), "warning")
    return redirect(_address(group))


def _new_page(committee: Committee, form: GroupForm, item: AgendaItem | None = None) -> str:
    return render_template("meetings/problem_group_new.html", committee=committee, form=form, item=item)


def _edit_page(group: ProblemGroup, form: GroupForm) -> str:
    return render_template("meetings/problem_group_edit.html", group=group, form=form)


def _answer_page(group: ProblemGroup, form: AnswerForm) -> str:
    return render_template(
        "meetings/problem_group_answer.html", group=group, form=form, committee=_steering()
    )


def committee_section(committee: Committee) -> str:
    """On the page of a case group or steering committee: what is not settled."""
    if committee.kind not in {CommitteeKind.CASE_GROUP, CommitteeKind.STEERING}:
        return ""
    wanted = visible_groups().where(ProblemGroup.state != GroupState.CLOSED)
    if committee.kind is CommitteeKind.CASE_GROUP:
        wanted = wanted.where(ProblemGroup.committee_id == committee.id)
    else:
        wanted = wanted.where(ProblemGroup.state == GroupState.OPEN)
    return render_template(
        "meetings/problem_groups_section.html",
        committee=committee,
        groups=session.scalars(wanted.order_by(ProblemGroup.id)).all(),
        states=GROUP_STATES,
        may_describe=committee.kind is CommitteeKind.CASE_GROUP
        and sits_in(current_user, committee.id, Role.SECRETARY),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
