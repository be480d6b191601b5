"""Names that nothing announces: words that are no German, in places where people stand."""

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
    word_list,
)

_TOWARDS = frozenset({"in", "aus", "nach", "bis", "richtung", "ab", "über"})
_LEGAL_FORM = re.compile(r" ?(?:e\. ?V\.|g?GmbH|AG(?!\w)|gUG|UG(?!\w)|mbH|KG(?!\w)|Stiftung)")
_BORN = re.compile(r",? ?\(?(?:geb\.|geboren|\*\d|Jg\.|Jahrgang)")
_PERSONAL_VERBS = word_list("personal_verbs")
_AUXILIARIES = word_list("auxiliaries")
_CONCERNING = frozenset({"für", "bei", "mit", "ohne", "gegen", "gegenüber"})
_CAPITAL_CONCERNING = frozenset(word.capitalize() for word in _CONCERNING | {"laut"})
_LIVING = frozenset({"lebt", "lebte", "leben", "wohnt", "wohnte", "wohnen", "wohnhaft"})


def bare_names(passage: Passage) -> Iterator[Candidate]:
    """Yield names without announcement; after "in", "aus" and "nach", where places stand, only as notes."""
    index = 0
    while index < len(passage.words):
        name = read_name(passage, index, announced=False) if _may_begin(passage, index) else None
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


def _may_begin(passage: Passage, index: int) -> bool:
    """Whether word `index` may begin a name; a single letter does unless it ends "Person A."."""
    word = passage.words[index].text
    return is_name_word(word) or (len(word) == 1 and not _word_before(passage, index)[:1].isupper())


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
    """Whether a text without capitals reads "hat goran den kurs" or "goran hat den kurs"."""
    before, after = _word_before(passage, index), _word_after(passage, index)
    behind_verb = before in _AUXILIARIES and is_determiner(after)
    opens = passage.opens_sentence(index) or "," in passage.gap(index - 1)
    if not behind_verb and not (opens and after in _PERSONAL_VERBS):
        return False
    word = passage.words[index]
    return not any(map(str.isupper, passage.left(word.start, 80) + passage.right(word.end, 80)))


def _suspicion(passage: Passage, name: Name) -> Severity | None:
    """How much speaks for a person; None where an institution or nothing does."""
    parts = [word.text for word in passage.words[name.first : name.last + 1]]
    before, after = _word_before(passage, name.first), passage.right(passage.words[name.last].end, 20)
    severity = None
    if before.lower() in _TOWARDS:
        severity = Severity.LOW if any(map(looks_foreign, parts)) else None
    elif _BORN.match(after) or _follows_surname(passage, name.first):
        severity = Severity.HIGH
    elif _is_institution(before, parts[-1], after):
        severity = None
    elif any(map(has_foreign_letter, parts)):
        severity = Severity.HIGH
    # Formal German names people without an article, but "das Museum Ludwig".
    elif not is_determiner(before) and (
        _reads_like_name(parts) or _acts(passage, name) or _owns(passage, name)
    ):
        severity = Severity.MEDIUM
    return severity


def _is_institution(before: str, last: str, after: str) -> bool:
    """Whether a noun in front or a legal form behind says that this is no person: "das Projekt Kolibri"."""
    noun_before = before[:1].isupper() and not is_function_word(before)
    return bool(_LEGAL_FORM.match(after)) or (noun_before and not _belongs_to_person(before, last))


def _reads_like_name(parts: list[str]) -> bool:
    """Whether there are several parts, or an initial, or a shape that German lacks."""
    return len(parts) > 1 or any(map(looks_foreign, parts))


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


def _owns(passage: Passage, name: Name) -> bool:
    """Whether it reads "der Antrag von X", "laut X", "Für X wurde", "der Antrag Xs" or "Xs Antrag"."""
    before, after = _word_before(passage, name.first), _word_after(passage, name.last)
    last = passage.words[name.last].text
    if before.islower() or before in _CAPITAL_CONCERNING:
        return not last.endswith("en") and _is_concerned(passage, name.first - 1, after)
    genitive = last.endswith("s") and not is_place(last)
    possessed = after[:1].isupper() and (is_affair(after) or is_role(after))
    return genitive and (possessed or (is_affair(before) and before[:1].isupper()))


def _is_concerned(passage: Passage, preposition: int, after: str) -> bool:
    """Whether the preposition joins a person to what they do or have, or opens a sentence about them."""
    word, before = passage.words[preposition].text, _word_before(passage, preposition)
    if word.lower() == "laut":
        return True
    if word in {"von", "für"} and (is_affair(before) or is_role(before)):
        return True
    if word in _CONCERNING and before in _LIVING:
        return True
    return word.lower() in _CONCERNING and passage.opens_sentence(preposition) and after in _AUXILIARIES
