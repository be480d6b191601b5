"""Uploaded minutes become Markdown: judged by their content, never by their name alone."""

from dataclasses import dataclass
from pathlib import PurePath

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from minutes.conversion.errors import DAMAGED, REFUSALS, ConversionError, ScannedError
from minutes.conversion.outcome import MAX_CHARACTERS, Reason
from minutes.conversion.pandoc import Picture, document_to_markdown, office_to_words
from minutes.conversion.pdf import pdf_to_markdown
from portal.file_kinds import kind_by_content, text_of
from portal.files import LARGEST_FILE, NoTextError

__all__ = [
    "KINDS",
    "ConversionError",
    "Converted",
    "Picture",
    "ScannedError",
    "to_markdown",
    "words_of_office",
]

KINDS = {
    "md": _l("Markdown-Datei"),
    "txt": _l("Textdatei"),
    "docx": _l("Word-Dokument"),
    "odt": _l("OpenDocument-Text"),
    "rtf": _l("RTF-Text"),
    "html": _l("Webseite"),
    "pdf": _l("PDF"),
}
OTHER_OFFICE = ("xlsx", "ods", "pptx", "odp")
"""Spreadsheets and presentations: no minutes, but there are words in them."""
SPELLINGS = {"htm": "html", "markdown": "md"}
WEB_PAGE = ("<!doctype html", "<html")
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
REFUSED = {
    "damaged": DAMAGED,
    "macros": REFUSALS[Reason.MACROS],
    "old-office": _l(
        "Die Datei stammt aus einem alten Office-Programm (zum Beispiel .doc). Bitte speichern Sie sie "
        "in Word oder LibreOffice als .docx."
    ),
    "program": _l("Die Datei ist ein Programm und kein Protokoll. Bitte wählen Sie eine andere Datei."),
    "zip": _l(
        "Die Datei ist ein Zip-Archiv. Bitte entpacken Sie es und laden Sie das Protokoll selbst hoch."
    ),
    **dict.fromkeys(
        ("png", "jpg", "gif", "tiff", "riff"),
        _l(
            "Die Datei ist ein Bild. Bitte laden Sie das Protokoll als Textdokument hoch oder fügen "
            "Sie den Text direkt ein."
        ),
    ),
    **dict.fromkeys(
        OTHER_OFFICE,
        _l(
            "Die Datei ist kein Textdokument, sondern zum Beispiel eine Tabelle oder Präsentation. "
            "Bitte speichern Sie das Protokoll als .docx oder .odt."
        ),
    ),
}


@dataclass(frozen=True)
class Converted:
    """Markdown (of `.md` and `.txt` the file's own lines) and what the file was: a key of `KINDS`.

    `notes` tell what of the file the text does not show; `left_out` are its words, as far as they can be read.
    """

    markdown: str
    kind: str
    pictures: tuple[Picture, ...] = ()
    notes: tuple[LazyString, ...] = ()
    left_out: str = ""

    @property
    def words(self) -> str:
        """Every word in the file, for the text guard."""
        return f"{self.markdown}\n{self.left_out}" if self.left_out else self.markdown


def to_markdown(file_name: str, content: bytes) -> Converted:
    """The Markdown of uploaded minutes.

    Raises:
        ScannedError: a PDF of pictures; it may be kept beside a text that is typed.
        ConversionError: the file is refused; its words tell the secretary why and what to do.
    """
    suffix = PurePath(file_name).suffix.lower().removeprefix(".")
    suffix = SPELLINGS.get(suffix, suffix)
    found = kind_by_content(content)
    refuse_at_sight(suffix, found, content)
    if found is not None:
        refuse_wrong_name(suffix, found)
    if found == "pdf":
        markdown, notes = pdf_to_markdown(content)
        return checked(Converted(markdown, "pdf", notes=notes))
    if found is None and suffix != "html":
        return checked(plain_text(suffix, content))
    document = document_to_markdown(suffix, content)
    return checked(Converted(document.markdown, suffix, document.pictures, document.notes, document.left_out))


def words_of_office(_name: str, content: bytes) -> str:
    """The words in the cells, slides and notes of one of `OTHER_OFFICE`, for the text guard.

    Raises:
        NoTextError: there are none.
        ConversionError: the file is damaged, protected or too large.
    """
    words = office_to_words(content)
    refuse_empty_or_long(words)
    return words


def plain_text(suffix: str, content: bytes) -> Converted:
    text = text_of(content)
    if text is None:
        raise ConversionError(
            _l(
                "Die Datei enthält keinen lesbaren Text, sondern Programm- oder Bilddaten. Bitte laden Sie das "
                "Protokoll als .docx, .odt, .rtf, .html, .pdf, .md oder .txt hoch."
            )
        )
    if suffix not in {"md", "txt"}:
        raise ConversionError(
            _l(
                "Die Datei hat die Endung .%(suffix)s, enthält aber kein solches Dokument. Bitte öffnen Sie sie in dem "
                "Programm, mit dem sie geschrieben wurde, und speichern Sie sie neu.",
                suffix=suffix,
            )
        )
    if text[:200].lstrip().lower().startswith(WEB_PAGE):
        refuse_wrong_name(suffix, "html")
    return Converted(text, suffix)


def refuse_at_sight(suffix: str, found: str | None, content: bytes) -> None:
    """What the first bytes, the size and the name already tell."""
    if not content:
        raise ConversionError(
            _l("Die Datei ist leer. Bitte prüfen Sie, ob Sie die richtige Datei gewählt haben.")
        )
    if len(content) > LARGEST_FILE:
        raise ConversionError(
            _l(
                "Die Datei ist größer als 20 MB. Bitte entfernen Sie große Bilder oder fügen Sie den Text "
                "direkt ein."
            )
        )
    if found == "old-office" and (content.startswith(b"PK") or ENCRYPTED_PACKAGE in content):
        raise ConversionError(REFUSALS[Reason.PASSWORD])
    if found in REFUSED:
        raise ConversionError(REFUSED[found])
    if suffix not in KINDS and found not in KINDS:
        raise ConversionError(
            _l(
                "Diese Art von Datei nimmt das Portal nicht an. Bitte speichern Sie das Protokoll als "
                ".docx, .odt, .rtf, .html, .pdf, .md oder .txt."
            )
        )


def refuse_wrong_name(suffix: str, kind: str) -> None:
    if suffix != kind:
        raise ConversionError(
            _l(
                "Die Datei hat die Endung .%(suffix)s, ist aber ihrem Inhalt nach: %(kind)s. Bitte geben "
                "Sie ihr die Endung .%(right)s und laden Sie sie noch einmal hoch.",
                suffix=suffix,
                kind=KINDS[kind],
                right=kind,
            )
        )


def checked(converted: Converted) -> Converted:
    refuse_empty_or_long(converted.markdown)
    return converted


def refuse_empty_or_long(text: str) -> None:
    if not text.strip():
        raise NoTextError(
            _l(
                "Das Dokument enthält keinen Text. Falls er nur als Bild darin steht, fügen Sie den Text "
                "bitte direkt ein."
            )
        )
    if len(text) > MAX_CHARACTERS:
        raise ConversionError(REFUSALS[Reason.TOO_LONG])
