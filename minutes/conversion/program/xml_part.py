"""One XML part of an office file, read and written again with the prefixes it had."""

import io
import xml.etree.ElementTree as ET
from collections.abc import Callable

from minutes.conversion.outcome import MAX_CHARACTERS, Reason, RefusedError

Element = ET.Element
# A part of this size holds far more than the longest text that the portal takes.
LARGEST_PART = 40 * 2**20  # bytes


def parse(part: bytes) -> Element:
    """The root of a part that holds no entities; its prefixes are remembered for `write`."""
    if len(part) > LARGEST_PART:
        raise RefusedError(Reason.TOO_LONG)
    builder = ET.iterparse(io.BytesIO(part), events=("start-ns",))  # noqa: S314 - entities were refused before
    try:
        for _, (prefix, address) in builder:
            try:
                ET.register_namespace(prefix, address)
            except ValueError:  # a prefix that the library keeps for itself
                continue
    except (ET.ParseError, ValueError, LookupError):
        raise RefusedError(Reason.DAMAGED) from None
    root: Element = builder.root  # type: ignore[attr-defined]
    if sum(map(len, root.itertext())) > MAX_CHARACTERS:
        raise RefusedError(Reason.TOO_LONG)
    return root


def write(root: Element) -> bytes:
    """The part as bytes."""
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def remove(root: Element, is_unwanted: Callable[[Element], bool]) -> int:
    """Take elements away, not the text behind them; tells how many there were."""
    count = 0
    for parent in root.iter():
        unwanted = [child for child in parent if is_unwanted(child)]
        for child in unwanted:
            _take_away(parent, child)
        count += len(unwanted)
    return count


def _take_away(parent: Element, child: Element) -> None:
    position = list(parent).index(child)
    if child.tail:
        if position:
            parent[position - 1].tail = (parent[position - 1].tail or "") + child.tail
        else:
            parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def lift(root: Element, box: str, paragraphs: frozenset[str]) -> None:
    """Put what stands in text boxes behind the paragraph that holds the box: pandoc would leave it out."""
    for parent in list(root.iter()):
        if parent.tag == box:
            continue
        for position, paragraph in reversed(list(enumerate(parent))):
            if paragraph.tag in paragraphs:
                for found in reversed(list(paragraph.iter(box))):
                    inside, found[:] = list(found), []
                    parent[position + 1 : position + 1] = inside
