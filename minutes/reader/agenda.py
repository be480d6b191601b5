"""The agenda items that were treated, and which parts of the text are something else.

One document follows one scheme: "TOP n" lines, numbered headings, headings, bold lines, or a list. The first
of these that the text offers at least twice is taken; announced and next agendas never count.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from minutes.reader.lines import Kind, Line, joined
from minutes.reader.marks import (
    DOCUMENT_TITLE,
    LONGEST_TITLE,
    ROMAN,
    TASK_LIST,
    is_head_word,
    is_title,
    names_a_date,
    top_of,
)
from minutes.reader.model import AgendaItem
from minutes.reader.zones import AGENDA_WORDS, Zone, mark_zones, start_of_minutes

COUNCIL_TOP = re.compile(r"Punkt\s+\d+(?:\.\d+)*\s+der Tagesordnung:")
NUMBERED = re.compile(
    rf"(?:zu\s+)?(?P<number>\d{{1,2}}[a-z]?(?:\.\d{{1,2}})*|{ROMAN}(?=[.)])|n-\d|[a-z](?=\)))(?:(?P<sign>[.):])\s*|"
    rf"\s+|$)(?P<title>(?![:.]?\d{{1,2}}[.:]|Uhr).*)$"
)
FIELD_LINE = re.compile(
    r"(?:vorlage|dazu|antrag|anfrage|drucksache|beschluss\w*|abstimmung\w*|ergebnis)\b.{0,40}:|vorlage\b",
    re.IGNORECASE,
)


TopLine = tuple[Line, re.Match[str]]


@dataclass(frozen=True)
class Skeleton:
    """The treated items and, per line, its zone and the index of its item (None before the first)."""

    items: tuple[AgendaItem, ...]
    zones: tuple[Zone, ...]
    item_of: tuple[int | None, ...]


@dataclass(frozen=True)
class Head:
    """A line that opens an item."""

    line: Line
    number: str | None
    title: str
    level: int = 1


def skeleton(lines: Sequence[Line]) -> Skeleton:
    """Find the items of a parsed text and mark what is announced, for the next meeting, or appended."""
    zones = mark_zones(lines)
    body = [line for line, zone in zip(lines, zones, strict=True) if zone in {Zone.HEAD, Zone.BODY}]
    start = start_of_minutes(body)
    schemes: tuple[Callable[[Sequence[Line]], list[Head]], ...] = (
        top_heads,
        numbered_headings,
        headings,
        bold_lines,
        ordered_points,
        bullet_points,
        short_lines,
    )
    heads: list[Head] = []
    for scheme in schemes:
        heads = scheme([line for line in body if line.number > start])
        if heads:
            break
    if not heads and start:
        heads = next(filter(None, (scheme(body) for scheme in schemes)), [])
    return finish(lines, zones, without_closing_list(heads))


def finish(lines: Sequence[Line], zones: Sequence[Zone], heads: Sequence[Head]) -> Skeleton:
    items: list[AgendaItem] = []
    item_of: list[int | None] = []
    starts = {head.line.number: index for index, head in enumerate(heads)}
    final = list(zones)
    current: int | None = None
    for position, line in enumerate(lines):
        if line.number in starts:
            current = starts[line.number]
            items.append(with_whole_title(heads[current], lines, position))
        item_of.append(current)
        if current is None and final[position] is Zone.BODY:
            final[position] = Zone.HEAD
    return Skeleton(tuple(items), tuple(final), tuple(item_of))


def without_closing_list(heads: Sequence[Head]) -> Sequence[Head]:
    """The items without a last unnumbered "Aufgaben": a list of what was given out is no item of its own."""
    last = heads[-1] if len(heads) > 2 else None
    return heads[:-1] if last and last.number is None and TASK_LIST.match(last.title) else heads


def with_whole_title(head: Head, lines: Sequence[Line], position: int) -> AgendaItem:
    """The item of `head`: a council's title runs over several lines, that of "zu 3." stands in the agenda."""
    title, last = head.title, position
    if not title:
        announced = (line.text for line in lines if line.kind is Kind.ORDERED and line.ordinal == head.number)
        title = next(announced, head.line.text)
    if COUNCIL_TOP.match(head.line.text):
        for line in lines[position + 1 : position + 8]:
            if line.kind is not Kind.PLAIN or FIELD_LINE.match(line.text):
                break
            title, last = joined(title, line.text), last + 1
    title = re.sub(r"\s*:$", "", title)[:LONGEST_TITLE]
    return AgendaItem(head.number, title, (head.line.number, lines[last].number), head.level)


