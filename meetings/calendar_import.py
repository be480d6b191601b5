"""Reads a calendar file of somebody else's into periods of days, and says what it could not take and why."""

import re
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from icalendar import Event

from meetings.calendar_events import (
    Period,
    RefusedError,
    Window,
    name_of,
    parse_event,
    periods_of_event,
    replaced_day,
    unknown_zone,
)

LARGEST_CALENDAR = 2_000_000  # bytes
MOST_EVENTS = 5000
MOST_SERIES = 100
MOST_PERIODS = 5000
YEARS_BACK, YEARS_AHEAD = 1, 6

FOLD = re.compile(r"\r?\n[ \t]")
EVENT = re.compile(r"^BEGIN:VEVENT[ \t]*\n", re.MULTILINE | re.IGNORECASE)


class UnreadableCalendarError(Exception):
    """The file as a whole cannot be taken; the message is for its reader."""


@dataclass
class Reading:
    """What a file says: periods without doubles, and remarks, each about one event and what became of it."""

    periods: list[Period] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Name of an event, and why it was not taken."""
    remarks: list[tuple[str, str]] = field(default_factory=list)
    """Name of an event that was taken, and what was assumed."""
    elsewhere: int = 0
    """Events that lie too far back or ahead to matter."""


NO_CALENDAR = _l("Das ist keine Kalenderdatei (.ics).")
TOO_LARGE = _l("Die Datei ist zu groß: Es gehen höchstens 2 MB.")
TOO_MANY = _l("Die Datei enthält zu viele Termine: Es gehen höchstens %(max)d.", max=MOST_EVENTS)
NO_EVENT = _l("In dieser Kalenderdatei steht kein einziger Termin.")
BROKEN = _l("Der Termin ist so beschädigt, dass er nicht gelesen werden kann.")


def read_calendar(content: bytes, zone: str, today: date) -> Reading:
    """The periods of a calendar from last year to six years ahead.

    Args:
        content: bytes of the file.
        zone: the committee's zone; days are days there.
        today: the present day.

    Raises:
        UnreadableCalendarError: too large, no calendar, or nothing in it.
    """
    events = _events(_text(content))
    window = date(today.year - YEARS_BACK, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)
    replaced = frozenset(filter(None, (replaced_day(event, zone) for event in events if event)))
    reading, series = Reading(), 0
    for event in events:
        series += event is not None and "RRULE" in event
        _read_event(reading, event, zone, window, replaced, too_many_series=series > MOST_SERIES)
    if len(set(reading.periods)) > MOST_PERIODS:
        raise UnreadableCalendarError(TOO_MANY)
    reading.periods = sorted(set(reading.periods), key=lambda row: (row.starts_on, row.ends_on, row.name))
    return reading


def _read_event(
    reading: Reading,
    event: Event | None,
    zone: str,
    window: Window,
    replaced: frozenset[tuple[str, date]],
    *,
    too_many_series: bool,
) -> None:
    """Add an event to what was read, as periods or as a refusal."""
    if event is None:
        reading.refused.append((_("Ein Termin"), str(BROKEN)))
        return
    name = name_of(event)
    if too_many_series and "RRULE" in event:
        reading.refused.append((name, _("Die Datei enthält mehr als %(max)d Serien.", max=MOST_SERIES)))
        return
    try:
        found = periods_of_event(event, zone, window, replaced)
    except RefusedError as refusal:
        reading.refused.append((name, str(refusal)))
        return
    reading.periods.extend(found)
    reading.elsewhere += not found
    if found and (unknown := unknown_zone(event)):
        remark = _("Die Zeitzone „%(zone)s“ ist unbekannt; gelesen als Ortszeit.", zone=unknown)
        reading.remarks.append((name, remark))


def _text(content: bytes) -> str:
    """The unfolded text of a file that is small enough and looks like a calendar."""
    if len(content) > LARGEST_CALENDAR:
        raise UnreadableCalendarError(TOO_LARGE)
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    text = FOLD.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text or not re.search(r"^BEGIN:VCALENDAR[ \t]*$", text, re.MULTILINE | re.IGNORECASE):
        raise UnreadableCalendarError(NO_CALENDAR)
    return text


def _events(text: str) -> list[Event | None]:
    """The events, each parsed by itself so that a broken one spoils no other; None for one that is not readable."""
    chunks = EVENT.split(text)[1:]
    if not chunks:
        raise UnreadableCalendarError(NO_EVENT)
    # Counted before anything is parsed: a hundred thousand events would take minutes.
    if len(chunks) > MOST_EVENTS:
        raise UnreadableCalendarError(TOO_MANY)
    return [parse_event(chunk) for chunk in chunks]
