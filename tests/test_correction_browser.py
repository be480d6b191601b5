"""Correcting minutes in a real browser: by keyboard alone, two people at once, with the connection cut."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from doors import PASSWORD, House, make_house
from playwright.sync_api import Browser, BrowserContext, Page, expect
from servers import Serving
from test_by_keyboard import go_to, press

from meetings.meeting import Meeting
from minutes.arrivals import from_text
from minutes.minutes import Minutes, MinutesState
from minutes.reading import make_minutes
from portal.people import Person

TEXT = """# Protokoll

**Anwesend:** Sina Schreiber, Carla Vorsitz, Mia Glied

## TOP 1 Haushalt

Der Haushalt wird vorgestellt.

**Beschluss:** Der Haushalt wird angenommen.
Abstimmung: 6 Ja-Stimmen, 1 Nein-Stimme, keine Enthaltung

## TOP 2 Verschiedenes

Mia Glied erstellt bis zum 01.03.2027 eine Übersicht.
"""
PAUSE = 4000  # milliseconds after the last key until the page saves itself, and a little more


class Portal:
    """The small world behind a real server."""

    def __init__(self, serving: Serving, house: House) -> None:
        self.url, self.house = serving.url, house
        self._days = 0

    def meeting(self) -> int:
        """A meeting that was, each on a day of its own."""
        self._days -= 2
        return self.house.meeting(days=self._days)

    def draft(self) -> str:
        """The address at which a new draft is corrected."""
        meeting = self.meeting()
        with self.house.rows() as rows:
            writer = rows.scalars(sa.select(Person).where(Person.name == "Sina Schreiber")).one()
            minutes = make_minutes(rows.get_one(Meeting, meeting), from_text(TEXT), writer.id)
            rows.commit()
            return f"{self.url}/minutes/{minutes.id}/edit"

    def stored(self, address: str) -> dict[str, Any]:
        with self.house.rows() as rows:
            minutes = rows.get_one(Minutes, int(address.split("/")[-2]))
            tasks = [(row.text, row.owners) for row in minutes.tasks if row.accepted]
            votes = [(row.yes, row.no, row.abstain) for row in minutes.decisions]
            return {"text": minutes.text, "state": minutes.state, "tasks": tasks, "votes": votes}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, templates: dict[str, str]) -> Iterator[Portal]:
    for house in make_house(tmp_path_factory.mktemp("correcting"), templates, None):
        with Serving(house.environment) as serving:
            yield Portal(serving, house)


def sign_in(context: BrowserContext, portal: Portal, name: str = "secretary") -> Page:
    page = context.new_page()
    page.goto(f"{portal.url}/login")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal.url}/")
    return page


def write_more(page: Page, words: str) -> None:
    """Add words at the end of the text, and let the page's pause pass."""
    page.get_by_label("Text des Protokolls").press("Control+End")
    page.keyboard.type(words)
    page.clock.run_for(PAUSE)


def test_from_the_file_to_approved_minutes_by_keyboard_alone(browser: Browser, portal: Portal) -> None:
    page = sign_in(browser.new_context(viewport={"width": 1280, "height": 900}), portal)
    page.goto(f"{portal.url}/meetings/{portal.meeting()}")
    press(page, "Protokoll hochladen")
    go_to(page, "Datei")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files({"name": "Sitzung.md", "mimeType": "text/markdown", "buffer": TEXT.encode()})
    press(page, "Einlesen")
    address = page.url
    assert "6 Ja-Stimmen" in page.locator("blockquote").first.inner_text()

    go_to(page, "Der Haushalt wird angenommen")
    page.keyboard.press("z")
    assert page.evaluate("getSelection().toString()").startswith("**Beschluss:**")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    go_to(page, "Nein")
    page.keyboard.press("Control+A")
    page.keyboard.type("0")
    page.keyboard.press("Escape")
    assert "Nein 0" in page.locator(".proposal-facts").first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("k")

    go_to(page, "Weitere Aufgabe hinzufügen")
    page.keyboard.press("Enter")
    go_to(page, "Aufgabe")
    page.keyboard.type("Raum buchen")
    go_to(page, "Wer")
    page.keyboard.type("Carla Vorsitz")
    press(page, "Weiter zur Genehmigung")
    go_to(page, "Ich genehmige es jetzt, ohne Sitzung")
    page.keyboard.press("Space")
    press(page, "Genehmigen und Mitglieder benachrichtigen")
    found = portal.stored(address)
    assert found["state"] is MinutesState.APPROVED
    assert (found["votes"], found["tasks"]) == ([(6, 0, 0)], [("Raum buchen", "Carla Vorsitz")])
    page.context.close()


