"""Who is told what of a meeting: each invited person gets what changed against what they know.

At most one letter to a person about a meeting is open. One that still waits when the next change comes is
dropped, and the difference is taken anew; one that is just being sent is waited for. So nobody reads of a
date that was never meant for them, nothing is told twice, and letters to one person keep their order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from sqlalchemy.orm import defer, joinedload

from meetings.agenda import lines_for_letters
from meetings.calendar_text import render_invitation
from meetings.meeting import Invitation, Meeting, MeetingState
from portal import committees, jobs, outbox
from portal.clock import later_second, now
from portal.committees import people_of, seats, sits_in
from portal.database import serialise, session
from portal.letters import CalendarPart, render, secret
from portal.outbox import Draft, Letter, LetterState
from portal.people import Person

RENAMED = "renamed"
KINDS = ("invitation", "moved", "cancelled", "reinstated", RENAMED)
LATER = "later"


@dataclass(frozen=True)
class Notice:
    """What one person would be told: for the preview of a change."""

    name: str
    kind: str
    head: str
    text: str
    by_calendar: bool


def invite_everybody(meeting: Meeting) -> None:
    """Note everybody who sits in the committee today as invited to the meeting."""
    session.add_all(_new_invitations(meeting))
    session.flush()


def _new_invitations(meeting: Meeting) -> list[Invitation]:
    known = set(session.scalars(sa.select(Invitation.person_id).where(Invitation.meeting_id == meeting.id)))
    return [
        invitation_for(person, meeting) for person in people_of(meeting.committee) if person.id not in known
    ]


def invitation_for(person: Person, meeting: Meeting) -> Invitation:
    """An invitation by the way that the person chose, not stored yet."""
    return Invitation(
        meeting_id=meeting.id,
        person_id=person.id,
        person=person,
        by_calendar=_by_calendar(person),
        told_surely=True,
    )


def _by_calendar(person: Person) -> bool:
    """Without an inbound address nobody would read the answers that such an invitation asks for."""
    return person.wants_invitations and outbox.settings().takes_replies


def tell_invited(meeting: Meeting) -> int:
    """Queue a letter to every invited person for whom something changed. Returns how many will be told."""
    session.flush()
    # The worker may be noting how a letter about this meeting ended, and somebody else may have moved it since
    # it was read: both words are needed here.
    serialise(outbox.name_of(meeting))
    session.refresh(meeting)
    if meeting.state is MeetingState.INVITED:
        invite_everybody(meeting)
    return _tell(meeting, _invitations(meeting))


def would_tell(meeting: Meeting, change: Callable[[Meeting], None]) -> list[Notice]:
    """Whom a change would tell what, and then forget the change: nothing is written.

    Raises:
        WrongStateError: the meeting is not in a state that allows the change.
    """
    with session.no_autoflush:
        rows = _invitations(meeting)
        change(meeting)
        if meeting.state is MeetingState.INVITED:
            rows += _new_invitations(meeting)
        news = _due_news(meeting, rows)
        news = [(row, _news(meeting, row) if kind == LATER else kind) for row, kind in news]
        agenda = lines_for_letters(meeting)
        notices = [_notice(kind, meeting, row, agenda) for row, kind in news if kind is not None]
    session.rollback()
    return notices


def _notice(kind: str, meeting: Meeting, row: Invitation, agenda: list[str]) -> Notice:
    written = render(kind, row.person, meeting=meeting, told=row, agenda=agenda)
    text = written.text.replace(secret("answer"), _("[persönlicher Link]"))
    return Notice(row.person.name, kind, written.head, text, row.by_calendar)


def _invitations(meeting: Meeting) -> list[Invitation]:
    invited = (
        sa.select(Invitation)
        .where(Invitation.meeting_id == meeting.id)
        .options(joinedload(Invitation.person))
        .order_by(Invitation.id)
    )
    return list(session.scalars(invited.execution_options(populate_existing=True)))


def tell_what_changed_meanwhile(letter: Letter) -> None:
    """An attempt to send the letter ended: follow with the changes that had to wait for it."""
    row = session.scalar(sa.select(Invitation).where(Invitation.letter_id == letter.id))
    if row is not None:
        meeting = session.get_one(Meeting, row.meeting_id, populate_existing=True)
        _tell(meeting, [row])


def _tell(meeting: Meeting, rows: list[Invitation]) -> int:
    news = _due_news(meeting, rows)
    agenda = lines_for_letters(meeting)
    due = [(row, kind) for row, kind in news if kind not in {None, LATER}]
    letters = outbox.queue_many([_draft(str(kind), meeting, row, agenda) for row, kind in due])
    session.flush()
    told = 0
    for (row, _kind), letter in zip(due, letters, strict=True):
        if letter is not None:
            row.telling_live, row.telling_starts_at, row.telling_ends_at = _present(meeting)[:3]
            row.telling_place, row.telling_link = meeting.place, meeting.link
            row.telling_title = meeting.title
            row.letter_id, told = letter.id, told + 1
    session.flush()
    return told + sum(kind == LATER for _, kind in news)


def _draft(kind: str, meeting: Meeting, row: Invitation, agenda: list[str]) -> Draft:
    return Draft(
        kind,
        meeting,
        row.person,
        meeting.revision,
        thread=f"sitzung-{meeting.id}",
        sender=meeting.organizer if row.by_calendar else None,
        calendar=None if kind == RENAMED else _calendar_part(meeting, row),
        context={"meeting": meeting, "told": row, "agenda": agenda},
    )


def _due_news(meeting: Meeting, rows: list[Invitation]) -> list[tuple[Invitation, str | None]]:
    """Which letter each person needs now; LATER while the last one is being sent."""
    last = sa.select(Letter).where(Letter.id.in_([row.letter_id for row in rows if row.letter_id]))
    found = session.scalars(last.options(defer(Letter.body)).execution_options(populate_existing=True))
    letters = {letter.id: letter for letter in found}
    return [(row, _due_to(meeting, row, letters.get(row.letter_id or 0))) for row in rows]


def _due_to(meeting: Meeting, row: Invitation, letter: Letter | None) -> str | None:
    if letter is not None:
        is_up_to_date = _present(meeting) == _telling(row)
        if letter.state is LetterState.SENDING:
            return None if is_up_to_date else LATER  # `tell_what_changed_meanwhile` follows
        if letter.state in {LetterState.QUEUED, LetterState.FAILED} and is_up_to_date:
            return None
        _conclude(row, letter)
    return _news(meeting, row)


def _calendar_part(meeting: Meeting, row: Invitation) -> CalendarPart | None:
    if not row.by_calendar:
        return None
    row.stamped_at = later_second(row.stamped_at)
    return CalendarPart(*render_invitation(meeting, row.person, row.stamped_at))


def _present(meeting: Meeting) -> tuple[bool, datetime, datetime, str, str, str]:
    is_live = not meeting.is_cancelled
    return is_live, meeting.starts_at, meeting.ends_at, meeting.place, meeting.link, meeting.title


def _telling(row: Invitation) -> tuple[object, ...]:
    when = row.telling_starts_at, row.telling_ends_at
    return row.telling_live, *when, row.telling_place, row.telling_link, row.telling_title


def _conclude(row: Invitation, letter: Letter) -> None:
    """Drop the last letter if it still waits; take note of what the person knows, or may know, from it."""
    if letter.state in {LetterState.QUEUED, LetterState.FAILED}:
        letter.state, letter.finished_at = LetterState.DROPPED, now()
    is_sure = letter.state is LetterState.SENT
    if is_sure or letter.perhaps_received:
        row.told_surely = is_sure
        row.told_live = row.telling_live
        row.told_starts_at, row.told_ends_at = row.telling_starts_at, row.telling_ends_at
        row.told_place, row.told_link = row.telling_place, row.telling_link
        row.told_title = row.telling_title
    row.letter_id = None


def _news(meeting: Meeting, row: Invitation) -> str | None:
    """Which letter tells the person the difference; None when they surely know already."""
    if meeting.is_cancelled:
        knows = row.told_live is None or (not row.told_live and row.told_surely)
        return None if knows else "cancelled"
    if meeting.state is not MeetingState.INVITED:
        return None
    if row.told_live is None:
        return "invitation"
    known = (row.told_starts_at, row.told_ends_at, row.told_place, row.told_link)
    differences = {
        "reinstated": not row.told_live,
        "moved": known != _present(meeting)[1:5],
        RENAMED: row.told_title != meeting.title,
        "invitation": not row.told_surely,
    }
    return next((kind for kind, is_so in differences.items() if is_so), None)


def concerns(meeting: Meeting, person: Person) -> bool:
    """Whether the person sits in the meeting's committee, today or on its day: a deputy may be asked before."""
    table = seats(on=meeting.day)
    then = sa.select(table.c.committee_id).where(table.c.person_id == person.id)
    return sits_in(person, meeting.committee_id) or bool(
        session.scalar(sa.select(sa.literal(meeting.committee_id).in_(then)))
    )


