"""The digest chain: every release, withdrawal and approval is a link that nobody can change unnoticed.

A link's content digest is SHA-256(salt ‖ canonical JSON); the salt lies beside the content and is erased with it,
so that an erasure demanded by law leaves the chain whole (DESIGN, section 5). `portal/chain_check.py` walks it.
"""

import enum
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.database import Base, Moment, one_of, serialise, session

START = "0" * 64
PART_LENGTH = 8
ROW_ID = re.compile(r"[1-9]\d{0,17}", re.ASCII)
UNREADABLE = (ValueError, LookupError, TypeError, sa.exc.DBAPIError)
"""What a column raises that was overwritten with something that it cannot hold."""


class LinkKind(enum.StrEnum):
    RELEASED = "released"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    SHARED = "shared"
    PUBLISHED = "published"
    APPROVED = "minutes_approved"
    ERASED = "erased"


LINK_KINDS = {
    LinkKind.RELEASED: _l("freigegeben"),
    LinkKind.SUPERSEDED: _l("abgelöst"),
    LinkKind.WITHDRAWN: _l("zurückgenommen"),
    LinkKind.SHARED: _l("für alle Gremien geöffnet"),
    LinkKind.PUBLISHED: _l("veröffentlicht"),
    LinkKind.APPROVED: _l("Protokoll genehmigt"),
    LinkKind.ERASED: _l("gelöscht"),
}


class ChainLink(Base):
    """One link. `subject` is `decision:12` or `minutes:7`.

    `parts` are the beginnings of one digest for each part of the content (`outcome=9f86d081 title=60303ae2`), so that
    it can be said which one was changed; links of older versions have none.
    """

    __tablename__ = "chain_link"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    kind: Mapped[LinkKind] = mapped_column(one_of(LinkKind))
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)
    content_digest: Mapped[str] = mapped_column(sa.String(64))
    parts: Mapped[str | None] = mapped_column(sa.Text)
    previous_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)


@dataclass(frozen=True)
class Fault:
    """What `flask verify` found: at which link, and what differs. A note is worth knowing, but breaks nothing."""

    sequence: int | None
    subject: str
    what: str
    is_note: bool = False


Content = tuple[str, dict[str, Any]]
Fetch = Callable[[Sequence[str]], dict[str, Content]]

contents: dict[LinkKind, Fetch] = {}
"""Per kind of link: salt and chained content of these subjects, as they stand now. Rooms fill it."""

complete: dict[str, Callable[[], Iterable[Fault]]] = {}
"""Per table: checks that every row which must be in the chain is there. Rooms fill it."""


def ids_in(table: str, subjects: Iterable[str]) -> list[int]:
    """The ids of those subjects that name rows of a table (`decision:12`)."""
    named = (subject.partition(":") for subject in subjects)
    return [int(number) for name, _, number in named if name == table and ROW_ID.fullmatch(number)]


def new_salt() -> str:
    return secrets.token_hex(16)


def stamp(moment: datetime) -> str:
    """A moment as digests spell it: UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def content_digest(salt: str, content: dict[str, Any]) -> str:
    """SHA-256 over salt and canonical JSON (RFC 8785), in hex."""
    return _salted(salt, content)


def parts_of(salt: str, content: dict[str, Any]) -> str:
    """What a link keeps of the parts of its content; the salt lets nobody guess short ones."""
    return " ".join(
        f"{name}={_salted(salt, [name, content[name]])[:PART_LENGTH]}" for name in sorted(content)
    )


def changed_parts(row: ChainLink, salt: str, content: dict[str, Any]) -> list[str]:
    """The names of the parts that are not as the link knew them; none where it does not know."""
    if row.parts is None:
        return []
    before, now_ = (
        dict(part.partition("=")[::2] for part in parts.split())
        for parts in (row.parts, parts_of(salt, content))
    )
    return sorted(name for name in before.keys() | now_.keys() if before.get(name) != now_.get(name))


def _salted(salt: str, content: Any) -> str:
    import rfc8785

    return hashlib.sha256(bytes.fromhex(salt) + rfc8785.dumps(content)).hexdigest()


def said(row: ChainLink) -> dict[str, Any]:
    """All that a link says, as its digest is taken of it; `parts` only where there are some."""
    words = {
        "sequence": row.sequence,
        "at": stamp(row.at),
        "kind": row.kind,
        "subject": row.subject,
        "content": row.content_digest,
        "previous": row.previous_digest,
    }
    return words if row.parts is None else words | {"parts": row.parts}


def link_digest(row: ChainLink) -> str:
    """The digest that a link must bear: over all that it says and the digest before it."""
    import rfc8785

    return hashlib.sha256(rfc8785.dumps(said(row))).hexdigest()


def head() -> ChainLink | None:
    """The newest link; its digest stands in letters and documents, so that readers hold witnesses."""
    return session.scalar(sa.select(ChainLink).order_by(ChainLink.sequence.desc()).limit(1))


def seal(
    kind: LinkKind, subject: str, salt: str, content: dict[str, Any], at: datetime | None = None
) -> ChainLink:
    """Add a link that vouches for this content, in the current transaction."""
    return append(kind, subject, content_digest(salt, content), at, parts_of(salt, content))


def append(
    kind: LinkKind, subject: str, digest: str, at: datetime | None = None, parts: str | None = None
) -> ChainLink:
    """Add a link to the chain in the current transaction; one transaction at a time may."""
    serialise("chain")
    row = make_link(kind, subject, digest, head(), at or now(), parts=parts)
    session.add(row)
    session.flush()
    return row


def make_link(
    kind: LinkKind,
    subject: str,
    digest: str,
    last: ChainLink | None,
    at: datetime,
    *,
    parts: str | None = None,
) -> ChainLink:
    """The link that follows `last`, not stored."""
    row = ChainLink(
        sequence=last.sequence + 1 if last else 1,
        at=at,
        kind=kind,
        subject=subject,
        content_digest=digest,
        parts=parts,
        previous_digest=last.digest if last else START,
    )
    row.digest = link_digest(row)
    return row


def find(digest: str) -> ChainLink | None:
    """The link that bears this digest, which somebody kept from a letter or a page."""
    return session.scalar(sa.select(ChainLink).where(ChainLink.digest == digest.strip().lower()))


def link_of(kind: LinkKind, subject: str) -> ChainLink | None:
    """The newest link of this kind about a subject."""
    wanted = sa.select(ChainLink).where(ChainLink.kind == kind, ChainLink.subject == subject)
    return session.scalar(wanted.order_by(ChainLink.sequence.desc()).limit(1))


def has_link(subject: sa.SQLColumnExpression[str], *kinds: LinkKind) -> sa.ColumnElement[bool]:
    """Whether the chain has a link of one of these kinds about a subject."""
    return (
        sa.select(ChainLink.sequence).where(ChainLink.subject == subject, ChainLink.kind.in_(kinds)).exists()
    )
