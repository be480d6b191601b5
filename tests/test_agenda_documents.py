"""Documents of an agenda: judged by their content, read by the guard, given only to those who read the item."""

import io
import os
from typing import Any

import pytest
import sqlalchemy as sa
from documents import archive, document
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient
from test_agenda import add, item_of, items

from meetings.agenda import AgendaDocument
from portal.audit import AuditEntry
from portal.dismissals import Dismissal
from portal.files import StoredFile, forget_unnamed

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
NAMED = "Der Antrag von Herrn Karim Nazari liegt vor."


def open_xml(main: str, **members: bytes) -> bytes:
    types = f'<Override ContentType="application/vnd.{main}"/>'
    return archive({"[Content_Types].xml": types} | members)


XLSX = open_xml("openxmlformats-officedocument.spreadsheetml.sheet.main+xml")
PPTX = open_xml("openxmlformats-officedocument.presentationml.presentation.main+xml")
ODS = archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def upload(client: FlaskClient, item: int, name: str, content: bytes, **fields: Any) -> Any:
    page = f"/agenda/items/{item}"
    (form,) = [f for f in forms_of(client.get(page).text) if f["action"] == f"{page}/documents"]
    data = form["fields"] | fields | {"file": (io.BytesIO(content), name)}
    return client.post(f"{page}/documents", data=data, content_type="multipart/form-data")


def prepared(house: House, slug: str = "lenkungskreis") -> tuple[FlaskClient, int, int]:
    meeting, secretary = house.meeting(slug), house.sign_in("secretary")
    add(secretary, meeting, title="Haushalt")
    return secretary, meeting, item_of(house, meeting, "Haushalt")


