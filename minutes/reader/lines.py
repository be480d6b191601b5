"""The source lines of minutes: what kind each is in Markdown, and its words without markup."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from minutes.reader.dates import MONTH
from minutes.reader.wikitext import as_markdown

LONGEST_LINE = 20_000
TAB = 4


class Kind(Enum):
    """What a source line is in Markdown."""

    FRONT_MATTER = auto()
    BLANK = auto()
    HEADING = auto()
    BULLET = auto()
    ORDERED = auto()
    TABLE = auto()
    RULE = auto()
    IGNORED = auto()
    PLAIN = auto()


@dataclass(frozen=True)
class Line:
    """A source line: `text` has no markup, `ordinal` is a list number as written, `depth` a heading's."""

    number: int
    raw: str
    kind: Kind
    text: str = ""
    indent: int = 0
    depth: int = 0
    ordinal: str = ""
    bold: bool = False
    hard_break: bool = False


HEADING = re.compile(r"(#{1,6})(?:\s+|(?=[A-Za-zÄÖÜ*]))(.*?)(?:\s+#+)?\s*$")
UNDERLINE = re.compile(r"(={4,}|-{4,})\s*$")
RULE = re.compile(r"(?:(?:-\s?){3,}|(?:_\s?){3,}|(?:\*\s?){3,}|={3,}|\\)\s*$")
PAGE_MARK = re.compile(r"-\s?\d{1,3}\s?-\s*$")
PASSAGE = re.compile(r":{3,}\s*\w*\s*$")
BULLET = re.compile(r"(?:[*+•▪‣◦·–-])\s+(?:\[[ xX]\]\s+)?(?=\S)")
TICKED = re.compile(r"\s*[*+-]\s+\[[xX]\]\s")
ORDERED = re.compile(
    rf"\(?(\d{{1,3}}(?:\.\d{{1,2}})*[a-z]?|(?-i:[a-z])|[a-z](?=\)))(?:\.\)|[.)])\s+(?!(?:{MONTH})\b)(?=\S)|"
    r"(\d{1,2})\.(?=(?-i:[A-ZÄÖÜ]))|(\d{1,2}\.\d{1,2})\s+(?!(?:uhr|euro?|h|mio|prozent)\b)(?=(?-i:[A-ZÄÖÜ]))",
    re.IGNORECASE,
)
QUOTE = re.compile(r"\s*>\s?")
RESULT_BELOW = re.compile(r"\W*(?:abstimmung|ergebnis|dafür|ja)\b[^:]{0,30}:", re.IGNORECASE)
QUOTED_RESULT = re.compile(r"[\s>*_]*(?:abstimmung|beschluss)[^:]{0,30}:", re.IGNORECASE)
FENCE = re.compile(r"(`{3,}|~{3,})\s*([\w-]*)")
BOLD_LINE = re.compile(r"(\*\*|__)(?P<words>[^*_]|[^*_].*[^*_])\1[:.]?\s*(?:\\|<br\s?/?>)?$")
BREAK_TAG = re.compile(r"<br\s?/?>$", re.IGNORECASE)

TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--[^<>]{0,500}-->")
PICTURE = re.compile(r"!\[([^\[\]]{0,300})\]\(([^()]{0,500})\)")
LINK = re.compile(r"\[([^\[\]]{1,300})\]\((?:[^()]|\([^()]{0,100}\)){0,600}?\)")
WIKI_LINK = re.compile(r"\[\[([^\[\]|]{1,300})(?:\|[^\[\]]{0,300})?\]\]")
STRUCK = re.compile(r"~~[^~]{1,500}~~")
STRONG = re.compile(r"\*\*|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)|`")
EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<![\w_])_(?=[^\s_])|(?<=[^\s_])_(?![\w_])")
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>|~-])")
SPACES = re.compile(r"\s+")
PRIVATE = 0xE000
HIDDEN = re.compile("[\ue020-\ue07f]")


def plain(raw: str) -> str:
    """The words of a piece of Markdown, without markup, struck-out words and hard spaces."""
    text = raw[:LONGEST_LINE]
    if "\\" in text:
        # An escaped sign is hidden from the patterns below as a character of Unicode's private area.
        text = ESCAPE.sub(lambda found: chr(PRIVATE + ord(found[1])), text.rstrip().removesuffix("\\"))
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = TAG.sub(" ", text)
    if "[" in text:
        text = WIKI_LINK.sub(r"\1", LINK.sub(r"\1", PICTURE.sub("", text)))
    if "~~" in text:
        text = STRUCK.sub(" ", text)
    text = EMPHASIS.sub("", STRONG.sub("", text))
    return SPACES.sub(" ", HIDDEN.sub(lambda found: chr(ord(found[0]) - PRIVATE), text)).strip()


def joined(text: str, more: str, between: str = " ") -> str:
    """Two lines as one; a hyphen at the end before a small letter only broke the line."""
    if text.endswith("-") and not text.endswith(" -") and more[:1].islower():
        return text[:-1] + more
    return text + between + more


def cells_of(row: str) -> list[str]:
    """The cells of a table row without markup."""
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


def labelled(line: Line) -> str:
    """The text of a line; a table row of two cells, as in the head of minutes, reads "label: value"."""
    if line.kind is not Kind.TABLE:
        return line.text
    cells = [cell for cell in cells_of(line.text) if cell]
    return f"{cells[0].rstrip(':')}: {cells[1]}" if len(cells) == 2 else ""


