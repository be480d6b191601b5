"""A file beside the database that names what was erased: a restored back-up brings content back, and this tells."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from minutes.erasure import Erasure
from portal import chain
from portal.chain import ChainLink, Fault, LinkKind, has_link
from portal.database import session
from portal.outbox import settings


@dataclass(frozen=True)
class Entry:
    """One erasure as the file tells it: what, since when, and why."""

    subject: str
    name: str
    digest: str
    reason: str
    erased_at: str


def note(erasure: Erasure) -> None:
    """Add an erasure, durable before the commit; one whose commit failed is simply repeated."""
    entry = {
        "subject": erasure.subject,
        "name": erasure.name,
        "digest": erasure.digest,
        "reason": erasure.reason,
        "erased_at": chain.stamp(erasure.erased_at) if erasure.erased_at else "",
    }
    with os.fdopen(os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def entries() -> list[Entry]:
    """All that were ever noted, each subject once; lines that a crash cut off are passed over."""
    found: dict[str, Entry] = {}
    if not _path().is_file():
        return []
    for line in _path().read_text().splitlines():
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[entry.subject] = entry
    return list(found.values())


def returned() -> list[Entry]:
    """What was erased once and is there again, by the very digest: the database was restored from a back-up."""
    if not (known := entries()):
        return []
    subjects = [entry.subject for entry in known]
    erased = set(
        session.scalars(
            sa.select(ChainLink.subject).where(
                ChainLink.kind == LinkKind.ERASED, ChainLink.subject.in_(subjects)
            )
        )
    )
    links = sa.select(ChainLink.subject, ChainLink.content_digest).where(ChainLink.subject.in_(subjects))
    there = {tuple(row) for row in session.execute(links)}
    return [
        entry for entry in known if entry.subject not in erased and (entry.subject, entry.digest) in there
    ]


def faults() -> Iterator[Fault]:
    """What came back, and what readers are told to be erased though the chain knows nothing of it."""
    told = sa.select(Erasure).where(Erasure.erased_at.is_not(None))
    for erasure in session.scalars(told.where(~has_link(Erasure.subject, LinkKind.ERASED))):
        yield Fault(
            None, f"{erasure.subject}, {erasure.name}", "is called erased, and the chain notes no erasure"
        )
    for entry in returned():
        yield Fault(
            None,
            f"{entry.subject}, {entry.name}",
            f"was erased on {entry.erased_at[:10]} and is there again, from an older back-up: run `flask erase again`",
        )


def _path() -> Path:
    return settings().instance / "erasures.jsonl"
