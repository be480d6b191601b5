"""What a secretary can do with a meeting: move, cancel, reinstate, invite; and what nobody else can."""

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient

from meetings.meeting import Meeting
from portal.audit import AuditEntry
from portal.publishing import Publication


@pytest.fixture
def clock() -> Iterator[object]:
    with time_machine.travel("2027-03-01T08:00:00Z", tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def secretary(light_house: House, clock: object) -> FlaskClient:
    return light_house.sign_in("secretary")


def stored(house: House, number: int) -> Meeting:
    with house.rows() as rows:
        return rows.get_one(Meeting, number)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_moving_keeps_the_event_and_raises_its_sequence(house: House, clock: object) -> None:
    number, client = house.meeting(), house.sign_in("secretary")
    answer = submit(client, f"/meetings/{number}/edit", on="2027-04-06", starts="14:00", ends="16:00")
    assert answer.location == f"/meetings/{number}"
    row = stored(house, number)
    assert (row.starts_at, row.ends_at) == (
        moment("2027-04-06T14:00+02:00"),
        moment("2027-04-06T16:00+02:00"),
    )
    assert (row.sequence, row.uid) == (1, f"sitzung-{number}@portal.example.org")


def test_another_place_raises_the_sequence_but_title_and_link_do_not(
    light_house: House, secretary: FlaskClient
) -> None:
    page = f"/meetings/{light_house.meeting()}/edit"
    submit(secretary, page, title="Haushalt", link="https://video.example.org/1")
    assert stored(light_house, 1).sequence == 0
    submit(secretary, page, place="Rathaus")
    assert (stored(light_house, 1).sequence, stored(light_house, 1).title) == (1, "Haushalt")


def test_saving_without_a_change_changes_nothing_in_the_calendar(
    light_house: House, secretary: FlaskClient
) -> None:
    number = light_house.meeting()
    before = stored(light_house, number).vevent
    submit(secretary, f"/meetings/{number}/edit")
    assert stored(light_house, number).vevent == before


@pytest.mark.parametrize(
    ("day", "start"),
    [
        ("2027-03-27", "2027-03-27T10:00+01:00"),
        ("2027-03-28", "2027-03-28T10:00+02:00"),
        ("2027-10-30", "2027-10-30T10:00+02:00"),
        ("2027-10-31", "2027-10-31T10:00+01:00"),
    ],
)
def test_ten_o_clock_is_ten_o_clock_around_every_change_of_the_clocks(
    light_house: House, secretary: FlaskClient, day: str, start: str
) -> None:
    number = light_house.meeting()
    submit(secretary, f"/meetings/{number}/edit", on=day, starts="10:00", ends="12:00")
    assert stored(light_house, number).starts_at == moment(start)
    assert 'value="10:00"' in secretary.get(f"/meetings/{number}/edit").text
    assert "10:00–12:00" in secretary.get(f"/meetings/{number}").text.replace("</time>", "").replace(
        f'<time datetime="{day}T12:00:00{start[-6:]}">', ""
    )


def test_the_hour_that_spring_leaves_out_cannot_be_chosen(light_house: House, secretary: FlaskClient) -> None:
    number = light_house.meeting()
    answer = submit(secretary, f"/meetings/{number}/edit", on="2027-03-28", starts="02:30", ends="03:15")
    assert answer.status_code == 422
    assert "Diese Uhrzeit gibt es an diesem Tag nicht" in answer.text


WRONG = [
    ({"on": "2027-02-28"}, "Dieser Tag liegt in der Vergangenheit."),
    ({"starts": "12:00", "ends": "11:00"}, "Das Ende muss nach dem Beginn liegen."),
    ({"on": ""}, "Bitte füllen Sie dieses Feld aus."),
    ({"title": "x" * 121}, "Bitte höchstens 120 Zeichen."),
    ({"link": "ftp://example.org"}, "die mit https:// beginnt"),
]


def test_a_wrong_change_is_explained_and_nothing_of_it_stored(
    light_house: House, secretary: FlaskClient
) -> None:
    number = light_house.meeting()
    before = stored(light_house, number).vevent
    for fields, words in WRONG:
        answer = submit(secretary, f"/meetings/{number}/edit", **({"place": "Bürgersaal"} | fields))
        assert (answer.status_code, words in answer.text, "Bürgersaal" in answer.text) == (422, True, True)
    assert (stored(light_house, number).vevent, stored(light_house, number).place) == (before, "")


def test_the_link_of_a_meeting_that_has_begun_can_still_be_mended(
    light_house: House, clock: time_machine.Traveller
) -> None:
    number = light_house.meeting(days=0)
    clock.shift(3 * 3600)
    page, client = f"/meetings/{number}/edit", light_house.sign_in("secretary")
    assert submit(client, page, link="https://video.example.org/2").status_code == 302
    assert submit(client, page, starts="11:01").status_code == 422


def test_a_stale_form_overwrites_nothing_and_keeps_its_words(house: House, clock: object) -> None:
    number, first, second = house.meeting(), house.sign_in("secretary"), house.sign_in("chair")
    page = f"/meetings/{number}/edit"
    form = edit_form(second, page) | {"place": "Bürgersaal"}
    submit(first, page, place="Rathaus")
    answer = second.post(page, data=form)
    assert answer.status_code == 422
    assert "Inzwischen wurde dies von jemand anderem" in answer.text
    assert "Bürgersaal" in answer.text
    assert stored(house, number).place == "Rathaus"


def test_after_the_warning_the_same_words_can_be_saved(light_house: House, secretary: FlaskClient) -> None:
    page = f"/meetings/{light_house.meeting()}/edit"
    form = edit_form(secretary, page) | {"place": "Bürgersaal"}
    submit(secretary, page, place="Rathaus")
    again = edit_form_of(secretary.post(page, data=form).text)
    assert secretary.post(page, data=again).status_code == 302
    assert stored(light_house, 1).place == "Bürgersaal"


def test_of_two_moves_at_once_one_wins_and_the_other_is_told(house: House, clock: object) -> None:
    page = f"/meetings/{house.meeting()}/edit"
    clients = [house.sign_in("secretary"), house.sign_in("chair")]
    filled = [edit_form(client, page) | {"place": f"Raum {n}"} for n, client in enumerate(clients)]
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(clients[n].post(page, data=filled[n]).status_code))
        for n in (0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) in ([302, 409], [302, 422])
    assert stored(house, 1).sequence == 1


