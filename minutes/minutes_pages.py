"""Minutes as readers see them; parts of the pages of committee and meeting."""

import sqlalchemy as sa
from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from meetings.meeting import Meeting
from minutes import (
    attachment_pages,
    bulk_approval_pages,
    comment_pages,
    decision_takeover_pages,
    editions,
    export_pages,
    review,
    sharing,
)
from minutes.citations import with_links
from minutes.erasure_pages import erased_minutes
from minutes.minutes import (
    APPROVAL_WAYS,
    MINUTES_STATES,
    Minutes,
    MinutesState,
    get_minutes,
    visible_minutes,
)
from minutes.proposals import OUTCOMES, VOTE_MODES
from portal import files
from portal.access import refuse
from portal.committees import Committee, Role, sits_in
from portal.database import session

blueprint = Blueprint("minutes", __name__)


@blueprint.get("/minutes/<int:minutes_id>")
def show(minutes_id: int) -> ResponseReturnValue:
    """Minutes with all that belongs to them; readers outside the committee get only what its chair opened to them."""
    if (erased := erased_minutes(minutes_id)) is not None:
        return erased
    minutes = get_minutes(minutes_id)
    is_inside = sits_in(current_user, minutes.meeting.committee_id)
    if not is_inside:
        return render_template(
            "minutes/minutes_shared.html",
            minutes=minutes,
            html=with_links(sharing.open_html(minutes)),
            decisions=sharing.open_decisions(minutes),
            outcomes=OUTCOMES,
            modes=VOTE_MODES,
            exports=export_pages.links(minutes),
        )
    return render_template(
        "minutes/minutes.html",
        minutes=minutes,
        html=with_links(sharing.whole_html(minutes)),
        states=MINUTES_STATES,
        ways=APPROVAL_WAYS,
        outcomes=OUTCOMES,
        modes=VOTE_MODES,
        may_edit=sits_in(current_user, minutes.meeting.committee_id, Role.SECRETARY),
        may_share=sharing.may_be_shared(minutes)
        and sits_in(current_user, minutes.meeting.committee_id, Role.CHAIR),
        became=decision_takeover_pages.became(minutes),
        editions=editions.editions_of(minutes),
        successor=editions.successor_of(minutes),
        in_review=minutes.state is MinutesState.IN_REVIEW,
        is_running=review.is_running(minutes),
        is_changed=review.is_changed(minutes),
        comments=comment_pages.section(minutes),
        attachments=attachment_pages.section(minutes),
        exports=export_pages.links(minutes),
    )


@blueprint.get("/minutes/<int:minutes_id>/original")
def original(minutes_id: int) -> ResponseReturnValue:
    """The uploaded file, for those who write the minutes, always as a download."""
    minutes = get_minutes(minutes_id, Role.SECRETARY)
    if minutes.original is None:
        refuse()
    return files.send(minutes.original)


def committee_section(committee: Committee) -> str:
    """On a committee's page: its newest minutes, each in its newest edition."""
    rows = session.scalars(
        visible_minutes()
        .where(Meeting.committee_id == committee.id, ~editions.is_superseded())
        .order_by(Meeting.starts_at.desc(), Minutes.edition.desc())
        .limit(8)
    ).all()
    if not rows:
        return ""
    return render_template(
        "minutes/section_minutes.html",
        committee=committee,
        rows=rows,
        states=MINUTES_STATES,
        several_wait=bulk_approval_pages.several_wait(committee.slug),
    )


def meeting_section(meeting: Meeting) -> str:
    """On a meeting's page: its minutes, or for the secretary the way to upload them."""
    visible = session.scalars(
        visible_minutes()
        .where(Minutes.meeting_id == meeting.id, ~editions.is_superseded())
        .order_by(Minutes.edition)
    ).all()
    exist = session.scalar(sa.select(Minutes.id).where(Minutes.meeting_id == meeting.id).limit(1)) is not None
    return render_template(
        "minutes/section_meeting.html",
        meeting=meeting,
        rows=visible,
        states=MINUTES_STATES,
        running={row.id for row in visible if review.is_running(row)},
        may_upload=not exist
        and not meeting.is_cancelled
        and sits_in(current_user, meeting.committee_id, Role.SECRETARY),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
