"""Planning: the rule and its dates, `flask plan`, and the pages on which a secretary says yes."""

import calendar
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.days_off import holiday_name
from meetings.meeting import Meeting
from meetings.proposing import Appointment, Proposal, propose
from meetings.rules import WEEKDAYS, WEEKS, Frequency, MeetingRule, quarter_of
from portal.app import create_app

PLAN = "/committees/lenkungskreis/plan?year=2027"
ZONE = "Europe/Berlin"
NOVEMBER = "2026-11-02T08:00:00Z"


def rule(
    month: int = 2, week: int = 2, weekday: int = 1, starts: time = time(10), minutes: int = 120
) -> MeetingRule:
    row = MeetingRule(month_of_quarter=month, week=week, weekday=weekday, starts=starts, minutes=minutes)
    row.frequency, row.interval, row.place = Frequency.QUARTERLY, 1, ""
    return row


@pytest.fixture
def clock() -> Iterator[object]:
    with time_machine.travel(NOVEMBER, tick=False) as coordinates:
        yield coordinates


APP = create_app()


def proposed(row: MeetingRule, year: int) -> list[Proposal]:
    with APP.app_context():  # reasons are worded inside an application
        return propose(row, ZONE, year)


def dates(proposals: list[Proposal]) -> list[Appointment]:
    """The best date of each slot; every one has one."""
    return [proposal.best for proposal in proposals if proposal.best]


def meetings(house: House, slug: str = "lenkungskreis") -> list[Meeting]:
    with house.rows() as rows:
        found = rows.scalars(
            sa.select(Meeting).join(Meeting.committee).filter_by(slug=slug).order_by(Meeting.starts_at)
        )
        return list(found)


def at_once(*doings: Callable[[], object]) -> None:
    threads = [threading.Thread(target=doing) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# The rule.


@pytest.mark.parametrize(("month", "week"), list(itertools.product([1, 2, 3], WEEKS)))
def test_the_rule_names_the_wanted_weekday_of_the_wanted_month_in_every_quarter(
    month: int, week: int
) -> None:
    for year, weekday, quarter in itertools.product(range(2024, 2032), WEEKDAYS, (1, 2, 3, 4)):
        wanted = 3 * (quarter - 1) + month
        column = [line[weekday] for line in calendar.monthcalendar(year, wanted) if line[weekday]]
        expected = date(year, wanted, column[week if week == -1 else week - 1])
        assert rule(month, week, weekday).day(year, quarter) == expected


def test_the_last_weekday_is_the_fifth_where_the_month_has_five() -> None:
    assert rule(2, -1, 0).day(2027, 2) == date(2027, 5, 31)
    assert rule(2, -1, 0).day(2027, 1) == date(2027, 2, 22)


@settings(deadline=None)
@given(
    st.builds(rule, st.integers(1, 3), st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)),
    st.integers(2000, 2100),
)
def test_every_quarter_gets_a_date_that_is_no_holiday_and_says_why_it_moved(
    row: MeetingRule, year: int
) -> None:
    for quarter, proposal in enumerate(proposed(row, year), start=1):
        assert proposal.best
        day = proposal.best.day
        assert (day.year, quarter_of(day)) == (year, quarter)
        assert holiday_name(day) is None
        assert day.weekday() == row.weekday
        assert (proposal.moved_from is not None) == (day != row.day(year, quarter)) == bool(proposal.avoided)


def test_a_holiday_is_named_in_german_and_the_meeting_is_a_week_later() -> None:
    second = proposed(rule(2, 4, 3), 2027)[1]
    assert (second.best.day, second.moved_from) == (date(2027, 6, 3), date(2027, 5, 27))
    expected = "Donnerstag, 27. Mai 2027 ist gesetzlicher Feiertag in Nordrhein-Westfalen (Fronleichnam)."
    with APP.app_context():
        assert second.reason == expected


def test_a_meeting_moves_earlier_where_later_would_leave_the_quarter() -> None:
    fourth = proposed(rule(3, -1, 1), 2028)[3]
    assert (fourth.best.day, fourth.moved_from) == (date(2028, 12, 19), date(2028, 12, 26))


