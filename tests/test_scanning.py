"""The virus scanner: a real command that every upload passes, and that nobody waits for with the database shut."""

import io
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from doors import House, submit
from flask.testing import FlaskClient
from test_agenda_documents import documents, prepared
from test_agenda_documents import upload as upload_document
from werkzeug.test import TestResponse

from meetings.meeting import Meeting
from portal import scanning
from portal.audit import AuditEntry
from portal.files import StoredFile
from portal.scanning import scan
from portal.setting_values import SettingsError
from portal.settings import read_settings

# Such as the test file of the anti-virus industry, in words of our own: no real scanner needs to wake up.
VERMIN = "X5O-HARMLOSE-PROBE-FUER-DEN-VIRENSCANNER"
INFECTED = f"# Protokoll\n\n{VERMIN}\n".encode()
CLEAN = b"# Protokoll\n\nAlles gut.\n"
FINDS_VERMIN = f'grep -q {VERMIN} "$2" && exit 1\n[ "$1" = --quiet ]'


def with_scanner(house: House, folder: Path, script: str) -> None:
    """Let the portal ask this shell script."""
    path = folder / "the scanner"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    known = house.app.extensions["portal_settings"]
    command = read_settings({"PORTAL_SCAN_COMMAND": f"'{path}' --quiet"}).scan_command
    house.app.extensions["portal_settings"] = type(known)(**vars(known) | {"scan_command": command})


def upload_minutes(client: FlaskClient, meeting: int, content: bytes) -> TestResponse:
    return submit(client, f"/meetings/{meeting}/minutes/new", file=(io.BytesIO(content), "protokoll.md"))


def refusals(house: House) -> list[tuple[str, dict[str, Any]]]:
    with house.rows() as rows:
        found = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action.startswith("upload.")))
        return [(entry.action, entry.detail) for entry in found]


def files(house: House) -> list[Path]:
    return [path for path in house.instance.glob("files/*/*") if path.is_file()]


def test_an_infected_file_is_refused_at_every_door_and_nothing_of_it_is_kept(
    light_house: House, tmp_path: Path
) -> None:
    with_scanner(light_house, tmp_path, FINDS_VERMIN)
    secretary, meeting, item = prepared(light_house)
    for answer in (
        upload_minutes(secretary, meeting, INFECTED),
        upload_document(secretary, item, "Anlage.txt", INFECTED),
    ):
        assert answer.status_code == 422
        assert "Virenscanner einen Schädling gefunden" in answer.text
    assert files(light_house) == documents(light_house) == []
    assert [action for action, _detail in refusals(light_house)] == ["upload.infected"] * 2
    assert refusals(light_house)[0][1]["size"] == len(INFECTED)
    assert upload_minutes(secretary, meeting, CLEAN).status_code == 302
    assert len(files(light_house)) == 1


@pytest.mark.parametrize("script", ["exit 2", "kill -9 $$", "exec sleep 60"])
def test_what_cannot_be_checked_is_refused(
    light_house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    script: str,
) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.3)
    with_scanner(light_house, tmp_path, script)
    secretary, meeting, _item = prepared(light_house)
    answer = upload_minutes(secretary, meeting, CLEAN)
    assert answer.status_code == 422
    assert "konnte nicht auf Viren geprüft werden" in answer.text
    assert files(light_house) == []
    assert [action for action, _detail in refusals(light_house)] == ["upload.unchecked"]
    assert "PORTAL_SCAN_COMMAND" in caplog.text


def test_a_scanner_that_is_not_there_lets_nothing_pass(light_house: House, tmp_path: Path) -> None:
    with_scanner(light_house, tmp_path, "exit 0")
    (tmp_path / "the scanner").unlink()
    secretary, meeting, _item = prepared(light_house)
    assert "konnte nicht auf Viren geprüft werden" in upload_minutes(secretary, meeting, CLEAN).text


def test_others_write_while_the_scanner_looks(light_house: House, tmp_path: Path) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    with_scanner(light_house, tmp_path, f"touch '{started}'\nwhile [ ! -e '{go}' ]; do sleep 0.05; done")
    secretary, meeting, _item = prepared(light_house)
    answers = []
    uploading = threading.Thread(target=lambda: answers.append(upload_minutes(secretary, meeting, CLEAN)))
    uploading.start()
    deadline = time.monotonic() + 30
    while not started.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        other = sqlite3.connect(light_house.instance / "portal.db", timeout=0)
        other.execute("BEGIN IMMEDIATE")
        other.close()
    finally:
        go.touch()
        uploading.join()
    assert answers[0].status_code == 302


def test_a_scan_within_a_transaction_is_a_fault_of_the_program(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.scalar(sa.select(Meeting.id).limit(1))
        with pytest.raises(RuntimeError):
            scan(CLEAN)
        rows.rollback()
        assert scan(CLEAN) == CLEAN
        assert rows.scalar(sa.select(sa.func.count(StoredFile.id))) == 0


def test_the_command_is_split_into_words_as_a_shell_does(tmp_path: Path) -> None:
    here = {"PORTAL_INSTANCE": str(tmp_path)}
    settings = read_settings(
        {"PORTAL_SCAN_COMMAND": "clamdscan --no-summary '--config-file=/etc/my scan.conf'"}
    )
    assert settings.scan_command == ("clamdscan", "--no-summary", "--config-file=/etc/my scan.conf")
    assert read_settings(here).scan_command == ()
    with pytest.raises(SettingsError, match="PORTAL_SCAN_COMMAND"):
        read_settings(here | {"PORTAL_SCAN_COMMAND": "clamdscan 'half"})
