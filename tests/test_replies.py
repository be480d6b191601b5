"""Answering an invitation: by the link of a letter, on the portal, and by the secretary for somebody who called."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit
from flask.testing import FlaskClient
from smtp import MailServer, connect, invite, press, work
from test_access import LONG_AGO, deputy, person_named, seat

from meetings.answering import record_answer
from meetings.meeting import Invitation, Meeting
from meetings.procedure import Procedure
from meetings.replies import Answer, Reply, ReplyWay, answer_token
from portal.audit import AuditEntry
from portal.committees import Membership, Role
from portal.people import Person

ANSWER = re.compile(r"http://127\.0\.0\.1:8000(/answer/\S+)")
DEAD = "Dieser Link gilt nicht mehr"
STALE = "zu einem früheren Stand"


def link(house: House, meeting: int, name: str = "member") -> str:
    """The link of this person's letters about the meeting."""
    person = person_named(house, name)
    with house.rows() as rows:
        wanted = sa.select(Invitation).where(Invitation.meeting_id == meeting, Invitation.person_id == person)
        return f"/answer/{answer_token(rows.scalars(wanted).one())}"


def stored(house: House, name: str = "member") -> tuple[str, str, str] | None:
    """Answer, comment and way of this person's only reply."""
    person = person_named(house, name)
    with house.rows() as rows:
        reply = rows.scalars(sa.select(Reply).where(Reply.person_id == person)).one_or_none()
        return reply and (reply.answer.value, reply.comment, reply.way.value)


def say(house: House, meeting: int, name: str = "member", **fields: Any) -> Any:
    """Answer on the page of the meeting."""
    client = house.sign_in(name)
    return submit(client, f"/meetings/{meeting}", action=f"/meetings/{meeting}/answer", **fields)


def page(house: House, meeting: int, name: str = "secretary") -> str:
    """The words of the meeting's page, for this person."""
    text = house.sign_in(name).get(f"/meetings/{meeting}").text
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())


def move(house: House, meeting: int, hour: int = 14) -> None:
    press(house, meeting, "edit", starts=f"{hour}:00", ends=f"{hour + 2}:00")


def close_account(house: House, name: str = "member") -> None:
    person = person_named(house, name)
    with house.rows() as rows:
        rows.execute(sa.update(Person).where(Person.id == person).values(disabled_at=datetime.now(UTC)))
        rows.commit()


def refusals(house: House) -> list[tuple[str, dict[str, Any]]]:
    with house.rows() as rows:
        entries = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action == "link.refused"))
        return [(entry.subject, entry.detail) for entry in entries]


def trail(house: House) -> tuple[int | None, dict[str, Any]]:
    """Who did what, by the only audit entry of an answer."""
    with house.rows() as rows:
        entry = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action == "reply.recorded")).one()
        return entry.person_id, entry.detail


