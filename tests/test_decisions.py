"""Writing a decision: the form, the guard's findings, replacing, setting aside; refused words are kept."""

import re
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit
from flask.testing import FlaskClient

from meetings.meeting import Meeting
from minutes.arrivals import from_text
from minutes.decision import OUTCOME_LENGTH, RATIONALE_LENGTH, REFERENCE_LENGTH, TITLE_LENGTH, Decision, Topic
from minutes.reading import make_minutes
from portal.audit import AuditEntry
from portal.dismissals import Dismissal
from portal.people import Person

NEW = "/committees/lenkungskreis/decisions/new"
WORDS = {
    "kind": "resolution",
    "title": "Nachweis der Identität bei verlorenen Papieren",
    "outcome": "Eine Erklärung der Beratungsstelle genügt.",
    "rationale": "### Grundzüge\n\n1. Die Papiere sind verloren.\n2. Niemand kann sie wieder beschaffen.",
    "legal_bases": "§ 25b AufenthG\n§ 60a AufenthG",
    "topics": "Identität\nDuldung",
}
WORDS_STORED = {name: WORDS[name] for name in ("title", "outcome", "rationale", "legal_bases", "topics")}
MINUTES = """# Protokoll

## TOP 1: Sprachmittlung

Beschluss: Der Lenkungskreis beschließt, die Sprachmittlung für ein Jahr zu verlängern.
Abstimmung: einstimmig
"""
NAMED = WORDS | {
    "title": "Antrag von Frau Selin Aydemir",
    "outcome": "Frau Selin Aydemir, geboren am 03.05.1991, erhält die Erlaubnis.",
}


@pytest.fixture
def writer(house: House) -> FlaskClient:
    return house.sign_in("secretary")


def drafts(house: House) -> list[Decision]:
    with house.rows() as rows:
        found = list(rows.scalars(sa.select(Decision).order_by(Decision.id)))
        for row in found:
            assert row.guarded_texts is not None
        rows.expunge_all()
        return found


def write(writer: FlaskClient, page: str = NEW, **words: object) -> str:
    """Write a draft; returns its address."""
    answer = submit(writer, page, **(WORDS | words))
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def fields_of(page: str) -> dict[str, str]:
    return next(form["fields"] for form in forms_of(page) if "rationale" in form["fields"])


def finding_forms(page: str, action: str) -> list[dict[str, str]]:
    return [form["fields"] for form in forms_of(page) if (form["action"] or "").endswith(action)]


def test_everything_that_was_typed_is_in_the_draft(house: House, writer: FlaskClient) -> None:
    meeting = house.meeting(days=-3, title="Herbstsitzung")
    write(writer, meeting_id=str(meeting))
    [draft] = drafts(house)
    assert draft.guarded_texts == {name: WORDS[name] for name in draft.guarded_texts} | {
        "topics": "Duldung\nIdentität"
    }
    assert (draft.kind, draft.state, draft.meeting_id, draft.number) == ("resolution", "draft", meeting, None)


def test_the_draft_shows_what_readers_will_see(house: House, writer: FlaskClient) -> None:
    page = writer.get(write(writer)).text
    assert "<li>Die Papiere sind verloren.</li>" in page
    assert "§ 25b AufenthG, § 60a AufenthG" in page


def test_sending_the_form_twice_makes_one_draft(house: House, writer: FlaskClient) -> None:
    fields = fields_of(writer.get(NEW).text) | WORDS
    first, second = writer.post(NEW, data=fields), writer.post(NEW, data=fields)
    assert first.location == second.location
    assert len(drafts(house)) == 1


def test_sending_the_form_twice_at_once_makes_one_draft(house: House, writer: FlaskClient) -> None:
    fields, answers = fields_of(writer.get(NEW).text) | WORDS, []
    browsers = [house.sign_in("secretary") for _ in range(4)]
    tokens = [fields_of(browser.get(NEW).text)["csrf_token"] for browser in browsers]
    start = threading.Barrier(4)

    def send(browser: FlaskClient, token: str) -> None:
        start.wait()
        answers.append(browser.post(NEW, data=fields | {"csrf_token": token}).location)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == len(drafts(house)) == 1


