"""The mailbox that answers come to, for an installation whose mail server cannot start a command."""

import contextlib
import imaplib
import logging
import ssl
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask

from portal import jobs, mail_server
from portal.database import session
from portal.inbound import LARGEST_MESSAGE, InboundOutcome, take
from portal.mail_server import without_links
from portal.mail_settings import MailServer
from portal.outbox import settings

logger = logging.getLogger(__name__)

TIMEOUT = 30  # seconds for each answer of the server
LONGEST = 60  # seconds for one visit; then the line is cut, so that letters do not wait for a slow mailbox
MOST = 50  # messages in one visit
PAUSE = 60.0  # seconds between two visits of the worker
FAULTS = (OSError, imaplib.IMAP4.error, UnicodeError)
"""What a mailbox can do to us."""


class MailboxError(OSError):
    """The mailbox answers, but does not do what is asked of it."""


def poll() -> int:
    """Read every new message of the configured mailbox. Returns how many there were.

    A message is marked only after what it says was committed: a crash in between lets it be read once more, which
    changes nothing. What the portal could use is deleted; the rest, perhaps the words of a person, stays as read.
    No transaction is open while the server is spoken to.

    Raises:
        OSError, imaplib.IMAP4.error: the mailbox cannot be read; what was taken before is kept.
    """
    replies = settings().replies
    if replies is None or replies.imap is None:
        return 0
    session.rollback()  # what somebody read before would hold the write lock of SQLite
    with _opened(replies.imap) as mailbox:
        _must(mailbox.select("INBOX"))
        numbers = _must(mailbox.uid("SEARCH", "UNSEEN", "UNDELETED"))[0] or b""
        dealt_with = [_take(mailbox, number.decode()) for number in numbers.split()[:MOST]]
        if any(dealt_with):
            mailbox.expunge()
    return len(dealt_with)


def _take(mailbox: imaplib.IMAP4, number: str) -> bool:
    """Read one message and mark it. Returns whether it is to be deleted."""
    # One octet more than is allowed, so that what is too large shows it.
    fetched = _must(mailbox.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST_MESSAGE + 1}>)"))
    content = next((part[1] for part in fetched if isinstance(part, tuple)), None)
    if content is None:  # another visitor was quicker
        return False
    is_used = take(content).outcome is not InboundOutcome.IGNORED
    _must(mailbox.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen \Deleted)" if is_used else r"(\Seen)"))
    return is_used


@contextlib.contextmanager
def _opened(server: MailServer) -> Iterator[imaplib.IMAP4]:
    """A connection with a time-out and a verified certificate, signed in."""
    context = ssl.create_default_context()
    mailbox: imaplib.IMAP4
    if server.security == "tls":
        mailbox = imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=TIMEOUT)
    else:
        mailbox = imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT)
    with mail_server.at_most(LONGEST, mailbox):
        try:
            if server.security == "starttls":
                mailbox.starttls(context)
            _sign_in(mailbox, server.user or "", server.password or "")
            yield mailbox
            with contextlib.suppress(*FAULTS):
                mailbox.logout()
        finally:
            with contextlib.suppress(*FAULTS):
                mailbox.shutdown()


def _sign_in(mailbox: imaplib.IMAP4, user: str, password: str) -> None:
    if "AUTH=PLAIN" in mailbox.capabilities:
        # `login` of the standard library knows no letters beyond ASCII.
        mailbox.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
    else:
        mailbox.login(user, password)


def _must(answer: tuple[str, list[Any]]) -> list[Any]:
    state, data = answer
    if state != "OK":
        raise MailboxError(
            b" ".join(part for part in data if isinstance(part, bytes)).decode("utf-8", "replace")
        )
    return data


class Visits:
    """The worker's visits to the mailbox: at most one in a minute, and a fault is told once."""

    def __init__(self) -> None:
        self._next = 0.0
        self._last_fault = ""

    def __call__(self) -> int:
        if time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + PAUSE
        try:
            dealt_with, fault = poll(), ""
        except FAULTS as error:
            dealt_with, fault = 0, without_links(str(error)) or type(error).__name__
        if fault and fault != self._last_fault:
            logger.error("the mailbox cannot be read: %s", fault)
        self._last_fault = fault
        return dealt_with


def init_app(_app: Flask) -> None:
    jobs.often["mailbox"] = Visits()
