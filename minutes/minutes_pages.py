"""Pages of minutes: upload or type, correct what was read, approve, read."""

import io
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.file import FileField
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional

from meetings.meeting import Meeting, get_meeting
from minutes import approval
from minutes.convert import ConversionError
from minutes.minutes import (
    LINE_LENGTH,
    MINUTES_STATES,
    OUTCOMES,
    OWNERS_LENGTH,
    TEXT_LENGTH,
    VOTE_MODES,
    DecisionProposal,
    ItemProposal,
    Minutes,
    Outcome,
    TaskProposal,
    VoteMode,
    get_minutes,
    visible_minutes,
)
from minutes.reading import convert, keep_original, make_minutes, propose
from portal import audit
from portal.access import refuse
from portal.committees import Role, sits_in
from portal.database import session
from portal.dismissals import DismissForm, dismiss
from portal.files import LARGEST_FILE
from portal.forms import Form, PartForm, VersionedForm, choice

blueprint = Blueprint("minutes", __name__)


class UploadForm(Form):
    file = FileField(_l("Datei (Word, LibreOffice, PDF, Markdown oder Text)"))
    text = TextAreaField(_l("oder Text einfügen"), validators=[Length(max=TEXT_LENGTH)])


class ItemForm(PartForm):
    accepted = BooleanField(_l("übernehmen"))
    number = StringField(_l("Nummer"), validators=[Length(max=20)])
    title = StringField(_l("Überschrift"), validators=[Length(max=LINE_LENGTH)])
    first_line = HiddenField()


class DecisionProposalForm(PartForm):
    accepted = BooleanField(_l("übernehmen"))
    text = TextAreaField(_l("Wortlaut"), validators=[Length(max=20_000)])
    outcome = choice(_l("Ergebnis"), OUTCOMES, default=Outcome.ADOPTED)
    mode = choice(_l("Abstimmung"), VOTE_MODES, default=VoteMode.NOT_RECORDED)
    yes = IntegerField(_l("Ja"), validators=[Optional(), NumberRange(0, 10_000)])
    no = IntegerField(_l("Nein"), validators=[Optional(), NumberRange(0, 10_000)])
    abstain = IntegerField(_l("Enthaltung"), validators=[Optional(), NumberRange(0, 10_000)])
    rationale = HiddenField()
    first_line = HiddenField()


class TaskForm(PartForm):
    accepted = BooleanField(_l("übernehmen"))
    text = TextAreaField(_l("Aufgabe"), validators=[Length(max=20_000)])
    owners = StringField(_l("Wer"), validators=[Length(max=OWNERS_LENGTH)])
    due = DateField(_l("Bis wann"), validators=[Optional()])
    first_line = HiddenField()


class CorrectionForm(VersionedForm):
    text = TextAreaField(_l("Text des Protokolls"), validators=[Length(max=TEXT_LENGTH)])
    items = FieldList(FormField(ItemForm), max_entries=500)
    decisions = FieldList(FormField(DecisionProposalForm), max_entries=500)
    tasks = FieldList(FormField(TaskForm), max_entries=500)


@blueprint.get("/meetings/<int:meeting_id>/minutes/new")
def new(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    return render_template("minutes/upload.html", meeting=meeting, form=UploadForm())


@blueprint.post("/meetings/<int:meeting_id>/minutes/new")
def create(meeting_id: int) -> ResponseReturnValue:
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), UploadForm()
    session.rollback()  # converting may take seconds, and nobody should wait for our write lock meanwhile
    upload = request.files.get("file")
    name, content = (upload.filename or "", upload.read()) if upload and upload.filename else ("", b"")
    kind, text = "", form.text.data or ""
    problem = _check_upload(form, name, content, text)
    if problem is None and name:
        try:
            text, kind = convert(name, content)
        except ConversionError as error:
            problem = str(error)
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    if problem is None and meeting.minutes:
        problem = _("Zu dieser Sitzung gibt es schon ein Protokoll. Bitte ergänzen Sie das vorhandene.")
    if problem is not None:
        form.file.errors = [problem]
        return render_template("minutes/upload.html", meeting=meeting, form=form), 422
    minutes = make_minutes(meeting, text.replace("\r\n", "\n"), current_user.id)
    if name:
        keep_original(minutes, name, content, kind)
    session.flush()
    audit.record("minutes.uploaded" if name else "minutes.typed", minutes)
    session.commit()
    return redirect(url_for("minutes.edit", minutes_id=minutes.id))


