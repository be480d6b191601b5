"""Parts of German compounds, and the verbs behind participles: what a word is found by besides its own stem.

A function of the word alone: what it gives does not depend on what else the archive holds, so a decision's row in the
index stays true when others come and go. Words are split by a list of words that make compounds; where one half is not
in it, by how words may begin and end.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

from minutes.stems import LONGEST_WORD, plain, stem

SHORTEST_COMPOUND = 7
LINKS = ("s", "es", "n", "en", "er", "e", "ns", "ens")
SUFFIXES = re.compile(
    r"(?:ungs?|ungen|heit(?:en)?|keit(?:en)?|igkeit(?:en)?|schaft(?:en)?|lich|isch|sam|bar|haft|los|ig|tum|tums|weise|fach"
    r"|massig|artig|iell|ional|ionell|ar|al|ell|ion|ionen|ator|ismus|ist|ant|enz|anz|wert|wertes|nis|nisse|ieren|iert|ierung|ierungen|ling|linge|innen|chen|lein|erin|erinnen|mal|warts)"
    r"(?:e|en|er|es|em|s)?"
)
SURE = re.compile(r"(?<=.)(?:ung|heit|keit|schaft|ion|tat|ling|tum)s(?=.{4})")
ONSET = re.compile(
    r"(?:[bdfghjklmnprstvwz]|bl|br|ch|dr|fl|fr|gl|gn|gr|kl|kn|kr|pf|pfl|pl|pr|ps|qu|sch|schl|schm|schn|schr|schw|sk|sp"
    r"|spr|st|str|th|tr|zw)?[aeiouy]"
)
CODA = re.compile(
    r"[aeiouy](?:[bdfghklmnprstwxz]|ch|ck|cht|chs|ft|fts|ff|hl|hm|hn|hr|hrt|hrts|ht|hts|ks|kt|ld|lf|lg|lk|ll|lm|ln|ls|lt|lz"
    r"|mm|mp|ms|mt|mts|nd|nds|nf|nft|nfts|ng|ngs|nk|nn|ns|nst|nt|nts|nz|pf|pp|ps|pt|rb|rd|rf|rg|rk|rl|rm|rn|rr|rs|rt|rts"
    r"|rz|sch|ss|st|ts|tsch|tt|tts|tz)?$"
)
VOWEL = re.compile("[aeiouy]")
SEPARABLE = (
    "ab|an|auf|aus|bei|dar|durch|ein|fest|fort|frei|her|hin|klar|los|mit|nach|statt|teil|uber|um|unter|vor|weg|weiter"
    "|wieder|zu|zuruck|zusammen"
)
PARTICIPLE = re.compile(rf"(?P<before>{SEPARABLE})?ge(?P<root>.{{3,}}?)e?t(?:e[nrsm]?)?")
INFINITIVE = re.compile(rf"(?P<before>{SEPARABLE})zu(?P<root>.{{3,}})en")
WEAK = re.compile(r"(?P<root>.{3,}?)e?t(?:e[nrsm]?|est)?")
UNBENT = re.compile(r".*(?:kurs|puls|hals|vers)")
NOUN = re.compile(r"(?P<root>.{3,})ung(?:en)?")
DERIVED = re.compile(r"(?:be|er|ver|zer|ent|emp).{3}")


@lru_cache(maxsize=20_000)
def kin(word: str) -> tuple[str, ...]:
    """Stems by which a word is found besides its own: those of its parts, and of other words of which it is a form.

    `Aufenthaltserlaubnisse` is found by `Erlaubnis` and by `Aufenthalt`, `geduldet` by `Duldung`.

    Args:
        word: one as `minutes.stems.words` gives it: lower case, without accents.
    """
    if not word.isascii() or not word.isalpha():
        return ()
    pieces = parts(word)
    found = [*map(stem, pieces), *forms(word), *(forms(pieces[-1]) if pieces else ())]
    return tuple(dict.fromkeys(one for one in found if one != stem(word)))


def forms(word: str) -> tuple[str, ...]:
    """Stems of other words of which a word is a form, but no compound of them."""
    found = () if parts(word) else _verbs(word)
    whole = (word,) if UNBENT.fullmatch(word) else ()  # the stemmer takes its last letter for an ending
    return tuple(dict.fromkeys(one for one in (*whole, *found) if one != stem(word)))


def _verbs(word: str) -> Iterator[str]:
    """The verb of which a word is a participle, past tense, infinitive with `zu`, or the noun in `-ung`."""
    if match := NOUN.fullmatch(word):
        yield stem(f"{match['root']}en")
    if stem(word) in _whole_stems():
        return
    weak = WEAK.fullmatch(word)
    root = stem(f"{weak['root']}en") if weak else ""
    if weak and (root in _last_stems() or DERIVED.match(weak["root"])):
        yield root
        return
    for form in (PARTICIPLE, INFINITIVE):
        if match := form.fullmatch(word):
            yield stem(f"{match['before'] or ''}{match['root']}en")


@lru_cache(maxsize=20_000)
def parts(word: str) -> tuple[str, ...]:
    """The words of which a compound consists, and their neighbours together; none of a word that is no compound."""
    # Splitting takes the square of the length: of letters without end nothing is a word.
    if not SHORTEST_COMPOUND <= len(word) <= LONGEST_WORD or INFINITIVE.fullmatch(word):
        return ()
    pieces = _split(word) or _split_by_half(word)
    bounds = [0, *pieces] if pieces else []
    return tuple(
        part
        for first in range(len(bounds))
        for last in range(first, len(bounds))
        if (first, last) != (0, len(pieces))
        for part in _together(word, bounds, first, last)
    )


def _together(word: str, bounds: list[int], first: int, last: int) -> list[str]:
    """Neighbouring pieces as a word that stands alone: without the link to what follows."""
    if last == len(bounds) - 1:
        return [word[bounds[first] :]]
    before, piece = word[bounds[first] : bounds[last]], word[bounds[last] : bounds[last + 1]]
    base = _firsts().get(piece)
    if base is not None:
        return [before + base]
    return [before + piece, before + piece.removesuffix("s")] if piece.endswith("s") else [before + piece]


def _split(word: str) -> list[int]:
    """Where the pieces after the first one begin, if all of them are known: as few as possible."""
    ways: dict[int, list[int]] = {0: []}
    whole: list[int] = []
    for start in range(len(word) - 2):
        if start not in ways:
            continue
        way = [*ways[start], start] if start else []
        if start and _is_last(word[start:]) and (not whole or len(way) < len(whole)):
            whole = way
        for end in range(start + 3, len(word) - 2):
            if word[start:end] in _firsts() and (end not in ways or len(way) < len(ways[end])):
                ways[end] = way
    return whole


def _split_by_half(word: str) -> list[int]:
    """One boundary where only what stands before or behind it is known, or how words end gives it away."""
    if stem(word) in _whole_stems():
        return []
    middle = range(3, len(word) - 3)
    for at in middle:  # the longest end first
        if _is_last(word[at:]) and len(stem(word[at:])) > 3 and _may_end(word[:at]):
            return [at]
    if sure := SURE.search(word):
        return [sure.end()] if _may_begin(word[sure.end() :]) else []
    for at in reversed(middle):
        if at > 3 and word[:at] in _firsts() and _may_begin(word[at:]):
            return [at]
    return []


def _is_last(tail: str) -> bool:
    return tail[:3] in _openings() and stem(tail) in _last_stems()


def _may_end(head: str) -> bool:
    prefixes = _words("prefixes")
    if head in prefixes or head.endswith("ver") or CODA.search(head) is None:
        return False
    rests = (head.removeprefix(prefix) for prefix in prefixes)
    return all(VOWEL.search(rest) for rest in rests)


def _may_begin(tail: str) -> bool:
    return len(tail) > 3 and ONSET.match(tail) is not None and SUFFIXES.fullmatch(tail) is None


@cache
def _words(*sections: str) -> frozenset[str]:
    """Words of some sections of the list, plain."""
    text = files("minutes").joinpath("compound_words.txt").read_text(encoding="utf-8")
    blocks = re.findall(r"^# \[(\w+)\].*\n([^#]*)", text, re.MULTILINE)
    return frozenset(plain(" ".join(words for section, words in blocks if section in sections)).split())


@cache
def _last_stems() -> frozenset[str]:
    return frozenset(map(stem, _words("words")))


@cache
def _whole_stems() -> frozenset[str]:
    return frozenset(map(stem, _words("words", "beginnings", "whole")))


@cache
def _openings() -> frozenset[str]:
    return frozenset(word[:3] for word in _words("words"))


@cache
def _firsts() -> dict[str, str]:
    """What may stand before another word in a compound, with and without a link, and the word it is made of."""
    found: dict[str, str] = {}
    words = _words("words", "beginnings")
    for word in sorted(words):
        shorter = [word.removesuffix(ending) for ending in ("e", "en", "ung") if word.endswith(ending)]
        for form in (*(word + link for link in LINKS), *(form for form in shorter if len(form) > 3)):
            found.setdefault(form, word)
    return found | {word: word for word in words}
