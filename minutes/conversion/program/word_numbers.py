"""Numbers that Word prints and does not write: of headings, "TOP 1", "1.2" (ECMA-376, part 1, section 17.9).

Plain lists are left to pandoc. What it would lose becomes text: numbers of headings, labels with words or several levels.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from minutes.conversion.program import xml_part
from minutes.conversion.program.xml_part import Element

HEADING = re.compile(r"heading \d|title", re.IGNORECASE)
PLACE = re.compile(r"%(\d)")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROMAN = [
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
]  # fmt: skip
LARGEST_ROMAN = 3999
MOST_STYLES = 20  # in a chain of styles that are based on each other


@dataclass(frozen=True)
class Level:
    start: int
    style: str  # how the number is written: `decimal`, `lowerLetter`, `bullet` …
    text: str  # "TOP %1", "%1.%2"


@dataclass
class Scheme:
    """An abstract numbering: its levels, and which style of paragraph stands on which of them."""

    levels: dict[int, Level] = field(default_factory=dict)
    by_style: dict[str, int] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbers:
    """Counts through a document as Word does."""

    def __init__(self, space: str, numbering: bytes | None, styles: bytes | None) -> None:
        self.space = space
        self.styles: dict[str, Element] = {}
        self.schemes: dict[str, Scheme] = {}
        self.starts: dict[str, dict[int, int]] = {}
        self.styles_root = xml_part.parse(styles or b"<none/>")
        if numbering:
            for style in self.styles_root.iter(f"{space}style"):
                self.styles[style.get(f"{space}styleId", "")] = style
            self._read(xml_part.parse(numbering))

    def write_into(self, root: Element) -> bytes | None:
        """Put into the document what would be lost; the part of the styles anew, which number it no more."""
        if not self.schemes:
            return None
        used: set[str] = set()
        for paragraph in root.iter(f"{self.space}p"):
            used |= self._number(paragraph)
        for name in used & set(self.styles):
            looks = self.styles[name].find(f"{self.space}pPr")
            self._remove_number(looks)
        return xml_part.write(self.styles_root) if used else None

    def _read(self, numbering: Element) -> None:
        abstract = {}
        for found in numbering.iter(f"{self.space}abstractNum"):
            scheme = Scheme()
            for level in found.iter(f"{self.space}lvl"):
                depth = self._integer(level, "ilvl")
                scheme.levels[depth] = Level(
                    self._integer(level.find(f"{self.space}start"), "val", 0),
                    self._value(level, "numFmt") or "decimal",
                    self._value(level, "lvlText"),
                )
                scheme.by_style[self._value(level, "pStyle")] = depth
            abstract[found.get(f"{self.space}abstractNumId", "")] = scheme
        for number in numbering.iter(f"{self.space}num"):
            key = number.get(f"{self.space}numId", "")
            known = abstract.get(self._value(number, "abstractNumId"))
            if known is not None:
                self.schemes[key] = known
            self.starts[key] = {
                self._integer(change, "ilvl"): self._integer(change.find(f"{self.space}startOverride"), "val")
                for change in number.iter(f"{self.space}lvlOverride")
                if change.find(f"{self.space}startOverride") is not None
            }

    def _number(self, paragraph: Element) -> set[str]:
        """Count a paragraph; the style that numbered it, if its number became text."""
        looks = paragraph.find(f"{self.space}pPr")
        chain = list(self._chain(self._value(looks, "pStyle")))
        number, depth, source = self._place(looks, chain)
        scheme = self.schemes.get(number)
        if scheme is None or depth not in scheme.levels or not _has_words(paragraph, self.space):
            return set()
        self._count(scheme, depth, self.starts.get(number, {}))
        level = scheme.levels[depth]
        is_heading = any(HEADING.match(self._value(style, "name")) for style in chain)
        if level.style in {"bullet", "none"} or not (is_heading or _is_more_than_a_number(level.text)):
            return set()
        self._remove_number(looks)
        self._write(paragraph, looks, _label(scheme, level))
        return {source}

    def _place(self, looks: Element | None, chain: list[Element]) -> tuple[str, int, str]:
        """Number and level of a paragraph, and the style that gives them unless they are its own."""
        own = self._child(looks, "numPr")
        if self._value(own, "numId"):
            return self._value(own, "numId"), self._integer(self._child(own, "ilvl"), "val"), ""
        for style in chain:
            inherited = self._child(self._child(style, "pPr"), "numPr")
            if number := self._value(inherited, "numId"):
                name = style.get(f"{self.space}styleId", "")
                told = self._integer(self._child(inherited, "ilvl"), "val")
                return number, self.schemes.get(number, Scheme()).by_style.get(name, told), name
        return "", 0, ""

    @staticmethod
    def _count(scheme: Scheme, depth: int, starts: dict[int, int]) -> None:
        level = scheme.levels[depth]
        if depth in starts:
            scheme.counts[depth] = starts.pop(depth)  # counts once for each list
        else:
            scheme.counts[depth] = scheme.counts.get(depth, level.start - 1) + 1
        for deeper in [other for other in scheme.counts if other > depth]:
            del scheme.counts[deeper]

    def _write(self, paragraph: Element, looks: Element | None, label: str) -> None:
        run, text = xml_part.Element(f"{self.space}r"), xml_part.Element(f"{self.space}t")
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        text.text = f"{label} "
        run.append(text)
        paragraph.insert(0 if looks is None else list(paragraph).index(looks) + 1, run)

    def _remove_number(self, looks: Element | None) -> None:
        own = self._child(looks, "numPr")
        if looks is not None and own is not None:
            looks.remove(own)

    def _chain(self, name: str) -> Iterator[Element]:
        """The style and those it is based on."""
        for _ in range(MOST_STYLES):
            style = self.styles.get(name)
            if style is None:
                return
            yield style
            name = self._value(style, "basedOn")

    def _child(self, parent: Element | None, name: str) -> Element | None:
        return None if parent is None else parent.find(f"{self.space}{name}")

    def _value(self, parent: Element | None, name: str) -> str:
        child = self._child(parent, name)
        return "" if child is None else child.get(f"{self.space}val", "")

    def _integer(self, element: Element | None, name: str, default: int = 0) -> int:
        value = "" if element is None else element.get(f"{self.space}{name}", "")
        return int(value) if re.fullmatch(r"\d{1,6}", value) else default


def _is_more_than_a_number(text: str) -> bool:
    """Whether a label has words or several levels: "TOP %1", "§ %1", "%1.%2"."""
    return len(PLACE.findall(text)) > 1 or bool(re.search(r"[^\W\d_]|§", PLACE.sub("", text)))


def _label(scheme: Scheme, level: Level) -> str:
    def number(place: re.Match[str]) -> str:
        depth = int(place[1]) - 1
        above = scheme.levels.get(depth, level)
        return WRITTEN.get(above.style, str)(scheme.counts.get(depth, above.start))

    return PLACE.sub(number, level.text).strip()


def _has_words(paragraph: Element, space: str) -> bool:
    return any((text.text or "").strip() for text in paragraph.iter(f"{space}t"))


def _letter(number: int) -> str:
    """A … z, aa, bb … as Word counts."""
    return LETTERS[(number - 1) % 26] * ((number - 1) // 26 + 1) if 0 < number < 1000 else str(number)


def _roman(number: int) -> str:
    if not 0 < number <= LARGEST_ROMAN:
        return str(number)
    written = ""
    for value, letters in ROMAN:
        written += letters * (number // value)
        number %= value
    return written


WRITTEN: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalZero": lambda number: f"{number:02}",
}
