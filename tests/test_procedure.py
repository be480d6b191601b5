"""How a committee works: the page, the standing items, and what the agreement asks of the steering committee."""

import pytest
import sqlalchemy as sa
from doors import House, forms_of, submit
from flask.testing import FlaskClient

from meetings.deadlines import Deadline
from meetings.meeting import Meeting
from meetings.procedure import Procedure, StandingItem
from meetings.rooms import Room
from portal.committees import Committee

PAGE = "/committees/lenkungskreis/procedure"
ITEMS = f"{PAGE}/items"


@pytest.fixture
def secretary(light_house: House) -> FlaskClient:
    return light_house.sign_in("secretary")


def items(house: House) -> list[tuple[int, str, str, int | None]]:
    with house.rows() as rows:
        found = rows.scalars(sa.select(StandingItem).order_by(StandingItem.position))
        return [(row.position, row.title, row.kind.value, row.minutes) for row in found]


def stored(house: House, slug: str) -> Procedure:
    with house.rows() as rows:
        return rows.scalars(sa.select(Procedure).join(Procedure.committee).filter_by(slug=slug)).one()


def add(client: FlaskClient, title: str, page: str = PAGE, **fields: str) -> None:
    """Fill in the empty row at the end of the list."""
    forms = [form for form in forms_of(client.get(page).text) if form["action"] == f"{page}/items"]
    row = sum(name.endswith("-title") for name in forms[0]["fields"]) - 1
    words = {f"items-{row}-{name}": value for name, value in {"title": title, **fields}.items()}
    assert submit(client, page, f"{page}/items", **words).status_code == 302


def test_the_steering_committee_must_meet_in_every_quarter_until_somebody_says_otherwise(
    house: House,
) -> None:
    with house.rows() as rows:
        rows.execute(sa.delete(Procedure))
        rows.commit()
    secretary = house.sign_in("secretary")
    assert '<option selected value="quarter">' in secretary.get(PAGE).text
    assert '<option selected value="none">' in secretary.get("/committees/fallgruppe/procedure").text
    answer = submit(
        secretary, PAGE, duty="none", invitation_days="21", proposals_days="0", agenda_days="90",
        minutes_days="7", quorum="4",
    )  # fmt: skip
    assert answer.location == PAGE
    with house.rows() as rows:
        row = rows.scalars(sa.select(Procedure)).one()
        assert (row.duty, row.quorum) == ("none", 4)
        days = (row.invitation_days, row.proposals_days, row.agenda_days, row.minutes_days)
        assert days == (21, 0, 90, 7)
    submit(secretary, PAGE, quorum="")
    with house.rows() as rows:
        assert rows.scalars(sa.select(Procedure.quorum)).one() is None


WRONG = [
    ("invitation_days", "", "Bitte füllen Sie dieses Feld aus."),
    ("invitation_days", "-1", "Bitte eine Zahl von 0 bis 90 Tagen."),
    ("minutes_days", "91", "Bitte eine Zahl von 0 bis 90 Tagen."),
    ("agenda_days", "bald", "Keine gültige, ganze Zahl."),
    ("quorum", "0", "Bitte eine Zahl von 1 bis 500."),
    ("duty", "daily", "Ungültige Auswahl"),
]


def test_wrong_values_are_explained_kept_and_not_stored(light_house: House, secretary: FlaskClient) -> None:
    for field, value, words in WRONG:
        answer = submit(secretary, PAGE, **({"quorum": "7"} | {field: value}))
        assert (answer.status_code, words in answer.text) == (422, True), (field, value)
        assert 'value="7"' in answer.text or field == "quorum"
    assert stored(light_house, "lenkungskreis").quorum is None


def test_who_saves_what_somebody_else_has_changed_meanwhile_is_told(
    light_house: House, secretary: FlaskClient
) -> None:
    (old,) = [form["fields"] for form in forms_of(secretary.get(PAGE).text) if form["action"] == PAGE]
    submit(light_house.sign_in("chair"), PAGE, quorum="5")
    answer = secretary.post(PAGE, data=old | {"quorum": "6"})
    assert answer.status_code == 422
    assert "Inzwischen wurde dies von jemand anderem" in answer.text
    assert 'value="6"' in answer.text
    assert stored(light_house, "lenkungskreis").quorum == 5


def test_standing_items_are_added_changed_ordered_and_removed(
    light_house: House, secretary: FlaskClient
) -> None:
    for title in ("Stand des Programms", "Termine", "Verschiedenes"):
        add(secretary, title)
    assert [item[:2] for item in items(light_house)] == [
        (1, "Stand des Programms"),
        (2, "Termine"),
        (3, "Verschiedenes"),
    ]
    changes = {"items-0-position": "9", "items-0-minutes": "20", "items-0-kind": "discussion"}
    submit(secretary, PAGE, ITEMS, **changes, **{"items-1-remove": "y"})
    assert items(light_house) == [
        (1, "Verschiedenes", "information", None),
        (2, "Stand des Programms", "discussion", 20),
    ]


