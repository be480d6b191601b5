"""What a secretary does with a meeting: invite, move, cancel, reinstate; each after seeing who is told what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from meetings.announcing import Notice, tell_invited, would_tell
from meetings.feeds import event_changed
from meetings.meeting import Meeting, WrongStateError, get_meeting
from meetings.meeting_forms import ActionForm, MoveForm
from meetings.obstacle_notice import in_the_way
from meetings.rooms import room_names
from meetings.scheduling import meets_at
from portal import audit
from portal.committees import Role
from portal.database import session
from portal.language import local

blueprint = Blueprint("change", __name__, url_prefix="/meetings/<int:meeting_id>")

CHANGED_MEANWHILE = _l("Die Sitzung wurde inzwischen geändert. Bitte sehen Sie sich den neuen Stand an.")
WRONG_STATE = _l("Das geht in diesem Stand der Sitzung nicht mehr.")
NEWS = {
    "invitation": _l("Einladung"),
    "moved": _l("Verschoben oder geändert"),
    "cancelled": _l("Abgesagt"),
    "reinstated": _l("Findet doch statt"),
    "renamed": _l("Neuer Anlass"),
}


@dataclass(frozen=True)
class Change:
    """A change that one button makes: the meeting's own transition, and how the pages speak of it."""

    transition: Callable[[Meeting], None]
    action: str
    question: str
    explanation: str
    button: str
    done: str
    tone: str = "primary"


CHANGES = {
    "invite": Change(
        Meeting.invite,
        "meeting.invited",
        _l("Mitglieder einladen?"),
        _l("Der Termin gilt damit als fest und steht im Kalender nicht mehr als vorläufig."),
        _l("Jetzt einladen"),
        _l("Die Einladungen liegen im Postausgang."),
    ),
    "cancel": Change(
        Meeting.cancel,
        "meeting.cancelled",
        _l("Sitzung absagen?"),
        _l("Im Kalender bleibt die Sitzung als abgesagt stehen. Die Absage lässt sich zurücknehmen."),
        _l("Ja, absagen"),
        _l("Die Sitzung ist abgesagt."),
        "danger",
    ),
    "reinstate": Change(
        Meeting.reinstate,
        "meeting.reinstated",
        _l("Absage zurücknehmen?"),
        _l("Die Sitzung steht dann wieder so im Kalender, wie sie vor der Absage war."),
        _l("Ja, die Sitzung findet statt"),
        _l("Die Sitzung findet wieder statt."),
    ),
}


@blueprint.get("/edit")
def edit(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    if not meeting.is_open:
        flash(WRONG_STATE, "warning")
        return redirect(url_for("meeting.show", meeting_id=meeting_id))
    starts, ends = (local(moment, meeting.committee.zone) for moment in (meeting.starts_at, meeting.ends_at))
    form = MoveForm(obj=meeting, data={"on": starts.date(), "starts": starts.time(), "ends": ends.time()})
    return render_template("meetings/edit.html", meeting=meeting, form=form, rooms=room_names())


@blueprint.post("/edit/preview")
def preview(meeting_id: int) -> ResponseReturnValue:
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), MoveForm()
    if not _is_acceptable(form, meeting):
        return render_template("meetings/edit.html", meeting=meeting, form=form, rooms=room_names()), 422
    obstacles = in_the_way(meeting.committee, [(form.starts_at, form.ends_at, form.place.data or "")])
    notices = by_kind(would_tell(meeting, partial(_move, form=form)))
    return render_template(
        "meetings/edit_preview.html",
        meeting=meeting,
        form=form,
        notices=notices,
        news=NEWS,
        obstacles=obstacles,
    )


@blueprint.post("/edit/again")
def correct(meeting_id: int) -> ResponseReturnValue:
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), MoveForm()
    return render_template("meetings/edit.html", meeting=meeting, form=form, rooms=room_names())


@blueprint.post("/edit")
def move(meeting_id: int) -> ResponseReturnValue:
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), MoveForm()
    if not _is_acceptable(form, meeting):
        return render_template("meetings/edit.html", meeting=meeting, form=form, rooms=room_names()), 422
    _move(meeting, form)
    told = _carry_out(meeting, "meeting.changed")
    session.commit()
    flash(_told(_("Die Sitzung ist geändert."), told), "success")
    return redirect(url_for("meeting.show", meeting_id=meeting_id))


@blueprint.get("/<any(invite, cancel, reinstate):name>")
def ask(meeting_id: int, name: str) -> ResponseReturnValue:
    meeting, change = get_meeting(meeting_id, Role.SECRETARY), CHANGES[name]
    form = ActionForm(obj=meeting)
    try:
        notices = would_tell(meeting, change.transition)
    except WrongStateError:
        flash(WRONG_STATE, "warning")
        return redirect(url_for("meeting.show", meeting_id=meeting_id))
    return render_template(
        "meetings/change.html",
        meeting=meeting,
        change=change,
        form=form,
        notices=by_kind(notices),
        news=NEWS,
    )


@blueprint.post("/<any(invite, cancel, reinstate):name>")
def act(meeting_id: int, name: str) -> ResponseReturnValue:
    meeting, form, change = get_meeting(meeting_id, Role.SECRETARY), ActionForm(), CHANGES[name]
    address = url_for("meeting.show", meeting_id=meeting_id)
    if not form.validate() or not form.check_version(meeting.version):
        flash(CHANGED_MEANWHILE, "warning")
        return redirect(address)
    try:
        change.transition(meeting)
    except WrongStateError:
        flash(WRONG_STATE, "warning")
        return redirect(address)
    told = _carry_out(meeting, change.action)
    session.commit()
    flash(_told(str(change.done), told), "success")
    return redirect(address)


def _is_acceptable(form: MoveForm, meeting: Meeting) -> bool:
    form.unmoved = meeting.starts_at
    form.judge_by(meeting.committee)
    if not form.validate() or not form.check_version(meeting.version):
        return False
    if not meeting.is_open:
        form.form_errors.append(WRONG_STATE)
    elif form.starts_at != meeting.starts_at and meets_at(meeting.committee, form.starts_at, besides=meeting):
        form.starts.errors = [_("Zu dieser Zeit ist schon eine Sitzung eingetragen.")]
    return not form.errors


def _move(meeting: Meeting, form: MoveForm) -> None:
    meeting.move(form.starts_at, form.ends_at, form.place.data or "", form.link.data or "")
    meeting.rename(form.title.data or "")


def _carry_out(meeting: Meeting, action: str) -> int:
    """The effects of a change: event, letters, audit entry. Returns how many people are told."""
    event_changed(meeting)
    told = tell_invited(meeting)
    audit.record(action, meeting, sequence=meeting.sequence)
    return told


def by_kind(notices: Sequence[Notice]) -> dict[str, list[Notice]]:
    """Notices by the kind of their letter, as `macros/notices.html` shows them."""
    found: dict[str, list[Notice]] = {}
    for notice in notices:
        found.setdefault(notice.kind, []).append(notice)
    return found


def _told(done: str, letters: int) -> str:
    if not letters:
        return done
    news = ngettext("Eine Person wird benachrichtigt.", "%(num)d Personen werden benachrichtigt.", letters)
    return f"{done} {news}"


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
