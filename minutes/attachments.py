"""Files that belong to minutes: as they came while these are written, and cleaned of their traces for readers."""

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.agenda_documents import kind_of, words_of
from meetings.agenda_guard import guard_blocks, read
from meetings.meeting import Meeting
from minutes.convert import Picture
from minutes.minutes import Minutes, get_draft_minutes, get_minutes
from minutes.sealing import SealedError, seal_with_minutes
from portal import files
from portal.access import one_or_404
from portal.committees import Role, committees_of
from portal.database import Base, PrimaryKey
from portal.files import FileRefusedError, Scanned, StoredFile
from portal.scrubbing import scrub
from portal.textguard import replace

TITLE_LENGTH = 200
MOST_ATTACHMENTS = 20


class Attachment(Base):
    """A file beside the minutes. `title` says what it shows, for pictures also to those who do not see them.

    `released` is its copy without author, place, comments and tracked changes, made when the file comes: readers get
    nothing else. Who writes the minutes may also read `file`, the original, until they are approved.
    """

    __tablename__ = "minutes_attachment"

    id: Mapped[PrimaryKey]
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), default="")
    from_document: Mapped[bool] = mapped_column(default=False)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    released_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))

    minutes: Mapped[Minutes] = relationship(back_populates="attachments")
    file: Mapped[StoredFile] = relationship(foreign_keys=file_id)
    released: Mapped[StoredFile] = relationship(foreign_keys=released_id)

    def rename(self, title: str, name: str) -> None:
        """Give the file another title and name; its suffix stays.

        Raises:
            SealedError: the minutes are approved.
        """
        if self.minutes.is_approved:
            raise SealedError("files of approved minutes keep their names")
        self.title = title
        self.file.name = self.released.name = files.clean_name(f"{name}.{self.file.kind}")

    def chained(self) -> dict[str, Any]:
        return {"title": self.title, "file": self.released.digest}


seal_with_minutes(Attachment)


@dataclass(frozen=True)
class IncomingFile:
    """A file that may be attached: judged by its content, and with its cleaned copy."""

    name: str
    kind: str
    content: Scanned
    released: Scanned

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def words(self) -> str | None:
        """The text that readers will find in it, for the guard; None where nobody can read that kind.

        Raises:
            FileRefusedError: it cannot be read.
        """
        return words_of(self.name, self.kind, self.released)


def receive(name: str, content: Scanned) -> IncomingFile:
    """Judge and clean a file. It may take some seconds, so no transaction should be open.

    Raises:
        FileRefusedError: it is not taken; its words say why.
    """
    kind = kind_of(name, content)
    return IncomingFile(files.clean_name(name), kind, content, scrub(kind, content))


def receive_pictures(pictures: Sequence[Picture]) -> list[tuple[IncomingFile, str]]:
    """The pictures that stood in a scanned document, each with its description; what cannot be taken is left out."""
    received = []
    for picture in pictures[:MOST_ATTACHMENTS]:
        with contextlib.suppress(FileRefusedError):
            received.append((receive(picture.name, Scanned(picture.content)), picture.description))
    return received


def attach(
    minutes: Minutes, incoming: IncomingFile, title: str, person_id: int, *, from_document: bool = False
) -> Attachment:
    """Store a file and its cleaned copy with the minutes, in the current transaction.

    In a case group, words of title and name that could name somebody are replaced.

    Raises:
        FileRefusedError: the minutes have too many files, or this very one.
    """
    if len(minutes.attachments) >= MOST_ATTACHMENTS:
        raise FileRefusedError(
            _l("Ein Protokoll kann höchstens %(max)d Anlagen haben.", max=MOST_ATTACHMENTS)
        )
    if any(other.file.digest == incoming.digest for other in minutes.attachments):
        raise FileRefusedError(_l("Dieselbe Datei ist diesem Protokoll schon angehängt."))
    path = PurePath(incoming.name)
    name = _harmless(minutes, path.stem) + path.suffix
    stored, released = (
        files.store(name, content, incoming.kind, person_id)
        for content in (incoming.content, incoming.released)
    )
    attachment = Attachment(
        position=max((other.position for other in minutes.attachments), default=0) + 1,
        title=_harmless(minutes, title)[:TITLE_LENGTH],
        from_document=from_document,
        file=stored,
        released=released,
    )
    minutes.attachments.append(attachment)
    return attachment


def detach(attachment: Attachment) -> None:
    """Take a file away from a draft, in the current transaction."""
    attachment.file.drop()
    attachment.released.drop()
    attachment.minutes.attachments.remove(attachment)


def release_attachments(minutes: Minutes) -> None:
    """Drop the originals when minutes are approved, in the current transaction; the cleaned copies remain."""
    for attachment in minutes.attachments:
        attachment.file.drop()


def subject_of(minutes: Minutes) -> str:
    """Under which name words of the files are set aside; what is harmless there need not be so in the minutes."""
    return f"attachments:{minutes.id}"


def get_attachment(attachment_id: int, at_least: Role = Role.MEMBER) -> Attachment:
    """A file of minutes that the reader may see, of a committee in which they sit; otherwise 404."""
    own = Meeting.committee_id.in_(committees_of(current_user, at_least))
    wanted = sa.select(Attachment).join(Attachment.minutes).join(Minutes.meeting)
    attachment = one_or_404(wanted.where(Attachment.id == attachment_id, own))
    get_minutes(attachment.minutes_id, at_least)
    return attachment


def get_draft_attachment(attachment_id: int, *, to_change: bool = False) -> Attachment:
    """A file of minutes that the reader writes and that are not approved yet; otherwise 404.

    Args:
        attachment_id: its id.
        to_change: let one transaction at a time hold the minutes, so that nobody approves them meanwhile.
    """
    attachment = get_attachment(attachment_id, Role.SECRETARY)
    get_draft_minutes(attachment.minutes_id, to_change=to_change)
    return attachment


def _harmless(minutes: Minutes, text: str) -> str:
    """A title or name without what could name somebody, where that may not stand."""
    committee = minutes.meeting.committee
    if not guard_blocks(committee):
        return text
    found = [one.finding for one in read(committee, {"name": text}, subject_of(minutes)) if one.is_open]
    return replace(text, found)
