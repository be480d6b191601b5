"""Combinations that point at one person although no name is given."""

import re
from collections.abc import Iterator

from portal.textguard.findings import PLACEHOLDERS, Candidate, Kind, Severity
from portal.textguard.german import word_list
from portal.textguard.passage import Passage
from portal.textguard.vocabulary import (
    is_in_dictionary,
    is_listed_name,
    is_ordinary,
    is_people_or_language,
    is_place,
    is_role,
)

_NOUN = r"[A-ZÄÖÜ][^\W\d_]{2,40}(?:-[A-ZÄÖÜ][^\W\d_]{1,30})?"
_ORIGIN = r"[a-zäöü-]{3,30}isch(?:e[rsnm]?)|deutsche[rsnm]?"
_OF_ORIGIN = r"(?: [a-zäöü-]{3,30}ischer (?:Herkunft|Abstammung|Staatsangehörigkeit|Nationalität))"
_PLACE = r"[A-ZÄÖÜ][^\W\d_]{1,30}(?:[ -][A-ZÄÖÜ][^\W\d_]{1,30}){0,2}"
_FROM = rf"(?: aus (?:de[rmn] )?(?P<home>{_PLACE}))?"
_AT = (
    rf"(?:(?:mit|beim?|am|im|an der|in der|bei der|bei einem) {_NOUN} )?"
    r"(?:in|bei|im|am|auf|von|nahe|unweit von|an) (?:de[rm] )?"
)
_HERE = (
    r"(?:(?:(?P<clause>,? (?:und )?(?:die|der|das))|,? (?:und )?(?:wohnhaft|lebt|lebend|tätig|derzeit)|,)? ?"
    rf"{_AT}(?P<here>{_PLACE})(?: als {_NOUN})?(?: (?:lebt|wohnt|arbeitet)(?!\w))?"
    r"(?(clause)(?: [^.,;:\n]{1,40}(?=[.,;:\n]|$))?))?"
)
_AGE = r"(?:\d{1,3}[- ]?jährige[rnsm]?|\d{1,3} Jahre alte[rnsm]?|[a-zäöüß]{4,30}jährige[rnsm]?)"
_ADJECTIVES = r"(?:(?!\w{0,30}isch)[a-zäöüß-]{3,30}e[rsnm]? ){0,2}"
_FIELD = rf"(?: (?:im|für|der|des) {_NOUN}(?= (?:aus|in|bei) ))?"
_AGED = re.compile(
    rf"(?<!\w){_AGE} {_ADJECTIVES}(?:(?P<origin>{_ORIGIN}) )?(?P<noun>{_NOUN}){_FIELD}{_FROM}{_HERE}"
)
_AGE_TOLD = re.compile(
    r"(?<!\w)\d{1,3}(?: Jahre alt)?,?[^.;\n]{0,30} (?:kommt|stammt|gebürtig|floh)[^.;\n]{0,12} "
    rf"aus (?:de[rmn] )?(?P<home>{_PLACE})[^.;\n]{{0,40}}? in (?P<here>{_PLACE})(?: [^.;\n]{{0,30}})?"
)
_AGE_BEHIND = re.compile(
    rf"(?<!\w)(?P<origin>{_ORIGIN}) (?P<noun>{_NOUN}) ?\(\d{{1,3}}(?: Jahre)?\){_FROM}{_HERE}"
)
_ONLY = re.compile(
    r"(?<!\w)(?:[Ee]inzige|[Bb]ekannteste|(?P<first>[Ee]rste))[rnsm]? "
    rf"{_ADJECTIVES}(?:(?P<origin>{_ORIGIN}) )?(?P<noun>{_NOUN})(?P<descent>{_OF_ORIGIN})?{_FIELD}{_FROM}{_HERE}"
)
_IMPAIRED = re.compile(
    r"(?<!\w)(?:blind|gehörlos|taub|taubstumm|sehbehindert|schwerhörig|querschnittsgelähmt|kleinwüchsig|einarmig|einbeinig"
    rf"|transgeschlechtlich|intergeschlechtlich)e[rsnm]? (?:(?P<origin>{_ORIGIN}) )?(?P<noun>{_NOUN}){_FIELD}{_FROM}{_HERE}"
)
_OF_ONLY = re.compile(
    rf"(?<!\w)(?P<origin>{_ORIGIN}) (?P<noun>{_NOUN}) (?:des|der|im|in der|bei der|beim) einzigen {_NOUN}{_FROM}{_HERE}"
)
_TRADE_AND_HOMES = re.compile(
    rf"(?<!\w)(?:(?P<origin>{_ORIGIN}) |[a-zäöüß-]{{4,30}}e[rnsm]? )?(?P<noun>{_NOUN})"
    rf"(?: aus (?:de[rm] )?(?P<home>{_PLACE}))?,? (?:die|der|das) (?:heute |jetzt |nun |seit \d{{4}} )?"
    rf"in (?P<here>{_PLACE})(?: als {_NOUN})? "
    r"(?:arbeitet|lebt|wohnt)(?!\w)"
)
_ONCE_AND_NOW = re.compile(
    rf"(?<!\w)(?:(?:ehemalige|frühere|einstige)[rnsm]? )?(?:(?P<origin>{_ORIGIN}) )?(?P<noun>{_NOUN})"
    rf"(?: (?:der|des|im|am|beim|in der|bei der) {_NOUN})?(?: (?:aus|von) (?:de[rmn] )?(?P<home>{_PLACE}))?"
    rf",? (?:die |der |das )?(?:heute|jetzt|nun|inzwischen|mittlerweile|derzeit) (?:als )?(?:{_NOUN} )?{_AT}"
    rf"(?P<here>{_PLACE})"
)
_LARGE_FAMILY = re.compile(
    r"(?<!\w)(?:Mutter|Vater|Eltern) (?:von |der |des )?(?:[a-zäöüß-]{3,30}e[rn] ){0,2}"
    r"(?:(?:sieben|acht|neun|zehn|elf|zwölf|[7-9]|1\d) (?:\w{3,20}e?n )?Kindern?|(?:Dr|V)illingen?|(?:Vier|Fünf)lingen?)"
    rf"{_FROM}{_HERE}(?:, die [^.,;\n]{{1,50}} (?:zur Welt kamen|geboren (?:wurden|sind)))?"
)
# A trade and origin at a place that only those know who live near it.
_AT_SMALL_PLACE = re.compile(
    rf"(?<!\w)(?P<origin>{_ORIGIN}) (?P<noun>{_NOUN}) (?:auf|von|nahe|unweit von|bei) "
    rf"(?:der (?:Insel|Hallig) )?(?P<here>{_PLACE})"
)
# What is added to a description: "…, 52 Jahre alt, lebend in Lindlar".
_ADDED = re.compile(
    rf"(?:,? (?:und )?(?:\d{{1,3}} Jahre(?: alt)?|(?:wohnhaft|lebend|tätig|gemeldet) (?:in|bei|auf) {_PLACE}"
    r"|verheiratet|verwitwet|geschieden|ledig)(?!\w)){1,4}"
)
_LARGE = {"köln", "deutschland", "nordrhein-westfalen", "nrw", "europa", "bundesgebiet"}
_AGENT = re.compile(
    r".{2,}(?:er|erin|or|orin|ist|istin|ent|entin|loge|login|wirt|wirtin|mann|frau|ane|anin|iker|ikerin|amme"
    r"|(?:kandid|sold|diplom|advok)at(?:in)?|pilot(?:in)?|[a-z]ure|ane|ese|esin|ake|akin|koch|köchin)n?$"
)
_FEMININE_AND_PLURAL = ("", "in", "innen", "n", "en", "er", "s", "r", "e", "es")


