"""Calendar invitations on the wire: every row of what real calendar programs need of a REQUEST and a CANCEL."""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
import vobject
from doors import DOMAIN, House
from icalendar import Calendar, Event
from inbound_mail import PASS, invite_by_calendar, noted, open_for_answers, receive, replies
from smtp import MailServer, Once, Received, lose_reply, press, work

from meetings.meeting import Meeting
from portal.people import Person

BERLIN = ZoneInfo("Europe/Berlin")
BOX = f"portal@{DOMAIN}"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2027-01-10 10:00", tick=False) as travelled:
        yield travelled


@pytest.fixture
def meeting(light_house: House, server: MailServer) -> int:
    """A meeting to which member@ has a calendar invitation; the letters have arrived."""
    open_for_answers(light_house, server)
    number = invite_by_calendar(light_house)
    work(light_house)
    return number


def change(house: House, meeting: int, button: str, **fields: str) -> None:
    press(house, meeting, button, **fields)
    work(house)


def parts(letter: Received) -> list[EmailMessage]:
    return [part for part in letter.message.walk() if not part.is_multipart()]


def calendar(letter: Received) -> Calendar:
    (part,) = [part for part in parts(letter) if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_payload(decode=True))


def event(letter: Received) -> Event:
    (found,) = calendar(letter).walk("VEVENT")
    return found


def history(house: House, server: MailServer, meeting: int) -> list[Received]:
    """Invited, moved, cancelled, reinstated: the letters to member@, all within the same second."""
    change(house, meeting, "edit", on="2027-02-16", starts="14:00", ends="16:00", place="Raum 7")
    change(house, meeting, "cancel")
    change(house, meeting, "reinstate")
    return server.to("member")


# Structure.


def test_the_letter_has_the_structure_that_thunderbird_itself_sends(server: MailServer, meeting: int) -> None:
    (letter,) = server.to("member")
    message = letter.message
    assert message.get_content_type() == "multipart/mixed"
    alternatives, attached = message.iter_parts()
    assert alternatives.get_content_type() == "multipart/alternative"
    text, html, invitation = alternatives.iter_parts()
    kinds = [part.get_content_type() for part in (text, html, invitation, attached)]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
    assert dict(invitation["Content-Type"].params) == {"method": "REQUEST", "charset": "utf-8"}
    assert invitation["Content-Disposition"] is None
    assert invitation["Content-Transfer-Encoding"] == "base64"
    assert attached["Content-Disposition"].content_disposition == "attachment"
    assert attached.get_filename() == "invite.ics"
    assert invitation.get_payload(decode=True) == attached.get_payload(decode=True)


