"""The parts of an office file: its members, and XML of which pieces are taken out."""

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from portal.archives import ArchiveError, has_document_type, unpack
from portal.scrubbers.faults import OF_ARCHIVES, Fault, ScrubError
from portal.scrubbers.pictures import is_picture, scrub_picture

ARCHIVE = b"PK\x03\x04"
FONTS = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf", b"wOFF", b"wOF2")
LOCAL_PATH = re.compile(r"^(?:file:|/?[A-Za-z]:[\\/]|\\\\).*[\\/]", re.IGNORECASE)
"""Where on somebody's machine a file lay, up to its name."""
DEEPEST = 2  # files in files in files

Element = Any  # lxml brings no types


def open_members(content: bytes) -> dict[str, bytes]:
    try:
        return unpack(content)
    except ArchiveError as error:
        raise ScrubError(OF_ARCHIVES[error.fault]) from None


def scrub_binary(content: bytes) -> bytes:
    """A member that is no XML: PNG and JPEG are cleaned, fonts stay, what nobody here can look into is refused."""
    if is_picture(content):
        return scrub_picture(content)
    if content and not content.startswith(FONTS):
        raise ScrubError(Fault.EMBEDDED)
    return content


def parse(content: bytes) -> Element:
    """The root of an XML part; entities, comments and processing instructions have no place in one."""
    if has_document_type(content):
        raise ScrubError(Fault.DAMAGED)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise ScrubError(Fault.DAMAGED) from None


def write(root: Element) -> bytes:
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return written


def name_of(element: Element, spaces: Iterable[str]) -> str:
    """The element's name without its namespace; empty if it is in none of these."""
    space, _, name = str(element.tag).rpartition("}")
    return name if space[1:] in spaces else ""


def named(root: Element, names: Iterable[str], spaces: Iterable[str]) -> list[Element]:
    """The elements of these names in these namespaces (`*`: in any), in the order of the text."""
    return list(root.iter(*(f"{{{space}}}{name}" for space in spaces for name in names)))


def drop_attributes(root: Element, condition: str, **values: str) -> None:
    """Take away the attributes for which a condition of XPath holds; `values` are what it calls `$name`."""
    for element in root.xpath(f"//*[@*[{condition}]]", **values):
        for attribute in element.xpath(f"@*[{condition}]", **values):
            del element.attrib[attribute.attrname]


def cut(element: Element) -> None:
    """Take an element out; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def unwrap(element: Element) -> None:
    """Let what an element holds stand in its place."""
    parent = element.getparent()
    if element.text:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.text
        else:
            before.tail = (before.tail or "") + element.text
    for child in list(element):
        element.addprevious(child)
    cut(element)