def top_heads(lines: Sequence[Line]) -> list[Head]:
    marked = [(line, mark) for line in lines if (mark := top_of(line))]
    strongest = min((strength(line) for line, _ in marked), default=9)
    found = [(line, mark) for line, mark in marked if strength(line) == strongest]
    found = without_empty_run(lines, found)
    if len(found) >= 2:
        found = with_unmarked(found, marked)
    # One item alone is an extract from council minutes: "Punkt 4 der Tagesordnung: …", "TOP 7: …".
    alone = len(found) == 1 and strongest == 2 and ":" in found[0][1]["sign"] + found[0][0].text[:40]
    if len(found) < 2 and not (alone and not any(line.kind is Kind.HEADING for line in lines)):
        return []
    heads = [Head(line, written(mark), mark["title"], 1 + ("." in mark["number"])) for line, mark in found]
    return with_subheadings(lines, heads) if strongest == 0 else heads


def strength(line: Line) -> int:
    return 0 if line.kind is Kind.HEADING else 1 if line.bold else 2


def written(mark: re.Match[str]) -> str:
    number = re.sub(r"\s", "", mark["number"])
    return number if mark["mark"] == "Punkt" else f"{mark['mark']} {number}"


def with_unmarked(found: list[TopLine], marked: list[TopLine]) -> list[TopLine]:
    """Add items whose heading mark was forgotten: they fill a gap in the numbers of the others."""
    known = {written(mark).casefold() for _, mark in found}
    first, last = found[0][0].number, found[-1][0].number
    lost = [
        (line, mark)
        for line, mark in marked
        if first < line.number < last and written(mark).casefold() not in known
    ]
    return sorted([*found, *lost], key=lambda pair: pair[0].number)


def without_empty_run(lines: Sequence[Line], found: list[TopLine]) -> list[TopLine]:
    """Where numbers come twice, the run without content between its lines was the announced agenda."""
    numbers = [written(mark) for _, mark in found]
    times = Counter(numbers)
    if len(times) == len(numbers):
        return found
    filled = {line.number for line in lines if line.kind not in {Kind.BLANK, Kind.RULE}}
    opening = {line.number for line, _ in found}
    kept = [
        (line, mark)
        for position, ((line, mark), number) in enumerate(zip(found, numbers, strict=True))
        if position >= len(found) / 2
        or times[number] == 1
        or (line.number + 1 in filled and line.number + 1 not in opening)
    ]
    return kept or found


def numbered_headings(lines: Sequence[Line]) -> list[Head]:
    found = [
        (line, mark)
        for line in lines
        if (line.kind is Kind.HEADING or line.bold)
        and (mark := NUMBERED.match(line.text))
        and not names_a_date(line.text)
    ]
    if len(found) < 2:
        return []
    heads = [Head(line, mark["number"], mark["title"], 1 + ("." in mark["number"])) for line, mark in found]
    return with_subheadings(lines, heads)


def with_subheadings(lines: Sequence[Line], heads: list[Head]) -> list[Head]:
    """Add headings without number: beside the items, or one step below them as level 2."""
    depths = [head.line.depth for head in heads if head.line.kind is Kind.HEADING and head.level == 1]
    if not depths:
        return heads
    depth = max(set(depths), key=depths.count)
    known = {head.line.number for head in heads}
    first = next((line.number for line in lines if line.kind is Kind.HEADING and line.depth == depth), 0)
    others = [
        line
        for line in lines
        if line.kind is Kind.HEADING
        and line.number >= first
        and line.number not in known
        and is_title(line.text)
        and not (line.number <= 5 and DOCUMENT_TITLE.search(line.text))
    ]
    deeper = min((line.depth for line in others if line.depth > depth), default=0)
    heads = heads + [heading_head(line, 1) for line in others if line.depth <= depth]
    heads += [heading_head(line, 2) for line in others if line.depth == deeper]
    return sorted(heads, key=lambda head: head.line.number)


