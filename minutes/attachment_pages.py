"""Files that belong to minutes: attaching, naming, reading, taking away."""

from collections.abc import Sequence
from pathlib import PurePath

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from flask_wtf.file import MultipleFileField
from markupsafe import Markup

from meetings.agenda_documents import KINDS, LONGEST_WORDS, TYPES
from meetings.agenda_guard import GuardedForm, guard_blocks
from minutes.attachments import (
    MOST_ATTACHMENTS,
    TITLE_LENGTH,
    Attachment,
    IncomingFile,
    attach,
    detach,
    get_attachment,
    get_draft_attachment,
    receive,
    subject_of,
)
from minutes.minutes import Minutes, get_draft_minutes
from portal import audit, files
from portal.committees import sits_in
from portal.database import session
from portal.files import FILE_NAME_LENGTH, FileRefusedError
from portal.forms import VersionedForm, line
from portal.scanning import scan

SUFFIX_LENGTH = 5

blueprint = Blueprint("attachment", __name__)


class AttachmentsForm(GuardedForm):
    """Files for minutes; `contents` are the words of those that the guard can read, `labels` what they are called."""

    files = MultipleFileField(
        _l("Dateien"), description=_l("Zusammen höchstens 20 MB. Möglich sind: %(types)s.", types=TYPES)
    )
    title = line(
        _l("Was zeigen sie?"),
        TITLE_LENGTH,
        required=False,
        description=_l("Bei Bildern wird dies auch denen vorgelesen, die sie nicht sehen."),
    )

    contents: dict[str, str] = {}  # noqa: RUF012 - the forms library makes no annotations of it
    labels: dict[str, str] = {}  # noqa: RUF012

    def texts(self) -> dict[str, str]:
        return {"title": self.title.data or ""} | self.contents


class RenameForm(GuardedForm):
    title = line(_l("Was zeigt die Anlage?"), TITLE_LENGTH, required=False)
    name = line(_l("Dateiname"), FILE_NAME_LENGTH - SUFFIX_LENGTH)

    guarded = ("title", "name")


@blueprint.get("/minutes/<int:minutes_id>/attachments")
def index(minutes_id: int) -> ResponseReturnValue:
    minutes = get_draft_minutes(minutes_id)
    return _attachments_page(minutes, AttachmentsForm(formdata=None, obj=minutes))


@blueprint.post("/minutes/<int:minutes_id>/attachments")
def upload(minutes_id: int) -> ResponseReturnValue:
    """Attach several files, all of them or none."""
    get_draft_minutes(minutes_id)
    form, person_id = AttachmentsForm(), current_user.id
    session.rollback()  # cleaning may take seconds, and nobody should wait for our write lock meanwhile
    incoming, problems = _incoming(form)
    minutes = get_draft_minutes(minutes_id, to_change=True)
    committee, subject = minutes.meeting.committee, subject_of(minutes)
    if (
        form.validate()
        and not problems
        and not form.passes(committee, subject, blocks=guard_blocks(committee))
    ):
        problems = [_("Der Textwächter hat etwas gefunden.")]
    if form.errors or problems:
        return _refused(minutes_id, form, problems)
    form.note_reasons(subject, person_id)
    minutes.worked_on_by(person_id)
    try:
        title = (form.title.data or "") if len(incoming) == 1 else ""  # one title does not fit several files
        attached = [attach(minutes, file, title, person_id) for file in incoming]
    except FileRefusedError as refused:
        return _refused(minutes_id, form, [str(refused)])
    session.flush()
    for attachment in attached:
        audit.record("attachment.added", attachment)
    session.commit()
    _say_what_was_kept(form, incoming, attached)
    return redirect(url_for("attachment.index", minutes_id=minutes_id))


@blueprint.get("/attachments/<int:attachment_id>")
def show(attachment_id: int) -> ResponseReturnValue:
    """The cleaned copy, always as a download."""
    return files.send(get_attachment(attachment_id).released)


@blueprint.get("/attachments/<int:attachment_id>/original")
def original(attachment_id: int) -> ResponseReturnValue:
    """The file as it came, for those who write the minutes, until these are approved."""
    return files.send(get_draft_attachment(attachment_id).file)


@blueprint.get("/attachments/<int:attachment_id>/edit")
def edit(attachment_id: int) -> ResponseReturnValue:
    attachment = get_draft_attachment(attachment_id)
    name = PurePath(attachment.released.name).stem
    form = RenameForm(formdata=None, version=attachment.minutes.version, title=attachment.title, name=name)
    return _edit_page(attachment, form)