def documents(house: House) -> list[tuple[int, str]]:
    with house.rows() as rows:
        wanted = sa.select(AgendaDocument.id, StoredFile.name).join(AgendaDocument.file)
        return [tuple(row) for row in rows.execute(wanted.order_by(AgendaDocument.id))]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Zahlen.xlsx", XLSX),
        ("Vortrag.pptx", PPTX),
        ("Liste.ods", ODS),
        ("Plan.png", PNG),
        ("Bild.JPEG", b"\xff\xd8\xff\xe0" + bytes(20)),
        ("Notiz.txt", "Grüße".encode()),
        ("Alt.txt", "Grüße".encode("latin-1")),
        ("Notiz.md", b"# Titel"),
    ],
)
def test_every_listed_type_is_taken_and_comes_back_as_it_was(
    light_house: House, name: str, content: bytes
) -> None:
    secretary, meeting, item = prepared(light_house)
    assert upload(secretary, item, name, content).status_code == 302
    ((number, kept),) = documents(light_house)
    assert kept == name
    assert name in light_house.sign_in("member").get(f"/meetings/{meeting}/agenda").text
    answer = light_house.sign_in("member").get(f"/agenda/documents/{number}")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_type == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("leer.pdf", b"", "leer"),
        ("", b"", "leer"),
        ("bericht.docx", PDF, "Endung .docx"),
        ("bericht.pdf", b"MZ\x90\x00", "Diese Art von Datei"),
        ("seite.html", b"<script>", "Diese Art von Datei"),
        ("bild.svg", b"<svg onload='x'/>", "Diese Art von Datei"),
        ("bericht.txt", b"\x00\x01\x02", "Diese Art von Datei"),
        ("bericht.docx", XLSX, "Endung .docx"),
        ("bericht.docx", b"PK\x03\x04kaputt", "beschädigt"),
        ("bericht.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "Passwort"),
        ("bericht.zip", archive({"a.txt": b"a"}), "Diese Art von Datei"),
        (
            "makro.xlsx",
            open_xml("ms-excel.sheet.macroEnabled.main+xml", **{"xl/vbaProject.bin": b"x"}),
            "Makros",
        ),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_words(
    light_house: House, name: str, content: bytes, words: str
) -> None:
    secretary, _meeting, item = prepared(light_house)
    answer = upload(secretary, item, name, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert documents(light_house) == []


def test_a_document_of_more_than_20_mb_is_refused(light_house: House) -> None:
    secretary, _meeting, item = prepared(light_house)
    page = f"/agenda/items/{item}"
    head = b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token(secretary).encode()
    file = (
        b'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        + PDF
        + bytes(20 * 2**20)
    )
    answer = secretary.post(
        f"{page}/documents",
        data=head + file + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 422
    assert "größer als 20 MB" in answer.text
    assert documents(light_house) == []


def test_names_in_a_document_refuse_it_in_the_case_group_until_a_reason_is_given(light_house: House) -> None:
    secretary, _meeting, item = prepared(light_house, "fallgruppe")
    content = document(NAMED, "docx")
    answer = upload(secretary, item, "Antrag.docx", content)
    assert answer.status_code == 422
    assert "Herrn Karim Nazari</mark>" in answer.text
    assert documents(light_house) == []
    (form,) = [f for f in forms_of(answer.text) if f["action"].endswith("/documents")]
    reasons = form["fields"] | {"set_aside-0-reason": "Name einer Autorin"}
    assert upload(secretary, item, "Antrag.docx", content, **reasons).status_code == 302
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Dismissal)).one().subject == f"agenda_item:{item}"


def test_in_other_committees_a_document_is_taken_and_marked(light_house: House) -> None:
    secretary, _meeting, item = prepared(light_house)
    answer = upload(secretary, item, "Antrag.docx", document(NAMED, "docx"))
    assert answer.status_code == 302
    assert "in der Datei etwas gefunden" in secretary.get(answer.location).text


def test_a_damaged_document_that_the_guard_cannot_read_is_refused(light_house: House) -> None:
    secretary, _meeting, item = prepared(light_house, "fallgruppe")
    damaged = open_xml("openxmlformats-officedocument.wordprocessingml.document.main+xml")
    assert upload(secretary, item, "kaputt.docx", damaged).status_code == 422


def test_a_file_name_that_names_somebody_is_not_kept_in_the_case_group(light_house: House) -> None:
    secretary, _meeting, item = prepared(light_house, "fallgruppe")
    answer = upload(secretary, item, "Bescheid Frau Amina Beispiel.png", PNG)
    page = secretary.get(answer.location).text
    assert "heißt hier" in page
    assert "nicht lesen" in page, "nobody reads pictures, and the secretary is told so"
    ((_number, kept),) = documents(light_house)
    assert "Amina" not in kept
    assert kept.endswith(".png")


def test_documents_are_read_by_those_who_read_the_item_only(light_house: House) -> None:
    meeting, member = light_house.meeting(), light_house.sign_in("member")
    add(member, meeting, title="Vorschlag")
    item = item_of(light_house, meeting, "Vorschlag")
    assert upload(member, item, "Plan.png", PNG).status_code == 302
    ((number, _name),) = documents(light_house)
    for name, status in [("member", 200), ("secretary", 200), ("outsider", 404), ("admin", 404)]:
        assert light_house.sign_in(name).get(f"/agenda/documents/{number}").status_code == status
    submit(light_house.sign_in("secretary"), f"/agenda/items/{item}", action=f"/agenda/items/{item}/accept")
    assert (
        member.post(f"/agenda/items/{item}/documents", data={"csrf_token": token(member)}).status_code == 404
    )
    answer = member.post(f"/agenda/documents/{number}/delete", data={"csrf_token": token(member)})
    assert answer.status_code == 404, "once it is accepted, the secretary keeps it"
    with light_house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "file.read")) == 2


def test_a_removed_document_leaves_no_file_behind(light_house: House) -> None:
    secretary, _meeting, item = prepared(light_house)
    upload(secretary, item, "Plan.png", PNG)
    ((number, _name),) = documents(light_house)
    with light_house.rows() as rows:
        path = rows.scalars(sa.select(StoredFile)).one().path
    assert path.is_file()
    submit(secretary, f"/agenda/items/{item}", action=f"/agenda/documents/{number}/delete")
    assert documents(light_house) == []
    os.utime(path, (0, 0))
    with light_house.rows():
        forget_unnamed()
    assert not path.exists()


def test_a_postponed_item_takes_its_documents_along_and_both_keep_them(house: House) -> None:
    secretary, _meeting, item = prepared(house)
    following = house.meeting(days=60)
    upload(secretary, item, "Plan.png", PNG)
    submit(secretary, f"/agenda/items/{item}", action=f"/agenda/items/{item}/postpone")
    (copy,) = items(house, following)
    (first, _), (second, _) = documents(house)
    answer = submit(secretary, f"/agenda/items/{copy.id}", action=f"/agenda/documents/{second}/delete")
    assert answer.status_code == 302
    assert [number for number, _name in documents(house)] == [first]
    assert house.sign_in("member").get(f"/agenda/documents/{first}").data == PNG
