"""The chair opens approved minutes to all committees of the programme, and closes them again."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from minutes import editions, sharing
from minutes.minutes import Minutes, get_minutes
from minutes.passages import has_internal, stray_marks
from minutes.proposals import OUTCOMES, VOTE_MODES
from portal import audit
from portal.access import refuse
from portal.committees import Role
from portal.database import session
from portal.forms import VersionedForm

blueprint = Blueprint("sharing", __name__, url_prefix="/minutes/<int:minutes_id>/share")


@blueprint.get("")
def ask(minutes_id: int) -> ResponseReturnValue:
    minutes = _minutes(minutes_id)
    return render_template(
        "minutes/share.html",
        minutes=minutes,
        open_html=sharing.open_html(minutes),
        has_internal=has_internal(minutes.text),
        stray_marks=stray_marks(minutes.text),
        decisions=sharing.open_decisions(minutes),
        outcomes=OUTCOMES,
        modes=VOTE_MODES,
    )


@blueprint.post("")
def share(minutes_id: int) -> ResponseReturnValue:
    minutes, form = _minutes(minutes_id, to_change=True), VersionedForm()
    if not form.validate() or not form.check_version(minutes.version):
        return _changed_meanwhile(minutes_id)
    if stray_marks(minutes.text):
        return redirect(url_for("sharing.ask", minutes_id=minutes_id))  # which says why
    sharing.share(minutes, current_user.id)
    audit.record("minutes.shared", minutes)
    session.commit()
    flash(_("Alle Gremien des Programms können das Protokoll jetzt lesen."), "success")
    return redirect(url_for("minutes.show", minutes_id=minutes_id))


@blueprint.post("/end")
def end(minutes_id: int) -> ResponseReturnValue:
    minutes, form = _minutes(minutes_id, to_change=True), VersionedForm()
    if not form.validate() or not form.check_version(minutes.version):
        return _changed_meanwhile(minutes_id)
    sharing.take_back(minutes)
    audit.record("minutes.unshared", minutes)
    session.commit()
    flash(_("Das Protokoll liest wieder nur das Gremium."), "success")
    return redirect(url_for("minutes.show", minutes_id=minutes_id))


def _minutes(minutes_id: int, *, to_change: bool = False) -> Minutes:
    """Minutes that the reader may share as the chair, or no longer share; otherwise 404.

    That is the newest approved edition, and whichever is open to all committees.
    """
    may_be_open = sa.or_(~editions.is_superseded(), Minutes.shared_at.is_not(None))
    minutes = get_minutes(minutes_id, Role.CHAIR, may_be_open, to_change=to_change)
    if not sharing.may_be_shared(minutes):
        refuse()
    return minutes


def _changed_meanwhile(minutes_id: int) -> ResponseReturnValue:
    flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
    return redirect(url_for("sharing.ask", minutes_id=minutes_id))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