def still_holds(letter: Letter) -> bool:
    """Whether the letter tells the present truth of a meeting to come, and its reader still sits there."""
    meeting = session.get_one(Meeting, outbox.number_in(letter.about))
    if meeting.revision != letter.revision or meeting.state is MeetingState.HELD or meeting.ends_at <= now():
        return False
    return letter.kind == "cancelled" or concerns(meeting, letter.person)


def invite_latecomers(person: Person | None = None) -> None:
    """Invite those who joined after the invitations went out, in the current transaction; one person or all."""
    table = seats()
    known = sa.select(Invitation.id).where(
        Invitation.meeting_id == Meeting.id, Invitation.person_id == table.c.person_id
    )
    late = sa.select(Meeting.id).join(table, table.c.committee_id == Meeting.committee_id)
    late = late.where(Meeting.state == MeetingState.INVITED, Meeting.starts_at > now(), ~known.exists())
    if person is not None:
        late = late.where(table.c.person_id == person.id)
    for meeting in session.scalars(sa.select(Meeting).where(Meeting.id.in_(late)).order_by(Meeting.id)).all():
        tell_invited(meeting)


def _daily() -> None:
    invite_latecomers()
    session.commit()


def init_app(_app: Flask) -> None:
    outbox.still_wanted.update(dict.fromkeys(KINDS, still_holds))
    outbox.settled.update(dict.fromkeys(KINDS, tell_what_changed_meanwhile))
    committees.seats_changed["invitations"] = invite_latecomers
    jobs.daily["invitations"] = _daily
