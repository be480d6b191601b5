"""Typing errors forgiven: the word that was probably meant, of those that the reader's own search finds.

Words that might be meant come from all decisions, but each is looked for with the reader's rights and filters, and what
is offered is copied from the decision that was found: nothing that the reader may not see is ever suggested.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from minutes import search
from minutes.compounds import parts
from minutes.decision import Decision
from minutes.search_index import EDGE, ArchiveWord
from minutes.search_query import Query, Term
from minutes.search_tokens import SHORTEST_WORD
from minutes.stems import LONGEST_WORD, WORD, plain, stem
from portal.database import session

LOOKED_AT = 3000  # words that begin or end alike
TRIED = 6  # likely ones that are searched for
FORGIVEN = ((12, 3), (7, 2), (SHORTEST_WORD, 1))
"""Errors that words of so many letters may have."""


def suggestion(query: Query, readable: Iterable[str], narrow: Sequence[str]) -> str:
    """The query with each word that finds nothing replaced by a similar one that does; empty where there is none."""
    rights, text = list(readable), query.text
    for term in query.wanted:
        if not term.written or search.search(term.written, rights, narrow, limit=1).keys:
            continue
        meant = _meant(term, rights, narrow)
        if not meant:
            return ""
        text = _replaced(text, term.written, meant)
    found = text != query.text and search.search(text, rights, narrow, limit=1).keys
    return text if found else ""


def _meant(term: Term, rights: list[str], narrow: Sequence[str]) -> str:
    """The most similar word that finds something, of equally similar ones the one that finds most."""
    near = sorted((distance, word) for word, distance in _near(term.written).items())
    best: tuple[int, int, str] | None = None
    for distance, word in near[:TRIED]:
        if best is not None and distance > -best[0]:
            break
        hits = search.search(word, rights, narrow, limit=1)
        written = _written(hits.keys[0], word) if hits.keys else ""
        if written:
            best = max(best or (-distance, 0, ""), (-distance, hits.count, written))
    return best[2] if best else ""


def _near(word: str) -> dict[str, int]:
    """Words of the archive that differ from a word in a few letters, with the number of errors."""
    forgiven = next((count for length, count in FORGIVEN if len(word) >= length), 0)
    if not forgiven or not word.isalpha():
        return {}
    alike = sa.or_(ArchiveWord.head == word[:EDGE], ArchiveWord.tail == word[-EDGE:])
    near_length = sa.func.length(ArchiveWord.word).between(len(word) - forgiven, len(word) + forgiven)
    wanted = sa.select(ArchiveWord.word).where(alike, near_length, ArchiveWord.word != word)
    letters, found = Counter(word), {}
    for other in session.scalars(wanted.order_by(ArchiveWord.word).limit(LOOKED_AT)):
        missing = max((letters - Counter(other)).total(), (Counter(other) - letters).total())
        if missing <= forgiven and (errors := distance(word, other)) <= forgiven:
            found[other] = errors
    return found


def distance(one: str, other: str) -> int:
    """How many letters must be put in, left out, changed or swapped with their neighbour to make one of the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, sign in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != sign))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == sign:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]


def _written(key: int, word: str) -> str:
    """The word as the found decision writes it, or the part of a compound or the form of the word that stands there."""
    decision = session.scalars(sa.select(Decision).where(Decision.archive_key == key)).one()
    wanted, form = stem(word), ""
    for match in WORD.finditer("\n".join(decision.guarded_texts.values())):
        written, own = match.group(), plain(match.group())[:LONGEST_WORD]
        if own == word:
            return written
        if len(own) == len(written) and word in parts(own):
            at = own.rindex(word)
            form = form or written[at : at + len(word)].capitalize()
        elif stem(own) == wanted:
            form = form or written
    return form


def _replaced(text: str, word: str, meant: str) -> str:
    """The typed text with a word replaced wherever it stands."""
    return re.sub(WORD, lambda match: meant if plain(match.group()) == word else match.group(), text)
