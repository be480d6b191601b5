"""Letters wait here: rows written in the same transaction as the change that causes them (DESIGN, section 2).

The worker (`portal/sending.py`) carries them out; nothing is ever sent inside a request.
"""

import enum
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of, session
from portal.letters import CalendarPart, fill_in, link, readdressed, render, settings, write_letter
from portal.people import EMAIL_LENGTH, LetterWish, Person

__all__ = ["link", "settings"]  # also where rooms look for them

BODY_KEPT = timedelta(days=30)
HEAD_LENGTH = 300


class LetterState(enum.StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    COLLECTED = "collected"


LETTER_STATES = {
    LetterState.QUEUED: _l("wartet"),
    LetterState.SENDING: _l("wird gesendet"),
    LetterState.SENT: _l("gesendet"),
    LetterState.FAILED: _l("gescheitert"),
    LetterState.DROPPED: _l("überholt, nicht gesendet"),
    LetterState.COLLECTED: _l("in der Tagespost"),
}


class Letter(Base):
    """One letter to one person.

    `key` is `kind:subject:person:revision` and unique: the same change never queues a letter twice.
    `body` are the bytes as sent, without any credential link; they are erased 30 days after sending.
    COLLECTED ones wait for the daily letter of their reader, and are finished when they went into it.
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
    head: Mapped[str] = mapped_column(sa.String(HEAD_LENGTH))
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


class OutboxPause(Base):
    """While this single row exists, no letter is sent."""

    __tablename__ = "outbox_pause"

    id: Mapped[PrimaryKey]
    since: Mapped[Moment] = mapped_column(default=now)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    person: Mapped[Person | None] = relationship()


still_wanted: dict[str, Callable[[Letter], bool]] = {}
"""Per kind of letter: whether its news still holds at the moment of sending. Rooms fill it; kinds without a
check are always sent."""

settled: dict[str, Callable[[Letter], None]] = {}
"""Per kind of letter: called in the transaction that notes how an attempt ended, so that rooms can tell what
changed while the letter was on its way."""


secret_links: dict[str, Callable[[Letter], str | None]] = {}
"""By the name that templates give to `secret()`: the link that is put in when the letter is sent, or None when
it is dead by now and the letter must not go out."""

optional: set[str] = set()
"""Kinds of letters that a reader may refuse or collect; every other kind is compulsory."""


def queue(
    kind: str,
    about: object,
    person: Person,
    revision: int,
    *,
    thread: str | None = None,
    sender: str | None = None,
    calendar: CalendarPart | None = None,
    **context: Any,
) -> Letter | None:
    """Write a letter of the templates `mail/<kind>.txt` and `.html` in the person's language and queue it.

    Args:
        kind: the templates' name.
        about: the row that the letter speaks of.
        person: who gets it.
        revision: tells letters of one kind about one row apart, for instance a SEQUENCE.
        thread: left part of the synthetic message id that all letters of one matter refer to.
        sender: address in From, if it is not the portal's present one.
        calendar: a part for calendar programs.
        context: what the templates need.

    Returns:
        The letter; None when the very same one is queued or sent already, or when the reader wants no such
        letters.
    """
    subject = name_of(about)
    key = f"{kind}:{subject}:{person.id}:{revision}"
    if kind in optional and person.letters is LetterWish.COMPULSORY:
        return None
    if session.scalar(sa.select(Letter.id).where(Letter.key == key)) is not None:
        return None
    created, message_id = now(), f"<{secrets.token_hex(16)}@{settings().domain}>"
    written = render(kind, person, **context)
    letter = Letter(
        key=key,
        kind=kind,
        about=subject,
        revision=revision,
        person_id=person.id,
        address=person.email,
        head=written.head[:HEAD_LENGTH],
        message_id=message_id,
        body=write_letter(
            person,
            written,
            created=created,
            message_id=message_id,
            thread=thread,
            sender=sender,
            calendar=calendar,
            may_unsubscribe=kind in optional,
        ),
        state=_first_state(kind, person),
        created_at=created,
        due_at=created,
    )
    session.add(letter)
    return letter


def _first_state(kind: str, person: Person) -> LetterState:
    collects = kind in optional and person.letters is LetterWish.DAILY
    return LetterState.COLLECTED if collects else LetterState.QUEUED


def name_of(row: object) -> str:
    """The name under which letters know a row, such as `meeting:12`."""
    return f"{row.__tablename__}:{row.id}"  # type: ignore[attr-defined]


def number_in(name: str) -> int:
    """The id in such a name."""
    return int(name.partition(":")[2])


def ready_to_send(letter: Letter) -> bytes | None:
    """The bytes with all secret links put in; None when the letter's news, or a link in it, is dead by now."""
    check = still_wanted.get(letter.kind)
    if not letter.person.is_active or letter.body is None or (check is not None and not check(letter)):
        return None
    if letter.address != letter.person.email:
        letter.address = letter.person.email
        letter.body = readdressed(letter.body, letter.person)
    return fill_in(letter.body, lambda name: secret_links[name](letter))


def erase_old_bodies(moment: datetime) -> None:
    """Keep head and state of finished letters, drop their text after thirty days."""
    session.execute(
        sa.update(Letter)
        .where(Letter.finished_at < moment - BODY_KEPT, Letter.body.is_not(None))
        .values(body=None)
    )
