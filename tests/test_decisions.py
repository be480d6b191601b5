"""Writing a decision: the form, the guard's findings, replacing, setting aside; refused words are kept."""

import re
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, forms_of, submit
from flask.testing import FlaskClient

from meetings.agenda import AgendaItem
from minutes.decision import OUTCOME_LENGTH, RATIONALE_LENGTH, TITLE_LENGTH, Decision, Topic
from minutes.decision_form import OPTIONAL
from minutes.decision_pages import MOST_ON_CARD
from minutes.legal_basis import REFERENCE_LENGTH
from portal.audit import AuditEntry
from portal.dismissals import Dismissal

NEW = "/committees/lenkungskreis/decisions/new"
WORDS = {
    "kind": "resolution",
    "title": "Nachweis der Identität bei verlorenen Papieren",
    "result": "granted",
    "outcome": "Eine Erklärung der Beratungsstelle genügt.",
    "arguments": "### Grundzüge\n\n1. Die Papiere sind verloren.\n2. Niemand kann sie wieder beschaffen.",
    "legal_bases": "§ 25b AufenthG\n§ 60a AufenthG",
    "topics": "Identität\nDuldung",
}
WORDS_STORED = {name: WORDS[name] for name in ("title", "outcome", "arguments", "legal_bases", "topics")}
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
    return next(form["fields"] for form in forms_of(page) if "arguments" in form["fields"])


def finding_forms(page: str, action: str) -> list[dict[str, str]]:
    return [form["fields"] for form in forms_of(page) if (form["action"] or "").endswith(action)]


