"""Minutes leave the portal: as archival and accessible PDF, for word processors, as Markdown."""

import io
import json
import re
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta

import page
import pypandoc
import pypdfium2
import pytest
import sqlalchemy as sa
from doors import House, submit, token
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minutes.convert import to_markdown
from minutes.export import program, typst_program
from minutes.export.document import Document
from minutes.export.pdf import to_pdf
from minutes.export.tree import Block, Run, blocks_of
from minutes.minutes import Minutes
from minutes.passages import without_internal
from minutes.reader import read
from portal import limited
from portal.chain import ChainLink
from portal.clock import now
from portal.rendering import to_html

TEXT = """# Protokoll

**Anwesend:** Sina Schreiber, Carla Vorsitz, Mia Glied

## TOP 1 Haushalt

| Posten | Betrag |
|---|---|
| Miete | 800 € |

**Beschluss:** Der Haushalt wird angenommen.
Abstimmung: 6 Ja-Stimmen, 1 Nein-Stimme, keine Enthaltung

## TOP 2 Verschiedenes

1. Mia Glied erstellt eine Übersicht.
2. ~~Erledigt~~ und *wichtig*

::: intern
**Beschluss:** Der Vertrag mit der Firma Geheimrat wird gekündigt.
Abstimmung: einstimmig

Carla Vorsitz schreibt den Geheimbrief.
:::
"""
CONTENTS = {
    "nothing": "",
    "a sentence": "Nur ein Satz.",
    "a long table": "| Wort | Adresse |\n|---|--:|\n" + "| a | https://example.org/ein/langer/weg |\n" * 330,
    "a wide table": "|" + "Spalte|" * 14 + "\n|" + "---|" * 14 + "\n|" + "Rückmeldung|" * 14,
    "lists": "".join("    " * depth + f"- Ebene {depth}\n" for depth in range(12)) + "\n3. drei\n4. vier\n",
    "empty parts": '-\n-\n\n#\n\n<ul></ul><ol start="0"><li></li></ol><table></table><table><tr></tr></table><pre></pre>',
    "skipped headings": "###### tief\n\n# hoch\n\n#### b\n\n<h2>roh</h2><h6>roh</h6>\n\n- # in Liste\n\n> ### im Zitat",
    "tables in tables": "<table><tr><td>" * 6 + "a<td>b" + "</table>" * 6 + "<table><th>nur Kopf</table>",
    "emoji": "# 😀 Titel\n\n👍🏽 ✅ 👩‍💻 ☺️ 🇩🇪 1️⃣ ☑ → ✓ `🎉`\n\n    🎉",
    "other scripts": "李明 sagt 漢字, 안녕, ไทย, नमस्ते, مرحبا بالعالم, שלום עולם, Ελληνικά, Русский",
    "strange signs": "a\x07b \x1b \x1e \u2028 \u202e \ufeff \ue000 \ufffe \U0010ffff \u200b \u00ad x\u20e3 e\u0301 x\u0489",
    "links": "[x](http://ä.example/ü) [y](/decisions/1) [**f** z](https://example.org/a) [m](mailto:a@example.org) []()",
    "struck links": "[~~weg~~ da](/a) ~~[weg](/a)~~ [](/leer) [`c`](/c)",
    "a link in a word": "ab " * 22 + "x Rückmelde[bogenverfahren](/a)erleichterung",
    "code": "`kurz`\n\n    lang\n      länger\n",
    "quotes": "> a\n>\n> > b\n>\n> - c\n\n~~weg~~ H<sub>2</sub>O<sup>2</sup> ***beides***\n\n---\n\nEnde<br>wirklich",
    "long words": "a" * 500 + " " + "x/" * 500 + " Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
    "the typesetter's own signs": '#panic(1) $x$ @ref <lab> _a_ \\n #import "@preview/x:1.0.0" // weg /* weg */ = Titel',
}  # fmt: skip

SHORT_CONTENTS = [text for text in CONTENTS.values() if len(text) < 2000]


