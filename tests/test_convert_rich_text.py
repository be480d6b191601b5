r"""Rich text as Word, LibreOffice and WordPad write it: letters, lists and pictures are not lost."""

import pytest
from documents import PICTURE, refusal

from minutes.convert import Converted, to_markdown

FONTS = r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fnil\fcharset2 Symbol;}{\f2\fcharset238 Arial CE;}}"
HEAD = rf"{{\rtf1\ansi\ansicpg1252\deff0{FONTS}"
PICTURE_OF_WORD = (
    r"{\*\shppict{\pict{\*\picprop\shplid1025{\sp{\sn shapeType}{\sv 75}}{\sp{\sn wzDescription}{\sv Gr\'fcner Plan}}}"
    rf"\picw1\pich1\pngblip {{\*\blipuid 0011}}{PICTURE.hex()}}}}}{{\nonshppict{{\pict\wmetafile8 0100}}}}"
)


def converted(body: str, head: str = HEAD) -> Converted:
    return to_markdown("Protokoll.rtf", (head + body + "}").encode("latin-1"))


def lines(body: str, head: str = HEAD) -> list[str]:
    return [line for line in converted(body, head).markdown.splitlines() if line]


@pytest.mark.parametrize(
    "words",
    [
        r"\'84Gr\'fc\'dfe\'93 \'96 5 \'80",
        r"\u8222?Gr\u252?\u223?e\u8220? \u8211? 5 \u8364?",
        r"\u8222\'84Gr\u252\'fc\u223\'dfe\u8220\'93 \u8211\'96 5 \u8364\'80",
        r"\uc0\u8222 Gr\u252 \u223 e\u8220  \u8211  5 \u8364 ",
        r"\uc2\u8222 ??Gr\u252 \'fc?\u223 {\uc1 e\u8220\'93} \endash  5 \u8364 ??",
    ],
)
def test_umlauts_and_quotes_survive_in_every_way_they_are_written(words: str) -> None:
    assert lines(rf"\pard {words}\par") == ["„Grüße“ – 5 €"]


def test_letters_of_other_code_pages_and_beyond_16_bit() -> None:
    assert lines(r"\pard\f2 \'9aest, \f0 Sm\u-10179?\u-8704?\par") == ["šest, Sm😀"]
    assert lines(r"\pard Gr\'9f\'a7e\par", r"{\rtf1\mac") == ["Grüße"]
    assert lines(r"\pard C:\\Ablage \{neu\}\par") == [r"C:\Ablage {neu}"]


def test_lists_keep_the_numbers_that_the_program_printed() -> None:
    body = r"""{\listtext\pard\plain 1.\tab}\pard\ls1\ilvl0 Begr\'fc\'dfung\par
{\listtext\pard\plain 2.\tab}Haushalt\par
\pard\plain Zwischentext\par
{\listtext\pard\plain 3.\tab}\pard\ls1\ilvl0 {\b Wahl}\par
{\listtext\pard\plain\f1 \'b7\tab}\pard\ls2\ilvl1 Vorstand\par
{\listtext\pard\plain a)\tab}\pard\ls2\ilvl1 Kasse\par
\pard\plain Ende\par
\pard{\pntext\f1\'B7\tab}{\*\pn\pnlvlblt\pnf1{\pntxtb\'B7}}alt\par
{\pntext\f1\bullet\tab}auch alt\par
{\listtext TOP 4\tab}\pard\ls3 Sonstiges\par"""
    assert lines(body) == [
        "1.  Begrüßung",
        "2.  Haushalt",
        "Zwischentext",
        "3.  **Wahl**",
        "    -   Vorstand",
        "    a) Kasse",
        "Ende",
        "-   alt",
        "-   auch alt",
        "TOP 4 Sonstiges",
    ]


def test_headings_and_tables_are_read_and_the_title_of_the_file_is_not() -> None:
    body = r"""{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}{\info{\title GEHEIM}{\author GEHEIM}}
{\header\pard KOPF\par}{\listtext 1.\tab}\pard\s1\outlinelevel0\ls1 Finanzen\par
\trowd\cellx2000\cellx4000\pard\plain\intbl Wer\cell Was\cell\row
\trowd\cellx2000\cellx4000\pard\plain\intbl Frau Blum\cell Bericht\cell\row\pard\plain Ende\par"""
    found = converted(body)
    assert lines(body)[0] == "# 1. Finanzen"
    assert "| Frau Blum | Bericht |" in found.markdown
    assert not {"GEHEIM", "KOPF"} & set(found.markdown.split())
    assert "Kopf- und Fußzeilen" in str(found.notes[0])


def test_deleted_and_hidden_words_and_comments_do_not_come_out() -> None:
    found = converted(
        r"\pard Alt {\deleted GEHEIM\u228?}{\revised neu} {\v VERBORGEN}{\*\annotation KOMMENTAR}gut"
        r"{\field{\*\fldinst{HYPERLINK \"javascript:alert(1)\"}}{\fldrslt klick}}\par"
    )
    assert found.markdown == "Alt neu gutklick\n"
    notes = " ".join(map(str, found.notes))
    for words in ("nachverfolgte", "Verborgener Text", "Kommentare"):
        assert words in notes


def test_pictures_are_kept_also_when_they_float() -> None:
    floating = r"{\shp{\*\shpinst{\sp{\sn pib}{\sv {\pict\pngblip\bin%d %s}}}}{\shprslt Ersatz}}"
    inside = floating % (len(PICTURE), PICTURE.decode("latin-1"))
    found = converted(rf"\pard Siehe {PICTURE_OF_WORD}.\par Dort {inside}.\par")
    assert found.markdown == "Siehe [Bild 1: Grüner Plan].\n\nDort [Bild 1].\n"
    assert [(kept.kind, kept.content) for kept in found.pictures] == [("png", PICTURE)]
    old = converted(r"\pard Skizze {\pict\wmetafile8 0100}\par")
    assert "keine PNG" in str(old.notes[0])


def test_broken_and_endless_rich_text_is_refused() -> None:
    assert "beschädigt" in refusal("a.rtf", b"{\\rtf1 Text")
    assert "beschädigt" in refusal("a.rtf", b"{\\rtf1 Text}}")
    assert "verschachtelt" in refusal("a.rtf", b"{\\rtf1 " + b"{" * 5000 + b"x" + b"}" * 5001)
