"""Blocked periods, typed in or taken from other people's calendar files, good and faulty ones."""

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from meetings.blocked import BlockedPeriod

PAGE = "/committees/lenkungskreis/blocked"
UPLOAD = f"{PAGE}/file"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel("2026-11-02T08:00:00Z", tick=False):
        yield


@pytest.fixture
def secretary(light_house: House) -> FlaskClient:
    return light_house.sign_in("secretary")


def send(client: FlaskClient, content: bytes, name: str = "ferien.ics") -> TestResponse:
    answer = submit(client, PAGE, UPLOAD, file=(io.BytesIO(content), name))
    answer.request.environ["wsgi.input"].close()  # large ones go through a file of the test client's
    return answer


def calendar(*events: str) -> bytes:
    """A calendar file of events, each given by its lines."""
    inner = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{inner}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def stored(house: House) -> list[tuple[str, str, str]]:
    with house.rows() as rows:
        found = rows.scalars(sa.select(BlockedPeriod).order_by(BlockedPeriod.starts_on, BlockedPeriod.id))
        return [(row.name, str(row.starts_on), str(row.ends_on)) for row in found]


# Typed in.


def test_a_period_is_typed_in_and_removed(light_house: House, secretary: FlaskClient) -> None:
    answer = submit(secretary, PAGE, name="Umbau", starts_on="2027-02-01", ends_on="2027-02-14")
    assert answer.location == PAGE
    assert stored(light_house) == [("Umbau", "2027-02-01", "2027-02-14")]
    with light_house.rows() as rows:
        number = rows.scalars(sa.select(BlockedPeriod.id)).one()
    foreign = f"/committees/fallgruppe/blocked/{number}/remove"
    assert secretary.post(foreign, data={"csrf_token": "x"}).status_code == 400
    submit(secretary, PAGE, f"{PAGE}/{number}/remove")
    assert stored(light_house) == []


def test_a_wrong_period_is_explained_and_not_stored(light_house: House, secretary: FlaskClient) -> None:
    good = {"name": "Umbau", "starts_on": "2027-02-01", "ends_on": "2027-02-14"}
    for field, value, words in [
        ("name", "", "Bitte füllen Sie dieses Feld aus."),
        ("name", "x" * 121, "Bitte höchstens 120 Zeichen."),
        ("starts_on", "bald", "Kein gültiges Datum."),
        ("starts_on", "9999-01-01", "Bitte prüfen Sie das Jahr."),
        ("ends_on", "2027-01-31", "Das Ende liegt vor dem Beginn."),
        ("ends_on", "2029-01-31", "Bitte höchstens ein Jahr auf einmal."),
    ]:
        answer = submit(secretary, PAGE, **(good | {field: value}))
        assert (answer.status_code, words in answer.text) == (422, True), (field, value)
        assert value in answer.text
    assert stored(light_house) == []


def test_a_period_of_another_committee_is_out_of_reach(light_house: House, secretary: FlaskClient) -> None:
    submit(
        secretary,
        "/committees/fallgruppe/blocked",
        name="Geheim",
        starts_on="2027-02-01",
        ends_on="2027-02-01",
    )
    assert "Geheim" not in secretary.get(PAGE).text
    light_house.app.config["WTF_CSRF_ENABLED"] = False
    with light_house.rows() as rows:
        number = rows.scalars(sa.select(BlockedPeriod.id)).one()
    assert secretary.post(f"{PAGE}/{number}/remove").status_code == 404
    assert len(stored(light_house)) == 1


# Calendar files.


