"""Minutes: upload, correct, approve, read."""

import io

import pytest
import sqlalchemy as sa
from documents import document
from doors import House, approve_minutes, submit, token
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from meetings.meeting import Meeting, MeetingState
from minutes.minutes import Minutes
from minutes.proposals import DecisionProposal, TaskProposal
from minutes.sealing import SealedError
from portal.chain import ChainLink
from portal.files import StoredFile, remove_dropped

TEXT = """# Protokoll

**Anwesend:** Sina Schreiber, Carla Vorsitz, Mia Glied

## TOP 1 Haushalt

Der Haushalt wird vorgestellt.

**Beschluss:** Der Haushalt wird angenommen.
Abstimmung: 6 Ja-Stimmen, 1 Nein-Stimme, keine Enthaltung

## TOP 2 Verschiedenes

Mia Glied erstellt bis zum 01.03.2027 eine Übersicht.
"""
CLIENT_DATA = TEXT + "\nFrau Zelihanova, geb. am 04.07.1989, AZR-Nummer 190704558123, wird beraten.\n"


def upload(client: FlaskClient, meeting: int, name: str, content: bytes) -> TestResponse:
    page = f"/meetings/{meeting}/minutes/new"
    return submit(client, page, file=(io.BytesIO(content), name))


def drafted(house: House, slug: str = "lenkungskreis", text: str = TEXT) -> tuple[FlaskClient, int]:
    """The secretary uploaded minutes of a meeting that was; returns her browser and the minutes' id."""
    client = house.sign_in("secretary")
    answer = upload(client, house.meeting(slug, days=-3), "protokoll.md", text.encode())
    assert answer.status_code == 302, answer.text
    return client, int(answer.location.split("/")[2])


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_a_word_processor_file_becomes_a_draft_with_proposals(light_house: House, kind: str) -> None:
    client = light_house.sign_in("secretary")
    answer = upload(client, light_house.meeting(days=-3), f"Sitzung.{kind}", document(TEXT, kind))
    page = client.get(answer.location)
    assert "Protokoll prüfen" in page.text
    with light_house.rows() as rows:
        decision = rows.scalars(sa.select(DecisionProposal)).one()
        assert (decision.yes, decision.no, decision.outcome) == (6, 1, "adopted")
        task = rows.scalars(sa.select(TaskProposal)).one()
        assert task.owners == "Mia Glied"
        assert str(task.due) == "2027-03-01"


def test_the_original_is_kept_under_its_digest_and_given_back_as_a_download(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    answer = client.get(f"/minutes/{minutes_id}/original")
    assert answer.data == TEXT.encode()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type == "application/octet-stream"


def test_pasted_text_becomes_a_draft_too(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    answer = submit(client, f"/meetings/{light_house.meeting(days=-1)}/minutes/new", text=TEXT)
    assert answer.status_code == 302
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Minutes.original_id)).one() is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("leer.docx", b"", "leer"),
        ("rechnung.docx", b"MZ\x90\x00" + b"\x00" * 400, "Datei"),
        ("protokoll.pdf", b"%PDF-1.4 abgeschnitten", "PDF"),
        ("bild.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, "Datei"),
    ],
)
def test_a_wrong_file_is_refused_in_words_and_nothing_is_stored(
    light_house: House, name: str, content: bytes, words: str
) -> None:
    client = light_house.sign_in("secretary")
    answer = upload(client, light_house.meeting(days=-1), name, content)
    assert answer.status_code == 422
    assert words in answer.text
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(Minutes)).all() == []
        assert rows.scalars(sa.select(StoredFile)).all() == []
    assert list((light_house.instance).glob("files/*/*")) == []


