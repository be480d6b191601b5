"""What German itself knows: listed forms, compounds of them, endings, articles, short forms."""

import re
from functools import cache, lru_cache
from importlib import resources

from portal.textguard.lexicon import lexicon

_LONGEST_WORD = 120  # letters; every cut through a word is tried, and some scripts know no blanks
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_NOUN_ENDINGS = ("s", "es", "e", "en", "n", "er", "ern")
_BEFORE_N = frozenset("erl")  # "Autos", never "Auton"
_ADJECTIVAL = ("e", "er", "es", "en", "em")
_FORMS_ENOUGH = 2
_TELLING_ENDING = re.compile(
    r"\w{3}(?:\wung|heit|keit|schaft|(?:[gx]|(?<!t)s|t)ion|tät|ismus|[bdfghrt]nis|tum|tik|hnik|onik|ogik|ysik|ment|e[rl]ei|innen|lich|haft"
    r"|weise|mäßig|[dghnst]los|[enrgt]sam|torin|\w{4}srat|stadtrat|beirat|\w{3}amt|ämter)"
    r"(?:e|en|er|es|em|s|se|sen|ses)?$"
)
_PARTICIPLE = re.compile(
    r"(?:ge|be|ver|er|ent|zer|ab|an|auf|aus|ein|nach|vor|zu|über|unter|um|mit|fest|hin|her|zurück|dar|bei|durch"
    r"|wider|miss|un|statt|wieder|weiter|teil)\w{3,}(?:t|te|ten|ter|tes|en|ene|ener|enes)$"
)
_PREFIX = re.compile(
    r"ab|an|auf|aus|bei|dar|durch|ein|fest|her|hin|los|mit|nach|um|unter|vor|weg|weiter|zu|zurück|über"
)
_SEPARABLE_PARTICIPLE = re.compile(
    r"(?:ab|an|auf|aus|bei|ein|nach|vor|zu|fest|mit|um|unter|durch|her|hin|dar|zurück|wider)ge\w{3,}(?:t|en)$"
)
_MIDDLE_ZU = re.compile(r"(?<=\w\w)zu(?=\w{3,}n$)")
_DETERMINER = re.compile(
    r"der|die|das|des|dem|den|eine?[rsnm]?|(?:mein|dein|sein|ihr|unser|eur)e?[rsnm]?|diese?[rsnm]?|jede[rsnm]?"
    r"|keine?[rsnm]?|beiden?|beim|zum|zur|vom|am|im|ins|ans"
)
_PLAIN_VOWELS = str.maketrans("äöü", "aou")
_VOWEL = re.compile(r"[aeiouyà-öø-ÿ]")
_CAPITAL_INSIDE = re.compile(r"^[A-ZÄÖÜ]{2,}[a-zäöü]{2}|(?<!^Mc)(?<!^De)(?<=[a-zäöüß])[A-ZÄÖÜ]")


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


def is_acronym(word: str) -> bool:
    """Whether `word` is written like BAMF, NRW, AufenthG or GmbH."""
    capitals = word.removesuffix("s").isupper()
    few_vowels = len(_VOWEL.findall(word.lower())) < 2
    return (capitals and (len(word) < 5 or few_vowels)) or bool(_CAPITAL_INSIDE.search(word))


@lru_cache(maxsize=65_536)
def is_form(lower: str) -> bool:
    """Whether `lower` is a German form, a language, or English that everybody uses."""
    holds = lexicon().holds
    return any(holds(name, lower) for name in ("forms", "languages", "peoples", "english"))


def is_noun(word: str) -> bool:
    """Whether `word` is the basic form of a German noun."""
    return lexicon().holds("nouns", word)


def is_inflected_noun(lower: str) -> bool:
    """Whether `lower` is a German noun with an ending."""
    if lower.endswith("n") and lower[-2:-1] not in _BEFORE_N:
        return False
    stems = (lower.removesuffix(ending) for ending in _NOUN_ENDINGS if lower.endswith(ending))
    return any(len(stem) > 2 and is_noun(stem) for stem in stems)


@lru_cache(maxsize=8_192)
def is_inflected(word: str) -> bool:
    """Whether `word` is an adjective before a noun: "kleinen", "gutes"."""
    lower = word.lower()
    if is_function_word(lower):
        return False
    stems = [lower.removesuffix(ending) for ending in _ADJECTIVAL if lower.endswith(ending)]
    return any(all(is_form(stem + ending) for ending in _ADJECTIVAL) for stem in stems if len(stem) > 2)


