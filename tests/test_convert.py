"""Files of strangers become Markdown, or are refused with a sentence that says what to do."""

import io
import re
import zipfile
from pathlib import Path

import markdown
import pytest
from documents import archive, changed, document, open_body, pdf, refusal, word_body

from minutes.convert import ConversionError, ScannedError, to_markdown
from portal.files import LARGEST_FILE

ZIP = changed(document("x", "docx"), **{"[Content_Types]_xml": b"<x/>"})
TEXT = """# Sitzung des Beirats

Anwesend: Frau Blum, Herr Acar

## 1. Haushalt

Der Haushalt wird *einstimmig* beschlossen.

- Raum buchen
    - bis Freitag
- Aushang

| Aufgabe | Wer |
|---|---|
| Bericht | Frau Blum |
"""


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_an_office_document_keeps_headings_lists_and_tables_in_the_dialect_that_is_shown(kind: str) -> None:
    converted = to_markdown(f"Protokoll.{kind}", document(TEXT, kind))
    shown = markdown.markdown(converted.markdown, extensions=["tables"])
    assert converted.kind == kind
    assert "# Sitzung des Beirats" in converted.markdown
    assert "*einstimmig*" in converted.markdown
    assert re.search(r"<li>Raum buchen\s*<ul>\s*<li>bis Freitag", shown)
    assert "<td>Frau Blum</td>" in shown


def test_a_title_paragraph_is_not_lost() -> None:
    content = document("---\ntitle: Lenkungskreis im Mai\n---\n\nText", "docx")
    assert to_markdown("a.docx", content).markdown.startswith("# Lenkungskreis im Mai")


def test_a_table_that_only_arranges_text_becomes_text() -> None:
    cell = "<w:tc>{}<w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = "<w:tr>" + cell.format("", "1") + cell.format("", "Finanzen") + "</w:tr>"
    wide = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
    rows += "<w:tr>" + cell.format(wide, "Der Haushalt wird beraten. " * 5) + "</w:tr>"
    content = changed(document("x", "docx"), word__document_xml=word_body(f"<w:tbl>{rows}</w:tbl>"))
    text = to_markdown("a.docx", content).markdown
    assert text.startswith("**1 Finanzen**\n\nDer Haushalt")
    assert "|" not in text


def test_deleted_passages_of_tracked_changes_are_nowhere_in_the_text() -> None:
    body = (
        '<w:p><w:del w:author="x" w:id="1"><w:r><w:delText>GEHEIM</w:delText></w:r></w:del>'
        '<w:ins w:author="x" w:id="2"><w:r><w:t>öffentlich</w:t></w:r></w:ins></w:p>'
    )
    text = to_markdown("a.docx", changed(document("x", "docx"), word__document_xml=word_body(body))).markdown
    assert "öffentlich" in text
    assert "GEHEIM" not in text


def test_a_document_cannot_pull_in_files_of_the_server(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Serverdatei")
    inside = (
        f'<text:p>Text<draw:frame><draw:image xlink:href="{secret}"/></draw:frame>'
        f'<draw:frame><draw:image xlink:href="http://192.0.2.1/x.png"/></draw:frame>'
        f'<text:a xlink:href="file://{secret}">Verweis</text:a>'
        '<text:a xlink:href="javascript:alert(1)">b</text:a></text:p>'
    )
    text = to_markdown("a.odt", changed(document("x", "odt"), content_xml=open_body(inside))).markdown
    assert "Verweis" in text
    assert not re.search(r"Serverdatei|secret|192\.0\.2\.1|javascript|!\[", text)


@pytest.mark.parametrize("entity", ['"wächst"', 'SYSTEM "file:///etc/hostname"'])
def test_entities_of_a_document_are_not_resolved(entity: str) -> None:
    evil = f"<!DOCTYPE a [<!ENTITY x {entity}>]>".encode() + word_body("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>")
    assert "beschädigt" in refusal("a.docx", changed(document("x", "docx"), word__document_xml=evil))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", b"", "leer"),
        ("a.txt", b"x" * (LARGEST_FILE + 1), "20 MB"),
        ("a.docx", b"MZ\x90\x00" + b"\0" * 100, "Programm"),
        ("a.pdf", b"\x7fELF" + b"\0" * 100, "Programm"),
        ("a.docx", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "Bild"),
        ("a.md", b"Text\0mit Nullbyte", "keinen lesbaren Text"),
        ("a.txt", "ohne Marke".encode("utf-16-le"), "keinen lesbaren Text"),
        ("a.docx", b"nur Text", "enthält aber kein solches Dokument"),
        ("a.xlsx", b"Text", "Diese Art von Datei"),
        ("Protokoll", b"Text", "Diese Art von Datei"),
        ("a.txt", b"{\\rtf1 Hallo}", "ihrem Inhalt nach: RTF-Text"),
        ("alt.doc", b"{\\rtf1 Hallo}", "Endung .rtf"),
        ("a.rtf", b"{\\rtf1 Hallo", "beschädigt"),
        ("a.rtf", b"nur Text", "enthält aber kein solches Dokument"),
        ("a.md", b"<!DOCTYPE html><p>Text", "Webseite"),
        ("a.html", b"\x89PNG\r\n\x1a\n", "Bild"),
        ("a.html", b"<script>alert(1)</script>", "keinen Text"),
        ("a.zip", ZIP, "Zip-Archiv"),
        ("a.ics", b"BEGIN:VCALENDAR", "Diese Art von Datei"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "alten Office-Programm"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "Kennwort"),
        ("a.txt", b"  \n\n", "keinen Text"),
        ("a.pdf", b"%PDF-1.7\nkaputt", "beschädigt"),
    ],
)
def test_a_file_that_is_no_minutes_is_refused_with_what_to_do(name: str, content: bytes, words: str) -> None:
    message = refusal(name, content)
    assert words in message
    assert "itte" in message  # Every refusal asks for something.