def test_a_form_sent_again_after_the_release_leads_to_the_decision(house: House, writer: FlaskClient) -> None:
    fields = fields_of(writer.get(NEW).text) | WORDS
    draft = writer.post(NEW, data=fields).location
    released = submit(house.sign_in("chair"), draft, f"{draft}/release").location
    assert writer.post(NEW, data=fields).location == released
    assert len(drafts(house)) == 1


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("title", "x" * (TITLE_LENGTH + 1), f"höchstens {TITLE_LENGTH} Zeichen"),
        ("title", "   ", "füllen Sie dieses Feld aus"),
        ("title", "Titel\x07 mit Glocke", "keine Zeilenumbrüche"),
        ("outcome", "y" * (OUTCOME_LENGTH + 1), f"höchstens {OUTCOME_LENGTH} Zeichen"),
        ("outcome", " \n ", "füllen Sie dieses Feld aus"),
        ("rationale", "z" * (RATIONALE_LENGTH + 1), f"höchstens {RATIONALE_LENGTH} Zeichen"),
        ("legal_bases", "§ 1\n" + "§" * (REFERENCE_LENGTH + 1), f"ist länger als {REFERENCE_LENGTH} Zeichen"),
        ("topics", "\n".join(f"Thema {n}" for n in range(31)), "höchstens 30 Zeilen"),
        ("supersedes", "LK-1999-001", "mit dieser Nummer gibt es nicht"),
        ("kind", "verdict", ""),
        ("meeting_id", "4711", ""),
    ],
)
def test_a_refused_form_keeps_all_words_and_says_why(
    light_house: House, field: str, text: str, words: str
) -> None:
    answer = submit(light_house.sign_in("secretary"), NEW, **(WORDS | {field: text}))
    assert answer.status_code == 422
    assert words in answer.text
    kept = fields_of(answer.text)
    assert all(kept[name] == value for name, value in WORDS.items() if name != field)
    if field not in {"kind", "meeting_id"}:
        assert kept[field].strip() == text.strip()
    assert drafts(light_house) == []


def test_a_text_of_the_full_length_with_line_breaks_is_accepted(house: House, writer: FlaskClient) -> None:
    rationale = "\r\n".join(["Zeile"] * 20_000)[: RATIONALE_LENGTH - 1]
    write(writer, rationale=rationale)
    assert drafts(house)[0].rationale == rationale.replace("\r\n", "\n").strip()


def test_control_signs_become_blanks(house: House, writer: FlaskClient) -> None:
    write(writer, rationale="vor\x1fnach\x0bTabelle", topics="Thema\x08eins")
    stored = drafts(house)[0].guarded_texts
    assert (stored["rationale"], stored["topics"]) == ("vor nach Tabelle", "Thema eins")


def test_editing_changes_the_draft_and_empties_what_was_emptied(house: House, writer: FlaskClient) -> None:
    draft = write(writer)
    answer = submit(writer, f"{draft}/edit", title="Neuer Titel", legal_bases="§ 104c AufenthG", topics="")
    assert answer.location == draft
    assert drafts(house)[0].guarded_texts == WORDS_STORED | {
        "title": "Neuer Titel", "legal_bases": "§ 104c AufenthG", "topics": "",
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"title": "Von der Vorsitzenden"}, {"topics": "Nur ein anderes Thema"}])
def test_a_stale_form_keeps_its_words_and_shows_the_other_ones(
    house: House, writer: FlaskClient, change: dict[str, str]
) -> None:
    draft = write(writer)
    stale = fields_of(writer.get(f"{draft}/edit").text) | {"outcome": "Von der Schriftführung"}
    submit(writer, f"{draft}/edit", **change)
    answer = writer.post(f"{draft}/edit", data=stale)
    assert answer.status_code == 422
    assert fields_of(answer.text)["outcome"] == "Von der Schriftführung"
    assert f"<pre>{next(iter(change.values()))}</pre>" in answer.text
    assert drafts(house)[0].guarded_texts.items() >= change.items()


def test_a_stale_form_can_be_saved_after_comparing(house: House, writer: FlaskClient) -> None:
    draft = write(writer)
    stale = fields_of(writer.get(f"{draft}/edit").text) | {"outcome": "Mit Bedacht"}
    submit(house.sign_in("chair"), f"{draft}/edit", title="Anderer Titel")
    again = fields_of(writer.post(f"{draft}/edit", data=stale).text)
    assert writer.post(f"{draft}/edit", data=again).status_code == 302
    assert drafts(house)[0].outcome == "Mit Bedacht"


