"""Items that stand as headings or as "TOP n" lines, with and without numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from minutes.reader.dates import find_dates
from minutes.reader.lines import Kind, Line
from minutes.reader.marks import DOCUMENT_TITLE, ROMAN, is_title, names_a_date, opens_text, top_of
from minutes.reader.votes import find_vote

NUMBERED = re.compile(
    rf"(?:zu\s+|Nr\.?\s*|Pkt\.?\s*|\()?(?P<number>\d{{1,2}}[a-z]?(?:\.\d{{1,2}})*|{ROMAN}(?:\.\d{{1,2}})+|{ROMAN}(?=[.)])|n-\d|[a-z](?=\)))(?:(?P<sign>\.\)|[.):]|\s[–-]\s)\s*|"
    rf"\s+|$)(?P<title>(?![:.]?\d{{1,2}}[.:]|Uhr).*)$"
)

PART = re.compile(r"(?P<number>(?P<item>\d{1,2})\.\d{1,2})\.?\s+(?P<title>(?![\d.]).*)$")

TopLine = tuple[Line, re.Match[str]]


@dataclass(frozen=True)
class Head:
    """A line that opens an item."""

    line: Line
    number: str | None
    title: str
    level: int = 1


def top_heads(lines: Sequence[Line]) -> list[Head]:
    marked = without_remarks([(line, mark) for line in lines if (mark := top_of(line))])
    strongest = min((strength(line) for line, _ in marked), default=9)
    found = [(line, mark) for line, mark in marked if strength(line) == strongest]
    found = without_empty_run(lines, found)
    if len(found) >= 2:
        found = with_unmarked(found, marked)
    if len(found) < 2 and not is_extract(lines, found):
        return []
    heads = [Head(line, written(mark), mark["title"], 1 + ("." in mark["number"])) for line, mark in found]
    return with_subheadings(lines, heads) if strongest == 0 else with_parts(lines, heads)


def with_parts(lines: Sequence[Line], heads: list[Head]) -> list[Head]:
    """Add bold lines that number a part of an item as level 2: "**7.1 § 3: Beiträge**" below "**TOP 7**"."""
    known = {re.sub(r"^\D+", "", head.number or "") for head in heads}
    parts = [
        Head(line, found["number"], found["title"], 2)
        for line in lines
        if line.bold and (found := PART.match(line.text)) and found["item"] in known
    ]
    return sorted([*heads, *parts], key=lambda head: head.line.number)


def without_remarks(marked: list[TopLine]) -> list[TopLine]:
    """Without "Zu TOP 3: …" where TOP 3 has a title of its own, and without results of parts ("zu 2.: Ja: 7")."""
    titled = {written(mark) for _, mark in marked if not opens_text(mark)}
    return [
        (line, mark)
        for line, mark in marked
        if (written(mark) not in titled if opens_text(mark) else mark["mark"] or not find_vote(mark["title"]))
    ]


def is_extract(lines: Sequence[Line], found: Sequence[TopLine]) -> bool:
    """Whether one item alone makes an extract: "Punkt 4 der Tagesordnung: …", "TOP 7: …", "TOP 7" alone."""
    if len(found) != 1:
        return False
    line, mark = found[0]
    others = any(each.kind is Kind.HEADING and each is not line and is_title(each.text) for each in lines)
    return not others and (strength(line) == 0 or not mark["title"] or ":" in mark["sign"] + line.text[:40])


def strength(line: Line) -> int:
    return 0 if line.kind is Kind.HEADING else 1 if line.bold else 2


def written(mark: re.Match[str]) -> str:
    number = re.sub(r"\s", "", mark["number"])
    return f"{mark['mark']} {number}" if mark["mark"] not in {None, "Punkt"} else number


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
    marked_best = [(line, mark) for line, mark in found if line.kind is Kind.HEADING]
    found = marked_best if len(marked_best) >= 2 else found
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
    titled = DOCUMENT_TITLE.search(line.text) or find_dates(line.text)
    return bool(titled) and (alone or line.number <= 5)
