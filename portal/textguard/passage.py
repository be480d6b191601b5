"""A text as the detectors see it: normalised, placeholders blanked, split into words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from portal.textguard.findings import PLACEHOLDERS, Candidate

# Stands for a placeholder: no letter, no digit, no space, so that no pattern reads across it.
BLANK = "\ufffc"

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_OWN_WORDS = "|".join(re.escape(words.strip("[]")) for words in PLACEHOLDERS.values())
_PLACEHOLDER = re.compile(
    rf"\[(?:{_OWN_WORDS}|(?:Vor|Nach|Familien)?Name[ns]?|Person(?:en)?|Initialen|Geburts(?:jahr|tag|ort)|Datum"
    r"|Alter|Adresse|(?:Wohno|O)rt|Stra(?:ß|ss)e|Telefon|E-Mail|Nummer|Beruf|Staatsangehörigkeit"
    r"|anonymisiert|geschwärzt|entfernt|gelöscht|…|\.{3})"
    r"(?: (?:\w{1,2}|\d{3,5}|entfernt|gelöscht|geschwärzt|geändert|anonymisiert|unkenntlich|bekannt))?\]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:;\n–—•|>*#\"„“(]")

_SHORT_LINE = 12
_FULL_LINE = 40
_SPACE = re.compile(r" {1,2}| ?\n {0,8}")
_OWN_ARTICLE = re.compile(r"(?:al|el|ad|as|ar|an|at|ul|abu|ibn|bin|ben|van|von|de|di|da)[-'][A-ZÀ-Þ]")


def is_capitalised(word: str) -> bool:
    """Whether `word` begins with a capital, perhaps behind a small article of its own: "al-Masri"."""
    return word[:1].isupper() or bool(_OWN_ARTICLE.match(word))


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters; hyphens and apostrophes inside belong to it."""

    text: str
    start: int
    end: int

    @property
    def capitalised(self) -> bool:
        """Whether the word begins with a capital, perhaps behind a small article of its own: "al-Masri"."""
        return is_capitalised(self.text)


@dataclass(slots=True)
class Passage:
    """Normalised text; positions in it count characters of the view."""

    text: str
    words: list[Word] = field(init=False)
    _lines_with_capitals: dict[int, bool] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.text = _PLACEHOLDER.sub(lambda found: BLANK * len(found[0]), self.text)
        self.words = [Word(found[0], *found.span()) for found in _WORD.finditer(self.text)]

    def left(self, position: int, width: int = 70) -> str:
        """Up to `width` characters before `position`, not across a placeholder or an empty line."""
        window = self.text[max(0, position - width) : position]
        return window[max(window.rfind(BLANK), window.rfind("\n\n")) + 1 :]

    def right(self, position: int, width: int = 50) -> str:
        """Up to `width` characters from `position` on, not across a placeholder or an empty line."""
        window = self.text[position : position + width]
        return window.partition(BLANK)[0].partition("\n\n")[0]

    def gap(self, index: int) -> str:
        """What stands between word `index` and the next one; an empty line at either end."""
        if 0 <= index < len(self.words) - 1:
            return self.text[self.words[index].end : self.words[index + 1].start]
        return "\n\n"

    def opens_sentence(self, index: int) -> bool:
        """Whether word `index` is the first of a sentence, line, list item, quotation or bracket."""
        return bool(_SENTENCE_END.search(self.gap(index - 1)))

    def has_capitals(self, index: int) -> bool:
        """Whether the line of word `index` has a capital behind its beginning, as German with its nouns has."""
        start = self.text.rfind("\n", 0, self.words[index].start) + 1
        if start not in self._lines_with_capitals:  # each line is read once, however long it is
            end = self.text.find("\n", start)
            line = self.text[start : end if end > 0 else None]
            self._lines_with_capitals[start] = line != line.lower() or len(line) < _SHORT_LINE
        return self._lines_with_capitals[start]


def joined(passage: Passage, index: int) -> bool:
    """Whether only a space, or the end of a full line, parts word `index` from the next."""
    gap = passage.gap(index)
    if not _SPACE.fullmatch(gap):
        return False
    end = passage.words[index].end
    # A short line is an item of a list, and the next one begins anew.
    return "\n" not in gap or (end >= _FULL_LINE and "\n" not in passage.text[end - _FULL_LINE : end])


Detector = Callable[[Passage], Iterator[Candidate]]
