"""Names that a word beside them announces: salutations, roles, relatives, labels, "Fall", "gez."."""

import re
from collections.abc import Iterator

from portal.textguard.findings import Candidate
from portal.textguard.german import is_determiner, is_function_word, word_list
from portal.textguard.name_lists import after_titles, listed_names, next_listed, person
from portal.textguard.name_reading import Name, instead, read_name
from portal.textguard.particles import FOREIGN, behind_particles
from portal.textguard.passage import Passage, joined
from portal.textguard.signatures import is_signed
from portal.textguard.vocabulary import (
    is_in_doubt,
    is_institution,
    is_listed_name,
    is_office,
    is_ordinary,
    is_role,
    looks_foreign,
    may_be_surname,
)

_SALUTATIONS = word_list("salutations")
_TITLES = word_list("titles")
_NAMING = word_list("naming_words")
_PARTS_OF_NAMES = frozenset({"vorname", "nachname", "familienname", "rufname", "geburtsname", "spitzname"})
_BETWEEN_NAMING = word_list("between_naming")
_LABELS = _NAMING | word_list("labels")
_MATTERS = word_list("matters")
_ANSWERABLE = frozenset(
    {"zuständig", "verantwortlich", "ansprechpartner", "ansprechpartnerin", "vorsitzende", "vorsitzender"}
)
_VERBS = word_list("finite_verbs")
_LABEL_GAP = re.compile(r"\.?(?:\(in\)|/-?in|[*:_]in)?(?:\([^()\n]{0,15}\))?\**:\**[ \t\n]{0,3}\**[„\"]?")
_SALUTATION_GAP = re.compile(r"\.?[ \t]{1,3}\n?[ \t]{0,3}|\.?\n[ \t]{0,3}")
_NOBODY = re.compile(r"\.? (?:N\. ?N|NN|XX|YY|XY)(?!\w)")  # nomen nominandum, and the like
_RULING = re.compile(r"EGMR|EuGH|EMRK|Rechtssache|Gerichtshof")
_QUOTED = re.compile(r"[„\"»'“]$")
_QUOTE_GAP = re.compile(r"[ \t\n]{0,2}[:(]?[ \t\n]{0,2}[„\"»'“]?")
_OF_OFFICES = frozenset({"bei", "beim", "im", "in", "am", "an", "der", "des", "vom", "von"})
_POSSESSIVES = frozenset({"sein", "seine", "ihr", "ihre", "deren", "dessen"})


def announced_names(passage: Passage) -> Iterator[Candidate]:
    """Yield the names announced by the word, label or signature before them."""
    read = 0
    for index, word in enumerate(passage.words):
        if word.end <= read:
            continue  # a long list is read once, not again from each role inside it
        for candidate in _announced_by(passage, index):
            read = max(read, candidate.end)
            yield candidate


def _announced_by(passage: Passage, index: int) -> Iterator[Candidate]:
    word = passage.words[index]
    lower = word.text.lower()
    if _NOBODY.match(passage.right(word.end, 12)):
        return
    if lower in _SALUTATIONS:
        yield from _saluted(passage, index)
    elif lower in _TITLES and word.capitalised:
        yield from _titled(passage, index)
    elif lower in _MATTERS:
        yield from _named_after(passage, index)
    elif (lower in _LABELS or is_role(lower)) and _LABEL_GAP.fullmatch(passage.gap(index)):
        yield from listed_names(passage, index + 1, certain=lower in _PARTS_OF_NAMES)
    elif lower in _NAMING:
        yield from _called(passage, index)
    elif is_role(lower):
        yield from _in_role(passage, index)
    elif lower in {"ist", "war"} and index and _names_somebody(passage, index):
        yield from _named_after(passage, index)
    elif word.capitalised and is_signed(passage, index):
        yield from listed_names(passage, index, certain=True)


def _last_of_office(passage: Passage, index: int) -> int | None:
    """The last word of "beim Jobcenter:" behind the role at `index`; None where nothing of the kind stands there."""
    last = min(index + 4, len(passage.words) - 2)
    if index + 1 > last or passage.words[index + 1].text.lower() not in _OF_OFFICES:
        return None
    for place in range(index + 2, last + 1):
        if _LABEL_GAP.fullmatch(passage.gap(place)):
            return place if is_office(passage.words[place].text) else None
        if passage.gap(place) != " ":
            return None
    return None


def _names_somebody(passage: Passage, index: int) -> bool:
    """Whether "zuständig ist" is read, or "Antragstellerin ist" before a word in capitals."""
    before = passage.words[index - 1].text
    if before.lower() in _ANSWERABLE:
        return True
    following = passage.words[index + 1].text if index + 1 < len(passage.words) else ""
    return is_role(before) and len(following) > 4 and following.isupper() and not is_ordinary(following)


def people_in_company(passage: Passage) -> Iterator[Candidate]:
    """Yield the person who opens "Okonkwo und seine Schwester"."""
    for index, word in enumerate(passage.words):
        if word.capitalised and _is_kept_company(passage, index):
            yield person(passage, Name(index, index))


def _is_kept_company(passage: Passage, index: int) -> bool:
    rest = [word.text for word in passage.words[index + 1 : index + 4]]
    return (
        passage.opens_sentence(index)
        and len(rest) == 3
        and rest[0] == "und"
        and rest[1] in _POSSESSIVES
        and all(joined(passage, index + step) for step in range(3))
        and is_role(rest[2])
        and not is_institution(passage.words[index].text)
        and not is_function_word(passage.words[index].text)
    )