def parse(text: str) -> list[Line]:
    """The lines of `text`, split at line feeds only, so that their numbers are those of every editor."""
    sources = as_markdown(text.split("\n"))
    lines: list[Line] = []
    start = front_matter(sources, lines)
    fence, ignored = "", False
    for number, raw in enumerate(sources[start:], start + 1):
        mark = FENCE.match(raw.strip())
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
            # A fenced box holds minutes when it is named for a vote or not at all; else it is code.
            ignored = bool(fence and mark[2] and not mark[2].startswith("vote"))
            lines.append(Line(number, raw, Kind.RULE))
        elif ignored:
            lines.append(Line(number, raw, Kind.IGNORED))
        else:
            lines.append(classify(number, raw, lines))
    return with_quoted_results(lines)


def with_quoted_results(lines: Sequence[Line]) -> list[Line]:
    """Set-off quotes are other people's words, but one with a result in it or right below is a resolution."""
    opened: list[Line] = []
    runs = [(quoted, list(run)) for quoted, run in groupby(lines, key=is_quote)]
    for position, (quoted, run) in enumerate(runs):
        after = runs[position + 1][1] if position + 1 < len(runs) else []
        below = next((line.text for line in after[:3] if line.text), "")
        if not quoted or not (
            RESULT_BELOW.match(below) or any(QUOTED_RESULT.match(line.raw) for line in run)
        ):
            opened += run
            continue
        for line in run:
            opened.append(classify(line.number, QUOTE.sub("", line.raw, count=1), opened))
    return opened


def is_quote(line: Line) -> bool:
    return line.kind is Kind.IGNORED and bool(QUOTE.match(line.raw))


def front_matter(sources: Sequence[str], lines: list[Line]) -> int:
    """Append the lines of a YAML head and return how many there are."""
    first = next((i for i, raw in enumerate(sources) if raw.strip()), 0)
    if not sources or sources[first].strip() != "---":
        return 0
    for i in range(first + 1, min(len(sources), first + 200)):
        if sources[i].strip() in {"---", "..."}:
            lines += [Line(n + 1, sources[n], Kind.FRONT_MATTER, sources[n].strip()) for n in range(i + 1)]
            return i + 1
    return 0


def classify(number: int, raw: str, before: list[Line]) -> Line:
    """The next line after `before`; an underline turns the line before it into a heading."""
    expanded = raw[:LONGEST_LINE].expandtabs(TAB)
    body = expanded.strip()
    indent = len(expanded) - len(expanded.lstrip())
    underline = UNDERLINE.match(body)
    if underline and is_underlined(underline[1], before):
        last = before[-1]
        before[-1] = Line(last.number, last.raw, Kind.HEADING, last.text, depth=1 if body[0] == "=" else 2)
    kind = mark_of(body)
    if kind is Kind.HEADING and (found := HEADING.match(body)):
        return Line(number, raw, kind, plain(found[2]), indent, depth=len(found[1]))
    if kind is Kind.TABLE:
        return Line(number, raw, kind, plain(body), indent)
    if kind is Kind.PLAIN:
        return worded(number, raw, body, indent)
    return Line(number, raw, kind)


def mark_of(body: str) -> Kind:
    """The kind of a line by its first signs; lists and running text alike are PLAIN here."""
    if not body or PAGE_MARK.match(body) or PASSAGE.match(body):
        return Kind.BLANK
    if RULE.match(body):
        return Kind.RULE
    if HEADING.match(body):
        return Kind.HEADING
    return {">": Kind.IGNORED, "|": Kind.TABLE}.get(body[0], Kind.PLAIN)


def worded(number: int, raw: str, body: str, indent: int) -> Line:
    """A list point or a line of running text."""
    kind, ordinal, rest = Kind.PLAIN, "", body
    if found := BULLET.match(body):
        kind, rest = Kind.BULLET, body[found.end() :]
    elif found := ORDERED.match(body):
        kind, ordinal, rest = Kind.ORDERED, found[1] or found[2] or found[3], body[found.end() :]
    words = plain(rest)
    if not words:
        return Line(number, raw, Kind.BLANK)
    return Line(number, raw, kind, words, indent, 0, ordinal, is_bold(rest), ends_hard(raw[:LONGEST_LINE]))


def ends_hard(raw: str) -> bool:
    tail = raw.rstrip()[-8:]
    return raw.endswith("  ") or tail.endswith("\\") or bool(BREAK_TAG.search(tail))


def is_bold(body: str) -> bool:
    return body.startswith(("**", "__")) and bool(BOLD_LINE.match(body[:500]))


def is_underlined(mark: str, before: Sequence[Line]) -> bool:
    """Whether a row of `=` or `-` makes a heading of the line above it, rather than being a rule."""
    if not before or before[-1].kind is not Kind.PLAIN or before[-1].indent or len(before[-1].text) > 200:
        return False
    if mark[0] == "=":
        return True
    alone = len(before) < 2 or before[-2].kind in {Kind.BLANK, Kind.RULE}
    return alone and len(mark) >= len(before[-1].text) / 2 and not before[-1].text.endswith((".", "!", "?"))
