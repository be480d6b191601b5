"""What Word shows but does not write, and what it writes but does not show."""

import io
from pathlib import Path

import pytest
from documents import OFFICE, PICTURE, WORD, changed, document, relations, word_body
from PIL import Image

from minutes.convert import Converted, to_markdown


def paragraph(words: str, style: str = "", number: int = 0, level: int = 0, looks: str = "") -> str:
    listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>' if number else ""
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{style}{listed}</w:pPr><w:r><w:rPr>{looks}</w:rPr><w:t>{words}</w:t></w:r></w:p>"


def level(depth: int, text: str, kind: str = "decimal", style: str = "") -> str:
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    start = f'<w:start w:val="1"/><w:numFmt w:val="{kind}"/>{style}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{depth}">{start}</w:lvl>'


def numbering(*schemes: str) -> bytes:
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{i}">{x}</w:abstractNum>' for i, x in enumerate(schemes)
    )
    used = "".join(
        f'<w:num w:numId="{i + 1}"><w:abstractNumId w:val="{i}"/></w:num>' for i in range(len(schemes))
    )
    return f'<w:numbering xmlns:w="{WORD}">{abstract}{used}</w:numbering>'.encode()


def style(name: str, title: str, more: str = "") -> str:
    return f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{title}"/>{more}</w:style>'


def styles(inside: str) -> bytes:
    return f'<w:styles xmlns:w="{WORD}">{inside}</w:styles>'.encode()


def converted(body: str, **parts: str | bytes) -> Converted:
    content = changed(document("x", "docx"), word__document_xml=word_body(body), **parts)
    return to_markdown("Protokoll.docx", content)


def notes(found: Converted) -> str:
    return " ".join(map(str, found.notes))


def test_numbers_that_word_prints_before_headings_are_read() -> None:
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    headings = style("berschrift1", "heading 1", numbered.format(0))
    headings += style("berschrift2", "heading 2", '<w:basedOn w:val="berschrift1"/>' + numbered.format(1))
    body = paragraph("Finanzen", "berschrift1") + paragraph("Haushalt", "berschrift2")
    body += paragraph("", "berschrift1") + paragraph("Personal", "berschrift1")
    body += paragraph("Stellen", "berschrift2")
    text = converted(
        body,
        word__numbering_xml=numbering(level(0, "TOP %1:") + level(1, "%1.%2", style="berschrift2")),
        word__styles_xml=styles(headings),
    ).markdown
    assert [line for line in text.splitlines() if line] == [
        "# TOP 1: Finanzen",
        "## 1.1 Haushalt",
        "# TOP 2: Personal",
        "## 2.1 Stellen",
    ]


def test_lists_keep_their_numbers_and_letters_when_text_stands_between() -> None:
    body = paragraph("eins", "Listenabsatz", 1) + paragraph("zwei", "Listenabsatz", 1)
    body += paragraph("Zwischentext") + paragraph("drei", "Listenabsatz", 1)
    body += paragraph("dazu", "Listenabsatz", 1, level=1) + paragraph("vier", "Listenabsatz", 1)
    body += paragraph("Begrüßung", number=2) + paragraph("Text") + paragraph("Wahl", number=2)
    text = converted(
        body,
        word__numbering_xml=numbering(
            level(0, "%1.") + level(1, "%2)", "lowerLetter"), level(0, "§ %1", "upperRoman")
        ),
    ).markdown
    lines = [line for line in text.splitlines() if line]
    assert lines[:3] == ["1.  eins", "2.  zwei", "Zwischentext"]
    assert lines[3:6] == ["3.  drei", "    a) dazu", "4.  vier"]
    assert lines[6:] == ["§ I Begrüßung", "Text", "§ II Wahl"]


def test_paragraphs_that_their_style_numbers_with_a_word_are_numbered_once() -> None:
    number = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    text = converted(
        paragraph("Begrüßung", "Punkt") + paragraph("Text") + paragraph("Wahl", "Punkt"),
        word__numbering_xml=numbering(level(0, "TOP %1")),
        word__styles_xml=styles(style("Punkt", "Punkt", number)),
    ).markdown
    assert text == "TOP 1 Begrüßung\n\nText\n\nTOP 2 Wahl\n"


