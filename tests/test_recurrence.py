"""Recurrence rules against dateutil, which reads them too but has no bound on its search."""

import itertools
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.recurrence import WEEKDAYS, UnknownRecurrenceError, read_recurrence

FIRST, LAST = date(2025, 1, 1), date(2029, 12, 31)


@st.composite
def rules(draw: st.DrawFn) -> tuple[dict[str, list[Any]], date]:
    """Parts of a rule that comes true at least now and then, and its first day."""
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    parts: dict[str, list[Any]] = {"FREQ": [frequency], "INTERVAL": [draw(st.integers(1, 6))]}
    by_day = draw(st.booleans())
    if by_day:
        can_count = frequency in {"YEARLY", "MONTHLY"}
        ordinals = ["1", "-1", "+3"] if can_count and draw(st.booleans()) else [""]
        days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True))
        parts["BYDAY"] = [draw(st.sampled_from(ordinals)) + day for day in days]
        if can_count and draw(st.booleans()):
            parts["BYSETPOS"] = [draw(st.sampled_from([1, -1]))]
    elif frequency in {"YEARLY", "MONTHLY"} and draw(st.booleans()):
        parts["BYMONTHDAY"] = draw(st.lists(st.sampled_from([1, 15, 28, -1, -3]), min_size=1, unique=True))
    if frequency in {"YEARLY", "DAILY"} and draw(st.booleans()):
        parts["BYMONTH"] = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True))
    if draw(st.booleans()):
        parts["COUNT"] = [draw(st.integers(1, 30))]
    elif draw(st.booleans()):
        parts["UNTIL"] = [draw(st.dates(date(2025, 1, 1), date(2031, 12, 31)))]
    if draw(st.booleans()):
        parts["WKST"] = [draw(st.sampled_from(WEEKDAYS))]
    start = draw(st.dates(date(2015, 1, 1), date(2027, 12, 31)).filter(lambda day: day.day <= 28))
    return parts, start


def by_dateutil(parts: dict[str, list[Any]], start: date) -> Iterator[date]:
    def words(value: Any) -> str:
        return f"{value:%Y%m%d}" if isinstance(value, date) else str(value)

    text = ";".join(f"{name}={','.join(map(words, values))}" for name, values in parts.items())
    days = (moment.date() for moment in rrulestr(text, dtstart=datetime.combine(start, time())))
    return (day for day in itertools.takewhile(lambda day: day <= LAST, days) if day >= FIRST)


@pytest.mark.drill
@settings(deadline=None, max_examples=1000)
@given(rules())
def test_a_rule_names_the_same_days_as_by_dateutil(rule: tuple[dict[str, list[Any]], date]) -> None:
    assert list(read_recurrence(*rule).days(FIRST, LAST)) == list(by_dateutil(*rule))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU", ["2027-01-12", "2027-02-09", "2027-03-09"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2027-01-29", "2027-02-26", "2027-03-31"]),
        ("FREQ=WEEKLY;INTERVAL=4", ["2027-01-04", "2027-02-01", "2027-03-01", "2027-03-29"]),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=-1", ["2027-03-31"]),
        ("FREQ=DAILY;COUNT=2", ["2027-01-04", "2027-01-05"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2027-01-31", "2027-03-31"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", []),
        ("FREQ=DAILY;BYHOUR=9;UNTIL=20270105", ["2027-01-04", "2027-01-05"]),
    ],
)
def test_usual_rules_name_the_days_that_one_expects(text: str, days: list[str]) -> None:
    parts = {name: values.split(",") for name, values in (part.split("=") for part in text.split(";"))}
    if "UNTIL" in parts:
        parts["UNTIL"] = [datetime.strptime(parts["UNTIL"][0], "%Y%m%d").date()]  # noqa: DTZ007 - a day
    found = read_recurrence(parts, date(2027, 1, 4)).days(date(2027, 1, 1), date(2027, 3, 31))
    assert [str(day) for day in found] == days


@pytest.mark.parametrize(
    "parts",
    [
        {"FREQ": ["SECONDLY"]},
        {"FREQ": []},
        {},
        {"FREQ": ["YEARLY"], "BYEASTER": ["0"]},
        {"FREQ": ["YEARLY"], "BYWEEKNO": ["1"]},
        {"FREQ": ["DAILY"], "INTERVAL": ["0"]},
        {"FREQ": ["DAILY"], "INTERVAL": ["99999999999"]},
        {"FREQ": ["DAILY"], "BYMONTH": ["Mai"]},
        {"FREQ": ["WEEKLY"], "BYDAY": ["XX"]},
        {"FREQ": ["DAILY"], "UNTIL": ["bald"]},
    ],
)
def test_strange_rules_are_refused(parts: dict[str, list[str]]) -> None:
    with pytest.raises(UnknownRecurrenceError):
        read_recurrence(parts, date(2027, 1, 4))