def test_two_holidays_in_a_row_are_both_given_as_reasons() -> None:
    fourth = proposed(rule(3, 4, 4), 2026)[3]  # Christmas, and New Year's Day is in the next quarter
    assert fourth.best.day == date(2026, 12, 18)
    good_friday = proposed(rule(1, 1, 4), 2026)[1]
    with APP.app_context():
        assert "Karfreitag" in good_friday.reason


@pytest.mark.parametrize(
    "free", [date(2027, 11, 1), date(2027, 5, 27), date(2027, 10, 3), date(2028, 12, 26)]
)
def test_holidays_of_north_rhine_westphalia_count(free: date) -> None:
    assert holiday_name(free) is not None


@pytest.mark.parametrize(
    "working", [date(2027, 1, 6), date(2027, 10, 31), date(2027, 11, 17), date(2027, 12, 24)]
)
def test_holidays_of_other_states_do_not_count(working: date) -> None:
    assert holiday_name(working) is None


def test_the_meeting_begins_at_the_same_hour_in_summer_and_winter() -> None:
    starts = [each.starts_at for each in dates(proposed(rule(), 2027))]
    assert {start.time() for start in starts} == {time(10)}
    assert [start.utcoffset() for start in starts] == [timedelta(hours=hours) for hours in (1, 2, 2, 1)]


@pytest.mark.parametrize("month", [3, 10])
def test_the_meeting_is_as_long_as_the_rule_says_in_the_night_of_the_clock_change(month: int) -> None:
    row = rule((month - 1) % 3 + 1, -1, 6, time(1, 30), 120)
    for each in dates(proposed(row, 2027)):
        assert each.ends_at.timestamp() - each.starts_at.timestamp() == 7200


# The command.


def test_plan_prints_four_proposals_and_writes_nothing(house: House) -> None:
    answer = house.run("plan", "2028", "--committee", "lenkungskreis", "--json")
    assert answer.exit_code == 0
    first = json.loads(answer.stdout)[0]
    assert first == {
        "start": "2028-02-08T10:00:00+01:00",
        "end": "2028-02-08T12:00:00+01:00",
        "zone": ZONE,
        "moved_from": None,
        "reason": None,
        "avoided": [],
        "next_best": "2028-02-15",
    }
    assert len(json.loads(answer.stdout)) == 4
    assert meetings(house) == []


def test_plan_says_what_it_moved_and_why(light_house: House) -> None:
    with light_house.rows() as rows:
        row = rows.scalars(sa.select(MeetingRule).limit(1)).one()
        row.week, row.weekday = 4, 3
        rows.commit()
    proposal = json.loads(light_house.run("plan", "2027", "--committee", "lenkungskreis", "--json").stdout)[1]
    assert proposal["moved_from"] == "2027-05-27"
    assert "(Fronleichnam)" in proposal["reason"]


def test_plan_save_enters_the_year_once(house: House, clock: object) -> None:
    for _ in range(2):
        answer = house.run("plan", "2027", "--committee", "lenkungskreis", "--save", "--json")
        assert (answer.exit_code, len(json.loads(answer.stdout))) == (0, 4)
    found = meetings(house)
    assert [f"{row.starts_at:%m-%d}" for row in found] == ["02-09", "05-11", "08-10", "11-09"]
    assert {(row.state, row.place) for row in found} == {("planned", "Rathaus, Raum 1")}


def test_plan_save_leaves_a_quarter_that_has_its_meeting(light_house: House, clock: object) -> None:
    light_house.meeting(days=100)  # in February
    answer = light_house.run("plan", "2027", "--committee", "lenkungskreis", "--save")
    assert "Quarter 1 has its meeting already." in answer.stderr
    assert [row.starts_at.month for row in meetings(light_house)] == [2, 5, 8, 11]


def test_plan_save_fills_a_quarter_whose_meeting_was_cancelled(light_house: House, clock: object) -> None:
    light_house.meeting(days=100, state="cancelled")
    light_house.run("plan", "2027", "--committee", "lenkungskreis", "--save")
    assert [row.starts_at.month for row in meetings(light_house)] == [2, 2, 5, 8, 11]


