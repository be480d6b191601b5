"""Decisions leave the portal: one as PDF, any result of a search as one PDF, for Excel, as CSV and JSON."""

import csv
import io
import json
from datetime import UTC, datetime

import openpyxl
import pypdfium2
import pytest
import sqlalchemy as sa
import time_machine
from doors import House
from servers import ROOT
from test_export import faults, words

from minutes.archive_export import LIMITS
from minutes.decision import Decision, DecisionState
from minutes.decision_record import records
from minutes.decision_steps import StepKind, take
from minutes.export import decision_document, xlsx_program
from minutes.export.decision_rows import harmless
from minutes.export.pdf import to_pdf
from portal import chain, limited
from portal.audit import AuditEntry
from portal.chain import ChainLink, LinkKind
from portal.clock import today
from portal.people import Person

RICH = {
    "title": "Nachweise über die Voraufenthaltszeit",
    "outcome": "Eidesstattliche Erklärungen genügen.",
    "outline": "Worum es geht",
    "arguments": "### Erstens\n\n1. Ein Grund mit **Gewicht**\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "conclusion": "Künftig ebenso",
    "conditions": "Erste Auflage\nZweite Auflage",
    "legal_bases": ["§ 25b Abs. 1 AufenthG", "Art. 8 EMRK"],
    "topics": ["Duldung", "Nachweise"],
    "votes_yes": 6,
    "votes_no": 0,
}
FORMULAS = ["=1+1", "+49 1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", '=HYPERLINK("https://example.org")']


def withdraw(house: House, number: str, reason: str) -> None:
    with house.rows() as rows:
        decision = rows.scalars(sa.select(Decision).where(Decision.number == number)).one()
        people = {person.email.partition("@")[0]: person for person in rows.scalars(sa.select(Person))}
        take(decision, StepKind.WITHDRAWN, people["chair"], reason=reason, asked_by=people["secretary"])
        rows.commit()


