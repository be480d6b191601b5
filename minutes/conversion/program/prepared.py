"""What each kind of document is turned into before pandoc reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from minutes.conversion.outcome import Remark

# Signs that no document uses (Unicode noncharacters) stand around what the Lua filter and the program tell each other.
LABEL_START, LABEL_END = "\ufdd0", "\ufdd1"
LABEL_SPACE = "\ufdd5"
BULLET = "•"
PICTURE_START, PICTURE_WORDS, PICTURE_END = "\ufdd2", "\ufdd3", "\ufdd4"

PICTURE_MARK = re.compile(f"{PICTURE_START}([0-9a-f]*){PICTURE_WORDS}([^{PICTURE_END}]*){PICTURE_END}")


@dataclass
class Prepared:
    """A document for pandoc.

    `pictures` are those in the file by the address that its text calls them, `head` the lines of the page header that
    stand before the text.
    """

    pandoc_format: str
    content: bytes
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    remarks: set[Remark] = field(default_factory=set)
    head: list[str] = field(default_factory=list)


def picture_mark(address: str, description: str = "") -> str:
    """The place of a picture for `PICTURE_MARK`: its address in hexadecimal (later its number) and its description."""
    return f"{PICTURE_START}{address.encode().hex()}{PICTURE_WORDS}{description}{PICTURE_END}"


def label_mark(level: int, label: str) -> str:
    """What a word processor prints before a list point (`3.`, `TOP 1`, any single sign), and how deep it stands."""
    words = BULLET if len(label) == 1 and not label.isdecimal() else label.replace(" ", LABEL_SPACE)
    return f"{LABEL_START}{level}{words}{LABEL_END}"
