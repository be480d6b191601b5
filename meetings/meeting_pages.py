"""The pages of committees and meetings, and what a secretary can do with a meeting."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from meetings.meeting import (
    MEETING_STATES,
    Invitation,
    Meeting,
    MeetingState,
    get_meeting,
    visible_meetings,
)
from portal.access import get_committee
from portal.clock import now
from portal.committees import ROLES, Committee, Role, committees_of, people_of, sits_in
from portal.database import session
from portal.people import Person

blueprint = Blueprint("meeting", __name__)

committee_sections: list[Callable[[Committee], str]] = []
meeting_sections: list[Callable[[Meeting], str]] = []
"""What upper rooms show on these pages: each returns the HTML of a section, or nothing."""


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
        sections=_sections(meeting_sections, meeting),
    )


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
