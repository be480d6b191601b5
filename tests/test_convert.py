"""Files of strangers become Markdown, or are refused with a sentence that says what to do."""

import base64
import io
import re
import subprocess
import zipfile
from pathlib import Path

import markdown
import pypandoc
import pytest

from minutes.convert import ConversionError, to_markdown
from portal.files import LARGEST_FILE as MAX_BYTES

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
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


def document(text: str, kind: str) -> bytes:
    command = [pypandoc.get_pandoc_path(), "--from", "markdown", "--to", kind, "--output", "-"]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout


def changed(archive: bytes, **parts: bytes) -> bytes:
    """The archive with members replaced or added; names are written with `__` for `/`."""
    wanted = {name.replace("__", "/").replace("_xml", ".xml"): content for name, content in parts.items()}
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            copy.writestr(name, wanted.pop(name, None) or source.read(name))
        for name, content in wanted.items():
            copy.writestr(name, content)
    return target.getvalue()


def word_body(inside: str) -> bytes:
    return f'<w:document xmlns:w="{WORD}"><w:body>{inside}</w:body></w:document>'.encode()


def open_body(inside: str) -> bytes:
    spaces = " ".join(f'xmlns:{name}="{OFFICE}:{name}:1.0"' for name in ("office", "text", "table"))
    drawing = f'xmlns:draw="{OFFICE}:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return (
        f"<office:document-content {spaces} {drawing}><office:body><office:text>{inside}"
        "</office:text></office:body></office:document-content>"
    ).encode()


def pdf(*pages: str, password: bool = False) -> bytes:
    """A small PDF with one text line for each line of a page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    font = len(objects) + 1
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for page in pages:
        shown = "".join(f"({line}) Tj 0 -14 Td\n" for line in page.split("\n"))
        stream = f"BT /F1 11 Tf 60 760 Td\n{shown}ET"
        objects.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body = "".join(f"{number} 0 obj\n{item}\nendobj\n" for number, item in enumerate(objects, 1))
    secret = " /Encrypt << /Filter /Standard /V 1 /R 2 /O <" + "0" * 64 + "> /U <" + "0" * 64 + "> /P -4 >>"
    identity = f"{secret if password else ''} /ID [<00> <00>]"
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R /Size {len(objects) + 1}{identity} >>\n%%EOF\n".encode(
        "cp1252"
    )


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ConversionError) as refused:
        to_markdown(name, content)
    return str(refused.value)


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


def test_entities_of_a_document_are_not_resolved() -> None:
    evil = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + word_body(
        "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"
    )
    assert "beschädigt" in refusal("a.docx", changed(document("x", "docx"), word__document_xml=evil))


def test_a_picture_leaves_its_description(tmp_path: Path) -> None:
    (tmp_path / "plan.png").write_bytes(PICTURE)
    content = document(f"Siehe ![Grundriss des Saals]({tmp_path / 'plan.png'}) dort.", "docx")
    assert to_markdown("a.docx", content).markdown == "Siehe (Bild: Grundriss des Saals) dort.\n"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", b"", "leer"),
        ("a.txt", b"x" * (MAX_BYTES + 1), "20 MB"),
        ("a.docx", b"MZ\x90\x00" + b"\0" * 100, "Programm"),
        ("a.pdf", b"\x7fELF" + b"\0" * 100, "Programm"),
        ("a.docx", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "Bild"),
        ("a.md", b"Text\0mit Nullbyte", "keinen lesbaren Text"),
        ("a.txt", "ohne Marke".encode("utf-16-le"), "keinen lesbaren Text"),
        ("a.docx", b"nur Text", "enthält aber kein solches Dokument"),
        ("a.xlsx", b"Text", "Diese Art von Datei"),
        ("Protokoll", b"Text", "Diese Art von Datei"),
        ("a.txt", b"{\\rtf1 Hallo}", "RTF"),
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
    assert len(bomb) < MAX_BYTES
    assert "100 MB" in refusal("a.docx", bomb)


def test_an_archive_that_lies_about_its_sizes_is_refused() -> None:
    plain = document("x", "docx")
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        entry = archive.getinfo("word/document.xml")
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
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        types = archive.read("[Content_Types].xml")
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
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert "kein Textdokument" in refusal("a.odt", target.getvalue())


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
        "Der Beirat hat in seiner Sitzung am Dienstag mit allen Stimmen dem Vor-\n"
        "schlag der Verwaltung zugestimmt.\n- Raum buchen\n- Aushang machen\n- 1 -"
    )
    text = to_markdown("a.pdf", pdf(page, "Seite zwei\n- 2 -")).markdown
    assert "dem Vorschlag der Verwaltung zugestimmt." in text
    assert "- Raum buchen\n- Aushang machen" in text
    assert "- 2 -" not in text


def test_a_pdf_without_text_asks_for_the_text() -> None:
    assert "eingescannt" in refusal("scan.pdf", pdf(""))


def test_a_protected_pdf_is_refused() -> None:
    assert "Kennwort" in refusal("a.pdf", pdf("Text der Sitzung", password=True))
