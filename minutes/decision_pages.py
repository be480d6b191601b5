"""Writing decisions: the draft, what the guard finds in it, and the release by a second person."""

import secrets

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from meetings.meeting import Meeting
from minutes import release as releasing
from minutes.decision import (
    DECISION_KINDS,
    OUTCOME_LENGTH,
    RATIONALE_LENGTH,
    REFERENCE_LENGTH,
    TITLE_LENGTH,
    TOPIC_LENGTH,
    Decision,
    DecisionKind,
    DecisionState,
    LegalBasis,
    Topic,
    decision_writer,
    get_draft,
)
from minutes.minutes import DecisionProposal, Minutes
from portal import audit
from portal.access import get_committee
from portal.committees import Committee, Role, committees_of, sits_in
from portal.database import session
from portal.dismissals import DismissForm, dismiss
from portal.forms import REQUIRED, VersionedForm, choice, choices, line
from portal.people import Person
from portal.textguard import replace

blueprint = Blueprint("decision", __name__)


class DecisionForm(VersionedForm):
    kind = choice(_l("Art"), DECISION_KINDS, default=DecisionKind.OFFICE_DECISION)
    title = line(_l("Titel"), TITLE_LENGTH)
    outcome = TextAreaField(_l("Ergebnis"), validators=[REQUIRED, Length(max=OUTCOME_LENGTH)])
    rationale = TextAreaField(
        _l("Grundzüge und tragende Argumente"), validators=[REQUIRED, Length(max=RATIONALE_LENGTH)]
    )
    legal_bases = TextAreaField(_l("Rechtsgrundlagen, eine je Zeile"), validators=[Length(max=2000)])
    topics = TextAreaField(_l("Themen, eines je Zeile"), validators=[Length(max=1000)])
    meeting_id = SelectField(_l("Sitzung"), coerce=int)
    supersedes_id = SelectField(_l("löst ab"), coerce=int)
    submission = HiddenField()


class FindingForm(VersionedForm):
    """Replace one finding, or all of them."""

    field = HiddenField(validators=[InputRequired()])
    start = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


@blueprint.get("/committees/<slug>/decisions/new")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = DecisionForm(data=_taken_over(committee) | {"version": 0, "submission": secrets.token_hex(16)})
    return _form_page(committee, form)


