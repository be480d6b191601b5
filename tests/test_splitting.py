"""Splitting an extra meeting off: items move with their documents, both meetings know each other."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from doors import House, forms_of, token
from test_agenda import add, bodies, item_of, titles
from test_agenda_documents import PNG, documents, upload

from meetings.meeting import Meeting, MeetingState
from portal.audit import AuditEntry

DAY = (datetime.now(UTC) + timedelta(days=45)).date().isoformat()


def split(house: House, meeting: int, chosen: list[int], button: str = "", **fields: Any) -> Any:
    client, page = house.sign_in("secretary"), f"/meetings/{meeting}/split"
    (form,) = [f for f in forms_of(client.get(page).text) if f["action"] == page]
    typed = {"on": DAY, "starts": "14:00", "ends": "15:00", "title": "Sondersitzung"} | fields
    fixed = {name: value for name, value in form["fields"].items() if name != "items"}
    return client.post(page + button, data=fixed | typed | {"items": [str(number) for number in chosen]})


def prepared(house: House) -> tuple[int, list[int]]:
    meeting, secretary = house.meeting(), house.sign_in("secretary")
    for title in ("Eins", "Zwei", "Drei"):
        add(secretary, meeting, title=title)
    return meeting, [item_of(house, meeting, title) for title in ("Eins", "Zwei", "Drei")]


def extra_of(house: House, meeting: int) -> Meeting:
    with house.rows() as rows:
        extra = rows.scalars(sa.select(Meeting).where(Meeting.split_from_id == meeting)).one()
        rows.expunge_all()
        return extra


def test_chosen_items_move_with_their_documents_to_a_meeting_of_their_own(house: House) -> None:
    meeting, (_one, two, three) = prepared(house)
    upload(house.sign_in("secretary"), two, "Plan.png", PNG)
    answer = split(house, meeting, [two, three], place="Raum 2")
    assert answer.status_code == 302
    extra = extra_of(house, meeting)
    assert (extra.title, extra.place, extra.state) == ("Sondersitzung", "Raum 2", MeetingState.PLANNED)
    assert titles(house, meeting) == ["Eins"]
    assert titles(house, extra.id) == ["Zwei", "Drei"]
    ((number, _name),) = documents(house)
    member = house.sign_in("member")
    assert member.get(f"/agenda/documents/{number}").data == PNG
    assert f"/meetings/{extra.id}" in member.get(f"/meetings/{meeting}").text
    assert f"/meetings/{meeting}" in member.get(f"/meetings/{extra.id}").text
    assert house.letters() == []
    with house.rows() as rows:
        entry = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action == "meeting.split_off")).one()
        assert entry.detail == {"split_from": meeting, "items": 2}


def test_whoever_is_invited_at_once_reads_the_items_in_the_invitation(light_house: House) -> None:
    meeting, (one, two, _three) = prepared(light_house)
    split(light_house, meeting, [two, one], invite="y")
    extra = extra_of(light_house, meeting)
    assert (extra.state, extra.agenda_edition) == (MeetingState.INVITED, 1)
    letters = light_house.letters("invitation")
    assert len(letters) == 3
    text = bodies(letters[0])[0]
    assert "Eins" in text
    assert "Zwei" in text
    assert light_house.letters("agenda") == []


def test_a_split_without_items_or_at_a_taken_time_changes_nothing(house: House) -> None:
    meeting, (one, *_others) = prepared(house)
    answer = split(house, meeting, [])
    assert answer.status_code == 422
    assert "mindestens einen Punkt" in answer.text
    assert "Sondersitzung" in answer.text
    with house.rows() as rows:
        start = rows.get_one(Meeting, meeting).starts_at.astimezone()
    local = start.astimezone(ZoneInfo("Europe/Berlin"))
    answer = split(
        house, meeting, [one], on=local.date().isoformat(), starts=f"{local:%H:%M}", ends=f"{local:%H}:59"
    )
    assert answer.status_code == 422
    assert "schon eine Sitzung" in answer.text
    assert titles(house, meeting) == ["Eins", "Zwei", "Drei"]


def test_an_item_that_is_gone_meanwhile_or_foreign_is_not_moved(light_house: House) -> None:
    meeting, (one, *_others) = prepared(light_house)
    foreign = light_house.meeting("fallgruppe")
    add(light_house.sign_in("secretary"), foreign, title="Fremd")
    number = item_of(light_house, foreign, "Fremd")
    answer = split(light_house, meeting, [one, number])
    assert answer.status_code == 422
    assert "steht nicht mehr hier" in answer.text
    assert titles(light_house, foreign) == ["Fremd"]


def test_members_cannot_split(light_house: House) -> None:
    meeting, _ids = prepared(light_house)
    member = light_house.sign_in("member")
    assert member.get(f"/meetings/{meeting}/split").status_code == 404
    data = {"csrf_token": token(member)}
    assert member.post(f"/meetings/{meeting}/split", data=data).status_code == 404


def test_the_preview_shows_who_is_told_and_changes_nothing(house: House) -> None:
    meeting, (one, two, _three) = prepared(house)
    page = split(house, meeting, [one, two], "/preview", invite="y", place="Raum 2")
    assert page.status_code == 200
    for words in (
        "Mia Glied",
        "Carla Vorsitz",
        "Einladung: Lenkungskreis: Sondersitzung",
        "1. Eins",
        "2. Zwei",
    ):
        assert words in page.text, words
    assert titles(house, meeting) == ["Eins", "Zwei", "Drei"]
    assert house.letters() == []
    with house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 1
    (form,) = [f for f in forms_of(page.text) if "items" in f["fields"]]
    assert form["action"] == f"/meetings/{meeting}/split"


def test_the_preview_of_a_split_without_invitations_says_that_nobody_is_told(light_house: House) -> None:
    meeting, (one, _two, _three) = prepared(light_house)
    assert "Niemand erhält einen Brief" in split(light_house, meeting, [one], "/preview").text