def test_plan_save_enters_no_date_that_has_passed(light_house: House, clock: object) -> None:
    answer = light_house.run("plan", "2026", "--committee", "lenkungskreis", "--save")
    assert "2026-02-10 has passed." in answer.stderr
    assert [row.starts_at.date() for row in meetings(light_house)] == [date(2026, 11, 10)]


def test_without_json_plan_prints_a_line_a_date_and_only_that(light_house: House) -> None:
    answer = light_house.run("plan", "2028", "--committee", "lenkungskreis", "--save")
    assert answer.stdout.splitlines()[0] == "2028-02-08 10:00–12:00"
    assert len(answer.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["2027", "--committee", "gibtsnicht"], "There is no committee 'gibtsnicht'", 1),
        (["1027", "--committee", "lenkungskreis"], "1027 is not in the range", 2),
        (["bald", "--committee", "lenkungskreis"], "'bald' is not a valid integer", 2),
        (["2027"], "Missing option '--committee'", 2),
    ],
)
def test_plan_refuses_with_clear_words(
    light_house: House, arguments: list[str], words: str, code: int
) -> None:
    answer = light_house.run("plan", *arguments, "--save", "--json")
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert words in answer.stderr


def test_plan_asks_for_a_rule_where_there_is_none(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.delete(MeetingRule))
        rows.commit()
    answer = light_house.run("plan", "2027", "--committee", "lenkungskreis")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "has no rule yet" in answer.stderr


# The pages.


@pytest.fixture
def secretary(light_house: House, clock: object) -> FlaskClient:
    return light_house.sign_in("secretary")


def test_a_secretary_accepts_the_whole_year(house: House, clock: object) -> None:
    answer = submit(house.sign_in("secretary"), PLAN, invite=None)
    assert answer.status_code == 302
    assert [row.starts_at.month for row in meetings(house)] == [2, 5, 8, 11]
    assert house.letters() == []


def test_a_secretary_changes_one_date_and_leaves_another_out(
    light_house: House, secretary: FlaskClient
) -> None:
    wishes = {"proposals-0-on": "2027-02-16", "proposals-0-starts": "14:00", "proposals-0-ends": "15:30"}
    submit(secretary, PLAN, **wishes, **{"proposals-1-take": None})
    found = meetings(light_house)
    assert [row.starts_at.isoformat() for row in found][:1] == ["2027-02-16T13:00:00+00:00"]
    assert [row.starts_at.month for row in found] == [2, 8, 11]


def test_confirming_at_once_invites_the_members(light_house: House, secretary: FlaskClient) -> None:
    submit(secretary, PLAN, invite="y")
    assert {row.state for row in meetings(light_house)} == {"invited"}
    assert len(light_house.letters("invitation")) == 4 * 3


def test_the_page_says_what_was_moved_and_why(light_house: House, secretary: FlaskClient) -> None:
    submit(secretary, "/committees/lenkungskreis/rule", week="4", weekday="3")
    page = secretary.get(PLAN).text
    assert "Verlegt vom Donnerstag, 27. Mai 2027." in page
    submit(secretary, PLAN)
    assert "(Fronleichnam)" in meetings(light_house)[1].planning_note


def test_a_reason_does_not_stick_to_another_date(light_house: House, secretary: FlaskClient) -> None:
    submit(secretary, "/committees/lenkungskreis/rule", week="4", weekday="3")
    submit(secretary, PLAN, **{"proposals-1-on": "2027-06-15"})
    assert meetings(light_house)[1].planning_note == ""


WRONG_ENTRIES = [
    ("on", "", "Bitte füllen Sie dieses Feld aus."),
    ("on", "bald", "Kein gültiges Datum."),
    ("on", "2026-10-30", "Dieser Tag liegt in der Vergangenheit."),
    ("on", "2027-04-01", "Dieser Tag liegt nicht zwischen dem 01.01.2027 und dem 31.03.2027."),
    ("on", "9999-12-31", "Bitte prüfen Sie das Jahr."),
    ("starts", "", "Bitte füllen Sie dieses Feld aus."),
    ("starts", "25:00", "Bitte geben Sie eine Uhrzeit wie 10:00 an."),
    ("ends", "09:00", "Das Ende muss nach dem Beginn liegen."),
    ("ends", "10:00", "Das Ende muss nach dem Beginn liegen."),
    ("place", "x" * 201, "Bitte höchstens 200 Zeichen."),
    ("place", "Raum\r\nATTACH:1", "Bitte verwenden Sie hier keine Zeilenumbrüche"),
]


