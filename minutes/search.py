"""The full-text index of the archive: one German analyser, two engines, newest first by key.

Each released decision is one row: its key (day·10⁶ + n), the stems of its words, and its scope — tokens for
committee, audience, year and topics. Rights and filters are words of the query, so the index alone answers,
whatever the archive's size.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup, escape
from sqlalchemy.orm import Mapped, mapped_column

from minutes.decision import Audience, Decision
from minutes.stems import WORD, stems, stems_of
from portal.database import Base, database, serialise, session

TABLE = "decision_search"
QUERY_LENGTH = 200
QUERY_WORDS = 16
COUNT_CAP = 1000
DAY = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HEADING = re.compile(r"^#{1,6} +(.*\S) *$", re.MULTILINE)
MARKUP = re.compile(
    r"^[ \t]*(?:>|[-*+]|\d{1,9}[.)])[ \t]+|[*_~`]{1,3}|\]\([^)\s]{0,300}\)|[\[\]|]", re.MULTILINE
)


class ArchiveFilter(Base):
    """A scope token by which readers with a right can filter: the lists of the archive need no scan."""

    __tablename__ = "archive_filter"

    reader: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(20), primary_key=True)


@dataclass(frozen=True)
class Hits:
    """Keys of one page of results, newest first, and how many there are in all, counted up to a cap."""

    keys: list[int]
    count: int

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP


def first_key(moment: datetime) -> int:
    """The first key of that moment's day (UTC)."""
    return (moment - EPOCH) // timedelta(days=1) * DAY


def next_key(moment: datetime) -> int:
    """The key of a decision released at that moment, after all others of the day; serialised until the commit."""
    serialise("archive")
    first = first_key(moment)
    last = session.scalar(
        sa.select(sa.func.max(Decision.archive_key)).where(
            Decision.archive_key.between(first, first + DAY - 1)
        )
    )
    return first if last is None else last + 1


def index(decisions: Iterable[Decision]) -> None:
    """Put released decisions into the index, in the current transaction, which holds the keys' lock."""
    rows = [_index_row(decision) for decision in decisions]
    if database().dialect == "sqlite":
        statement = f"INSERT INTO {TABLE} (rowid, stems, scope) VALUES (:key, :stems, :scope)"  # noqa: S608
    else:
        statement = (
            f"INSERT INTO {TABLE} (key, words) VALUES (:key,"  # noqa: S608
            " array_to_tsvector(string_to_array(:stems, ' ') || string_to_array(:marked, ' ')))"
        )
    session.execute(sa.text(statement), rows)
    offered = {(reader, token) for row in rows for reader in row["readers"] for token in row["tokens"]}
    session.execute(
        sa.text("INSERT INTO archive_filter (reader, token) VALUES (:reader, :token) ON CONFLICT DO NOTHING"),
        [{"reader": reader, "token": token} for reader, token in sorted(offered)],
    )


def is_indexed() -> sa.ColumnElement[bool]:
    """Whether a decision stands in the index."""
    key: sa.ColumnClause[int] = sa.column("rowid" if database().dialect == "sqlite" else "key")
    return sa.select(key).select_from(sa.table(TABLE, key)).where(key == Decision.archive_key).exists()


def _index_row(decision: Decision) -> dict[str, Any]:
    readers = [f"c{decision.committee_id}"]
    if decision.audience is Audience.PROGRAMME:
        readers.append("programme")
    tokens = [
        f"c{decision.committee_id}",
        f"y{decision.year}",
        *(f"t{topic.id}" for topic in decision.topics),
    ]
    scope = list(dict.fromkeys(readers + tokens))
    texts = [decision.number or "", *decision.guarded_texts.values()]
    return {
        "key": decision.archive_key,
        "stems": " ".join(dict.fromkeys(stems("\n".join(texts)))),
        "scope": " ".join(scope),
        "marked": " ".join(map(_marked, scope)),
        "readers": readers,
        "tokens": tokens,
    }


def filters(rights: Iterable[str]) -> set[str]:
    """Scope tokens by which a reader with these rights would find something."""
    wanted = sa.select(ArchiveFilter.token).where(ArchiveFilter.reader.in_(list(rights)))
    return set(session.scalars(wanted.distinct()))


