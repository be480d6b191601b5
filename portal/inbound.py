"""Messages that come in by mail: answers of calendar programs and returned letters, each read once.

The rooms say what they can read. What nobody can read is only counted, and no text of a message is ever kept.
"""

import enum
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.errors import InvalidHeaderDefect
from email.message import Message

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal import jobs
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, one_of, session
from portal.letters import one_line
from portal.people import EMAIL_LENGTH, is_email, tidy_email

logger = logging.getLogger(__name__)

LARGEST_MESSAGE = 1_048_576  # bytes
# The parser looks at every line once for each level of parts within parts.
MOST_BOUNDARIES = 20
MOST_LINES = 100_000
MESSAGE_ID_LENGTH = 300
DETAIL_LENGTH = 300
HEADER_LENGTH = 2000
KEPT = timedelta(days=90)  # longer than any mail server tries to hand over the same message again

# RFC 3834 and older habits. "Auto-Submitted: auto-generated" is not among them: Google sends the answers that
# people click in their calendars with it.
BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")


FAULTS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    sa.exc.DataError,
)
"""What a message that nobody has thought of can raise; else the mail server would hand it over again for days."""


class InboundOutcome(enum.StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    TO_CONFIRM = "to_confirm"
    STALE = "stale"
    REFUSED = "refused"
    BOUNCE = "bounce"
    IGNORED = "ignored"


class InboundMessage(Base):
    """A message that was read; its text is not kept."""

    __tablename__ = "inbound_message"

    id: Mapped[PrimaryKey]
    message_id: Mapped[str] = mapped_column(sa.String(MESSAGE_ID_LENGTH), unique=True)
    received_at: Mapped[Moment] = mapped_column(default=now)
    sender: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH), default="")
    outcome: Mapped[InboundOutcome] = mapped_column(one_of(InboundOutcome))
    about: Mapped[str] = mapped_column(sa.String(60), default="", index=True)
    detail: Mapped[str] = mapped_column(sa.String(DETAIL_LENGTH), default="")


@dataclass(frozen=True)
class Result:
    """What a reader made of a message; `about` names a row, `detail` says why, without any content."""

    outcome: InboundOutcome
    detail: str = ""
    about: str = ""


class UnreadableError(ValueError):
    """A message cannot be understood; the words say why, without any content."""


Reader = Callable[[Message, str | None], Result | None]
"""Takes a message and the address in its envelope, if known; None when the message is none of its own."""

report_readers: list[Reader] = []
"""Readers of what mail servers report; they also see messages that nobody wrote."""

readers: list[Reader] = []
"""Readers of what people send."""


def take(content: bytes, recipient: str | None = None) -> Result:
    """Read a message and note what became of it, in a transaction of its own.

    A message that was read before changes nothing, so that a repetition is harmless.

    Args:
        content: the message as it came.
        recipient: the address in its envelope, if the mail server told it.

    Returns:
        What became of it, now or the first time.
    """
    try:
        message = _parse(content)
    except UnreadableError as fault:
        result = Result(InboundOutcome.IGNORED, str(fault))
        return _note(_digest(content), "", lambda: result)
    return _note(
        _message_id(message) or _digest(content), sender_of(message), lambda: _read(message, recipient)
    )


def _note(message_id: str, sender: str, read: Callable[[], Result]) -> Result:
    known = _claim(message_id, sender)
    if known is not None:
        return known
    try:
        result = read()
    except FAULTS as fault:
        result = Result(InboundOutcome.IGNORED, f"fault: {type(fault).__name__}")
        logger.error("a message could not be read: %s", type(fault).__name__)  # noqa: TRY400 - no content
        session.rollback()  # what its reader began
        _claim(message_id, sender)
    session.execute(
        sa.update(InboundMessage)
        .where(InboundMessage.message_id == message_id)
        .values(outcome=result.outcome, about=result.about, detail=result.detail[:DETAIL_LENGTH])
    )
    session.commit()
    return result


