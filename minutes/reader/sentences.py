"""From lines to blocks (a paragraph, a list point, a heading) and sentences that know their lines."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from minutes.reader.agenda import Skeleton
from minutes.reader.lines import Kind, Line, joined
from minutes.reader.votes import find_vote
from minutes.reader.zones import Zone

LONGEST_SENTENCE = 1_500
SHORT_LINE = 45
LONGEST_BLOCK = 100
MAX_PARENTS = 6
ABBREVIATION = re.compile(
    r"(?:\b(?:z|B|d|h|u|a|o|ä|s|i|e|V|v|St|Dr|Prof|Hr|Fr|Frau|Nr|Abs|Art|Ziff|Pkt|bzgl|ca|evtl|ggf|"
    r"inkl|exkl|bspw|bzw|vgl|sog|"
    r"stellv|Vors|Str|Tel|max|min|mind|zzgl|Mio|Mrd|Std|tlw|gem|lt|Fa|Abt|Fam|Kap|Bd|gez|geb|vsl|vorauss|Red|Koll|Pfr|Ing|Enth|Jan|"
    r"Feb|Apr|Aug|Sept|Sep|Okt|Nov|Dez"
    r"|Mo|Di|Mi|Do|Sa|So|e\.V|i\.A|[A-ZÄÖÜ])|(?<![\d.])\d{1,2}|(?<!\d)\d{1,2}\.\d{1,2})\.$"
)
END = re.compile(
    r"[.!?…]+[\"“”»«’')\]]*\s+(?=[\"„»“'*]*[A-ZÄÖÜ0-9§@–-])(?!->)|\n|(?<=[a-zäöüß]{3})\.(?=[A-ZÄÖÜ][a-zäöü])"
)
DATE_END = re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}\.$")
STARTER = re.compile(
    r"(?:D(?:er|ie|as|em|en|ies\w*|azu|abei|aher|anach)|E(?:s|in|ine|r)|Wir|Sie|Im|In|Am|Bei|Beim|Für|"
    r"Mit|Nach|Auf|Alle|Wer|Was|Wenn|Falls|[A-ZÄÖÜ]\w+ [a-zäöüß]{2,}t)\b"
)
PHRASE = re.compile(
    r"\b(?:de[rsmn]|die|das|eine?[rsmn]?|keine?[rsmn]?|und|oder|sowie|dass|ob|mit|von|vom|für|auf|in|im|zu|zur|"
    r"zum|am|an|bei|beim|aus|nach|um|über|unter|durch|gegen|ohne|wird|werden|ist|sind|hat|haben|nicht)$"
)
LABELLED = re.compile(
    r"(?:beschluss|antrag|abstimmung|ergebnis|aufgabe|auftrag|to-?do|info|begründung|verantwortlich|zuständig)"
    r"\b[^:.]{0,30}:|->|→|=>",
    re.IGNORECASE,
)
YEAR_END = re.compile(r"\b(?:19|20)\d\d\.$")


@dataclass(frozen=True)
class Block:
    """Consecutive lines that Markdown shows as one; `parents` are the list points around it, nearest last."""

    index: int
    kind: Kind
    lines: tuple[Line, ...]
    zone: Zone
    item: int | None
    indent: int
    parents: tuple[int, ...]
    opens_item: bool
    gap_before: bool

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a piece of one between hard line breaks."""

    index: int
    text: str
    first: int
    last: int
    block: Block


def blocks_of(lines: Sequence[Line], skeleton: Skeleton) -> list[Block]:
    """Group lines: a paragraph or list point goes on until a blank line, a new mark or a new zone."""
    blocks: list[Block] = []
    open_points: list[Block] = []
    gap = True
    for position, line in enumerate(lines):
        if line.kind in {Kind.BLANK, Kind.RULE, Kind.FRONT_MATTER, Kind.IGNORED}:
            gap = True
            continue
        zone, item = skeleton.zones[position], skeleton.item_of[position]
        opens = item is not None and (position == 0 or item != skeleton.item_of[position - 1])
        if blocks and not gap and joins(blocks[-1], line, zone, item):
            last = blocks[-1]
            grown = Block(last.index, last.kind, (*last.lines, line), *rest_of(last))
            blocks[-1] = grown
            open_points = [grown if point.index == grown.index else point for point in open_points]
            continue
        while open_points and not is_inside(line, open_points[-1], item, gap=gap):
            open_points.pop()
        parents = tuple(point.index for point in open_points[-MAX_PARENTS:])
        block = Block(len(blocks), line.kind, (line,), zone, item, line.indent, parents, opens, gap)
        blocks.append(block)
        if line.kind in {Kind.BULLET, Kind.ORDERED}:
            open_points.append(block)
        gap = False
    return blocks


