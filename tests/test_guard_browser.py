"""The guard reads along in a real browser: by keyboard, on a narrow screen, without JavaScript, by axe's rules."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from doors import make_house, submit
from playwright.sync_api import Browser, BrowserContext, Page, expect
from servers import Serving
from test_by_keyboard import FOCUSED, go_to
from test_correction_browser import Portal, sign_in

from portal.allowed_terms import AllowedTerm
from portal.dismissals import Dismissal

NAMED = "👩‍👧 Frau Selin Aydemir hat gefragt.\nGeklärt hat es Herr Karim Nazari."
TERM = "Zarquonia Blunt"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, templates: dict[str, str]) -> Iterator[Portal]:
    for house in make_house(tmp_path_factory.mktemp("reading_along"), templates, None):
        with Serving(house.environment) as serving:
            yield Portal(serving, house)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


def writing(context: BrowserContext, portal: Portal) -> Page:
    """A new decision of the case group, with the focus in the carrying arguments."""
    page = sign_in(context, portal)
    page.goto(f"{portal.url}/committees/fallgruppe/decisions/new")
    page.get_by_label("Titel").fill("Nachweis der Identität")
    page.get_by_label("Ausgang").select_option("granted")
    page.locator("#outcome").fill("Ja.")
    page.locator("#arguments").focus()
    return page


def arguments(page: Page) -> str:
    return page.locator("#arguments").input_value()


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-guard-state]")).to_have_text(words, timeout=15_000)


def test_findings_are_replaced_by_one_key_while_writing(context: BrowserContext, portal: Portal) -> None:
    page = writing(context, portal)
    page.keyboard.insert_text(NAMED)
    says(page, "2 Fundstellen sind offen.")
    marks = page.locator("#arguments + .reading mark")
    assert marks.all_inner_texts() == ["Frau Selin Aydemir", "Herr Karim Nazari"]

    page.keyboard.press("Tab")
    assert "Ersetzen e: Frau Selin Aydemir" in page.evaluate(FOCUSED), "the keys work at once"
    page.keyboard.press("Tab")
    page.keyboard.press("z")
    assert page.evaluate("document.activeElement.id") == "arguments"
    assert page.evaluate(
        "(a => a.value.slice(a.selectionStart, a.selectionEnd))(document.activeElement)"
    ) == ("Frau Selin Aydemir")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert "Karim Nazari" in page.evaluate(FOCUSED)
    page.keyboard.press("k")
    page.keyboard.press("e")
    assert "Selin" not in arguments(page)
    assert "Herr Karim Nazari" in arguments(page)
    assert "Karim Nazari" in page.evaluate(FOCUSED), "the next finding has the focus"
    page.keyboard.press("Enter")
    says(page, "Keine Fundstellen.")
    assert "Nazari" not in arguments(page)
    assert arguments(page).startswith("👩‍👧 "), "places are counted alike on both sides"
    assert page.evaluate("document.activeElement.id") == "arguments"
    expect(page.locator("#arguments + .reading mark")).to_have_count(0)
    page.keyboard.press("Control+Z")
    page.keyboard.press("Control+Z")
    assert arguments(page) == NAMED, "the browser's own undo is whole"


def test_a_reason_stays_while_others_are_replaced_and_is_kept_on_saving(
    context: BrowserContext, portal: Portal
) -> None:
    page = writing(context, portal)
    page.keyboard.insert_text(NAMED)
    says(page, "2 Fundstellen sind offen.")
    go_to(page, "Ersetzen e: Frau Selin Aydemir")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.type("Name eines Vereins")
    page.keyboard.press("Enter")
    assert "/new" in page.url, "the return key sends nothing"
    says(page, "Eine Fundstelle ist offen. Eine Fundstelle ist zurückgestellt.")
    expect(page.locator("[data-finding]").nth(1)).to_contain_text("zurückgestellt")
    expect(page.locator("[data-reason]").nth(1)).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("e")
    says(page, "Eine Fundstelle ist zurückgestellt.")
    page.get_by_role("button", name="Speichern").first.click()
    expect(page.get_by_role("main")).to_contain_text("Zurückgestellt von Sina Schreiber")
    expect(page.get_by_role("main")).to_contain_text("Keine offenen Fundstellen")
    with portal.house.rows() as rows:
        row = rows.scalars(sa.select(Dismissal).order_by(Dismissal.id.desc())).first()
        assert (row.excerpt, row.reason) == ("Herr Karim Nazari", "Name eines Vereins")


def test_a_term_is_proposed_without_leaving_the_text(context: BrowserContext, portal: Portal) -> None:
    page = writing(context, portal)
    page.keyboard.insert_text(f"Empfohlen hat es {TERM} am Montag.")
    says(page, "Eine Fundstelle ist offen.")
    go_to(page, f"Ersetzen e: {TERM}")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.value") == TERM
    page.keyboard.press("Tab")
    page.keyboard.type("Ein Verein der Stadt")
    page.keyboard.press("Enter")
    expect(page.locator("[data-proposed]")).to_contain_text("Bis eine zweite Person es bestätigt")
    assert TERM in arguments(page)
    with portal.house.rows() as rows:
        assert rows.scalars(sa.select(AllowedTerm.term)).all() == [TERM]
        rows.execute(sa.delete(AllowedTerm))
        rows.commit()


def test_what_somebody_types_meanwhile_is_never_overwritten(context: BrowserContext, portal: Portal) -> None:
    page = writing(context, portal)
    page.keyboard.insert_text("Frau Selin Aydemir hat gefragt.")
    says(page, "Eine Fundstelle ist offen.")
    page.locator("#arguments").evaluate("area => { area.value = 'Davor. ' + area.value; }")
    go_to(page, "Ersetzen e: Frau Selin Aydemir")
    page.keyboard.press("e")
    assert arguments(page) == "Davor. Frau Selin Aydemir hat gefragt.", "it stands elsewhere now"
    expect(page.locator("[data-finding]")).to_have_count(1, timeout=15_000)
    go_to(page, "Ersetzen e: Frau Selin Aydemir")
    page.keyboard.press("e")
    assert arguments(page) == "Davor. Die Person hat gefragt."


def test_it_says_when_it_loads_rests_or_cannot_read(context: BrowserContext, portal: Portal) -> None:
    page = writing(context, portal)
    answers = iter(
        [
            {"json": {"state": "loading", "words": "Der Textwächter lädt noch.", "panes": {}}},
            {"status": 429, "json": {"state": "paused", "words": "Pause.", "panes": {}}},
            {"status": 500, "body": "<h1>Fehler</h1>"},
        ]
    )
    says(page, "Keine Fundstellen.")
    page.route("**/guard", lambda route: route.fulfill(**next(answers, {"status": 502, "body": ""})))
    page.clock.install()
    page.keyboard.insert_text("Frau Selin Aydemir")
    page.clock.run_for(1000)
    says(page, "Der Textwächter lädt noch.")
    page.clock.run_for(2000)
    says(page, "Pause.")
    page.clock.run_for(16_000)
    says(page, "Der Textwächter kann gerade nicht mitlesen. Beim Speichern prüft er alles.")
    page.unroute("**/guard")
    page.locator("#arguments").evaluate("area => { area.value = 'Wort '.repeat(100000); }")
    page.keyboard.press("End")
    page.keyboard.type(".")
    page.clock.run_for(30_000)
    says(page, "Der Text ist zu lang zum Mitlesen. Beim Speichern wird er geprüft.")


@pytest.mark.drill
def test_agenda_and_minutes_of_a_case_group_are_read_along_too(
    context: BrowserContext, portal: Portal
) -> None:
    page, client = sign_in(context, portal), portal.house.sign_in("secretary")
    page.goto(f"{portal.url}/meetings/{portal.house.meeting('fallgruppe')}/agenda/new")
    page.get_by_label("Thema").fill("Antrag von Frau Selin Aydemir")
    says(page, "Eine Fundstelle ist offen.")
    with page.expect_navigation():
        page.get_by_role("button", name="Hinzufügen").click()
    says(page, "Eine Fundstelle ist offen.")
    expect(page.locator("section#findings")).to_have_count(0)
    go_to(page, "Ersetzen e: Frau Selin Aydemir")
    page.keyboard.press("x")
    page.keyboard.type("Name eines Vereins")
    page.get_by_role("button", name="Hinzufügen").click()
    expect(page.get_by_role("main")).to_contain_text("Der Punkt steht auf der Tagesordnung.")

    meeting = portal.house.meeting("fallgruppe", days=-40)
    answer = submit(client, f"/meetings/{meeting}/minutes/new", text="# TOP 1\n\nFrau Selin Aydemir fragt.\n")
    page.goto(portal.url + answer.location)
    says(page, "Eine Fundstelle ist offen.")
    go_to(page, "Ersetzen e: Frau Selin Aydemir")
    page.keyboard.press("e")
    assert "Selin" not in page.get_by_label("Text des Protokolls").input_value()
    expect(page.get_by_text("Gespeichert um")).to_be_visible(timeout=15_000)


@pytest.mark.drill
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_marks_break_no_rule_and_do_not_overflow(
    browser: Browser, portal: Portal, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = writing(context, portal)
    page.keyboard.insert_text(NAMED + " Tel. 0221 1234567, " + "Frau" + "Aydemir" * 20)
    expect(page.locator("[data-guard-state]")).to_contain_text("Fundstellen sind offen", timeout=15_000)
    for details in page.locator("details").all():
        details.evaluate("each => { each.open = true; }")
    submit(portal.house.sign_in("secretary"), "/terms", term=TERM, reason="Verein")
    problems = []
    for path in ("", "/terms"):
        if path:
            page.goto(portal.url + path)
        found = Axe().run(page)
        problems += [f"{path} {row['id']} {row['nodes'][0]['html']}" for row in found.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            problems.append(f"{path} is wider than {width} px")
    context.close()
    assert problems == []


def test_without_javascript_the_same_stands_on_the_saved_draft(browser: Browser, portal: Portal) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = writing(context, portal)
    page.locator("#arguments").fill(NAMED)
    expect(page.locator("[data-guard]")).to_be_hidden()
    page.get_by_role("button", name="Speichern").first.click()
    expect(page.locator("mark")).to_have_text(["Frau Selin Aydemir", "Herr Karim Nazari"])
    page.get_by_role("button", name=re.compile("Ersetzen.*Selin")).click()
    expect(page.locator("mark")).to_have_text(["Herr Karim Nazari"])
    page.get_by_text("Keine Person").click()
    page.get_by_label("Warum ist das unbedenklich?").fill("Name eines Vereins")
    page.get_by_role("button", name="Zurückstellen").click()
    expect(page.get_by_role("main")).to_contain_text("Keine offenen Fundstellen")
    context.close()