def _claim(message_id: str, sender: str) -> Result | None:
    """Note the message in the current transaction; what became of it if it was read before, perhaps just now."""
    row = InboundMessage(message_id=message_id, sender=sender, outcome=InboundOutcome.IGNORED)
    if _known(message_id) is None:
        session.add(row)
        try:
            session.flush()
        except IntegrityError:
            session.rollback()
        else:
            return None
    known = _known(message_id)
    session.rollback()
    return known


def _known(message_id: str) -> Result | None:
    columns = (InboundMessage.outcome, InboundMessage.detail, InboundMessage.about)
    row = session.execute(sa.select(*columns).where(InboundMessage.message_id == message_id)).first()
    return Result(*row) if row else None


def _parse(content: bytes) -> Message:
    """Take a message apart, with the old and forgiving rules: the new ones stumble over malformed headers."""
    if len(content) > LARGEST_MESSAGE:
        raise UnreadableError("larger than 1 MB")
    if content.lower().count(b"boundary") > MOST_BOUNDARIES:
        raise UnreadableError("too many parts")
    if content.count(b"\n") > MOST_LINES:
        raise UnreadableError("too many lines")
    message = message_from_bytes(content, policy=policy.compat32)
    if not message.keys():
        raise UnreadableError("no message")
    return message


def _read(message: Message, recipient: str | None) -> Result:
    for reader in report_readers + ([] if is_automatic(message) else readers):
        result = reader(message, recipient)
        if result is not None:
            return result
    return Result(InboundOutcome.IGNORED, "automatic" if is_automatic(message) else "no answer in it")


def is_automatic(message: Message) -> bool:
    """Whether a machine answered of its own accord, or a list passed it on; nobody answers such messages."""
    return (
        header(message, "Auto-Submitted").lower().startswith("auto-replied")
        or header(message, "Precedence").lower() in BULK
        or header(message, "Return-Path") == "<>"
        or any(name in message for name in AUTOMATIC_HEADERS)
    )


def header(message: Message, name: str) -> str:
    """A header as one line; empty where it is missing or too long to be meant."""
    text = one_line(str(message.get(name, "")))
    return text if len(text) <= HEADER_LENGTH else ""


def sender_of(message: Message) -> str:
    """The only address in From, as addresses are stored; empty where there are several, or the header is unclear."""
    if len(message.get_all("From", [])) != 1:
        return ""
    try:
        found = policy.default.header_factory("From", header(message, "From"))
    except FAULTS:
        return ""  # the standard library's parser fails in many ways
    is_unclear = any(isinstance(defect, InvalidHeaderDefect) for defect in found.defects)
    address = tidy_email(found.addresses[0].addr_spec) if len(found.addresses) == 1 else ""
    return address if not is_unclear and len(address) <= EMAIL_LENGTH and is_email(address) else ""


def recipients_of(message: Message, recipient: str | None) -> list[str]:
    """Every address that the message may have come to: that of the envelope first, if known, then by its headers."""
    noted = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
    found = [address for name in noted for address in header(message, name).replace(",", " ").split()]
    return [address.strip("<>") for address in [recipient or "", *found] if "@" in address]


def parts_of(message: Message) -> list[Message]:
    """What a message or a part is made of; nothing where it holds only itself."""
    inner = message.get_payload()
    return [part for part in inner if isinstance(part, Message)] if isinstance(inner, list) else []


def octets_of(part: Message) -> bytes:
    """The content of a part, out of its transfer encoding."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _message_id(message: Message) -> str:
    text = header(message, "Message-ID")
    return text if len(text) <= MESSAGE_ID_LENGTH else ""


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def forget_old_messages() -> None:
    """Drop the rows of messages that no mail server would hand over again."""
    session.execute(sa.delete(InboundMessage).where(InboundMessage.received_at < now() - KEPT))
    session.commit()


def init_app(_app: Flask) -> None:
    jobs.daily["inbound messages"] = forget_old_messages
