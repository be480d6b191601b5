"""The administrator's view of the outbox: head, state and the server's words, never a text or a link."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy.orm import defer

from portal import outbox_care
from portal.access import administrators_only, one_or_404
from portal.database import session
from portal.outbox import LETTER_STATES, Letter, LetterState, OutboxPause, settings
from portal.people import Person

blueprint = Blueprint("outbox", __name__, url_prefix="/admin/letters")
administrators_only(blueprint)

SHOWN = 200


@blueprint.get("")
def index() -> ResponseReturnValue:
    state, words = request.args.get("state", ""), request.args.get("q", "").strip()
    wanted = LetterState(state) if state in set(LetterState) else None
    return render_template(
        "portal/letters.html",
        letters=session.scalars(_found(wanted, words).limit(SHOWN)).all(),
        most=SHOWN,
        counts=outbox_care.state_counts(),
        states=LETTER_STATES,
        wanted=wanted,
        words=words,
        retryable=outbox_care.count_failed(),
        pause=session.get(OutboxPause, outbox_care.PAUSE),
        has_server=settings().mail is not None,
    )


def _found(state: LetterState | None, words: str) -> sa.Select[Letter]:
    letters = sa.select(Letter).options(defer(Letter.body)).order_by(Letter.id.desc())
    if state is not None:
        letters = letters.where(Letter.state == state)
    if words:
        has = (column.icontains(words, autoescape=True) for column in (Letter.address, Letter.head))
        letters = letters.where(sa.or_(*has))
    return letters


@blueprint.post("/<int:letter_id>/retry")
def retry(letter_id: int) -> ResponseReturnValue:
    letter = one_or_404(sa.select(Letter).where(Letter.id == letter_id).with_for_update())
    if outbox_care.retry(letter):
        session.commit()
        flash(_("Der Brief wird noch einmal gesendet."), "success")
    else:
        flash(_("Dieser Brief lässt sich nicht noch einmal senden."), "warning")
    return _back()


@blueprint.post("/retry-failed")
def retry_failed() -> ResponseReturnValue:
    number = outbox_care.retry_failed()
    session.commit()
    flash(
        ngettext(
            "Ein Brief wird noch einmal gesendet.", "%(num)d Briefe werden noch einmal gesendet.", number
        ),
        "success" if number else "warning",
    )
    return _back()


@blueprint.post("/pause")
def pause() -> ResponseReturnValue:
    outbox_care.pause(current_user)
    session.commit()
    flash(_("Der Postausgang ist angehalten. Briefe warten, bis Sie ihn wieder öffnen."), "success")
    return _back()


@blueprint.post("/resume")
def resume() -> ResponseReturnValue:
    outbox_care.resume()
    session.commit()
    flash(_("Der Postausgang ist wieder offen."), "success")
    return _back()


@blueprint.post("/test")
def send_test() -> ResponseReturnValue:
    letter = outbox_care.write_test(session.get_one(Person, current_user.id))
    session.commit()
    flash(_("Ein Testbrief an %(address)s liegt im Postausgang.", address=letter.address), "success")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("outbox.index"))


def card(person: Person) -> str:
    """On the administrator's start page: a pause, letters that wait, and letters that failed."""
    if not person.is_admin:
        return ""
    counts, has_server = outbox_care.state_counts(), settings().mail is not None
    held = session.get(OutboxPause, outbox_care.PAUSE)
    failed = outbox_care.count_failed()
    delayed = sa.select(sa.func.count()).where(Letter.state == LetterState.QUEUED, Letter.attempts > 0)
    put_off = session.scalar(delayed) if has_server else 0
    if has_server and not (failed or put_off or held):
        return ""
    return render_template(
        "portal/card_letters.html",
        waiting=counts.get(LetterState.QUEUED, 0),
        failed=failed,
        put_off=put_off,
        has_server=has_server,
        pause=held,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
