"""Markdown to safe HTML: Python-Markdown, then nh3 with our own list of tags, always (SECURITY, E1)."""

import re
from functools import cache
from typing import TYPE_CHECKING

import nh3
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markdown import Markdown
    from markdown.extensions import Extension

TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code",
    "em", "strong", "del", "table", "thead", "tbody", "tr", "th", "td", "a", "sup", "sub",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "th": {"align"}, "td": {"align"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
LONGEST = 2_000_000  # characters
# At each sign that may begin something, Python-Markdown looks through the rest of its block again (its issue 798),
# much longer at brackets, headings and rules than at others. Signs times characters of their blocks are therefore
# counted before; this much keeps it busy for two or three seconds, and so do this many lines and cells.
MOST_WORK = 10**10
MOST_LINES_AND_CELLS = 60_000
COSTLY = re.compile(r"[\[<]|^[ \t>]*(?:#|[-=*_][-=*_ \t]*$)", re.MULTILINE)
CHEAP = re.compile(r"[\\*_`&~]|  \n")
COSTLY_BY_CHEAP = 1000
LINE_BY_CHEAP = 12  # where each line break is kept
BLANK_LINES = re.compile(r"\n[ \t]*\n")
# Nesting beyond this exhausts the parser's stack, and nobody means it.
POINT = r"(?:\d+[.)]|[-*+])[ \t]"
TOO_DEEP = re.compile(
    rf"^(?:(?:[ \t]*>){{20}}|(?:[ >]*{POINT}+){{20}}|(?: {{80}}|(?: {{0,3}}\t){{20}})[ \t]*{POINT})",
    re.MULTILINE,
)
# "11. August 2026, Saal" at the beginning of a line is a date, not the eleventh point of a list.
MONTHS = (
    "Januar|Jänner|Jan|January|Februar|Feber|Feb|February|März|Mrz|March|Mar|April|Apr|Mai|May|Juni|June|Jun|Juli|July"
    "|Jul|August|Aug|September|Sept|Sep|Oktober|Okt|October|Oct|November|Nov|Dezember|Dez|December|Dec"
)
DATE = re.compile(
    rf"^([ >]{{0,3}}(?:[-*+][ \t]+)?[0-9]{{1,2}})\.(?=[ \t]*(?:{MONTHS})(?:[\s.,;:)]|$))", re.MULTILINE
)


def to_html(text: str, *, keeps_lines: bool = False) -> Markup:
    """Render Markdown; a text on which the parser would choke is shown as it was written.

    `keeps_lines`: a line stays one, as in the heads of minutes, where each says something else.
    """
    if chokes_on(text, keeps_lines=keeps_lines):
        return as_written(text)
    try:
        html = _parser(keeps_lines=keeps_lines).convert(DATE.sub(r"\1\.", text))
    except RecursionError:
        return as_written(text)
    return Markup(  # noqa: S704 - cleaned on this very line
        nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    )


def to_words(text: str) -> str:
    """Markdown as plain running text, for excerpts and search."""
    return re.sub(r"\s+", " ", Markup(to_html(text)).striptags())  # noqa: S704 - to_html cleans


def chokes_on(text: str, *, keeps_lines: bool = False) -> bool:
    """Whether the parser would be busy with a text for longer than a reader waits."""
    return len(text) > LONGEST or _is_hostile(text, LINE_BY_CHEAP if keeps_lines else 0)


def as_written(text: str) -> Markup:
    """A text with all its signs, for what is not rendered."""
    return Markup("<pre>{}</pre>").format(escape(text))


def _is_hostile(text: str, by_line: int) -> bool:
    if text.count("\n") + text.count("|") > MOST_LINES_AND_CELLS or TOO_DEEP.search(text):
        return True
    return sum(_work(block, by_line) for block in BLANK_LINES.split(text)) > MOST_WORK


def _work(block: str, by_line: int) -> int:
    """How much Python-Markdown has to do for a block, at worst."""
    signs = COSTLY_BY_CHEAP * len(COSTLY.findall(block)) + len(CHEAP.findall(block))
    return (signs + by_line * block.count("\n")) * len(block)


def _parser(*, keeps_lines: bool) -> "Markdown":
    """A parser for one text: they keep notes between texts, and threads and failures would spoil these."""
    from markdown import Markdown
    from markdown.extensions.tables import TableExtension

    # By attribute: a style would be taken away.
    tables, lines = TableExtension(use_align_attribute=True), ["nl2br"] if keeps_lines else []
    return Markdown(extensions=[tables, "sane_lists", *lines, *_extensions()])


@cache
def _extensions() -> list["Extension"]:
    from markdown.extensions import Extension
    from markdown.inlinepatterns import SimpleTagInlineProcessor
    from markdown.treeprocessors import Treeprocessor

    class Nest(Treeprocessor):
        """Headings stand below the page's own (h1, h2) and skip no level, whatever the writer's signs were."""

        def run(self, root: "Element") -> None:
            above: list[int] = []
            for element in root.iter():
                if re.fullmatch("h[1-6]", str(element.tag)):
                    level = int(element.tag[1])
                    above = [*(other for other in above if other < level), level]
                    element.tag = f"h{min(2 + len(above), 6)}"

    class Strikethrough(Extension):
        """`~~text~~`, which pandoc writes for struck words."""

        def extendMarkdown(self, md: "Markdown") -> None:  # noqa: N802 - the library's name
            md.inlinePatterns.register(SimpleTagInlineProcessor(r"(~~)(.+?)~~", "del"), "del", 60)

    class NestedHeadings(Extension):
        def extendMarkdown(self, md: "Markdown") -> None:  # noqa: N802
            md.treeprocessors.register(Nest(md), "nest", 5)

    return [Strikethrough(), NestedHeadings()]
