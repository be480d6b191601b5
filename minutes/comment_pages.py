"""Comments on minutes in review: members write, change and withdraw them, secretaries answer."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup

from minutes import review, sharing
from minutes.comment_form import AnswerForm, CommentForm, version_of
from minutes.comments import COMMENT_STATES, Comment, CommentState
from minutes.minutes import Minutes, get_draft_minutes
from portal import audit
from portal.access import one_or_404
from portal.clock import now
from portal.committees import Role, sits_in
from portal.database import session

blueprint = Blueprint("comment", __name__, url_prefix="/minutes/<int:minutes_id>/comments")

OVER = _l("Die Durchsicht ist beendet; Anmerkungen lassen sich nicht mehr schreiben oder ändern.")
ANSWERED = _l("Die Anmerkung ist inzwischen beantwortet. Schreiben Sie bei Bedarf eine neue.")


@blueprint.get("/new")
def new(minutes_id: int) -> ResponseReturnValue:
    minutes = review.get_minutes_in_review(minutes_id)
    if not review.is_running(minutes):
        flash(OVER, "warning")
        return redirect(url_for("minutes.show", minutes_id=minutes_id))
    return _form_page(CommentForm(minutes, formdata=None, version=0))


@blueprint.post("")
def create(minutes_id: int) -> ResponseReturnValue:
    minutes = review.get_minutes_in_review(minutes_id, to_change=True)
    form = CommentForm(minutes)
    if not review.is_running(minutes):
        form.form_errors.append(OVER)
    if not form.validate() or form.form_errors:
        return _form_page(form), 422
    if not form.was_sent_before():
        comment = Comment(minutes=minutes, person_id=current_user.id)
        form.fill(comment)
        session.add(comment)
        audit.record("comment.written", comment)
        session.commit()
    flash(_("Danke, Ihre Anmerkung ist gespeichert. Das Gremium kann sie lesen."), "success")
    return redirect(_address(minutes))


@blueprint.get("/<int:comment_id>")
def edit(minutes_id: int, comment_id: int) -> ResponseReturnValue:
    comment = _own_comment(minutes_id, comment_id)
    if (why := _why_closed(comment)) is not None:
        flash(why, "warning")
        return redirect(_address(comment.minutes))
    return _form_page(CommentForm.of(comment), comment)


@blueprint.post("/<int:comment_id>")
def save(minutes_id: int, comment_id: int) -> ResponseReturnValue:
    comment = _own_comment(minutes_id, comment_id, to_change=True)
    form = CommentForm(comment.minutes, comment)
    if (why := _why_closed(comment)) is not None:
        form.form_errors.append(why)
    if not form.validate() or form.form_errors or not form.check_version(version_of(comment)):
        return _form_page(form, comment), 422
    form.fill(comment)
    audit.record("comment.changed", comment)
    session.commit()
    flash(_("Ihre Anmerkung ist geändert."), "success")
    return redirect(_address(comment.minutes))


@blueprint.post("/<int:comment_id>/withdraw")
def withdraw(minutes_id: int, comment_id: int) -> ResponseReturnValue:
    comment = _own_comment(minutes_id, comment_id, to_change=True)
    minutes = comment.minutes
    if (why := _why_closed(comment)) is not None:
        flash(why, "warning")
        return redirect(_address(minutes))
    audit.record("comment.withdrawn", comment)
    session.delete(comment)
    session.commit()
    flash(_("Ihre Anmerkung ist zurückgezogen."), "success")
    return redirect(_address(minutes))


@blueprint.get("/<int:comment_id>/answer")
def ask_answer(minutes_id: int, comment_id: int) -> ResponseReturnValue:
    comment = _comment_to_answer(minutes_id, comment_id)
    given = {"version": version_of(comment), "answer": comment.answer}
    if comment.state is not CommentState.OPEN:
        given["state"] = comment.state
    return _answer_page(AnswerForm(comment.minutes, formdata=None, data=given), comment)


@blueprint.post("/<int:comment_id>/answer")
def answer(minutes_id: int, comment_id: int) -> ResponseReturnValue:
    comment = _comment_to_answer(minutes_id, comment_id, to_change=True)
    form = AnswerForm(comment.minutes)
    if not form.validate() or not form.check_version(version_of(comment)):
        return _answer_page(form, comment), 422
    comment.state, comment.answer = form.state.data, form.answer.data
    comment.answered_by_id, comment.answered_at = current_user.id, now()
    review.tell_answered(comment)
    audit.record("comment.answered", comment, state=comment.state)
    session.commit()
    flash(_("Die Antwort ist gespeichert."), "success")
    return redirect(_address(comment.minutes))


def _own_comment(minutes_id: int, comment_id: int, *, to_change: bool = False) -> Comment:
    minutes = review.get_minutes_in_review(minutes_id, to_change=to_change)
    own = sa.select(Comment).where(Comment.minutes_id == minutes.id, Comment.person_id == current_user.id)
    return one_or_404(own.where(Comment.id == comment_id))


def _comment_to_answer(minutes_id: int, comment_id: int, *, to_change: bool = False) -> Comment:
    minutes = get_draft_minutes(minutes_id, to_change=to_change)
    return one_or_404(sa.select(Comment).where(Comment.minutes_id == minutes.id, Comment.id == comment_id))


def _why_closed(comment: Comment) -> str | None:
    """Why a comment does not change any more, if it does not."""
    words: str | None = None
    if not review.is_running(comment.minutes):
        words = OVER
    elif comment.state is not CommentState.OPEN:
        words = ANSWERED
    return words


def _address(minutes: Minutes) -> str:
    return url_for("minutes.show", minutes_id=minutes.id, _anchor="comments")


def _form_page(form: CommentForm, comment: Comment | None = None) -> str:
    return render_template(
        "minutes/comment.html",
        minutes=form.minutes,
        form=form,
        comment=comment,
        html=sharing.whole_html(form.minutes),
    )


def _answer_page(form: AnswerForm, comment: Comment) -> str:
    return render_template(
        "minutes/comment_answer.html",
        minutes=form.minutes,
        form=form,
        comment=comment,
        states=COMMENT_STATES,
    )


def section(minutes: Minutes) -> Markup:
    """Below minutes: what the committee says about them, and the way to say something."""
    is_running = review.is_running(minutes)
    if not minutes.comments and not is_running:
        return Markup()
    may_answer = not minutes.is_approved and sits_in(
        current_user, minutes.meeting.committee_id, Role.SECRETARY
    )
    html = render_template(
        "minutes/section_comments.html",
        minutes=minutes,
        is_running=is_running,
        may_answer=may_answer,
        states=COMMENT_STATES,
    )
    return Markup(html)  # noqa: S704 - a template's own


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
