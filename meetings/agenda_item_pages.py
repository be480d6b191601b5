"""An item of an agenda: proposing, wording, accepting, declining, postponing, removing."""

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from meetings import agenda_editing as editing
from meetings.agenda import ITEM_STATES, AgendaItem, ItemState, get_item_to_edit, named_by
from meetings.agenda_documents import MOST_DOCUMENTS, DocumentForm
from meetings.agenda_editing import get_item_to_change, hold
from meetings.agenda_forms import DeclineForm, ItemForm
from meetings.agenda_guard import findings, guard_blocks, subject_of
from meetings.deadlines import proposals_close_on
from meetings.meeting import Meeting, get_meeting
from meetings.meeting_forms import ActionForm
from portal import audit
from portal.access import posted_texts
from portal.committees import Role, sits_in
from portal.database import session
from portal.language import long_date

blueprint = Blueprint("agenda_item", __name__)


DOCUMENTS_FIRST = _l(
    "Die Dokumente dieses Punkts wurden noch nicht wie die eines Falls gelesen. Bitte entfernen Sie sie zuerst und "
    "laden Sie sie danach noch einmal hoch."
)


@blueprint.get("/meetings/<int:meeting_id>/agenda/new")
def new(meeting_id: int) -> ResponseReturnValue:
    """Add an item, or propose one; `?origin=` fills in what is offered to be carried in."""
    meeting = get_meeting(meeting_id)
    origin = request.args.get("origin", "")
    offered = (
        {offer.origin: offer for offer in editing.offers(meeting)} if origin and _writes(meeting) else {}
    )
    form = ItemForm(obj=offered.get(origin), data={"version": 0})
    if origin in offered:
        form.passes(meeting.committee, blocks=True)
    return _new_page(meeting, form)


@blueprint.post("/meetings/<int:meeting_id>/agenda/new")
def create(meeting_id: int) -> ResponseReturnValue:
    meeting, form = get_meeting(meeting_id), ItemForm()
    hold(meeting)
    writes = _writes(meeting)
    if not writes and not editing.takes_proposals(meeting):
        return _new_page(meeting, form), 422
    form.put_replacements(meeting.committee)
    if not form.validate() or not form.passes(meeting.committee, blocks=_blocks(meeting, form)):
        return _new_page(meeting, form), 422
    item = AgendaItem(proposed_by_id=current_user.id)
    item.state = ItemState.ACCEPTED if writes else ItemState.PROPOSED
    form.fill(item)
    if writes and form.origin.data in {offer.origin for offer in editing.offers(meeting)}:
        item.origin = form.origin.data
    editing.append(meeting, item)
    _keep(item, form, "agenda.added" if writes else "agenda.proposed")
    flash(
        _("Der Punkt steht auf der Tagesordnung.") if writes else _("Ihr Vorschlag ist eingetragen."),
        "success",
    )
    return redirect(_after_saving(item, form))


@blueprint.get("/agenda/items/<int:item_id>")
def edit(item_id: int) -> ResponseReturnValue:
    item = get_item_to_change(item_id)
    return edit_page(item, ItemForm(obj=item))


@blueprint.post("/agenda/items/<int:item_id>")
def save(item_id: int) -> ResponseReturnValue:
    item, form = get_item_to_change(item_id), ItemForm()
    hold(item.meeting)
    form.put_replacements(item.meeting.committee, subject_of(item))
    if not form.validate():
        return edit_page(item, form), 422
    if not form.check_version(item.version):
        return edit_page(item, form, form.differences(item)), 422
    if not form.passes(item.meeting.committee, subject_of(item), blocks=_blocks(item.meeting, form)):
        return edit_page(item, form), 422
    if item.documents and _blocks(item.meeting, form) and not guard_blocks(item.meeting.committee, item.kind):
        form.kind.errors = [DOCUMENTS_FIRST]
        return edit_page(item, form), 422
    form.fill(item)
    _keep(item, form, "agenda.edited")
    flash(_("Der Punkt ist gespeichert."), "success")
    return redirect(_after_saving(item, form))


@blueprint.post("/agenda/items/<int:item_id>/accept")
def accept(item_id: int) -> ResponseReturnValue:
    item = get_item_to_edit(item_id)
    hold(item.meeting)
    if not _is_unchanged(item) or item.state is ItemState.ACCEPTED:
        return _changed_meanwhile(item)
    if guard_blocks(item.meeting.committee, item.kind) and any(one.is_open for one in findings(item)):
        flash(_("Bitte ersetzen Sie zuerst, was der Textwächter in diesem Punkt gefunden hat."), "warning")
        return redirect(url_for("agenda_item.edit", item_id=item_id))
    if item.state is ItemState.POSTPONED and editing.copy_of(item) is not None:
        flash(_("Der Punkt steht schon auf der Tagesordnung der nächsten Sitzung."), "warning")
        return redirect(_agenda_of(item))
    editing.accept(item)
    audit.record("agenda.accepted", item)
    session.commit()
    flash(_("„%(title)s“ steht auf der Tagesordnung.", title=item.title), "success")
    return redirect(_agenda_of(item))


@blueprint.get("/agenda/items/<int:item_id>/decline")
def ask_decline(item_id: int) -> ResponseReturnValue:
    item = get_item_to_edit(item_id)
    return render_template("meetings/agenda_decline.html", item=item, form=DeclineForm(obj=item))