@blueprint.get("/minutes/<int:minutes_id>")
def show(minutes_id: int) -> ResponseReturnValue:
    minutes = get_minutes(minutes_id)
    return render_template(
        "minutes/minutes.html",
        minutes=minutes,
        html=Markup(minutes.html),  # noqa: S704 - cleaned when it was written
        states=MINUTES_STATES,
        outcomes=OUTCOMES,
        modes=VOTE_MODES,
        may_edit=sits_in(current_user, minutes.meeting.committee_id, Role.SECRETARY),
    )


@blueprint.get("/minutes/<int:minutes_id>/edit")
def edit(minutes_id: int) -> ResponseReturnValue:
    minutes = _draft(minutes_id)
    form = CorrectionForm(obj=minutes)
    return _correction_page(minutes, form)


@blueprint.post("/minutes/<int:minutes_id>/edit")
def save(minutes_id: int) -> ResponseReturnValue:
    minutes, form = _draft(minutes_id), CorrectionForm()
    if not form.validate() or not form.check_version(minutes.version):
        return _correction_page(minutes, form), 422
    minutes.write((form.text.data or "").replace("\r\n", "\n"))
    minutes.items = [ItemProposal(**_row(row, n)) for n, row in enumerate(form.items.data) if row["title"]]
    minutes.decisions = [
        DecisionProposal(**_row(row, n)) for n, row in enumerate(form.decisions.data) if row["text"]
    ]
    minutes.tasks = [TaskProposal(**_row(row, n)) for n, row in enumerate(form.tasks.data) if row["text"]]
    minutes.written_by_id = current_user.id
    audit.record("minutes.edited", minutes)
    session.commit()
    flash(_("Das Protokoll ist gespeichert."), "success")
    return redirect(url_for("minutes.edit", minutes_id=minutes_id))


@blueprint.post("/minutes/<int:minutes_id>/reread")
def reread(minutes_id: int) -> ResponseReturnValue:
    """Read the saved text anew; corrections of what was read before are given up."""
    minutes, form = _draft(minutes_id), VersionedForm()
    if form.validate() and form.check_version(minutes.version):
        propose(minutes)
        audit.record("minutes.reread", minutes)
        session.commit()
        flash(_("Der Text ist neu gelesen."), "success")
    else:
        flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
    return redirect(url_for("minutes.edit", minutes_id=minutes_id))


@blueprint.get("/minutes/<int:minutes_id>/approve")
def ask_approve(minutes_id: int) -> ResponseReturnValue:
    minutes = _draft(minutes_id)
    found = approval.findings(minutes)
    return render_template(
        "minutes/approve.html",
        minutes=minutes,
        html=Markup(minutes.html),  # noqa: S704 - cleaned when it was written
        found=found,
        open_count=sum(one.is_open for one in found),
        blocks=approval.guard_blocks(minutes),
        form=VersionedForm(obj=minutes),
        outcomes=OUTCOMES,
        modes=VOTE_MODES,
    )


@blueprint.post("/minutes/<int:minutes_id>/dismiss")
def dismiss_finding(minutes_id: int) -> ResponseReturnValue:
    minutes, form = _draft(minutes_id), DismissForm()
    if not form.validate():
        flash(_("Bitte nennen Sie einen Grund, warum die Fundstelle unbedenklich ist."), "warning")
    elif dismiss(f"minutes:{minutes.id}", approval.findings(minutes), form, current_user.id):
        audit.record("finding.dismissed", minutes, kind=form.kind.data)
        session.commit()
        flash(_("Vermerkt."), "success")
    return redirect(url_for("minutes.ask_approve", minutes_id=minutes_id))


@blueprint.post("/minutes/<int:minutes_id>/replace")
def replace_findings(minutes_id: int) -> ResponseReturnValue:
    """Put the guard's words in place of everything that is open."""
    minutes, form = _draft(minutes_id), VersionedForm()
    if form.validate() and form.check_version(minutes.version):
        num = approval.replace_open(minutes)
        audit.record("minutes.replaced", minutes, findings=num)
        session.commit()
        flash(_("Ersetzt: %(num)d.", num=num), "success")
    else:
        flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
    return redirect(url_for("minutes.ask_approve", minutes_id=minutes_id))


