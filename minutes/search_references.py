"""References to law inside running text and inside what people search for, as words of the archive's index.

`§ 25 Abs. 5 Satz 1 AufenthG` is found by `§ 25`, `§ 25 V`, `25 AufenthG` and `§ 25 Abs. 5 AufenthG`, but not by
`§ 25a` or by the number 25.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from minutes.legal_basis_spelling import FULL_NAMES, LAWS, ROMAN
from minutes.stems import plain

_ROMAN = "|".join(sorted(ROMAN, key=len, reverse=True))
_LETTER = r"(?:(?-i:\s?[a-z]|[A-HJ-UWYZ])(?!\w))?"  # `25 V` is a paragraph, `25 a` and `25B` are sections
_SECTION = rf"\d{{1,4}}{_LETTER}(?:\s*(?:Abs(?:\.|atz)?\s*\d{{1,2}}|(?-i:{_ROMAN})))?(?!\w)"
_PARTS = re.compile(
    rf"(\d{{1,4}})({_LETTER})(?:\s*(?:Abs\D*(\d{{1,2}})|((?-i:{_ROMAN}))))?(?!\w)", re.IGNORECASE
)
_AND = r"\s*(?:,|;|/|und|oder|bzw\.|i\.\s?V\.\s?m\.)\s*(?:§{1,2}\s*)?"
_DETAIL = r"(?:,?\s*(?:S\.|Satz|Halbsatz|Hs\.|Nr\.|Nummer|Alt\.|Buchst\.|lit\.|UAbs\.|ff?\.?)(?:\s*\w{1,3}(?!\w))?)*"
_LAW = r"(?:(?:des|der)\s+)?(?P<law>[^\W\d_][\w.-]{0,40}(?:/[A-Z]{1,9})?(?:\s+(?:[IVX]{1,4}|\d{1,2}|NRW)(?!\w))?)"
_SIGNED = re.compile(
    rf"(?P<sign>§{{1,2}}|(?<!\w)Art(?:ikeln?|\.)?)\s*(?P<list>{_SECTION}(?:{_AND}{_SECTION})*)"
    rf"(?P<detail>{_DETAIL})(?:\s*{_LAW})?",
    re.IGNORECASE,
)
_UNSIGNED = re.compile(
    rf"(?<![\w§.,-])(?P<list>{_SECTION})(?P<detail>{_DETAIL})\s+{_LAW}(?!\w)", re.IGNORECASE
)


def _key(name: str) -> str:
    """A law's name however it is written: `sgbii` for `SGB II`."""
    return re.sub(r"\W", "", plain(name))


_KEYS = {_key(law): _key(law) for law in LAWS}
_KEYS |= {_key(name + ending): _key(law) for name, law in FULL_NAMES.items() for ending in ("", "es")}


@dataclass(frozen=True)
class Reference:
    """A section that a text names; paragraph and law are empty where it does not say them.

    `start` and `end` tell where the whole reference stands, `detail` what follows the section in it (`Satz 2 Nr. 3`).
    """

    sign: str
    section: str
    paragraph: str
    law: str
    detail: str = ""
    start: int = 0
    end: int = 0

    @property
    def token(self) -> str:
        """The narrowest word by which it is found; with the law, the sign says nothing more."""
        place = f"{self.section}.{self.paragraph}" if self.paragraph else self.section
        return f"§{place}/{self.law}" if self.law else f"{self.sign}{place}"

    @property
    def tokens(self) -> Iterator[str]:
        """All words by which it is found: with and without paragraph and law."""
        for paragraph in dict.fromkeys(("", self.paragraph)):
            for law in dict.fromkeys(("", self.law)):
                yield Reference(self.sign, self.section, paragraph, law).token


def references(text: str) -> Iterator[Reference]:
    """The references with a sign, in running text."""
    for match in _SIGNED.finditer(text):
        yield from _of_match(match)


def searched_references(query: str) -> Iterator[Reference]:
    """The references in what somebody searches for: with a sign, or with a law that is known."""
    signed = list(_SIGNED.finditer(query))
    for match in signed:
        yield from _of_match(match)
    for match in _UNSIGNED.finditer(query):
        if _law(match) and not any(one.start() < match.end() and match.start() < one.end() for one in signed):
            yield from _of_match(match)


def _of_match(match: re.Match[str]) -> Iterator[Reference]:
    law = _law(match)
    end = match.end() if law else match.end("detail")
    sign = "§" if not match.groupdict().get("sign") or match["sign"].startswith("§") else "art"
    for number, letter, paragraph, roman in _PARTS.findall(match["list"]):
        yield Reference(
            sign,
            f"{number}{letter.strip().lower()}",
            paragraph or (str(ROMAN[roman]) if roman else ""),
            law,
            match["detail"],
            match.start(),
            end,
        )


def _law(match: re.Match[str]) -> str:
    """The law in its one spelling; one that nobody listed only where it is written like one (`LAufnG`)."""
    words = (match["law"] or "").split()
    for name in (" ".join(words), words[0] if words else ""):
        if known := _KEYS.get(_key(name)):
            return known
    name = words[0] if words else ""
    return _key(name) if re.fullmatch(r"[A-ZÄÖÜ]\w*[A-ZÄÖÜ]\w*", name) else ""
