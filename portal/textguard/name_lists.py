"""Names one after the other, as in a list of those present: titles before them, functions in brackets behind."""

import re
from collections.abc import Iterator

from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.german import word_list
from portal.textguard.homographs import Likelihood, likelihood_of
from portal.textguard.name_reading import Name, read_name
from portal.textguard.particles import behind_particles, leads_name
from portal.textguard.passage import Passage, joined
from portal.textguard.vocabulary import is_office_held, is_place, may_be_surname

_SALUTATIONS = word_list("salutations")
_TITLES = word_list("titles")
_LIST_GAP = re.compile(r",[ \n]| ?/ ?")
_BRACKETS = re.compile(r"^ ?\([^()\n]{1,20}\)")
_TITLE_GAP = re.compile(r"\.?[ \t-]{1,3}\n?|\.\n?")
_MOST_LISTED = 40
_MOST_TITLES = 6
_MOST_IN_BRACKETS = 5


def person(passage: Passage, name: Name, start: int | None = None, *, words: str = "[Name]") -> Candidate:
    """Candidate for `name`, from word `start` on if that is to be replaced with it."""
    first = passage.words[name.first if start is None else start]
    last = passage.words[name.last]
    bare = passage.text[passage.words[name.first].start : last.end]
    return Candidate(Kind.PERSON, Severity.HIGH, first.start, last.end, words, bare)


def listed_names(passage: Passage, first: int | None, *, certain: bool = False) -> Iterator[Candidate]:
    """Read names one after the other, as in a list of those present; the first may be `certain`."""
    for _item in range(_MOST_LISTED):
        if first is None or first >= len(passage.words):
            return
        start = after_titles(passage, first)
        name = read_name(passage, start, certain=certain) if start is not None else None
        certain = False
        if name is None and start is not None:
            name = _short_or_common(passage, start)
        if name is None:
            return
        yield person(passage, name)
        first = next_listed(passage, name.last)


def _short_or_common(passage: Passage, first: int) -> Name | None:
    """Read a name in a list that is short or a noun: "HOXHA, ARI", "Ansprechperson: Winter", ", von der Heide,"."""
    last = behind_particles(passage, first)
    surname = _is_surname(passage, last)
    if last > first:
        surname = leads_name(passage, first, certain=True) and (surname or is_place(passage.words[last].text))
    return Name(first, last) if surname or _is_capitals(passage, first) else None


def _is_capitals(passage: Passage, index: int) -> bool:
    """Whether a short first name follows its surname, both in capitals: "HOXHA, ARI"."""
    return index > 0 and all(
        len(word.text) > 1 and word.text.isupper() for word in passage.words[index - 1 : index + 1]
    )


def _is_surname(passage: Passage, index: int) -> bool:
    """Whether the word is a surname as much as a noun, and ends its phrase: "Ansprechperson: Winter"."""
    if index >= len(passage.words):
        return False
    word = passage.words[index]
    ends = re.match(r"[,;.)\n]|$", passage.right(word.end, 2))
    return (
        bool(ends)
        and word.capitalised
        and (may_be_surname(word.text) or likelihood_of(word.text) > Likelihood.STRONG)
        and word.text.lower() not in word_list("calendar")
    )


def next_listed(passage: Passage, last: int) -> int | None:
    """The word that begins the next item of a list whose item ends with word `last`, if there is one."""
    last = _behind_brackets(passage, last)
    following = last + 1
    if following >= len(passage.words):
        return None
    gap = _BRACKETS.sub("", passage.gap(last).removeprefix(")"))
    bracketed = gap != passage.gap(last) and gap in {" ", ", "}
    if passage.words[following].text in {"und", "sowie", "oder"} and (joined(passage, last) or bracketed):
        following += 1
        return following if joined(passage, following - 1) else None
    return following if _LIST_GAP.fullmatch(gap) else None


def _behind_brackets(passage: Passage, last: int) -> int:
    """The last word of the brackets behind word `last`: "Okonkwo (Vorsitz), …"; `last` itself where there are none."""
    if passage.gap(last) != " (":
        return last
    for place in range(last + 1, min(last + 1 + _MOST_IN_BRACKETS, len(passage.words))):
        if ")" in passage.gap(place):
            return place
    return last


def after_titles(passage: Passage, first: int) -> int | None:
    """The first word from `first` on that is neither title, salutation nor function; None if none is left."""
    for index in range(first, min(first + _MOST_TITLES, len(passage.words))):
        lower = passage.words[index].text.lower()
        if lower not in _TITLES and lower not in _SALUTATIONS and not is_office_held(lower):
            return index
        if not _TITLE_GAP.fullmatch(passage.gap(index)):
            return None
    return None
