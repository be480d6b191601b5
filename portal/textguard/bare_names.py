"""Names that nothing announces: rows of words that are no German, with something that makes them suspicious."""

import re
from collections.abc import Iterator

from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.name_reading import Name, instead, is_name_word, joined, read_name
from portal.textguard.passage import Passage
from portal.textguard.vocabulary import (
    has_foreign_letter,
    is_affair,
    is_determiner,
    is_function_word,
    is_ordinary,
    is_place,
    is_role,
    looks_foreign,
)

_TOWARDS = frozenset({"in", "aus", "nach", "bis", "richtung", "ab", "über"})
_LEGAL_FORM = re.compile(r" ?(?:e\. ?V\.|g?GmbH|AG(?!\w)|gUG|UG(?!\w)|mbH|KG(?!\w)|Stiftung)")
_BORN = re.compile(r",? ?\(?(?:geb\.|geboren|\*\d|Jg\.|Jahrgang)")
# Verbs whose subject is nearly always a person.
_PERSONAL_VERBS = word_list("personal_verbs")
_AUXILIARIES = frozenset(
    {
        "hat",
        "hatte",
        "ist",
        "war",
        "wird",
        "wurde",
        "kann",
        "konnte",
        "will",
        "wollte",
        "soll",
        "sollte",
        "muss",
        "möchte",
        "gilt",
        "liegt",
    }
)
_CONCERNING = frozenset({"für", "bei", "mit", "ohne", "gegen", "gegenüber"})
_LIVING = frozenset({"lebt", "lebte", "leben", "wohnt", "wohnte", "wohnen", "wohnhaft"})


def bare_names(passage: Passage) -> Iterator[Candidate]:
    """Yield names without announcement; after "in", "aus" and "nach" they are but notes, for they may be places."""
    index = 0
    while index < len(passage.words):
        name = read_name(passage, index, announced=False) if is_name_word(passage.words[index].text) else None
        if name is None:
            index += 1
            continue
        severity = _suspicion(passage, name)
        if severity:
            start = name.first - _follows_surname(passage, name.first)
            first, last = passage.words[start], passage.words[name.last]
            bare = passage.text[first.start : last.end]
            yield Candidate(Kind.PERSON, severity, first.start, last.end, instead(passage, start, name), bare)
        index = name.last + 1
    yield from _lower_case(passage)


def _follows_surname(passage: Passage, index: int) -> bool:
    """Whether the surname stands in capitals before a comma: "EZE, Ngozi"."""
    before = index - 1
    return index > 0 and passage.words[before].text.isupper() and passage.gap(before) in {", ", ","}


def _lower_case(passage: Passage) -> Iterator[Candidate]:
    for index, word in enumerate(passage.words):
        if word.capitalised or len(word.text) < 3 or is_ordinary(word.text):
            continue
        if has_foreign_letter(word.text) or _acts_in_lower_case(passage, index):
            words = instead(passage, index, Name(index, index))
            yield Candidate(Kind.PERSON, Severity.MEDIUM, word.start, word.end, words, word.text)


def _acts_in_lower_case(passage: Passage, index: int) -> bool:
    """Whether, in a text without capitals, the word does something: "hat goran den kurs", "goran hat den kurs"."""
    before, after = _word_before(passage, index), _word_after(passage, index)
    asks = before in _AUXILIARIES and is_determiner(after)
    if not asks and not (
        (passage.opens_sentence(index) or "," in passage.gap(index - 1)) and after in _PERSONAL_VERBS
    ):
        return False
    start, end = passage.words[index].start, passage.words[index].end
    return not any(map(str.isupper, passage.left(start, 80) + passage.right(end, 80)))


def _suspicion(passage: Passage, name: Name) -> Severity | None:
    """How much speaks for a person; None where an institution or nothing does."""
    parts = [word.text for word in passage.words[name.first : name.last + 1]]
    after = passage.right(passage.words[name.last].end, 20)
    if _LEGAL_FORM.match(after):
        return None
    foreign = any(map(looks_foreign, parts))
    before = _word_before(passage, name.first)
    if before.lower() in _TOWARDS:
        return Severity.LOW if foreign else None
    if _BORN.match(after) or _follows_surname(passage, name.first):
        return Severity.HIGH
    if before[:1].isupper() and not is_function_word(before) and not _belongs_to_person(before, parts[-1]):
        return None
    if any(map(has_foreign_letter, parts)):
        return Severity.HIGH
    if is_determiner(before):
        # Formal German names people without an article: "das Museum Ludwig", "dem Königsteiner Schlüssel".
        return None
    several = sum(len(part) > 1 for part in parts) > 1 or len(parts[-1]) == 1
    if foreign or several or _acts(passage, name) or _owns_affair(passage, name):
        return Severity.MEDIUM
    return None


def _belongs_to_person(before: str, last: str) -> bool:
    """Whether a noun stands before a genitive: "die Aussage Okonkwos", not "das Projekt Kolibri"."""
    return is_role(before) or (is_affair(before) and last.endswith("s"))


def _word_before(passage: Passage, index: int) -> str:
    return passage.words[index - 1].text if index and joined(passage, index - 1) else ""


def _word_after(passage: Passage, index: int) -> str:
    following = index + 1
    return passage.words[following].text if following < len(passage.words) and joined(passage, index) else ""


def _acts(passage: Passage, name: Name) -> bool:
    """Whether a word without an article opens the sentence and does what only people do."""
    return passage.opens_sentence(name.first) and _word_after(passage, name.last) in _PERSONAL_VERBS


def _owns_affair(passage: Passage, name: Name) -> bool:
    """Whether it reads "der Antrag von X", "der Antrag Xs" or "Xs Antrag"."""
    before, after = _word_before(passage, name.first), _word_after(passage, name.last)
    if before.lower() == "laut" or (
        before in _CONCERNING and _word_before(passage, name.first - 1) in _LIVING
    ):
        return not passage.words[name.last].text.endswith("en")
    if before.lower() in _CONCERNING and passage.opens_sentence(name.first - 1) and after in _AUXILIARIES:
        return not passage.words[name.last].text.endswith("en")
    if before in {"von", "für"} and name.first > 1:
        owner = _word_before(passage, name.first - 1)
        plural = passage.words[name.last].text.endswith("en")
        return (is_affair(owner) or is_role(owner)) and not plural
    genitive = passage.words[name.last].text.endswith("s") and not is_place(passage.words[name.last].text)
    if genitive and (is_affair(after) or is_role(after)) and after[0].isupper():
        return True
    return genitive and is_affair(before) and before[:1].isupper()