def is_declined(lower: str) -> bool:
    """Whether `lower` is a form of an adjective that the lists hold in others: "klare", but not "Marleen"."""
    stems = [lower.removesuffix(ending) for ending in _ADJECTIVAL if lower.endswith(ending)]
    return any(sum(is_form(stem + ending) for ending in _ADJECTIVAL) > _FORMS_ENOUGH for stem in stems)


def is_nominalised(lower: str) -> bool:
    """Whether `lower` is an adjective or participle with an ending: "Näheres", "Beratende", "Genehmigte"."""
    bases = [lower.removesuffix(ending) for ending in ("", *_ADJECTIVAL) if lower.endswith(ending)]
    for base in bases:
        verb = base[:-1] + "en" if base.endswith("t") else base[:-1]
        declined = not is_noun(base) or is_form(base + "em")
        adjective = base != lower and declined and (len(base) > 3 or not is_function_word(base))
        if len(lower) > 5 and adjective and (is_form(base) or is_function_word(base) or is_compound(base)):
            return True
        if len(lower) > 5 and base.endswith("er") and is_form(base[:-2].translate(_PLAIN_VOWELS)):
            return True
        if len(lower) > 5 and base.endswith(("t", "end")) and is_form(verb):
            return True
    return False


@lru_cache(maxsize=32_768)
def is_compound(word: str, *, surnames: bool = False) -> bool:
    """Whether `word` is made of German words; one that ends as surnames do, such as "Feldhaus", says nothing."""
    if len(word) > _LONGEST_WORD:
        return False
    endings = word_list("surname_endings")
    for cut in range(3, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        known = tail in word_list("short_tails") or (len(tail) > 3 and _is_tail(tail))
        if (tail in endings) is not surnames or not known:
            continue
        if any(_is_head(head.removesuffix(link)) for link in _LINKS if head.endswith(link)):
            return True
    return False


def _is_tail(tail: str) -> bool:
    return is_noun(tail) or (len(tail) > 4 and lexicon().holds("forms", tail)) or is_inflected_noun(tail)


def _is_head(head: str) -> bool:
    """Whether `head` may begin a compound: a noun, a stem of a verb or adjective, or a compound itself."""
    if len(head) < 3:
        return False
    holds = lexicon().holds
    if (len(head) > 3 and holds("forms", head)) or head in word_list("short_heads"):
        return True
    return len(head) > 6 and is_compound(head)


def has_telling_ending(lower: str) -> bool:
    """Whether an ending such as -ung or -keit shows that `lower` names a thing or an idea."""
    return bool(_TELLING_ENDING.search(lower))


def is_derived(word: str) -> bool:
    """Whether endings or parts show that `word` is German, though no list has it."""
    lower = word.lower()
    if is_inflected_noun(lower) or (len(lower) > 5 and _TELLING_ENDING.search(lower)):
        return True
    # Capitals may make a name of what looks like a participle.
    participle = word.islower() and len(lower) > 5 and _PARTICIPLE.match(lower)
    if _is_prefixed_verb(lower) or _SEPARABLE_PARTICIPLE.match(lower):
        return True
    # "abzuwägen" and "unklares" are listed without "zu" and "un".
    plain = _MIDDLE_ZU.sub("", lower, count=1).removeprefix("un")
    if bool(participle) or (plain != lower and len(plain) > 5 and is_form(plain)):
        return True
    return is_compound(lower) or is_nominalised(lower) or (plain != lower and is_nominalised(plain))


def _is_prefixed_verb(lower: str) -> bool:
    """Whether `lower` is an infinitive that no list has: "umwandeln"."""
    found = _PREFIX.match(lower)
    stem = lower[found.end() :] if found else ""
    return len(stem) > 4 and stem.endswith(("en", "eln", "ern")) and is_form(stem) and not is_noun(stem)


def is_short_form(word: str) -> bool:
    """Whether `word` is an abbreviation: "Nr", "Rn", "Aufl", BAMF, AufenthG."""
    lower = word.lower()
    if lower in word_list("abbreviations") or lower.endswith("nr") or is_acronym(word):
        return True
    return len(lower) < 5 and lower.isascii() and not _VOWEL.search(lower)
