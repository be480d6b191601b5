"""The full-text index of the archive: one German analyser, two engines, newest first by key.

Each released decision is one row: its key (day·10⁶ + n), the stems of its words, and its scope — tokens for committee, audience,
year and topics. Rights and filters are words of the query, so the index alone answers, whatever the archive's size.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup, escape

from minutes.decision import Audience, Decision
from portal.database import database, serialise, session

TABLE = "decision_search"
QUERY_LENGTH = 200
QUERY_WORDS = 16
COUNT_CAP = 1000
DAY = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Hits:
    """Keys of one page of results, newest first, and how many there are in all, counted up to a cap."""

    keys: list[int]
    count: int

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP


def stems(text: str) -> list[str]:
    """The words of a text, as the index knows them: lower case, German stems, in order."""
    return [_stem(word) for word in WORD.findall(unicodedata.normalize("NFKC", text).lower())]


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("german")


def next_key(moment: datetime) -> int:
    """The key of a decision released at that moment, after all others of the day; serialised until the commit."""
    serialise("archive")
    first = (moment - EPOCH) // timedelta(days=1) * DAY
    last = session.scalar(
        sa.select(sa.func.max(Decision.archive_key)).where(Decision.archive_key.between(first, first + DAY - 1))
    )
    return first if last is None else last + 1


def index(decision: Decision) -> None:
    """Put a released decision into the index, in the current transaction."""
    insert_rows([index_row(decision)])


def index_row(decision: Decision) -> dict[str, Any]:
    words = [
        decision.number or "",
        decision.title,
        decision.outcome,
        decision.rationale,
        *(row.reference for row in decision.legal_bases),
        *(topic.name for topic in decision.topics),
    ]
    scope = [f"c{decision.committee_id}", f"y{decision.year}", *(f"t{topic.id}" for topic in decision.topics)]
    if decision.audience is Audience.PROGRAMME:
        scope.append("programme")
    return {"key": decision.archive_key, "stems": " ".join(stems("\n".join(words))), "scope": " ".join(scope)}


def insert_rows(rows: list[dict[str, Any]]) -> None:
    """Add rows of key, stems and scope to the index of this engine."""
    if database().dialect == "sqlite":
        statement = f"INSERT INTO {TABLE} (rowid, stems, scope) VALUES (:key, :stems, :scope)"  # noqa: S608
    else:
        statement = (
            f"INSERT INTO {TABLE} (key, words) VALUES (:key,"  # noqa: S608
            " array_to_tsvector(string_to_array(:stems, ' ') || string_to_array(:marked, ' ')))"
        )
        rows = [
            {
                "key": row["key"],
                "stems": " ".join(dict.fromkeys(row["stems"].split())),
                "marked": _marked(row["scope"]),
            }
            for row in rows
        ]
    session.execute(sa.text(statement), rows)


def search(
    query: str, readable: Iterable[str], narrow: Iterable[str], *, offset: int = 0, limit: int = 25
) -> Hits:
    """Find decisions, newest first.

    Args:
        query: what the reader typed; every word must occur. Syntax of the engines means nothing in it.
        readable: scope tokens of which a row must have at least one: the reader's rights.
        narrow: scope tokens that a row must all have: the filters.
        offset: how many hits to leave out.
        limit: how many to return.
    """
    words = list(dict.fromkeys(stems(query[:QUERY_LENGTH])))[:QUERY_WORDS]
    rights = sorted(set(readable))
    if not rights:
        return Hits([], 0)
    if database().dialect == "sqlite":
        key, match = "rowid", f"{TABLE} MATCH :match"
        match_value = _fts5(words, rights, list(narrow))
    else:
        key, match = "key", "words @@ CAST(:match AS tsquery)"
        match_value = _tsquery(words, rights, list(narrow))
    page = f"SELECT {key} FROM {TABLE} WHERE {match} ORDER BY {key} DESC LIMIT :limit OFFSET :offset"  # noqa: S608
    total = f"SELECT count(*) FROM (SELECT {key} FROM {TABLE} WHERE {match} LIMIT :cap) AS hits"  # noqa: S608
    found = session.scalars(sa.text(page), {"match": match_value, "limit": limit, "offset": offset})
    count = session.scalar(sa.text(total), {"match": match_value, "cap": COUNT_CAP + 1})
    return Hits(list(found), count or 0)


def excerpt(text: str, query: str, around: int = 120) -> Markup:
    """The first passage of a text that holds a word of the query, with all such words marked."""
    wanted = set(stems(query[:QUERY_LENGTH]))
    matches = [match for match in WORD.finditer(text) if _stem(_plain(match.group())) in wanted]
    start = max(0, matches[0].start() - around) if matches else 0
    end = min(len(text), (matches[0].end() + around) if matches else 2 * around)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = text.find(" ", end) if text.find(" ", end) != -1 else len(text)
    parts, position = [Markup("… ") if start else Markup()], start
    for match in matches:
        if match.end() <= end:
            parts += [escape(text[position : match.start()]), Markup("<mark>{}</mark>").format(match.group())]
            position = match.end()
    parts += [escape(text[position:end]), Markup(" …") if end < len(text) else Markup()]
    return Markup().join(parts)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).lower()


def _fts5(words: list[str], rights: list[str], narrow: list[str]) -> str:
    parts = [f"scope : ({' OR '.join(map(_quoted, rights))})"]
    parts += [f"scope : {_quoted(token)}" for token in narrow]
    parts += [f"stems : {_quoted(word)}" for word in words]
    return " AND ".join(f"({part})" for part in parts)


def _quoted(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


def _tsquery(words: list[str], rights: list[str], narrow: list[str]) -> str:
    parts = ["(" + " | ".join(_lexeme(f":{token}") for token in rights) + ")"]
    parts += [_lexeme(f":{token}") for token in narrow]
    parts += [_lexeme(word) for word in words]
    return " & ".join(parts)


def _lexeme(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _marked(scope: str) -> str:
    """Scope tokens with a mark that no stem can bear, since both share one column there."""
    return " ".join(f":{token}" for token in scope.split())
