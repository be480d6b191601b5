"""How a document of minutes looks in a word processor: pandoc's own reference document, dressed and with page numbers."""

import re
import subprocess
from functools import cache

from markupsafe import Markup

from minutes.conversion.pandoc import pandoc
from portal.archives import pack, unpack

ACCENT, MUTED, LINE, PALE = "0B5866", "4B5C64", "B9C6C9", "EEF6F7"
WARNING, WARNING_PALE = "7B4A00", "FFF6E0"
FONT = "Calibri"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

WORD_STYLE = """<w:style w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/>
<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{lines}</w:pPr></w:style>"""
WORD_BAR = """<w:pBdr><w:left w:val="single" w:sz="18" w:space="8" w:color="{colour}"/></w:pBdr>
<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/><w:spacing w:before="60" w:after="60"/><w:ind w:left="200"/>"""
WORD_STYLES = "".join(
    [
        WORD_STYLE.format(name="Fact", lines='<w:spacing w:before="40" w:after="40"/>'),
        WORD_STYLE.format(
            name="Decision", lines="<w:keepLines/>" + WORD_BAR.format(colour=ACCENT, fill=PALE)
        ),
        WORD_STYLE.format(name="Notice", lines=WORD_BAR.format(colour=WARNING, fill=WARNING_PALE)),
        WORD_STYLE.format(
            name="Internal", lines="<w:keepNext/>" + WORD_BAR.format(colour=MUTED, fill="F1F3F4")
        ),
    ]
)
WORD_LINE = f'w:val="single" w:sz="4" w:color="{LINE}"'
WORD_TABLE = (
    f"""<w:tblBorders><w:top {WORD_LINE}/><w:bottom {WORD_LINE}/><w:insideH {WORD_LINE}/></w:tblBorders>"""
)
WORD_PAGE = """<w:sectPr><w:footerReference w:type="default" r:id="rIdFooter"/><w:pgSz w:w="11906" w:h="16838"/>
<w:pgMar w:top="1418" w:right="1418" w:bottom="1418" w:left="1418" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>"""
WORD_FOOTER = Markup(
    """<?xml version="1.0" encoding="UTF-8"?>
<w:ftr xmlns:w="{}"><w:p><w:pPr><w:tabs><w:tab w:val="right" w:pos="9070"/></w:tabs></w:pPr>{}</w:p></w:ftr>"""
)
WORD_TEXT = Markup('<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>')
WORD_TAB = Markup("<w:r><w:tab/></w:r>")
WORD_FIELD = Markup(
    '<w:fldSimple w:instr=" {} "><w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>'
)

OPEN_STYLE = """<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties {lines} /></style:style>"""
OPEN_BAR = (
    'fo:margin-left="0.3cm" fo:padding="0.2cm" fo:border-left="2pt solid #{}" fo:background-color="#{}"'
)
OPEN_STYLES = "".join(
    [
        OPEN_STYLE.format(name="Fact", lines='fo:margin-top="0.07cm" fo:margin-bottom="0.07cm"'),
        OPEN_STYLE.format(name="Decision", lines=OPEN_BAR.format(ACCENT, PALE)),
        OPEN_STYLE.format(name="Notice", lines=OPEN_BAR.format(WARNING, WARNING_PALE)),
        OPEN_STYLE.format(name="Internal", lines=OPEN_BAR.format(MUTED, "F1F3F4")),
    ]
)
OPEN_FOOTER = Markup(
    '<style:footer><text:p text:style-name="MP1">{}</text:p></style:footer></style:master-page>'
)


def reference(kind: str, portal: str, mark: str, pages: str) -> bytes:
    """The reference document of that kind.

    Args:
        kind: `docx` or `odt`.
        portal: the portal's name, for the foot of each page.
        mark: "Entwurf", which follows it, or nothing.
        pages: the words for page numbers, with `{page}` and `{pages}` in them.
    """
    name = " · ".join(filter(None, [portal, mark]))
    return (_word if kind == "docx" else _open_document)(name, pages)


@cache
def _parts(kind: str) -> dict[str, bytes]:
    command = [pandoc(), "--print-default-data-file", f"reference.{kind}"]
    content = subprocess.run(command, check=True, capture_output=True, timeout=20).stdout  # noqa: S603
    return unpack(content)


def _word(name: str, pages: str) -> bytes:
    parts = {path: content.decode() for path, content in _parts("docx").items()}
    fields = {"page": WORD_FIELD.format("PAGE"), "pages": WORD_FIELD.format("NUMPAGES")}
    foot = WORD_TEXT.format(name) + WORD_TAB + _filled(pages, fields, WORD_TEXT)
    parts["word/footer1.xml"] = WORD_FOOTER.format(WORD, foot)
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        "</Types>",
        '<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.footer+xml" /></Types>',
    )
    relations = "word/_rels/document.xml.rels"
    parts[relations] = parts[relations].replace(
        "</Relationships>",
        f'<Relationship Type="{RELATIONS}/footer" Id="rIdFooter" Target="footer1.xml" /></Relationships>',
    )
    parts["word/document.xml"] = re.sub(
        r"<w:sectPr>.*?</w:sectPr>", WORD_PAGE, parts["word/document.xml"], flags=re.DOTALL
    )
    parts["word/styles.xml"] = _word_styles(parts["word/styles.xml"])
    return pack({path: part.encode() for path, part in parts.items()}, compressed=True)


def _word_styles(styles: str) -> str:
    styles = re.sub(
        r"<w:rFonts\b[^>]*/>", f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>', styles
    )
    styles = re.sub(r'<w:color w:val="[0-9A-F]{6}"[^>]*/>', f'<w:color w:val="{ACCENT}"/>', styles)
    styles = styles.replace('<w:sz w:val="24" />', '<w:sz w:val="22" />', 1).replace(
        '<w:jc w:val="center" />', ""
    )
    table = styles.index('w:styleId="Table"')
    return styles[:table] + styles[table:].replace("<w:tblPr>", "<w:tblPr>" + WORD_TABLE, 1).replace(
        "</w:styles>", WORD_STYLES + "</w:styles>"
    )


def _open_document(name: str, pages: str) -> bytes:
    parts = _parts("odt")
    fields = {
        "page": Markup('<text:page-number text:select-page="current">1</text:page-number>'),
        "pages": Markup("<text:page-count>1</text:page-count>"),
    }
    foot = OPEN_FOOTER.format(Markup("{} · ").format(name) + _filled(pages, fields, Markup("{}")))
    styles = parts["styles.xml"].decode()
    styles = re.sub(r"<style:footer>.*?</style:master-page>", lambda _found: foot, styles, flags=re.DOTALL)
    styles = re.sub(
        r'fo:page-width="[^"]*"\s+fo:page-height="[^"]*"',
        'fo:page-width="21cm" fo:page-height="29.7cm"',
        styles,
    )
    styles = styles.replace("</office:styles>", OPEN_STYLES + "</office:styles>")
    return pack(parts | {"styles.xml": styles.encode()}, compressed=True)


def _filled(words: str, fields: dict[str, Markup], text: Markup) -> Markup:
    """The words with fields in place of their names in braces."""
    parts = re.split(r"\{(\w+)\}", words)
    return Markup("").join(
        fields[part] if position % 2 else text.format(part) for position, part in enumerate(parts) if part
    )
