"""Combinations that point at one person although no name is given."""

import re
from collections.abc import Iterator

from portal.textguard.findings import PLACEHOLDERS, Candidate, Kind, Severity
from portal.textguard.passage import Passage
from portal.textguard.vocabulary import is_ordinary, is_place, word_list

_NOUN = r"[A-ZÄÖÜ][^\W\d_]{2,40}(?:-[A-ZÄÖÜ][^\W\d_]{1,30})?"
_ORIGIN = r"[a-zäöü-]{3,30}isch(?:e[rsnm]?)|deutsche[rsnm]?"
_PLACE = r"[A-ZÄÖÜ][^\W\d_]{1,30}(?:[ -][A-ZÄÖÜ][^\W\d_]{1,30}){0,2}"
_FROM = rf"(?: aus (?:de[rmn] )?(?P<home>{_PLACE}))?"
_HERE = (
    r"(?:(?:,? (?:und )?(?:die|der|das|wohnhaft|lebt|lebend|tätig|derzeit) ?|,)? ?(?:in|bei|im|am) "
    rf"(?:de[rm] )?(?P<here>{_PLACE}))?"
)
_AGE = r"(?:\d{1,3}[- ]?jährige[rnsm]?|\d{1,3} Jahre alte[rnsm]?|[a-zäöüß]{4,30}jährige[rnsm]?)"
_AGED = re.compile(rf"(?<!\w){_AGE} (?:(?P<origin>{_ORIGIN}) )?(?P<noun>{_NOUN}){_FROM}{_HERE}")
_AGE_BEHIND = re.compile(
    rf"(?<!\w)(?P<origin>{_ORIGIN}) (?P<noun>{_NOUN}) ?\(\d{{1,3}}(?: Jahre)?\){_FROM}{_HERE}"
)
_ONLY = re.compile(rf"(?<!\w)[Ee]inzige[rnsm]? (?:(?P<origin>{_ORIGIN}) )?(?P<noun>{_NOUN}){_FROM}{_HERE}")
_LARGE_FAMILY = re.compile(
    r"(?<!\w)(?:Mutter|Vater|Eltern) (?:von )?"
    r"(?:(?:sieben|acht|neun|zehn|elf|zwölf|[7-9]|1\d) (?:\w{3,20}e?n )?Kindern?|(?:Dr|V)illingen|Vierlingen)"
)
_LARGE = {"köln", "deutschland", "nordrhein-westfalen", "nrw", "europa", "bundesgebiet"}
_AGENT = re.compile(
    r".{2,}(?:er|erin|or|orin|ist|istin|ent|entin|loge|login|wirt|wirtin|mann|frau|ane|anin|iker|ikerin|amme"
    r"|[a-z]ure|ane|ese|esin|ake|akin|koch|köchin)n?$"
)
_FEMININE_AND_PLURAL = ("", "in", "innen", "n", "en", "er", "s", "r", "e", "es")


def telling_combinations(passage: Passage) -> Iterator[Candidate]:
    """Yield descriptions that may fit one person only: age, origin, trade and place, or "der einzige …"."""
    for shape in (_AGED, _AGE_BEHIND):
        for described in shape.finditer(passage.text):
            if _traits(described) > 1:
                yield _marked(described)
    for only in _ONLY.finditer(passage.text):
        if _is_only_person(only):
            yield _marked(only)
    for family in _LARGE_FAMILY.finditer(passage.text):
        yield _marked(family)


def _traits(described: re.Match[str]) -> int:
    """How much is told besides the age: origin, trade, place of work or home."""
    groups = described.groupdict()
    trade = not _is_in(groups["noun"], "anybody")
    origin = groups["origin"] or (groups["home"] and is_place(groups["home"].split()[0]))
    return bool(trade) + bool(origin) + _is_somewhere(groups["here"]) + (bool(groups["home"]) and not origin)


def _is_only_person(only: re.Match[str]) -> bool:
    noun = only["noun"]
    if any(noun.lower().endswith(thing) for thing in word_list("things_in_er")):
        return False
    someone = bool(_AGENT.match(noun.lower())) or _is_in(noun, "anybody")
    return someone and bool(only["origin"] or only["home"] or _is_somewhere(only["here"]))


def _is_in(noun: str, words: str) -> bool:
    """Whether `noun`, also as a feminine or a plural, is in the list `words`."""
    lower = noun.lower()
    return any(lower.removesuffix(ending) in word_list(words) for ending in _FEMININE_AND_PLURAL)


def _is_somewhere(place: str | None) -> bool:
    """Whether `place` names a place, not a procedure or season, that is small enough to know each other."""
    if place is None or place.lower() in _LARGE:
        return False
    first = place.split()[0]
    return is_place(first) or not is_ordinary(first)


def _marked(described: re.Match[str]) -> Candidate:
    return Candidate(Kind.QUASI, Severity.MEDIUM, *described.span(), PLACEHOLDERS[Kind.QUASI])
