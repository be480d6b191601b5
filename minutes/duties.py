"""What the duty watch looks for in minutes and decisions: missing minutes, office decisions without released rationale."""

from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from sqlalchemy.orm import defer

from meetings import duty_watch
from meetings.duty_watch import Remedy, Severity, Shortfall, Watch
from meetings.meeting import Meeting, MeetingState
from minutes.decision import Decision, DecisionKind, is_draft
from minutes.minutes import Minutes, MinutesState
from portal.clock import now
from portal.database import session
from portal.language import local, short_date

RELEASE_PERIOD = timedelta(days=14)
LOOKING_BACK = timedelta(days=366)
"""Nobody writes the minutes of meetings that are longer ago."""


def minutes_missing(watch: Watch) -> Iterator[Shortfall]:
    """Meetings without minutes after the days of the procedure, or without approved ones after twice as many.

    As long as a review runs, nothing is overdue.
    """
    approved = sa.select(Minutes.id).where(
        Minutes.meeting_id == Meeting.id,
        Minutes.state.in_([MinutesState.APPROVED, MinutesState.ERASED]),
    )
    first_draft = sa.select(sa.func.min(Minutes.id)).where(Minutes.meeting_id == Meeting.id).scalar_subquery()
    review = sa.select(sa.func.max(Minutes.review_until)).where(Minutes.meeting_id == Meeting.id)
    past = sa.select(Meeting, first_draft, review.scalar_subquery()).where(
        Meeting.committee_id.in_(watch.committees),
        Meeting.state != MeetingState.CANCELLED,
        Meeting.ends_at < now(),
        Meeting.starts_at > now() - LOOKING_BACK,
        ~approved.exists(),
    )
    for meeting, draft, review_until in session.execute(past.options(defer(Meeting.vevent))):
        committee = watch.committees[meeting.committee_id]
        held_on = local(meeting.ends_at, committee.zone).date()
        period = timedelta(days=watch.procedures[committee.id].minutes_days)
        due = max(held_on + (period if draft is None else 2 * period), review_until or held_on)
        if watch.day <= due:
            continue
        words = {"date": short_date(held_on), "day": short_date(due)}
        if draft is None:
            what = _("Sitzung am %(date)s: Das Protokoll hätte am %(day)s vorliegen müssen.", **words)
            remedy = Remedy("upload.new", {"meeting_id": meeting.id}, _("Protokoll hochladen"))
        else:
            what = _("Sitzung am %(date)s: Das Protokoll hätte am %(day)s genehmigt sein müssen.", **words)
            remedy = _remedy(draft, review_until)
        yield Shortfall(f"minutes:{meeting.id}", committee, what, Severity.OVERDUE, due, remedy)


def _remedy(draft: int, review_until: date | None) -> Remedy:
    """The next step: the approval where a review has ended, else the minutes, which may be given to one."""
    if review_until is not None:
        return Remedy("approval.ask", {"minutes_id": draft}, _("Protokoll genehmigen"))
    return Remedy("minutes.show", {"minutes_id": draft}, _("Zum Protokoll"))


def office_decisions_unreleased(watch: Watch) -> Iterator[Shortfall]:
    """Drafts of office decisions two weeks after their meeting, or after they were written where they have none."""
    drafts = (
        sa.select(Decision.id, Decision.committee_id, sa.func.coalesce(Meeting.ends_at, Decision.written_at))
        .join(Decision.meeting, isouter=True)
        .where(
            is_draft(),
            Decision.kind == DecisionKind.OFFICE_DECISION,
            Decision.committee_id.in_(watch.committees),
        )
    )
    for number, committee_id, moment in session.execute(drafts):
        committee = watch.committees[committee_id]
        taken_on = local(moment, committee.zone).date()
        due = taken_on + RELEASE_PERIOD
        if watch.day > due:
            what = _(
                "Eine Entscheidung des Amtes vom %(date)s ist noch ohne freigegebene Begründung.",
                date=short_date(taken_on),
            )
            remedy = Remedy("decision.draft", {"decision_id": number}, _("Zum Entwurf"))
            yield Shortfall(f"decision:{number}", committee, what, Severity.OVERDUE, due, remedy)


def init_app(_app: Flask) -> None:
    duty_watch.checks["minutes"] = minutes_missing
    duty_watch.checks["office decisions"] = office_decisions_unreleased
