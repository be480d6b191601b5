"""Answers that come in by mail: the five rules, and what becomes of everything else."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from doors import DOMAIN, House, submit
from inbound_mail import (
    AUTHSERV,
    PROGRAMS,
    answer_to,
    invite_by_calendar,
    multipart,
    noted,
    open_for_answers,
    receive,
    replies,
)
from servers import ROOT, clean_environment, flask
from smtp import MailServer, connect, press, work

from meetings.replies import Reply
from portal.audit import AuditEntry
from portal.committees import Membership
from portal.inbound import LARGEST_MESSAGE, InboundMessage
from portal.outbox import Letter
from portal.people import Person

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)
LINK = re.compile(r"http://127\.0\.0\.1:8000(/answer/\S+)")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def invited(house: House, slug: str = "lenkungskreis", name: str = "member") -> int:
    """A meeting to which the person has a calendar invitation, in a portal that takes answers."""
    open_for_answers(house)
    return invite_by_calendar(house, slug, name)


def kinds(house: House) -> list[tuple[str, str]]:
    """Letters about answers: kind and reader."""
    return [
        (letter.kind, letter.address.partition("@")[0])
        for letter in house.letters()
        if letter.kind.startswith("reply_")
    ]


def words(letter: Letter) -> str:
    """The text of a letter in the outbox."""
    message = message_from_bytes(letter.body, policy=policy.default)
    return message.get_body(("plain",)).get_content()


# Answers that are taken.


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_can_accept(light_house: House, program: str) -> None:
    meeting = invited(light_house)
    assert receive(light_house, answer_to(meeting, program=program)) == f"taken: meeting:{meeting}"
    assert replies(light_house) == [("member", "yes", 0)]
    assert kinds(light_house) == []


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("ACCEPTED", "yes"),
        ("DECLINED", "no"),
        ("TENTATIVE", "perhaps"),
        ("DELEGATED", "deputy"),
        ("accepted", "yes"),
    ],
)
def test_every_status_becomes_an_answer(light_house: House, status: str, answer: str) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, status=status))
    assert replies(light_house) == [("member", answer, 0)]


def test_the_answer_is_seen_on_the_meetings_page(light_house: House) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, status="DECLINED"))
    page = light_house.sign_in("secretary").get(f"/meetings/{meeting}").text
    assert "sagt ab" in page


SPELLINGS = [
    ("Member@Example.ORG", "MEMBER@example.org"),
    ("member@example.org", '"Glied, Mia (Amt)" <member@example.org>'),
    ("member@example.org", "=?utf-8?q?Mia_Gli=C3=A9d?= <Member@Example.org>"),
    ("member%40example.org", "member@example.org"),
]


def test_the_spelling_of_addresses_does_not_matter(light_house: House, clock: time_machine.Traveller) -> None:
    meeting = invited(light_house)
    for attendee, sender in SPELLINGS:
        clock.shift(1)
        said = receive(light_house, answer_to(meeting, attendee=attendee, sender=sender))
        assert said == f"taken: meeting:{meeting}", (attendee, sender)


def test_a_remark_is_kept_as_one_line(light_house: House) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, more="COMMENT:Komme später\\nund gehe früher\r\n\0\x1b[31m\n"))
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Reply.comment)).one().startswith("Komme später und gehe früher")


def test_an_overlong_remark_is_cut(light_house: House) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, more=f"COMMENT:{'lang ' * 1000}\n"))
    with light_house.rows() as rows:
        assert len(rows.scalars(sa.select(Reply.comment)).one()) == 300


def test_in_a_case_group_a_remark_that_names_somebody_is_left_out(light_house: House) -> None:
    meeting = invited(light_house, "fallgruppe", "counsellor")
    who = {"attendee": "counsellor@example.org", "sender": "counsellor@example.org"}
    receive(light_house, answer_to(meeting, **who, more="COMMENT:Frau Fatima Yilmaz\\, geb. 03.04.1981\n"))
    assert replies(light_house) == [("counsellor", "yes", 0)]
    assert noted(light_house) == [("taken", "without its comment")]
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Reply.comment)).one() == ""


def test_the_last_of_two_answers_counts(light_house: House, clock: time_machine.Traveller) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting))
    clock.shift(60)
    receive(light_house, answer_to(meeting, status="DECLINED"))
    assert replies(light_house) == [("member", "no", 0)]


def test_an_answer_by_program_leaves_a_trace_without_content(light_house: House) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, more="COMMENT:etwas Geheimes\n"))
    with light_house.rows() as rows:
        details = [str(row.detail) for row in rows.scalars(sa.select(AuditEntry))]
        actions = set(rows.scalars(sa.select(AuditEntry.action)))
        (row,) = rows.scalars(sa.select(InboundMessage))
    assert "reply.recorded" in actions
    assert not any("Geheimes" in detail for detail in details)
    assert (row.sender, row.about, row.detail) == ("member@example.org", f"meeting:{meeting}", "")


# Rule 1: what is read at all.


def test_a_message_is_read_once(house: House) -> None:
    meeting = invited(house)
    first = answer_to(meeting)
    assert receive(house, first) == receive(house, first)
    assert noted(house) == [("taken", "")]


def test_a_message_without_an_id_is_read_once_too(light_house: House) -> None:
    meeting = invited(light_house)
    content = answer_to(meeting).octets().replace(b"Message-ID", b"X-Message")
    receive(light_house, content)
    receive(light_house, content)
    assert noted(light_house) == [("taken", "")]


@pytest.mark.drill
def test_of_two_processes_that_read_the_same_message_one_wins(house: House) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True):
        meeting = invited(house)
        content = answer_to(meeting, stamp=datetime.now(UTC)).octets()
        environment = clean_environment() | house.environment
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "inbound"]
        pipe = subprocess.PIPE
        running = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stderr=pipe) for _ in range(2)
        ]
        ended = [process.communicate(content, timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], ended
    assert noted(house) == [("taken", "")]
    with house.rows() as rows:
        count = sa.select(sa.func.count()).where(AuditEntry.action == "reply.recorded")
        assert rows.scalar(count) == 1


def test_a_message_of_more_than_a_megabyte_is_not_read(light_house: House) -> None:
    meeting = invited(light_house)
    content = answer_to(meeting).octets()
    assert (
        receive(light_house, content + b"x" * (LARGEST_MESSAGE - len(content) + 1))
        == "ignored: larger than 1 MB"
    )
    assert (
        receive(light_house, content + b"x" * (LARGEST_MESSAGE - len(content))) == f"taken: meeting:{meeting}"
    )


AUTOMATIC = [
    ("Auto-Submitted: auto-replied", "ignored"),
    ("Auto-Submitted: auto-replied (vacation)", "ignored"),
    ("Precedence: bulk", "ignored"),
    ("Precedence: JUNK", "ignored"),
    ("X-Autoreply: yes", "ignored"),
    ("Auto-Submitted: no", "taken"),
    ("Auto-Submitted: auto-generated", "taken"),  # as Google sends what people click
]


def test_what_a_machine_answered_is_dropped(light_house: House, clock: time_machine.Traveller) -> None:
    meeting = invited(light_house)
    for header, outcome in AUTOMATIC:
        clock.shift(1)
        assert receive(light_house, answer_to(meeting, headers=f"{header}\n")).startswith(outcome), header


def test_a_message_with_a_null_sender_is_dropped(light_house: House) -> None:
    meeting = invited(light_house)
    content = answer_to(meeting).octets().replace(b"Return-Path: <member@example.org>", b"Return-Path: <>")
    assert receive(light_house, content) == "ignored: automatic"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"method": "REQUEST"}, "no answer in it"),
        ({"method": "CANCEL"}, "no answer in it"),
        ({"method": "PUBLISH"}, "no answer in it"),
        ({"method": "REQUEST", "parameter": "REPLY"}, "two methods"),
        ({"parameter": "REQUEST"}, "no answer in it"),
        ({"parameter": "COUNTER"}, "two methods"),
    ],
)
def test_only_a_reply_is_read_as_one(light_house: House, changes: dict[str, str], why: str) -> None:
    meeting = invited(light_house)
    assert receive(light_house, answer_to(meeting, **changes)) == f"ignored: {why}"
    assert replies(light_house) == []


def test_the_method_may_be_written_small(light_house: House) -> None:
    meeting = invited(light_house)
    assert receive(light_house, answer_to(meeting, method="Reply", parameter="reply")).startswith("taken")


def test_a_calendar_that_says_nothing_of_its_method_is_not_read(light_house: House) -> None:
    meeting = invited(light_house)
    content = answer_to(meeting).octets().replace(b"; method=REPLY", b"")
    assert receive(light_house, content) == "ignored: no answer in it"


def test_an_answer_in_an_enclosed_message_is_nobodys_answer(light_house: House) -> None:
    meeting = invited(light_house)
    inner = answer_to(meeting).octets()
    outer = b"From: member@example.org\nMessage-ID: <f@example.org>\nMIME-Version: 1.0\n"
    forwarded = outer + multipart("mixed", "fwd", b"Content-Type: message/rfc822\n\n" + inner)
    assert receive(light_house, forwarded) == "ignored: no answer in it"


def test_the_words_of_a_person_are_counted_but_not_kept(light_house: House) -> None:
    open_for_answers(light_house)
    letter = b"From: member@example.org\nMessage-ID: <w@example.org>\n\nIch komme etwas sp\xc3\xa4ter.\n"
    assert receive(light_house, letter) == "ignored: no answer in it"
    assert b"Ich komme" not in (light_house.instance / "portal.db").read_bytes()


# Rule 2: one event that we know, one attendee.


def test_an_unknown_event_is_ignored(light_house: House) -> None:
    meeting = invited(light_house)
    names = [
        "",
        f"sitzung-@{DOMAIN}",
        f"sitzung-999@{DOMAIN}",
        f"sitzung-{meeting}@example.com",
        f"sitzung-{meeting}",
    ]
    for uid in names:
        answer = answer_to(meeting)
        answer.uid = uid
        assert receive(light_house, answer) == "ignored: unknown meeting"
    assert (replies(light_house), kinds(light_house)) == ([], [])


UNCLEAR = [
    ("END:VEVENT", "END:VEVENT\nBEGIN:VEVENT\nUID:x\nEND:VEVENT", "not one event"),
    ("BEGIN:VEVENT", "BEGIN:VTODO", "not one event"),
    ("SEQUENCE:0", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@example.org", "not one attendee"),
    ("ATTENDEE", "X-ATTENDEE", "not one attendee"),
    ("PARTSTAT=ACCEPTED;", "", "an attendee without address or status"),
    ("mailto:member", "https://member", "an attendee without address or status"),
    ("PARTSTAT=ACCEPTED", "PARTSTAT=NEEDS-ACTION", "no answer in the reply"),
    ("PARTSTAT=ACCEPTED", "PARTSTAT=X-PERHAPS", "no answer in the reply"),
    ("SEQUENCE:0", "SEQUENCE:eins", "SEQUENCE is no number"),
    ("BEGIN:VCALENDAR", "BEGIN:VCARD", "no calendar in the part that should be one"),
    ("END:VCALENDAR", "", "no calendar in the part that should be one"),
]


def test_a_reply_that_is_not_clear_is_ignored(light_house: House) -> None:
    meeting = invited(light_house)
    for old, new, why in UNCLEAR:
        answer = answer_to(meeting)
        assert old in answer.calendar
        said = receive(light_house, answer.octets(answer.calendar.replace(old, new, 1)))
        assert said == f"ignored: {why}", (old, new)
    assert (replies(light_house), kinds(light_house)) == ([], [])


def test_two_calendars_that_differ_are_not_clear(light_house: House) -> None:
    meeting = invited(light_house)
    content = answer_to(meeting, program="apple").octets()
    part = content[content.index(b"--inner\nContent-Type: text/calendar") :].removesuffix(b"--inner--\n")
    twice = content.replace(b"--inner--\n", part + b"--inner--\n")
    assert receive(light_house, twice).startswith("taken")
    other = content.replace(b"--inner--\n", part.replace(b"ACCEPTED", b"DECLINED") + b"--inner--\n")
    other = other.replace(b"<answer-", b"<other-")
    assert receive(light_house, other) == "ignored: several calendars"


def test_a_missing_sequence_means_the_first_date(light_house: House) -> None:
    meeting = invited(light_house)
    answer = answer_to(meeting)
    receive(light_house, answer.octets(answer.calendar.replace("SEQUENCE:0\n", "")))
    assert replies(light_house) == [("member", "yes", 0)]


# Rule 3: who wrote.


UNTRUSTED = [
    None,
    f"{AUTHSERV}; none",
    f"{AUTHSERV}; dmarc=fail header.from=example.org",
    f"{AUTHSERV}; dmarc=none header.from=example.org",
    f"{AUTHSERV}; spf=pass smtp.mailfrom=example.org; dkim=pass header.d=example.org",
    f"{AUTHSERV}; dmarc=pass header.from=evil.example",
    f"{AUTHSERV}; dmarc=pass",
    f"{AUTHSERV}; dmarc=passed header.from=example.org",
    f"{AUTHSERV}; dmarc=fail (dmarc=pass header.from=example.org) header.from=example.org",
    f'{AUTHSERV}; dmarc=fail reason="; dmarc=pass header.from=example.org" header.from=example.org',
    f"{AUTHSERV}; dmarc=pass header.from=example.org; dmarc=fail header.from=example.org",
    f"{AUTHSERV} (; dmarc=pass header.from=example.org)",
    f'{AUTHSERV}; spf=fail (helo=x " ) smtp.mailfrom="); dmarc=pass header.from=example.org; ("@evil.example',
    "mx.evil.example; dmarc=pass header.from=example.org",
    f"x{AUTHSERV}; dmarc=pass header.from=example.org",
    f"mx.evil.example; none\nAuthentication-Results: {AUTHSERV}; dmarc=pass header.from=example.org",
    f"{AUTHSERV}; dmarc=fail\nAuthentication-Results: {AUTHSERV}; dmarc=pass header.from=example.org",
]


def test_without_the_mail_servers_word_the_member_is_asked(light_house: House) -> None:
    meeting = invited(light_house)
    for results in UNTRUSTED:
        assert receive(light_house, answer_to(meeting, results=results)) == "to_confirm: no pass of DMARC", (
            results
        )
    assert replies(light_house) == []
    assert kinds(light_house) == [("reply_confirm", "member")]


TRUSTED = [
    f"{AUTHSERV}; dmarc=pass header.from=example.org",
    f"{AUTHSERV} 1; dmarc=pass (p=reject; sp=none) header.from=Example.Org; spf=fail smtp.mailfrom=x.example",
    f"{AUTHSERV.upper()};\n\tdkim=pass header.d=example.org;\n\tdmarc = pass (policy=none)\n\theader.from = example.org",
    f"{AUTHSERV}; dmarc=pass header.from=example.org\nAuthentication-Results: mx.evil.example; dmarc=fail",
]


def test_the_mail_servers_word_is_understood(light_house: House, clock: time_machine.Traveller) -> None:
    meeting = invited(light_house)
    for results in TRUSTED:
        clock.shift(1)
        said = receive(light_house, answer_to(meeting, results=results))
        assert said == f"taken: meeting:{meeting}", results


def test_without_a_trusted_mail_server_every_answer_is_asked_for(light_house: House) -> None:
    open_for_answers(light_house, PORTAL_AUTHSERV="")
    meeting = invite_by_calendar(light_house)
    assert receive(light_house, answer_to(meeting)) == "to_confirm: no pass of DMARC"


OTHER_SENDERS = [
    "chair@example.org",
    "Mia Glied <mia@example.com>",
    "member@example.org, chair@example.org",
    "chair@example.org\nFrom: member@example.org",
    "member@example.org\nFrom: chair@example.org",
    "member@example.org <chair@example.org>",
    "member@example.org\n\t<chair@example.org>",
    "",
    "undisclosed-recipients:;",
    '"member@example.org" <chair@example.org>',
    "(" * 1500,
]


def test_an_answer_for_somebody_else_is_asked_for(light_house: House) -> None:
    meeting = invited(light_house)
    for sender in OTHER_SENDERS:
        said = receive(light_house, answer_to(meeting, sender=sender))
        assert said == "to_confirm: From is not the attendee", sender
    assert replies(light_house) == []
    assert kinds(light_house) == [("reply_confirm", "member")]


def test_the_member_confirms_with_a_click(light_house: House, server: MailServer) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, results=None, status="TENTATIVE"))
    connect(light_house, server)
    work(light_house)
    letter = next(one for one in server.to("member") if one.message["Subject"].startswith("Bitte bestätigen"))
    assert "Vielleicht" in letter.text
    path = LINK.search(letter.text)[1]
    assert path.endswith("?answer=perhaps")
    assert path in letter.message.get_body(("html",)).get_content()
    assert letter.message["References"] == server.to("member")[0].message["References"]
    visitor = light_house.visitor()
    assert visitor.get(path).status_code == 200
    assert replies(light_house) == []
    assert submit(visitor, path).status_code == 303
    assert replies(light_house) == [("member", "perhaps", 0)]


def test_an_answer_from_an_address_that_the_member_gave_up_is_asked_for(
    house: House, server: MailServer
) -> None:
    meeting = invited(house)
    with house.rows() as rows:
        wanted = rows.scalars(sa.select(Person).where(Person.email == "member@example.org"))
        wanted.one().email = "mia@example.org"
        rows.commit()
    for sender in ("member@example.org", "mia@example.org"):
        assert receive(house, answer_to(meeting, sender=sender)) == "to_confirm: From is not the attendee"
    assert kinds(house) == [("reply_confirm", "mia")]


def test_a_flood_of_forged_answers_makes_one_letter_a_day(
    light_house: House, clock: time_machine.Traveller
) -> None:
    meeting = invited(light_house)
    for _ in range(5):
        receive(light_house, answer_to(meeting, results=None))
    assert kinds(light_house) == [("reply_confirm", "member")]
    clock.shift(timedelta(days=1))
    receive(light_house, answer_to(meeting, results=None))
    assert kinds(light_house) == [("reply_confirm", "member")] * 2


def test_a_letter_that_asks_is_dropped_when_the_meeting_is_cancelled(
    light_house: House, server: MailServer
) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, results=None))
    press(light_house, meeting, "cancel")
    connect(light_house, server)
    work(light_house)
    assert not [one for one in server.to("member") if one.message["Subject"].startswith("Bitte")]


# Rule 4: which date, and which answer was last.


def test_an_answer_to_an_earlier_date_is_kept_as_such(light_house: House) -> None:
    meeting = invited(light_house)
    press(light_house, meeting, "edit", starts="14:00", ends="16:00")
    assert receive(light_house, answer_to(meeting)) == "stale: an answer to an earlier date"
    assert replies(light_house) == [("member", "yes", 0)]
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Reply)).one().is_stale


def test_a_late_answer_to_an_earlier_date_replaces_no_answer_to_the_present_one(
    house: House, clock: time_machine.Traveller
) -> None:
    meeting = invited(house)
    press(house, meeting, "edit", starts="14:00", ends="16:00")
    receive(house, answer_to(meeting, sequence=1, status="DECLINED"))
    clock.shift(60)
    assert receive(house, answer_to(meeting)).startswith("stale")
    assert replies(house) == [("member", "no", 1)]


def test_a_sequence_that_never_was_is_taken_for_the_present_one(light_house: House) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, sequence=99))
    assert replies(light_house) == [("member", "yes", 0)]


@pytest.mark.parametrize("minutes", [0, -1, -1000])
def test_an_answer_that_is_not_newer_is_ignored(light_house: House, minutes: int) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting))
    older = answer_to(meeting, status="DECLINED", stamp=NOW + timedelta(minutes=minutes))
    assert receive(light_house, older) == "ignored: a newer answer is known"
    assert replies(light_house) == [("member", "yes", 0)]


def test_an_old_answer_that_was_long_on_its_way_does_not_replace_a_click(
    light_house: House, clock: time_machine.Traveller
) -> None:
    meeting = invited(light_house)
    member = light_house.sign_in("member")
    submit(member, f"/meetings/{meeting}/answer", answer="no")
    assert replies(light_house) == [("member", "no", 0)]
    clock.shift(3600)
    receive(light_house, answer_to(meeting, stamp=NOW - timedelta(hours=1)))
    assert replies(light_house) == [("member", "no", 0)]
    receive(light_house, answer_to(meeting, stamp=NOW + timedelta(hours=1)))
    assert replies(light_house) == [("member", "yes", 0)]


def test_a_clock_that_is_ahead_silences_no_later_answer(
    light_house: House, clock: time_machine.Traveller
) -> None:
    meeting = invited(light_house)
    receive(light_house, answer_to(meeting, stamp=NOW + timedelta(days=400)))
    clock.shift(60)
    receive(light_house, answer_to(meeting, status="DECLINED"))
    assert replies(light_house) == [("member", "no", 0)]


@pytest.mark.parametrize("line", ["", "DTSTAMP:gestern\n", "DTSTAMP;VALUE=DATE:20270111\n"])
def test_an_answer_without_its_moment_is_asked_for(light_house: House, line: str) -> None:
    meeting = invited(light_house)
    answer = answer_to(meeting)
    content = answer.octets(re.sub("DTSTAMP:.*\n", line, answer.calendar))
    assert receive(light_house, content) == "to_confirm: no DTSTAMP"
    assert kinds(light_house) == [("reply_confirm", "member")]


# Rule 5: strangers, and other dates.


@pytest.mark.parametrize("address", ["stranger@example.com", "outsider@example.org"])
def test_a_stranger_is_not_added_and_the_secretary_learns_of_it(light_house: House, address: str) -> None:
    meeting = invited(light_house)
    before = light_house.letters()
    results = f"{AUTHSERV}; dmarc=pass header.from={address.partition('@')[2]}"
    said = receive(light_house, answer_to(meeting, attendee=address, sender=address, results=results))
    assert said == "refused: not invited"
    assert replies(light_house) == []
    new = light_house.letters()[len(before) :]
    assert {(one.kind, one.address) for one in new} == {
        ("reply_refused", "secretary@example.org"),
        ("reply_refused", "chair@example.org"),
    }
    assert all(address in words(one) for one in new)


def test_the_same_stranger_makes_one_letter_and_many_make_few(
    house: House, clock: time_machine.Traveller
) -> None:
    meeting = invited(house)
    for number in [*range(20), 0, 0, 0]:
        address = f"stranger{number}@example.com"
        receive(house, answer_to(meeting, attendee=address, sender=address, results=None))
    assert len(kinds(house)) == 2 * 5
    clock.shift(timedelta(days=2))
    for number in (0, 100):
        address = f"stranger{number}@example.com"
        receive(house, answer_to(meeting, attendee=address, sender=address, results=None))
    assert len(kinds(house)) == 2 * 6


def test_who_left_the_committee_counts_as_a_stranger(light_house: House) -> None:
    meeting = invited(light_house)
    with light_house.rows() as rows:
        member = rows.scalars(sa.select(Person).where(Person.email == "member@example.org")).one()
        rows.execute(
            sa.update(Membership)
            .where(Membership.person_id == member.id)
            .values(ends_on=(NOW - timedelta(days=1)).date())
        )
        rows.commit()
    assert receive(light_house, answer_to(meeting)) == "refused: not invited"


def test_another_date_is_passed_on_and_the_answer_stays(house: House, clock: time_machine.Traveller) -> None:
    meeting = invited(house)
    receive(house, answer_to(meeting, status="ACCEPTED"))
    clock.shift(60)
    proposal = answer_to(
        meeting,
        method="COUNTER",
        program="outlook",
        status="TENTATIVE",
        starts_at=datetime(2027, 2, 16, 13, tzinfo=UTC),
        more="COMMENT:Da bin ich\\, leider\\, verreist\n",
    )
    assert receive(house, proposal) == "taken: another time is proposed"
    assert replies(house) == [("member", "yes", 0)]
    assert kinds(house) == [("reply_counter", "secretary"), ("reply_counter", "chair")] or kinds(house) == [
        ("reply_counter", "chair"),
        ("reply_counter", "secretary"),
    ]
    text = words(house.letters("reply_counter")[0])
    assert "Mia Glied schlägt" in text
    assert "Vorschlag: Dienstag, 16. Februar 2027, 14:00–16:00 Uhr" in text
    assert "Da bin ich, leider, verreist" in text


def test_another_date_for_a_case_group_is_passed_on_without_the_remark(light_house: House) -> None:
    meeting = invited(light_house, "fallgruppe", "counsellor")
    who = {"attendee": "counsellor@example.org", "sender": "counsellor@example.org"}
    receive(light_house, answer_to(meeting, **who, method="COUNTER", more="COMMENT:wegen F-2026-014\n"))
    bodies = [words(letter) for letter in light_house.letters("reply_counter")]
    assert bodies
    assert not any("F-2026-014" in body for body in bodies)
    assert all("fragen Sie nach" in body for body in bodies)


def test_a_forged_proposal_reaches_the_member_only(light_house: House) -> None:
    meeting = invited(light_house)
    said = receive(
        light_house, answer_to(meeting, method="COUNTER", results=None, more="COMMENT:Bitte klicken\n")
    )
    assert said == "to_confirm: no pass of DMARC"
    assert kinds(light_house) == [("reply_confirm", "member")]
    (letter,) = light_house.letters("reply_confirm")
    assert b"Bitte klicken" not in letter.body
    assert b"?answer" not in letter.body


# Meetings that take no answers any more.


def test_an_answer_to_a_cancelled_meeting_is_not_kept_and_the_member_told(light_house: House) -> None:
    meeting = invited(light_house)
    press(light_house, meeting, "cancel")
    for _ in range(3):
        assert receive(light_house, answer_to(meeting)) == "refused: cancelled"
    assert replies(light_house) == []
    assert kinds(light_house) == [("reply_late", "member")]
    (letter,) = light_house.letters("reply_late")
    assert "abgesagt" in words(letter)


def test_a_forged_answer_to_a_cancelled_meeting_makes_no_letter(light_house: House) -> None:
    meeting = invited(light_house)
    press(light_house, meeting, "cancel")
    receive(light_house, answer_to(meeting, results=None))
    receive(light_house, answer_to(meeting, attendee="x@example.com", sender="x@example.com"))
    assert kinds(light_house) == []


def test_where_nobody_judges_senders_the_member_is_told_all_the_same(light_house: House) -> None:
    meeting = invited(light_house)
    press(light_house, meeting, "cancel")
    connect(light_house, None, PORTAL_AUTHSERV="")
    receive(light_house, answer_to(meeting, results=None))
    assert kinds(light_house) == [("reply_late", "member")]


def test_an_answer_to_a_meeting_that_is_over_is_not_kept(
    light_house: House, clock: time_machine.Traveller
) -> None:
    meeting = invited(light_house)
    clock.shift(timedelta(days=60))
    assert receive(light_house, answer_to(meeting)) == "refused: over"
    assert replies(light_house) == []


# Messages that mean harm.


def deep(levels: int) -> bytes:
    head = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(levels))
    return f"From: member@example.org\nMessage-ID: <deep-{levels}@example.org>\n{head}\n\nx\n".encode()


MALFORMED = [
    b"",
    b"\0" * 1000,
    b"\xff\xfe" * 500,
    b"no header at all",
    b"From: member@example.org\n",
    b"From: \xff\xfe@\xff\nMessage-ID: \xff\n\n\xff",
    b"Message-ID: " + b"x" * 5000 + b"\n\nx",
    b"From: " + b"a@b.c, " * 20000 + b"\n\nx",
    b'Content-Type: text/calendar; method="REPLY\n\nx',
    b"Content-Type: text/calendar; method*0=RE; method*1=PLY\n\nx",
    b"Content-Type: multipart/mixed\nMessage-ID: <m@x>\n\n--x\n",
    b"Content-Type: multipart/report; report-type=delivery-status\nMessage-ID: <r@x>\n\nx",
    deep(3),
    deep(19),
    deep(2000),
    b"Content-Type: message/rfc822\n\n" * 400,
    b"Message-ID: <l@x>\n" + b"\n" * 500_000,
]


def test_a_malformed_message_is_counted_and_ignored(light_house: House) -> None:
    open_for_answers(light_house)
    for content in MALFORMED:
        assert receive(light_house, content).startswith("ignored"), content[:80]
    assert [outcome for outcome, _ in noted(light_house)] == ["ignored"] * len(MALFORMED)
    assert not [detail for _, detail in noted(light_house) if detail.startswith("fault")]


NO_CALENDARS = [
    b"",
    b"\0",
    b"BEGIN:VCALENDAR\n" * 3000,
    b"BEGIN:VCALENDAR\nMETHOD:REPLY\n" + b"BEGIN:VEVENT\n" * 2000,
    b"BEGIN:VCALENDAR\nMETHOD:REPLY\n" + b"BEGIN:VEVENT\nUID:x\nEND:VEVENT\n" * 5000 + b"END:VCALENDAR\n",
    b"BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n" * 2,
    b"X" * 90_000,
    b"BEGIN:VCALENDAR\nMETHOD:REPLY\nX-LONG:" + b"y" * 1_000_000,
    "Zugesagt".encode("utf-16"),
]


def test_a_malformed_calendar_is_counted_and_ignored(light_house: House) -> None:
    meeting = invited(light_house)
    for calendar in NO_CALENDARS:
        said = receive(light_house, answer_to(meeting, program="apple").octets(calendar))
        assert said.startswith("ignored"), calendar[:80]
    assert not [detail for _, detail in noted(light_house) if detail.startswith("fault")]


def test_a_wrong_charset_loses_no_answer(light_house: House, clock: time_machine.Traveller) -> None:
    meeting = invited(light_house)
    pairs = [
        ("utf-8", "iso-8859-1"),
        ("iso-8859-1", "iso-8859-1"),
        ("windows-1252", "utf-8"),
        ("x-unknown", "utf-8"),
    ]
    for named, real in [*pairs, ("punycode", "utf-8"), ("utf-8", "utf-8-sig"), ("base64", "utf-8")]:
        clock.shift(1)
        answer = answer_to(meeting, more="COMMENT:Grüße\n")
        content = answer.octets(answer.calendar.encode(real)).replace(
            b"charset=UTF-8", f"charset={named}".encode()
        )
        assert receive(light_house, content).startswith("taken"), (named, real)


@pytest.mark.drill
def test_no_mutilated_answer_ends_in_a_fault(light_house: House) -> None:
    import random

    meeting = invited(light_house)
    dice = random.Random(20270111)
    samples = [answer_to(meeting, program=name).octets() for name in PROGRAMS]
    for _ in range(400):
        content = bytearray(dice.choice(samples))
        for _ in range(dice.randint(1, 30)):
            at = dice.randrange(len(content) + 1)
            content[at : at + dice.choice([0, 1, 1, 5, 200])] = dice.choice(
                [b"", b"\0", b":", b"\n", b";", b'"', b"\xff"]
            )
        receive(light_house, bytes(content))
    assert not [detail for _, detail in noted(light_house) if detail.startswith("fault")]


# The command.


def test_without_the_setting_the_command_says_so_and_lets_the_mail_wait(light_house: House) -> None:
    ended = light_house.run("inbound", stdin=b"x")
    assert ended.exit_code == 75
    assert "PORTAL_REPLIES" in ended.stderr
    open_for_answers(light_house)
    assert "PORTAL_REPLIES to imap" in light_house.run("inbound", "--imap").stderr


def test_the_command_works_as_a_process_at_the_end_of_a_pipe(house: House) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True):
        meeting = invited(house)
        answer = answer_to(meeting, program="google", stamp=datetime.now(UTC)).octets().decode()
        ended = flask(house.environment, "inbound", "--recipient", f"portal@{DOMAIN}", stdin=answer)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", f"taken: meeting:{meeting}\n")
    assert replies(house) == [("member", "yes", 0)]


def test_while_the_database_is_away_the_mail_waits(light_house: House) -> None:
    meeting = invited(light_house)
    elsewhere = light_house.environment | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    ended = flask(elsewhere, "inbound", stdin=answer_to(meeting).octets().decode())
    assert ended.returncode == 75
    assert "refused" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_while_the_database_is_not_migrated_the_mail_waits(light_house: House) -> None:
    meeting = invited(light_house)
    with light_house.rows() as rows:
        rows.execute(sa.text("DROP TABLE inbound_message"))
        rows.commit()
    ended = light_house.run("inbound", stdin=answer_to(meeting).octets())
    assert ended.exit_code == 75
    assert ended.stderr == "Error: no such table: inbound_message\n"


def test_a_fault_of_a_reader_is_noted_and_stops_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = invited(house)

    def stumble(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("meetings.inbound_replies.record_answer", stumble)
        assert receive(house, answer_to(meeting)) == "ignored: fault: ZeroDivisionError"
    assert replies(house) == []
    receive(house, answer_to(meeting))
    assert replies(house) == [("member", "yes", 0)]


def test_what_was_noted_is_forgotten_after_a_quarter(
    light_house: House, clock: time_machine.Traveller
) -> None:
    open_for_answers(light_house)
    receive(light_house, b"From: member@example.org\n\nHallo\n")
    clock.shift(timedelta(days=91))
    work(light_house)
    assert noted(light_house) == []
