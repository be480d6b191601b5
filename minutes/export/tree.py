"""Rendered minutes as a tree of blocks: the one source of every file that leaves the portal."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import groupby
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

MARKS = {"strong": "b", "em": "i", "del": "s", "code": "c", "sup": "^", "sub": "_"}
BLOCKS = {
    "p": "paragraph", "pre": "code", "ul": "list", "ol": "numbered", "li": "item", "blockquote": "quote",
    "div": "internal", "table": "table", "tr": "row", "th": "cell", "td": "cell",
} | {f"h{level}": "heading" for level in range(2, 7)}  # fmt: skip
OF_RUNS = {"paragraph", "heading", "code"}
# What may stand directly in these; anything else is wrapped, so that nothing is lost.
INSIDE = {"list": "item", "numbered": "item", "table": "row", "row": "cell"}
# Deeper nesting flows into its surroundings: no page has room for it, and the typesetter stops at some depth.
DEEPEST = 16
FIRST_LEVEL = 3  # the document's own headings are levels 1 and 2
LAST_LEVEL = 6
LONGEST_LINK = 2000
SPACES = re.compile(r"[ \t\r\n\f]+")
SAFE_IN_LINK = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True)
class Run:
    """Text of one look. `marks` are letters out of `MARKS`, in their order; `link` is a whole address or empty."""

    text: str
    marks: str = ""
    link: str = ""

    def as_json(self) -> dict[str, str]:
        return {"text": self.text, "marks": self.marks, "link": self.link}


@dataclass
class Block:
    """Part of a document.

    `number` is a heading's level, a numbered list's first number, how many of a table's rows are its header, or which
    of the internal passages this is;
    `word` is a cell's alignment, or the name of what a block of the document's own frame shows.
    """

    kind: str
    runs: list[Run] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)
    number: int = 0
    word: str = ""

    def as_json(self) -> dict[str, Any]:
        runs = [run.as_json() for run in self.runs]
        blocks = [block.as_json() for block in self.blocks]
        return {"kind": self.kind, "runs": runs, "blocks": blocks, "number": self.number, "word": self.word}

    @property
    def is_empty(self) -> bool:
        return self.kind != "rule" and not self.runs and not self.blocks


def blocks_of(html: str, base: str) -> list[Block]:
    """The blocks of rendered Markdown, headings from level 3 on without a gap.

    Args:
        html: what `portal/rendering.py` lets through, and `div.internal`.
        base: the portal's address, to which links without one lead.
    """
    builder = _Builder(base)
    builder.feed(html)
    builder.close()
    document = builder.stack[0]
    _tidy(document)
    above: list[int] = []
    _relevel(document, above)
    return document.blocks


class _Builder(HTMLParser):
    """Builds the tree; its input is well-formed, since the cleaner wrote it."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = base
        self.stack = [Block("document")]
        self.open: list[tuple[str, int]] = []  # each open tag, and how high the stack was before it
        self.marks: Counter[str] = Counter()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._add_text("\n", is_break=True)
        elif tag == "hr":
            self._close_paragraph()
            self._open(Block("rule"))
            self.stack.pop()
        else:
            if tag in BLOCKS:
                self._close_paragraph()
            self.open.append((tag, len(self.stack)))
            if tag in BLOCKS:
                self._open_tag(tag, given)
            elif tag == "a":
                self.links.append(whole_address(given.get("href", ""), self.base))
            self.marks[MARKS.get(tag, "")] += 1

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            name, height = self.open.pop()
            self.marks[MARKS.get(name, "")] -= 1
            if name == "a":
                self.links.pop()
            elif name in BLOCKS:
                del self.stack[height:]
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        self._add_text(data)

    def _open_tag(self, tag: str, given: dict[str, str]) -> None:
        block = Block(BLOCKS[tag])
        if tag == "ol":
            start = given.get("start", "1")
            block.number = int(start) if re.fullmatch(r"[0-9]{1,6}", start, re.ASCII) else 1
        elif block.kind == "heading":
            block.number = int(tag[1])
        elif block.kind == "internal":
            block.number = 1 + sum(other.kind == "internal" for other in self.stack[0].blocks)
        elif block.kind == "cell":
            block.word = given.get("align", "")
            block.number = int(tag == "th")
        is_stray = block.kind in INSIDE.values() and INSIDE.get(self.stack[-1].kind) != block.kind
        if not is_stray and (len(self.stack) < DEEPEST or block.kind in OF_RUNS):
            self._open(block)

    def _close_paragraph(self) -> None:
        while self.stack[-1].kind in OF_RUNS:
            self.stack.pop()

    def _open(self, block: Block) -> None:
        wanted = INSIDE.get(self.stack[-1].kind, block.kind)
        if wanted != block.kind:
            self._open(Block(wanted))
        self.stack[-1].blocks.append(block)
        self.stack.append(block)

    def _add_text(self, data: str, *, is_break: bool = False) -> None:
        if self.stack[-1].kind not in OF_RUNS:
            if not data.strip():
                return
            self._open(Block("paragraph"))
        marks = "".join(mark for mark in MARKS.values() if self.marks[mark])
        block = self.stack[-1]
        if block.kind == "code":
            marks = ""
        elif not is_break:
            data = SPACES.sub(" ", data)
        block.runs.append(Run(data, marks, self.links[-1] if self.links else ""))


