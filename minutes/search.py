"""Searching the archive: the newest hits, how many of each kind there are, and the best of them first.

Rights and filters are words of the query like all others, so nothing is found, counted or weighed that the reader may
not see. Where there are more hits than `COUNT_CAP`, the newest ones are counted and weighed. Order and counts are made
here and not by an engine, so both engines give the same.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from minutes import search_engine as engine
from minutes.decision import DecisionState
from minutes.search_index import filters, index, is_indexed, next_key, reindex, remove
from minutes.search_query import Query, Term, beginning, read
from minutes.search_tokens import DAY, first_key, marked
from portal.database import database, session

COUNT_CAP = 2000
KINDS = "cyktprs"  # letters of the scopes by which hits are filtered
WHOLE_IN_TITLE, PART_IN_TITLE, WHOLE_IN_STRONG, PART_IN_STRONG, ELSEWHERE = 8, 6, 4, 3, 1
STANDS = f"s{DecisionState.RELEASED}"
NO_LONGER_VALID = 0.5
"""What the points of superseded and withdrawn decisions count."""


__all__ = [
    "COUNT_CAP", "DAY", "Found", "Hits", "Query", "beginning", "filters", "find", "first_key", "index", "is_indexed",
    "newest", "next_key", "read", "reindex", "remove", "search",
]  # fmt: skip


@dataclass(frozen=True)
class Hits:
    """Keys of one page of results in their order, and how many there are in all, counted up to a cap."""

    keys: list[int]
    count: int

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP


@dataclass(frozen=True)
class Found(Hits):
    """A page of results with the number of hits for each scope by which they could be filtered.

    A filter that is set does not narrow the numbers of its own kind: they tell what another choice would give.
    `capped` are the letters of those kinds of which only the newest hits were counted.
    """

    counts: dict[str, int]
    capped: frozenset[str]


def search(
    query: str,
    readable: Iterable[str],
    narrow: Iterable[str],
    *,
    offset: int = 0,
    limit: int = 25,
    order: str = "newest",
) -> Hits:
    """Find decisions.

    Args:
        query: what the reader typed; every word must occur. Syntax of the engines means nothing in it. Signs alone
            find nothing.
        readable: scope of which a row must have at least one: the reader's rights.
        narrow: scope that a row must all have: the filters.
        offset: how many hits to leave out.
        limit: how many to return.
        order: `newest`, or `best` of the newest `COUNT_CAP` hits.
    """
    asked, rights, chosen = read(query), sorted(set(readable)), list(narrow)
    keys = _newest(asked, rights, chosen, max(COUNT_CAP, offset + limit) + 1)
    count = min(len(keys), COUNT_CAP + 1)
    if order == "best":
        keys = _best_first(asked, keys[:COUNT_CAP])
    return Hits(keys[offset : offset + limit], count)


def newest(query: str, readable: Iterable[str], narrow: Iterable[str], limit: int) -> list[int]:
    """The keys of the newest hits, uncounted: quicker than `search` where few are wanted."""
    return _newest(read(query), sorted(set(readable)), list(narrow), limit)


def find(
    query: str,
    readable: Iterable[str],
    narrow: Sequence[str],
    *,
    offset: int = 0,
    limit: int = 25,
    order: str = "newest",
) -> Found:
    """Find decisions as `search` does, and count what could be filtered by."""
    asked, rights = read(query), sorted(set(readable))
    keys = _newest(asked, rights, narrow, max(COUNT_CAP, offset + limit) + 1)
    count, counts = min(len(keys), COUNT_CAP + 1), _counts(keys)
    capped = frozenset(KINDS if count > COUNT_CAP else ())
    # Of more hits than are counted, another choice would have no fewer: nothing is gained by counting those.
    for chosen in () if capped else narrow:
        kind = chosen[:1]
        others = _newest(asked, rights, [token for token in narrow if token != chosen], COUNT_CAP + 1)
        counts = {token: number for token, number in counts.items() if token[:1] != kind}
        counts |= {token: number for token, number in _counts(others).items() if token[:1] == kind}
        capped |= {kind} if len(others) > COUNT_CAP else set()
    if order == "best":
        keys = _best_first(asked, keys[:COUNT_CAP])
    return Found(keys[offset : offset + limit], count, counts, capped)


def _newest(query: Query, rights: list[str], narrow: Sequence[str], limit: int) -> list[int]:
    if not rights or (query.text.strip() and not query.terms):
        return []
    return engine.newest(_match(query, rights, narrow), _span(narrow), limit)


def _match(query: Query, rights: list[str], narrow: Sequence[str]) -> str:
    """The query in the engine's words."""
    scope = [engine.any_of(engine.quoted(marked(right)) for right in rights)]
    scope += [engine.quoted(marked(token)) for token in narrow]
    wanted = engine.all_of([*map(_term, query.wanted), *scope])
    return engine.but_not(wanted, engine.any_of(map(_term, query.excluded))) if query.excluded else wanted