def test_of_a_document_that_the_portal_made_and_word_saved_again_the_wording_comes_back() -> None:
    def mark(end: str, number: int, name: str = "") -> str:
        return f'<w:bookmark{end} w:id="{number}" w:name="{name}"/>'

    label = paragraph("Intern, nur für das Gremium", "Internal")
    found = converted(
        paragraph("Beschluss 1")
        + paragraph("Offen").replace("<w:r>", mark("Start", 7, "Protokoll_Wortlaut") + "<w:r>")
        + label.replace("<w:r>", mark("Start", 8, "Protokoll_Intern_1") + "<w:r>")
        + paragraph("Geheim")
        + paragraph("Wieder offen").replace("<w:r>", mark("End", 8) + "<w:r>")
        + label.replace("</w:p>", mark("End", 7) + "</w:p>")
        + paragraph("Nachweis")
    )
    assert found.markdown.split("\n\n") == [
        "Offen", "::: intern", "Geheim", ":::", "Wieder offen", "Intern, nur für das Gremium\n",
    ]  # fmt: skip
    assert "Das Dokument stammt aus dem Portal" in notes(found)


def test_what_the_page_header_says_of_the_meeting_stands_before_the_text() -> None:
    cells = "".join(f"<w:tc>{paragraph(words)}</w:tc>" for words in ("Anwesend:", "Frau Blum, Herr Acar"))
    lines = (
        paragraph("Protokoll der Sitzung vom 4. Mai 2027 Seite 1 von 3")
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    )
    lines += paragraph("Der Haushalt wird beraten.") + paragraph("Seite 1")
    found = converted(
        paragraph("Der Haushalt wird beraten."),
        word__header1_xml=f'<w:hdr xmlns:w="{WORD}">{lines}</w:hdr>'.encode(),
        word__header2_xml=f'<w:hdr xmlns:w="{WORD}">{paragraph("Beispielstadt, Postfach 1")}</w:hdr>'.encode(),
    )
    assert [line for line in found.markdown.splitlines() if line] == [
        "Protokoll der Sitzung vom 4. Mai 2027",
        "Anwesend: Frau Blum, Herr Acar",
        "Der Haushalt wird beraten.",
    ]


def test_hidden_passages_do_not_come_out_and_text_boxes_do() -> None:
    box = "<w:txbxContent>" + paragraph("Im Kasten") + "</w:txbxContent>"
    drawing = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>'
    )
    found = converted(
        paragraph("GEHEIM", looks="<w:vanish/>")
        + paragraph("Offen", looks='<w:vanish w:val="0"/>')
        + paragraph("VERBORGEN", looks='<w:rStyle w:val="leise"/>')
        + drawing,
        word__styles_xml=styles(style("leise", "leise", "<w:rPr><w:vanish/></w:rPr>")),
    )
    assert found.markdown.split() == ["Offen", "Im", "Kasten"]
    assert "Verborgener Text" in notes(found)


def test_the_secretary_is_told_what_was_left_out() -> None:
    comment = (
        f'<w:comments xmlns:w="{WORD}"><w:comment w:id="0">{paragraph("KOMMENTAR")}</w:comment></w:comments>'
    )
    header = f'<w:hdr xmlns:w="{WORD}">{paragraph("KOPF")}</w:hdr>'
    outside = relations(("rId90", f"{OFFICE}/image", "https://192.0.2.1/x.png"))
    found = converted(
        '<w:p><w:ins w:author="x" w:id="2"><w:r><w:t>neu</w:t></w:r></w:ins></w:p>',
        word__comments_xml=comment,
        word__header1_xml=header,
        **{"word___rels__document.xml.rels": outside, "word__embeddings__Blatt.xlsx": b"PK"},
    )
    assert found.markdown == "neu\n"
    for words in (
        "nachverfolgte Änderungen",
        "Kommentare",
        "Kopf- und Fußzeilen",
        "nicht in der Datei",
        "Objekte",
    ):
        assert words in notes(found)


