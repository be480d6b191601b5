"""Which words belong to German office prose, and which look as if they came from somewhere else.

Large lists, our own small ones, endings and compounds answer. This is the seam: everything that asks about a
word asks `standing`, `is_ordinary` or `looks_foreign`.
"""

import enum
import re
from functools import cache, lru_cache

from portal.textguard.german import (
    is_acronym,
    is_compound,
    is_declined,
    is_derived,
    is_form,
    is_function_word,
    is_nominalised,
    is_noun,
    is_short_form,
    word_list,
)
from portal.textguard.lexicon import lexicon

_LONGEST_NAME = 40
_PLAIN_E = str.maketrans("éè", "ee")
_INFLECTIONS = ("", "s", "es", "n", "en", "e", "er", "em", "ern", "se")
_SHORTEST_TAIL = 4  # letters; names end in what is shorter: "Paloma"
_ROLE_ENDINGS = ("", "in", "innen", "n", "en", "s", "es", "r", "m", "e")
_PLACE_ENDING = re.compile(r"\w{2}(?:ien|land)s?$")
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-ZäöüÄÖÜßẞ]")
_FRENCH_LETTER = re.compile(r"[éèêëàâáîïíôóûúçñœ]")
_FOREIGN_SHAPE = re.compile(
    r"^(?:kh|gh|dj|zh|q(?!u)|ng|mb|nd|mw|kw|abd[eou]|al-|el-|n'|o'|d'[aeiou])|q(?!u)|ullah"
    r"|(?:ov|ev|i[cć]|enko|shvili|dze|[iy]an|jan|oglu|uddin|din|eh|ah|(?<!e)im|[abdhkmns]ir|[^eiaouäöü][aio]|[iy]a"
    r"|io|ua)s?$|[^eiaouäöü]u$"
)

# The endings that international names of medicines have.
_MEDICINE = re.compile(
    r"\w{3,}(?:[acfglnrt][aeiou]vir|mab|sartan|statin|prazol|oxetin|zepam|zolam|cillin|mycin|floxacin|dipin|gliptin|triptan|tinib"
    r"|peridon|pramin|triptylin|olol|limus|conazol|nidazol|cyclin|azepin|[tz]apin|gliflozin|glutid|lukast|formin|platin"
    r"|rubicin|taxel|trexat|thiazid|semid|fenac|profen|coxib|dronat|setron|barbital|thyroxin|nisolon)s?$"
)
_OFFICE = re.compile(
    r"(?i:amt|stelle|dienst|büro|center|behörde|verwaltung|abteilung|referat|sachgebiet|team|zimmer|raum)[es]{0,2}$"
)


def is_place(word: str) -> bool:
    """Whether `word`, genitive included, is a country, town or borough that may be named."""
    lower, places = word.lower(), word_list("places")
    known = lower in places or lower.removesuffix("s") in places or _is_on("places", lower)
    return known or ends_like_place(lower)


def ends_like_place(word: str) -> bool:
    """Whether `word` ends as countries do, and is on no list of names."""
    return bool(_PLACE_ENDING.search(word.lower())) and not is_listed_name(word)


def is_country(word: str) -> bool:
    """Whether `word` is a country or a part of the world."""
    return lexicon().holds("countries", word.lower())


class Standing(enum.IntEnum):
    """What the lists know of a word."""

    ORDINARY = 0
    """A German word, place, body or short form that names nobody."""
    DOUBLE = 1
    """A German word that is also somebody's name."""
    UNKNOWN = 2
    """In no list, and no compound of what is."""
    NAME = 3
    """A name, and no German word."""


@lru_cache(maxsize=65_536)
def standing(word: str) -> Standing:
    """What `word` is, as far as lists, endings and compounds can tell; the sentence is not asked."""
    if len(word) > _LONGEST_NAME:
        return Standing.ORDINARY
    if "-" in word:
        return _standing_of_parts(word)
    lower = word.lower()
    # In capitals some names look like short forms: SINGH, but BVERFG.
    is_short = is_short_form(word) and not (len(word) > 4 and word.isupper() and is_listed_name(lower))
    if is_function_word(lower) or is_short or is_place(lower) or _is_own_word(lower):
        found = Standing.ORDINARY
    elif is_form(lower):
        double = is_given_name(lower) or is_listed_surname(lower) or _is_on("tagged_names", lower)
        found = Standing.DOUBLE if double else Standing.ORDINARY
    elif is_listed_name(lower) and not _is_adjective(lower):
        found = Standing.NAME
    elif is_form(lower.translate(_PLAIN_E)) or _MEDICINE.match(lower) or _is_townsman(word):
        found = Standing.ORDINARY
    elif is_derived(word) or is_role(lower) or _is_genitive_verb(lower):
        tagged = (_is_on("tagged_names", lower) or is_listed_surname(lower)) and not is_role(lower)
        found = Standing.DOUBLE if tagged else Standing.ORDINARY
    else:
        found = Standing.DOUBLE if is_compound(lower, surnames=True) else Standing.UNKNOWN
    return found


