"""Web pages and what Word saves as one: the words come out, nothing that acts does."""

import base64

import pytest
from documents import PICTURE

from minutes.convert import Converted, to_markdown

ADDRESS = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
SPACES = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;&nbsp; </span>"


def converted(page: str, name: str = "Protokoll.html", code: str = "utf-8") -> Converted:
    return to_markdown(name, page.encode(code))


def lines(found: Converted) -> list[str]:
    return [line for line in found.markdown.splitlines() if line]


def test_nothing_that_acts_survives() -> None:
    found = converted(
        """<!DOCTYPE html><title>T</title><style>p{color:red}</style><script>alert(1)</script><body onload="alert(2)">
        <nav><ul><li>Menü</li></ul></nav><h1 onclick="alert(3)">Sitzung</h1>
        <p>Es <a href="javascript:alert(4)">klickt</a> und <a href=" JAVA&#115;cript:alert(5)">klackt</a>,
        <a href="data:text/html,<script>alert(6)</script>">nie</a> <a href="https://example.org/a">außer hier</a>.</p>
        <form action="https://192.0.2.1"><p>Im Formular</p><input value="WERT"><textarea>FELD</textarea><button>LOS</button>
        <select><option>WAHL</select></form><iframe src="x">RAHMEN</iframe><object data="x">OBJEKT</object>
        <svg><script>alert(7)</script><text>SVG</text></svg><math><mtext></math><style><img src=x onerror=alert(8)></style>
        <img src=x onerror="alert(9)"><embed src="x"><template>VORLAGE</template><base href="https://192.0.2.1">"""
    )
    assert lines(found) == [
        "# Sitzung",
        "Es klickt und klackt, nie [außer hier](https://example.org/a).",
        "Im Formular",
    ]
    assert "Skripte, Formulare" in str(found.notes[0])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("cp1252", '<meta http-equiv=Content-Type content="text/html; charset=windows-1252">'),
        ("cp1252", '<meta charset="iso-8859-1">'),
        ("cp1252", ""),
        ("utf-8", '<meta charset="utf-8">'),
        ("utf-8", "<meta charset=windows-1252>"),
        ("utf-8-sig", ""),
        ("utf-16", "<meta charset=utf-16>"),
        ("cp1252", '<meta charset="gibtsnicht">'),
    ],
)
def test_umlauts_and_quotes_survive_whatever_the_page_says_of_itself(code: str, said: str) -> None:
    found = converted(f"<html><head>{said}</head><body><p>„Grüße“ – 5 €</p></body></html>", "a.HTM", code)
    assert (found.markdown, found.kind) == ("„Grüße“ – 5 €\n", "html")


def test_list_points_that_word_saved_as_paragraphs_become_lists() -> None:
    page = f"""<div class=WordSection1><h1>1<span style='font:7.0pt "Times New Roman"'>&nbsp; </span>Finanzen<o:p></o:p></h1>
<p class=MsoNormal>Text <b>fett</b></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt'><span
style='font-family:Symbol'>·{SPACES}</span>Punkt</p>
<p class=MsoListParagraphCxSpLast style='margin-left:72.0pt;text-indent:-18.0pt'><span
style='font-family:"Courier New"'>o{SPACES}</span>darunter</p>
<p class=MsoNormal>Dazwischen</p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>3.{SPACES}</span><![endif]>Drittes</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>a)<span>&nbsp;&nbsp; </span></span><![endif]>Teil</p></div>"""
    assert lines(converted(page, code="cp1252")) == [
        "# 1 Finanzen",
        "Text **fett**",
        "-   Punkt",
        "    -   darunter",
        "Dazwischen",
        "3.  Drittes",
        "    a) Teil",
    ]


def test_tables_without_a_head_and_tables_in_tables() -> None:
    inner = "<table><tr><td>innen</td><td>1</td></tr><tr><td>auch</td><td>2</td></tr></table>"
    page = "<table><tr><td>Wer<td>Was<tr><td>Frau Blum<td>Bericht</table>"
    page += f"<table><tr><td>{inner}</td><td>außen</td></tr></table>"
    assert lines(converted(page)) == [
        "| Wer       | Was     |",
        "|-----------|---------|",
        "| Frau Blum | Bericht |",
        "außen",
        "| innen | 1   |",
        "|-------|-----|",
        "| auch  | 2   |",
    ]


def test_only_pictures_within_the_page_are_kept_and_none_is_fetched() -> None:
    found = converted(
        f'<p>A <img src="{ADDRESS}" alt="Plan"> B <img src="https://192.0.2.1/x.png" alt="Foto"> '
        '<img src="Protokoll-Dateien/image001.png"> C <img src="file:///etc/hostname" alt="D"> '
        '<img src="data:image/png;base64,PHNjcmlwdD4=" alt="E"></p>'
    )
    assert found.markdown == "A [Bild 1: Plan] B [Bild: Foto]  C [Bild: D] [Bild: E]\n"
    assert [(kept.content, kept.description) for kept in found.pictures] == [(PICTURE, "Plan")]
    notes = " ".join(map(str, found.notes))
    assert "nicht in der Datei selbst" in notes
    assert "keine PNG" in notes