# ---- the link of a letter


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def test_the_link_of_an_invitation_takes_an_answer_without_a_sign_in(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    invite(house)
    work(house)
    address = ANSWER.search(server.to("member")[0].text)[1]
    visitor = house.visitor()
    shown = visitor.get(address).text
    assert "Mia Glied" in shown
    answer = submit(visitor, address, answer="yes", comment="Ich komme später.")
    assert answer.status_code == 303
    confirmation = visitor.get(answer.location).text
    assert "Ihre Antwort ist gespeichert" in confirmation
    assert "Ich nehme teil" in confirmation
    assert "Ich komme später." in confirmation
    assert f'href="{address}"' in confirmation
    assert stored(house) == ("yes", "Ich komme später.", "link")


def test_the_four_links_of_a_letter_choose_and_do_not_answer(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    invite(light_house)
    work(light_house)
    html = server.to("member")[0].message.get_body(("html",)).get_content()
    wanted = re.findall(r'href="http://127\.0\.0\.1:8000(/answer/[^"?]+)\?answer=(\w+)"', html)
    assert [answer for _address, answer in wanted] == ["yes", "no", "perhaps", "deputy"]
    for address, answer in wanted:
        shown = light_house.visitor().get(f"{address}?answer={answer}").text
        assert f'value="{answer}"' in re.search(r"<input[^>]* checked[^>]*>", shown)[0]
    assert stored(light_house) is None


def test_neither_get_nor_head_of_a_mail_gateway_changes_anything(house: House) -> None:
    meeting = invite(house)
    address, scanner = link(house, meeting), house.visitor()
    with house.rows() as rows:
        before = rows.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    for suffix in ("", "?answer=no", "?answer=quatsch", "/stored"):
        assert scanner.get(address + suffix).status_code in {200, 302}
        assert scanner.head(address + suffix).status_code in {200, 302}
    assert stored(house) is None
    with house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == before


def test_a_link_that_is_used_twice_changes_the_answer(house: House) -> None:
    address = link(house, invite(house))
    for answer, comment in [("yes", "Gern"), ("no", "")]:
        assert submit(house.visitor(), address, answer=answer, comment=comment).status_code == 303
    assert stored(house) == ("no", "", "link")


def test_of_two_answers_at_once_the_later_one_stays(house: House) -> None:
    meeting = invite(house)
    address, browser, answers = link(house, meeting), house.visitor(), []
    fields = forms_of(browser.get(address).text)[0]["fields"] | {"answer": "no"}
    second = threading.Thread(target=lambda: answers.append(browser.post(address, data=fields).status_code))
    with house.rows() as rows:
        member = rows.scalars(sa.select(Person).where(Person.email == "member@example.org")).one()
        record_answer(rows.get_one(Meeting, meeting), member, Answer.YES, way=ReplyWay.LINK, sequence=0)
        second.start()
        second.join(0.5)
        assert answers == []
        rows.commit()
    second.join()
    assert answers == [303]
    assert stored(house) == ("no", "", "link")


def test_the_link_of_a_moved_meeting_shows_both_dates(house: House, server: MailServer) -> None:
    connect(house, server)
    with time_machine.travel("2027-01-10 10:00", tick=False):
        meeting = invite(house)
        work(house)
        address = link(house, meeting)
        move(house, meeting)
        shown = house.visitor().get(address).text.partition("<main")[2]
    assert "14:00</time>–<time" in shown
    assert "Die Sitzung ist verschoben" in shown
    assert "11:00" in re.search(r"<del>(.*?)</del>", shown, re.DOTALL)[1]


def test_an_answer_to_a_date_that_moved_meanwhile_comes_back_with_the_new_one(house: House) -> None:
    meeting = invite(house)
    address, visitor = link(house, meeting), house.visitor()
    fields = forms_of(visitor.get(address).text)[0]["fields"]
    move(house, meeting)
    answer = visitor.post(address, data=fields | {"answer": "yes", "comment": "Bringe Zahlen mit"})
    assert answer.status_code == 422
    assert "Die Sitzung wurde inzwischen geändert" in answer.text
    assert "Bringe Zahlen mit" in answer.text
    assert stored(house) is None
    again = forms_of(answer.text)[0]["fields"]
    assert visitor.post(address, data=again).status_code == 303
    assert stored(house) == ("yes", "Bringe Zahlen mit", "link")


def test_a_link_dies_with_the_end_of_the_meeting(light_house: House) -> None:
    with time_machine.travel("2027-01-10 10:00", tick=False) as clock:
        address = link(light_house, invite(light_house))
        clock.move_to(datetime(2027, 2, 9, 11, 59, tzinfo=UTC))
        assert light_house.visitor().get(address).status_code == 200
        clock.move_to(datetime(2027, 2, 9, 12, tzinfo=UTC))
        answer = light_house.visitor().get(address)
    assert (answer.status_code, DEAD in answer.text) == (410, True)
    assert refusals(light_house) == [("invitation:2", {})]


@pytest.mark.parametrize("end", ["account", "seat", "address"])
def test_a_link_dies_with_account_seat_and_address(house: House, end: str) -> None:
    address = link(house, invite(house))
    fields = forms_of(house.visitor().get(address).text)[0]["fields"]
    if end == "account":
        close_account(house)
    elif end == "seat":
        seat(house, "member", ends_on=datetime.now(UTC).date() - timedelta(days=2))
    else:
        number = person_named(house, "member")
        submit(house.sign_in("admin"), f"/admin/people/{number}", email="glied@example.org")
    visitor = house.visitor()
    assert visitor.get(address).status_code == 410
    house.app.config["WTF_CSRF_ENABLED"] = False
    assert visitor.post(address, data=fields | {"answer": "yes"}).status_code == 410
    with house.rows() as rows:
        assert rows.scalar(sa.select(Reply.id)) is None


def test_a_new_password_leaves_the_links_of_letters_alive(light_house: House) -> None:
    address = link(light_house, invite(light_house))
    with light_house.rows() as rows:
        rows.execute(sa.update(Person).values(credentials=Person.credentials + 1))
        rows.commit()
    assert light_house.visitor().get(address).status_code == 200


@pytest.mark.parametrize("token", ["1", "-", "1-", "x-y", "²-x", "0-x", "999999999-x", "1-" + "A" * 43])
def test_a_forged_link_opens_nothing_and_is_not_noted(light_house: House, token: str) -> None:
    invite(light_house)
    answer = light_house.visitor().get(f"/answer/{token}")
    assert (answer.status_code, DEAD in answer.text) == (410, True)
    assert "Lenkungskreis" not in answer.text
    assert refusals(light_house) == []


def test_the_link_of_one_person_is_worth_nothing_for_another(light_house: House) -> None:
    meeting = invite(light_house)
    first, second = (link(light_house, meeting, name).rpartition("/")[2] for name in ("member", "chair"))
    crossed = f"{first.partition('-')[0]}-{second.partition('-')[2]}"
    assert light_house.visitor().get(f"/answer/{crossed}").status_code == 410


def test_a_cancelled_meeting_says_so_and_takes_no_answer(house: House) -> None:
    meeting = invite(house)
    address, visitor = link(house, meeting), house.visitor()
    fields = forms_of(visitor.get(address).text)[0]["fields"]
    press(house, meeting, "cancel")
    for answer in (visitor.get(address), visitor.post(address, data=fields | {"answer": "yes"})):
        assert answer.status_code == 409
        assert "Die Sitzung ist abgesagt" in answer.text
    assert stored(house) is None


def test_a_reinstated_meeting_takes_answers_by_the_old_link_again(light_house: House) -> None:
    meeting = invite(light_house)
    for button in ("cancel", "reinstate"):
        press(light_house, meeting, button)
    assert submit(light_house.visitor(), link(light_house, meeting), answer="no").status_code == 303
    assert stored(light_house) == ("no", "", "link")


def test_the_pages_of_a_link_speak_their_readers_language(light_house: House) -> None:
    meeting = invite(light_house)
    with light_house.rows() as rows:
        rows.execute(sa.update(Person).where(Person.email == "member@example.org").values(language="en"))
        rows.commit()
    address = link(light_house, meeting)
    assert '<html lang="en">' in light_house.visitor().get(address).text
    close_account(light_house)
    assert '<html lang="en">' in light_house.visitor().get(address).text


def test_a_link_leaves_no_copy_and_tells_nobody(light_house: House) -> None:
    headers = light_house.visitor().get(link(light_house, invite(light_house))).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Bitte wählen Sie eine Antwort."),
        ({"answer": "vielleicht"}, "Antwort"),
        ({"answer": "yes", "comment": "x" * 301}, "Bitte höchstens 300 Zeichen."),
        ({"answer": "yes", "comment": "eins\nzwei"}, "keine Zeilenumbrüche"),
        ({"answer": "yes", "sequence": "x"}, "Bitte prüfen Sie"),
    ],
)
def test_a_faulty_answer_comes_back_with_what_was_typed(
    light_house: House, fields: dict[str, str], words: str
) -> None:
    visitor = light_house.visitor()
    answer = submit(visitor, link(light_house, invite(light_house)), **({"comment": "Mein Satz"} | fields))
    assert answer.status_code == 422
    assert words in answer.text
    assert (fields.get("comment") or "Mein Satz").partition("\n")[0] in answer.text
    assert stored(light_house) is None