@blueprint.post("/agenda/items/<int:item_id>/decline")
def decline(item_id: int) -> ResponseReturnValue:
    item, form = get_item_to_edit(item_id), DeclineForm()
    hold(item.meeting)
    committee, subject = item.meeting.committee, subject_of(item)
    form.put_replacements(committee, subject)
    is_sound = form.validate() and form.check_version(item.version)
    if not is_sound or not form.passes(committee, subject, blocks=guard_blocks(committee, item.kind)):
        return render_template("meetings/agenda_decline.html", item=item, form=form), 422
    if item.state is not ItemState.PROPOSED:
        return _changed_meanwhile(item)
    editing.decline(item, form.reason.data)
    form.note_reasons(subject, current_user.id)
    audit.record("agenda.declined", item)
    session.commit()
    flash(_("Der Vorschlag ist nicht übernommen; wer ihn gemacht hat, sieht den Grund."), "success")
    return redirect(_agenda_of(item))


@blueprint.post("/agenda/items/<int:item_id>/postpone")
def postpone(item_id: int) -> ResponseReturnValue:
    item = get_item_to_edit(item_id)
    hold(item.meeting)
    if not _is_unchanged(item) or item.state is not ItemState.ACCEPTED:
        return _changed_meanwhile(item)
    following = editing.postpone(item)
    if following is None:
        flash(_("Es ist noch keine nächste Sitzung eingetragen. Planen Sie zuerst eine."), "warning")
        return redirect(_agenda_of(item))
    audit.record("agenda.postponed", item, to=following.id)
    session.commit()
    on = long_date(following.day)
    flash(_("„%(title)s“ ist auf die Sitzung am %(day)s verschoben.", title=item.title, day=on), "success")
    return redirect(_agenda_of(item))


@blueprint.post("/agenda/items/<int:item_id>/delete")
def delete(item_id: int) -> ResponseReturnValue:
    item = get_item_to_change(item_id)
    hold(item.meeting)
    if not _is_unchanged(item):
        return _changed_meanwhile(item)
    if any(names(item) for names in named_by.values()):
        flash(_("Eine Entscheidung nennt diesen Punkt, deshalb lässt er sich nicht entfernen."), "warning")
        return redirect(_agenda_of(item))
    address = _agenda_of(item)
    audit.record("agenda.removed", item)
    editing.remove(item)
    session.commit()
    flash(_("Der Punkt ist entfernt."), "success")
    return redirect(address)


def _writes(meeting: Meeting) -> bool:
    return sits_in(current_user, meeting.committee_id, Role.SECRETARY)


def _blocks(meeting: Meeting, form: ItemForm) -> bool:
    return guard_blocks(meeting.committee, form.kind.data)


def _keep(item: AgendaItem, form: ItemForm, action: str) -> None:
    dismissed = form.note_reasons(subject_of(item), current_user.id)
    audit.record(action, item, **({"dismissed": dismissed} if dismissed else {}))
    session.commit()


def _after_saving(item: AgendaItem, form: ItemForm) -> str:
    """The agenda; the item itself where the guard marked something that its writer should look at."""
    marked = len(form.open_findings)
    if not marked:
        return _agenda_of(item)
    words = ngettext(
        "Der Textwächter hat eine Stelle markiert. Bitte sehen Sie sie an.",
        "Der Textwächter hat %(num)d Stellen markiert. Bitte sehen Sie sie an.",
        marked,
    )
    flash(words, "warning")
    return url_for("agenda_item.edit", item_id=item.id)


def _agenda_of(item: AgendaItem) -> str:
    return url_for("agenda.show", meeting_id=item.meeting_id)


def _is_unchanged(item: AgendaItem) -> bool:
    form = ActionForm()
    return bool(form.validate()) and form.check_version(item.version)


def _changed_meanwhile(item: AgendaItem) -> ResponseReturnValue:
    flash(_("Der Punkt wurde inzwischen geändert. Bitte sehen Sie noch einmal hin."), "warning")
    return redirect(_agenda_of(item))


def _new_page(meeting: Meeting, form: ItemForm) -> str:
    return render_template(
        "meetings/agenda_new.html",
        meeting=meeting,
        form=form,
        writes=_writes(meeting),
        takes_proposals=editing.takes_proposals(meeting),
        closes_on=proposals_close_on(meeting),
        blocks=_blocks(meeting, form),
        texts=posted_texts(),
    )


def edit_page(
    item: AgendaItem,
    form: ItemForm,
    differences: list[tuple[str, str]] | None = None,
    documents: DocumentForm | None = None,
) -> str:
    """The page of an item: its words, its documents and what may become of it."""
    if not form.found:
        form.found = [one for one in findings(item) if one.is_open]
    return render_template(
        "meetings/agenda_item.html",
        item=item,
        form=form,
        differences=differences,
        documents=documents or DocumentForm(formdata=None, obj=item),
        states=ITEM_STATES,
        writes=_writes(item.meeting),
        blocks=guard_blocks(item.meeting.committee, item.kind),
        following=editing.next_meeting(item.meeting),
        takes_documents=len(item.documents) < MOST_DOCUMENTS,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
