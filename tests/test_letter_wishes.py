"""Which letters people want: at once, together once a day, or only what must be; and how they say so."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
import time_machine
from doors import PASSWORD, House, submit
from flask.testing import FlaskClient
from smtp import MailServer, Once, Received, connect, invite, lose_reply, reply, work

from portal import outbox
from portal.audit import AuditEntry
from portal.clock import now
from portal.committees import Membership
from portal.outbox import Letter
from portal.people import LetterWish, Person, person_by_email

LINK = re.compile(r"http://127\.0\.0\.1:8000(/unsubscribe/[\w-]+)")
EVENING, MORNING = "2027-03-01 18:00 +0000", "2027-03-02 05:00 +0000"  # six o'clock in Berlin


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def wish(house: House, letters: str, name: str = "member") -> None:
    client = house.sign_in(name)
    assert submit(client, "/account", action="/account/letters", letters=letters).status_code == 302


def wish_of(house: House, name: str = "member") -> LetterWish:
    with house.rows():
        return person_by_email(f"{name}@example.org").letters


def fates(house: House, name: str = "member") -> list[tuple[str, str]]:
    """Kind and state of a person's letters."""
    return [
        (letter.kind, letter.state.value)
        for letter in house.letters()
        if letter.address == f"{name}@example.org"
    ]


def entries(letter: Received) -> list[str]:
    """What a daily letter holds."""
    return re.findall(r"^\* (.*)", letter.text.replace("\r\n", "\n"), re.MULTILINE)


def test_at_once_is_the_wish_of_everybody_who_said_nothing(light_house: House) -> None:
    light_house.decision()
    assert fates(light_house) == [("decision_released", "queued")]


@pytest.mark.parametrize("value", ["", "never", None])
def test_a_wish_that_is_none_is_refused(light_house: House, value: str | None) -> None:
    answer = submit(light_house.sign_in("member"), "/account", action="/account/letters", letters=value)
    assert answer.status_code == 422
    assert wish_of(light_house) is LetterWish.AT_ONCE


def test_a_changed_wish_is_noted_and_shown(light_house: House) -> None:
    wish(light_house, "daily")
    page = light_house.sign_in("member").get("/account").text
    assert re.search(r'<input[^>]*checked[^>]*value="daily"', page)
    with light_house.rows() as rows:
        entry = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action == "person.letters")).one()
    assert entry.detail == {"wish": "daily"}


def test_compulsory_letters_come_at_once_whatever_the_wish(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    for letters in ("daily", "compulsory"):
        wish(light_house, letters)
        invite(light_house)
        submit(light_house.visitor(), "/reset", email="member@example.org")
    work(light_house)
    heads = [one.message["Subject"].partition(":")[0] for one in server.to("member")]
    assert sorted(heads) == ["Einladung", "Einladung", "Neues Passwort"]  # a second reset kills the first
    assert not any("List-Unsubscribe" in one.message for one in server.to("member"))


def test_optional_letters_are_not_written_to_who_wants_only_what_must_be(house: House) -> None:
    wish(house, "compulsory")
    house.decision()
    assert fates(house) == []
    assert len(house.letters("decision_released")) == 2


def test_optional_letters_come_together_in_the_morning(house: House, server: MailServer) -> None:
    connect(house, server)
    with time_machine.travel(EVENING, tick=False) as clock:
        wish(house, "daily")
        numbers = [house.decision(title=f"Titel {n}") for n in range(3)]
        work(house)
        assert server.to("member") == []
        clock.move_to(MORNING)
        work(house)
        work(house)
    (letter,) = server.to("member")
    assert letter.message["Subject"] == "Tagespost: 3 Nachrichten"
    assert LINK.fullmatch(letter.message["List-Unsubscribe"].strip("<>"))
    assert entries(letter) == [f"Entscheidung {number}" for number in numbers]
    assert all(f"http://127.0.0.1:8000/decisions/{number}" in letter.text for number in numbers)
    assert all(f'href="http://127.0.0.1:8000/decisions/{number}"' in html_of(letter) for number in numbers)
    assert fates(house) == [("decision_released", "sent")] * 3 + [("daily", "sent")]
    assert len(server.to("chair")) == 3


def html_of(letter: Received) -> str:
    return letter.message.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2027-03-01 04:59 +0000", "2027-03-01T05:00:00+00:00"),
        ("2027-03-01 05:00 +0000", "2027-03-02T05:00:00+00:00"),
        ("2027-03-27 23:30 +0000", "2027-03-28T04:00:00+00:00"),  # the night in which summer time begins
        ("2027-10-30 12:00 +0000", "2027-10-31T05:00:00+00:00"),  # and ends
    ],
)
def test_the_morning_is_six_o_clock_in_berlin(light_house: House, written: str, due: str) -> None:
    wish(light_house, "daily")
    with time_machine.travel(written, tick=False):
        light_house.decision()
    (letter,) = [one for one in light_house.letters() if one.state == "collected"]
    assert letter.due_at.isoformat() == due