def test_a_word_document_with_the_name_of_a_pdf_is_told_its_right_name() -> None:
    message = refusal("Protokoll.pdf", document("x", "docx"))
    assert ".pdf" in message
    assert "Word-Dokument" in message
    assert ".docx" in message


def test_a_truncated_archive_is_called_damaged() -> None:
    content = document(TEXT, "docx")
    assert "beschädigt" in refusal("a.docx", content[:-60])
    assert "beschädigt" in refusal("a.docx", content[: len(content) // 2])


def test_bytes_before_or_behind_an_archive_are_refused() -> None:
    content = document(TEXT, "docx")
    assert "beschädigt" in refusal("a.docx", content + b"<script>alert(1)</script>")
    with pytest.raises(ConversionError):
        to_markdown("a.docx", b"%PDF-1.4\n" + content)


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    bomb = changed(document("x", "docx"), word__media__big=bytes(101 * 2**20))
    assert len(bomb) < LARGEST_FILE
    assert "100 MB" in refusal("a.docx", bomb)


def test_an_archive_that_lies_about_its_sizes_is_refused() -> None:
    plain = document("x", "docx")
    with zipfile.ZipFile(io.BytesIO(plain)) as packed:
        entry = packed.getinfo("word/document.xml")
    size = entry.file_size.to_bytes(4, "little")
    lying = plain.replace(size, (5).to_bytes(4, "little"))
    assert lying != plain
    assert "beschädigt" in refusal("a.docx", lying)


def test_an_archive_of_too_many_parts_is_refused() -> None:
    many = changed(document("x", "docx"), **{f"word__part{number}": b"x" for number in range(2_001)})
    assert "2.000 Teilen" in refusal("a.docx", many)


def test_macros_are_refused() -> None:
    plain = document("x", "docx")
    assert "Makros" in refusal("a.docx", changed(plain, **{"word__vbaProject.bin": b"x"}))
    with zipfile.ZipFile(io.BytesIO(plain)) as packed:
        types = packed.read("[Content_Types].xml")
    enabled = types.replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    assert "Makros" in refusal("a.docx", changed(plain, **{"[Content_Types]_xml": enabled}))
    assert "Makros" in refusal("a.odt", changed(document("x", "odt"), Basic__Standard__Modul_xml=b"<x/>"))


def test_an_encrypted_odt_is_refused() -> None:
    manifest = b"<manifest><manifest:encryption-data/></manifest>"
    assert "Kennwort" in refusal(
        "a.odt", changed(document("x", "odt"), **{"META-INF__manifest_xml": manifest})
    )


def test_a_spreadsheet_is_not_taken_for_minutes() -> None:
    sheet = archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})
    assert "kein Textdokument" in refusal("a.odt", sheet)


def test_tables_nested_without_end_are_refused_and_not_endured() -> None:
    depth = 3_000
    nested = "<w:tbl><w:tr><w:tc>" * depth + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * depth
    message = refusal("a.docx", changed(document("x", "docx"), word__document_xml=word_body(nested)))
    assert "verschachtelt" in message or "zu lange" in message


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Größe\n".encode(), "Größe\n"),
        (b"\xef\xbb\xbf" + "Größe\n".encode(), "Größe\n"),
        ("Größe\n".encode("utf-16"), "Größe\n"),
        ("Größe – 5 €\n".encode("cp1252"), "Größe – 5 €\n"),
        (b"eins\r\nzwei\rdrei", "eins\nzwei\ndrei"),
    ],
)
def test_text_files_are_read_in_the_encodings_that_offices_use(content: bytes, text: str) -> None:
    assert to_markdown("a.txt", content).markdown == text
    assert to_markdown("A.MD", content).kind == "md"


def test_the_lines_of_a_pdf_become_paragraphs_and_lists() -> None:
    page = (
        "Der Beirat hat in seiner Sitzung am\u00a0Dienstag mit allen Stimmen dem Vor-\n"
        "schlag der Verwaltung zugestimmt.\n- Raum buchen\n- Aushang machen\n- 1 -"
    )
    text = to_markdown("a.pdf", pdf(page, "Seite zwei\n- 2 -")).markdown
    assert "Sitzung am Dienstag mit allen Stimmen dem Vorschlag der Verwaltung zugestimmt." in text
    assert "- Raum buchen\n- Aushang machen" in text
    assert "- 2 -" not in text


def test_a_scanned_pdf_is_told_apart_so_that_it_can_be_kept_beside_typed_text() -> None:
    with pytest.raises(ScannedError, match="eingescannt"):
        to_markdown("scan.pdf", pdf(""))


def test_a_pdf_of_which_some_pages_are_scanned_says_so() -> None:
    converted = to_markdown("a.pdf", pdf("Der Beirat tagt am Dienstag.", ""))
    assert [str(note)[:14] for note in converted.notes] == ["Einzelne Seite"]


def test_what_is_far_too_long_is_refused_in_words_that_tell_the_limit() -> None:
    words = "<w:p><w:r><w:t>" + "Beschluss " * 200_001 + "</w:t></w:r></w:p>"
    assert "700 Seiten" in refusal(
        "a.docx", changed(document("x", "docx"), word__document_xml=word_body(words))
    )
    assert "500 Seiten" in refusal("a.pdf", pdf(*["x"] * 501))


def test_a_protected_pdf_is_refused() -> None:
    assert "Kennwort" in refusal("a.pdf", pdf("Text der Sitzung", password=True))