def rest_of(block: Block) -> tuple[Zone, int | None, int, tuple[int, ...], bool, bool]:
    return block.zone, block.item, block.indent, block.parents, block.opens_item, block.gap_before


def joins(block: Block, line: Line, zone: Zone, item: int | None) -> bool:
    """A plain line goes on with the block above; the title line of an item stands alone."""
    if line.kind is not Kind.PLAIN or block.kind in {Kind.HEADING, Kind.TABLE} or block.opens_item:
        return False
    if len(block.lines) >= LONGEST_BLOCK:
        return False
    return block.zone is zone and block.item == item


def is_inside(line: Line, point: Block, item: int | None, *, gap: bool) -> bool:
    if line.kind is Kind.HEADING or point.item != item:
        return False
    return line.indent > point.indent or (line.kind is Kind.PLAIN and point.opens_item and not gap)


def sentences_of(blocks: Sequence[Block]) -> list[Sentence]:
    sentences: list[Sentence] = []
    wrapped = (line for block in blocks if len(block.lines) > 1 for line in block.lines)
    width = max([SHORT_LINE, *(len(line.text) for line in wrapped)])  # Nobody wraps narrower.
    for block in blocks:
        for text, first, last in split(block, width):
            sentences.append(Sentence(len(sentences), text, first, last, block))
    return sentences


def outside(sentences: Sequence[Sentence], numbers: Container[int]) -> list[Sentence]:
    """The sentences that hold none of the lines with these numbers, counted anew."""
    kept = (
        each for each in sentences if not any(line in numbers for line in range(each.first, each.last + 1))
    )
    return [replace(each, index=index) for index, each in enumerate(kept)]


def split(block: Block, width: int) -> Iterator[tuple[str, int, int]]:
    """The sentences of a block as (text, first line, last line); a hyphen at a line's end is mended."""
    text, marks = block.lines[0].text, [(0, block.lines[0].number)]
    for before, line in pairwise(block.lines):
        text = joined(text, line.text, "\n" if stands_alone(before, line, width) else " ")
        marks.append((len(text) - len(line.text), line.number))
    begin = 0
    for end in [*ends(text), len(text)]:
        piece = text[begin:end]
        if piece.strip():
            start = begin + len(piece) - len(piece.lstrip())
            yield piece.strip()[:LONGEST_SENTENCE], line_at(marks, start), line_at(marks, end - 1)
        begin = end


def stands_alone(line: Line, after: Line, width: int) -> bool:
    """Whether a line is a statement of its own: marked so, short, a label in bold, or beside a vote.

    `width` is the longest line of all paragraphs: a break before a word that would have fitted is meant.
    """
    if line.hard_break or line.bold or LABELLED.match(after.text):
        return True
    votes, votes_after = counted(line.text), counted(after.text)
    if votes != votes_after or votes > 1:
        return True
    return (
        not votes
        and ((len(line.text) < SHORT_LINE and after.text[:1].isupper()) or fits_behind(after, line, width))
        and not line.text.endswith((",", "-"))
    )


def fits_behind(after: Line, line: Line, width: int) -> bool:
    """Whether the next two words would have stood in the line, which does not break off within a phrase."""
    words = " ".join(after.text.split(maxsplit=2)[:2])
    return len(line.text) + 1 + len(words) <= width and not PHRASE.search(line.text)


def counted(text: str) -> int:
    """How many counts of a vote a line holds that has little else; 0 for running text."""
    found = find_vote(text) if len(text) < 120 else None
    if found is None or not found.vote.has_counts:
        return 0
    counts = sum(count is not None for count in (found.vote.yes, found.vote.no, found.vote.abstain))
    return counts if counts > 1 or len(re.findall(r"[^\W\d_]{2,}", found.rest(text))) < 2 else 0


def ends(text: str) -> Iterator[int]:
    """Where sentences end; a line break always ends one, a full stop not behind an abbreviation."""
    begin = 0
    for mark in END.finditer(text):
        before = text[max(begin, mark.start() - 12) : mark.start() + 1]
        if "\n" in mark[0] or text[mark.start()] != "." or not is_abbreviated(before, text, mark.end()):
            begin = mark.end()
            yield begin


def is_abbreviated(before: str, text: str, after: int) -> bool:
    """Whether the full stop that ends `before` belongs to an abbreviation, an ordinal or a date."""
    if not ABBREVIATION.search(before) or YEAR_END.search(before):
        return False
    return not (DATE_END.search(before) and STARTER.match(text, after))


def line_at(marks: Sequence[tuple[int, int]], position: int) -> int:
    """The number of the line that holds the character at `position`."""
    low, high = 0, len(marks)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if marks[middle][0] <= position else (low, middle)
    return marks[low][1]
