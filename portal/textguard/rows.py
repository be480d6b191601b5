"""Enumerations say what their items are: in "Idlib, Afrin und Raqqa" the places explain the others."""

import enum
import re

from portal.textguard.german import is_function_word
from portal.textguard.name_reading import Name
from portal.textguard.passage import Passage, joined
from portal.textguard.vocabulary import is_institution, is_people_or_language, is_place

TOWARDS = frozenset({"in", "aus", "nach", "bis", "richtung", "ab", "über"})
"""Prepositions behind which places stand."""
_AND = frozenset({"und", "oder", "sowie", "bis", "noch"})
_GAP = re.compile(r",[ \n]|/| [–-] ")
_MOST_LISTED = 12


class Row(enum.Enum):
    """What the items of an enumeration are."""

    PLACES = enum.auto()
    LANGUAGES = enum.auto()
    """Languages, peoples, or what else stands behind a word such as "Volksgruppen"."""
    UNTOLD = enum.auto()


def row_of(passage: Passage, name: Name) -> Row:
    """What the other items of the enumeration say of `name`."""
    index = name.first
    for _item in range(_MOST_LISTED):
        item = _item_before(passage, index)
        if item is None:
            break
        told = _told_by(passage.words[item].text)
        if told is not Row.UNTOLD:
            return told
        index = _begin(passage, item)
    before = _word_before(passage, index)
    if before in {"von", "Von"} and _word_behind(passage, name.last) in {"über", "nach", "bis"}:
        return Row.PLACES
    # What is told about somebody follows "über", too.
    if before.lower() in TOWARDS | {"zwischen"} and (before.lower() != "über" or index < name.first):
        return Row.PLACES
    if index < name.first and before[:1].isupper() and is_institution(before):
        return Row.LANGUAGES
    return _told_behind(passage, name.last)


def _told_by(word: str) -> Row:
    if is_place(word):
        return Row.PLACES
    return Row.LANGUAGES if is_people_or_language(word) else Row.UNTOLD


def _item_before(passage: Passage, index: int) -> int | None:
    """The last word of the item before the one that begins with word `index`."""
    before = index - 1
    if before > 0 and passage.words[before].text in _AND and joined(passage, before):
        before -= 1
    elif not _GAP.fullmatch(passage.gap(before)):
        return None
    return before if before >= 0 and passage.words[before].capitalised else None


def _begin(passage: Passage, index: int) -> int:
    """The first word of the item that ends with word `index`."""
    while (before := _word_before(passage, index))[:1].isupper() and not is_function_word(before):
        if is_institution(before):
            break
        index -= 1
    return index


def _told_behind(passage: Passage, last: int) -> Row:
    for _item in range(_MOST_LISTED):
        following = last + 1
        if following < len(passage.words) and passage.words[following].text in _AND and joined(passage, last):
            following += 1
        elif not _GAP.fullmatch(passage.gap(last)):
            break
        if following >= len(passage.words) or not passage.words[following].capitalised:
            break
        if is_people_or_language(passage.words[following].text):
            return Row.LANGUAGES
        last = following
    return Row.UNTOLD


def _word_behind(passage: Passage, index: int) -> str:
    following = index + 1
    return passage.words[following].text if following < len(passage.words) and joined(passage, index) else ""


def _word_before(passage: Passage, index: int) -> str:
    return passage.words[index - 1].text if index and joined(passage, index - 1) else ""
