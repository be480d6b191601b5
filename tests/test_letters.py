"""The administrator's view of the outbox, and letters that carry a credential."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from servers import free_port
from smtp import MailServer, Once, connect, invite, lose_reply, reply, work

from portal import outbox_care
from portal.audit import AuditEntry
from portal.database import session

LINK = re.compile(r"http://127\.0\.0\.1:8000(/reset/\S+)")
NO_SERVER = "Es ist kein Mailserver eingerichtet"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def ask_for_reset(house: House, name: str = "member") -> None:
    assert submit(house.visitor(), "/reset", email=f"{name}@example.org").status_code == 302


def test_without_a_mail_server_letters_wait_and_the_administrator_is_told(light_house: House) -> None:
    invite(light_house)
    work(light_house)
    assert {(letter.state.value, letter.attempts) for letter in light_house.letters()} == {("queued", 0)}
    page = light_house.sign_in("admin").get("/").text
    assert NO_SERVER in page
    assert "3 Briefe warten." in page


@pytest.mark.parametrize("name", ["secretary", "chair", "member", "outsider"])
def test_nobody_else_hears_of_the_missing_mail_server(light_house: House, name: str) -> None:
    assert NO_SERVER not in light_house.sign_in(name).get("/").text


def test_a_mail_server_that_is_down_is_told_to_the_administrator(light_house: House) -> None:
    light_house.environment |= {"PORTAL_MAIL_SERVER": f"127.0.0.1:{free_port()}", "PORTAL_MAIL_TLS": "none"}
    connect(light_house, None)
    admin = light_house.sign_in("admin")
    assert "Postausgang" not in admin.get("/").text
    invite(light_house)
    work(light_house)
    assert "3 Briefe warten auf einen neuen Versuch." in admin.get("/").text
    page = admin.get("/admin/letters").text
    assert "Connection refused" in page
    assert "nächster Versuch" in page


def test_failed_letters_are_told_to_the_administrator(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    server.at["RCPT"] = reply("554 5.7.1 no")
    invite(light_house)
    work(light_house)
    assert "3 Briefe konnten nicht zugestellt werden." in light_house.sign_in("admin").get("/").text


@pytest.mark.parametrize("name", ["secretary", "member"])
def test_the_outbox_does_not_exist_for_others(light_house: House, name: str) -> None:
    client = light_house.sign_in(name)
    assert client.get("/admin/letters").status_code == 404


def test_the_administrator_sees_head_state_and_answer_but_neither_text_nor_link(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    server.at["DATA"] = lambda _server, envelope: quote(envelope.content)
    ask_for_reset(house)
    work(house)
    page = house.sign_in("admin").get("/admin/letters").text
    assert "Neues Passwort" in page
    assert "gescheitert" in page
    assert "554 I dislike […] in letters" in page
    assert "/reset/" not in page
    assert "unter diesem Link" not in page


def quote(content: bytes) -> str:
    return f"554 I dislike {LINK.search(content.decode())[0]} in letters"


def test_a_failed_letter_is_sent_again_on_wish(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    server.at["RCPT"] = Once(reply("554 5.7.1 no"))
    invite(light_house)
    work(light_house)
    admin, letter = light_house.sign_in("admin"), light_house.letters()[0]
    submit(admin, "/admin/letters", action=f"/admin/letters/{letter.id}/retry")
    work(light_house)
    assert [one.message["Message-ID"] for one in server.to("chair")] == [letter.message_id]
    with light_house.rows() as rows:
        assert (
            rows.scalar(sa.select(AuditEntry.subject).where(AuditEntry.action == "letter.retried"))
            == "letter:1"
        )


def test_a_letter_that_was_sent_is_not_sent_again_on_wish(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    server.at["RCPT"] = Once(reply("554 5.7.1 no"))
    invite(light_house)
    work(light_house)
    admin = light_house.sign_in("admin")
    for _ in range(2):
        page = admin.get("/admin/letters").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        admin.post("/admin/letters/1/retry", data={"csrf_token": token})
        work(light_house)
    assert len(server.to("chair")) == 1


def test_the_stored_letter_holds_no_link_and_the_sent_one_opens_the_door(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    ask_for_reset(house)
    (letter,) = house.letters()
    work(house)
    (arrived,) = server.received
    path = LINK.search(arrived.text)[1]
    token = path.removeprefix("/reset/").encode()
    assert token not in letter.body
    assert house.visitor().get(path).status_code == 200
    assert letter.body == house.letters()[0].body


def test_a_letter_with_a_link_has_the_same_octets_when_it_is_repeated(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    server.at["DATA"] = Once(lose_reply)
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        ask_for_reset(house)
        work(house)
        clock.shift(timedelta(minutes=1))
        work(house)
    first, second = server.received
    assert first == second
    assert first.message["Content-Language"] == "de"


def test_a_letter_whose_link_is_dead_is_dropped(house: House, server: MailServer) -> None:
    ask_for_reset(house)
    ask_for_reset(house)  # the second link kills the first
    connect(house, server)
    with time_machine.travel(house.letters()[0].created_at + timedelta(minutes=1), tick=False):
        work(house)
    assert [letter.state.value for letter in house.letters()] == ["dropped", "sent"]
    path = LINK.search(server.received[0].text)[1]
    assert house.visitor().get(path).status_code == 200


def test_a_letter_whose_link_expired_while_it_waited_is_dropped(
    light_house: House, server: MailServer
) -> None:
    ask_for_reset(light_house)
    connect(light_house, server)
    with time_machine.travel(light_house.letters()[0].created_at + timedelta(hours=3), tick=False):
        work(light_house)
    assert server.received == []
    assert light_house.letters()[0].state == "dropped"


def test_all_failed_letters_are_sent_again_on_wish(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    server.at["RCPT"] = reply("554 5.7.1 no")
    invite(light_house)
    work(light_house)
    del server.at["RCPT"]
    admin = light_house.sign_in("admin")
    answer = submit(admin, "/admin/letters", action="/admin/letters/retry-failed")
    assert "3 Briefe werden noch einmal gesendet." in admin.get(answer.location).text
    work(light_house)
    assert len(server.received) == 3
    assert "/admin/letters/retry-failed" not in admin.get("/admin/letters").text


def test_the_outbox_is_searched_by_state_and_words(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    server.at["RCPT chair@example.org"] = reply("554 5.7.1 no")
    invite(light_house)
    work(light_house)
    admin = light_house.sign_in("admin")

    def found(query: str) -> list[str]:
        page = admin.get(f"/admin/letters?{query}")
        assert page.status_code == 200
        return re.findall(r'data-label="An">(\w+)@', page.text)

    assert found("") == ["secretary", "member", "chair"]
    assert found("state=failed") == ["chair"]
    assert found("q=MEMBER") == ["member"]
    assert found("q=einladung&state=sent") == ["secretary", "member"]
    assert found("q=%25") == found("state=collected") == []
    assert found("state=nonsense") == ["secretary", "member", "chair"]


def test_a_pause_is_told_with_its_author_and_ends_on_wish(house: House, server: MailServer) -> None:
    connect(house, server)
    admin = house.sign_in("admin")
    submit(admin, "/admin/letters", action="/admin/letters/pause")
    invite(house)
    work(house)
    assert server.stages == []
    for page in ("/", "/admin/letters"):
        assert "Der Postausgang ist angehalten" in admin.get(page).text
        assert "von Ada Verwalter" in admin.get(page).text
    assert "angehalten" not in house.sign_in("member").get("/").text
    submit(admin, "/admin/letters", action="/admin/letters/resume")
    work(house)
    assert len(server.received) == 3
    assert "angehalten" not in admin.get("/").text


def test_a_pause_stops_a_round_after_the_letter_at_hand(house: House, server: MailServer) -> None:
    connect(house, server)
    invite(house)

    def pause(_server: object, _envelope: object) -> None:
        with house.app.app_context():
            outbox_care.pause(None)
            session.commit()

    server.at["DATA"] = Once(pause)
    work(house)
    assert [one.to for one in server.received] == ["chair@example.org"]
    assert [letter.state.value for letter in house.letters()] == ["sent", "queued", "queued"]


def test_a_test_letter_goes_to_who_asked_and_its_fate_is_shown(
    light_house: House, server: MailServer
) -> None:
    connect(light_house, server)
    admin = light_house.sign_in("admin")
    for _ in range(2):
        answer = submit(admin, "/admin/letters", action="/admin/letters/test", address="other@example.org")
        assert "Ein Testbrief an admin@example.org" in admin.get(answer.location).text
    work(light_house)
    assert [(one.to, one.message["Subject"]) for one in server.received] == [
        ("admin@example.org", "Testbrief")
    ] * 2
    page = " ".join(admin.get("/admin/letters").text.split())
    assert page.count(">Testbrief</th>") == 2
    assert "gesendet" in page.partition(">Testbrief</th>")[2].partition("</tr>")[0]


def test_letters_that_wait_for_the_daily_one_are_shown_as_such(light_house: House) -> None:
    submit(light_house.sign_in("member"), "/account", action="/account/letters", letters="daily")
    light_house.decision()
    admin = light_house.sign_in("admin")
    assert "in der Tagespost: 1" in admin.get("/admin/letters").text
    page = admin.get("/admin/letters?state=collected").text
    assert "member@example.org" in page
    assert "geht mit am" in page


def test_words_of_a_meeting_never_open_somebody_elses_door(light_house: House, server: MailServer) -> None:
    """A title with the shape of a hidden link is no link, whatever row bears the number of its meeting."""
    connect(light_house, server)
    submit(light_house.visitor(), "/reset", email="chair@example.org")
    marks = [letter.message_id.strip("<").partition("@")[0] for letter in light_house.letters()]
    for place in ("https://link.invalid/password", f"https://{marks[0]}.invalid/password"):
        meeting = light_house.meeting(place=place)
        submit(light_house.sign_in("secretary"), f"/meetings/{meeting}/invite")
    work(light_house)
    invited = [one.text for one in server.received if one.message["Subject"].startswith("Einladung")]
    assert len(invited) == 6
    assert all(".invalid/password" in text and "/reset/" not in text for text in invited)
