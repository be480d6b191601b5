"""Documents that the portal itself made: their wording comes back, and its internal passages are marked again.

What stands around the wording was taken from it or from the portal; read again, every decision would be there twice.
"""

from minutes.conversion.program.xml_part import Element

# Names of bookmarks (Word) and sections (OpenDocument), which stay when somebody edits the document.
WORDING = "Protokoll_Wortlaut"
PASSAGE = "Protokoll_Intern_"
LABEL_STYLE = "Internal"
BEGIN, END = "::: intern", ":::"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def reduce_word(body: Element, space: str) -> bool:
    """Leave only the wording in the body of a document that the portal made; tells whether it is one."""
    spans = _spans(body, space)
    if WORDING not in spans:
        return False
    first, last = spans[WORDING]
    found = [(max(begin, first), end) for name, (begin, end) in spans.items() if name.startswith(PASSAGE)]
    passages = [(begin, end) for begin, end in found if begin < end]
    begins, ends = {begin for begin, _ in passages}, {end for _, end in passages}
    blocks: list[Element] = []
    is_internal = False
    for position in range(first, last + 1):
        if position in ends:
            blocks.append(_word_line(END, space))
            is_internal = False
        if position in begins:
            blocks.append(_word_line(BEGIN, space))
            is_internal = True
        if position < last and not (is_internal and _style(body[position], space) == LABEL_STYLE):
            blocks.append(body[position])
    body[:] = blocks
    return True


def reduce_open_document(body: Element) -> bool:
    """The same for OpenDocument."""
    sections = {section.get(f"{TEXT}name", ""): section for section in body.iter(f"{TEXT}section")}
    if WORDING not in sections:
        return False
    for name, passage in sections.items():
        if name.startswith(PASSAGE):
            if len(passage) and passage[0].get(f"{TEXT}style-name") == LABEL_STYLE:
                del passage[0]
            begin, end = Element(f"{TEXT}p"), Element(f"{TEXT}p")
            begin.text, end.text = BEGIN, END
            passage[:] = [begin, *passage, end]
    body[:] = [sections[WORDING]]
    return True


def _spans(body: Element, space: str) -> dict[str, tuple[int, int]]:
    """From which block to before which one each bookmark of the body goes; Word sets the marks also inside of blocks."""
    begun: dict[str, tuple[str, int]] = {}
    spans: dict[str, tuple[int, int]] = {}
    for position, block in enumerate(body):
        has_words = False
        for element in block.iter():
            has_words = has_words or element.tag == f"{space}t"
            if element.tag == f"{space}bookmarkStart":
                begun[element.get(f"{space}id", "")] = element.get(f"{space}name", ""), position
            elif element.tag == f"{space}bookmarkEnd" and element.get(f"{space}id") in begun:
                name, first = begun.pop(element.get(f"{space}id", ""))
                spans[name] = first, position + has_words
    return spans


def _style(block: Element, space: str) -> str:
    style = block.find(f"{space}pPr/{space}pStyle")
    return "" if style is None else style.get(f"{space}val", "")


def _word_line(words: str, space: str) -> Element:
    line, run, text = (Element(f"{space}{name}") for name in "prt")
    text.text = words
    run.append(text)
    line.append(run)
    return line
