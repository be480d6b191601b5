"""Names that nothing announces: words that are no German, in places where people stand."""

import re
from collections.abc import Iterator

from portal.textguard.company import PARTS_OF_TOWNS, Company
from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.german import is_determiner, is_function_word, word_list
from portal.textguard.name_reading import Name, instead, is_cited, is_name_word, read_name, spelling
from portal.textguard.particles import FOREIGN, behind_particles, leads_name
from portal.textguard.passage import Passage, joined
from portal.textguard.rows import TOWARDS, Row, row_of
from portal.textguard.vocabulary import (
    Standing,
    ends_like_place,
    has_foreign_letter,
    is_affair,
    is_english,
    is_given_name,
    is_in_dictionary,
    is_institution,
    is_ordinary,
    is_people_or_language,
    is_place,
    looks_foreign,
    may_be_surname,
    standing,
)

_LEGAL_FORM = re.compile(
    r"(?: [A-ZÄÖÜ][\w-]{1,30}){0,2} ?(?:e\. ?V\.|(?<!\w)(?:g?GmbH|AG|gUG|UG|mbH|KG|Stiftung|Haus|Schule|Gymnasium"
    r"|Kolleg|Klinik|Krankenhaus|Museum|Institut|Universität|Halle|Stadion|Saal|Platz|Straße|Preis|Center|Verlag)(?!\w))"
)
_SAINT = re.compile(r"(?<!\w)(?:St\.|Sankt) $")
_AT_WORK = re.compile(
    r"(?i:arbeit|beschäftig|praktik|ausbildung|job|tätig|anstell|angestellt|stelle|lehre|verdien)"
)
_ON_THE_WAY = re.compile(
    r"(?i:reis|flucht|floh|flüch|route|kam(?!\w)|(?<!\w)weg|gelang|einreis|transit|fuhr|fahrt|flug|nach [A-ZÄÖÜ])"
)
_ABBREVIATED = re.compile(r"\.(?: ?[\da-zäöü§]|,)")
# "Md. Nasir" and "Sarker, Md. Nasir"
_SHORTENED = re.compile(
    r"(?<!\w)(?:[A-ZÄÖÜ][\w-]{1,30}, )?(?:Md|Mohd|Muhd|Moh|Mst|Abd|Chr|Joh|Jos|Wilh|Friedr|Heinr|Alex|Mar)\.? $"
)
_BORN = re.compile(r",? ?\(?(?:geb\.|geboren|\*\d|Jg\.|Jahrgang)")
_PERSONAL_VERBS = word_list("personal_verbs")
_AUXILIARIES = word_list("auxiliaries")
# Phrases whose words are names elsewhere: "Jure", "Alia", "Lata".
_PHRASE = re.compile(
    r"(?<!\w)(?:de (?:facto|jure|iure|lege lata)|inter alia|sine qua non|bona fide|al dente)(?!\w)"
)
_CONCERNING = frozenset({"für", "bei", "mit", "ohne", "gegen", "gegenüber"})


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
            before = _follows_surname(passage, name.first) or _follows_given_name(passage, name.first)
            start = name.first - before
            begin, end = passage.words[start].start, passage.words[name.last].end
            if shortened := _SHORTENED.search(passage.left(begin, 50)):
                begin -= len(shortened[0])
            bare = passage.text[begin:end]
            yield Candidate(Kind.PERSON, severity, begin, end, instead(passage, start, name), bare)
        index = name.last + 1
    yield from _lower_case(passage)


def _may_begin(passage: Passage, index: int) -> bool:
    """Whether word `index` may begin a name; a single letter does unless it ends "Person A."."""
    word = spelling(passage, index)
    if (word.lower() in FOREIGN or word == "DA") and leads_name(passage, index):
        return not is_determiner(_word_before(passage, index))  # "mit dem Van der Gemeinde"
    if len(word) < 6 and standing(word) is Standing.UNKNOWN:
        return not _ABBREVIATED.match(passage.right(passage.words[index].end, 4)) and is_name_word(word)
    return is_name_word(word) or (len(word) == 1 and not _word_before(passage, index)[:1].isupper())


def _follows_surname(passage: Passage, index: int) -> bool:
    """Whether the surname stands in capitals before a comma: "EZE, Ngozi"."""
    before = index - 1
    surname = passage.words[before].text
    return (
        index > 0
        and surname.isupper()
        and passage.gap(before) in {", ", ","}
        and surname.lower() not in word_list("organisations")
    )


