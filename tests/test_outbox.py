"""Letters as they are written and queued: one per person and change, in one commit, with safe headers."""

import string
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
import time_machine
from doors import DOMAIN, House, submit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smtp import MailServer, connect, work

from meetings.meeting import Meeting, MeetingState
from portal import outbox
from portal.outbox import Draft, Letter
from portal.people import Person, person_by_email

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
]


def invite(house: House, meeting: int) -> None:
    answer = submit(house.sign_in("secretary"), f"/meetings/{meeting}/invite")
    assert answer.status_code == 302


def read(letter: Letter) -> EmailMessage:
    return message_from_bytes(letter.body, policy=policy.default)


def text_of(letter: Letter) -> str:
    return read(letter).get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_inviting_queues_one_letter_for_each_member_and_nobody_else(house: House) -> None:
    invite(house, house.meeting())
    assert sorted(letter.address for letter in house.letters("invitation")) == [
        "chair@example.org",
        "member@example.org",
        "secretary@example.org",
    ]


def test_a_view_that_fails_queues_nothing(light_house: House) -> None:
    meeting = light_house.meeting()
    with light_house.rows() as rows:
        rows.execute(
            sa.text(
                "CREATE TRIGGER full BEFORE INSERT ON audit_entry WHEN NEW.action = 'meeting.invited'"
                " BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        )
        rows.commit()
    client = light_house.sign_in("secretary")
    assert submit(client, f"/meetings/{meeting}/invite").status_code == 409
    assert light_house.letters() == []
    with light_house.rows() as rows:
        assert rows.get(Meeting, meeting).state is MeetingState.PLANNED


def test_the_same_news_is_queued_once(house: House) -> None:
    with house.rows() as rows:
        person = person_by_email("member@example.org")
        assert outbox.queue("reset", person, person, 7, secret_link="", expires_at=datetime.now(UTC))
        assert outbox.queue("reset", person, person, 7, secret_link="", expires_at=datetime.now(UTC)) is None
        rows.commit()
        key = f"reset:person:{person.id}:{person.id}:7"
    assert [letter.key for letter in house.letters()] == [key]
    row = vars(house.letters()[0])
    twin = {name: row[name] for name in Letter.__table__.columns.keys()}  # noqa: SIM118
    twin |= {"id": 77, "message_id": "<another@example.org>"}
    with house.rows() as rows, pytest.raises(sa.exc.IntegrityError):
        rows.execute(sa.insert(Letter).values(twin))


def test_many_letters_are_queued_with_one_question_to_the_database(house: House) -> None:
    with house.rows() as rows:
        people = rows.scalars(sa.select(Person).order_by(Person.id)).all()
        moment, asked = datetime.now(UTC), []
        assert outbox.queue("reset", people[0], people[0], 7, expires_at=moment)
        rows.flush()
        drafts = [Draft("reset", each, each, 7, context={"expires_at": moment}) for each in people]
        sa.event.listen(
            rows.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2].split()[0])
        )
        queued = outbox.queue_many([*drafts, drafts[1]])
        rows.flush()
        assert (
            [letter and letter.person_id for letter in queued]
            == [
                None,  # it is there already
                *(each.id for each in people[1:]),
                None,  # asked for twice
            ]
        )
        rows.commit()
    assert asked.count("SELECT") == 1
    assert set(asked) == {"SELECT", "INSERT"}
    assert len(house.letters()) == len(people)


def test_nothing_to_queue_is_nothing(light_house: House) -> None:
    with light_house.rows():
        assert outbox.queue_many([]) == []


def test_a_letter_has_the_headers_of_an_automatic_letter_in_a_thread(light_house: House) -> None:
    meeting = light_house.meeting()
    invite(light_house, meeting)
    letter = next(one for one in light_house.letters() if one.address == "member@example.org")
    message = read(letter)
    assert sorted(message.keys()) == sorted(HEADERS)
    assert message["From"] == f"Testportal <portal@{DOMAIN}>"
    assert message["To"] == "Mia Glied <member@example.org>"
    assert message["Message-ID"] == letter.message_id
    assert letter.message_id.endswith(f"@{DOMAIN}>")
    assert (
        message["References"] == message["In-Reply-To"] == f"<sitzung-{meeting}.{letter.person_id}@{DOMAIN}>"
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_letter_speaks_the_language_of_its_reader(light_house: House) -> None:
    with light_house.rows() as rows:
        person_by_email("member@example.org").language = "en"
        rows.commit()
    with time_machine.travel("2026-12-01 10:00", tick=False):
        invite(light_house, light_house.meeting(days=70))
    letters = {letter.address.partition("@")[0]: letter for letter in light_house.letters()}
    assert read(letters["chair"])["Subject"] == "Einladung: Lenkungskreis am 09.02.2027"
    assert "Dienstag, 9. Februar 2027, 11:00–13:00 Uhr" in text_of(letters["chair"])
    assert read(letters["member"])["Content-Language"] == "en"
    assert "Tuesday, 9 February 2027, 11:00–13:00\n" in text_of(letters["member"])


def test_links_come_from_the_settings_and_never_from_the_request(light_house: House) -> None:
    invite(light_house, light_house.meeting())
    for letter in light_house.letters("invitation"):
        assert "http://127.0.0.1:8000/meetings/" in text_of(letter)


FORGED = st.text(
    alphabet=st.sampled_from("\r\n\t \0\x0b\x85\u2028\u202e:<>\"',;@=?ä😀" + string.ascii_letters)
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=60,
    derandomize=True,
)
@given(name=FORGED | st.text(max_size=120), title=FORGED | st.text(max_size=120))
def test_no_name_or_title_forges_a_header(light_house: House, name: str, title: str) -> None:
    with light_house.rows() as rows:
        known = rows.scalar(sa.select(Meeting.id))
    number = known or light_house.meeting()
    with light_house.rows() as rows:
        person, meeting = person_by_email("member@example.org"), rows.get_one(Meeting, number)
        person.name, meeting.title = name, title
        letter = outbox.queue(
            "invitation", meeting, person, 0, thread="sitzung-1", meeting=meeting, told=None
        )
        subject = outbox.one_line(meeting.name)
        rows.rollback()
    message = read(letter)
    assert sorted(message.keys()) == sorted(HEADERS)
    assert [address.addr_spec for address in message["To"].addresses] == ["member@example.org"]
    assert message["To"].addresses[0].display_name == outbox.one_line(name)
    assert message["Subject"].startswith(f"Einladung: {subject}")
    assert letter.body.isascii()
    assert all(len(line) <= 998 and b"\r" not in line for line in letter.body.split(b"\r\n"))
    assert b"\n" not in letter.body.replace(b"\r\n", b"")


def test_the_text_of_a_letter_is_erased_after_thirty_days_and_its_head_stays(house: House) -> None:
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock, MailServer() as server:
        connect(house, server)
        invite(house, house.meeting())
        work(house)
        clock.shift(timedelta(days=30))
        work(house)
        assert all(letter.body for letter in house.letters("invitation"))
        clock.shift(timedelta(days=1))
        work(house)
    assert {(letter.body, letter.state, letter.head != "") for letter in house.letters("invitation")} == {
        (None, "sent", True)
    }