def test_only_meetings_of_the_committee_that_were_not_cancelled_can_be_named(light_house: House) -> None:
    held = light_house.meeting(days=-10, title="Gehalten")
    light_house.meeting("fallgruppe", days=-10, title="Fremd")
    light_house.meeting(days=400, title="Fern")
    page = light_house.sign_in("secretary").get(NEW).text
    assert re.findall(r'<option value="(\d+)">[\d.]+ (\w+)', page) == [(str(held), "Gehalten")]


def test_a_meeting_is_named_by_its_local_day(light_house: House) -> None:
    with time_machine.travel(datetime(2027, 7, 5, 12, tzinfo=UTC)):
        meeting = light_house.meeting(days=-3)
        with light_house.rows() as rows:
            rows.execute(sa.text("UPDATE meeting SET starts_at = '2027-07-01 22:30:00.000000'"))
            rows.commit()
        page = light_house.sign_in("secretary").get(NEW).text
    assert f'<option value="{meeting}">02.07.2027' in page


def test_the_guard_names_field_kind_reason_and_replacement(house: House, writer: FlaskClient) -> None:
    page = writer.get(write(writer, **NAMED)).text
    assert "3 Fundstellen sind offen" in page
    assert re.search(r"Geburtsdatum\s.*Ergebnis\..*führt zu einem einzelnen Menschen", page, re.DOTALL)
    assert re.search(r"<del>03\.05\.1991</del> <ins>[^<]+</ins>", page)
    assert "erhält die Erlaubnis" in page


def test_replacing_one_finding_leaves_the_others(house: House, writer: FlaskClient) -> None:
    draft = write(writer, **NAMED)
    wanted = next(
        fields for fields in finding_forms(writer.get(draft).text, "/replace") if fields["field"] == "title"
    )
    writer.post(f"{draft}/replace", data=wanted)
    [stored] = drafts(house)
    assert "Aydemir" not in stored.title
    assert stored.outcome == NAMED["outcome"]


def test_replacing_all_findings_leaves_nothing_open(house: House, writer: FlaskClient) -> None:
    draft = write(writer, **(NAMED | {"topics": "Frau Selin Aydemir\nDuldung"}))
    submit(writer, draft, f"{draft}/replace", field="*", start="0")
    assert "Keine offenen Fundstellen" in writer.get(draft).text
    assert not any("Aydemir" in text for text in drafts(house)[0].guarded_texts.values())


def test_a_topic_that_was_replaced_stays_nowhere(house: House, writer: FlaskClient) -> None:
    draft = write(writer, topics="Frau Selin Aydemir\nDuldung")
    submit(writer, f"{draft}/edit", topics="Duldung")
    with house.rows() as rows:
        assert rows.scalars(sa.select(Topic.name)).all() == ["Duldung"]


def test_a_stale_replacement_changes_nothing(house: House, writer: FlaskClient) -> None:
    draft = write(writer, **NAMED)
    stale = finding_forms(writer.get(draft).text, "/replace")[1]
    submit(writer, f"{draft}/edit", outcome="Kurz: " + NAMED["outcome"])
    before = drafts(house)[0].guarded_texts
    answer = writer.post(f"{draft}/replace", data=stale, follow_redirects=True)
    assert "inzwischen geändert" in answer.text
    assert drafts(house)[0].guarded_texts == before


def test_a_replacement_that_does_not_fit_is_refused(house: House, writer: FlaskClient) -> None:
    title = "Kontakt 0221 5550177 dringend".ljust(TITLE_LENGTH, "!")
    draft = write(writer, title=title)
    answer = writer.post(f"{draft}/replace", data=finding_forms(writer.get(draft).text, "/replace")[0])
    assert "zu lang" in writer.get(answer.location).text
    assert drafts(house)[0].title == title


def dismiss(browser: FlaskClient, draft: str, reason: str = "Das ist eine öffentliche Angabe.") -> str:
    fields = finding_forms(browser.get(draft).text, "/dismiss")[0]
    return str(browser.post(f"{draft}/dismiss", data=fields | {"reason": reason}, follow_redirects=True).text)


def test_setting_aside_needs_a_reason_and_is_shown_with_it(house: House, writer: FlaskClient) -> None:
    draft = write(writer, outcome="Rückfragen an amt@example.org sind möglich.")
    assert "nennen Sie einen Grund" in dismiss(writer, draft, "")
    page = dismiss(writer, draft, "Das ist das Postfach des Amtes.")
    assert "Zurückgestellt von Sina Schreiber: Das ist das Postfach des Amtes." in page
    assert "Keine offenen Fundstellen" in page


