"""Uploaded files as they came, kept under their digest outside every public folder (SECURITY, F2)."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from portal import jobs
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, session
from portal.outbox import settings

FILE_NAME_LENGTH = 200
LARGEST_FILE = 20 * 1024 * 1024  # bytes


class UnreadableError(Exception):
    """A file cannot be read; `words` (lazy, German) tell whoever sent it why and what to do."""

    def __init__(self, words: object) -> None:
        super().__init__(words)
        self.words = self.message = words

    def __str__(self) -> str:
        return str(self.words)


readers: dict[str, Callable[[str, bytes], str]] = {}
"""By kind of file (`docx`): gives the words in a file of that name and content, or raises `UnreadableError`. Rooms
that can read files fill it, so that others can show them to the text guard."""


class StoredFile(Base):
    """An uploaded file. Its name is kept for people; on disk it is called by its digest."""

    __tablename__ = "stored_file"

    id: Mapped[PrimaryKey]
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    name: Mapped[str] = mapped_column(sa.String(FILE_NAME_LENGTH))
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10))
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    uploaded_at: Mapped[Moment] = mapped_column(default=now)

    @property
    def path(self) -> Path:
        return settings().instance / "files" / self.digest[:2] / self.digest


def store(name: str, content: bytes, kind: str, uploaded_by_id: int) -> StoredFile:
    """Put the bytes on disk, durable before the row that names them is committed.

    Without the commit the bytes stay behind unnamed until the worker's daily round; a file of the same digest
    is kept once.
    """
    printable = "".join(char if char.isprintable() else " " for char in name.replace("\\", "/"))
    row = StoredFile(
        digest=hashlib.sha256(content).hexdigest(),
        name=Path(printable).name[-FILE_NAME_LENGTH:],
        size=len(content),
        kind=kind,
        uploaded_by_id=uploaded_by_id,
    )
    if row.path.is_file() and row.path.stat().st_size == len(content):
        row.path.touch()
    else:
        row.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, part = tempfile.mkstemp(dir=row.path.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(row.path)
            _make_durable(row.path.parent)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    session.add(row)
    return row


def forget_unnamed() -> None:
    """Remove files that no row names since a day: their request failed after the bytes were on disk."""
    oldest = (now() - timedelta(days=1)).timestamp()
    for path in (settings().instance / "files").glob("??/*"):
        named = sa.select(StoredFile.id).where(StoredFile.digest == path.name).limit(1)
        if path.stat().st_mtime < oldest and session.scalar(named) is None:
            path.unlink()
    session.commit()


def _make_durable(folder: Path) -> None:
    """Let a name that was put into the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def init_app(_app: Flask) -> None:
    jobs.daily["files"] = forget_unnamed
