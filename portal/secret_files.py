"""A row whose file stands behind a secret address that its owner can renew and switch off: a feed.

The file is the version that was published last; each further one of other bytes has a strictly later time.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal import fetched
from portal.clock import later_second
from portal.database import PrimaryKey, UtcDateTime
from portal.letters import settings
from portal.publishing import Files, request_publication, secret_token


class SecretFile:
    """What such a row keeps, for classes with a table. Only the generation is stored, never the address.

    `digest` and `modified_at` describe the version that was published last. `is_revoked`: its owner wants none,
    every address of it answers 410. `purpose` keeps addresses of different tables apart, `suffix` is the file's.
    """

    purpose: ClassVar[str]
    suffix: ClassVar[str]

    id: Mapped[PrimaryKey]
    generation: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    modified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_revoked: Mapped[bool] = mapped_column(default=False)

    @property
    def is_closed(self) -> bool:
        """Whether it has no address that answers."""
        return self.is_revoked

    @property
    def token(self) -> str:
        return secret_token(self.id, self.generation, self.purpose)

    @property
    def file(self) -> str:
        """Path below the public folder."""
        return f"feeds/{self.token}.{self.suffix}"

    @property
    def url(self) -> str:
        return f"{settings().url}/{self.file}"

    @property
    def fetched_at(self) -> datetime | None:
        """When a program last asked for it at its present address, as far as known."""
        return fetched.last(self.token)

    def renew(self) -> None:
        """Give it a new address; the old one answers 410 from then on."""
        self.generation += 1
        self.ask_for_publication()

    def revoke(self) -> None:
        """Switch it off: every address that it ever had answers 410."""
        self.is_revoked = True
        self.renew()

    def restore(self) -> None:
        """Switch it on again, at an address that nobody knows yet."""
        self.is_revoked = False
        self.renew()

    def ask_for_publication(self) -> None:
        """Ask, in the current transaction, that the file be written anew."""
        request_publication(str(self.__tablename__), self.id)  # type: ignore[attr-defined]

    def close_old_addresses(self) -> None:
        """Remove the files behind addresses that no longer hold; one that is closed now gives up its own, too."""
        if self.is_closed and self.digest:
            self.generation, self.digest = self.generation + 1, ""
        folder = settings().public_folder / "feeds"
        folder.mkdir(parents=True, exist_ok=True)
        # The newest first: where one is closed already, all before it are.
        for generation in reversed(range(self.generation)):
            token = secret_token(self.id, generation, self.purpose)
            mark = folder / f"{token}.gone"
            if mark.exists():
                break
            (folder / f"{token}.{self.suffix}").unlink(missing_ok=True)
            fetched.forget(token)
            mark.touch()

    def publish(self, content: bytes, files: Files) -> None:
        """Write the file; a version of other bytes gets a strictly later time."""
        path, digest = settings().public_folder / self.file, hashlib.sha256(content).hexdigest()
        if digest != self.digest or self.modified_at is None:
            self.digest, self.modified_at = digest, later_second(self._last_version(path))
        files.write(path, content, self.modified_at)

    def _last_version(self, path: Path) -> datetime | None:
        """When the last version was published: a crash may have left a file that the row does not know of yet."""
        on_disk = [datetime.fromtimestamp(int(path.stat().st_mtime), UTC)] if path.is_file() else []
        return max([*on_disk, *([self.modified_at] if self.modified_at else [])], default=None)