def test_the_octets_of_the_calendar_survive_the_way(server: MailServer, meeting: int) -> None:
    (letter,) = server.to("member")
    encoded = letter.content.partition(b"text/calendar")[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0]
    octets = base64.b64decode(encoded, validate=False)
    assert octets.startswith(b"BEGIN:VCALENDAR\r\n")
    assert octets.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert max(map(len, octets.split(b"\r\n"))) <= 75
    assert letter.content.isascii()
    assert max(map(len, letter.content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(("button", "method"), [("edit", "REQUEST"), ("cancel", "CANCEL")])
def test_the_method_is_the_same_word_outside_and_inside(
    light_house: House, server: MailServer, meeting: int, button: str, method: str
) -> None:
    change(light_house, meeting, button, **({"place": "Raum 7"} if button == "edit" else {}))
    letter = server.to("member")[-1]
    (part,) = [part for part in parts(letter) if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == calendar(letter)["METHOD"] == method


def test_a_letter_that_is_sent_again_has_the_same_octets(light_house: House, server: MailServer) -> None:
    open_for_answers(light_house, server)
    invite_by_calendar(light_house)
    server.at["DATA"] = Once(lose_reply, at=2)
    with time_machine.travel("2027-01-10 10:00", tick=False) as clock:
        work(light_house)
        clock.shift(timedelta(minutes=2))
        work(light_house)
    first, second = server.to("member")
    assert first.content == second.content


# The table.


def test_a_request_says_this_and_no_more(server: MailServer, meeting: int) -> None:
    (letter,) = server.to("member")
    found = event(letter)
    assert set(calendar(letter)) == {"VERSION", "PRODID", "CALSCALE", "METHOD"}
    assert set(found) == {
        "UID",
        "DTSTAMP",
        "LAST-MODIFIED",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "DESCRIPTION",
        "URL",
        "CATEGORIES",
        "STATUS",
        "TRANSP",
        "ORGANIZER",
        "ATTENDEE",
    }
    assert [part.name for part in calendar(letter).walk()] == [
        "VCALENDAR",
        "VTIMEZONE",
        "DAYLIGHT",
        "STANDARD",
        "VEVENT",
    ]
    assert found["UID"] == f"sitzung-{meeting}@{DOMAIN}"
    assert found["DTSTART"].params == {"TZID": "Europe/Berlin"}
    assert (found["SEQUENCE"], found["STATUS"]) == (0, "CONFIRMED")


def test_sequence_status_and_method_follow_the_meeting(
    light_house: House, server: MailServer, meeting: int
) -> None:
    letters = history(light_house, server, meeting)
    assert [
        (str(calendar(one)["METHOD"]), event(one)["SEQUENCE"], str(event(one)["STATUS"])) for one in letters
    ] == [
        ("REQUEST", 0, "CONFIRMED"),
        ("REQUEST", 1, "CONFIRMED"),
        ("CANCEL", 2, "CANCELLED"),
        ("REQUEST", 3, "CONFIRMED"),
    ]
    assert len({str(event(one)["UID"]) for one in letters}) == 1


def test_each_letter_is_stamped_later_than_the_one_before(
    light_house: House, server: MailServer, meeting: int, clock: time_machine.Traveller
) -> None:
    clock.shift(-3600)  # somebody set the clock back
    stamps = [event(one)["DTSTAMP"].dt for one in history(light_house, server, meeting)]
    assert stamps == sorted(set(stamps))


def test_the_organizer_is_the_sender_for_ever(light_house: House, server: MailServer, meeting: int) -> None:
    open_for_answers(light_house, server, PORTAL_MAIL_FROM="neu@example.org")
    letters = history(light_house, server, meeting)
    assert {str(event(one)["ORGANIZER"]) for one in letters} == {f"mailto:{BOX}"}
    assert {one.message["From"].addresses[0].addr_spec for one in letters} == {BOX}
    assert all(event(one)["ORGANIZER"].params == {} for one in letters)
    assert server.to("chair")[-1].message["From"].addresses[0].addr_spec == "neu@example.org"


def test_only_the_recipient_is_named(light_house: House, server: MailServer, meeting: int) -> None:
    for letter in history(light_house, server, meeting):
        attendee = event(letter)["ATTENDEE"]
        assert attendee == "mailto:member@example.org"
        assert attendee.params == {"RSVP": "TRUE", "PARTSTAT": "NEEDS-ACTION", "ROLE": "REQ-PARTICIPANT"}
        words = " ".join(part.get_payload(decode=True).decode() for part in parts(letter))
        assert not re.search(r"(chair|secretary|counsellor)@example\.org|Carla|Sina", words)
        assert [address.addr_spec for address in letter.message["To"].addresses] == ["member@example.org"]
        assert letter.message["Cc"] is letter.message["Bcc"] is None


def test_a_new_title_sends_no_calendar_part(light_house: House, server: MailServer, meeting: int) -> None:
    change(light_house, meeting, "edit", title="Jahresplanung")
    new = server.to("member")[1:]
    assert not [part for one in new for part in parts(one) if part.get_content_type() == "text/calendar"]


def test_libraries_agree_on_what_is_sent(light_house: House, server: MailServer, meeting: int) -> None:
    for letter in history(light_house, server, meeting):
        ours = event(letter)
        theirs = vobject.readOne(calendar(letter).to_ical().decode()).vevent
        assert ours["DTSTART"].dt == theirs.dtstart.value.astimezone(BERLIN)
        assert ours["DTEND"].dt == theirs.dtend.value.astimezone(BERLIN)
        assert (ours["SUMMARY"], ours["STATUS"]) == (theirs.summary.value, theirs.status.value)
    assert event(server.to("member")[1])["DTSTART"].dt == datetime(2027, 2, 16, 14, tzinfo=BERLIN)
    assert event(server.to("member")[2])["SUMMARY"] == "Abgesagt: Lenkungskreis"


def test_an_english_reader_gets_an_english_event(light_house: House, server: MailServer) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.update(Person).values(language="en"))
        rows.commit()
    open_for_answers(light_house, server)
    meeting = invite_by_calendar(light_house)
    work(light_house)
    change(light_house, meeting, "cancel")
    assert event(server.to("member")[-1])["SUMMARY"] == "Cancelled: Lenkungskreis"


# Feed or invitation.


def test_who_subscribes_the_feed_gets_letters_without_a_calendar_part(
    light_house: House, server: MailServer, meeting: int
) -> None:
    history(light_house, server, meeting)
    for name in ("chair", "secretary"):
        assert len(server.to(name)) == 4
        assert not [one for one in server.to(name) if b"text/calendar" in one.content]


def test_without_an_inbound_address_no_request_is_sent(light_house: House, server: MailServer) -> None:
    open_for_answers(light_house, server, PORTAL_REPLIES="")
    invite_by_calendar(light_house)
    work(light_house)
    assert len(server.received) == 3
    assert not [one for one in server.received if b"text/calendar" in one.content]


# There and back.


def test_what_is_answered_to_the_letter_itself_is_understood(house: House, server: MailServer) -> None:
    open_for_answers(house, server)
    meeting = invite_by_calendar(house)
    work(house)
    (letter,) = server.to("member")
    content = reply_to(letter, "TENTATIVE")
    assert receive(house, content) == f"taken: meeting:{meeting}"
    assert replies(house) == [("member", "perhaps", 0)]
    change(house, meeting, "edit", starts="15:00", ends="17:00")
    with time_machine.travel("2027-01-10 11:00", tick=False):
        receive(house, reply_to(server.to("member")[-1], "ACCEPTED"))
    assert replies(house) == [("member", "yes", 1)]
    assert [outcome for outcome, _ in noted(house)] == ["taken", "taken"]


def reply_to(letter: Received, status: str) -> bytes:
    """What RFC 5546 makes of the invitation in this letter: the same event, its attendee's status, another stamp."""
    answer = calendar(letter)
    answer["METHOD"] = "REPLY"
    (found,) = answer.walk("VEVENT")
    found["ATTENDEE"].params["PARTSTAT"] = status
    del found["DTSTAMP"]
    found.add("dtstamp", datetime.now(UTC))
    message = EmailMessage()
    message["Authentication-Results"] = PASS
    message["From"] = letter.message["To"]
    message["To"] = str(found["ORGANIZER"]).removeprefix("mailto:")
    message["Message-ID"] = f"<{status}@example.org>"
    message.set_content("Antwort")
    message.add_alternative(
        answer.to_ical(), "text", "calendar", params={"method": "REPLY", "charset": "utf-8"}
    )
    return message.as_bytes()


def test_the_uid_outlives_a_new_domain(light_house: House, server: MailServer, meeting: int) -> None:
    open_for_answers(light_house, server, PORTAL_DOMAIN="neu.example.org")
    change(light_house, meeting, "edit", place="Raum 7")
    first, second = server.to("member")
    assert event(first)["UID"] == event(second)["UID"]
    assert receive(light_house, reply_to(second, "DECLINED")) == f"taken: meeting:{meeting}"
    with light_house.rows() as rows:
        assert rows.get_one(Meeting, meeting).domain == DOMAIN
