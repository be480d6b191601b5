"""What an administrator does with the outbox, by page or by command: retry, pause, resume, test."""

import sqlalchemy as sa

from portal import audit, outbox
from portal.clock import now
from portal.database import session
from portal.outbox import Letter, LetterState, OutboxPause
from portal.people import Person

PAUSE = 1
"""The id of the one row that a pause is."""

_FAILED = sa.and_(Letter.state == LetterState.FAILED, Letter.body.is_not(None))


def state_counts() -> dict[LetterState, int]:
    """How many letters are in which state."""
    rows = session.execute(sa.select(Letter.state, sa.func.count()).group_by(Letter.state))
    return {state: count for state, count in rows}  # noqa: C416 - mypy takes rows for no pairs


def count_failed() -> int:
    """How many letters failed and can still be sent."""
    return session.scalar(sa.select(sa.func.count(Letter.id)).where(_FAILED)) or 0


def retry(letter: Letter) -> bool:
    """Queue a failed letter again; False when it did not fail, or its text is erased."""
    if letter.state is not LetterState.FAILED or letter.body is None:
        return False
    letter.state, letter.attempts, letter.due_at, letter.finished_at = LetterState.QUEUED, 0, now(), None
    audit.record("letter.retried", letter)
    return True


def retry_failed() -> int:
    """Queue every failed letter again. Returns how many."""
    failed = session.scalars(sa.select(Letter).where(_FAILED).order_by(Letter.id).with_for_update())
    return sum(map(retry, failed.all()))


def pause(person: Person | None) -> None:
    """Let nothing go out until somebody resumes; the letter at hand is finished. A pause that is on stays as it is."""
    if session.get(OutboxPause, PAUSE) is None:
        session.add(OutboxPause(id=PAUSE, person_id=person.id if person else None))
        audit.record("outbox.paused", "outbox")


def resume() -> None:
    """Let letters go out again."""
    held = session.get(OutboxPause, PAUSE)
    if held is not None:
        session.delete(held)
        audit.record("outbox.resumed", "outbox")


def write_test(person: Person) -> Letter:
    """Queue a letter to the person that shows that letters arrive."""
    written = sa.select(sa.func.count(Letter.id)).where(
        Letter.about == outbox.name_of(person), Letter.kind == "test"
    )
    letter = outbox.queue("test", person, person, (session.scalar(written) or 0) + 1)
    assert letter is not None  # noqa: S101 - for the type checker: its number is new and it is no optional kind
    audit.record("letter.test", person)
    return letter