def test_events_become_days_and_the_same_name_replaces_them(house: House) -> None:
    secretary = house.sign_in("secretary")
    submit(secretary, PAGE, name="Von Hand", starts_on="2027-01-01", ends_on="2027-01-01")
    first = calendar(
        "SUMMARY:Ferien\nDTSTART;VALUE=DATE:20270705\nDTEND;VALUE=DATE:20270818",
        "SUMMARY:Abendsitzung\nDTSTART;TZID=Europe/Berlin:20270301T180000\nDTEND;TZID=Europe/Berlin:20270302T000000",
        "SUMMARY:Spät in Berlin\nDTSTART:20270331T230000Z\nDTEND:20270331T233000Z",
    )
    answer = send(secretary, first)
    assert answer.status_code == 200
    assert "3 Zeiten sind übernommen" in answer.text
    assert stored(house)[1:] == [
        ("Abendsitzung", "2027-03-01", "2027-03-01"),
        ("Spät in Berlin", "2027-04-01", "2027-04-01"),
        ("Ferien", "2027-07-05", "2027-08-17"),
    ]
    send(secretary, calendar("SUMMARY:Neu\nDTSTART;VALUE=DATE:20270705\nDTEND;VALUE=DATE:20270706"))
    send(secretary, calendar("SUMMARY:Anderes\nDTSTART;VALUE=DATE:20270801"), "anderes.ics")
    assert [name for name, *_ in stored(house)] == ["Von Hand", "Neu", "Anderes"]
    page = secretary.get(PAGE).text
    assert "ferien.ics: eine Zeit" in page
    submit(secretary, PAGE, f"{PAGE}/remove-file", source="ferien.ics")
    assert [name for name, *_ in stored(house)] == ["Von Hand", "Anderes"]


EVENTS = {
    "SUMMARY:Ohne Ende\nDTSTART;VALUE=DATE:20270301": ["2027-03-01 2027-03-01"],
    "SUMMARY:Ohne Ende\nDTSTART:20270301T100000": ["2027-03-01 2027-03-01"],
    "SUMMARY:Dauer\nDTSTART;VALUE=DATE:20270301\nDURATION:P3D": ["2027-03-01 2027-03-03"],
    "SUMMARY:Ende am selben Tag\nDTSTART;VALUE=DATE:20270301\nDTEND;VALUE=DATE:20270301": [
        "2027-03-01 2027-03-01"
    ],
    "SUMMARY:Serie\nDTSTART;VALUE=DATE:20270301\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20270308": [
        "2027-03-01 2027-03-01",
        "2027-03-15 2027-03-15",
    ],
    "SUMMARY:Jedes Jahr seit langem\nDTSTART;VALUE=DATE:19501224\nRRULE:FREQ=YEARLY": [
        f"{year}-12-24 {year}-12-24" for year in range(2025, 2033)
    ],
    "SUMMARY:Zusätzlich\nDTSTART;VALUE=DATE:20270301\nRDATE;VALUE=DATE:20270401": [
        "2027-03-01 2027-03-01",
        "2027-04-01 2027-04-01",
    ],
    "SUMMARY:Mit Wecker\nDTSTART;VALUE=DATE:20270301\nBEGIN:VALARM\nDURATION:PT5M\nEND:VALARM": [
        "2027-03-01 2027-03-01"
    ],
    "SUMMARY:Fremde Zone\nDTSTART;TZID=Mars/Olympus:20270301T233000": ["2027-03-01 2027-03-01"],
    "SUMMARY:Windows\nDTSTART;TZID=W. Europe Standard Time:20270301T233000": ["2027-03-01 2027-03-01"],
}


@pytest.mark.parametrize("event", EVENTS)
def test_every_way_to_say_how_long_is_understood(
    light_house: House, secretary: FlaskClient, event: str
) -> None:
    assert send(secretary, calendar(event)).status_code == 200
    assert [f"{start} {end}" for _name, start, end in stored(light_house)] == EVENTS[event]


def test_a_repetition_that_was_moved_is_not_counted_twice(light_house: House, secretary: FlaskClient) -> None:
    series = "UID:a\nSUMMARY:Serie\nDTSTART;VALUE=DATE:20270301\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = "UID:a\nSUMMARY:Serie\nRECURRENCE-ID;VALUE=DATE:20270308\nDTSTART;VALUE=DATE:20270310"
    send(secretary, calendar(series, moved))
    assert [start for _name, start, _end in stored(light_house)] == ["2027-03-01", "2027-03-10"]