def _is_adjective(lower: str) -> bool:
    """Whether `lower`, which is on a list of names, is an adjective that the lists of forms lack."""
    return is_nominalised(lower) and (is_declined(lower) or not is_given_name(lower))


def _is_townsman(word: str) -> bool:
    """Whether `word` is made from a place: "Kalker"."""
    return word[:1].isupper() and word.endswith("er") and is_place(word.removesuffix("er"))


def _is_genitive_verb(lower: str) -> bool:
    """Whether `lower` is the genitive of an infinitive: "wegen Erschleichens"."""
    return lower.endswith(("ens", "elns", "erns")) and is_form(lower[:-1])


def _standing_of_parts(word: str) -> Standing:
    """The last part says what a word with hyphens is: "Anna-Muster-Schule", but "Muster-Berg"."""
    first, _hyphen, last = word.rpartition("-")
    of_last = standing(last) if last else Standing.ORDINARY
    if of_last is Standing.UNKNOWN and is_place(first.rpartition("-")[2]):
        return Standing.ORDINARY
    named = any(standing(part) is Standing.NAME for part in first.split("-") if part)
    if first and standing(first) is Standing.NAME and is_given_name(first) and is_given_name(last):
        return Standing.NAME  # "Anne-Solange"
    if of_last is Standing.DOUBLE:
        of_last = Standing.NAME if named and is_in_doubt(last) else Standing.ORDINARY
    return of_last


def is_ordinary(word: str) -> bool:
    """Whether German prose uses `word` without meaning a person, as far as lists and endings can tell."""
    return standing(word) <= Standing.DOUBLE


def is_listed_name(word: str) -> bool:
    """Whether a part of `word`, or its genitive, is on a list of names."""
    parts = [part for part in word.lower().replace("'", "-").split("-") if len(part) > 1]
    return any(is_given_name(part) or _is_on("family_names", part) for part in parts)


def is_given_name(word: str) -> bool:
    """Whether `word`, or its genitive, is on a list of given names, or on our own, which has both kinds."""
    lower, own = word.lower(), word_list("names")
    return _is_on("given_names", lower) or lower in own or lower.removesuffix("s") in own


@lru_cache(maxsize=16_384)
def is_in_doubt(word: str) -> bool:
    """Whether `word` is German and somebody's name, and office prose does not nearly always mean the former."""
    if len(word) < 3 or {word.lower(), word.lower().removesuffix("s")} & word_list("not_names"):
        return False
    return standing(word) is Standing.DOUBLE and not is_function_word(word)


def may_be_surname(word: str) -> bool:
    """Whether `word` is a surname of German-speaking countries, or made like one ("Feldhaus")."""
    return is_listed_surname(word) or (not is_noun(word) and is_compound(word.lower(), surnames=True))


def is_listed_surname(word: str) -> bool:
    """Whether `word`, or its genitive, is on a list of surnames of German-speaking countries."""
    lower, own = word.lower(), word_list("surnames")
    return _is_on("german_names", word) or lower in own or lower.removesuffix("s") in own


def is_in_dictionary(word: str) -> bool:
    """Whether `word` as it stands is a known form, place, body or function, and no mere compound."""
    lower = word.lower().rpartition("-")[2]
    return (
        is_form(lower)
        or is_function_word(lower)
        or is_place(lower)
        or _is_own_word(lower)
        or is_acronym(word)
    )


@lru_cache(maxsize=32_768)
def _is_on(name: str, word: str) -> bool:
    listed = lexicon().holds
    return listed(name, word) or (len(word) > 3 and word[-1] == "s" and listed(name, word[:-1]))


