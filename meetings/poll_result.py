"""What a committee says to the dates of a poll, who is still waited for, and who may answer for whom."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from meetings.polls import DatePoll, PollAnswer, PollAnswerKind, PollOption
from portal.clock import now, today
from portal.committees import Deputy, Membership, holds, people_of
from portal.database import session
from portal.people import Person


@dataclass(frozen=True)
class Tally:
    """What the committee says to one option."""

    option: PollOption
    yes: list[PollAnswer]
    if_need_be: list[PollAnswer]
    no: list[PollAnswer]

    @property
    def suits(self) -> tuple[int, int, float]:
        """The greater, the better: who could come at all, who gladly, and sooner rather than later."""
        possible = len(self.yes) + len(self.if_need_be)
        return possible, len(self.yes), -self.option.starts_at.timestamp()


def tallies(poll: DatePoll) -> list[Tally]:
    """The answers of those who sit in the committee today, by option in the order of their dates."""
    seated = {person.id for person in people_of(poll.committee)}
    options = session.scalars(
        sa.select(PollOption)
        .where(PollOption.poll_id == poll.id)
        .order_by(PollOption.starts_at)
        .options(selectinload(PollOption.answers).joinedload(PollAnswer.person))
        .options(selectinload(PollOption.answers).joinedload(PollAnswer.given_by))
    )
    return [_tally(option, seated) for option in options]


def _tally(option: PollOption, seated: set[int]) -> Tally:
    answers = sorted(
        (row for row in option.answers if row.person_id in seated), key=lambda row: row.person.name
    )
    groups = ([row for row in answers if row.answer is kind] for kind in PollAnswerKind)
    return Tally(option, *groups)


def best(found: list[Tally]) -> Tally | None:
    """The date to come that suits most; None as long as none suits anybody."""
    possible = [one for one in found if (one.yes or one.if_need_be) and one.option.starts_at > now()]
    return max(possible, key=lambda one: one.suits, default=None)


def represented_by(person: Person, poll: DatePoll) -> list[Person]:
    """The members for whom the person stands in today, by name."""
    number = poll.committee_id
    members = sa.select(Membership.person_id).where(
        Membership.committee_id == number, holds(Membership, today())
    )
    stands_for = sa.select(Deputy.for_person_id).where(
        Deputy.committee_id == number, Deputy.person_id == person.id, holds(Deputy, today())
    )
    wanted = sa.select(Person).where(Person.id.in_(members), Person.id.in_(stands_for))
    return list(session.scalars(wanted.order_by(Person.name)))


def awaited(poll: DatePoll) -> list[Person]:
    """Those whose answer is missing, by name.

    Whoever sits there only in place of members is waited for as long as one of these has no answer.
    """
    number, day = poll.committee_id, today()
    answered = set(session.scalars(who_answered(poll)))
    members = set(
        session.scalars(
            sa.select(Membership.person_id).where(Membership.committee_id == number, holds(Membership, day))
        )
    )
    stand_ins = session.execute(
        sa.select(Deputy.person_id, Deputy.for_person_id).where(
            Deputy.committee_id == number, holds(Deputy, day)
        )
    )
    missing = members - answered
    missing |= {deputy for deputy, member in stand_ins if member in missing and deputy not in answered}
    return [person for person in people_of(poll.committee) if person.id in missing]


def who_answered(poll: DatePoll) -> sa.Select[int]:
    return (
        sa.select(PollAnswer.person_id)
        .join(PollAnswer.option)
        .where(PollOption.poll_id == poll.id)
        .distinct()
    )


def answers_of(poll: DatePoll, person: Person) -> dict[int, PollAnswerKind]:
    """What a person said, by the options' ids."""
    rows = sa.select(PollAnswer).join(PollAnswer.option)
    found = session.scalars(rows.where(PollOption.poll_id == poll.id, PollAnswer.person_id == person.id))
    return {row.option_id: row.answer for row in found}
