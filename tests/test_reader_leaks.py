"""Pages, feed and letters for readers: what a person outside the committee must never see in them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from flask.testing import FlaskClient
from test_atom import fetch, seat, subscribe, work
from test_reading import show
from test_saved_searches import next_day, save, send, text

from portal.clock import today
from portal.outbox import Letter

SECRET = {
    "title": "Geheimtitel",
    "outcome": "Geheimergebnis",
    "outline": "Geheimes in Grundzügen",
    "arguments": "Geheimgrund",
    "conclusion": "Geheimfolgerung",
    "conditions": "Geheimauflage",
    "topics": ["Geheimthema"],
    "legal_bases": ["§ 4711z GeheimG"],
}
TOLD = re.compile(r"Geheim|4711z|FG-\d{4}")
OUTSIDERS = ("outsider", "member")


EVERYWHERE = (
    "/", "/decisions", "/decisions?sort=best&q=geheimgrund", "/decisions?topic=1", "/decisions?topic=2", "/decisions?law=1",
    "/decisions?q=geheimgrnud", "/decisions?q=geheimtittel", "/decisions?q=fg", "/decisions/export.csv",
    "/decisions/export.json", "/decisions/export.csv?q=geheimgrund", "/decisions/export.json?topic=2", "/decisions/chart",
    "/decisions/chart?law=1", "/decisions/feed", "/searches", "/searches/new?topic=2", "/reading-list",
)  # fmt: skip


@pytest.fixture
def secret(house: House) -> str:
    """A case group's decision that names an open one, which is older; returns its number."""
    with time_machine.travel(datetime(2021, 5, 1, tzinfo=UTC), tick=False):
        house.decision(title="Offentitel")
        return house.decision("fallgruppe", **SECRET | {"arguments": "Geheimgrund wie LK-2021-001"})


def csrf(browser: FlaskClient) -> dict[str, str]:
    return {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)[1]}


def test_the_page_of_an_open_decision_tells_nothing_of_a_hidden_one(house: House, secret: str) -> None:
    house.decision(title="Neuer", arguments=f"Wie {secret}", supersedes_id=1)
    for name in OUTSIDERS:
        browser = house.sign_in(name)
        for number in ("LK-2021-001", f"LK-{today().year}-001"):
            page = show(browser, number)
            assert set(TOLD.findall(page)) <= {secret[:7]}  # as the open text itself has it
            assert f"/decisions/{secret}" not in page
    assert secret in show(house.sign_in("counsellor"), "LK-2021-001")


def test_a_hidden_decision_cannot_be_kept_and_answers_like_a_missing_one(house: House, secret: str) -> None:
    for name in OUTSIDERS:
        browser = house.sign_in(name)
        for action in ("keep", "drop"):
            for number in (secret, "FG-2021-999"):
                assert browser.post(f"/decisions/{number}/{action}", data=csrf(browser)).status_code == 404
        assert not TOLD.search(browser.get("/reading-list").text)


def test_the_reading_list_forgets_what_its_owner_may_no_longer_see(house: House, secret: str) -> None:
    browser = house.sign_in("counsellor")
    submit(browser, f"/decisions/{secret}", f"/decisions/{secret}/keep")
    for page in ("/reading-list", "/"):
        assert "Geheimtitel" in browser.get(page).text
    seat(house, "counsellor", today() - timedelta(days=1))
    for page in ("/reading-list", "/"):
        assert not TOLD.search(browser.get(page).text)


def test_the_chart_counts_only_what_its_reader_may_see(house: House, secret: str) -> None:
    for query in (
        "",
        "?q=Geheimgrund",
        "?q=Titel",
        "?topic=1",
        "?year=2021",
        "?committee=fallgruppe",
        "?q=Geheimtitel",
    ):
        for name in OUTSIDERS:
            page = house.sign_in(name).get(f"/decisions/chart{query}").text
            shown = (
                page.partition("<main")[2].partition("<footer")[0].replace(query.partition("=")[2] or " ", "")
            )
            assert not TOLD.search(shown), query
            counts = {int(count) for count in re.findall(r"<strong>(\d+)</strong>", shown)}
            assert counts <= {1}, query
    page = house.sign_in("counsellor").get("/decisions/chart").text
    assert re.findall(r"<strong>(\d+)</strong>", page) == ["2"]


