"""Letters that come back: from the return address on the wire to the card on the secretary's start page."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from doors import DOMAIN, House, submit
from inbound_mail import invite_by_calendar, multipart, noted, open_for_answers, receive
from smtp import MailServer, connect, invite, work

from meetings.announcing import tell_invited
from meetings.feeds import event_changed
from meetings.meeting import Meeting
from portal.audit import AuditEntry
from portal.bounces import Bounce
from portal.people import Person

WORDS = "Briefe an Mia Glied kommen zurück"
UNKNOWN = "smtp; 550 5.1.1 <member@example.org>: Recipient address rejected: User unknown"
LINK = "http://127.0.0.1:8000/answer/12-geheim"

_numbers = iter(range(1, 10_000))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def report(
    to: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    words: str = UNKNOWN,
    kind: str = "delivery-status",
    header: str = "Delivered-To",
) -> bytes:
    """A delivery report in the manner of Postfix (RFC 3464), as it comes back to the address."""
    fields = (
        "Reporting-MTA: dns; mail.example.org\nX-Postfix-Queue-ID: 4BTr\nArrival-Date: Mon, 11 Jan 2027 10:00:00 +0100\n\n"
        f"Final-Recipient: rfc822; member@example.org\nOriginal-Recipient: rfc822;member@example.org\n"
        f"Action: {action}\nStatus: {status}\nRemote-MTA: dns; mx.example.org\nDiagnostic-Code: {words}\n"
    )
    head = (
        f"Return-Path: <>\n{header}: {to}\nFrom: MAILER-DAEMON@mail.example.org (Mail Delivery System)\n"
        "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        f"Message-ID: <report-{next(_numbers)}@mail.example.org>\nMIME-Version: 1.0\n"
    )
    body = multipart(
        "report",
        "report",
        b"Content-Type: text/plain\n\nI'm sorry to have to inform you that your message could not be delivered.\n",
        b"Content-Type: message/delivery-status\n\n" + fields.encode(),
        f"Content-Type: message/rfc822\n\nSubject: Einladung\n\nZusagen: {LINK}\n".encode(),
    )
    return head.encode() + body.replace(
        b"multipart/report;", f"multipart/report; report-type={kind};".encode()
    )


def send_two(house: House, server: MailServer) -> list[str]:
    """Invite and move; returns the return addresses of the two letters to member@."""
    open_for_answers(house, server)
    number = invite_by_calendar(house)
    work(house)
    with house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        meeting.move(meeting.starts_at, meeting.ends_at, "Raum 7")
        event_changed(meeting)
        tell_invited(meeting)
        rows.commit()
    work(house)
    return [one.sender for one in server.to("member")]


def bounces(house: House) -> list[tuple[str, str, str]]:
    with house.rows() as rows:
        return [
            (row.address, row.status, row.diagnosis)
            for row in rows.scalars(sa.select(Bounce).order_by(Bounce.id))
        ]


def test_every_letter_has_a_return_address_of_its_own(light_house: House, server: MailServer) -> None:
    addresses = send_two(light_house, server)
    assert len({one.sender for one in server.received}) == 6
    for address in addresses:
        assert re.fullmatch(rf"bounce\+\d+\.[0-9a-f]{{16}}@{re.escape(DOMAIN)}", address)


def test_without_an_inbound_address_letters_return_to_the_portals_own(
    light_house: House, server: MailServer
) -> None:
    connect(light_house, server)
    invite(light_house)
    work(light_house)
    assert {one.sender for one in server.received} == {f"portal@{DOMAIN}"}


def test_two_letters_that_come_back_are_shown_to_secretary_chair_and_administrator(
    house: House, server: MailServer
) -> None:
    first, second = send_two(house, server)
    assert receive(house, report(first)).startswith("bounce: 5.1.1")
    assert WORDS not in house.sign_in("secretary").get("/").text
    receive(house, report(second))
    for name in ("secretary", "chair", "admin"):
        page = house.sign_in(name).get("/").text
        assert WORDS in page
        assert "member@example.org" in page
        assert "User unknown" in page
    for name in ("member", "outsider", "housing"):
        assert WORDS not in house.sign_in(name).get("/").text
    with house.rows() as rows:
        member = rows.scalars(sa.select(Person.id).where(Person.email == "member@example.org")).one()
    assert WORDS in house.sign_in("admin").get(f"/admin/people/{member}").text


def test_the_return_address_is_found_where_mail_servers_write_it(
    light_house: House, server: MailServer
) -> None:
    first, _ = send_two(light_house, server)
    for header in ("Delivered-To", "X-Original-To", "Envelope-To", "To"):
        said = receive(light_house, report(f"<{first.upper()}>", header=header))
        assert said.startswith("bounce"), header
    assert len(bounces(light_house)) == 1


def test_the_return_address_can_be_told_by_the_mail_server(light_house: House, server: MailServer) -> None:
    first, _ = send_two(light_house, server)
    receive(light_house, report("root@localhost"), "--recipient", first)
    assert len(bounces(light_house)) == 1


def test_one_letter_that_comes_back_twice_counts_once(light_house: House, server: MailServer) -> None:
    first, _ = send_two(light_house, server)
    for _ in range(3):
        receive(light_house, report(first))
    assert len(bounces(light_house)) == 1
    assert WORDS not in light_house.sign_in("secretary").get("/").text


def test_delays_and_passing_faults_do_not_count(light_house: House, server: MailServer) -> None:
    first, _ = send_two(light_house, server)
    for changes in (
        {"action": "delayed", "status": "4.4.1"},
        {"action": "failed", "status": "4.4.7"},
        {"action": "delivered", "status": "2.0.0"},
        {"action": "delayed", "status": "5.0.0"},
        {"status": "5"},
        {"status": "kaputt"},
        {"kind": "disposition-notification"},
    ):
        assert receive(light_house, report(first, **changes)).startswith("ignored: no permanent fault"), (
            changes
        )
    assert bounces(light_house) == []


def test_a_forged_return_address_counts_for_nothing(light_house: House, server: MailServer) -> None:
    first, second = send_two(light_house, server)
    number, mark = re.fullmatch(r"bounce\+(\d+)\.([0-9a-f]+)@.*", first).groups()
    other = re.fullmatch(r"bounce\+(\d+)\..*", second)[1]
    for forged in (
        f"bounce+{number}.{'0' * 16}@{DOMAIN}",
        f"bounce+{other}.{mark}@{DOMAIN}",
        f"bounce+{number}.{mark[:15]}@{DOMAIN}",
        f"bounce+{number}.@{DOMAIN}",
        f"bounce+999999999.{mark}@{DOMAIN}",
        f"bounce+99999999999999999999.{mark}@{DOMAIN}",
        f"bounce+²{number}.{mark}@{DOMAIN}",
        f"portal@{DOMAIN}",
        "",
    ):
        receive(light_house, report(forged))
    assert bounces(light_house) == []
    assert {outcome for outcome, _ in noted(light_house)} == {"ignored"}


def test_what_the_server_said_is_kept_without_links(light_house: House, server: MailServer) -> None:
    first, _ = send_two(light_house, server)
    receive(light_house, report(first, words=f"smtp; 554 I dislike {LINK}\x1b[31m in letters {'x' * 1000}"))
    ((_, _, words),) = bounces(light_house)
    assert words.startswith("smtp; 554 I dislike […]")
    assert len(words) == 300
    assert b"12-geheim" not in (light_house.instance / "portal.db").read_bytes()


def test_nobody_is_answered_or_removed_because_of_a_bounce(light_house: House, server: MailServer) -> None:
    addresses = send_two(light_house, server)
    before = len(light_house.letters())
    for address in addresses:
        receive(light_house, report(address))
    assert len(light_house.letters()) == before
    assert "Mia Glied" in light_house.sign_in("admin").get("/admin/people").text
    with light_house.rows() as rows:
        assert (
            list(rows.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.startswith("letter."))))
            == ["letter.returned"] * 2
        )


def test_a_new_address_ends_the_warning(house: House, server: MailServer) -> None:
    for address in send_two(house, server):
        receive(house, report(address))
    with house.rows() as rows:
        rows.execute(
            sa.update(Person).where(Person.email == "member@example.org").values(email="mia@example.org")
        )
        rows.commit()
    assert WORDS not in house.sign_in("secretary").get("/").text


@pytest.mark.parametrize("name", ["secretary", "admin"])
def test_whoever_knows_that_the_address_works_ends_the_warning(
    light_house: House, server: MailServer, name: str
) -> None:
    addresses = send_two(light_house, server)
    for address in addresses:
        receive(light_house, report(address))
    with light_house.rows() as rows:
        member = rows.scalars(sa.select(Person.id).where(Person.email == "member@example.org")).one()
    client = light_house.sign_in(name)
    assert submit(client, "/", action=f"/returned/{member}/forget").status_code == 302
    assert WORDS not in light_house.sign_in("chair").get("/").text
    with light_house.rows() as rows:
        confirmed = sa.select(AuditEntry.subject).where(AuditEntry.action == "person.address_confirmed")
        assert rows.scalar(confirmed) == f"person:{member}"
    receive(light_house, report(addresses[0]))
    assert WORDS not in light_house.sign_in("chair").get("/").text


def test_who_has_no_business_with_the_person_cannot_end_the_warning(
    light_house: House, server: MailServer
) -> None:
    for address in send_two(light_house, server):
        receive(light_house, report(address))
    with light_house.rows() as rows:
        member = rows.scalars(sa.select(Person.id).where(Person.email == "member@example.org")).one()
    for name in ("housing", "member"):
        client = light_house.sign_in(name)
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)[1]
        assert client.post(f"/returned/{member}/forget", data={"csrf_token": token}).status_code == 404
    assert len(bounces(light_house)) == 2
