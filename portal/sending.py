"""The worker's hand on the outbox: lease a letter, send it through Flask-Mail, note what the server said."""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import flask_mail
import sqlalchemy as sa
from flask import Flask

from portal import credentials, outbox
from portal.clock import now
from portal.credentials import Purpose
from portal.database import session
from portal.outbox import Letter, LetterState
from portal.settings import MailServer

TIMEOUT = 30
LEASE = timedelta(minutes=5)
BATCH = 100
DELAYS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1440)]
DAILY = timedelta(days=1)
GIVE_UP = timedelta(days=5)


class VerifiedConnection(flask_mail.Connection):
    """Flask-Mail's connection with a time-out and a verified certificate, both of which it lacks."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(mail)
        self.server = server

    def __enter__(self) -> "VerifiedConnection":
        self.host = self.configure_host()
        return self

    def __exit__(self, *_error: object) -> None:
        # What was sent was acknowledged already: a server that dies at QUIT takes nothing back.
        if self.host is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self.host.quit()

    def configure_host(self) -> smtplib.SMTP:
        server, context = self.server, ssl.create_default_context()
        host: smtplib.SMTP
        if server.security == "tls":
            host = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            host = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        if server.security == "starttls":
            host.starttls(context=context)
        if server.user and server.password:
            host.login(server.user, server.password)
        return host


class PortalMail(flask_mail.Mail):
    """Flask-Mail over our own connection."""

    def connect(self) -> VerifiedConnection:
        server = outbox.settings().mail
        if server is None:
            raise RuntimeError("no mail server is configured")
        return VerifiedConnection(server)


class RenderedMessage(flask_mail.Message):
    """A message whose bytes were written when it was queued."""

    def __init__(self, letter: Letter, content: bytes) -> None:
        super().__init__(subject=letter.head, recipients=[letter.address], sender=outbox.settings().mail_from)
        self.date = letter.created_at.timestamp()
        self._content = content

    def as_bytes(self) -> bytes:
        return self._content


mail = PortalMail()


def send_due(worker: str) -> int:
    """Send every letter that is due; without a mail server they wait.

    Each letter is leased and settled in transactions of its own, so that a crash leaves exactly one whose
    fate is unknown.

    Args:
        worker: name of this worker, unique in the world; leases carry it.

    Returns:
        The number of letters that a server took.
    """
    if outbox.settings().mail is None:
        return 0
    waiting = _due_letters()
    if not waiting:
        return 0
    taken = 0
    try:
        with mail.connect() as connection:
            for number in waiting:
                taken += _send(number, worker, connection)
    except (smtplib.SMTPException, OSError) as error:
        # The server cannot be reached: that is one attempt for all that wait for it.
        for letter in session.scalars(sa.select(Letter).where(Letter.id.in_(_due_letters()))):
            _postpone(letter, _words(error))
        session.commit()
    return taken


def take_back(worker: str) -> None:
    """Queue again what this worker held when it was killed: nobody knows whether the server had it."""
    session.execute(
        sa.update(Letter)
        .where(Letter.state == LetterState.SENDING, Letter.leased_by == worker)
        .values(state=LetterState.QUEUED, leased_by=None, leased_until=None)
    )
    session.commit()


def _due_letters() -> list[int]:
    """Ids of letters that are due, and of those whose lease ran out, oldest first."""
    moment = now()
    is_due = sa.or_(
        sa.and_(Letter.state == LetterState.QUEUED, Letter.due_at <= moment),
        sa.and_(Letter.state == LetterState.SENDING, Letter.leased_until <= moment),
    )
    found = list(session.scalars(sa.select(Letter.id).where(is_due).order_by(Letter.id).limit(BATCH)))
    session.rollback()
    return found


def _send(number: int, worker: str, connection: flask_mail.Connection) -> bool:
    letter = _lease(number, worker)
    if letter is None:
        return False
    content = _content(letter)
    if content is None:
        _settle(letter, LetterState.DROPPED)
        return False
    try:
        connection.send(RenderedMessage(letter, content))
    except smtplib.SMTPServerDisconnected:
        _postpone(letter, "the connection broke off")
        session.commit()
        raise
    except (smtplib.SMTPException, OSError) as error:
        if _is_final(error):
            _settle(letter, LetterState.FAILED, _words(error))
        else:
            _postpone(letter, _words(error))
            session.commit()
        _reset(connection)
        return False
    _settle(letter, LetterState.SENT)
    return True


def _lease(number: int, worker: str) -> Letter | None:
    """Take the letter for a while; None when another worker was quicker."""
    moment = now()
    leased = session.execute(
        sa.update(Letter)
        .where(
            Letter.id == number,
            sa.or_(Letter.state == LetterState.QUEUED, Letter.leased_until <= moment),
            Letter.state.in_([LetterState.QUEUED, LetterState.SENDING]),
        )
        .values(state=LetterState.SENDING, leased_by=worker, leased_until=moment + LEASE)
        .returning(Letter.id)
    ).scalar()
    session.commit()
    return None if leased is None else session.get_one(Letter, number, populate_existing=True)


def _content(letter: Letter) -> bytes | None:
    """The bytes to send, or None when the letter's news no longer holds."""
    if not letter.person.is_active:
        return None
    check = outbox.still_wanted.get(letter.kind)
    if check is not None and not check(letter):
        return None
    return credentials.with_link(letter) if letter.kind in set(Purpose) else letter.body


def _settle(letter: Letter, state: LetterState, answer: str = "") -> None:
    letter.state, letter.answer, letter.finished_at = state, answer, now()
    letter.attempts += state is not LetterState.DROPPED
    letter.leased_by = letter.leased_until = None
    session.commit()


def _postpone(letter: Letter, answer: str) -> None:
    """Try again after 1, 5 and 30 minutes, 2, 6 and 24 hours, then daily to the fifth day (CALENDAR, section 7)."""
    moment = now()
    delay = DELAYS[letter.attempts] if letter.attempts < len(DELAYS) else DAILY
    letter.attempts += 1
    letter.answer = answer
    letter.leased_by = letter.leased_until = None
    if moment + delay > letter.created_at + GIVE_UP:
        letter.state, letter.finished_at = LetterState.FAILED, moment
    else:
        letter.state, letter.due_at = LetterState.QUEUED, moment + delay


def _is_final(error: Exception) -> bool:
    """Whether the server refused this letter for good (a reply 5xx), not the connection or the password."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    refused = isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused)
    return refused and error.smtp_code >= 500  # type: ignore[attr-defined,no-any-return]


def _words(error: Exception) -> str:
    """What the server said, for the administrator."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        replies: Iterator[tuple[int, Any]] = iter(error.recipients.values())
        code, words = next(replies)
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return str(error) or type(error).__name__
    return f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"


def _reset(connection: flask_mail.Connection) -> None:
    """Clear what the server remembers of a refused letter; a server that cannot is gone."""
    if connection.host is not None:
        connection.host.rset()


def worker_name() -> str:
    """Name of the worker of this instance on this machine."""
    return f"{socket.gethostname()}:{outbox.settings().instance}"[:200]


def init_app(app: Flask) -> None:
    mail.init_app(app)
