"""Before a meeting is changed, its secretary sees who will be told what; nothing happens until the second click."""

import threading
from datetime import date

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit
from flask.testing import FlaskClient
from smtp import invite, press

from meetings.announcing import tell_invited
from meetings.meeting import Invitation, Meeting
from portal.committees import Committee, Membership, Role, note_changed_seats
from portal.letters import text_of
from portal.people import Person, person_by_email


@pytest.fixture
def secretary(light_house: House) -> FlaskClient:
    return light_house.sign_in("secretary")


def state(house: House, meeting: int) -> tuple[str, int, str]:
    with house.rows() as rows:
        row = rows.get_one(Meeting, meeting)
        return row.state.value, row.sequence, row.place


def test_the_page_before_inviting_names_everybody_and_shows_the_letter(
    light_house: House, secretary: FlaskClient
) -> None:
    meeting = light_house.meeting(place="Rathaus")
    page = secretary.get(f"/meetings/{meeting}/invite").text
    for name in ("Mia Glied", "Carla Vorsitz", "Sina Schreiber"):
        assert name in page
    assert "Oskar Draussen" not in page
    assert "Sie sind eingeladen: Lenkungskreis" in page
    assert "link.invalid" not in page
    assert light_house.letters() == []
    assert state(light_house, meeting)[0] == "planned"


def tell(house: House) -> None:
    """Let everybody know the present state of all meetings, as after a successful round of letters."""
    with house.rows() as rows:
        for row in rows.scalars(sa.select(Invitation)):
            meeting = row.meeting
            row.told_live, row.told_place, row.told_link = True, meeting.place, meeting.link
            row.told_title = meeting.title
            row.told_starts_at, row.told_ends_at, row.letter_id = meeting.starts_at, meeting.ends_at, None
        rows.commit()


def fill_in(client: FlaskClient, meeting: int, **fields: str) -> dict[str, str]:
    """The fields of the page on which a meeting is changed, filled in."""
    form = next(
        one for one in forms_of(client.get(f"/meetings/{meeting}/edit").text) if "version" in one["fields"]
    )
    return form["fields"] | fields


def test_a_preview_shows_the_very_letter_that_follows(house: House) -> None:
    meeting, secretary = invite(house), house.sign_in("secretary")
    tell(house)
    fields = fill_in(secretary, meeting, place="Neues Haus")
    preview = secretary.post(f"/meetings/{meeting}/edit/preview", data=fields)
    assert secretary.post(f"/meetings/{meeting}/edit", data=fields).status_code == 302
    letters = house.letters("moved")
    assert {f"<li>{one.person.name}" in preview.text for one in letters} == {True}
    assert f"Betreff: {letters[0].head}" in preview.text


def test_the_preview_of_a_move_shows_old_and_new_and_keeps_everything(
    light_house: House, secretary: FlaskClient
) -> None:
    meeting = invite(light_house)
    tell(light_house)
    before = state(light_house, meeting), len(light_house.letters())
    fields = fill_in(secretary, meeting, on="2031-05-06", starts="14:00", ends="16:00", place="Bürgersaal")
    preview = secretary.post(f"/meetings/{meeting}/edit/preview", data=fields)
    assert preview.status_code == 200
    assert "Dienstag, 6. Mai 2031" in preview.text
    assert "<ins>Bürgersaal</ins>" in preview.text
    assert "Verschoben:" in preview.text
    assert (state(light_house, meeting), len(light_house.letters())) == before


def test_from_the_preview_the_change_is_one_click_away(light_house: House, secretary: FlaskClient) -> None:
    meeting = invite(light_house)
    fields = fill_in(secretary, meeting, on="2031-05-06", starts="14:00", ends="16:00", place="Bürgersaal")
    preview = secretary.post(f"/meetings/{meeting}/edit/preview", data=fields).text
    hidden = next(one["fields"] for one in forms_of(preview) if "version" in one["fields"])
    again = secretary.post(f"/meetings/{meeting}/edit/again", data=hidden)
    assert 'value="Bürgersaal"' in again.text
    assert secretary.post(f"/meetings/{meeting}/edit", data=hidden).status_code == 302
    assert state(light_house, meeting) == ("invited", 1, "Bürgersaal")


