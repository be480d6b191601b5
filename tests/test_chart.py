"""The chart of decisions by quarter and outcome: the same numbers in drawing and table, whatever the search."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
import sqlalchemy as sa
import time_machine
from doors import House
from lxml import etree
from playwright.sync_api import Browser
from servers import Serving
from test_accessibility import PASSWORD, sign_in

from minutes.decision import Decision, Result
from minutes.decision_chart import Quarter

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def house_of_years(light_house: House) -> House:
    """Three outcomes in three quarters; between them one without any decision."""
    for month, result, topic in (
        (datetime(2026, 3, 31, 21, tzinfo=UTC), Result.GRANTED, "Arbeit"),
        (datetime(2026, 3, 31, 23, tzinfo=UTC), Result.REFUSED, "Arbeit"),  # the first of April in Berlin
        (datetime(2026, 4, 2, tzinfo=UTC), Result.REFUSED, "Wohnen"),
        (datetime(2026, 12, 1, tzinfo=UTC), Result.CONDITIONAL, "Wohnen"),
        (datetime(2026, 12, 2, tzinfo=UTC), Result.REFUSED, "Wohnen"),
    ):
        with time_machine.travel(month, tick=False):
            light_house.decision(result=result, topics=[topic])
    return light_house


def table(page: str) -> list[list[str]]:
    """The rows of the table, its head first."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<table")[2], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def drawing(page: str) -> etree._Element:
    found = re.search(r'<svg class="chart" .*?</svg>', page, re.DOTALL)
    return etree.fromstring(found[0].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_quarters_and_outcomes_are_counted_newest_first_without_gaps(house_of_years: House) -> None:
    page = house_of_years.sign_in("member").get("/decisions/chart").text
    assert table(page) == [
        ["Quartal", "zugestimmt", "mit Auflagen zugestimmt", "abgelehnt", "Zusammen"],
        ["4. Quartal 2026", "0", "1", "1", "2"],
        ["3. Quartal 2026", "0", "0", "0", "0"],
        ["2. Quartal 2026", "0", "0", "2", "2"],
        ["1. Quartal 2026", "1", "0", "0", "1"],
    ]


def test_the_drawing_shows_what_the_table_says(house_of_years: House) -> None:
    page = house_of_years.sign_in("member").get("/decisions/chart").text
    svg = drawing(page)
    words = ["".join(text.itertext()) for text in svg.findall(f"{SVG}text")]
    for row in table(page)[1:]:
        assert f"{row[0]}: {row[-1]}" in words
    bars = [rect for rect in svg.findall(f"{SVG}rect") if rect.get("class") != "chart-edge"]
    lengths = [(rect.get("fill") or rect.get("class"), rect.get("x"), rect.get("width")) for rect in bars]
    assert lengths == [
        ("url(#pattern-conditional)", "0.0%", "50.0%"),
        ("url(#pattern-refused)", "50.0%", "50.0%"),
        ("url(#pattern-refused)", "0.0%", "100.0%"),
        ("url(#pattern-granted)", "0.0%", "50.0%"),
    ]
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title").get("id") == svg.get("aria-labelledby")
    assert "style=" not in page


def test_words_and_filters_of_the_archive_narrow_it(house_of_years: House) -> None:
    browser = house_of_years.sign_in("member")
    archive = browser.get("/decisions?q=Titel&topic=1").text
    address = unescape(re.search(r'href="(/decisions/chart[^"]*)"', archive)[1])
    page = browser.get(address).text
    assert [row[0] for row in table(page)[1:]] == ["2. Quartal 2026", "1. Quartal 2026"]
    assert "2 Entscheidungen" in page
    assert "Thema: Arbeit" in page
    back = unescape(re.search(r'href="(/decisions\?[^"]*)"', page)[1])
    assert "2 Entscheidungen" in browser.get(back).text
    for nothing in ("q=Kirsche", "year=1999", "topic=4711", "committee=fallgruppe"):
        page = browser.get(f"/decisions/chart?{nothing}").text
        assert "Keine Entscheidung gefunden" in page, nothing
        assert not re.search("Jahr:|Thema:|Gremium:", page), nothing


def test_decisions_without_an_outcome_are_counted_too(light_house: House) -> None:
    light_house.decision(result=Result.NOTED)
    with light_house.rows() as rows:
        rows.execute(sa.update(Decision).values(result=None))
        rows.commit()
    page = light_house.sign_in("member").get("/decisions/chart").text
    assert table(page)[0] == ["Quartal", "ohne Angabe", "Zusammen"]


def test_only_five_years_are_shown_and_the_page_says_so(light_house: House) -> None:
    for year, month in ((2020, 2), (2020, 8), (2026, 1)):
        with time_machine.travel(datetime(year, month, 15, tzinfo=UTC), tick=False):
            light_house.decision()
    page = light_house.sign_in("member").get("/decisions/chart").text
    assert len(table(page)) == 21
    assert "2 ältere Entscheidungen sind hier nicht gezeigt" in page
    page = light_house.sign_in("member").get("/decisions/chart?year=2020").text
    assert [row[0] for row in table(page)[1:]] == ["3. Quartal 2020", "2. Quartal 2020", "1. Quartal 2020"]


def test_foreign_words_in_the_address_do_no_harm(light_house: House) -> None:
    light_house.decision()
    reader = light_house.sign_in("member")
    for name in ("endpoint", "_external", "_scheme", "_anchor", "_method", "number", "values", "page"):
        for address in ("/decisions/chart", "/searches/new"):
            answer = reader.get(f"{address}?{name}=javascript")
            assert answer.status_code == 200, name
            assert "javascript" not in answer.text
    for query in ("q=" + "x" * 10_000, "q=%22%22", "q=NEAR(a%20b)", "year=" + "9" * 5000, "q=%3Cscript%3E"):
        answer = reader.get(f"/decisions/chart?{query}")
        assert answer.status_code == 200, query
        assert "<script>" not in answer.text
        assert "x" * 201 not in answer.text


def test_quarters_follow_each_other() -> None:
    assert [Quarter.of(datetime(2026, month, 1, tzinfo=UTC).date()).number for month in range(1, 13)] == [
        1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4,
    ]  # fmt: skip
    assert Quarter(2026, 4).next == Quarter(2027, 1)
    assert Quarter(2026, 1).next == Quarter(2026, 2)


@pytest.mark.drill
def test_the_chart_is_as_wide_as_its_place_and_its_words_stay_legible(
    browser: Browser, tmp_path: object
) -> None:
    environment = {"PORTAL_INSTANCE": f"{tmp_path}/instance", "PORTAL_DEMO_PASSWORD": PASSWORD}
    with Serving(environment) as serving:
        for width in (320, 1280):
            page = sign_in(
                browser.new_page(viewport={"width": width, "height": 800}), serving.url, "secretary"
            )
            page.goto(f"{serving.url}/decisions/chart")
            drawn = page.locator("svg.chart").bounding_box()
            assert drawn["width"] <= width
            for name in page.locator("svg.chart > text").all():
                box = name.bounding_box()
                assert box["height"] >= 12
                assert box["x"] + box["width"] <= width
            page.close()