def test_a_finding_across_two_lines_can_be_set_aside(house: House, writer: FlaskClient) -> None:
    draft = write(writer, rationale="Das sagte Herr Torben\nWindmüller gestern.")
    fields = finding_forms(writer.get(draft).text, "/dismiss")[0]
    fields = {name: value.replace("\n", "\r\n") for name, value in fields.items()} | {"reason": "erfunden"}
    assert "Vermerkt" in writer.post(f"{draft}/dismiss", data=fields, follow_redirects=True).text


def test_words_that_the_guard_did_not_mark_cannot_be_set_aside(house: House, writer: FlaskClient) -> None:
    draft = write(writer, **NAMED)
    fields = finding_forms(writer.get(draft).text, "/dismiss")[0] | {
        "reason": "egal",
        "excerpt": "Beratungsstelle",
    }
    writer.post(f"{draft}/dismiss", data=fields)
    with house.rows() as rows:
        assert rows.scalars(sa.select(Dismissal)).all() == []


def test_a_deleted_draft_leaves_nothing_that_a_later_one_could_inherit(
    house: House, writer: FlaskClient
) -> None:
    draft = write(writer, outcome="Rückfragen an amt@example.org sind möglich.")
    dismiss(writer, draft)
    answer = submit(writer, draft, f"{draft}/delete")
    assert answer.location == "/committees/lenkungskreis"
    with house.rows() as rows:
        assert [
            rows.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (Decision, Dismissal, Topic)
        ] == [0, 0, 0]
    again = write(writer, outcome="Rückfragen an amt@example.org sind möglich.")
    assert again != draft
    assert "Eine Fundstelle ist offen" in writer.get(again).text


def test_a_draft_that_was_changed_meanwhile_is_not_deleted(house: House, writer: FlaskClient) -> None:
    draft = write(writer)
    stale = finding_forms(writer.get(draft).text, "/delete")[0]
    submit(house.sign_in("chair"), f"{draft}/edit", topics="Anderes")
    writer.post(f"{draft}/delete", data=stale)
    assert len(drafts(house)) == 1


@pytest.mark.parametrize("name", ["member", "counsellor", "outsider", "housing", "admin"])
def test_drafts_do_not_exist_for_others(light_house: House, name: str) -> None:
    draft, stranger = write(light_house.sign_in("secretary")), light_house.sign_in(name)
    assert stranger.get(draft).status_code == stranger.get(f"{draft}/edit").status_code == 404
    assert stranger.get(NEW).status_code == 404
    token = forms_of(stranger.get("/").text)[0]["fields"]["csrf_token"]
    for action in ("edit", "replace", "dismiss", "delete", "release"):
        assert (
            stranger.post(f"{draft}/{action}", data={"csrf_token": token, "version": "1"}).status_code == 404
        )
    assert WORDS["title"] not in stranger.get("/").text


def test_a_form_takes_over_what_the_minutes_decided(house: House, writer: FlaskClient) -> None:
    meeting = house.meeting(days=-3)
    with house.rows() as rows:
        minutes = make_minutes(
            rows.get_one(Meeting, meeting), from_text(MINUTES), rows.scalars(sa.select(Person.id)).first()
        )
        rows.flush()
        proposal = minutes.decisions[0].id
        rows.commit()
    fields = fields_of(writer.get(f"{NEW}?from={proposal}").text)
    assert fields["meeting_id"] == str(meeting)
    assert "Sprachmittlung" in fields["outcome"]
    assert (fields["kind"], fields["version"]) == ("resolution", "0")


@pytest.mark.parametrize("number", [-1, 0, 10**30, "x"])
def test_a_proposal_that_does_not_exist_gives_an_empty_form(house: House, number: object) -> None:
    page = house.sign_in("secretary").get(f"{NEW}?from={number}")
    assert fields_of(page.text)["title"] == ""


def test_every_change_leaves_an_audit_entry_without_its_words(house: House, writer: FlaskClient) -> None:
    draft = write(writer, **NAMED)
    submit(writer, draft, f"{draft}/replace", field="*", start="0")
    submit(writer, f"{draft}/edit", title="Neu")
    with house.rows() as rows:
        entries = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action.startswith("decision."))).all()
        assert [row.action for row in entries] == ["decision.drafted", "decision.replaced", "decision.edited"]
        assert not any("Aydemir" in str(row.detail) for row in entries)
