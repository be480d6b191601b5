"""Writing decisions: the form, the draft, and what the guard finds in it."""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from meetings.problem_groups import ProblemGroup
from minutes import decision_offers, decision_templates, search
from minutes import release as releasing
from minutes.decision import Decision, is_draft
from minutes.decision_access import get_draft, visible_decisions
from minutes.decision_form import (
    DecisionForm,
    fits,
    forget_topics,
    note_writer,
    set_text,
    values_of,
    write,
)
from minutes.decision_words import FIELD_LABELS
from minutes.draft_page import draft_page
from minutes.draft_state import states
from minutes.legal_basis_suggestions import suggestions
from portal import audit
from portal.access import get_committee
from portal.committees import Committee, Role, committees_of, sits_in
from portal.database import serialise, session
from portal.dismissals import DismissForm, Reported, dismiss, forget
from portal.forms import VersionedForm
from portal.people import Person
from portal.textguard import replace

blueprint = Blueprint("decision", __name__)

ALL_FIELDS = "*"
MOST_ON_CARD = 10  # drafts; the committees' pages have all of them
LAST_RELEASER = _l(
    "Das wurde nicht geändert: Wer ändert, gibt nicht mehr frei, und außer Ihnen kann es zurzeit niemand. Bitte sagen "
    "Sie denen, die geschrieben haben, als Rückfrage, was zu ändern ist."
)


class FindingForm(VersionedForm):
    """Replace one finding, or all of them."""

    field = HiddenField(validators=[InputRequired()])
    start = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


@blueprint.get("/committees/<slug>/decisions/new")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    given = {"version": 0, "submission": secrets.token_hex(16)} | decision_templates.chosen(committee)
    return _form_page(DecisionForm(committee, data=given))