def _term(term: Term) -> str:
    return engine.any_of(engine.all_of(map(engine.quoted, choice)) for choice in term.choices)


def _span(narrow: Sequence[str]) -> tuple[int, int]:
    """The first and the last key that decisions of the wanted year can have; a day more, for years are local."""
    year = next((int(token[1:]) for token in narrow if token.startswith("y")), None)
    if year is None:
        return 0, 2**62
    first, following = (datetime(each, 1, 1, tzinfo=UTC) for each in (year, year + 1))
    return first_key(first - timedelta(days=1)), first_key(following + timedelta(days=1))


def _counts(keys: Sequence[int]) -> dict[str, int]:
    """How many of the newest of these hits each scope has."""
    together = "group_concat(scope, ' ')" if database().dialect == "sqlite" else "string_agg(scope, ' ')"
    ((scopes,),) = _rows(f"SELECT {together} FROM archive_card", keys[:COUNT_CAP])  # noqa: S608
    return dict(Counter((scopes or "").split()))


def _rows(statement: str, keys: Sequence[int], condition: str = "TRUE") -> Sequence[Any]:
    """Rows of a statement for these hits; their keys are given as one value, for thousands take long to bind."""
    if database().dialect == "sqlite":
        chosen, given = "(SELECT value FROM json_each(:keys))", str(list(keys))
    else:
        chosen, given = "(SELECT unnest(CAST(:keys AS bigint[])))", f"{{{','.join(map(str, keys))}}}"
    return session.execute(
        sa.text(f"{statement} WHERE key IN {chosen} AND {condition}"), {"keys": given}
    ).all()


def _best_first(query: Query, keys: Sequence[int]) -> list[int]:
    """Hits by points, and among equals newest first.

    A term gives the more points, the more prominent its place, and the rarer such a place is among these hits.
    """
    rows = [
        (key, words, words.find("|")) for key, words in _rows("SELECT key, words FROM archive_weight", keys)
    ]
    points = dict.fromkeys(keys, 0.0)
    for term in query.wanted:
        forms = [(f" {stem} ", f" +{stem} ") for stem in term.weighed]
        levels = [_level(forms, words, bar) for _key, words, bar in rows]
        prominent = len(levels) - levels.count(ELSEWHERE)
        weight = 1 + math.log2((1 + len(levels)) / (1 + prominent))
        for (key, _words, _bar), level in zip(rows, levels, strict=True):
            points[key] += weight * level
    for (key,) in _rows("SELECT key FROM archive_card", keys, f"scope NOT LIKE '%{STANDS}%'"):
        points[key] *= NO_LONGER_VALID
    return sorted(points, key=lambda key: (points[key], key), reverse=True)


def _level(forms: Iterable[tuple[str, str]], words: str, bar: int) -> int:
    """How prominent the place of a term is, given as whole words and as parts; what stands before the bar is the title."""
    best = ELSEWHERE
    for whole_word, part in forms:
        whole = words.find(whole_word)
        if 0 <= whole < bar:
            return WHOLE_IN_TITLE
        at = words.find(part)
        if 0 <= at < bar:
            best = PART_IN_TITLE
        elif whole >= 0:
            best = max(best, WHOLE_IN_STRONG)
        elif at >= 0:
            best = max(best, PART_IN_STRONG)
    return best
