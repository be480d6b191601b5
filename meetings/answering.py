"""An answer to an invitation, whichever way it came in: when one is taken, and what it changes."""

from datetime import datetime

import sqlalchemy as sa

from meetings.announcing import concerns, invitation_for, tell_invited
from meetings.meeting import Invitation, Meeting, MeetingState
from meetings.replies import Answer, Reply, ReplyWay
from meetings.turnout import deputies_of
from portal import audit, guard, outbox
from portal.clock import now
from portal.committees import CommitteeKind, people_of
from portal.database import serialise, session
from portal.people import Person
from portal.textguard import Finding


def takes_answers(meeting: Meeting) -> bool:
    """Whether people are invited to the meeting, and it is not over."""
    return meeting.state is MeetingState.INVITED and meeting.ends_at > now()


def may_answer(meeting: Meeting, person: Person) -> bool:
    """Whether the person may still open the link of a letter about the meeting."""
    is_over = meeting.state is MeetingState.HELD or meeting.ends_at <= now()
    return not is_over and person.is_active and concerns(meeting, person)


def findings_in_comment(meeting: Meeting, comment: str) -> list[Finding]:
    """What keeps a comment from being stored: in a case group, words that could name a client.

    The committee's own people may be named, as in its minutes.
    """
    if meeting.committee.kind is not CommitteeKind.CASE_GROUP:
        return []
    known = frozenset(person.name for person in people_of(meeting.committee))
    return [finding for finding in guard.find(comment, known) if finding.blocking]


def record_answer(
    meeting: Meeting,
    person: Person,
    answer: Answer,
    *,
    way: ReplyWay,
    comment: str = "",
    sequence: int,
    stamped_at: datetime | None = None,
) -> Reply:
    """Note what a person answers, in place of what they answered before, in the current transaction.

    The deputies whom somebody lets come are invited, if they are not yet.

    Args:
        meeting: the meeting that the answer is given to.
        person: who answers.
        answer: their answer.
        way: how it came in.
        comment: what they add: one line of at most `COMMENT_LENGTH` characters in which
            `findings_in_comment` found nothing.
        sequence: SEQUENCE of the date that they had before their eyes (RFC 5546, section 2.1.4).
        stamped_at: DTSTAMP of an answer by calendar program.

    Returns:
        The answer as it is kept now. The caller commits.
    """
    # Two answers of one person at once; and whoever changes the meeting takes this lock before its rows, too.
    serialise(outbox.name_of(meeting))
    session.refresh(meeting)
    reply = reply_of(meeting, person)
    if reply is None:
        reply = Reply(meeting_id=meeting.id, person_id=person.id)
        session.add(reply)
    reply.answer, reply.comment, reply.way = answer, comment, way
    reply.sequence, reply.answered_at, reply.stamped_at = sequence, now(), stamped_at
    session.flush()
    audit.record("reply.recorded", reply, meeting=meeting.id, answered_by=person.id, way=way.value)
    if answer is Answer.DEPUTY:
        _invite(meeting, deputies_of(meeting).get(person.id, []))
    return reply


def reply_of(meeting: Meeting, person: Person) -> Reply | None:
    return session.scalar(
        sa.select(Reply).where(Reply.meeting_id == meeting.id, Reply.person_id == person.id)
    )


def _invite(meeting: Meeting, people: list[Person]) -> None:
    invited = set(session.scalars(sa.select(Invitation.person_id).where(Invitation.meeting_id == meeting.id)))
    new = [invitation_for(person, meeting) for person in people if person.id not in invited]
    if new:
        session.add_all(new)
        tell_invited(meeting)
