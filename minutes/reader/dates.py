"""Dates and times of day as German minutes write them."""

import re
from datetime import date, timedelta

MONTHS = (
    "januar|jänner|jan",
    "februar|feb",
    "märz|mär|mrz",
    "april|apr",
    "mai",
    "juni|jun",
    "juli|jul",
    "august|aug",
    "september|sept|sep",
    "oktober|okt",
    "november|nov",
    "dezember|dez",
)
MONTH_NUMBER = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split("|")}
WEEKDAYS = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
WEEKDAY = re.compile(r"\b(" + "|".join((*WEEKDAYS, "sonnabend")) + r")s?\b", re.IGNORECASE)
MONTH = "|".join(sorted(MONTH_NUMBER, key=len, reverse=True))
ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_./])(\d\d)\2(\d\d)(?!\d)")
DASHED = re.compile(r"(?<!\d)(\d{1,2})[-/](\d{1,2})[-/]((?:19|20)\d\d)(?!\d)")
COMPACT = re.compile(r"(?<!\d)((?:19|20)?\d\d)([01]\d)([0-3]\d)(?!\d)")
NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})\. ?(\d{1,2})\.(?: ?((?:19|20)\d\d|\d\d)(?![\d:.]\d|\d))?")
WRITTEN = re.compile(rf"(?<!\d)(\d{{1,2}})\. ?({MONTH})\b\.?(?: ?((?:19|20)\d\d))?", re.IGNORECASE)
END_OF = re.compile(rf"\bbis (?:\w+ )?Ende (?:des )?({MONTH})\b", re.IGNORECASE)
TIME = re.compile(
    r"(?<![\d.:])([01]?\d|2[0-4]):([0-5]\d)(?!\d)|(?<![\d.:])([01]?\d|2[0-4])\.([0-5]\d) ?(?:Uhr|h)\b|"
    r"(?<![\d.:])([01]?\d|2[0-4]) ?Uhr\b(?! ?\d)"
)


def made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def year_of(written: str | None, near: date | None) -> int | None:
    """The year as written ("18" is 2018), else that of `near`."""
    if written:
        return int(written) if len(written) == 4 else 2000 + int(written)
    return near.year if near else None


def find_dates(text: str, near: date | None = None) -> list[tuple[int, date]]:
    """Dates in `text` with their positions; one without a year is the closest to `near`, or left out."""
    found: list[tuple[int, date | None]] = []
    found += [(m.start(), made(int(m[1]), int(m[3]), int(m[4]))) for m in ISO.finditer(text)]
    for pattern in (NUMERIC, DASHED, WRITTEN):
        for match in pattern.finditer(text):
            month = MONTH_NUMBER[match[2].lower()] if pattern is WRITTEN else int(match[2])
            year = year_of(match[3], near)
            day = made(year, month, int(match[1])) if year else None
            if day and near and not match[3]:
                day = nearest_year(day, near)
            found.append((match.start(), day))
    return sorted((position, day) for position, day in found if day)


def date_in_name(stem: str) -> date | None:
    """The date in the name of a file, with or without signs: "2027-05-04", "20270504", "270504"."""
    for _, day in find_dates(stem):
        return day
    found = COMPACT.match(stem)
    return made(year_of(found[1], None) or 0, int(found[2]), int(found[3])) if found else None


def end_of_month(text: str, near: date) -> date | None:
    """The last day of the month in "bis Ende Mai", in the year that brings it closest to `near`."""
    found = END_OF.search(text)
    if not found:
        return None
    month = MONTH_NUMBER[found[1].lower()]
    ends = (date(year + month // 12, month % 12 + 1, 1) for year in (near.year - 1, near.year, near.year + 1))
    return min((end - timedelta(days=1) for end in ends), key=lambda each: abs(each - near))


def nearest_year(day: date, near: date) -> date:
    """That day and month in the year that brings it closest to `near` (minutes of December name January)."""
    years = (made(year, day.month, day.day) for year in (near.year - 1, near.year, near.year + 1))
    return min((each for each in years if each), key=lambda each: abs(each - near))


def find_times(text: str) -> list[str]:
    """Times of day in `text` as HH:MM."""
    return [f"{int(m[1] or m[3] or m[5]):02d}:{m[2] or m[4] or '00'}" for m in TIME.finditer(text)]


def weekday_of(text: str) -> int | None:
    """The first weekday named in `text`, Monday is 0."""
    found = WEEKDAY.search(text)
    if not found:
        return None
    name = found[1].lower()
    return 5 if name == "sonnabend" else WEEKDAYS.index(name)


def next_weekday(weekday: int, after: date) -> date:
    """The first such weekday after `after`."""
    return after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)
