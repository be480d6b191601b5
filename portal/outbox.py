"""Letters wait here: rows written in the same transaction as the change that causes them (DESIGN, section 2).

The worker (`portal/sending.py`) carries them out; nothing is ever sent inside a request.
"""

import enum
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of, session
from portal.letters import (
    CalendarPart,
    fill_in,
    link,
    mark_of,
    one_line,
    readdressed,
    render,
    settings,
    write_letter,
)
from portal.people import EMAIL_LENGTH, LetterWish, Person

__all__ = ["link", "one_line", "settings"]  # also where rooms look for them

BODY_KEPT = timedelta(days=30)
HEAD_LENGTH = 300
DAILY = "daily"
"""The kind of the letter that collects others."""
MORNING, ZONE = time(6), ZoneInfo("Europe/Berlin")


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
    COLLECTED ones wait for the daily letter of their reader; `within` is the one that they went into, whose
    fate they share from then on.
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
    within_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"), index=True)

    person: Mapped[Person] = relationship()

    within: Mapped["Letter | None"] = relationship(remote_side="Letter.id", back_populates="collected")
    collected: Mapped[list["Letter"]] = relationship(order_by="Letter.id", back_populates="within")

    def hold_until_morning(self) -> None:
        """Send it no sooner than six o'clock of the day on which it was written, for what is written at night.

        One that is collected waits for its reader's daily letter anyway.
        """
        if self.state is LetterState.QUEUED:
            day = self.created_at.astimezone(ZONE).date()
            self.due_at = max(self.created_at, datetime.combine(day, MORNING, ZONE))


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

optional: set[str] = {DAILY}
"""Kinds of letters that a reader may refuse or collect; every other kind is compulsory."""


@dataclass(frozen=True)
class Draft:
    """A letter that is to be written, of the templates `mail/<kind>.txt` and `.html`.

    Attributes:
        kind: the templates' name.
        about: the row that the letter speaks of.
        person: who gets it.
        revision: tells letters of one kind about one row apart, for instance a SEQUENCE.
        thread: left part of the synthetic message id that all letters of one matter refer to.
        sender: address in From, if it is not the portal's present one.
        calendar: a part for calendar programs.
        context: what the templates need.
    """

    kind: str
    about: object
    person: Person
    revision: int
    thread: str | None = None
    sender: str | None = None
    calendar: CalendarPart | None = None
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.kind}:{name_of(self.about)}:{self.person.id}:{self.revision}"


def queue(kind: str, about: object, person: Person, revision: int, **more: Any) -> Letter | None:
    """Write one letter in the person's language and queue it.

    Args:
        kind: as in `Draft`.
        about: as in `Draft`.
        person: as in `Draft`.
        revision: as in `Draft`.
        more: `thread`, `sender` and `calendar` as in `Draft`, and what the templates need.

    Returns:
        The letter; None when the very same one is queued or sent already, or when the reader wants no such
        letters.
    """
    own = {name: more.pop(name) for name in ("thread", "sender", "calendar") if name in more}
    (letter,) = queue_many([Draft(kind, about, person, revision, context=more, **own)])
    return letter


def queue_many(drafts: Sequence[Draft]) -> list[Letter | None]:
    """Write and queue several letters, with one question to the database. Returns for each what `queue` does."""
    known = set(session.scalars(sa.select(Letter.key).where(Letter.key.in_([draft.key for draft in drafts]))))
    letters = []
    for draft in drafts:
        is_refused = draft.kind in optional and draft.person.letters is LetterWish.COMPULSORY
        letters.append(None if is_refused or draft.key in known else _write(draft))
        known.add(draft.key)
    session.add_all(letter for letter in letters if letter is not None)
    return letters


def _write(draft: Draft) -> Letter:
    person, created = draft.person, now()
    message_id, may_unsubscribe = f"<{secrets.token_hex(16)}@{settings().domain}>", draft.kind in optional
    written = render(
        draft.kind, person, message_id=message_id, may_unsubscribe=may_unsubscribe, **draft.context
    )
    waits = may_unsubscribe and person.letters is LetterWish.DAILY and draft.kind != DAILY
    return Letter(
        key=draft.key,
        kind=draft.kind,
        about=name_of(draft.about),
        revision=draft.revision,
        person_id=person.id,
        address=person.email,
        head=written.head[:HEAD_LENGTH],
        message_id=message_id,
        body=write_letter(
            person,
            written,
            created=created,
            message_id=message_id,
            thread=draft.thread,
            sender=draft.sender,
            calendar=draft.calendar,
            may_unsubscribe=may_unsubscribe,
        ),
        state=LetterState.COLLECTED if waits else LetterState.QUEUED,
        created_at=created,
        due_at=next_morning(created) if waits else created,
    )


def next_morning(moment: datetime) -> datetime:
    """When the next daily letters are written: at six o'clock in Berlin."""
    local = moment.astimezone(ZONE)
    day = local.date() + timedelta(days=local.time() >= MORNING)
    return datetime.combine(day, MORNING, ZONE)


def name_of(row: object) -> str:
    """The name under which letters know a row, such as `meeting:12`."""
    return f"{row.__tablename__}:{row.id}"  # type: ignore[attr-defined]


def number_in(name: str) -> int:
    """The id in such a name."""
    return int(name.partition(":")[2])


def ready_to_send(letter: Letter) -> bytes | None:
    """The bytes with all hidden links put in; None when the letter's news, or a link in it, is dead by now."""
    person = letter.person
    is_refused = letter.kind in optional and person.letters is LetterWish.COMPULSORY
    if not person.is_active or is_refused or letter.body is None:
        return None
    check = still_wanted.get(letter.kind)
    try:
        if check is not None and not check(letter):
            return None
        if letter.address != person.email:
            letter.address = person.email
            letter.body = readdressed(letter.body, person)
        return fill_in(letter.body, lambda mark, name: _hidden_link(letter, mark, name))
    except NoResultFound:  # the row that it speaks of is gone; one such letter must not hold up all others
        return None


def _hidden_link(letter: Letter, mark: str, name: str) -> str | None:
    """The link that belongs at a place of a letter, or of one that it collects; "" for words of people."""
    if mark_of(letter.message_id) == mark:
        return secret_links[name](letter)
    bearers = {mark_of(one.message_id): one for one in letter.collected}
    return secret_links[name](bearers[mark]) if mark in bearers else ""


def erase_old_bodies(moment: datetime) -> None:
    """Keep head and state of finished letters, drop their text after thirty days."""
    session.execute(
        sa.update(Letter)
        .where(Letter.finished_at < moment - BODY_KEPT, Letter.body.is_not(None))
        .values(body=None)
    )