def test_a_wrong_entry_is_explained_and_nothing_of_the_year_is_stored(
    light_house: House, secretary: FlaskClient
) -> None:
    for field, value, words in WRONG_ENTRIES:
        answer = submit(secretary, PLAN, **{f"proposals-0-{field}": value, "proposals-3-place": "Bürgersaal"})
        assert (answer.status_code, words in answer.text) == (422, True), (value, words)
        assert "Bürgersaal" in answer.text
        assert value.partition("\r")[0] in answer.text
        assert meetings(light_house) == []


def test_what_is_not_ticked_is_not_checked(light_house: House, secretary: FlaskClient) -> None:
    submit(secretary, PLAN, **{"proposals-0-on": "", "proposals-0-take": None})
    assert [row.starts_at.month for row in meetings(light_house)] == [5, 8, 11]


def test_a_double_submit_makes_no_second_meeting(light_house: House, secretary: FlaskClient) -> None:
    (form,) = [
        each["fields"] for each in forms_of(secretary.get(PLAN).text) if "proposals-0-on" in each["fields"]
    ]
    assert [secretary.post(PLAN, data=form).status_code for _ in range(2)] == [302, 302]
    assert len(meetings(light_house)) == 4


def test_two_equal_submits_at_once_make_one_year(house: House, clock: object) -> None:
    first, second = house.sign_in("secretary"), house.sign_in("chair")
    at_once(lambda: submit(first, PLAN, invite="y"), lambda: submit(second, PLAN, invite="y"))
    assert [row.starts_at.month for row in meetings(house)] == [2, 5, 8, 11]
    assert len(house.letters()) == 4 * 3


def test_who_looked_before_somebody_else_planned_is_told_and_loses_nothing(
    house: House, clock: object
) -> None:
    first, second = house.sign_in("secretary"), house.sign_in("chair")
    wish = {"proposals-0-on": "2027-02-16", "proposals-0-take": "y", "proposals-0-seen": ""}
    others = {f"proposals-{number}-take": None for number in (1, 2, 3)}
    submit(first, PLAN, **others)
    answer = submit(second, PLAN, **wish, **others)
    assert answer.status_code == 422
    assert "Inzwischen wurde für diesen Zeitraum eine Sitzung eingetragen." in answer.text
    assert "2027-02-16" in answer.text
    assert len(meetings(house)) == 1


def test_a_second_meeting_in_a_quarter_is_possible_when_it_is_meant(
    light_house: House, secretary: FlaskClient
) -> None:
    submit(secretary, PLAN)
    submit(secretary, PLAN, **{"proposals-0-on": "2027-03-16", "proposals-0-take": "y"})
    assert [row.starts_at.month for row in meetings(light_house)] == [2, 3, 5, 8, 11]


def test_a_planned_quarter_is_not_ticked_again(light_house: House, secretary: FlaskClient) -> None:
    submit(secretary, PLAN)
    assert submit(secretary, PLAN).status_code == 302
    assert len(meetings(light_house)) == 4


def test_the_running_year_offers_only_what_is_to_come(light_house: House, secretary: FlaskClient) -> None:
    page = secretary.get("/committees/lenkungskreis/plan?year=2026").text
    assert page.count("Dieser Zeitraum ist vorbei.") == 3
    submit(secretary, "/committees/lenkungskreis/plan?year=2026")
    assert [row.starts_at.date() for row in meetings(light_house)] == [date(2026, 11, 10)]


def test_a_silly_year_still_shows_a_plan(secretary: FlaskClient) -> None:
    for year in ("abc", "0", "-5", "99999", ""):
        assert secretary.get(f"/committees/lenkungskreis/plan?year={year}").status_code == 200


