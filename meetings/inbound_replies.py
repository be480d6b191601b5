"""Answers by calendar program: which are taken, and who is told of those that are not.

Whoever can send mail can write such an answer in another's name. So it counts only where the own mail server vouches
for the sender; otherwise the member, and nobody else, is asked to confirm it by a click.
"""

import re
import zlib
from dataclasses import replace
from datetime import timedelta
from email.message import Message

import sqlalchemy as sa
from flask import Flask

from meetings.announcing import KINDS, concerns
from meetings.answer_form import OWN_ANSWERS
from meetings.answering import findings_in_comment, record_answer, reply_of, takes_answers
from meetings.calendar_answers import CalendarAnswer, read_answer
from meetings.meeting import Invitation, Meeting
from meetings.replies import Answer, Reply, ReplyWay
from meetings.turnout import members_on_the_day
from portal import inbound, outbox
from portal.clock import now, today
from portal.committees import CommitteeKind, Role, seats
from portal.database import serialise, session
from portal.dmarc import is_judged, passes_dmarc
from portal.inbound import InboundOutcome, Result, UnreadableError, sender_of
from portal.outbox import Letter, name_of
from portal.people import Person, person_by_email

UID = re.compile(r"sitzung-([0-9]{1,9})@.+", re.IGNORECASE)
MOST_NOTICES = (
    5  # letters about strangers in a day, per meeting: nobody fills our secretaries' mailboxes by ours
)
TOLERANCE = timedelta(minutes=10)  # between the clock of a calendar program and ours


def read(message: Message, _recipient: str | None) -> Result | None:
    """What became of an answer to one of our meetings; None when the message holds none."""
    try:
        answer = read_answer(message)
    except UnreadableError as fault:
        return Result(InboundOutcome.IGNORED, str(fault))
    if answer is None:
        return None
    meeting = _meeting(answer.uid)
    if meeting is None:
        return Result(InboundOutcome.IGNORED, "unknown meeting")
    return replace(_judge(message, meeting, answer), about=name_of(meeting))


def _meeting(uid: str) -> Meeting | None:
    found = UID.fullmatch(uid)
    meeting = session.get(Meeting, int(found[1])) if found else None
    if meeting is None or meeting.uid.lower() != uid.lower():
        return None
    serialise(name_of(meeting))  # whoever changes the meeting takes this lock too
    session.refresh(meeting)
    return meeting


def _judge(message: Message, meeting: Meeting, answer: CalendarAnswer) -> Result:
    person = _invited(meeting, answer.attendee)
    if person is None:
        return _refuse(meeting, sender_of(message) or answer.attendee)
    doubt = _doubt(message, person, answer)
    if not takes_answers(meeting):
        return _too_late(meeting, person, is_forged=bool(doubt) and is_judged())
    if doubt:
        return _ask(meeting, person, answer, doubt)
    if answer.method == "COUNTER":
        return _pass_on(meeting, person, answer)
    return _take(meeting, person, answer)


def _invited(meeting: Meeting, address: str) -> Person | None:
    """Who is invited under that address, or was before they changed it."""
    person = person_by_email(address) or session.scalar(
        sa.select(Person)
        .join(Letter, Letter.person_id == Person.id)
        .where(Letter.about == name_of(meeting), Letter.kind.in_(KINDS), Letter.address == address)
        .limit(1)
    )
    if person is None or not person.is_active or not concerns(meeting, person):
        return None
    row = sa.select(Invitation.id).where(
        Invitation.meeting_id == meeting.id, Invitation.person_id == person.id
    )
    return person if session.scalar(row) is not None else None


def _doubt(message: Message, person: Person, answer: CalendarAnswer) -> str:
    """Why the answer may not be the person's own, or its place among others is unknown; empty when there is none."""
    if not sender_of(message) == answer.attendee == person.email:
        return "From is not the attendee"
    if not passes_dmarc(message, person.email):
        return "no pass of DMARC"
    return "" if answer.stamped_at else "no DTSTAMP"