# ---- on the portal


def test_a_member_answers_on_the_page_of_the_meeting(house: House) -> None:
    meeting = invite(house)
    assert say(house, meeting, answer="perhaps", comment="Zug?").status_code == 302
    assert stored(house) == ("perhaps", "Zug?", "portal")
    actor, detail = trail(house)
    assert (actor, detail["answered_by"], detail["way"]) == (*2 * [person_named(house, "member")], "portal")
    assert "Zug" not in str(detail)


def test_nobody_answers_before_the_invitation_nor_after_the_meeting(light_house: House) -> None:
    with time_machine.travel("2027-01-10 10:00", tick=False) as clock:
        meeting = light_house.meeting()
        assert "Ihre Antwort" not in page(light_house, meeting, "member")
        press(light_house, meeting, "invite")
        assert "Ihre Antwort" in page(light_house, meeting, "member")
        clock.move_to(datetime(2027, 2, 9, 12, tzinfo=UTC))
        assert "Ihre Antwort" not in page(light_house, meeting, "member")
        client = light_house.sign_in("member")
        light_house.app.config["WTF_CSRF_ENABLED"] = False
        client.post(f"/meetings/{meeting}/answer", data={"answer": "yes", "sequence": "0"})
    assert stored(light_house) is None


def test_the_secretary_sees_all_answers_and_members_see_no_comments(light_house: House) -> None:
    meeting = invite(light_house)
    say(light_house, meeting, answer="no", comment="Kur bis Ostern")
    for name in ("secretary", "chair"):
        shown = page(light_house, meeting, name)
        assert "Kur bis Ostern" in shown
        assert "nimmt teil: 0" in shown
        assert "sagt ab: 1" in shown
        assert "offen: 2" in shown
        missing = shown.partition("Noch keine Antwort")[2]
        assert "Carla Vorsitz" in missing
        assert "Mia Glied" not in missing
    deputy(light_house, "outsider", "member", LONG_AGO, None)
    shown = page(light_house, meeting, "outsider")
    assert "Mia Glied sagt ab" in shown
    assert "Kur bis Ostern" not in shown


