"""Uploaded files as they came, kept under their digest outside every public folder (SECURITY, F2)."""

import enum
import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NewType

import sqlalchemy as sa
from flask import Flask, Response, send_file
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column

from portal import audit, jobs
from portal.access import refuse
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, one_of, serialise, session
from portal.outbox import settings

FILE_NAME_LENGTH = 200
LARGEST_FILE = 20 * 1024 * 1024  # bytes
KILOBYTE = 1000

Scanned = NewType("Scanned", bytes)
"""Bytes that `portal.scanning.scan` let pass, or that the portal itself made of such."""


class FileRefusedError(Exception):
    """A file is not taken; `words` (lazy, German) tell whoever sent it why and what to do."""

    def __init__(self, words: object) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return str(self.words)


class NoTextError(FileRefusedError):
    """A file is sound, but holds no text: a picture of one, perhaps. Where no text is needed it may be taken."""


readers: dict[str, Callable[[str, bytes], str]] = {}
"""By kind of file (`docx`): gives the words in a file of that name and content, or raises `FileRefusedError`. Rooms
that can read files fill it, so that others can show them to the text guard."""


class FileState(enum.StrEnum):
    """A file is kept; or it is dropped and soon removed, and only its row remains to tell of it."""

    KEPT = "kept"
    DROPPED = "dropped"
    REMOVED = "removed"


class StoredFile(Base):
    """An uploaded file. Its name is kept for people; on disk it is called by its digest.

    Several rows may name one digest; the file stays as long as one of them is kept.
    """

    __tablename__ = "stored_file"

    id: Mapped[PrimaryKey]
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    name: Mapped[str] = mapped_column(sa.String(FILE_NAME_LENGTH))
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10))
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    uploaded_at: Mapped[Moment] = mapped_column(default=now)
    state: Mapped[FileState] = mapped_column(one_of(FileState), default=FileState.KEPT, index=True)

    @property
    def path(self) -> Path:
        return _path(self.digest)

    @property
    def is_kept(self) -> bool:
        """Whether somebody may still read it; a file can be missing after a restore."""
        return self.state is FileState.KEPT and self.path.is_file()

    def drop(self) -> None:
        """Let nobody read the file from this transaction's commit on; the worker removes it."""
        self.state = FileState.DROPPED


def store(name: str, content: Scanned, kind: str, uploaded_by_id: int) -> StoredFile:
    """Put the bytes on disk, durable before the row that names them is committed.

    Without the commit the bytes stay behind unnamed until the worker's daily round; a file of the same digest
    is kept once.
    """
    row = StoredFile(
        digest=hashlib.sha256(content).hexdigest(),
        name=clean_name(name),
        size=len(content),
        kind=kind,
        uploaded_by_id=uploaded_by_id,
    )
    _put(row.path, content)
    session.add(row)
    return row


def hold(content: Scanned) -> str:
    """Keep the bytes for a day without a row, while whoever sent them is asked something. Returns their digest."""
    digest = hashlib.sha256(content).hexdigest()
    _put(_path(digest), content)
    session.commit()
    return digest


def held(digest: str) -> Scanned | None:
    """What `hold` keeps; None when it waited too long."""
    path = _path(digest)
    return Scanned(path.read_bytes()) if path.is_file() else None


def _put(path: Path, content: bytes) -> None:
    """Make the bytes durable under their name."""
    _hold_files()
    if path.is_file() and path.stat().st_size == len(content):
        path.touch()
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
        _make_durable(path.parent)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _path(digest: str) -> Path:
    return settings().instance / "files" / digest[:2] / digest


def clean_name(name: str) -> str:
    """A file's name without folders, control characters and what is too long; its suffix stays."""
    printable = "".join(char if char.isprintable() else " " for char in name.replace("\\", "/"))
    return Path(printable).name[-FILE_NAME_LENGTH:]


def send(stored: StoredFile) -> Response:
    """The file as a download under its name, whatever it is; 404 when it is not kept any more."""
    if not stored.is_kept:
        refuse()
    content, name = io.BytesIO(stored.path.read_bytes()), stored.name
    audit.record_read("file.read", stored)
    return send_file(content, mimetype="application/octet-stream", as_attachment=True, download_name=name)


def size_in_words(size: int) -> str:
    """A number of bytes as people read it: 1,4 MB."""
    if size < KILOBYTE:
        return str(ngettext("%(num)d Byte", "%(num)d Byte", size))
    if size < KILOBYTE**2:
        return str(_("%(size)s kB", size=format_decimal(round(size / KILOBYTE))))
    return str(_("%(size)s MB", size=format_decimal(round(size / KILOBYTE**2, 1))))


def remove_dropped() -> int:
    """Remove what was dropped, at once and again after every fault, as long as its rows say so."""
    if session.scalar(sa.select(StoredFile.id).where(StoredFile.state == FileState.DROPPED).limit(1)) is None:
        session.rollback()
        return 0
    _hold_files()
    dropped = session.scalars(sa.select(StoredFile).where(StoredFile.state == FileState.DROPPED)).all()
    for row in dropped:
        if not _is_named(row.digest):
            row.path.unlink(missing_ok=True)
        row.state = FileState.REMOVED
    session.commit()
    return len(dropped)


def forget_unnamed() -> None:
    """Remove files that no row names since a day: their request failed after the bytes were on disk."""
    oldest = (now() - timedelta(days=1)).timestamp()
    _hold_files()
    for path in (settings().instance / "files").glob("??/*"):
        if path.stat().st_mtime < oldest and not _is_named(path.name):
            path.unlink()
    session.commit()


def _is_named(digest: str) -> bool:
    """Whether a row keeps the file of that digest; that another one dropped it does not count."""
    kept = sa.select(StoredFile.id).where(StoredFile.digest == digest, StoredFile.state == FileState.KEPT)
    return session.scalar(kept.limit(1)) is not None


def _hold_files() -> None:
    """Be the only one who stores or removes files until the commit: what one names nobody else may remove."""
    session.connection()
    serialise("files")


def _make_durable(folder: Path) -> None:
    """Let a name that was put into the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def init_app(app: Flask) -> None:
    app.jinja_env.filters["file_size"] = size_in_words
    jobs.often["files"] = remove_dropped
    jobs.daily["files"] = forget_unnamed
