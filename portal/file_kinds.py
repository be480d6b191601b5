"""What a file is by its content; its name is only a claim."""

import codecs
import io
import re
import zipfile
import zlib

from portal.archives import DIRECTORY_END, DIRECTORY_END_BYTES

SIGNATURES = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF8": "gif",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    b"RIFF": "riff",
    b"{\\rtf": "rtf",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "old-office",
} | dict.fromkeys((b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"), "program")
OPEN_XML = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}
OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
MACRO_FOLDERS = ("basic/", "scripts/")
LARGEST_LIST = 2**20
"""Bytes of what an archive says of its contents: a stranger's claim, read in this process."""
LARGE_END = b"PK\x06\x07"  # of archives beyond 4 GB: its figures would count instead
LARGE_END_BYTES = 20
LONGEST_COMMENT = 2**16
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
UNDEFINED_IN_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def kind_by_content(content: bytes) -> str | None:
    """The usual suffix of that kind of file (`docx`); None where the first bytes tell nothing, as in text.

    Four answers are no suffixes: `program`, `old-office` (before 2007, or protected by a password), `macros`
    (an office file with programs in it) and `damaged` (an archive that cannot be opened).
    """
    if content.startswith(b"PK\x03\x04"):
        return _kind_of_archive(content)
    return next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)


def text_of(content: bytes) -> str | None:
    """The text of a file in UTF-8, UTF-16 with byte order mark, or Windows-1252, with bare line feeds.

    None where the bytes are no text.
    """
    try:
        text = content.decode("utf-16") if content.startswith(UTF_16_MARKS) else _eight_bit(content)
    except UnicodeDecodeError:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return None if CONTROL.search(text) else text


def _eight_bit(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1" if UNDEFINED_IN_WINDOWS.search(content) else "cp1252")


def _kind_of_archive(content: bytes) -> str:
    if not _has_modest_directory(content):
        return "damaged"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.casefold() for name in archive.namelist()}
            types = _member(archive, "[Content_Types].xml")
            declared = _member(archive, "mimetype").strip()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError):
        return "damaged"
    except RuntimeError:  # the standard library's word for a password
        return "old-office"
    if b"macroEnabled" in types or any(
        name.startswith(MACRO_FOLDERS) or "vbaproject" in name or "vbadata" in name for name in names
    ):
        return "macros"
    if declared in OPEN_DOCUMENT and "content.xml" in names:
        return OPEN_DOCUMENT[declared]
    return next((kind for words, kind in OPEN_XML.items() if words in types), "zip")


def _has_modest_directory(content: bytes) -> bool:
    """Whether the list of members is short enough to be read here."""
    end = content.rfind(DIRECTORY_END, -DIRECTORY_END_BYTES - LONGEST_COMMENT)
    size = int.from_bytes(content[end + 12 : end + 16], "little")
    return end >= 0 and size <= LARGEST_LIST and content[max(0, end - LARGE_END_BYTES) :][:4] != LARGE_END


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a member; nothing where there is none."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as member:
        return member.read(LARGEST_LIST)
