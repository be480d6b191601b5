"""Attachments of minutes: the original for those who write them, a cleaned copy for those who read them."""

import io
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from documents import document
from doors import House, approve_minutes, forms_of, submit, token
from flask.testing import FlaskClient
from scrubbing_samples import SECRET, STAYS, docx, jpg, pdf, png
from test_minutes import drafted
from test_scrubbing import holds
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from minutes.attachments import MOST_ATTACHMENTS, Attachment
from minutes.minutes import Minutes
from minutes.sealing import SealedError
from portal import audit
from portal.audit import AuditEntry
from portal.dismissals import Dismissal
from portal.files import StoredFile

PLAIN = "# TOP 1\n\nDer Haushalt wurde beraten.\n"
PLAN = docx()
NAMED = b"Der Antrag von Herrn Karim Nazari liegt vor."


def attach(client: FlaskClient, minutes: int, *files: tuple[str, bytes], **fields: str) -> TestResponse:
    """Send the form for attachments with these files, as a browser does that lets one choose several."""
    page = f"/minutes/{minutes}/attachments"
    (form,) = [form for form in forms_of(client.get(page).text) if "title" in form["fields"]]
    sent: MultiDict[str, Any] = MultiDict(form["fields"] | fields)
    for name, content in files:
        sent.add("files", (io.BytesIO(content), name))
    return client.post(page, data=sent, content_type="multipart/form-data")


def attachments(house: House) -> list[tuple[int, str, str]]:
    """Id, title and name of all attachments."""
    with house.rows() as rows:
        wanted = sa.select(Attachment.id, Attachment.title, StoredFile.name).join(Attachment.released)
        return [tuple(row) for row in rows.execute(wanted.order_by(Attachment.position))]


def attached(
    house: House, slug: str = "lenkungskreis", name: str = "Plan.docx"
) -> tuple[FlaskClient, int, int]:
    """A secretary who attached a file to a draft; her browser, the minutes, the attachment."""
    secretary, minutes = drafted(house, slug, PLAIN)
    answer = attach(secretary, minutes, (name, PLAN), title="Der Plan")
    assert answer.status_code == 302, answer.text
    ((number, _title, _name),) = attachments(house)
    return secretary, minutes, number


def approve(client: FlaskClient, minutes: int) -> None:
    assert approve_minutes(client, minutes).status_code == 302


@pytest.mark.parametrize("slug", ["lenkungskreis", "fallgruppe"])
def test_members_get_a_cleaned_copy_and_the_original_goes_with_the_approval(house: House, slug: str) -> None:
    secretary, minutes, number = attached(house, slug)
    copy, original = f"/attachments/{number}", f"/attachments/{number}/original"
    assert secretary.get(original).data == PLAN
    reader = house.sign_in("member" if slug == "lenkungskreis" else "counsellor")
    assert reader.get(copy).status_code == 404, "drafts are read by those who write them"
    approve(secretary, minutes)
    page = reader.get(f"/minutes/{minutes}").text
    assert "Der Plan" in page
    answer = reader.get(copy)
    assert answer.headers["Content-Disposition"] == "attachment; filename=Plan.docx"
    assert holds(PLAN, SECRET)
    assert not holds(answer.data, SECRET)
    assert holds(answer.data, STAYS)
    assert house.run("worker", "--once").exit_code == 0
    assert secretary.get(original).status_code == reader.get(original).status_code == 404
    assert secretary.get(copy).status_code == 200
    assert house.run("verify").exit_code == 0
    with house.rows() as rows:
        row = rows.get_one(Attachment, number)
        assert (row.file.path.exists(), row.released.path.exists()) == (False, True)


def test_several_files_come_at_once_with_kind_size_and_digest(light_house: House) -> None:
    secretary, minutes = drafted(light_house, text=PLAIN)
    files = [
        ("Foto.JPG", jpg()),
        ("Bild.png", png()),
        ("../../etc/Plan.pdf", pdf()),
        ("Notiz.txt", b"Notiz"),
    ]
    answer = attach(secretary, minutes, *files, title="Vom Ortstermin")
    page = secretary.get(answer.location).text
    assert "4 Anlagen sind gespeichert." in page
    assert [name for _id, _title, name in attachments(light_house)] == [
        "Foto.JPG", "Bild.png", "Plan.pdf", "Notiz.txt",
    ]  # fmt: skip
    with light_house.rows() as rows:
        released = rows.scalars(sa.select(Attachment)).first().released
        assert released.digest[:12] in page
    for words in ("JPEG-Bild", "PNG-Bild", "5 Byte"):
        assert words in page
    assert "Vom Ortstermin" not in page, "one title does not fit several files"
    assert "aus dem Dokument" not in page


