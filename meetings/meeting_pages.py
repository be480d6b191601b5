"""The pages of committees and meetings, and what a secretary can do with a meeting."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from markupsafe import Markup

from meetings import scheduling
from meetings.announcing import tell_invited
from meetings.feeds import event_changed
from meetings.meeting import (
    MEETING_STATES,
    Invitation,
    Meeting,
    MeetingState,
    WrongStateError,
    get_meeting,
    visible_meetings,
)
from meetings.meeting_forms import ActionForm, MoveForm
from portal import audit
from portal.access import get_committee
from portal.clock import now
from portal.committees import ROLES, Committee, Role, committees_of, people_of, sits_in
from portal.database import session
from portal.language import local
from portal.people import Person

blueprint = Blueprint("meeting", __name__)

committee_sections: list[Callable[[Committee], str]] = []
meeting_sections: list[Callable[[Meeting], str]] = []
"""What upper rooms show on these pages: each returns the HTML of a section, or nothing."""


CHANGED_MEANWHILE = _l("Die Sitzung wurde inzwischen geändert. Bitte sehen Sie sich den neuen Stand an.")
WRONG_STATE = _l("Das geht in diesem Stand der Sitzung nicht mehr.")


@blueprint.get("/committees")
def committees() -> ResponseReturnValue:
    mine = sa.select(Committee).where(Committee.id.in_(committees_of(current_user))).order_by(Committee.name)
    return render_template("meetings/committees.html", committees=session.scalars(mine).all())


@blueprint.get("/committees/<slug>")
def committee(slug: str) -> ResponseReturnValue:
    found = get_committee(slug)
    meetings = visible_meetings().where(Meeting.committee_id == found.id).order_by(Meeting.starts_at)
    rows = session.scalars(meetings).all()
    return render_template(
        "meetings/committee.html",
        committee=found,
        coming=[row for row in rows if row.ends_at >= now()],
        past=[row for row in reversed(rows) if row.ends_at < now()],
        states=MEETING_STATES,
        people=people_of(found),
        roles=ROLES,
        may_edit=sits_in(current_user, found.id, Role.SECRETARY),
        sections=_sections(committee_sections, found),
    )


@blueprint.get("/meetings/<int:meeting_id>")
def show(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id)
    return render_template(
        "meetings/meeting.html",
        meeting=meeting,
        states=MEETING_STATES,
        invited=session.scalar(sa.select(sa.func.count()).where(Invitation.meeting_id == meeting_id)),
        may_edit=sits_in(current_user, meeting.committee_id, Role.SECRETARY),
        form=ActionForm(obj=meeting),
        sections=_sections(meeting_sections, meeting),
    )


@blueprint.get("/meetings/<int:meeting_id>/edit")
def edit(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    if not meeting.is_open:
        flash(WRONG_STATE, "warning")
        return redirect(url_for("meeting.show", meeting_id=meeting_id))
    starts, ends = (local(moment, meeting.committee.zone) for moment in (meeting.starts_at, meeting.ends_at))
    form = MoveForm(obj=meeting, data={"on": starts.date(), "starts": starts.time(), "ends": ends.time()})
    return render_template("meetings/edit.html", meeting=meeting, form=form)


@blueprint.post("/meetings/<int:meeting_id>/edit")
def move(meeting_id: int) -> ResponseReturnValue:
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), MoveForm()
    form.unmoved = meeting.starts_at
    if not form.validate() or not form.check_version(meeting.version) or not _may_move(meeting, form):
        return render_template("meetings/edit.html", meeting=meeting, form=form), 422
    meeting.move(form.starts_at, form.ends_at, form.place.data or "", form.link.data or "")
    meeting.title = form.title.data or ""
    event_changed(meeting)
    told = tell_invited(meeting)
    audit.record("meeting.changed", meeting, sequence=meeting.sequence)
    session.commit()
    flash(_told(_("Die Sitzung ist geändert."), told), "success")
    return redirect(url_for("meeting.show", meeting_id=meeting_id))


@blueprint.post("/meetings/<int:meeting_id>/invite")
def invite(meeting_id: int) -> ResponseReturnValue:
    return _act(meeting_id, scheduling.invite, _("Die Einladungen liegen im Postausgang."))


@blueprint.get("/meetings/<int:meeting_id>/cancel")
def ask_cancel(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    return render_template("meetings/cancel.html", meeting=meeting, form=ActionForm(obj=meeting))


@blueprint.post("/meetings/<int:meeting_id>/cancel")
def cancel(meeting_id: int) -> ResponseReturnValue:
    return _act(meeting_id, _change(Meeting.cancel, "meeting.cancelled"), _("Die Sitzung ist abgesagt."))


@blueprint.post("/meetings/<int:meeting_id>/reinstate")
def reinstate(meeting_id: int) -> ResponseReturnValue:
    action = _change(Meeting.reinstate, "meeting.reinstated")
    return _act(meeting_id, action, _("Die Sitzung findet wieder statt."))


def _change(transition: Callable[[Meeting], None], action: str) -> Callable[[Meeting], None]:
    """A transition with its effects: event, letters, audit entry."""

    def apply(meeting: Meeting) -> None:
        transition(meeting)
        event_changed(meeting)
        tell_invited(meeting)
        audit.record(action, meeting, sequence=meeting.sequence)

    return apply


def _act(meeting_id: int, change: Callable[[Meeting], None], success: str) -> ResponseReturnValue:
    """Carry out a button on a meeting, unless the reader saw an older version of it."""
    meeting, form = get_meeting(meeting_id, Role.SECRETARY), ActionForm()
    address = url_for("meeting.show", meeting_id=meeting_id)
    if not form.validate() or not form.check_version(meeting.version):
        flash(CHANGED_MEANWHILE, "warning")
        return redirect(address)
    try:
        change(meeting)
    except WrongStateError:
        flash(WRONG_STATE, "warning")
        return redirect(address)
    session.commit()
    flash(success, "success")
    return redirect(address)


def _may_move(meeting: Meeting, form: MoveForm) -> bool:
    if not meeting.is_open:
        form.form_errors.append(WRONG_STATE)
    return meeting.is_open


def _told(done: str, letters: int) -> str:
    if not letters:
        return done
    news = ngettext("Eine Person wird benachrichtigt.", "%(num)d Personen werden benachrichtigt.", letters)
    return f"{done} {news}"


def _sections(contributions: list[Callable[[Any], str]], row: Any) -> list[Markup]:
    return [Markup(html) for part in contributions if (html := part(row))]  # noqa: S704 - rendered templates


def card(person: Person) -> str:
    """On everybody's start page: the next meetings."""
    coming = (
        visible_meetings()
        .where(Meeting.ends_at >= now(), Meeting.state != MeetingState.HELD)
        .order_by(Meeting.starts_at)
        .limit(5)
    )
    rows = session.scalars(coming).all()
    in_committee = session.scalar(committees_of(person).limit(1)) is not None
    if not in_committee:
        return ""
    return render_template("meetings/card_next.html", meetings=rows, states=MEETING_STATES)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
