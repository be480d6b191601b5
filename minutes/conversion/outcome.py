"""What the limited programs report: why they refuse a file, and what they left out of it.

Read on both sides, so nothing of Flask may come in here.
"""

from enum import IntEnum, StrEnum

MAX_CHARACTERS = 2_000_000
MAX_OUTPUT_BYTES = 40 * 2**20


class Reason(IntEnum):
    """Why a file is refused: the program's exit status."""

    PASSWORD = 3
    DAMAGED = 4
    MACROS = 5
    TOO_MANY_PARTS = 6
    TOO_LARGE_UNPACKED = 7
    TOO_COMPLEX = 8
    TOO_LONG = 9
    TOO_MANY_PAGES = 10
    TOO_SLOW = 11


class RefusedError(Exception):
    """Raised inside a limited program."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Remark(StrEnum):
    """What the Markdown does not show of the file."""

    TRACKED_CHANGES = "tracked-changes"
    COMMENTS = "comments"
    HIDDEN_TEXT = "hidden-text"
    HEADERS = "headers"
    EMBEDDED = "embedded"
    ACTIVE_CONTENT = "active-content"
    EXTERNAL_PICTURES = "external-pictures"
    OTHER_PICTURES = "other-pictures"
    TOO_MANY_PICTURES = "too-many-pictures"
    TEXT_BOXES = "text-boxes"
    PAGES_WITHOUT_TEXT = "pages-without-text"
    OWN_DOCUMENT = "own-document"
