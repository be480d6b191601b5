"""Pages of a released decision: withdraw it by two people, open it to all committees, publish it."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from minutes import after_release
from minutes import release as releasing
from minutes.after_release import StepRefusedError
from minutes.anonymous_words import AnonymousWords
from minutes.decision import Audience, Decision
from minutes.decision_access import visible_decisions
from minutes.decision_steps import STEP_REASON_LENGTH, StepKind, WithdrawalRequest
from minutes.decision_words import FIELD_LABELS, RESULTS
from minutes.recognition import RecognitionForm
from portal import audit
from portal.access import one_or_404
from portal.committees import Committee, CommitteeKind, Role, committees_of, sits_in
from portal.database import serialise, session
from portal.forms import FILLED, Form
from portal.people import Person
from portal.textguard import Kind

blueprint = Blueprint("decision_step", __name__, url_prefix="/decisions/<number>")

HEADINGS = {
    StepKind.SHARED: _l("Für alle Gremien öffnen"),
    StepKind.PUBLISHED: _l("Veröffentlichen"),
}


class WithdrawalForm(Form):
    """Why a decision is to be withdrawn; readers will see it, so it names nobody."""

    reason = TextAreaField(
        _l("Grund"),
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        validators=[
            FILLED,
            Length(
                max=STEP_REASON_LENGTH,
                message=_l("Bitte höchstens %(max)d Zeichen.", max=STEP_REASON_LENGTH),
            ),
            AnonymousWords(),
        ],
    )
    subject = ""


class SecondPersonForm(Form):
    """The yes or no to a withdrawal, to the very one that was read."""

    request_id = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


@blueprint.get("/withdraw")
def ask_withdrawal(number: str) -> ResponseReturnValue:
    return _withdrawal_page(_get(number, _of_committee(Role.SECRETARY)), WithdrawalForm(formdata=None))


@blueprint.post("/withdraw")
def request_withdrawal(number: str) -> ResponseReturnValue:
    decision, form = _get(number, _of_committee(Role.SECRETARY), to_change=True), WithdrawalForm()
    form.subject = f"decision:{decision.id}"
    if not form.validate():
        return _withdrawal_page(decision, form), 422
    try:
        request = after_release.ask_withdrawal(decision, form.reason.data, _me())
    except StepRefusedError as refused:
        return _refused(number, refused)
    audit.record("decision.withdrawal_asked", request)
    session.commit()
    flash(_("Beantragt. Eine zweite Person muss die Rücknahme bestätigen."), "success")
    return redirect(_address(number))


@blueprint.post("/withdraw/confirm")
def withdraw(number: str) -> ResponseReturnValue:
    decision = _get(number, _of_committee(Role.SECRETARY), to_change=True)
    request = _request_meant(decision)
    if request is None:
        return _changed_meanwhile(number)
    try:
        after_release.withdraw(request, _me())
    except StepRefusedError as refused:
        return _refused(number, refused)
    audit.record("decision.withdrawn", decision)
    session.commit()
    flash(_("Die Entscheidung ist zurückgenommen."), "success")
    return redirect(_address(number))


@blueprint.post("/withdraw/drop")
def drop_withdrawal(number: str) -> ResponseReturnValue:
    decision = _get(number, _of_committee(Role.SECRETARY), to_change=True)
    request = _request_meant(decision)
    if request is None:
        return _changed_meanwhile(number)
    audit.record("decision.withdrawal_dropped", decision)
    session.delete(request)
    session.commit()
    flash(_("Der Antrag ist verworfen, die Entscheidung gilt weiter."), "success")
    return redirect(_address(number))


@blueprint.get("/share")
def ask_share(number: str) -> ResponseReturnValue:
    decision = _get(number, _of_committee(Role.CHAIR), Decision.audience == Audience.COMMITTEE)
    return _opening_page(decision, StepKind.SHARED)


@blueprint.post("/share")
def share(number: str) -> ResponseReturnValue:
    condition = Decision.audience == Audience.COMMITTEE
    return _open(_get(number, _of_committee(Role.CHAIR), condition, to_change=True), StepKind.SHARED)


@blueprint.get("/publish")
def ask_publish(number: str) -> ResponseReturnValue:
    decision = _get(number, _chairs_steering(), Decision.audience == Audience.PROGRAMME)
    return _opening_page(decision, StepKind.PUBLISHED)


@blueprint.post("/publish")
def publish(number: str) -> ResponseReturnValue:
    condition = Decision.audience == Audience.PROGRAMME
    return _open(_get(number, _chairs_steering(), condition, to_change=True), StepKind.PUBLISHED)


def _open(decision: Decision, kind: StepKind) -> ResponseReturnValue:
    form, number = RecognitionForm(), str(decision.number)
    if not form.validate():
        return _opening_page(decision, kind, form), 422
    if not form.check_version(decision.version):
        return _changed_meanwhile(number)
    try:
        step = (after_release.share if kind is StepKind.SHARED else after_release.publish)(decision, _me())
    except StepRefusedError as refused:
        return _refused(number, refused)
    audit.record(f"decision.{kind}", decision, recognised=form.recognised.data, step=step.id)
    session.commit()
    flash(
        _("Die Mitglieder aller Gremien können die Entscheidung jetzt lesen.")
        if kind is StepKind.SHARED
        else _("Die Entscheidung ist veröffentlicht."),
        "success",
    )
    return redirect(_address(number))


def _get(number: str, *conditions: sa.ColumnElement[bool], to_change: bool = False) -> Decision:
    """A released decision that the reader may see, and of which all conditions are true; otherwise 404.

    Whoever changes it holds the archive's lock first, as a release does that supersedes it.
    """
    wanted = visible_decisions().where(Decision.number == number.upper(), *conditions)
    if to_change:
        serialise("archive")
        wanted = wanted.with_for_update(of=Decision)
    return one_or_404(wanted)


def _of_committee(at_least: Role) -> sa.ColumnElement[bool]:
    return Decision.committee_id.in_(committees_of(current_user, at_least))


def _chairs_steering() -> sa.ColumnElement[bool]:
    """Whether the reader chairs the steering committee: only its chair releases to the public (DESIGN, section 7)."""
    chairs = committees_of(current_user, Role.CHAIR)
    steering = sa.select(Committee.id).where(Committee.kind == CommitteeKind.STEERING)
    return steering.where(Committee.id.in_(chairs)).exists()


def _me() -> Person:
    return session.get_one(Person, current_user.id)


def _request_meant(decision: Decision) -> WithdrawalRequest | None:
    """The request that the sent form showed, if it still stands."""
    form, request = SecondPersonForm(), after_release.request_of(decision)
    return request if request and form.validate() and form.request_id.data == request.id else None


def _address(number: str) -> str:
    return url_for("archive.show", number=number)


def _changed_meanwhile(number: str) -> ResponseReturnValue:
    flash(_("Das hat sich inzwischen geändert; bitte sehen Sie noch einmal hin."), "warning")
    return redirect(_address(number))


def _refused(number: str, refused: StepRefusedError) -> ResponseReturnValue:
    audit.record_refusal("decision.step_refused")
    flash(str(refused), "error")
    return redirect(_address(number))


def _withdrawal_page(decision: Decision, form: WithdrawalForm) -> str:
    request = after_release.request_of(decision)
    return render_template(
        "minutes/withdraw.html",
        decision=decision,
        form=form,
        request=request,
        may_be_withdrawn=after_release.may_be_withdrawn(decision),
        confirmers=after_release.confirmers(request) if request else [],
    )


def _opening_page(decision: Decision, kind: StepKind, form: RecognitionForm | None = None) -> str:
    found = releasing.findings(decision)
    return render_template(
        "minutes/open_decision.html",
        decision=decision,
        kind=kind,
        heading=HEADINGS[kind],
        form=form or RecognitionForm(formdata=None, obj=decision),
        stands=after_release.may_be_withdrawn(decision),
        open_findings=[one for one in found if one.is_open],
        dismissals={one.dismissal.id: one.dismissal for one in found if one.dismissal}.values(),
        telling=[one for one in found if one.finding.kind is Kind.QUASI],
        field_labels=FIELD_LABELS,
        results=RESULTS,
    )


def card(person: Person) -> str:
    """On the start page of those who can be the second person: decisions that somebody wishes to withdraw."""
    requests = after_release.requests_for(person)
    return render_template("minutes/card_withdrawals.html", requests=requests) if requests else ""


def section(decision: Decision) -> Markup:
    """On the page of a decision: the steps that its reader may take, and a withdrawal that waits for somebody."""
    if not after_release.may_be_withdrawn(decision):
        return Markup()
    may_write = sits_in(current_user, decision.committee_id, Role.SECRETARY)
    is_chair = sits_in(current_user, decision.committee_id, Role.CHAIR)
    may_publish = decision.audience is Audience.PROGRAMME and session.scalar(sa.select(_chairs_steering()))
    if not may_write and not may_publish:
        return Markup()
    html = render_template(
        "minutes/section_steps.html",
        decision=decision,
        may_write=may_write,
        may_share=is_chair and decision.audience is Audience.COMMITTEE,
        may_publish=may_publish,
        request=after_release.request_of(decision) if may_write else None,
    )
    return Markup(html)  # noqa: S704 - a template's own


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
