"""What a document has already said: a name that was found once is found wherever it stands again."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.german import is_acronym, is_determiner, is_function_word, is_inflected, word_list
from portal.textguard.name_reading import Name, instead
from portal.textguard.passage import Passage, joined
from portal.textguard.vocabulary import Standing, is_place, is_role, may_be_surname, standing

_PART = re.compile(r"[^\W\d_]{3,}(?:['-][^\W\d_]+)*")


@dataclass(slots=True)
class Memory:
    """Parts of the names that were found in the texts of one document, in lower case."""

    certain: set[str] = field(default_factory=set)
    """Parts that are no German words: they are names in any spelling."""
    doubtful: set[str] = field(default_factory=set)
    """Parts that are German words, too: capitals and the want of an article decide."""

    heard: set[str] = field(default_factory=set)
    """All parts that were looked at."""

    def learn(self, candidates: Iterable[Candidate]) -> None:
        """Keep the names among `candidates` that would stop a release."""
        for candidate in candidates:
            if candidate.kind is not Kind.PERSON or candidate.severity is Severity.LOW:
                continue
            for part in set(_PART.findall(candidate.name)) - self.heard:
                self.heard.add(part)
                self._keep(part)

    def _keep(self, part: str) -> None:
        lower = part.lower()
        if is_determiner(lower) or is_role(lower) or is_place(lower) or lower in word_list("particles"):
            return
        if standing(part) >= Standing.UNKNOWN:
            self.certain |= {lower, lower.removesuffix("s")} if len(lower) > 4 else {lower}
        elif not is_acronym(part) and (may_be_surname(part) or not is_function_word(lower)):
            self.doubtful |= {lower}

    def find(self, passage: Passage) -> Iterator[Candidate]:
        """Yield the places where a remembered name stands again, genitive and lower case included."""
        for index, word in enumerate(passage.words):
            if self._remembers(passage, index):
                words = instead(passage, index, Name(index, index))
                yield Candidate(Kind.PERSON, Severity.MEDIUM, word.start, word.end, words, word.text)

    def _remembers(self, passage: Passage, index: int) -> bool:
        text = passage.words[index].text
        lower = text.lower()
        if lower in self.certain or (lower.endswith("s") and lower[:-1] in self.certain):
            return True
        if not text[0].isupper() or not {lower, lower.removesuffix("s")} & self.doubtful:
            return False
        before = passage.words[index - 1].text if index and joined(passage, index - 1) else ""
        determined = is_determiner(before) or is_inflected(before)
        return not determined and not (passage.opens_sentence(index) and _is_small(text))


def _is_small(word: str) -> bool:
    """Whether a capital at the beginning of a sentence has another reason than a name."""
    return standing(word.lower()) is Standing.ORDINARY
