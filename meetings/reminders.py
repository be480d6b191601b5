"""A letter to those who have not answered yet, a few days before the meeting."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from meetings.announcing import concerns
from meetings.answering import reply_of
from meetings.meeting import Invitation, Meeting, MeetingState
from meetings.turnout import turnout_of
from portal import jobs, outbox
from portal.clock import now, today
from portal.database import session
from portal.outbox import Letter, number_in
from portal.people import Person

DAYS_BEFORE = 3
REST = timedelta(days=1)
"""So long after a letter about the meeting nobody is reminded of it."""


def remind() -> None:
    """Queue a reminder of each meeting of the next days, once for each date of it; each meeting is committed.

    Deputies are reminded only when the member lets them come.
    """
    soon = sa.select(Meeting.id).where(
        Meeting.state == MeetingState.INVITED,
        Meeting.starts_at > now(),
        Meeting.starts_at < now() + timedelta(days=DAYS_BEFORE + 2),
    )
    for meeting_id in session.scalars(soon.order_by(Meeting.id)).all():
        meeting = session.get_one(Meeting, meeting_id)
        if meeting.day <= today(meeting.committee.zone) + timedelta(days=DAYS_BEFORE):
            _remind_of(meeting)
        session.commit()


def _remind_of(meeting: Meeting) -> None:
    told = _told_before(meeting, now() - REST)
    for line in turnout_of(meeting).open:
        if line.person.id in told:
            _queue(meeting, line.person)


def _queue(meeting: Meeting, person: Person) -> None:
    thread = f"sitzung-{meeting.id}"
    outbox.queue("reminder", meeting, person, meeting.sequence, thread=thread, meeting=meeting)


def _told_before(meeting: Meeting, moment: datetime) -> set[int]:
    """The ids of the invited to whom no letter about the meeting was written since that moment."""
    told = (
        sa.select(Invitation.person_id)
        .outerjoin(Letter, Letter.id == Invitation.letter_id)
        .where(Invitation.meeting_id == meeting.id)
        .where(sa.or_(Letter.id.is_(None), Letter.created_at < moment))
    )
    return set(session.scalars(told))


def is_still_wanted(letter: Letter) -> bool:
    """Whether the meeting is to come on the date that the letter names, and its reader has not answered yet."""
    meeting = session.get_one(Meeting, number_in(letter.about))
    if (
        meeting.state is not MeetingState.INVITED
        or meeting.sequence != letter.revision
        or meeting.starts_at <= now()
    ):
        return False
    reply = reply_of(meeting, letter.person)
    return (reply is None or reply.is_stale) and concerns(meeting, letter.person)


def init_app(_app: Flask) -> None:
    outbox.optional.add("reminder")
    outbox.still_wanted["reminder"] = is_still_wanted
    jobs.daily["reminders"] = remind
