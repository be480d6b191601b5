"""Letters wait here: rows written in the same transaction as the change that causes them (DESIGN, section 2).

The worker (`portal/sending.py`) carries them out; nothing is ever sent inside a request.
"""

import enum
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of, session
from portal.people import EMAIL_LENGTH, Person
from portal.settings import Settings

BODY_KEPT = timedelta(days=30)
# Seven bits, so that no server on the way has to re-encode a letter and break a signature.
LETTER_POLICY = policy.SMTP.clone(cte_type="7bit")


class LetterState(enum.StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


LETTER_STATES = {
    LetterState.QUEUED: _l("wartet"),
    LetterState.SENDING: _l("wird gesendet"),
    LetterState.SENT: _l("gesendet"),
    LetterState.FAILED: _l("gescheitert"),
    LetterState.DROPPED: _l("überholt, nicht gesendet"),
}


class Letter(Base):
    """One letter to one person.

    `key` is `kind:subject:person:revision` and unique: the same change never queues a letter twice.
    `body` are the bytes as sent, without any credential link; they are erased 30 days after sending.
    `perhaps_received`: an attempt ended without the server's word, so nobody knows whether it has the letter.
    """

    __tablename__ = "letter"
    __table_args__ = (sa.Index("ix_letter_state_due_at", "state", "due_at"),)

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    about: Mapped[str] = mapped_column(sa.String(60), index=True)
    revision: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH))
    head: Mapped[str] = mapped_column(sa.String(300))
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    body: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    state: Mapped[LetterState] = mapped_column(one_of(LetterState), default=LetterState.QUEUED)
    perhaps_received: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment] = mapped_column(default=now)
    due_at: Mapped[Moment] = mapped_column(default=now)
    leased_by: Mapped[str | None] = mapped_column(sa.String(200))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(sa.Text, default="")

    person: Mapped[Person] = relationship()


still_wanted: dict[str, Callable[[Letter], bool]] = {}
"""Per kind of letter: whether its news still holds at the moment of sending. Rooms fill it; kinds without a
check are always sent."""

settled: dict[str, Callable[[Letter], None]] = {}
"""Per kind of letter: called in the transaction that notes how an attempt ended, so that rooms can tell what
changed while the letter was on its way."""


def queue(
    kind: str, about: object, person: Person, revision: int, *, thread: str | None = None, **context: Any
) -> Letter | None:
    """Write a letter of the template `mail/<kind>.txt` in the person's language and queue it.

    Args:
        kind: the template's name.
        about: the row that the letter speaks of.
        person: who gets it.
        revision: tells letters of one kind about one row apart, for instance a SEQUENCE.
        thread: left part of the synthetic message id that all letters of one matter refer to.
        context: what the template needs.

    Returns:
        The letter, or None when the very same one is queued or sent already.
    """
    subject = name_of(about)
    key = f"{kind}:{subject}:{person.id}:{revision}"
    if session.scalar(sa.select(Letter.id).where(Letter.key == key)) is not None:
        return None
    created, message_id = now(), f"<{secrets.token_hex(16)}@{settings().domain}>"
    head, text = render(kind, person, **context)
    letter = Letter(
        key=key,
        kind=kind,
        about=subject,
        revision=revision,
        person_id=person.id,
        address=person.email,
        head=head[:300],
        message_id=message_id,
        body=write_letter(person, head, text, created=created, message_id=message_id, thread=thread),
        created_at=created,
        due_at=created,
    )
    session.add(letter)
    return letter


def name_of(row: object) -> str:
    """The name under which letters know a row, such as `meeting:12`."""
    return f"{row.__tablename__}:{row.id}"  # type: ignore[attr-defined]


def render(kind: str, person: Person, **context: Any) -> tuple[str, str]:
    """Subject and text of a letter in the person's language."""
    template = current_app.jinja_env.get_template(f"mail/{kind}.txt")
    values = {"person": person, "settings": settings(), "link": link, **context}
    with force_locale(person.language):
        subject = "".join(template.blocks["subject"](template.new_context(values)))
        return one_line(subject), template.render(values).strip() + "\n"


def one_line(text: str) -> str:
    """What a header can carry: no line breaks, no control characters (SECURITY, E5)."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def write_letter(
    person: Person, head: str, text: str, *, created: datetime, message_id: str, thread: str | None
) -> bytes:
    """The bytes of a letter to one person, as they go to the mail server (CALENDAR, section 7)."""
    message = EmailMessage(policy=LETTER_POLICY)
    message["From"] = _mailbox(settings().name, settings().mail_from)
    message["To"] = _mailbox(person.name, person.email)
    message["Subject"] = head
    message["Date"] = created.replace(microsecond=0)
    message["Message-ID"] = message_id
    if thread:
        root = f"<{thread}.{person.id}@{settings().domain}>"
        message["In-Reply-To"] = message["References"] = root
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    # The content comes first: setting it drops every header that begins with "Content-".
    message.set_content(text)
    message["Content-Language"] = person.language
    return message.as_bytes()


def replace_text(content: bytes, placeholder: str, text: str) -> bytes:
    """A written letter with a placeholder of its text filled in; the same bytes each time."""
    message = message_from_bytes(content, policy=LETTER_POLICY)
    language = message["Content-Language"]
    message.set_content(message.get_content().replace(placeholder, text))
    message["Content-Language"] = language
    return message.as_bytes()


def readdress(letter: Letter) -> None:
    """Direct a letter that did not arrive to its reader's present address."""
    letter.address = letter.person.email
    if letter.body is not None:
        message = message_from_bytes(letter.body, policy=LETTER_POLICY)
        del message["To"]
        message["To"] = _mailbox(letter.person.name, letter.address)
        letter.body = message.as_bytes()


def _mailbox(name: str, address: str) -> Address:
    return Address(one_line(name), addr_spec=address)


def link(endpoint: str, **values: Any) -> str:
    """The full address of a page from the configured `PORTAL_URL`, never from a request's host."""
    return settings().url + current_app.url_map.bind("").build(endpoint, values)


def settings() -> Settings:
    found: Settings = current_app.extensions["portal_settings"]
    return found


def erase_old_bodies(moment: datetime) -> None:
    """Keep head and state of finished letters, drop their text after thirty days."""
    session.execute(
        sa.update(Letter)
        .where(Letter.finished_at < moment - BODY_KEPT, Letter.body.is_not(None))
        .values(body=None)
    )
