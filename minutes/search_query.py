"""What somebody types into the archive's search, read into terms; nothing in it means anything to an engine.

Words in any order, `"a phrase"`, `-excluded`, numbers (`LK-2027-003`, `2027-003`) and references (`§ 25b AufenthG`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from minutes.compounds import forms
from minutes.search_references import Reference, searched_references
from minutes.search_tokens import FUNCTION_WORDS, neighbours
from minutes.stems import plain, stem, words

LENGTH = 200
WORDS = 16
HYPHENS = "\u2010\u2011\u2012\u2013\u2212-"
QUOTES = '"„“”‟«»'
_TERM = re.compile(
    rf"(?P<not>(?<!\S)[{HYPHENS}](?=[^\s{HYPHENS}]))?"
    rf"(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)[{QUOTES}]|(?P<word>[^\s{QUOTES}]+)|[{QUOTES}])"
)
_NUMBER = re.compile(rf"(?:[^\W\d_]{{1,8}}[{HYPHENS}])?\d{{4}}(?:[{HYPHENS}](?P<ordinal>\d{{1,6}}))?")
_SIGN = "\ufffc"  # stands for a reference while the rest is read


@dataclass(frozen=True)
class Term:
    """A part of a query: one of `choices` must be found, of each all its words.

    `stems` are what is marked in excerpts and weighed; `written` is a word as it was typed, empty where the term is
    no single word.
    """

    choices: tuple[tuple[str, ...], ...]
    stems: tuple[str, ...]
    is_excluded: bool = False
    written: str = ""

    @property
    def is_phrase(self) -> bool:
        return len(self.choices) == 1 and len(self.stems) > 1

    @property
    def weighed(self) -> tuple[str, ...]:
        """The stems by which its place is weighed: all forms of a word, the longest word of a phrase."""
        return (max(self.stems, key=len),) if self.is_phrase else self.stems


@dataclass(frozen=True)
class Query:
    """A query: its terms, and what of the typed text they were read from."""

    text: str
    terms: tuple[Term, ...]
    is_cut: bool

    @property
    def wanted(self) -> list[Term]:
        return [term for term in self.terms if not term.is_excluded]

    @property
    def excluded(self) -> list[Term]:
        return [term for term in self.terms if term.is_excluded]


@lru_cache(maxsize=256)
def read(typed: str) -> Query:
    """Read what was typed. Words that stand in every text are left out, unless there are no others."""
    text = beginning(typed)
    terms = list(dict.fromkeys(_terms(text)))
    telling = [term for term in terms if term.is_excluded or not _is_function_word(term)]
    if any(not term.is_excluded for term in telling):
        terms = telling
    return Query(text, tuple(terms), is_cut=text != typed)


def beginning(typed: str) -> str:
    """What is searched for: the first words of what was typed, whole ones."""
    if len(typed) <= LENGTH and len(typed.split()) <= WORDS:
        return typed
    text = " ".join(typed.split()[:WORDS])
    return text if len(text) <= LENGTH else text[: LENGTH + 1].rsplit(maxsplit=1)[0][:LENGTH]


def _is_function_word(term: Term) -> bool:
    return plain(term.written) in FUNCTION_WORDS


def _terms(text: str) -> Iterator[Term]:
    found: dict[tuple[int, int], list[Reference]] = {}
    text = text.replace(_SIGN, " ")
    for one in searched_references(text):
        found.setdefault((one.start, one.end), []).append(one)
    places = sorted(found)
    for start, end in reversed(places):
        text = f"{text[:start]}{_SIGN}{text[end:]}"
    waiting = iter(places)
    for match in _TERM.finditer(text):
        is_excluded = match["not"] is not None
        for part in re.split(f"({_SIGN})", match["phrase"] or match["word"] or ""):
            if part == _SIGN:
                yield from _references(found[next(waiting)], is_excluded=is_excluded)
            elif match["phrase"] is not None:
                yield from _phrase(words(part), is_excluded=is_excluded)
            else:
                yield from _typed(part, is_excluded=is_excluded)


def _references(found: list[Reference], *, is_excluded: bool) -> Iterator[Term]:
    for one in found:
        yield Term(((one.token,),), (one.section,), is_excluded)
    if not is_excluded:
        yield from _typed(found[0].detail, is_excluded=False)


def _typed(text: str, *, is_excluded: bool) -> Iterator[Term]:
    """A number, whose parts belong together, or single words."""
    if (number := _NUMBER.fullmatch(text)) and len(words(text)) > 1:
        parts = words(text)
        yield from _phrase(
            [*parts[:-1], parts[-1].zfill(3)] if number["ordinal"] else parts, is_excluded=is_excluded
        )
        return
    for word in words(text):
        stems = (stem(word), *forms(word))
        marks = ("",) if is_excluded else ("", "+")  # who leaves out a word does not mean its compounds
        yield Term(tuple((mark + each,) for each in stems for mark in marks), stems, is_excluded, word)


def _phrase(found: list[str], *, is_excluded: bool) -> Iterator[Term]:
    """Words side by side: two by two or three by three, which for more than three says nearly as much."""
    stems = [stem(word) for word in found]
    if stems:
        grams = tuple(dict.fromkeys(neighbours(stems, min(len(stems), 3))))
        yield Term((grams,), tuple(stems), is_excluded)
