"""Feeds: who sees what in which one, addresses that reveal nothing, and histories of changes."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from servers import flask
from sqlalchemy.orm.exc import StaleDataError

from meetings.feeds import event_changed
from meetings.meeting import Meeting, MeetingState, WrongStateError
from meetings.scheduling import invite
from portal.clock import today
from portal.committees import Committee, Deputy, Membership, note_changed_committee, note_changed_seats
from portal.people import person_by_email
from portal.publishing import publish_pending


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A morning in a year; what was made before is of today."""
    morning = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=365)
    with time_machine.travel(morning, tick=False) as traveller:
        yield traveller


def events(text: str) -> dict[str, dict[str, str]]:
    """The events of a feed by UID."""
    found = {}
    for block in text.replace("\r\n ", "").split("BEGIN:VEVENT\r\n")[1:]:
        lines = block.partition("\r\nEND:VEVENT")[0].split("\r\n")
        event = {re.split("[;:]", line)[0]: line.partition(":")[2] for line in lines}
        assert event["UID"] not in found
        found[event["UID"]] = event
    return found


def meetings(text: str) -> set[str]:
    """The UIDs of the meetings in a feed, without its deadlines."""
    return {name for name in events(text) if name.startswith("sitzung-")}


def uid(number: int) -> str:
    return f"sitzung-{number}@portal.example.org"


def status(house: House, address: str) -> int:
    with house.rows():
        publish_pending()
    return house.visitor().get(address).status_code


def a_day_passes(house: House) -> None:
    answer = house.run("worker", "--once")
    assert answer.exit_code == 0, answer.output


# What a feed holds.


def test_the_committees_feed_holds_its_meetings_and_a_personal_one_all_of_its_owner(house: House) -> None:
    steering, cases, housing = (house.meeting(slug) for slug in ("lenkungskreis", "fallgruppe", "uag-wohnen"))
    assert meetings(house.calendar("lenkungskreis")) == {uid(steering)}
    assert meetings(house.calendar("secretary")) == {uid(steering), uid(cases)}
    assert meetings(house.calendar("member")) == {uid(steering)}
    assert meetings(house.calendar("outsider")) == {uid(housing)}
    assert events(house.calendar("admin")) == {}


def test_a_meeting_is_the_same_event_in_every_feed(light_house: House) -> None:
    number = light_house.meeting()
    first, second = (events(light_house.calendar(owner)) for owner in ("lenkungskreis", "member"))
    assert first[uid(number)] == second[uid(number)]


def test_a_change_through_the_pages_reaches_every_feed_that_shows_the_meeting(house: House) -> None:
    number, client = house.meeting(), house.sign_in("secretary")
    before = events(house.calendar("member"))[uid(number)]
    submit(client, f"/meetings/{number}/cancel")
    for owner in ("lenkungskreis", "member", "chair", "secretary"):
        after = events(house.calendar(owner))[uid(number)]
        assert (after["STATUS"], after["SEQUENCE"]) == ("CANCELLED", "1")
        assert after["LAST-MODIFIED"] == after["DTSTAMP"] > before["LAST-MODIFIED"]


def test_twelve_months_back_are_shown_and_cancelled_meetings_for_thirty_days(
    house: House, clock: object
) -> None:
    a_day_passes(house)
    shown = [house.meeting(days=days) for days in (-364, -1, 0, 1500)]
    shown += [house.meeting(days=-29, state=MeetingState.CANCELLED)]
    for days, state in ((-366, MeetingState.PLANNED), (-31, MeetingState.CANCELLED)):
        house.meeting(days=days, state=state)
    assert meetings(house.calendar("lenkungskreis")) == {uid(number) for number in shown}


