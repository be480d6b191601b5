"""What LibreOffice shows but does not write, and what it writes but does not show."""

from documents import OPEN, PICTURE, changed, document, open_body

from minutes.convert import Converted, to_markdown

LEVEL = '<text:list-level-style-number text:level="1" style:num-format="{}" style:num-prefix="{}" style:num-suffix="{}"/>'


def list_style(name: str, kind: str = "1", prefix: str = "", suffix: str = ".") -> str:
    return f'<text:list-style style:name="{name}">{LEVEL.format(kind, prefix, suffix)}</text:list-style>'


def points(*words: str, style: str = "L1", more: str = "") -> str:
    items = "".join(f"<text:list-item><text:p>{word}</text:p></text:list-item>" for word in words)
    return f'<text:list text:style-name="{style}" {more}>{items}</text:list>'


def converted(inside: str, automatic: str = "", **parts: bytes) -> Converted:
    content = changed(document("x", "odt"), content_xml=open_body(inside, automatic), **parts)
    return to_markdown("Protokoll.odt", content)


def lines(found: Converted) -> list[str]:
    return [line for line in found.markdown.splitlines() if line]


def test_numbers_of_the_outline_stand_before_headings() -> None:
    levels = "".join(
        f'<text:outline-level-style text:level="{level}" style:num-format="1" style:num-suffix="."'
        f' text:display-levels="{level}"/>'
        for level in (1, 2)
    )
    spaces = " ".join(f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in ("office", "text", "style"))
    styles = f"<office:document-styles {spaces}><office:styles><text:outline-style>{levels}"
    styles += "</text:outline-style></office:styles></office:document-styles>"
    heading = '<text:h text:outline-level="{}">{}</text:h>'
    words = [(1, "Finanzen"), (2, "Haushalt"), (1, ""), (1, "Personal"), (2, "Stellen"), (3, "Ohne")]
    found = converted("".join(heading.format(*each) for each in words), styles_xml=styles.encode())
    assert lines(found) == [
        "# 1. Finanzen",
        "## 1.1. Haushalt",
        "# 2. Personal",
        "## 2.1. Stellen",
        "### Ohne",
    ]


def test_lists_go_on_where_they_stopped() -> None:
    found = converted(
        points("eins", "zwei", more='xml:id="a"')
        + "<text:p>Text</text:p>"
        + points("drei", more='text:continue-numbering="true"')
        + "<text:p>Text</text:p>"
        + points("nebenbei", style="L2", more='xml:id="b"')
        + "<text:p>Text</text:p>"
        + points("vier", more='text:continue-list="a"')
        + "<text:p>Text</text:p>"
        + points("sieben").replace("<text:list-item>", '<text:list-item text:start-value="7">'),
        list_style("L1") + list_style("L2", "a", suffix=")"),
    )
    told = [line for line in lines(found) if line != "Text"]
    assert told == ["1.  eins", "2.  zwei", "3.  drei", "a) nebenbei", "3.  vier", "7.  sieben"]


def test_points_called_top_keep_their_word() -> None:
    found = converted(
        points("Begrüßung", style="L1")
        + "<text:p>Text</text:p>"
        + points("Haushalt", style="L1", more='text:continue-numbering="true"'),
        list_style("L1", prefix="TOP ", suffix=":"),
    )
    assert lines(found) == ["TOP 1: Begrüßung", "Text", "TOP 2: Haushalt"]


def test_only_what_is_meant_to_be_read_comes_out_and_the_rest_is_told() -> None:
    found = converted(
        '<text:tracked-changes><text:changed-region text:id="c"><text:deletion><text:p>GEHEIM</text:p></text:deletion>'
        "</text:changed-region></text:tracked-changes>"
        '<text:p>Offen<text:change text:change-id="c"/> <text:span text:style-name="leise">VERBORGEN</text:span>gesagt'
        "<office:annotation><text:p>KOMMENTAR</text:p></office:annotation></text:p>"
        "<text:p><draw:frame><draw:text-box><text:p>Im Kasten</text:p></draw:text-box></draw:frame></text:p>"
        '<text:p><draw:frame><draw:image xlink:href="https://192.0.2.1/x.png"/></draw:frame></text:p>',
        '<style:style style:name="leise" style:family="text"><style:text-properties text:display="none"/></style:style>',
        **{"Object 1__content_xml": b"<x/>"},
    )
    assert lines(found) == ["Offen gesagt", "Im Kasten"]
    notes = " ".join(map(str, found.notes))
    for words in ("nachverfolgte", "Kommentare", "Verborgener Text", "nicht in der Datei", "Objekte"):
        assert words in notes


def test_a_picture_keeps_its_description() -> None:
    found = converted(
        '<text:p>Plan: <draw:frame><draw:image xlink:href="Pictures/a.png"/><svg:title>Kurz</svg:title>'
        "<svg:desc>Grundriss des Saals</svg:desc></draw:frame>!</text:p>",
        **{"Pictures__a.png": PICTURE},
    )
    assert found.markdown == "Plan: [Bild 1: Grundriss des Saals]!\n"
    assert [(kept.content, kept.description) for kept in found.pictures] == [(PICTURE, "Grundriss des Saals")]
