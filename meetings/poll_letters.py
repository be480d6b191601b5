"""The letters of a date poll: that it began, that it ends soon, what came of it."""

from datetime import datetime, time, timedelta

import sqlalchemy as sa
from flask import Flask

from meetings.poll_result import awaited, best, tallies
from meetings.polls import DatePoll, PollState
from portal import jobs, outbox
from portal.clock import now, today
from portal.committees import CommitteeKind, Role, people_of, seats, sits_in
from portal.database import session
from portal.outbox import Letter
from portal.people import Person

REMINDER = timedelta(days=2)
SHORTEST_BEFORE_REMINDER = timedelta(days=1)


def ask(poll: DatePoll) -> None:
    """Write to everybody who sits in the committee, except to the one who asks."""
    for person in people_of(poll.committee):
        if person.id != poll.created_by_id:
            _write("poll_opened", poll, person)


def report_result(poll: DatePoll) -> None:
    """Write to who made the poll; to those who hold the committee's offices now, if that one has left."""
    found = tallies(poll)
    for person in _hosts(poll):
        _write("poll_closed", poll, person, tallies=found, best=best(found))


def tell_withdrawn(poll: DatePoll, answered: set[int]) -> int:
    """Write to those who answered, named by their ids, and still sit there. Returns how many will be told."""
    told = [person for person in people_of(poll.committee) if person.id in answered]
    return sum(_write("poll_withdrawn", poll, person) is not None for person in told)


def _hosts(poll: DatePoll) -> list[Person]:
    if poll.created_by.is_active and sits_in(poll.created_by, poll.committee_id, Role.SECRETARY):
        return [poll.created_by]
    table = seats(Role.SECRETARY)
    officers = sa.select(table.c.person_id).where(table.c.committee_id == poll.committee_id)
    wanted = sa.select(Person).where(Person.id.in_(officers), Person.disabled_at.is_(None))
    return list(session.scalars(wanted.order_by(Person.id)))


def remind() -> None:
    """Two days before the end, write to those who have not answered; once, and not within a day of its beginning."""
    moment = now()
    after = datetime.combine(today() + REMINDER + timedelta(days=1), time(), outbox.ZONE)
    soon = sa.select(DatePoll).where(
        DatePoll.state == PollState.OPEN,
        DatePoll.closes_at > moment,
        DatePoll.closes_at < after,
        DatePoll.created_at <= moment - SHORTEST_BEFORE_REMINDER,
    )
    for poll in session.scalars(soon.order_by(DatePoll.id)).all():
        for person in awaited(poll):
            letter = _write("poll_reminder", poll, person)
            if letter is not None:
                letter.hold_until_morning()
    session.commit()


def _write(kind: str, poll: DatePoll, person: Person, **context: object) -> Letter | None:
    """Queue a letter; about a case group it carries no text but the title, and its head not even that."""
    is_open = poll.committee.kind is not CommitteeKind.CASE_GROUP
    name = poll.committee.name
    return outbox.queue(
        kind,
        poll,
        person,
        0,
        thread=f"umfrage-{poll.id}",
        poll=poll,
        head_name=f"{name}: {poll.title}" if is_open else name,
        with_note=is_open,
        **context,
    )


def _poll_of(letter: Letter) -> DatePoll:
    return session.get_one(DatePoll, outbox.number_in(letter.about))


def _is_still_asked(letter: Letter) -> bool:
    """Whether the poll runs and waits for the reader of the letter."""
    poll = _poll_of(letter)
    return poll.is_running and letter.person in awaited(poll)


def _is_undecided(letter: Letter) -> bool:
    poll = _poll_of(letter)
    return poll.state is PollState.CLOSED and sits_in(letter.person, poll.committee_id, Role.SECRETARY)


def _is_seated(letter: Letter) -> bool:
    return sits_in(letter.person, _poll_of(letter).committee_id)


def init_app(_app: Flask) -> None:
    outbox.optional.update({"poll_opened", "poll_reminder", "poll_withdrawn"})
    outbox.still_wanted |= {
        "poll_opened": _is_still_asked,
        "poll_reminder": _is_still_asked,
        "poll_closed": _is_undecided,
        "poll_withdrawn": _is_seated,
    }
    jobs.daily["poll reminders"] = remind
