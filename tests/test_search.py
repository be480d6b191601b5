"""The index: the same answer on both engines, whatever is typed; and it never loses or invents a row."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, make_house
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from servers import Postgres
from smtp import work

from minutes import search
from minutes.search_excerpt import excerpt
from minutes.search_spelling import suggestion
from minutes.stems import stems

WORDS = [
    "Aufenthaltserlaubnis", "Duldung", "Straße", "Ausländer", "für", "AND", "OR", "NOT", "NEAR", "stems", "scope",
    "programme", "c1", "y2027", "25b", "2027", "LK", "Prüfung", "Prüfungen", "İzmir", "Ａ", "ﬁnden", "ß", "é", "e",
    "Ⅷ", "½", "ⅷ", "𝔞", "ǅ", "مرحبا", "東京", "ⓐ", "٣", "a\u0308", "\u00ad", "\u200d", "😀", "c9", "t1",
    "Erlaubnis", "geduldet", "AufenthG", "der", "-", "-Duldung", '"in der Regel"', '"der Prüfungen', '-"AND OR"',
    "LK-2026-003", "2026-7", "25 V AufenthG", "Art. 8 EMRK", "Erlaubnsi", ":c1", "+erlaubnis", "a_b", "§25/gg",
]  # fmt: skip
SYNTAX = [
    '"',
    "'",
    "„",
    "“",
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
START = datetime(2021, 1, 31, 12, tzinfo=UTC)
APART = timedelta(days=61)
"""Between two decisions, so that the first one is older than all the months that PostgreSQL is asked for by itself."""
TEXTS = [
    "Aufenthaltserlaubnisse für Ausländer", "Duldung AND OR NOT NEAR", "Die Straße der Prüfungen", "scope stems c1",
    "programme y2027 t1", "25b 2027 LK", "İzmir ﬁnden ß e é", "Ⅷ ½ 𝔞 ǅ", "مرحبا 東京 ⓐ ٣",
    "Ausla\u0308nder Auf\u00adenthalt",
    "Ermessensduldung nach § 25 Abs. 5 AufenthG in der Regel", "Art. 8 EMRK und Arbeitserlaubnis, Arbeitserlaubnis",
    "x" * 5000, "\u0345\u0345 😀😀", "' & | ! :c1 :programme \\", "a" * 63 + "b", "a" * 64 + "c",
]  # fmt: skip


@pytest.fixture(scope="module")
def engines(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, templates: dict[str, str]
) -> Iterator[list[House]]:
    """The same decisions on both engines, over more than two years; one of them is superseded."""
    makers = [make_house(tmp_path_factory.mktemp("engine"), templates, server) for server in (None, postgres)]
    houses = [next(maker) for maker in makers]
    for house in houses:
        for position, text in enumerate(TEXTS):
            with time_machine.travel(START + position * APART, tick=False):
                house.decision(
                    ("lenkungskreis", "fallgruppe")[position % 2],
                    arguments=text,
                    topics=[f"Thema {position % 3}"],
                    title=("Titel", "Duldung in der Regel", "Erlaubnis")[position % 3],
                    legal_bases=[("§ 25 Abs. 5 AufenthG", "Art. 8 EMRK")[position % 2]],
                    supersedes_id=9 if position == 10 else None,
                )
    yield houses
    for maker in makers:
        next(maker, None)


Answer = tuple[list[int], int, dict[str, int], frozenset[str], str]


def answers(
    house: House, query: str, rights: list[str], narrow: list[str], order: str = "newest", cap: int = 2000
) -> Answer:
    """Positions in their order, how many, what else could be filtered by, what is uncounted, and what was meant."""
    first = search.first_key(START)
    with house.rows(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "COUNT_CAP", cap)
        found = search.find(query, rights, narrow, limit=50, order=order)
        meant = "" if found.keys else suggestion(search.read(query), rights, narrow)
        positions = [(key - first) // (APART.days * search.DAY) for key in found.keys]
        return positions, found.count, found.counts, found.capped, meant


@SETTINGS
@given(
    query=st.one_of(PHRASES, GLUED, st.text(max_size=60), st.text(alphabet=st.characters(), max_size=60)),
    rights=st.sampled_from([["c1", "programme"], ["c2"], ["programme"], ["c1", "c2", "programme"], []]),
    narrow=st.sampled_from(
        [[], ["c1"], ["c0"], ["t1"], ["c2", "t2"], ["p1"], ["rgranted"], ["y2020"], ["y2022"]]
    ),
    order=st.sampled_from(["newest", "best"]),
    cap=st.sampled_from([2000, 4]),
)
@example(query='"', rights=["c1"], narrow=[], order="newest", cap=2000)
@example(query="\x00", rights=["c1"], narrow=[], order="best", cap=4)
@example(query="a" * 10_000, rights=["c1"], narrow=[], order="best", cap=4)
@example(query="'" * 10_000, rights=["c1"], narrow=[], order="newest", cap=2000)
@example(query="Duldung " * 1_250, rights=["c2"], narrow=[], order="best", cap=4)
@example(query="", rights=["c1", "c2"], narrow=[], order="best", cap=4)
@example(query="Duldung", rights=["c1", "c2"], narrow=[], order="best", cap=2000)
def test_both_engines_give_the_same_decisions_in_the_same_order(
    engines: list[House], query: str, rights: list[str], narrow: list[str], order: str, cap: int
) -> None:
    first, second = (answers(house, query, rights, narrow, order, cap) for house in engines)
    assert first == second
    newest = sorted(answers(engines[0], query, rights, narrow)[0], reverse=True)
    if order == "newest":
        assert first[0] == newest
    else:
        assert set(first[0]) == set(newest[:cap])
    assert first[1] == min(len(newest), cap + 1)


@SETTINGS
@given(query=st.one_of(PHRASES, GLUED))
def test_no_query_shows_more_than_the_rights_allow(engines: list[House], query: str) -> None:
    everything = set(answers(engines[0], query, ["c1", "c2", "programme"], [])[0])
    theirs = answers(engines[0], query, ["programme"], [])
    assert set(theirs[0]) == {key for key in everything if key % 2 == 0}
    assert set(theirs[2]) <= {
        "c1",
        "kresolution",
        "rgranted",
        "sreleased",
        "t1",
        "t2",
        "t3",
        "p1",
        "p2",
        "ssuperseded",
        *(f"y{year}" for year in range(2021, 2024)),
    }
    assert all(count <= len(theirs[0]) for count in theirs[2].values())


@SETTINGS
@given(word=st.sampled_from([word for text in TEXTS for word in text.split()]))
def test_every_word_of_a_text_finds_it(engines: list[House], word: str) -> None:
    expected = {position for position, text in enumerate(TEXTS) if word in text.split()}
    found = set(answers(engines[0], word, ["c1", "c2", "programme"], [])[0])
    assert not stems(word) or expected <= found


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
    shown = str(excerpt(text, search.read(query))).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in shown
    assert ">" not in shown


def test_the_count_stops_at_its_cap(light_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COUNT_CAP", 5)
    made = [light_house.decision() for _ in range(8)]
    reader = light_house.sign_in("member")
    assert "Mehr als 5 Entscheidungen" in reader.get("/decisions").text
    found = [number for number in reversed(made) if number in reader.get("/decisions").text]
    assert found == made[::-1]


def test_the_worker_leaves_nothing_waiting_that_every_search_would_read_through(house: House) -> None:
    house.decision(released=True)
    work(house)
    with house.rows() as rows:
        if rows.get_bind().dialect.name == "postgresql":
            assert rows.scalar(sa.text("SELECT gin_clean_pending_list('ix_decision_search_tokens')")) == 0
    assert "Eine Entscheidung" in house.sign_in("member").get("/decisions").text


def test_the_index_file_holds_no_second_copy_of_other_peoples_rights(
    engines: list[House], tmp_path: Path
) -> None:
    """Filters of a reader come from what that reader may see, and from nothing else."""
    for house in engines:
        with house.rows():
            assert search.filters(["programme"]) >= {"c1"}
            assert not search.filters(["programme"]) & {"c2"}
            assert search.filters([]) == set()
