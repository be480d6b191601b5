"""When something goes wrong: a page in the reader's language says what to do, and the words come back."""

import errno
import os
import subprocess
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from doors import House, forms_of, submit
from flask.testing import FlaskClient
from sqlalchemy import event

from minutes.minutes import Minutes
from portal.audit import AuditEntry
from portal.committees import Committee
from portal.files import forget_unnamed, store

WORDS = "Viele Worte, die jemand lange getippt hat. "


def english(house: House, name: str = "secretary") -> FlaskClient:
    client = house.sign_in(name)
    submit(client, "/account", action="/language", language="en")
    return client


def upload(client: FlaskClient, meeting: int, text: str) -> object:
    return submit(client, f"/meetings/{meeting}/minutes/new", text=text)


@pytest.mark.parametrize("address", ["/nowhere", "/meetings/99", "/static/nowhere"])
def test_what_is_not_there_says_so_in_the_readers_language(light_house: House, address: str) -> None:
    german = light_house.sign_in("secretary").get(address)
    assert (german.status_code, "Nicht gefunden" in german.text) == (404, True)
    foreign = english(light_house).get(address)
    assert '<html lang="en">' in foreign.text


def test_a_wrong_method_names_the_right_ones(light_house: House) -> None:
    answer = light_house.visitor().delete("/login")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert "über die Startseite" in answer.text


def test_a_text_beyond_the_limit_is_too_large_and_not_a_fault(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting()
    answer = upload(client, meeting, "x" * 24_000_000)
    assert answer.status_code == 413
    assert "20 MB" in answer.text


def test_a_form_without_its_token_gives_the_words_back(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting()
    answer = client.post(f"/meetings/{meeting}/minutes/new", data={"text": WORDS})
    assert answer.status_code == 400
    assert WORDS.strip() in answer.text


def test_a_fault_is_a_page_without_inner_words_and_gives_the_words_back(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting()
    page = client.get(f"/meetings/{meeting}/minutes/new").text
    with light_house.rows() as rows:
        rows.execute(sa.text("ALTER TABLE minutes RENAME TO lost"))
        rows.commit()
    token = forms_of(page)[0]["fields"]["csrf_token"]
    answer = client.post(f"/meetings/{meeting}/minutes/new", data={"csrf_token": token, "text": WORDS})
    assert answer.status_code == 500
    assert WORDS.strip() in answer.text
    assert "sqlite" not in answer.text.lower()


def test_a_database_that_is_gone_is_the_same_page_in_german(house: House) -> None:
    client = house.sign_in("member")
    with house.rows() as rows:
        rows.execute(sa.text("ALTER TABLE sign_in RENAME TO lost"))
        rows.commit()
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Da ist etwas schiefgegangen" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_a_full_disk_is_a_page_with_the_words_and_nothing_is_half_stored(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting()
    no_page_more = "PRAGMA max_page_count = 1"
    with light_house.listening("begin", lambda connection: connection.exec_driver_sql(no_page_more)):
        answer = upload(client, meeting, WORDS * 4000)
    assert answer.status_code == 507
    assert "Kein Speicherplatz" in answer.text
    assert WORDS.strip() in answer.text
    assert client.get("/").status_code == 200
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Minutes)).all() == []
        assert rows.scalar(sa.select(AuditEntry.id).where(AuditEntry.action == "minutes.typed")) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
def test_a_file_that_does_not_fit_on_the_disk_leaves_nothing_behind(light_house: House) -> None:
    folder = light_house.instance / "files"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        with light_house.rows(), pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            store("a.txt", b"x" * 200_000, "txt", 1)
        assert [path for path in folder.rglob("*") if path.is_file()] == []
    finally:
        subprocess.run(["umount", folder], check=True)


def test_files_that_no_row_names_go_after_a_day(light_house: House) -> None:
    with light_house.rows() as rows:
        named = store("../../a\nb.txt", b"named", "txt", 1)
        rows.commit()
        paths = {"named": named.path, "name": named.name}
        orphan = store("b.txt", b"orphan", "txt", 1).path
        rows.rollback()
    with light_house.rows():
        forget_unnamed()
        assert orphan.is_file()
        for path in (orphan, paths["named"]):
            os.utime(path, (time.time() - 90_000,) * 2)
        forget_unnamed()
    assert (orphan.exists(), Path(paths["named"]).exists()) == (False, True)
    assert paths["name"] == "a b.txt"


def test_the_same_row_made_twice_at_once_is_a_conflict_and_no_fault(house: House) -> None:
    client, page = house.sign_in("admin"), "/admin/committees/new"
    fields = {"name": "UAG Neu", "slug": "uag-neu", "code": "UNE"}
    filled = forms_of(client.get(page).text)[-2]["fields"] | fields

    def hasten(session: sa.orm.Session, _context: object, _instances: object) -> None:
        if not session.info.setdefault("hastened", False):
            session.info["hastened"] = True
            session.execute(sa.insert(Committee).values(**fields, kind="steering"))

    event.listen(sa.orm.Session, "before_flush", hasten)
    try:
        answer = client.post(page, data=filled)
    finally:
        event.remove(sa.orm.Session, "before_flush", hasten)
    assert answer.status_code == 409
    assert "im selben Augenblick" in answer.text
