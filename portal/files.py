"""Uploaded files as they came, kept under their digest outside every public folder (SECURITY, F2)."""

import hashlib
import os
import tempfile
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, session
from portal.outbox import settings

FILE_NAME_LENGTH = 200
LARGEST_FILE = 20 * 1024 * 1024  # bytes


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

    Without the commit the bytes stay behind unnamed and harmless; a file of the same digest is kept once.
    """
    row = StoredFile(
        digest=hashlib.sha256(content).hexdigest(),
        name=Path(name.replace("\\", "/")).name[-FILE_NAME_LENGTH:],
        size=len(content),
        kind=kind,
        uploaded_by_id=uploaded_by_id,
    )
    if not row.path.is_file() or row.path.stat().st_size != len(content):
        row.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, part = tempfile.mkstemp(dir=row.path.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(row.path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    session.add(row)
    return row
