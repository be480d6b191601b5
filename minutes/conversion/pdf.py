"""PDFs with a text layer: a limited program gives the lines, here they become paragraphs, lists, headings."""

import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from minutes.conversion.errors import NOTES, ScannedError, refusal
from minutes.conversion.outcome import Remark
from portal.limited import run

PROGRAM = Path(__file__).with_name("program") / "pdf_lines.py"
ADDRESS_SPACE = 1024 * 2**20
LEAST_LETTERS = 20
PAGE_NUMBER = re.compile(
    r"(?:Seite|Blatt|Page|S\.)?\s*[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*(?:von|/|of)\s*\d{1,4})?", re.IGNORECASE
)
BULLET = re.compile(r"[•●▪■◦‣∙·⁃➢➔*\-–—\uf0b7\uf0a7]\s+(?=\S)|o\s+(?=\S)")
NUMBER = re.compile(r"\d{1,2}[.)]\s*(?=[^\d\s])")
KEPT_HYPHEN = re.compile(r"(?:und|oder|bzw\.|sowie|als|bis)\b")
SPECIAL = re.compile(r"([*`])|<(?=[A-Za-z/!?])")
INDENT_POINTS = 8


@dataclass(frozen=True)
class Line:
    """One printed line; lengths in points from the lower left corner of its page."""

    page: int
    left: float
    right: float
    top: float
    bottom: float
    bold: bool
    text: str

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass
class Paragraph:
    """Printed lines that belong together, with the first of them for its looks."""

    first: Line
    last: Line
    text: str


def pdf_to_markdown(content: bytes) -> tuple[str, tuple[LazyString, ...]]:
    """Markdown of a PDF's text layer, with notes: hyphens mended, page numbers and running heads left out.

    Raises:
        ScannedError: there is no text in it.
        ConversionError: protected, damaged, too long or too costly.
    """
    pages, lines = _printed(content)
    if sum(len(line.text) for line in lines) < LEAST_LETTERS:
        raise ScannedError(
            _l(
                "Das PDF enthält keinen lesbaren Text, wahrscheinlich ist es eingescannt. Das Portal kann die Datei als "
                "Anlage aufbewahren. Bitte fügen Sie den Text direkt ein oder laden Sie die ursprüngliche Datei hoch."
            )
        )
    is_whole = len({line.page for line in lines}) == pages
    return assemble(without_running_heads(lines)), () if is_whole else (NOTES[Remark.PAGES_WITHOUT_TEXT],)


def pdf_to_words(content: bytes) -> str:
    """All lines of a PDF's text layer as they are printed, running heads too.

    Raises:
        ConversionError: protected, damaged, too long or too costly.
    """
    return "\n".join(line.text for line in _printed(content)[1])


def _printed(content: bytes) -> tuple[int, list[Line]]:
    """The number of pages, and the lines on them."""
    command = [sys.executable, "-I", str(PROGRAM), "document.pdf"]
    result = run(command, memory=ADDRESS_SPACE, files={"document.pdf": content})
    if result.status:
        raise refusal(result.status)
    pages, found = json.loads(result.output)
    return pages, [Line(*fields) for fields in found]


def without_running_heads(lines: Sequence[Line]) -> list[Line]:
    """The lines without page numbers and without what repeats at the edge of at least three pages."""
    pages = [list(group) for _, group in groupby(lines, key=lambda line: line.page)]
    edges = Counter(edge for page in pages for edge in {masked(line) for line in (*page[:2], *page[-2:])})
    repeated = {text for text, count in edges.items() if count >= max(3, len(pages) / 2)}
    kept: list[Line] = []
    for page in pages:
        for position, line in enumerate(page):
            at_edge = position < 2 or position >= len(page) - 2
            if not (at_edge and (PAGE_NUMBER.fullmatch(line.text) or masked(line) in repeated)):
                kept.append(line)
    return kept


def masked(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def assemble(lines: Sequence[Line]) -> str:
    """Markdown of printed lines: a paragraph goes on while the next word had no room on the line."""
    if not lines:
        return ""
    margin = max(line.right for line in lines)
    paragraphs: list[Paragraph] = []
    for line in lines:
        if paragraphs and continues(paragraphs[-1], line, margin):
            paragraphs[-1] = Paragraph(paragraphs[-1].first, line, joined(paragraphs[-1].text, line.text))
        else:
            paragraphs.append(Paragraph(line, line, line.text))
    return layout(paragraphs, median(line.height for line in lines))


def continues(paragraph: Paragraph, line: Line, margin: float) -> bool:
    last, first = paragraph.last, paragraph.first
    if BULLET.match(line.text) or (NUMBER.match(line.text) and line.left <= first.left + 1):
        return False
    if line.bold != last.bold or abs(line.height - last.height) > 1:
        return False
    if line.page == last.page and last.bottom - line.top > 0.6 * line.height:
        return False
    if line.left > first.left + INDENT_POINTS / 2 and (BULLET.match(first.text) or NUMBER.match(first.text)):
        return True
    letter = (line.right - line.left) / max(1, len(line.text))
    next_word = line.text.split(maxsplit=1)[0]
    return last.text.endswith("-") or last.right + letter * (len(next_word) + 1) > margin - letter


def joined(text: str, more: str) -> str:
    """Two lines as one; a hyphen before a small letter was only the line's end."""
    if not text.endswith("-") or text.endswith(" -"):
        return f"{text} {more}"
    if more[0].islower() and not KEPT_HYPHEN.match(more):
        return text[:-1] + more
    return f"{text} {more}" if more[0].islower() else text + more


def layout(paragraphs: Sequence[Paragraph], height: float) -> str:
    blocks: list[str] = []
    indents: list[float] = []
    for paragraph in paragraphs:
        first, text = paragraph.first, SPECIAL.sub(escaped, paragraph.text)
        point = BULLET.match(paragraph.text)
        if point or NUMBER.match(text):
            while indents and first.left < indents[-1] - INDENT_POINTS:
                indents.pop()
            if not indents or first.left > indents[-1] + INDENT_POINTS:
                indents.append(first.left)
            words = (
                f"- {SPECIAL.sub(escaped, paragraph.text[point.end() :])}"
                if point
                else NUMBER.sub(spaced, text, count=1)
            )
            blocks.append("    " * (len(indents) - 1) + words)
            continue
        indents.clear()
        blocks += ["", marked(text, first, height), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(blocks)).strip("\n") + "\n"


def escaped(found: re.Match[str]) -> str:
    return f"\\{found[1]}" if found[1] else "&lt;"


def spaced(number: re.Match[str]) -> str:
    return number[0].strip() + " "


def marked(text: str, line: Line, height: float) -> str:
    """Larger print is a heading, a short line in bold stays bold."""
    if len(text) <= 150 and line.height >= 1.2 * height:
        return f"{'#' if line.height >= 1.6 * height else '##'} {text}"
    if line.bold and len(text) <= 150:
        return f"**{text}**"
    return f"\\{text}" if text.startswith("#") else text