@pytest.mark.parametrize("who", ["member", "outsider", "admin"])
def test_only_secretary_and_chair_plan(light_house: House, who: str) -> None:
    client = light_house.sign_in(who)
    data = {"csrf_token": token(client)}
    for page in ("plan", "rule", "meetings/new"):
        assert client.get(f"/committees/lenkungskreis/{page}").status_code == 404
        assert client.post(f"/committees/lenkungskreis/{page}", data=data).status_code == 404


def test_without_a_rule_the_plan_leads_to_the_rule(light_house: House, secretary: FlaskClient) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.delete(MeetingRule))
        rows.commit()
    for answer in (secretary.get(PLAN), secretary.post(PLAN, data={"csrf_token": token(secretary)})):
        assert answer.location == "/committees/lenkungskreis/rule"
    assert (
        submit(secretary, "/committees/lenkungskreis/rule", starts="09:30", minutes="90").status_code == 302
    )
    assert 'value="09:30"' in secretary.get(PLAN).text


WRONG_RULES = [
    ("minutes", "0", "Bitte eine Dauer von 1 bis 600 Minuten."),
    ("minutes", "viele", "Keine gültige, ganze Zahl."),
    ("starts", "", "Bitte füllen Sie dieses Feld aus."),
    ("starts", "23:00", "Die Sitzung muss am selben Tag enden."),
    ("week", "7", "Keine gültige Auswahl."),
    ("link", "javascript:alert(1)", "Bitte eine Adresse, die mit https:// beginnt."),
]


def test_a_wrong_rule_is_explained_and_not_stored(light_house: House, secretary: FlaskClient) -> None:
    for field, value, words in WRONG_RULES:
        fields = {"place": "Bürgersaal", field: value}
        answer = submit(secretary, "/committees/lenkungskreis/rule", **fields)
        assert (answer.status_code, words in answer.text) == (422, True), (value, words)
        assert "Bürgersaal" in answer.text
    with light_house.rows() as rows:
        assert set(rows.scalars(sa.select(MeetingRule.place))) == {"Rathaus, Raum 1"}


RULE = "/committees/lenkungskreis/rule"


def saved_rule(house: House) -> MeetingRule:
    with house.rows() as rows:
        return rows.scalars(
            sa.select(MeetingRule).join(MeetingRule.committee).filter_by(slug="lenkungskreis")
        ).one()


def test_a_monthly_rule_gives_twelve_slots_and_a_weekly_one_up_to_53(
    light_house: House, secretary: FlaskClient
) -> None:
    submit(secretary, RULE, frequency="monthly", week="1", weekday="4")
    page = secretary.get(PLAN).text
    assert (page.count('<li class="quarter'), "November 2027" in page) == (12, True)
    submit(secretary, PLAN)
    assert len(meetings(light_house)) == 12
    submit(secretary, RULE, frequency="weekly", interval="1", weekday="3", first_on="2026-11-02")
    assert secretary.get("/committees/lenkungskreis/plan?year=2032").text.count('<li class="quarter') == 53
    submit(secretary, "/committees/lenkungskreis/plan?year=2032")
    assert len(meetings(light_house)) == 12 + 53
    assert (
        "beginnt erst in einem späteren Jahr"
        in secretary.get("/committees/lenkungskreis/plan?year=2025").text
    )


def test_fields_that_do_not_count_for_the_frequency_are_ignored_whatever_stands_in_them(
    light_house: House, secretary: FlaskClient
) -> None:
    idle = {"interval": "viele", "first_on": "", "month_of_quarter": "9"}
    assert submit(secretary, RULE, frequency="monthly", week="3", **idle).status_code == 302
    row = saved_rule(light_house)
    assert (row.frequency, row.week, row.interval, row.month_of_quarter) == ("monthly", 3, 1, 2)
    answer = submit(
        secretary,
        RULE,
        frequency="weekly",
        interval="2",
        first_on="2027-01-07",
        week="x",
        month_of_quarter="",
    )
    assert answer.status_code == 302
    row = saved_rule(light_house)
    assert (row.interval, row.first_on, row.week) == (2, date(2027, 1, 7), 3)


