"""The page of a decision: its lasting address, what stands around it, citing and being cited, the reading list."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, approve_minutes, submit
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from playwright.sync_api import Browser, expect
from servers import Serving

from meetings.agenda import AgendaItem
from meetings.problem_groups import ProblemGroup
from minutes.citations import TAG, Citation, number_in, numbers_in
from minutes.decision import Decision
from minutes.decision_steps import StepKind, take
from portal.committees import Committee
from portal.people import Person


@pytest.fixture
def reader(light_house: House) -> FlaskClient:
    return light_house.sign_in("member")


def show(browser: FlaskClient, number: str) -> str:
    answer = browser.get(f"/decisions/{number}")
    assert answer.status_code == 200, number
    return answer.text


def section(page: str, heading: str) -> str:
    """What stands on a page under a heading, without markup."""
    found = re.search(rf"<h2[^>]*>{heading}</h2>(.*?)</section>", page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""


def links(page: str) -> list[str]:
    content = page.partition("<main")[2].partition("<footer")[0]
    return [unescape(address) for address in re.findall(r'<a [^>]*href="([^"]+)"', content)]


def step(house: House, number: str, kind: StepKind, **more: object) -> None:
    """Let a released decision take a step, as its pages do."""
    with house.rows() as rows:
        decision = rows.scalars(sa.select(Decision).where(Decision.number == number)).one()
        chair, secretary = (
            rows.scalars(sa.select(Person).where(Person.email == f"{name}@example.org")).one()
            for name in ("chair", "secretary")
        )
        assert decision.steps is not None
        take(decision, kind, chair, asked_by=secretary, **more)
        rows.commit()


def test_every_spelling_of_a_number_leads_to_its_page(light_house: House, reader: FlaskClient) -> None:
    number = light_house.decision(title="Erste")
    for spelled in (
        number,
        number.lower(),
        number.replace("-", "\u2011"),
        f" {number} ",
        number.replace("-00", " "),
    ):
        assert "Erste" in show(reader, spelled), spelled
    for wrong in ("LK", "LK-2027", f"{number}-1", f"x{number}", "LK-1999-001", "a" * 3000):
        assert reader.get(f"/decisions/{wrong}").status_code == 404, wrong


def test_a_number_stays_when_its_committee_gets_another_code(light_house: House, reader: FlaskClient) -> None:
    number = light_house.decision(title="Alte")
    with light_house.rows() as rows:
        rows.scalars(sa.select(Committee).where(Committee.slug == "lenkungskreis")).one().code = "ÖLK"
        rows.commit()
    new = light_house.decision(title="Neue")
    assert new.startswith("ÖLK-")
    assert "Alte" in show(reader, number)
    assert "Neue" in show(reader, new.lower())


def test_the_page_shows_all_parts(light_house: House, reader: FlaskClient) -> None:
    page = show(
        reader,
        light_house.decision(
            outline="Die Grundzüge.",
            arguments="Die Argumente.",
            conclusion="Die Folgerung.",
            conditions="Erstens.\nZweitens.",
            votes_yes=7,
            votes_no=0,
        ),
    )
    for heading, words in (
        ("Grundzüge", "Die Grundzüge."),
        ("Tragende Argumente", "Die Argumente."),
        ("Folgerung für ähnliche Fälle", "Die Folgerung."),
    ):
        assert section(page, heading) == words
    outcome = section(page, "Ergebnis")
    assert outcome == "Ausgang: zugestimmt Ergebnis Ja: 7, Nein: 0 Auflagen Erstens. Zweitens."


def test_topics_lead_to_the_archive(light_house: House, reader: FlaskClient) -> None:
    number = light_house.decision(topics=["Arbeit"])
    light_house.decision(topics=["Wohnen"])
    (address,) = [one for one in links(show(reader, number)) if "topic=" in one]
    assert re.findall(r'<span class="number">([^<]+)', reader.get(address).text) == [number]


def test_legal_bases_lead_to_the_archive_where_they_name_a_law(light_house: House) -> None:
    secretary = light_house.sign_in("secretary")
    page = "/committees/lenkungskreis/decisions/new"
    words = {"title": "T", "outcome": "O", "arguments": "G", "result": "granted"}
    laws = "§ 25b Abs. 1 AufenthG\nKooperationsvereinbarung"
    draft = submit(secretary, page, legal_bases=laws, **words).location
    answer = submit(light_house.sign_in("chair"), draft, f"{draft}/release", recognised="nobody")
    number = answer.location.rpartition("/")[2]
    light_house.decision(legal_bases=["§ 60a AufenthG"])
    page = show(light_house.sign_in("member"), number)
    (address,) = [one for one in links(page) if "law=" in one]
    found = light_house.sign_in("member").get(address).text
    assert re.findall(r'<span class="number">([^<]+)', found) == [number]
    assert "Kooperationsvereinbarung" in section(page, "Angaben")


def test_the_citation_is_one_text_and_says_what_no_longer_holds(
    light_house: House, reader: FlaskClient
) -> None:
    with time_machine.travel(datetime(2027, 2, 9, 12, tzinfo=UTC), tick=False):
        number = light_house.decision(title="Ein <b>Titel</b>")
        reader = light_house.sign_in("member")

        def citation() -> str:
            return unescape(re.search(r'<code id="citation">([^<]*)</code>', show(reader, number))[1])

        address = f"http://127.0.0.1:8000/decisions/{number}"
        assert citation() == f"Lenkungskreis: Ein <b>Titel</b>, {number} vom 09.02.2027, {address}"
        step(light_house, number, StepKind.WITHDRAWN, reason="Falsch war es.")
        assert (
            citation()
            == f"Lenkungskreis: Ein <b>Titel</b>, {number} vom 09.02.2027 (zurückgenommen), {address}"
        )


def test_what_replaced_it_and_what_it_replaced_are_linked(light_house: House, reader: FlaskClient) -> None:
    old = light_house.decision(title="Alte")
    new = light_house.decision(title="Neue", supersedes_id=1)
    page = show(reader, old)
    assert "Diese Entscheidung ist abgelöst" in page
    assert f"/decisions/{new}" in links(page)
    assert f"abgelöst durch {new}" in section(page, "Verlauf")
    assert f"/decisions/{old}" in links(show(reader, new))


def test_a_withdrawn_decision_says_so_with_the_reason(light_house: House, reader: FlaskClient) -> None:
    other, number = light_house.decision(), light_house.decision()
    step(light_house, number, StepKind.WITHDRAWN, reason=f"Siehe <b>{other}</b>.")
    page = show(reader, number)
    assert "Diese Entscheidung ist zurückgenommen" in page
    assert f'&lt;b&gt;<a href="/decisions/{other}">{other}</a>&lt;/b&gt;' in page
    assert re.search(r"freigegeben .* zurückgenommen", section(page, "Verlauf"))


def test_a_group_s_decision_that_was_opened_says_for_whom_it_is(light_house: House) -> None:
    number = light_house.decision("fallgruppe")
    counsellor, member = light_house.sign_in("counsellor"), light_house.sign_in("member")
    assert "das Gremium" in section(show(counsellor, number), "Angaben")
    assert member.get(f"/decisions/{number}").status_code == 404
    step(light_house, number, StepKind.SHARED)
    assert "die Mitglieder aller Gremien" in section(show(member, number), "Angaben")


def test_agenda_item_and_problem_group_are_linked_for_those_who_may_see_them(light_house: House) -> None:
    meeting = light_house.meeting(days=3)
    with light_house.rows() as rows:
        person = rows.scalars(sa.select(Person).where(Person.email == "counsellor@example.org")).one()
        group = rows.scalars(sa.select(Committee).where(Committee.slug == "fallgruppe")).one()
        item = AgendaItem(meeting_id=meeting, title="Innerer Punkt")
        pattern = ProblemGroup(committee=group, title="Inneres Muster", text="Text", described_by=person)
        rows.add_all([item, pattern])
        rows.commit()
        columns = {"meeting_id": meeting, "agenda_item_id": item.id, "problem_group_id": pattern.id}
    number = light_house.decision(**columns)
    expected = {"member": (True, True), "counsellor": (False, True), "outsider": (False, False)}
    for name, (sees_item, sees_group) in expected.items():
        page = show(light_house.sign_in(name), number)
        assert ("Innerer Punkt" in page, "Inneres Muster" in page) == (sees_item, sees_group), name
        assert (f"/meetings/{meeting}" in page) is sees_item, name


def test_neighbours_are_those_that_the_reader_may_see(light_house: House) -> None:
    first, hidden, last = (
        light_house.decision(slug) for slug in ("lenkungskreis", "fallgruppe", "lenkungskreis")
    )
    for name, older in (("member", first), ("chair", hidden)):
        page = show(light_house.sign_in(name), last)
        assert re.search(r'rel="prev" href="([^"]+)"', page)[1] == f"/decisions/{older}"
        assert 'rel="next"' not in page
    page = show(light_house.sign_in("member"), first)
    assert re.search(r'rel="next" href="([^"]+)"', page)[1] == f"/decisions/{last}"
    assert 'rel="prev"' not in page


def test_numbers_in_a_text_are_links_once_and_only_for_those_who_may_follow(light_house: House) -> None:
    cited, hidden = light_house.decision(), light_house.decision("fallgruppe")
    text = f"Wie {cited} und [dort, {cited}](http://example.org/{cited}), `{cited}`, {hidden}, LK-1999-001, F-2026-014."
    number = light_house.decision(arguments=text, outcome=f"Nach {cited.lower()}", conditions=f"{cited}: ja")
    page = show(light_house.sign_in("member"), number)
    content = (
        page.partition("<h2>Ergebnis")[2].partition("</section>\n{}")[0].partition('<nav class="pager"')[0]
    )
    assert content.count(f'<a href="/decisions/{cited}">') == 4
    assert f'http://example.org/{cited}" rel' in content
    for unknown in (hidden, "LK-1999-001", "F-2026-014"):
        assert f"/decisions/{unknown}" not in page
        assert unknown in page
    assert f'<a href="/decisions/{hidden}">' in show(light_house.sign_in("chair"), number)


def test_a_decision_names_what_cites_it(light_house: House, reader: FlaskClient) -> None:
    cited = light_house.decision(title="Grundsatz", arguments="Selbst LK-2026-001")
    assert "Wird zitiert von" not in show(reader, cited)
    citing = light_house.decision(title="Folge", arguments=f"Nach {cited.replace('-', chr(0x2011))} gilt.")
    light_house.decision("fallgruppe", title="Verborgen", outcome=f"Wie {cited}")
    assert section(show(reader, cited), "Wird zitiert von") == f"{citing} Folge"
    assert "Verborgen" in section(show(light_house.sign_in("chair"), cited), "Wird zitiert von")


def test_many_that_cite_it_take_no_more_questions_than_one(light_house: House, reader: FlaskClient) -> None:
    cited = light_house.decision()

    def questions() -> int:
        light_house.decision(arguments=f"Nach {cited} gilt.", topics=["Thema"])
        asked: list[str] = []
        with light_house.listening("before_cursor_execute", lambda *event: asked.append(event[2])):
            assert "Wird zitiert von" in show(reader, cited)
        return len(asked)

    assert len({questions() for _ in range(3)}) == 1


def write_minutes(house: House, days: int, text: str, slug: str = "lenkungskreis") -> str:
    """Minutes of a past meeting, approved; returns their address."""
    secretary = house.sign_in("secretary")
    page = f"/meetings/{house.meeting(slug, days=days)}/minutes/new"
    minutes = submit(secretary, page, text=text).location.split("/")[2]
    assert approve_minutes(secretary, minutes).status_code == 302
    return f"/minutes/{minutes}"


def test_approved_minutes_that_name_a_decision_cite_it(light_house: House, reader: FlaskClient) -> None:
    cited = light_house.decision()
    approved = write_minutes(light_house, -3, f"# TOP 1 Bericht\n\nEs bleibt bei {cited}.")
    other = write_minutes(light_house, -5, "# TOP 1 Bericht\n\nNichts.")
    assert approved in links(show(reader, cited))
    assert other not in links(show(reader, cited))
    assert f'bei <a href="/decisions/{cited}">{cited}</a>.' in reader.get(approved).text
    assert approved not in links(show(light_house.sign_in("outsider"), cited))


def test_a_decision_named_in_an_internal_passage_is_cited_for_the_committee_only(light_house: House) -> None:
    cited = light_house.decision()
    inside = f"# TOP 1 Bericht\n\nOffen.\n\n:::intern\nWie {cited}.\n:::\n"
    minutes = write_minutes(light_house, -3, inside)
    chair, outsider = light_house.sign_in("chair"), light_house.sign_in("outsider")
    assert submit(chair, f"{minutes}/share").status_code == 302
    assert outsider.get(minutes).status_code == 200
    assert minutes in links(show(chair, cited))
    assert minutes not in links(show(outsider, cited))


def test_corrected_minutes_cite_in_their_newest_edition_only(light_house: House, reader: FlaskClient) -> None:
    cited = light_house.decision()
    first = write_minutes(light_house, -3, f"# TOP 1 Bericht\n\nEs bleibt bei {cited}.")
    secretary = light_house.sign_in("secretary")
    second = submit(secretary, f"{first}/editions/new", reason="Tippfehler").location.split("/")[2]
    approve_minutes(secretary, second)
    found = [one for one in links(show(reader, cited)) if one.startswith("/minutes/")]
    assert found == [f"/minutes/{second}"]


@given(st.text(alphabet="LKlk-\u2011\u20132027001Ö _.x", max_size=60))
def test_a_number_is_read_the_same_alone_and_in_a_text(text: str) -> None:
    for number in numbers_in(text):
        assert number_in(number) == number
        assert re.fullmatch(r"[A-ZÖ][A-ZÖ0-9]{0,7}-\d{4}-\d{3,6}", number)
    assert numbers_in(f"({text.strip()})")[:1] == numbers_in(text)[:1]


@given(st.text(alphabet="<>\"'a &/=b", max_size=40))
def test_cutting_a_text_into_tags_loses_nothing(text: str) -> None:
    assert "".join(TAG.split(escape(text))) == escape(text)
    tag = Markup('<a href="{}">').format(text)
    assert TAG.split(tag) == ["", str(tag), ""]


def test_the_reading_list_is_one_s_own(light_house: House, reader: FlaskClient) -> None:
    first, second = light_house.decision(title="Erste"), light_house.decision(title="Zweite")
    for number in (first, second, second):
        if "Auf die Leseliste" in show(reader, number):
            submit(reader, f"/decisions/{number}", f"/decisions/{number}/keep")
    numbers = re.compile(r'<span class="number">([^<]+)</span>')
    assert numbers.findall(reader.get("/reading-list").text) == [second, first]
    assert "Meine Leseliste" in reader.get("/").text
    chair = light_house.sign_in("chair")
    assert numbers.findall(chair.get("/reading-list").text) == []
    assert "Meine Leseliste" not in chair.get("/").text
    answer = submit(reader, "/reading-list", f"/decisions/{first}/drop")
    assert answer.location == "/reading-list"
    assert numbers.findall(reader.get("/reading-list").text) == [second]
    submit(reader, f"/decisions/{second}", f"/decisions/{second}/drop")
    assert "Noch steht hier nichts" in reader.get("/reading-list").text


def test_keeping_twice_from_two_windows_keeps_it_once(house: House) -> None:
    number, reader = house.decision(), house.sign_in("member")
    page = f"/decisions/{number}"
    form = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', show(reader, number))[1]}
    for action in ("keep", "keep", "drop", "drop"):
        assert reader.post(f"{page}/{action}", data=form).status_code == 302


def test_nothing_is_cited_by_a_draft(light_house: House, reader: FlaskClient) -> None:
    cited = light_house.decision()
    light_house.decision(released=False, arguments=f"Wie {cited}")
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Citation)).all() == []


@pytest.mark.drill
def test_the_citation_is_copied_by_one_click_and_selected_without_javascript(
    browser: Browser, light_house: House
) -> None:
    number = light_house.decision()
    environment = light_house.environment | {"PORTAL_PASSWORD": "x"}
    with Serving(environment) as serving:
        for scripted in (True, False):
            context = browser.new_context(
                permissions=["clipboard-read", "clipboard-write"], java_script_enabled=scripted
            )
            page = context.new_page()
            page.goto(f"{serving.url}/login?next=/decisions/{number}")
            page.get_by_label("E-Mail-Adresse").fill("member@example.org")
            page.get_by_label("Passwort").fill("ein langer Satz für die Tests")
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/decisions/{number}")
            button = page.get_by_role("button", name="Kopieren")
            if scripted:
                button.click()
                expect(page.get_by_role("button", name="Kopiert")).to_be_visible()
                copied = page.evaluate("navigator.clipboard.readText()")
                assert copied == page.locator("#citation").text_content()
            else:
                expect(button).to_be_hidden()
                expect(page.locator("#citation")).to_contain_text(number)
            context.close()
