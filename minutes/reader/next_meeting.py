"""The day of the next meeting, where the minutes name it."""

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from minutes.reader.dates import find_dates
from minutes.reader.lines import Line

NEXT = re.compile(
    r"\b(?:nächste[rsn]?|kommende[rsn]?|folgende[rsn]?)\s+(?:[\w-]+\s+){0,3}?"
    r"[\w-]*(?:sitzung|treffen|termin|plenum|versammlung|stammtisch|runde|besprechung)\b",
    re.IGNORECASE,
)
SET = re.compile(r"\b(?:für|auf)\b[^.;]{0,30}$", re.IGNORECASE)
CALLED_OFF = re.compile(r"\W*(?:ent)?fällt\b", re.IGNORECASE)
LINES_BELOW = 2
LABEL_LENGTH = 30


def next_meeting_of(body: Sequence[Line], day: dt.date | None) -> dt.date | None:
    """The last day behind "Nächste Sitzung", in its line or just below, that comes after the meeting."""
    if day is None:
        return None
    for position in reversed(range(len(body))):
        found = NEXT.search(body[position].text[:600])
        if not found:
            continue
        told = " ".join(line.text[:200] for line in body[position + 1 : position + 1 + LINES_BELOW])
        text = body[position].text[found.end() : 600]
        for words in (text, told if len(text) < LABEL_LENGTH else ""):
            if later := days_after(words, day):
                return later[0]
    return None


def days_after(text: str, day: dt.date) -> list[dt.date]:
    """The days in `text` that come after `day` and are not called off; one that is set ("für den …") first."""
    dates = [*find_dates(text, day), (len(text), dt.date.min)]
    later = [
        (not SET.search(text[:position]), date)
        for (position, date), (end, _) in pairwise(dates)
        if date > day and not CALLED_OFF.search(text[position:end])
    ]
    return [date for _, date in sorted(later, key=lambda each: each[0])]
