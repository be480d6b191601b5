"""The one German analyser of all searches: words as stems, without case, accents and signs that nobody sees."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

LONGEST_WORD = 64  # characters; PostgreSQL refuses lexemes of more than 2,046 bytes
# Accents, and signs that stand inside words without being seen: soft hyphens, joiners, marks of direction.
UNSEEN = "\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff"
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{UNSEEN}])*")
UNSEEN_SIGNS = re.compile(f"[{UNSEEN}]+")


def stems(text: str) -> list[str]:
    """The words of a text, as the index knows them: German stems without case and accents, in order."""
    return [_stem(word[:LONGEST_WORD]) for word in WORD.findall(_plain(text))]


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word)) or word


@lru_cache(maxsize=100_000)
def stems_of(word: str) -> tuple[str, ...]:
    """The stems of a word as it is written; a sign such as ½ is several words."""
    return tuple(stems(word))


def _plain(text: str) -> str:
    return UNSEEN_SIGNS.sub("", unicodedata.normalize("NFKD", text).casefold())


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("german")


def indexed(text: str) -> str:
    """The words of a text, each once between blanks, so that `contains` finds them."""
    return f" {' '.join(dict.fromkeys(stems(text)))} "


def contains(column: sa.SQLColumnExpression[str], query: str) -> sa.ColumnElement[bool]:
    """Whether every word of the query is among those of a column; a query without words finds nothing."""
    words = dict.fromkeys(stems(query))
    return sa.and_(sa.true() if words else sa.false(), *(column.contains(f" {word} ") for word in words))
