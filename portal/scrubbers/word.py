"""Tracked changes of a Word document, accepted; comments taken out (ISO/IEC 29500-1, sections 17.13.4 and 17.13.5)."""

from collections.abc import Iterator

from portal.scrubbers.parts import Element, cut, name_of, unwrap

WORD = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
GONE = {
    "del", "moveFrom", "cellIns", "cellDel", "cellMerge", "numberingChange",
    "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef",
    "rsids", "attachedTemplate", "docVars", "mailMerge", "trackRevisions",
}  # fmt: skip
CHANGED_FROM = "Change"  # how it was formatted before: rPrChange, pPrChange …
CHANGED_HERE = ("moveFromRange", "moveToRange", "customXmlIns", "customXmlDel", "customXmlMove")
INSERTED = {"ins", "moveTo"}
DELETED = {"del", "moveFrom"}
MARKS = {"bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd"}  # may stand between paragraphs
NOTES = {"footnote": "footnoteReference", "endnote": "endnoteReference"}


def is_word(root: Element) -> bool:
    return bool(name_of(root, WORD))


def accept_changes(root: Element) -> None:
    """What was inserted stays, what was deleted goes, with rows, cells and ends of paragraphs; comments go."""
    for element in list(_named(root)):
        if name_of(element, WORD).startswith(CHANGED_HERE):
            cut(element)
    for element in list(_named(root)):
        name = name_of(element, WORD)
        if (name == "trPr" and _has(element, DELETED)) or (name == "tcPr" and _has(element, {"cellDel"})):
            cut(element.getparent())
        elif name == "pPr" and any(_has(child, DELETED) for child in element if _is(child, "rPr")):
            _join_with_next(element.getparent())
    for element in list(_named(root)):
        name = name_of(element, WORD)
        if name in GONE or name.endswith(CHANGED_FROM):
            cut(element)
        elif name in INSERTED:
            unwrap(element)
        else:
            _forget_sessions(element)


def drop_unused_notes(roots: list[Element]) -> None:
    """Take out footnotes and endnotes to which no place refers any more."""
    named = [
        element for root in roots for element in _named(root) if name_of(element, WORD) in NOTES.values()
    ]
    used = {(name_of(element, WORD), _value(element, "id")) for element in named}
    for root in roots:
        for element in list(root):
            reference = NOTES.get(name_of(element, WORD))
            is_text = _value(element, "type") in {None, "normal"}  # others are lines between text and notes
            if reference and is_text and (reference, _value(element, "id")) not in used:
                cut(element)


def _named(root: Element) -> Iterator[Element]:
    found: Iterator[Element] = root.iter("{*}*")
    return found


def _is(element: Element, name: str) -> bool:
    return name_of(element, WORD) == name


def _has(element: Element, names: set[str]) -> bool:
    return any(name_of(child, WORD) in names for child in element)


def _value(element: Element, attribute: str) -> str | None:
    return next((found for space in WORD if (found := element.get(f"{{{space}}}{attribute}"))), None)


def _join_with_next(paragraph: Element) -> None:
    """The end of this paragraph was deleted: what it holds stands at the beginning of the next one."""
    following = paragraph.getnext()
    while following is not None and name_of(following, WORD) in MARKS:
        following = following.getnext()
    if following is None or not _is(following, "p"):
        return
    place = 1 if len(following) and _is(following[0], "pPr") else 0
    following[place:place] = [child for child in paragraph if not _is(child, "pPr")]
    cut(paragraph)


def _forget_sessions(element: Element) -> None:
    """Take away the numbers by which Word tells who wrote what when."""
    for space in WORD:
        for attribute in element.attrib:
            if attribute.startswith(f"{{{space}}}rsid"):
                del element.attrib[attribute]