def test_bad_input_is_refused_before_the_preview(light_house: House, secretary: FlaskClient) -> None:
    meeting = invite(light_house)
    fields = fill_in(secretary, meeting, starts="16:00", ends="14:00")
    answer = secretary.post(f"/meetings/{meeting}/edit/preview", data=fields)
    assert answer.status_code == 422
    assert "Das Ende muss nach dem Beginn liegen." in answer.text


def test_a_cancellation_that_nobody_needs_to_hear_of_says_so(
    light_house: House, secretary: FlaskClient
) -> None:
    meeting = light_house.meeting()
    assert "Niemand erhält einen Brief" in secretary.get(f"/meetings/{meeting}/cancel").text


def test_a_change_that_is_not_possible_leads_back(light_house: House, secretary: FlaskClient) -> None:
    meeting = light_house.meeting()
    answer = secretary.get(f"/meetings/{meeting}/reinstate", follow_redirects=True)
    assert "Das geht in diesem Stand der Sitzung nicht mehr." in answer.text


def test_a_new_video_link_is_told_without_another_sequence(
    light_house: House, secretary: FlaskClient
) -> None:
    meeting = invite(light_house)
    tell(light_house)
    press(light_house, meeting, "edit", link="https://video.example.org/1")
    assert len(light_house.letters("moved")) == 3
    assert state(light_house, meeting)[1] == 0


def test_a_new_title_is_told_by_a_plain_letter(light_house: House) -> None:
    meeting = invite(light_house)
    tell(light_house)
    press(light_house, meeting, "edit", title="Haushalt")
    (letter, *others) = light_house.letters("renamed")
    assert len(others) == 2
    assert letter.head.startswith("Neuer Anlass: Lenkungskreis: Haushalt am ")
    assert b"text/calendar" not in letter.body
    assert state(light_house, meeting)[1] == 0


# ---- who comes later


def join(house: House, name: str, slug: str, starts_on: date) -> None:
    with house.rows() as rows:
        person = person_by_email(f"{name}@example.org")
        committee = rows.scalars(sa.select(Committee).where(Committee.slug == slug)).one()
        rows.add(Membership(person=person, committee=committee, role=Role.MEMBER, starts_on=starts_on))
        note_changed_seats(person)
        rows.commit()


def invited(house: House, meeting: int) -> set[str]:
    with house.rows() as rows:
        names = sa.select(Person.name).join(Invitation, Invitation.person_id == Person.id)
        return set(rows.scalars(names.where(Invitation.meeting_id == meeting)))


def test_who_joins_after_the_invitation_is_invited_at_once(house: House) -> None:
    meeting = invite(house)
    cancelled, past = invite(house), house.meeting(days=-3)
    press(house, cancelled, "cancel")
    join(house, "outsider", "lenkungskreis", date(2020, 1, 1))
    assert "Oskar Draussen" in invited(house, meeting)
    assert "Oskar Draussen" not in invited(house, cancelled) | invited(house, past)
    assert [one.person.name for one in house.letters("invitation")].count("Oskar Draussen") == 1


def test_whose_seat_begins_later_is_invited_on_that_day(light_house: House) -> None:
    with time_machine.travel("2027-01-10 10:00"):
        meeting = invite(light_house)
        join(light_house, "outsider", "lenkungskreis", date(2027, 1, 20))
        light_house.run("worker", "--once")
        assert "Oskar Draussen" not in invited(light_house, meeting)
    with time_machine.travel("2027-01-20 10:00"):
        light_house.run("worker", "--once")
        assert "Oskar Draussen" in invited(light_house, meeting)


def test_a_meeting_taken_back_is_told_to_who_joined_meanwhile(light_house: House) -> None:
    meeting = invite(light_house)
    press(light_house, meeting, "cancel")
    join(light_house, "outsider", "lenkungskreis", date(2020, 1, 1))
    press(light_house, meeting, "reinstate")
    assert "Oskar Draussen" in invited(light_house, meeting)


