"""Files that belong to minutes: as they came while these are written, and cleaned of their traces afterwards."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minutes.minutes import Minutes
from portal.database import Base, PrimaryKey
from portal.files import StoredFile

TITLE_LENGTH = 200


class Attachment(Base):
    """A file beside the minutes. `title` says what it shows, for pictures also to those who do not see them.

    Members read `released`, the copy without author, place and tracked changes that the approval makes.
    """

    __tablename__ = "minutes_attachment"

    id: Mapped[PrimaryKey]
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), default="")
    from_document: Mapped[bool] = mapped_column(default=False)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    released_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))

    minutes: Mapped[Minutes] = relationship(back_populates="attachments")
    file: Mapped[StoredFile] = relationship(foreign_keys=file_id)
    released: Mapped[StoredFile | None] = relationship(foreign_keys=released_id)

    def chained(self) -> dict[str, Any]:
        return {"title": self.title, "file": self.released.digest if self.released else None}
