"""Numbers that LibreOffice prints and does not write: of headings, of lists that go on, of points called "TOP 1".

OpenDocument 1.3, part 3, sections 5.3 (lists), 16.30 (list styles) and 16.34 (outline).
"""

import copy
import re

from minutes.conversion.program.word_numbers import WRITTEN
from minutes.conversion.program.xml_part import Element

SPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TEXT, STYLE, OFFICE = (SPACE % name for name in ("text", "style", "office"))
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
LETTER = re.compile(r"[^\W\d_]|§")


def write_heading_numbers(root: Element, styles: Element) -> None:
    """Put the numbers of the outline before the headings."""
    levels = {
        _integer(level, f"{TEXT}level"): level
        for level in styles.iter(f"{TEXT}outline-level-style")
        if level.get(f"{STYLE}num-format")
    }
    counts: dict[int, int] = {}
    for heading in root.iter(f"{TEXT}h"):
        depth = _integer(heading, f"{TEXT}outline-level", 1)
        if depth not in levels or heading.get(f"{TEXT}is-list-header") == "true" or not _words(heading):
            continue
        level = levels[depth]
        counts = {other: count for other, count in counts.items() if other <= depth}
        counts[depth] = counts.get(depth, _integer(level, f"{TEXT}start-value", 1) - 1) + 1
        shown = _integer(level, f"{TEXT}display-levels", 1)
        above = [other for other in range(max(1, depth - shown + 1), depth + 1) if other in levels]
        numbers = [_written(levels[other], counts.get(other, 1)) for other in above]
        heading.text = f"{_label(level, '.'.join(numbers))} {heading.text or ''}"


def write_list_numbers(root: Element, styles: Element) -> None:
    """Let lists begin with the number that is printed; points whose label has words become paragraphs."""
    known = {
        style.get(f"{STYLE}name", ""): style
        for part in (styles, root)
        for style in part.iter(f"{TEXT}list-style")
    }
    counts: dict[str, int] = {}
    own_styles = root.find(f"{OFFICE}automatic-styles")
    outer = [element for element in root.iter() if element.tag not in {f"{TEXT}list", f"{TEXT}list-item"}]
    for parent in outer:
        for points in [child for child in parent if child.tag == f"{TEXT}list"]:
            style = known.get(points.get(f"{TEXT}style-name", ""))
            level = (
                style.find(f"{TEXT}list-level-style-number[@{TEXT}level='1']") if style is not None else None
            )
            if style is None or level is None:
                continue
            start = _start(points, level, counts)
            last = start + len(points.findall(f"{TEXT}list-item")) - 1
            counts[points.get(XML_ID, "")] = counts[points.get(f"{TEXT}style-name", "")] = last
            if LETTER.search(_label(level, "")):
                _become_paragraphs(parent, points, level, start)
            elif start != 1 and own_styles is not None:
                own_styles.append(_begin(points, style, start))


def _start(points: Element, level: Element, counts: dict[str, int]) -> int:
    """The number of a list's first point; `counts` holds the last numbers by list and by style."""
    first = points.find(f"{TEXT}list-item")
    own = _integer(first, f"{TEXT}start-value") if first is not None else 0
    continued = points.get(f"{TEXT}continue-list")
    if continued is None and points.get(f"{TEXT}continue-numbering") == "true":
        continued = points.get(f"{TEXT}style-name", "")
    return own or counts.get(continued or "-", _integer(level, f"{TEXT}start-value", 1) - 1) + 1


def _begin(points: Element, style: Element, start: int) -> Element:
    """Give the list a style of its own that begins with that number."""
    own = copy.deepcopy(style)
    own.set(f"{STYLE}name", f"{style.get(f'{STYLE}name')}-from-{start}")
    for level in own.findall(f"{TEXT}list-level-style-number[@{TEXT}level='1']"):
        level.set(f"{TEXT}start-value", str(start))
    points.set(f"{TEXT}style-name", own.get(f"{STYLE}name", ""))
    points.attrib.pop(f"{TEXT}continue-numbering", None)
    return own


def _become_paragraphs(parent: Element, points: Element, level: Element, start: int) -> None:
    """Put the points, each with its label, in the place of the list."""
    blocks: list[Element] = []
    number = start
    for point in points:
        words = [block for block in point if block.tag in {f"{TEXT}p", f"{TEXT}h"}]
        if point.tag == f"{TEXT}list-item" and words:
            words[0].text = f"{_label(level, _written(level, number))} {words[0].text or ''}"
            number += 1
        blocks += list(point)
    position = list(parent).index(points)
    parent[position : position + 1] = blocks


def _label(level: Element, number: str) -> str:
    return f"{level.get(f'{STYLE}num-prefix', '')}{number}{level.get(f'{STYLE}num-suffix', '')}".strip()


def _written(level: Element, count: int) -> str:
    return WRITTEN.get(FORMATS.get(level.get(f"{STYLE}num-format", ""), ""), str)(count)


def _words(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _integer(element: Element, name: str, default: int = 0) -> int:
    value = element.get(name, "")
    return int(value) if re.fullmatch(r"\d{1,6}", value) else default
