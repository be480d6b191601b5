"""Planned times of an agenda, and the clock that runs during the meeting."""

from datetime import timedelta

import time_machine
from doors import House, submit, token
from test_agenda import add, item_of, items

from meetings.meeting import Meeting


def agenda(house: House, *minutes: str) -> int:
    meeting, secretary = house.meeting(), house.sign_in("secretary")
    for number, planned in enumerate(minutes, start=1):
        add(secretary, meeting, title=f"Punkt {number}", minutes=planned)
    return meeting


def times(page: str) -> list[str]:
    return [part.partition("</p>")[0] for part in page.split('<p class="agenda-time">')[1:]]


def test_planned_minutes_give_the_clock_times_in_the_committees_zone(light_house: House) -> None:
    with time_machine.travel("2027-01-10T08:00:00+00:00", tick=False):
        meeting = agenda(light_house, "15", "30", "60")
        page = light_house.sign_in("member").get(f"/meetings/{meeting}/agenda").text
    shown = times(page)
    assert len(shown) == 3
    assert shown[0].count("2026") == 0
    offsets = [text.split('datetime="')[1][11:16] for text in shown]
    first = int(offsets[0][:2])
    assert offsets == [f"{first}:00", f"{first}:15", f"{first}:45"]
    assert "Die Zeit reicht nicht" not in page


def test_after_an_item_without_minutes_no_time_is_invented(light_house: House) -> None:
    meeting = agenda(light_house, "15", "", "60")
    page = light_house.sign_in("member").get(f"/meetings/{meeting}/agenda").text
    assert [bool(text) for text in times(page)] == [True, True, False]
    assert "nur so weit da" in page


def test_a_sum_beyond_the_meeting_is_said(light_house: House) -> None:
    meeting = agenda(light_house, "90", "45")
    page = light_house.sign_in("member").get(f"/meetings/{meeting}/agenda").text
    assert "Geplant sind 135 von 120 Minuten" in page
    assert "15 Minuten mehr" in page


def press(house: House, meeting: int, title: str, verb: str) -> str:
    client = house.sign_in("secretary")
    number = item_of(house, meeting, title)
    answer = client.post(f"/agenda/items/{number}/{verb}", data={"csrf_token": token(client)})
    assert answer.status_code == 302
    return client.get(answer.location).text


def test_beginning_an_item_ends_the_one_before_and_the_page_shows_both_times(house: House) -> None:
    meeting = agenda(house, "15", "30")
    with house.rows() as rows:
        start = rows.get_one(Meeting, meeting).starts_at
    with time_machine.travel(start, tick=False) as clock:
        page = press(house, meeting, "Punkt 1", "begin")
        assert page.count("läuft") == 1
        clock.shift(timedelta(minutes=20))
        page = house.sign_in("member").get(f"/meetings/{meeting}/clock").text
        assert "20:00" in page
        assert "länger als geplant" in page
        assert "Jetzt beginnen" not in page, "members only watch"
        page = press(house, meeting, "Punkt 2", "begin")
        clock.shift(timedelta(minutes=7))
        page = press(house, meeting, "Punkt 2", "end")
    assert "läuft" not in page
    first, second = items(house, meeting)
    assert (first.ended_at - first.started_at, second.ended_at - second.started_at) == (
        timedelta(minutes=20),
        timedelta(minutes=7),
    )
    assert first.started_at == start


def test_an_item_that_is_taken_up_again_goes_on_from_its_time(light_house: House) -> None:
    meeting = agenda(light_house, "15", "30")
    with light_house.rows() as rows:
        start = rows.get_one(Meeting, meeting).starts_at
    with time_machine.travel(start, tick=False) as clock:
        for title in ("Punkt 1", "Punkt 2", "Punkt 1"):
            press(light_house, meeting, title, "begin")
            clock.shift(timedelta(minutes=10))
        press(light_house, meeting, "Punkt 1", "end")
    first = items(light_house, meeting)[0]
    assert first.ended_at - first.started_at == timedelta(minutes=20)


def test_a_stale_end_does_not_stop_another_item(light_house: House) -> None:
    meeting = agenda(light_house, "15", "30")
    with light_house.rows() as rows:
        start = rows.get_one(Meeting, meeting).starts_at
    with time_machine.travel(start, tick=False):
        press(light_house, meeting, "Punkt 1", "begin")
        press(light_house, meeting, "Punkt 2", "begin")
        assert "läuft nicht mehr" in press(light_house, meeting, "Punkt 1", "end")
    assert items(light_house, meeting)[1].ended_at is None


def test_the_clock_runs_at_the_time_of_the_meeting_only(light_house: House) -> None:
    meeting = agenda(light_house, "15")
    assert "Die Uhr läuft nur zur Zeit der Sitzung" in press(light_house, meeting, "Punkt 1", "begin")
    assert items(light_house, meeting)[0].started_at is None


def test_the_clock_does_not_disturb_whoever_edits_the_item(light_house: House) -> None:
    meeting = agenda(light_house, "15")
    before = items(light_house, meeting)[0].version
    with light_house.rows() as rows:
        start = rows.get_one(Meeting, meeting).starts_at
    with time_machine.travel(start, tick=False):
        press(light_house, meeting, "Punkt 1", "begin")
    assert items(light_house, meeting)[0].version == before
    assert (
        submit(light_house.sign_in("secretary"), f"/meetings/{meeting}/clock", action="/logout").status_code
        == 302
    )