def test_cancelling_keeps_the_meeting_and_reinstating_returns_it_to_the_state_before(
    house: House, clock: object
) -> None:
    number, client = house.meeting(state="invited"), house.sign_in("secretary")
    submit(client, f"/meetings/{number}/cancel")
    assert (stored(house, number).state, stored(house, number).sequence) == ("cancelled", 1)
    submit(client, f"/meetings/{number}/reinstate")
    assert (stored(house, number).state, stored(house, number).sequence) == ("invited", 2)


def test_a_planned_meeting_is_only_planned_again_after_cancelling_and_reinstating(
    light_house: House, secretary: FlaskClient
) -> None:
    number = light_house.meeting()
    submit(secretary, f"/meetings/{number}/cancel")
    submit(secretary, f"/meetings/{number}/reinstate")
    assert stored(light_house, number).state == "planned"
    assert light_house.letters() == []


def test_inviting_confirms_the_date_without_a_new_sequence(
    light_house: House, secretary: FlaskClient
) -> None:
    number = light_house.meeting()
    submit(secretary, f"/meetings/{number}/invite")
    assert (stored(light_house, number).state, stored(light_house, number).sequence) == ("invited", 0)
    assert "3 Personen" in secretary.get(f"/meetings/{number}").text


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        ("planned", ["reinstate"]),
        ("invited", ["invite", "reinstate"]),
        ("held", ["invite", "cancel", "reinstate"]),
        ("cancelled", ["invite", "cancel"]),
    ],
)
def test_what_does_not_fit_the_state_is_refused_with_clear_words(
    light_house: House, secretary: FlaskClient, state: str, actions: list[str]
) -> None:
    number = light_house.meeting(state=state)
    for action in actions:
        data = {"csrf_token": token(secretary), "version": stored(light_house, number).version}
        answer = secretary.post(f"/meetings/{number}/{action}", data=data, follow_redirects=True)
        assert "Das geht in diesem Stand der Sitzung nicht mehr." in answer.text
    assert (stored(light_house, number).state, stored(light_house, number).sequence) == (state, 0)


