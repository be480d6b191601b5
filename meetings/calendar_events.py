"""One event of a calendar file of somebody else's: which days it takes, or why it cannot be taken."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from icalendar import Event
from icalendar.prop.broken import vBroken

from meetings.blocked import LONGEST_PERIOD, PERIOD_NAME_LENGTH
from meetings.recurrence import Recurrence, UnknownRecurrenceError, read_recurrence

YEARS_COUNTED = 30
A_DAY = timedelta(days=1)
Window = tuple[date, date]

PROPERTY = re.compile(r"([A-Z-]+)[;:]", re.IGNORECASE)
WANTED = frozenset(
    ["UID", "SUMMARY", "STATUS", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"]
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class RefusedError(Exception):
    """This event cannot be taken; the message is for the reader."""


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both inclusive."""

    name: str
    starts_on: date
    ends_on: date


def parse_event(chunk: str) -> Event | None:
    """The event that begins a chunk of lines; only what matters of it is parsed, and nothing of its alarms."""
    lines, depth = ["BEGIN:VEVENT"], 1
    for line in chunk.split("\n"):
        found = PROPERTY.match(line)
        name = found[1].upper() if found else ""
        depth += (name == "BEGIN") - (name == "END")
        if depth == 0:
            break
        if depth == 1 and name in WANTED:
            lines.append(line)
    else:
        return None
    try:
        parsed = Event.from_ical("\n".join([*lines, "END:VEVENT", ""]))
    except (ValueError, KeyError, IndexError, AttributeError):
        return None
    return parsed if isinstance(parsed, Event) else None


def periods_of_event(
    event: Event, zone: str, window: Window, replaced: frozenset[tuple[str, date]]
) -> list[Period]:
    """The days of an event and of its repetitions that begin within the window, or reach into it.

    Args:
        event: as parsed.
        zone: the committee's zone.
        window: first and last day.
        replaced: repetitions in whose place another event of the file stands, by UID and day.

    Raises:
        RefusedError: the event is cancelled, or cannot be understood.
    """
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise RefusedError(_("Der Termin ist abgesagt."))
    first, last = _span(event, zone)
    length = last - first
    if length.days >= LONGEST_PERIOD:
        raise RefusedError(_("Der Termin dauert länger als ein Jahr."))
    begin, end = window[0] - length, window[1]
    days = (day for day in _days(event, first, zone, (begin, end)) if begin <= day <= end)
    if "RECURRENCE-ID" not in event:
        uid = str(event.get("UID", ""))
        days = (day for day in days if (uid, day) not in replaced)
    name = name_of(event)
    return [Period(name, day, day + length) for day in days]


def _span(event: Event, zone: str) -> tuple[date, date]:
    """First and last day, both inclusive; without an end, an event is as short as can be (RFC 5545, 3.6.1)."""
    start = _value(event, "DTSTART", zone)
    if start is None:
        raise RefusedError(_("Der Beginn fehlt oder ist nicht lesbar."))
    end = _value(event, "DTEND", zone)
    try:
        duration = _property(event, "DURATION")
        if end is None and isinstance(duration, timedelta):
            end = start + duration
        first = _as_day(start)
        if end is None:
            if "DTEND" in event or "DURATION" in event:
                raise RefusedError(_("Das Ende ist nicht lesbar."))
            return first, first
        if _is_before(end, start):
            raise RefusedError(_("Das Ende liegt vor dem Beginn."))
        # The end is the first moment, or day, that does not belong to the event any more.
        last = (end - timedelta(seconds=1)).date() if isinstance(end, datetime) else end - A_DAY
        return first, max(first, last)
    except OverflowError:
        raise RefusedError(_("Der Beginn fehlt oder ist nicht lesbar.")) from None


def _days(event: Event, first: date, zone: str, window: Window) -> list[date]:
    """The first days of an event and of its repetitions."""
    days = {first}
    try:
        for rule in _recurrences(event, first, window[0]):
            days.update(rule.days(*window))
    except UnknownRecurrenceError as unknown:
        raise RefusedError(
            _("Diese Art der Wiederholung wird nicht gelesen (%(rule)s).", rule=str(unknown)[:40])
        ) from None
    days |= set(_listed_days(event, "RDATE", zone))
    return sorted(days - set(_listed_days(event, "EXDATE", zone)))


def _recurrences(event: Event, first: date, since: date) -> Iterator[Recurrence]:
    for parts in _listed(event, "RRULE"):
        if not isinstance(parts, Mapping):
            raise UnknownRecurrenceError(str(parts))
        rule = read_recurrence(parts, first)
        if rule.count is not None and first.year < since.year - YEARS_COUNTED:
            raise UnknownRecurrenceError("COUNT")
        yield rule


def _listed_days(event: Event, name: str, zone: str) -> Iterator[date]:
    for listed in _listed(event, name):
        for one in [] if isinstance(listed, vBroken) else getattr(listed, "dts", []):
            value = one.dt[0] if isinstance(one.dt, tuple) else one.dt
            if isinstance(value, date):
                yield _as_day(_in_zone(value, zone))


def _listed(event: Event, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def replaced_day(event: Event, zone: str) -> tuple[str, date] | None:
    """UID and day of the repetition that this event stands in for, if it does."""
    value = _value(event, "RECURRENCE-ID", zone)
    return None if value is None else (str(event.get("UID", "")), _as_day(value))


def _value(event: Event, name: str, zone: str) -> date | datetime | None:
    """A day, or a moment in the committee's zone; None where it is missing or unreadable."""
    value = _property(event, name)
    return _in_zone(value, zone) if isinstance(value, date) else None


def _property(event: Event, name: str) -> Any:
    found = event.get(name)
    found = found[0] if isinstance(found, list) and found else found
    # Asking what could not be parsed for its value raises.
    return None if isinstance(found, vBroken) else getattr(found, "dt", None)


def _in_zone(value: date | datetime, zone: str) -> date | datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return value
    try:
        return value.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except OverflowError:
        return value.replace(tzinfo=None)


def _as_day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _is_before(end: date | datetime, start: date | datetime) -> bool:
    if isinstance(end, datetime) and isinstance(start, datetime):
        return end < start
    return _as_day(end) < _as_day(start)


def unknown_zone(event: Event) -> str:
    """The name of a zone that nobody knows, or nothing."""
    start = event.get("DTSTART")
    name = str(start.params.get("TZID", "")) if hasattr(start, "params") else ""
    value = _property(event, "DTSTART")
    return name[:40] if name and isinstance(value, datetime) and value.tzinfo is None else ""


def name_of(event: Event) -> str:
    """The title as one short line."""
    summary = event.get("SUMMARY", "")
    text = str(summary[0] if isinstance(summary, list) and summary else summary)
    return " ".join(CONTROL.sub(" ", text).split())[:PERIOD_NAME_LENGTH] or _("Ohne Titel")