def search(
    query: str, readable: Iterable[str], narrow: Iterable[str], *, offset: int = 0, limit: int = 25
) -> Hits:
    """Find decisions, newest first.

    Args:
        query: what the reader typed; every word must occur. Syntax of the engines means nothing in it. Signs alone
            find nothing.
        readable: scope tokens of which a row must have at least one: the reader's rights.
        narrow: scope tokens that a row must all have: the filters.
        offset: how many hits to leave out.
        limit: how many to return.
    """
    words = list(dict.fromkeys(stems(beginning(query))))
    rights, filters = sorted(set(readable)), list(narrow)
    if not rights or (query.strip() and not words):
        return Hits([], 0)
    if database().dialect == "sqlite":
        key, match, value = "rowid", f"{TABLE} MATCH :match", _fts5(words, rights, filters)
    else:
        key, match, value = "key", "words @@ CAST(:match AS tsquery)", _tsquery(words, rights, filters)
    first, last = _span(filters)
    given = {"match": value, "first": first, "last": last}
    found = f"SELECT {key} FROM {TABLE} WHERE {match} AND {key} BETWEEN :first AND :last"  # noqa: S608
    # Few hits are fetched whole: asked for the newest, PostgreSQL would walk through all decisions to find them.
    keys = session.scalars(sa.text(f"{found} LIMIT :cap"), given | {"cap": COUNT_CAP + 1}).all()
    if len(keys) <= COUNT_CAP:
        return Hits(sorted(keys, reverse=True)[offset : offset + limit], len(keys))
    newest = sa.text(f"{found} ORDER BY {key} DESC LIMIT :limit OFFSET :offset")
    return Hits(list(session.scalars(newest, given | {"limit": limit, "offset": offset})), len(keys))


def _span(filters: list[str]) -> tuple[int, int]:
    """The first and the last key that decisions of the wanted year can have; a day more, for years are local."""
    year = next((int(token[1:]) for token in filters if token.startswith("y")), None)
    if year is None:
        return 0, 2**62
    first, following = (datetime(each, 1, 1, tzinfo=UTC) for each in (year, year + 1))
    return first_key(first - timedelta(days=1)), first_key(following + timedelta(days=1))


def beginning(query: str) -> str:
    """What is searched for: the first words of what was typed, whole ones."""
    if len(query) <= QUERY_LENGTH and len(query.split()) <= QUERY_WORDS:
        return query
    whole = query if len(query) <= QUERY_LENGTH else "".join(query[: QUERY_LENGTH + 1].rsplit(maxsplit=1)[:1])
    return " ".join(whole[:QUERY_LENGTH].split()[:QUERY_WORDS])


def excerpt(text: str, query: str, around: int = 120) -> Markup:
    """The first passage of a text that holds a word of the query, with all such words in it marked."""
    text = " ".join(MARKUP.sub("", HEADING.sub(r"\1:", text)).split())
    wanted = set(stems(beginning(query)))
    words = WORD.finditer(text) if wanted else iter(())
    hits = (match for match in words if not wanted.isdisjoint(stems_of(match.group())))
    first = next(hits, None)
    start = max(0, first.start() - around) if first else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = text.find(" ", first.end() + around if first else 2 * around)
    end = len(text) if end == -1 else end
    shown = [first] if first else []
    shown += itertools.takewhile(lambda match: match.end() <= end, hits)
    parts, position = [Markup("… ") if start else Markup()], start
    for match in shown:
        parts += [escape(text[position : match.start()]), Markup("<mark>{}</mark>").format(match.group())]
        position = match.end()
    parts += [escape(text[position:end]), Markup(" …") if end < len(text) else Markup()]
    return Markup().join(parts)


def _fts5(words: list[str], rights: list[str], narrow: list[str]) -> str:
    parts = [f"scope : ({' OR '.join(map(_quoted, rights))})"]
    parts += [f"scope : {_quoted(token)}" for token in narrow]
    parts += [f"stems : {_quoted(word)}" for word in words]
    return " AND ".join(f"({part})" for part in parts)


def _quoted(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


def _tsquery(words: list[str], rights: list[str], narrow: list[str]) -> str:
    parts = ["(" + " | ".join(_lexeme(_marked(token)) for token in rights) + ")"]
    parts += [_lexeme(_marked(token)) for token in narrow]
    parts += [_lexeme(word) for word in words]
    return " & ".join(parts)


def _lexeme(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _marked(token: str) -> str:
    """A scope token with a mark that no stem can bear, since both share one column on PostgreSQL."""
    return f":{token}"
