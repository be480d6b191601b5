"""The octets of calendar feeds: RFC 5545, and on top of it what calendar programs really understand."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from meetings.meeting import Meeting, MeetingState
from portal.outbox import link
from portal.people import Person

if TYPE_CHECKING:
    from icalendar import Event

ZONE = ZoneInfo("Europe/Berlin")
LONGEST_LINE = 75  # octets, RFC 5545, section 3.1
STATUS = {
    MeetingState.PLANNED: "TENTATIVE",
    MeetingState.INVITED: "CONFIRMED",
    MeetingState.HELD: "CONFIRMED",
    MeetingState.CANCELLED: "CANCELLED",
}
PRODID = "PRODID:-//Sitzungsportal//Kalender//DE"
HEADER = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    PRODID,
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
    """The VEVENT of a meeting for feeds, in German; the same row always gives the same bytes."""
    with force_locale("de"):
        event = _event(meeting, meeting.modified_at)  # not "now", or no feed would ever be unchanged
    return event_octets(event)


def render_invitation(meeting: Meeting, person: Person, stamp: datetime) -> tuple[str, bytes]:
    """A calendar object for one invited person (RFC 5546, sections 3.2.2 and 3.2.5).

    Args:
        meeting: what they are invited to, or what is cancelled.
        person: the only attendee named: nobody learns who else is invited.
        stamp: DTSTAMP, strictly later than that of the last one, or programs take it for known.

    Returns:
        The method, REQUEST or CANCEL, and the octets.
    """
    method = "CANCEL" if meeting.is_cancelled else "REQUEST"
    with force_locale(person.language):
        event = _event(meeting, stamp)
    # Bare addresses: a name in quotes is misread by some programs, and the From line has it anyway.
    event.add("organizer", f"mailto:{meeting.organizer}")
    parameters = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    event.add("attendee", f"mailto:{person.email}", parameters=parameters)
    head = _octets(
        "BEGIN:VCALENDAR", "VERSION:2.0", PRODID, "CALSCALE:GREGORIAN", f"METHOD:{method}", *TIME_ZONE
    )
    return method, head + event_octets(event) + FOOTER


def _event(meeting: Meeting, stamp: datetime) -> "Event":
    from icalendar import Event

    page = link("meeting.show", meeting_id=meeting.id)
    summary = _("Abgesagt: %(name)s", name=meeting.name) if meeting.is_cancelled else meeting.name
    description = [_("Gremium: %(name)s", name=meeting.committee.name)]
    if meeting.link:
        description.append(_("Zugang: %(link)s", link=meeting.link))
    if meeting.agenda_edition:
        description.append(_("Tagesordnung: %(link)s", link=link("agenda.show", meeting_id=meeting.id)))
    description.append(_("Einzelheiten: %(link)s", link=page))
    event = Event()
    event.add("uid", meeting.uid)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", meeting.sequence)
    event.add("dtstart", _local(meeting.starts_at))
    event.add("dtend", _local(meeting.ends_at))
    event.add("summary", clean(summary))
    event.add("description", clean("\n".join(description)))
    if meeting.place:
        event.add("location", clean(meeting.place))
    event.add("url", page)
    event.add("categories", [clean(meeting.committee.name)])
    event.add("status", STATUS[meeting.state])
    event.add("transp", "TRANSPARENT" if meeting.is_cancelled else "OPAQUE")
    return event


def event_octets(event: "Event") -> bytes:
    """A component of a feed or invitation as it is sent."""
    return _octets(*map(str, event.content_lines(sorted=False)))


def _local(moment: datetime) -> datetime:
    """A start or end in the feed's zone; in UTC in both of the equal hours in autumn.

    By RFC 5545, section 3.3.5, a local time there means the first hour; ical.js reads the second.
    """
    local = moment.astimezone(ZONE)
    is_double = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return moment.astimezone(UTC) if is_double else local


def _text(value: str) -> str:
    """A TEXT value (RFC 5545, section 3.3.11); the library writes those of calendars unescaped."""
    from icalendar import vText

    return vText(clean(value)).to_ical().decode()


def clean(value: str) -> str:
    """A text without control characters, some of which end lines."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", " ", value)


def _octets(*lines: str) -> bytes:
    return b"".join(_folded(line) for line in lines if line)


def _folded(line: str) -> bytes:
    """A content line in UTF-8, folded at 75 octets, never inside a character or an escape.

    The library's own folding may part an escape, which some programs then show.
    """
    whole = line.encode()
    if len(whole) <= LONGEST_LINE:
        return whole + b"\r\n"
    parts, room = [], LONGEST_LINE
    for piece in re.findall(r"\\.|.", line):
        octets = piece.encode()
        if len(octets) > room:
            parts.append(b"\r\n ")
            room = LONGEST_LINE - 1
        parts.append(octets)
        room -= len(octets)
    return b"".join(parts) + b"\r\n"
