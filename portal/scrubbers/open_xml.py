"""Office Open XML (docx, xlsx, pptx): a package of parts that name each other by relations (ISO/IEC 29500-2).

Only what can be reached from the package is kept, and relations to what tells of people are cut first.
"""

import posixpath
import re
from itertools import compress
from urllib.parse import unquote

from portal.archives import pack
from portal.scrubbers import word
from portal.scrubbers.faults import Fault, ScrubError
from portal.scrubbers.parts import (
    ARCHIVE,
    DEEPEST,
    LOCAL_PATH,
    Element,
    cut,
    drop_attributes,
    name_of,
    named,
    open_members,
    parse,
    scrub_binary,
    write,
)

TYPES = "[Content_Types].xml"
RELATION_SPACES = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
TELLING = {
    "core-properties", "extended-properties", "custom-properties", "customProperty", "thumbnail", "customXml",
    "comments", "commentsExtended", "commentsIds", "commentsExtensible", "people", "documenttasks",
    "threadedComment", "person", "commentAuthors", "authors", "revisionInfo", "changesInfo", "revisionHeaders",
    "usernames", "printerSettings", "attachedTemplate", "mailMergeSource", "mailMergeHeaderSource",
    "recipientData", "classificationlabels",
}  # fmt: skip
"""Kinds of relations, by the last word of their type, to parts that tell of people, machines and versions."""
IN_RELATION_SPACE = " or ".join(f"namespace-uri() = '{space}'" for space in RELATION_SPACES)
SIGNATURE = "origin"
FOREIGN_TEXT = "aFChunk"  # a web page, an RTF text or another document that is shown as a part of this one
XML_TYPE = re.compile(
    r"(?:application|text)/xml|application/vnd\.(?:openxmlformats-|ms-).*(?:\+xml|vmldrawing)", re.IGNORECASE
)
FONT_TYPES = {
    "application/vnd.openxmlformats-officedocument.obfuscatedfont", "application/x-fontdata", "application/x-font-ttf",
}  # fmt: skip
NAMED_IN_TEXT = {
    "image",
    "hyperlink",
    "oleObject",
    "package",
    "chart",
    "diagramData",
    "video",
    "audio",
    "media",
}
"""Kinds of relations that end when the text does not name them any more: their picture was deleted with it."""
GONE = {"fileSharing", "absPath", "docId", "attachedTemplate"}
COMMENT_DRAWING = {"legacyDrawing", "controls"}
COMPATIBILITY = {"http://schemas.openxmlformats.org/markup-compatibility/2006"}


def scrub_open_xml(content: bytes, depth: int = 0) -> bytes:
    """The file without properties, comments, people, sessions and tracked changes."""
    return Package(open_members(content), depth).scrubbed()


class Package:
    """The parts of a file, the XML of those that are reached, and what remains of them."""

    def __init__(self, members: dict[str, bytes], depth: int) -> None:
        self.members = members
        self.depth = depth
        self.names = {name.casefold(): name for name in members}
        if TYPES not in members:
            raise ScrubError(Fault.DAMAGED)
        self.types = parse(members[TYPES])
        self.roots: dict[str, Element] = {}
        self.kept: dict[str, bytes] = {}

    def scrubbed(self) -> bytes:
        waiting, reached = [""], set[str]()
        while waiting:
            part = waiting.pop()
            if part not in reached:
                reached.add(part)
                self._scrub_part(part)
                waiting += self._scrub_relations(part)
        word.drop_unused_notes([root for root in self.roots.values() if word.is_word(root)])
        self.kept |= {name: write(root) for name, root in self.roots.items()}
        for entry in list(self.types):
            if (named := entry.get("PartName")) and self._name(named) not in self.kept:
                cut(entry)
        self.kept[TYPES] = write(self.types)
        return pack({name: self.kept[name] for name in self.members if name in self.kept}, compressed=True)

    def _scrub_part(self, part: str) -> None:
        content = self.members.get(part, b"")
        if content.startswith(ARCHIVE):
            if self.depth >= DEEPEST:
                raise ScrubError(Fault.EMBEDDED)
            self.kept[part] = scrub_open_xml(content, self.depth + 1)
        elif part and XML_TYPE.fullmatch(self._type(part)):
            self.roots[part] = parse(content)
            _clean(self.roots[part])
            if word.is_word(self.roots[part]):
                word.accept_changes(self.roots[part])
        elif part:
            self.kept[part] = content if self._type(part) in FONT_TYPES else scrub_binary(content)

    def _type(self, part: str) -> str:
        """What a part is, as the package declares it: by its name, else by its suffix (ISO/IEC 29500-2, section 7.2.3)."""
        for attribute, wanted in (("PartName", f"/{part}"), ("Extension", part.rpartition(".")[2])):
            for entry in self.types:
                if entry.get(attribute, "").casefold() == wanted.casefold():
                    return str(entry.get("ContentType", "").casefold())
        return ""

    def _scrub_relations(self, part: str) -> list[str]:
        """Cut relations of a part that tell something or are not needed. Returns the parts that the others name."""
        folder, name = posixpath.split(part)
        relations = self._name(posixpath.join(folder, "_rels", f"{name}.rels"))
        if relations is None:
            return []
        root, source = parse(self.members[relations]), self.roots.get(part)
        kinds = {relation: relation.get("Type", "").rpartition("/")[2] for relation in root}
        if SIGNATURE in kinds.values():
            raise ScrubError(Fault.SIGNED)
        if FOREIGN_TEXT in kinds.values():
            raise ScrubError(Fault.EMBEDDED)
        if source is not None and "comments" in kinds.values():
            _cut_named(source, COMMENT_DRAWING)
        values = _values(source)
        targets = []
        for relation, kind in kinds.items():
            is_used = relation.get("Id") in values
            if kind in TELLING or (not is_used and (kind in NAMED_IN_TEXT or kind == "vmlDrawing")):
                _forget_reference(source, relation.get("Id", ""))
                cut(relation)
            elif relation.get("TargetMode") == "External":
                relation.set("Target", LOCAL_PATH.sub("", relation.get("Target", "")))
            elif target := self._name(posixpath.join("/", folder, relation.get("Target", ""))):
                targets.append(target)
        self.kept[relations] = write(root)
        return targets

    def _name(self, path: str) -> str | None:
        """The member that a path of the package means: upper and lower case are the same."""
        plain = posixpath.normpath(unquote(path).replace("\\", "/")).lstrip("/")
        return self.names.get(plain.casefold())


def _clean(root: Element) -> None:
    """Take out paths, names and numbers that say where and by whom a part was written."""
    _cut_named(root, GONE)
    for vector in named(root, {"svgBlip"}, "*"):  # the picture in points beside it stays
        cut(vector.getparent())
    drop_attributes(root, "local-name() = 'refreshedBy'")


def _cut_named(root: Element, names: set[str]) -> None:
    for element in named(root, names, "*"):
        alternatives = (
            name_of(above, COMPATIBILITY) == "AlternateContent" for above in element.iterancestors()
        )
        cut(next(compress(element.iterancestors(), alternatives), element))


def _values(root: Element | None) -> set[str]:
    return set() if root is None else set(root.xpath("//@*", smart_strings=False))


def _forget_reference(root: Element | None, relation: str) -> None:
    """Take away the attributes by which a part names a relation that was cut."""
    if root is not None:
        drop_attributes(root, f". = $relation and ({IN_RELATION_SPACE})", relation=relation)
