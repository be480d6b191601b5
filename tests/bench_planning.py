"""What it takes to plan a year for 50 committees that share people and a room: part of `make bench`."""

import statistics
import time as clock
from collections.abc import Iterator
from datetime import date, time

from bench_growth import portal_of
from flask import Flask

from meetings.blocked import BlockedPeriod
from meetings.rooms import Room
from meetings.rules import MeetingRule
from portal.committees import (
    Committee,
    CommitteeKind,
    Membership,
    Role,
    note_changed_committee,
    note_changed_seats,
)
from portal.database import session
from portal.people import Person

COMMITTEES, PEOPLE, SEATS = 50, 120, 12
YEARS = (2027, 2028, 2029)


def fill() -> None:
    """Each committee has twelve people of 120, half of them want the same room, all have a blocked period."""
    people = [Person(email=f"p{number}@example.org", name=f"Mitglied {number}") for number in range(PEOPLE)]
    session.add_all([*people, Room(name="Saal")])
    for number in range(COMMITTEES):
        committee = Committee(slug=f"g{number}", code=f"G{number}", name=f"Gremium {number}")
        committee.kind = CommitteeKind.WORKING_GROUP
        session.add(committee)
        note_changed_committee(committee)
        rule = MeetingRule(committee_id=committee.id, minutes=120, place="Saal" if number % 2 else "")
        rule.month_of_quarter, rule.week, rule.weekday = 1 + number % 3, 1 + number % 4, number % 5
        rule.starts, rule.avoids_school_holidays = time(10 + number % 3), number % 2 == 0
        period = BlockedPeriod(committee_id=committee.id, name="Umbau")
        period.starts_on, period.ends_on = date(2028, 2, 1), date(2028, 2, 20)
        session.add_all([rule, period])
        for seat in range(SEATS):
            member = Membership(person=people[(7 * number + 5 * seat) % PEOPLE], committee=committee)
            member.role, member.starts_on = Role.MEMBER, date(2020, 1, 1)
            session.add(member)
    for person in people:
        note_changed_seats(person)
    session.commit()


def plan(app: Flask, year: int, *options: str) -> float:
    """Seconds that `flask plan` works on a year for all committees."""
    start = clock.perf_counter()
    answer = app.test_cli_runner().invoke(args=["plan", str(year), "--all", "--json", *options])
    assert answer.exit_code == 0, answer.output
    return clock.perf_counter() - start


def rows() -> Iterator[tuple[str, str, str]]:
    with portal_of(0) as app:
        fill()
        for name, options in (("proposed", ()), ("proposed and entered", ("--save",))):
            times = [plan(app, year, *options) for year in YEARS]
            yield (
                f"a year of {COMMITTEES} committees {name}",
                f"{statistics.median(times):.2f} s",
                f"{max(times):.2f} s",
            )


if __name__ == "__main__":
    for name, median, slowest in rows():
        print(f"{name:<48}{median:>10}{slowest:>10}", flush=True)
