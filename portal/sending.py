"""The worker's hand on the outbox: lease a letter, send it, note what the server said."""

import socket
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import defer

from portal import outbox
from portal.clock import now
from portal.database import serialise, session
from portal.mail_server import FAULTS, Outcome, RenderedMessage, VerifiedConnection, deliver, mail, words_of
from portal.outbox import Letter, LetterState, OutboxPause

LEASE = timedelta(minutes=10)  # longer than `mail_server.LONGEST`
DELAYS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1440, 1440, 1440, 1440)]
"""Until the next attempt: 1, 5 and 30 minutes, 2, 6 and 24 hours, then daily to the fifth day."""


class ServerRefusesError(OSError):
    """The server takes no letter at all before a login."""


class Sender:
    """One worker, who leases, sends and settles letters one by one.

    No transaction is open while the server is spoken to. What it said is kept here until the database has it,
    so that a full disk or a lost database never makes a letter go out twice.
    """

    def __init__(self, worker: str, is_stopping: Callable[[], bool] = lambda: False) -> None:
        self.worker = worker
        self._is_stopping = is_stopping
        self._unsettled: tuple[int, Outcome] | None = None

    def take_back(self) -> None:
        """Queue again what this worker held when it was killed: nobody knows whether the server had it."""
        self._settle_rest()
        session.execute(
            sa.update(Letter)
            .where(Letter.state == LetterState.SENDING, Letter.leased_by == self.worker)
            .values(state=LetterState.QUEUED, perhaps_received=True, leased_by=None, leased_until=None)
        )
        session.commit()

    def send_due(self) -> int:
        """Send every letter that is due; without a mail server, and in a pause, they wait.

        A lost connection ends the round, and the next one goes on with the other letters. A server that
        cannot be reached or wants another login is one attempt for all.

        Returns:
            The number of letters dealt with.
        """
        self._settle_rest()
        due = [] if outbox.settings().mail is None else _due_letters()
        if not due or self._is_stopping():
            return 0
        dealt_with = 0
        try:
            with mail.connect() as connection:
                for number in due:
                    if self._is_stopping() or not connection.is_open:
                        break
                    dealt_with += self._send(number, connection)
        except FAULTS as error:
            _postpone_all(words_of(error))
        return dealt_with

    def _send(self, number: int, connection: VerifiedConnection) -> bool:
        letter = self._lease(number)
        if letter is None:
            return False
        message = _message(letter)
        # Else a slow mail server would hold up every writer of a SQLite database.
        session.commit()
        outcome = deliver(message, connection) if message else Outcome(LetterState.DROPPED)
        self._unsettled = number, outcome
        self._settle_rest()
        if outcome.is_for_all:
            raise ServerRefusesError(outcome.answer)
        return True

    def _lease(self, number: int) -> Letter | None:
        """Take the letter for a while; None when another worker was quicker."""
        moment = now()
        leased = session.execute(
            sa.update(Letter)
            .where(Letter.id == number, _is_due(moment))
            .values(
                state=LetterState.SENDING,
                perhaps_received=sa.or_(Letter.perhaps_received, Letter.state == LetterState.SENDING),
                leased_by=self.worker,
                leased_until=moment + LEASE,
            )
            .returning(Letter.id)
        ).scalar()
        session.commit()
        return None if leased is None else session.get_one(Letter, number, populate_existing=True)

    def _settle_rest(self) -> None:
        """Note the outcome that the database does not have yet."""
        if self._unsettled is None:
            return
        number, outcome = self._unsettled
        letter = session.get_one(Letter, number)
        serialise(letter.about)
        session.refresh(letter, with_for_update=True)
        if letter.state is LetterState.SENDING and letter.leased_by == self.worker:
            _settle(letter, outcome)
            if letter.kind in outbox.settled:
                session.flush()
                outbox.settled[letter.kind](letter)
        session.commit()
        self._unsettled = None


def worker_name() -> str:
    """Name of the worker of this instance on this machine."""
    return f"{socket.gethostname()}:{outbox.settings().instance}"[:200]


def _is_due(moment: datetime) -> sa.ColumnElement[bool]:
    """Letters whose time has come, and those whose holder let the lease run out; none in a pause."""
    return sa.and_(
        ~sa.exists(sa.select(OutboxPause.id)),
        sa.or_(
            sa.and_(Letter.state == LetterState.QUEUED, Letter.due_at <= moment),
            sa.and_(Letter.state == LetterState.SENDING, Letter.leased_until <= moment),
        ),
    )


def _due_letters() -> list[int]:
    """Ids of letters that are due, oldest first."""
    found = list(session.scalars(sa.select(Letter.id).where(_is_due(now())).order_by(Letter.id)))
    session.rollback()
    return found


def _message(letter: Letter) -> RenderedMessage | None:
    """What to send, or None when the letter's news no longer holds."""
    content = outbox.ready_to_send(letter)
    return None if content is None else RenderedMessage(letter, content)


def _settle(letter: Letter, outcome: Outcome) -> None:
    """Write an outcome on its letter."""
    letter.answer, letter.state = outcome.answer, outcome.state
    letter.leased_by = letter.leased_until = None
    letter.perhaps_received = letter.perhaps_received or outcome.in_doubt
    if outcome.state is LetterState.QUEUED and letter.attempts < len(DELAYS):
        letter.due_at = outcome.at + DELAYS[letter.attempts]
    else:
        letter.finished_at = outcome.at
        letter.state = LetterState.FAILED if outcome.state is LetterState.QUEUED else outcome.state
    letter.attempts += outcome.state is not LetterState.DROPPED


def _postpone_all(answer: str) -> None:
    """Count one attempt for all letters that are due."""
    moment = now()
    due = sa.select(Letter).where(Letter.state == LetterState.QUEUED, Letter.due_at <= moment)
    for letter in session.scalars(due.options(defer(Letter.body)).with_for_update()):
        _settle(letter, Outcome(LetterState.QUEUED, answer, at=moment))
    session.commit()
