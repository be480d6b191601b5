"""Reading a name out of a row of words, and the words proposed instead of it."""

import re
from dataclasses import dataclass

from portal.textguard.passage import Passage
from portal.textguard.vocabulary import is_acronym, is_function_word, is_ordinary, is_place, word_list

_MOST_PARTS = 6
_FULL_LINE = 40
_SPACE = re.compile(r" {1,2}| ?\n {0,8}")
_AFTER_INITIAL = re.compile(r"\.[ \t]?|\.\n")
# "Selam W. hat" and "Omar K., der" go on after the point; "Niveau B. Die" does not.
_GOES_ON = re.compile(r"\.(?: ?[a-zäöü(]|[,;:)]|$)")
_PHRASE_ENDS = re.compile(r"[,;)]| ?\(|\n| (?:und|oder|sowie) |\.(?:\s|$)|$")
_PARTICLES = word_list("particles")
_DATIVE = word_list("dative_prepositions")
_SENTENCE_STARTS = re.compile(r"[.!?][\"”“)]?\s|\n\n|\n[ \t]*[-*•]")


@dataclass(frozen=True, slots=True)
class Name:
    """Words `first` to `last` (inclusive) of a passage that read as one name."""

    first: int
    last: int


def is_name_word(word: str) -> bool:
    """Whether a capitalised word is none that German prose uses, hence perhaps a name."""
    return len(word) > 1 and word[0].isupper() and not is_ordinary(word)


def joined(passage: Passage, index: int) -> bool:
    """Whether only a space, or the end of a full line, parts word `index` from the next."""
    gap = passage.gap(index)
    if not _SPACE.fullmatch(gap):
        return False
    end = passage.words[index].end
    # A short line is an item of a list, and the next one begins anew.
    return "\n" not in gap or "\n" not in passage.text[max(0, end - _FULL_LINE) : end]


def read_name(passage: Passage, first: int, *, certain: bool = False, announced: bool = True) -> Name | None:
    """Read the name that begins at word `first`.

    Where a name is `certain`, its first word may be any noun; where it is `announced`, its last one may.
    """
    words = passage.words
    if first >= len(words):
        return None
    word = words[first].text
    if _is_initial(passage, first):
        surname = first + 1
        begins = surname < len(words) and is_name_word(words[surname].text)
    elif certain:
        # "Herr Lang" and "Frau Klein", but not "HERR UND FRAU".
        begins = len(word) > 1 and word[0].isupper() and not (word.isupper() and is_function_word(word))
    else:
        begins = is_name_word(word)
    if not begins and not ((certain or word[0].isupper()) and _leads_name(passage, first)):
        return None
    last = _last_part(passage, first)
    return Name(first, last + (announced and last == first and _is_plain_surname(passage, last)))


def instead(passage: Passage, start: int, name: Name) -> str:
    """Words that fit between word `start` and the end of `name`: "die Person", "der Person" or "deren"."""
    last = passage.words[name.last]
    before = passage.words[start - 1].text if start and joined(passage, start - 1) else ""
    genitive = last.text[-1] == "s" and not is_place(last.text)
    if genitive and _owns(passage, name.last):
        phrase = "deren"
    elif before.lower() in _DATIVE or (genitive and before[:1].isupper() and not is_function_word(before)):
        phrase = "der Person"
    else:
        phrase = "die Person"
    if _SENTENCE_STARTS.search(passage.gap(start - 1)):
        return phrase[0].upper() + phrase[1:]
    return phrase


def _owns(passage: Passage, last: int) -> bool:
    """Whether the thing owned follows the genitive: "Okonkwos Anwältin"."""
    if last + 1 >= len(passage.words) or not joined(passage, last):
        return False
    noun = passage.words[last + 1].text
    return noun[0].isupper() and is_ordinary(noun) and not is_acronym(noun)


def _is_initial(passage: Passage, index: int) -> bool:
    word = passage.words[index].text
    return len(word) == 1 and word.isupper() and bool(_AFTER_INITIAL.fullmatch(passage.gap(index)))


def _is_plain_surname(passage: Passage, first: int) -> bool:
    """Whether a German noun ends both name and phrase: "Rosa Engel, ledig"."""
    surname = first + 1
    if (
        surname >= len(passage.words)
        or not joined(passage, first)
        or not is_name_word(passage.words[first].text)
    ):
        return False
    word = passage.words[surname].text
    if not word[0].isupper() or len(word) < 3 or is_function_word(word) or is_acronym(word):
        return False
    return bool(_PHRASE_ENDS.match(passage.right(passage.words[surname].end, 7)))


def _leads_name(passage: Passage, index: int) -> bool:
    """Whether word `index` is a particle ("El", "von") before a name."""
    following = index + 1
    return (
        passage.words[index].text.lower() in _PARTICLES
        and following < len(passage.words)
        and joined(passage, index)
        and is_name_word(passage.words[following].text)
    )


def _last_part(passage: Passage, first: int) -> int:
    last = first
    while last + 1 < len(passage.words) and last - first < _MOST_PARTS:
        if not joined(passage, last) and not _is_initial(passage, last):
            break
        if not _continues(passage, last + 1):
            break
        last += 1
    return last


def _continues(passage: Passage, index: int) -> bool:
    word = passage.words[index]
    if len(word.text) == 1 and word.text.isupper():
        return bool(_GOES_ON.match(passage.right(word.end, 4))) or _leads_surname(passage, index)
    return is_name_word(word.text) or _leads_name(passage, index) or _is_middle_name(passage, index)


def _is_middle_name(passage: Passage, index: int) -> bool:
    """Whether another part follows a word that is also a noun: "Thu Mai Tran"."""
    following = index + 1
    return (
        passage.words[index].capitalised
        and following < len(passage.words)
        and joined(passage, index)
        and is_name_word(passage.words[following].text)
    )


def _leads_surname(passage: Passage, index: int) -> bool:
    following = index + 1
    return (
        _is_initial(passage, index)
        and following < len(passage.words)
        and is_name_word(passage.words[following].text)
    )
