"""The octets of calendar feeds (RFC 5545, with what CALENDAR says of clients on top)."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from meetings.meeting import Meeting, MeetingState
from portal.outbox import link, settings

PRODUCT = "-//Sitzungsportal//Kalender//DE"
REFRESH = "PT4H"
STATUS = {
    MeetingState.PLANNED: "TENTATIVE",
    MeetingState.INVITED: "CONFIRMED",
    MeetingState.HELD: "CONFIRMED",
    MeetingState.CANCELLED: "CANCELLED",
}

# One constant block: computed ones end in 2038 and shift autumn meetings by an hour in real clients.
TIME_ZONE = b"""BEGIN:VTIMEZONE\r
TZID:Europe/Berlin\r
BEGIN:DAYLIGHT\r
DTSTART:19700329T020000\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
TZNAME:CEST\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
END:DAYLIGHT\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
TZNAME:CET\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
END:STANDARD\r
END:VTIMEZONE\r
"""

FOOTER = b"END:VCALENDAR\r\n"


def uid(meeting: Meeting) -> str:
    """The name under which every calendar knows the meeting, never changed or used again."""
    return f"sitzung-{meeting.id}@{settings().domain}"


def render_event(meeting: Meeting) -> bytes:
    """The VEVENT of a meeting; the same row always gives the same bytes."""
    from icalendar import Event

    with force_locale("de"):
        summary = _("Abgesagt: %(name)s", name=meeting.name) if meeting.is_cancelled else meeting.name
        lines = [
            _("Gremium: %(name)s", name=meeting.committee.name),
            _("Zugang: %(link)s", link=meeting.link) if meeting.link else "",
            _("Einzelheiten: %(link)s", link=link("meeting.show", meeting_id=meeting.id)),
        ]
    zone = ZoneInfo(meeting.committee.zone)
    event = Event()
    event.add("uid", uid(meeting))
    event.add("dtstamp", meeting.modified_at)
    event.add("last-modified", meeting.modified_at)
    event.add("sequence", meeting.sequence)
    event.add("dtstart", _local(meeting.starts_at, zone))
    event.add("dtend", _local(meeting.ends_at, zone))
    event.add("summary", _clean(summary))
    event.add("description", _clean("\n".join(filter(None, lines))))
    if meeting.place:
        event.add("location", _clean(meeting.place))
    event.add("url", link("meeting.show", meeting_id=meeting.id))
    event.add("categories", [_clean(meeting.committee.name)])
    event.add("status", STATUS[meeting.state])
    event.add("transp", "TRANSPARENT" if meeting.is_cancelled else "OPAQUE")
    return bytes(event.to_ical())


def render_header(name: str) -> bytes:
    """Everything before the first event, for a feed of that name."""
    from icalendar import Calendar, vText

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # Passed as text values: the library writes these two unescaped otherwise.
    calendar.add("name", vText(_clean(name)), encode=False)
    calendar.add("x-wr-calname", vText(_clean(name)), encode=False)
    calendar.add("x-wr-timezone", "Europe/Berlin")
    calendar.add("x-published-ttl", REFRESH)
    calendar.add("color", "steelblue")
    calendar.add("x-apple-calendar-color", "#4682B4")
    head = bytes(calendar.to_ical()).removesuffix(FOOTER)
    # RFC 7986, section 5.7 demands the parameter that the library leaves out.
    return head + b"REFRESH-INTERVAL;VALUE=DURATION:" + REFRESH.encode() + b"\r\n" + TIME_ZONE


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)


def _clean(text: str) -> str:
    """Without control characters, which the library passes through."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]", " ", text)