def test_a_crash_while_daily_letters_are_written_loses_and_repeats_nothing(
    house: House, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(house, server)
    with time_machine.travel(EVENING, tick=False) as clock:
        for name in ("chair", "member", "secretary"):
            wish(house, "daily", name)
        house.decision()
        clock.move_to(MORNING)
        queue, calls = outbox.queue, []

        def fail_at_the_second(*arguments: object, **more: object) -> Letter | None:
            letter = queue(*arguments, **more)
            calls.append(letter)
            if len(calls) == 2:
                raise OSError("the power failed")
            return letter

        monkeypatch.setattr(outbox, "queue", fail_at_the_second)
        assert isinstance(house.run("worker", "--once").exception, OSError)
        work(house)
    assert [len(server.to(name)) for name in ("chair", "member", "secretary")] == [1, 1, 1]
    assert [len(entries(one)) for one in server.received] == [1, 1, 1]


def test_two_workers_write_one_daily_letter(house: House, server: MailServer) -> None:
    connect(house, server)
    with time_machine.travel(EVENING, tick=False) as clock:
        wish(house, "daily")
        house.decision()
        clock.move_to(MORNING)
        work(house)
        with house.rows() as rows:  # the other one looked before, and comes now
            from portal.daily_letter import _write

            waiting = sa.and_(Letter.state == outbox.LetterState.COLLECTED, Letter.within_id.is_(None))
            assert _write(person_by_email("member@example.org").id, waiting) == 0
            rows.rollback()
    assert len(house.letters("daily")) == 1


def test_news_that_no_longer_hold_are_left_out(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    with time_machine.travel(EVENING, tick=False) as clock:
        wish(light_house, "daily", "secretary")
        light_house.decision()
        light_house.decision("fallgruppe")
        leave(light_house, "secretary", "fallgruppe")
        clock.move_to(MORNING)
        work(light_house)
    (letter,) = server.to("secretary")
    assert entries(letter) == ["Entscheidung LK-2027-001"]
    assert sorted(fates(light_house, "secretary")) == [
        ("daily", "sent"),
        ("decision_released", "dropped"),
        ("decision_released", "sent"),
    ]


def leave(house: House, name: str, slug: str) -> None:
    with house.rows() as rows:
        for row in person_by_email(f"{name}@example.org").memberships:
            if row.committee.slug == slug:
                rows.execute(sa.delete(Membership).where(Membership.id == row.id))
        rows.commit()


def test_who_has_nothing_left_to_read_gets_no_daily_letter(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    with time_machine.travel(EVENING, tick=False) as clock:
        wish(light_house, "daily")
        light_house.decision()
        leave(light_house, "member", "lenkungskreis")
        clock.move_to(MORNING)
        work(light_house)
    assert server.to("member") == []
    assert fates(light_house) == [("decision_released", "dropped")]


def test_a_daily_letter_that_had_to_wait_is_written_anew_when_a_part_no_longer_holds(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    server.at["RCPT secretary@example.org"] = Once(reply("451 later"))
    with time_machine.travel(EVENING, tick=False) as clock:
        wish(house, "daily", "secretary")
        house.decision()
        house.decision("fallgruppe")
        clock.move_to(MORNING)
        work(house)
        assert server.to("secretary") == []
        leave(house, "secretary", "fallgruppe")
        clock.shift(timedelta(minutes=1))
        work(house)
    (letter,) = server.to("secretary")
    assert entries(letter) == ["Entscheidung LK-2027-001"]
    kinds = sorted(fates(house, "secretary"))
    assert kinds == [
        ("daily", "dropped"),
        ("daily", "sent"),
        ("decision_released", "dropped"),
        ("decision_released", "sent"),
    ]


def test_a_daily_letter_whose_answer_was_lost_goes_again_with_the_same_octets(
    light_house: House, server: MailServer
) -> None:
    connect(light_house, server)
    server.at["DATA"] = Once(lose_reply, at=3)
    with time_machine.travel(EVENING, tick=False) as clock:
        wish(light_house, "daily")
        light_house.decision()
        work(light_house)
        clock.move_to(MORNING)
        work(light_house)
        clock.shift(timedelta(minutes=1))
        work(light_house)
    first, second = server.to("member")
    assert first == second


def test_links_of_a_collected_letter_that_carry_a_secret_open_the_door(
    light_house: House, server: MailServer
) -> None:
    connect(light_house, server)
    with time_machine.travel(EVENING, tick=False) as clock:
        wish(light_house, "daily")
        meeting = invite(light_house)
        with light_house.rows() as rows:
            from meetings.meeting import Meeting

            row, person = rows.get_one(Meeting, meeting), person_by_email("member@example.org")
            assert outbox.queue("reminder", row, person, row.sequence, meeting=row)
            rows.commit()
        clock.move_to(MORNING)
        work(light_house)
    letter = server.to("member")[-1]
    assert letter.message["Subject"] == "Tagespost: eine Nachricht"
    path = re.search(r"http://127\.0\.0\.1:8000(/answer/[\w-]+)", letter.text)[1]
    assert light_house.visitor().get(path).status_code == 200
    stored = light_house.letters("daily")[0].body
    assert path.rpartition("/")[2].encode() not in stored
    assert f'href="http://127.0.0.1:8000{path}' in html_of(letter)


def test_whoever_wants_letters_at_once_again_gets_those_that_wait(house: House, server: MailServer) -> None:
    connect(house, server)
    wish(house, "daily")
    house.decision()
    work(house)
    assert server.to("member") == []
    wish(house, "at_once")
    work(house)
    assert [one.message["Subject"] for one in server.to("member")] == [f"Entscheidung LK-{now().year}-001"]


def test_what_went_into_a_daily_letter_is_not_sent_again_by_another_wish(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    server.at["RCPT member@example.org"] = Once(reply("451 later"))
    with time_machine.travel(EVENING, tick=False) as clock:
        wish(house, "daily")
        house.decision()
        clock.move_to(MORNING)
        work(house)
        wish(house, "at_once")
        clock.shift(timedelta(minutes=1))
        work(house)
    assert [one.message["Subject"] for one in server.to("member")] == ["Tagespost: eine Nachricht"]
    assert sorted(fates(house)) == [("daily", "sent"), ("decision_released", "sent")]


def test_whoever_wants_only_what_must_be_gets_nothing_that_waits(house: House, server: MailServer) -> None:
    wish(house, "daily")
    house.decision()
    wish(house, "compulsory")
    assert fates(house) == [("decision_released", "dropped")]
    wish(house, "at_once")
    house.decision()
    wish(house, "compulsory")  # while it waits for the mail server
    connect(house, server)
    work(house)
    assert server.to("member") == []
    assert fates(house) == [("decision_released", "dropped")] * 2


# One click in the mail program (RFC 8058)


def unsubscribe_link(house: House, server: MailServer, name: str = "member") -> str:
    connect(house, server)
    house.decision()
    work(house)
    letter = server.to(name)[-1]
    assert LINK.search(letter.text)[0] in html_of(letter)
    return LINK.fullmatch(letter.message["List-Unsubscribe"].strip("<>"))[1]


def click(house: House, path: str, **fields: str) -> int:
    """What a mail program sends: no cookie, no token, no sign-in."""
    fields = fields or {"List-Unsubscribe": "One-Click"}
    return house.visitor().post(path, data=fields).status_code


def test_one_click_ends_optional_letters(house: House, server: MailServer) -> None:
    path = unsubscribe_link(house, server)
    assert click(house, path) == 200
    assert wish_of(house) is LetterWish.COMPULSORY
    assert click(house, path) == 200  # a second time changes nothing
    house.decision()
    assert len(house.letters("decision_released")) == 5
    assert wish_of(house, "chair") is LetterWish.AT_ONCE


def test_optional_letters_carry_both_headers_exactly(light_house: House, server: MailServer) -> None:
    path = unsubscribe_link(light_house, server)
    heads = server.to("member")[0].content.partition(b"\r\n\r\n")[0].decode().splitlines()
    assert f"List-Unsubscribe: <http://127.0.0.1:8000{path}>" in heads
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in heads


def test_the_stored_letter_holds_no_link_for_unsubscribing(light_house: House, server: MailServer) -> None:
    path = unsubscribe_link(light_house, server)
    token = path.rpartition("/")[2].encode()
    assert all(token not in letter.body for letter in light_house.letters())


def test_a_scanner_that_opens_the_link_changes_nothing(light_house: House, server: MailServer) -> None:
    path = unsubscribe_link(light_house, server)
    for method in ("GET", "HEAD"):
        assert light_house.visitor().open(path, method=method).status_code == 200
    assert wish_of(light_house) is LetterWish.AT_ONCE


@pytest.mark.parametrize("letters", ["compulsory", "daily", "at_once"])
def test_the_page_lets_people_choose(light_house: House, server: MailServer, letters: str) -> None:
    path, visitor = unsubscribe_link(light_house, server), light_house.visitor()
    with light_house.rows() as rows:
        start = LetterWish.DAILY if letters == "at_once" else LetterWish.AT_ONCE
        person_by_email("member@example.org").letters = start
        rows.commit()
    page = visitor.get(path).text
    assert "member@example.org" in page
    assert f'value="{letters}"' in page
    answer = press(visitor, path, letters)
    assert answer.status_code == 200
    assert "Gespeichert." in answer.text
    assert wish_of(light_house) == letters


def press(visitor: FlaskClient, path: str, letters: str):  # noqa: ANN201
    page = visitor.get(path).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return visitor.post(path, data={"letters": letters, "csrf_token": token})


def test_the_page_speaks_the_language_of_the_letter(light_house: House, server: MailServer) -> None:
    with light_house.rows() as rows:
        person_by_email("member@example.org").language = "en"
        rows.commit()
    path, visitor = unsubscribe_link(light_house, server), light_house.visitor()
    assert '<html lang="en">' in visitor.get(path).text
    submit(visitor, path, action="/language", language="de")
    assert '<html lang="de">' in visitor.get(path).text


def test_the_link_outlives_a_change_of_password(light_house: House, server: MailServer) -> None:
    path = unsubscribe_link(light_house, server)
    fresh = "noch ein ganz neuer Satz"
    fields = {"password_now": PASSWORD, "password": fresh, "password_again": fresh}
    submit(light_house.sign_in("member"), "/account", action="/account/password", **fields)
    assert click(light_house, path) == 200
    assert wish_of(light_house) is LetterWish.COMPULSORY


@pytest.mark.parametrize("forge", ["x", "1", "4-x", "-", "4-" + "A" * 43, "9" * 30 + "-x", "٤-x"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_link_is_unknown(light_house: House, forge: str, method: str) -> None:
    assert light_house.visitor().open(f"/unsubscribe/{forge}", method=method).status_code == 404
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Person.id).where(Person.letters != LetterWish.AT_ONCE)).all() == []


def test_the_link_of_one_person_is_worth_nothing_for_another(light_house: House, server: MailServer) -> None:
    number, _, mac = unsubscribe_link(light_house, server).rpartition("/")[2].partition("-")
    assert click(light_house, f"/unsubscribe/{int(number) + 1}-{mac}") == 404


def test_every_kind_is_either_compulsory_or_carries_the_way_out(light_house: House) -> None:
    invite(light_house)
    light_house.decision()
    submit(light_house.visitor(), "/reset", email="member@example.org")
    for letter in light_house.letters():
        message = message_from_bytes(letter.body, policy=policy.default)
        assert ("List-Unsubscribe" in message) == (letter.kind in outbox.optional), letter.kind
    assert outbox.optional.isdisjoint(
        {"invitation", "moved", "cancelled", "reinstated", "welcome", "reset", "reply_confirm", "test"}
    )
    assert {"decision_released", "minutes_approved", "daily"} <= outbox.optional
