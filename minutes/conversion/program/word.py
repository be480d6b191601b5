"""Word documents: what pandoc would lose is written out, what nobody meant to show is taken out."""

import posixpath
import re

from minutes.conversion.outcome import Reason, RefusedError, Remark
from minutes.conversion.program import xml_part
from minutes.conversion.program.office import open_members, refuse_entities
from minutes.conversion.program.own_document import reduce_word
from minutes.conversion.program.page_heads import head_lines, lines_of
from minutes.conversion.program.prepared import Prepared
from minutes.conversion.program.word_numbers import Numbers
from minutes.conversion.program.xml_part import Element
from portal.archives import pack

MEDIA = "word/media/"
SKIPPED_FOLDERS = ("docprops/", "customxml/", MEDIA, "word/embeddings/", "word/fonts/")
HEADER = re.compile(r"word/header\d*\.xml")
HEADER_OR_FOOTER = re.compile(r"word/(?:header|footer)\d*\.xml")
MAIN = re.compile(rb'PartName="/([^"]+)"[^>]*document\.main\+xml')
WORDS = re.compile(rb"<w:t[ >][^<]*\w", re.ASCII)
EXTERNAL_PICTURE = re.compile(rb'<Relationship\b(?=[^>]*/image")(?=[^>]*TargetMode="External")')
CHANGES = {"ins", "del", "moveFrom", "moveTo"}
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
OFF = {"0", "false", "off"}


def prepare_word(content: bytes) -> Prepared:
    """A `.docx` of its text parts, with numbers of headings as text and without hidden passages."""
    members = open_members(content)
    parts = {name: data for name, data in members.items() if _holds_text(name)}
    refuse_entities(parts)
    main = _main_part(parts)
    root = xml_part.parse(parts[main])
    space = root.tag.partition("}")[0] + "}"
    remarks = _remarks(members, root, space)
    body = root.find(f"{space}body")
    if body is not None and reduce_word(body, space):
        remarks.add(Remark.OWN_DOCUMENT)
    headers = [xml_part.parse(data) for name, data in parts.items() if HEADER.fullmatch(name)]
    lines = [lines_of(header, f"{space}tr", f"{space}p", f"{space}t") for header in headers]
    head = head_lines(lines, "".join(root.itertext()))
    if _remove_hidden(root, parts, space):
        remarks.add(Remark.HIDDEN_TEXT)
    # Word writes a text box twice, the second time for programs before 2010.
    xml_part.remove(root, lambda element: element.tag == f"{COMPATIBILITY}Fallback")
    xml_part.lift(root, f"{space}txbxContent", frozenset({f"{space}p"}))
    numbers = Numbers(space, parts.get("word/numbering.xml"), parts.get("word/styles.xml"))
    if styles := numbers.write_into(root):
        parts["word/styles.xml"] = styles
    parts[main] = xml_part.write(root)
    folder = posixpath.dirname(main)
    media = {name: data for name, data in members.items() if name.startswith(MEDIA)}
    # A picture stays as an empty file: pandoc gives its description only when the file is there.
    parts |= dict.fromkeys(media, b"")
    pictures = {posixpath.relpath(name, folder): data for name, data in media.items()}
    return Prepared("docx", pack(parts, compressed=True), pictures, remarks, head)


def _holds_text(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.casefold().startswith(SKIPPED_FOLDERS)


def _main_part(parts: dict[str, bytes]) -> str:
    """Usually `word/document.xml`; Word in the browser counts up."""
    found = MAIN.search(parts["[Content_Types].xml"])
    name = found[1].decode("utf-8", "replace") if found else "word/document.xml"
    if name not in parts:
        raise RefusedError(Reason.DAMAGED)
    return name


def _remarks(members: dict[str, bytes], root: Element, space: str) -> set[Remark]:
    remarks = set()
    if any(element.tag in {space + name for name in CHANGES} for element in root.iter()):
        remarks.add(Remark.TRACKED_CHANGES)
    if b"<w:comment " in members.get("word/comments.xml", b""):
        remarks.add(Remark.COMMENTS)
    if any(HEADER_OR_FOOTER.fullmatch(name) and WORDS.search(data) for name, data in members.items()):
        remarks.add(Remark.HEADERS)
    if any(name.startswith("word/embeddings/") for name in members):
        remarks.add(Remark.EMBEDDED)
    if any(EXTERNAL_PICTURE.search(data) for name, data in members.items() if name.endswith(".rels")):
        remarks.add(Remark.EXTERNAL_PICTURES)
    return remarks


def _remove_hidden(root: Element, parts: dict[str, bytes], space: str) -> int:
    """Take out runs that Word does not show, by themselves or by their style."""
    hidden: set[str | None] = set()
    if b"vanish" in parts.get("word/styles.xml", b""):
        styles = xml_part.parse(parts["word/styles.xml"]).iter(f"{space}style")
        hidden = {style.get(f"{space}styleId") for style in styles if _vanishes(style, space)}

    def is_hidden(element: Element) -> bool:
        style = element.find(f"{space}rPr/{space}rStyle")
        return element.tag == f"{space}r" and (
            _vanishes(element, space) or (style is not None and style.get(f"{space}val") in hidden)
        )

    return xml_part.remove(root, is_hidden)


def _vanishes(element: Element, space: str) -> bool:
    mark = element.find(f"{space}rPr/{space}vanish")
    return mark is not None and mark.get(f"{space}val") not in OFF