@blueprint.post("/committees/<slug>/decisions/new")
def create(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = _with_choices(DecisionForm(), committee)
    if not form.validate():
        return _form_page(committee, form), 422
    sent_before = sa.select(Decision).where(
        Decision.submission == form.submission.data, Decision.written_by_id == current_user.id
    )
    decision = session.scalar(sent_before)
    if decision is None:
        decision = Decision(committee=committee, submission=(form.submission.data or "")[:40] or None)
        session.add(decision)
        _write(decision, form)
        audit.record("decision.drafted", decision)
        session.commit()
    return redirect(url_for("decision.draft", decision_id=decision.id))


@blueprint.get("/drafts/<int:decision_id>")
def draft(decision_id: int) -> ResponseReturnValue:
    decision = get_draft(decision_id)
    found = releasing.findings(decision)
    return render_template(
        "minutes/draft.html",
        decision=decision,
        found=found,
        open_count=sum(one.is_open for one in found),
        kinds=DECISION_KINDS,
        may_release=releasing.may_release(decision, current_user),
        form=VersionedForm(obj=decision),
        field_labels=_field_labels(),
    )


@blueprint.get("/drafts/<int:decision_id>/edit")
def edit(decision_id: int) -> ResponseReturnValue:
    decision = get_draft(decision_id)
    texts = decision.guarded_texts
    form = DecisionForm(
        obj=decision,
        data={
            "legal_bases": texts["legal_bases"],
            "topics": texts["topics"],
            "meeting_id": decision.meeting_id or 0,
            "supersedes_id": decision.supersedes_id or 0,
        },
    )
    form.legal_bases.data, form.topics.data = texts["legal_bases"], texts["topics"]
    return _form_page(decision.committee, form, decision)


@blueprint.post("/drafts/<int:decision_id>/edit")
def save(decision_id: int) -> ResponseReturnValue:
    decision = get_draft(decision_id)
    form = _with_choices(DecisionForm(), decision.committee)
    if not form.validate() or not form.check_version(decision.version):
        return _form_page(decision.committee, form, decision), 422
    _write(decision, form)
    audit.record("decision.edited", decision)
    session.commit()
    flash(_("Der Entwurf ist gespeichert."), "success")
    return redirect(url_for("decision.draft", decision_id=decision_id))


@blueprint.post("/drafts/<int:decision_id>/replace")
def replace_finding(decision_id: int) -> ResponseReturnValue:
    """Put the guard's words in place of one finding of a field, or of all findings of the draft."""
    decision, form = get_draft(decision_id), FindingForm()
    back = redirect(url_for("decision.draft", decision_id=decision_id))
    if not form.validate() or not form.check_version(decision.version):
        flash(_("Der Entwurf wurde inzwischen geändert; bitte sehen Sie noch einmal hin."), "warning")
        return back
    wanted = [
        one
        for one in releasing.findings(decision)
        if one.is_open and (form.field.data == "*" or (one.field, one.finding.start) == (form.field.data, form.start.data))
    ]
    for name, text in decision.guarded_texts.items():
        chosen = [one.finding for one in wanted if one.field == name]
        if chosen:
            _set_text(decision, name, replace(text, chosen))
    _note_writer(decision)
    audit.record("decision.replaced", decision, findings=len(wanted))
    session.commit()
    flash(_("Ersetzt: %(num)d.", num=len(wanted)), "success")
    return back


@blueprint.post("/drafts/<int:decision_id>/dismiss")
def dismiss_finding(decision_id: int) -> ResponseReturnValue:
    decision, form = get_draft(decision_id), DismissForm()
    back = redirect(url_for("decision.draft", decision_id=decision_id))
    if not form.validate() or not form.check_version(decision.version):
        flash(_("Bitte nennen Sie einen Grund, warum die Fundstelle unbedenklich ist."), "warning")
        return back
    if dismiss(f"decision:{decision.id}", releasing.findings(decision), form, current_user.id):
        _note_writer(decision)
        audit.record("finding.dismissed", decision, kind=form.kind.data)
        session.commit()
        flash(_("Vermerkt. Wer freigibt, muss das bestätigen."), "success")
    return back


@blueprint.post("/drafts/<int:decision_id>/delete")
def delete(decision_id: int) -> ResponseReturnValue:
    decision, form = get_draft(decision_id), VersionedForm()
    if not form.validate() or not form.check_version(decision.version):
        flash(_("Der Entwurf wurde inzwischen geändert; bitte sehen Sie noch einmal hin."), "warning")
        return redirect(url_for("decision.draft", decision_id=decision_id))
    audit.record("decision.draft_deleted", decision)
    slug = decision.committee.slug
    session.delete(decision)
    session.commit()
    flash(_("Der Entwurf ist gelöscht."), "success")
    return redirect(url_for("meeting.committee", slug=slug))


@blueprint.post("/drafts/<int:decision_id>/release")
def release(decision_id: int) -> ResponseReturnValue:
    decision, form = get_draft(decision_id), VersionedForm()
    back = redirect(url_for("decision.draft", decision_id=decision_id))
    if not form.validate() or not form.check_version(decision.version):
        flash(_("Der Entwurf wurde inzwischen geändert; bitte lesen Sie ihn noch einmal."), "warning")
        return back
    confirmed = set(request.form.getlist("confirmed", type=int))
    try:
        releasing.release(decision, session.get_one(Person, current_user.id), confirmed)
    except releasing.ReleaseRefusedError:
        session.rollback()
        audit.record_refusal("decision.release_refused")
        flash(
            _("Nicht freigegeben: Fundstellen sind offen oder nicht bestätigt, oder Sie haben selbst daran geschrieben."),
            "error",
        )
        return back
    audit.record("decision.released", decision)
    session.commit()
    flash(_("Freigegeben als %(number)s.", number=decision.number), "success")
    return redirect(url_for("archive.show", number=decision.number))


def _write(decision: Decision, form: DecisionForm) -> None:
    """Take over the form's texts; whoever does this cannot release the decision any more."""
    decision.kind, decision.title = form.kind.data, form.title.data
    decision.outcome = " ".join((form.outcome.data or "").split())
    decision.write_rationale((form.rationale.data or "").replace("\r\n", "\n").strip())
    decision.meeting_id, decision.supersedes_id = form.meeting_id.data or None, form.supersedes_id.data or None
    _set_text(decision, "legal_bases", form.legal_bases.data or "")
    _set_text(decision, "topics", form.topics.data or "")
    decision.written_by_id = current_user.id
    session.flush()
    _note_writer(decision)


def _set_text(decision: Decision, name: str, text: str) -> None:
    lines = list(dict.fromkeys(" ".join(part.split()) for part in text.splitlines() if part.strip()))
    if name == "rationale":
        decision.write_rationale(text)
    elif name == "legal_bases":
        decision.legal_bases = []
        session.flush()
        decision.legal_bases = [
            LegalBasis(position=position, reference=reference[:REFERENCE_LENGTH])
            for position, reference in enumerate(lines)
        ]
    elif name == "topics":
        decision.topics = [_topic(topic[:TOPIC_LENGTH]) for topic in lines]
    else:
        setattr(decision, name, text)


def _topic(name: str) -> Topic:
    found = session.scalar(sa.select(Topic).where(Topic.name == name))
    if found is None:
        found = Topic(name=name)
        session.add(found)
    return found


def _note_writer(decision: Decision) -> None:
    known = sa.select(decision_writer.c.person_id).where(decision_writer.c.decision_id == decision.id)
    if current_user.id not in set(session.scalars(known)):
        session.execute(sa.insert(decision_writer).values(decision_id=decision.id, person_id=current_user.id))


def _with_choices(form: DecisionForm, committee: Committee) -> DecisionForm:
    meetings = sa.select(Meeting).where(Meeting.committee_id == committee.id).order_by(Meeting.starts_at.desc())
    form.meeting_id.choices = choices(
        [(0, "–")]
        + [(row.id, f"{row.starts_at:%d.%m.%Y} {row.title}".strip()) for row in session.scalars(meetings.limit(40))]
    )
    released = sa.select(Decision).where(
        Decision.committee_id == committee.id, Decision.state == DecisionState.RELEASED
    )
    newest = session.scalars(released.order_by(Decision.archive_key.desc()).limit(200))
    form.supersedes_id.choices = choices([(0, "–")] + [(row.id, f"{row.number} {row.title}") for row in newest])
    return form


def _taken_over(committee: Committee) -> dict[str, object]:
    """What a decision read from minutes brings along: `?from=<id of the proposal>`."""
    found = session.scalar(
        sa.select(DecisionProposal)
        .join(DecisionProposal.minutes)
        .join(Minutes.meeting)
        .where(
            DecisionProposal.id == request.args.get("from", type=int),
            Meeting.committee_id == committee.id,
            Meeting.committee_id.in_(committees_of(current_user, Role.SECRETARY)),
        )
    )
    if found is None:
        return {}
    return {
        "kind": DecisionKind.RESOLUTION,
        "title": found.text[:TITLE_LENGTH].partition("\n")[0],
        "outcome": found.text[:OUTCOME_LENGTH],
        "rationale": found.rationale,
        "meeting_id": found.minutes.meeting_id,
    }


def _form_page(committee: Committee, form: DecisionForm, decision: Decision | None = None) -> str:
    names = session.scalars(sa.select(Topic.name).order_by(Topic.name))
    return render_template(
        "minutes/decision_form.html",
        committee=committee,
        form=_with_choices(form, committee),
        decision=decision,
        topic_names=list(names),
    )


def _field_labels() -> dict[str, str]:
    return {
        "title": _("Titel"),
        "outcome": _("Ergebnis"),
        "rationale": _("Begründung"),
        "legal_bases": _("Rechtsgrundlagen"),
        "topics": _("Themen"),
    }


def card(person: Person) -> str:
    """On the start page of those who write and release: drafts of their committees."""
    drafts = (
        sa.select(Decision)
        .where(
            Decision.state == DecisionState.DRAFT,
            Decision.committee_id.in_(committees_of(person, Role.SECRETARY)),
        )
        .order_by(Decision.written_at.desc())
        .limit(10)
    )
    rows = session.scalars(drafts).all()
    if not rows:
        return ""
    return render_template(
        "minutes/card_drafts.html",
        drafts=[(row, releasing.may_release(row, person)) for row in rows],
    )


def committee_section(committee: Committee) -> str:
    """On a committee's page: the way to write a decision, and to those in the archive."""
    may_write = sits_in(current_user, committee.id, Role.SECRETARY)
    return render_template("minutes/section_decisions.html", committee=committee, may_write=may_write)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