def whole_address(href: str, base: str) -> str:
    """The address that a link leads to from outside the portal, in ASCII (RFC 3986); empty if it leads nowhere."""
    try:
        address = urljoin(base + "/", href.strip())
        parts = urlsplit(address)
        host = parts.netloc.encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "mailto"} or not href.strip() or len(address) > LONGEST_LINK:
        return ""
    return quote(parts._replace(netloc=host).geturl(), safe=SAFE_IN_LINK)


def _tidy(block: Block) -> None:
    """Join runs, trim their ends, take out what holds nothing, and give tables one shape."""
    if block.kind == "code":
        text = "".join(run.text for run in block.runs).strip("\n")
        block.runs = [Run(text)] if text.strip() else []
    elif block.runs:
        block.runs = _trimmed(block.runs)
    for child in block.blocks:
        _tidy(child)
    keeps_empty = block.kind in {"list", "numbered", "row"}
    block.blocks = [child for child in block.blocks if keeps_empty or not child.is_empty]
    if block.kind == "table":
        _shape(block)


def _trimmed(runs: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for (marks, link), group in groupby(runs, key=lambda run: (run.marks, run.link)):
        text = "".join(run.text for run in group)
        joined.append(Run(re.sub(r" *\n *", "\n", text), marks, link))
    while joined and not joined[0].text.strip():
        del joined[0]
    while joined and not joined[-1].text.strip():
        del joined[-1]
    if joined:
        joined[0] = Run(joined[0].text.lstrip(), joined[0].marks, joined[0].link)
        joined[-1] = Run(joined[-1].text.rstrip(), joined[-1].marks, joined[-1].link)
    return joined


def _shape(table: Block) -> None:
    """Rows of equal length; leading rows of nothing but header cells are the header."""
    width = max((len(row.blocks) for row in table.blocks), default=0)
    is_header = True
    for row in table.blocks:
        is_header = is_header and bool(row.blocks) and all(cell.number for cell in row.blocks)
        table.number += is_header
        row.blocks += [Block("cell") for _ in range(width - len(row.blocks))]
    if table.number == len(table.blocks):
        table.number = min(1, len(table.blocks) - 1)


def _relevel(block: Block, above: list[int], *, in_table: bool = False) -> None:
    """Headings skip no level; in a table, where none can stand, they become strong words."""
    for child in block.blocks:
        if child.kind == "heading" and in_table:
            child.kind, child.number = "paragraph", 0
            child.runs = [Run(run.text, "b" + run.marks.replace("b", ""), run.link) for run in child.runs]
        elif child.kind == "heading":
            above[:] = [*(level for level in above if level < child.number), child.number]
            child.number = min(FIRST_LEVEL - 1 + len(above), LAST_LEVEL)
        else:
            _relevel(child, above, in_table=in_table or child.kind == "table")
