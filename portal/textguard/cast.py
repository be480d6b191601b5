"""Who is who in a document: one person gets the same words everywhere, another person gets others.

"Die Person", "die zweite Person", "die dritte Person" are counted in the order of reading. Such words that stand
in the texts already count, so that a text in which one name was replaced goes on where it stopped.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from portal.textguard.findings import Finding, Kind

_ORDINALS = (
    "",
    "zweite",
    "dritte",
    "vierte",
    "fünfte",
    "sechste",
    "siebte",
    "achte",
    "neunte",
    "zehnte",
    "elfte",
    "zwölfte",
)
_COUNTED = "|".join(filter(None, _ORDINALS))
_PERSON = re.compile(
    rf"(?<!\w)(?P<article>[Dd]ie|[Dd]er) (?:(?P<ordinal>{_COUNTED})n? |(?P<figure>\d{{2,5}})\. )?Person(?!\w)"
)
_NAME = re.compile(r" ?\[Name(?: (?P<figure>\d{1,5}))?\]")
_PART = re.compile(r"[^\W\d_]+")
_SALUTED = re.compile(r"(?i:(?P<he>herrn?|hr)|(?P<she>frau|fr))(?!\w)")


@dataclass(slots=True)
class _Person:
    number: int
    parts: list[str]
    salutation: str


@dataclass(slots=True)
class _Cast:
    """The people met so far; each is found by the parts of the name, the latest bearer first."""

    by_key: dict[str, _Person] = field(default_factory=dict)
    in_role: dict[str, int] = field(default_factory=dict)
    highest: int = 0
    latest: int = 0

    def told(self, finding: Finding) -> Finding:
        """The finding with the words for its person."""
        number = self._number(finding)
        return replace(finding, replacement=self._words(finding, number), person=number)

    def _words(self, finding: Finding, number: int) -> str:
        words = _told(finding.replacement, number, is_latest=number == self.latest or self.highest < 2)
        self.latest = number
        if _PERSON.search(words) or _NAME.search(words) or words.lower() == "deren":
            return words
        bearer = self.in_role.setdefault(words.lower(), number)
        return words if bearer == number else f"{words} {_bracketed(number)}"

    def meet(self, number: int) -> None:
        """Note that words for a person stand in the text."""
        self.highest = max(self.highest, number)
        self.latest = number

    def _number(self, finding: Finding) -> int:
        parts = _parts(finding)
        found = _SALUTED.match(finding.excerpt)
        salutation = (found.lastgroup or "") if found else ""
        keys = _keys(parts, salutation)
        person = next(
            (
                self.by_key[key]
                for key in keys
                if key in self.by_key and _same(self.by_key[key], parts, salutation)
            ),
            None,
        )
        if person is None:
            self.highest += 1
            person = _Person(self.highest, parts, salutation)
        elif len("".join(parts)) > len("".join(person.parts)):
            person.parts = parts
        person.salutation = person.salutation or salutation
        self.by_key |= dict.fromkeys(_keys(person.parts, person.salutation), person)
        return person.number


def told_apart(texts: Mapping[str, str], found: Mapping[str, list[Finding]]) -> dict[str, list[Finding]]:
    """`found`, with words that tell the people of the document apart; notes are counted behind the others."""
    cast = _Cast()
    told: dict[tuple[str, int], Finding] = {}
    for name, text in texts.items():
        for start, met in _in_order(text, found[name]):
            if isinstance(met, int):
                cast.meet(met)
            else:
                told[name, start] = cast.told(met)
    for name, findings in found.items():
        for one in findings:
            if _names(one) and not one.blocking:
                told[name, one.start] = cast.told(one)
    return {name: [told.get((name, one.start), one) for one in findings] for name, findings in found.items()}


def _in_order(text: str, findings: list[Finding]) -> Iterator[tuple[int, Finding | int]]:
    """What stands for people in a text, in the order of reading: findings, and the numbers of words for them."""
    met: list[tuple[int, Finding | int]] = [
        (one.start, one) for one in findings if _names(one) and one.blocking
    ]
    met += [(one.start(), _numbered(one)) for shape in (_PERSON, _NAME) for one in shape.finditer(text)]
    return iter(sorted(met, key=lambda pair: pair[0]))


def _names(finding: Finding) -> bool:
    return finding.kind in {Kind.PERSON, Kind.INITIALS}


def _numbered(words: re.Match[str]) -> int:
    groups = words.groupdict()
    if groups["figure"]:
        return int(groups["figure"])
    return _ORDINALS.index(groups.get("ordinal") or "") + 1


def _parts(finding: Finding) -> list[str]:
    """The parts of a name in lower case; a name in disguise is one part."""
    parts = _PART.findall((finding.name or "").lower())
    if finding.kind is Kind.INITIALS:
        return list("".join(parts))
    return parts or ["".join(filter(str.isalnum, finding.excerpt.lower()))]


def _stem(part: str) -> str:
    return part.removesuffix("s") if len(part) > 3 else part


def _keys(parts: list[str], salutation: str) -> list[str]:
    """Under what a person is looked for: the name with its salutation, the whole name, its parts, its initials."""
    stems = [_stem(part) for part in parts if len(part) > 1]
    letters = "".join(part[0] for part in parts)
    initials = {f"{letters}.", f"{letters[-1:]}."} if len(letters) > 1 else {f"{letters}."}
    saluted = [f"{salutation} {stem}" for stem in stems if salutation]
    return [*saluted, *([" ".join(stems)] if stems else []), *stems, *sorted(initials, key=len, reverse=True)]


def _same(person: _Person, parts: list[str], salutation: str) -> bool:
    """Whether one of two names is a part of the other: "Rezai", "M. Rezai" and "Mohammad Rezai"."""
    if salutation and person.salutation and salutation != person.salutation:
        return False
    fewer, more = sorted((parts, person.parts), key=len)
    if len(fewer) == 1 and len(fewer[0]) == 1 and fewer is person.parts and len(more[-1]) > 1:
        return False  # "Herr K." says too little of those who come later
    return all(any(_fits(one, other) for other in more) for one in fewer)


def _fits(one: str, other: str) -> bool:
    if min(len(one), len(other)) == 1:
        return one[:1] == other[:1]
    return _stem(one) == _stem(other)


def _bracketed(number: int) -> str:
    return f"[Name {number}]" if number > 1 else "[Name]"


def _told(words: str, number: int, *, is_latest: bool) -> str:
    """Put the number into "die Person", "der Person", "deren" and "[Name]"."""
    if words.lower() == "deren":
        if is_latest:
            return words
        words = "Der Person" if words[0].isupper() else "der Person"
    person = _PERSON.fullmatch(words)
    if person is None:
        bare = _NAME.sub("", words)
        return bare or _bracketed(number)
    article = person["article"]
    if number == 1:
        return f"{article} Person"
    if number > len(_ORDINALS):
        return f"{article} {number}. Person"
    return f"{article} {_ORDINALS[number - 1]}{'n' if article.lower() == 'der' else ''} Person"
