"""The calendar on the portal: list, month and year; whose it is, which day, and in words."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from servers import Serving

from meetings.meeting import Meeting
from portal.committees import Membership
from portal.people import person_by_email

MORNING = datetime(2027, 1, 11, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[None]:
    if "browser" in request.fixturenames:
        yield
        return
    with time_machine.travel(MORNING, tick=False):
        yield


def text(page: str) -> str:
    """What somebody reads in the page's main part, in one line."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def cell(page: str, day: str) -> str:
    """What stands in the cell of a day of the month (`2027-02-10`)."""
    (found,) = [part for part in re.findall(r"<td.*?</td>", page, re.DOTALL) if f'datetime="{day}"' in part]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found)).split())


def month(client: FlaskClient, wanted: str) -> str:
    answer = client.get(f"/calendar/month?month={wanted}")
    assert answer.status_code == 200
    return answer.text


# The list.


def test_the_list_shows_what_is_to_come_in_my_committees_only(light_house: House) -> None:
    light_house.meeting(days=20, title="Haushalt")
    light_house.meeting("uag-wohnen", days=20, title="Wohnungen")
    light_house.meeting(days=-20, title="Vorbei")
    page = light_house.sign_in("member").get("/calendar").text
    assert ("Haushalt" in page, "Wohnungen" in page, "Vorbei" in page) == (True, False, False)
    assert 'href="/calendar/past"' in page


def test_the_list_names_meetings_and_deadlines_in_their_order_with_their_state_in_words(
    light_house: House,
) -> None:
    light_house.meeting(days=5, title="Erste")
    number = light_house.meeting(days=20, title="Zweite")
    submit(light_house.sign_in("secretary"), f"/meetings/{number}/cancel")
    light_house.meeting(days=30, title="Dritte")
    read = text(light_house.sign_in("member").get("/calendar").text)
    words = ["Erste", "geplant", "Frist", "Themen für die Tagesordnung", "Zweite", "abgesagt", "Dritte"]
    places = [
        read.index(word)
        for word in ("Lenkungskreis: Erste", "bis Sonntag, 31. Januar", "Lenkungskreis: Dritte")
    ]
    assert places == sorted(places)
    assert all(word in read for word in words)
    assert read.count("bis ") == 1  # that of the cancelled meeting fell away


def test_past_meetings_have_a_page_of_their_own_with_the_last_one_first(light_house: House) -> None:
    light_house.meeting(days=-40, title="Ältere")
    light_house.meeting(days=-20, title="Jüngere")
    light_house.meeting(days=20, title="Kommende")
    light_house.meeting("uag-wohnen", days=-20, title="Fremde")
    read = text(light_house.sign_in("member").get("/calendar/past").text)
    assert read.index("Jüngere") < read.index("Ältere")
    assert "Kommende" not in read
    assert "Fremde" not in read


# The month.


def test_a_month_is_a_table_of_weeks_that_begin_on_monday(light_house: House) -> None:
    page = month(light_house.sign_in("member"), "2027-02")
    table = page.partition('<table class="month">')[2].partition("</table>")[0]
    assert ">Februar 2027</caption>" in table
    assert re.findall(r'<th scope="col"><abbr title="(\w+)">(\w+)\.?</abbr>', table) == [
        ("Montag", "Mo"), ("Dienstag", "Di"), ("Mittwoch", "Mi"), ("Donnerstag", "Do"),
        ("Freitag", "Fr"), ("Samstag", "Sa"), ("Sonntag", "So"),
    ]  # fmt: skip
    assert re.findall(r'datetime="2027-02-(\d\d)"', table) == [f"{day:02}" for day in range(1, 29)]
    assert table.count("<tr>") == 1 + 4
    march = month(light_house.sign_in("member"), "2027-03")
    assert march.count('class="month-outside"') == 4


def test_a_day_holds_its_meetings_and_deadlines_with_time_and_state(light_house: House) -> None:
    number = light_house.meeting(days=30, title="Haushalt")
    cancelled = light_house.meeting("fallgruppe", days=30)
    client = light_house.sign_in("secretary")
    submit(client, f"/meetings/{cancelled}/cancel")
    february = month(client, "2027-02")
    assert cell(february, "2027-02-10") == (
        "Mittwoch, 10. 11:00–13:00 Uhr Fallgruppe (abgesagt) 11:00–13:00 Uhr Lenkungskreis: Haushalt (geplant)"
    )
    assert f'href="/meetings/{number}"' in february
    assert cell(month(client, "2027-01"), "2027-01-31") == (
        "Sonntag, 31. Frist Themen für die Tagesordnung vorschlagen (Lenkungskreis)"
    )
    assert "Haushalt" not in month(light_house.sign_in("outsider"), "2027-02")


def test_today_and_public_holidays_are_named(light_house: House) -> None:
    client = light_house.sign_in("member")
    assert cell(client.get("/calendar/month").text, "2027-01-11") == "Montag, 11. heute"
    assert cell(month(client, "2027-11"), "2027-11-01") == "Montag, 1. Feiertag: Allerheiligen"
    assert "heute" not in text(month(client, "2027-11")).lower().replace("heute dezember", "")


def test_a_meeting_stands_on_its_day_in_the_committees_zone(light_house: House) -> None:
    number = light_house.meeting()
    with light_house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        meeting.starts_at = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)
        meeting.ends_at = meeting.starts_at + timedelta(hours=1)
        rows.commit()
    client = light_house.sign_in("member")
    assert (
        cell(month(client, "2027-02"), "2027-02-01") == "Montag, 1. 00:30–01:30 Uhr Lenkungskreis (geplant)"
    )
    assert "00:30" not in month(client, "2027-01")