WRONG_ITEMS = [
    ({"items-0-title": ""}, "Bitte geben Sie dem Punkt einen Titel, oder entfernen Sie ihn."),
    ({"items-0-minutes": "481"}, "Bitte eine Zahl von 1 bis 480."),
    ({"items-0-position": "erste"}, "Keine gültige, ganze Zahl."),
    ({"items-0-title": "x" * 201}, "Bitte höchstens 200 Zeichen."),
    ({"items-0-title": "Eins\nZwei"}, "keine Zeilenumbrüche"),
    ({"items-0-kind": "case"}, "Keine gültige Auswahl."),
]


def test_wrong_standing_items_are_explained_and_nothing_of_the_list_is_stored(
    light_house: House, secretary: FlaskClient
) -> None:
    add(secretary, "Stand des Programms")
    for wrong, words in WRONG_ITEMS:
        answer = submit(secretary, PAGE, ITEMS, **wrong, **{"items-1-title": "Kommt auch noch"})
        assert (answer.status_code, words in answer.text) == (422, True), wrong
        assert "Kommt auch noch" in answer.text
    assert items(light_house) == [(1, "Stand des Programms", "information", None)]


def test_two_who_change_the_list_at_once_lose_nothing(light_house: House, secretary: FlaskClient) -> None:
    add(secretary, "Stand des Programms")
    (old,) = [form["fields"] for form in forms_of(secretary.get(PAGE).text) if form["action"] == ITEMS]
    add(light_house.sign_in("chair"), "Termine")
    answer = secretary.post(ITEMS, data=old | {"items-0-title": "Lage"})
    assert (answer.status_code, "Lage" in answer.text) == (422, True)
    assert [item[1] for item in items(light_house)] == ["Stand des Programms", "Termine"]


def test_a_standing_item_of_the_case_group_names_nobody(light_house: House, secretary: FlaskClient) -> None:
    page = "/committees/fallgruppe/procedure"
    name = "Frau Amina Beispielova, geb. 03.04.1990"
    answer = submit(secretary, page, f"{page}/items", **{"items-0-title": name})
    assert (answer.status_code, "Bitte wählen Sie andere Worte." in answer.text) == (422, True)
    assert items(light_house) == []
    add(secretary, name)  # in other committees the guard only marks
    add(secretary, "Problemgruppen", page, kind="problem_group")
    assert len(items(light_house)) == 2


def test_the_preset_gives_the_steering_committee_its_duty_and_items_once(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(sa.delete(Procedure))
        rows.commit()
    assert light_house.run("setup", "--preset").exit_code == 0
    assert stored(light_house, "lenkungskreis").duty == "quarter"
    assert items(light_house) == [
        (1, "Stand des Programms", "discussion", None),
        (2, "Entwicklung und besondere Herausforderungen", "discussion", None),
        (3, "Erweiterung des Personenkreises", "discussion", None),
    ]
    with light_house.rows() as rows:
        assert len(rows.scalars(sa.select(Procedure)).all()) == 1
        rows.execute(sa.delete(StandingItem))  # whoever takes them away does not get them back
        rows.commit()
    assert light_house.run("setup", "--preset").exit_code == 0
    assert items(light_house) == []


def test_closing_dates_of_agendas_follow_the_procedure(light_house: House, secretary: FlaskClient) -> None:
    number = light_house.meeting(days=60)
    submit(secretary, PAGE, proposals_days="3")
    with light_house.rows() as rows:
        deadline = rows.scalars(sa.select(Deadline)).one()
        starts_on = rows.get_one(Meeting, number).starts_at.date()
        assert (starts_on - deadline.due_on).days == 3


# Rooms.


def test_an_administrator_keeps_the_rooms(light_house: House) -> None:
    admin = light_house.sign_in("admin")
    submit(admin, "/admin/rooms/new", name="Bürgersaal", capacity="40", note="Beamer")
    page = admin.get("/admin/rooms").text
    assert "Bürgersaal" in page
    for fields, words in [
        ({"name": "Bürgersaal"}, "Diesen Namen gibt es schon."),
        ({"name": " "}, "Bitte füllen Sie dieses Feld aus."),
        ({"name": "Saal", "capacity": "0"}, "Bitte eine Zahl von 1 bis 5000."),
    ]:
        answer = submit(admin, "/admin/rooms/new", **fields)
        assert (answer.status_code, words in answer.text) == (422, True)
    with light_house.rows() as rows:
        number = rows.scalars(sa.select(Room.id)).one()
    assert submit(admin, f"/admin/rooms/{number}", note="Beamer, Hörschleife").status_code == 302
    secretary = light_house.sign_in("secretary")
    assert '<option value="Bürgersaal">' in secretary.get("/committees/lenkungskreis/rule").text
    submit(admin, "/admin/rooms", f"/admin/rooms/{number}/remove")
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Room)).all() == []
        assert rows.scalars(sa.select(Committee)).all()
