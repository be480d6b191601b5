"""The pages of a review: giving minutes to the committee, until when, and what has changed since."""

from datetime import date

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from wtforms import DateField, ValidationError

from minutes import review
from minutes.approval import ApprovalRefusedError, is_blocked
from minutes.approval_silence import hindrances
from minutes.comments import CommentState
from minutes.differences import differences
from minutes.minutes import Minutes, MinutesState, get_draft_minutes, get_minutes
from portal import audit
from portal.access import refuse
from portal.clock import today
from portal.committees import Role, committees_of, sits_in
from portal.database import session
from portal.forms import VersionedForm, day
from portal.language import short_date
from portal.people import Person

blueprint = Blueprint("review", __name__, url_prefix="/minutes/<int:minutes_id>/review")


class ReviewForm(VersionedForm):
    until = day(_l("Zur Durchsicht bis einschließlich"))

    first: date
    last: date

    def judge_by(self, minutes: Minutes) -> None:
        self.first, self.last = today(minutes.meeting.committee.zone), review.latest_end(minutes)

    def validate_until(self, field: DateField) -> None:
        if not field.errors and not self.first <= field.data <= self.last:
            words = _(
                "Bitte einen Tag vom %(first)s bis zum %(last)s.",
                first=short_date(self.first),
                last=short_date(self.last),
            )
            raise ValidationError(words)


@blueprint.get("")
def ask(minutes_id: int) -> ResponseReturnValue:
    minutes = get_draft_minutes(minutes_id)
    preset = max(minutes.review_until or date.min, review.preset_end(minutes))
    return _page(minutes, ReviewForm(formdata=None, obj=minutes, data={"until": preset}))


@blueprint.post("")
def give(minutes_id: int) -> ResponseReturnValue:
    minutes, form = get_draft_minutes(minutes_id, to_change=True), ReviewForm()
    form.judge_by(minutes)
    if not form.validate() or not form.check_version(minutes.version):
        return _page(minutes, form), 422
    try:
        told = review.give(minutes, form.until.data, current_user.id)
    except ApprovalRefusedError as refused:
        form.form_errors.append(str(refused))
        session.rollback()
        return _page(get_draft_minutes(minutes_id), form), 422
    audit.record("minutes.given_to_review", minutes, until=form.until.data.isoformat())
    session.commit()
    words = _("Zur Durchsicht bis zum %(day)s.", day=short_date(form.until.data))
    news = ngettext("Eine Person wird benachrichtigt.", "%(num)d Personen werden benachrichtigt.", told)
    flash(f"{words} {news}" if told else words, "success")
    return redirect(url_for("minutes.show", minutes_id=minutes_id))


@blueprint.post("/end")
def take_back(minutes_id: int) -> ResponseReturnValue:
    minutes, form = get_draft_minutes(minutes_id, to_change=True), VersionedForm()
    if not form.validate() or not form.check_version(minutes.version) or minutes.state is MinutesState.DRAFT:
        flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
        return redirect(url_for("minutes.show", minutes_id=minutes_id))
    review.take_back(minutes)
    audit.record("minutes.taken_back", minutes)
    session.commit()
    flash(_("Das Protokoll ist wieder ein Entwurf; die Mitglieder sehen es nicht mehr."), "success")
    return redirect(url_for("minutes.show", minutes_id=minutes_id))


@blueprint.get("/changes")
def changes(minutes_id: int) -> ResponseReturnValue:
    """What has changed in the text since it was given to review."""
    minutes = get_minutes(minutes_id)
    if minutes.reviewed_text is None or not sits_in(current_user, minutes.meeting.committee_id):
        refuse()
    return render_template(
        "minutes/changes.html",
        minutes=minutes,
        rows=differences(minutes.reviewed_text, minutes.text),
        is_changed=review.is_changed(minutes),
    )


def _page(minutes: Minutes, form: ReviewForm) -> str:
    return render_template(
        "minutes/review.html",
        minutes=minutes,
        form=form,
        in_review=minutes.state is MinutesState.IN_REVIEW,
        hindrances=list(hindrances(minutes)),
        is_blocked=is_blocked(minutes),
    )


def card(person: Person) -> str:
    """On the start page: minutes to be read through, and for secretaries how much waits for an answer."""
    rows = review.in_review_for(person)
    if not rows:
        return ""
    writes = set(session.scalars(committees_of(person, Role.SECRETARY)))
    waiting = {
        row.id: sum(comment.state is CommentState.OPEN for comment in row.comments)
        for row in rows
        if row.meeting.committee_id in writes
    }
    running = {row.id for row in rows if review.is_running(row)}
    shown = [row for row in rows if row.id in running or row.id in waiting]
    return (
        render_template("minutes/card_review.html", rows=shown, waiting=waiting, running=running)
        if shown
        else ""
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
