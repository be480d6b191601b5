"""What a calendar program answers to an invitation, read from a message (RFC 5546, sections 3.2.3 and 3.2.7)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from meetings.replies import COMMENT_LENGTH, Answer
from portal.inbound import UnreadableError, octets_of, parts_of
from portal.letters import one_line
from portal.people import EMAIL_LENGTH, is_email, tidy_email

if TYPE_CHECKING:
    from icalendar import Calendar, Component

METHODS = frozenset({"REPLY", "COUNTER"})
ANSWERS = {
    "ACCEPTED": Answer.YES,
    "DECLINED": Answer.NO,
    "TENTATIVE": Answer.PERHAPS,
    # The person named in DELEGATED-TO is not added: the committee knows who may stand in.
    "DELEGATED": Answer.DEPUTY,
}
LARGEST_CALENDAR = 100_000  # bytes
LARGEST_SEQUENCE = 2**31 - 1
CHARSETS = frozenset({"us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"})  # beside UTF-8
NO_CALENDAR = "no calendar in the part that should be one"
FAULTS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the library raises at text that is no calendar."""


@dataclass(frozen=True)
class CalendarAnswer:
    """An answer as it came; nothing of it is proved.

    `method` is REPLY, or COUNTER where another time is proposed, which `starts_at` and `ends_at` then hold.
    `attendee` is an address as addresses are stored. `answer` is None where there is none in it. `sequence` names
    the date that was answered to, `stamped_at` the moment of the answer.
    """

    method: str
    uid: str
    attendee: str
    answer: Answer | None
    sequence: int
    stamped_at: datetime | None
    comment: str
    starts_at: datetime | None
    ends_at: datetime | None


def read_answer(message: Message) -> CalendarAnswer | None:
    """The answer in a message; None when it holds none.

    Raises:
        UnreadableError: it holds one that cannot be understood, or more than one.
    """
    parts = {(method, octets_of(part)): part for method, part in _calendar_parts(message)}
    if not parts:
        return None
    if len(parts) > 1:
        raise UnreadableError("several calendars")
    (((method, content), part),) = parts.items()
    if len(content) > LARGEST_CALENDAR:
        raise UnreadableError("a calendar larger than 100 kB")
    try:
        return _read(method, _calendar(_text(content, part.get_content_charset())))
    except UnreadableError:
        raise
    except FAULTS:
        raise UnreadableError(NO_CALENDAR) from None


def _calendar_parts(message: Message) -> list[tuple[str, Message]]:
    """Parts that say of themselves that they answer, with their method; not those of messages that are enclosed."""
    if message.get_content_maintype() == "multipart":
        return [found for part in parts_of(message) for found in _calendar_parts(part)]
    method = str(message.get_param("method", "")).upper()
    return [(method, message)] if message.get_content_type() == "text/calendar" and method in METHODS else []


def _text(content: bytes, charset: str | None) -> str:
    return content.decode(charset if charset in CHARSETS else "utf-8-sig", "replace")


def _calendar(text: str) -> "Calendar":
    from icalendar import Calendar

    return Calendar.from_ical(text)


def _read(method: str, calendar: "Calendar") -> CalendarAnswer:
    if calendar.name != "VCALENDAR":
        raise UnreadableError(NO_CALENDAR)
    if str(calendar.get("method", "")).strip().upper() != method:
        raise UnreadableError("two methods")
    events = calendar.walk("VEVENT")
    if len(events) != 1:
        raise UnreadableError("not one event")
    event = events[0]
    attendees = _values(event, "attendee")
    if len(attendees) != 1:
        raise UnreadableError("not one attendee")
    address = _address(attendees[0])
    status = str(getattr(attendees[0], "params", {}).get("PARTSTAT", "")).upper()
    if not address or not status:
        raise UnreadableError("an attendee without address or status")
    return CalendarAnswer(
        method=method,
        uid=str(event.get("uid", "")).strip(),
        attendee=address,
        answer=ANSWERS.get(status),
        sequence=_sequence(event),
        stamped_at=_moment(event, "dtstamp"),
        comment=one_line(" ".join(map(str, _values(event, "comment"))))[:COMMENT_LENGTH],
        starts_at=_moment(event, "dtstart"),
        ends_at=_moment(event, "dtend"),
    )


def _values(event: "Component", name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _address(attendee: object) -> str:
    """The address behind `mailto:`, which programs write as they like; nothing that is no address."""
    scheme, _, address = str(attendee).strip().partition(":")
    address = unquote(address)
    if scheme.lower() != "mailto" or len(address) > EMAIL_LENGTH or not is_email(address):
        return ""
    return tidy_email(address)


def _sequence(event: "Component") -> int:
    """0 where there is none, as RFC 5546 has it; nobody knows a date that is not numbered."""
    number = event.get("sequence", 0)
    if not isinstance(number, int):
        raise UnreadableError("SEQUENCE is no number")
    return min(max(int(number), 0), LARGEST_SEQUENCE)


def _moment(event: "Component", name: str) -> datetime | None:
    """A moment in UTC; None where it is missing, a mere day or no moment at all."""
    with suppress(*FAULTS, OverflowError):
        value: object = getattr(event[name], "dt", None)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    return None
