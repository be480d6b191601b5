"""What feeds hold: a header, and the rendered events of a window in the owner's choice.

Feeds that are written together share what they show: the events of a committee are read once for all its people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

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
_header = lru_cache(maxsize=64)(render_header)


@dataclass(frozen=True, order=True)
class Shown:
    """An event of a committee's window; meetings stand before deadlines, each by its time."""

    is_deadline: bool
    at: datetime
    id: int
    is_cancelled: bool
    vevent: bytes


class FeedContents:
    """The contents of several feeds, whose committees' events are read once."""

    def __init__(self, feeds: Sequence["Feed"]) -> None:
        self._events: dict[tuple[int, date], list[Shown]] = {}
        self._committees = _committees_of(feeds)
        self._invited = _invited_by_calendar(feeds)

    def of(self, feed: "Feed") -> bytes:
        """Header, events and footer of a feed."""
        with force_locale("de"):
            name = feed.committee.name if feed.committee else _("Meine Sitzungen")
        if feed.committee_id is not None:
            shown: Iterable[Shown] = self._window(feed.committee_id, feed.window_on)
        else:
            shown = sorted(self._chosen(feed))
        events = (event.vevent for event in shown)
        return b"".join([_header(f"{name} ({settings().name})"), *events, FOOTER])

    def _chosen(self, feed: "Feed") -> Iterable[Shown]:
        """What a person chose to see; who got a meeting as an invitation has it in the calendar already."""
        for committee_id in self._committees[feed.id] - set(feed.hidden_committees):
            for event in self._window(committee_id, feed.window_on):
                is_unwanted = (event.is_deadline and not feed.with_deadlines) or (
                    event.is_cancelled and not feed.with_cancelled
                )
                has_it = not event.is_deadline and (feed.person_id, event.id) in self._invited
                if not is_unwanted and not has_it:
                    yield event

    def _window(self, committee_id: int, today: date) -> list[Shown]:
        """Twelve months back and all that is to come; what is cancelled for thirty days more."""
        key = committee_id, today
        if key not in self._events:
            from dateutil.relativedelta import relativedelta

            oldest, last_cancelled = today - relativedelta(months=MONTHS_SHOWN), today - CANCELLED_SHOWN
            events = sorted([*_meetings(committee_id, oldest), *_deadlines(committee_id, oldest)])
            since = _start_of_day(last_cancelled)
            self._events[key] = [one for one in events if not one.is_cancelled or one.at >= since]
        return self._events[key]


def _meetings(committee_id: int, oldest: date) -> Iterable[Shown]:
    wanted = sa.select(Meeting.starts_at, Meeting.id, Meeting.state, Meeting.vevent).where(
        Meeting.committee_id == committee_id, Meeting.starts_at >= _start_of_day(oldest)
    )
    for starts_at, number, state, vevent in session.execute(wanted):
        yield Shown(
            is_deadline=False,
            at=starts_at,
            id=number,
            is_cancelled=state is MeetingState.CANCELLED,
            vevent=vevent,
        )


def _deadlines(committee_id: int, oldest: date) -> Iterable[Shown]:
    wanted = sa.select(Deadline.due_on, Deadline.id, Deadline.is_cancelled, Deadline.vevent).where(
        Deadline.committee_id == committee_id, Deadline.due_on >= oldest
    )
    for due_on, number, is_cancelled, vevent in session.execute(wanted):
        yield Shown(
            is_deadline=True, at=_start_of_day(due_on), id=number, is_cancelled=is_cancelled, vevent=vevent
        )


def _committees_of(feeds: Sequence["Feed"]) -> dict[int, set[int]]:
    """By the id of a personal feed: where its person sits on the day from which its window counts."""
    found: dict[int, set[int]] = {feed.id: set() for feed in feeds}
    for day in {feed.window_on for feed in feeds}:
        people = {feed.person_id: feed.id for feed in feeds if feed.window_on == day and feed.person_id}
        table = seats(on=day)
        rows = sa.select(table.c.person_id, table.c.committee_id).where(table.c.person_id.in_(people))
        for person_id, committee_id in session.execute(rows):
            found[people[person_id]].add(committee_id)
    return found


def _invited_by_calendar(feeds: Sequence["Feed"]) -> set[tuple[int, int]]:
    """Pairs (person, meeting) of calendar invitations."""
    people = [feed.person_id for feed in feeds if feed.person_id]
    rows = sa.select(Invitation.person_id, Invitation.meeting_id).where(
        Invitation.by_calendar, Invitation.person_id.in_(people)
    )
    return {(person_id, meeting_id) for person_id, meeting_id in session.execute(rows)}


def _start_of_day(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)