def test_the_second_of_two_editors_sees_the_difference_and_both_are_stored(
    browser: Browser, portal: Portal
) -> None:
    address = portal.draft()
    first, second = (sign_in(browser.new_context(), portal, name) for name in ("chair", "secretary"))
    for page in (first, second):
        page.clock.install()
        page.goto(address)
    write_more(first, "\nZeile von Carla.\n")
    expect(first.get_by_text("Gespeichert um")).to_be_visible()
    text = second.get_by_label("Text des Protokolls")
    text.fill(TEXT.replace("vorgestellt", "von Sina vorgestellt"))
    second.clock.run_for(PAUSE)
    expect(second.get_by_text("Carla Vorsitz hat das Protokoll um")).to_be_visible()
    assert portal.stored(address)["text"] == TEXT + "\nZeile von Carla.\n", "nothing is overwritten"

    second.get_by_role("button", name="Speichern").click()
    second.get_by_role("heading", name="Zwei Fassungen").wait_for()
    assert "Zeile von Carla." in second.locator(".two-versions del").inner_text()
    assert "von Sina" in second.locator(".two-versions ins").inner_text()
    both = TEXT.replace("vorgestellt", "von Sina vorgestellt") + "\nZeile von Carla.\n"
    assert text.input_value() == both
    second.get_by_role("button", name="Speichern").click()
    second.get_by_text("Das Protokoll ist gespeichert").wait_for()
    assert portal.stored(address)["text"] == both
    assert second.evaluate("localStorage.length") == 0
    for page in (first, second):
        page.context.close()


