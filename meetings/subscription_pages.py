"""My calendar: the addresses to subscribe to, what the personal one shows, renewing and switching off."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetings.feeds import Feed, feed_of
from meetings.meeting import Invitation, Meeting
from meetings.subscriptions import SubscriptionForm, google_address, qr_code, webcal
from portal import audit
from portal.access import get_committee, one_or_404
from portal.clock import now
from portal.committees import Committee, Role, committees_of, own_committees
from portal.database import session
from portal.outbox import settings
from portal.people import Person

blueprint = Blueprint("subscription", __name__, url_prefix="/calendar")


@blueprint.get("/subscriptions")
def show() -> ResponseReturnValue:
    return _page(SubscriptionForm(current_user, _own_feed(), _own_committees()))


@blueprint.post("/subscriptions")
def save() -> ResponseReturnValue:
    person, committees = _reader(), _own_committees()
    form = SubscriptionForm(person, _own_feed(), committees)
    if not form.validate():
        return _page(form), 422
    feed = feed_of(person)
    form.apply_to(person, feed, committees)
    audit.record("feed.changed", feed)
    session.commit()
    flash(_("Gespeichert. Ihr Kalender wird sofort neu geschrieben."), "success")
    return redirect(url_for("subscription.show"))


@blueprint.post("/renew")
def renew() -> ResponseReturnValue:
    return _renew(_reader())


@blueprint.post("/revoke")
def revoke() -> ResponseReturnValue:
    return _revoke(_reader())


@blueprint.post("/restore")
def restore() -> ResponseReturnValue:
    return _restore(_reader())


@blueprint.post("/committees/<slug>/renew")
def renew_committee(slug: str) -> ResponseReturnValue:
    return _renew(get_committee(slug, Role.SECRETARY))


@blueprint.post("/committees/<slug>/revoke")
def revoke_committee(slug: str) -> ResponseReturnValue:
    return _revoke(get_committee(slug, Role.SECRETARY))


@blueprint.post("/committees/<slug>/restore")
def restore_committee(slug: str) -> ResponseReturnValue:
    return _restore(get_committee(slug, Role.SECRETARY))


def _renew(owner: Committee | Person) -> ResponseReturnValue:
    words = _("Der Kalender hat eine neue Adresse. Bitte abonnieren Sie ihn neu; die alte gilt nicht mehr.")
    return _change(owner, Feed.renew, "feed.renewed", words)


def _revoke(owner: Committee | Person) -> ResponseReturnValue:
    words = _("Der Kalender ist abgeschaltet. Keine seiner Adressen gilt mehr.")
    return _change(owner, Feed.revoke, "feed.revoked", words)


def _restore(owner: Committee | Person) -> ResponseReturnValue:
    words = _(
        "Der Kalender ist wieder eingeschaltet und hat eine neue Adresse. Bitte abonnieren Sie ihn neu."
    )
    return _change(owner, Feed.restore, "feed.restored", words)


def _change(
    owner: Committee | Person, change: Callable[[Feed], None], action: str, words: str
) -> ResponseReturnValue:
    """Carry out a button on a calendar, unless it was switched on or off in another window meanwhile."""
    feed = feed_of(owner)
    if feed.is_revoked is not (change is Feed.restore):
        flash(_("Der Kalender wurde inzwischen ein- oder ausgeschaltet. Bitte sehen Sie nach."), "warning")
    else:
        change(feed)
        audit.record(action, feed)
        flash(words, "success")
    session.commit()
    return redirect(url_for("subscription.show"))


def _page(form: SubscriptionForm) -> str:
    feeds = (
        sa.select(Feed)
        .where(sa.or_(Feed.person_id == current_user.id, Feed.committee_id.in_(own_committees(current_user))))
        .order_by(Feed.committee_id.is_not(None), Feed.id)
        .options(sa.orm.joinedload(Feed.committee))
    )
    rows, kept = (
        session.scalars(feeds).all(),
        session.scalars(committees_of(current_user, Role.SECRETARY)).all(),
    )
    return render_template(
        "meetings/subscriptions.html",
        form=form,
        feeds=rows,
        buttons={row.id: _buttons(row) for row in rows if row.committee is None or row.committee_id in kept},
        by_invitation=session.scalar(_coming_by_invitation()),
        takes_replies=settings().takes_replies,
        webcal=webcal,
        google_address=google_address,
        qr_code=qr_code,
    )


def _buttons(feed: Feed) -> dict[str, str]:
    """Where the buttons of a calendar lead."""
    names = ("renew", "revoke", "restore")
    if feed.committee is None:
        return {name: url_for(f"subscription.{name}") for name in names}
    return {name: url_for(f"subscription.{name}_committee", slug=feed.committee.slug) for name in names}


def _reader() -> Person:
    return one_or_404(sa.select(Person).where(Person.id == current_user.id))


def _own_feed() -> Feed | None:
    return session.scalar(sa.select(Feed).where(Feed.person_id == current_user.id))


def _own_committees() -> Sequence[Committee]:
    mine = sa.select(Committee).where(Committee.id.in_(committees_of(current_user)))
    return session.scalars(mine.order_by(Committee.name)).all()


def _coming_by_invitation() -> sa.Select[int]:
    """How many meetings to come the reader has by calendar invitation, so that the feed leaves them out."""
    return (
        sa.select(sa.func.count(Invitation.id))
        .join(Invitation.meeting)
        .where(Invitation.person_id == current_user.id, Invitation.by_calendar, Meeting.ends_at >= now())
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
