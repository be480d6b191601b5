"""Who may see what: nothing of a case group, of a draft or of other people's committees shows anywhere."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House
from flask.testing import FlaskClient

from portal.clock import today
from portal.committees import Committee, Deputy, Membership
from portal.people import Person

SECRET = {
    "title": "Geheimtitel",
    "outcome": "Geheimergebnis",
    "arguments": "Geheimgrund",
    "topics": ["Geheimthema"],
}
PAGES = (
    "/", "/decisions", "/decisions?q=Geheimgrund", "/decisions?q=Geheimtitel", "/decisions?year=2021",
    "/decisions?committee=fallgruppe", "/decisions?topic=1", "/decisions?topic=2", "/decisions?q=FG", "/decisions?q=2021",
    "/committees", "/committees/uag-wohnen", "/committees/lenkungskreis",
)  # fmt: skip


@pytest.fixture
def secret(house: House) -> str:
    """An open decision of the steering committee, and an older secret one of the case group: its number."""
    house.decision(title="Offentitel", arguments="Offengrund", topics=["Offenthema"])
    with time_machine.travel(datetime(2021, 5, 1, tzinfo=UTC), tick=False):
        return house.decision("fallgruppe", legal_bases=["§ 4711z GeheimG"], **SECRET)


def pages(browser: FlaskClient) -> str:
    return "\n".join(answer.text for address in PAGES if (answer := browser.get(address)).status_code == 200)


@pytest.mark.parametrize("name", ["outsider", "housing", "member"])
def test_a_case_group_shows_nothing_to_others(house: House, secret: str, name: str) -> None:
    browser = house.sign_in(name)
    shown = pages(browser)
    assert "Offentitel" in shown
    assert not re.search(r"Geheim(?!grund\"|titel\")|4711z|FG-|>2021<", shown)
    assert browser.get(f"/decisions/{secret}").status_code == 404
    assert browser.get(f"/decisions?q={secret}").status_code == 200


@pytest.mark.parametrize("name", ["outsider", "member"])
def test_secret_words_count_as_nothing_found(house: House, secret: str, name: str) -> None:
    browser = house.sign_in(name)
    for typed in ("Geheimgrund", "Geheimthema", "4711z", secret, "GeheimG"):
        assert "Keine Entscheidung gefunden" in browser.get("/decisions", query_string={"q": typed}).text
    assert "Eine Entscheidung" in browser.get("/decisions").text


def test_filters_of_a_case_group_tell_others_nothing(house: House, secret: str) -> None:
    page = house.sign_in("outsider").get("/decisions").text
    names = re.findall(r">([^<]+)</option>", page)
    year = datetime.now(UTC).year
    offered = [
        "Lenkungskreis",
        str(year),
        "Beschluss des Gremiums",
        "Offenthema",
        "zugestimmt",
        "freigegeben",
    ]
    assert [name.removesuffix(" (1)") for name in names if name.endswith(")")] == offered
    assert set(names) == {"alle", "neueste zuerst", "beste zuerst", *(f"{name} (1)" for name in offered)}
    browser = house.sign_in("outsider")
    unknown = browser.get("/decisions?committee=gibt-es-nicht").text
    assert _without_tokens(browser.get("/decisions?committee=fallgruppe").text) == _without_tokens(unknown)


def _without_tokens(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"|name="next" value="[^"]+"', "", page)


def test_a_hidden_decision_answers_like_one_that_does_not_exist(house: House, secret: str) -> None:
    browser = house.sign_in("outsider")
    hidden, missing = browser.get(f"/decisions/{secret}"), browser.get("/decisions/FG-2021-999")
    assert hidden.status_code == missing.status_code == 404
    assert _without_tokens(hidden.text) == _without_tokens(missing.text)


def test_members_of_the_case_group_find_theirs_and_the_steering_committees(house: House, secret: str) -> None:
    browser = house.sign_in("counsellor")
    assert "Geheimtitel" in browser.get(f"/decisions/{secret}").text
    assert browser.get(f"/decisions?q={secret}").location == f"/decisions/{secret}"
    assert "2 Entscheidungen" in browser.get("/decisions").text
    assert "Geheimthema" in browser.get("/decisions").text


def seat_of(rows: object, name: str) -> Membership:
    wanted = sa.select(Membership).join(Person, Person.id == Membership.person_id)
    return rows.scalars(wanted.where(Person.email == f"{name}@example.org")).one()  # type: ignore[attr-defined]


def test_a_former_member_finds_nothing_from_the_day_after(house: House, secret: str) -> None:
    browser = house.sign_in("counsellor")
    with house.rows() as rows:
        seat_of(rows, "counsellor").ends_on = today()
        rows.commit()
    assert browser.get(f"/decisions/{secret}").status_code == 200
    with house.rows() as rows:
        seat_of(rows, "counsellor").ends_on = today() - timedelta(days=1)
        rows.commit()
    assert not re.search(r"Geheim(?!grund\"|titel\")|Offen|FG-|LK-(?!2027-003\.)|Neueste", pages(browser))
    assert "Keine Entscheidung gefunden" in browser.get("/decisions").text
    assert browser.get(f"/decisions/{secret}").status_code == 404
    page = browser.get("/decisions").text
    assert set(re.findall(r">([^<]+)</option>", page)) == {"alle", "neueste zuerst", "beste zuerst"}


def test_a_deputy_reads_while_standing_in(house: House, secret: str) -> None:
    with house.rows() as rows:
        stand_in, absent = (
            rows.scalars(sa.select(Person).where(Person.email == f"{name}@example.org")).one()
            for name in ("outsider", "counsellor")
        )
        group = rows.scalars(sa.select(Committee).where(Committee.slug == "fallgruppe")).one()
        rows.add(Deputy(person=stand_in, for_person=absent, committee=group, ends_on=today()))
        rows.commit()
    browser = house.sign_in("outsider")
    assert browser.get(f"/decisions/{secret}").status_code == 200
    with house.rows() as rows:
        rows.execute(sa.update(Deputy).values(starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1)))
        rows.commit()
    assert browser.get(f"/decisions/{secret}").status_code == 404


def test_the_administrator_reads_no_decision_by_office(house: House, secret: str) -> None:
    browser = house.sign_in("admin")
    assert not re.search(r"Geheim(?!grund\"|titel\")|Offen", pages(browser))
    assert browser.get(f"/decisions/{secret}").status_code == 404


@pytest.mark.parametrize("typed", ["Geheimgrnud", "Geheimtittel", "Geheimthama", "geheimergebnsi"])
def test_a_hidden_word_is_suggested_to_nobody_else(house: House, secret: str, typed: str) -> None:
    address = f"/decisions?q={typed}"
    assert "Meinten Sie" in house.sign_in("counsellor").get(address).text
    assert "Meinten Sie" not in house.sign_in("outsider").get(address).text


def test_a_suggestion_comes_from_what_the_reader_may_see(house: House, secret: str) -> None:
    """The hidden decision, which is newer, holds the nearer word, the open one the only word that may be named."""
    house.decision(arguments="Zirkuszeltes")
    house.decision("fallgruppe", arguments="Zirkuszelte")
    assert ">Zirkuszeltes</a>" in house.sign_in("outsider").get("/decisions?q=Zirkussseltes").text
    assert "Zirkuszelte<" not in house.sign_in("outsider").get("/decisions?q=Zirkussselte").text


@pytest.mark.parametrize("name", ["outsider", "member"])
def test_counts_are_of_what_the_reader_may_see(house: House, secret: str, name: str) -> None:
    house.decision("fallgruppe", arguments="Offengrund", topics=["Offenthema"])
    for address in (
        "/decisions",
        "/decisions?q=Offengrund",
        "/decisions?sort=best",
        "/decisions?state=released",
    ):
        counts = re.findall(r"\((\d+)\)</option>", house.sign_in(name).get(address).text)
        assert set(counts) == {"1"}, address


def test_excluding_words_and_phrases_shows_no_hidden_decision(house: House, secret: str) -> None:
    browser = house.sign_in("outsider")
    for typed in (
        "-Offengrund",
        '-"Offengrund Offengrund"',
        "-xyz",
        '"Geheimgrund"',
        "-LK-2027-001",
        "§ 4711z -x",
    ):
        assert "FG-" not in browser.get("/decisions", query_string={"q": typed}).text


def test_drafts_are_in_no_list_for_anybody(house: House) -> None:
    house.decision(released=False, **SECRET)
    browser = house.sign_in("secretary")
    for typed in ("Geheimgrund", "Geheimtitel", "Geheimthema"):
        assert "Keine Entscheidung gefunden" in browser.get(f"/decisions?q={typed}").text
    assert "Geheimthema" not in browser.get("/decisions").text
    assert "Geheimthema" not in house.sign_in("housing").get("/committees/uag-wohnen/decisions/new").text


def test_suggestions_in_the_form_are_limited_to_what_its_writer_may_read(house: House, secret: str) -> None:
    form = house.sign_in("housing").get("/committees/uag-wohnen/decisions/new").text
    assert "Offenthema" in form
    assert not re.search(r"Geheim|FG-|LK-", form)


def test_neighbours_that_the_reader_may_not_see_are_not_named(house: House) -> None:
    """Only a change of the database could join two committees; the page still asks for each right."""
    open_one = house.decision(title="Offentitel")
    hidden = house.decision("fallgruppe", supersedes_id=1, title="Geheimtitel")
    house.decision(title="Nachfolger", supersedes_id=2)
    browser = house.sign_in("outsider")
    for number in (open_one, open_one.replace("-001", "-002")):
        page = browser.get(f"/decisions/{number}").text
        assert "<h1" in page
        assert "Geheimtitel" not in page
        assert hidden not in page


def test_the_meeting_is_linked_only_for_its_committee(house: House) -> None:
    meeting = house.meeting(days=-3)
    number = house.decision(meeting_id=meeting)
    assert f"/meetings/{meeting}" in house.sign_in("member").get(f"/decisions/{number}").text
    assert f"/meetings/{meeting}" not in house.sign_in("outsider").get(f"/decisions/{number}").text


def test_strangers_are_sent_to_the_sign_in(house: House, secret: str) -> None:
    for address in ("/decisions", f"/decisions/{secret}", "/drafts/1", "/decisions?q=Geheimgrund"):
        answer = house.visitor().get(address)
        assert answer.status_code == 302
        assert answer.location.startswith("/login")