def headings(lines: Sequence[Line]) -> list[Head]:
    found = [line for line in lines if line.kind is Kind.HEADING and is_title(line.text)]
    if found and (is_document_title(found[0], found) or names_a_date(found[0].text)):
        found = found[1:]
    for depth in range(1, 7):
        here = [line for line in found if line.depth == depth]
        if len(here) >= 2 or (here and here[0] is found[0] and len(found) >= 2):
            below = min((line.depth for line in found if line.depth > depth), default=0)
            kept = [line for line in found if line.depth in {depth, below}]
            return [heading_head(line, 1 if line.depth == depth else 2) for line in kept]
    return []


def heading_head(line: Line, level: int) -> Head:
    """The head of a heading, with its number where it has one though the others have none."""
    mark = top_of(line) or (None if names_a_date(line.text) else NUMBERED.match(line.text))
    if mark is None or not mark["title"]:
        return Head(line, None, line.text, level)
    return Head(line, written(mark) if "mark" in mark.groupdict() else mark["number"], mark["title"], level)


def is_document_title(line: Line, found: Sequence[Line]) -> bool:
    alone = sum(other.depth == line.depth for other in found) == 1
    return bool(DOCUMENT_TITLE.search(line.text)) and (alone or line.number <= 5)


def bold_lines(lines: Sequence[Line]) -> list[Head]:
    found = [
        line
        for line in lines
        if line.bold
        and line.kind is Kind.PLAIN
        and is_title(line.text)
        and not line.text.endswith((".", "!", "?", ","))
    ]
    if found and DOCUMENT_TITLE.search(found[0].text) and found[0].number <= 10:
        found = found[1:]
    found = [
        line
        for line in found
        if not re.match(
            r"[\w-]+:\s+\S|.*\d{1,2}[:.]\d\d Uhr|(?:antrag|beschluss)\b", line.text, re.IGNORECASE
        )
    ]
    return [Head(line, None, line.text) for line in found] if len(found) >= 2 else []


def ordered_points(lines: Sequence[Line]) -> list[Head]:
    """The points of the outermost numbered lists, counted as they are rendered."""
    margin = min((line.indent for line in lines if line.kind is Kind.ORDERED), default=0)
    heads: list[Head] = []
    count = 0
    for line in lines:
        if line.kind is Kind.ORDERED and line.indent == margin and line.ordinal[0].isdigit():
            start = int(line.ordinal.split(".")[0])
            count = count + 1 if count and start <= count + 1 else start
            heads.append(Head(line, line.ordinal if "." in line.ordinal else str(count), line.text))
        elif line.kind in {Kind.HEADING, Kind.BULLET} and line.indent < margin:
            count = 0
    announced = any(AGENDA_WORDS.search(line.text) for line in lines if line.kind is Kind.HEADING)
    return heads if len(heads) >= 2 or announced else []


def bullet_points(lines: Sequence[Line]) -> list[Head]:
    """The outermost points of a bulleted text, when at least one has points below it."""
    bullets = [line for line in lines if line.kind is Kind.BULLET]
    margin = min((line.indent for line in bullets), default=0)
    outer = [line for line in bullets if line.indent == margin and not is_head_word(line.text)]
    return [Head(line, None, line.text) for line in outer] if 2 <= len(outer) < len(bullets) else []


def short_lines(lines: Sequence[Line]) -> list[Head]:
    """Titles without any mark (pad exports): a short line on its own with text or points below it.

    Who writes all small writes titles small, too: those need points right below them.
    """
    found: list[Line] = []
    for before, line, after in windows(lines):
        alone = before is None or before.kind in {Kind.BLANK, Kind.RULE}
        if line.kind is not Kind.PLAIN or not alone or after is None or not looks_like_title(line.text):
            continue
        if line.text[0].isupper() or after.kind is Kind.BULLET:
            found.append(line)
    if found and DOCUMENT_TITLE.search(found[0].text):
        found = found[1:]
    return [Head(line, None, line.text.rstrip(":")) for line in found] if len(found) >= 3 else []


def windows(lines: Sequence[Line]) -> Iterable[tuple[Line | None, Line, Line | None]]:
    padded = [None, *lines, None]
    return ((before, line, after) for before, line, after in zip(padded, lines, padded[2:], strict=False))


def looks_like_title(text: str) -> bool:
    return (
        3 <= len(text) <= 70
        and not text.endswith((".", "!", "?", ",", ";"))
        and is_title(text)
    )
