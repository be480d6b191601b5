"""The daily letter: once a morning one letter for those who do not want each optional letter at once.

What it collects keeps its own row and shares the fate of the daily letter that it went into. Both happen in one
transaction, so that a crash neither loses nor repeats anything; and when the letter is sent at last, each part
is asked once more whether it still holds.
"""

import re
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from portal import jobs, outbox
from portal.clock import now
from portal.database import session
from portal.letters import HIDDEN_LINK, settings, text_of
from portal.outbox import DAILY, Letter, LetterState
from portal.people import Person


@dataclass(frozen=True)
class Entry:
    """A collected letter, as the daily one shows it: subject, and the words between greeting and signature."""

    head: str
    text: str

    @property
    def lines(self) -> list[list[tuple[str, bool]]]:
        """The text line by line in pieces, of which links of ours are marked; addresses that people typed are none."""
        ours = re.compile(rf"({re.escape(settings().url)}/\S*|{HIDDEN_LINK}\S*)")
        return [
            [(piece, index % 2 == 1) for index, piece in enumerate(ours.split(line))]
            for line in self.text.splitlines()
        ]


def write_due() -> int:
    """Write the daily letter of everybody whose collected letters are due. Returns the number of letters."""
    waiting = sa.and_(Letter.state == LetterState.COLLECTED, Letter.within_id.is_(None))
    due = sa.select(Letter.person_id).where(waiting, Letter.due_at <= now()).distinct()
    people = session.scalars(due.order_by(Letter.person_id)).all()
    session.rollback()
    return sum(_write(number, waiting) for number in people)


def _write(person_id: int, waiting: sa.ColumnElement[bool]) -> int:
    """One transaction: the daily letter of one person, and the mark on everything that went into it."""
    mine = sa.select(Letter).where(waiting, Letter.person_id == person_id).order_by(Letter.id)
    found = session.scalars(mine.with_for_update()).all()
    wanted = [letter for letter in found if _still_holds(letter)]
    daily = _collect(session.get_one(Person, person_id), wanted) if wanted else None
    session.commit()
    return 0 if daily is None else 1


def _collect(person: Person, letters: list[Letter]) -> Letter | None:
    entries = [Entry(letter.head, text_of(letter.body or b"")) for letter in letters]
    daily = outbox.queue(DAILY, person, person, _next_number(person), entries=entries)
    if daily is not None:
        for letter in letters:
            letter.within, letter.finished_at = daily, now()
    return daily


def _still_holds(letter: Letter) -> bool:
    """Whether it would be sent now; it is dropped, if not."""
    if outbox.ready_to_send(letter) is None:
        letter.state, letter.finished_at = LetterState.DROPPED, now()
        return False
    return True


def _next_number(person: Person) -> int:
    written = sa.select(sa.func.count(Letter.id)).where(
        Letter.about == outbox.name_of(person), Letter.kind == DAILY
    )
    return (session.scalar(written) or 0) + 1


def holds_as_written(daily: Letter) -> bool:
    """Whether every part of the letter still holds; if not, the good parts wait for one written anew at once."""
    good = [letter for letter in daily.collected if _still_holds(letter)]
    if len(good) == len(daily.collected):
        return True
    for letter in good:
        letter.within, letter.due_at, letter.finished_at = None, now(), None
    return False


def share_fate(daily: Letter) -> None:
    """What the letter collected was sent with it, or dropped with it."""
    if daily.state in {LetterState.SENT, LetterState.DROPPED}:
        for letter in daily.collected:
            letter.state, letter.finished_at = daily.state, daily.finished_at


def init_app(_app: Flask) -> None:
    outbox.still_wanted[DAILY] = holds_as_written
    outbox.settled[DAILY] = share_fate
    jobs.often["daily letters"] = write_due
