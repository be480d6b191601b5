"""Tracked changes of a Word document, accepted; comments taken out (ISO/IEC 29500-1, sections 17.13.4 and 17.13.5)."""

from portal.scrubbers.parts import Element, cut, drop_attributes, name_of, named, unwrap

WORD = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
RANGES = {
    f"{name}Range{end}"
    for name in ("moveFrom", "moveTo", "customXmlIns", "customXmlDel", "customXmlMoveFrom", "customXmlMoveTo")
    for end in ("Start", "End")
}
FORMATTED_BEFORE = {
    "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tblGridChange", "trPrChange",
    "tcPrChange", "numberingChange",
}  # fmt: skip
GONE = FORMATTED_BEFORE | {
    "del", "moveFrom", "cellIns", "cellDel", "cellMerge",
    "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef",
    "rsids", "attachedTemplate", "docVars", "mailMerge", "trackRevisions",
}  # fmt: skip
INSERTED = {"ins", "moveTo"}
DELETED = {"del", "moveFrom"}
MARKS = {"bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd"}  # may stand between paragraphs
NOTES = {"footnote": "footnoteReference", "endnote": "endnoteReference"}


def is_word(root: Element) -> bool:
    return bool(name_of(root, WORD))


def accept_changes(root: Element) -> None:
    """What was inserted stays, what was deleted goes, with rows, cells and ends of paragraphs; comments go."""
    for element in named(root, RANGES, WORD):
        cut(element)
    for element in named(root, {"trPr", "tcPr"}, WORD):
        if _has(element, DELETED if _is(element, "trPr") else {"cellDel"}):
            cut(element.getparent())
    for element in named(root, {"pPr"}, WORD):
        if any(_has(child, DELETED) for child in element if _is(child, "rPr")):
            _join_with_next(element.getparent())
    for element in named(root, GONE, WORD):
        cut(element)
    for element in named(root, INSERTED, WORD):
        unwrap(element)
    # The numbers by which Word tells who wrote what in which session.
    drop_attributes(root, "starts-with(local-name(), 'rsid')")


def drop_unused_notes(roots: list[Element]) -> None:
    """Take out footnotes and endnotes to which no place refers any more."""
    references = [element for root in roots for element in named(root, NOTES.values(), WORD)]
    used = {(name_of(element, WORD), _value(element, "id")) for element in references}
    for root in roots:
        for element in list(root):
            reference = NOTES.get(name_of(element, WORD))
            is_text = _value(element, "type") in {None, "normal"}  # others are lines between text and notes
            if reference and is_text and (reference, _value(element, "id")) not in used:
                cut(element)


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
