"""Office files are zip archives from strangers: what may be in one, and how much of it."""

import io
import zipfile
import zlib
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from minutes.conversion.errors import ConversionError

MAX_MEMBERS = 2_000
MAX_UNPACKED_BYTES = 100 * 2**20
CHUNK_BYTES = 2**18
ENCRYPTED_FLAG = 0x1
DIRECTORY_END = b"PK\x05\x06"
DIRECTORY_END_BYTES = 22
CONTENT_TYPES = "[Content_Types].xml"
MANIFEST = "META-INF/manifest.xml"
WORD_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OPENDOCUMENT_TYPE = b"application/vnd.oasis.opendocument.text"
PICTURE_FOLDERS = ("word/media/", "Pictures/")
MACRO_FOLDERS = ("basic/", "scripts/")
SKIPPED_FOLDERS = ("docprops/", "customxml/", "word/media/", "word/embeddings/", "word/fonts/")
DAMAGED = _l(
    "Die Datei ist beschädigt oder unvollständig. Bitte öffnen Sie sie in Ihrer Textverarbeitung, "
    "speichern Sie sie neu und laden Sie sie noch einmal hoch."
)
PASSWORD = _l(
    "Das Dokument ist mit einem Kennwort geschützt. Bitte speichern Sie es ohne Kennwort und laden "
    "Sie es noch einmal hoch."
)
MACROS = _l(
    "Das Dokument enthält Makros (Programme). Bitte speichern Sie es ohne Makros als .docx oder .odt."
)


@dataclass(frozen=True)
class Office:
    """A text document: its kind (`docx` or `odt`) and its own, re-packed archive of text parts only."""

    kind: str
    packed: bytes


def open_office(content: bytes) -> Office:
    """Check an archive by really unpacking it, and pack the parts that hold text anew.

    Raises:
        ConversionError: not a Word or OpenDocument text, or damaged, protected, with macros, too large.
    """
    members = unpack(content)
    kind = kind_of(members)
    refuse_active_content(members)
    parts = {name: data for name, data in members.items() if holds_text(kind, name)}
    # A picture stays as an empty file: pandoc gives its description only when the file is there.
    parts |= dict.fromkeys((name for name in members if name.startswith(PICTURE_FOLDERS)), b"")
    for name, data in parts.items():
        if name != MANIFEST and any(
            "<!DOCTYPE".encode(code) in data for code in ("ascii", "utf-16-le", "utf-16-be")
        ):
            raise ConversionError(DAMAGED)
    return Office(kind, pack(parts))


def unpack(content: bytes) -> dict[str, bytes]:
    """All members by name, in archive order, never more than `MAX_UNPACKED_BYTES` of them together."""
    if content[-DIRECTORY_END_BYTES:][:4] != DIRECTORY_END:
        raise ConversionError(DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            refuse_strange_entries(entries)
            left = MAX_UNPACKED_BYTES
            members: dict[str, bytes] = {}
            for entry in entries:
                members[entry.filename] = inflate(archive, entry, left)
                left -= len(members[entry.filename])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise ConversionError(DAMAGED) from None
    return members


def refuse_strange_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS:
        raise ConversionError(
            _l(
                "Die Datei besteht aus mehr als 2.000 Teilen. Bitte kopieren Sie den Text in ein neues "
                "Dokument und laden Sie dieses hoch."
            )
        )
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise ConversionError(PASSWORD)
    names = {entry.filename for entry in entries}
    methods = {entry.compress_type for entry in entries}
    starts = min((entry.header_offset for entry in entries), default=0)
    if len(names) < len(entries) or starts or not methods <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ConversionError(DAMAGED)


def inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, cap: int) -> bytes:
    """One member's bytes, counted while they come out: declared sizes are a claim."""
    found = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            found += chunk
            if len(found) > cap:
                raise ConversionError(
                    _l(
                        "Die Datei ist ausgepackt größer als 100 MB. Bitte entfernen Sie große Bilder oder "
                        "fügen Sie den Text direkt ein."
                    )
                )
    return bytes(found)


def kind_of(members: dict[str, bytes]) -> str:
    """`docx` or `odt`, judged by what the archive says of itself, not by its name."""
    if members.get("mimetype", b"").strip() == OPENDOCUMENT_TYPE and "content.xml" in members:
        return "odt"
    types = members.get(CONTENT_TYPES, b"")
    if b"macroEnabled" in types:
        raise ConversionError(MACROS)
    if WORD_TYPE in types:
        return "docx"
    if types or members.get("mimetype"):
        raise ConversionError(
            _l(
                "Die Datei ist kein Textdokument, sondern zum Beispiel eine Tabelle oder Präsentation. "
                "Bitte speichern Sie das Protokoll als .docx oder .odt."
            )
        )
    raise ConversionError(
        _l("Die Datei ist ein Zip-Archiv. Bitte entpacken Sie es und laden Sie das Protokoll selbst hoch.")
    )


def refuse_active_content(members: dict[str, bytes]) -> None:
    if b"encryption-data" in members.get(MANIFEST, b""):
        raise ConversionError(PASSWORD)
    names = [name.casefold() for name in members]
    if any(name.startswith(MACRO_FOLDERS) or "vbaproject" in name or "vbadata" in name for name in names):
        raise ConversionError(MACROS)


def holds_text(kind: str, name: str) -> bool:
    if kind == "odt":
        return name in {"mimetype", "content.xml", "styles.xml", MANIFEST}
    return name.endswith((".xml", ".rels")) and not name.casefold().startswith(SKIPPED_FOLDERS)


def pack(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return target.getvalue()
