"""What stands in the way of a date that somebody chose by hand: it is said, and the date may stay all the same."""

from collections.abc import Sequence
from datetime import datetime

from flask import flash
from flask_babel import gettext as _
from flask_login import current_user

from meetings.meeting import Meeting
from meetings.obstacles import load_obstacles
from meetings.rules import rule_of
from portal.committees import Committee, committees_of
from portal.database import session
from portal.language import local

SHOWN = 5


def nameable_committees() -> frozenset[int]:
    """Those whose names the reader may learn: where they sit."""
    return frozenset(session.scalars(committees_of(current_user)))


def in_the_way(committee: Committee, dates: Sequence[tuple[datetime, datetime, str]]) -> list[str]:
    """Sentences about what stands in the way of dates, given as start, end and place."""
    days = [local(start, committee.zone).date() for start, _end, _place in dates]
    if not days:
        return []
    obstacles = load_obstacles(committee, rule_of(committee), min(days), max(days))
    nameable = nameable_committees()
    found = [obstacle.text(nameable) for date in dates for obstacle in obstacles.of(*date)]
    return found[:SHOWN]


def warn(committee: Committee, meetings: Sequence[Meeting]) -> None:
    """Say on the next page what stands in the way of meetings that were just entered."""
    if found := in_the_way(committee, [(row.starts_at, row.ends_at, row.place) for row in meetings]):
        flash(_("Bitte beachten Sie: %(obstacles)s", obstacles=" ".join(found)), "warning")