def test_if_one_file_is_refused_none_is_kept_and_it_is_said_why(light_house: House) -> None:
    secretary, minutes = drafted(light_house, text=PLAIN)
    before = list(light_house.instance.glob("files/*/*"))
    for name, content, words in [
        ("seite.html", b"<p>", "seite.html: Diese Art von Datei"),
        ("kaputt.pdf", b"%PDF-1.7\nkaputt", "kaputt.pdf: Die Datei ist beschädigt"),
        ("Bild.png", jpg(), "Endung .png"),
        ("leer.txt", b"", "leer.txt: Die Datei ist leer"),
    ]:
        answer = attach(secretary, minutes, ("Notiz.txt", b"Notiz"), (name, content), title="Bleibt stehen")
        assert answer.status_code == 422
        assert words in answer.text
        assert "Es wurde nichts gespeichert." in answer.text
        assert 'value="Bleibt stehen"' in answer.text
    assert "Bitte wählen Sie die Dateien." in attach(secretary, minutes, title="x").text
    assert attachments(light_house) == []
    assert list(light_house.instance.glob("files/*/*")) == before


def test_the_same_file_twice_and_more_than_twenty_are_refused(light_house: House) -> None:
    secretary, minutes = drafted(light_house, text=PLAIN)
    twice = attach(secretary, minutes, ("a.txt", b"gleich"), ("b.txt", b"gleich"))
    assert "schon angehängt" in twice.text
    files = [(f"{number}.txt", b"%d" % number) for number in range(MOST_ATTACHMENTS + 1)]
    assert "höchstens 20 Anlagen" in attach(secretary, minutes, *files).text
    assert attachments(light_house) == []
    assert attach(secretary, minutes, *files[1:]).status_code == 302
    page = secretary.get(f"/minutes/{minutes}/attachments").text
    assert "Mehr als 20 Anlagen" in page
    assert 'name="files"' not in page


def test_names_in_a_file_refuse_it_in_the_case_group_until_a_reason_is_given(light_house: House) -> None:
    secretary, minutes = drafted(light_house, "fallgruppe", PLAIN)
    refused = attach(secretary, minutes, ("Antrag.txt", NAMED))
    assert refused.status_code == 422
    assert "Herrn Karim Nazari</mark>" in refused.text
    assert attachments(light_house) == []
    (form,) = [form for form in forms_of(refused.text) if "title" in form["fields"]]
    reasons = {name: value for name, value in form["fields"].items() if name.startswith("set_aside")}
    answer = attach(
        secretary, minutes, ("Antrag.txt", NAMED), **reasons | {"set_aside-0-reason": "Autor des Antrags"}
    )
    assert answer.status_code == 302
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Dismissal.subject)).all() == [f"attachments:{minutes}"]
    approve(secretary, minutes)


def test_names_and_titles_name_nobody_in_the_case_group(light_house: House) -> None:
    secretary, minutes = drafted(light_house, "fallgruppe", PLAIN)
    answer = attach(secretary, minutes, ("Bescheid Frau Amina Beispiel.png", png()))
    page = secretary.get(answer.location).text
    assert "wurden geändert" in page
    assert "nicht lesen" in page, "nobody reads pictures, and the secretary is told so"
    ((number, _title, name),) = attachments(light_house)
    assert "Amina" not in name
    edit = f"/attachments/{number}/edit"
    refused = submit(secretary, edit, title="Bescheid von Frau Amina Beispiel", name="Bescheid")
    assert refused.status_code == 422
    assert "Amina Beispiel</mark>" in refused.text
    assert submit(secretary, edit, title="Bescheid", name="Bescheid").status_code == 302
    assert attachments(light_house) == [(number, "Bescheid", "Bescheid.png")]


def test_in_other_committees_a_file_with_names_is_taken_and_marked(light_house: House) -> None:
    secretary, minutes = drafted(light_house, text=PLAIN)
    answer = attach(secretary, minutes, ("Antrag.txt", NAMED))
    assert "Textwächter hat in den Dateien etwas gefunden" in secretary.get(answer.location).text