REFUSED = [
    ("DTSTART;VALUE=DATE:20270310\nDTEND;VALUE=DATE:20270301", "Das Ende liegt vor dem Beginn."),
    ("DTSTART:20270301T100000Z\nDTEND:20270301T090000Z", "Das Ende liegt vor dem Beginn."),
    ("DTEND:20270301T090000Z", "Der Beginn fehlt oder ist nicht lesbar."),
    ("DTSTART:Dienstag", "Der Beginn fehlt oder ist nicht lesbar."),
    ("DTSTART;VALUE=DATE:20270301\nDTEND:irgendwann", "Das Ende ist nicht lesbar."),
    ("DTSTART;VALUE=DATE:20270301\nDTEND;VALUE=DATE:20990301", "Der Termin dauert länger als ein Jahr."),
    ("DTSTART;VALUE=DATE:20270301\nSTATUS:CANCELLED", "Der Termin ist abgesagt."),
    ("DTSTART:20270301T100000Z\nRRULE:FREQ=SECONDLY", "Diese Art der Wiederholung wird nicht gelesen"),
    ("DTSTART:20270301T100000Z\nRRULE:FREQ=NIE", "Diese Art der Wiederholung wird nicht gelesen"),
    (
        "DTSTART:20270301T100000Z\nRRULE:FREQ=YEARLY;BYYEARDAY=5",
        "Diese Art der Wiederholung wird nicht gelesen (YEARLY BYYEARDAY).",
    ),
]


def test_what_is_wrong_with_an_event_is_said_and_the_others_are_taken(
    light_house: House, secretary: FlaskClient
) -> None:
    good = "SUMMARY:Gut\nDTSTART;VALUE=DATE:20270601"
    for event, words in REFUSED:
        answer = send(secretary, calendar(f"SUMMARY:Faul\n{event}", good))
        assert (answer.status_code, f"Faul: {words}" in answer.text) == (200, True), (event, answer.text)
        assert [name for name, *_ in stored(light_house)] == ["Gut"]
    many = calendar(good, *[f"SUMMARY:Nr {number}" for number in range(50)])
    assert "und 30 weitere" in send(secretary, many).text
    cut_off = calendar(good) + b"BEGIN:VEVENT\r\nSUMMARY:Abgeschnitten\r\n"
    assert "Ein Termin: Der Termin ist so beschädigt" in send(secretary, cut_off).text


def test_an_unknown_zone_is_read_as_local_time_and_that_is_said(
    light_house: House, secretary: FlaskClient
) -> None:
    answer = send(secretary, calendar("SUMMARY:Fern\nDTSTART;TZID=Mars/Olympus:20270301T233000"))
    assert "Die Zeitzone „Mars/Olympus“ ist unbekannt; gelesen als Ortszeit." in answer.text


def test_an_endless_series_ends_six_years_ahead(light_house: House, secretary: FlaskClient) -> None:
    endless = calendar("SUMMARY:Täglich\nDTSTART:20270301T100000Z\nRRULE:FREQ=DAILY")
    assert send(secretary, endless).status_code == 200
    assert stored(light_house)[-1] == ("Täglich", "2032-12-31", "2032-12-31")
    assert len(stored(light_house)) == (date(2032, 12, 31) - date(2027, 3, 1)).days + 1


def test_a_rule_that_never_comes_true_keeps_nobody_waiting(
    light_house: House, secretary: FlaskClient
) -> None:
    """Such a rule keeps dateutil searching until the year 9999, for most of a minute."""
    never = [
        f"UID:{number}\nDTSTART;VALUE=DATE:20270301\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
        for number in range(90)
    ]
    assert send(secretary, calendar(*never)).status_code == 200
    assert [start for _name, start, _end in stored(light_house)] == ["2027-03-01"]


def test_too_many_series_are_refused_one_by_one(light_house: House, secretary: FlaskClient) -> None:
    series = [f"SUMMARY:S{number}\nDTSTART:20270301T100000Z\nRRULE:FREQ=YEARLY" for number in range(101)]
    assert "S100: Die Datei enthält mehr als 100 Serien." in send(secretary, calendar(*series)).text


WRONG_FILES = {
    "many": (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 100_000, "Die Datei ist zu groß"),
    "fewer": (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 80_000, "enthält zu viele Termine"),
    "folded": (
        b"BEGIN:VCALENDAR\n" + b"BEGIN:VEV\r\n ENT\nEND:VEVENT\n" * 60_000,
        "enthält zu viele Termine",
    ),
    "large": (b"BEGIN:VCALENDAR\n" + b"X" * 2_000_001, "Die Datei ist zu groß"),
    "none": (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "steht kein einziger Termin"),
    "html": (b"<!DOCTYPE html><title>Anmelden</title>", "Das ist keine Kalenderdatei"),
    "binary": (bytes(range(256)) * 40, "Das ist keine Kalenderdatei"),
    "empty": (b"", "Das ist keine Kalenderdatei"),
    "old": (calendar("DTSTART;VALUE=DATE:19990101"), "steht kein Termin, der in Frage kommt"),
    "broken": (calendar("SUMMARY:Ohne Beginn"), "steht kein Termin, der in Frage kommt"),
}