def faults(pdf: bytes) -> list[str]:
    """What a validator finds against PDF/A-2a and PDF/UA-1.

    It takes a stream that ends with a carriage return for one byte too short; its own lengths are checked here.
    """
    found = [
        f"{profile}: {failure.rule_id} {failure.message}"
        for profile in ("2a", "ua1")
        for failure in page.validate_pdf_bytes(
            pdf, profile=profile, limits=page.SafetyLimits.unlimited()
        ).failures
        if failure.rule_id != "PDFA2A-STREAM-LENGTH-001"
    ]
    for stream in re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", pdf):
        if not pdf[stream.end() + int(stream[1]) :].startswith(b"\nendstream"):
            found += [f"the stream at {stream.start()} has another length"]
    return found


def words(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [
        each.get_textpage().get_text_bounded().replace("\r\n", "\n") for each in pypdfium2.PdfDocument(pdf)
    ]


def written(house: House, text: str = TEXT, slug: str = "lenkungskreis") -> tuple[FlaskClient, int]:
    """The secretary pasted minutes of a meeting that was; returns her browser and the minutes' id."""
    client = house.sign_in("secretary")
    answer = submit(client, f"/meetings/{house.meeting(slug, days=-3)}/minutes/new", text=text)
    assert answer.status_code == 302, answer.text
    return client, int(answer.location.split("/")[2])


def approved(house: House, text: str = TEXT) -> tuple[FlaskClient, int]:
    client, number = written(house, text)
    answer = submit(client, f"/minutes/{number}/approve", f"/minutes/{number}/approve", approved_by="direct")
    assert answer.location == f"/minutes/{number}", answer.text
    return client, number


def pdf_of(house: House, text: str) -> bytes:
    blocks = [
        Block("heading", [Run("Protokoll")], number=1),
        Block("heading", [Run("Wortlaut")], number=2),
        *blocks_of(str(to_html(text)), "https://portal.example.org"),
    ]
    moment = datetime(2026, 3, 12, tzinfo=UTC)
    with house.app.test_request_context():
        return to_pdf(Document("Protokoll", "Portal", "Kreis", "Kreis, Protokoll", "Entwurf", moment, blocks))


def test_the_pdf_is_for_the_archive_and_for_everybody_at_once(light_house: House) -> None:
    client, number = written(light_house)
    answer = client.get(f"/minutes/{number}/export.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert faults(answer.data) == []
    # A validator looks at the form; these are the words in it.
    document = pypdfium2.PdfDocument(answer.data)
    assert document.get_metadata_dict()["Title"].startswith("Protokoll der Sitzung vom ")
    assert b"/Lang(de-DE)" in answer.data
    assert b"/DisplayDocTitle true" in answer.data
    assert answer.data.count(b"/Scope/Column") == 2 + 3  # the table in the text, the table of tasks
    assert [entry.get_title() for entry in document.get_toc()][1:3] == ["Tagesordnung", "Beschlüsse"]


def test_the_pdf_shows_the_frame_and_the_text(light_house: House) -> None:
    client, number = written(light_house)
    text = "\n".join(words(client.get(f"/minutes/{number}/export.pdf").data))
    for part in (
        "Testportal",
        "Lenkungskreis",
        "Sina Schreiber, Carla Vorsitz, Mia Glied",
        "1. Haushalt",
        "Beschluss 1",
        "angenommen, ausgezählt, Ja 6, Nein 1, Enthaltung 0",
        "Bis wann",
        "Miete 800\u00a0€",
        "Intern, nur für das Gremium",
        "Seite 1 von",
    ):
        assert part in text, part


def test_a_draft_says_so_in_its_name_and_on_every_page(light_house: House) -> None:
    client, number = written(light_house, TEXT + "\n\n" + "Noch ein Absatz.\n\n" * 60)
    answer = client.get(f"/minutes/{number}/export.pdf")
    assert re.search(
        r"filename=\d{4}-\d\d-\d\d_LK_Protokoll_Entwurf.pdf$", answer.headers["Content-Disposition"]
    )
    pages = words(answer.data)
    assert len(pages) > 2
    assert all("Entwurf" in text for text in pages)


def test_approved_minutes_name_their_digest_and_give_the_same_bytes_in_every_language(
    light_house: House,
) -> None:
    client, number = approved(light_house)
    first = client.get(f"/minutes/{number}/export.pdf")
    assert re.search(r"filename=\d{4}-\d\d-\d\d_LK_Protokoll.pdf$", first.headers["Content-Disposition"])
    with light_house.rows() as rows:
        link = rows.scalars(sa.select(ChainLink)).one()
    text = "".join(words(first.data))
    assert link.content_digest in text
    assert link.digest in text
    assert "Entwurf" not in text
    submit(client, "/", "/language", language="en")
    assert client.get(f"/minutes/{number}/export.pdf").data == first.data


def test_outside_a_file_tells_no_more_than_the_shared_page(light_house: House) -> None:
    text = TEXT + "\n<!-- Geheim -->\n\n[x]: https://example.org 'Geheim'\n"
    client, number = written(light_house, text)
    fields = {"csrf_token": token(client), "version": "1", "title": "Gehaltsliste"}
    files = {"files": (io.BytesIO(b"Zahlen"), "gehaelter.txt")}
    assert client.post(f"/minutes/{number}/attachments", data=fields | files).status_code == 302
    assert submit(client, f"/minutes/{number}/approve", approved_by="direct").status_code == 302
    number = int(
        submit(client, f"/minutes/{number}/editions/new", reason="Ein Streit").location.split("/")[2]
    )
    assert submit(client, f"/minutes/{number}/approve", approved_by="direct").status_code == 302
    with light_house.rows() as rows:
        rows.execute(sa.update(Minutes).values(shared_at=now()))
        rows.commit()
    reader, member = light_house.sign_in("outsider"), light_house.sign_in("member")
    for kind in ("pdf", "docx", "odt", "md"):
        answer = reader.get(f"/minutes/{number}/open.{kind}")
        assert answer.headers["Content-Disposition"].endswith(f"_v2_ohne-Internes.{kind}")
        assert reader.get(f"/minutes/{number}/export.{kind}").status_code == 404
        found = plain(answer.data, kind)
        hidden = (
            "Gehaltsliste",
            "gehaelter",
            "Ein Streit",
            "Aufgaben\n",
            "Bis wann",
            "Geheim",
            "Schreiber von",
        )
        assert [part for part in hidden if part in found] == [], kind
        assert "Der Haushalt wird angenommen." in found
        assert found.count("Carla Vorsitz") == 1  # in the text itself
    assert member.get(f"/minutes/{number}/open.pdf").data == reader.get(f"/minutes/{number}/open.pdf").data
    whole = plain(member.get(f"/minutes/{number}/export.docx").data, "docx")
    assert "Geheim" in whole
    assert "Gehaltsliste (gehaelter.txt)" in whole
    assert re.search(r"genehmigt am [\d.]+ ohne Sitzung, von Sina Schreiber", whole)


def test_markdown_to_be_passed_on_keeps_its_form(light_house: House) -> None:
    client, number = written(light_house)
    text = client.get(f"/minutes/{number}/open.md").get_data(as_text=True)
    assert "Geheim" not in text
    assert "\nanwesend:" not in text
    again = read(text)
    assert [row.title for row in again.agenda_items] == ["Haushalt", "Verschiedenes"]
    assert [row.vote.yes for row in again.decisions] == [6]
    for part in ("# Protokoll\n", "## TOP 1 Haushalt\n", "1.  Mia Glied", "~~Erledigt~~ und *wichtig*"):
        assert part in text, part
    assert "<table>" in str(to_html(text))


def test_what_was_put_off_is_named_and_tasks_are_without_their_mark(light_house: House) -> None:
    text = "# P\n\n## TOP 1 Sommerfest\n\nDer Punkt wird vertagt.\n\nTODO: Mia Glied prüft die Kasse bis 15. April 2027.\n"
    client, number = written(light_house, text)
    found = " ".join("".join(words(client.get(f"/minutes/{number}/export.pdf").data)).split("\n"))
    assert "Sommerfest: Der Punkt wird vertagt." in " ".join(found.split())
    assert found.count("TODO:") == 1  # in the text itself


def test_minutes_in_review_say_so_in_the_words_of_the_page(light_house: House) -> None:
    client, number = written(light_house)
    until = (now().date() + timedelta(days=10)).isoformat()
    assert submit(client, f"/minutes/{number}/review", until=until).status_code == 302
    answer = client.get(f"/minutes/{number}/export.pdf")
    assert answer.headers["Content-Disposition"].endswith("_LK_Protokoll_in-Durchsicht.pdf")
    text = "".join(words(answer.data))
    assert "in Durchsicht" in text
    assert "Entwurf" not in text


def test_what_belongs_together_stays_in_a_line() -> None:
    text = "am 15. April, § 25b, Nr. 3. Mal, 800 €, 10:00 Uhr, TOP 2, Uhr 5"
    tree = {
        "blocks": [Block("paragraph", [Run(text)]).as_json()],
        "signs": {},
    }
    tree |= dict.fromkeys(("title", "portal", "committee", "running", "mark", "page", "internal", "sign"), "")
    shown = json.dumps(typst_program.prepared(tree, set()), ensure_ascii=False)
    assert "am 15._April, §_25b, Nr._3. Mal, 800_€, 10:00_Uhr, TOP_2, Uhr 5".replace("_", "\u00a0") in shown


def test_parts_of_an_item_stand_below_it_and_numbers_are_not_told_twice(light_house: House) -> None:
    text = "# P\n\n## TOP 1 Bericht\n\n### Nord\n\nText.\n\n### Süd\n\nText.\n\n## TOP 2 Kasse\n\nText.\n"
    client, number = written(light_house, text)
    shown = plain(client.get(f"/minutes/{number}/export.docx").data, "docx")
    agenda = shown.partition("Tagesordnung\n")[2].partition("Wortlaut")[0]
    assert [line for line in agenda.splitlines() if line.strip()] == [
        "1.  Bericht", "    - Nord", "    - Süd", "2.  Kasse",
    ]  # fmt: skip


def test_long_names_are_divided_at_their_hyphen_only() -> None:
    name = "Musterfrau-Beispielhausen-Wertheim,"
    assert [part["breaks"] for part in typst_program.parts(f"Frau {name} {'x/' * 20}")] == [False, True]


def test_minutes_that_are_internal_from_end_to_end_leave_nothing_to_pass_on(light_house: House) -> None:
    client, number = written(light_house, f"::: intern\n{TEXT.replace(':::', '')}\n:::")
    assert "Haushalt" not in "".join(words(client.get(f"/minutes/{number}/open.pdf").data))


def plain(content: bytes, kind: str) -> str:
    if kind == "md":
        return content.decode()
    if kind == "pdf":
        return "\n".join(words(content))
    command = [pypandoc.get_pandoc_path(), "--from", kind, "--to", "plain", "--wrap", "none"]
    return subprocess.run(command, input=content, check=True, capture_output=True).stdout.decode()


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_word_processors_get_real_headings_lists_and_table_heads_in_german(
    light_house: House, kind: str
) -> None:
    client, number = written(light_house)
    content = client.get(f"/minutes/{number}/export.{kind}").data
    command = [pypandoc.get_pandoc_path(), "--from", kind, "--to", "json"]
    tree = subprocess.run(command, input=content, check=True, capture_output=True).stdout.decode()
    assert tree.count('"t":"Header"') == 4 + 3  # the frame's, the text's
    assert tree.count('"t":"OrderedList"') == 2
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = archive.read({"docx": "word/styles.xml", "odt": "styles.xml"}[kind]).decode()
        footer = archive.read({"docx": "word/footer1.xml", "odt": "styles.xml"}[kind]).decode()
    assert {"docx": 'w:val="de-DE"', "odt": 'fo:language="de"'}[kind] in styles
    assert "Testportal · Entwurf" in footer


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_what_came_out_goes_in_again_without_the_frame_and_with_its_internal_passages(
    light_house: House, kind: str
) -> None:
    client, number = written(light_house)
    content = client.get(f"/minutes/{number}/export.{kind}").data
    again = to_markdown(f"protokoll.{kind}", content)
    before, after = read(TEXT), read(again.markdown)
    assert [row.text for row in after.decisions] == [row.text for row in before.decisions]
    assert [row.text for row in after.tasks] == [row.text for row in before.tasks]
    assert after.meeting == before.meeting
    assert "Geheim" not in without_internal(again.markdown)
    assert "Verschiedenes" in without_internal(again.markdown)


def test_markdown_has_a_head_and_reads_as_before(light_house: House) -> None:
    client, number = written(light_house)
    text = client.get(f"/minutes/{number}/export.md").get_data(as_text=True)
    assert text.startswith('---\ntitel: "Protokoll"\ngremium: "Lenkungskreis"\ndatum: "20')
    assert text.endswith(f"---\n\n{TEXT}")
    before, after = read(TEXT), read(text)
    assert [row.text for row in after.decisions] == [row.text for row in before.decisions]
    assert [row.title for row in after.agenda_items] == [row.title for row in before.agenda_items]
    assert after.meeting.present == ("Sina Schreiber", "Carla Vorsitz", "Mia Glied")


def test_nothing_that_no_font_shows_is_dropped(light_house: House) -> None:
    text = " ".join("".join(words(pdf_of(light_house, "👍🏽 und 👩‍💻, 李明, \ue000, x\u20e3"))).split())
    for part in (
        "[Daumen hoch] und [Zeichen U+1F469 U+200D U+1F4BB]",
        "[Zeichen U+674E U+660E]",
        "[Zeichen U+E000]",
        "x[Taste]",
        "Zeichen, die diese Schrift nicht kennt, stehen hier als Wort oder Nummer",
    ):
        assert part in text, part


def test_long_addresses_and_words_stay_on_the_page_and_in_one_piece(light_house: House) -> None:
    address = "https://example.org/" + "sehrlangerweg0" * 20
    pdf = pdf_of(light_house, f"{address}\n\n{'a' * 400}\n\n|a|b|\n|-|-|\n|{address}|{address}|")
    assert "".join(words(pdf)).replace("\n", "").count(address) == 3
    (sheet,) = pypdfium2.PdfDocument(pdf)
    text, right = sheet.get_textpage(), sheet.get_width() - 75  # points; the margin is 79
    assert max(text.get_charbox(index)[2] for index in range(text.count_chars())) < right


def test_the_head_of_a_table_stands_on_every_page(light_house: House) -> None:
    pages = words(pdf_of(light_house, CONTENTS["a long table"]))
    assert len(pages) > 5
    assert all("Adresse" in text for text in pages)


def test_all_contents_together_are_valid(light_house: House) -> None:
    assert faults(pdf_of(light_house, "\n\nund dann\n\n".join(CONTENTS.values()))) == []


def test_what_the_typesetter_refuses_is_told_kindly(
    light_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, number = written(light_house)
    with limited.turn():
        monkeypatch.setattr(limited, "PATIENCE_SECONDS", 0)
        answer = client.get(f"/minutes/{number}/export.pdf", follow_redirects=True)
    assert answer.status_code == 200
    assert "in einem anderen Format" in answer.text


def test_the_reader_of_complaints_knows_its_typesetter() -> None:
    complaint = (
        'the text `"漢"` could not be displayed; the PDF contains the codepoint `"\\u{e000}"`; '
        'the text `"x\\u{20e3}"` could not be displayed'
    )
    assert typst_program.unshown(complaint) == {"漢", "\ue000", "\u20e3"}


@pytest.mark.drill
@pytest.mark.parametrize("name", CONTENTS)
def test_each_content_is_valid(light_house: House, name: str) -> None:
    assert faults(pdf_of(light_house, CONTENTS[name])) == []


@pytest.mark.drill
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(
                [
                    *SHORT_CONTENTS,
                    "# ",
                    "- ",
                    "> ",
                    "| a | b |\n|---|---|\n",
                    "    ",
                    "\n\n",
                    "<td>",
                    "<li>",
                ]
            ),
        ),
        max_size=8,
    ).map("".join)
)
def test_any_text_gives_a_valid_pdf_or_a_kind_refusal(light_house: House, text: str) -> None:
    try:
        pdf = pdf_of(light_house, text)
    except program.ExportRefusedError:
        return
    assert faults(pdf) == []
