"""A word and what stands beside it in its sentence."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from portal.textguard.name_reading import Name, spelling
from portal.textguard.passage import Passage, joined
from portal.textguard.rows import Row, row_of
from portal.textguard.tagging import tags

_SENTENCE_BREAK = re.compile(r"[.!?;:\n\ufffc•|]")
MOST_WORDS = 40
"""Longer sentences are looked at in part."""


@lru_cache(maxsize=2_048)
def _tagged(words: tuple[str, ...]) -> list[str]:
    return tags(words)


@dataclass(slots=True)
class Surroundings:
    """The surroundings of word `index` of a passage."""

    passage: Passage
    index: int
    text: str = field(init=False)
    before: str = field(init=False)
    after: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = spelling(self.passage, self.index)
        self.before, self.after = self.word(-1), self.word(1)

    def word(self, step: int) -> str:
        """The word `step` places further, if only spaces part them."""
        places = range(self.index, self.index + step) if step > 0 else range(self.index + step, self.index)
        last = self.index + step
        if not 0 <= last < len(self.passage.words) or not all(
            joined(self.passage, place) for place in places
        ):
            return ""
        return spelling(self.passage, last)

    def opens(self) -> bool:
        """Whether the word is the first of its sentence, line or bracket."""
        return self.passage.opens_sentence(self.index)

    def opens_at(self, step: int) -> bool:
        """Whether the word `step` places further opens a sentence."""
        return self.index + step >= 0 and self.passage.opens_sentence(self.index + step)

    def ends_after(self) -> bool:
        """Whether the phrase ends behind the word after this one."""
        return self.index + 2 >= len(self.passage.words) or not joined(self.passage, self.index + 1)

    def last_of_clause(self) -> str:
        """The last word of the clause."""
        last = ""
        for place in range(self.index + 1, min(len(self.passage.words), self.index + MOST_WORDS)):
            last = self.passage.words[place].text
            if not joined(self.passage, place):
                break
        return last

    def neighbours(self) -> list[str]:
        """What is enumerated with the word, one on either side."""
        found = []
        words, index = self.passage.words, self.index
        if self.before in {"und", "oder", "sowie"}:
            found.append(self.word(-2))
        elif index and self.passage.gap(index - 1) in {", ", "/", " / "}:
            found.append(words[index - 1].text)
        if self.after in {"und", "oder", "sowie"}:
            found.append(self.word(2))
        elif index + 1 < len(words) and self.passage.gap(index) in {", ", "/", " / "}:
            found.append(words[index + 1].text)
        return [word for word in found if word[:1].isupper()]

    def is_in_row(self) -> bool:
        """Whether the word is enumerated with places, peoples or languages."""
        return row_of(self.passage, Name(self.index, self.index)) is not Row.UNTOLD

    def tag(self, step: int) -> str:
        """What the tagger says of the word `step` places further in the same sentence."""
        first = last = self.index
        words = self.passage.words
        while first > max(0, self.index - MOST_WORDS) and not _SENTENCE_BREAK.search(
            self.passage.gap(first - 1)
        ):
            first -= 1
        end = min(len(words), self.index + MOST_WORDS)
        while last + 1 < end and not _SENTENCE_BREAK.search(self.passage.gap(last)):
            last += 1
        place = self.index + step
        if not first <= place <= last:
            return ""
        return _tagged(tuple(word.text for word in words[first : last + 1]))[place - first]
