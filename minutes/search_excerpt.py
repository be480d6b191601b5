"""Excerpts of a decision around the words that were searched for, marked, and everything else escaped."""

import contextlib
import re
from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup, escape

from minutes.compounds import kin
from minutes.search_query import Query
from minutes.stems import WORD, stem, words

AROUND = 120
LOOKED_AT = 400
"""Words with a hit that are compared for the place where most of the query stands together."""
HEADING = re.compile(r"#{1,6} +(.*\S) *$")
LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^)\s]{0,300}\)")
START = re.compile(r"[ \t]*(?:>|[-*+]|\d{1,9}[.)])[ \t]+")
SIGNS = re.compile(r"[*_~`|]+")

Hit = tuple[int, int, frozenset[str]]


def running_text(text: str) -> str:
    """Markdown in one line, without its signs; brackets stay where they are no link's: `[Anschrift]`, `[…]`."""
    if "](" in text:
        text = LINK.sub(r"\1", text)
    lines = [_opened(line) for line in text.splitlines()]
    return " ".join(SIGNS.sub("", " ".join(lines)).split())


def _opened(line: str) -> str:
    """A line without the sign that it begins with."""
    if heading := HEADING.match(line):
        return f"{heading[1]}:"
    start = START.match(line)
    return line[start.end() :] if start else line


def excerpt(text: str, query: Query) -> Markup:
    """The passage of a text where most words of a query stand together, with all such words in it marked.

    A compound is marked whole where one of its parts was asked for. Without a word in it, the text's beginning.
    """
    text = running_text(text)
    names = _names(query)
    hits = _until_full(_hits(text, query, names), len(set(names.values())))
    first = _fullest(hits)
    start = max(0, hits[first][0] - AROUND) if hits else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = text.find(" ", (hits[first][1] + AROUND) if hits else 2 * AROUND)
    end = len(text) if end == -1 else end
    parts, position = ["… " if start else ""], start
    for begin, finish, _stems in hits:
        if start <= begin and finish <= end:
            parts += [escape(text[position:begin]), "<mark>", escape(text[begin:finish]), "</mark>"]
            position = finish
    parts += [escape(text[position:end]), " …" if end < len(text) else ""]
    return Markup("".join(parts))  # noqa: S704 - each part of the text is escaped


def _names(query: Query) -> dict[str, str]:
    """The stems by which words of a query are found, each with the one that stands for its word."""
    return {stem: stem if term.is_phrase else term.stems[0] for term in query.wanted for stem in term.stems}


def _hits(text: str, query: Query, names: dict[str, str]) -> Iterator[Hit]:
    """Where words of the query stand, and which ones."""
    for match, asked in _looked_at(text, query) if names else ():
        if told := _told(match.group(), asked):
            yield match.start(), match.end(), frozenset(names[stem] for stem in told)


def _looked_at(text: str, query: Query) -> Iterator[tuple[re.Match[str], frozenset[str]]]:
    """The words of a text that may be asked for, each with the stems that are asked for in its place."""
    phrases = [list(term.stems) for term in query.wanted if term.is_phrase]
    alone = frozenset(stem for term in query.wanted if not term.is_phrase for stem in term.stems)
    if not phrases:
        yield from ((match, alone) for match in WORD.finditer(text))
        return
    matches = list(WORD.finditer(text))
    whole = _in_phrases([_own(match.group()) for match in matches], phrases)
    everything = alone.union(*phrases)
    for position in range(len(matches)) if alone else sorted(whole):
        yield matches[position], everything if position in whole else alone


def _until_full(hits: Iterator[Hit], most: int) -> list[Hit]:
    """The hits up to the end of the first passage that holds `most` different words; where none does, all hits."""
    read: list[Hit] = []
    end = None
    for hit in hits:
        if end is not None and hit[0] > end:
            break
        read.append(hit)
        if end is None:
            end = _end_of_full(read, most)
    return read


def _end_of_full(hits: list[Hit], most: int) -> int | None:
    """Where the passage ends that is full with the last of these hits; None where there is no such passage."""
    near: set[str] = set()
    for _begin, finish, told in reversed(hits):
        if hits[-1][1] > finish + AROUND:
            return None
        near |= told
        if len(near) == most:
            return finish + AROUND
    return None


@lru_cache(maxsize=20_000)
def _told(word: str, asked: frozenset[str]) -> frozenset[str]:
    """The stems among those asked for by which a written word is found."""
    return asked.intersection(_kinds(word))


def _in_phrases(stems: list[str], phrases: list[list[str]]) -> set[int]:
    """The positions of words, given by their stems, that stand in a phrase."""
    found: set[int] = set()
    for phrase in phrases:
        for start in _positions(phrase[0], stems):
            if stems[start : start + len(phrase)] == phrase:
                found.update(range(start, start + len(phrase)))
    return found


def _positions(wanted: str, stems: list[str]) -> Iterator[int]:
    start = -1
    with contextlib.suppress(ValueError):
        while True:
            start = stems.index(wanted, start + 1)
            yield start


@lru_cache(maxsize=20_000)
def _own(word: str) -> str:
    """The stem of a written word, of a sign that is several words the first one's."""
    return next(iter(_kinds(word)), "")


def _fullest(hits: list[Hit]) -> int:
    """The first hit of the passage that holds most different words of the query; of several such passages the first."""
    best, most = 0, 0
    for first in range(min(len(hits), LOOKED_AT)):
        near, last = set(hits[first][2]), first
        while last + 1 < len(hits) and hits[last + 1][1] <= hits[first][1] + AROUND:
            last += 1
            near |= hits[last][2]
        if len(near) > most:
            best, most = first, len(near)
    return best


@lru_cache(maxsize=20_000)
def _kinds(word: str) -> tuple[str, ...]:
    """The stems by which a written word is found, its own first; a sign such as ½ is several words."""
    plain_words = words(word)
    own = [stem(each) for each in plain_words]
    return (*own, *(other for each in plain_words for other in kin(each)))
