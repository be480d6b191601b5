"""Dates that a poll proposes: the committee's usual weekday and hour in the coming weeks, where nothing is in the way."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from meetings.meeting import Meeting, MeetingState
from meetings.obstacles import load_obstacles
from meetings.procedure import procedure_of
from meetings.rules import rule_of
from portal.clock import now, today
from portal.committees import Committee
from portal.database import session
from portal.language import local

PROPOSED = 3
TIME_TO_ANSWER = timedelta(days=7)
WEEKS_TRIED = 26
A_WEEK = timedelta(days=7)


def proposed_dates(committee: Committee) -> list[tuple[datetime, datetime]]:
    """The next free starts and ends by the committee's rule, in its zone; none where it has no rule.

    They leave a week to answer, and then the period of invitation.
    """
    rule = rule_of(committee)
    if rule is None:
        return []
    notice = timedelta(days=procedure_of(committee).invitation_days)
    earliest = today(committee.zone) + TIME_TO_ANSWER + notice + timedelta(days=1)
    first = earliest + timedelta(days=(rule.weekday - earliest.weekday()) % 7)
    obstacles = load_obstacles(committee, rule, first, first + WEEKS_TRIED * A_WEEK)
    taken, zone = _days_with_meeting(committee), ZoneInfo(committee.zone)
    starts = (
        datetime.combine(first + week * A_WEEK, rule.starts, zone).astimezone(UTC)
        for week in range(WEEKS_TRIED)
    )
    dates = (
        (start.astimezone(zone), (start + timedelta(minutes=rule.minutes)).astimezone(zone))
        for start in starts
    )
    free = (
        (start, end)
        for start, end in dates
        if start.date() not in taken and not obstacles.of(start, end, rule.place)
    )
    return list(islice(free, PROPOSED))


def _days_with_meeting(committee: Committee) -> set[date]:
    coming = sa.select(Meeting.starts_at).where(
        Meeting.committee_id == committee.id,
        Meeting.state != MeetingState.CANCELLED,
        Meeting.starts_at > now(),
    )
    return {local(start, committee.zone).date() for start in session.scalars(coming)}