def test_the_feed_holds_nothing_of_other_committees(house: House, secret: str) -> None:
    for name in OUTSIDERS:
        feed = subscribe(house, name)
        assert "Offentitel" in fetch(house, feed)
        assert not TOLD.search(fetch(house, feed))
    # Nor does it tell by its bytes that something happened there.
    before = house.visitor().get(feed).headers["ETag"]
    house.decision("fallgruppe", **SECRET)
    work(house)
    assert house.visitor().get(feed).headers["ETag"] == before


def test_letters_tell_nothing_of_other_committees(house: House) -> None:
    for name in OUTSIDERS:
        for number, query in enumerate(("", "q=Geheimgrund", "committee=fallgruppe", "topic=1", "q=4711z")):
            save(house, name, query, called=str(number))
    house.decision("fallgruppe", **SECRET)
    assert next_day(house) == []


def test_letters_about_a_case_group_carry_number_date_and_address_only(house: House) -> None:
    save(house, "counsellor", "q=Geheimgrund", called="Suche")
    with time_machine.travel(datetime(2027, 2, 9, 12, tzinfo=UTC), tick=False):
        number = house.decision("fallgruppe", **SECRET)
        (letter,) = next_day(house)
    words = letter.head + text(letter) + (letter.body or b"").decode()
    assert f"{number} vom 09.02.2027" in words
    assert f"/decisions/{number}" in words
    assert "Geheim" not in words
    assert "4711z" not in words


def test_rights_are_asked_again_when_the_letter_is_sent(house: House) -> None:
    save(house, "counsellor", called="Suche")
    hidden, is_open = house.decision("fallgruppe"), house.decision()
    (letter,) = next_day(house)
    assert hidden in text(letter)
    with house.rows() as rows:
        from test_decision_leaks import seat_of

        seat_of(rows, "counsellor").committee_id = 3
        rows.commit()
    assert send(house, letter) is None
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        (following,) = next_day(house)
    assert is_open in text(following)
    assert hidden not in text(following)


def test_a_search_whose_rights_shrank_shows_nothing(house: House, secret: str) -> None:
    browser = save(house, "counsellor", "committee=fallgruppe&topic=1", called="Alte Suche")
    house.decision("fallgruppe", **SECRET)
    seat(house, "counsellor", today() - timedelta(days=1))
    assert next_day(house) == []
    assert "Keine Entscheidung gefunden" in browser.get("/decisions?committee=fallgruppe&topic=1").text
    for page in ("/searches", "/searches/new?committee=fallgruppe&topic=1", "/decisions/chart?topic=1"):
        assert not TOLD.search(browser.get(page).text), page


def test_whoever_joins_later_is_told_of_nothing_older(house: House, secret: str) -> None:
    save(house, "outsider", called="Suche")
    house.decision("fallgruppe", **SECRET)
    assert next_day(house) == []
    with house.rows() as rows:
        from test_decision_leaks import seat_of

        seat_of(rows, "outsider").committee_id = 2
        rows.commit()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        found = next_day(house)
    assert [
        TOLD.search(text(letter)) for letter in found if letter.person.email == "outsider@example.org"
    ] == []


def test_heads_in_the_outbox_do_not_name_the_search(house: House) -> None:
    save(house, "member", called="Geheime Suche")
    house.decision()
    next_day(house)
    assert "Geheime Suche" not in house.sign_in("admin").get("/admin/letters").text
    with house.rows() as rows:
        assert "Geheime" not in "".join(rows.scalars(sa.select(Letter.head)))


@pytest.mark.parametrize("name", ["outsider", "housing", "member", "admin", "left"])
def test_nobody_outside_learns_anything_from_any_page_file_or_suggestion(
    light_house: House, name: str
) -> None:
    """A working group's member and secretary, another committee's member, the administrator, and one who left."""
    light_house.decision(title="Offentitel", topics=["Offenthema"])
    number = light_house.decision("fallgruppe", **SECRET)
    browser = light_house.sign_in("counsellor" if name == "left" else name)
    if name == "left":
        assert "Geheimgrund" in browser.get("/decisions?q=geheimgrnud").text
        submit(browser, f"/decisions/{number}", f"/decisions/{number}/keep")
        assert "Geheimtitel" in browser.get("/reading-list").text
        seat(light_house, "counsellor", today() - timedelta(days=1))
    for address in EVERYWHERE:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert not TOLD.search(answer.data.decode()), address
        assert "Meinten Sie" not in answer.text, address
    for name_of_page in (number, f"{number}.pdf"):
        assert browser.get(f"/decisions/{name_of_page}").status_code == 404
