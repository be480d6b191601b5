"""The main pages in a real browser: by axe's rules, at 320 px, in the dark, without JavaScript, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from servers import Serving
from test_by_keyboard import shows

PASSWORD = "ein Satz zum Hinsehen"
PAGES = {
    "secretary": [
        "/",
        "/committees",
        "/committees/lenkungskreis",
        "/committees/lenkungskreis/rule",
        "/committees/lenkungskreis/procedure",
        "/committees/lenkungskreis/blocked",
        "/committees/lenkungskreis/meetings/new",
        "/committees/lenkungskreis/polls/new",
        "/problem-groups",
        "/committees/fallgruppe/problem-groups/new",
        "/committees/lenkungskreis/decisions/new",
        "/committees/lenkungskreis/decisions/templates",
        "/committees/lenkungskreis/decisions/templates/new",
        "/decisions/LK-2026-001/withdraw",
        "/committees/lenkungskreis/minutes/approve",
        "/committees/fallgruppe/plan?year=2030",
        "/meetings/5/agenda",
        "/meetings/5/agenda/new",
        "/meetings/5/clock",
        "/meetings/5/split",
        "/agenda/items/1",
        "/agenda/items/1/decline",
        "/minutes",
        "/minutes/7",
        "/minutes/7/editions/new",
        "/calendar",
        "/calendar/month",
        "/calendar/year",
        "/calendar/subscriptions",
        "/tasks",
        "/tasks/1",
        "/tasks/1/edit",
        "/tasks/1/drop",
        "/committees/lenkungskreis/tasks?show=all",
        "/committees/lenkungskreis/tasks/new",
        "/decisions?q=Duldung",
        "/decisions/LK-2026-001",
        "/decisions/chart",
        "/decisions/feed",
        "/reading-list",
        "/searches",
        "/searches/new?q=Duldung",
        "/terms",
        "/account",
        "/nirgendwo",
    ],
    "admin": [
        "/admin/people",
        "/admin/people/1",
        "/admin/committees",
        "/admin/rooms",
        "/admin/letters",
        "/erasures",
    ],
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder: Path = tmp_path_factory.mktemp("accessible")
    with Serving({"PORTAL_INSTANCE": str(folder / "instance"), "PORTAL_DEMO_PASSWORD": PASSWORD}) as serving:
        yield serving


def sign_in(page: Page, url: str, name: str) -> Page:
    page.goto(f"{url}/login")
    page.get_by_label("E-Mail-Adresse").fill(f"{name}@example.org")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")
    return page


@pytest.mark.drill
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_pages_break_no_rule_and_do_not_overflow(
    browser: Browser, portal: Serving, name: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = sign_in(context.new_page(), portal.url, name)
    problems = []
    for path in PAGES[name]:
        page.goto(portal.url + path)
        found = Axe().run(page)
        problems += [f"{path}: {row['id']} {row['nodes'][0]['html']}" for row in found.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            problems.append(f"{path} is wider than {width} px")
    context.close()
    assert problems == []


def test_a_meeting_is_cancelled_without_javascript(browser: Browser, portal: Serving) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = sign_in(context.new_page(), portal.url, "secretary")
    page.goto(f"{portal.url}/committees/lenkungskreis")
    page.locator(".meeting h3 a").nth(1).click()
    page.get_by_role("link", name="Absagen").click()
    page.get_by_role("button", name="Ja, absagen").click()
    shows(page, "Die Sitzung ist abgesagt")
    context.close()


def test_the_first_tab_leads_past_the_navigation(browser: Browser, portal: Serving) -> None:
    page = sign_in(browser.new_page(), portal.url, "secretary")
    page.goto(f"{portal.url}/decisions")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()
