"""Many templates write date, place and people into the page header; what says so stands before the text."""

import re
from collections.abc import Iterable

from minutes.conversion.program.xml_part import Element

MEETING = re.compile(r"protokoll|niederschrift|sitzung|besprechung|meeting|anwesend|teilnehm", re.IGNORECASE)
PAGE = re.compile(r"\b(?:Seite|Blatt|Page)\b[:\s]*\d*(?:\s*(?:/|von|of)\s*\d+)?", re.IGNORECASE)


def head_lines(headers: Iterable[list[str]], text: str) -> list[str]:
    """The lines of the header that tells most about the meeting, without what the text says anyway."""
    telling = [lines for lines in headers if MEETING.search(" ".join(lines))]
    fullest = max(telling, key=lambda lines: sum(map(len, lines)), default=[])
    without_pages = (" ".join(PAGE.sub("", line).split()) for line in fullest)
    known = " ".join(text.split())
    return [line for line in without_pages if re.search(r"\w", line) and line not in known]


def lines_of(header: Element, row: str, paragraph: str, words: str) -> list[str]:
    """The lines of a header; the cells of a table's row are one. `words` are the elements that hold text."""
    in_rows = {id(inside) for found in header.iter(row) for inside in found.iter(paragraph)}
    lines = []
    for element in header.iter():
        if element.tag == row:
            cells = (_words(inside, words) for inside in element.iter(paragraph))
            lines.append(" ".join(cell for cell in cells if cell))
        elif element.tag == paragraph and id(element) not in in_rows:
            lines.append(_words(element, words))
    return [line for line in lines if line]


def _words(element: Element, words: str) -> str:
    found = "".join("".join(part.itertext()) for part in element.iter(words))
    return " ".join(found.split())