def _take(meeting: Meeting, person: Person, answer: CalendarAnswer) -> Result:
    given, sequence = answer.answer, min(answer.sequence, meeting.sequence)
    if given is None:
        return Result(InboundOutcome.IGNORED, "no answer in the reply")
    if given is Answer.DEPUTY and person not in members_on_the_day(meeting):
        return _ask(meeting, person, answer, "a deputy has no deputy")
    before = reply_of(meeting, person)
    if before is not None and sequence < before.sequence:
        return Result(InboundOutcome.STALE, "an answer to a later date is known")
    if before is not None and _is_older(answer, before):
        return Result(InboundOutcome.IGNORED, "a newer answer is known")
    is_clean = not findings_in_comment(meeting, answer.comment)
    # A clock that is ahead must not silence later answers.
    stamped_at = min(answer.stamped_at or now(), now())
    comment = answer.comment if is_clean else ""
    way = ReplyWay.CALENDAR
    record_answer(meeting, person, given, way=way, comment=comment, sequence=sequence, stamped_at=stamped_at)
    if sequence < meeting.sequence:
        return Result(InboundOutcome.STALE, "an answer to an earlier date")
    return Result(InboundOutcome.TAKEN, "" if is_clean else "without its comment")


def _is_older(answer: CalendarAnswer, before: Reply) -> bool:
    """Whether the person has answered since, by calendar program or otherwise."""
    if answer.stamped_at is None:
        return True
    if before.stamped_at is not None:
        return answer.stamped_at <= before.stamped_at
    return answer.stamped_at < before.answered_at - TOLERANCE


def _ask(meeting: Meeting, person: Person, answer: CalendarAnswer, reason: str) -> Result:
    """Let the person confirm by a click, at most once a day: nobody fills their mailbox by ours."""
    is_current = answer.method == "REPLY" and answer.sequence >= meeting.sequence
    chosen = answer.answer if is_current else None
    _write("reply_confirm", meeting, person, today().toordinal(), chosen=chosen, answers=OWN_ANSWERS)
    return Result(InboundOutcome.TO_CONFIRM, reason)


def _too_late(meeting: Meeting, person: Person, *, is_forged: bool) -> Result:
    """Nothing is stored; the person is told at their own address, at most once a day, unless it was not they."""
    if not is_forged:
        _write("reply_late", meeting, person, today().toordinal())
    return Result(InboundOutcome.REFUSED, "cancelled" if meeting.is_cancelled else "over")


def _refuse(meeting: Meeting, address: str) -> Result:
    """Somebody answered who is not invited: those who invited are told once, the stranger hears nothing."""
    result = Result(InboundOutcome.REFUSED, "not invited")
    if not takes_answers(meeting):
        return result
    told_today = sa.select(sa.func.count(sa.distinct(Letter.revision))).where(
        Letter.kind == "reply_refused",
        Letter.about == name_of(meeting),
        Letter.created_at > now() - timedelta(days=1),
    )
    if (session.scalar(told_today) or 0) < MOST_NOTICES:
        for secretary in _secretaries(meeting):
            _write("reply_refused", meeting, secretary, _number(address), stranger=address)
    return result


def _pass_on(meeting: Meeting, person: Person, answer: CalendarAnswer) -> Result:
    """Tell those who invited which other time somebody proposes; the answer that they gave stays as it is."""
    is_secret = meeting.committee.kind is CommitteeKind.CASE_GROUP
    proposal = f"{person.id}:{answer.starts_at}:{answer.ends_at}:{answer.comment}"
    for secretary in _secretaries(meeting):
        _write(
            "reply_counter",
            meeting,
            secretary,
            _number(proposal),
            member=person,
            proposal=answer,
            comment="" if is_secret else answer.comment,
            is_withheld=is_secret and bool(answer.comment),
        )
    return Result(InboundOutcome.TAKEN, "another time is proposed")


def _secretaries(meeting: Meeting) -> list[Person]:
    """Those who invite to the committee's meetings: its secretaries and its chair."""
    table = seats(Role.SECRETARY)
    own = sa.select(table.c.person_id).where(table.c.committee_id == meeting.committee_id)
    return list(session.scalars(sa.select(Person).where(Person.id.in_(own), Person.disabled_at.is_(None))))


def _number(text: str) -> int:
    """A revision by which the same news makes no second letter."""
    return zlib.crc32(text.encode()) >> 1


def _write(kind: str, meeting: Meeting, person: Person, revision: int, **context: object) -> None:
    thread = f"sitzung-{meeting.id}"
    outbox.queue(kind, meeting, person, revision, thread=thread, meeting=meeting, **context)


def still_to_confirm(letter: Letter) -> bool:
    """Whether the meeting that the letter asks about still takes answers."""
    return takes_answers(session.get_one(Meeting, outbox.number_in(letter.about)))


def init_app(_app: Flask) -> None:
    inbound.readers[:] = [read]
    outbox.still_wanted["reply_confirm"] = still_to_confirm
