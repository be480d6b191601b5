"""How provisions are cited: whatever people type is read and spelled one way, `§ 25b Abs. 1 Satz 2 Nr. 3 AufenthG`.

Several provisions in one reference become one entry each; `i. V. m.` stays before what follows it. What is not
understood as a whole stays as it was typed: a decree, a judgment, a law that nobody thought of.
"""

import re
from dataclasses import dataclass, replace

ARTICLES = frozenset({"AEUV", "DSGVO", "EMRK", "EUV", "GFK", "GG", "GRCh", "KRK"})
"""Laws whose parts are articles."""

LAWS = (
    *("AufenthG", "AufenthV", "AsylG", "AsylbLG", "AZRG", "BeschV", "DeuFöV", "FreizügG/EU", "IntV", "StAG"),
    *("SGB I", "SGB II", "SGB III", "SGB IV", "SGB V", "SGB VI", "SGB VII", "SGB VIII", "SGB IX", "SGB X"),
    *("SGB XI", "SGB XII", "BAföG", "BBiG", "BGB", "BMG", "BVFG", "BZRG", "PassG", "PAuswG", "PStG", "StGB"),
    *("StPO", "JGG", "VwGO", "VwVfG", "VwVfG NRW", "OBG NRW", "SchulG NRW", "TIntG NRW", "DSG NRW", "BDSG"),
    *ARTICLES,
)
FULL_NAMES = {
    "Asylbewerberleistungsgesetz": "AsylbLG",
    "Asylgesetz": "AsylG",
    "Aufenthaltsgesetz": "AufenthG",
    "Beschäftigungsverordnung": "BeschV",
    "Grundgesetz": "GG",
    "Kinderrechtskonvention": "KRK",
    "Staatsangehörigkeitsgesetz": "StAG",
    "UN-KRK": "KRK",
    "UN-Kinderrechtskonvention": "KRK",
}
DETAILS = {
    "Abs.": r"Abs(?:\.|atz)?",
    "UAbs.": r"U(?:nter)?abs(?:\.|atz)?",
    "Satz": r"S(?:\.|atz)?",
    "Halbsatz": r"H(?:albsatz|s\.?)",
    "Nr.": r"N(?:r\.?|ummer)|Ziff(?:\.|er)?",
    "Alt.": r"Alt(?:\.|ernative)?|Var(?:\.|iante)?",
    "Buchst.": r"Buchst(?:\.|abe)?|lit\.?",
}
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}

