"""My feed of new decisions: switching it on, its secret address, renewing and switching off."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from minutes.archive_feed import ArchiveFeed
from portal import audit
from portal.database import serialise, session

blueprint = Blueprint("archive_feed", __name__, url_prefix="/decisions/feed")


@blueprint.get("")
def show() -> ResponseReturnValue:
    return render_template("minutes/archive_feed.html", feed=_own_feed())


@blueprint.post("/on")
def switch_on() -> ResponseReturnValue:
    """Make the feed, or give it back at an address that nobody knows yet."""
    serialise(f"archive feed:{current_user.id}")
    feed = _own_feed()
    if feed is None:
        feed = ArchiveFeed(person_id=current_user.id)
        session.add(feed)
        session.flush()
        feed.ask_for_publication()
    elif feed.is_revoked:
        feed.restore()
    audit.record("archive_feed.switched_on", feed)
    session.commit()
    flash(_("Ihr Feed ist eingeschaltet. Tragen Sie die Adresse in Ihr Leseprogramm ein."), "success")
    return redirect(url_for("archive_feed.show"))


@blueprint.post("/renew")
def renew() -> ResponseReturnValue:
    words = _("Der Feed hat eine neue Adresse. Bitte abonnieren Sie ihn neu; die alte gilt nicht mehr.")
    return _change(ArchiveFeed.renew, "archive_feed.renewed", words)


@blueprint.post("/off")
def switch_off() -> ResponseReturnValue:
    words = _("Der Feed ist abgeschaltet. Keine seiner Adressen gilt mehr.")
    return _change(ArchiveFeed.revoke, "archive_feed.switched_off", words)


def _change(change: Callable[[ArchiveFeed], None], action: str, words: str) -> ResponseReturnValue:
    """Carry out a button, unless the feed was switched off in another window meanwhile."""
    serialise(f"archive feed:{current_user.id}")
    feed = _own_feed()
    if feed is None or feed.is_revoked:
        flash(_("Der Feed ist inzwischen abgeschaltet."), "warning")
    else:
        change(feed)
        audit.record(action, feed)
        flash(words, "success")
    session.commit()
    return redirect(url_for("archive_feed.show"))


def _own_feed() -> ArchiveFeed | None:
    return session.scalar(sa.select(ArchiveFeed).where(ArchiveFeed.person_id == current_user.id))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