@blueprint.post("/attachments/<int:attachment_id>/edit")
def rename(attachment_id: int) -> ResponseReturnValue:
    attachment, form = get_draft_attachment(attachment_id, to_change=True), RenameForm()
    minutes = attachment.minutes
    committee, subject = minutes.meeting.committee, subject_of(minutes)
    form.put_replacements(committee, subject)
    is_valid = form.validate() and form.check_version(minutes.version)
    if not is_valid or not form.passes(committee, subject, blocks=guard_blocks(committee)):
        return _edit_page(attachment, form), 422
    attachment.rename(form.title.data or "", form.name.data)
    minutes.worked_on_by(current_user.id)
    form.note_reasons(subject, current_user.id)
    audit.record("attachment.renamed", attachment)
    session.commit()
    flash(_("Die Anlage ist umbenannt."), "success")
    return redirect(url_for("attachment.index", minutes_id=attachment.minutes_id))


@blueprint.post("/attachments/<int:attachment_id>/delete")
def delete(attachment_id: int) -> ResponseReturnValue:
    attachment, form = get_draft_attachment(attachment_id, to_change=True), VersionedForm()
    minutes = attachment.minutes
    if not form.validate() or not form.check_version(minutes.version):
        flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
        return redirect(url_for("attachment.index", minutes_id=minutes.id))
    audit.record("attachment.removed", attachment)
    detach(attachment)
    minutes.worked_on_by(current_user.id)
    session.commit()
    flash(_("Die Anlage ist entfernt."), "success")
    return redirect(url_for("attachment.index", minutes_id=minutes.id))


def _incoming(form: AttachmentsForm) -> tuple[list[IncomingFile], list[str]]:
    """What came in by the form, and what is wrong with each file that is not taken."""
    incoming, problems = [], []
    form.contents, form.labels = {}, {"title": form.title.label.text}
    sent = [file for file in request.files.getlist("files") if file.filename]
    if not sent:
        return [], [_("Bitte wählen Sie die Dateien.")]
    if len(sent) > MOST_ATTACHMENTS:
        return [], [_("Ein Protokoll kann höchstens %(max)d Anlagen haben.", max=MOST_ATTACHMENTS)]
    for number, file in enumerate(sent):
        name = file.filename or ""
        try:
            received = receive(name, scan(file.read()))
            words = received.words()
        except FileRefusedError as refused:
            problems.append(f"{files.clean_name(name)}: {refused}")
            continue
        incoming.append(received)
        if words is not None:
            form.contents[f"content-{number}"] = words
            form.labels[f"content-{number}"] = received.name
    if sum(map(len, form.contents.values())) > LONGEST_WORDS:
        problems.append(
            _(
                "Diese Dateien haben zusammen zu viel Text für den Textwächter. Bitte laden Sie sie einzeln hoch."
            )
        )
    return incoming, problems


def _refused(minutes_id: int, form: AttachmentsForm, problems: Sequence[str]) -> ResponseReturnValue:
    """The page again, with what is wrong; nothing was stored."""
    session.rollback()
    if problems:
        form.files.errors = [_("Es wurde nichts gespeichert."), *problems]
    return _attachments_page(get_draft_minutes(minutes_id), form), 422


def _say_what_was_kept(
    form: AttachmentsForm, incoming: Sequence[IncomingFile], attached: Sequence[Attachment]
) -> None:
    flash(
        ngettext("Eine Anlage ist gespeichert.", "%(num)d Anlagen sind gespeichert.", len(attached)),
        "success",
    )
    if any(file.name != row.released.name for file, row in zip(incoming, attached, strict=True)):
        flash(_("Dateinamen, die jemanden erkennbar machen könnten, wurden geändert."), "warning")
    if len(form.contents) < len(attached) and guard_blocks(attached[0].minutes.meeting.committee):
        flash(
            _("In manchen dieser Dateien kann der Textwächter nicht lesen. Bitte prüfen Sie sie selbst."),
            "warning",
        )
    elif form.open_findings:
        flash(_("Der Textwächter hat in den Dateien etwas gefunden. Bitte prüfen Sie sie."), "warning")


def _attachments_page(minutes: Minutes, form: AttachmentsForm) -> str:
    return render_template(
        "minutes/attachments.html",
        minutes=minutes,
        form=form,
        most=MOST_ATTACHMENTS,
        blocks=guard_blocks(minutes.meeting.committee),
        kinds=KINDS,
    )


def _edit_page(attachment: Attachment, form: RenameForm) -> str:
    return render_template(
        "minutes/attachment.html",
        attachment=attachment,
        form=form,
        blocks=guard_blocks(attachment.minutes.meeting.committee),
        kinds=KINDS,
    )


def section(minutes: Minutes) -> str:
    """On the page of minutes: their files, for those who sit in the committee."""
    is_shown = bool(minutes.attachments) and sits_in(current_user, minutes.meeting.committee_id)
    html = (
        render_template("minutes/attachments_section.html", minutes=minutes, kinds=KINDS) if is_shown else ""
    )
    return Markup(html)  # noqa: S704 - a template's own


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
