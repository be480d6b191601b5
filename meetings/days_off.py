"""Public holidays and school holidays in North Rhine-Westphalia, by the data of the `holidays` package."""

from datetime import date
from functools import lru_cache

FIRST_SCHOOL_YEAR = 2024  # the package knows none before


def holiday_name(day: date) -> str | None:
    """The German name of a public holiday in North Rhine-Westphalia."""
    return _public_holidays(day.year).get(day)


def school_holiday_name(day: date) -> str | None:
    """The German name of the school holidays in North Rhine-Westphalia that a day lies in, as far as known."""
    return _school_holidays().get(day)


def school_holidays_end() -> date:
    """The last day of the last known school holidays; of later days nobody can say whether they are free."""
    return max(_school_holidays())


@lru_cache(maxsize=16)
def _public_holidays(year: int) -> dict[date, str]:
    import holidays

    return dict(holidays.country_holidays("DE", subdiv="NW", years=year, language="de").items())


@lru_cache(maxsize=1)
def _school_holidays() -> dict[date, str]:
    import holidays

    known: dict[date, str] = {}
    year = FIRST_SCHOOL_YEAR
    while found := holidays.country_holidays(
        "DE", subdiv="NW", categories=("school",), years=year, language="de"
    ):
        known |= dict(found.items())
        year += 1
    return known
