"""The administrator's view of the outbox: head, state and the server's words, never a text or a link."""

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import defer

from portal import audit
from portal.access import administrators_only
from portal.clock import now
from portal.database import session
from portal.outbox import LETTER_STATES, Letter, LetterState, settings
from portal.people import Person

blueprint = Blueprint("outbox", __name__, url_prefix="/admin/letters")
administrators_only(blueprint)

SHOWN = 200


@blueprint.get("")
def index() -> ResponseReturnValue:
    wanted = request.args.get("state", "")
    letters = sa.select(Letter).options(defer(Letter.body)).order_by(Letter.id.desc()).limit(SHOWN)
    if wanted in set(LetterState):
        letters = letters.where(Letter.state == LetterState(wanted))
    return render_template(
        "portal/letters.html",
        letters=session.scalars(letters).all(),
        counts=state_counts(),
        states=LETTER_STATES,
        wanted=wanted,
        has_server=settings().mail is not None,
    )


@blueprint.post("/<int:letter_id>/retry")
def retry(letter_id: int) -> ResponseReturnValue:
    letter = session.get(Letter, letter_id, with_for_update=True) or abort(404)
    if letter.state is LetterState.FAILED and letter.body is not None:
        letter.state, letter.attempts, letter.due_at, letter.finished_at = LetterState.QUEUED, 0, now(), None
        audit.record("letter.retried", letter)
        session.commit()
        flash(_("Der Brief wird noch einmal gesendet."), "success")
    else:
        flash(_("Dieser Brief lässt sich nicht noch einmal senden."), "warning")
    return redirect(url_for("outbox.index"))


def state_counts() -> dict[LetterState, int]:
    """How many letters are in which state."""
    rows = session.execute(sa.select(Letter.state, sa.func.count()).group_by(Letter.state))
    return {state: count for state, count in rows}  # noqa: C416 - mypy takes rows for no pairs


def card(person: Person) -> str:
    """On the administrator's start page: letters that wait, and letters that failed."""
    if not person.is_admin:
        return ""
    counts, has_server = state_counts(), settings().mail is not None
    waiting, failed = counts.get(LetterState.QUEUED, 0), counts.get(LetterState.FAILED, 0)
    delayed = sa.select(sa.func.count()).where(Letter.state == LetterState.QUEUED, Letter.attempts > 0)
    put_off = session.scalar(delayed) if has_server else 0
    if has_server and not failed and not put_off:
        return ""
    return render_template(
        "portal/card_letters.html", waiting=waiting, failed=failed, put_off=put_off, has_server=has_server
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
