"""OpenDocument (odt, ods, odp) without meta data, tracked changes and comments (OASIS OpenDocument 1.3)."""

import posixpath
import re

from portal.archives import pack
from portal.scrubbers.faults import Fault, ScrubError
from portal.scrubbers.parts import (
    LOCAL_PATH,
    Element,
    cut,
    drop_attributes,
    named,
    open_members,
    parse,
    scrub_binary,
    write,
)

TYPE = "mimetype"
MANIFEST = "META-INF/manifest.xml"
SIGNATURES = "META-INF/documentsignatures.xml"
SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
FULL_PATH = f"{{{SPACE}manifest:1.0}}full-path"
SETTING_NAME = f"{{{SPACE}config:1.0}}name"
LINK = "{http://www.w3.org/1999/xlink}href"
DROPPED = {"meta.xml", "manifest.rdf", "VersionList.xml", "layout-cache"}
# The last are pictures of embedded objects, which office programs draw anew.
DROPPED_FOLDERS = ("Thumbnails/", "Versions/", "Configurations2/", "ObjectReplacements/")
PICTURES = "Pictures/"
GONE_SPACES = {f"{SPACE}{name}:1.0" for name in ("text", "table", "office")}
GONE = {"tracked-changes", "change", "change-start", "change-end", "annotation", "annotation-end"}
TELLING_SETTINGS = {"PrinterName", "PrinterSetup", "Rsid", "RsidRoot", "CurrentDatabaseDataSource"}
# OpenOffice before 2010 named the document type of its list of members.
DOCUMENT_TYPE = re.compile(rb"<!DOCTYPE[^>\[]*>")


def scrub_open_document(content: bytes) -> bytes:
    """The file without author, dates, printer, earlier versions, deleted passages and comments."""
    members = open_members(content)
    if SIGNATURES in members:
        raise ScrubError(Fault.SIGNED)
    if MANIFEST not in members:
        raise ScrubError(Fault.DAMAGED)
    if b"encryption-data" in members[MANIFEST]:
        raise ScrubError(Fault.PROTECTED)
    kept = {name: data for name, data in members.items() if not _is_dropped(name)}
    texts = {name: parse(data) for name, data in kept.items() if name.endswith(".xml") and name != MANIFEST}
    for root in texts.values():
        _scrub_text(root)
    links = {link.removeprefix("./") for root in texts.values() for link in _links(root)}
    kept = {name: data for name, data in kept.items() if not name.startswith(PICTURES) or name in links}
    scrubbed = {
        name: write(texts[name]) if name in texts else _scrub_member(name, data)
        for name, data in kept.items()
    }
    scrubbed[MANIFEST] = _list_of(members[MANIFEST], scrubbed)
    return pack(scrubbed, compressed=True)


def _is_dropped(name: str) -> bool:
    return name.startswith(DROPPED_FOLDERS) or posixpath.basename(name) in DROPPED


def _scrub_member(name: str, content: bytes) -> bytes:
    if name in {TYPE, MANIFEST}:
        return content
    return scrub_binary(content)


def _scrub_text(root: Element) -> None:
    """Deleted passages stand apart in OpenDocument: without them the rest is the accepted text."""
    for element in named(root, GONE, GONE_SPACES):
        cut(element)
    for element in named(root, {"config-item"}, [f"{SPACE}config:1.0"]):
        if element.get(SETTING_NAME) in TELLING_SETTINGS:
            cut(element)
    drop_attributes(root, "local-name() = 'rsid' or local-name() = 'paragraph-rsid'")
    for element in root.xpath("//*[@*[local-name() = 'href']]"):
        if link := element.get(LINK):
            element.set(LINK, LOCAL_PATH.sub("", link))


def _links(root: Element) -> list[str]:
    found: list[str] = root.xpath("//@*[local-name() = 'href']", smart_strings=False)
    return found


def _list_of(manifest: bytes, kept: dict[str, bytes]) -> bytes:
    """The list of members without those that are gone."""
    root = parse(DOCUMENT_TYPE.sub(b"", manifest))
    for entry in list(root):
        path = entry.get(FULL_PATH, "")
        if not path.endswith("/") and path not in kept:
            cut(entry)
    return write(root)
