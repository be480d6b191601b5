"""Small files of every kind with traces of their makers: `SECRET` stands wherever it must vanish, `STAYS` in the text."""

import io
from typing import Any

import pikepdf
from documents import OFFICE, OPEN, PACKAGE, archive, relations
from PIL import ExifTags, Image, PngImagePlugin

SECRET, STAYS = "Geheimrat", "Haushaltsplan"
SESSION = "00A1B2C3"  # by which a program tells who wrote what when
ROTATED = 6  # in Exif: the camera was held upright
MICROSOFT = "http://schemas.microsoft.com/office"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = f'xmlns:r="{OFFICE}"'
CORE = f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties">{SECRET}</cp:coreProperties>'


def jpg() -> bytes:
    """A photograph with Exif (author, place, which side is up), XMP, a comment and something behind its end."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = ROTATED
    exif[ExifTags.Base.Artist] = SECRET
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (50.0, 56.0, 29.0)
    target = io.BytesIO()
    pixels = Image.linear_gradient("L").convert("RGB").crop((0, 0, 200, 100))
    pixels.save(target, "JPEG", exif=exif, comment=SECRET, xmp=f"<x>{SECRET}</x>".encode(), progressive=True)
    return target.getvalue() + SECRET.encode()


def png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", SECRET)
    target = io.BytesIO()
    Image.linear_gradient("L").save(target, "PNG", pnginfo=texts, exif=b"Exif\0\0" + SECRET.encode())
    return target.getvalue() + SECRET.encode()


def types(**parts: str) -> str:
    entries = "".join(
        f'<Override PartName="/{name.replace("__", "/")}.xml" ContentType="application/vnd.{kind}"/>'
        for name, kind in parts.items()
    )
    defaults = (
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="x"/>'
    )
    pictures = '<Default Extension="jpeg" ContentType="image/jpeg"/>'
    return f'<Types xmlns="{PACKAGE}/content-types">{defaults}{pictures}{entries}</Types>'


def paragraph(*runs: str, mark: str = "") -> str:
    return f"<w:p><w:pPr><w:rPr>{mark}</w:rPr></w:pPr>{''.join(runs)}</w:p>"


def run(text: str) -> str:
    return f'<w:r w:rsidR="{SESSION}"><w:t xml:space="preserve">{text}</w:t></w:r>'


def deleted(text: str) -> str:
    return f'<w:del w:id="1" w:author="{SECRET}"><w:r><w:delText>{text}</w:delText></w:r></w:del>'


def picture(relation: str) -> str:
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    return f'<w:r><w:drawing><a:blip {drawing} r:embed="{relation}"/></w:drawing></w:r>'


WHO = f'w:id="2" w:author="{SECRET}" w:date="2026-01-01T10:00:00Z"'
BODY = "".join(
    [
        paragraph(
            run(f"Der {STAYS} "), f"<w:ins {WHO}>{run('liegt vor')}</w:ins>", deleted(SECRET), run(".")
        ),
        # A paragraph that was deleted whole, and one whose end was deleted: it goes on in the next one.
        paragraph(deleted(SECRET), mark=f"<w:del {WHO}/>"),
        paragraph(run("Eins und "), mark=f"<w:del {WHO}/>"),
        paragraph(run("zwei.")),
        '<w:commentRangeStart w:id="0"/>',
        paragraph(run("Drei."), '<w:r><w:commentReference w:id="0"/></w:r>'),
        f"<w:moveFromRangeStart {WHO} w:name='m'/>",
        paragraph(
            f"<w:moveFrom {WHO}><w:r><w:t>{SECRET}</w:t></w:r></w:moveFrom>", mark=f"<w:moveFrom {WHO}/>"
        ),
        "<w:moveFromRangeEnd w:id='2'/>",
        paragraph(f"<w:moveTo {WHO}>{run('Vier.')}</w:moveTo>"),
        f"<w:p><w:pPr><w:pPrChange {WHO}><w:pPr/></w:pPrChange></w:pPr>{picture('rId8')}</w:p>",
        paragraph(
            f"<w:del {WHO}>{picture('rId9')}<w:r><w:footnoteReference w:id='3'/></w:r></w:del>", run("Fünf.")
        ),
        "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr>",
        f"<w:tr><w:trPr><w:del {WHO}/></w:trPr><w:tc>{paragraph(run(SECRET))}</w:tc></w:tr></w:tbl>",
    ]
)
TEXT = f"Der {STAYS} liegt vor.\nEins und zwei.\nDrei.\nVier.\nFünf."


def docx(**more: str | bytes) -> bytes:
    word = "openxmlformats-officedocument.wordprocessingml"
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": types(
            word__document=f"{word}.document.main+xml",
            word__comments=f"{word}.comments+xml",
            docProps__core="x",
        ),
        "_rels/.rels": relations(
            ("rId1", f"{OFFICE}/officeDocument", "word/document.xml"),
            ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": CORE,
        "word/document.xml": f"<w:document {W} {R}><w:body>{BODY}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            ("rId3", f"{OFFICE}/comments", "comments.xml"),
            ("rId4", f"{MICROSOFT}/2011/relationships/people", "people.xml"),
            ("rId5", f"{OFFICE}/settings", "settings.xml"),
            ("rId6", f"{OFFICE}/footnotes", "footnotes.xml"),
            ("rId7", f"{OFFICE}/customXml", "../customXml/item1.xml"),
            ("rId8", f"{OFFICE}/image", "media/photo.jpeg"),
            ("rId9", f"{OFFICE}/image", "media/deleted.jpeg"),
        ),
        "word/comments.xml": f"<w:comments {W}><w:comment w:id='0' w:author='{SECRET}'>x</w:comment></w:comments>",
        "word/people.xml": f"<people>{SECRET}</people>",
        "word/settings.xml": f"<w:settings {W} {R}><w:attachedTemplate r:id='rId1'/><w:rsids><w:rsid w:val='{SESSION}'/>"
        "</w:rsids></w:settings>",
        "word/_rels/settings.xml.rels": relations(
            ("rId1", f"{OFFICE}/attachedTemplate", f"file:///C:/Users/{SECRET}/Normal.dotm")
        ),
        "word/footnotes.xml": f"<w:footnotes {W}><w:footnote w:id='3'>{paragraph(run(SECRET))}</w:footnote></w:footnotes>",
        "word/media/photo.jpeg": jpg(),
        "word/media/deleted.jpeg": SECRET,
        "customXml/item1.xml": f"<x>{SECRET}</x>",
        "[trash]/0000.dat": SECRET,
    }
    return archive(members | more)


def xlsx() -> bytes:
    sheet = "openxmlformats-officedocument.spreadsheetml"
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    path = f'<mc:Choice Requires="x15"><x15ac:absPath xmlns:x15ac="{MICSPACE}" url="C:\\Users\\{SECRET}\\"/></mc:Choice>'
    return archive(
        {
            "[Content_Types].xml": types(xl__workbook=f"{sheet}.sheet.main+xml"),
            "_rels/.rels": relations(("rId1", f"{OFFICE}/officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f"<workbook {space} {R} {compatible}><fileSharing userName='{SECRET}'/>"
            f"<mc:AlternateContent>{path}</mc:AlternateContent>"
            "<sheets><sheet name='A' sheetId='1' r:id='rId1'/></sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", f"{OFFICE}/worksheet", "worksheets/sheet1.xml"),
                ("rId2", f"{MICROSOFT}/2017/10/relationships/person", "persons/person.xml"),
                ("rId3", f"{OFFICE}/externalLink", f"file:///C:\\Users\\{SECRET}\\Mappe.xlsx"),
            ),
            "xl/worksheets/sheet1.xml": f"<worksheet {space} {R} refreshedBy='{SECRET}'><sheetData><row r='1'>"
            f"<c t='inlineStr'><is><t>{STAYS}</t></is></c></row></sheetData><pageSetup r:id='rId3'/>"
            "<legacyDrawing r:id='rId2'/></worksheet>",
            "xl/worksheets/_rels/sheet1.xml.rels": relations(
                ("rId1", f"{OFFICE}/comments", "../comments1.xml"),
                ("rId2", f"{OFFICE}/vmlDrawing", "../drawings/vmlDrawing1.vml"),
                ("rId3", f"{OFFICE}/printerSettings", "../printerSettings/printerSettings1.bin"),
                ("rId4", f"{MICROSOFT}/2017/10/relationships/threadedComment", "../threadedComments/t.xml"),
            ),
            "xl/comments1.xml": f"<comments {space}>{SECRET}</comments>",
            "xl/drawings/vmlDrawing1.vml": f"<xml>{SECRET}</xml>",
            "xl/printerSettings/printerSettings1.bin": SECRET.encode("utf-16-le"),
            "xl/threadedComments/t.xml": f"<x>{SECRET}</x>",
            "xl/persons/person.xml": f"<x>{SECRET}</x>",
        }
    )


MICSPACE = f"{MICROSOFT}/spreadsheetml/2010/11/ac"


def pptx() -> bytes:
    kind = "openxmlformats-officedocument.presentationml.presentation.main+xml"
    space = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    return archive(
        {
            "[Content_Types].xml": types(ppt__presentation=kind),
            "_rels/.rels": relations(("rId1", f"{OFFICE}/officeDocument", "/ppt/presentation.xml")),
            "ppt/presentation.xml": f"<p:presentation {space} {R}><p:sldId r:id='rId1'/></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(
                ("rId1", f"{OFFICE}/slide", "slides/slide1.xml"),
                ("rId2", f"{OFFICE}/commentAuthors", "commentAuthors.xml"),
            ),
            "ppt/slides/slide1.xml": f"<p:sld {space} {drawing} {R}><a:t>{STAYS}</a:t><p:oleObj r:id='rId2'/></p:sld>",
            "ppt/slides/_rels/slide1.xml.rels": relations(
                ("rId1", f"{OFFICE}/comments", "../comments/comment1.xml"),
                ("rId2", f"{OFFICE}/package", "../embeddings/Tabelle%201.xlsx"),
            ),
            "ppt/comments/comment1.xml": f"<x>{SECRET}</x>",
            "ppt/commentAuthors.xml": f"<x>{SECRET}</x>",
            "ppt/embeddings/Tabelle 1.xlsx": xlsx(),
        }
    )


def opendocument(kind: str, **more: str | bytes) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in ("office", "text", "table", "manifest", "config")
    )
    spaces += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
    spaces += ' xmlns:officeooo="http://openoffice.org/2009/office"'
    changes = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info>"
        f"<dc:creator>{SECRET}</dc:creator></office:change-info><text:p>{SECRET}</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
    )
    note = (
        f"<office:annotation><dc:creator>{SECRET}</dc:creator><text:p>{SECRET}</text:p></office:annotation>"
    )
    link = f"<text:a xlink:href='file:///home/{SECRET}/Plan.odt'>Plan</text:a>"
    member = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}[kind]
    listed = "".join(
        f"<manifest:file-entry manifest:full-path='{name}' manifest:media-type='x'/>"
        for name in (
            "/",
            "content.xml",
            "meta.xml",
            "settings.xml",
            "Thumbnails/thumbnail.png",
            "Pictures/photo.jpeg",
        )
    )
    members: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{member}",
        "content.xml": f"<office:document-content {spaces}><office:body><office:{member}>{changes}"
        f"<text:p officeooo:paragraph-rsid='{SESSION}'>Der <text:change-start/>{STAYS}<text:change-end/> {note}liegt"
        f"<text:change/> vor: {link}</text:p><text:p xlink:href='Pictures/photo.jpeg'/></office:{member}></office:body>"
        "</office:document-content>",
        "meta.xml": f"<office:document-meta {spaces}><dc:creator>{SECRET}</dc:creator></office:document-meta>",
        "settings.xml": f"<office:document-settings {spaces}><config:config-item config:name='PrinterName'>{SECRET}"
        "</config:config-item></office:document-settings>",
        "Thumbnails/thumbnail.png": SECRET,
        "Versions/1": SECRET,
        "Pictures/photo.jpeg": jpg(),
        "Pictures/deleted.jpeg": SECRET,
        "META-INF/manifest.xml": f"<manifest:manifest {spaces}>{listed}</manifest:manifest>",
    }
    return archive(members | more)


def pdf(**claims: Any) -> bytes:
    """A page with a text, a photograph, a note, a mark and attached data; `claims` go into the XMP."""
    with pikepdf.Pdf.new() as made:
        page = made.add_blank_page(page_size=(300, 300)).obj
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        photo = pikepdf.Stream(made, jpg(), Width=200, Height=100, BitsPerComponent=8)
        photo.Type, photo.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        photo.Filter, photo.ColorSpace = pikepdf.Name.DCTDecode, pikepdf.Name.DeviceRGB
        page.Resources = pikepdf.Dictionary(Font={"/F": font}, XObject={"/P": photo})
        page.Contents = made.make_stream(
            f"BT /F 20 Tf 20 200 Td ({STAYS}) Tj ET q 200 0 0 100 20 20 cm /P Do Q".encode()
        )
        page.PieceInfo = pikepdf.Dictionary(Adobe=SECRET)
        made.attachments["quelle.txt"] = SECRET.encode()
        for kind in ("Text", "Highlight"):
            note = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name(f"/{kind}"),
                Rect=[10, 10, 20, 20],
                T=SECRET,
                Contents=SECRET,
                QuadPoints=[10, 20, 20, 20, 10, 10, 20, 10],
            )
            page.Annots = [*page.get("/Annots", []), made.make_indirect(note)]
        made.docinfo["/Author"] = SECRET
        with made.open_metadata() as metadata:
            metadata["dc:creator"] = [SECRET]
            metadata["dc:title"] = SECRET if "pdfuaid:part" not in claims else STAYS
            for name, value in claims.items():
                metadata[name] = value
        target = io.BytesIO()
        made.save(target)
        return target.getvalue()


SAMPLES = {
    "docx": docx,
    "xlsx": xlsx,
    "pptx": pptx,
    "odt": lambda: opendocument("odt"),
    "ods": lambda: opendocument("ods"),
    "odp": lambda: opendocument("odp"),
    "pdf": pdf,
    "jpg": jpg,
    "png": png,
}