@blueprint.post("/committees/<slug>/decisions/new")
def create(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = DecisionForm(committee)
    if not form.validate():
        return _form_page(form), 422
    submission = f"{committee.id}:{form.submission.data}"[:40]
    serialise(f"submission:{submission}")
    decision = session.scalar(sa.select(Decision).where(Decision.submission == submission))
    if decision is None:
        decision = Decision(committee=committee, submission=submission)
        session.add(decision)
        write(decision, form)
        audit.record("decision.drafted", decision)
        session.commit()
    return redirect(_address(decision))


@blueprint.get("/drafts/<int:decision_id>")
def draft(decision_id: int) -> ResponseReturnValue:
    """The page of a draft; letters still lead here after its release."""
    released = session.scalar(visible_decisions().where(Decision.id == decision_id))
    return redirect(_address(released)) if released else draft_page(get_draft(decision_id))


@blueprint.get("/drafts/<int:decision_id>/edit")
def edit(decision_id: int) -> ResponseReturnValue:
    decision = get_draft(decision_id)
    if releasing.would_leave_nobody(decision, current_user):
        return _left_to_others(decision)
    return _form_page(DecisionForm(decision.committee, decision, data=values_of(decision)), decision)


@blueprint.post("/drafts/<int:decision_id>/edit")
def save(decision_id: int) -> ResponseReturnValue:
    decision = get_draft(decision_id, to_change=True)
    form = DecisionForm(decision.committee, decision)
    if not form.validate():
        return _form_page(form, decision), 422
    if not form.check_version(decision.version):
        return _form_page(form, decision, form.differences(decision)), 422
    if releasing.would_leave_nobody(decision, current_user):
        form.form_errors.append(LAST_RELEASER)
        return _form_page(form, decision), 422
    write(decision, form)
    audit.record("decision.edited", decision)
    session.commit()
    flash(_("Der Entwurf ist gespeichert."), "success")
    return redirect(_address(decision))


@blueprint.post("/drafts/<int:decision_id>/replace")
def replace_finding(decision_id: int) -> ResponseReturnValue:
    """Put the guard's words in place of one finding of a field, or of all findings of the draft."""
    decision, form = get_draft(decision_id, to_change=True), FindingForm()
    if not form.validate() or not form.check_version(decision.version):
        return _changed_meanwhile(decision)
    if releasing.would_leave_nobody(decision, current_user):
        return _left_to_others(decision)
    chosen = [one for one in releasing.findings(decision) if one.is_open and _is_meant(one, form)]
    if not _replace(decision, chosen):
        session.rollback()
        flash(_("So ersetzt wäre der Text zu lang. Bitte bearbeiten Sie ihn von Hand."), "error")
        return redirect(url_for("decision.draft", decision_id=decision_id))
    note_writer(decision)
    audit.record("decision.replaced", decision, findings=len(chosen))
    session.commit()
    flash(
        ngettext("Eine Fundstelle ist ersetzt.", "%(num)d Fundstellen sind ersetzt.", len(chosen)), "success"
    )
    return redirect(_address(decision))


@blueprint.post("/drafts/<int:decision_id>/dismiss")
def dismiss_finding(decision_id: int) -> ResponseReturnValue:
    decision, form = get_draft(decision_id, to_change=True), DismissForm()
    if not form.validate():
        flash(_("Bitte nennen Sie einen Grund, warum die Fundstelle unbedenklich ist."), "warning")
        return redirect(_address(decision))
    if releasing.would_leave_nobody(decision, current_user):
        return _left_to_others(decision)
    found = releasing.findings(decision)
    if not form.check_version(decision.version) or not dismiss(
        f"decision:{decision.id}", found, form, current_user.id
    ):
        return _changed_meanwhile(decision)
    note_writer(decision)
    audit.record("finding.dismissed", decision, kind=form.kind.data)
    session.commit()
    flash(_("Vermerkt. Wer freigibt, muss das bestätigen."), "success")
    return redirect(_address(decision))


@blueprint.post("/drafts/<int:decision_id>/delete")
def delete(decision_id: int) -> ResponseReturnValue:
    decision, form = get_draft(decision_id, to_change=True), VersionedForm()
    if not form.validate() or not form.check_version(decision.version):
        return _changed_meanwhile(decision)
    audit.record("decision.draft_deleted", decision)
    slug = decision.committee.slug
    forget(f"decision:{decision.id}")
    serialise("topics")
    session.delete(decision)
    forget_topics()
    session.commit()
    flash(_("Der Entwurf ist gelöscht."), "success")
    return redirect(url_for("meeting.committee", slug=slug))


def _address(decision: Decision) -> str:
    if decision.is_draft:
        return url_for("decision.draft", decision_id=decision.id)
    return url_for("archive.show", number=decision.number)


def _left_to_others(decision: Decision) -> ResponseReturnValue:
    flash(LAST_RELEASER, "warning")
    return redirect(_address(decision))


def _changed_meanwhile(decision: Decision) -> ResponseReturnValue:
    flash(_("Der Entwurf wurde inzwischen geändert; bitte sehen Sie noch einmal hin."), "warning")
    return redirect(_address(decision))


def _is_meant(one: Reported, form: FindingForm) -> bool:
    if form.field.data == ALL_FIELDS:
        return True
    return (one.field, one.finding.start) == (form.field.data, form.start.data)


def _replace(decision: Decision, chosen: list[Reported]) -> bool:
    """Replace findings in all fields; returns whether the fields can hold it."""
    for name, text in decision.guarded_texts.items():
        replaced = replace(text, [one.finding for one in chosen if one.field == name])
        if replaced != text:
            if not fits(name, replaced):
                return False
            set_text(decision, name, replaced)
    return True


def _form_page(
    form: DecisionForm, decision: Decision | None = None, differences: list[tuple[str, str]] | None = None
) -> str:
    if form.is_submitted() and form.set_aside.data:
        form.find_what_was_set_aside(f"decision:{decision.id}" if decision else "")
    return render_template(
        "minutes/decision_form.html",
        committee=form.committee,
        form=form,
        decision=decision,
        differences=differences,
        field_labels=FIELD_LABELS,
        topics=dict.fromkeys(decision_offers.topics(), ""),
        provisions=suggestions(),
        numbers=decision_offers.supersedable(form.committee),
        templates=[] if decision else decision_templates.templates_of(form.committee),
    )


def card(person: Person) -> str:
    """On the start page of those who write and release: drafts of their committees."""
    mine = Decision.committee_id.in_(committees_of(person, Role.SECRETARY))
    rows = session.scalars(_newest_drafts().where(mine).limit(MOST_ON_CARD)).all()
    return render_template("minutes/card_drafts.html", drafts=states(rows, person)) if rows else ""


def committee_section(committee: Committee) -> str:
    """On a committee's page: the way to write a decision, all drafts, and the way to those in the archive."""
    may_write = sits_in(current_user, committee.id, Role.SECRETARY)
    drafts = (
        session.scalars(_newest_drafts().where(Decision.committee_id == committee.id)).all()
        if may_write
        else []
    )
    return render_template(
        "minutes/section_decisions.html",
        committee=committee,
        may_write=may_write,
        drafts=states(drafts, current_user),
    )


def _newest_drafts() -> sa.Select[Decision]:
    return sa.select(Decision).where(is_draft()).order_by(Decision.written_at.desc(), Decision.id.desc())


def group_section(group: ProblemGroup) -> str:
    """On the page of a problem group: the decisions that answer it, as far as the reader may see them."""
    wanted = visible_decisions().where(Decision.problem_group_id == group.id)
    rows = session.scalars(wanted.order_by(Decision.archive_key)).all()
    return render_template("minutes/section_answers.html", decisions=rows) if rows else ""


def committees_to_write_for() -> Sequence[Committee]:
    """The committees for which the reader writes decisions, by name: for the archive's links."""
    mine = committees_of(current_user, Role.SECRETARY)
    return session.scalars(sa.select(Committee).where(Committee.id.in_(mine)).order_by(Committee.name)).all()


def most_counted() -> str:
    """How many hits of a search are counted, as the reader writes numbers: for the archive's page."""
    return str(format_decimal(search.COUNT_CAP))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(committees_to_write_for=committees_to_write_for, most_counted=most_counted)
