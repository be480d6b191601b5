"""The view in which detectors search: composed letters, plain spaces and digits, nothing invisible.

People paste from PDF files, web pages and telephones. The view folds what looks the same into what is the
same, and keeps for each character the place it came from, so that findings point into the stored text.
"""

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# A base with more than a few marks is no letter; the limit keeps unicodedata's sorting of marks cheap.
_ODD = re.compile(
    rf"[^\n\r{_MARKS}][{_MARKS}]{{1,8}}"
    r"|(?<=[a-zäöüß])[-\u00ad\u2010][ \t]{0,8}\r?\n[ \t]{0,8}(?=[a-zäöüß])"
    r"|\r\n|[^\n\t -~ÄÖÜäöüß§–„“…]"
)
_FOLD = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u02bc\u02b9\u00b4`\u2032", "'")
    | dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n")
)
_LAYOUT_VARIANTS = {"<wide>", "<narrow>", "<font>", "<compat>", "<circle>"}
_INVISIBLE = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0"}


@dataclass(frozen=True, slots=True)
class View:
    """Normalised text with, for each character, start and end of its origin in the text as given."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Place in the given text of the view's characters `start` to `end` (exclusive, not empty)."""
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> View:
    """Compose, unfold and clean any string, lone surrogates included."""
    parts: list[str] = []
    starts, ends = array("q"), array("q")
    position = 0
    for odd in _ODD.finditer(text):
        start, end = odd.span()
        parts.append(text[position:start])
        starts.extend(range(position, start))
        ends.extend(range(position + 1, start + 1))
        folded = _fold(odd[0])
        parts.append(folded)
        starts.extend([start] * len(folded))
        ends.extend([end] * len(folded))
        position = end
    parts.append(text[position:])
    starts.extend(range(position, len(text)))
    ends.extend(range(position + 1, len(text) + 1))
    return View("".join(parts), starts, ends)


def _fold(odd: str) -> str:
    if "\n" in odd:
        # Either "\r\n" or a word divided at the end of a line.
        return "\n" if odd == "\r\n" else ""
    if len(odd) > 1:
        return "".join(_fold_one(char) for char in unicodedata.normalize("NFC", odd))
    return _fold_one(odd)


def _fold_one(char: str) -> str:
    folded = char.translate(_FOLD)
    if folded != char:
        return folded
    category = unicodedata.category(char)
    if char in _INVISIBLE or (category in {"Cc", "Cf", "Mn", "Me"} and char not in "\t\n"):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Zs":
        return " "
    # Superscripts and fractions stay: a footnote's figure is no part of the word before it.
    if unicodedata.decomposition(char).partition(" ")[0] in _LAYOUT_VARIANTS:
        return unicodedata.normalize("NFKC", char)
    return char
