"""Who will come to a meeting, by the answers so far: seat by seat, with those who stand in."""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from meetings.meeting import Meeting
from meetings.procedure import procedure_of
from meetings.replies import Answer, Reply
from portal.committees import Deputy, Membership, holds
from portal.database import session
from portal.people import Person

UNDECIDED = (None, Answer.PERHAPS)


@dataclass(frozen=True)
class Line:
    """A person and their answer; `stands_in_for` are the members for whom a deputy may come."""

    person: Person
    reply: Reply | None
    stands_in_for: tuple[Person, ...] = ()

    @property
    def answer(self) -> Answer | None:
        """Their answer to the present date; one to an earlier date is none."""
        return None if self.reply is None or self.reply.is_stale else self.reply.answer


@dataclass(frozen=True)
class Seat:
    """A member's seat, and those who could sit there instead."""

    member: Line
    deputies: tuple[Line, ...]

    @property
    def sitter(self) -> Person | None:
        """Who will sit there: the member, or a deputy who accepts or was asked to come and did not decline."""
        if self.member.answer is Answer.YES:
            return self.member.person
        certain = [each for each in self.deputies if each.answer is Answer.YES]
        asked = [each for each in self.deputies if self.is_given_away and each.answer in UNDECIDED]
        return next((each.person for each in (*certain, *asked)), None)

    @property
    def is_given_away(self) -> bool:
        return self.member.answer is Answer.DEPUTY


@dataclass(frozen=True)
class Turnout:
    """The seats of a committee on the day of a meeting; `quorum` is a number of members, or none."""

    seats: list[Seat]
    quorum: int | None

    @property
    def lines(self) -> list[Line]:
        """The members, then those deputies who were asked to come or who answered; each by name."""
        asked = {
            each.person.id: each
            for seat in self.seats
            for each in seat.deputies
            if each.reply is not None or seat.is_given_away
        }
        return [seat.member for seat in self.seats] + sorted(
            asked.values(), key=lambda each: each.person.name
        )

    @property
    def counts(self) -> Counter[Answer | None]:
        """How many gave which answer; None counts those whose answer is open."""
        return Counter(line.answer for line in self.lines)

    @property
    def open(self) -> list[Line]:
        """Those whose answer is missing."""
        return [line for line in self.lines if line.answer is None]

    @property
    def filled(self) -> int:
        """How many seats will be filled by the answers so far; nobody sits on two."""
        return len({seat.sitter.id for seat in self.seats if seat.sitter})

    @property
    def could_be_filled(self) -> int:
        """How many seats will be filled if everybody comes who has not decided."""
        return sum(bool(seat.sitter) or seat.member.answer in UNDECIDED for seat in self.seats)


def turnout_of(meeting: Meeting) -> Turnout:
    """The answers of everybody who sits in the committee on the meeting's day, in four queries."""
    members, deputies = members_on_the_day(meeting), deputies_of(meeting)
    found = session.scalars(sa.select(Reply).where(Reply.meeting_id == meeting.id))
    replies = {reply.person_id: reply for reply in found}
    numbers = {member.id for member in members}

    def line(person: Person, *stands_in_for: Person) -> Line:
        return Line(person, replies.get(person.id), stands_in_for)

    def stand_ins(member: Person) -> tuple[Line, ...]:
        own = (each for each in deputies.get(member.id, ()) if each.id not in numbers)
        return tuple(line(each, *(m for m in members if each in deputies.get(m.id, ()))) for each in own)

    seats = [Seat(line(member), stand_ins(member)) for member in members]
    return Turnout(seats, procedure_of(meeting.committee).quorum)


def members_on_the_day(meeting: Meeting) -> list[Person]:
    """The members who sit in the committee on the day of the meeting, without those who stand in, by name."""
    people = sa.select(Person).where(Person.id.in_(_sitting(meeting)), Person.disabled_at.is_(None))
    return list(session.scalars(people.order_by(Person.name, Person.id)))


def is_member_on_the_day(meeting: Meeting, person: Person) -> bool:
    """Whether the person has a seat of their own on the day of the meeting."""
    return session.scalar(_sitting(meeting).where(Membership.person_id == person.id).limit(1)) is not None


def _sitting(meeting: Meeting) -> sa.Select[int]:
    return sa.select(Membership.person_id).where(
        Membership.committee_id == meeting.committee_id, holds(Membership, meeting.day)
    )


def deputies_of(meeting: Meeting) -> dict[int, list[Person]]:
    """Who stands in on the day of the meeting, by the id of the member, each by name."""
    standing_in = (
        sa.select(Deputy)
        .join(Deputy.person)
        .options(joinedload(Deputy.person))
        .where(Deputy.committee_id == meeting.committee_id, holds(Deputy, meeting.day))
        .where(Person.disabled_at.is_(None))
        .order_by(Person.name, Deputy.id)
    )
    found: dict[int, list[Person]] = {}
    for row in session.scalars(standing_in):
        group = found.setdefault(row.for_person_id, [])
        if row.person not in group:
            group.append(row.person)
    return found
