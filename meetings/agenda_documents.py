"""Documents of an agenda: which files are taken, judged by their content and never by their name alone."""

import io
import zipfile
import zlib
from pathlib import PurePath

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from meetings.agenda_guard import GuardedForm
from portal.files import LARGEST_FILE, UnreadableError, readers

LONGEST_WORDS = 200_000  # characters; the guard reads some hundred thousand in a second or two
MOST_DOCUMENTS = 20  # for an item
LARGEST_LIST = 2**20  # bytes of the list of contents in an office file
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MACRO_FOLDERS = ("basic/", "scripts/")
KINDS = {
    "pdf": _l("PDF"),
    "docx": _l("Word-Dokument"),
    "odt": _l("OpenDocument-Text"),
    "xlsx": _l("Excel-Tabelle"),
    "ods": _l("OpenDocument-Tabelle"),
    "pptx": _l("PowerPoint-Präsentation"),
    "odp": _l("OpenDocument-Präsentation"),
    "txt": _l("Textdatei"),
    "md": _l("Markdown-Datei"),
    "png": _l("PNG-Bild"),
    "jpg": _l("JPEG-Bild"),
}
TYPES = ", ".join(f".{kind}" for kind in KINDS)
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


class DocumentRefusedError(Exception):
    """The file is not taken; the message tells why and what to do."""


class DocumentForm(GuardedForm):
    """A file for an item; `words` is the text in it, None where nobody can read that kind of file."""

    file = FileField(_l("Datei"), description=_l("Höchstens 20 MB: %(types)s.", types=TYPES))

    words: str | None = None

    def texts(self) -> dict[str, str]:
        return {"content": self.words or ""}


def kind_of(name: str, content: bytes) -> str:
    """What a file is: a key of `KINDS`.

    Raises:
        DocumentRefusedError: empty, too large, of another kind, not what its name says, protected or with macros.
    """
    if not content:
        raise DocumentRefusedError(_l("Die Datei ist leer. Bitte prüfen Sie, ob es die richtige ist."))
    if len(content) > LARGEST_FILE:
        raise DocumentRefusedError(_l("Die Datei ist größer als 20 MB. Bitte verkleinern Sie sie."))
    suffix = PurePath(name).suffix.lower().removeprefix(".").replace("jpeg", "jpg")
    found = _look(suffix, content)
    if found is None or suffix not in KINDS:
        raise DocumentRefusedError(
            _l("Diese Art von Datei nimmt das Portal nicht an. Möglich sind: %(types)s.", types=TYPES)
        )
    if found != suffix:
        raise DocumentRefusedError(
            _l(
                "Die Datei hat die Endung .%(suffix)s, ist aber ihrem Inhalt nach: %(kind)s. Bitte geben Sie "
                "ihr die Endung .%(right)s und laden Sie sie noch einmal hoch.",
                suffix=suffix,
                kind=KINDS[found],
                right=found,
            )
        )
    return found


def words_of(name: str, kind: str, content: bytes) -> str | None:
    """The text inside a document, for the guard; None where nobody can read that kind.

    Raises:
        DocumentRefusedError: the file is damaged or protected.
    """
    reader = readers.get(kind)
    if reader is None:
        return None
    try:
        words = reader(name, content)
    except UnreadableError as error:
        raise DocumentRefusedError(error.words) from error
    if len(words) > LONGEST_WORDS:
        raise DocumentRefusedError(
            _l("Diese Datei hat zu viel Text für den Textwächter. Bitte teilen Sie sie.")
        )
    return words


def _look(suffix: str, content: bytes) -> str | None:
    """The kind by the first bytes and, of office files, by what they declare to be."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"PK\x03\x04"):
        return _office_kind(content)
    if content.startswith(OLD_OFFICE):
        raise DocumentRefusedError(
            _l(
                "Die Datei stammt aus einem alten Office-Programm oder ist mit einem Passwort geschützt. Bitte "
                "speichern Sie sie ohne Passwort im heutigen Format, zum Beispiel als .docx."
            )
        )
    return suffix if suffix in {"txt", "md"} and _is_text(content) else None


def _office_kind(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.casefold() for name in archive.namelist()}
            types = _member(archive, "[Content_Types].xml")
            declared = _member(archive, "mimetype").strip()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError, ValueError) as error:
        raise DocumentRefusedError(
            _l(
                "Die Datei ist beschädigt. Bitte öffnen Sie sie in Ihrem Programm, speichern Sie sie neu und "
                "laden Sie sie noch einmal hoch."
            )
        ) from error
    if b"macroEnabled" in types or any(
        name.startswith(MACRO_FOLDERS) or "vbaproject" in name for name in names
    ):
        raise DocumentRefusedError(
            _l("Das Dokument enthält Makros (Programme). Bitte speichern Sie es ohne Makros.")
        )
    if declared in OPEN_DOCUMENT and "content.xml" in names:
        return OPEN_DOCUMENT[declared]
    return next((kind for words, kind in OPEN_XML.items() if words in types), None)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a member; nothing where there is none."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as member:
        return member.read(LARGEST_LIST)


def _is_text(content: bytes) -> bool:
    """Whether these bytes are words: any of the usual encodings, and no control characters."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return not any(char < " " and char not in "\t\n\r\f" for char in text)
