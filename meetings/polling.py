"""What happens to a date poll: it is put to a committee, answered, ended, and a meeting comes of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l

from meetings import poll_letters
from meetings.deadlines import keep_up_poll
from meetings.meeting import Meeting
from meetings.poll_result import awaited, who_answered
from meetings.polls import DatePoll, PollAnswer, PollAnswerKind, PollOption, PollState
from meetings.scheduling import invite, one_planner_at_a_time, plan_meeting
from portal import audit, jobs
from portal.clock import now
from portal.committees import Committee
from portal.database import session
from portal.people import Person


class PollRefusedError(Exception):
    """The poll does not allow this any more; says why in the reader's language."""


def open_poll(
    committee: Committee,
    created_by: Person,
    dates: Sequence[tuple[datetime, datetime]],
    closes_at: datetime,
    **details: str,
) -> DatePoll | None:
    """Put a poll to the committee; None when the very same one runs already.

    Args:
        committee: who is asked.
        created_by: who asks, and is told the result.
        dates: aware starts and ends to choose from.
        closes_at: aware moment at which it ends.
        details: title, note, place, link.
    """
    one_planner_at_a_time(committee)
    if _runs_already(committee, details["title"], {start for start, _end in dates}):
        return None
    poll = DatePoll(committee=committee, created_by=created_by, closes_at=closes_at, **details)
    poll.options = [PollOption(starts_at=start, ends_at=end) for start, end in sorted(dates)]
    session.add(poll)
    session.flush()
    keep_up_poll(poll)
    audit.record("poll.opened", poll, options=len(poll.options))
    poll_letters.ask(poll)
    return poll


def _runs_already(committee: Committee, title: str, starts: set[datetime]) -> bool:
    running = sa.select(DatePoll).where(
        DatePoll.committee_id == committee.id, DatePoll.state == PollState.OPEN, DatePoll.title == title
    )
    return any({row.starts_at for row in poll.options} == starts for poll in session.scalars(running))


def answer(poll: DatePoll, person: Person, given: Mapping[int, PollAnswerKind], given_by: Person) -> None:
    """Keep what somebody says to the options, in place of what was said before; the last one ends the poll.

    Args:
        poll: the poll.
        person: whose answer it is.
        given: an answer to each option, by the options' ids.
        given_by: the person, or their deputy.

    Raises:
        PollRefusedError: the poll is over.
    """
    session.refresh(poll, with_for_update=True)  # of two last answers the second one must see the first
    if not poll.is_running:
        raise PollRefusedError(_l("Die Umfrage ist beendet; Antworten lassen sich nicht mehr ändern."))
    wanted = sa.select(PollAnswer).join(PollAnswer.option)
    known = session.scalars(wanted.where(PollOption.poll_id == poll.id, PollAnswer.person_id == person.id))
    rows = {row.option_id: row for row in known}
    for option in poll.options:
        row = rows.get(option.id) or PollAnswer(option_id=option.id, person_id=person.id)
        row.answer, row.given_by_id, row.given_at = given[option.id], given_by.id, now()
        session.add(row)
    session.flush()
    audit.record("poll.answered", poll, answered_for=person.id)
    if not awaited(poll):
        _close(poll)


def close_due() -> int:
    """End the polls whose time is over. Returns their number."""
    due = sa.select(DatePoll).where(DatePoll.state == PollState.OPEN, DatePoll.closes_at <= now())
    polls = session.scalars(due.order_by(DatePoll.id).with_for_update(skip_locked=True)).all()
    for poll in polls:
        _close(poll)
    session.commit()
    return len(polls)


def _close(poll: DatePoll) -> None:
    poll.state, poll.closed_at = PollState.CLOSED, now()
    keep_up_poll(poll)
    audit.record("poll.closed", poll)
    poll_letters.report_result(poll)


def decide(poll: DatePoll, option: PollOption, *, invites: bool) -> Meeting:
    """Make a meeting of one of the dates.

    Args:
        poll: a poll that runs or has ended.
        option: one of its dates.
        invites: whether the members are invited at once.

    Raises:
        PollRefusedError: somebody else was quicker, the date has passed, or the committee meets then already.
    """
    _take(poll)
    if option.starts_at <= now():
        raise PollRefusedError(_l("Dieser Termin ist schon vorbei."))
    details: dict[str, Any] = {"title": poll.title, "place": poll.place, "link": poll.link}
    meeting = plan_meeting(poll.committee, option.starts_at, option.ends_at, **details)
    if meeting is None:
        raise PollRefusedError(_l("Zu dieser Zeit ist schon eine Sitzung eingetragen."))
    _end(poll, PollState.DECIDED)
    poll.meeting = meeting
    session.flush()
    keep_up_poll(poll)
    audit.record("poll.decided", poll, meeting=meeting.id)
    if invites:
        invite(meeting)
    return meeting


def withdraw(poll: DatePoll) -> int:
    """Take the poll back. Returns how many of those who answered will be told.

    Raises:
        PollRefusedError: somebody else was quicker.
    """
    _take(poll)
    _end(poll, PollState.WITHDRAWN)
    keep_up_poll(poll)
    audit.record("poll.withdrawn", poll)
    return poll_letters.tell_withdrawn(poll, set(session.scalars(who_answered(poll))))


def _take(poll: DatePoll) -> None:
    """Be the only one who decides about the poll in this moment."""
    one_planner_at_a_time(poll.committee)
    session.refresh(poll, with_for_update=True)
    if not poll.awaits_decision:
        raise PollRefusedError(_l("Über diese Umfrage hat inzwischen jemand anderes entschieden."))


def _end(poll: DatePoll, state: PollState) -> None:
    poll.state, poll.closed_at = state, poll.closed_at or now()


def init_app(_app: Flask) -> None:
    jobs.often["polls"] = close_due
