"""Where people sign, are addressed or called by a nickname: "gez.", "Mit freundlichen Grüßen", "bearbeitet von:"."""

import re

from portal.textguard.german import is_acronym, is_function_word
from portal.textguard.passage import Passage
from portal.textguard.vocabulary import (
    Standing,
    is_english,
    is_office,
    is_place,
    is_role,
    may_be_surname,
    standing,
)

_SIGNED = re.compile(r"(?:(?<!\w)gez\.|(?<!\w)i\. ?[AV]\.|z\. ?Hd\.|(?<!\w)c/o)[ \t\n]{1,2}$")
_GREETED = re.compile(
    r"(?:(?i:mit \w{4,12}en grüßen|\w{4,12} grüße|grüße|gruß|hochachtungsvoll|(?<!\w)mfg|(?<![^\n])(?:lg|vg))"
    r"(?: aus [A-ZÄÖÜ]\w+)?[,!]?\s{1,4}(?:i\. ?[AV]\.\s{1,2})?)$"
)
_ADDRESSED = re.compile(r"(?<!\w)(?:Liebe|Lieber|Hallo|Hi|Moin|Guten Morgen|Guten Tag),? $")
_DONE_BY = re.compile(
    r"(?<!\w)(?i:bearbeitet|erstellt|verfasst|geprüft|unterschrieben|gezeichnet|aufgenommen|gefertigt|protokolliert|übersetzt"
    r"|gedolmetscht|vorgelegt|eingereicht) (?:von|durch): ?$"
)
_NICKNAMED = re.compile(r"(?<!\w)(?:nur|auch|einfach|immer|stets|meist|kurz|liebevoll|oft) $")


def is_signed(passage: Passage, index: int) -> bool:
    """Whether the word is signed ("gez.", "Mit freundlichen Grüßen"), addressed ("Liebe …,") or a nickname."""
    word = passage.words[index]
    if is_function_word(word.text) or is_office(word.text) or is_role(word.text):
        return False
    if _SIGNED.search(passage.left(word.start, 8)):
        return True
    if _GREETED.search(passage.text[max(0, word.start - 60) : word.start]):
        return len(word.text) == 1 or not (is_acronym(word.text) or is_place(word.text))
    if _NICKNAMED.search(passage.left(word.start, 20)):
        return passage.right(word.end, 8) == " genannt" and not is_english(word.text)
    if _DONE_BY.search(passage.left(word.start, 24)):
        return passage.right(word.end, 2)[:1] in {"", ",", "\n", "(", "."} and not is_place(word.text)
    addressed = _ADDRESSED.search(passage.left(word.start, 20)) and passage.right(word.end, 1) in {",", "!"}
    return bool(addressed) and (standing(word.text) > Standing.ORDINARY or may_be_surname(word.text))
