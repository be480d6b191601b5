"""The running meeting: which item is treated, for how long, and the buttons that begin and end it."""

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetings import meeting_clock
from meetings.agenda import ITEM_KINDS, AgendaItem, ItemState, accepted_items, get_item_to_edit
from meetings.meeting import get_meeting
from portal import audit
from portal.committees import Role, sits_in
from portal.database import session

blueprint = Blueprint("meeting_clock", __name__)


@blueprint.get("/meetings/<int:meeting_id>/clock")
def show(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id)
    items = accepted_items(meeting)
    slots = meeting_clock.schedule(meeting, items)
    running = next((slot for slot in slots if meeting_clock.is_running(slot.item)), None)
    return render_template(
        "meetings/agenda_clock.html",
        meeting=meeting,
        slots=slots,
        running=running.item if running else None,
        following=next((slot for slot in slots if running and slot.number == running.number + 1), None),
        used={item.id: meeting_clock.used(item).total_seconds() for item in items},
        kinds=ITEM_KINDS,
        is_time=meeting_clock.is_time(meeting),
        may_edit=sits_in(current_user, meeting.committee_id, Role.SECRETARY),
    )


@blueprint.post("/agenda/items/<int:item_id>/begin")
def begin(item_id: int) -> ResponseReturnValue:
    item = _item_of_a_running_meeting(item_id)
    if item is None:
        return _not_now(item_id)
    meeting_clock.begin(item)
    audit.record("agenda.item_begun", item)
    session.commit()
    flash(_("Jetzt: „%(title)s“.", title=item.title), "success")
    return redirect(_address(item))


@blueprint.post("/agenda/items/<int:item_id>/end")
def end(item_id: int) -> ResponseReturnValue:
    item = _item_of_a_running_meeting(item_id)
    if item is None:
        return _not_now(item_id)
    if meeting_clock.end(item):
        audit.record("agenda.item_ended", item)
        session.commit()
        flash(_("Beendet: „%(title)s“.", title=item.title), "success")
    else:
        flash(_("Dieser Punkt läuft nicht mehr."), "warning")
    return redirect(_address(item))


def _item_of_a_running_meeting(item_id: int) -> AgendaItem | None:
    """An item that the reader's committee may treat now."""
    item = get_item_to_edit(item_id)
    is_possible = item.state is ItemState.ACCEPTED and meeting_clock.is_time(item.meeting)
    return item if is_possible else None


def _not_now(item_id: int) -> ResponseReturnValue:
    item = get_item_to_edit(item_id)
    flash(_("Die Uhr läuft nur zur Zeit der Sitzung."), "warning")
    return redirect(_address(item))


def _address(item: AgendaItem) -> str:
    return url_for("meeting_clock.show", meeting_id=item.meeting_id)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