def telling_combinations(passage: Passage) -> Iterator[Candidate]:
    """Yield descriptions that may fit one person only: age, origin, trade and place, or "der einzige …"."""
    for shape, is_telling in _SHAPES:
        for described in shape.finditer(passage.text):
            if is_telling(described):
                added = _ADDED.match(passage.text, described.end())
                end = added.end() if added else described.end()
                yield Candidate(Kind.QUASI, Severity.MEDIUM, described.start(), end, PLACEHOLDERS[Kind.QUASI])


def _has_two_traits(described: re.Match[str]) -> bool:
    return _traits(described) > 1


def _traits(described: re.Match[str]) -> int:
    """How much is told besides the age: origin, trade, place of work or home."""
    groups = described.groupdict()
    trade = not _is_in(groups["noun"], "anybody")
    origin = groups["origin"] or (groups["home"] and is_place(groups["home"].split()[0]))
    return bool(trade) + bool(origin) + _is_somewhere(groups["here"]) + (bool(groups["home"]) and not origin)


def _is_from_afar_in_small_place(described: re.Match[str]) -> bool:
    groups = described.groupdict()
    trade = "noun" not in groups or not _is_in(groups["noun"], "anybody")
    home = groups["home"] and is_place(groups["home"].split()[0])
    return trade and bool(groups.get("origin") or home) and _is_somewhere(groups["here"])


def _is_one_family(described: re.Match[str]) -> bool:
    """Whether one family is meant, and not whoever has so many children."""
    return not described[0].startswith("Eltern von") or bool(described["home"] or described["here"])


def _is_at_small_place(described: re.Match[str]) -> bool:
    first = described["here"].split()[0]
    rare = _is_someone(described["noun"]) and not _is_in(described["noun"], "anybody")
    return rare and not is_in_dictionary(first) and not is_listed_name(first)


def _has_moved(described: re.Match[str]) -> bool:
    return _is_someone(described["noun"]) and _is_from_afar_in_small_place(described)


def _is_someone(noun: str) -> bool:
    """Whether `noun` means people: a trade, a role, a people."""
    if any(noun.lower().endswith(thing) for thing in word_list("things_in_er")):
        return False
    people = is_role(noun) or is_people_or_language(noun) or _is_in(noun, "anybody")
    return people or bool(_AGENT.match(noun.lower()))


def _is_only_person(only: re.Match[str]) -> bool:
    from_afar = bool(only["origin"] or only["home"] or only["descent"])
    return _is_someone(only["noun"]) and (from_afar or (not only["first"] and _is_somewhere(only["here"])))


def _is_in(noun: str, words: str) -> bool:
    """Whether `noun`, also as a feminine or a plural, is in the list `words`."""
    lower = noun.lower()
    return any(lower.removesuffix(ending) in word_list(words) for ending in _FEMININE_AND_PLURAL)


def _is_somewhere(place: str | None) -> bool:
    """Whether `place` names a place, not a procedure or season, that is small enough to know each other."""
    if place is None or place.lower() in _LARGE:
        return False
    first = place.split()[0]
    return is_place(first.partition("-")[0]) or not is_ordinary(first)


_SHAPES = (
    (_AGED, _has_two_traits),
    (_AGE_BEHIND, _has_two_traits),
    (_IMPAIRED, _has_two_traits),
    (_ONLY, _is_only_person),
    (_OF_ONLY, _is_from_afar_in_small_place),
    (_TRADE_AND_HOMES, _is_from_afar_in_small_place),
    (_ONCE_AND_NOW, _has_moved),
    (_AGE_TOLD, _is_from_afar_in_small_place),
    (_LARGE_FAMILY, _is_one_family),
    (_AT_SMALL_PLACE, _is_at_small_place),
)
