"""The pictures of a document: real PNG and JPEG files are kept, numbered in the order of the text."""

import html
import re
from dataclasses import dataclass, field

from minutes.conversion.outcome import Remark
from minutes.conversion.program.prepared import (
    PICTURE_END,
    PICTURE_MARK,
    PICTURE_START,
    PICTURE_WORDS,
    Prepared,
)
from portal.file_kinds import kind_by_content
from portal.scrubbers.faults import ScrubError
from portal.scrubbers.pictures import scrub_picture

KEPT_KINDS = {"png", "jpg"}
MAX_PICTURES = 50
MAX_PICTURE_BYTES = 10 * 2**20
MAX_BYTES_TOGETHER = 20 * 2**20
ESCAPED = re.compile(r"\\([^\w\s])")
FOREIGN = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)


@dataclass(frozen=True)
class Kept:
    """A picture that goes out with the text."""

    kind: str
    description: str
    content: bytes


@dataclass
class Gallery:
    """The pictures that are kept of one document, and why others are not."""

    prepared: Prepared
    kept: list[Kept] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> str:
        """The text with marks that hold the number of a kept picture (0: not kept) instead of its address."""
        return PICTURE_MARK.sub(self._mark, text)

    def _mark(self, found: re.Match[str]) -> str:
        address, description = bytes.fromhex(found[1]).decode("utf-8", "replace"), " ".join(found[2].split())
        if address not in self.numbers:
            self.numbers[address] = self._keep(address, description)
        return f"{PICTURE_START}{self.numbers[address]}{PICTURE_WORDS}{description}{PICTURE_END}"

    def _keep(self, address: str, description: str) -> int:
        content = self.prepared.pictures.get(address)
        if content is None:
            outside = self.prepared.pandoc_format == "html" or FOREIGN.match(address)
            self.prepared.remarks.add(Remark.EXTERNAL_PICTURES if outside else Remark.OTHER_PICTURES)
            return 0
        kind = kind_by_content(content)
        if kind not in KEPT_KINDS or not _is_whole(content):
            self.prepared.remarks.add(Remark.OTHER_PICTURES)
            return 0
        for number, picture in enumerate(self.kept, 1):
            if picture.content == content:
                return number
        together = sum(len(picture.content) for picture in self.kept) + len(content)
        if (
            len(self.kept) >= MAX_PICTURES
            or len(content) > MAX_PICTURE_BYTES
            or together > MAX_BYTES_TOGETHER
        ):
            self.prepared.remarks.add(Remark.TOO_MANY_PICTURES)
            return 0
        words = html.unescape(ESCAPED.sub(r"\1", description))
        self.kept.append(Kept(kind, words, content))
        return len(self.kept)


def _is_whole(content: bytes) -> bool:
    """Whether the picture can be cleaned of its traces later, when readers get it."""
    try:
        scrub_picture(content)
    except ScrubError:
        return False
    return True
