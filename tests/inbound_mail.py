"""Answers of calendar programs, written in the manner of each, and ways to hand them to the portal."""

import base64
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from doors import DOMAIN, House
from smtp import MailServer, connect

from meetings.announcing import tell_invited
from meetings.feeds import event_changed
from meetings.meeting import Meeting
from meetings.replies import Reply
from portal.inbound import InboundMessage
from portal.people import Person

AUTHSERV = "mx.example.org"
PASS = f"{AUTHSERV}; spf=pass smtp.mailfrom=example.org; dmarc=pass (p=none dis=none) header.from=example.org"
BOX = f"portal@{DOMAIN}"

_numbers = itertools.count(1)

# What each program writes before and after the properties that all have. Exchange leaves ORGANIZER out.
THUNDERBIRD = """BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
METHOD:{method}
BEGIN:VEVENT
CREATED:20270101T080000Z
LAST-MODIFIED:{stamp}
DTSTAMP:{stamp}
UID:{uid}
SUMMARY:Lenkungskreis
ORGANIZER:mailto:{box}
ATTENDEE;RSVP=TRUE;PARTSTAT={status};ROLE=REQ-PARTICIPANT:mailto:{attendee}
DTSTART;TZID=Europe/Berlin:{start}
DTEND;TZID=Europe/Berlin:{end}
SEQUENCE:{sequence}
{more}END:VEVENT
END:VCALENDAR
"""
EXCHANGE = """BEGIN:VCALENDAR
METHOD:{method}
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT={status};CN=Mia Glied:MAILTO:{attendee}
{more}UID:{uid}
SUMMARY;LANGUAGE=de-DE:Zugesagt: Lenkungskreis
DTSTART;TZID=W. Europe Standard Time:{start}
DTEND;TZID=W. Europe Standard Time:{end}
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:{stamp}
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:{sequence}
LOCATION;LANGUAGE=de-DE:Rathaus\\, Raum 1
X-MICROSOFT-CDO-APPT-SEQUENCE:{sequence}
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
END:VCALENDAR
"""
GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:{method}
BEGIN:VEVENT
DTSTART:{start}
DTEND:{end}
DTSTAMP:{stamp}
ORGANIZER;CN={box}:mailto:{box}
UID:{uid}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={status};CN=Mia Gl
 ied;X-NUM-GUESTS=0:mailto:{attendee}
{more}CREATED:20270101T080000Z
LAST-MODIFIED:{stamp}
SEQUENCE:{sequence}
STATUS:CONFIRMED
SUMMARY:Lenkungskreis
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""
APPLE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Apple Inc.//macOS 15.3//EN
METHOD:{method}
BEGIN:VEVENT
UID:{uid}
SEQUENCE:{sequence}
DTSTAMP:{stamp}
DTSTART;TZID=Europe/Berlin:{start}
DTEND;TZID=Europe/Berlin:{end}
ORGANIZER:MAILTO:{box}
ATTENDEE;CN="Mia Glied";CUTYPE=INDIVIDUAL;EMAIL="{attendee}";PARTSTAT={status};ROLE=REQ-PARTICIPANT:mailto:{attendee}
SUMMARY:Lenkungskreis
{more}END:VEVENT
END:VCALENDAR
"""


@dataclass
class Program:
    """How a program packs its answer."""

    calendar: str
    kind: str
    headers: str = ""
    encoding: str = "base64"
    is_mixed: bool = False


PROGRAMS = {
    "thunderbird": Program(
        THUNDERBIRD,
        "text/calendar; method={method}; charset=UTF-8",
        "User-Agent: Mozilla Thunderbird\n",
        is_mixed=True,
    ),
    "outlook": Program(
        EXCHANGE,
        'text/calendar; charset="utf-8"; method={method}',
        "Thread-Topic: Lenkungskreis\nX-MS-Has-Attach:\nX-MS-Exchange-Organization-SCL: -1\n",
    ),
    "google": Program(
        GOOGLE,
        'text/calendar; charset="UTF-8"; method={method}',
        "Sender: Google Calendar <calendar-notification@google.com>\nAuto-Submitted: auto-generated\n",
        encoding="7bit",
        is_mixed=True,
    ),
    "apple": Program(
        APPLE,
        "text/calendar;\n\tmethod={method};\n\tcharset=utf-8",
        "X-Mailer: Apple Mail\n",
        encoding="7bit",
    ),
}


@dataclass
class Answer:
    """A message that answers; every word of it can be set."""

    uid: str
    program: str = "thunderbird"
    attendee: str = "member@example.org"
    sender: str = "Mia Glied <member@example.org>"
    status: str = "ACCEPTED"
    method: str = "REPLY"
    parameter: str | None = None
    sequence: int | str = 0
    stamp: datetime = field(default_factory=lambda: datetime.now(UTC))
    starts_at: datetime = field(default_factory=lambda: datetime(2027, 2, 9, 11, tzinfo=UTC))
    results: str | None = PASS
    more: str = ""
    headers: str = ""
    message_id: str = field(default_factory=lambda: f"<answer-{next(_numbers)}@example.org>")

    @property
    def calendar(self) -> str:
        """The calendar object."""
        is_utc = self.program == "google"
        seconds = "%Y%m%dT%H%M%SZ" if is_utc else "%Y%m%dT%H%M%S"
        start = self.starts_at.astimezone(UTC if is_utc else ZoneInfo("Europe/Berlin"))
        return PROGRAMS[self.program].calendar.format(
            method=self.method,
            uid=self.uid,
            attendee=self.attendee,
            status=self.status,
            sequence=self.sequence,
            stamp=self.stamp.strftime("%Y%m%dT%H%M%SZ"),
            start=start.strftime(seconds),
            end=(start + timedelta(hours=2)).strftime(seconds),
            box=BOX,
            more=self.more,
        )

    def octets(self, calendar: str | bytes | None = None) -> bytes:
        """The message, with its own calendar object or another one."""
        packing = PROGRAMS[self.program]
        content = self.calendar if calendar is None else calendar
        content = content.encode() if isinstance(content, str) else content
        content = content.replace(b"\n", b"\r\n")
        results = f"Authentication-Results: {self.results}\n" if self.results else ""
        head = (
            f"Return-Path: <member@example.org>\n{results}Received: from mail.example.org by {AUTHSERV};"
            f" Mon, 11 Jan 2027 10:00:00 +0100\n{self.headers}{packing.headers}From: {self.sender}\nTo: {BOX}\n"
            f"Subject: Zugesagt: Lenkungskreis\nMessage-ID: {self.message_id}\n"
            "Date: Mon, 11 Jan 2027 10:00:00 +0100\nMIME-Version: 1.0\n"
        )
        kind = packing.kind.format(method=self.parameter or self.method)
        coded = content
        if packing.encoding == "base64":
            coded = base64.encodebytes(content)
        parts = [
            b"Content-Type: text/plain; charset=utf-8\n\nMia Glied hat zugesagt.\n",
            f"Content-Type: {kind}\nContent-Transfer-Encoding: {packing.encoding}\n\n".encode() + coded,
        ]
        body = multipart("alternative", "inner", *parts)
        if packing.is_mixed:
            attached = (
                b'Content-Type: application/ics; name="invite.ics"\nContent-Disposition: attachment;'
                b' filename="invite.ics"\nContent-Transfer-Encoding: base64\n\n' + base64.encodebytes(content)
            )
            body = multipart("mixed", "outer", body, attached)
        return head.encode() + body


def multipart(kind: str, boundary: str, *parts: bytes) -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
    line = f"--{boundary}".encode()
    return head + b"".join(line + b"\n" + part + b"\n" for part in parts) + line + b"--\n"


def answer_to(meeting: int, **words: Any) -> Answer:
    """An answer to the invitation to this meeting, as the portal's own UID names it."""
    return Answer(uid=f"sitzung-{meeting}@{DOMAIN}", **words)


