"""Who is told what of a meeting: each invited person gets what changed against what they know.

At most one letter to a person about a meeting is open. One that still waits when the next change comes is
dropped, and the difference is taken anew; one that is just being sent is waited for. So nobody reads of a
date that was never meant for them, nothing is told twice, and letters to one person keep their order.
"""

from datetime import datetime

import sqlalchemy as sa
from flask import Flask

from meetings.meeting import Invitation, Meeting, MeetingState
from portal import outbox
from portal.clock import now
from portal.committees import people_of, sits_in
from portal.database import serialise, session
from portal.outbox import Letter, LetterState

KINDS = ("invitation", "moved", "cancelled", "reinstated")


def invite_everybody(meeting: Meeting) -> None:
    """Note everybody who sits in the committee today as invited to the meeting."""
    known = set(session.scalars(sa.select(Invitation.person_id).where(Invitation.meeting_id == meeting.id)))
    session.add_all(
        Invitation(meeting_id=meeting.id, person_id=person.id)
        for person in people_of(meeting.committee)
        if person.id not in known
    )
    session.flush()


def tell_invited(meeting: Meeting) -> int:
    """Queue a letter to every invited person for whom something changed. Returns how many will be told."""
    session.flush()
    # The worker may be noting how a letter about this meeting ended; its word is needed here.
    serialise(outbox.name_of(meeting))
    invited = sa.select(Invitation).where(Invitation.meeting_id == meeting.id).order_by(Invitation.id)
    rows = session.scalars(invited.execution_options(populate_existing=True)).all()
    return sum(_tell(meeting, row) for row in rows)


def tell_what_changed_meanwhile(letter: Letter) -> None:
    """An attempt to send the letter ended: follow with the changes that had to wait for it."""
    row = session.scalar(sa.select(Invitation).where(Invitation.letter_id == letter.id))
    if row is not None:
        _tell(session.get_one(Meeting, row.meeting_id, populate_existing=True), row)


def _tell(meeting: Meeting, row: Invitation) -> bool:
    letter = session.get(Letter, row.letter_id, populate_existing=True) if row.letter_id else None
    if letter is not None:
        is_up_to_date = _present(meeting) == _telling(row)
        if letter.state is LetterState.SENDING:
            return not is_up_to_date  # `tell_what_changed_meanwhile` follows
        if letter.state in {LetterState.QUEUED, LetterState.FAILED} and is_up_to_date:
            return False
        _conclude(row, letter)
    kind = _news(meeting, row)
    if kind is None:
        return False
    letter = outbox.queue(
        kind,
        meeting,
        row.person,
        meeting.sequence,
        thread=f"sitzung-{meeting.id}",
        meeting=meeting,
        told=row,
    )
    if letter is None:
        return False
    row.telling_live, row.telling_starts_at, row.telling_ends_at, row.telling_place = _present(meeting)
    session.flush()
    row.letter_id = letter.id
    return True


def _present(meeting: Meeting) -> tuple[bool, datetime, datetime, str]:
    return not meeting.is_cancelled, meeting.starts_at, meeting.ends_at, meeting.place


def _telling(row: Invitation) -> tuple[bool | None, datetime | None, datetime | None, str | None]:
    return row.telling_live, row.telling_starts_at, row.telling_ends_at, row.telling_place


def _conclude(row: Invitation, letter: Letter) -> None:
    """Drop the last letter if it still waits; take note of what the person knows, or may know, from it."""
    if letter.state in {LetterState.QUEUED, LetterState.FAILED}:
        letter.state, letter.finished_at = LetterState.DROPPED, now()
    is_sure = letter.state is LetterState.SENT
    if is_sure or letter.perhaps_received:
        row.told_surely = is_sure
        row.told_live, row.told_starts_at, row.told_ends_at, row.told_place = _telling(row)
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
    if not row.told_live:
        return "reinstated"
    if (row.told_starts_at, row.told_ends_at, row.told_place) != _present(meeting)[1:]:
        return "moved"
    return None if row.told_surely else "invitation"


def still_holds(letter: Letter) -> bool:
    """Whether the letter tells the present truth of a meeting to come, and its reader still sits there."""
    meeting = session.get_one(Meeting, int(letter.about.partition(":")[2]))
    if meeting.sequence != letter.revision or meeting.state is MeetingState.HELD or meeting.ends_at <= now():
        return False
    return letter.kind == "cancelled" or sits_in(letter.person, meeting.committee_id)


def init_app(_app: Flask) -> None:
    outbox.still_wanted.update(dict.fromkeys(KINDS, still_holds))
    outbox.settled.update(dict.fromkeys(KINDS, tell_what_changed_meanwhile))
