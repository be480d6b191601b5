"""The octets of a letter: what any mail server and reader takes apart, and what nobody's words can change."""

import string
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from doors import DOMAIN, House
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.letters import CalendarPart, Written, fill_in, readdressed, secret, text_of, write_letter
from portal.people import Person

MARK = "0123456789abcdef0123456789abcdef"
MESSAGE_ID = f"<{MARK}@{DOMAIN}>"
CREATED = datetime(2027, 2, 9, 10, 30, 5, 999, tzinfo=UTC)
EVENT = b"BEGIN:VCALENDAR\r\nSUMMARY:\xc3\xa4\r\nEND:VCALENDAR\r\n"
LINK = "https://portal.example.org/answer/" + "12-" + "abcdefghij" * 12
AWKWARD = st.text(
    alphabet=st.sampled_from("\r\n\t \0\x0b\x85\u2028=_-.ä😀" + string.ascii_letters), max_size=200
) | st.text(max_size=300)


@pytest.fixture
def person(light_house: House) -> Person:
    with light_house.app.app_context():
        yield Person(id=7, name="Mia Glied", email="member@example.org", language="de")


def write(person: Person, text: str = "Guten Tag\n", html: str = "<p>Guten Tag</p>", **more: object) -> bytes:
    more = {"created": CREATED, "message_id": MESSAGE_ID} | more
    return write_letter(person, Written("Betreff", text, html), **more)


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def tree(message: EmailMessage) -> object:
    """Types of the parts, nested as the parts are."""
    if message.is_multipart():
        return message.get_content_type(), [tree(part) for part in message.iter_parts()]
    return message.get_content_type()


def parts(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.walk() if not part.is_multipart()]


def test_the_headers_are_these_and_stand_once(person: Person) -> None:
    heads = write(person, thread="sitzung-3", may_unsubscribe=True).partition(b"\r\n\r\n")[0].decode()
    assert heads.splitlines() == [
        f"From: Testportal <portal@{DOMAIN}>",
        "To: Mia Glied <member@example.org>",
        "Subject: Betreff",
        "Date: Tue, 09 Feb 2027 10:30:05 +0000",
        f"Message-ID: {MESSAGE_ID}",
        f"In-Reply-To: <sitzung-3.7@{DOMAIN}>",
        f"References: <sitzung-3.7@{DOMAIN}>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        f"List-Unsubscribe: <https://{MARK}.invalid/unsubscribe>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Content-Language: de",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="=_{MARK}"',
    ]


def test_text_comes_before_html(person: Person) -> None:
    message = read(write(person))
    assert tree(message) == ("multipart/alternative", ["text/plain", "text/html"])
    assert [part["Content-Transfer-Encoding"] for part in parts(message)] == ["quoted-printable"] * 2


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_calendar_object_is_the_last_alternative_and_a_file(person: Person, method: str) -> None:
    message = read(write(person, calendar=CalendarPart(method, EVENT)))
    alternatives = ["text/plain", "text/html", "text/calendar"]
    assert tree(message) == ("multipart/mixed", [("multipart/alternative", alternatives), "application/ics"])
    event, file = parts(message)[2:]
    assert dict(event["Content-Type"].params) == {"method": method, "charset": "utf-8"}
    assert event["Content-Disposition"] is None
    assert event["Content-Transfer-Encoding"] == file["Content-Transfer-Encoding"] == "base64"
    assert event.get_payload(decode=True) == file.get_payload(decode=True) == EVENT
    assert file.get_filename() == "invite.ics"


def test_an_invitation_comes_from_the_address_that_organizes_the_meeting(person: Person) -> None:
    message = read(write(person, sender="sitzungen@example.org"))
    assert message["From"] == "Testportal <sitzungen@example.org>"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=150,
    derandomize=True,
)
@given(text=AWKWARD, html=AWKWARD, name=AWKWARD, head=AWKWARD)
def test_any_words_arrive_whole_and_change_nothing_else(
    person: Person, text: str, html: str, name: str, head: str
) -> None:
    person.name = name
    written = Written(" ".join(head.split()).replace("\0", ""), text, html)
    if not written.head.isprintable():
        written = Written("x", text, html)
    event = CalendarPart("REQUEST", EVENT)
    content = write_letter(person, written, created=CREATED, message_id=MESSAGE_ID, calendar=event)
    message = read(content)
    assert tree(message)[0] == "multipart/mixed"
    found = [part.get_payload(decode=True).decode() for part in parts(message)[:2]]
    assert [lines(one) for one in found] == [lines(text), lines(html)]
    assert [address.addr_spec for address in message["To"].addresses] == ["member@example.org"]
    assert len(message.keys()) == 10
    assert not message.defects
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))  # RFC 5322, section 2.1.1
    assert fill_in(content, lambda _mark, _name: None) == content


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_hidden_links_are_put_in_everywhere_and_nothing_else_changes(person: Person) -> None:
    text = f"Ja? {secret('answer', MESSAGE_ID)}?answer=yes\n"
    event = CalendarPart("REQUEST", EVENT)
    content = write(person, text, f"<a href='{secret('answer', MESSAGE_ID)}'>ä</a>", calendar=event)
    filled = fill_in(content, lambda mark, name: LINK if (mark, name) == (MARK, "answer") else "")
    found = [part.get_content() for part in parts(read(filled))[:2]]
    assert found == [f"Ja? {LINK}?answer=yes\r\n", f"<a href='{LINK}'>ä</a>"]
    assert parts(read(filled))[2:] != []
    assert [part.as_bytes() for part in parts(read(filled))[2:]] == [
        part.as_bytes() for part in parts(read(content))[2:]
    ]
    assert filled.partition(b"\r\n\r\n")[0] == content.partition(b"\r\n\r\n")[0]


def test_a_long_link_stands_whole_in_the_header_for_unsubscribing(person: Person) -> None:
    filled = fill_in(write(person, may_unsubscribe=True), lambda _mark, _name: LINK)
    assert f"\r\nList-Unsubscribe: <{LINK}>\r\n".encode() in filled


def test_a_letter_with_a_dead_link_is_none(person: Person) -> None:
    assert fill_in(write(person, f"{secret('answer', MESSAGE_ID)}\n"), lambda _mark, _name: None) is None


def test_an_address_that_somebody_typed_is_never_taken_for_a_hidden_link(person: Person) -> None:
    for typed in ("https://link.invalid/password", f"https://{'f' * 32}.invalid/password"):
        content = write(person, f"Wo: {typed}\n")
        assert fill_in(content, lambda mark, _name: LINK if mark == MARK else "") == content


@pytest.mark.parametrize("name", ["Mia Glied", "Ünsal, Ä. " * 12])
def test_a_letter_gets_another_address_and_stays_the_same_otherwise(person: Person, name: str) -> None:
    person.name = name
    content = write(person)
    person.name, person.email = "Mia Neu", "neu@example.org"
    changed = readdressed(content, person)
    assert changed == write(person)


def test_the_words_of_a_letter_are_those_between_greeting_and_signature(person: Person) -> None:
    content = write(person, "Guten Tag, Mia,\n\nErstens ä.\n\nZweitens\n-- \nGanz\n\n-- \nPortal\n\nFuß\n")
    assert text_of(content) == "Erstens ä.\n\nZweitens\n-- \nGanz"
