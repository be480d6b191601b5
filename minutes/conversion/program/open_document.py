"""OpenDocument texts: what pandoc would lose is written out, what nobody meant to show is taken out."""

import re

from minutes.conversion.outcome import Reason, RefusedError, Remark
from minutes.conversion.program import xml_part
from minutes.conversion.program.office import MANIFEST, open_members, refuse_entities
from minutes.conversion.program.open_document_numbers import write_heading_numbers, write_list_numbers
from minutes.conversion.program.own_document import reduce_open_document
from minutes.conversion.program.page_heads import head_lines, lines_of
from minutes.conversion.program.prepared import Prepared, picture_mark
from minutes.conversion.program.xml_part import Element
from portal.archives import pack

PICTURES = "Pictures/"
TEXT_PARTS = {"mimetype", "content.xml", "styles.xml", MANIFEST}
OBJECTS = re.compile(r"(?:\./)?Object \d+/")
EXTERNAL_PICTURE = re.compile(rb'<draw:image\b[^>]*xlink:href="(?:[a-z]+:|/|\.\./)')
HEADER = re.compile(rb"<style:(?:header|footer)(?:-left|-first)?>(.*?)</style:(?:header|footer)", re.DOTALL)
TAG = re.compile(rb"<[^>]*>")
SPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TEXT, STYLE, DRAW, OFFICE = (SPACE % name for name in ("text", "style", "drawing", "office"))
TABLE = SPACE % "table"
HEADERS = (f"{STYLE}header-first", f"{STYLE}header")
DRAWN = SPACE % "svg-compatible"
ADDRESS = "{http://www.w3.org/1999/xlink}href"
INLINE = {f"{TEXT}p", f"{TEXT}h", f"{TEXT}span", f"{TEXT}a", f"{DRAW}a"}


def prepare_open_document(content: bytes) -> Prepared:
    """An `.odt` of its text parts, with numbers of headings as text and without hidden passages."""
    members = open_members(content)
    parts = {name: data for name, data in members.items() if name in TEXT_PARTS}
    if "content.xml" not in parts:
        raise RefusedError(Reason.DAMAGED)
    refuse_entities(parts)
    root = xml_part.parse(parts["content.xml"])
    styles = xml_part.parse(parts["styles.xml"]) if "styles.xml" in parts else xml_part.Element("none")
    remarks = _remarks(members, root)
    body = root.find(f"{OFFICE}body/{OFFICE}text")
    if body is not None and reduce_open_document(body):
        remarks.add(Remark.OWN_DOCUMENT)
    headers = (header for name in HEADERS for header in styles.iter(name))
    lines = [lines_of(header, f"{TABLE}table-row", f"{TEXT}p", f"{TEXT}p") for header in headers]
    head = head_lines(lines, "".join(root.itertext()))
    if _remove_hidden(root, styles):
        remarks.add(Remark.HIDDEN_TEXT)
    xml_part.lift(root, f"{DRAW}text-box", frozenset({f"{TEXT}p", f"{TEXT}h"}))
    write_heading_numbers(root, styles)
    write_list_numbers(root, styles)
    _mark_pictures(root)
    parts["content.xml"] = xml_part.write(root)
    pictures = {name: data for name, data in members.items() if name.startswith(PICTURES)}
    return Prepared("odt", pack(parts, compressed=True), pictures, remarks, head)


def _remarks(members: dict[str, bytes], root: Element) -> set[Remark]:
    tags = {element.tag for element in root.iter()}
    remarks = set()
    if f"{TEXT}changed-region" in tags:
        remarks.add(Remark.TRACKED_CHANGES)
    if f"{OFFICE}annotation" in tags:
        remarks.add(Remark.COMMENTS)
    if any(TAG.sub(b"", inside).strip() for inside in HEADER.findall(members.get("styles.xml", b""))):
        remarks.add(Remark.HEADERS)
    if any(OBJECTS.match(name) for name in members):
        remarks.add(Remark.EMBEDDED)
    if EXTERNAL_PICTURE.search(members["content.xml"]):
        remarks.add(Remark.EXTERNAL_PICTURES)
    return remarks


def _remove_hidden(root: Element, styles: Element) -> int:
    hidden = {
        style.get(f"{STYLE}name")
        for part in (root, styles)
        for style in part.iter(f"{STYLE}style")
        if any(looks.get(f"{TEXT}display") == "none" for looks in style.iter(f"{STYLE}text-properties"))
    }
    spans = {f"{TEXT}span", f"{TEXT}p", f"{TEXT}h"}
    return xml_part.remove(
        root, lambda element: element.tag in spans and element.get(f"{TEXT}style-name") in hidden
    )


def _mark_pictures(root: Element) -> None:
    """Put marks in the place of pictures: pandoc would lose the description."""
    for parent in list(root.iter()):
        for position, frame in enumerate(parent):
            image = frame.find(f"{DRAW}image") if frame.tag == f"{DRAW}frame" else None
            if image is None or frame.find(f"{DRAW}object") is not None:
                continue
            words = frame.findtext(f"{DRAWN}desc") or frame.findtext(f"{DRAWN}title") or ""
            mark = xml_part.Element(f"{TEXT}span" if parent.tag in INLINE else f"{TEXT}p")
            mark.text, mark.tail = picture_mark(image.get(ADDRESS, ""), words), frame.tail
            parent[position] = mark