_KEY = re.compile(r"[\s.\-/]+")
_BY_KEY = {_KEY.sub("", name).casefold(): name for name in LAWS} | {
    f"{_KEY.sub('', name).casefold()}{ending}": law
    for name, law in FULL_NAMES.items()
    for ending in ("", "es", "s")
}
_LAW = re.compile(
    r"(?:(?:des|der)\s+)?(?P<law>[^\W\d_][\w.\-]*(?:/[A-Za-z]+)?(?:[\s-](?:[IVX]{1,4}|[ivx]{1,4}|NRW|nrw)\b)?)(?![\w/])"
)
_SIGN = re.compile(r"§{1,2}|Art(?:ikel[sn]?|\.)?(?![^\W\d_])", re.IGNORECASE)
_SECTION = re.compile(r"(?P<number>\d{1,4})(?P<letter>(?:\s?[a-z]|[A-Z])(?!\w))?(?!\d)")
_UNTIL = re.compile(r"(?:bis|[-–])\s*(?P<number>\d{1,4}\s?[a-z]?)(?!\w)", re.IGNORECASE)
_DETAIL = re.compile(
    "|".join(f"(?P<d{number}>{words})" for number, words in enumerate(DETAILS.values())) + r"(?![^\W\d_])",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\d{1,3}[a-z]?(?!\w)|[a-z](?!\w)", re.IGNORECASE)
_ROMAN = re.compile(r"(?P<roman>[IVX]{1,4})(?![\w.])(?:\s+(?P<sentence>\d{1,2})(?!\w))?")
_FOLLOWING = re.compile(r"ff?\.?(?!\w)")
_MORE = re.compile(r"(?P<word>,|und|u\.|bis|[-–])\s*(?=\d)", re.IGNORECASE)
_WITH = re.compile(r",?\s*(?:i\.?\s?V\.?\s?m\.?(?!\w)|in Verbindung mit)", re.IGNORECASE)
_NEXT = re.compile(r"(?:,|;|und|u\.|sowie)(?=\s|§|\d)", re.IGNORECASE)
_TOGETHER = "i. V. m. "


@dataclass(frozen=True)
class Place:
    """A section of a law: `25b` of `AufenthG`; `sign` is `§` or `Art.`."""

    sign: str
    section: str
    law: str

    def __str__(self) -> str:
        return f"{self.sign} {self.section} {self.law}"


@dataclass(frozen=True)
class Citation:
    """One provision with all that narrows it down; `before` tells how it is tied to the one before."""

    section: str
    details: str
    law: str = ""
    before: str = ""
    until: str = ""

    @property
    def place(self) -> Place:
        return Place("Art." if self.law in ARTICLES else "§", self.section, self.law)

    def __str__(self) -> str:
        sign = self.place.sign
        if self.until:
            sign = "§§" if sign == "§" else sign
        until = f" bis {self.until}" if self.until else ""
        return f"{self.before}{sign} {self.section}{until}{self.details} {self.law}"


def canonical(reference: str) -> list[str]:
    """The provisions of a reference, each in its one spelling; the reference itself where it is none."""
    typed = " ".join(reference.split())
    return [str(one) for one in citations(typed)] or [typed]


def citations(reference: str) -> list[Citation]:
    """The provisions that a reference consists of; none where any of it is something else."""
    found, is_whole = _read(" ".join(reference.split()))
    whole, law = [], ""
    for one in reversed(found):
        law = one.law or law
        whole.append(replace(one, law=law))
    return whole[::-1] if is_whole and whole[0].law else []


def first_place(reference: str) -> Place | None:
    """The first provision of a reference, whatever follows it; None where it begins with none."""
    found, _is_whole = _read(" ".join(reference.split()))
    law = next((one.law for one in found if one.law), "")
    return replace(found[0], law=law).place if law else None


def _read(text: str) -> tuple[list[Citation], bool]:
    """The provisions with which a text begins, in their order, and whether it is nothing else."""
    found: list[Citation] = []
    position, before, is_signed, is_list = 0, "", False, False
    while True:
        position = _skip(text, position)
        if sign := _SIGN.match(text, position):
            is_signed, is_list, position = True, sign.group() == "§§", _skip(text, sign.end())
        section = _SECTION.match(text, position)
        if section is None:
            return found, False
        name = f"{section['number']}{(section['letter'] or '').strip().lower()}"
        position, until = _skip(text, section.end()), ""
        if further := _UNTIL.match(text, position):
            until, position = further["number"].replace(" ", "").lower(), _skip(text, further.end())
        details, position = _details(text, position, is_list=is_list)
        law, position = _law(text, position, is_signed=is_signed)
        found.append(Citation(name, details, law, before, until))
        together = _WITH.match(text, position)
        tie = together or _NEXT.match(text, position)
        if tie is None:
            return found, position == len(text)
        before, position = _TOGETHER if together else "", tie.end()


def _details(text: str, position: int, *, is_list: bool) -> tuple[str, int]:
    """What narrows a section down, in its one spelling, and where it ends."""
    words = ""
    while True:
        if _known_law(text, position):
            return words, position
        roman = _ROMAN.match(text, position)
        if roman and roman["roman"] in ROMAN and not words:
            words += f" Abs. {ROMAN[roman['roman']]}"
            words += f" Satz {roman['sentence']}" if roman["sentence"] else ""
            position = _skip(text, roman.end())
            continue
        if following := _FOLLOWING.match(text, position):
            words += f" {following.group().rstrip('.')}."
            position = _skip(text, following.end())
            continue
        name = _DETAIL.match(text, position)
        counts, end = _counts(text, _skip(text, name.end()), is_list=is_list) if name else ("", position)
        if name is None or not counts:
            return words, position
        words += f" {_name(name)} {counts}"
        position = end


def _counts(text: str, position: int, *, is_list: bool) -> tuple[str, int]:
    """`1`, `1 bis 4`, `1 und 3`; after `§§` a comma leads to the next section instead."""
    first = _COUNT.match(text, position)
    if first is None:
        return "", position
    words, position = first.group().lower(), _skip(text, first.end())
    while more := _MORE.match(text, position):
        is_range = more["word"].lower() in {"bis", "-", "–"}
        count = _COUNT.match(text, more.end())
        if count is None or (is_list and not is_range):
            break
        link = " bis " if is_range else ", " if more["word"] == "," else " und "
        words, position = f"{words}{link}{count.group().lower()}", _skip(text, count.end())
    return words, position


def _law(text: str, position: int, *, is_signed: bool) -> tuple[str, int]:
    """A law's short name at this place; one that nobody listed only after a sign, and beginning like a name."""
    if known := _known_law(text, position):
        return known
    found = _LAW.match(text, position)
    if (
        found is None
        or not is_signed
        or not re.match(r"[A-ZÄÖÜ]\w", found["law"])
        or _NEXT.match(text, position)
    ):
        return "", position
    return found["law"], _skip(text, found.end())


def _known_law(text: str, position: int) -> tuple[str, int] | None:
    found = _LAW.match(text, position)
    if found is None:
        return None
    for words in (found["law"], re.split(r"[\s]", found["law"])[0]):
        if name := _BY_KEY.get(_KEY.sub("", words).casefold()):
            return name, _skip(text, found.start("law") + len(words))
    return None


def _name(match: re.Match[str]) -> str:
    number = next(name for name, words in match.groupdict().items() if words)
    return list(DETAILS)[int(number[1:])]


def _skip(text: str, position: int) -> int:
    """The next place that is no blank."""
    while position < len(text) and text[position] == " ":
        position += 1
    return position
