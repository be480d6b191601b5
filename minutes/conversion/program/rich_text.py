r"""Rich Text Format (1.9.1), written again in the narrow way that pandoc reads without loss.

Letters of any code page become Unicode, labels of list points (`{\listtext 3.}`) and pictures become marks, deleted
passages go.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from minutes.conversion.outcome import Reason, RefusedError, Remark
from minutes.conversion.program.prepared import Prepared, label_mark, picture_mark

TOKEN = re.compile(
    rb"(?P<open>\{)|(?P<close>\})|\\bin(?P<raw>\d+) ?|\\'(?P<byte>[0-9a-fA-F]{2})"
    rb"|\\(?P<word>[a-zA-Z]+)(?P<number>-?\d{1,9})? ?|\\(?P<sign>[^a-zA-Z])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\\Z",
    re.DOTALL,
)
RESERVED = re.compile(r"[\\{}]")
DEEPEST = 1_000  # groups within groups
WINDOWS = "cp1252"
CODE_PAGES = {"ansi": WINDOWS, "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
# Of fonts: character set to code page (section "Font Table").
CHARACTER_SETS = {
    0: WINDOWS, 77: "mac_roman", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256",
    186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
REMARKS = {
    "deleted": Remark.TRACKED_CHANGES,
    "revised": Remark.TRACKED_CHANGES,
    "annotation": Remark.COMMENTS,
    "v": Remark.HIDDEN_TEXT,
    "shptxt": Remark.TEXT_BOXES,
    "objdata": Remark.EMBEDDED,
}
HEADERS = re.compile("(?:header|footer)[lrf]?")
SIGNS = {"bullet": "•", "endash": "–", "emdash": "—"}
LABELS = {"listtext", "pntext"}
# Groups that hold no words, or the same once more for old programs.
DROPPED = {
    "nonshppict", "shprslt", "objdata", "datastore", "themedata", "colorschememapping", "blipuid", "listpicture",
    "background", "info",
}  # fmt: skip
SYMBOLS = 2  # the character set of fonts without letters

# What a word sets in the group, and to what.
SETTINGS: dict[str, tuple[str, Callable[[int | None], object]]] = {
    "uc": ("skipped", lambda number: number or 0),
    "f": ("font", lambda number: number or 0),
    "deleted": ("is_deleted", lambda number: number != 0),
    "plain": ("is_deleted", lambda _number: False),
    "ilvl": ("level", lambda number: min(number or 0, 8)),
    "pard": ("level", lambda _number: 0),
}


@dataclass
class State:
    """What holds inside a group and ends with it."""

    font: int = 0
    skipped: int = 1  # how many characters behind a `\\u` are only for programs without Unicode
    level: int = 0
    is_deleted: bool = False
    is_ignored: bool = False  # pandoc passes over the group
    inside: str = ""  # a group whose content is collected (`listtext`, `pict`, `sn`, `sv`) or dropped


@dataclass
class RichText:
    """One pass over the tokens of a document."""

    content: bytes
    output: bytearray = field(default_factory=bytearray)
    pictures: dict[str, bytes] = field(default_factory=dict)
    remarks: set[Remark] = field(default_factory=set)
    state: State = field(default_factory=State)
    stack: list[State] = field(default_factory=list)
    code_page: str = WINDOWS
    fonts: dict[int, str] = field(default_factory=dict)
    to_skip: int = 0
    is_starred: bool = False  # the group's first word comes next, and others may not know it
    high_half: int = 0  # of a letter beyond 16 bit
    collected: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""
    label: str = ""
    waiting: str = ""  # pictures inside of shapes, until the shape ends

    def read(self) -> Prepared:
        position = 0
        while position < len(self.content):
            token = TOKEN.match(self.content, position)
            if token is None:
                raise RefusedError(Reason.DAMAGED)
            position = token.end()
            if token["raw"]:
                end = position + int(token["raw"])
                self.raw, position = self.content[position:end], end
            else:
                self._take(token)
        if self.stack:
            raise RefusedError(Reason.DAMAGED)
        return Prepared("rtf", bytes(self.output), self.pictures, self.remarks)

    def _take(self, token: re.Match[bytes]) -> None:
        if token["open"]:
            self._open()
        elif token["close"]:
            self._close()
        elif token["word"]:
            number = token["number"]
            self._word(token["word"].decode(), int(number) if number else None)
        elif token["byte"]:
            self._bytes(bytes.fromhex(token["byte"].decode()))
        elif token["sign"]:
            self._sign(token["sign"])
        elif token["text"]:
            self._bytes(token["text"])

    def _open(self) -> None:
        if len(self.stack) >= DEEPEST:
            raise RefusedError(Reason.TOO_COMPLEX)
        self.to_skip = 0
        self.stack.append(self.state)
        self.state = replace(self.state)
        self._pass_on(b"{")

    def _close(self) -> None:
        if not self.stack:
            raise RefusedError(Reason.DAMAGED)
        self.to_skip = 0
        left, self.state = self.state, self.stack.pop()
        if left.inside != self.state.inside:
            self._end(left.inside)
        if not self.state.inside:
            self.output += b"}"
        if left.is_ignored and not self.state.is_ignored and self.waiting:
            waiting, self.waiting = self.waiting, ""
            self._write(waiting)

    def _end(self, group: str) -> None:
        """What was collected in a group is put in its place."""
        if group in LABELS:
            self.label = " ".join(self.collected.pop(group, "").split())
        elif group == "sv" and self.collected.get("sn") == "wzDescription":
            self.collected["description"] = self.collected.get("sv", "")
        elif group == "pict":
            address = f"picture-{len(self.pictures)}"
            digits = re.sub(r"[^0-9a-fA-F]", "", self.collected.pop("pict", ""))
            self.pictures[address] = self.raw or bytes.fromhex(digits[: len(digits) // 2 * 2])
            self.raw = b""
            mark = picture_mark(address, self.collected.pop("description", ""))
            if self.state.is_ignored:
                self.waiting += mark
            else:
                self._text(mark)

    def _word(self, word: str, number: int | None) -> None:
        starred, self.is_starred = self.is_starred, False
        if word == "u" and number is not None:
            self._unicode(number % 65536)
            return
        self._note(word, number)
        if (
            word in LABELS
            or word in DROPPED
            or word == "pict"
            or (word in {"sn", "sv"} and self.state.inside)
        ):
            self.state.inside = word
            self.collected[word] = ""
        elif word in SIGNS and self.state.inside:
            self._text(SIGNS[word])
        elif word not in {"uc", "ls", "shppict"}:  # Unicode and lists are written in another way
            self.state.is_ignored |= starred
            self._pass_on(rb"\*" * starred + f"\\{word}{'' if number is None else number} ".encode())

    def _note(self, word: str, number: int | None) -> None:
        """What a word says about the text that follows."""
        if number != 0 and word in REMARKS:
            self.remarks.add(REMARKS[word])
        elif HEADERS.fullmatch(word):
            self.remarks.add(Remark.HEADERS)
        if word in SETTINGS:
            name, value = SETTINGS[word]
            setattr(self.state, name, value(number))
        elif word == "fcharset":
            known = "" if number == SYMBOLS else self.code_page
            self.fonts[self.state.font] = CHARACTER_SETS.get(number or 0, known)
        elif word == "ansicpg" or word in CODE_PAGES:
            self.code_page = CODE_PAGES.get(word) or _codec(number)
        elif word == "par":
            self.label = ""

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.is_starred = True
        elif sign in b"\\{}":
            self._bytes(sign)
        elif sign in b"~-_|:\r\n":
            self._pass_on(b"\\" + sign)

    def _bytes(self, text: bytes) -> None:
        """Letters in the code page of their font."""
        skipped, self.to_skip = self.to_skip, max(0, self.to_skip - len(text))
        text = text[skipped:]
        code_page = self.fonts.get(self.state.font, self.code_page)
        if code_page:
            self._text(text.decode(code_page, "replace"))
        elif self.state.inside:
            self._text(text.decode("latin-1"))
        else:  # a font of symbols
            self._write_raw(b"".join(b"\\'%02x" % byte for byte in text))

    def _unicode(self, code: int) -> None:
        self.to_skip = self.state.skipped
        if 0xD800 <= code < 0xDC00:
            self.high_half = code
            return
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((self.high_half & 0x3FF) << 10) + (code & 0x3FF)
        self._text(chr(code))

    def _text(self, text: str) -> None:
        if self.state.inside:
            if self.state.inside not in DROPPED:
                self.collected[self.state.inside] = self.collected.get(self.state.inside, "") + text
        elif text and not self.state.is_deleted:
            if self.label and text.strip() and not self.state.is_ignored:
                text, self.label = label_mark(self.state.level, self.label) + text, ""
            self._write(text)

    def _write(self, text: str) -> None:
        """Pandoc reads letters as they are, in UTF-8."""
        self._write_raw(RESERVED.sub(r"\\\g<0>", text).encode("utf-8", "replace"))

    def _write_raw(self, rich: bytes) -> None:
        if not self.state.is_deleted:
            self.output += rich

    def _pass_on(self, rich: bytes) -> None:
        if not self.state.inside:
            self.output += rich


def _codec(page: int | None) -> str:
    """The code page of that number, if there is one."""
    try:
        return codecs.lookup(f"cp{page}").name
    except LookupError:
        return WINDOWS


def prepare_rich_text(content: bytes) -> Prepared:
    """Rich text that pandoc reads without loss."""
    return RichText(content).read()