def test_the_window_moves_once_a_day_and_touches_only_feeds_that_change(
    house: House, clock: time_machine.Traveller
) -> None:
    house.meeting(days=-29, state=MeetingState.CANCELLED)
    house.meeting("uag-wohnen")
    a_day_passes(house)
    steering, housing = (house.visitor().get(house.feed(owner)) for owner in ("member", "outsider"))
    clock.shift(timedelta(days=2))
    assert house.run("publish").exit_code == 0
    assert house.visitor().get(house.feed("member")).data == steering.data
    a_day_passes(house)
    after = house.visitor().get(house.feed("member"))
    assert events(after.text) == {}
    assert after.headers["Last-Modified"] != steering.headers["Last-Modified"]
    unchanged = {"If-None-Match": housing.headers["ETag"]}
    again = house.visitor().get(house.feed("outsider"))
    assert again.headers["Last-Modified"] == housing.headers["Last-Modified"]
    assert house.visitor().get(house.feed("outsider"), headers=unchanged).status_code == 304


def test_renaming_a_committee_changes_every_event_and_its_time(house: House) -> None:
    number, client = house.meeting(), house.sign_in("admin")
    before = events(house.calendar("member"))[uid(number)]
    submit(client, "/admin/committees/1", name="Großer Lenkungskreis, neu")
    after = events(house.calendar("member"))[uid(number)]
    assert after["SUMMARY"] == "Großer Lenkungskreis\\, neu"
    assert after["LAST-MODIFIED"] == after["DTSTAMP"] > before["LAST-MODIFIED"]
    assert after["SEQUENCE"] == before["SEQUENCE"]
    assert "X-WR-CALNAME:Großer Lenkungskreis\\, neu (Testportal)" in house.calendar("lenkungskreis")


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_move_that_meets_a_rename_is_refused_and_nothing_is_stuck(house: House) -> None:
    number, renaming = house.meeting(), threading.Event()

    def rename() -> None:
        with house.rows() as rows:
            committee = rows.get_one(Committee, 1)
            committee.name = "Neuer Name"
            rows.flush()
            renaming.set()
            while not rows.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                time.sleep(0.01)
            note_changed_committee(committee)
            rows.commit()

    other = threading.Thread(target=rename)
    with house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        other.start()
        renaming.wait(20)
        meeting.move(meeting.starts_at, meeting.ends_at, "Neuer Ort")
        with pytest.raises(StaleDataError):
            event_changed(meeting)
    other.join()
    assert events(house.calendar("member"))[uid(number)]["SUMMARY"] == "Neuer Name"


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_an_event_is_rendered_from_what_others_have_just_changed(house: House) -> None:
    number = house.meeting()

    def change() -> None:
        with house.rows() as rows:
            meeting = rows.get_one(Meeting, number)
            meeting.move(meeting.starts_at, meeting.ends_at, "Neuer Ort")
            meeting.committee.name = "Neuer Name"
            note_changed_committee(meeting.committee)
            rows.commit()

    with house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        assert (meeting.place, meeting.committee.name) == ("", "Lenkungskreis")
        other = threading.Thread(target=change)
        other.start()
        other.join()
        event_changed(meeting)
        rows.commit()
    event = events(house.calendar("member"))[uid(number)]
    assert (event["LOCATION"], event["SUMMARY"]) == ("Neuer Ort", "Neuer Name")


# Who joins and leaves.


def test_who_joins_sees_the_meetings_and_who_leaves_does_not(house: House) -> None:
    number, admin = house.meeting(), house.sign_in("admin")
    person = person_id(house, "outsider")
    page = f"/admin/people/{person}"
    fields = {"committee_id": "1", "role": "member", "starts_on": str(today())}
    assert submit(admin, f"{page}/memberships/new", action=f"{page}/memberships", **fields).status_code == 302
    assert uid(number) in events(house.calendar("outsider"))
    with house.rows() as rows:
        row = rows.scalar(sa.select(sa.func.max(Membership.id)).where(Membership.person_id == person))
    submit(admin, page, action=f"{page}/memberships/{row}/end")
    assert uid(number) not in events(house.calendar("outsider"))


def test_a_seat_that_begins_and_ends_by_date_shows_and_hides_the_meetings(
    light_house: House, clock: time_machine.Traveller
) -> None:
    number = light_house.meeting(days=60)
    with light_house.rows() as rows:
        person = person_by_email("outsider@example.org")
        seat = Membership(person_id=person.id, committee_id=1, role="member")
        seat.starts_on, seat.ends_on = today() + timedelta(days=2), today() + timedelta(days=3)
        rows.add(seat)
        note_changed_seats(person)
        rows.commit()
    seen = []
    for _ in range(5):
        a_day_passes(light_house)
        seen.append(uid(number) in events(light_house.calendar("outsider")))
        clock.shift(timedelta(days=1))
    assert seen == [False, False, True, True, False]