def _follows_given_name(passage: Passage, index: int) -> bool:
    """Whether the word before is a given name that ends as countries do, and no preposition makes it a place."""
    given = _word_before(passage, index)
    return ends_like_place(given) and given[0].isupper() and _word_before(passage, index - 1) not in TOWARDS


def _lower_case(passage: Passage) -> Iterator[Candidate]:
    phrases = {place for phrase in _PHRASE.finditer(passage.text) for place in range(*phrase.span())}
    for index, word in enumerate(passage.words):
        if word.capitalised or len(word.text) < 3 or is_ordinary(word.text) or word.start in phrases:
            continue
        if _is_quoted_phrase(passage, Name(index, index)) or _is_quoted(passage, index):
            continue
        if (
            has_foreign_letter(word.text)
            or _is_listed(word.text)
            or _is_in_file_name(passage, index)
            or _acts_in_lower_case(passage, index)
        ):
            last = index + _has_surname(passage, index)
            words, end = instead(passage, index, Name(index, last)), passage.words[last].end
            bare = passage.text[word.start : end]
            yield Candidate(Kind.PERSON, Severity.MEDIUM, word.start, end, words, bare)


def _has_surname(passage: Passage, index: int) -> bool:
    """Whether a surname in lower case follows the given name: "ulla buchmöller"."""
    following = _word_after(passage, index)
    unknown = following.islower() and len(following) > 3 and not is_in_dictionary(following)
    return unknown and is_given_name(passage.words[index].text) and may_be_surname(following)


def _is_quoted(passage: Passage, index: int) -> bool:
    """Whether quotation marks hold this word alone, as they hold words of other languages."""
    around = passage.gap(index - 1)[-1:] + passage.gap(index)[:1]
    return bool(re.fullmatch("[„“\"»‚'][“”\"«‘']", around)) and not _is_listed(passage.words[index].text)


def _is_in_file_name(passage: Passage, index: int) -> bool:
    return len(passage.words[index].text) > 3 and "_" in passage.gap(index - 1)[-1:] + passage.gap(index)[:1]


def _is_listed(word: str) -> bool:
    return len(word) > 3 and standing(word) is Standing.NAME


def _acts_in_lower_case(passage: Passage, index: int) -> bool:
    """Whether a text without capitals reads "hat goran den kurs" or "goran hat den kurs"."""
    before, after = _word_before(passage, index), _word_after(passage, index)
    if not passage.has_capitals(index) and standing(passage.words[index].text) is Standing.UNKNOWN:
        return len(passage.words[index].text) > 3
    if before in _CONCERNING | {"von", "laut"} and after.islower():
        return True
    behind_verb = before in _AUXILIARIES and is_determiner(after)
    opens = passage.opens_sentence(index) or "," in passage.gap(index - 1)
    if not behind_verb and not (opens and after in _PERSONAL_VERBS):
        return False
    word = passage.words[index]
    return not any(map(str.isupper, passage.left(word.start, 80) + passage.right(word.end, 80)))


def _suspicion(passage: Passage, name: Name) -> Severity | None:
    """How much speaks for a person; None where an institution or nothing does."""
    words = passage.words[name.first : name.last + 1]
    born = _BORN.match(passage.right(words[-1].end, 20)) and _word_before(passage, name.first) not in TOWARDS
    if born or _follows_surname(passage, name.first):
        return Severity.HIGH
    parts = _parts(passage, name)
    listed = any(standing(part) is Standing.NAME for part in parts)
    if _names_a_thing(passage, name, listed=listed):
        return None
    if _is_weak(passage, name, listed=listed):
        return Severity.LOW
    certain = listed or name.last > name.first or any(map(has_foreign_letter, parts))
    return Severity.HIGH if certain else Severity.MEDIUM


def _parts(passage: Passage, name: Name) -> list[str]:
    """The words of `name` without particles before it, as they are read in a name."""
    first = behind_particles(passage, name.first) if leads_name(passage, name.first) else name.first
    return [spelling(passage, index) for index in range(first, name.last + 1)]


