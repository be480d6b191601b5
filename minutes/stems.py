"""The one German analyser of all searches: words as stems, without case, accents and signs that nobody sees."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

LONGEST_WORD = 64  # characters; PostgreSQL refuses lexemes of more than 2,046 bytes
# Accents, and signs that stand inside words without being seen: soft hyphens, joiners, marks of direction.
UNSEEN = "\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff"
WORD = re.compile(rf"[^\W_]+(?:[{UNSEEN}]+[^\W_]*)*")
UNSEEN_SIGNS = re.compile(f"[{UNSEEN}]+")


def stems(text: str) -> list[str]:
    """The words of a text, as the index knows them: German stems without case and accents, in order."""
    return [stem(word) for word in words(text)]


def words(text: str) -> list[str]:
    """The words of a text in order, plain and not longer than the engines take them."""
    return [word[:LONGEST_WORD] for word in WORD.findall(plain(text))]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a plain word."""
    return str(_stemmer().stemWord(word)) or word


def plain(text: str) -> str:
    """A text without case, accents and signs that nobody sees."""
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
