"""The agenda of a meeting: what its members read, and how the secretary puts it together and sends it."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from meetings import agenda_editing, agenda_sending
from meetings.agenda import (
    ITEM_KINDS,
    ITEM_STATES,
    STANDING,
    AgendaItem,
    ItemState,
    accepted_items,
    get_item_to_edit,
    visible_items,
)
from meetings.agenda_editing import AgendaClosedError, hold, offers, take
from meetings.agenda_forms import CarryForm, PlaceForm, SendForm
from meetings.deadlines import proposals_close_on
from meetings.meeting import Meeting, MeetingState, WrongStateError, get_meeting
from meetings.meeting_clock import length_of, planned_minutes, schedule
from portal import audit
from portal.committees import Role, sits_in
from portal.database import session

blueprint = Blueprint("agenda", __name__)

ALL = "*"


@blueprint.get("/meetings/<int:meeting_id>/agenda")
def show(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id)
    items = session.scalars(visible_items().where(AgendaItem.meeting_id == meeting_id)).all()
    accepted = [item for item in items if item.state is ItemState.ACCEPTED]
    writes = sits_in(current_user, meeting.committee_id, Role.SECRETARY)
    state = agenda_sending.present_state(meeting)
    return render_template(
        "meetings/agenda.html",
        meeting=meeting,
        slots=schedule(meeting, accepted),
        planned=planned_minutes(accepted),
        length=length_of(meeting),
        proposals=[item for item in items if item.state in {ItemState.PROPOSED, ItemState.DECLINED}],
        postponed=[item for item in items if item.state is ItemState.POSTPONED],
        offers=offers(meeting) if writes else [],
        kinds=ITEM_KINDS,
        states=ITEM_STATES,
        may_edit=writes and meeting.state is not MeetingState.HELD,
        closes_on=proposals_close_on(meeting),
        takes_proposals=agenda_editing.takes_proposals(meeting),
        has_changed=agenda_sending.has_changed(meeting),
        order=agenda_editing.order_text([item.id for item in accepted]),
        sending=SendForm(formdata=None, obj=meeting, seen=agenda_sending.fingerprint(state)),
    )


@blueprint.post("/meetings/<int:meeting_id>/agenda/carry")
def carry(meeting_id: int) -> ResponseReturnValue:
    """Take over what is offered: one item, all of them, or for the beginning the standing ones."""
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), CarryForm()
    hold(meeting)
    wanted = form.origin.data if form.validate() else ""
    chosen = [offer for offer in offers(meeting) if _is_meant(offer.origin, wanted)]
    taken, refused = take(meeting, chosen)
    for item in taken:
        audit.record("agenda.carried", item)
    session.commit()
    _say_what_was_taken(len(taken), len(refused))
    if refused and wanted == refused[0].origin:
        return redirect(url_for("agenda_item.new", meeting_id=meeting_id, origin=wanted))
    return redirect(_address(meeting_id))


@blueprint.post("/agenda/items/<int:item_id>/place")
def place(item_id: int) -> ResponseReturnValue:
    item, form = get_item_to_edit(item_id), PlaceForm()
    meeting_id = item.meeting_id
    hold(item.meeting)
    if not form.validate():
        flash(_("Bitte geben Sie die neue Stelle als Zahl an."), "warning")
        return redirect(_address(meeting_id))
    stands = agenda_editing.move_to(item, form.place.data, form.seen.data or "")
    if stands is None:
        flash(_("Die Reihenfolge wurde inzwischen geändert. Bitte sehen Sie noch einmal hin."), "warning")
        return redirect(_address(meeting_id))
    audit.record("agenda.ordered", item)
    session.commit()
    flash(_("„%(title)s“ ist jetzt TOP %(number)d.", title=item.title, number=stands), "success")
    # Whoever works by keyboard goes on where they were; at the ends of the list that button is gone.
    is_last = stands == len(agenda_editing.order_of(item.meeting))
    button = "down" if stands == 1 else "up" if is_last else form.by.data
    return redirect(_address(meeting_id, focus=f"{'to' if form.by.data == 'to' else button}-{item_id}"))


@blueprint.post("/meetings/<int:meeting_id>/agenda/send")
def send(meeting_id: int) -> ResponseReturnValue:
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), SendForm()
    hold(meeting)
    state = agenda_sending.present_state(meeting)
    is_seen = form.validate() and form.seen.data == agenda_sending.fingerprint(state)
    if not is_seen or not form.check_version(meeting.version):
        flash(_("Die Tagesordnung wurde inzwischen geändert. Bitte sehen Sie noch einmal hin."), "warning")
        return redirect(_address(meeting_id))
    if not state:
        flash(_("Auf der Tagesordnung steht noch nichts."), "warning")
        return redirect(_address(meeting_id))
    try:
        letters = agenda_sending.send(meeting)
    except WrongStateError:
        flash(_("Die Sitzung ist abgesagt oder vorbei; eine Tagesordnung geht nicht mehr hinaus."), "warning")
        return redirect(_address(meeting_id))
    session.commit()
    if meeting.state is MeetingState.PLANNED:
        flash(_("Die Tagesordnung geht mit der Einladung hinaus."), "success")
    else:
        flash(
            ngettext(
                "Die Tagesordnung liegt für eine Person im Postausgang.",
                "Die Tagesordnung liegt für %(num)d Personen im Postausgang.",
                letters,
            ),
            "success",
        )
    return redirect(_address(meeting_id))


def _address(meeting_id: int, focus: str | None = None) -> str:
    return url_for("agenda.show", meeting_id=meeting_id, focus=focus)


def _is_meant(origin: str, wanted: str | None) -> bool:
    if wanted == STANDING:
        return origin.startswith(STANDING)
    return wanted in {ALL, origin}


def _say_what_was_taken(taken: int, refused: int) -> None:
    if taken:
        words = ngettext("Ein Punkt ist übernommen.", "%(num)d Punkte sind übernommen.", taken)
        flash(words, "success")
    if refused:
        words = ngettext(
            "Ein Punkt könnte Menschen erkennbar machen und ist nicht übernommen. Bitte fassen Sie ihn neu.",
            "%(num)d Punkte könnten Menschen erkennbar machen und sind nicht übernommen. Bitte übernehmen Sie "
            "sie einzeln und fassen Sie sie neu.",
            refused,
        )
        flash(words, "warning")
    if not taken and not refused:
        flash(_("Es war nichts Neues zu übernehmen."), "message")


def meeting_section(meeting: Meeting) -> str:
    """On a meeting's page: its agenda in short, and the meetings that were split off from it."""
    children = sa.select(Meeting).where(Meeting.split_from_id == meeting.id).order_by(Meeting.starts_at)
    return render_template(
        "meetings/section_agenda.html",
        meeting=meeting,
        items=accepted_items(meeting),
        split_off=session.scalars(children).all(),
        may_edit=sits_in(current_user, meeting.committee_id, Role.SECRETARY),
        takes_proposals=agenda_editing.takes_proposals(meeting),
        has_changed=agenda_sending.has_changed(meeting),
    )


def _closed(error: AgendaClosedError) -> ResponseReturnValue:
    session.rollback()
    flash(
        _("Zu dieser Sitzung gibt es schon ein Protokoll; die Tagesordnung bleibt, wie sie ist."), "warning"
    )
    return redirect(_address(error.meeting_id))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.register_error_handler(AgendaClosedError, _closed)
