"""Documents of an agenda item: handing in, reading, taking away."""

from pathlib import PurePath

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from meetings import agenda_editing as editing
from meetings.agenda import AgendaDocument, AgendaItem, get_item
from meetings.agenda_documents import MOST_DOCUMENTS, DocumentForm, kind_of, words_of
from meetings.agenda_editing import get_item_to_change, hold
from meetings.agenda_forms import ItemForm
from meetings.agenda_guard import guard_blocks, read, subject_of
from meetings.agenda_item_pages import edit_page
from meetings.meeting_forms import ActionForm
from portal import audit, files
from portal.access import one_or_404
from portal.database import session
from portal.files import FileRefusedError
from portal.scanning import scan
from portal.textguard import replace

blueprint = Blueprint("agenda_document", __name__)

TOO_MANY = _l("Zu diesem Punkt gibt es schon %(max)d Dokumente.", max=MOST_DOCUMENTS)


@blueprint.post("/agenda/items/<int:item_id>/documents")
def upload(item_id: int) -> ResponseReturnValue:
    item, form = get_item_to_change(item_id), DocumentForm()
    session.rollback()  # reading a file may take seconds, and nobody should wait for our write lock meanwhile
    sent = request.files.get("file")
    name, bytes_sent = (sent.filename or "", sent.read()) if sent else ("", b"")
    try:
        content = scan(bytes_sent)
        kind = kind_of(name, content)
        form.words = words_of(name, kind, content)
    except FileRefusedError as refused:
        return _refused(item_id, form, str(refused))
    item = get_item_to_change(item_id)
    hold(item.meeting)
    committee, subject = item.meeting.committee, subject_of(item)
    if len(item.documents) >= MOST_DOCUMENTS:
        return _refused(item_id, form, str(TOO_MANY))
    if not form.validate() or not form.passes(committee, subject, blocks=guard_blocks(committee, item.kind)):
        return _refused(
            item_id, form, _("Nicht gespeichert: Der Textwächter hat in der Datei etwas gefunden.")
        )
    stored = files.store(_harmless(item, name), content, kind, current_user.id)
    item.documents.append(AgendaDocument(file=stored))
    form.note_reasons(subject, current_user.id)
    audit.record("agenda.document_added", item)
    session.commit()
    _say_what_was_kept(item, form, name, stored.name)
    return redirect(url_for("agenda_item.edit", item_id=item_id, _anchor="documents"))


@blueprint.get("/agenda/documents/<int:document_id>")
def show(document_id: int) -> ResponseReturnValue:
    """A document for those who may read its item, always as a download."""
    return files.send(_get_document(document_id).file)


@blueprint.post("/agenda/documents/<int:document_id>/delete")
def delete(document_id: int) -> ResponseReturnValue:
    document = _get_document(document_id)
    item = get_item_to_change(document.item_id)
    hold(item.meeting)
    form = ActionForm()
    if not form.validate() or not form.check_version(item.version):
        flash(_("Der Punkt wurde inzwischen geändert. Bitte sehen Sie noch einmal hin."), "warning")
        return redirect(url_for("agenda_item.edit", item_id=item.id, _anchor="documents"))
    editing.remove_document(document)
    audit.record("agenda.document_removed", item)
    session.commit()
    flash(_("Das Dokument ist entfernt."), "success")
    return redirect(url_for("agenda_item.edit", item_id=item.id, _anchor="documents"))


def _get_document(document_id: int) -> AgendaDocument:
    """A document of an item that the reader may see; otherwise 404."""
    document = one_or_404(sa.select(AgendaDocument).where(AgendaDocument.id == document_id))
    get_item(document.item_id)
    return document


def _harmless(item: AgendaItem, name: str) -> str:
    """The file's name without what could name somebody."""
    path, committee = PurePath(name), item.meeting.committee
    if not guard_blocks(committee, item.kind):
        return name
    found = [one.finding for one in read(committee, {"name": path.stem}, subject_of(item)) if one.is_open]
    return replace(path.stem, found) + path.suffix


def _say_what_was_kept(item: AgendaItem, form: DocumentForm, name: str, kept: str) -> None:
    flash(_("Das Dokument ist gespeichert."), "success")
    if PurePath(name).stem != PurePath(kept).stem:
        flash(
            _("Der Dateiname könnte jemanden erkennbar machen; die Datei heißt hier „%(name)s“.", name=kept),
            "warning",
        )
    if form.words is None and guard_blocks(item.meeting.committee, item.kind):
        words = _("In dieser Art von Datei kann der Textwächter nicht lesen. Bitte prüfen Sie sie selbst.")
        flash(words, "warning")
    elif form.open_findings:
        flash(_("Der Textwächter hat in der Datei etwas gefunden. Bitte prüfen Sie sie."), "warning")


def _refused(item_id: int, form: DocumentForm, words: str) -> ResponseReturnValue:
    """The item's page again, with what is wrong with the file."""
    item = get_item_to_change(item_id)
    form.file.errors = [words]
    return edit_page(item, ItemForm(formdata=None, obj=item), documents=form), 422


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