@pytest.mark.parametrize("wrong", WRONG_FILES)
def test_a_file_that_cannot_be_used_is_refused_and_changes_nothing(
    light_house: House, secretary: FlaskClient, wrong: str
) -> None:
    send(secretary, calendar("SUMMARY:Bleibt\nDTSTART;VALUE=DATE:20270601"))
    content, words = WRONG_FILES[wrong]
    answer = send(secretary, content)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert [name for name, *_ in stored(light_house)] == ["Bleibt"]


def test_without_a_file_the_form_asks_for_one(secretary: FlaskClient) -> None:
    answer = submit(secretary, PAGE, UPLOAD)
    assert (answer.status_code, "Bitte wählen Sie eine Datei aus." in answer.text) == (422, True)


def test_titles_and_file_names_from_outside_are_text_only(light_house: House, secretary: FlaskClient) -> None:
    title = "SUMMARY:<script>alert(1)</script>\\nDTSTART:x " + "y" * 300 + "\nDTSTART;VALUE=DATE:20270601"
    page = send(secretary, calendar(title), "../../<b>böse</b>.ics").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    ((name, *_),) = stored(light_house)
    assert len(name) == 120
    assert "\n" not in name
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(BlockedPeriod.source)).one() == "b>.ics"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_umlauts_survive_every_usual_encoding(
    light_house: House, secretary: FlaskClient, encoding: str
) -> None:
    text = calendar("SUMMARY:Schließung fürs Fest\nDTSTART;VALUE=DATE:20270601").decode()
    send(secretary, text.encode(encoding))
    assert [name for name, *_ in stored(light_house)] == ["Schließung fürs Fest"]


def test_the_sixteen_real_files_are_taken(light_house: House, secretary: FlaskClient, corpus: Path) -> None:
    files = sorted((corpus / "corpus" / "ics").glob("*/*.ics"))
    assert len(files) == 16
    taken = {}
    for file in files:
        answer = send(secretary, file.read_bytes(), file.name)
        with light_house.rows() as rows:
            count = sa.select(sa.func.count()).where(BlockedPeriod.source == file.name)
            taken[file.stem] = rows.scalar(count)
        assert answer.status_code == (200 if taken[file.stem] else 422), file.name
        assert "nicht übernommen" not in answer.text
    # Public holidays end with 2024, which is too far back; of the school holidays, those over the New Year remain.
    assert taken == {
        "alle": 96, "digitalausschuss": 4, "feiertage-bayern": 0, "feiertage-niedersachsen": 0,
        "feiertage-nordrhein-westfalen": 0, "ferien-bayern": 1, "ferien-niedersachsen": 1,
        "ferien-nordrhein-westfalen": 1, "finanzausschuss": 6, "jugendhilfeausschuss": 6, "kulturausschuss": 5,
        "rat-der-stadt-iserlohn": 7, "rechnungsprufungsausschuss": 3, "schulausschuss": 6, "seniorenbeirat": 3,
        "sozialausschuss": 6,
    }  # fmt: skip
    assert ("Rat der Stadt Iserlohn", "2026-12-15", "2026-12-15") in stored(light_house)


def test_all_events_of_the_real_files_can_be_read_in_their_time(
    light_house: House, secretary: FlaskClient, corpus: Path
) -> None:
    with time_machine.travel("2020-06-01T08:00:00Z", tick=False):
        client = light_house.sign_in("secretary")
        for file in sorted((corpus / "corpus" / "ics" / "de-holidays").glob("*.ics")):
            answer = send(client, file.read_bytes(), file.name)
            assert (answer.status_code, "nicht übernommen" in answer.text) == (200, False), file.name
        found = stored(light_house)
    assert "2022-10-03" in {day for _name, day, _end in found}
    assert len(found) > 200
