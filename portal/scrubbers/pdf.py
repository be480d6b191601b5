"""PDF without properties, attached files, authors of notes and programs (ISO 32000-2).

The file is written anew, so that earlier versions of it, which a PDF may carry along, go too.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, PasswordError, Pdf, PdfError, Stream

from portal.scrubbers.faults import Fault, ScrubError
from portal.scrubbers.parts import parse
from portal.scrubbers.pictures import is_picture, scrub_jpg

NOTES = {
    "/Text", "/Popup", "/Caret", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia",
}  # fmt: skip
"""Annotations that are no part of the page; of others (marked, drawn, stamped) the picture stays, the words go."""
OF_THE_PAGE = {"/Link", "/Widget", "/PrinterMark", "/TrapNet", "/Watermark"}
WRITTEN_ON_THE_PAGE = "/FreeText"
KEPT_OF_A_NOTE = {"/Type", "/Subtype", "/Rect", "/F"}
WORDS_OF_A_MARK = (
    "/T", "/RC", "/Subj", "/NM", "/M", "/CreationDate", "/Popup", "/IRT", "/State", "/StateModel", "/ExData",
)  # fmt: skip
TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF", "/AA", "/CreatorInfo")
ACTIONS = ("/A", "/PA", "/Next")
FORBIDDEN_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition",
}  # fmt: skip
"""What runs, sends or opens something, and tells where it lay."""
TELLING_OF_THE_FILE = ("/OpenAction", "/Collection", "/SpiderInfo", "/URI", "/Perms", "/DSS")
CLAIMS = {"pdfaid": "http://www.aiim.org/pdfa/ns/id/", "pdfuaid": "http://www.aiim.org/pdfua/ns/id/"}
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
SYNTAX = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{SYNTAX}">
<rdf:Description rdf:about="" xmlns:dc="{DUBLIN_CORE}" \
xmlns:pdfaid="{CLAIMS["pdfaid"]}" xmlns:pdfuaid="{CLAIMS["pdfuaid"]}">%s</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def scrub_pdf(content: bytes) -> bytes:
    """A PDF whose pages look as before; what it claims of archiving and accessibility stays.

    Raises:
        ScrubError: damaged, protected or digitally signed.
    """
    target = io.BytesIO()
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            _scrub(pdf)
            pdf.save(target, deterministic_id=True, object_stream_mode=ObjectStreamMode.preserve)
    except PasswordError:
        raise ScrubError(Fault.PROTECTED) from None
    except PdfError:
        raise ScrubError(Fault.DAMAGED) from None
    return target.getvalue()


def _scrub(pdf: Pdf) -> None:
    claims = _claims(pdf)
    for page in pdf.pages:
        _scrub_notes(page.obj)
    for each in pdf.objects:
        for dictionary in _dictionaries(each):
            if "/ByteRange" in dictionary:
                raise ScrubError(Fault.SIGNED)
            _delete(dictionary, TELLING)
            _delete(dictionary, [key for key in ACTIONS if _is_forbidden(dictionary.get(key))])
        if isinstance(each, Stream) and each.get("/Filter") in (Name.DCTDecode, Array([Name.DCTDecode])):
            _scrub_jpg(each)
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    _delete(pdf.Root, TELLING_OF_THE_FILE)
    _delete(pdf.Root.get("/Names"), ("/EmbeddedFiles", "/JavaScript"))
    _delete(pdf.Root.get("/AcroForm"), ("/XFA",))
    if claims:
        pdf.Root.Metadata = Stream(pdf, (XMP % claims).encode(), Type=Name.Metadata, Subtype=Name.XML)


def _claims(pdf: Pdf) -> str:
    """Which parts of PDF/A and PDF/UA the file claims to keep to, as XMP; the latter wants a title."""
    metadata = pdf.Root.get("/Metadata")
    if not isinstance(metadata, Stream):
        return ""
    try:
        root = parse(metadata.read_bytes().strip())
    except ScrubError:
        return ""
    claims = dict(claim for element in root.iter("{*}*") for claim in _claims_of(element))
    title = root.findtext(f".//{{{DUBLIN_CORE}}}title//{{{SYNTAX}}}li")
    lines = [f"<{name}>{escape(value)}</{name}>" for name, value in sorted(claims.items())]
    if title and "pdfuaid:part" in claims:
        words = f'<rdf:li xml:lang="x-default">{escape(title)}</rdf:li>'
        lines.append(f"<dc:title><rdf:Alt>{words}</rdf:Alt></dc:title>")
    return "".join(lines)


def _claims_of(element: Any) -> Iterator[tuple[str, str]]:
    """What an element says by itself or by its attributes, under its usual name (`pdfaid:part`)."""
    for tag, value in [(element.tag, element.text), *element.attrib.items()]:
        space, _, name = tag.lstrip("{").rpartition("}")
        for prefix, claimed in CLAIMS.items():
            if space == claimed and value:
                yield f"{prefix}:{name}", value.strip()


def _scrub_notes(page: Object) -> None:
    """Take notes off a page, and names and dates off what somebody marked or drew on it."""
    kept = []
    for note in page.get("/Annots", []):
        kind = str(note.get("/Subtype"))
        if kind in NOTES:
            # Emptied, too: the file's outline of its structure may still name it.
            _delete(note, [key for key in note.keys() if key not in KEPT_OF_A_NOTE])  # noqa: SIM118 - no mapping
            continue
        if kind not in OF_THE_PAGE:
            _delete(note, WORDS_OF_A_MARK if kind == WRITTEN_ON_THE_PAGE else (*WORDS_OF_A_MARK, "/Contents"))
        kept.append(note)
    if "/Annots" in page:
        page["/Annots"] = Array(kept)


def _is_forbidden(action: Object | None) -> bool:
    """Whether an action, or one of several that follow another, does more than lead to a place or a page of the web."""
    each = list(action) if isinstance(action, Array) else [action]
    return any(isinstance(one, Dictionary) and str(one.get("/S")) in FORBIDDEN_ACTIONS for one in each)


def _dictionaries(value: Object) -> Iterator[Object]:
    """An object of the file, as far as it is a dictionary, and the ones that are written inside it."""
    if isinstance(value, (Dictionary, Stream)):
        yield value
        inner = [value[key] for key in value.keys()]  # noqa: SIM118 - no mapping
    else:
        inner = list(value) if isinstance(value, Array) else []
    for each in inner:
        if isinstance(each, Object) and not each.is_indirect:
            yield from _dictionaries(each)


def _scrub_jpg(stream: Stream) -> None:
    """Photographs lie in a PDF as they came out of the camera."""
    picture = stream.read_raw_bytes()
    if is_picture(picture):
        parameters = stream.get("/DecodeParms", None)
        stream.write(scrub_jpg(picture), filter=Name.DCTDecode, decode_parms=parameters)  # type: ignore[arg-type]


def _delete(dictionary: Object | None, keys: Iterable[str]) -> None:
    for key in keys:
        if dictionary is not None and key in dictionary:
            del dictionary[key]