def test_an_answer_to_the_old_date_is_marked_and_does_not_count(house: House) -> None:
    meeting = invite(house)
    say(house, meeting, answer="yes")
    move(house, meeting)
    shown = page(house, meeting)
    assert STALE in shown
    assert "nimmt teil: 0" in shown
    assert "Damals geantwortet: „Ich nehme teil“" in page(house, meeting, "member")
    assert stored(house) == ("yes", "", "portal")
    say(house, meeting, answer="yes")
    assert STALE not in page(house, meeting)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "noch offen"),
        ({"member": "yes", "chair": "yes"}, "wird das Gremium beschlussfähig sein"),
        ({"member": "no", "chair": "no"}, "wird das Gremium nicht beschlussfähig sein"),
        ({"member": "no", "chair": "perhaps"}, "noch offen"),
    ],
)
def test_the_page_says_whether_the_quorum_will_be_reached(
    light_house: House, answers: dict[str, str], words: str
) -> None:
    meeting = invite(light_house)
    need(light_house, 2)
    for name, answer in answers.items():
        say(light_house, meeting, name, answer=answer)
    shown = page(light_house, meeting)
    assert words in shown
    assert "nötig sind 2" in shown


def need(house: House, quorum: int) -> None:
    with house.rows() as rows:
        committee = rows.scalar(sa.select(Meeting.committee_id))
        rows.execute(sa.update(Procedure).where(Procedure.committee_id == committee).values(quorum=quorum))
        rows.commit()


# ---- deputies


