"""Every word in an office file: cells, page headers, notes, hidden passages, descriptions, charts."""

import re
import xml.etree.ElementTree as ET
from contextlib import suppress

from minutes.conversion.outcome import MAX_CHARACTERS, Reason, RefusedError
from minutes.conversion.program.office import open_members
from portal.archives import ArchiveError, has_document_type, unpack

PARAGRAPHS = {"p", "h", "si", "is", "pt"}
SPACES = {"tab", "br", "cr", "s", "line-break"}
WORDS = {"t", "delText", "instrText", "title", "desc"}
DESCRIPTIONS = ("descr", "title", "alt", "string")  # attributes of pictures and written shapes
OPEN_DOCUMENT_TEXT = ":text:1.0"
SHEETS = {"sheet": "name", "table": "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}name"}
"""Elements that stand for a sheet, with the attribute that is its name."""
ABOUT_THE_FILE = ("docprops/", "customxml/", "meta.xml", "meta-inf/", "thumbnails/")
ARCHIVE = b"PK\x03\x04"
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\w+")
TELLING_VALUE = re.compile(r"[^\W\d_]|^\d{7,}$")
"""Of a cell or chart: words, and numbers as long as those by which people are filed or called."""
SOFT_HYPHEN = "\u00ad"


def left_out(content: bytes, markdown: str) -> str:
    """The lines of all parts of an office file that its Markdown does not hold; what tells of the file itself is not read.

    Whoever gets the file gets these words, too, so the text guard must read them.
    """
    known, place, lines = f" {_plain(markdown)} ", 0, []
    for line in _lines(open_members(content)):
        words = f" {_plain(line)} "
        found = known.find(words, place)  # most come in the same order
        found = known.find(words) if found < 0 else found
        if found >= 0:
            place = found
        else:
            lines.append(line)
    if sum(map(len, lines)) > MAX_CHARACTERS:
        raise RefusedError(Reason.TOO_LONG)
    return "\n".join(lines)


def words_of(content: bytes) -> str:
    """Every line in an office file once, in the order of its parts."""
    return "\n".join(dict.fromkeys(_lines(open_members(content))))


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text))


def _lines(members: dict[str, bytes], depth: int = 0) -> list[str]:
    """Every line of text in the members of an archive and of the archives in it."""
    lines = []
    for name, data in members.items():
        if data.startswith(ARCHIVE) and depth == 0:
            with suppress(ArchiveError):
                lines += _lines(unpack(data), depth + 1)
        elif data.lstrip().startswith(XML_STARTS) and not name.casefold().startswith(ABOUT_THE_FILE):
            lines += [" ".join(line.split()) for line in _text_of(data).replace(SOFT_HYPHEN, "").splitlines()]
    return [line for line in lines if WORD.search(line)]


def _text_of(part: bytes) -> str:
    """The text of a part, a line for each paragraph; of one that cannot be parsed everything but the tags."""
    try:
        root = None if has_document_type(part) else ET.fromstring(part)  # noqa: S314 - without entities
    except (ET.ParseError, ValueError, LookupError):
        root = None
    if root is None:
        return TAG.sub("\n", part.decode("utf-8", "replace"))
    for element in root.iter():
        space, _, name = element.tag.rpartition("}")
        if name in PARAGRAPHS:
            element.text, element.tail = f"\n{element.text or ''}", f"\n{element.tail or ''}"
        elif name in SPACES:
            element.text = " "
        elif name == "v":
            element.text = f"\n{element.text}\n" if TELLING_VALUE.search(element.text or "") else None
        elif name not in WORDS and not space.endswith(OPEN_DOCUMENT_TEXT):
            told = [element.get(attribute, "") for attribute in (*DESCRIPTIONS, SHEETS.get(name, ""))]
            element.text = "\n" + "\n".join(told) + "\n" if any(told) else None
    return "".join(root.itertext())
