"""Uploading minutes: what is asked before a file is taken, and that nothing need be sent twice."""

import io
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
from documents import WORD, changed, document
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from minutes.minutes import Minutes
from portal import textguard
from portal.database import session
from portal.files import StoredFile
from portal.textguard import Finding

TODAY = datetime.now(UTC).date()
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/q842iQAAAABJRU5ErkJggg=="
)
W = f'xmlns:w="{WORD}"'
TOLD = "Ein Satz, den das Portal lesen muss."
QUESTION = "Gehört das Protokoll zu dieser Sitzung?"


def minutes_of(day: date, more: str = "") -> str:
    return f"# Protokoll vom {day:%d.%m.%Y}\n\n## TOP 1 Haushalt\n\nDer Haushalt wurde beraten.{more}\n"


def send(
    client: FlaskClient, meeting: int, text: str, name: str = "protokoll.md", **fields: str
) -> TestResponse:
    page = f"/meetings/{meeting}/minutes/new"
    return submit(client, page, file=(io.BytesIO(text.encode()), name), **fields)


def pdf_without_text() -> bytes:
    document, target = pypdfium2.PdfDocument.new(), io.BytesIO()
    document.new_page(595, 842)
    document.save(target)
    return target.getvalue()


def again(client: FlaskClient, asked: TestResponse, **fields: str) -> TestResponse:
    """Send the page with the question once more, as it stands, with these fields."""
    (form,) = (form for form in forms_of(asked.text) if "held" in form["fields"])
    return client.post(asked.request.path, data=form["fields"] | fields)


def stored(house: House) -> list[Minutes]:
    with house.rows() as rows:
        return list(rows.scalars(sa.select(Minutes)))


def test_minutes_that_name_another_day_are_taken_only_after_a_yes_and_without_sending_the_file_again(
    house: House,
) -> None:
    client, meeting = house.sign_in("secretary"), house.meeting(days=-3)
    other = TODAY - timedelta(days=40)
    asked = send(client, meeting, minutes_of(other))
    assert asked.status_code == 422
    assert QUESTION in asked.text
    assert f"{other:%d.%m.%Y}" in asked.text
    assert stored(house) == []
    assert again(client, asked).status_code == 422, "without the tick it is asked again"
    assert again(client, asked, confirmed="y").status_code == 302
    with house.rows() as rows:
        assert rows.scalars(sa.select(StoredFile)).one().path.read_bytes() == minutes_of(other).encode()