@pytest.mark.parametrize(
    ("wanted", "neighbours"), [("2027-01", ("2026-12", "2027-02")), ("2026-12", ("2026-11", "2027-01"))]
)
def test_a_month_leads_to_its_neighbours_and_back_to_today(
    light_house: House, wanted: str, neighbours: tuple[str, str]
) -> None:
    page = month(light_house.sign_in("member"), wanted)
    assert re.findall(r'rel="(\w+)" href="/calendar/month\?month=([\d-]+)"', page) == [
        ("prev", neighbours[0]),
        ("next", neighbours[1]),
    ]
    assert 'href="/calendar/month"' in page


@pytest.mark.parametrize("wanted", ["", "gestern", "2027-13", "99999-01", "2027-02-31", "-1", "2027"])
def test_a_month_that_there_is_not_is_the_present_one(light_house: House, wanted: str) -> None:
    assert ">Januar 2027</caption>" in month(light_house.sign_in("member"), wanted)


@pytest.mark.parametrize(("wanted", "shown"), [("1000-01", "Januar 2000"), ("9999-12", "Dezember 2100")])
def test_months_end_where_planning_ends(light_house: House, wanted: str, shown: str) -> None:
    assert f">{shown}</caption>" in month(light_house.sign_in("member"), wanted)


def test_an_empty_month_says_so(light_house: House) -> None:
    assert "In diesem Monat ist keine Sitzung und keine Frist eingetragen." in month(
        light_house.sign_in("member"), "2030-05"
    )


# The year.


def rows_of_year(page: str) -> dict[str, list[str]]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    read = {}
    for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL):
        name, *quarters = re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        plain = [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", part)).split()) for part in [name, *quarters]]
        read[plain[0]] = plain[1:]
    return read


def test_the_year_says_which_quarter_has_which_meeting_and_which_has_none(light_house: House) -> None:
    light_house.meeting(days=30, title="Haushalt")  # 10 February
    cancelled = light_house.meeting(days=120)  # 11 May
    light_house.meeting("fallgruppe", days=300)  # 7 November
    light_house.meeting("uag-wohnen", days=30)
    client = light_house.sign_in("secretary")
    submit(client, f"/meetings/{cancelled}/cancel")
    assert rows_of_year(client.get("/calendar/year?year=2027").text) == {
        "Fallgruppe": ["keine Sitzung", "keine Sitzung", "keine Sitzung", "07.11.2027 (geplant)"],
        "Lenkungskreis": [
            "10.02.2027 , Haushalt (geplant)",
            "keine Sitzung 11.05.2027 (abgesagt)",
            "keine Sitzung",
            "keine Sitzung",
        ],
    }


def test_a_meeting_of_new_years_night_belongs_to_the_year_of_its_committees_zone(light_house: House) -> None:
    number = light_house.meeting()
    with light_house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        meeting.starts_at = datetime(2027, 12, 31, 23, 30, tzinfo=UTC)
        meeting.ends_at = meeting.starts_at + timedelta(hours=1)
        rows.commit()
    client = light_house.sign_in("member")
    assert "01.01.2028" not in client.get("/calendar/year?year=2027").text
    assert rows_of_year(client.get("/calendar/year?year=2028").text)["Lenkungskreis"][0].startswith(
        "01.01.2028"
    )


@pytest.mark.parametrize("year", ["", "x", "-5", "99999999999999999999", "1"])
def test_a_silly_year_is_answered(light_house: House, year: str) -> None:
    assert light_house.sign_in("member").get(f"/calendar/year?year={year}").status_code == 200


def test_whoever_sits_nowhere_reads_so(light_house: House) -> None:
    assert "Sie gehören zurzeit keinem Gremium an." in light_house.sign_in("admin").get("/calendar/year").text


def test_a_former_member_sees_nothing_more_in_any_view(light_house: House) -> None:
    light_house.meeting(days=20, title="Haushalt")
    light_house.meeting(days=-20, title="Haushalt")
    client = light_house.sign_in("member")
    pages = [
        "/calendar",
        "/calendar/month",
        "/calendar/year",
        "/calendar/past",
        "/calendar/month?month=2026-12",
    ]
    assert ["Haushalt" in client.get(page).text for page in pages] == [True] * 5
    with light_house.rows() as rows:
        person = person_by_email("member@example.org")
        rows.execute(sa.delete(Membership).where(Membership.person_id == person.id))
        rows.commit()
    assert ["Haushalt" in client.get(page).text for page in pages] == [False] * 5


# In a browser.


@pytest.mark.drill
def test_on_a_narrow_screen_a_month_is_a_list_of_its_busy_days(light_house: House, browser: Browser) -> None:
    start = datetime.now(UTC).date() + timedelta(days=40)
    light_house.meeting(days=40, title="Haushalt")
    with Serving(light_house.environment) as portal:
        context = browser.new_context(viewport={"width": 320, "height": 700}, java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{portal.url}/login")
        page.get_by_label("E-Mail-Adresse").fill("member@example.org")
        page.get_by_label("Passwort").fill("ein langer Satz für die Tests")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{portal.url}/")
        page.goto(f"{portal.url}/calendar/month?month={start:%Y-%m}")
        seen = page.locator(".month td:visible").all_inner_texts()
        narrow = page.evaluate("document.documentElement.scrollWidth <= 320")
        page.set_viewport_size({"width": 1280, "height": 800})
        wide = page.locator(".month td:visible").count()
        context.close()
    assert narrow
    assert any("Haushalt" in words and f", {start.day}." in words for words in seen)
    assert len(seen) < 8
    assert wide % 7 == 0
    assert wide >= 28
