"""Saved searches: kept by one person for themselves, and letters about what is new in them."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from flask.testing import FlaskClient
from test_reading import step

from minutes.decision_steps import StepKind
from minutes.saved_searches import MOST_SEARCHES, SavedSearch
from minutes.search_alerts import KIND, tell_all
from portal.committees import Committee
from portal.letters import text_of
from portal.outbox import Letter, LetterState, ready_to_send
from portal.people import LetterWish, Person


def save(
    house: House, name: str, query: str = "", *, alerts: str | None = "y", called: str = "Meine"
) -> FlaskClient:
    """Save a search as a person does, from the archive's page on."""
    browser = house.sign_in(name)
    answer = submit(browser, f"/searches/new?{query}", "/searches/new", name=called, alerts=alerts)
    assert answer.status_code == 302, answer.text
    return browser


def next_day(house: House) -> list[Letter]:
    """What the worker writes at the turn of the day: the letters about searches that are new."""
    known = {letter.id for letter in house.letters(KIND)}
    with house.rows():
        tell_all()
    return [letter for letter in house.letters(KIND) if letter.id not in known]


def send(house: House, letter: Letter) -> bytes | None:
    """Let the worker send it, if it still holds; returns the bytes."""
    with house.rows() as rows:
        row = rows.get_one(Letter, letter.id)
        content = ready_to_send(row)
        row.state = LetterState.DROPPED if content is None else LetterState.SENT
        rows.commit()
        return content


def text(letter: Letter) -> str:
    return text_of(letter.body or b"")


def numbers(letter: Letter) -> list[str]:
    return re.findall(r"/decisions/(\S+)$", text(letter), re.MULTILINE)


def titles(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<h2><a href="/decisions[^"]*">([^<]+)</a></h2>', page)]


def test_a_search_is_kept_with_its_filters_and_found_again(light_house: House) -> None:
    number = light_house.decision(topics=["Arbeit"], arguments="Äpfel & Birnen")
    browser = light_house.sign_in("member")
    query = {"q": "Äpfel & Birnen", "topic": "1", "page": "3", "_external": "1", "foreign": "x"}
    page = browser.get("/decisions", query_string={name: query[name] for name in ("q", "topic")}).text
    address = unescape(re.search(r'href="(/searches/new[^"]*)"', page)[1])
    submit(browser, address, "/searches/new", name="Obst", alerts=None)
    found = browser.get("/searches").text
    assert titles(found) == ["Obst"]
    address = unescape(re.search(r'<h2><a href="([^"]+)"', found)[1])
    assert number in browser.get(address).text
    submit(
        browser,
        "/searches/new?" + "&".join(f"{k}={v}" for k, v in query.items()),
        "/searches/new",
        name="Anders",
    )
    with light_house.rows() as rows:
        assert "page" not in rows.scalars(sa.select(SavedSearch.query)).all()[1]
        assert "external" not in rows.scalars(sa.select(SavedSearch.query)).all()[1]


def test_searches_are_one_s_own(light_house: House) -> None:
    save(light_house, "member", called="Geheim")
    other = light_house.sign_in("chair")
    assert titles(other.get("/searches").text) == []
    token = re.search(r'name="csrf_token" value="([^"]+)"', other.get("/searches/new").text)[1]
    for action in ("letters/off", "letters/on", "delete"):
        assert other.post(f"/searches/1/{action}", data={"csrf_token": token}).status_code == 404
    # Names are one's own, too.
    save(light_house, "chair", called="Geheim")


