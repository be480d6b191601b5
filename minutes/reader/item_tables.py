"""Minutes kept as one table, a row or more for each item: its rows as headings, paragraphs and tasks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from minutes.reader.lines import Kind, Line, cells_of, plain
from minutes.reader.marks import LONGEST_TITLE
from minutes.reader.task_marks import TASK_COLUMNS, TO_DO

COLUMNS = (
    *TASK_COLUMNS,
    ("number", re.compile(r"(?:lfd\.? ?)?(?:nr|no|pos|top|punkt|ziffer)\b\.?$|#$", re.IGNORECASE)),
    ("topic", re.compile(r"them|gegenstand|inhalt|\w*punkt\b.|betreff|titel|top \w", re.IGNORECASE)),
    (
        "result",
        re.compile(
            r"ergebnis|beschl|inhalt|diskussion|besprech|notiz|protokoll|bemerkung|festlegung|vereinbar",
            re.IGNORECASE,
        ),
    ),
    ("kind", re.compile(r"(?:art|typ|kategorie|a/b/i|b/a/i|i/a/b)$", re.IGNORECASE)),
)
BOLD_TITLE = re.compile(r"(?:\*\*|__)(?P<title>[^*_]{2,200})(?:\*\*|__):?\s*(?P<text>.*)$")
PARAGRAPH_END = re.compile(r"<br\s?/?>|;\s", re.IGNORECASE)
RULED = re.compile(r"[\s|:+-]*$")
DEPTH = 3
DECIDED = "B"
GIVEN = frozenset("AT")  # Aufgabe, Auftrag, To-do.


def unfolded(lines: Sequence[Line]) -> list[Line]:
    """The lines with the tables of items taken apart: what comes from one row keeps the number of its line."""
    found: list[Line] = []
    for is_table, group in groupby(lines, key=lambda line: line.kind is Kind.TABLE):
        rows = list(group)
        columns = item_columns(cells_of(rows[0].text)) if is_table else {}
        found += parts_of_rows(rows[1:], columns) if columns else rows
    return found


def item_columns(head: Sequence[str]) -> dict[str, list[int]]:
    """The columns of a table of items by what they hold; {} of any other, also of an announced agenda."""
    columns: dict[str, list[int]] = {}
    for place, name in enumerate(head):
        for key, pattern in COLUMNS:
            if pattern.match(name) and (key != "topic" or key not in columns):
                columns.setdefault(key, []).append(place)
                break
    held = columns.keys()
    told = held & ({"result", "kind"} if "what" in held else {"result", "kind", "when"})
    return columns if "topic" in held and told and held & {"number", "result"} else {}


def parts_of_rows(rows: Sequence[Line], columns: dict[str, list[int]]) -> Iterator[Line]:
    for row in rows:
        cells = cells_of(row.raw)
        if max(map(max, columns.values())) >= len(cells):
            yield row
        elif not RULED.match(row.raw):
            row_cells = {
                key: "<br>".join(cells[place] for place in places) for key, places in columns.items()
            }
            yield from parts_of_row(row, row_cells)


def parts_of_row(row: Line, cells: dict[str, str]) -> Iterator[Line]:
    title, texts = title_and_texts(cells)
    kind = cells.get("kind", "")[:1].upper()
    task = given_in(cells, texts)
    if title:
        number = plain(cells.get("number", ""))
        yield replace(row, kind=Kind.HEADING, depth=DEPTH, text=f"{number} {title}".strip())
    for text in texts[:-1] if kind in GIVEN else texts:
        label = "Beschluss: " if kind == DECIDED else ""
        yield replace(row, kind=Kind.PLAIN, text=label + text, hard_break=True)
    if task:
        who, when = (plain(cells.get(key, "")) for key in ("who", "when"))
        yield replace(row, text="| Aufgabe | Wer | Bis |")
        yield replace(row, text=f"| {task} | {who} | {when} |")


def title_and_texts(cells: dict[str, str]) -> tuple[str, list[str]]:
    """The title that a row opens ("" when it goes on with the item above) and its paragraphs."""
    topic, title = cells["topic"], ""
    if cells.get("number", topic):
        bold = BOLD_TITLE.match(topic)
        title = plain(bold["title"] if bold else topic)[:LONGEST_TITLE]
        topic = bold["text"] if bold else ""
    paragraphs = PARAGRAPH_END.split(f"{topic}<br>{cells.get('result', '')}")
    return title, [text for text in map(plain, paragraphs) if text.strip("–-")]


def given_in(cells: dict[str, str], texts: Sequence[str]) -> str:
    """What a row gives somebody to do, "" when it gives nobody anything."""
    if "what" in cells:
        return plain(cells["what"]).strip("–-")
    last = texts[-1] if texts else ""
    if "kind" in cells:
        return last if cells["kind"][:1].upper() in GIVEN else ""
    if not cells.get("who", "").strip(" –-"):
        return ""
    return next((text for text in reversed(texts) if TO_DO.search(text)), last if cells.get("when") else "")
