"""Stored files: one on disk for all rows of its digest, and gone when nobody may read it any more."""

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from doors import House, approve_minutes, submit
from test_agenda_documents import documents, prepared
from test_agenda_documents import upload as upload_document
from test_minutes import drafted

from portal.files import FileState, Scanned, StoredFile, remove_dropped, size_in_words, store

NAMED = "# TOP 1\n\nDie AZR-Nummer 190704558123 liegt vor.\n"


def files(house: House) -> list[Path]:
    return [path for path in house.instance.glob("files/*/*") if path.is_file()]


def approve_without_names(house: House) -> int:
    """Approve minutes of the case group whose original names a client, and is dropped for it."""
    client, minutes = drafted(house, "fallgruppe", NAMED)
    page = f"/minutes/{minutes}/approve"
    submit(client, page, action=f"/minutes/{minutes}/replace")
    assert approve_minutes(client, minutes).status_code == 302
    return minutes


def test_a_dropped_file_goes_by_the_worker_whatever_became_of_the_request(house: House) -> None:
    minutes = approve_without_names(house)
    original = f"/minutes/{minutes}/original"
    assert len(files(house)) == 1, "the request removes nothing itself: it could be cut off after its commit"
    assert house.sign_in("secretary").get(original).status_code == 404
    assert house.run("worker", "--once").exit_code == 0
    assert files(house) == []
    with house.rows() as rows:
        assert rows.scalars(sa.select(StoredFile.state)).all() == [FileState.REMOVED]


def test_a_file_that_somebody_else_uploaded_too_stays_for_them(house: House) -> None:
    secretary, _meeting, item = prepared(house)
    assert upload_document(secretary, item, "Vermerk.md", NAMED.encode()).status_code == 302
    approve_without_names(house)
    assert house.run("worker", "--once").exit_code == 0
    ((number, _name),) = documents(house)
    assert secretary.get(f"/agenda/documents/{number}").data == NAMED.encode()


def test_a_file_that_is_just_being_stored_again_is_not_removed(house: House) -> None:
    with house.rows() as rows:
        store("a.txt", Scanned(b"same"), "txt", 1).drop()
        rows.commit()
        store("b.txt", Scanned(b"same"), "txt", 1)
        rows.flush()
        removing = threading.Thread(target=in_its_own_context, args=(house,))
        removing.start()
        time.sleep(0.3)  # it would be through by now, if it did not wait
        rows.commit()
        removing.join()
    assert len(files(house)) == 1


def in_its_own_context(house: House) -> None:
    with house.rows():
        remove_dropped()


@pytest.mark.parametrize(
    ("size", "words"), [(1, "1 Byte"), (999, "999 Byte"), (1500, "2 kB"), (1_420_000, "1,4 MB")]
)
def test_sizes_are_told_in_the_readers_words(light_house: House, size: int, words: str) -> None:
    with light_house.app.test_request_context():
        assert size_in_words(size) == words
