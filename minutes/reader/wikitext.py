"""Wiki text (MediaWiki, DokuWiki) as Markdown, line by line, so that line numbers stay."""

import re
from collections.abc import Sequence

HEADING_MARK = re.compile(r"={2,6}(?!=)")
POINT = re.compile(r"([*#]+)\s+|([*#:])(?=[\w→])|(:+)\s+")
OUTSIDE_LINK = re.compile(r"\[https?://[^\s\]]{1,500}\s+([^\]]{1,300})\]")
DEEPEST = 7


def as_markdown(sources: Sequence[str]) -> list[str]:
    """The lines of a text; those of a wiki page, which has headings such as "== Kasse ==", as Markdown."""
    marks = [len(mark) for raw in sources if (mark := heading_mark(raw.strip()))]
    if len(marks) < 2:
        return list(sources)
    # In DokuWiki the title has the most signs, in MediaWiki the fewest.
    falling = marks[0] == max(marks) > min(marks)
    return [translated(raw, falling=falling) for raw in sources]


def heading_mark(body: str) -> str:
    """The signs on both sides of a wiki heading, "" for any other line."""
    found = HEADING_MARK.match(body)
    mark = found[0] if found else ""
    return mark if mark and body.endswith(mark) and body.strip("= ") else ""


def translated(raw: str, *, falling: bool) -> str:
    body = raw.strip()
    if mark := heading_mark(body):
        return f"{'#' * (DEEPEST - len(mark) if falling else len(mark))} {body.strip('= ')}"
    text = raw.replace("'''", "**").replace("''", "*")
    if "[http" in text:
        text = OUTSIDE_LINK.sub(r"\1", text)
    point = POINT.match(text)
    if not point:
        return text
    signs = next(filter(None, point.groups()))
    return f"{'  ' * (len(signs) - 1)}{'1.' if signs[-1] == '#' else '-'} {text[point.end() :]}"