def test_who_stands_in_for_somebody_loses_the_meetings_with_them(light_house: House) -> None:
    number = light_house.meeting()
    with light_house.rows() as rows:
        deputy, member = (person_by_email(f"{name}@example.org") for name in ("outsider", "member"))
        rows.add(Deputy(person_id=deputy.id, for_person_id=member.id, committee_id=1))
        note_changed_seats(deputy)
        rows.commit()
    assert uid(number) in events(light_house.calendar("outsider"))
    with light_house.rows() as rows:
        member = person_by_email("member@example.org")
        rows.execute(sa.delete(Membership).where(Membership.person_id == member.id))
        note_changed_seats(member)
        rows.commit()
    assert uid(number) not in events(light_house.calendar("outsider"))


# Addresses.


def test_feeds_lists_every_feed_with_its_owner_and_file(house: House) -> None:
    house.run("publish")
    answer = house.run("feeds", "--json")
    rows = json.loads(answer.stdout)
    assert (answer.exit_code, len(rows), len({row["url"] for row in rows})) == (0, 10, 10)
    for row in rows:
        assert set(row) == {"owner", "committee", "file", "url", "fetched_at"}
        assert (row["owner"] is None) != (row["committee"] is None)
        assert re.fullmatch(r"feeds/[0-9a-f]{64}\.ics", row["file"])
        assert row["url"] == f"http://127.0.0.1:8000/{row['file']}"
        assert (house.instance / "public" / row["file"]).is_file()


def test_feeds_needs_no_server_and_takes_the_address_of_the_portal(light_house: House) -> None:
    environment = light_house.environment | {"PORTAL_URL": "https://portal.example.org/"}
    rows = json.loads(flask(environment, "feeds", "--json").stdout)
    assert {row["url"].partition("/feeds/")[0] for row in rows} == {"https://portal.example.org"}
    assert light_house.run("feeds").stdout.count("\n") == 10


@pytest.mark.parametrize("command", [["feeds", "--json"], ["plan", "2027", "--committee", "x"], ["publish"]])
def test_without_an_instance_a_command_says_what_to_do(tmp_path: Path, command: list[str]) -> None:
    ended = flask({"PORTAL_INSTANCE": str(tmp_path / "none")}, *command)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "Error: There is no instance yet. Run `flask --app wsgi setup` first.\n"
    assert not (tmp_path / "none").exists()


def test_no_address_stands_in_the_database(light_house: House) -> None:
    light_house.meeting()
    submit(light_house.sign_in("member"), "/calendar/subscriptions", action="/calendar/renew")
    light_house.run("publish")
    stored = b"".join(path.read_bytes() for path in light_house.instance.glob("portal.db*"))
    names = [path.stem for path in (light_house.instance / "public" / "feeds").iterdir()]
    assert len(names) == 11
    for name in names:
        assert name.encode() not in stored
        assert bytes.fromhex(name) not in stored


def test_another_key_gives_other_addresses(light_house: House, tmp_path: Path) -> None:
    before = light_house.feed("member")
    keys = light_house.instance / "keys.json"
    keys.write_text(json.dumps(json.loads(keys.read_text()) | {"feed": "0" * 64}))
    rows = json.loads(flask(light_house.environment, "feeds", "--json").stdout)
    assert before.lstrip("/") not in {row["file"] for row in rows}


def test_a_renewed_address_replaces_the_old_one_for_good(house: House) -> None:
    number, old = house.meeting(), house.feed("member")
    assert status(house, old) == 200
    submit(house.sign_in("member"), "/calendar/subscriptions", action="/calendar/renew")
    assert uid(number) in events(house.calendar("member"))
    assert (status(house, old), status(house, house.feed("member"))) == (410, 200)
    assert [path.stat().st_size for path in (house.instance / "public" / "feeds").glob("*.gone")] == [0]


