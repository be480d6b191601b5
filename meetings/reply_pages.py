"""Answering an invitation: by the link of a letter, on the portal, and by the secretary for somebody else."""

from collections.abc import Callable
from functools import wraps

import flask
from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_login import current_user

from meetings.answer_form import OWN_ANSWERS, AnswerForm
from meetings.answering import may_answer, record_answer, takes_answers
from meetings.attendance import attendance_of
from meetings.meeting import Invitation, Meeting, MeetingState, get_meeting
from meetings.replies import ANSWERS, REPLY_WAYS, ReplyWay, invitation_by_token
from meetings.turnout import turnout_of
from portal import audit
from portal.access import open_to_all
from portal.committees import Role, sits_in
from portal.database import session
from portal.people import Person

blueprint = Blueprint("reply", __name__)


def opened_by_link(
    view: Callable[[str, Invitation], ResponseReturnValue],
) -> Callable[[str], ResponseReturnValue]:
    """Give a view the invitation whose link was used, and speak its reader's language; a dead link ends here."""

    @open_to_all
    @wraps(view)
    def opened(token: str) -> ResponseReturnValue:
        row = invitation_by_token(token)
        language = flask.session.get("language") or (row.person.language if row else str(get_locale()))
        with force_locale(language):
            if row is None or not may_answer(row.meeting, row.person):
                return _dead(row)
            if not takes_answers(row.meeting):
                return render_template("meetings/answer_cancelled.html", meeting=row.meeting), 409
            return view(token, row)

    return opened


def _dead(row: Invitation | None) -> ResponseReturnValue:
    """The use of a genuine link that is dead is noted as refused; a forged one learns nothing."""
    if row is not None:
        audit.record_refusal("link.refused", subject=row)
    return render_template("meetings/answer_dead.html"), 410


@blueprint.get("/answer/<token>")
@opened_by_link
def by_link(_token: str, row: Invitation) -> ResponseReturnValue:
    """Only shows: gateways that look after mail open every link."""
    return _link_page(row, AnswerForm(row.meeting, row.person, wanted=request.args.get("answer", "")))


@blueprint.post("/answer/<token>")
@opened_by_link
def answer_by_link(token: str, row: Invitation) -> ResponseReturnValue:
    form = AnswerForm(row.meeting, row.person)
    if not _take(form, ReplyWay.LINK):
        return _link_page(row, form), 422
    return redirect(url_for("reply.stored", token=token), 303)


@blueprint.get("/answer/<token>/stored")
@opened_by_link
def stored(token: str, row: Invitation) -> ResponseReturnValue:
    form = AnswerForm(row.meeting, row.person)
    if form.reply is None:
        return redirect(url_for("reply.by_link", token=token))
    return render_template(
        "meetings/answer_stored.html", meeting=row.meeting, form=form, token=token, names=OWN_ANSWERS
    )


def _link_page(row: Invitation, form: AnswerForm) -> str:
    return render_template(
        "meetings/answer.html", meeting=row.meeting, form=form, told=row, names=OWN_ANSWERS
    )


@blueprint.get("/meetings/<int:meeting_id>/answer")
def show(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id)
    if not takes_answers(meeting):
        return _too_late(meeting)
    return _own_page(AnswerForm(meeting, current_user))


@blueprint.post("/meetings/<int:meeting_id>/answer")
def answer(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id)
    if not takes_answers(meeting):
        return _too_late(meeting)
    form = AnswerForm(meeting, current_user)
    if not _take(form, ReplyWay.PORTAL):
        return _own_page(form), 422
    flash(_("Ihre Antwort ist gespeichert: %(answer)s.", answer=OWN_ANSWERS[form.answer.data]), "success")
    return redirect(url_for("meeting.show", meeting_id=meeting_id))


def _own_page(form: AnswerForm) -> str:
    return render_template(
        "meetings/answer.html", meeting=form.meeting, form=form, told=None, names=OWN_ANSWERS
    )


@blueprint.get("/meetings/<int:meeting_id>/answers/<int:person_id>")
def enter(meeting_id: int, person_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    if not takes_answers(meeting):
        return _too_late(meeting)
    form = AnswerForm(meeting, _concerned(meeting, person_id), is_own=False)
    return render_template("meetings/answer_enter.html", meeting=meeting, form=form, names=ANSWERS)


@blueprint.post("/meetings/<int:meeting_id>/answers/<int:person_id>")
def enter_submit(meeting_id: int, person_id: int) -> ResponseReturnValue:
    """Somebody called: the audit trail keeps who entered it."""
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    if not takes_answers(meeting):
        return _too_late(meeting)
    form = AnswerForm(meeting, _concerned(meeting, person_id), is_own=False)
    if not _take(form, ReplyWay.ENTERED):
        return render_template("meetings/answer_enter.html", meeting=meeting, form=form, names=ANSWERS), 422
    flash(_("Die Antwort von %(name)s ist eingetragen.", name=form.person.name), "success")
    return redirect(url_for("meeting.show", meeting_id=meeting_id))


def _concerned(meeting: Meeting, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None or not may_answer(meeting, person):
        abort(404)
    return person


def _take(form: AnswerForm, way: ReplyWay) -> bool:
    """Store what the form says, if it is complete and its reader saw the present date."""
    if not form.validate() or not form.check_date():
        return False
    record_answer(
        form.meeting,
        form.person,
        form.answer.data,
        way=way,
        comment=form.comment.data or "",
        sequence=form.sequence.data,
    )
    session.commit()
    return True


def _too_late(meeting: Meeting) -> ResponseReturnValue:
    flash(_("Zu dieser Sitzung lässt sich gerade nichts antworten."), "warning")
    return redirect(url_for("meeting.show", meeting_id=meeting.id))


def meeting_section(meeting: Meeting) -> str:
    """On a meeting's page: the reader's own answer, and what the others answered, for the secretary in full."""
    if meeting.state not in {MeetingState.INVITED, MeetingState.HELD} or attendance_of(meeting):
        return ""
    return render_template(
        "meetings/replies_section.html",
        meeting=meeting,
        form=AnswerForm(meeting, current_user) if takes_answers(meeting) else None,
        turnout=turnout_of(meeting),
        may_enter=takes_answers(meeting),
        sees_all=sits_in(current_user, meeting.committee_id, Role.SECRETARY),
        answers=ANSWERS,
        names=OWN_ANSWERS,
        ways=REPLY_WAYS,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
