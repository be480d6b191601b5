"""What becomes of letters at a mail server that behaves in all the ways mail servers do."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from servers import ROOT, clean_environment, free_port
from smtp import (
    LOGIN,
    Behaviour,
    Hold,
    MailServer,
    Once,
    certificate,
    connect,
    drop,
    garbage,
    invite,
    lose_reply,
    press,
    reply,
    server_context,
    work,
)

from portal import mail_server, outbox
from portal.clock import now
from portal.outbox import Letter
from portal.people import person_by_email
from portal.setting_values import SettingsError
from portal.settings import read_settings

PEOPLE = ["chair", "member", "secretary"]
MINUTES = [1, 5, 30, 120, 360, 1440, 1440, 1440, 1440]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificate"))


def fates(house: House) -> list[tuple[str, int]]:
    """State and number of attempts of each letter."""
    return [(letter.state.value, letter.attempts) for letter in house.letters()]


def answers(house: House) -> set[str]:
    return {letter.answer for letter in house.letters()}


def test_the_octets_on_the_wire_are_the_stored_ones(house: House, server: MailServer) -> None:
    connect(house, server, PORTAL_NAME="..Portal")
    meeting = invite(house)
    press(house, meeting, "cancel")  # no letter went out: no cancellation is due
    admin = house.sign_in("admin")
    for _ in range(2):
        submit(admin, "/admin/letters", action="/admin/letters/test")
    work(house)
    assert [(one.sender, one.to) for one in server.received] == [
        ("portal@portal.example.org", "admin@example.org")
    ] * 2
    assert [one.content for one in server.received] == [letter.body for letter in house.letters("test")]
    assert b"\r\n..Portal\r\n" in server.received[0].content
    assert fates(house) == [("dropped", 0)] * 3 + [("sent", 1)] * 2


def test_the_octets_on_the_wire_differ_from_the_stored_ones_by_the_links_only(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    invite(house)
    with house.rows() as rows:
        wanted = [
            outbox.ready_to_send(letter) for letter in rows.scalars(sa.select(Letter).order_by(Letter.id))
        ]
    work(house)
    assert [(one.sender, one.to) for one in server.received] == [
        ("portal@portal.example.org", f"{name}@example.org") for name in PEOPLE
    ]
    assert [one.content for one in server.received] == wanted
    for one, letter in zip(server.received, house.letters(), strict=True):
        assert hidden(one.content) == hidden(letter.body)
    assert fates(house) == [("sent", 1)] * 3


def hidden(content: bytes) -> list[tuple[str, str]]:
    """Type and text of each part, with every link that holds a secret hidden; and the headers."""
    message = message_from_bytes(content, policy=policy.default)
    links = re.compile(r"https://[0-9a-f]{32}\.invalid/\w+|http://127\.0\.0\.1:8000/answer/[\w-]+")
    texts = [
        (part.get_content_type(), links.sub("[link]", part.get_content()))
        for part in message.walk()
        if not part.is_multipart()
    ]
    return [*message.items(), *texts]


def test_a_greylisted_letter_is_tried_again_for_five_days_and_then_given_up(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        invite(house)
        clock.shift(timedelta(days=10))  # without a mail server it may have waited long
        server.at["RCPT"] = reply("451 4.7.1 greylisted, come back later")
        for attempt, minutes in enumerate(MINUTES, 1):
            work(house)
            assert {(one.state, one.attempts) for one in house.letters()} == {("queued", attempt)}
            assert {one.due_at - now() for one in house.letters()} == {timedelta(minutes=minutes)}
            clock.shift(timedelta(minutes=minutes))
        work(house)
    assert fates(house) == [("failed", 10)] * 3
    assert answers(house) == {"451 4.7.1 greylisted, come back later"}


def test_a_greylisted_letter_arrives_at_the_second_attempt(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    server.at["DATA"] = Once(reply("450 not yet"))
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        invite(light_house)
        work(light_house)
        assert fates(light_house) == [("queued", 1), ("sent", 1), ("sent", 1)]
        clock.shift(timedelta(minutes=1))
        work(light_house)
    assert [one.to.partition("@")[0] for one in server.received] == ["member", "secretary", "chair"]
    assert fates(light_house) == [("sent", 2), ("sent", 1), ("sent", 1)]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_refused_letter_fails_at_once_and_the_others_arrive(
    light_house: House, server: MailServer, stage: str
) -> None:
    connect(light_house, server)
    server.at[stage] = Once(reply("550 5.1.1 Mailbox unknown"), at=2)
    invite(light_house)
    work(light_house)
    assert fates(light_house) == [("sent", 1), ("failed", 1), ("sent", 1)]
    page = light_house.sign_in("admin").get("/admin/letters?state=failed").text
    assert "550 5.1.1 Mailbox unknown" in page
    assert "member@example.org" in page


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("behaviour", [drop, garbage, reply("421 4.3.2 closing"), reply("299 what?")])
def test_a_broken_connection_puts_off_one_letter_and_the_others_arrive(
    light_house: House, server: MailServer, stage: str, behaviour: Behaviour
) -> None:
    connect(light_house, server)
    server.at[stage] = Once(behaviour, at=2)
    invite(light_house)
    work(light_house)
    assert fates(light_house) == [("sent", 1), ("queued", 1), ("sent", 1)]
    assert [one.to.partition("@")[0] for one in server.received] == ["chair", "secretary"]
    assert light_house.letters()[1].answer


@pytest.mark.parametrize("stage", ["CONNECT", "EHLO"])
def test_a_server_that_talks_nonsense_counts_once_for_all_letters(
    house: House, server: MailServer, stage: str
) -> None:
    connect(house, server)
    server.at[stage] = garbage
    invite(house)
    work(house)
    work(house)
    assert fates(house) == [("queued", 1)] * 3
    assert all("nonsense" in answer and "\0" not in answer for answer in answers(house))


def test_nonsense_with_octets_no_database_takes_is_noted_readably(house: House, server: MailServer) -> None:
    connect(house, server)
    server.at["RCPT"] = reply("550 bad\0 \x1b[31mletter")
    invite(house)
    work(house)
    assert answers(house) == {"550 bad [31mletter"}


def test_an_unreachable_server_counts_once_for_all_letters(house: House) -> None:
    house.environment |= {"PORTAL_MAIL_SERVER": f"127.0.0.1:{free_port()}", "PORTAL_MAIL_TLS": "none"}
    connect(house, None)
    invite(house)
    work(house)
    assert fates(house) == [("queued", 1)] * 3
    assert "refused" in answers(house).pop()


def test_a_server_that_is_silent_is_left_after_the_time_out(
    light_house: House, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mail_server.TIMEOUT == 30
    monkeypatch.setattr(mail_server, "TIMEOUT", 0.2)
    connect(light_house, server)
    server.at["MAIL"] = Hold()
    invite(light_house)
    work(light_house)
    assert fates(light_house) == [("queued", 1)] * 3
    assert "timed out" in answers(light_house).pop()


def test_a_server_that_dribbles_is_cut_off(
    light_house: House, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_server, "LONGEST", 0.3)
    connect(light_house, server)
    server.at["MAIL"] = Once(Hold())
    invite(light_house)
    work(light_house)
    assert fates(light_house) == [("queued", 1), ("sent", 1), ("sent", 1)]


def test_nobody_waits_for_the_database_while_the_mail_server_is_slow(
    light_house: House, server: MailServer
) -> None:
    connect(light_house, server)
    meeting = invite(light_house)
    server.at["DATA"] = hold = Once(slow := Hold())
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--once"],
        cwd=ROOT,
        env=clean_environment() | light_house.environment,
    )
    assert slow.reached.wait(30)
    press(light_house, meeting, "cancel")
    slow.release()
    assert worker.wait(30) == 0
    assert hold.left <= 0


def test_a_wrong_password_counts_once_for_all_letters(house: House) -> None:
    with MailServer(login=True) as server:
        connect(house, server, PORTAL_MAIL_USER="portal", PORTAL_MAIL_PASSWORD="falsch")
        invite(house)
        work(house)
        assert set(server.logins) == {("portal", "falsch")}
    assert fates(house) == [("queued", 1)] * 3
    assert "535" in answers(house).pop()


def test_a_server_that_wants_a_login_is_no_fault_of_the_letters(light_house: House) -> None:
    with MailServer(login=True) as server:
        connect(light_house, server)
        invite(light_house)
        work(light_house)
        assert server.stages.count("EHLO") == 1
    assert fates(light_house) == [("queued", 1)] * 3
    assert "530" in answers(light_house).pop()


def test_the_right_password_opens_the_server(light_house: House) -> None:
    with MailServer(login=True) as server:
        connect(light_house, server, PORTAL_MAIL_USER=LOGIN[0], PORTAL_MAIL_PASSWORD=LOGIN[1])
        invite(light_house)
        work(light_house)
        assert len(server.received) == 3


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    light_house: House, own_certificate: tuple[Path, Path], security: str
) -> None:
    with MailServer(security, server_context(own_certificate), login=True) as server:
        connect(light_house, server, PORTAL_MAIL_USER=LOGIN[0], PORTAL_MAIL_PASSWORD=LOGIN[1])
        invite(light_house)
        work(light_house)
        assert server.received == server.logins == []
    assert "certificate verify failed" in answers(light_house).pop()
    assert fates(light_house) == [("queued", 1)] * 3


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_letters_go_by_an_encrypted_connection_whose_certificate_is_good(
    light_house: House, own_certificate: tuple[Path, Path], security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(own_certificate[0]))
    with MailServer(security, server_context(own_certificate), login=True) as server:
        connect(light_house, server, PORTAL_MAIL_USER=LOGIN[0], PORTAL_MAIL_PASSWORD=LOGIN[1])
        invite(light_house)
        work(light_house)
        assert server.logins == [LOGIN]
        assert len(server.received) == 3


def test_a_certificate_for_another_host_is_refused(
    light_house: House, own_certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(own_certificate[0]))
    with MailServer("starttls", server_context(own_certificate)) as server:
        connect(light_house, server, PORTAL_MAIL_SERVER=f"127.0.0.1:{server.port}")
        invite(light_house)
        work(light_house)
        assert server.received == []
    assert "certificate" in answers(light_house).pop()


def test_a_server_without_encryption_gets_neither_password_nor_letter(light_house: House) -> None:
    with MailServer(login=True) as server:
        connect(
            light_house,
            server,
            PORTAL_MAIL_TLS="starttls",
            PORTAL_MAIL_USER="portal",
            PORTAL_MAIL_PASSWORD="x",
        )
        invite(light_house)
        work(light_house)
        assert server.received == server.logins == []
    assert "STARTTLS" in answers(light_house).pop()


def test_an_open_connection_is_for_a_server_on_this_machine_only(tmp_path: Path) -> None:
    wanted = {"PORTAL_INSTANCE": str(tmp_path), "PORTAL_MAIL_TLS": "none"}
    assert read_settings(wanted | {"PORTAL_MAIL_SERVER": "[::1]:25"}).mail
    with pytest.raises(SettingsError, match="this machine only"):
        read_settings(wanted | {"PORTAL_MAIL_SERVER": "mail.example.org:25"})


def test_a_letter_whose_answer_was_lost_goes_again_with_the_same_octets(
    light_house: House, server: MailServer
) -> None:
    connect(light_house, server)
    server.at["DATA"] = Once(lose_reply)
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        invite(light_house)
        work(light_house)
        clock.shift(timedelta(minutes=1))
        work(light_house)
    chair = server.to("chair")
    assert len(chair) == 2
    assert chair[0] == chair[1]
    assert len(server.received) == 4


def test_a_letter_to_a_corrected_address_goes_there(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    server.at["RCPT chair@example.org"] = reply("550 5.1.1 unknown")
    invite(light_house)
    work(light_house)
    with light_house.rows() as rows:
        person_by_email("chair@example.org").email = "vorsitz@example.org"
        rows.commit()
    admin, letter = light_house.sign_in("admin"), light_house.letters()[0]
    submit(admin, "/admin/letters", action=f"/admin/letters/{letter.id}/retry")
    work(light_house)
    (arrived,) = server.to("vorsitz")
    assert arrived.message["To"] == "Carla Vorsitz <vorsitz@example.org>"
    assert arrived.message["Message-ID"] == letter.message_id


def test_a_meeting_cancelled_before_sending_troubles_nobody(house: House, server: MailServer) -> None:
    meeting = invite(house)
    press(house, meeting, "cancel")
    connect(house, server)
    work(house)
    assert server.received == []
    assert fates(house) == [("dropped", 0)] * 3


def test_who_left_the_committee_or_the_portal_gets_no_letter_any_more(
    house: House, server: MailServer
) -> None:
    invite(house)
    with house.rows() as rows:
        person_by_email("chair@example.org").disabled_at = now()
        rows.delete(person_by_email("member@example.org").memberships[0])
        rows.commit()
    connect(house, server)
    work(house)
    assert [one.to for one in server.received] == ["secretary@example.org"]
    assert fates(house) == [("dropped", 0), ("dropped", 0), ("sent", 1)]


def test_an_invitation_to_a_meeting_that_is_over_is_not_sent(light_house: House, server: MailServer) -> None:
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        invite(light_house)
        clock.shift(timedelta(days=40))
        connect(light_house, server)
        work(light_house)
    assert server.received == []
    assert fates(light_house) == [("dropped", 0)] * 3


def test_without_a_way_back_the_envelope_names_the_portal(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    invite(light_house)
    work(light_house)
    assert {one.sender for one in server.received} == {"portal@portal.example.org"}


def test_each_letter_has_an_envelope_address_of_its_own_where_replies_are_read(
    house: House, server: MailServer
) -> None:
    connect(house, server, PORTAL_REPLIES="pipe")
    invite(house)
    work(house)
    wanted = re.compile(r"bounce\+(\d+)\.[0-9a-f]{16}@portal\.example\.org")
    assert [int(wanted.fullmatch(one.sender)[1]) for one in server.received] == [
        letter.id for letter in house.letters()
    ]
    assert len({one.sender.rpartition(".")[0] for one in server.received}) == 3
    assert {one.message["From"] for one in server.received} == {"Testportal <portal@portal.example.org>"}


def want_invitations(house: House, *names: str) -> None:
    with house.rows() as rows:
        for name in names:
            person_by_email(f"{name}@example.org").wants_invitations = True
        rows.commit()


def told(server: MailServer, name: str) -> list[tuple[str, int]]:
    """Method and SEQUENCE of the calendar objects that a person received, in their order."""
    found = []
    for one in server.to(name):
        for part in one.message.walk():
            if part.get_content_type() == "text/calendar":
                event = part.get_payload(decode=True).decode()
                number = int(re.search(r"^SEQUENCE:(\d+)", event, re.MULTILINE)[1])
                assert f"METHOD:{part.get_param('method')}\r\n" in event
                found.append((part.get_param("method"), number))
    return found


def test_only_who_wants_them_gets_calendar_objects(light_house: House, server: MailServer) -> None:
    connect(light_house, server, PORTAL_REPLIES="pipe")
    want_invitations(light_house, "member")
    invite(light_house)
    work(light_house)
    assert told(server, "member") == [("REQUEST", 0)]
    assert told(server, "chair") == []


def test_a_request_goes_out_before_its_cancel_and_never_after_it(house: House, server: MailServer) -> None:
    """The first attempt may fail for a while, or nobody may know whether it failed."""
    connect(house, server, PORTAL_REPLIES="pipe")
    want_invitations(house, "chair", "member", "secretary")
    server.at["RCPT chair@example.org"] = Once(reply("451 4.7.1 later"))
    server.at["DATA"] = Once(lose_reply)
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        meeting = invite(house)
        work(house)
        clock.shift(timedelta(seconds=30))
        press(house, meeting, "cancel")
        for _ in range(4):
            clock.shift(timedelta(hours=1))
            work(house)
        press(house, meeting, "reinstate")
        clock.shift(timedelta(minutes=1))
        work(house)
    assert told(server, "chair") == [("REQUEST", 2)]  # had heard nothing yet
    for name in ("member", "secretary"):
        assert told(server, name) == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]


def test_no_letter_names_a_second_person(light_house: House, server: MailServer) -> None:
    connect(light_house, server, PORTAL_REPLIES="pipe")
    want_invitations(light_house, "chair", "member", "secretary")
    meeting = invite(light_house)
    work(light_house)
    press(light_house, meeting, "cancel")
    work(light_house)
    assert len(server.received) == 6
    for one in server.received:
        assert not {"Cc", "Bcc"} & set(one.message.keys())
        assert [address.addr_spec for address in one.message["To"].addresses] == [one.to]
        words = [
            part.get_payload(decode=True).decode() for part in one.message.walk() if not part.is_multipart()
        ]
        others = {f"{name}@example.org" for name in PEOPLE} - {one.to}
        assert not any(other in text for other in others for text in words)


def test_every_letter_says_that_a_machine_wrote_it(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    invite(light_house)
    light_house.decision()
    submit(light_house.visitor(), "/reset", email="member@example.org")
    work(light_house)
    assert len(server.received) == 7
    for one in server.received:
        assert one.message["Auto-Submitted"] == "auto-generated"
        assert one.message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
        assert one.message["Message-ID"].endswith("@portal.example.org>")
        assert abs(one.message["Date"].datetime - now()) < timedelta(minutes=5)
        assert one.message["From"].addresses[0].domain == "portal.example.org"
    assert len({one.message["Message-ID"] for one in server.received}) == 7


def test_all_letters_of_a_meeting_to_a_person_are_one_thread(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    meeting = invite(light_house)
    work(light_house)
    press(light_house, meeting, "cancel")
    work(light_house)
    press(light_house, meeting, "reinstate")
    work(light_house)
    threads = {}
    for name in PEOPLE:
        roots = {(one.message["In-Reply-To"], one.message["References"]) for one in server.to(name)}
        assert len(server.to(name)) == 3
        ((root, same),) = roots
        assert root == same
        assert re.fullmatch(rf"<sitzung-{meeting}\.\d+@portal\.example\.org>", root)
        threads[name] = root
    assert len(set(threads.values())) == 3


def test_a_letter_about_a_row_that_is_gone_holds_up_no_other(house: House, server: MailServer) -> None:
    connect(house, server)
    with house.rows() as rows:
        person = person_by_email("member@example.org")
        assert outbox.queue("reset", person, person, 0, expires_at=now())  # no link bears the person's number
        rows.commit()
    invite(house)
    work(house)
    assert fates(house) == [("dropped", 0)] + [("sent", 1)] * 3