def test_the_address_of_a_closed_account_is_gone_and_a_reopened_one_has_a_new_address(house: House) -> None:
    old, admin = house.feed("member"), house.sign_in("admin")
    page = f"/admin/people/{person_id(house, 'member')}"
    assert status(house, old) == 200
    submit(admin, page, action=f"{page}/disable")
    assert status(house, old) == 410
    assert "member@example.org" not in house.run("feeds", "--json").stdout
    house.run("publish")
    assert status(house, old) == 410
    submit(admin, page, action=f"{page}/enable")
    assert (status(house, house.feed("member")), status(house, old)) == (200, 410)


# Histories.

HOUR = timedelta(hours=1)
CHANGES: dict[str, Callable[[Meeting], object]] = {
    "place": lambda row: row.move(row.starts_at, row.ends_at, row.place + "x"),
    "later": lambda row: row.move(row.starts_at + 24 * HOUR, row.ends_at + 24 * HOUR, row.place),
    "longer": lambda row: row.move(row.starts_at, row.ends_at + HOUR, row.place),
    "cancel": Meeting.cancel,
    "reinstate": Meeting.reinstate,
    "nothing": lambda row: row.move(row.starts_at, row.ends_at, row.place),
    "title": lambda row: setattr(row, "title", row.title + "y"),
    "link": lambda row: setattr(row, "link", row.link + "https://x"),
    "invite": invite,
    "rename": lambda row: setattr(row.committee, "name", row.committee.name + "z"),
}
COUNTED = {"place", "later", "longer", "cancel", "reinstate"}
STEPS = st.lists(
    st.tuples(st.sampled_from(list(CHANGES)), st.sampled_from([0, 0, 1, 3600, -7200, 90_000])), max_size=8
)


@pytest.mark.drill
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
@example([(step, 1) for step in [*CHANGES, *CHANGES]])
@example([(step, 0) for step in reversed(CHANGES)])
def test_whatever_happens_uid_stays_sequence_counts_and_times_grow(
    light_house: House, steps: list[tuple[str, int]]
) -> None:
    with time_machine.travel("2026-11-02T08:00:00Z", tick=False) as clock:
        number = light_house.meeting("uag-wohnen")
        path = light_house.instance / "public" / light_house.feed("uag-wohnen").lstrip("/")
        text, modified = light_house.calendar("uag-wohnen"), path.stat().st_mtime
        for step, seconds in steps:
            clock.shift(seconds)
            counted = take(light_house, number, step) and step in COUNTED
            before, old_text, old_modified = events(text)[uid(number)], text, modified
            with light_house.rows():
                publish_pending()
            text, modified = path.read_bytes().decode(), path.stat().st_mtime
            after = events(text)[uid(number)]
            assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + counted
            assert after["DTSTAMP"] == after["LAST-MODIFIED"]
            changed = after != before
            assert (after["LAST-MODIFIED"] > before["LAST-MODIFIED"]) == changed
            assert changed or not counted
            assert (modified > old_modified) == (text != old_text)
            assert modified == int(modified)


def take(house: House, number: int, step: str) -> bool:
    """One step of a history; whether the meeting allowed it."""
    with house.rows() as rows:
        meeting = rows.get_one(Meeting, number)
        try:
            CHANGES[step](meeting)
        except WrongStateError:
            rows.rollback()
            return False
        note_changed_committee(meeting.committee)
        event_changed(meeting)
        rows.commit()
        return True


def test_row_window_a_thousand_events_are_rebuilt_within_a_megabyte(light_house: House) -> None:
    with light_house.rows() as rows:
        start, committee = datetime.now(UTC).replace(microsecond=0), rows.get_one(Committee, 1)
        for day in range(20, 520):
            begin = start + timedelta(days=day)
            meeting = Meeting(
                committee=committee, starts_at=begin, ends_at=begin + timedelta(hours=2), place="Rathaus"
            )
            rows.add(meeting)
            event_changed(meeting)
        rows.commit()
    text = light_house.calendar("lenkungskreis")
    assert (len(meetings(text)), len(events(text))) == (500, 1000)
    assert len(text.encode()) < 1_000_000


def person_id(house: House, name: str) -> int:
    with house.rows():
        person = person_by_email(f"{name}@example.org")
        assert person is not None
        return person.id
