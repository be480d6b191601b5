"""The digest chain: every release, withdrawal and approval is a link that nobody can change unnoticed.

A link's content digest is SHA-256(salt ‖ canonical JSON); the salt lies beside the content and is erased with it,
so that an erasure demanded by law leaves the chain whole (DESIGN, section 5).
"""

import contextlib
import enum
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.database import Base, Moment, one_of, serialise, session

START = "0" * 64
ROW_ID = re.compile(r"[1-9]\d{0,17}", re.ASCII)
UNREADABLE = (ValueError, LookupError, TypeError, sa.exc.DBAPIError)
"""What a column raises that was overwritten with something that it cannot hold."""


class LinkKind(enum.StrEnum):
    RELEASED = "released"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    APPROVED = "minutes_approved"
    ERASED = "erased"


LINK_KINDS = {
    LinkKind.RELEASED: _l("freigegeben"),
    LinkKind.SUPERSEDED: _l("abgelöst"),
    LinkKind.WITHDRAWN: _l("zurückgenommen"),
    LinkKind.APPROVED: _l("Protokoll genehmigt"),
    LinkKind.ERASED: _l("gelöscht"),
}


class ChainLink(Base):
    """One link. `subject` is `decision:12` or `minutes:7`."""

    __tablename__ = "chain_link"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    kind: Mapped[LinkKind] = mapped_column(one_of(LinkKind))
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)
    content_digest: Mapped[str] = mapped_column(sa.String(64))
    previous_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)


@dataclass(frozen=True)
class Fault:
    """What `flask verify` found: at which link, and what differs."""

    sequence: int | None
    subject: str
    what: str


Content = tuple[str, dict[str, Any]]
Fetch = Callable[[list[int]], dict[int, Content]]

subjects: dict[str, Fetch] = {}
"""Per table: salt and chained content of the rows with these ids, as they stand now. Rooms fill it."""

complete: dict[str, Callable[[], Iterable[Fault]]] = {}
"""Per table: checks that every row which must be in the chain is there. Rooms fill it."""


def new_salt() -> str:
    return secrets.token_hex(16)


def stamp(moment: datetime) -> str:
    """A moment as digests spell it: UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def content_digest(salt: str, content: dict[str, Any]) -> str:
    """SHA-256 over salt and canonical JSON (RFC 8785), in hex."""
    import rfc8785

    return hashlib.sha256(bytes.fromhex(salt) + rfc8785.dumps(content)).hexdigest()


def link_digest(row: ChainLink) -> str:
    """The digest that a link must bear: over all that it says and the digest before it."""
    import rfc8785

    said: dict[str, Any] = {
        "sequence": row.sequence,
        "at": stamp(row.at),
        "kind": row.kind,
        "subject": row.subject,
        "content": row.content_digest,
        "previous": row.previous_digest,
    }
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def head() -> ChainLink | None:
    """The newest link; its digest stands in letters and documents, so that readers hold witnesses."""
    return session.scalar(sa.select(ChainLink).order_by(ChainLink.sequence.desc()).limit(1))


def append(kind: LinkKind, subject: str, digest: str, at: datetime | None = None) -> ChainLink:
    """Add a link to the chain in the current transaction; one transaction at a time may."""
    serialise("chain")
    last = head()
    row = make_link(kind, subject, digest, last, at or now())
    session.add(row)
    session.flush()
    return row


def make_link(kind: LinkKind, subject: str, digest: str, last: ChainLink | None, at: datetime) -> ChainLink:
    """The link that follows `last`, not stored."""
    row = ChainLink(
        sequence=last.sequence + 1 if last else 1,
        at=at,
        kind=kind,
        subject=subject,
        content_digest=digest,
        previous_digest=last.digest if last else START,
    )
    row.digest = link_digest(row)
    return row


def verify(batch: int = 1000) -> Iterator[Fault]:
    """Walk the chain from its start and compare every link with its neighbours and with the content.

    Yields faults in the order of the chain; the first one is where trust ends.
    """
    try:
        yield from _walk(batch)
    except UNREADABLE as error:
        session.rollback()
        yield Fault(None, "chain", f"a link cannot be read: {_reason(error)}")
    for table, check in complete.items():
        try:
            yield from check()
        except UNREADABLE as error:
            session.rollback()
            yield Fault(None, table, f"cannot be checked: {_reason(error)}")


def find(digest: str) -> ChainLink | None:
    """The link that bears this digest, which somebody kept from a letter or a page."""
    return session.scalar(sa.select(ChainLink).where(ChainLink.digest == digest.strip().lower()))


def _walk(batch: int) -> Iterator[Fault]:
    previous, sequence = START, 0
    erased = set(session.scalars(sa.select(ChainLink.subject).where(ChainLink.kind == LinkKind.ERASED)))
    walk = sa.select(ChainLink).order_by(ChainLink.sequence).execution_options(yield_per=batch)
    for rows in session.scalars(walk).partitions(batch):
        contents = _contents(list(rows))
        for row in rows:
            sequence += 1
            if row.sequence != sequence:
                yield Fault(
                    sequence, row.subject, f"link {sequence} is missing; the next one is {row.sequence}"
                )
                sequence = row.sequence
            if row.previous_digest != previous:
                yield Fault(row.sequence, row.subject, "does not follow the link before it")
            if row.digest != link_digest(row):
                yield Fault(row.sequence, row.subject, "the link itself was changed")
            previous = row.digest
            yield from _compare(row, contents, erased)
        for row in rows:
            session.expunge(row)


def _contents(rows: list[ChainLink]) -> dict[str, Content]:
    """What stands now under the subjects of these links."""
    found: dict[str, Content] = {}
    for table, fetch in subjects.items():
        named = [row.subject.removeprefix(f"{table}:") for row in rows if row.subject.startswith(f"{table}:")]
        ids = [int(number) for number in named if ROW_ID.fullmatch(number)]
        try:
            part = fetch(ids)
        except UNREADABLE:
            part = _one_by_one(fetch, ids)
        found |= {f"{table}:{number}": content for number, content in part.items()}
    return found


def _one_by_one(fetch: Fetch, ids: list[int]) -> dict[int, Content]:
    """The rows that can be read, where one among them cannot."""
    found: dict[int, Content] = {}
    for number in ids:
        with contextlib.suppress(*UNREADABLE):
            found |= fetch([number])
    return found


def _compare(row: ChainLink, contents: dict[str, Content], erased: set[str]) -> Iterator[Fault]:
    if row.kind not in {LinkKind.RELEASED, LinkKind.APPROVED}:
        return
    if row.subject not in contents:
        if row.subject not in erased:
            yield Fault(
                row.sequence, row.subject, "its content is gone or cannot be read, and no erasure is noted"
            )
    elif not _matches(row.content_digest, *contents[row.subject]):
        yield Fault(row.sequence, row.subject, "its content was changed after the fact")


def _matches(digest: str, salt: str, content: dict[str, Any]) -> bool:
    try:
        return content_digest(salt, content) == digest
    except (ValueError, TypeError):  # a salt that is no hex, a value that JSON cannot hold
        return False


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0]
