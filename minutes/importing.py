"""Many minutes at once: from files, archives and folders to drafts, each at the meeting of its day."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from meetings.agenda_guard import guard_blocks
from meetings.feeds import event_changed
from meetings.meeting import Meeting, MeetingState
from meetings.rules import rule_of
from minutes import arrivals
from minutes.arrivals import Arrival
from minutes.convert import ScannedError
from minutes.import_sources import content_of, unpacked
from minutes.minutes import Minutes
from minutes.reading import make_minutes
from portal import audit
from portal.clock import now
from portal.committees import Committee
from portal.database import serialise, session
from portal.files import FileRefusedError
from portal.language import short_date

USUAL_START, USUAL_LENGTH = time(10), timedelta(hours=2)


class Fate(enum.StrEnum):
    TAKEN = "taken"
    KNOWN = "known"
    REFUSED = "refused"


FATES = {
    Fate.TAKEN: _l("übernommen"),
    Fate.KNOWN: _l("schon vorhanden"),
    Fate.REFUSED: _l("nicht übernommen"),
}


@dataclass(frozen=True)
class ImportedFile:
    """What became of a file; `words` say why it was not taken, or what is to be known of one that was."""

    name: str
    fate: Fate
    words: str = ""
    minutes_id: int | None = None


class NoPlaceError(Exception):
    """No meeting can take the minutes; the message says why."""


def import_path(
    committee_id: int, folder: Path, path: Path, writer_id: int, *, creates_meetings: bool
) -> Iterator[ImportedFile]:
    """Import a file of a folder, or every file of an archive in it; see `import_file`."""
    name = str(path.relative_to(folder))
    try:
        content = content_of(path)
    except OSError:
        yield ImportedFile(name, Fate.REFUSED, _("Die Datei lässt sich nicht öffnen."))
        return
    yield from import_each(committee_id, name, content, writer_id, creates_meetings=creates_meetings)


def import_each(
    committee_id: int, name: str, content: bytes, writer_id: int, *, creates_meetings: bool
) -> Iterator[ImportedFile]:
    """Import a file, or every file of an archive; see `import_file`."""
    try:
        for inside, unpacked_content in unpacked(name, content):
            yield import_file(
                committee_id, inside, unpacked_content, writer_id, creates_meetings=creates_meetings
            )
    except FileRefusedError as error:
        yield ImportedFile(name, Fate.REFUSED, str(error))


def import_file(
    committee_id: int, name: str, sent: bytes, writer_id: int, *, creates_meetings: bool
) -> ImportedFile:
    """Make a draft of a file at the committee's meeting of the day that it names, in a transaction of its own.

    What is there already, by meeting or by the very file, is left alone: an import that broke off is simply begun
    again.

    Args:
        committee_id: whose minutes they are.
        name: of the file, which may tell the day.
        sent: its content.
        writer_id: who imports.
        creates_meetings: whether to enter past meetings that the portal does not know.
    """
    session.rollback()
    try:
        is_guarded = guard_blocks(session.get_one(Committee, committee_id))
        session.rollback()  # converting may take seconds, and nobody should wait for our write lock meanwhile
        arrival = arrivals.from_file(name, sent, is_guarded=is_guarded)
        committee = session.get_one(Committee, committee_id)
        return _enter(committee, name, arrival, writer_id, creates_meetings=creates_meetings)
    except ScannedError:
        session.rollback()
        words = _(
            "Das PDF enthält keinen lesbaren Text, wahrscheinlich ist es eingescannt. Bitte laden Sie es auf der Seite "
            "seiner Sitzung hoch; dort können Sie den Text eingeben."
        )
        return ImportedFile(name, Fate.REFUSED, words)
    except (FileRefusedError, NoPlaceError) as error:
        session.rollback()
        return ImportedFile(name, Fate.REFUSED, str(error))
    except sa.exc.SQLAlchemyError:
        session.rollback()
        current_app.logger.exception("Minutes could not be stored while importing")
        words = _("Die Datei konnte nicht gespeichert werden. Bitte versuchen Sie es noch einmal.")
        return ImportedFile(name, Fate.REFUSED, words)


def _enter(
    committee: Committee, name: str, arrival: Arrival, writer_id: int, *, creates_meetings: bool
) -> ImportedFile:
    serialise(f"import:{committee.id}")
    twin = arrivals.minutes_of_file(committee, arrival.file.digest) if arrival.file else None
    if twin is not None:
        words = _("Diese Datei ist das Protokoll vom %(day)s.", day=short_date(twin.meeting.day))
        return ImportedFile(name, Fate.KNOWN, words, twin.id)
    if arrival.day is None:
        raise NoPlaceError(
            _(
                "Weder im Text noch im Dateinamen steht ein Datum. Bitte laden Sie die Datei bei ihrer Sitzung hoch."
            )
        )
    meeting = _meeting_of(committee, arrival, creates_meetings=creates_meetings)
    there = session.scalar(sa.select(Minutes.id).where(Minutes.meeting_id == meeting.id).limit(1))
    if there is not None:
        words = _("Die Sitzung vom %(day)s hat schon ein Protokoll.", day=short_date(meeting.day))
        return ImportedFile(name, Fate.KNOWN, words, there)
    minutes = make_minutes(meeting, arrival, writer_id)
    audit.record("minutes.imported", minutes)
    notes = " ".join(arrivals.notes(meeting, arrival))
    session.commit()
    return ImportedFile(name, Fate.TAKEN, notes, minutes.id)


def _meeting_of(committee: Committee, arrival: Arrival, *, creates_meetings: bool) -> Meeting:
    """The committee's meeting of the day that the minutes name.

    Raises:
        NoPlaceError: there is none, there are several, or the day is still to come.
    """
    day = arrival.day
    assert day is not None  # noqa: S101 - for the type checker
    found = arrivals.meetings_on(committee, day)
    if len(found) > 1:
        raise NoPlaceError(
            _(
                "Am %(day)s hatte das Gremium mehrere Sitzungen. Bitte laden Sie die Datei bei der richtigen hoch.",
                day=short_date(day),
            )
        )
    if found:
        serialise(f"meeting:{found[0].id}")  # somebody may upload there at this moment
        return found[0]
    starts_at, ends_at = _hours(committee, day, arrival)
    if ends_at > now():
        raise NoPlaceError(_("Die Datei nennt den %(day)s, der noch kommt.", day=short_date(day)))
    if not creates_meetings:
        raise NoPlaceError(
            _(
                "Am %(day)s hatte das Gremium keine Sitzung, von der das Portal weiß. Mit „Vergangene Sitzungen, die das "
                "Portal nicht kennt, anlegen“ legt es sie an.",
                day=short_date(day),
            )
        )
    meeting = Meeting(committee=committee, starts_at=starts_at, ends_at=ends_at, state=MeetingState.HELD)
    session.add(meeting)
    event_changed(meeting)
    audit.record("meeting.entered", meeting)
    return meeting


def _hours(committee: Committee, day: date, arrival: Arrival) -> tuple[datetime, datetime]:
    """When the meeting began and ended: as the minutes tell, else at the usual hour."""
    rule, zone, head = rule_of(committee), ZoneInfo(committee.zone), arrival.reading.meeting
    starts = _clock(head.start) or (rule.starts if rule else USUAL_START)
    starts_at = datetime.combine(day, starts, zone)
    usual = timedelta(minutes=rule.minutes) if rule else USUAL_LENGTH
    ends = _clock(head.end)
    ends_at = datetime.combine(day, ends, zone) if ends and ends > starts else starts_at + usual
    return starts_at, ends_at


def _clock(written: str | None) -> time | None:
    try:
        return time.fromisoformat(written) if written else None
    except ValueError:
        return None
