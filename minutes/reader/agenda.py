"""The agenda items that were treated, and which parts of the text are something else.

Announced and next agendas never count.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from minutes.reader.headings import Head
from minutes.reader.lines import Kind, Line, cells_of, joined
from minutes.reader.marks import LONGEST_TITLE, TASK_LIST, is_sentence, opens_text, top_of
from minutes.reader.model import AgendaItem
from minutes.reader.schemes import first_scheme, looks_like_title
from minutes.reader.zones import Zone, announced_titles, mark_zones, start_of_minutes

COUNCIL_TOP = re.compile(r"Punkt\s+\d+(?:\.\d+)*\s+der Tagesordnung:")
AGENDA_LINES = 300
ANNOUNCED = re.compile(r"(?:tagesordnung|agenda|themen|tops)\b[^:]{0,30}:\s*\S", re.IGNORECASE)
FIELD_LINE = re.compile(
    r"(?:vorlage|dazu|antrag|anfrage|drucksache|beschluss\w*|abstimmung\w*|ergebnis)\b.{0,40}:|vorlage\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Skeleton:
    """The treated items and, per line, its zone and the index of its item (None before the first)."""

    items: tuple[AgendaItem, ...]
    zones: tuple[Zone, ...]
    item_of: tuple[int | None, ...]


def skeleton(lines: Sequence[Line]) -> Skeleton:
    """Find the items of a parsed text and mark what is announced, for the next meeting, or appended."""
    zones = mark_zones(lines)
    body = [line for line, zone in zip(lines, zones, strict=True) if zone in {Zone.HEAD, Zone.BODY}]
    start = start_of_minutes(body)
    heads = first_scheme([line for line in body if line.number > start])
    if not heads and start:
        heads = first_scheme(body)
    return finish(lines, zones, without_closing_list(heads or announced_heads(lines, zones)))


def announced_heads(lines: Sequence[Line], zones: Sequence[Zone]) -> list[Head]:
    """Items that begin with their announced title, where no mark shows them: "Kasse: Der Stand ist …"."""
    titles = announced_titles(lines, zones)
    heads: list[Head] = []
    for line, zone in zip(lines, zones, strict=True):
        said = next((title for title in titles if line.text.casefold().startswith(title.casefold())), "")
        if zone is Zone.BODY and said and not re.match(r"\w", line.text[len(said) :]):
            titles.remove(said)
            heads.append(Head(line, None, said))
    return heads if len(heads) >= 2 and len(heads) > len(titles) else []


def finish(lines: Sequence[Line], zones: Sequence[Zone], heads: Sequence[Head]) -> Skeleton:
    """The items with their whole titles; what stands before the first is the head, without any all is body."""
    items: list[AgendaItem] = []
    item_of: list[int | None] = []
    starts = {head.line: index for index, head in enumerate(heads)}
    final = list(zones)
    current: int | None = None
    for position, line in enumerate(lines):
        if line in starts:
            current = starts[line]
            items.append(with_whole_title(heads[current], lines, position))
        item_of.append(current)
        if heads and current is None and final[position] is Zone.BODY:
            final[position] = Zone.HEAD
    return Skeleton(tuple(items), tuple(final), tuple(item_of))


def with_whole_title(head: Head, lines: Sequence[Line], position: int) -> AgendaItem:
    """The item of `head`: a council's title runs over several lines, that of "zu 3." stands in the agenda."""
    title, last = head.title, position
    if not title or is_sentence(title):
        title, last = title_elsewhere(head, lines, position)
    if COUNCIL_TOP.match(head.line.text):
        for line in lines[position + 1 : position + 8]:
            if line.kind is not Kind.PLAIN or FIELD_LINE.match(line.text):
                break
            title, last = joined(title, line.text), last + 1
    return AgendaItem(
        head.number, bare(title)[:LONGEST_TITLE], (head.line.number, lines[last].number), head.level
    )


def title_elsewhere(head: Head, lines: Sequence[Line], position: int) -> tuple[str, int]:
    """The title of a number alone, and where it ends: from the announced agenda, or the line below."""
    number = re.sub(r"^\D+", "", head.number or "")
    if title := next(
        filter(None, (announced_title(line, number) for line in lines[: min(position, AGENDA_LINES)])), ""
    ):
        return title, position
    if head.title:
        return head.title, position
    for below in range(position + 1, min(position + 3, len(lines))):
        if lines[below].kind is Kind.PLAIN and looks_like_title(lines[below].text):
            return lines[below].text, below
    return head.line.text, position


def bare(title: str) -> str:
    """A title without a colon at its end, and out of the brackets or quotes that hold all of it."""
    title = re.sub(r"\s*:$", "", title)
    held = re.fullmatch(r"\(([^()]+)\)|[„“\"»]([^„“”\"»«]+)[“”\"«]", title)
    return held[1] or held[2] if held else title


def announced_title(line: Line, number: str) -> str:
    """The title that a line of the announced agenda gives to a number; "" when it is none."""
    if line.kind is Kind.ORDERED:
        return line.text if line.ordinal == number else ""
    if line.kind is Kind.TABLE:
        cells = cells_of(line.text)
        return cells[1] if len(cells) > 1 and re.fullmatch(rf"(?:TOP\s*)?{number}\.?", cells[0]) else ""
    if ANNOUNCED.match(line.text) and number:
        found = re.search(rf"(?<!\d){number}[.)]\s*(.+?)(?=\s*[,;]?\s*\d+[.)]\s|[.]?$)", line.text)
        return found[1] if found else ""
    mark = top_of(line)
    return mark["title"] if mark and mark["number"] == number and not opens_text(mark) else ""


def without_closing_list(heads: Sequence[Head]) -> Sequence[Head]:
    """The items without a last unnumbered "Aufgaben": a list of what was given out is no item of its own."""
    last = heads[-1] if len(heads) > 2 else None
    return heads[:-1] if last and last.number is None and TASK_LIST.match(last.title) else heads
