"""The machine for numbers: a shape, the words it must follow, and what it must be."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.textguard.findings import Kind
from portal.textguard.passage import BLANK, Passage

_LONGEST_NUMBER = 60
# Between a key word and its number: no placeholder, no telephone, no new paragraph or sentence.
_BREAK = re.compile(rf"{BLANK}|;|\n\n|[.!?] [A-ZÄÖÜ][a-zäöü]|(?i:(?<!\w)(?:tel|mobil|handy|fax))")
_UNIT = re.compile(
    r"\s?(?:€|EUR|Euros?|Cent|Mio|Mrd|Tsd|Prozent|%|Uhr|Personen|Menschen|Einwohner\w*|Fällen?|Anträgen?|Stück|Seiten"
    r"|Tagen?|Wochen|Monaten?|Jahren?|Stunden|Plätzen?|Mitgliedern?|Haushalten?|Kilometer|km|qm|m²|Besucher\w*)(?!\w)"
)
_COUNTED = re.compile(
    r"(?i:€|eur|euro|kostenstelle|haushalts(?:stelle|titel|position)|sachkonto|finanzstelle|psp\S*|isbn|issn|doi"
    r"|drucksachen?|(?:rats)?vorlagen?|session|seite|rn\.?|bgbl\.?\S*|teilplan|(?:bestell|rechnungs|inventar)nummer)"
    r"(?: ist| lautet)?[ :]{0,3}(?:nr\.? ?)?[\d ./-]{0,20}$"
)
_YEARS = re.compile(r"(?:19|20)\d\d(?:\s?[-/–]?\s?(?:19|20)\d\d)*(?!\d)")
_SCHOOL_YEAR = re.compile(r"(?:19|20)(\d\d)[/-](\d\d)")
_MONTHS = re.compile(r"(?:0?[1-9]|1[0-2])/(?:19|20)\d\d\s?[-–]\s?(?:0?[1-9]|1[0-2])/(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A number's shape, the words it must follow (None: the shape tells enough) and what it must be."""

    kind: Kind
    shape: re.Pattern[str]
    key: re.Pattern[str] | None = None
    accepts: Callable[[str], bool] = bool
    reach: int = 45

    def find(self, passage: Passage) -> Iterator[tuple[int, int]]:
        """Yield start and end of each accepted number that is neither sum, count nor row of years."""
        for number in self._shaped(passage):
            if (
                self.accepts(number[0])
                and not is_years(number[0])
                and not is_counted(passage, *number.span())
            ):
                yield number.span()

    def _shaped(self, passage: Passage) -> Iterator[re.Match[str]]:
        if self.key is None:
            yield from self.shape.finditer(passage.text)
            return
        for key in self.key.finditer(passage.text):
            barrier = _BREAK.search(passage.text, key.end(), key.end() + self.reach)
            last = barrier.start() if barrier else key.end() + self.reach
            for number in self.shape.finditer(
                passage.text, key.end(), key.end() + self.reach + _LONGEST_NUMBER
            ):
                if number.start() <= last:
                    yield number


def digits(value: str) -> int:
    """How many figures `value` has."""
    return sum(map(str.isdigit, value))


def is_years(value: str) -> bool:
    """Whether `value` is a year, a row of years, a school year or a span of months."""
    school = _SCHOOL_YEAR.fullmatch(value)
    consecutive = school is not None and (int(school[1]) + 1) % 100 == int(school[2])
    return consecutive or bool(_YEARS.fullmatch(value) or _MONTHS.fullmatch(value))


def starts_like_years(value: str) -> bool:
    """Whether `value` begins with a year that stands apart."""
    return bool(_YEARS.match(value))


def is_counted(passage: Passage, start: int, end: int) -> bool:
    """Whether the number is a sum, a count, a budget line or the number of a public paper."""
    return bool(_UNIT.match(passage.right(end)) or _COUNTED.search(passage.left(start)))


def key_words(*words: str) -> re.Pattern[str]:
    """Pattern for the words a number follows, in any case."""
    return re.compile("|".join(words), re.IGNORECASE)