def test_neither_file_nor_text_is_said_so(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    answer = submit(client, f"/meetings/{light_house.meeting(days=-1)}/minutes/new")
    assert answer.status_code == 422
    assert "Bitte wählen Sie eine Datei" in answer.text


def test_a_second_upload_for_the_same_meeting_is_refused(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    meeting = light_house.meeting(days=-1)
    page = f"/meetings/{meeting}/minutes/new"
    first = submit(client, page, text=TEXT)
    assert first.status_code == 302
    second = client.post(page, data={"text": TEXT, "csrf_token": token(client)})
    assert second.status_code == 422
    for answer in (second, client.get(page)):
        assert f'href="{first.location.removesuffix("/edit")}"' in answer.text
    with light_house.rows() as rows:
        assert len(rows.scalars(sa.select(Minutes)).all()) == 1


def test_corrections_are_kept_and_unticked_proposals_go_at_approval(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    changes = {
        "decisions-0-yes": "5",
        "tasks-0-accepted": None,
        "tasks-1-text": "Raum buchen",
        "tasks-1-owners": "Carla",
    }
    assert submit(client, f"/minutes/{minutes_id}/edit", **changes).status_code == 302
    assert approve_minutes(client, minutes_id).status_code == 302
    with light_house.rows() as rows:
        minutes = rows.get_one(Minutes, minutes_id)
        assert minutes.decisions[0].yes == 5
        assert [(task.text, task.owners) for task in minutes.tasks] == [("Raum buchen", "Carla")]


def test_approval_seals_the_minutes_chains_them_and_tells_the_members(house: House) -> None:
    client, minutes_id = drafted(house)
    assert approve_minutes(client, minutes_id).status_code == 302
    assert client.get(f"/minutes/{minutes_id}/edit").status_code == 404
    letters = house.letters("minutes_approved")
    told = {letter.person.email for letter in letters}
    assert told == {"secretary@example.org", "chair@example.org", "member@example.org"}
    assert all(letter.body and b"Haushalt" not in letter.body for letter in letters)
    with house.rows() as rows:
        minutes = rows.get_one(Minutes, minutes_id)
        assert rows.scalars(sa.select(ChainLink.subject)).all() == [f"minutes:{minutes_id}"]
        assert rows.get_one(Meeting, minutes.meeting_id).state is MeetingState.HELD
        minutes.text = "etwas anderes"
        with pytest.raises(SealedError):
            rows.flush()
    assert house.run("verify").exit_code == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE minutes_decision SET yes = 7",
        "UPDATE minutes SET text = 'anders'",
        "UPDATE minutes SET html = '<p>anders</p>'",
        "DELETE FROM minutes_task",
        "UPDATE minutes_item SET number = '9'",
        "UPDATE minutes_decision SET rationale = 'anders'",
        "UPDATE minutes SET next_meeting = '2027-01-01'",
    ],
)
def test_changed_minutes_are_found_by_verify(light_house: House, change: str) -> None:
    client, minutes_id = drafted(light_house)
    approve_minutes(client, minutes_id)
    with light_house.rows() as rows:
        rows.execute(sa.text(change))
        rows.commit()
    result = light_house.run("verify")
    assert result.exit_code == 1
    assert f"minutes:{minutes_id}" in result.output


def test_members_read_approved_minutes_and_no_drafts(light_house: House) -> None:
    client, minutes_id = drafted(light_house)
    member = light_house.sign_in("member")
    assert member.get(f"/minutes/{minutes_id}").status_code == 404
    approve_minutes(client, minutes_id)
    page = member.get(f"/minutes/{minutes_id}")
    assert "Der Haushalt wird vorgestellt." in page.text
    assert light_house.sign_in("outsider").get(f"/minutes/{minutes_id}").status_code == 404
    assert member.get(f"/minutes/{minutes_id}/original").status_code == 404


def test_findings_block_the_approval_of_case_group_minutes_until_they_are_replaced(
    light_house: House,
) -> None:
    client, minutes_id = drafted(light_house, "fallgruppe", CLIENT_DATA)
    page = f"/minutes/{minutes_id}/approve"
    shown = client.get(page).text
    assert "190704558123" in shown
    assert f'action="{page}"' not in shown
    refused = client.post(page, data={"csrf_token": token(client), "version": "1", "approved_by": "direct"})
    assert refused.location == page
    assert submit(client, page, action=f"/minutes/{minutes_id}/replace").status_code == 302
    assert approve_minutes(client, minutes_id).status_code == 302
    with light_house.rows() as rows:
        minutes = rows.get_one(Minutes, minutes_id)
        assert minutes.is_approved
        for secret in ("Zelihanova", "190704558123", "04.07.1989"):
            assert secret not in minutes.text


def test_a_client_is_replaced_as_owner_of_a_task_too(light_house: House) -> None:
    text = "# Protokoll\n\n## TOP 1 Unterlagen\n\nFrau Zelihanova bringt bis zum 01.03.2027 den Pass mit.\n"
    client, minutes_id = drafted(light_house, "fallgruppe", text)
    changes = {
        "tasks-0-text": "Pass mitbringen",
        "tasks-0-owners": "Frau Zelihanova, Cem Berater",
        "tasks-0-accepted": "y",
    }
    submit(client, f"/minutes/{minutes_id}/edit", **changes)
    page = f"/minutes/{minutes_id}/approve"
    assert "Wer" in client.get(page).text
    submit(client, page, action=f"/minutes/{minutes_id}/replace")
    assert approve_minutes(client, minutes_id).location == f"/minutes/{minutes_id}"
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(TaskProposal.owners)).all() == ["Cem Berater"]
    assert "Zelihanova" not in client.get(f"/minutes/{minutes_id}").text


