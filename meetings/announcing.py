"""Who is told what of a meeting: each invited person gets the difference between what they know and what holds.

A letter that still waits when the next change comes is dropped, and the difference is taken anew. So nobody reads of
a date that was never meant for them, nothing is told twice, and letters to one person never overtake each other.
"""

import sqlalchemy as sa
from flask import Flask

from meetings.meeting import Invitation, Meeting, MeetingState
from portal import outbox
from portal.clock import now
from portal.committees import people_of, sits_in
from portal.database import session
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
    """Queue a letter to every invited person for whom something changed. Returns the number of letters."""
    session.flush()
    rows = session.scalars(sa.select(Invitation).where(Invitation.meeting_id == meeting.id)).all()
    return sum(_tell(meeting, row) for row in rows)


def _tell(meeting: Meeting, row: Invitation) -> bool:
    _settle_last_letter(row)
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
    row.telling_live = not meeting.is_cancelled
    row.telling_starts_at, row.telling_ends_at = meeting.starts_at, meeting.ends_at
    row.telling_place = meeting.place
    if letter is not None:
        session.flush()
        row.letter_id = letter.id
    return letter is not None


def _settle_last_letter(row: Invitation) -> None:
    """Drop the last letter if it still waits; else take note that the person knows what it said."""
    if row.letter_id is None:
        return
    dropped = session.execute(
        sa.update(Letter)
        .where(Letter.id == row.letter_id, Letter.state.in_([LetterState.QUEUED, LetterState.FAILED]))
        .values(state=LetterState.DROPPED, finished_at=now())
        .returning(Letter.id)
    ).scalar()
    state = session.scalar(sa.select(Letter.state).where(Letter.id == row.letter_id))
    if dropped is None and state is not LetterState.DROPPED:
        row.told_live = row.telling_live
        row.told_starts_at, row.told_ends_at = row.telling_starts_at, row.telling_ends_at
        row.told_place = row.telling_place
    row.letter_id = None


def _news(meeting: Meeting, row: Invitation) -> str | None:
    """Which letter tells the person the difference; None when they know already."""
    if meeting.is_cancelled:
        return "cancelled" if row.told_live else None
    if row.told_live is None:
        return "invitation"
    if not row.told_live:
        return "reinstated"
    known = (row.told_starts_at, row.told_ends_at, row.told_place)
    return "moved" if known != (meeting.starts_at, meeting.ends_at, meeting.place) else None


def still_holds(letter: Letter) -> bool:
    """Whether the letter's news are those of the present meeting, and its reader still sits in the committee."""
    meeting = session.get_one(Meeting, int(letter.about.partition(":")[2]))
    if meeting.sequence != letter.revision or meeting.state is MeetingState.HELD:
        return False
    return letter.kind == "cancelled" or sits_in(letter.person, meeting.committee_id)


def init_app(_app: Flask) -> None:
    outbox.still_wanted.update(dict.fromkeys(KINDS, still_holds))