def _is_own_word(lower: str) -> bool:
    """Whether our own lists hold `lower`, perhaps inflected."""
    own = word_list("peoples", "organisations", "things", "english")
    stems = (lower.removesuffix(ending) for ending in _INFLECTIONS if lower.endswith(ending))
    return any(stem in own and (len(stem) > 3 or lower in {stem, stem + "s"}) for stem in stems)


def has_foreign_letter(word: str) -> bool:
    """Whether a letter of `word` is unknown to German; French accents count in capitalised words only."""
    letters = word if word[:1].isupper() else _FRENCH_LETTER.sub("", word)
    return bool(_FOREIGN_LETTER.search(letters))


@lru_cache(maxsize=32_768)
def looks_foreign(word: str) -> bool:
    """Whether `word` is no ordinary German word and has a letter, beginning or ending that German lacks."""
    if len(word) < 3 or is_ordinary(word):
        return False
    lower = word.lower()
    return has_foreign_letter(word) or (len(lower) > 3 and bool(_FOREIGN_SHAPE.search(lower)))


@lru_cache(maxsize=8_192)
def is_role(word: str) -> bool:
    """Whether `word` says what somebody is: client, relative, official, or any trade that women and men have."""
    if len(word) > _LONGEST_NAME:
        return False
    lower, roles = word.lower(), word_list("roles")
    stems = [lower.removesuffix(ending) for ending in _ROLE_ENDINGS if lower.endswith(ending)]
    # "Oma" and "Omas" are one; with other endings it is a name.
    stems = [stem for stem in stems if len(stem) >= _SHORTEST_TAIL or lower in {stem, stem + "s"}]
    if any(stem[-length:] in roles for stem in stems for length in _tails(stem)):
        return True
    return lower not in word_list("no_roles") and any(map(_has_feminine, stems))


def _has_feminine(stem: str) -> bool:
    return (
        len(stem) > 3 and is_noun(stem) and (is_noun(stem + "in") or is_noun(stem.removesuffix("e") + "in"))
    )


@cache
def _long_kinds() -> tuple[str, ...]:
    return tuple(kind for kind in word_list("institutions") if len(kind) > 3)


def is_english(word: str) -> bool:
    """Whether `word` is English that offices use, and no German noun."""
    lower = word.lower()
    if is_acronym(word):
        return False
    english = lower in word_list("english") or lexicon().holds("english", lower)
    return english or not (is_form(lower) or is_derived(word) or is_role(lower))


@lru_cache(maxsize=8_192)
def is_institution(word: str) -> bool:
    """Whether `word` says what kind of body, house or undertaking a name behind it belongs to."""
    lower = word.lower()
    kinds = word_list("institutions")
    stems = {lower, lower.removesuffix("s"), lower.removesuffix("es")}
    return any(stem in kinds or stem.endswith(_long_kinds()) for stem in stems)


def is_office(word: str) -> bool:
    """Whether `word` is a body, an office or a part of one: "Sozialamt", "Sachgebiet", "Caritas"."""
    return bool(_OFFICE.search(word)) or is_institution(word) or word.lower() in word_list("organisations")


def is_relative(word: str) -> bool:
    """Whether `word` is a relative: "Sohn", "Schwiegermutter"."""
    lower = word.lower()
    return lower.endswith(tuple(word_list("relatives"))) and is_role(word)


def is_people_or_language(word: str) -> bool:
    """Whether `word` is a language, a people or a faith."""
    lower = word.lower()
    holds = lexicon().holds
    known = holds("languages", lower) or holds("peoples", lower)
    return known or lower.removesuffix("n") in word_list("peoples")


def is_office_held(word: str) -> bool:
    """Whether `word` after "Herr" or "Frau" is a function, such as "Vorsitzende"."""
    return word.lower() in word_list("offices_held")


def _tails(stem: str) -> list[int]:
    """Lengths of the ends of `stem` that may be the last part of a compound, the whole included."""
    return [length for length in range(_SHORTEST_TAIL, min(len(stem), 21)) if length < len(stem) - 2] + [
        len(stem)
    ]


@lru_cache(maxsize=8_192)
def is_affair(word: str) -> bool:
    """Whether `word` is something people have or do, such as "Antrag" or "Identität"."""
    lower, affairs = word.lower(), word_list("affairs")
    return any(lower.removesuffix(ending) in affairs for ending in _INFLECTIONS)