def test_a_deputy_who_is_let_come_is_named_and_invited_before_their_days(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    with time_machine.travel("2027-01-10 10:00", tick=False):
        meeting = invite(house)
        deputy(house, "outsider", "member", date(2027, 2, 8), date(2027, 2, 10))
        work(house)
        assert server.to("outsider") == []
        assert "Oskar Draussen" in house.visitor().get(link(house, meeting)).text
        submit(house.visitor(), link(house, meeting), answer="deputy")
        work(house)
        (letter,) = server.to("outsider")
        assert letter.message["Subject"].startswith("Einladung")
        answer = submit(house.visitor(), ANSWER.search(letter.text)[1], answer="yes")
        assert answer.status_code == 303
        shown = page(house, meeting)
    assert "Oskar Draussen vertritt Mia Glied nimmt teil" in shown
    assert "die Vertretung kommt: 1" in shown


def test_a_deputy_answers_for_themselves_and_sends_nobody(light_house: House) -> None:
    deputy(light_house, "outsider", "member", LONG_AGO, None)
    meeting = invite(light_house)
    client = light_house.sign_in("outsider")
    assert 'value="deputy"' not in client.get(f"/meetings/{meeting}").text
    say(light_house, meeting, "outsider", answer="yes")
    assert stored(light_house, "outsider") == ("yes", "", "portal")
    assert stored(light_house) is None


def test_a_deputy_fills_the_seat_and_nobody_sits_twice(light_house: House) -> None:
    for name in ("member", "chair"):
        deputy(light_house, "outsider", name, LONG_AGO, None)
    meeting = invite(light_house)
    need(light_house, 3)
    for name, answer in {
        "member": "deputy",
        "chair": "deputy",
        "outsider": "yes",
        "secretary": "yes",
    }.items():
        say(light_house, meeting, name, answer=answer)
    assert "Besetzt oder vertreten: 2 von 3 Sitzen" in page(light_house, meeting)


def test_a_deputy_whom_nobody_asked_is_not_waited_for(light_house: House) -> None:
    deputy(light_house, "outsider", "member", LONG_AGO, None)
    meeting = invite(light_house)
    assert "Oskar Draussen" not in page(light_house, meeting)
    say(light_house, meeting, answer="deputy")
    shown = page(light_house, meeting)
    assert "Oskar Draussen vertritt Mia Glied" in shown.partition("Noch keine Antwort")[2]


# ---- by the secretary


def test_the_secretary_enters_what_somebody_said_on_the_telephone(house: House) -> None:
    meeting = invite(house)
    address = f"/meetings/{meeting}/answers/{person_named(house, 'member')}"
    assert submit(house.sign_in("secretary"), address, answer="no", comment="Anruf").status_code == 302
    assert stored(house) == ("no", "Anruf", "entered")
    assert "von der Schriftführung eingetragen" in page(house, meeting)
    actor, detail = trail(house)
    assert (actor, detail["answered_by"]) == (person_named(house, "secretary"), person_named(house, "member"))


def test_answers_of_strangers_cannot_be_entered(light_house: House) -> None:
    meeting = invite(light_house)
    for name in ("outsider", "counsellor"):
        address = f"/meetings/{meeting}/answers/{person_named(light_house, name)}"
        assert light_house.sign_in("secretary").get(address).status_code == 404
    assert light_house.sign_in("secretary").get(f"/meetings/{meeting}/answers/999").status_code == 404


# ---- case groups


def invite_case_group(house: House) -> int:
    meeting = house.meeting("fallgruppe")
    press(house, meeting, "invite")
    return meeting


def test_a_comment_that_names_a_client_is_refused_in_a_case_group(house: House) -> None:
    meeting = invite_case_group(house)
    words = "Bringe die Akte von Amina Yilmaz, geb. 03.04.1991, mit"
    visitor = house.visitor()
    answer = submit(visitor, link(house, meeting, "counsellor"), answer="yes", comment=words)
    assert answer.status_code == 422
    assert "Das könnte eine Person erkennbar machen" in answer.text
    assert re.findall(r"<mark>([^<]+)</mark>", answer.text)
    assert words in answer.text
    assert stored(house, "counsellor") is None


def test_the_case_groups_own_people_may_be_named(light_house: House) -> None:
    meeting = invite_case_group(light_house)
    words = "Carla Vorsitz weiß Bescheid"
    assert say(light_house, meeting, "counsellor", answer="no", comment=words).status_code == 302
    assert stored(light_house, "counsellor") == ("no", words, "portal")


def test_other_committees_comments_pass(light_house: House) -> None:
    meeting = invite(light_house)
    assert say(light_house, meeting, answer="no", comment="Frau Amina Yilmaz kommt").status_code == 302


# ---- cost


def test_the_page_of_a_meeting_asks_as_often_for_two_hundred_as_for_three(light_house: House) -> None:
    meeting = invite(light_house)
    few = queries(light_house, light_house.sign_in("secretary"), meeting)
    fill(light_house, meeting, 200)
    assert queries(light_house, light_house.sign_in("secretary"), meeting) == few


def queries(house: House, client: FlaskClient, meeting: int) -> int:
    """How many statements the page of the meeting needs."""
    seen: list[str] = []
    with house.listening("before_cursor_execute", lambda *arguments: seen.append(arguments[2])):
        assert client.get(f"/meetings/{meeting}").status_code == 200
    return len(seen)


def fill(house: House, meeting: int, number: int) -> None:
    """Give the meeting's committee more members, all of whom answered."""
    with house.rows() as rows:
        committee = rows.scalars(sa.select(Meeting.committee_id).where(Meeting.id == meeting)).one()
        for index in range(number):
            person = Person(email=f"person{index}@example.org", name=f"Person {index:03}")
            rows.add(person)
            rows.flush()
            rows.add(
                Membership(person_id=person.id, committee_id=committee, role=Role.MEMBER, starts_on=LONG_AGO)
            )
            rows.add(Invitation(meeting_id=meeting, person_id=person.id))
            rows.add(Reply(meeting_id=meeting, person_id=person.id, answer="yes", sequence=0, way="portal"))
        rows.commit()
