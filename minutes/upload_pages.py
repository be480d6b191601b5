"""Minutes of a meeting come in as a file or as pasted text."""

import hmac
from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length

from meetings.agenda_guard import guard_blocks
from meetings.meeting import Meeting, get_meeting
from minutes import arrivals
from minutes.arrivals import Arrival
from minutes.convert import ScannedError
from minutes.minutes import TEXT_LENGTH, Minutes
from minutes.reading import make_minutes
from portal import audit, files, signing
from portal.committees import Role
from portal.database import serialise, session
from portal.files import LARGEST_FILE, FileRefusedError, Scanned
from portal.forms import Form
from portal.scanning import scan

PURPOSE = "upload"

blueprint = Blueprint("upload", __name__)


class UploadForm(Form):
    """`held` and `held_name` stand for a file that came before and about which something is asked."""

    file = FileField(_l("Datei"))
    text = TextAreaField(_l("oder Text einfügen"), validators=[Length(max=TEXT_LENGTH)])
    confirmed = BooleanField(_l("Ja, dies ist das Protokoll dieser Sitzung"))
    held = HiddenField()
    held_name = HiddenField()


@blueprint.get("/meetings/<int:meeting_id>/minutes/new")
def new(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    return _page(meeting, UploadForm())


@blueprint.post("/meetings/<int:meeting_id>/minutes/new")
def create(meeting_id: int) -> ResponseReturnValue:
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), UploadForm()
    person_id, is_guarded = current_user.id, guard_blocks(meeting.committee)
    session.rollback()  # converting may take seconds, and nobody should wait for our write lock meanwhile
    try:
        arrival = _arrival(form, person_id, is_guarded=is_guarded)
    except FileRefusedError as error:
        arrival, form.file.errors = None, [str(error)]
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    serialise(f"meeting:{meeting.id}")  # two uploads at once: the second one finds the first
    if _minutes_of(meeting) is not None:
        session.rollback()
        return _page(get_meeting(meeting_id, Role.SECRETARY), form), 422
    if arrival is not None and meeting.is_cancelled:
        form.file.errors = [_("Diese Sitzung ist abgesagt; zu ihr gibt es kein Protokoll.")]
    questions = list(arrivals.doubts(meeting, arrival)) if arrival and not form.confirmed.data else []
    if arrival is None or questions or form.errors:
        session.rollback()
        if arrival is not None and arrival.file is not None:
            _hold(form, arrival.file.name, arrival.file.content, person_id)
        return _page(get_meeting(meeting_id, Role.SECRETARY), form, questions), 422
    minutes = make_minutes(meeting, arrival, person_id)
    audit.record("minutes.uploaded" if arrival.file else "minutes.typed", minutes)
    notes = list(arrivals.notes(meeting, arrival))
    session.commit()
    for note in notes:
        flash(note, "info")
    return redirect(url_for("correction.edit", minutes_id=minutes.id))


def _arrival(form: UploadForm, person_id: int, *, is_guarded: bool) -> Arrival | None:
    """What came in by the form; None, with the form's errors, when nothing did. `is_guarded`: as in `from_file`.

    Raises:
        FileRefusedError: the file is not taken.
    """
    text = form.text.data or ""
    if not form.validate():
        form.file.errors = [*form.file.errors, *form.text.errors] or [_("Bitte prüfen Sie Ihre Eingaben.")]
        return None
    name, content = _file(form, person_id)
    if content is None and not text.strip():
        form.file.errors = [_("Bitte wählen Sie eine Datei oder fügen Sie den Text ein.")]
        return None
    if content is None:
        return arrivals.from_text(text)
    try:
        arrival = arrivals.from_scanned(name, content, is_guarded=is_guarded)
    except ScannedError:
        _hold(form, name, content, person_id)
        if text.strip():
            return arrivals.from_scan(name, content, text, is_guarded=is_guarded)
        raise FileRefusedError(_scan_words(is_guarded=is_guarded)) from None
    if text.strip():
        form.file.errors = [
            _("Bitte laden Sie entweder eine Datei hoch oder fügen Sie Text ein, nicht beides.")
        ]
        return None
    return arrival


def _scan_words(*, is_guarded: bool) -> str:
    """What to do with a scanned PDF, which is held until its text comes."""
    words = _("Das PDF enthält keinen lesbaren Text, wahrscheinlich ist es eingescannt.")
    if is_guarded:
        what_next = _("Fügen Sie den Text unten ein; die Datei bleibt als Original bei der Schriftführung.")
    else:
        what_next = _("Fügen Sie den Text unten ein; die Datei kommt als Anlage dazu.")
    return f"{words} {what_next}"


def _file(form: UploadForm, person_id: int) -> tuple[str, Scanned | None]:
    """The file that is sent, or the one that was sent before and is asked about.

    Raises:
        FileRefusedError: it is too large, or the virus scanner does not let it pass.
    """
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        sent = upload.read()
        if len(sent) > LARGEST_FILE:
            raise FileRefusedError(
                _("Die Datei ist größer als 20 MB. Bitte verkleinern Sie die Bilder darin.")
            )
        return upload.filename, scan(sent)
    name, digest = form.held_name.data or "", (form.held.data or "").partition(".")[0]
    given = (form.held.data or "").encode()
    if not digest or not hmac.compare_digest(_held(digest, name, person_id).encode(), given):
        return "", None
    return name, files.held(digest)


def _hold(form: UploadForm, name: str, content: Scanned, person_id: int) -> None:
    """Keep the file while its sender is asked, so that it need not be sent again."""
    form.held_name.data = name
    form.held.data = _held(files.hold(content), name, person_id)
    form.held.raw_data = form.held_name.raw_data = None


def _held(digest: str, name: str, person_id: int) -> str:
    """The name of a held file in a form: nobody else can make one up."""
    return f"{digest}.{signing.mac(PURPOSE, digest, person_id, name).hex()}"


def _minutes_of(meeting: Meeting) -> Minutes | None:
    """The minutes that the meeting has already; their newest edition."""
    editions = sa.select(Minutes).where(Minutes.meeting_id == meeting.id).order_by(Minutes.edition.desc())
    return session.scalars(editions.limit(1)).first()


def _page(meeting: Meeting, form: UploadForm, questions: Sequence[str] = ()) -> str:
    there = _minutes_of(meeting)
    return render_template(
        "minutes/upload.html", meeting=meeting, form=form, questions=questions, there=there
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