@blueprint.post("/minutes/<int:minutes_id>/approve")
def approve(minutes_id: int) -> ResponseReturnValue:
    minutes, form = _draft(minutes_id), VersionedForm()
    if not form.validate() or not form.check_version(minutes.version):
        flash(_("Das Protokoll wurde inzwischen geändert; bitte lesen Sie es noch einmal."), "warning")
        return redirect(url_for("minutes.ask_approve", minutes_id=minutes_id))
    try:
        dropped = approval.approve(minutes, current_user.id)
    except approval.ApprovalRefusedError:
        session.rollback()
        flash(_("Noch nicht genehmigt: In diesem Protokoll sind Fundstellen offen."), "error")
        return redirect(url_for("minutes.ask_approve", minutes_id=minutes_id))
    audit.record("minutes.approved", minutes)
    session.commit()
    if dropped is not None:
        dropped.unlink(missing_ok=True)
    flash(_("Das Protokoll ist genehmigt, die Mitglieder werden benachrichtigt."), "success")
    return redirect(url_for("minutes.show", minutes_id=minutes_id))


@blueprint.get("/minutes/<int:minutes_id>/original")
def original(minutes_id: int) -> ResponseReturnValue:
    """The uploaded file, for those who write the minutes, always as a download."""
    minutes = get_minutes(minutes_id, Role.SECRETARY)
    stored = minutes.original
    if stored is None or not stored.path.is_file():
        refuse()
    audit.record_read("file.read", stored)
    return send_file(
        io.BytesIO(stored.path.read_bytes()),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=stored.name,
    )


def _draft(minutes_id: int) -> Minutes:
    """Minutes that the reader writes and that are not approved yet; otherwise 404."""
    minutes = get_minutes(minutes_id, Role.SECRETARY)
    return refuse() if minutes.is_approved else minutes


def _check_upload(form: UploadForm, name: str, content: bytes, text: str) -> str | None:
    if not form.validate():
        return next(iter(form.text.errors), None) or _("Bitte prüfen Sie Ihre Eingaben.")
    if name and len(content) > LARGEST_FILE:
        return _("Die Datei ist größer als 20 MB. Bitte verkleinern Sie die Bilder darin.")
    if name and text.strip():
        return _("Bitte laden Sie entweder eine Datei hoch oder fügen Sie Text ein, nicht beides.")
    if not name and not text.strip():
        return _("Bitte wählen Sie eine Datei oder fügen Sie den Text ein.")
    return None


def _row(values: dict[str, Any], position: int) -> dict[str, Any]:
    """A row of the correction form as columns; where it stood in the text stays known."""
    first_line = str(values["first_line"] or "")
    return values | {"position": position, "first_line": int(first_line) if first_line.isdecimal() else None}


def _correction_page(minutes: Minutes, form: CorrectionForm) -> str:
    """What was read, with one empty row of each kind to add what the reader missed."""
    for field in (form.items, form.decisions, form.tasks):
        if not request.form:
            field.append_entry({"accepted": True})
    return render_template(
        "minutes/correct.html", minutes=minutes, form=form, plain=VersionedForm(formdata=None, obj=minutes)
    )


def committee_section(committee: Any) -> str:
    """On a committee's page: its newest minutes."""
    rows = session.scalars(
        visible_minutes().where(Meeting.committee_id == committee.id).order_by(Meeting.starts_at.desc()).limit(8)
    ).all()
    return render_template("minutes/section_minutes.html", rows=rows, states=MINUTES_STATES) if rows else ""


def meeting_section(meeting: Meeting) -> str:
    """On a meeting's page: its minutes, or for the secretary the way to upload them."""
    rows = session.scalars(sa.select(Minutes.id).where(Minutes.meeting_id == meeting.id)).all()
    visible = session.scalars(visible_minutes().where(Minutes.id.in_(rows))).all()
    return render_template(
        "minutes/section_meeting.html",
        meeting=meeting,
        rows=visible,
        states=MINUTES_STATES,
        may_upload=not rows and not meeting.is_cancelled and sits_in(current_user, meeting.committee_id, Role.SECRETARY),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
