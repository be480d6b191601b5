"""Approving many drafts at once: only what was chosen, as it was seen, and without a flood of letters."""

import re

import sqlalchemy as sa
from doors import House, submit
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from minutes.minutes import Minutes, MinutesState
from portal.chain import ChainLink

TEXT = "# TOP 1\n\nDer Haushalt wurde beraten.\n"
NAMED = "# TOP 1\n\nFrau Amina Beispiel kam.\n"


def draft(client: FlaskClient, meeting: int, text: str = TEXT) -> int:
    answer = submit(client, f"/meetings/{meeting}/minutes/new", text=text)
    return int(answer.location.split("/")[2])


def offered(client: FlaskClient, page: str) -> dict[int, str]:
    """By the ids of the drafts that can be chosen: the values of their boxes."""
    values = re.findall(r'<input type="checkbox"[^>]*value="(\d+-\d+)"', client.get(page).text)
    return {int(value.split("-")[0]): value for value in values}


def send(client: FlaskClient, page: str, *chosen: str) -> TestResponse:
    return submit(client, page, page, chosen=list(chosen))


def approved(house: House) -> list[int]:
    """The approved minutes, in the order of the chain."""
    with house.rows() as rows:
        subjects = rows.scalars(sa.select(ChainLink.subject).order_by(ChainLink.sequence)).all()
        states = rows.execute(sa.select(Minutes.id, Minutes.state)).all()
    numbers = [int(subject.partition(":")[2]) for subject in subjects]
    assert set(numbers) == {number for number, state in states if state is MinutesState.APPROVED}
    return numbers


def test_chosen_drafts_of_past_meetings_are_approved_oldest_first_and_nobody_gets_a_letter(
    house: House,
) -> None:
    client, page = house.sign_in("secretary"), "/committees/lenkungskreis/minutes/approve"
    newer, older, other, reviewed = (draft(client, house.meeting(days=-days)) for days in (3, 9, 5, 7))
    draft(client, house.meeting(days=3))
    submit(client, f"/minutes/{reviewed}/review")
    assert page in client.get("/committees/lenkungskreis").text
    assert page in client.get("/minutes?committee=lenkungskreis").text
    values = offered(client, page)
    assert list(values) == [older, other, newer]
    assert "checked" not in client.get(page).text
    assert client.get(f"{page}?all=1").text.count(" checked>") == 3
    assert send(client, page).status_code == 422, "nothing is chosen beforehand"
    answer = send(client, page, values[newer], values[older])
    assert "2 Protokolle sind genehmigt." in client.get(answer.location).text
    assert approved(house) == [older, newer]
    assert house.letters("minutes_approved") == []
    assert list(offered(client, page)) == [other]


def test_a_draft_with_open_findings_has_a_link_instead_of_a_box_and_keeps_no_other_waiting(
    light_house: House,
) -> None:
    client, page = light_house.sign_in("secretary"), "/committees/fallgruppe/minutes/approve"
    named, harmless = (
        draft(client, light_house.meeting("fallgruppe", days=-days), text)
        for days, text in ((9, NAMED), (3, TEXT))
    )
    values = offered(client, page)
    assert list(values) == [harmless]
    shown = client.get(page).text
    assert "sind Fundstellen offen" in shown
    assert f'href="/minutes/{named}/approve"' in shown
    forged = f"{named}-{values[harmless].split('-')[1]}"
    answer = send(client, page, forged, values[harmless])
    told = client.get(answer.location).text
    assert "Ein Protokoll ist genehmigt." in told
    assert "Ein Protokoll ist nicht genehmigt" in told
    assert approved(light_house) == [harmless]


def test_what_was_changed_since_it_was_chosen_is_not_approved(light_house: House) -> None:
    client, page = light_house.sign_in("secretary"), "/committees/lenkungskreis/minutes/approve"
    number = draft(client, light_house.meeting(days=-3))
    (value,) = offered(client, page).values()
    edit = f"/minutes/{number}/edit"
    assert submit(client, edit, edit, chair="Carla Vorsitz").status_code == 302
    assert send(client, page, value, "9-9", "x").status_code == 302
    assert approved(light_house) == []