# ---- what a case group's title may say


def test_the_title_of_a_case_groups_meeting_names_nobody(light_house: House) -> None:
    secretary = light_house.sign_in("secretary")
    page, meeting = "/committees/fallgruppe/meetings/new", light_house.meeting("fallgruppe")
    words = {
        "title": "Frau Zelihanova, geb. am 04.07.1989",
        "on": "2031-05-06",
        "starts": "10:00",
        "ends": "12:00",
    }
    refused = submit(secretary, page, **words)
    assert refused.status_code == 422
    assert "Das könnte eine Person erkennbar machen" in refused.text
    assert "Zelihanova" in refused.text
    moved = secretary.post(
        f"/meetings/{meeting}/edit", data=fill_in(secretary, meeting, title=words["title"])
    )
    assert moved.status_code == 422
    assert submit(secretary, "/committees/lenkungskreis/meetings/new", **words).status_code == 302


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/committees/fallgruppe/meetings/new", {"on": "2031-05-06", "starts": "10:00", "ends": "12:00"}),
        ("/committees/fallgruppe/rule", {"starts": "10:00", "minutes": "60"}),
        ("/committees/fallgruppe/plan?year=2031", {"proposals-0-take": "y"}),
        ("/committees/fallgruppe/polls/new", {"title": "Zusätzliche Besprechung"}),
    ],
)
def test_the_place_of_a_case_groups_meeting_names_nobody_but_may_be_an_address(
    light_house: House, page: str, fields: dict[str, str]
) -> None:
    secretary = light_house.sign_in("secretary")
    name = "proposals-0-place" if "plan" in page else "place"
    answer = submit(secretary, page, **fields, **{name: "bei Frau Amira Haddad"})
    assert answer.status_code == 422
    assert "Das könnte eine Person erkennbar machen: " in answer.text
    assert submit(secretary, page, **fields, **{name: "Sarlestraße 12, 50667 Auenfurt"}).status_code == 302


def test_a_change_of_place_alone_is_not_called_a_move(light_house: House) -> None:
    meeting = invite(light_house)
    tell(light_house)
    press(light_house, meeting, "edit", place="Bürgersaal")
    letter = light_house.letters("moved")[0]
    assert letter.head.startswith("Geändert: Lenkungskreis")
    assert "Die Zeit bleibt, Ort oder Videokonferenz sind geändert" in text_of(letter.body)


def test_two_meetings_of_a_committee_never_begin_at_the_same_moment(light_house: House) -> None:
    first, second = light_house.meeting(days=30), light_house.meeting(days=37)
    secretary = light_house.sign_in("secretary")
    day = fill_in(secretary, first)["on"]
    answer = secretary.post(f"/meetings/{second}/edit", data=fill_in(secretary, second, on=day))
    assert answer.status_code == 422
    assert "Zu dieser Zeit ist schon eine Sitzung eingetragen." in answer.text


def test_the_preview_says_what_stands_in_the_way(light_house: House) -> None:
    meeting, secretary = invite(light_house), light_house.sign_in("secretary")
    fields = fill_in(secretary, meeting, on="2031-05-01")
    page = secretary.post(f"/meetings/{meeting}/edit/preview", data=fields)
    assert "Erster Mai" in page.text


def test_an_answer_that_meets_a_move_takes_no_news_from_anybody(house: House) -> None:
    meeting = invite(house)
    tell(house)
    with house.rows() as rows:
        seen = rows.get_one(Meeting, meeting)  # as somebody's request has it who is about to answer
        if rows.get_bind().dialect.name == "sqlite":
            rows.rollback()  # there one writer is alone anyway
        somebody_else = threading.Thread(
            target=press, args=(house, meeting, "edit"), kwargs={"place": "Bürgersaal"}
        )
        somebody_else.start()
        somebody_else.join()
        tell_invited(seen)
        rows.commit()
    assert {letter.state.value for letter in house.letters("moved")} == {"queued"}
    assert len(house.letters("moved")) == 3
