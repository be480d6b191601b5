"""Terms that may raise nothing, because two people said that they name nobody."""

import re
from collections.abc import Collection, Iterable

from portal.textguard.findings import Candidate
from portal.textguard.german import word_list
from portal.textguard.normalise import normalise
from portal.textguard.passage import Passage
from portal.textguard.vocabulary import is_listed_name, is_role, may_be_surname

_LETTERS = re.compile(r"[^\W\d_]+")
_TERM = re.compile(r"[^\W\d_][^\W\d_ .'&/-]*(?:[ .'&/-]{1,2}[^\W\d_]+){0,7}\.?")
_ANNOUNCING = ("salutations", "titles", "matters", "naming_words")


def may_be_allowed(term: str) -> bool:
    """Whether `term` can be allowed for good: it has letters only, and no part of it is on a list of names."""
    plain = " ".join(normalise(term).text.split())
    if not _TERM.fullmatch(plain):
        return False
    parts = _LETTERS.findall(plain)
    announcing = word_list(*_ANNOUNCING)
    return max(map(len, parts)) > 1 and not any(
        is_listed_name(part) or may_be_surname(part) or is_role(part) or part.lower() in announcing
        for part in parts
    )


def is_allowed(terms: Collection[str], passage: Passage, candidate: Candidate) -> bool:
    """Whether `candidate` lies within one of `terms`, genitive included."""
    return any(
        found.start() <= candidate.start and candidate.end <= found.end()
        for pattern in _patterns(terms)
        for found in pattern.finditer(passage.text)
    )


def _patterns(terms: Iterable[str]) -> list[re.Pattern[str]]:
    words = (normalise(term).text.split() for term in terms)
    return [
        re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, row)) + r"s?(?!\w)", re.IGNORECASE)
        for row in words
        if row
    ]
