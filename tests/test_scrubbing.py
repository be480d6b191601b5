"""Files are cleaned of their makers' traces: nothing of these stays, and nothing of the text and the looks goes."""

import io
import posixpath
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pikepdf
import pypandoc
import pypdfium2
import pytest
from documents import OFFICE, archive, relations
from lxml import etree
from PIL import ExifTags, Image
from scrubbing_samples import (
    ROTATED,
    SAMPLES,
    SECRET,
    SESSION,
    STAYS,
    TEXT,
    docx,
    jpg,
    opendocument,
    pdf,
)

from portal.files import FileRefusedError, Scanned
from portal.scrubbing import scrub

OLD_OBJECT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)
OBJECT = {
    "word/_rels/document.xml.rels": relations(("a", "x/chart2", "embeddings/o.bin")),
    "word/embeddings/o.bin": OLD_OBJECT,
}


def pieces(content: bytes) -> Iterator[bytes]:
    """Everything in a file, as a curious reader unpacks it."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield from pieces(packed.read(name))
    if content.startswith(b"%PDF"):
        with pikepdf.Pdf.open(io.BytesIO(content)) as opened:
            yield repr(opened.trailer).encode()
            for each in opened.objects:
                yield repr(each).encode()
                if isinstance(each, pikepdf.Stream):
                    yield each.read_raw_bytes()
                    if each.get("/Filter") == pikepdf.Name.FlateDecode:
                        yield each.read_bytes()


def holds(content: bytes, word: str) -> bool:
    return any(
        code in piece for piece in pieces(content) for code in (word.encode(), word.encode("utf-16-le"))
    )


def text_of(kind: str, content: bytes, folder: Path) -> str:
    """The text as another program reads it."""
    if kind == "pdf":
        opened = pypdfium2.PdfDocument(content)
        return "\f".join(page.get_textpage().get_text_range() for page in opened)
    path = folder / f"x.{kind}"
    path.write_bytes(content)
    command = [
        pypandoc.get_pandoc_path(),
        "--to",
        "plain",
        "--wrap",
        "none",
        "--track-changes",
        "accept",
        path,
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("kind", SAMPLES)
def test_nothing_of_its_makers_stays_in_a_file_and_cleaning_it_again_changes_nothing(kind: str) -> None:
    content = Scanned(SAMPLES[kind]())
    assert holds(content, SECRET)
    scrubbed = scrub(kind, content)
    assert not holds(scrubbed, SECRET)
    assert not holds(scrubbed, SESSION)
    assert scrub(kind, scrubbed) == scrubbed
    if kind not in {"pdf", "jpg", "png"}:
        assert holds(scrubbed, STAYS)


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx"])
def test_parts_name_only_parts_that_are_still_there(kind: str) -> None:
    with zipfile.ZipFile(io.BytesIO(scrub(kind, Scanned(SAMPLES[kind]())))) as packed:
        names = set(packed.namelist())
        for name in names - {"[Content_Types].xml"}:
            if not name.endswith(".xml"):
                continue
            folder, _, plain = name.rpartition("/")
            relations = f"{folder}/_rels/{plain}.rels"
            listed = etree.fromstring(packed.read(relations)) if relations in names else []
            attributes = etree.fromstring(packed.read(name)).xpath(f"//@*[namespace-uri() = '{OFFICE}']")
            assert set(attributes) <= {row.get("Id") for row in listed}, name
            for row in listed:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(row.get("Target"))))[1:]
                assert row.get("TargetMode") or target in names, name


def test_tracked_changes_are_accepted_with_rows_notes_and_ends_of_paragraphs(tmp_path: Path) -> None:
    scrubbed = scrub("docx", Scanned(docx()))
    lines = [line.strip() for line in text_of("docx", scrubbed, tmp_path).splitlines() if line.strip(" -")]
    assert "\n".join(lines) == TEXT
    with zipfile.ZipFile(io.BytesIO(scrubbed)) as packed:
        document = etree.fromstring(packed.read("word/document.xml"))
        assert len(document.findall(".//{*}tr")) == 1
        assert set(packed.namelist()) == {
            "[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels",
            "word/settings.xml", "word/_rels/settings.xml.rels", "word/footnotes.xml", "word/media/photo.jpeg",
        }  # fmt: skip


def test_words_around_a_comment_stay_in_an_opendocument() -> None:
    scrubbed = scrub("odt", Scanned(opendocument("odt")))
    with zipfile.ZipFile(io.BytesIO(scrubbed)) as packed:
        text = "".join(etree.fromstring(packed.read("content.xml")).itertext())
        assert text == f"Der {STAYS} liegt vor: Plan"
        first = packed.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert b"meta.xml" not in packed.read("META-INF/manifest.xml")


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_a_picture_stays_the_same_and_the_right_way_up(kind: str) -> None:
    content = SAMPLES[kind]()
    before, after = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(scrub(kind, Scanned(content))))
    assert after.tobytes() == before.tobytes()
    assert dict(after.getexif()) == ({ExifTags.Base.Orientation: ROTATED} if kind == "jpg" else {})


def test_pages_look_as_before_and_claims_of_a_pdf_stay(tmp_path: Path) -> None:
    claims = {"pdfaid:part": "2", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
    content = pdf(**claims)
    scrubbed = scrub("pdf", Scanned(content))
    before, after = (
        pypdfium2.PdfDocument(each)[0].render(draw_annots=False).to_pil().tobytes()
        for each in (content, scrubbed)
    )
    assert after == before
    assert text_of("pdf", scrubbed, tmp_path) == text_of("pdf", content, tmp_path) == STAYS
    with pikepdf.Pdf.open(io.BytesIO(scrubbed)) as opened:
        metadata = opened.open_metadata()
        assert {name: metadata[name] for name in claims} == claims
        assert metadata["dc:title"] == STAYS
        assert "/Info" not in opened.trailer
        assert not opened.attachments
        assert [str(note.Subtype) for note in opened.pages[0].Annots] == ["/Highlight"]


def protected() -> bytes:
    target = io.BytesIO()
    with pikepdf.Pdf.open(io.BytesIO(pdf())) as opened:
        opened.save(target, encryption=pikepdf.Encryption(user="x", owner="y"))
    return target.getvalue()


def signed() -> bytes:
    target = io.BytesIO()
    with pikepdf.Pdf.open(io.BytesIO(pdf())) as opened:
        signature = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Name=SECRET)
        opened.Root.AcroForm = pikepdf.Dictionary(
            Fields=[pikepdf.Dictionary(FT=pikepdf.Name.Sig, V=signature)]
        )
        opened.save(target)
    return target.getvalue()


ENTITY = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("pdf", protected, "Kennwort"),
        ("pdf", signed, "unterschrieben"),
        ("pdf", lambda: b"%PDF-1.7\nkaputt", "beschädigt"),
        ("docx", lambda: docx(**OBJECT), "steckt eine andere Datei"),
        ("docx", lambda: docx(**{"word/settings.xml": ENTITY}), "beschädigt"),
        ("docx", lambda: docx(**{"word/settings.xml": "<x>" * 5}), "beschädigt"),
        ("docx", lambda: docx(**{"word/media/photo.jpeg": jpg()[:200]}), "beschädigt"),
        ("docx", lambda: docx(**{f"word/{number}": b"" for number in range(2_001)}), "2.000 Teilen"),
        ("odt", lambda: opendocument("odt", **{"META-INF/documentsignatures.xml": "<x/>"}), "unterschrieben"),
        ("odt", lambda: opendocument("odt", **{"Object 1": OLD_OBJECT}), "steckt eine andere Datei"),
        ("odt", lambda: archive({"mimetype": "x"}), "beschädigt"),
        ("jpg", lambda: jpg()[:200], "beschädigt"),
        ("jpg", lambda: b"\xff\xd8\xff", "beschädigt"),
        ("png", lambda: SAMPLES["png"]()[:100], "beschädigt"),
    ],
)
def test_what_cannot_be_cleaned_is_refused_in_words(kind: str, content: object, words: str) -> None:
    with pytest.raises(FileRefusedError, match=words):
        scrub(kind, Scanned(content()))  # type: ignore[operator]


def picture_of(name: str, content: bytes | str, kind: str = "image") -> bytes:
    named = relations(("rId8", f"{OFFICE}/{kind}", name))
    return docx(**{"word/_rels/document.xml.rels": named, f"word/{name}": content})


def test_of_what_lies_in_an_office_file_only_known_kinds_pass() -> None:
    for content in (
        picture_of(
            "media/i.svg", f"<svg xmlns='http://www.w3.org/2000/svg'><metadata>{SECRET}</metadata></svg>"
        ),
        picture_of("media/i.gif", b"GIF89a" + SECRET.encode()),
        picture_of("media/i.webp", b"RIFF\x20\0\0\0WEBPEXIF" + SECRET.encode()),
        picture_of("media/i.emf", b"\1\0\0\0" + SECRET.encode()),
        picture_of("chunk.html", f"<!-- {SECRET} --><p>x", "aFChunk"),
        picture_of("chunk.xml", f"<p>{SECRET}</p>", "aFChunk"),
    ):
        with pytest.raises(FileRefusedError, match="steckt eine andere Datei"):
            scrub("docx", Scanned(content))
    svg = f"<svg><metadata>{SECRET}</metadata></svg>"
    with pytest.raises(FileRefusedError, match="steckt eine andere Datei"):
        scrub("odt", Scanned(opendocument("odt", **{"Pictures/photo.jpeg": svg})))


def test_a_part_is_read_as_what_the_package_declares_it() -> None:
    with zipfile.ZipFile(io.BytesIO(docx())) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    renamed = {
        name.replace("document.xml", "document.dat"): content.replace(
            b"word/document.xml", b"word/document.dat"
        )
        for name, content in parts.items()
    }
    scrubbed = scrub("docx", Scanned(archive(renamed)))  # type: ignore[arg-type]
    assert holds(scrubbed, STAYS)
    assert not holds(scrubbed, SECRET)


@pytest.mark.parametrize("kind", ["JavaScript", "Launch", "SubmitForm", "ImportData", "GoToR"])
def test_nothing_in_a_pdf_runs_or_sends(kind: str) -> None:
    target = io.BytesIO()
    with pikepdf.Pdf.open(io.BytesIO(pdf())) as opened:
        action = pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), F=SECRET, JS=SECRET)
        web = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=f"https://example.org/{STAYS}", Next=[action])
        links = [
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=each)
            for each in (opened.make_indirect(action), web)
        ]
        opened.pages[0].Annots = pikepdf.Array(links)
        item = opened.make_indirect(pikepdf.Dictionary(Title="x", A=action))
        opened.Root.Outlines = opened.make_indirect(pikepdf.Dictionary(First=item, Last=item))
        opened.save(target)
    scrubbed = scrub("pdf", Scanned(target.getvalue()))
    assert not holds(scrubbed, SECRET)
    assert not holds(scrubbed, kind)
    assert holds(scrubbed, f"https://example.org/{STAYS}")


@pytest.mark.drill
def test_real_files_keep_their_text(corpus: Path, tmp_path: Path) -> None:
    found = [
        path for path in sorted((corpus / "corpus").rglob("*")) if path.suffix in {".docx", ".odt", ".pdf"}
    ]
    assert found
    for path in found:
        kind, content = path.suffix[1:], path.read_bytes()
        scrubbed = scrub(kind, Scanned(content))
        assert text_of(kind, scrubbed, tmp_path) == text_of(kind, content, tmp_path), path.name
