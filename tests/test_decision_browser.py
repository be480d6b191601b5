"""Decisions in a real browser: the whole way from writing to citing, and how the form helps."""

import io
import re
from datetime import UTC, datetime

import pypdfium2
import pytest
from doors import PASSWORD, House, submit
from playwright.sync_api import Browser, Page, expect
from servers import Serving

NEW = "/committees/lenkungskreis/decisions/new"
TITLE = "Aufenthaltserlaubnis trotz fehlender Papiere"
NAMED = "Frau Selin Aydemir hat alles versucht.\nHerr Karim Nazari bestätigt es."


def sign_in(browser: Browser, portal: Serving, name: str, path: str = "/") -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{portal.url}/login?next={path}")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(portal.url + path)
    return page


@pytest.mark.drill
def test_a_decision_from_the_first_word_to_the_readers_citation(browser: Browser, light_house: House) -> None:
    with Serving(light_house.environment) as portal:
        writer = sign_in(browser, portal, "secretary", NEW)
        write_with_findings(writer)
        replace_the_rest(writer)
        release(sign_in(browser, portal, "chair"))
        find_and_cite(sign_in(browser, portal, "member"), portal)
        for context in browser.contexts:
            context.close()
    assert light_house.run("verify").exit_code == 0


def write_with_findings(page: Page) -> None:
    """One name is replaced while writing, by one key; the other one is saved with the text."""
    page.get_by_label("Titel").fill(TITLE)
    page.get_by_label("Ausgang").select_option("granted")
    page.locator("#outcome").fill("Die Aufenthaltserlaubnis wird erteilt.")
    page.locator("#arguments").fill(NAMED)
    expect(page.locator("[data-guard-state]")).to_have_text("2 Fundstellen sind offen.")
    page.get_by_role("button", name=re.compile("Ersetzen.*Selin Aydemir")).press("e")
    expect(page.locator("[data-guard-state]")).to_have_text("Eine Fundstelle ist offen.")
    page.get_by_role("button", name="Speichern und prüfen lassen").click()
    page.wait_for_url("**/drafts/*")


def replace_the_rest(page: Page) -> None:
    main = page.get_by_role("main")
    expect(main).to_contain_text("Eine Fundstelle ist offen")
    expect(main.locator("mark")).to_have_text("Herr Karim Nazari")
    page.get_by_role("button", name=re.compile("Ersetzen.*Karim Nazari")).click()
    expect(main).to_contain_text("Keine offenen Fundstellen")
    expect(main).to_contain_text("Freigeben muss eine zweite Person")
    expect(page.get_by_role("button", name="Freigeben")).to_have_count(0)


def release(page: Page) -> None:
    """The chair finds the draft on the start page and answers the question that no program answers."""
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="Freigeben").click()
    expect(page.get_by_role("main")).to_contain_text("Bitte prüfen Sie Ihre Angaben")
    page.get_by_label("Nein. Auch wer die Menschen kennt").check()
    page.get_by_role("button", name="Freigeben").click()
    expect(page.get_by_text("Freigegeben als LK-")).to_be_visible()


def find_and_cite(page: Page, portal: Serving) -> None:
    """The member searches for a part of a compound, and gets citation and PDF."""
    page.goto(f"{portal.url}/decisions")
    page.get_by_label("Suchen nach Wörtern").fill("Erlaubnis")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=TITLE).click()
    number, main = f"LK-{datetime.now(UTC).year}-001", page.get_by_role("main")
    page.wait_for_url(f"**/decisions/{number}")
    expect(main).to_contain_text("hat alles versucht")
    expect(main).not_to_contain_text("Aydemir")
    expect(main).not_to_contain_text("Nazari")
    citation = page.locator("#citation").inner_text()
    assert citation.startswith(f"Lenkungskreis: {TITLE}, {number} vom ")
    assert citation.endswith(f"{portal.url}/decisions/{number}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Als PDF").click()
    pdf = pypdfium2.PdfDocument(io.BytesIO(download.value.path().read_bytes()))
    words = " ".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
    assert TITLE in words
    assert number in words
    assert "Aydemir" not in words


@pytest.mark.drill
def test_suggested_and_own_entries_are_added_by_enter_and_the_agenda_follows_the_meeting(
    browser: Browser, light_house: House
) -> None:
    writer = light_house.sign_in("secretary")
    for days in (-3, -30):
        submit(writer, f"/meetings/{light_house.meeting(days=days)}/agenda/new", title="Bericht")
    with Serving(light_house.environment) as portal:
        page = sign_in(browser, portal, "secretary", NEW)
        add_entries(page)
        assert page.url == portal.url + NEW
        narrow_agenda(page)
        page.context.close()


def add_entries(page: Page) -> None:
    more = page.get_by_label("Rechtsgrundlage suchen und hinzufügen")
    for typed in ("§ 60c AufenthG", "Erlass vom 3. März", "§ 60c AufenthG"):
        more.fill(typed)
        more.press("Enter")
    assert (
        page.get_by_label("Rechtsgrundlagen, eine je Zeile").input_value()
        == "§ 60c AufenthG\nErlass vom 3. März"
    )


def narrow_agenda(page: Page) -> None:
    meeting, item = page.get_by_label("Sitzung"), page.get_by_label("Tagesordnungspunkt")
    every = item.locator("option").count()
    wanted = page.evaluate("document.querySelector('#agenda_item_id option[data-meeting]').dataset.meeting")
    meeting.select_option(wanted)
    offered = item.evaluate("list => [...list.options].map(one => one.dataset.meeting)")
    assert set(offered[1:]) == {wanted}
    meeting.select_option("0")
    assert item.locator("option").count() == every
    item.select_option(index=1)
    assert meeting.input_value() == item.evaluate("list => list.selectedOptions[0].dataset.meeting")