BAD = {
    "": "Bitte füllen Sie dieses Feld aus.",
    "x" * 101: "Bitte höchstens 100 Zeichen.",
    "zwei\nZeilen": "Bitte verwenden Sie hier keine Zeilenumbrüche",
    "Meine": "Unter diesem Namen haben Sie schon eine Suche gemerkt.",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_name_is_refused_and_the_search_is_not_lost(light_house: House, name: str) -> None:
    browser = save(light_house, "member", "q=eins")
    answer = submit(browser, "/searches/new?q=zwei", "/searches/new", name=name)
    assert answer.status_code == 422
    assert BAD[name] in answer.text
    assert 'value="q=zwei"' in answer.text


def test_a_person_keeps_so_many_searches_and_no_more(light_house: House) -> None:
    with light_house.rows() as rows:
        person = rows.scalars(sa.select(Person).where(Person.email == "member@example.org")).one()
        rows.add_all(SavedSearch(person=person, name=str(n), query="") for n in range(MOST_SEARCHES))
        rows.commit()
    answer = submit(light_house.sign_in("member"), "/searches/new", name="Noch eine")
    assert answer.status_code == 422
    assert "Bitte löschen Sie eine" in answer.text


def test_the_longest_search_can_be_kept(light_house: House) -> None:
    browser = light_house.sign_in("member")
    query = {"q": "字" * 200, "committee": "x" * 60, "year": "2027"}
    page = browser.get("/searches/new", query_string=query).text
    assert submit(browser, "/searches/new?q=" + "字" * 200, "/searches/new", name="Lang").status_code == 302
    assert "%E5%AD%97" in page
    # Of an endless one the beginning is kept, which is what the archive searches for.
    assert (
        submit(browser, "/searches/new?q=" + "字" * 2000, "/searches/new", name="Endlos").status_code == 302
    )
    with light_house.rows() as rows:
        assert len(set(rows.scalars(sa.select(SavedSearch.query)))) == 1
    for given in ({}, {"chosen": "topic=" + "字" * 900}):  # the second one as no page of ours sends it
        endless = submit(
            browser, "/searches/new?topic=" + "9" * 4000, "/searches/new", name="Zu lang", **given
        )
        assert endless.status_code == 422
        assert "zu lang" in endless.text


def test_new_hits_come_in_one_letter_a_day(house: House) -> None:
    house.decision(arguments="Äpfel")
    save(house, "member", "q=Apfel")
    assert next_day(house) == []
    first, second = (
        house.decision(title="Erste", arguments="Äpfel"),
        house.decision(title="Zweite", outcome="Apfel"),
    )
    house.decision(arguments="Birnen")
    (letter,) = next_day(house)
    assert letter.person.email == "member@example.org"
    assert letter.head.endswith("2 neue Entscheidungen zu Ihrer Suche")
    assert numbers(letter) == [second, first]
    assert "Zweite\n" in text(letter)
    assert next_day(house) == []
    assert send(house, letter)
    house.decision(arguments="Äpfel")
    assert next_day(house) == []  # the same day
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        (following,) = next_day(house)
        assert len(numbers(following)) == 1
        assert "Eine neue Entscheidung zu Ihrer Suche" in following.head


def test_what_waits_is_not_told_twice(light_house: House) -> None:
    save(light_house, "member")
    light_house.decision()
    (letter,) = next_day(light_house)
    number = light_house.decision()
    for days in (1, 2):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
            assert next_day(light_house) == []
    send(light_house, letter)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        (following,) = next_day(light_house)
    assert numbers(following) == [number]


def test_letters_come_in_the_morning(light_house: House) -> None:
    save(light_house, "member")
    with time_machine.travel(datetime(2027, 2, 9, 23, 30, tzinfo=UTC), tick=False):
        light_house.decision()
        (letter,) = next_day(light_house)
    assert letter.due_at == datetime(2027, 2, 10, 5, tzinfo=UTC)


def test_only_who_asked_gets_letters_and_may_stop_them(light_house: House) -> None:
    browser = save(light_house, "member", alerts=None)
    light_house.decision()
    assert next_day(light_house) == []
    submit(browser, "/searches", "/searches/1/letters/on")
    assert next_day(light_house) == []  # what stood there before is not new
    light_house.decision()
    (letter,) = next_day(light_house)
    submit(browser, "/searches", "/searches/1/letters/off")
    assert send(light_house, letter) is None
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert next_day(light_house) == []


def test_a_deleted_search_sends_nothing(light_house: House) -> None:
    browser = save(light_house, "member")
    light_house.decision()
    (letter,) = next_day(light_house)
    submit(browser, "/searches", "/searches/1/delete")
    assert send(light_house, letter) is None
    assert titles(browser.get("/searches").text) == []


def test_whoever_wants_no_optional_letters_gets_none_and_the_page_says_so(light_house: House) -> None:
    browser = save(light_house, "member")
    light_house.decision()
    (letter,) = next_day(light_house)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in letter.body
    submit(browser, "/account", "/account/letters", letters=LetterWish.COMPULSORY)
    assert send(light_house, letter) is None
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert next_day(light_house) == []
    assert "keine freiwilligen Briefe" in browser.get("/searches").text


def test_what_was_opened_later_is_news_to_those_who_see_it_only_now(light_house: House) -> None:
    number = light_house.decision("fallgruppe", title="Geöffnet")
    save(light_house, "outsider")
    save(light_house, "counsellor")
    step(light_house, number, StepKind.SHARED)
    (letter,) = next_day(light_house)
    assert letter.person.email == "outsider@example.org"
    assert numbers(letter) == [number]
    send(light_house, letter)
    step(light_house, number, StepKind.PUBLISHED)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert next_day(light_house) == []


def test_a_long_letter_says_how_many_more_there_are(light_house: House) -> None:
    save(light_house, "member")
    for _ in range(32):
        light_house.decision()
    (letter,) = next_day(light_house)
    assert len(numbers(letter)) == 30
    assert "Dazu kommen noch 2." in text(letter)


def test_a_letter_about_a_number_with_umlauts_is_sent(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.update(Committee).where(Committee.code == "LK").values(code="ÖLK"))
        rows.commit()
    save(light_house, "member")
    number = light_house.decision()
    (letter,) = next_day(light_house)
    assert number in text(letter)
    assert send(light_house, letter)


def test_a_name_with_markup_stays_words(light_house: House) -> None:
    save(light_house, "member", called="<b>Fett</b> & https://elsewhere.example.org")
    light_house.decision()
    (letter,) = next_day(light_house)
    assert "„<b>Fett</b>" in text(letter)
    assert b"&lt;b&gt;Fett" in letter.body
    assert "Fett" not in letter.head
