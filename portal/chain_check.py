"""What `flask verify` does: walk the digest chain from its start, and compare each link with what it vouches for."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from portal import chain
from portal.chain import START, UNREADABLE, ChainLink, Content, Fault, Fetch, LinkKind
from portal.database import session

BATCH = 1000
GONE = "its content is gone or cannot be read, and no erasure is noted"


def verify(batch: int = BATCH) -> Iterator[Fault]:
    """Compare every link with its neighbours and with the content.

    Yields faults, and notes, in the order of the chain, then what the rooms miss in it; the first fault is where
    trust ends.
    """
    yield from _guarded("chain", lambda: _walk(batch), "a link cannot be read")
    for table, check in chain.complete.items():
        yield from _guarded(table, check, "cannot be checked")


def _guarded(table: str, check: Callable[[], Iterable[Fault]], words: str) -> Iterator[Fault]:
    try:
        yield from check()
    except UNREADABLE as error:
        session.rollback()
        yield Fault(None, table, f"{words}: {str(error).partition(chr(10))[0]}")


def _walk(batch: int) -> Iterator[Fault]:
    last: ChainLink | None = None
    erased = set(session.scalars(sa.select(ChainLink.subject).where(ChainLink.kind == LinkKind.ERASED)))
    for rows in _batches(batch):
        found = _contents(rows, erased)
        for row in rows:
            yield from _compare_with_last(row, last)
            if row.digest != chain.link_digest(row):
                yield _fault(row, "the link itself was changed")
            yield from _compare(row, found, erased)
            last = row


def _batches(batch: int) -> Iterator[Sequence[ChainLink]]:
    """The links in order, some at a time and without an open cursor, so that other questions may come between."""
    last: int | None = None
    while True:
        wanted = sa.select(ChainLink).order_by(ChainLink.sequence).limit(batch)
        rows = session.scalars(wanted if last is None else wanted.where(ChainLink.sequence > last)).all()
        if not rows:
            return
        last = rows[-1].sequence
        yield rows


def _compare_with_last(row: ChainLink, last: ChainLink | None) -> Iterator[Fault]:
    expected, digest = (last.sequence + 1, last.digest) if last else (1, START)
    if row.sequence != expected:
        yield Fault(expected, row.subject, f"link {expected} is missing; the next one is {row.sequence}")
    if row.previous_digest != digest:
        yield _fault(row, "does not follow the link before it")
    if last is not None and row.at < last.at:
        behind = f"{last.at - row.at}".partition(".")[0]
        words = f"its time lies {behind} before that of link {last.sequence}: the clock was set back"
        yield Fault(row.sequence, row.subject, words, is_note=True)


def _contents(rows: Sequence[ChainLink], erased: set[str]) -> dict[tuple[LinkKind, str], Content]:
    """What stands now under the subjects of these links."""
    found: dict[tuple[LinkKind, str], Content] = {}
    for kind, fetch in chain.contents.items():
        wanted = [
            row.subject
            for row in rows
            if row.kind is kind and (kind is LinkKind.ERASED or row.subject not in erased)
        ]
        if wanted:
            found |= {(kind, subject): content for subject, content in _fetched(fetch, wanted).items()}
    return found


def _fetched(fetch: Fetch, subjects: list[str]) -> dict[str, Content]:
    """The rows that can be read; where one among them cannot, each is asked for alone."""
    try:
        return fetch(subjects)
    except UNREADABLE:
        found: dict[str, Content] = {}
        for subject in subjects:
            with contextlib.suppress(*UNREADABLE):
                found |= fetch([subject])
        return found


def _compare(row: ChainLink, found: dict[tuple[LinkKind, str], Content], erased: set[str]) -> Iterator[Fault]:
    if row.kind not in chain.contents or (row.subject in erased and row.kind is not LinkKind.ERASED):
        return
    content = found.get((row.kind, row.subject))
    if content is None:
        yield _fault(row, GONE)
    elif not _matches(row.content_digest, *content):
        yield _fault(row, f"its content was changed after the fact{_where(row, *content)}")


def _matches(digest: str, salt: str, content: dict[str, Any]) -> bool:
    try:
        return chain.content_digest(salt, content) == digest
    except (ValueError, TypeError):  # a salt that is no hex, a value that JSON cannot hold
        return False


def _where(row: ChainLink, salt: str, content: dict[str, Any]) -> str:
    """Which parts differ, as far as the digests tell; what stood there before they never do."""
    try:
        names = chain.changed_parts(row, salt, content)
    except (ValueError, TypeError):
        return ": its salt, or a value that no digest can be taken of"
    if row.parts is None:
        return "; in which part cannot be said, the link is older than the digests of parts"
    if not names:
        return "; in which part cannot be said, the digests of its parts were changed too"
    if len(names) == len(row.parts.split()):
        return ": its salt, or every part of it"
    return f": {', '.join(names)}"


def _fault(row: ChainLink, what: str) -> Fault:
    return Fault(row.sequence, row.subject, what)
