"""Which words belong to German office prose, and which look as if they came from somewhere else.

The lists are short and our own; endings and compounds do the rest. This is the seam at which a larger
vocabulary enters: everything that asks about a word asks `is_ordinary` or `looks_foreign`.
"""

import re
from functools import cache, lru_cache
from importlib import resources

_LONGEST_NAME = 40
_INFLECTIONS = ("", "s", "es", "n", "en", "e", "er", "em", "ern", "se")
_ROLE_ENDINGS = ("", "in", "innen", "n", "en", "s", "es", "r", "m", "e")
_TELLING_ENDING = re.compile(
    r"(?:ung|heit|keit|schaft|[tsgx]ion|tät|ismus|[bdfghrt]nis|tum|chen|ling|tik|hnik|onik|ogik|ysik|ment|erei"
    r"|innen|isch|lich|(?<!w)ig|haft|weise|mäßig|(?<![bk])bar|[dghnst]los|[enrgt]sam|end|(?<!sev)(?<!ath)erin"
    r"|torin|\w{4}srat|stadtrat|beirat|rätin|\w{3}amt|ämter)"
    r"(?:e|en|er|es|em|s|se|sen|ses)?$"
)
_PARTICIPLE = re.compile(
    r"(?:ge|be|ver|er|ent|zer|ab|an|auf|aus|ein|nach|vor|zu|über|unter|um|mit|fest|hin|her|zurück|dar|bei|durch"
    r"|wider|miss|un|statt|wieder|weiter|teil)\w{3,}(?:t|te|ten|ter|tes|en|ene|ener|enes)$"
)
_DETERMINER = re.compile(
    r"der|die|das|des|dem|den|eine?[rsnm]?|(?:mein|dein|sein|ihr|unser|eur)e?[rsnm]?|diese?[rsnm]?|jede[rsnm]?"
    r"|keine?[rsnm]?|beiden?|beim|zum|zur|vom|am|im|ins|ans"
)
_PLACE_ENDING = re.compile(r"(?:stan|ien|land)s?$")
_CAPITAL_INSIDE = re.compile(r"(?<!^Mc)(?<!^De)(?<=[a-zäöüß])[A-ZÄÖÜ]")
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-ZäöüÄÖÜßẞ]")
_FRENCH_LETTER = re.compile(r"[éèêëàâáîïíôóûúçñœ]")
_FOREIGN_SHAPE = re.compile(
    r"^(?:kh|gh|dj|zh|q(?!u)|ng|mb|nd|mw|kw|abd[eou]|al-|el-|n'|o'|d'[aeiou])|q(?!u)|ullah"
    r"|(?:ov|ev|i[cć]|enko|shvili|dze|[iy]an|jan|oglu|uddin|din|eh|ah|(?<!e)im|[abdhkmns]ir|[^eiaouäöü][aio]|[iy]a"
    r"|io|ua)s?$|[^eiaouäöü]u$"
)


@cache
def word_list(*names: str) -> frozenset[str]:
    """The words of the lists `names`, lower-case."""
    folder = resources.files(__package__) / "words"
    lines = [
        line
        for name in names
        for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    return frozenset(word for line in lines for word in line.split())


def is_function_word(word: str) -> bool:
    """Whether `word` is an article, pronoun, preposition, adverb or one of the commonest verbs."""
    return word.lower() in word_list("function_words")


def is_determiner(word: str) -> bool:
    """Whether `word` is an article or possessive, alone or grown into a preposition."""
    return bool(_DETERMINER.fullmatch(word.lower()))


def is_place(word: str) -> bool:
    """Whether `word`, genitive included, is a country, town or borough that may be named."""
    lower, places = word.lower(), word_list("places")
    return lower in places or lower.removesuffix("s") in places or bool(_PLACE_ENDING.search(lower))


@lru_cache(maxsize=32_768)
def is_ordinary(word: str) -> bool:
    """Whether German prose uses `word` without meaning a person, as far as lists and endings can tell."""
    if len(word) > _LONGEST_NAME:
        return True
    lower = word.lower()
    if "-" in lower:
        return is_ordinary(lower.rpartition("-")[2])
    if lower in word_list("function_words") or is_place(lower) or is_acronym(word):
        return True
    if is_role(lower) or (len(lower) > 5 and (_TELLING_ENDING.search(lower) or _PARTICIPLE.match(lower))):
        return True
    stems = [lower.removesuffix(ending) for ending in _INFLECTIONS if lower.endswith(ending)]
    fixed = word_list("nouns", "fixed_words", "organisations", "affairs", "offices_held")
    return any(stem in fixed and len(stem) > 2 for stem in stems) or any(map(_is_compound, stems))


def _is_compound(stem: str) -> bool:
    nouns = word_list("nouns")
    return any(
        (tail := stem[-length:]) in nouns and tail not in word_list("surname_endings")
        for length in range(4, min(len(stem) - 2, 20))
    )


def is_acronym(word: str) -> bool:
    """Whether `word` is written like BAMF, NRW, AufenthG or GmbH."""
    return (word.removesuffix("s").isupper() and len(word) < 5) or bool(_CAPITAL_INSIDE.search(word))


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
    """Whether `word` says what somebody is: client, relative, official, lawyer, doctor, teacher."""
    if len(word) > _LONGEST_NAME:
        return False
    lower, roles = word.lower(), word_list("roles")
    stems = [lower.removesuffix(ending) for ending in _ROLE_ENDINGS if lower.endswith(ending)]
    return any(stem[-length:] in roles for stem in stems for length in _tails(stem))


def is_office_held(word: str) -> bool:
    """Whether `word` after "Herr" or "Frau" is a function, such as "Vorsitzende"."""
    return word.lower() in word_list("offices_held")


def _tails(stem: str) -> list[int]:
    """Lengths of the ends of `stem` that may be the last part of a compound, the whole included."""
    return [length for length in range(3, min(len(stem), 21)) if length < len(stem) - 2] + [len(stem)]


@lru_cache(maxsize=8_192)
def is_affair(word: str) -> bool:
    """Whether `word` is something people have or do, such as "Antrag" or "Identität"."""
    lower, affairs = word.lower(), word_list("affairs")
    return any(lower.removesuffix(ending) in affairs for ending in _INFLECTIONS)