def test_everything_that_was_typed_is_in_the_draft(house: House, writer: FlaskClient) -> None:
    meeting = house.meeting(days=-3, title="Herbstsitzung")
    write(writer, meeting_id=str(meeting))
    [draft] = drafts(house)
    assert draft.guarded_texts == {name: WORDS.get(name, "") for name in draft.guarded_texts} | {
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
    chair = house.sign_in("chair")
    released = submit(chair, draft, f"{draft}/release", recognised="nobody").location
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
        ("arguments", "z" * (RATIONALE_LENGTH + 1), f"höchstens {RATIONALE_LENGTH} Zeichen"),
        ("legal_bases", "§ 1\n" + "§" * (REFERENCE_LENGTH + 1), f"ist länger als {REFERENCE_LENGTH} Zeichen"),
        ("topics", "\n".join(f"Thema {n}" for n in range(31)), "höchstens 30 Zeilen"),
        ("supersedes", "LK-1999-001", "mit dieser Nummer gibt es nicht"),
        ("kind", "verdict", ""),
        ("meeting_id", "4711", ""),
        ("agenda_item_id", "9" * 20, ""),
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
    if field not in {"kind", "meeting_id", "agenda_item_id"}:
        assert kept[field].strip() == text.strip()
    assert drafts(light_house) == []


def test_a_text_of_the_full_length_with_line_breaks_is_accepted(house: House, writer: FlaskClient) -> None:
    long = "\r\n".join(["Zeile"] * 20_000)[: RATIONALE_LENGTH - 1]
    write(writer, arguments=long)
    assert drafts(house)[0].arguments == long.replace("\r\n", "\n").strip()


def test_control_signs_become_blanks(house: House, writer: FlaskClient) -> None:
    write(writer, arguments="vor\x1fnach\x0bTabelle", topics="Thema\x08eins")
    stored = drafts(house)[0].guarded_texts
    assert (stored["arguments"], stored["topics"]) == ("vor nach Tabelle", "Thema eins")


def test_editing_changes_the_draft_and_empties_what_was_emptied(house: House, writer: FlaskClient) -> None:
    draft = write(writer)
    answer = submit(writer, f"{draft}/edit", title="Neuer Titel", legal_bases="§ 104c AufenthG", topics="")
    assert answer.location == draft
    assert drafts(house)[0].guarded_texts == dict.fromkeys(OPTIONAL, "") | WORDS_STORED | {
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


def test_a_stale_form_shows_also_what_others_chose(light_house: House) -> None:
    writer, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3, title="Herbstsitzung")
    draft = write(writer)
    stale = fields_of(writer.get(f"{draft}/edit").text)
    submit(writer, f"{draft}/edit", result="refused", votes_no="0", meeting_id=str(meeting), supersedes="")
    page = writer.post(f"{draft}/edit", data=stale).text
    shown = re.findall(r"<h3>([^<]+)</h3>\s*<pre>([^<]*)</pre>", page)
    assert [label for label, _words in shown] == ["Ausgang", "Nein-Stimmen", "Sitzung"]
    assert [words.rpartition(" ")[2] for _label, words in shown] == ["abgelehnt", "0", "Herbstsitzung"]


def test_a_committees_page_leads_those_who_write_to_every_draft(light_house: House) -> None:
    for number in range(MOST_ON_CARD + 1):
        light_house.decision(released=False, title=f"Entwurf {number:02d}")
    page = light_house.sign_in("chair").get("/committees/lenkungskreis").text
    assert len(set(re.findall(r"Entwurf \d\d", page))) == MOST_ON_CARD + 1
    assert "wartet auf Ihre Freigabe" in page
    assert "Entwurf 00" not in light_house.sign_in("member").get("/committees/lenkungskreis").text


def test_a_stale_form_can_be_saved_after_comparing(house: House, writer: FlaskClient) -> None:
    draft = write(writer)
    stale = fields_of(writer.get(f"{draft}/edit").text) | {"outcome": "Mit Bedacht"}
    submit(house.sign_in("secretary"), f"{draft}/edit", title="Anderer Titel")
    again = fields_of(writer.post(f"{draft}/edit", data=stale).text)
    assert writer.post(f"{draft}/edit", data=again).status_code == 302
    assert drafts(house)[0].outcome == "Mit Bedacht"


def test_only_meetings_of_the_committee_that_were_not_cancelled_can_be_named(light_house: House) -> None:
    held = light_house.meeting(days=-10, title="Gehalten")
    light_house.meeting("fallgruppe", days=-10, title="Fremd")
    light_house.meeting(days=400, title="Fern")
    page = light_house.sign_in("secretary").get(NEW).text
    assert re.findall(r'<option value="(\d+)">[\d.]+ (\w+)', page) == [(str(held), "Gehalten")]


def test_an_item_of_the_agenda_brings_its_meeting_along(light_house: House) -> None:
    writer, meeting = light_house.sign_in("secretary"), light_house.meeting(days=-3)
    other = light_house.meeting(days=-10)
    submit(writer, f"/meetings/{meeting}/agenda/new", title="Sprachmittlung")
    page = writer.get(NEW).text
    item = re.search(r'data-meeting="\d+" value="(\d+)"|value="(\d+)" data-meeting', page)
    number = next(filter(None, item.groups()))
    refused = submit(writer, NEW, **WORDS, agenda_item_id=number, meeting_id=str(other))
    assert "gehört zu einer anderen Sitzung" in refused.text
    write(writer, agenda_item_id=number)
    [draft] = drafts(light_house)
    assert (draft.meeting_id, draft.agenda_item_id) == (meeting, int(number))


def test_an_item_that_a_decision_names_is_not_taken_off_its_agenda(house: House, writer: FlaskClient) -> None:
    meeting = house.meeting(days=3)
    submit(writer, f"/meetings/{meeting}/agenda/new", title="Sprachmittlung")
    with house.rows() as rows:
        item = rows.scalar(sa.select(AgendaItem.id))
    draft = write(writer, agenda_item_id=str(item))
    page = f"/agenda/items/{item}"
    answer = submit(writer, page, f"{page}/delete")
    assert "Eine Entscheidung nennt diesen Punkt" in writer.get(answer.location).text
    assert writer.get(draft).status_code == 200
    submit(writer, draft, f"{draft}/delete")
    submit(writer, page, f"{page}/delete")
    with house.rows() as rows:
        assert rows.scalars(sa.select(AgendaItem)).all() == []


@pytest.mark.parametrize("name", ["legal_bases", "one_more_basis"])
def test_references_are_kept_in_their_one_spelling_and_anything_else_as_typed(
    light_house: House, name: str
) -> None:
    typed = {"legal_bases": ""} | {name: "§§25a, 25 V aufenthg iVm art 8 emrk"}
    write(light_house.sign_in("secretary"), **typed)
    write(light_house.sign_in("secretary"), legal_bases="Erlass vom 3. März", title="Zweite")
    first, second = drafts(light_house)
    assert first.guarded_texts["legal_bases"] == "§ 25a AufenthG\n§ 25 Abs. 5 AufenthG\ni. V. m. Art. 8 EMRK"
    assert second.guarded_texts["legal_bases"] == "Erlass vom 3. März"


@pytest.mark.parametrize("name", ["legal_bases", "one_more_basis"])
def test_a_usual_section_of_the_residence_act_needs_no_law(light_house: House, name: str) -> None:
    typed = "25b\n§60d\n60a II 3" if name == "legal_bases" else "25b, §60d, 60a II 3"
    kept = "Art 8\n§ 10\n7\nArt. 25b\nErlass 25b"
    given = (
        {"legal_bases": f"{typed}\n{kept}"} if name == "legal_bases" else {"legal_bases": kept, name: typed}
    )
    write(light_house.sign_in("secretary"), **given)
    [draft] = drafts(light_house)
    spelled = ["§ 25b AufenthG", "§ 60d AufenthG", "§ 60a Abs. 2 Satz 3 AufenthG"]
    assert sorted(draft.guarded_texts["legal_bases"].splitlines()) == sorted([*spelled, *kept.splitlines()])


@pytest.mark.parametrize("typed", ["lk-{}-1", "LK–{}–001", "Lk-{}-01"])
def test_what_is_replaced_is_found_however_its_number_is_typed(light_house: House, typed: str) -> None:
    number = light_house.decision()
    write(light_house.sign_in("secretary"), supersedes=typed.format(number[3:7]))
    assert drafts(light_house)[1].supersedes_id == 1


def test_what_may_be_left_out_says_so_and_faults_stand_in_the_order_of_the_page(light_house: House) -> None:
    writer = light_house.sign_in("secretary")
    for label in ("Sitzung", "Tagesordnungspunkt"):
        assert re.search(rf">{label} <span class=\"optional\">", writer.get(NEW).text)
    page = submit(writer, NEW, title="", votes_yes="-1", supersedes="LK-1999-1", topics="x" * 61).text
    summary = page[page.index("error-summary-title") :].partition("</ul>")[0]
    order = re.findall(r'href="#(\w+)"', summary)
    assert order == ["result", "title", "outcome", "arguments", "topics", "votes_yes", "supersedes"]
    assert order == sorted(order, key=lambda name: page.index(f' id="{name}"'))


def test_the_archive_leads_to_writing_those_who_may(light_house: House) -> None:
    link = 'href="/committees/lenkungskreis/decisions/new"'
    assert link in light_house.sign_in("secretary").get("/decisions").text
    assert link not in light_house.sign_in("member").get("/decisions").text


def test_reasons_that_come_back_with_a_refused_form_are_called_what_they_are(light_house: House) -> None:
    given = {
        "set_aside-0-kind": "person",
        "set_aside-0-excerpt": "Frau Selin Aydemir",
        "set_aside-0-reason": "Ein Verein",
    }
    page = submit(light_house.sign_in("secretary"), NEW, **(NAMED | {"result": ""} | given)).text
    assert "Ihre Gründe" in page
    assert 'value="Ein Verein"' in page
    assert "Tagesordnung stehen" not in page
    assert "hat eine Stelle gefunden" not in page


def test_suggestions_come_from_the_field_and_from_what_the_writer_may_read(light_house: House) -> None:
    light_house.decision(legal_bases=["§ 77 BVFG"], topics=["Offen"])
    light_house.decision("fallgruppe", legal_bases=["§ 88 BVFG"], topics=["Fremd"])
    with light_house.rows() as rows:
        rows.execute(sa.text("UPDATE membership SET ends_on = '2021-01-01' WHERE committee_id = 2"))
        rows.commit()
    page = light_house.sign_in("secretary").get(NEW).text
    assert '<option value="§ 60c AufenthG">Ausbildungsduldung</option>' in page
    assert '<option value="Offen">' in page
    assert "§ 88 BVFG" not in page
    assert "Fremd" not in page


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


def test_a_rationale_of_nothing_but_names_is_shown_in_pieces_and_replaced_at_once(
    light_house: House,
) -> None:
    draft = light_house.decision(released=False, arguments="Svetlana Petrović\n\n" * 400, outcome="Erteilt.")
    client = light_house.sign_in("secretary")
    page = client.get(draft).text
    assert "400 Fundstellen sind offen" in page
    assert "Gezeigt sind 100 von 400 Fundstellen" in page
    assert page.count('<li class="finding') == 100
    assert submit(client, draft, f"{draft}/replace", field="*").status_code == 302
    page = client.get(draft).text
    assert "Keine offenen Fundstellen" in page
    assert "Gezeigt sind" not in page


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
    assert re.search("Zurückgestellt von Sina Schreiber am .*: Das ist das Postfach des Amtes.", page)
    assert "Keine offenen Fundstellen" in page


def test_a_finding_across_two_lines_can_be_set_aside(house: House, writer: FlaskClient) -> None:
    draft = write(writer, arguments="Das sagte Herr Torben\nWindmüller gestern.")
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
    submit(house.sign_in("secretary"), f"{draft}/edit", topics="Anderes")
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


def test_every_change_leaves_an_audit_entry_without_its_words(house: House, writer: FlaskClient) -> None:
    draft = write(writer, **NAMED)
    submit(writer, draft, f"{draft}/replace", field="*", start="0")
    submit(writer, f"{draft}/edit", title="Neu")
    with house.rows() as rows:
        entries = rows.scalars(sa.select(AuditEntry).where(AuditEntry.action.startswith("decision."))).all()
        assert [row.action for row in entries] == ["decision.drafted", "decision.replaced", "decision.edited"]
        assert not any("Aydemir" in str(row.detail) for row in entries)


@pytest.mark.parametrize(
    ("result", "yes", "no", "is_odd"),
    [
        ("granted", "3", "30", True),
        ("conditional", "5", "5", True),
        ("granted", "", "1", True),
        ("granted", "0", "", True),
        ("refused", "10", "5", True),
        ("granted", "7", "1", False),
        ("granted", "", "0", False),
        ("refused", "4", "4", False),
        ("deferred", "3", "30", False),
    ],
)
def test_a_vote_that_does_not_fit_the_result_is_kept_once_somebody_says_so(
    light_house: House, result: str, yes: str, no: str, *, is_odd: bool
) -> None:
    writer, vote = light_house.sign_in("secretary"), {"result": result, "votes_yes": yes, "votes_no": no}
    assert "Ja, so stimmt es" not in writer.get(NEW).text
    if is_odd:
        refused = submit(writer, NEW, **(WORDS | vote))
        assert refused.status_code == 422
        assert "dass es so stimmt" in refused.text
        assert fields_of(refused.text).items() >= vote.items()
        assert drafts(light_house) == []
        vote |= {"votes_are_right": "y"}
    page = writer.get(write(writer, **vote)).text
    assert ("Passt die Abstimmung zum Ausgang?" in page) is is_odd
