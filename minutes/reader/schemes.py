"""The schemes by which minutes mark their items.

One document follows one scheme: "TOP n" lines, numbered headings, headings, bold lines, lists, short lines.
The first of these that the text offers often enough is taken.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from minutes.reader.headings import Head, headings, numbered_headings, top_heads
from minutes.reader.lines import Kind, Line
from minutes.reader.marks import DOCUMENT_TITLE, LONGEST_TITLE, is_head_word, is_title
from minutes.reader.votes import find_vote
from minutes.reader.zones import AGENDA_WORDS

ROMANS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
NUMBERED_LINE = re.compile(
    r"(?:Nr\.?\s*|Pkt\.?\s*|§\s?)?(?P<number>\d{1,2}(?!\d|\.\d)|[IVX]{1,4}(?=\.))[.:)]?\s+(?P<title>[A-ZÄÖÜ].{2,100}?[^.!?,;])$"
)
BOLD_OPENING = re.compile(
    r"^\s*(?:[*+-]\s+)?(?:\*\*|__)(?P<title>[^*_]{3,70}?)(?::(?:\*\*|__)|(?:\*\*|__)\s*[:–-])\s+\S"
)
ARROW = re.compile(r"[=-]+>|→|⇒")
SENTENCE_END = re.compile(r"\w{3}[.!?] ")
FIRST_NUMBER = 3
RESULT_WORD = re.compile(r"(?:antrag|beschluss|abstimmung|ergebnis|aufgabe|to-?do|begründung)", re.IGNORECASE)


def first_scheme(lines: Sequence[Line]) -> list[Head]:
    """The items by the first scheme that finds any."""
    schemes: tuple[Callable[[Sequence[Line]], list[Head]], ...] = (
        top_heads,
        numbered_headings,
        headings,
        bold_lines,
        numbered_lines,
        ordered_points,
        bullet_points,
        short_lines,
        bold_openings,
    )
    return with_lettered(lines, next(filter(None, (scheme(lines) for scheme in schemes)), []))


def with_lettered(lines: Sequence[Line], heads: list[Head]) -> list[Head]:
    """Add the parts "a) …", "b) …" of items as level 2: titles at the margin with text, not just a result, below."""
    first = min((head.line.number for head in heads), default=0)
    parts = [
        (line, after)
        for _, line, after in windows(lines)
        if heads
        and line.number > first
        and line.kind is Kind.ORDERED
        and line.ordinal.isalpha()
        and not line.indent
    ]
    whole = all(
        looks_like_title(line.text)
        and after
        and after.kind is Kind.PLAIN
        and not (ARROW.match(after.text) or find_vote(after.text))
        for line, after in parts
    )
    if len(parts) < 2 or not whole:
        return heads
    lettered = [Head(line, line.ordinal, line.text, 2) for line, _ in parts]
    return sorted([*heads, *lettered], key=lambda head: head.line.number)


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
    """The points of the outermost numbered lists, counted as they are rendered; "3.2 …" may be a paragraph."""
    margin = min((line.indent for line in lines if line.kind is Kind.ORDERED), default=0)
    heads: list[Head] = []
    count = 0
    for line in lines:
        if "." in line.ordinal and (not looks_like_title(line.text) or SENTENCE_END.search(line.text)):
            continue
        if line.kind is Kind.ORDERED and line.indent == margin and line.ordinal[0].isdigit():
            start = leading(line.ordinal)
            count = count + 1 if count and start <= count + 1 and line.ordinal.isdigit() else start
            heads.append(Head(line, str(count) if line.ordinal.isdigit() else line.ordinal, line.text))
        elif line.kind in {Kind.HEADING, Kind.BULLET} and line.indent < margin:
            count = 0
    if heads and leading(heads[0].line.ordinal) > FIRST_NUMBER:
        return []  # Dates at the start of lines look like numbers: "22.3. Fest".
    announced = any(AGENDA_WORDS.search(line.text) for line in lines if line.kind is Kind.HEADING)
    return without_announced(heads) if len(heads) >= 2 or announced else []


def leading(ordinal: str) -> int:
    """The first number of an ordinal such as "3", "3.1" or "3a"."""
    return int(re.split(r"\D", ordinal, maxsplit=1)[0])


def without_announced(heads: list[Head]) -> list[Head]:
    """Of titles that come twice only the second: the first list announced them, and counting starts anew."""
    last = {head.title: index for index, head in enumerate(heads)}
    if len(last) == len(heads):
        return heads
    kept = [head for index, head in enumerate(heads) if last[head.title] == index]
    return [replace(head, number=str(number)) for number, head in enumerate(kept, 1)]


def numbered_lines(lines: Sequence[Line]) -> list[Head]:
    """Lines on their own that count upwards, in figures or Roman numerals: "1 Kasse", "II. Berichte"."""
    found: list[Head] = []
    for before, line, _ in windows(lines):
        if line.kind not in {Kind.PLAIN, Kind.ORDERED} or not stands_apart(before):
            continue
        mark = NUMBERED_LINE.match(line.text)
        if mark and int_of(mark["number"]) in ({int_of(found[-1].number or "") + 1} if found else {0, 1}):
            found.append(Head(line, mark["number"], mark["title"]))
    return found if len(found) >= 3 else []


def int_of(number: str) -> int:
    """The value of a number in figures or Roman numerals up to XV."""
    return int(number) if number.isdigit() else ROMANS.index(number) if number in ROMANS else -1


def bullet_points(lines: Sequence[Line]) -> list[Head]:
    """The outermost points of a bulleted text, when at least one has points below it."""
    bullets = [line for line in lines if line.kind is Kind.BULLET]
    margin = min((line.indent for line in bullets), default=0)
    outer = [line for line in bullets if line.indent == margin and not is_head_word(line.text)]
    return [Head(line, None, line.text) for line in outer] if 2 <= len(outer) < len(bullets) else []


def bold_openings(lines: Sequence[Line]) -> list[Head]:
    """Titles in bold that the text goes on behind: "**Kasse:** Der Stand ist …"."""
    found = [
        (line, mark)
        for line in lines
        if line.kind in {Kind.PLAIN, Kind.BULLET} and (mark := BOLD_OPENING.search(line.raw[:LONGEST_TITLE]))
    ]
    heads = [Head(line, None, mark["title"].strip(" :*")) for line, mark in found]
    heads = [head for head in heads if is_title(head.title) and not RESULT_WORD.match(head.title)]
    return heads if len(heads) >= 3 else []


def short_lines(lines: Sequence[Line]) -> list[Head]:
    """Titles without any mark (pad exports): a short line on its own with text or points below it.

    Who writes all small writes titles small, too: those need points right below them.
    """
    found: list[Line] = []
    alone: list[Line] = []
    for before, line, after in windows(lines):
        if line.kind is not Kind.PLAIN or not stands_apart(before) or not after:
            continue
        if not looks_like_title(line.text):
            continue
        if line.text[0].isupper() or after.kind is Kind.BULLET:
            found.append(line)
            alone += [line] if stands_apart(after) else []
    if len(alone) >= 3 and len(alone) > len(found) / 2:
        found = alone  # Who sets titles apart begins paragraphs with the others.
    if found and (DOCUMENT_TITLE.search(found[0].text) or found[0] is first_words(lines)):
        found = found[1:]
    return [Head(line, None, line.text.rstrip(":")) for line in found] if len(found) >= 3 else []


def first_words(lines: Sequence[Line]) -> Line | None:
    return next((line for line in lines if line.text), None)


def stands_apart(before: Line | None) -> bool:
    """Whether a line begins a paragraph, by the line before it."""
    return before is None or before.kind in {Kind.BLANK, Kind.RULE}


def windows(lines: Sequence[Line]) -> Iterable[tuple[Line | None, Line, Line | None]]:
    padded = [None, *lines, None]
    return ((before, line, after) for before, line, after in zip(padded, lines, padded[2:], strict=False))


def looks_like_title(text: str) -> bool:
    return 3 <= len(text) <= 70 and not text.endswith((".", "!", "?", ",", ";")) and is_title(text)