def text_of(pdf: bytes) -> str:
    return " ".join("\n".join(words(pdf)).split())


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_decision_as_pdf_is_for_the_archive_and_for_everybody_and_holds_everything(
    light_house: House,
) -> None:
    number = light_house.decision(**RICH, meeting_id=light_house.meeting(days=-3, title="Frühjahr"))
    answer = light_house.sign_in("member").get(f"/decisions/{number.lower()}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={number}.pdf"
    assert faults(answer.data) == []
    document = pypdfium2.PdfDocument(answer.data)
    assert document.get_metadata_dict()["Title"] == f"{number} {RICH['title']}"
    titles = [entry.get_title() for entry in document.get_toc()]
    assert titles == [
        RICH["title"], "Ergebnis", "Auflagen", "Grundzüge", "Tragende Argumente", "Erstens",
        "Folgerung für ähnliche Fälle", "Nachweis",
    ]  # fmt: skip
    with light_house.rows() as rows:
        link = chain.link_of(LinkKind.RELEASED, "decision:1")
        head = rows.scalars(sa.select(ChainLink).order_by(ChainLink.sequence.desc())).first()
    text = text_of(answer.data)
    for part in (
        "Lenkungskreis", "zugestimmt", "Eidesstattliche Erklärungen genügen.", "Ja: 6, Nein: 0", "Erste Auflage",
        "§ 25b Abs. 1 AufenthG; Art. 8 EMRK", "Duldung; Nachweise", "Frühjahr", f"/decisions/{number}", "Seite 1 von",
        link.content_digest, link.digest, head.digest,
    ):  # fmt: skip
        assert part in text, part


def test_the_meeting_is_named_to_the_committee_only(light_house: House) -> None:
    number = light_house.decision(meeting_id=light_house.meeting(days=-3, title="Frühjahr"))
    reader = light_house.sign_in("outsider")
    assert "Frühjahr" not in text_of(reader.get(f"/decisions/{number}.pdf").data)
    assert table(reader.get("/decisions/export.csv").data)[0]["Sitzung am"] == ""
    assert reader.get("/decisions/export.json").json["decisions"][0]["meeting_on"] is None


def test_what_does_not_stand_any_more_says_so_first(light_house: House) -> None:
    old = light_house.decision(title="Alt")
    new = light_house.decision(title="Neu", supersedes_id=1)
    gone = light_house.decision(title="Falsch")
    withdraw(light_house, gone, "Auf falscher Grundlage")
    reader = light_house.sign_in("member")
    first, last = (text_of(reader.get(f"/decisions/{number}.pdf").data) for number in (old, gone))
    assert f"Abgelöst: An ihre Stelle ist getreten: {new} Neu" in first
    assert first.index("Abgelöst:") < first.index("Nummer")
    assert "Grund: Auf falscher Grundlage" in last
    assert last.index("Zurückgenommen:") < last.index("Nummer")
    assert f"Löst ab {old} Alt" in text_of(reader.get(f"/decisions/{new}.pdf").data)
    rows = {row["Nummer"]: row for row in table(reader.get("/decisions/export.csv").data)}
    assert (rows[old]["Stand"], rows[old]["Abgelöst durch"]) == ("abgelöst", new)
    assert (rows[gone]["Stand"], rows[gone]["Grund der Zurücknahme"]) == (
        "zurückgenommen",
        "Auf falscher Grundlage",
    )
    pdf = reader.get("/decisions/export.pdf").data
    assert f"{old} Alt (abgelöst)" in text_of(pdf)
    assert faults(pdf) == []


def test_a_list_as_one_pdf_has_contents_and_a_part_for_each_decision(light_house: House) -> None:
    numbers = [
        light_house.decision(title=f"Titel {n}", arguments="Ein Wort\n\n" * 40 * n + "Ende") for n in range(4)
    ]
    pdf = light_house.sign_in("member").get("/decisions/export.pdf").data
    assert faults(pdf) == []
    pages = words(pdf)
    assert all(number in pages[0] for number in numbers)
    document = pypdfium2.PdfDocument(pdf)
    parts = {
        entry.get_title(): entry.get_dest().get_index() for entry in document.get_toc() if entry.level == 1
    }
    assert list(parts) == [
        "Inhalt",
        *(f"{n} Titel {i}" for i, n in reversed([*enumerate(numbers)])),
        "Nachweis",
    ]
    # Each page of a part bears its number at its head.
    assert numbers[3] in pages[parts[f"{numbers[3]} Titel 3"] + 1].split("\n")[0]
    assert len(set(parts.values())) == len(parts)


def test_the_same_state_gives_the_same_pdf(light_house: House) -> None:
    number = light_house.decision(**RICH)
    one, other = light_house.sign_in("member"), light_house.sign_in("outsider")
    other.post("/language", data={"language": "en"})
    assert one.get(f"/decisions/{number}.pdf").data == other.get(f"/decisions/{number}.pdf").data


def test_a_table_opens_in_excel_with_its_head_in_sight_and_fits_on_paper(light_house: House) -> None:
    light_house.decision(**RICH)
    light_house.decision(title="Zweite")
    answer = light_house.sign_in("member").get("/decisions/export.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=Entscheidungen_20")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book["Entscheidungen"]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (
        "landscape", 0, True,
    )  # fmt: skip
    assert "$A$1:$G$3" in sheet.print_area
    assert sheet.column_dimensions[heads["Titel"]].width > 30
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [
        f"LK-{today().year}-00{n}" for n in (2, 1)
    ]
    row = {name: sheet[f"{letter}3"].value for name, letter in heads.items()}
    assert (row["Titel"], row["Ja-Stimmen"], row["Enthaltungen"]) == (RICH["title"], 6, None)
    assert row["Auflagen"] == RICH["conditions"]
    assert sheet[f"{heads['Entschieden am']}3"].is_date
    about = dict(book["Angaben"].iter_rows(min_row=2, values_only=True))
    assert about["Enthalten"] == "2"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(light_house: House, text: str) -> None:
    light_house.decision(title=text, outcome=text, topics=[text])
    reader = light_house.sign_in("member")
    (row,) = table(reader.get("/decisions/export.csv").data)
    assert all(not row[name].lstrip().startswith(("=", "+", "-", "@", "＝")) for name in row if row[name]), (
        row
    )
    assert row["Titel"] == f"'{text}"
    book = openpyxl.load_workbook(io.BytesIO(reader.get("/decisions/export.xlsx").data))
    cell = book["Entscheidungen"]["F2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_harmless_texts_stay_as_they_are() -> None:
    assert [harmless(text) for text in ("§ 25b", "a=b", "1-2", "", "„=“")] == [
        "§ 25b",
        "a=b",
        "1-2",
        "",
        "„=“",
    ]


def test_texts_that_no_workbook_holds_are_made_to_fit(light_house: House) -> None:
    number = light_house.decision(title="a\x00b_x0041_".replace("\x00", "\x0b"), arguments="ö" * 40_000)
    content = light_house.sign_in("member").get("/decisions/export.xlsx").data
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Entscheidungen"]
    assert sheet["A2"].value == number
    assert sheet["F2"].value.startswith("a b")
    long = sheet["J2"].value
    assert len(long) <= xlsx_program.LONGEST_CELL
    assert long.endswith("JSON-Datei)")


def test_csv_is_what_a_german_excel_opens_by_a_double_click(light_house: House) -> None:
    light_house.decision(**RICH)
    answer = light_house.sign_in("member").get("/decisions/export.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbfNummer;Entschieden am;")
    assert b"\r\n" in answer.data
    (row,) = table(answer.data)
    assert row["Tragende Argumente"] == RICH["arguments"]
    assert (row["Rechtsgrundlagen"], row["Nein-Stimmen"]) == ("§ 25b Abs. 1 AufenthG; Art. 8 EMRK", "0")


def test_json_has_the_fields_that_are_documented(light_house: House) -> None:
    light_house.decision(**RICH)
    reader = light_house.sign_in("member")
    answer = reader.get("/decisions/export.json?q=Voraufenthaltszeit")
    assert (answer.json["format"], answer.json["count"], answer.json["is_cut"]) == ("decisions/1", 1, False)
    (row,) = answer.json["decisions"]
    documentation = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    assert [name for name in row if f"`{name}`" not in documentation] == []
    assert row["votes"] == {"yes": 6, "no": 0, "abstain": None}
    assert (row["kind"], row["state"], row["result"]) == ("resolution", "released", "granted")
    assert row["legal_bases"] == RICH["legal_bases"]
    reader.post("/language", data={"language": "en"})
    assert reader.get("/decisions/export.json?q=Voraufenthaltszeit").data == answer.data


def test_a_decision_is_of_the_day_of_its_meeting_and_filed_under_its_release(light_house: House) -> None:
    with time_machine.travel(datetime(2026, 12, 29, 8, tzinfo=UTC), tick=False):
        meeting = light_house.meeting(days=0)
    with time_machine.travel(datetime(2027, 1, 12, 8, tzinfo=UTC), tick=False):
        number = light_house.decision(title="Titel", meeting_id=meeting)
        reader = light_house.sign_in("member")
        page = reader.get(f"/decisions/{number}").text
        assert "Dienstag, 29. Dezember 2026</time> (freigegeben am 12.01.2027)" in page
        assert f"Titel, {number} vom 29.12.2026, http" in page
        listed = reader.get("/decisions?year=2027").text
        assert "29.12.2026</time> (freigegeben am 12.01.2027)" in listed
        (row,) = table(reader.get("/decisions/export.csv").data)
        assert (row["Entschieden am"], row["Freigegeben am"]) == ("29.12.2026", "12.01.2027")
        (fields,) = reader.get("/decisions/export.json").json["decisions"]
        assert (fields["decided_on"], fields["released_on"]) == ("2026-12-29", "2027-01-12")
        printed = text_of(reader.get(f"/decisions/{number}.pdf").data)
        assert "Entschieden Dienstag, 29. Dezember 2026" in printed
        assert "Freigegeben Dienstag, 12. Januar 2027" in printed


def test_a_file_holds_what_the_page_finds(light_house: House) -> None:
    made = [light_house.decision(arguments=text, topics=[topic]) for text, topic in (
        ("Apfel", "Obst"), ("Birne", "Obst"), ("Apfel", "Baum"),
    )]  # fmt: skip
    reader = light_house.sign_in("member")
    for query, expected in (
        ("q=Äpfel", [made[2], made[0]]), ("q=Apfel&topic=1", [made[0]]), ("topic=1", [made[1], made[0]]),
        ("q=Zwetschge", []), ("committee=gibt-es-nicht", []), (f"q={made[1]}", [made[1]]),
        ("endpoint=x&_external=1", made[::-1]), ("sort=best&q=Apfel+Obst", [made[0]]), ("page=2", made[::-1]),
    ):  # fmt: skip
        found = [row["Nummer"] for row in table(reader.get(f"/decisions/export.csv?{query}").data)]
        assert found == expected, query


def test_a_limit_is_said_in_words(light_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        light_house.decision(title=f"Nummer {number}")
    for kind in LIMITS:
        monkeypatch.setitem(LIMITS, kind, (2, 1_000_000))
    reader = light_house.sign_in("member")
    sentence = "Diese Datei enthält die ersten 2 von 4 Treffern."
    assert sentence in text_of(reader.get("/decisions/export.pdf").data)
    book = openpyxl.load_workbook(io.BytesIO(reader.get("/decisions/export.xlsx").data))
    assert sentence in dict(book["Angaben"].iter_rows(values_only=True))["Nicht alle"]
    answer = reader.get("/decisions/export.json").json
    assert (answer["count"], answer["is_cut"], len(answer["decisions"])) == (4, True, 2)
    assert "höchstens 2 Entscheidungen" in reader.get("/decisions").text
    monkeypatch.setitem(LIMITS, "csv", (1000, 50))
    assert len(table(reader.get("/decisions/export.csv").data)) < 4


def test_a_file_has_the_order_of_the_page(light_house: House) -> None:
    best = light_house.decision(title="Apfel und Apfelbaum")
    newest = light_house.decision(arguments="Nebenbei ein Apfel")
    reader = light_house.sign_in("member")
    for order, expected in (("best", [best, newest]), ("newest", [newest, best])):
        found = table(reader.get(f"/decisions/export.csv?q=Apfel&sort={order}").data)
        assert [row["Nummer"] for row in found] == expected


LEAKS = ("Geheim", "FG-", "4711")


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv", "json"])
def test_nothing_of_a_case_group_is_in_a_file_for_others(light_house: House, kind: str) -> None:
    shown = light_house.decision(title="Offentitel")
    secret = light_house.decision(
        "fallgruppe", title="Geheimtitel", arguments="Geheimgrund", topics=["Geheimthema"], legal_bases=["§ 4711 GeheimG"],
        supersedes_id=1,
    )  # fmt: skip
    reader = light_house.sign_in("outsider")
    for query in ("", "?q=Geheimgrund", "?topic=1", f"?q={secret}", "?committee=fallgruppe"):
        content = reader.get(f"/decisions/export.{kind}{query}").data
        text = plain(content, kind)
        # What was typed stands in the address of the search, which the file names.
        text = (
            text.replace("q=Geheimgrund", "")
            .replace(f"q={secret}", "")
            .replace("„Geheimgrund“", "")
            .replace(f"„{secret}“", "")
        )
        assert [leak for leak in LEAKS if leak in text] == [], query
        assert (shown in text) == (query == ""), query
    if kind == "pdf":
        assert reader.get(f"/decisions/{secret}.pdf").status_code == 404
        assert secret not in plain(reader.get(f"/decisions/{shown}.pdf").data, "pdf")
    assert "Geheimtitel" in plain(
        light_house.sign_in("counsellor").get(f"/decisions/export.{kind}").data, kind
    )


def test_a_hidden_neighbour_is_not_named(light_house: House) -> None:
    """Only a change of the database could join two committees; the files still ask for each right."""
    secret = light_house.decision("fallgruppe", title="Geheimtitel")
    shown = light_house.decision(title="Offentitel", supersedes_id=1)
    light_house.decision("fallgruppe", title="Geheimtitel", supersedes_id=2)
    reader = light_house.sign_in("outsider")
    for name in (f"{shown}.pdf", "export.pdf", "export.csv", "export.json"):
        text = plain(reader.get(f"/decisions/{name}").data, name.rpartition(".")[2])
        assert "Offentitel" in text
        assert [leak for leak in (*LEAKS, secret) if leak in text] == [], name


def plain(content: bytes, kind: str) -> str:
    if kind == "pdf":
        return "\n".join(words(content))
    if kind == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        return "\n".join(str(value) for sheet in sheets for row in sheet.values for value in row)
    return content.decode("utf-8-sig")


def test_drafts_and_unknown_numbers_have_no_file(light_house: House) -> None:
    light_house.decision(released=False)
    reader = light_house.sign_in("secretary")
    for name in ("LK-2027-001", "1", "x", "export"):
        assert reader.get(f"/decisions/{name}.pdf").status_code == (200 if name == "export" else 404), name
    assert reader.get("/decisions/export.exe").status_code == 404
    assert table(reader.get("/decisions/export.csv").data) == []


def test_each_file_leaves_an_audit_entry_without_content(light_house: House) -> None:
    number = light_house.decision()
    reader = light_house.sign_in("member")
    reader.get(f"/decisions/{number}.pdf")
    reader.get("/decisions/export.csv?q=Titel")
    with light_house.rows() as rows:
        wanted = (
            sa.select(AuditEntry).where(AuditEntry.action.like("decision%.exported")).order_by(AuditEntry.id)
        )
        found = [(row.action, row.subject, row.detail) for row in rows.scalars(wanted)]
    assert found == [("decision.exported", "decision:1", {}), ("decisions.exported", "csv", {})]


def test_a_busy_machine_is_told_kindly(light_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    number = light_house.decision()
    reader = light_house.sign_in("member")
    with limited.turn():
        monkeypatch.setattr(limited, "PATIENCE_SECONDS", 0)
        for address, back in (
            (f"{number}.pdf", f"/decisions/{number}"),
            ("export.xlsx?q=Titel", "/decisions?q=Titel"),
        ):
            answer = reader.get(f"/decisions/{address}")
            assert answer.location == back
            assert "ließ sich nicht erstellen" in reader.get(back).text


STRANGE = {
    "title": "漢字 👍 <script>alert(1)</script> #panic(1)",
    "outcome": "\u200b\u202e\ue000",
    "arguments": "# Titel\n\n###### tief\n\n" + "x/" * 400 + "\n\n" + "- a\n" * 30,
    "conditions": "=1\n" * 20,
}


def test_strange_texts_give_valid_files(light_house: House) -> None:
    number = light_house.decision(**STRANGE)
    reader = light_house.sign_in("member")
    assert faults(reader.get(f"/decisions/{number}.pdf").data) == []
    assert faults(reader.get("/decisions/export.pdf?q=漢字").data) == []
    openpyxl.load_workbook(io.BytesIO(reader.get("/decisions/export.xlsx").data))
    json.loads(reader.get("/decisions/export.json").data)


@pytest.mark.parametrize("kind", LIMITS)
def test_a_search_for_signs_that_files_may_not_hold_gives_a_file(light_house: House, kind: str) -> None:
    number = light_house.decision()
    answer = light_house.sign_in("member").get(f"/decisions/export.{kind}?q=Titel%01%0B%1F")
    assert answer.status_code == 200
    assert number in plain(answer.data, kind)


@pytest.mark.drill
def test_three_hundred_decisions_are_one_valid_pdf(light_house: House) -> None:
    light_house.decision(**RICH)
    with light_house.app.test_request_context():
        (record,) = records(
            sa.select(Decision).where(Decision.state == DecisionState.RELEASED), sa.select(Decision), None
        )
        pdf = to_pdf(decision_document.document_of_many("Alle", [record] * 300))
    assert len(words(pdf)) > 300
    assert faults(pdf) == []
