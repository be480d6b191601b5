"""The index: the same answer on both engines, whatever is typed; and it never loses or invents a row."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from doors import House, make_house
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from servers import Postgres

from minutes import search

WORDS = [
    "Aufenthaltserlaubnis", "Duldung", "Straße", "Ausländer", "für", "AND", "OR", "NOT", "NEAR", "stems", "scope",
    "programme", "c1", "y2027", "25b", "2027", "LK", "Prüfung", "Prüfungen", "İzmir", "Ａ", "ﬁnden", "ß", "é", "e",
    "Ⅷ", "½", "ⅷ", "𝔞", "ǅ", "مرحبا", "東京", "ⓐ", "٣", "a\u0308", "\u00ad", "\u200d", "😀", "c9", "t1",
]  # fmt: skip
SYNTAX = [
    '"',
    "'",
    "*",
    "^",
    ":",
    "(",
    ")",
    "-",
    "+",
    "{",
    "}",
    "&",
    "|",
    "!",
    "<->",
    "\\",
    "§",
    "\x00",
    "\x1f",
    "%",
    "_",
    ";--",
]
PHRASES = st.lists(st.sampled_from(WORDS + SYNTAX), max_size=8).map(" ".join)
GLUED = st.lists(st.sampled_from(WORDS + SYNTAX), max_size=8).map("".join)
SETTINGS = settings(
    max_examples=150, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TEXTS = [
    "Aufenthaltserlaubnisse für Ausländer", "Duldung AND OR NOT NEAR", "Die Straße der Prüfungen", "scope stems c1",
    "programme y2027 t1", "25b 2027 LK", "İzmir ﬁnden ß e é", "Ⅷ ½ 𝔞 ǅ", "مرحبا 東京 ⓐ ٣",
    "Ausla\u0308nder Auf\u00adenthalt",
    "x" * 5000, "\u0345\u0345 😀😀", "' & | ! :c1 :programme \\", "a" * 63 + "b", "a" * 64 + "c",
]  # fmt: skip


@pytest.fixture(scope="module")
def engines(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, templates: dict[str, str]
) -> Iterator[list[House]]:
    """The same fifteen decisions on both engines."""
    makers = [make_house(tmp_path_factory.mktemp("engine"), templates, server) for server in (None, postgres)]
    houses = [next(maker) for maker in makers]
    for house in houses:
        for position, text in enumerate(TEXTS):
            house.decision(
                ("lenkungskreis", "fallgruppe")[position % 2],
                rationale=text,
                topics=[f"Thema {position % 3}"],
            )
    yield houses
    for maker in makers:
        next(maker, None)


def answers(house: House, query: str, rights: list[str], narrow: list[str]) -> tuple[list[int], int]:
    with house.rows():
        hits = search.search(query, rights, narrow, limit=50)
        return [key % search.DAY for key in hits.keys], hits.count


@SETTINGS
@given(
    query=st.one_of(PHRASES, GLUED, st.text(max_size=60), st.text(alphabet=st.characters(), max_size=60)),
    rights=st.sampled_from([["c1", "programme"], ["c2"], ["programme"], ["c1", "c2", "programme"], []]),
    narrow=st.sampled_from([[], ["c1"], ["c0"], ["t1"], ["c2", "t2"]]),
)
@example(query='"', rights=["c1"], narrow=[])
@example(query="\x00", rights=["c1"], narrow=[])
@example(query="a" * 10_000, rights=["c1"], narrow=[])
@example(query="'" * 10_000, rights=["c1"], narrow=[])
@example(query="Duldung " * 1_250, rights=["c2"], narrow=[])
def test_both_engines_give_the_same_decisions_in_the_same_order(
    engines: list[House], query: str, rights: list[str], narrow: list[str]
) -> None:
    first, second = (answers(house, query, rights, narrow) for house in engines)
    assert first == second
    assert first[1] == len(first[0])


@SETTINGS
@given(query=st.one_of(PHRASES, GLUED))
def test_no_query_shows_more_than_the_rights_allow(engines: list[House], query: str) -> None:
    everything = set(answers(engines[0], query, ["c1", "c2", "programme"], [])[0])
    theirs = set(answers(engines[0], query, ["programme"], [])[0])
    assert theirs == {key for key in everything if key % 2 == 0}


@SETTINGS
@given(word=st.sampled_from([word for text in TEXTS for word in text.split()]))
def test_every_word_of_a_text_finds_it(engines: list[House], word: str) -> None:
    expected = {position for position, text in enumerate(TEXTS) if word in text.split()}
    found = set(answers(engines[0], word, ["c1", "c2", "programme"], [])[0])
    assert not search.stems(word) or expected <= found


@pytest.fixture(scope="module")
def browsers(engines: list[House]) -> list[FlaskClient]:
    return [house.sign_in("secretary") for house in engines]


@settings(SETTINGS, max_examples=40)
@given(
    query=st.one_of(PHRASES, GLUED, st.text(max_size=40)), page=st.one_of(st.integers(), st.text(max_size=5))
)
@example(query="x" * 10_000, page=1)
@example(query="😀" * 2_000, page=10**30)
@example(query="LK-2027-001\x00", page="\x00")
def test_no_query_makes_the_page_fail(browsers: list[FlaskClient], query: str, page: object) -> None:
    given = {
        "q": query.encode("utf-8", "replace").decode(),
        "page": str(page).encode("utf-8", "replace").decode(),
    }
    for browser in browsers:
        assert browser.get("/decisions", query_string=given).status_code in {200, 302, 400}


@SETTINGS
@given(text=st.text(max_size=300), query=st.text(max_size=30))
def test_an_excerpt_is_always_escaped_text(text: str, query: str) -> None:
    excerpt = str(search.excerpt(text, query)).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in excerpt
    assert ">" not in excerpt


def test_the_count_stops_at_its_cap(light_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COUNT_CAP", 5)
    made = [light_house.decision() for _ in range(8)]
    reader = light_house.sign_in("member")
    assert "Mehr als 1.000 Entscheidungen" in reader.get("/decisions").text
    found = [number for number in reversed(made) if number in reader.get("/decisions").text]
    assert found == made[::-1]


def test_the_index_file_holds_no_second_copy_of_other_peoples_rights(
    engines: list[House], tmp_path: Path
) -> None:
    """Filters of a reader come from what that reader may see, and from nothing else."""
    for house in engines:
        with house.rows():
            assert search.filters(["programme"]) >= {"c1"}
            assert not search.filters(["programme"]) & {"c2"}
            assert search.filters([]) == set()
