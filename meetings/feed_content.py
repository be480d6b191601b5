"""What a feed holds: its header, and the rendered events of its window in its owner's choice."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from meetings.calendar_text import FOOTER, ZONE, render_header
from meetings.deadlines import Deadline
from meetings.meeting import Invitation, Meeting, MeetingState
from portal.committees import seats
from portal.database import session
from portal.outbox import settings

if TYPE_CHECKING:
    from meetings.feeds import Feed

MONTHS_SHOWN = 12
CANCELLED_SHOWN = timedelta(days=30)


def feed_content(feed: "Feed") -> bytes:
    """Header, rendered events and footer of a feed."""
    with force_locale("de"):
        name = feed.committee.name if feed.committee else _("Meine Sitzungen")
    header = render_header(f"{name} ({settings().name})")
    events = (session.scalars(wanted) for wanted in (_meetings(feed), _deadlines(feed)))
    return b"".join([header, *chain.from_iterable(events), FOOTER])


def _meetings(feed: "Feed") -> sa.Select[bytes]:
    shown = _window(feed, Meeting.starts_at, Meeting.state == MeetingState.CANCELLED, _start_of_day)
    wanted = sa.select(Meeting.vevent).where(_committees(feed, Meeting.committee_id), *shown)
    if feed.person_id is not None:
        # Who got a meeting as a calendar invitation has it in the calendar already.
        invited = sa.select(Invitation.id).where(
            Invitation.meeting_id == Meeting.id,
            Invitation.person_id == feed.person_id,
            Invitation.by_calendar,
        )
        wanted = wanted.where(~invited.exists())
    return wanted.order_by(Meeting.starts_at, Meeting.id)


def _deadlines(feed: "Feed") -> sa.Select[bytes]:
    shown = _window(feed, Deadline.due_on, Deadline.is_cancelled, lambda day: day)
    wanted = sa.select(Deadline.vevent).where(_committees(feed, Deadline.committee_id), *shown)
    if feed.person_id is not None and not feed.with_deadlines:
        wanted = wanted.where(sa.false())
    return wanted.order_by(Deadline.due_on, Deadline.id)


def _committees(feed: "Feed", column: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Rows of the committees that the feed shows."""
    if feed.committee_id is not None:
        return column == feed.committee_id
    table = seats(on=feed.window_on)
    mine = sa.select(table.c.committee_id).where(
        table.c.person_id == feed.person_id, table.c.committee_id.not_in(feed.hidden_committees)
    )
    return column.in_(mine)


def _window(
    feed: "Feed",
    column: sa.SQLColumnExpression[Any],
    is_cancelled: sa.SQLColumnExpression[bool],
    value: Callable[[date], Any],
) -> tuple[sa.ColumnElement[bool], ...]:
    """Twelve months back and all that is to come; what is cancelled for thirty days more, if at all."""
    from dateutil.relativedelta import relativedelta

    oldest = column >= value(feed.window_on - relativedelta(months=MONTHS_SHOWN))
    if feed.person_id is not None and not feed.with_cancelled:
        return oldest, ~is_cancelled
    return oldest, sa.or_(~is_cancelled, column >= value(feed.window_on - CANCELLED_SHOWN))


def _start_of_day(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)