@pytest.mark.parametrize("state", ["held", "cancelled"])
def test_a_meeting_that_is_over_or_cancelled_cannot_be_moved(
    light_house: House, secretary: FlaskClient, state: str
) -> None:
    number = light_house.meeting()
    form = edit_form(secretary, f"/meetings/{number}/edit") | {"place": "Bürgersaal"}
    with light_house.rows() as rows:
        rows.get_one(Meeting, number).state = state
        rows.commit()
    form["version"] = stored(light_house, number).version
    answer = secretary.post(f"/meetings/{number}/edit", data=form)
    assert (answer.status_code, "Bürgersaal" in answer.text) == (422, True)
    assert "Das geht in diesem Stand der Sitzung nicht mehr." in answer.text
    assert secretary.get(f"/meetings/{number}/edit").location == f"/meetings/{number}"


@pytest.mark.parametrize("action", ["invite", "cancel"])
def test_a_button_on_a_stale_page_does_nothing(
    light_house: House, secretary: FlaskClient, action: str
) -> None:
    number = light_house.meeting()
    stale = {"csrf_token": token(secretary), "version": stored(light_house, number).version}
    submit(secretary, f"/meetings/{number}/edit", place="Rathaus")
    answer = secretary.post(f"/meetings/{number}/{action}", data=stale, follow_redirects=True)
    assert "Die Sitzung wurde inzwischen geändert." in answer.text
    assert stored(light_house, number).state == "planned"


def test_a_cancellation_sent_twice_counts_once(light_house: House, secretary: FlaskClient) -> None:
    number = light_house.meeting()
    form = {"csrf_token": token(secretary), "version": stored(light_house, number).version}
    for _ in range(2):
        assert secretary.post(f"/meetings/{number}/cancel", data=form).status_code == 302
    assert stored(light_house, number).sequence == 1


@pytest.mark.parametrize(
    ("who", "reads"), [("member", 200), ("outsider", 404), ("counsellor", 404), ("admin", 404)]
)
def test_members_read_and_change_nothing_and_strangers_see_nothing(
    light_house: House, who: str, reads: int
) -> None:
    number, client = light_house.meeting(), light_house.sign_in(who)
    assert client.get(f"/meetings/{number}").status_code == reads
    data = {"csrf_token": token(client), "version": stored(light_house, number).version, "on": "2030-01-01"}
    for action in ("invite", "cancel", "reinstate", "edit"):
        assert client.post(f"/meetings/{number}/{action}", data=data).status_code == 404
    for action in ("cancel", "edit"):
        assert client.get(f"/meetings/{number}/{action}").status_code == 404
    assert (stored(light_house, number).state, stored(light_house, number).version) == (
        "planned",
        data["version"],
    )


def test_a_member_is_shown_no_button(light_house: House) -> None:
    page = light_house.sign_in("member").get(f"/meetings/{light_house.meeting()}").text
    assert "Absagen" not in page
    assert "Mitglieder einladen" not in page


def test_a_change_its_wish_for_the_calendars_and_its_audit_entry_are_stored_together(
    house: House, clock: object
) -> None:
    number, client = house.meeting(), house.sign_in("secretary")
    house.calendar("lenkungskreis")
    submit(client, f"/meetings/{number}/cancel")
    with house.rows() as rows:
        assert set(rows.scalars(sa.select(Publication.kind))) == {"calendars"}
        assert rows.scalar(sa.select(AuditEntry.subject).where(AuditEntry.action == "meeting.cancelled"))


def edit_form(client: FlaskClient, page: str) -> dict[str, str]:
    return edit_form_of(client.get(page).text)


def edit_form_of(html: str) -> dict[str, str]:
    (form,) = [form["fields"] for form in forms_of(html) if "starts" in form["fields"]]
    return form
