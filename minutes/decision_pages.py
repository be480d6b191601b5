"""Writing decisions: the draft, what the guard finds in it, and the release by a second person."""

import secrets

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from minutes import release as releasing
from minutes.decision import DECISION_KINDS, Decision, get_draft, is_draft
from minutes.decision_form import (
    FIELD_LABELS,
    DecisionForm,
    fits,
    forget_topics,
    note_writer,
    set_text,
    suggested_topics,
    supersedable,
    taken_over,
    values_of,
    write,
)
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


class FindingForm(VersionedForm):
    """Replace one finding, or all of them."""

    field = HiddenField(validators=[InputRequired()])
    start = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


@blueprint.get("/committees/<slug>/decisions/new")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    given = {"version": 0, "submission": secrets.token_hex(16)} | taken_over(committee)
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
    decision = get_draft(decision_id)
    found, releasers = releasing.findings(decision), releasing.releasers(decision)
    dismissals = {one.dismissal.id: one.dismissal for one in found if one.dismissal}
    return render_template(
        "minutes/draft.html",
        decision=decision,
        found=found,
        open_count=sum(one.is_open for one in found),
        dismissals=dismissals.values(),
        kinds=DECISION_KINDS,
        releasers=releasers,
        may_release=current_user.id in {row.id for row in releasers},
        form=VersionedForm(obj=decision),
        field_labels=FIELD_LABELS,
    )


@blueprint.get("/drafts/<int:decision_id>/edit")
def edit(decision_id: int) -> ResponseReturnValue:
    decision = get_draft(decision_id)
    return _form_page(DecisionForm(decision.committee, decision, data=values_of(decision)), decision)


@blueprint.post("/drafts/<int:decision_id>/edit")
def save(decision_id: int) -> ResponseReturnValue:
    decision = get_draft(decision_id, to_change=True)
    form = DecisionForm(decision.committee, decision)
    if not form.validate():
        return _form_page(form, decision), 422
    if not form.check_version(decision.version):
        return _form_page(form, decision, form.differences(decision)), 422
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


@blueprint.post("/drafts/<int:decision_id>/release")
def release(decision_id: int) -> ResponseReturnValue:
    decision, form = get_draft(decision_id, to_change=True), VersionedForm()
    if not form.validate() or not form.check_version(decision.version):
        return _changed_meanwhile(decision)
    confirmed = set(request.form.getlist("confirmed", type=int))
    try:
        releasing.release(decision, session.get_one(Person, current_user.id), confirmed)
    except releasing.ReleaseRefusedError as refused:
        audit.record_refusal("decision.release_refused")
        flash(_("Nicht freigegeben: %(why)s", why=str(refused)), "error")
        return redirect(url_for("decision.draft", decision_id=decision_id))
    audit.record("decision.released", decision)
    session.commit()
    flash(_("Freigegeben als %(number)s.", number=decision.number), "success")
    return redirect(_address(decision))


def _address(decision: Decision) -> str:
    if decision.is_draft:
        return url_for("decision.draft", decision_id=decision.id)
    return url_for("archive.show", number=decision.number)


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
    return render_template(
        "minutes/decision_form.html",
        committee=form.committee,
        form=form,
        decision=decision,
        differences=differences,
        topic_names=suggested_topics(),
        numbers=supersedable(form.committee),
    )


def card(person: Person) -> str:
    """On the start page of those who write and release: drafts of their committees."""
    drafts = (
        sa.select(Decision)
        .where(is_draft(), Decision.committee_id.in_(committees_of(person, Role.SECRETARY)))
        .order_by(Decision.written_at.desc())
        .limit(10)
    )
    rows = session.scalars(drafts).all()
    if not rows:
        return ""
    waiting = [(row, person.id in {other.id for other in releasing.releasers(row)}) for row in rows]
    return render_template("minutes/card_drafts.html", drafts=waiting)


def committee_section(committee: Committee) -> str:
    """On a committee's page: the way to write a decision, and to those in the archive."""
    may_write = sits_in(current_user, committee.id, Role.SECRETARY)
    return render_template("minutes/section_decisions.html", committee=committee, may_write=may_write)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
