"""Minutes that come in: what the file says, to which meeting it belongs, and what is strange about it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _

from meetings.agenda_guard import guard_blocks
from meetings.meeting import Meeting, MeetingState
from minutes.attachments import IncomingFile, receive, receive_pictures
from minutes.convert import Converted, to_markdown
from minutes.minutes import Minutes
from minutes.reader import Reading, read
from portal import guard
from portal.committees import Committee
from portal.database import session
from portal.files import Scanned, StoredFile
from portal.language import short_date
from portal.scanning import scan

MOST_PROPOSALS = 500  # of each kind; nobody checks more, and a page of them would be endless


@dataclass(frozen=True)
class ArrivedFile:
    """A file that was scanned and converted; `is_blocking`: the text guard was asked, and refuses words in it."""

    name: str
    content: Scanned
    converted: Converted
    is_blocking: bool = False

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Arrival:
    """The text of minutes and what was read in it, with the file that held it and files that go beside it.

    `file` is missing where the text was typed; of each attachment there is the file and what it shows.
    """

    text: str
    reading: Reading
    file: ArrivedFile | None = None
    attachments: Sequence[tuple[IncomingFile, str]] = ()

    @property
    def day(self) -> date | None:
        """The day of the meeting, as text or file name tell it."""
        return self.reading.meeting.date


def from_file(name: str, sent: bytes, *, is_guarded: bool) -> Arrival:
    """Scan, convert and read a file. It may take some seconds, so no transaction may be open.

    Args:
        name: of the file.
        sent: its content.
        is_guarded: whether the text guard is asked, for a case group.

    Raises:
        FileRefusedError: the file cannot be taken; its words say why and what to do.
    """
    return from_scanned(name, scan(sent), is_guarded=is_guarded)


def from_scanned(name: str, content: Scanned, *, is_guarded: bool) -> Arrival:
    """Convert and read a file that was scanned; takes and raises what `from_file` does."""
    converted = to_markdown(name, content)
    reading, pictures = read(converted.markdown, name), receive_pictures(converted.pictures)
    file = ArrivedFile(name, content, converted, is_guarded and holds_blocking_data(converted.words))
    return Arrival(converted.markdown, reading, file, pictures)


def from_text(text: str) -> Arrival:
    """What somebody pasted."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return Arrival(lines, read(lines))


def from_scan(name: str, content: Scanned, text: str, *, is_guarded: bool) -> Arrival:
    """What somebody typed from pages that are pictures; these are attached, or stay with those who write the minutes.

    Raises:
        FileRefusedError: they cannot be attached.
    """
    arrival = from_text(text)
    if is_guarded:
        file = ArrivedFile(name, content, Converted(arrival.text, "pdf"), holds_blocking_data(arrival.text))
        return replace(arrival, file=file)
    return replace(arrival, attachments=[(receive(name, content), _("Eingescanntes Protokoll"))])


def holds_blocking_data(text: str) -> bool:
    """Whether a text holds what the text guard lets nobody approve in a case group."""
    return any(finding.blocking for finding in guard.find(text))


def meetings_on(committee: Committee, day: date) -> list[Meeting]:
    """The committee's meetings of that day that were not cancelled, in their order."""
    zone = ZoneInfo(committee.zone)
    begins, ends = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    wanted = sa.select(Meeting).where(
        Meeting.committee_id == committee.id,
        Meeting.state != MeetingState.CANCELLED,
        Meeting.starts_at >= begins,
        Meeting.starts_at < ends,
    )
    return list(session.scalars(wanted.order_by(Meeting.starts_at)))


def minutes_of_file(committee: Committee, digest: str) -> Minutes | None:
    """The committee's minutes that came in as this very file."""
    same = (
        sa.select(Minutes)
        .join(Minutes.original)
        .join(Minutes.meeting)
        .where(StoredFile.digest == digest, Meeting.committee_id == committee.id)
    )
    return session.scalar(same.order_by(Minutes.id).limit(1))


def doubts(meeting: Meeting, arrival: Arrival) -> Iterator[str]:
    """What makes one ask whether these are really the minutes of that meeting."""
    twin = minutes_of_file(meeting.committee, arrival.file.digest) if arrival.file else None
    if twin is not None:
        yield _(
            "Dieselbe Datei ist schon das Protokoll der Sitzung vom %(day)s.",
            day=short_date(twin.meeting.day),
        )
    if arrival.day is None or arrival.day == meeting.day:
        return
    words = {"day": short_date(arrival.day), "meeting": short_date(meeting.day)}
    if meetings_on(meeting.committee, arrival.day):
        yield _(
            "Das Protokoll nennt den %(day)s, diese Sitzung war am %(meeting)s. Am %(day)s hatte das Gremium auch eine "
            "Sitzung.",
            **words,
        )
    else:
        yield _("Das Protokoll nennt den %(day)s, diese Sitzung war am %(meeting)s.", **words)


def notes(meeting: Meeting, arrival: Arrival) -> Iterator[str]:
    """What is to be known of minutes that were taken: what is missing in them of what came in."""
    if arrival.file is not None:
        yield from map(str, arrival.file.converted.notes)
    if arrival.attachments and guard_blocks(meeting.committee):
        yield _(
            "Die Bilder aus dem Dokument sind nicht angehängt, denn der Textwächter kann sie nicht lesen. Bitte sehen "
            "Sie sie an und fügen Sie sie selbst als Anlagen hinzu, wenn niemand auf ihnen erkennbar ist."
        )
    found = arrival.reading
    if any(
        len(rows) > MOST_PROPOSALS
        for rows in (found.agenda_items, found.decisions, found.tasks, found.deferred)
    ):
        yield _(
            "Im Text steht mehr, als das Portal vorschlägt: von jeder Art nur die ersten %(max)d. Bitte teilen Sie das "
            "Protokoll auf oder tragen Sie das Übrige selbst ein.",
            max=MOST_PROPOSALS,
        )
