"""Importing many minutes: each at the meeting of its day, each once, each with a line in the report."""

import io
import struct
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
from doors import House, submit

from meetings.meeting import Meeting, MeetingState
from minutes import importing
from minutes.arrivals import Arrival
from minutes.minutes import Minutes, MinutesState

TODAY = datetime.now(UTC).date()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "protokolle"
    made.mkdir()
    return made


def minutes_of(days: int, more: str = "") -> str:
    return f"# Protokoll vom {TODAY - timedelta(days=days):%d.%m.%Y}\n\n## TOP 1 Haushalt\n\nBeraten.{more}\n"


def zipped(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"Protokolle/{name}.md", text)
    return target.getvalue()


def run(house: House, folder: Path, *options: str) -> tuple[int, str]:
    result = house.run("minutes", "import", str(folder), "--committee", "lenkungskreis",
                       "--by", "secretary@example.org", *options)  # fmt: skip
    return result.exit_code, result.stdout


def days_with_minutes(house: House) -> set[date]:
    with house.rows() as rows:
        return {row.meeting.day for row in rows.scalars(sa.select(Minutes))}


def test_a_folder_becomes_drafts_at_the_meetings_of_their_days_with_a_report(
    house: House, folder: Path
) -> None:
    house.meeting(days=-10)
    (folder / "alt").mkdir()
    (folder / "eins.md").write_text(minutes_of(10), "utf-8")
    (folder / "alt" / "zwei.zip").write_bytes(zipped(drei=minutes_of(20), vier="Ohne Tag."))
    (folder / "alt" / "bild.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "alt" / "defekt.md").symlink_to("/proc/self/mem")  # exists, but gives nothing, even to root
    (folder / ".versteckt").write_text("nichts", "utf-8")
    status, report = run(house, folder)
    assert status == 1
    lines = report.splitlines()
    assert [line[:13].strip() for line in lines[:-1]] == [*["not taken"] * 4, "taken"]
    assert "alt/defekt.md: Die Datei lässt sich nicht öffnen." in report
    assert "keine Sitzung, von der das Portal weiß" in report
    assert "Weder im Text noch im Dateinamen steht ein Datum" in report
    assert lines[-1] == "1 taken, 0 known already, 4 not taken"
    assert days_with_minutes(house) == {TODAY - timedelta(days=10)}
    with house.rows() as rows:
        assert rows.scalars(sa.select(Minutes)).one().state is MinutesState.DRAFT


def test_an_import_can_be_begun_again_and_takes_nothing_twice(light_house: House, folder: Path) -> None:
    for days in (10, 20, 30):
        (folder / f"{days}.md").write_text(minutes_of(days), "utf-8")
    assert run(light_house, folder, "--create-meetings") == (
        0, "taken         10.md\ntaken         20.md\ntaken         30.md\n3 taken, 0 known already, 0 not taken\n"
    )  # fmt: skip
    (folder / "40.md").write_text(minutes_of(40), "utf-8")
    status, report = run(light_house, folder, "--create-meetings")
    assert status == 0
    assert report.endswith("1 taken, 3 known already, 0 not taken\n")
    assert days_with_minutes(light_house) == {TODAY - timedelta(days=days) for days in (10, 20, 30, 40)}


def test_past_meetings_are_entered_as_held_and_coming_ones_never(light_house: House, folder: Path) -> None:
    (folder / "alt.md").write_text(minutes_of(50, "\n\nBeginn: 18:00 Uhr, Ende: 19:30 Uhr"), "utf-8")
    (folder / "neu.md").write_text(minutes_of(-50), "utf-8")
    status, report = run(light_house, folder, "--create-meetings")
    assert status == 1
    assert "der noch kommt" in report
    with light_house.rows() as rows:
        meeting = rows.scalars(sa.select(Meeting)).one()
        assert meeting.state is MeetingState.HELD
        assert meeting.day == TODAY - timedelta(days=50)


def test_a_day_with_two_meetings_is_left_to_the_secretary(light_house: House, folder: Path) -> None:
    light_house.meeting(days=-10)
    light_house.meeting(days=-10, title="Zweite")
    (folder / "eins.md").write_text(minutes_of(10), "utf-8")
    status, report = run(light_house, folder)
    assert status == 1
    assert "mehrere Sitzungen" in report


def test_the_command_says_who_may_import(light_house: House, folder: Path) -> None:
    result = light_house.run("minutes", "import", str(folder), "--committee", "lenkungskreis")
    assert result.exit_code == 1
    assert "secretary@example.org" in result.output
    assert light_house.run("minutes", "import", str(folder), "--committee", "nix").exit_code == 1


def test_several_files_and_an_archive_are_taken_by_the_page(light_house: House) -> None:
    light_house.meeting(days=-10)
    client = light_house.sign_in("secretary")
    files = [
        (io.BytesIO(minutes_of(10).encode()), "eins.md"),
        (io.BytesIO(zipped(zwei=minutes_of(20))), "alte.zip"),
    ]
    page = submit(client, "/committees/lenkungskreis/minutes/import", files=files, creates_meetings="y")
    assert page.status_code == 200
    assert "2 Entwürfe sind angelegt." in page.text
    assert days_with_minutes(light_house) == {TODAY - timedelta(days=10), TODAY - timedelta(days=20)}


def test_an_archive_that_is_none_or_unpacks_without_end_is_refused_with_words(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    for days in (10, 20):
        light_house.meeting(days=-days)
    endless = zipped(eins="0" * 12345).replace(struct.pack("<L", 12345), struct.pack("<L", 2**31))
    dense = io.BytesIO()
    with zipfile.ZipFile(dense, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("eins.md", minutes_of(10))
    misnamed = zipped(äöü=minutes_of(20)).replace("äöü".encode(), b"\xff" * 6)
    for name, content, words in (
        ("kaputt.zip", b"PK\x03\x04 kaputt", "Das Archiv ist beschädigt"),
        ("endlos.zip", endless, "Das Archiv ist zu groß"),
        ("dicht.zip", dense.getvalue(), "ungewöhnlich gepackt"),
        ("namen.zip", misnamed, "Das Archiv ist beschädigt"),
    ):
        files = [(io.BytesIO(content), name)]
        page = submit(client, "/committees/lenkungskreis/minutes/import", files=files)
        assert words in page.text
    assert days_with_minutes(light_house) == set()


def test_more_than_fifty_files_in_archives_are_left_to_the_command(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    files = [
        (io.BytesIO(zipped(**{f"{name}{number}": "x" for number in range(26)})), f"{name}.zip")
        for name in "ab"
    ]
    page = submit(client, "/committees/lenkungskreis/minutes/import", files=files)
    assert page.status_code == 422
    assert "Das sind 52 Dateien" in page.text


def test_a_file_that_cannot_be_stored_does_not_end_the_import(
    light_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = importing.make_minutes

    def failing(meeting: Meeting, arrival: Arrival, writer_id: int) -> Minutes:
        if arrival.file and arrival.file.name == "eins.md":
            raise sa.exc.IntegrityError("", {}, Exception())
        return make(meeting, arrival, writer_id)

    monkeypatch.setattr(importing, "make_minutes", failing)
    for days in (10, 20):
        light_house.meeting(days=-days)
    files = [
        (io.BytesIO(minutes_of(days).encode()), name) for days, name in ((10, "eins.md"), (20, "zwei.md"))
    ]
    page = submit(light_house.sign_in("secretary"), "/committees/lenkungskreis/minutes/import", files=files)
    assert "Ein Entwurf ist angelegt. Bitte prüfen Sie ihn" in page.text
    assert "konnte nicht gespeichert werden" in page.text
    assert days_with_minutes(light_house) == {TODAY - timedelta(days=20)}


def test_a_scan_is_sent_to_the_page_of_its_meeting(light_house: House) -> None:
    scan, target = pypdfium2.PdfDocument.new(), io.BytesIO()
    scan.new_page(595, 842)
    scan.save(target)
    files = [(io.BytesIO(target.getvalue()), "scan.pdf")]
    page = submit(light_house.sign_in("secretary"), "/committees/lenkungskreis/minutes/import", files=files)
    assert "Kein Entwurf ist angelegt." in page.text
    assert "laden Sie es auf der Seite seiner Sitzung hoch" in page.text