def _names_a_thing(passage: Passage, name: Name, *, listed: bool) -> bool:
    """Whether the words around say that a body, a language or a thing is meant."""
    before, last = _word_before(passage, name.first), passage.words[name.last]
    if before in PARTS_OF_TOWNS and name.first == name.last:
        before = _word_before(passage, name.first - 1)  # "im Bürgerzentrum Alte Gehren"
    if _LEGAL_FORM.match(passage.right(last.end, 60)) or _SAINT.search(
        passage.left(passage.words[name.first].start, 7)
    ):
        return True
    if before[:1].isupper() and not is_function_word(before):
        # "das Projekt Kolibri", but "die Aussage Okonkwos".
        if listed:
            return is_institution(before) and not is_affair(before)
        return (
            is_institution(before)
            or is_place(before)
            or is_people_or_language(before)
            or before.endswith(("amt", "ämter"))
            or (is_english(before) and not is_affair(before))
            or before.lower() in word_list("things", "organisations")
        )
    if listed or name.last > name.first:
        return False
    if "of" in {before, _word_after(passage, name.last)}:
        return True  # "Letter of Intent"
    # Formal German names people without an article, but "das Coaching", "gutes Coaching".
    determined = _is_determined(passage, name.first) and not looks_foreign(last.text)
    return determined or _is_attribute(passage, name.first) or row_of(passage, name) is Row.LANGUAGES


def _is_weak(passage: Passage, name: Name, *, listed: bool) -> bool:
    """Whether the words are worth a note only: places, quotations, authors, short forms."""
    parts = _parts(passage, name)
    before = _word_before(passage, name.first)
    if before.lower() in TOWARDS and not _is_about(passage, name):
        return not (listed and _is_person_towards(before, parts))
    if is_cited(passage, name) or _is_quoted_phrase(passage, name):
        return True
    if listed:
        return False
    if before == "bei" and _AT_WORK.search(passage.left(passage.words[name.first].start)):
        return True
    if len(parts) > 1 or parts[0].isupper():
        short = all(part.isupper() and 1 < len(part) < 5 for part in parts)
        return short and not _acts(passage, name) and not leads_name(passage, name.first)
    determined = _is_determined(passage, name.first) and not has_foreign_letter(parts[0])
    return determined or row_of(passage, name) is Row.PLACES


def _is_about(passage: Passage, name: Name) -> bool:
    """Whether "über" is said of a subject, not of a way."""
    start = passage.words[name.first].start
    about = _word_before(passage, name.first).lower() == "über"
    return about and not _ON_THE_WAY.search(passage.left(start, 60) + passage.right(start, 60))


def _is_attribute(passage: Passage, index: int) -> bool:
    """Whether an adjective that no list has opens the sentence: "Kürzere Fristen"."""
    after = _word_after(passage, index)
    ends = passage.words[index].text.endswith(("e", "er", "en"))
    return ends and passage.opens_sentence(index) and after[:1].isupper() and is_in_dictionary(after)


def _is_quoted_phrase(passage: Passage, name: Name) -> bool:
    """Whether quotation marks hold a phrase of another language: no German beside the word, and not "Momo"."""
    opening = passage.left(passage.words[name.first].start, 60)
    if not re.search(r"[„“\"»‚][^„“”\"«»]*$", opening):
        return False
    return any(
        0 <= beside < len(passage.words)
        and passage.words[beside].text.islower()
        and _is_no_german(passage.words[beside].text)
        for beside in (name.first - 1, name.last + 1)
    )


def _is_person_towards(before: str, parts: list[str]) -> bool:
    """Whether a listed name after "nach" or "über" is no place: towns are called like people, too."""
    return len(parts) > 1 or before.lower() in {"nach", "über", "ab"}


def _is_determined(passage: Passage, index: int) -> bool:
    return Company(passage, index).is_determined()


def _word_before(passage: Passage, index: int) -> str:
    return passage.words[index - 1].text if index and joined(passage, index - 1) else ""


def _word_after(passage: Passage, index: int) -> str:
    following = index + 1
    return passage.words[following].text if following < len(passage.words) and joined(passage, index) else ""


def _acts(passage: Passage, name: Name) -> bool:
    """Whether a word without an article opens the sentence and does what only people do."""
    return passage.opens_sentence(name.first) and _word_after(passage, name.last) in _PERSONAL_VERBS


def _is_no_german(word: str) -> bool:
    return not is_ordinary(word) or (is_english(word) and not is_function_word(word))
