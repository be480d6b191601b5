"""German words that are also names: "Vogel", "Berg", "Kaiser", "Rose". The sentence decides.

German hardly says a noun that can be counted without an article, so a bare one is a name. How much else must
speak for a person depends on the word; the tagger is asked only where a sentence holds such a word.
"""

import enum
from collections.abc import Iterator
from functools import lru_cache

from portal.textguard.evidence import Evidence
from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.german import (
    has_telling_ending,
    is_acronym,
    is_determiner,
    is_form,
    is_function_word,
    is_inflected_noun,
    is_noun,
    is_short_form,
    word_list,
)
from portal.textguard.lexicon import lexicon
from portal.textguard.name_reading import Name, instead, is_cited, read_name, spelling
from portal.textguard.passage import Passage
from portal.textguard.vocabulary import (
    Standing,
    is_affair,
    is_country,
    is_given_name,
    is_in_doubt,
    is_institution,
    is_listed_name,
    is_people_or_language,
    is_place,
    is_role,
    may_be_surname,
    standing,
)

_POLITE = frozenset(
    {"Man", "Sie", "Ihr", "Ihre", "Ihrer", "Ihren", "Ihrem", "Ihres", "Ihnen", "Du", "Dir", "Dein", "Deine"}
)


class Likelihood(enum.IntEnum):
    """What must speak for a person before a German word is taken for a name."""

    NONE = 0
    """Nothing would be enough."""
    STRONG = 1
    """Something that is said of people only: a role before it, a verb of speech, an age in brackets."""
    WEAK = 2
    """A preposition or verb as people have them."""
    BARE = 3
    """That no article stands before it."""


def double_names(passage: Passage) -> Iterator[Candidate]:
    """Yield words that are German and a name, where the sentence reads as if a person were meant."""
    for index, word in enumerate(passage.words):
        if not word.capitalised and (passage.has_capitals(index) or not _may_be_small(word.text)):
            continue
        text = spelling(passage, index)
        likelihood = likelihood_of(text.capitalize() if text.islower() else text)
        if likelihood and _means_person(Evidence(passage, index), likelihood):
            name = read_name(passage, index, certain=True, announced=False) or Name(index, index)
            start, end = passage.words[name.first].start, passage.words[name.last].end
            words = instead(passage, index, name)
            severity = Severity.LOW if is_cited(passage, name) else Severity.MEDIUM
            yield Candidate(Kind.PERSON, severity, start, end, words, passage.text[start:end])


@lru_cache(maxsize=16_384)
def likelihood_of(word: str) -> Likelihood:
    """How much must speak for a person before `word`, which is German, is taken for a name."""
    lower = word.lower()
    if (
        len(word) < 3
        or is_acronym(word)
        or word in _POLITE
        or lower in word_list("calendar", "titles")
        or standing(word) > Standing.DOUBLE
    ):
        return Likelihood.NONE
    if is_in_doubt(word):
        return Likelihood.BARE
    if is_place(lower) and not is_people_or_language(lower):
        named = is_given_name(lower) or may_be_surname(lower)
        return Likelihood.NONE if is_country(lower) and not named else Likelihood.STRONG
    if is_function_word(lower) or standing(word) is Standing.DOUBLE:
        return _likelihood_of_name(word, lower)
    if not _is_plain_noun(word, lower):
        return Likelihood.NONE
    named = any(lexicon().holds(name, lower) for name in ("family_names", "rare_names"))
    return Likelihood.WEAK if named else Likelihood.STRONG


def _likelihood_of_name(word: str, lower: str) -> Likelihood:
    """The same for a word that is often said and on a list of names."""
    if is_determiner(lower) or not is_listed_name(word):
        return Likelihood.NONE
    if lexicon().holds("common_nouns", lower):
        return Likelihood.STRONG
    surname = may_be_surname(word) and not is_function_word(lower)
    return Likelihood.BARE if surname else Likelihood.WEAK


@lru_cache(maxsize=2_048)
def _may_be_small(word: str) -> bool:
    """Whether `word`, in a text without capitals, is no verb, adjective or small word."""
    verb = word.endswith(("en", "eln", "ern")) and is_form(word)
    return len(word) > 3 and not is_function_word(word) and not verb and (is_noun(word) or not is_form(word))


def _is_plain_noun(word: str, lower: str) -> bool:
    """Whether `word` is a noun in the singular, or a compound that no list has, which names no office or abstract."""
    if has_telling_ending(lower) or lower.endswith("ing") or is_short_form(word) or "-" in word:
        return False
    if (
        (is_role(word) and is_form(lower))
        or is_affair(word)
        or is_institution(word)
        or is_people_or_language(word)
    ):
        return False
    own = word_list("organisations", "things", "english", "calendar")
    if lower in own or lexicon().holds("common_nouns", lower):
        return False
    plural = is_inflected_noun(lower) and not is_noun(word)
    return not plural and (is_noun(word) or not is_form(lower))


def _means_person(around: Evidence, likelihood: Likelihood) -> bool:
    """Whether what stands around the word is enough."""
    if (
        around.is_determined()
        or around.is_counted()
        or around.is_towards()
        or around.is_adjective()
        or around.is_label()
    ):
        return False
    listed = likelihood >= Likelihood.WEAK or may_be_surname(around.text)
    if around.after_noun():
        told_of = likelihood is Likelihood.BARE and around.is_told_of()
        return told_of or around.in_apposition(listed=listed)
    if around.says_strongly(listed=listed):
        return True
    if likelihood is Likelihood.STRONG or around.is_predicate() or around.is_one_of_things():
        return False
    if around.leads_noun() and not (likelihood is Likelihood.BARE and may_be_surname(around.text)):
        return False
    return likelihood is Likelihood.BARE or around.says_weakly()
