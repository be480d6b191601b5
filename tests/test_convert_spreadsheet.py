"""Spreadsheets and presentations are no minutes, but the text guard reads what stands in them."""

import pytest
from documents import OPEN, archive
from doors import House
from test_agenda_documents import documents, prepared, upload

from minutes.convert import NoTextError, words_of_office
from portal.files import FileRefusedError

SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
SPACES = " ".join(f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in ("office", "text", "table"))
TYPE = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{}.main+xml"/></Types>'


def spreadsheet(words: str) -> bytes:
    return archive(
        {
            "[Content_Types].xml": TYPE.format("spreadsheetml.sheet"),
            "xl/workbook.xml": f'<workbook {SHEET}><sheets><sheet name="Fälle 2027" sheetId="1"/></sheets></workbook>',
            "xl/sharedStrings.xml": f"<sst {SHEET}><si><t>{words}</t></si>"
            "<si><r><t>Zwei</t></r><r><t>teile</t></r></si></sst>",
            "xl/worksheets/sheet1.xml": f'<worksheet {SHEET}><sheetData><row><c t="s"><v>0</v></c><c><v>12.5</v></c>'
            '<c><v>190704558123</v></c><c t="str"><f>A1&amp;"!"</f><v>Ergebnis</v></c></row></sheetData></worksheet>',
        }
    )


def slides(words: str) -> bytes:
    slide = f"<sld {DRAWING}><a:p><a:r><a:t>{words}</a:t></a:r></a:p></sld>"
    notes = f"<notes {DRAWING}><a:p><a:t>Nur für mich</a:t></a:p></notes>"
    return archive(
        {
            "[Content_Types].xml": TYPE.format("presentationml.presentation"),
            "ppt/slides/slide1.xml": slide,
            "ppt/notesSlides/notesSlide1.xml": notes,
        }
    )


def open_document(kind: str, words: str) -> bytes:
    cell = f"<table:table-cell><text:p>{words}</text:p></table:table-cell>"
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {SPACES}><office:body><office:{kind}>"
            f'<table:table table:name="Fälle 2027"><table:table-row>{cell}{cell}</table:table-row></table:table>'
            f"</office:{kind}></office:body></office:document-content>",
            "meta.xml": "<meta>Urheber</meta>",
        }
    )


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (spreadsheet("Frau Blum"), ["Fälle 2027", "Frau Blum", "Zweiteile", "190704558123", "Ergebnis"]),
        (open_document("spreadsheet", "Frau Blum"), ["Fälle 2027", "Frau Blum"]),
        (slides("Frau Blum"), ["Frau Blum", "Nur für mich"]),
        (open_document("presentation", "Frau Blum"), ["Fälle 2027", "Frau Blum"]),
    ],
)
def test_cells_sheets_slides_and_notes_are_read(content: bytes, lines: list[str]) -> None:
    assert words_of_office("Datei", content).splitlines() == lines


def test_a_file_of_no_words_is_told_apart_and_a_broken_one_is_refused() -> None:
    with pytest.raises(NoTextError):
        words_of_office("leer.pptx", archive({"ppt/presentation.xml": "<x/>"}))
    with pytest.raises(FileRefusedError, match="beschädigt"):
        words_of_office("kaputt.ods", spreadsheet("x")[:-30])


def test_a_name_in_a_cell_refuses_the_file_in_the_case_group(light_house: House) -> None:
    secretary, _meeting, item = prepared(light_house, "fallgruppe")
    refused = upload(secretary, item, "Liste.xlsx", spreadsheet("Herr Karim Nazari"))
    assert refused.status_code == 422
    assert "Herr Karim Nazari</mark>" in refused.text
    assert upload(secretary, item, "Liste.xlsx", spreadsheet("Haushalt")).status_code == 422, "an AZR number"
    assert documents(light_house) == []