def test_an_original_with_blocking_data_is_dropped_at_approval_and_its_digest_remains(
    light_house: House,
) -> None:
    client, minutes_id = drafted(light_house, "fallgruppe", CLIENT_DATA)
    page = f"/minutes/{minutes_id}/approve"
    submit(client, page, action=f"/minutes/{minutes_id}/replace")
    approve_minutes(client, minutes_id)
    with light_house.rows():
        remove_dropped()
    assert list(light_house.instance.glob("files/*/*")) == []
    assert client.get(f"/minutes/{minutes_id}/original").status_code == 404
    with light_house.rows() as rows:
        kept = rows.scalars(sa.select(StoredFile)).one()
        assert kept.size == len(CLIENT_DATA.encode())


def test_findings_in_other_committees_are_marked_and_do_not_block(light_house: House) -> None:
    client, minutes_id = drafted(light_house, "lenkungskreis", CLIENT_DATA)
    page = f"/minutes/{minutes_id}/approve"
    assert "190704558123" in client.get(page).text
    assert approve_minutes(client, minutes_id).location == f"/minutes/{minutes_id}"


def test_a_dismissed_finding_needs_a_reason_and_no_longer_blocks(light_house: House) -> None:
    text = "# Protokoll\n\nDie AZR-Nummer 190704558123 ist frei erfunden.\n"
    client, minutes_id = drafted(light_house, "fallgruppe", text)
    page, action = f"/minutes/{minutes_id}/approve", f"/minutes/{minutes_id}/dismiss"
    submit(client, page, action=action, reason="")
    assert f'action="{page}"' not in client.get(page).text
    submit(client, page, action=action, reason="Beispiel aus der Schulung")
    assert approve_minutes(client, minutes_id).location == f"/minutes/{minutes_id}"


def test_a_file_name_that_names_somebody_is_not_kept(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    name = "Frau Zelihanova geb. 04.07.1989.md"
    upload(client, light_house.meeting("fallgruppe", days=-1), name, TEXT.encode())
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(StoredFile.name)).one() == "protokoll.md"


def test_a_script_in_the_minutes_is_not_served(light_house: House) -> None:
    client, minutes_id = drafted(
        light_house, text=TEXT + "\n<script>alert(1)</script> [x](javascript:alert(2))\n"
    )
    page = client.get(f"/minutes/{minutes_id}").text
    assert "alert(1)" not in page
    assert "javascript:" not in page
