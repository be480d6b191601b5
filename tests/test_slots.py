"""Slots of rules, by examples and by hypothesis: regular, gapless, and no date ever leaves its slot."""

import itertools
from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.days_off import holiday_name
from meetings.obstacles import Obstacles
from meetings.proposing import Proposal, propose
from meetings.rules import LONGEST_INTERVAL, Frequency, MeetingRule
from portal.app import create_app

APP = create_app()
BERLIN = "Europe/Berlin"
YEARS = st.integers(2001, 2099)


def rule(
    frequency: Frequency,
    week: int = 2,
    weekday: int = 1,
    interval: int = 2,
    first_on: date = date(2026, 11, 5),
    starts: time = time(10),
) -> MeetingRule:
    row = MeetingRule(frequency=frequency, month_of_quarter=2, week=week, weekday=weekday)
    row.interval, row.first_on, row.starts, row.minutes, row.place = interval, first_on, starts, 120, ""
    return row


RULES = st.builds(
    rule,
    st.sampled_from(Frequency),
    st.sampled_from([1, 2, 3, 4, -1]),
    st.integers(0, 6),
    st.integers(1, LONGEST_INTERVAL),
    st.dates(date(2000, 1, 1), date(2098, 12, 31)),
    st.times(time(0), time(21, 59)).map(lambda each: each.replace(second=0, microsecond=0)),
)
BLOCKED = st.lists(
    st.tuples(st.dates(date(2001, 1, 1), date(2099, 12, 31)), st.integers(0, 300)).map(
        lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]), "Umbau")
    ),
    max_size=4,
)


def proposed(row: MeetingRule, year: int, obstacles: Obstacles | None = None) -> list[Proposal]:
    with APP.app_context():
        return propose(row, BERLIN, year, obstacles)


def test_a_monthly_rule_has_twelve_slots_and_names_the_wanted_weekday_in_each() -> None:
    slots = rule(Frequency.MONTHLY, week=2, weekday=3).slots(2027)
    assert [slot.wanted for slot in slots][:3] == [date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11)]
    assert [(slot.first.day, (slot.last + timedelta(days=1)).day) for slot in slots] == [(1, 1)] * 12
    assert [slot.number for slot in slots] == list(range(1, 13))


def test_weeks_are_counted_from_the_week_of_the_first_meeting() -> None:
    slots = rule(Frequency.WEEKLY, weekday=1, interval=3, first_on=date(2026, 11, 5)).slots(2026)
    assert [slot.wanted for slot in slots] == [date(2026, 11, 3), date(2026, 11, 24), date(2026, 12, 15)]
    assert (slots[0].first, slots[0].last) == (date(2026, 11, 2), date(2026, 11, 22))
    assert rule(Frequency.WEEKLY, first_on=date(2026, 11, 5)).slots(2025) == []


def test_a_week_without_its_weekday_moves_to_the_nearest_working_day() -> None:
    row = rule(Frequency.WEEKLY, weekday=3, interval=1, first_on=date(2027, 1, 7))
    (moved,) = [each for each in proposed(row, 2027) if each.slot.wanted == date(2027, 5, 6)]
    assert moved.best is not None  # Ascension
    assert moved.next_best is not None
    assert (moved.best.day, moved.next_best.day) == (date(2027, 5, 7), date(2027, 5, 5))


def test_where_everything_is_blocked_there_is_no_date_and_every_day_has_its_reason() -> None:
    everything = Obstacles(BERLIN, blocked=[(date(2027, 1, 1), date(2027, 12, 31), "Umbau")])
    for proposal in proposed(rule(Frequency.MONTHLY), 2027, everything):
        assert (proposal.best, proposal.next_best, proposal.moved_from) == (None, None, None)
        with APP.app_context():
            assert all("(Umbau)" in avoided.text() for avoided in proposal.avoided)


@settings(deadline=None)
@given(RULES, YEARS, BLOCKED)
def test_no_date_leaves_its_slot_and_what_is_proposed_is_free(
    row: MeetingRule, year: int, blocked: list[tuple[date, date, str]]
) -> None:
    obstacles = Obstacles(BERLIN, blocked=blocked)
    for proposal in proposed(row, year, obstacles):
        avoided = {each.day for each in proposal.avoided}
        for date_ in filter(None, (proposal.best, proposal.next_best)):
            assert date_.day in proposal.slot
            assert holiday_name(date_.day) is None
            assert not any(first <= date_.day <= last for first, last, _name in blocked)
            assert date_.day not in avoided
        if proposal.best and proposal.next_best:
            assert proposal.best.day != proposal.next_best.day
        assert all(day in proposal.slot for day in avoided)
        assert proposal.slot.wanted in avoided | {proposal.best.day if proposal.best else None}
        assert len(avoided) == len(proposal.avoided)


@settings(deadline=None)
@given(RULES, YEARS)
def test_slots_follow_each_other_without_gap_or_overlap_and_hold_the_wanted_day(
    row: MeetingRule, year: int
) -> None:
    slots = [*row.slots(year), *row.slots(year + 1)]
    for slot, following in itertools.pairwise(slots):
        assert following.first == slot.last + timedelta(days=1)
    for slot in slots:
        assert slot.first <= slot.wanted <= slot.last
        assert slot.wanted.weekday() == row.weekday


@settings(deadline=None)
@given(RULES.filter(lambda row: row.frequency is Frequency.WEEKLY), YEARS)
def test_weekly_intervals_are_regular_across_years_and_clock_changes(row: MeetingRule, year: int) -> None:
    wanted = [slot.wanted for each in (year, year + 1) for slot in row.slots(each)]
    assert {later - day for day, later in itertools.pairwise(wanted)} <= {timedelta(weeks=row.interval)}
    for proposal in proposed(row, year):
        if proposal.best:
            shown = proposal.best.starts_at.time()
            # An hour that the clocks leave out on a night in March becomes the one after it.
            assert shown == row.starts or (shown.hour, row.starts.hour) == (3, 2)
            assert proposal.best.ends_at.timestamp() - proposal.best.starts_at.timestamp() == 7200
