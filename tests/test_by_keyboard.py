"""Planning and agenda as a secretary works on them: by keyboard alone, on a narrow screen, on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from servers import Serving

PASSWORD = "ein Satz zum Ordnen"
FOCUSED = "document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder: Path = tmp_path_factory.mktemp("ordering")
    with Serving({"PORTAL_INSTANCE": str(folder / "instance"), "PORTAL_DEMO_PASSWORD": PASSWORD}) as serving:
        yield serving


def telephone(browser: Browser, portal: Serving, **context: object) -> Page:
    """The secretary, signed in, on a telephone."""
    page = browser.new_context(viewport={"width": 360, "height": 800}, **context).new_page()
    page.goto(f"{portal.url}/login")
    page.get_by_label("E-Mail-Adresse").fill("secretary@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal.url}/")
    return page


def agenda(browser: Browser, portal: Serving, slug: str, **context: object) -> Page:
    """The agenda of the committee's next meeting."""
    page = telephone(browser, portal, **context)
    page.goto(f"{portal.url}/committees/{slug}")
    page.locator(".meeting h3 a").first.click()
    page.get_by_role("link", name="Tagesordnung bearbeiten").click()
    page.wait_for_url("**/agenda")
    return page


def shows(page: Page, words: str) -> None:
    """The page that the last click led to says so; it is waited for."""
    expect(page.get_by_role("main")).to_contain_text(words)


def titles(page: Page) -> list[str]:
    return [text.partition(": ")[2] for text in page.locator(".agenda h3").all_inner_texts()]


def go_to(page: Page, words: str) -> None:
    """Go on with the tabulator to the control of these words."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if words in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"the tabulator never comes to {words}")


def press(page: Page, words: str) -> None:
    """Go to a button or link, and press it."""
    go_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.drill
def test_an_item_moves_up_by_the_return_key_alone_and_the_focus_goes_with_it(
    browser: Browser, portal: Serving
) -> None:
    page = agenda(browser, portal, "lenkungskreis")
    before = titles(page)
    assert len(before) > 3
    press(page, f"Nach oben: {before[2]}")
    for _ in range(2):
        assert before[2] in page.evaluate(FOCUSED)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED).startswith("Nach"), "at the top it is the button downwards"
    assert titles(page)[:3] in ([before[2], *before[:2]], [before[0], before[2], before[1]])
    page.context.close()


@pytest.mark.drill
def test_the_return_key_in_a_field_saves_and_never_replaces(browser: Browser, portal: Serving) -> None:
    page = agenda(browser, portal, "fallgruppe")
    page.get_by_role("link", name="Punkt hinzufügen").click()
    page.get_by_label("Thema").fill("Termin mit Herrn Karim Nazari")
    for _ in range(2):
        with page.expect_navigation():
            page.get_by_label("Thema").press("Enter")
        shows(page, "Noch nicht gespeichert: eine Fundstelle")
    go_to(page, "Ersetzen")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Thema")).to_have_value("Termin mit der Person")
    with page.expect_navigation():
        page.get_by_label("Thema").press("Enter")
    assert "Termin mit der Person" in titles(page)
    page.context.close()


def test_paper_shows_the_items_and_none_of_the_tools(browser: Browser, portal: Serving) -> None:
    page = agenda(browser, portal, "fallgruppe")
    page.emulate_media(media="print")
    assert page.get_by_role("heading", name="TOP 1:").is_visible()
    assert page.get_by_text("F-2026-018").is_visible()
    shown = [each for each in page.locator("button, .button, input, nav").all() if each.is_visible()]
    assert shown == []
    page.context.close()


@pytest.mark.drill
def test_everything_on_the_agenda_works_without_javascript(browser: Browser, portal: Serving) -> None:
    page = agenda(browser, portal, "fallgruppe", java_script_enabled=False)
    page.get_by_role("button", name="Übernehmen").first.click()
    shows(page, "steht auf der Tagesordnung.")
    page.get_by_role("button", name="Alle übernehmen").click()
    shows(page, "übernommen.")
    page.get_by_role("link", name="Punkt hinzufügen").click()
    page.get_by_label("Thema").fill("Sprechzeiten im Sommer")
    page.get_by_role("button", name="Hinzufügen").click()
    shows(page, "Der Punkt steht auf der Tagesordnung.")
    *others, last = titles(page)
    assert last == "Sprechzeiten im Sommer"
    page.locator(".agenda-tools .button", has_text=f"Nach oben: {last}").click()
    shows(page, f"ist jetzt TOP {len(others)}.")
    assert titles(page) == [*others[:-1], last, others[-1]]
    page.locator(".agenda-tools .button", has_text=f"Nach unten: {last}").click()
    shows(page, f"ist jetzt TOP {len(others) + 1}.")
    page.get_by_label(f"Platz: {last}").fill("1")
    page.locator(".agenda-tools .button", has_text=f"Setzen: {last}").click()
    shows(page, "ist jetzt TOP 1.")
    assert titles(page) == [last, *others]
    page.locator(".agenda-tools .button", has_text=f"Bearbeiten: {last}").click()
    page.get_by_label("Thema").fill("Sprechzeiten im Winter")
    page.get_by_role("button", name="Speichern").click()
    shows(page, "Der Punkt ist gespeichert.")
    page.locator(".agenda-tools .button", has_text="Bearbeiten: Sprechzeiten im Winter").click()
    page.get_by_text("Punkt entfernen").click()
    page.get_by_role("button", name="Ja, entfernen").click()
    shows(page, "Der Punkt ist entfernt.")
    assert titles(page) == others
    page.get_by_role("button", name="senden").click()
    shows(page, "Tagesordnung")
    page.context.close()


def test_a_year_is_planned_by_keyboard_alone(browser: Browser, portal: Serving) -> None:
    page = telephone(browser, portal)
    page.goto(f"{portal.url}/committees/lenkungskreis/plan?year=2031")
    other = page.get_by_label("Stattdessen der nächste freie Termin").first
    chosen = page.locator("label", has_text="Stattdessen der nächste freie Termin").first.inner_text()
    go_to(page, "Stattdessen der nächste freie Termin")
    page.keyboard.press("Space")
    assert other.is_checked()
    press(page, "Eintragen")
    shows(page, "4 Sitzungen sind eingetragen")
    shows(page, chosen.rpartition(": ")[2])
    page.context.close()


def test_a_meeting_is_moved_by_keyboard_alone_after_a_look_at_who_is_told(
    browser: Browser, portal: Serving
) -> None:
    page = telephone(browser, portal)
    page.goto(f"{portal.url}/committees/lenkungskreis")
    with page.expect_navigation():  # tabulators pressed into the page that is being left would be lost
        page.locator(".meeting h3 a").first.click()
    press(page, "Verschieben oder ändern")
    go_to(page, "Ort")
    page.keyboard.press("Control+A")
    page.keyboard.type("Haus am Fluss")
    press(page, "Weiter: Wer erfährt was?")
    shows(page, "Die Zeit bleibt")
    press(page, "Ja, so ändern")
    shows(page, "Haus am Fluss")
    page.context.close()