def test_without_a_connection_the_text_stays_in_the_browser_until_it_is_stored(
    browser: Browser, portal: Portal
) -> None:
    address, context = portal.draft(), browser.new_context()
    page = sign_in(context, portal)
    page.clock.install()
    page.goto(address)
    context.set_offline(True)
    write_more(page, "\nIm Zug geschrieben.\n")
    expect(
        page.get_by_text("Das Portal ist gerade nicht erreichbar; Ihr Text bleibt in diesem Fenster")
    ).to_be_visible()
    assert "Im Zug geschrieben." in page.evaluate("JSON.stringify(localStorage)")
    context.set_offline(False)
    expect(page.get_by_text("Gespeichert um")).to_be_visible()
    assert portal.stored(address)["text"] == TEXT + "\nIm Zug geschrieben.\n"
    assert page.evaluate("localStorage.length") == 0

    context.set_offline(True)
    write_more(page, "Im Tunnel.\n")
    expect(
        page.get_by_text("Das Portal ist gerade nicht erreichbar; Ihr Text bleibt in diesem Fenster")
    ).to_be_visible()
    page.close()
    context.set_offline(False)
    page = context.new_page()  # the clock belongs to the context and is installed already
    page.goto(address)
    page.get_by_label("Text des Protokolls").press("Control+Home")
    page.keyboard.type("Später.\n")
    page.clock.run_for(PAUSE)
    expect(page.get_by_text("Gespeichert um")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Wiederherstellen").click()
    page.get_by_role("heading", name="Zwei Fassungen").wait_for()
    text = page.get_by_label("Text des Protokolls")
    expect(text).to_have_value(f"Später.\n{TEXT}\nIm Zug geschrieben.\nIm Tunnel.\n")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("Das Protokoll ist gespeichert").wait_for()
    expect(page.get_by_role("button", name="Wiederherstellen")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0
    context.close()


def test_signing_out_asks_and_then_leaves_nothing_in_the_browser(browser: Browser, portal: Portal) -> None:
    address, context = portal.draft(), browser.new_context()
    page = sign_in(context, portal)
    context.route("**/autosave", lambda route: route.fulfill(status=413))
    page.clock.install()
    page.goto(address)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.name") == "decisions-0-accepted"
    write_more(page, "\nZu viel.\n")
    expect(page.get_by_text("Nicht gespeichert, denn der Text ist zu lang")).to_be_visible()
    expect(page.get_by_text("Änderungen noch nicht gespeichert", exact=True)).to_be_hidden()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Abmelden").click()
    assert "Zu viel." in page.evaluate("JSON.stringify(localStorage)")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Abmelden").click()
    page.get_by_text("Sie sind abgemeldet").wait_for()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    context.close()


@pytest.mark.drill
def test_when_the_session_ended_the_page_says_so_and_goes_on_after_a_new_sign_in(
    browser: Browser, portal: Portal
) -> None:
    address, context = portal.draft(), browser.new_context()
    page = sign_in(context, portal)
    page.clock.install()
    page.goto(address)
    context.clear_cookies()
    write_more(page, "\nNach der Pause.\n")
    expect(
        page.get_by_text("Ihre Anmeldung ist abgelaufen; Ihr Text bleibt in diesem Fenster.")
    ).to_be_visible()
    sign_in(context, portal).close()
    page.get_by_label("Text des Protokolls").press("Control+End")
    write_more(page, "Und weiter.\n")
    expect(page.get_by_text("Gespeichert um")).to_be_visible()
    assert portal.stored(address)["text"] == TEXT + "\nNach der Pause.\nUnd weiter.\n"
    context.close()


@pytest.mark.drill
def test_a_new_row_brings_the_next_and_is_stored_once_however_often_the_page_saves(
    browser: Browser, portal: Portal
) -> None:
    address = portal.draft()
    page = sign_in(browser.new_context(), portal)
    page.clock.install()
    page.goto(address)
    for number in (1, 2):
        page.get_by_text("Weitere Aufgabe hinzufügen").last.click()
        page.get_by_label("Aufgabe", exact=True).last.wait_for()
        page.locator(f"#tasks-{number}-text").fill(f"Aufgabe {number}")
        page.clock.run_for(PAUSE)
        expect(page.locator(f"#tasks-{number}-id")).not_to_have_value("")
    page.locator("#tasks-1-owners").fill("Carla Vorsitz")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("Das Protokoll ist gespeichert").wait_for()
    assert portal.stored(address)["tasks"][1:] == [("Aufgabe 1", "Carla Vorsitz"), ("Aufgabe 2", "")]
    page.context.close()


@pytest.mark.drill
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_the_page_and_the_comparison_break_no_rule_and_do_not_overflow(
    browser: Browser, portal: Portal, width: int, scheme: str
) -> None:
    address = portal.draft()
    page = sign_in(browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme), portal)
    other = sign_in(browser.new_context(), portal, "chair")
    for each, words in ((page, "Sina"), (other, "Carla")):
        each.goto(address)
        each.get_by_role("textbox", name="Text des Protokolls").fill(TEXT.replace("vorgestellt", words))
        each.locator("summary", has_text="Bearbeiten").first.click()
        each.get_by_label("Sitzungsleitung").fill(words)
    other.get_by_role("button", name="Speichern").click()
    other.get_by_text("Das Protokoll ist gespeichert").wait_for()
    check(page, width)
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("heading", name="Zwei Fassungen").wait_for()
    check(page, width)
    for each in (page, other):
        each.context.close()


def check(page: Page, width: int) -> None:
    assert Axe().run(page).response["violations"] == []
    wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wider, f"wider than {width} px"
