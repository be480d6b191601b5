"""When calendar programs last asked for a file: an empty mark for each address, whose time is the answer.

Marks are files and no rows, so that a feed is answered without the database.
"""

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from portal.letters import settings

ASKED = frozenset({200, 304})
"""Answers after which a calendar program has the present version."""


def note(token: str, at: datetime) -> None:
    """Note that a program asked; a full disk or a closed folder must not spoil the answer to it."""
    with contextlib.suppress(OSError):
        mark = _mark(token)
        mark.parent.mkdir(exist_ok=True, mode=0o700)
        mark.touch(mode=0o600)
        os.utime(mark, (at.timestamp(), at.timestamp()))


def last(token: str) -> datetime | None:
    """When a program asked last; None when that is not known."""
    try:
        return datetime.fromtimestamp(_mark(token).stat().st_mtime, UTC)
    except OSError:
        return None


def forget(token: str) -> None:
    """The address is dead: remove its mark."""
    with contextlib.suppress(OSError):
        _mark(token).unlink(missing_ok=True)


def _mark(token: str) -> Path:
    return settings().instance / "fetched" / token
