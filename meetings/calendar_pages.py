"""My calendar: the addresses to subscribe to, and a list of what is to come."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetings.feeds import Feed, feed_of
from meetings.meeting import MEETING_STATES, Meeting, visible_meetings
from portal import audit
from portal.access import get_committee, one_or_404
from portal.clock import now
from portal.committees import Committee, Role, committees_of
from portal.database import session
from portal.people import Person

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")


@blueprint.get("")
def show() -> ResponseReturnValue:
    feeds = (
        sa.select(Feed)
        .where(sa.or_(Feed.person_id == current_user.id, Feed.committee_id.in_(committees_of(current_user))))
        .order_by(Feed.committee_id.is_not(None), Feed.id)
    )
    coming = visible_meetings().where(Meeting.ends_at >= now()).order_by(Meeting.starts_at)
    return render_template(
        "meetings/calendar.html",
        feeds=session.scalars(feeds).all(),
        meetings=session.scalars(coming).all(),
        renewable=session.scalars(committees_of(current_user, Role.SECRETARY)).all(),
        states=MEETING_STATES,
    )


@blueprint.post("/renew")
def renew() -> ResponseReturnValue:
    return _renew(one_or_404(sa.select(Person).where(Person.id == current_user.id)))


@blueprint.post("/committees/<slug>/renew")
def renew_committee(slug: str) -> ResponseReturnValue:
    return _renew(get_committee(slug, Role.SECRETARY))


def _renew(owner: Committee | Person) -> ResponseReturnValue:
    feed = feed_of(owner)
    feed.renew()
    audit.record("feed.renewed", feed)
    session.commit()
    flash(
        _("Der Kalender hat eine neue Adresse. Bitte abonnieren Sie ihn neu; die alte gilt nicht mehr."),
        "success",
    )
    return redirect(url_for("calendar.show"))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
