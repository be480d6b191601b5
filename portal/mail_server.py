"""The mail server: Flask-Mail's connection made safe, and what comes of handing it a letter."""

import binascii
import contextlib
import imaplib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

import flask_mail
from flask import Flask

from portal import outbox
from portal.clock import now
from portal.letters import one_line
from portal.mail_settings import MailServer
from portal.outbox import Letter, LetterState
from portal.signing import mac

TIMEOUT = 30  # seconds for each answer of the server
LONGEST = (
    150  # seconds for one letter; then the line is cut, so that no lease ends while its holder still talks
)
ANSWER_LENGTH = 500
# RFC 4954, section 6: the server wants another login or more secrecy, which is no fault of the letter.
LOGIN_WANTED = frozenset({530, 534, 535, 538})
FAULTS = (OSError, binascii.Error)
"""What a mail server can do to us: smtplib's exceptions are OSErrors, garbled base64 in a login is not."""


class Smtp(smtplib.SMTP):
    """An SMTP client that knows whether the server has the content of a letter."""

    content_given = False

    def data(self, msg: bytes | str) -> tuple[int, bytes]:  # type: ignore[override]
        self.content_given = True
        return super().data(msg)


class SmtpOverTls(Smtp, smtplib.SMTP_SSL):
    """The same, encrypted from the first octet on."""


class VerifiedConnection(flask_mail.Connection):
    """Flask-Mail's connection with a time-out and a verified certificate, both of which it lacks."""

    host: Smtp | None

    def __init__(self, server: MailServer) -> None:
        super().__init__(mail)
        self.server = server

    def __enter__(self) -> Self:
        self.host = self.configure_host()
        return self

    def __exit__(self, *_error: object) -> None:
        # What was sent was acknowledged already: a server that dies at QUIT takes nothing back.
        if self.host is not None:
            with contextlib.suppress(*FAULTS):
                self.host.quit()
            self.host.close()

    def configure_host(self) -> Smtp:
        server, context = self.server, ssl.create_default_context()
        # The configured domain, because smtplib would ask the DNS for the name of this machine.
        name = outbox.settings().domain
        host: Smtp
        if server.security == "tls":
            host = SmtpOverTls(server.host, server.port, name, timeout=TIMEOUT, context=context)
        else:
            host = Smtp(server.host, server.port, name, timeout=TIMEOUT)
        try:
            if server.security == "starttls":
                host.starttls(context=context)
            if server.user and server.password:
                host.login(server.user, server.password)
        except FAULTS:
            host.close()
            raise
        return host

    @property
    def is_open(self) -> bool:
        return self.host is not None and self.host.sock is not None

    def reset(self) -> None:
        """Let the server forget a letter that it refused; one that cannot is left."""
        if self.host is not None and self.is_open:
            try:
                self.host.rset()
            except FAULTS:
                self.hang_up()

    def hang_up(self) -> None:
        if self.host is not None:
            self.host.close()


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
        self.envelope_from = envelope_from(letter)
        self._content = content

    def as_bytes(self) -> bytes:
        return self._content


def envelope_from(letter: Letter) -> str:
    """Where the letter returns to if it cannot be delivered: by VERP an address of its own."""
    sender = outbox.settings().mail_from
    if not outbox.settings().takes_replies:
        return sender
    return f"bounce+{letter.id}.{mac('bounce', letter.id).hex()[:16]}@{sender.rpartition('@')[2]}"


mail = PortalMail()


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended.

    `state` QUEUED means: to be tried again. `in_doubt`: the server may have the letter. `is_for_all`: it
    would have refused any other letter too.
    """

    state: LetterState
    answer: str = ""
    in_doubt: bool = False
    is_for_all: bool = False
    at: datetime = field(default_factory=now)


def deliver(message: RenderedMessage, connection: VerifiedConnection) -> Outcome:
    """Hand one letter to the server. After a lost connection, `connection` is closed."""
    host = connection.host
    assert host is not None  # noqa: S101 - for the type checker: `send_due` looks first
    host.content_given = False
    try:
        with at_most(LONGEST, host):
            connection.send(message, message.envelope_from)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        return _refused(error, connection)
    except OSError as error:
        connection.hang_up()
        return Outcome(LetterState.QUEUED, words_of(error), in_doubt=host.content_given)
    except ValueError as error:  # An address that SMTP cannot carry.
        connection.reset()
        return Outcome(LetterState.FAILED, words_of(error))
    return Outcome(LetterState.SENT)


def _refused(error: smtplib.SMTPException, connection: VerifiedConnection) -> Outcome:
    code = _reply(error)[0]
    if not 400 <= code < 600:
        # Who answers nonsense may answer the next question with the rest of it.
        connection.hang_up()
        return Outcome(LetterState.QUEUED, words_of(error), in_doubt=isinstance(error, smtplib.SMTPDataError))
    connection.reset()
    is_final = code >= 500 and code not in LOGIN_WANTED
    state = LetterState.FAILED if is_final else LetterState.QUEUED
    return Outcome(state, words_of(error), is_for_all=code in LOGIN_WANTED)


@contextlib.contextmanager
def at_most(seconds: float, host: smtplib.SMTP | imaplib.IMAP4) -> Iterator[None]:
    """Cut the line after a while: a server that sends an octet now and then outwits the time-out."""

    def cut() -> None:
        if host.sock is not None:
            with contextlib.suppress(OSError):
                host.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _reply(error: Exception) -> tuple[int, str]:
    """Code and words of a refusal."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        words = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
    else:
        return 0, str(error) or type(error).__name__
    return code, words.decode("utf-8", "replace")


def words_of(error: Exception) -> str:
    """What the server said, for the administrator, who must see no link of a letter that it may quote."""
    code, words = _reply(error)
    return without_links(f"{code} {words}" if code > 0 else words)[:ANSWER_LENGTH]


def without_links(words: str) -> str:
    """What a server said, as one line, without links of ours that it may quote from a letter."""
    return re.sub(re.escape(outbox.settings().url) + r"\S*", "[…]", one_line(words))


def init_app(app: Flask) -> None:
    mail.init_app(app)
