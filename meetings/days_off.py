"""Public holidays and school holidays in North Rhine-Westphalia, by the data of the `holidays` package."""

from datetime import date
from functools import lru_cache

from flask_babel import get_locale

GERMAN = "de"
FIRST_SCHOOL_YEAR = 2024  # the package knows none before


def holiday_name(day: date) -> str | None:
    """The name of a public holiday in North Rhine-Westphalia, in the reader's language."""
    return _public_holidays(day.year, _language()).get(day)


def school_holiday_name(day: date) -> str | None:
    """The name of the school holidays in North Rhine-Westphalia that a day lies in, as far as known."""
    return _school_holidays(_language()).get(day)


def school_holidays_end() -> date:
    """The last day of the last known school holidays; of later days nobody can say whether they are free."""
    return max(_school_holidays(GERMAN))


def _language() -> str:
    """The package's name for the reader's language."""
    return "en_US" if str(get_locale()) == "en" else GERMAN


@lru_cache(maxsize=32)
def _public_holidays(year: int, language: str) -> dict[date, str]:
    import holidays

    return dict(holidays.country_holidays("DE", subdiv="NW", years=year, language=language).items())


@lru_cache(maxsize=2)
def _school_holidays(language: str) -> dict[date, str]:
    import holidays

    known: dict[date, str] = {}
    year = FIRST_SCHOOL_YEAR
    while found := holidays.country_holidays(
        "DE", subdiv="NW", categories=("school",), years=year, language=language
    ):
        known |= dict(found.items())
        year += 1
    return known