def _saluted(passage: Passage, index: int) -> Iterator[Candidate]:
    if not _SALUTATION_GAP.fullmatch(passage.gap(index)):
        return
    first = after_titles(passage, index + 1)
    if first is None:
        return
    determined = _is_determined(passage, index)
    name = read_name(passage, first, certain=not determined) or _lower_case_name(passage, index, first)
    if name and determined:
        yield person(passage, name)
    elif name:
        yield person(passage, name, index, words=instead(passage, index, name))


def _titled(passage: Passage, index: int) -> Iterator[Candidate]:
    first = after_titles(passage, index)
    if (
        first is not None
        and first > index
        and not _is_house(passage, first)
        and (name := read_name(passage, first, certain=True))
    ):
        yield person(passage, name, index)


def _is_house(passage: Passage, first: int) -> bool:
    """Whether hyphens make a house of the title: "Prof.-Muster-Klinik"."""
    end = passage.words[first].text.rpartition("-")[2]
    return passage.gap(first - 1).endswith("-") and (is_institution(end) or is_office(end))


def _in_role(passage: Passage, index: int) -> Iterator[Candidate]:
    """Read "die Mandantin Okonkwo" and "den Kindern Milan und Goran"."""
    if not joined(passage, index):
        return
    if last := _last_of_office(passage, index):
        yield from listed_names(passage, last + 1)
        return
    first = after_titles(passage, index + 1)
    if first is None:
        return
    role = passage.words[index]
    if role.capitalised and is_in_doubt(passage.words[first].text) and first == index + 1:
        return  # "die Mutter Berg", but "weil die Mutter Trost sucht": the sentence decides.
    # In lower case it is an adjective: "die betroffene Person".
    name = read_name(passage, first, certain=role.capitalised and _stands_before_verb(passage, index, first))
    if name is None and role.text.islower() and looks_foreign(passage.words[first].text):
        name = Name(first, first)
    if name is None:
        return
    others = list(listed_names(passage, next_listed(passage, name.last)))
    if others or not _is_determined(passage, index):
        yield person(passage, name)
        yield from others
    else:
        yield person(passage, name, index, words=role.text)


def _called(passage: Passage, index: int) -> Iterator[Candidate]:
    """Read "heißt Emeka" and "der Name lautet Emeka"."""
    first = index + 1
    while first < len(passage.words) and first < index + 4 and _QUOTE_GAP.fullmatch(passage.gap(first - 1)):
        if passage.words[first].text.lower() not in _BETWEEN_NAMING:
            quoted = _QUOTED.search(passage.gap(first - 1)) or passage.words[index].text == "namens"
            if quoted and passage.words[first].capitalised:
                yield person(passage, read_name(passage, first, certain=True) or Name(first, first))
                return
            yield from listed_names(passage, first)
            return
        first += 1


def _named_after(passage: Passage, index: int) -> Iterator[Candidate]:
    """Read "im Fall Okonkwo"; what European courts call a ruling is public."""
    if _RULING.search(passage.left(passage.words[index].start)):
        return
    if joined(passage, index) or _LABEL_GAP.fullmatch(passage.gap(index)):
        yield from listed_names(passage, index + 1)


def _lower_case_name(passage: Passage, index: int, first: int) -> Name | None:
    """Read "frau osmani", but not "seine frau arbeitet" and not "Mann und Frau gleich"."""
    words = passage.words
    start, first = first, behind_particles(passage, first)
    word = words[first].text
    if not word.islower() or len(word) < 3 or is_function_word(word) or _is_determined(passage, index):
        return None
    listed = (
        words[index].text == "frau"
        and not passage.has_capitals(index)
        and _is_listed_before_verb(passage, first)
    )
    led = words[start].text in FOREIGN
    common = words[index].text == "Frau" or is_ordinary(word)
    if common and not (listed or led or looks_foreign(word)):
        return None
    more = first + 1 < len(words) and joined(passage, first) and looks_foreign(words[first + 1].text)
    return Name(start, first + 1 if more else first)


def _is_listed_before_verb(passage: Passage, first: int) -> bool:
    """Whether a verb follows a word that is a name as well: "frau nasser wartet"."""
    word, following = passage.words[first].text, first + 1
    if following >= len(passage.words) or not joined(passage, first):
        return False
    verb = passage.words[following].text
    return (is_listed_name(word) or may_be_surname(word)) and verb in _VERBS | word_list("personal_verbs")


def _is_determined(passage: Passage, index: int) -> bool:
    """Whether an article or possessive stands before word `index`, perhaps with an adjective between."""
    for before in (index - 1, index - 2):
        if before < 0 or not joined(passage, before):
            return False
        word = passage.words[before].text
        if is_determiner(word):
            return True
        if not word.islower() or is_function_word(word):
            return False
    return False


def _stands_before_verb(passage: Passage, index: int, first: int) -> bool:
    """Whether a verb follows the word after a role that opens its sentence: that word must be a name then."""
    start = index - 1 if index and is_determiner(passage.words[index - 1].text) else index
    following = first + 1
    return (
        passage.opens_sentence(start)
        and following < len(passage.words)
        and joined(passage, first)
        and passage.words[following].text in _VERBS
    )