def test_minutes_that_name_the_day_of_the_meeting_or_none_are_taken_at_once(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    for days, text in ((-3, minutes_of(TODAY - timedelta(days=3))), (-4, "# TOP 1\n\nBeraten.")):
        assert send(client, light_house.meeting(days=days), text).status_code == 302


def test_the_same_file_at_a_second_meeting_is_noticed(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    first, second = light_house.meeting(days=-3), light_house.meeting(days=-9)
    assert send(client, first, "# TOP 1\n\nBeraten.").status_code == 302
    asked = send(client, second, "# TOP 1\n\nBeraten.", "anderer Name.md")
    assert "Dieselbe Datei ist schon das Protokoll der Sitzung vom" in asked.text


def test_pasted_minutes_of_another_day_are_asked_about_and_the_text_is_kept(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    text = minutes_of(TODAY - timedelta(days=40))
    asked = submit(client, f"/meetings/{meeting}/minutes/new", text=text)
    assert QUESTION in asked.text
    assert again(client, asked, confirmed="y").status_code == 302
    assert stored(light_house)[0].text == text


def test_nobody_can_ask_for_a_file_that_others_sent(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    asked = send(client, meeting, minutes_of(TODAY - timedelta(days=40)))
    (form,) = (form for form in forms_of(asked.text) if "held" in form["fields"])
    chair = light_house.sign_in("chair")
    page = f"/meetings/{meeting}/minutes/new"
    held = {name: form["fields"][name] for name in ("held", "held_name")}
    answer = submit(chair, page, confirmed="y", **held)
    assert answer.status_code == 422
    assert "Bitte wählen Sie eine Datei" in answer.text
    forged = held["held"][:-1] + ("0" if held["held"][-1] != "0" else "1")
    assert submit(client, page, confirmed="y", **held | {"held": forged}).status_code == 422
    assert stored(light_house) == []


def test_a_scanned_file_is_kept_while_its_text_is_typed(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    page = f"/meetings/{meeting}/minutes/new"
    scan = pdf_without_text()
    asked = submit(client, page, file=(io.BytesIO(scan), "scan.pdf"))
    assert asked.status_code == 422
    assert "scan.pdf" in asked.text
    assert again(client, asked, text="# TOP 1\n\nBeraten.").status_code == 302
    with light_house.rows() as rows:
        minutes = rows.scalars(sa.select(Minutes)).one()
        assert minutes.text == "# TOP 1\n\nBeraten."
        (attachment,) = minutes.attachments
        assert (attachment.title, attachment.file.path.read_bytes()) == ("Eingescanntes Protokoll", scan)


def document_with_a_picture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Made in the picture's folder: pandoc writes the path into the document, and a random one may look like a name."""
    (folder / "plan.png").write_bytes(PNG)
    monkeypatch.chdir(folder)
    return document("# TOP 1\n\nBeraten.\n\n![Der Plan](plan.png)\n", "docx")


def test_in_a_case_group_nothing_is_attached_that_the_guard_cannot_read(
    light_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = light_house.sign_in("secretary")
    page = f"/meetings/{light_house.meeting('fallgruppe', days=-3)}/minutes/new"
    file = (io.BytesIO(document_with_a_picture(tmp_path, monkeypatch)), "protokoll.docx")
    answer = submit(client, page, file=file)
    assert "Bilder aus dem Dokument sind nicht angehängt" in client.get(answer.location).text
    page = f"/meetings/{light_house.meeting('fallgruppe', days=-4)}/minutes/new"
    scan = pdf_without_text()
    asked = submit(client, page, file=(io.BytesIO(scan), "scan.pdf"))
    assert "bleibt als Original bei der Schriftführung" in asked.text
    assert again(client, asked, text="# TOP 1\n\nFrau Amina Beispiel kam.").status_code == 302
    with light_house.rows() as rows:
        pictured, scanned = rows.scalars(sa.select(Minutes).order_by(Minutes.id))
        assert pictured.attachments == scanned.attachments == []
        assert (pictured.original_note, scanned.original_note) == ("", "blocking-data")
        assert scanned.original.path.read_bytes() == scan


def test_the_guard_reads_what_the_text_of_an_original_leaves_out(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    header = f"<w:hdr {W}><w:p><w:r><w:t>Frau Amina Beispiel</w:t></w:r></w:p></w:hdr>"
    hidden = f"<w:footnotes {W}><w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{{}}</w:t></w:r></w:p></w:footnotes>"
    for days, part in enumerate((header, hidden.format("Frau Amina Beispiel"), hidden.format("Anhang")), 3):
        page = f"/meetings/{light_house.meeting('fallgruppe', days=-days)}/minutes/new"
        file = (io.BytesIO(changed(document("Beraten.", "docx"), word__more_xml=part.encode())), "a.docx")
        assert submit(client, page, file=file).status_code == 302
    with light_house.rows() as rows:
        notes = rows.scalars(sa.select(Minutes.original_note).order_by(Minutes.id)).all()
    assert notes == ["blocking-data", "blocking-data", ""]


def test_nobody_waits_while_the_guard_reads_a_long_file(
    light_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, in_transaction = textguard.scan, []

    def watched(text: str, *known: frozenset[str]) -> list[Finding]:
        if TOLD in text:
            in_transaction.append(session.in_transaction())
        return scan(text, *known)

    monkeypatch.setattr(textguard, "scan", watched)
    client = light_house.sign_in("secretary")
    send(client, light_house.meeting("fallgruppe", days=-3), f"# TOP 1\n\n{TOLD}\n")
    files = [(io.BytesIO(minutes_of(TODAY - timedelta(days=9), TOLD).encode()), "zwei.md")]
    submit(client, "/committees/fallgruppe/minutes/import", files=files, creates_meetings="y")
    assert len(stored(light_house)) == 2
    assert in_transaction == [False, False]


def test_of_a_very_long_list_the_beginning_is_proposed_and_this_is_said(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    text = "\n".join(f"## TOP {number} Punkt {number}\n" for number in range(1, 511))
    answer = submit(client, f"/meetings/{meeting}/minutes/new", text=text)
    assert "von jeder Art nur die ersten 500" in client.get(answer.location).text
    with light_house.rows() as rows:
        assert len(rows.scalars(sa.select(Minutes)).one().items) == 500


def test_a_meeting_that_has_minutes_leads_to_them(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    page = f"/meetings/{meeting}/minutes/new"
    form = forms_of(client.get(page).text)
    assert submit(client, page, text="# TOP 1").status_code == 302
    shown = client.get(page).text
    sent = client.post(page, data={"csrf_token": token(client), "text": "# TOP 2"})
    assert sent.status_code == 422
    for each in (shown, sent.text):
        assert "Zum vorhandenen Protokoll" in each
        assert len(forms_of(each)) == len(form) - 1
    assert "# TOP 2</textarea>" in sent.text, "what somebody typed meanwhile is not lost"
    assert len(stored(light_house)) == 1


def test_a_made_up_name_of_a_held_file_is_no_fault_of_the_portal(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    asked = submit(client, f"/meetings/{meeting}/minutes/new", held="é.x", held_name="a.md")
    assert asked.status_code == 422
