"""The octets of calendar feeds: RFC 5545, and on top of it what calendar programs really understand."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from meetings.meeting import Meeting, MeetingState
from portal.outbox import link

ZONE = ZoneInfo("Europe/Berlin")
LONGEST_LINE = 75  # octets, RFC 5545, section 3.1
STATUS = {
    MeetingState.PLANNED: "TENTATIVE",
    MeetingState.INVITED: "CONFIRMED",
    MeetingState.HELD: "CONFIRMED",
    MeetingState.CANCELLED: "CANCELLED",
}
HEADER = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Sitzungsportal//Kalender//DE",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "X-WR-TIMEZONE:Europe/Berlin",
    "REFRESH-INTERVAL;VALUE=DURATION:PT4H",  # RFC 7986, section 5.7 demands the parameter
    "X-PUBLISHED-TTL:PT4H",
    "COLOR:steelblue",
    "X-APPLE-CALENDAR-COLOR:#4682B4",
)
# One constant block: computed ones end in 2038 and shift autumn meetings by an hour in real clients.
TIME_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "BEGIN:DAYLIGHT",
    "DTSTART:19700329T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19701025T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
)
FOOTER = b"END:VCALENDAR\r\n"


def render_header(name: str) -> bytes:
    """Everything before the first event, for a feed of that name."""
    return _octets(*HEADER, f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}", *TIME_ZONE)


def render_event(meeting: Meeting) -> bytes:
    """The VEVENT of a meeting; the same row always gives the same bytes."""
    page = link("meeting.show", meeting_id=meeting.id)
    with force_locale("de"):
        summary = _("Abgesagt: %(name)s", name=meeting.name) if meeting.is_cancelled else meeting.name
        description = [
            _("Gremium: %(name)s", name=meeting.committee.name),
            _("Einzelheiten: %(link)s", link=page),
        ]
        if meeting.link:
            description.insert(1, _("Zugang: %(link)s", link=meeting.link))
    words = "\n".join(description)
    return _octets(
        "BEGIN:VEVENT",
        f"UID:{meeting.uid}",
        f"DTSTAMP:{_utc(meeting.modified_at)}",  # not "now", or no feed would ever be unchanged
        f"LAST-MODIFIED:{_utc(meeting.modified_at)}",
        f"SEQUENCE:{meeting.sequence}",
        f"DTSTART{_local(meeting.starts_at)}",
        f"DTEND{_local(meeting.ends_at)}",
        f"SUMMARY:{_text(summary)}",
        f"DESCRIPTION:{_text(words)}",
        *([f"LOCATION:{_text(meeting.place)}"] if meeting.place else []),
        f"URL:{page}",
        f"CATEGORIES:{_text(meeting.committee.name)}",
        f"STATUS:{STATUS[meeting.state]}",
        f"TRANSP:{'TRANSPARENT' if meeting.is_cancelled else 'OPAQUE'}",
        "END:VEVENT",
    )


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _local(moment: datetime) -> str:
    """Parameter and value of a start or end; in UTC in the second of the two equal hours in autumn."""
    local = moment.astimezone(ZONE)
    return f":{_utc(moment)}" if local.fold else f";TZID=Europe/Berlin:{local:%Y%m%dT%H%M%S}"


def _text(value: str) -> str:
    """A TEXT value (RFC 5545, section 3.3.11) without control characters, some of which end lines."""
    clean = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", " ", value)
    return re.sub(r"([\\;,])", r"\\\1", clean).replace("\n", r"\n")


def _octets(*lines: str) -> bytes:
    return b"".join(_folded(line) for line in lines)


def _folded(line: str) -> bytes:
    """A content line in UTF-8, folded at 75 octets, never inside a character or an escape."""
    parts, room = [], LONGEST_LINE
    for piece in re.findall(r"\\.|.", line):
        octets = piece.encode()
        if len(octets) > room:
            parts.append(b"\r\n ")
            room = LONGEST_LINE - 1
        parts.append(octets)
        room -= len(octets)
    return b"".join(parts) + b"\r\n"
