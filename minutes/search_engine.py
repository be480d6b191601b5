"""The two engines of the archive's index, each in its own words: FTS5 on SQLite, tsvector on PostgreSQL.

A row is a key and a set of words; a query is made of words with "and", "or" and "not". Nothing else of either engine is
used, no positions, ranks, prefixes or stemming of theirs: so both give the same rows.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa

from minutes.search_tokens import day_of, marked, month
from portal.database import database, session

TABLE = "decision_search"
COLUMN = {"sqlite": "rowid", "postgresql": "key"}
KEY = {"sqlite": "-:key", "postgresql": ":key"}
"""What stands in that column: FTS5 walks its rows upwards twice as quickly as downwards, so the newest is the first."""
VALUE = {"sqlite": ":tokens", "postgresql": "array_to_tsvector(string_to_array(:tokens, ' '))"}
CONDITION = {"sqlite": f"{TABLE} MATCH :match", "postgresql": "tokens @@ CAST(:match AS tsquery)"}
WORDS = {"sqlite": "tokens", "postgresql": "array_to_string(tsvector_to_array(tokens), ' ')"}
FOUND = {
    "sqlite": f"SELECT group_concat(-rowid) FROM (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH :match"  # noqa: S608
    " AND rowid BETWEEN -:last AND -:first ORDER BY rowid LIMIT :limit)",
    # PostgreSQL would walk along the keys and read the words of every row, so its key is hidden in a sum.
    "postgresql": f"SELECT string_agg(CAST(hit AS text), ',') FROM (SELECT key + 0 AS hit FROM {TABLE}"  # noqa: S608
    " WHERE tokens @@ CAST(:match AS tsquery) AND key + 0 BETWEEN :first AND :last"
    " ORDER BY key + 0 DESC LIMIT :limit) AS newest",
}
AND = {"sqlite": " AND ", "postgresql": " & "}
OR = {"sqlite": " OR ", "postgresql": " | "}
NOT = {"sqlite": " NOT ", "postgresql": " & !"}
STEPS = (1, 5, 24)
"""Months that PostgreSQL is asked for one after the other: it knows no order, and all hits may be a million."""


def quoted(word: str) -> str:
    """A word inside a query, where none of its signs means anything."""
    if database().dialect == "sqlite":
        return '"' + word.replace('"', '""') + '"'
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def all_of(parts: Iterable[str]) -> str:
    return f"({AND[database().dialect].join(parts)})"


def any_of(parts: Iterable[str]) -> str:
    return f"({OR[database().dialect].join(parts)})"


def but_not(wanted: str, unwanted: str) -> str:
    return f"({wanted}{NOT[database().dialect]}{unwanted})"


def insert(rows: list[dict[str, int | str | None]]) -> None:
    """Put rows of `key` and `tokens` into the index, quickest with the newest first."""
    engine = database().dialect
    statement = f"INSERT INTO {TABLE} ({COLUMN[engine]}, tokens) VALUES ({KEY[engine]}, {VALUE[engine]})"  # noqa: S608
    session.execute(sa.text(statement), rows)


def delete(key: int | None) -> None:
    engine = database().dialect
    statement = f"DELETE FROM {TABLE} WHERE {COLUMN[engine]} = {KEY[engine]}"  # noqa: S608
    session.execute(sa.text(statement), {"key": key})


def overwrite_deleted() -> None:
    """Leave nothing of what was deleted: FTS5 keeps its words until it happens to merge its parts."""
    if database().dialect == "sqlite":
        session.execute(sa.text(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')"))  # noqa: S608


def settle() -> int:
    """Let PostgreSQL put new rows where they belong in its index: every search reads through those that still wait."""
    if database().dialect == "postgresql":
        session.execute(sa.text(f"SELECT gin_clean_pending_list('ix_{TABLE}_tokens')"))
        session.commit()
    return 0


def tokens_of(key: int | None) -> list[str]:
    """The words of a row; none where there is no such row."""
    engine = database().dialect
    statement = f"SELECT {WORDS[engine]} FROM {TABLE} WHERE {COLUMN[engine]} = {KEY[engine]}"  # noqa: S608
    return str(session.scalar(sa.text(statement), {"key": key}) or "").split()


def is_found(match: str) -> bool:
    """Whether a query finds anything."""
    statement = f"SELECT 1 FROM {TABLE} WHERE {CONDITION[database().dialect]} LIMIT 1"  # noqa: S608
    return session.scalar(sa.text(statement), {"match": match}) is not None


def is_indexed(key: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a row of that key is in the index."""
    own: sa.ColumnClause[int] = sa.column(COLUMN[database().dialect])
    wanted = -key if database().dialect == "sqlite" else key
    return sa.select(own).select_from(sa.table(TABLE, own)).where(own == wanted).exists()


def newest(match: str, span: tuple[int, int], limit: int) -> list[int]:
    """The newest keys that a query finds, newest first.

    Args:
        match: the query.
        span: the first and the last key that are wanted.
        limit: how many at most.
    """
    if database().dialect == "sqlite":
        return _found(match, span, limit)
    found: list[int] = []
    for months in _steps(span):
        found += _found(all_of([match, months]), span, limit - len(found))
        if len(found) >= limit:
            return found
    return _found(match, span, limit)


def _found(match: str, span: tuple[int, int], limit: int) -> list[int]:
    """The newest keys of a query; they come as one text, for thousands of rows take longer to fetch than to find."""
    given = {"match": match, "first": span[0], "last": span[1], "limit": limit}
    keys = session.scalar(sa.text(FOUND[database().dialect]), given)
    return sorted(map(int, keys.split(",")), reverse=True) if keys else []


def _steps(span: tuple[int, int]) -> Iterator[str]:
    """Queries for the newest months, then for those before, from the newest row of the span backwards."""
    newest_key = sa.text(f"SELECT max(key) FROM {TABLE} WHERE key <= :last")  # noqa: S608
    key = session.scalar(newest_key, {"last": span[1]})
    if key is None:
        return
    months = _backwards(day_of(key))
    for count in STEPS:
        yield any_of(quoted(marked(month(next(months)))) for _ in range(count))


def _backwards(day: datetime) -> Iterator[datetime]:
    while True:
        yield day
        last = day.year * 12 + day.month - 2
        day = day.replace(year=last // 12, month=last % 12 + 1, day=1)