def receive(house: House, message: Answer | bytes, *options: str) -> str:
    """Hand a message to `flask inbound`; returns what it says became of it."""
    content = message.octets() if isinstance(message, Answer) else message
    ended = house.run("inbound", *options, stdin=content)
    assert ended.exit_code == 0, ended.output
    return ended.stderr.strip()


def open_for_answers(house: House, server: MailServer | None = None, **settings: str) -> None:
    """Let the portal take answers by pipe, and trust the mail server's word on who wrote."""
    connect(house, server, **({"PORTAL_REPLIES": "pipe", "PORTAL_AUTHSERV": AUTHSERV} | settings))


def invite_by_calendar(house: House, slug: str = "lenkungskreis", name: str = "member") -> int:
    """Invite a committee, one of whom wants calendar invitations; returns the meeting's id."""
    number = house.meeting(slug)
    with house.rows() as rows:
        wanted = sa.select(Person).where(Person.email == f"{name}@example.org")
        rows.scalars(wanted).one().wants_invitations = True
        meeting = rows.get_one(Meeting, number)
        meeting.invite()
        event_changed(meeting)
        tell_invited(meeting)
        rows.commit()
    return number


def replies(house: House) -> list[tuple[str, str, int]]:
    """What is stored: who, answer, and the SEQUENCE that it was given to."""
    with house.rows() as rows:
        return [
            (row.person.email.partition("@")[0], row.answer.value, row.sequence)
            for row in rows.scalars(sa.select(Reply).order_by(Reply.id))
        ]


def noted(house: House) -> list[tuple[str, str]]:
    """Outcome and detail of every message, oldest first."""
    with house.rows() as rows:
        found = rows.scalars(sa.select(InboundMessage).order_by(InboundMessage.id))
        return [(row.outcome.value, row.detail) for row in found]
