"""The days of a recurrence rule (RFC 5545, section 3.3.10), within a window that bounds all work.

Libraries search on until the year 9999 for a rule that never comes true, such as the 30th of February; a file from
outside must not keep a request busy like that. Times of day are of no interest here: a day is blocked or it is not.
"""

import calendar
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

IGNORED = {"BYHOUR", "BYMINUTE", "BYSECOND", "RSCALE", "SKIP"}
KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
LONGEST_INTERVAL = 1000
A_DAY, A_WEEK = timedelta(days=1), timedelta(weeks=1)


class UnknownRecurrenceError(ValueError):
    """The rule has parts that are not read here."""


@dataclass(frozen=True)
class Recurrence:
    """A rule as it is read; weekdays are pairs of ordinal (0 for each one) and number (0 for Monday)."""

    frequency: str
    start: date
    interval: int = 1
    count: int | None = None
    until: date | None = None
    week_start: int = 0
    weekdays: Sequence[tuple[int, int]] = ()
    month_days: Sequence[int] = ()
    months: Sequence[int] = ()
    positions: Sequence[int] = ()

    def days(self, first: date, last: date) -> Iterator[date]:
        """The days of the rule from `first` to `last`, both inclusive, in their order."""
        # Only a counted rule must be gone through from its start.
        since = self.start if self.count is not None else max(self.start, first)
        last = min(last, self.until or last)
        counted = 0
        for period in PERIODS[self.frequency](self, since, last):
            for day in self._chosen(period):
                if day < self.start:
                    continue
                counted += 1
                if day > last or (self.count is not None and counted > self.count):
                    return
                if day >= first:
                    yield day

    def _chosen(self, days: list[date]) -> list[date]:
        if not self.positions:
            return days
        size = len(days)
        indices = {place - 1 if place > 0 else size + place for place in self.positions}
        return [day for index, day in enumerate(days) if index in indices]

    def yearly(self, since: date, last: date) -> Iterator[list[date]]:
        offset = -(-(since.year - self.start.year) // self.interval) * self.interval
        for year in range(self.start.year + max(0, offset - self.interval), last.year + 1, self.interval):
            if self.weekdays and not self.months and not self.month_days:
                yield self._weekdays_among(date(year, 1, 1), date(year, 12, 31))
            else:
                every = range(1, 13) if self.month_days else [self.start.month]
                months = sorted(set(self.months)) or every
                yield [day for month in months for day in self._days_of_month(year, month)]

    def monthly(self, since: date, last: date) -> Iterator[list[date]]:
        start, final = 12 * self.start.year + self.start.month - 1, 12 * last.year + last.month - 1
        offset = (12 * since.year + since.month - 1 - start) // self.interval * self.interval
        for number in range(start + max(0, offset), final + 1, self.interval):
            year, month = number // 12, number % 12 + 1
            if not self.months or month in self.months:
                yield self._days_of_month(year, month)

    def weekly(self, since: date, last: date) -> Iterator[list[date]]:
        week = self.start - timedelta(days=(self.start.weekday() - self.week_start) % 7)
        step = self.interval * A_WEEK
        week += max(0, (since - week) // step) * step
        wanted = {number for _ordinal, number in self.weekdays} or {self.start.weekday()}
        while week <= last:
            days = [week + timedelta(days=number) for number in range(7)]
            yield [day for day in days if day.weekday() in wanted and self._is_in_months(day)]
            week += step

    def daily(self, since: date, last: date) -> Iterator[list[date]]:
        step = self.interval * A_DAY
        day = self.start + max(0, (since - self.start) // step) * step
        wanted = {number for _ordinal, number in self.weekdays}
        while day <= last:
            fits = self._is_in_months(day) and (not wanted or day.weekday() in wanted)
            yield [day] if fits and self._is_month_day(day) else []
            day += step

    def _days_of_month(self, year: int, month: int) -> list[date]:
        size = calendar.monthrange(year, month)[1]
        first, last = date(year, month, 1), date(year, month, size)
        if self.weekdays:
            return [day for day in self._weekdays_among(first, last) if self._is_month_day(day)]
        if self.month_days:
            return [day for day in _each(first, last) if self._is_month_day(day)]
        return [date(year, month, self.start.day)] if self.start.day <= size else []

    def _weekdays_among(self, first: date, last: date) -> list[date]:
        """The wanted weekdays of a month or year, of which an ordinal counts from its begin or end."""
        found: set[date] = set()
        for ordinal, number in self.weekdays:
            column = list(_each(first + timedelta(days=(number - first.weekday()) % 7), last, A_WEEK))
            if ordinal == 0:
                found.update(column)
            elif abs(ordinal) <= len(column):
                found.add(column[ordinal - 1 if ordinal > 0 else ordinal])
        return sorted(found)

    def _is_in_months(self, day: date) -> bool:
        return not self.months or day.month in self.months

    def _is_month_day(self, day: date) -> bool:
        size = calendar.monthrange(day.year, day.month)[1]
        return not self.month_days or day.day in self.month_days or day.day - size - 1 in self.month_days


Period = Callable[[Recurrence, date, date], Iterator[list[date]]]
PERIODS: dict[str, Period] = {
    "YEARLY": Recurrence.yearly,
    "MONTHLY": Recurrence.monthly,
    "WEEKLY": Recurrence.weekly,
    "DAILY": Recurrence.daily,
}


def read_recurrence(parts: Mapping[str, Any], start: date) -> Recurrence:
    """A rule from its parts, as `icalendar` reads them (every value a list).

    Raises:
        UnknownRecurrenceError: a frequency below a day, or a part that is rare and not read here.
    """
    lists = {name.upper(): values if isinstance(values, list) else [values] for name, values in parts.items()}
    given = {name: values for name, values in lists.items() if values}
    frequency = str(given.get("FREQ", [""])[0]).upper()
    strange = set(given) - KNOWN - IGNORED
    if frequency not in PERIODS or strange:
        raise UnknownRecurrenceError(" ".join([frequency, *sorted(strange)]))
    until = next(iter(given.get("UNTIL", [])), None)
    if until is not None and not isinstance(until, date):
        raise UnknownRecurrenceError("UNTIL")
    interval = _number(given, "INTERVAL", 1)
    if not 1 <= interval <= LONGEST_INTERVAL:
        raise UnknownRecurrenceError("INTERVAL")
    return Recurrence(
        frequency,
        start,
        interval=interval,
        count=_number(given, "COUNT", 0) or None,
        until=until.date() if isinstance(until, datetime) else until,
        week_start=_weekday(given.get("WKST", ["MO"])[0])[1],
        weekdays=[_weekday(text) for text in given.get("BYDAY", [])],
        month_days=_numbers(given, "BYMONTHDAY"),
        months=_numbers(given, "BYMONTH"),
        positions=_numbers(given, "BYSETPOS"),
    )


def _number(parts: Mapping[str, list[Any]], name: str, default: int) -> int:
    return next(iter(_numbers(parts, name)), default)


def _numbers(parts: Mapping[str, list[Any]], name: str) -> list[int]:
    try:
        return [int(value) for value in parts.get(name, [])]
    except (TypeError, ValueError):
        raise UnknownRecurrenceError(name) from None


def _weekday(text: Any) -> tuple[int, int]:
    words = str(text).strip().upper()
    ordinal, name = words[:-2], words[-2:]
    if name not in WEEKDAYS or not (ordinal.lstrip("+-").isdecimal() or not ordinal):
        raise UnknownRecurrenceError(words)
    return int(ordinal or 0), WEEKDAYS.index(name)


def _each(first: date, last: date, step: timedelta = A_DAY) -> Iterator[date]:
    return itertools.takewhile(lambda day: day <= last, (first + step * n for n in itertools.count()))
