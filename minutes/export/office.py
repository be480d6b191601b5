"""A document for word processors: real headings, lists and table heads, in German, through pandoc."""

from collections.abc import Iterable

from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from minutes.conversion.pandoc import pandoc
from minutes.conversion.program import own_document
from minutes.export.document import Document
from minutes.export.program import output_of
from minutes.export.reference import reference
from minutes.export.tree import FIRST_LEVEL, Block, Run

ELEMENTS = {"b": "strong", "i": "em", "s": "del", "c": "code", "^": "sup", "_": "sub"}
PLAIN = {
    "paragraph": Markup("<p>{}</p>"),
    "code": Markup("<pre><code>{}</code></pre>"),
    "rule": Markup("<hr>"),
    "list": Markup("<ul>{}</ul>"),
    "quote": Markup("<blockquote>{}</blockquote>"),
    "result": Markup("<p><strong>{}</strong></p>"),
    "notice": Markup('<div data-custom-style="Notice"><p>{}</p></div>'),
}
COUNTED = {"heading": Markup("<h{0}>{1}</h{0}>"), "numbered": Markup('<ol start="{}">{}</ol>')}
LABEL = Markup("<p><strong>{}</strong></p>")
FACT = Markup("<p><strong>{}:</strong> {}</p>")
NAMED = Markup('<div id="{}">{}</div>')
STYLED = Markup('<div data-custom-style="{}">{}</div>')


def to_docx(document: Document) -> bytes:
    """The document as Word reads it.

    Raises:
        ExportRefusedError: pandoc took too long.
    """
    return _through_pandoc(document, "docx")


def to_odt(document: Document) -> bytes:
    """The document as LibreOffice reads it.

    Raises:
        ExportRefusedError: pandoc took too long.
    """
    return _through_pandoc(document, "odt")


def to_plain_markdown(blocks: Iterable[Block]) -> str:
    """The blocks as Markdown that the portal itself understands.

    Raises:
        ExportRefusedError: pandoc took too long.
    """
    command = [*_pandoc(), "--to", "markdown_strict+pipe_tables+strikeout", "--wrap", "none"]
    # The highest heading of the minutes' own text is of level 3 in the document.
    command += ["--shift-heading-level-by", str(1 - FIRST_LEVEL), "document.html"]
    return output_of(command, {"document.html": _html(blocks).encode()}).decode()


def _pandoc() -> list[str]:
    return [pandoc(), "+RTS", "-M1G", "-xr1G", "-RTS", "--sandbox", "--from", "html"]


def _through_pandoc(document: Document, kind: str) -> bytes:
    command = [*_pandoc(), "--to", kind]
    # The title is the document's own; its sections are headings of the first level.
    command += ["--shift-heading-level-by", "-1", "--metadata", "lang=de-DE"]
    command += ["--metadata", f"subtitle={document.committee}", "--reference-doc", f"reference.{kind}"]
    command += ["--output", "-", "document.html"]
    with force_locale("de"):
        html = _html(document.blocks)
        footer = _("Seite %(page)s von %(pages)s", page="{page}", pages="{pages}")
    return output_of(
        command,
        {
            "document.html": html.encode(),
            f"reference.{kind}": reference(kind, document.portal, document.mark, footer),
        },
    )


def _html(blocks: Iterable[Block]) -> str:
    head = Markup('<!DOCTYPE html><html lang="de"><meta charset="utf-8">')
    return head + _blocks(blocks)


def _blocks(blocks: Iterable[Block]) -> Markup:
    return Markup("\n").join(map(_block, blocks))


def _block(block: Block) -> Markup:
    if block.kind in OWN:
        return OWN[block.kind](block)
    inside = _runs(block.runs) or _blocks(block.blocks)
    if block.kind in COUNTED:
        return COUNTED[block.kind].format(block.number, inside)
    return PLAIN[block.kind].format(inside)


def _item(item: Block) -> Markup:
    """An item of a list; its only paragraph as mere words, so that the lines stay close together."""
    blocks = item.blocks
    inside = _blocks(blocks)
    if [block.kind for block in blocks].count("paragraph") == 1 and blocks[0].kind == "paragraph":
        inside = _runs(blocks[0].runs) + _blocks(blocks[1:])
    return Markup("<li>{}</li>").format(inside)


def _facts(facts: Block) -> Markup:
    words = (FACT.format(fact.word, _runs(fact.runs)) for fact in facts.blocks)
    return STYLED.format("Fact", Markup("\n").join(words))


def _decision(decision: Block) -> Markup:
    return STYLED.format("Decision", LABEL.format(decision.word) + _blocks(decision.blocks))


def _wording(wording: Block) -> Markup:
    return NAMED.format(own_document.WORDING, _blocks(wording.blocks))


def _internal(passage: Block) -> Markup:
    label = STYLED.format(own_document.LABEL_STYLE, LABEL.format(_("Intern, nur für das Gremium")))
    return NAMED.format(f"{own_document.PASSAGE}{passage.number}", label + _blocks(passage.blocks))


def _table(table: Block) -> Markup:
    head = Markup("").join(_row(row, "th") for row in table.blocks[: table.number])
    body = Markup("").join(_row(row, "td") for row in table.blocks[table.number :])
    return Markup("<table>{}<tbody>{}</tbody></table>").format(
        head and Markup("<thead>{}</thead>").format(head), body
    )


def _row(row: Block, element: str) -> Markup:
    cells = (
        Markup('<{0} style="text-align:{1}">{2}</{0}>').format(
            element, cell.word or "left", _blocks(cell.blocks)
        )
        for cell in row.blocks
    )
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _runs(runs: Iterable[Run]) -> Markup:
    return Markup("").join(map(_run, runs))


def _run(run: Run) -> Markup:
    html = Markup("<br>").join(run.text.split("\n"))
    for mark in run.marks:
        html = Markup("<{0}>{1}</{0}>").format(ELEMENTS[mark], html)
    return Markup('<a href="{}">{}</a>').format(run.link, html) if run.link else html


OWN = {
    "item": _item,
    "table": _table,
    "facts": _facts,
    "decision": _decision,
    "internal": _internal,
    "wording": _wording,
}
