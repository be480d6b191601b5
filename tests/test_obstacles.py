"""What proposals avoid: school holidays, blocked periods, the same people's other meetings, rooms."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from flask.testing import FlaskClient

from meetings.blocked import BlockedPeriod
from meetings.meeting import Meeting
from meetings.rooms import Room
from meetings.rules import Frequency, MeetingRule
from portal.committees import Committee, Deputy, Membership, Role
from portal.people import Person

PLAN = "/committees/lenkungskreis/plan?year=2027"
RULE = "/committees/lenkungskreis/rule"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel("2026-11-02T08:00:00Z", tick=False):
        yield


@pytest.fixture
def secretary(light_house: House) -> FlaskClient:
    return light_house.sign_in("secretary")


def planned(house: House, slug: str = "lenkungskreis", year: str = "2027") -> list[dict[str, Any]]:
    answer = house.run("plan", year, "--committee", slug, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def elsewhere(house: House, slug: str, start: str, hours: int = 2, **columns: Any) -> None:
    """A meeting of another committee at that time, Berlin."""
    with house.rows() as rows:
        starts_at = datetime.fromisoformat(start)
        committee = rows.scalars(sa.select(Committee).where(Committee.slug == slug)).one()
        rows.add(
            Meeting(
                committee=committee,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=hours),
                **columns,
            )
        )
        rows.commit()


def seat(house: House, row: type[Membership | Deputy], who: str, slug: str, **columns: Any) -> None:
    with house.rows() as rows:
        person = rows.scalars(sa.select(Person).where(Person.email == f"{who}@example.org")).one()
        committee = rows.scalars(sa.select(Committee).where(Committee.slug == slug)).one()
        if row is Membership:
            columns["role"] = Role.MEMBER
        else:
            member = columns.pop("member")
            columns["for_person_id"] = rows.scalar(
                sa.select(Person.id).where(Person.email == f"{member}@example.org")
            )
        columns.setdefault("starts_on", date(2020, 1, 1))
        rows.add(row(person_id=person.id, committee_id=committee.id, **columns))
        rows.commit()


def change_rule(house: House, slug: str = "lenkungskreis", **columns: Any) -> None:
    with house.rows() as rows:
        row = rows.scalars(sa.select(MeetingRule).join(MeetingRule.committee).filter_by(slug=slug)).one()
        for name, value in columns.items():
            setattr(row, name, value)
        rows.commit()


# School holidays.


def test_school_holidays_are_avoided_only_when_the_rule_says_so(light_house: House) -> None:
    assert planned(light_house)[2]["start"].startswith("2027-08-10")
    change_rule(light_house, avoids_school_holidays=True)
    third = planned(light_house)[2]
    assert third["start"].startswith("2027-09-07")
    assert third["avoided"][0] == {
        "day": "2027-08-10",
        "reason": "Dienstag, 10. August 2027 liegt in den Schulferien in Nordrhein-Westfalen (Sommerferien).",
    }
    assert [each["day"] for each in third["avoided"]] == [
        "2027-08-10", "2027-08-17", "2027-08-03", "2027-08-24", "2027-07-27", "2027-08-31", "2027-07-20",
    ]  # fmt: skip


def test_where_the_data_of_school_holidays_end_it_is_said(light_house: House, secretary: FlaskClient) -> None:
    words = "Schulferien sind noch nicht bis zum Ende dieses Jahres bekannt"
    assert words not in secretary.get("/committees/lenkungskreis/plan?year=2030").text
    change_rule(light_house, avoids_school_holidays=True)
    page = secretary.get("/committees/lenkungskreis/plan?year=2029").text
    assert words in page
    assert "Bekannt sind sie bis Dienstag, 14. August 2029." in page
    assert words not in secretary.get("/committees/lenkungskreis/plan?year=2028").text
    answer = light_house.run("plan", "2029", "--committee", "lenkungskreis", "--json")
    assert "school holidays are known until 2029-08-14 only" in answer.stderr
    assert json.loads(answer.stdout)


# Blocked periods.


def test_a_blocked_period_is_avoided_from_its_first_to_its_last_day(light_house: House) -> None:
    with light_house.rows() as rows:
        ours, other = rows.scalars(sa.select(Committee).order_by(Committee.id).limit(2))
        for committee, first in ((ours, date(2027, 2, 9)), (other, date(2027, 5, 11))):
            rows.add(BlockedPeriod(committee_id=committee.id, name="Umbau", starts_on=first, ends_on=first))
        rows.commit()
    first, second = planned(light_house)[:2]
    assert (first["start"][:10], first["moved_from"]) == ("2027-02-16", "2027-02-09")
    assert first["reason"] == "Dienstag, 9. Februar 2027 liegt in einer gesperrten Zeit (Umbau)."
    assert second["start"].startswith("2027-05-11")  # another committee's period is not ours


# The same people's other meetings.


def test_a_meeting_of_the_same_people_is_avoided_and_the_people_are_counted(house: House) -> None:
    elsewhere(house, "fallgruppe", "2027-02-09T11:59+01:00")
    first = planned(house)[0]
    assert first["start"].startswith("2027-02-16")
    assert first["reason"] == (
        "Dienstag, 9. Februar 2027: 2 Personen haben zu dieser Zeit eine andere Sitzung (ein anderes Gremium)."
    )


@pytest.mark.parametrize(
    ("slug", "start", "columns"),
    [
        ("fallgruppe", "2027-02-09T12:00+01:00", {}),  # begins when ours ends
        ("fallgruppe", "2027-02-09T08:00+01:00", {}),  # ends when ours begins
        ("fallgruppe", "2027-02-09T10:00+01:00", {"state": "cancelled"}),
        ("uag-wohnen", "2027-02-09T10:00+01:00", {}),  # nobody of ours sits there
        ("lenkungskreis", "2027-02-10T10:00+01:00", {}),
    ],
)
def test_what_does_not_overlap_or_concerns_nobody_is_no_obstacle(
    light_house: House, slug: str, start: str, columns: dict[str, str]
) -> None:
    elsewhere(light_house, slug, start, **columns)
    assert planned(light_house)[0]["start"].startswith("2027-02-09")


def test_a_deputy_counts_while_standing_in_and_nobody_twice(light_house: House) -> None:
    elsewhere(light_house, "uag-wohnen", "2027-02-09T10:00+01:00")
    elsewhere(light_house, "uag-wohnen", "2027-05-11T10:00+02:00")
    seat(
        light_house, Deputy, "housing", "lenkungskreis",
        member="member", starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 31),
    )  # fmt: skip
    first, second = planned(light_house)[:2]
    assert first["reason"].startswith("Dienstag, 9. Februar 2027: Eine Person hat zu dieser Zeit")
    assert second["start"].startswith("2027-05-11")


@pytest.mark.parametrize("gone", ["seat", "member", "account"])
def test_who_does_not_count_on_that_day_is_no_obstacle(light_house: House, gone: str) -> None:
    elsewhere(light_house, "uag-wohnen", "2027-02-09T10:00+01:00")
    if gone == "seat":
        seat(light_house, Membership, "member", "uag-wohnen", ends_on=date(2027, 2, 8))
    else:
        seat(light_house, Deputy, "housing", "lenkungskreis", member="member")
    with light_house.rows() as rows:
        if gone == "member":  # who is stood in for leaves the committee
            who = sa.select(Person.id).where(Person.email == "member@example.org").scalar_subquery()
            rows.execute(
                sa.update(Membership).where(Membership.person_id == who).values(ends_on=date(2027, 2, 8))
            )
        if gone == "account":
            rows.execute(
                sa.update(Person)
                .where(Person.email == "housing@example.org")
                .values(disabled_at=datetime(2026, 1, 1, tzinfo=UTC))
            )
        rows.commit()
    assert planned(light_house)[0]["start"].startswith("2027-02-09")


def test_another_committee_is_named_only_to_those_who_sit_in_it(
    light_house: House, secretary: FlaskClient
) -> None:
    seat(light_house, Membership, "member", "uag-wohnen")
    elsewhere(light_house, "uag-wohnen", "2027-02-09T10:00+01:00")
    elsewhere(light_house, "fallgruppe", "2027-05-11T10:00+02:00")
    page = secretary.get(PLAN).text
    assert "Eine Person hat zu dieser Zeit eine andere Sitzung (ein anderes Gremium)." in page
    assert "2 Personen haben zu dieser Zeit eine andere Sitzung (Fallgruppe)." in page
    assert "UAG Wohnen" not in page
    submit(secretary, PLAN)
    with light_house.rows() as rows:
        notes = "".join(rows.scalars(sa.select(Meeting.planning_note)))
    assert "2 Personen" in notes
    assert "Fallgruppe" not in notes  # not every member sits in it
    assert "UAG Wohnen" not in notes


# Rooms.


def test_a_room_that_another_committee_has_is_avoided(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.add(Room(name="Rathaus, Raum 1"))
        rows.commit()
    elsewhere(light_house, "uag-wohnen", "2027-02-09T11:00+01:00", place="Rathaus, Raum 1")
    elsewhere(light_house, "uag-wohnen", "2027-05-11T11:00+02:00", place="Rathaus, Raum 2")
    first, second = planned(light_house)[:2]
    assert first["reason"] == (
        "Dienstag, 9. Februar 2027: Der Raum „Rathaus, Raum 1“ ist belegt (ein anderes Gremium)."
    )
    assert second["start"].startswith("2027-05-11")


def test_a_place_that_is_no_room_can_be_had_by_several(light_house: House) -> None:
    elsewhere(light_house, "uag-wohnen", "2027-02-09T11:00+01:00", place="Rathaus, Raum 1")
    assert planned(light_house)[0]["start"].startswith("2027-02-09")


# The page.


def test_the_page_shows_what_was_avoided_and_the_next_best(
    light_house: House, secretary: FlaskClient
) -> None:
    elsewhere(light_house, "fallgruppe", "2027-02-09T10:00+01:00")
    page = secretary.get(PLAN).text
    assert "Ein Tag wurde gemieden" in page
    assert "Stattdessen der nächste freie Termin: Dienstag, 2. Februar 2027" in page
    submit(secretary, PLAN, **{"proposals-0-instead": "y"})
    with light_house.rows() as rows:
        starts = rows.scalars(sa.select(Meeting.starts_at).order_by(Meeting.starts_at)).all()
    assert starts[0].date() == date(2027, 2, 2)


def test_a_slot_without_a_free_day_is_not_ticked_and_says_so(
    light_house: House, secretary: FlaskClient
) -> None:
    with light_house.rows() as rows:
        ours = rows.scalar(sa.select(Committee.id).where(Committee.slug == "lenkungskreis"))
        rows.add(
            BlockedPeriod(
                committee_id=ours, name="Umbau", starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 31)
            )
        )
        rows.commit()
    assert "In diesem Zeitraum ist kein Tag frei." in secretary.get(PLAN).text
    first = planned(light_house)[0]
    assert (first["start"], first["end"], first["next_best"]) == (None, None, None)
    answer = light_house.run("plan", "2027", "--committee", "lenkungskreis", "--save")
    assert "Quarter 1 has no free day." in answer.stderr
    assert answer.stdout.startswith("2027-01-01…2027-03-31 no free day")
    with light_house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count(Meeting.id))) == 3


def test_who_picks_a_day_with_an_obstacle_by_hand_gets_it_and_is_told(
    light_house: House, secretary: FlaskClient
) -> None:
    elsewhere(light_house, "fallgruppe", "2027-02-16T10:00+01:00")
    answer = submit(secretary, PLAN, **{"proposals-0-on": "2027-02-16"})
    page = secretary.get(answer.location).text
    assert "4 Sitzungen sind eingetragen." in page
    assert "Bitte beachten Sie: Dienstag, 16. Februar 2027: 2 Personen haben" in page
    submit(secretary, "/committees/lenkungskreis/meetings/new", on="2027-05-27")
    assert "Fronleichnam" in secretary.get("/").text


def test_of_a_running_slot_only_the_days_to_come_are_proposed(
    light_house: House, secretary: FlaskClient
) -> None:
    change_rule(light_house, month_of_quarter=1)  # 13 October has passed
    last = planned(light_house, year="2026")[3]
    assert last["start"].startswith("2026-11-03")
    assert last["avoided"][0]["reason"] == "Dienstag, 13. Oktober 2026 ist schon vorbei."


# Times of a committee elsewhere.


def test_a_committee_in_another_zone_meets_at_its_own_hour(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.update(Committee).values(zone="Europe/London"))
        rows.commit()
    assert planned(light_house)[0]["start"] == "2027-02-09T10:00:00+00:00"
    client = light_house.sign_in("secretary")
    submit(client, PLAN)
    submit(client, "/committees/lenkungskreis/meetings/new", on="2026-12-01", starts="10:00", ends="11:00")
    with light_house.rows() as rows:
        hours = {moment.hour for moment in rows.scalars(sa.select(Meeting.starts_at))}
    assert hours == {10, 9}  # in UTC: winter and summer


# All committees.


def test_all_committees_are_planned_one_after_the_other_and_see_each_other(light_house: House) -> None:
    answer = light_house.run("plan", "2027", "--all", "--json", "--save")
    found = json.loads(answer.stdout)
    assert list(found) == ["fallgruppe", "lenkungskreis", "uag-wohnen"]
    starts = {slug: [each["start"][:10] for each in dates] for slug, dates in found.items()}
    assert starts["fallgruppe"][0] == "2027-02-09"
    assert starts["lenkungskreis"][0] == "2027-02-16"  # the same rule and two of the same people
    assert starts["uag-wohnen"][0] == "2027-02-09"
    with light_house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count(Meeting.id))) == 12
    again = light_house.run("plan", "2027", "--all", "--save")
    assert again.stderr.count("has its meeting already.") == 12
    assert again.stdout.splitlines()[0].startswith("fallgruppe 2027-02-09 10:00–12:00")


def test_committee_and_all_exclude_each_other(light_house: House) -> None:
    answer = light_house.run("plan", "2027", "--committee", "lenkungskreis", "--all")
    assert (answer.exit_code, answer.stdout) == (2, "")


def test_the_obstacles_of_a_year_take_a_handful_of_queries_however_many_dates(light_house: House) -> None:
    change_rule(light_house, frequency=Frequency.WEEKLY, interval=1, first_on=date(2026, 1, 1))
    for week in range(52):
        day = date(2027, 1, 5) + timedelta(weeks=week)
        elsewhere(light_house, "fallgruppe", f"{day}T10:00+00:00")
    asked: list[str] = []
    with light_house.listening("before_cursor_execute", lambda *given: asked.append(given[2])):
        assert len(planned(light_house)) == 52
    assert len([sql for sql in asked if sql.startswith("SELECT")]) < 12, asked
