"""Date polls: a committee is asked which date suits, answers, and a meeting comes of it."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from itertools import pairwise

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient
from smtp import MailServer, connect, work
from werkzeug.test import TestResponse

from meetings.meeting import Meeting, MeetingState
from meetings.polling import answer, close_due
from meetings.polls import DatePoll, PollAnswer, PollAnswerKind, PollOption
from meetings.rules import MeetingRule
from portal.audit import AuditEntry
from portal.committees import Committee, Deputy, Membership
from portal.outbox import Letter
from portal.people import LetterWish, Person, person_by_email

NOW = datetime(2027, 2, 1, 9, tzinfo=UTC)
NEW = "/committees/lenkungskreis/polls/new"
DAYS = ["2027-03-09", "2027-03-10", "2027-03-11"]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def rows_of(*days: str, starts: str = "10:00", ends: str = "12:00") -> dict[str, str]:
    """The fields of the rows for these days; the other ones stay empty."""
    fields = {}
    for n in range(max(3, len(days))):
        given = (days[n], starts, ends) if n < len(days) else ("", "", "")
        fields |= {
            f"options-{n}-{name}": value for name, value in zip(("on", "starts", "ends"), given, strict=True)
        }
    return fields


def ask(client: FlaskClient, *days: str, page: str = NEW, **fields: str) -> TestResponse:
    wanted = {"title": "Sondersitzung", "closes_on": "2027-02-08", "closes_time": "18:00"}
    return submit(client, page, **(wanted | rows_of(*(days or DAYS)) | fields))


def make_poll(house: House, name: str = "secretary", slug: str = "lenkungskreis", **fields: str) -> str:
    """Ask the committee for one of three days; returns the address of the poll."""
    answer = ask(house.sign_in(name), page=f"/committees/{slug}/polls/new", **fields)
    assert answer.status_code == 302, answer.text
    return answer.location


def say(house: House, poll: str, name: str, *answers: str, person: int | None = None) -> TestResponse:
    """Answer a poll, in the order of its dates."""
    page = f"{poll}?person={person}" if person else poll
    with house.rows() as rows:
        options = rows.scalars(
            sa.select(PollOption.id).where(PollOption.poll_id == number(poll)).order_by(PollOption.starts_at)
        ).all()
    fields = {f"option_{option}": answer for option, answer in zip(options, answers, strict=False)}
    return submit(house.sign_in(name), page, action=poll, **fields)


def number(poll: str) -> int:
    return int(poll.rpartition("/")[2])


def row(house: House, poll: str) -> DatePoll:
    with house.rows() as rows:
        found = rows.get_one(DatePoll, number(poll))
        rows.refresh(found)
        assert found.options is not None
        rows.expunge_all()
        return found


def meetings(house: House) -> list[Meeting]:
    with house.rows() as rows:
        found = list(rows.scalars(sa.select(Meeting).order_by(Meeting.id)))
        rows.expunge_all()
        return found


def readers(house: House, kind: str) -> list[str]:
    return sorted(letter.address.partition("@")[0] for letter in house.letters(kind))


def text(letter: Letter) -> str:
    message = message_from_bytes(letter.body, policy=policy.default)
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def person_id(house: House, name: str) -> int:
    with house.rows():
        return person_by_email(f"{name}@example.org").id


def stand_in(house: House, name: str, for_name: str, slug: str = "lenkungskreis") -> None:
    """Let somebody stand in for a member of the committee."""
    numbers = person_id(house, name), person_id(house, for_name)
    with house.rows() as rows:
        committee = rows.scalars(sa.select(Committee.id).where(Committee.slug == slug)).one()
        deputy = Deputy(person_id=numbers[0], for_person_id=numbers[1], committee_id=committee)
        deputy.starts_on = date(2020, 1, 1)
        rows.add(deputy)
        rows.commit()


def choose(house: House, poll: str, name: str = "secretary", **fields: str | None) -> TestResponse:
    return submit(house.sign_in(name), poll, action=f"{poll}/decide", **fields)


def at_once(*doings: Callable[[], object]) -> None:
    threads = [threading.Thread(target=doing) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def options_of(page: str, action: str) -> list[str]:
    """The values of the radio buttons of a form, in their order."""
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    return [
        part.partition('value="')[2].partition('"')[0] for part in form.split("<input")[1:] if "radio" in part
    ]


def checked(page: str) -> list[str]:
    """The values of the radio buttons that are chosen, in their order."""
    buttons = [part.partition(">")[0] for part in page.split("<input") if 'type="radio"' in part]
    return [part.partition('value="')[2].partition('"')[0] for part in buttons if "checked" in part]


# Asking.


def test_a_secretary_asks_the_committee_and_everybody_else_in_it_gets_a_letter(house: House) -> None:
    poll = make_poll(house, note="Bitte bald antworten.", place="Rathaus", link="https://video.example.org/x")
    found = row(house, poll)
    assert [option.starts_at for option in found.options] == [
        datetime.fromisoformat(f"{day}T09:00:00+00:00") for day in DAYS
    ]
    assert found.closes_at == datetime(2027, 2, 8, 17, tzinfo=UTC)
    assert (found.place, found.link, found.state.value) == ("Rathaus", "https://video.example.org/x", "open")
    assert readers(house, "poll_opened") == ["chair", "member"]
    letter = text(house.letters("poll_opened")[0])
    assert "Sina Schreiber sucht einen Termin: Lenkungskreis, Sondersitzung" in letter
    assert "Bitte bald antworten." in letter
    assert "Dienstag, 9. März 2027, 10:00–12:00" in letter
    assert "Antworten bis Montag, 8. Februar 2027, 18:00 Uhr" in letter
    assert poll in letter


def test_the_form_proposes_the_next_free_dates_by_the_rule(light_house: House) -> None:
    page = light_house.sign_in("secretary").get(NEW).text
    fields = next(form["fields"] for form in forms_of(page) if "title" in form["fields"])
    # A week to answer and two weeks of notice; the rule says Tuesday at ten.
    assert [fields[f"options-{n}-on"] for n in range(3)] == ["2027-02-23", "2027-03-02", "2027-03-09"]
    assert (fields["options-0-starts"], fields["options-0-ends"]) == ("10:00", "12:00")
    assert (fields["closes_on"], fields["closes_time"]) == ("2027-02-08", "18:00")
    assert fields["place"] == "Rathaus, Raum 1"


def test_proposed_dates_avoid_holidays_and_other_meetings(light_house: House) -> None:
    with time_machine.travel(datetime(2027, 4, 19, 9, tzinfo=UTC), tick=False):
        with light_house.rows() as rows:
            rows.execute(sa.update(MeetingRule).values(weekday=3))
            rows.commit()
        light_house.meeting(days=(date(2027, 5, 20) - date(2027, 4, 19)).days)
        page = light_house.sign_in("secretary").get(NEW).text
    fields = next(form["fields"] for form in forms_of(page) if "title" in form["fields"])
    # The 20th is taken, and the 27th is Corpus Christi.
    assert [fields[f"options-{n}-on"] for n in range(3)] == ["2027-05-13", "2027-06-03", "2027-06-10"]


def test_without_a_rule_the_rows_are_empty(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.delete(MeetingRule))
        rows.commit()
    page = light_house.sign_in("secretary").get(NEW).text
    fields = next(form["fields"] for form in forms_of(page) if "title" in form["fields"])
    assert [fields[f"options-{n}-on"] for n in range(3)] == ["", "", ""]
    assert "options-3-on" not in fields


def test_a_further_row_keeps_what_was_typed_and_there_are_at_most_twenty(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    typed = {"title": "Nur halb", "note": "Zwei\nZeilen", **rows_of("2027-03-09", "morgen")}
    page = client.post(
        "/committees/lenkungskreis/polls/rows", data={"csrf_token": token(client), **typed}
    ).text
    for words in ("Nur halb", "Zwei\nZeilen", "2027-03-09", "morgen", "options-3-on"):
        assert words in page
    assert "options-4-on" not in page
    for _ in range(20):
        fields = next(form["fields"] for form in forms_of(page) if "title" in form["fields"])
        page = client.post("/committees/lenkungskreis/polls/rows", data=fields).text
    assert "options-19-on" in page
    assert "options-20-on" not in page
    assert "Weitere Zeile" not in page


WRONG = [
    (rows_of("2027-03-09"), "Bitte geben Sie mindestens zwei Termine zur Wahl."),
    (rows_of(), "Bitte geben Sie mindestens zwei Termine zur Wahl."),
    (rows_of("2027-03-09", "2027-03-09"), "Zwei Termine beginnen zur selben Zeit."),
    (rows_of("2027-01-09", "2027-03-09"), "Dieser Tag liegt in der Vergangenheit."),
    (
        rows_of("2027-03-09", "2027-03-10", starts="12:00", ends="10:00"),
        "Das Ende muss nach dem Beginn liegen.",
    ),
    (rows_of("2027-03-09", "2027-03-10", ends=""), "Bitte füllen Sie dieses Feld aus."),
    (rows_of("2027-03-28", "2027-03-29", starts="02:30"), "Die Uhren werden vorgestellt."),
    ({"closes_on": "2027-03-09", "closes_time": "10:00"}, "Die Umfrage muss vor dem ersten Termin enden."),
    ({"closes_on": "2027-01-31"}, "Dieser Tag liegt in der Vergangenheit."),
    ({"closes_on": "0001-01-01", "closes_time": "00:00"}, "Dieser Tag liegt in der Vergangenheit."),
    ({"closes_on": "9999-12-31"}, "Bitte prüfen Sie das Jahr."),
    (rows_of("0001-01-01", "2027-03-10", starts="00:00"), "Dieser Tag liegt in der Vergangenheit."),
    ({"closes_on": "2027-02-01", "closes_time": "09:59"}, "Dieser Zeitpunkt liegt in der Vergangenheit."),
    ({"title": " "}, "Bitte füllen Sie dieses Feld aus."),
    ({"title": "x" * 121}, "Bitte höchstens 120 Zeichen."),
    ({"link": "javascript:alert(1)"}, "Bitte eine Adresse, die mit https:// beginnt."),
]


@pytest.mark.parametrize(("fields", "words"), WRONG)
def test_a_faulty_poll_is_not_begun_and_nothing_typed_is_lost(
    light_house: House, fields: dict[str, str], words: str
) -> None:
    answer = ask(light_house.sign_in("secretary"), **({"note": "Wichtiger Hinweis"} | fields))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Wichtiger Hinweis" in answer.text
    assert light_house.letters() == []


def test_the_same_form_sent_twice_is_one_poll(house: House) -> None:
    make_poll(house)
    assert ask(house.sign_in("secretary")).location == "/committees/lenkungskreis"
    assert len(house.letters("poll_opened")) == 2
    at_once(*(lambda: ask(house.sign_in("chair"), title="Klausur") for _ in range(2)))
    assert len(house.letters("poll_opened")) == 4


def test_in_a_case_group_words_that_could_name_somebody_are_refused_until_replaced_or_set_aside(
    light_house: House,
) -> None:
    client, page = light_house.sign_in("secretary"), "/committees/fallgruppe/polls/new"
    for field in ("title", "note"):
        answer = ask(client, page=page, **{field: "Frau Amina Beispiel"})
        assert answer.status_code == 422
        assert "Noch nicht gespeichert: eine Fundstelle" in answer.text
    fields = next(form["fields"] for form in forms_of(answer.text) if "title" in form["fields"])
    more = client.post(
        "/committees/fallgruppe/polls/rows", data=fields | {"set_aside-0-reason": "ein Hausname"}
    )
    assert "ein Hausname" in more.text
    assert client.post(page, data=fields).status_code == 422
    assert client.post(page, data=fields | {"set_aside-0-reason": "ein Hausname"}).status_code == 302
    replaced = client.post(page, data=fields | {"title": "Anderes", "replacing": "*"})
    assert "Amina" not in client.get(replaced.location).text
    assert ask(client, page=page, title="Drittes", note="Cem Berater kann nur vormittags.").status_code == 302


def test_a_letter_about_a_case_group_carries_the_title_and_no_note(light_house: House) -> None:
    make_poll(light_house, slug="fallgruppe", note="Geheimer Hinweis")
    letters = light_house.letters("poll_opened")
    assert len(letters) == 2
    assert all("Geheimer Hinweis" not in letter.body.decode() for letter in letters)
    assert all("Sondersitzung" in text(letter) for letter in letters)
    assert {letter.head for letter in letters} == {"Welcher Termin passt? Fallgruppe"}, (
        "administrators read it"
    )


# Answering.


def test_everybody_answers_and_sees_who_said_what(house: House) -> None:
    poll = make_poll(house)
    assert say(house, poll, "member", "yes", "if_need_be", "no").status_code == 302
    page = house.sign_in("chair").get(poll).text
    assert page.count('1<span class="meta">: Mia Glied</span>') == 3
    assert "Noch keine Antwort: Carla Vorsitz, Sina Schreiber" in page
    best = page.partition("passt am besten")[0]
    assert best.count("März 2027") > 0
    assert "Mittwoch, 10. März 2027" not in best.partition("<tbody>")[2]


def test_an_answer_may_change_until_the_end(house: House, clock: time_machine.Traveller) -> None:
    poll = make_poll(house)
    say(house, poll, "member", "yes", "yes", "no")
    say(house, poll, "member", "no", "no", "yes")
    with house.rows() as rows:
        assert sorted(rows.scalars(sa.select(PollAnswer.answer))) == ["no", "no", "yes"]
    assert checked(house.sign_in("member").get(poll).text) == ["no", "no", "yes"]
    clock.move_to(datetime(2027, 2, 8, 17, 0, 1, tzinfo=UTC))
    client = house.sign_in("member")
    answer = client.post(poll, data={"csrf_token": token(client)})
    assert answer.status_code == 302
    assert "Die Umfrage ist beendet" in client.get(poll).text
    assert "Antwort speichern" not in client.get(poll).text


def test_each_date_needs_an_answer_and_those_given_stay(light_house: House) -> None:
    poll = make_poll(light_house)
    answer = say(light_house, poll, "member", "if_need_be")
    assert answer.status_code == 422
    assert answer.text.count("Bitte antworten Sie zu jedem Termin.") == 4, "at the field and in the summary"
    assert checked(answer.text) == ["if_need_be"]
    assert light_house.letters("poll_closed") == []


def test_an_unheard_of_answer_is_refused(light_house: House) -> None:
    assert say(light_house, make_poll(light_house), "member", "maybe", "yes", "yes").status_code == 422


def test_a_deputy_answers_for_the_member_and_for_themselves(house: House) -> None:
    stand_in(house, "outsider", "member")
    poll = make_poll(house)
    assert "outsider" in readers(house, "poll_opened")
    member = person_id(house, "member")
    page = house.sign_in("outsider").get(poll).text
    assert "Für Mia Glied antworten" in page
    assert "Antwort für Mia Glied" in house.sign_in("outsider").get(f"{poll}?person={member}").text
    say(house, poll, "outsider", "yes", "yes", "yes", person=member)
    say(house, poll, "outsider", "no", "no", "no")
    with house.rows() as rows:
        given = set(rows.execute(sa.select(PollAnswer.person_id, PollAnswer.given_by_id, PollAnswer.answer)))
    outsider = person_id(house, "outsider")
    assert given == {(member, outsider, "yes"), (outsider, outsider, "no")}
    assert "Mia Glied (durch Oskar Draussen)" in house.sign_in("chair").get(poll).text


def test_nobody_answers_for_a_member_without_standing_in_for_them(light_house: House) -> None:
    poll, member = make_poll(light_house), person_id(light_house, "member")
    for name in ("secretary", "chair"):
        client = light_house.sign_in(name)
        assert client.get(f"{poll}?person={member}").status_code == 404
        address = f"{poll}?person={member}"
        assert client.post(address, data={"csrf_token": token(client)}).status_code == 404
    stand_in(light_house, "outsider", "counsellor", "fallgruppe")
    assert light_house.sign_in("outsider").get(poll).status_code == 404


def test_answers_of_people_who_left_do_not_count(light_house: House) -> None:
    poll = make_poll(light_house)
    say(light_house, poll, "member", "yes", "yes", "yes")
    with light_house.rows() as rows:
        left = sa.update(Membership).where(Membership.person_id == person_id(light_house, "member"))
        rows.execute(left.values(ends_on=date(2027, 1, 31)))
        rows.commit()
    assert "Mia Glied" not in light_house.sign_in("chair").get(poll).text
    assert light_house.sign_in("member").get(poll).status_code == 404


# The end.


def test_it_closes_itself_and_the_one_who_asked_is_told(house: House, clock: time_machine.Traveller) -> None:
    poll = make_poll(house)
    say(house, poll, "member", "yes", "if_need_be", "no")
    say(house, poll, "chair", "no", "if_need_be", "yes")
    clock.move_to(datetime(2027, 2, 8, 16, 59, 59, tzinfo=UTC))
    work(house)
    assert row(house, poll).state.value == "open"
    clock.move_to(datetime(2027, 2, 8, 17, tzinfo=UTC))
    work(house)
    work(house)
    assert row(house, poll).state.value == "closed"
    assert readers(house, "poll_closed") == ["secretary"]
    letter = text(house.letters("poll_closed")[0])
    assert "ja: 0, zur Not: 2, nein: 0 – passt am besten" in letter
    assert letter.count("passt am besten") == 1
    assert "List-Unsubscribe" not in house.letters("poll_closed")[0].body.decode()


def test_it_closes_when_everybody_has_answered(house: House) -> None:
    poll = make_poll(house)
    for name in ("secretary", "chair", "member"):
        assert row(house, poll).state.value == "open"
        say(house, poll, name, "yes", "no", "no")
    assert row(house, poll).state.value == "closed"
    assert readers(house, "poll_closed") == ["secretary"]


def test_a_member_who_was_answered_for_is_not_waited_for_and_nor_is_the_deputy(light_house: House) -> None:
    stand_in(light_house, "outsider", "member")
    poll = make_poll(light_house)
    say(light_house, poll, "secretary", "yes", "no", "no")
    say(light_house, poll, "chair", "yes", "no", "no")
    page = light_house.sign_in("chair").get(poll).text
    assert "Noch keine Antwort: Mia Glied, Oskar Draussen" in page
    say(light_house, poll, "outsider", "yes", "no", "no", person=person_id(light_house, "member"))
    assert row(light_house, poll).state.value == "closed"


def test_if_who_asked_has_left_those_in_office_are_told(
    light_house: House, clock: time_machine.Traveller
) -> None:
    make_poll(light_house, "chair")
    with light_house.rows() as rows:
        left = sa.update(Membership).where(Membership.person_id == person_id(light_house, "chair"))
        rows.execute(left.values(ends_on=date(2027, 2, 5)))
        rows.commit()
    clock.move_to(datetime(2027, 2, 8, 18, tzinfo=UTC))
    work(light_house)
    assert readers(light_house, "poll_closed") == ["secretary"]


def test_of_two_last_answers_at_once_the_second_one_sees_the_first_and_ends_the_poll(house: House) -> None:
    poll = make_poll(house)
    say(house, poll, "secretary", "yes", "no", "no")
    is_given, other_waits = threading.Event(), 0.3  # seconds

    def give(name: str, before: Callable[[], object], after: Callable[[], object]) -> None:
        before()
        with house.rows() as rows:
            found, person = rows.get_one(DatePoll, number(poll)), person_by_email(f"{name}@example.org")
            answer(found, person, {option.id: PollAnswerKind.YES for option in found.options}, person)
            after()
            rows.commit()

    def let_the_other_begin() -> None:
        is_given.set()
        time.sleep(other_waits)

    at_once(
        lambda: give("chair", lambda: None, let_the_other_begin),
        lambda: give("member", is_given.wait, lambda: None),
    )
    assert row(house, poll).state.value == "closed"
    assert len(house.letters("poll_closed")) == 1


def test_two_workers_close_it_once(house: House, clock: time_machine.Traveller) -> None:
    poll = make_poll(house)
    clock.move_to(datetime(2027, 2, 8, 18, tzinfo=UTC))

    def close() -> None:
        with house.rows():
            close_due()

    at_once(close, close)
    assert row(house, poll).state.value == "closed"
    assert len(house.letters("poll_closed")) == 1


# Letters on the way.


def test_two_days_before_the_end_those_without_an_answer_are_reminded_once(
    house: House, clock: time_machine.Traveller
) -> None:
    poll = make_poll(house)
    say(house, poll, "member", "yes", "yes", "yes")
    for day, expected in [(5, []), (6, ["chair", "secretary"]), (7, ["chair", "secretary"])]:
        clock.move_to(datetime(2027, 2, day, 0, 10, tzinfo=UTC))
        work(house)
        assert readers(house, "poll_reminder") == expected
    assert {letter.due_at for letter in house.letters("poll_reminder")} == {
        datetime(2027, 2, 6, 5, tzinfo=UTC)
    }
    assert "Montag, 8. Februar 2027, 18:00 Uhr" in text(house.letters("poll_reminder")[0])


def test_a_poll_of_a_few_days_reminds_nobody_on_its_first_day(
    light_house: House, clock: time_machine.Traveller
) -> None:
    make_poll(light_house, closes_on="2027-02-03")
    clock.move_to(datetime(2027, 2, 2, 0, 10, tzinfo=UTC))
    work(light_house)
    assert light_house.letters("poll_reminder") == []
    clock.move_to(datetime(2027, 2, 3, 0, 10, tzinfo=UTC))
    work(light_house)
    assert len(light_house.letters("poll_reminder")) == 3


def test_who_answered_before_the_question_was_sent_does_not_get_it(house: House) -> None:
    poll = make_poll(house)
    say(house, poll, "member", "yes", "yes", "yes")
    with MailServer() as server:
        connect(house, server)
        work(house)
        assert [received.to for received in server.received] == ["chair@example.org"]


def test_a_result_that_was_decided_on_before_it_was_sent_is_not_sent(
    light_house: House, clock: time_machine.Traveller
) -> None:
    poll = make_poll(light_house)
    say(light_house, poll, "member", "yes", "yes", "yes")
    clock.move_to(datetime(2027, 2, 8, 18, tzinfo=UTC))
    work(light_house)
    choose(light_house, poll, invite=None)
    with MailServer() as server:
        connect(light_house, server)
        work(light_house)
        assert server.received == []
    assert {letter.state.value for letter in light_house.letters("poll_closed")} == {"dropped"}


@pytest.mark.parametrize("wish", list(LetterWish))
def test_who_wants_compulsory_letters_only_is_not_asked_by_letter_but_told_the_result(
    light_house: House, wish: LetterWish
) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.update(Person).values(letters=wish))
        rows.commit()
    poll = make_poll(light_house)
    for name in ("secretary", "chair", "member"):
        say(light_house, poll, name, "yes", "no", "no")
    assert bool(light_house.letters("poll_opened")) is (wish is not LetterWish.COMPULSORY)
    assert [letter.state.value for letter in light_house.letters("poll_closed")] == ["queued"]


# Deciding.


def test_the_chosen_date_becomes_the_meeting_and_the_members_are_invited(house: House) -> None:
    poll = make_poll(house, place="Rathaus", link="https://video.example.org/x")
    say(house, poll, "member", "no", "if_need_be", "yes")
    answer = choose(house, poll)
    (meeting,) = meetings(house)
    assert answer.location == f"/meetings/{meeting.id}"
    assert (meeting.title, meeting.place, meeting.link) == (
        "Sondersitzung",
        "Rathaus",
        "https://video.example.org/x",
    )
    assert meeting.starts_at == datetime(2027, 3, 11, 9, tzinfo=UTC), "the best is chosen beforehand"
    assert meeting.state is MeetingState.INVITED
    assert readers(house, "invitation") == ["chair", "member", "secretary"]
    found = row(house, poll)
    assert (found.state.value, found.meeting_id) == ("decided", meeting.id)
    assert house.letters("poll_closed") == []
    assert f"/meetings/{meeting.id}" in house.sign_in("member").get(poll).text


def test_without_the_tick_the_meeting_is_only_planned(light_house: House) -> None:
    poll = make_poll(light_house)
    page = light_house.sign_in("secretary").get(poll).text
    second = options_of(page, f"{poll}/decide")[1]
    choose(light_house, poll, option=second, invite=None)
    (meeting,) = meetings(light_house)
    assert meeting.state is MeetingState.PLANNED
    assert meeting.starts_at == datetime(2027, 3, 10, 9, tzinfo=UTC)
    assert light_house.letters("invitation") == []


def test_a_date_in_the_past_is_not_taken(house: House, clock: time_machine.Traveller) -> None:
    poll = make_poll(house)
    say(house, poll, "member", "yes", "no", "no")
    client = house.sign_in("secretary")
    first = options_of(client.get(poll).text, f"{poll}/decide")[0]
    clock.move_to(datetime(2027, 3, 9, 9, tzinfo=UTC))
    client = house.sign_in("secretary")
    assert first not in options_of(client.get(poll).text, f"{poll}/decide")
    assert "passt am besten" not in client.get(poll).text
    client.post(f"{poll}/decide", data={"csrf_token": token(client), "option": first})
    assert "Bitte wählen Sie einen Termin, der noch nicht vorbei ist." in client.get(poll).text
    assert meetings(house) == []
    clock.move_to(datetime(2027, 3, 12, 9, tzinfo=UTC))
    assert "Alle Termine sind vorbei." in house.sign_in("secretary").get(poll).text


def test_a_time_at_which_the_committee_meets_already_is_not_taken(light_house: House) -> None:
    poll = make_poll(light_house)
    light_house.meeting(days=(date(2027, 3, 9) - NOW.date()).days)
    with light_house.rows() as rows:
        rows.execute(sa.update(Meeting).values(starts_at=datetime(2027, 3, 9, 9, tzinfo=UTC)))
        rows.commit()
    client = light_house.sign_in("secretary")
    first = options_of(client.get(poll).text, f"{poll}/decide")[0]
    submit(client, poll, action=f"{poll}/decide", option=first)
    assert "Zu dieser Zeit ist schon eine Sitzung eingetragen." in client.get(poll).text
    assert row(light_house, poll).state.value == "open"
    assert len(meetings(light_house)) == 1


def test_of_two_secretaries_who_decide_at_once_one_wins_and_the_other_is_told(house: House) -> None:
    poll = make_poll(house)
    clients = [house.sign_in(name) for name in ("secretary", "chair")]
    options = options_of(clients[0].get(poll).text, f"{poll}/decide")
    filled = [
        {"csrf_token": token(client), "option": option, "invite": "y"}
        for client, option in zip(clients, options, strict=False)
    ]
    answers: dict[int, str] = {}

    def send(n: int) -> None:
        answers[n] = clients[n].post(f"{poll}/decide", data=filled[n]).location

    at_once(lambda: send(0), lambda: send(1))
    (meeting,) = meetings(house)
    assert sorted(answers.values()) == [f"/meetings/{meeting.id}", poll]
    loser = clients[next(n for n, location in answers.items() if location == poll)]
    assert "hat inzwischen jemand anderes entschieden" in loser.get(poll).text
    assert len(house.letters("invitation")) == 3


def test_withdrawing_tells_those_who_answered(house: House) -> None:
    poll = make_poll(house)
    say(house, poll, "member", "yes", "no", "no")
    submit(house.sign_in("chair"), f"{poll}/withdraw")
    assert row(house, poll).state.value == "withdrawn"
    assert readers(house, "poll_withdrawn") == ["member"]
    assert "sind wieder frei" in text(house.letters("poll_withdrawn")[0])
    assert "Termin wählen" not in house.sign_in("secretary").get(poll).text
    client = house.sign_in("secretary")
    client.post(f"{poll}/withdraw", data={"csrf_token": token(client)})
    assert "hat inzwischen jemand anderes entschieden" in client.get(poll).text
    assert len(house.letters("poll_withdrawn")) == 1


# Where it shows.


def test_it_shows_where_it_is_to_be_answered(light_house: House, clock: time_machine.Traveller) -> None:
    poll = make_poll(light_house)
    assert poll in light_house.sign_in("member").get("/").text
    assert poll in light_house.sign_in("member").get("/committees/lenkungskreis").text
    for name in ("counsellor", "outsider", "admin"):
        assert "Terminumfragen" not in light_house.sign_in(name).get("/").text
    say(light_house, poll, "member", "yes", "yes", "yes")
    assert poll not in light_house.sign_in("member").get("/").text
    clock.move_to(datetime(2027, 2, 8, 18, tzinfo=UTC))
    work(light_house)
    assert poll not in light_house.sign_in("member").get("/").text
    assert "Termin wählen" in light_house.sign_in("chair").get("/").text
    choose(light_house, poll)
    assert "Terminumfragen" not in light_house.sign_in("chair").get("/").text


def test_every_change_leaves_an_entry_without_words(light_house: House) -> None:
    poll = make_poll(light_house)
    say(light_house, poll, "member", "yes", "no", "no")
    choose(light_house, poll)
    with light_house.rows() as rows:
        entries = rows.scalars(
            sa.select(AuditEntry).where(AuditEntry.action.startswith("poll.")).order_by(AuditEntry.id)
        ).all()
        assert [entry.action for entry in entries] == ["poll.opened", "poll.answered", "poll.decided"]
        assert all("Sondersitzung" not in str(entry.detail) for entry in entries)


def test_its_last_day_stands_in_the_calendars_of_the_members(light_house: House) -> None:
    poll = make_poll(light_house)
    assert "DTSTART;VALUE=DATE:20270208" in light_house.calendar("member")
    submit(light_house.sign_in("secretary"), f"{poll}/withdraw")
    calendar = light_house.calendar("member")
    assert "STATUS:CANCELLED" in calendar or "20270208" not in calendar


def test_rows_stay_in_order_however_they_were_typed(light_house: House) -> None:
    answer = ask(light_house.sign_in("secretary"), *reversed(DAYS))
    starts = [option.starts_at for option in row(light_house, answer.location).options]
    assert all(first < second for first, second in pairwise(starts))
    assert starts[0] - NOW == timedelta(days=36)
