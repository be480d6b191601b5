"""Minutes come in as a file or as pasted text, and are read; parts of the pages of committee and meeting."""

import io
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.file import FileField
from markupsafe import Markup
from wtforms import TextAreaField
from wtforms.validators import Length

from meetings.meeting import Meeting, get_meeting
from minutes.convert import ConversionError
from minutes.minutes import MINUTES_STATES, TEXT_LENGTH, Minutes, get_minutes, visible_minutes
from minutes.proposals import OUTCOMES, VOTE_MODES
from minutes.reading import convert, keep_original, make_minutes
from portal import audit
from portal.access import refuse
from portal.committees import Role, sits_in
from portal.database import serialise, session
from portal.files import LARGEST_FILE
from portal.forms import Form

blueprint = Blueprint("minutes", __name__)


class UploadForm(Form):
    file = FileField(_l("Datei (Word, LibreOffice, PDF, Markdown oder Text)"))
    text = TextAreaField(_l("oder Text einfügen"), validators=[Length(max=TEXT_LENGTH)])


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
    serialise(f"meeting:{meeting.id}")  # two uploads at once: the second one finds the first
    problem = problem or _check_meeting(meeting)
    if problem is not None:
        form.file.errors = [problem]
        return render_template("minutes/upload.html", meeting=meeting, form=form), 422
    minutes = make_minutes(meeting, text.replace("\r\n", "\n"), current_user.id)
    if name:
        keep_original(minutes, name, content, kind)
    session.flush()
    audit.record("minutes.uploaded" if name else "minutes.typed", minutes)
    session.commit()
    return redirect(url_for("correction.edit", minutes_id=minutes.id))


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


def _check_upload(form: UploadForm, name: str, content: bytes, text: str) -> str | None:
    """What is wrong with an upload before anybody looks into the file."""
    words: str | None = None
    if not form.validate():
        words = next(iter(form.text.errors), None) or _("Bitte prüfen Sie Ihre Eingaben.")
    elif len(content) > LARGEST_FILE:
        words = _("Die Datei ist größer als 20 MB. Bitte verkleinern Sie die Bilder darin.")
    elif name and text.strip():
        words = _("Bitte laden Sie entweder eine Datei hoch oder fügen Sie Text ein, nicht beides.")
    elif not name and not text.strip():
        words = _("Bitte wählen Sie eine Datei oder fügen Sie den Text ein.")
    return words


def _check_meeting(meeting: Meeting) -> str | None:
    """Why a meeting takes no minutes, if it does not."""
    words: str | None = None
    if meeting.is_cancelled:
        words = _("Diese Sitzung ist abgesagt; zu ihr gibt es kein Protokoll.")
    elif session.scalar(sa.select(Minutes.id).where(Minutes.meeting_id == meeting.id)) is not None:
        words = _("Zu dieser Sitzung gibt es schon ein Protokoll. Bitte ergänzen Sie das vorhandene.")
    return words


def committee_section(committee: Any) -> str:
    """On a committee's page: its newest minutes."""
    rows = session.scalars(
        visible_minutes()
        .where(Meeting.committee_id == committee.id)
        .order_by(Meeting.starts_at.desc())
        .limit(8)
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
        may_upload=not rows
        and not meeting.is_cancelled
        and sits_in(current_user, meeting.committee_id, Role.SECRETARY),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
