"""Who was there: proposed from the answers, corrected in the meeting, and whether the committee could decide."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from meetings.meeting import Meeting
from meetings.replies import Answer, Attendance, Presence
from meetings.turnout import Line, Seat, turnout_of
from portal import audit
from portal.database import serialise, session
from portal.outbox import name_of
from portal.people import Person


@dataclass(frozen=True)
class Sitting:
    """What is noted of one seat: its member's presence, or the deputy who sat there instead."""

    presence: Presence
    deputy_id: int | None = None


def attendance_of(meeting: Meeting) -> list[Attendance]:
    """What was noted, by name, with the people; empty as long as nobody noted anything.

    A deputy's row names in `stands_in_for` the member, whose own row says that they were excused.
    """
    wanted = (
        sa.select(Attendance)
        .join(Attendance.person)
        .options(joinedload(Attendance.person), joinedload(Attendance.stands_in_for))
        .where(Attendance.meeting_id == meeting.id)
        .order_by(Person.name, Person.id)
    )
    return list(session.scalars(wanted))


def seats_taken(rows: list[Attendance]) -> int:
    """How many seats were filled, by members or by their deputies."""
    return sum(row.presence is Presence.PRESENT for row in rows)


def seats_noted(rows: list[Attendance]) -> int:
    """How many seats the committee had on that day."""
    return sum(row.stands_in_for_id is None for row in rows)


def proposed(seat: Seat) -> Sitting:
    """What the answers let expect of a seat: who said nothing, or nothing sure, is taken for absent."""
    sitter, member = seat.sitter, seat.member
    if sitter is None:
        is_excused = member.answer in {Answer.NO, Answer.DEPUTY}
        return Sitting(Presence.EXCUSED if is_excused else Presence.ABSENT)
    return Sitting(Presence.PRESENT) if sitter is member.person else Sitting(Presence.EXCUSED, sitter.id)


def noted(rows: list[Attendance]) -> dict[int, Sitting]:
    """What was noted of each seat, by the id of its member."""
    deputies = {row.stands_in_for_id: row.person_id for row in rows if row.stands_in_for_id is not None}
    return {
        row.person_id: Sitting(row.presence, deputies.get(row.person_id))
        for row in rows
        if row.stands_in_for_id is None
    }


def seats_to_note(meeting: Meeting, rows: list[Attendance]) -> list[Seat]:
    """The seats on the meeting's day; who was noted stays, though memberships were corrected since."""
    seats = {seat.member.person.id: seat for seat in turnout_of(meeting).seats}
    for row in rows:
        if row.stands_in_for is None:
            seats.setdefault(row.person_id, Seat(Line(row.person, None), ()))
    for row in rows:
        if row.stands_in_for_id is not None:
            seat = seats[row.stands_in_for_id]
            if row.person_id not in {each.person.id for each in seat.deputies}:
                deputies = (*seat.deputies, Line(row.person, None))
                seats[row.stands_in_for_id] = Seat(seat.member, deputies)
    return sorted(seats.values(), key=lambda seat: (seat.member.person.name, seat.member.person.id))


def note_attendance(meeting: Meeting, sittings: dict[int, Sitting]) -> None:
    """Put this in place of what was noted before, in the current transaction; by the id of each member."""
    session.execute(sa.delete(Attendance).where(Attendance.meeting_id == meeting.id))
    for member_id, sitting in sittings.items():
        session.add(Attendance(meeting_id=meeting.id, person_id=member_id, presence=sitting.presence))
        if sitting.deputy_id is not None:
            session.add(
                Attendance(
                    meeting_id=meeting.id,
                    person_id=sitting.deputy_id,
                    presence=Presence.PRESENT,
                    stands_in_for_id=member_id,
                )
            )
    audit.record("attendance.noted", meeting)


def one_noter_at_a_time(meeting: Meeting) -> None:
    """Wait until nobody else notes the attendance; whoever waited sees what the other one noted."""
    serialise(f"attendance:{name_of(meeting)}")