def test_an_ordinary_document_needs_no_notes() -> None:
    assert to_markdown("a.docx", document("# Titel\n\nText", "docx")).notes == ()


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_pictures_are_kept_and_their_place_is_marked(kind: str, tmp_path: Path) -> None:
    (tmp_path / "plan.png").write_bytes(PICTURE)
    (tmp_path / "zeichnung.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    plan, drawing = tmp_path / "plan.png", tmp_path / "zeichnung.svg"
    text = f"A ![Grundriss *neu*]({plan}) B ![]({plan}) C ![Skizze]({drawing}) D"
    found = to_markdown(f"a.{kind}", document(text, kind))
    if kind == "docx":
        assert found.markdown == "A [Bild 1: Grundriss neu] B [Bild 1] C [Bild: Skizze] D\n"
        assert found.pictures[0].description == "Grundriss neu"
    assert [(picture.name, picture.kind, picture.content) for picture in found.pictures] == [
        ("bild-01.png", "png", PICTURE)
    ]
    assert "keine PNG- oder JPEG-Dateien" in notes(found)


def test_a_file_that_only_claims_to_be_a_picture_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "plan.png").write_bytes(PICTURE)
    content = document(f"A ![Plan]({tmp_path / 'plan.png'})", "docx")
    evil = changed(content, **{"word__media__rId9.png": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"})
    found = to_markdown("a.docx", evil)
    assert found.markdown == "A [Bild: Plan]\n"
    assert found.pictures == ()


def test_not_more_than_fifty_pictures_are_kept() -> None:
    drawing = (
        '<w:r><w:drawing xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><wp:inline><a:graphic><a:graphicData>'
        f'<pic:pic><pic:blipFill><a:blip xmlns:r="{OFFICE}" r:embed="rId%d"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    wanted = range(100, 152)
    inside = relations(*((f"rId{number}", f"{OFFICE}/image", f"media/{number}.png") for number in wanted))
    found = converted(
        "<w:p>" + "".join(drawing % number for number in wanted) + "</w:p>",
        **{"word___rels__document.xml.rels": inside},
        **{f"word__media__{number}.png": picture(number) for number in wanted},
    )
    assert [kept.content for kept in found.pictures] == [picture(number) for number in wanted][:50]
    assert "höchstens 50" in notes(found)


def picture(number: int) -> bytes:
    """A picture of so many points, all black."""
    target = io.BytesIO()
    Image.new("L", (number, 1)).save(target, "PNG")
    return target.getvalue()


def cell(words: str, looks: str = "") -> str:
    return f"<w:tc><w:tcPr>{looks}</w:tcPr>{paragraph(words)}</w:tc>"


def test_merged_cells_keep_the_table_and_a_title_across_it_stands_above() -> None:
    across = '<w:gridSpan w:val="3"/>'
    rows = [
        cell("Abstimmungen", across),
        cell("Antrag") + cell("Ja") + cell("Nein"),
        cell("A", '<w:vMerge w:val="restart"/>') + cell("5") + cell("0"),
        cell("", "<w:vMerge/>") + cell("4", '<w:gridSpan w:val="2"/>'),
    ]
    grid = "<w:tblGrid>" + '<w:gridCol w:w="2000"/>' * 3 + "</w:tblGrid>"
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    lines = converted(f"<w:tbl>{grid}{table}</w:tbl>").markdown.splitlines()
    assert lines[0] == "Abstimmungen"
    assert [line.replace(" ", "") for line in lines[2:]] == [
        "|Antrag|Ja|Nein|",
        "|--------|-----|------|",
        "|A|5|0|",
        "||4||",
    ]


def test_raised_and_lowered_figures_stay_so() -> None:
    raised, lowered = (f'<w:vertAlign w:val="{where}"/>' for where in ("superscript", "subscript"))
    body = "".join(
        f"<w:p><w:r><w:t>{word}</w:t></w:r><w:r><w:rPr>{looks}</w:rPr><w:t>{sign}</w:t></w:r></w:p>"
        for word, looks, sign in (("m", raised, "2"), ("CO", lowered, "2"), ("x", raised, "te"))
    )
    assert converted(body).markdown.split() == ["m²", "CO₂", "xte"]