def test_a_weekly_rule_needs_its_interval_and_first_meeting(
    light_house: House, secretary: FlaskClient
) -> None:
    good = {"frequency": "weekly", "interval": "2", "first_on": "2027-01-07"}
    for wrong, words in [
        ({"interval": "0"}, "Bitte einen Abstand von 1 bis 26 Wochen."),
        ({"interval": "27"}, "Bitte einen Abstand von 1 bis 26 Wochen."),
        ({"first_on": ""}, "Bitte füllen Sie dieses Feld aus."),
        ({"first_on": "9999-01-01"}, "Bitte prüfen Sie das Jahr."),
        ({"frequency": "daily"}, "Ungültige Auswahl"),
    ]:
        answer = submit(secretary, RULE, **(good | wrong))
        assert (answer.status_code, words in answer.text) == (422, True), wrong
    assert saved_rule(light_house).frequency == "quarterly"


def test_who_plans_by_a_rule_that_is_another_one_by_now_is_told_and_nothing_is_entered(
    light_house: House, secretary: FlaskClient
) -> None:
    (old,) = [
        each["fields"] for each in forms_of(secretary.get(PLAN).text) if "proposals-0-on" in each["fields"]
    ]
    submit(light_house.sign_in("chair"), RULE, frequency="monthly")
    answer = secretary.post(PLAN, data=old)
    assert answer.location == PLAN
    assert "Die Regel des Gremiums wurde inzwischen geändert." in secretary.get(PLAN).text
    assert meetings(light_house) == []


def test_the_next_best_day_needs_one_tick_and_no_script(light_house: House, secretary: FlaskClient) -> None:
    submit(secretary, PLAN, **{"proposals-2-instead": "y", "proposals-2-on": "unlesbar"})
    assert [f"{row.starts_at:%m-%d}" for row in meetings(light_house)] == ["02-09", "05-11", "08-17", "11-09"]


def test_two_first_rules_at_once_become_one(house: House) -> None:
    with house.rows() as rows:
        rows.execute(sa.delete(MeetingRule))
        rows.commit()
    fields = {"starts": "10:00", "minutes": "60"}
    people = [house.sign_in("secretary"), house.sign_in("chair")]
    at_once(*(lambda who=who: submit(who, "/committees/lenkungskreis/rule", **fields) for who in people))
    with house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count(MeetingRule.id))) == 1


# Extra meetings.

NEW = "/committees/lenkungskreis/meetings/new"


def test_an_extra_meeting_comes_with_the_usual_time_and_place(
    light_house: House, secretary: FlaskClient
) -> None:
    answer = submit(secretary, NEW, on="2026-12-01", title="Haushalt")
    (row,) = meetings(light_house)
    assert answer.location == f"/meetings/{row.id}"
    assert (row.title, row.place) == ("Haushalt", "Rathaus, Raum 1")
    assert row.starts_at == datetime.fromisoformat("2026-12-01T10:00+01:00")


def test_an_extra_meeting_sent_twice_is_entered_once(light_house: House, secretary: FlaskClient) -> None:
    for _ in range(2):
        assert submit(secretary, NEW, on="2026-12-01").status_code == 302
    assert len(meetings(light_house)) == 1


WRONG_MEETINGS = [
    ({"on": "2026-11-01"}, "Dieser Tag liegt in der Vergangenheit."),
    ({"on": "2026-11-02", "starts": "08:59"}, "Diese Uhrzeit ist heute schon vorbei."),
    ({"on": "2026-12-01", "starts": "18:00", "ends": "17:00"}, "Das Ende muss nach dem Beginn liegen."),
    ({"on": "2027-03-28", "starts": "02:30", "ends": "03:00"}, "Diese Uhrzeit gibt es an diesem Tag nicht"),
    ({"on": "2026-12-01", "link": "http://offen.example.org"}, "die mit https:// beginnt"),
    ({}, "Bitte füllen Sie dieses Feld aus."),
]


def test_a_wrong_extra_meeting_is_explained_and_not_stored(
    light_house: House, secretary: FlaskClient
) -> None:
    for fields, words in WRONG_MEETINGS:
        answer = submit(secretary, NEW, title="Haushalt", **fields)
        assert (answer.status_code, words in answer.text) == (422, True), words
        assert "Haushalt" in answer.text
    assert meetings(light_house) == []