def test_a_removed_attachment_leaves_nothing_behind(light_house: House) -> None:
    secretary, minutes, number = attached(light_house)
    page = f"/minutes/{minutes}/attachments"
    assert submit(secretary, page, action=f"/attachments/{number}/delete").status_code == 302
    assert attachments(light_house) == []
    assert secretary.get(f"/attachments/{number}").status_code == 404
    assert light_house.run("worker", "--once").exit_code == 0
    with light_house.rows() as rows:
        (original,) = (row.path for row in rows.scalars(sa.select(StoredFile)) if row.is_kept)
        actions = set(rows.scalars(sa.select(AuditEntry.action)))
    assert list(light_house.instance.glob("files/*/*")) == [original], "the minutes' own file"
    assert {"attachment.added", "attachment.removed"} <= actions


def test_approved_minutes_take_and_lose_no_attachments(light_house: House) -> None:
    secretary, minutes, number = attached(light_house)
    approve(secretary, minutes)
    for page in (f"/minutes/{minutes}/attachments", f"/attachments/{number}/edit"):
        assert secretary.get(page).status_code == 404
        assert secretary.post(page, data={"csrf_token": token(secretary)}).status_code == 404
    deleting = secretary.post(f"/attachments/{number}/delete", data={"csrf_token": token(secretary)})
    assert deleting.status_code == 404


def test_pictures_of_the_uploaded_document_become_attachments(light_house: House, tmp_path: Path) -> None:
    (tmp_path / "foto.jpg").write_bytes(jpg())
    text = f"# TOP 1\n\n{STAYS}\n\n![Frau Amina Beispiel am Rednerpult]({tmp_path}/foto.jpg)\n"
    secretary, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    file = (io.BytesIO(document(text, "docx")), "Protokoll.docx")
    answer = submit(secretary, f"/meetings/{meeting}/minutes/new", file=file)
    assert answer.status_code == 302, answer.text
    ((number, title, _name),) = attachments(light_house)
    assert title == "Frau Amina Beispiel am Rednerpult"
    minutes = int(answer.location.split("/")[2])
    assert "aus dem Dokument" in secretary.get(f"/minutes/{minutes}/attachments").text
    assert not holds(secretary.get(f"/attachments/{number}").data, SECRET)


def test_files_of_approved_minutes_can_no_longer_change_even_by_the_house_itself(light_house: House) -> None:
    secretary, minutes, number = attached(light_house)
    approve(secretary, minutes)
    with light_house.rows() as rows:
        attachment = rows.get_one(Attachment, number)
        with pytest.raises(SealedError):
            attachment.rename("Anders", "anders")
        attachment.title = "Anders"
        with pytest.raises(SealedError):
            rows.flush()
        rows.rollback()
        rows.delete(rows.get_one(Attachment, number))
        with pytest.raises(SealedError):
            rows.flush()


def test_who_approves_has_seen_the_attachments_as_they_are(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary, minutes, number = attached(house)
    chair, page = house.sign_in("chair"), f"/minutes/{minutes}/approve"
    seen = next(form["fields"] for form in forms_of(chair.get(page).text) if form["action"] == page)
    approving = threading.Thread(target=lambda: chair.post(page, data=seen | {"approved_by": "direct"}))
    record = audit.record

    def meanwhile(action: str, row: Any, **details: Any) -> None:
        if action == "attachment.renamed":
            approving.start()
            approving.join(0.5)
        record(action, row, **details)

    monkeypatch.setattr(audit, "record", meanwhile)
    edit = f"/attachments/{number}/edit"
    assert submit(secretary, edit, title="Anders", name="anders").status_code == 302
    approving.join()
    assert attachments(house) == [(number, "Anders", "anders.docx")]
    with house.rows() as rows:
        assert not rows.get_one(Minutes, minutes).is_approved


def test_verify_reads_the_files_on_disk(light_house: House) -> None:
    secretary, minutes, number = attached(light_house)
    approve(secretary, minutes)
    assert light_house.run("verify").exit_code == 0
    with light_house.rows() as rows:
        path = rows.get_one(Attachment, number).released.path
    path.write_bytes(b"anders")
    assert "of an attachment was changed" in light_house.run("verify").output
    path.unlink()
    assert "of an attachment is missing" in light_house.run("verify").output
