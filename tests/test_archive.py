"""The archive's page: finding, filtering, paging, citing."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine
from doors import House
from flask.testing import FlaskClient
from test_decision_export import withdraw

from minutes import search
from minutes.decision import Result


@pytest.fixture
def reader(house: House) -> FlaskClient:
    return house.sign_in("member")


def numbers(page: str) -> list[str]:
    """Numbers of the results of a page, in order."""
    return re.findall(r'<span class="number">([^<]+)</span>', page)


def status(page: str) -> str:
    return unescape(re.search(r'role="status">([^<]*)', page)[1]).strip()


def options(page: str, name: str) -> list[str]:
    select = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)[0]
    return [unescape(text) for text in re.findall(r">([^<]+)</option>", select)]


FORMS = [
    ("Aufenthaltserlaubnisse werden erteilt", "Aufenthaltserlaubnis"),
    ("Die Aufenthaltserlaubnis wird erteilt", "AUFENTHALTSERLAUBNISSE"),
    ("Ausländerinnen und Ausländer", "ausländer"),
    ("Ausla\u0308nder aus Su\u0308dtirol", "Ausländer Südtirol"),
    ("Ausländer aus Südtirol", "Ausla\u0308nder"),
    ("Die Straße ist gesperrt", "STRASSE"),
    ("Die Strasse ist gesperrt", "straße"),
    ("Prüfung fuer alle", "für alle"),
    ("Menschen aus İzmir", "izmir"),
    ("Ein Café", "cafe"),
    ("Nach § 25b AufenthG", "§25b AufenthG"),
    ("Nach § 60a Absatz 1 Satz 2", "§ 60a Satz 2"),
    ("Aufenthalts\u00aderlaubnis", "Aufenthaltserlaubnis"),
    ("Ｖｏｌｌｂｒｅｉｔ", "vollbreit"),
    ("Größe: 10 ㎡", "größe m2"),
    ("**Fett**e Regel", "fette"),
]


def test_words_are_found_in_all_their_forms(house: House, reader: FlaskClient) -> None:
    made = [(house.decision(arguments=written), typed) for written, typed in FORMS]
    for number, typed in made:
        page = reader.get("/decisions", query_string={"q": typed}).text
        assert number in numbers(page), typed
        assert len(numbers(page)) < 7
        assert "<mark>" in page, typed


def test_every_text_is_searched(house: House, reader: FlaskClient) -> None:
    house.decision()
    for field, word in (("title", "Zirkuszelt"), ("outcome", "Karussell"), ("arguments", "Riesenrad")):
        number = house.decision(**{field: word})
        assert numbers(reader.get(f"/decisions?q={word.upper()}").text) == [number]


def test_references_and_topics_are_searched(house: House, reader: FlaskClient) -> None:
    number = house.decision(legal_bases=["§ 104c AufenthG"], topics=["Wohnsitzauflage"])
    house.decision(legal_bases=["§ 25b AufenthG"])
    for typed in ("§ 104c", "104c AufenthG", "Wohnsitzauflagen"):
        assert numbers(reader.get("/decisions", query_string={"q": typed}).text) == [number]


def test_a_number_leads_to_its_decision(house: House, reader: FlaskClient) -> None:
    number = house.decision()
    for typed in (number, f" {number} ", number.lower()):
        assert reader.get("/decisions", query_string={"q": typed}).location == f"/decisions/{number}"


def test_an_unknown_number_finds_nothing(house: House, reader: FlaskClient) -> None:
    house.decision()
    assert numbers(reader.get("/decisions?q=LK-1999-001").text) == []
    for number in ("LK-1999-001", "LK-2027", "x%00y", "LK-2027-001%00", "%F0%9F%98%80", "a" * 3000, "new"):
        assert reader.get(f"/decisions/{number}").status_code == (400 if "%00" in number else 404)


def test_the_newest_stands_first(house: House, reader: FlaskClient) -> None:
    made = []
    for day in (5, 3, 9):
        with time_machine.travel(datetime(2027, 3, day, 12, tzinfo=UTC), tick=False):
            made += [house.decision(), house.decision()]
    with time_machine.travel(datetime(2027, 3, 10, tzinfo=UTC)):
        found = numbers(house.sign_in("member").get("/decisions").text)
    assert found == [made[5], made[4], made[1], made[0], made[3], made[2]]


def test_the_year_is_that_of_the_committees_clock(house: House) -> None:
    with time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), tick=False):
        number = house.decision()
        reader = house.sign_in("member")
        assert numbers(reader.get("/decisions?year=2027").text) == [number]
        assert numbers(reader.get("/decisions?year=2026").text) == []


def test_filters_narrow_together(house: House) -> None:
    for year, topic, text in [
        (2025, "Arbeit", "Birne"),
        (2026, "Arbeit", "Apfel"),
        (2026, "Wohnen", "Apfel"),
    ]:
        with time_machine.travel(datetime(year, 6, 1, tzinfo=UTC), tick=False):
            house.decision(topics=[topic], arguments=text)
            house.decision("fallgruppe", topics=[topic], arguments=text)
    reader = house.sign_in("chair")
    page = reader.get("/decisions").text
    assert options(page, "year") == ["alle", "2026 (4)", "2025 (2)"]
    assert options(page, "topic") == ["alle", "Arbeit (4)", "Wohnen (2)"]
    assert options(page, "committee") == ["alle", "Fallgruppe (3)", "Lenkungskreis (3)"]
    work = re.search(r'<option value="(\d+)">Arbeit', page)[1]
    query = {"q": "Äpfel", "year": "2026", "topic": work, "committee": "lenkungskreis"}
    assert numbers(reader.get("/decisions", query_string=query).text) == ["LK-2026-001"]
    for left_out, count in (("q", 1), ("year", 1), ("topic", 2), ("committee", 2)):
        rest = {name: value for name, value in query.items() if name != left_out}
        assert len(numbers(reader.get("/decisions", query_string=rest).text)) == count


def test_the_chosen_filters_stay_chosen(house: House, reader: FlaskClient) -> None:
    house.decision(topics=["Arbeit"])
    year = datetime.now(UTC).year
    page = reader.get(f"/decisions?year={year}&committee=lenkungskreis&q=Titel&topic=1").text
    chosen = ["Lenkungskreis (1)", f"{year} (1)", "Arbeit (1)"]
    assert re.findall(r"<option [^>]*selected>([^<]+)<", page) == chosen
    assert 'value="Titel"' in page


def test_every_filter_counts_what_another_choice_would_give(light_house: House) -> None:
    results = (Result.GRANTED, Result.GRANTED, Result.REFUSED)
    bases = ("§ 25b Abs. 1 AufenthG", "Art. 8 EMRK", "§ 25b AufenthG")
    for result, basis in zip(results, bases, strict=True):
        light_house.decision(result=result, legal_bases=[basis])
    light_house.decision(supersedes_id=1)
    reader = light_house.sign_in("member")
    page = reader.get("/decisions").text
    assert options(page, "result") == ["alle", "zugestimmt (3)", "abgelehnt (1)"]
    assert options(page, "law") == ["alle", "§ 25b AufenthG (2)", "Art. 8 EMRK (1)"]
    assert options(page, "state") == ["alle", "freigegeben (3)", "abgelöst (1)"]
    assert options(page, "type") == ["alle", "Beschluss des Gremiums (4)"]
    law = re.search(r'value="(\d+)">§ 25b', page)[1]
    page = reader.get(f"/decisions?law={law}").text
    assert options(page, "result") == ["alle", "zugestimmt (1)", "abgelehnt (1)"]
    assert options(page, "law") == ["alle", "§ 25b AufenthG (2)", "Art. 8 EMRK (1)"]
    page = reader.get(f"/decisions?law={law}&result=refused").text
    assert len(numbers(page)) == 1
    assert options(page, "result") == ["alle", "zugestimmt (1)", "abgelehnt (1)"]
    assert options(page, "law") == ["alle", "§ 25b AufenthG (1)"]


def test_each_filter_that_holds_can_be_taken_away(light_house: House) -> None:
    light_house.decision(topics=["Arbeit"])
    reader = light_house.sign_in("member")
    page = reader.get("/decisions?q=Titel&topic=1&type=resolution&sort=best").text
    links = [unescape(link) for link in re.findall(r'href="([^"]+)">entfernen', page)]
    assert links == ["/decisions?q=Titel&topic=1&sort=best", "/decisions?q=Titel&type=resolution&sort=best"]


def test_more_hits_than_are_counted_are_said_to_be_so(
    light_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COUNT_CAP", 5)
    for year in (2024, 2025):
        with time_machine.travel(datetime(year, 6, 1, tzinfo=UTC), tick=False):
            for _ in range(6):
                light_house.decision()
    reader = light_house.sign_in("member")
    page = reader.get("/decisions").text
    assert "Mehr als 5 Entscheidungen" in page
    assert "zählen die neuesten 5 Treffer" in page
    assert options(page, "year") == ["alle", "2025 (5)", "2024"]
    assert "Mehr als 5 Entscheidungen, die besten der" in reader.get("/decisions?sort=best").text
    assert len(numbers(page)) == 12


def test_the_best_stands_first(house: House, reader: FlaskClient) -> None:
    """In the title, then in the outcome, then in the arguments; what no longer holds comes after what does."""
    in_title = house.decision(title="Duldung")
    often = house.decision(arguments="Duldung, Duldung, Duldung")
    in_outcome = house.decision(outcome="Die Duldung wird erteilt.", arguments="Mit Duldung.")
    once = house.decision(arguments="Einmal eine Duldung")
    compound = house.decision(title="Ermessensduldung")
    old = house.decision(title="Duldung")
    house.decision(supersedes_id=6, title="Anderes", arguments="Anderes")
    found = numbers(reader.get("/decisions?q=Duldung&sort=best").text)
    assert found == [in_title, compound, old, in_outcome, often, once]
    assert numbers(reader.get("/decisions?q=Duldung").text) == [
        old,
        compound,
        once,
        in_outcome,
        often,
        in_title,
    ]


def test_of_two_words_the_one_that_is_rarer_in_titles_counts_more(light_house: House) -> None:
    rare = light_house.decision(title="Zirkus", arguments="Duldung")
    frequent = [light_house.decision(title="Duldung", arguments="Zirkus") for _ in range(2)]
    page = light_house.sign_in("member").get("/decisions?q=Duldung+Zirkus&sort=best").text
    assert numbers(page) == [rare, *reversed(frequent)]


NOTHING = [
    "year=1900", "year=x", "year=99999999999999999999", "year=-1", "topic=4711", "topic=x", "topic=1%00",
    "committee=unbekannt", "committee=%00", "committee=../", "year=%F0%9F%98%80", "q=%00%01", "q=%22%22",
    "type=x", "law=1", "law=x", "result=%25", "state=draft", "state=%00", "law=" + "9" * 5000,
    "q=" + "%20" * 300 + "%22", "topic=" + "9" * 5000,
]  # fmt: skip


def test_a_filter_that_does_not_exist_finds_nothing(house: House, reader: FlaskClient) -> None:
    house.decision(topics=["Arbeit"])
    for query in NOTHING:
        answer = reader.get(f"/decisions?{query}")
        assert answer.status_code == (400 if "%00" in query else 200), query
        assert numbers(answer.text) == [], query


def test_a_page_that_does_not_exist_leads_to_the_first(house: House, reader: FlaskClient) -> None:
    number = house.decision()
    for page in ("0", "-3", "x", "9" * 30, "7"):
        assert numbers(reader.get(f"/decisions?page={page}", follow_redirects=True).text) == [number]


def test_foreign_words_in_the_address_do_no_harm(light_house: House) -> None:
    for _ in range(26):
        light_house.decision()
    reader = light_house.sign_in("member")
    for name in ("endpoint", "_external", "_scheme", "_anchor", "_method", "number", "values"):
        answer = reader.get(f"/decisions?{name}=javascript&page=2")
        assert answer.status_code == 200, name
        assert "javascript" not in answer.text


def test_pages_join_without_gap_or_repetition(light_house: House) -> None:
    made = [light_house.decision(topics=["Arbeit"]) for _ in range(53)]
    reader, address, seen = light_house.sign_in("member"), "/decisions?q=Titel&topic=1", []
    while address:
        page = reader.get(address).text
        assert status(page) == "53 Entscheidungen, neueste zuerst"
        seen += numbers(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[1]) if following else ""
    assert seen == made[::-1]


def test_few_hits_are_counted(house: House, reader: FlaskClient) -> None:
    for words in ("Keine Entscheidung gefunden", "Eine Entscheidung", "2 Entscheidungen, neueste zuerst"):
        assert status(reader.get("/decisions").text) == words
        house.decision()


def test_too_long_a_query_is_cut_between_words_and_says_so(light_house: House) -> None:
    number, reader = light_house.decision(), light_house.sign_in("member")
    for typed in ("Titel " * 2000, "Titel " + "Grund " * 30, "Titel " + "x" * 10_000):
        page = reader.get("/decisions", query_string={"q": typed}).text
        assert "nur nach dem Anfang" in page
        assert numbers(page) == [number]


def test_a_single_endless_word_is_searched_as_far_as_it_goes(house: House, reader: FlaskClient) -> None:
    number = house.decision(arguments="x" * 5000)
    assert numbers(reader.get("/decisions", query_string={"q": "x" * 10_000}).text) == [number]


def test_the_excerpt_shows_the_place_and_marks_the_words(house: House, reader: FlaskClient) -> None:
    before, after = "vorne " * 60, " hinten" * 60
    house.decision(
        outcome="Kurz", arguments=f"### Gründe\n\n{before}die **Erlaubnisse**, zwei Erlaubnis{after}"
    )
    page = reader.get("/decisions?q=Erlaubnis").text
    excerpt = re.search(r"<p>(… vorne.*?)</p>", page)[1]
    assert excerpt.count("<mark>") == 2
    assert "die <mark>Erlaubnisse</mark>, zwei <mark>Erlaubnis</mark> hinten" in excerpt
    assert excerpt.endswith(" …")


def test_without_a_word_in_it_the_excerpt_begins_with_the_outcome(house: House, reader: FlaskClient) -> None:
    house.decision(title="Zirkus", outcome="So sei es.", arguments="### Gründe\n\n- Erstens\n- **Zweitens**")
    assert "<p>So sei es. Gründe: Erstens Zweitens</p>" in reader.get("/decisions?q=Zirkus").text


SCRIPT = "<script>alert(1)</script> <img src=x onerror=alert(2)> [x](javascript:alert(3))"


def test_a_script_in_a_text_is_only_words(house: House, reader: FlaskClient) -> None:
    number = house.decision(
        title=f"T {SCRIPT}", outcome=SCRIPT, arguments=f"alert {SCRIPT}", topics=["<b>fett</b>"]
    )
    for address in (
        "/decisions?q=alert",
        "/decisions?q=script+src",
        "/decisions",
        f"/decisions/{number}",
        "/",
    ):
        page = reader.get(address).text
        assert not re.search(
            r"<script>|<img src=x|onerror=alert\(2\)[^&]*>|href=\"javascript|<b>fett", page
        ), address


def test_a_query_with_markup_comes_back_as_words(house: House, reader: FlaskClient) -> None:
    page = reader.get("/decisions", query_string={"q": '"><script>alert(1)</script>', "year": '"><b>'}).text
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_a_decision_can_be_cited(house: House, reader: FlaskClient) -> None:
    number = house.decision(legal_bases=["§ 25b AufenthG"], topics=["Duldung"])
    page = reader.get(f"/decisions/{number.lower()}").text
    assert f"http://127.0.0.1:8000/decisions/{number}" in page
    assert re.search(r"<code>[0-9a-f]{64}</code>", page)
    assert "§ 25b AufenthG" in page


def test_the_start_page_lists_new_decisions_also_superseded_ones_but_none_withdrawn(
    house: House, reader: FlaskClient
) -> None:
    old = house.decision()
    new = house.decision(supersedes_id=1)
    gone = house.decision()
    withdraw(house, gone, "Irrtum")
    listed = reader.get("/decisions").text
    assert numbers(listed) == [gone, new, old]
    assert listed.count("zurückgenommen</span>") == 1
    page = reader.get("/").text
    assert numbers(page) == [new, old]
    assert "abgelöst" in page
