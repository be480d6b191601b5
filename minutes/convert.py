"""Uploaded minutes become Markdown: judged by their content, never by their name alone."""

from dataclasses import dataclass
from pathlib import PurePath

from flask_babel import lazy_gettext as _l

from minutes.conversion.archive import PASSWORD, open_office
from minutes.conversion.errors import ConversionError
from minutes.conversion.office import office_to_markdown
from minutes.conversion.pdf import pdf_to_markdown
from minutes.conversion.plain import decode

__all__ = ["KINDS", "MAX_BYTES", "ConversionError", "Converted", "to_markdown"]

MAX_BYTES = 20 * 2**20
MAX_CHARACTERS = 2_000_000
KINDS = {
    "md": _l("Markdown-Datei"),
    "txt": _l("Textdatei"),
    "docx": _l("Word-Dokument"),
    "odt": _l("OpenDocument-Text"),
    "pdf": _l("PDF"),
}
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF")


@dataclass(frozen=True)
class Converted:
    """Markdown (of `.md` and `.txt` the file's own lines) and what the file was: a key of `KINDS`."""

    markdown: str
    kind: str


def to_markdown(file_name: str, content: bytes) -> Converted:
    """The Markdown of uploaded minutes.

    Raises:
        ConversionError: the file is refused; the message tells the secretary why and what to do.
    """
    suffix = PurePath(file_name).suffix.lower().removeprefix(".")
    refuse_at_sight(suffix, content)
    if content.startswith(b"PK\x03\x04"):
        office = open_office(content)
        refuse_wrong_name(suffix, office.kind)
        converted = Converted(office_to_markdown(office), office.kind)
    elif content.startswith(b"%PDF-"):
        refuse_wrong_name(suffix, "pdf")
        converted = Converted(pdf_to_markdown(content), "pdf")
    else:
        converted = Converted(decode(content), suffix)
        if suffix not in {"md", "txt"}:
            raise ConversionError(
                _l(
                    "Die Datei hat die Endung .%(suffix)s, enthält aber kein solches Dokument. Bitte "
                    "öffnen Sie sie in dem "
                    "Programm, mit dem sie geschrieben wurde, und speichern Sie sie neu.",
                    suffix=suffix,
                )
            )
    return checked(converted)


def refuse_at_sight(suffix: str, content: bytes) -> None:
    """What the first bytes, the size and the name already tell."""
    if not content:
        raise ConversionError(
            _l("Die Datei ist leer. Bitte prüfen Sie, ob Sie die richtige Datei gewählt haben.")
        )
    if len(content) > MAX_BYTES:
        raise ConversionError(
            _l(
                "Die Datei ist größer als 20 MB. Bitte entfernen Sie große Bilder oder fügen Sie den Text "
                "direkt ein."
            )
        )
    if content.startswith(PROGRAMS):
        raise ConversionError(
            _l("Die Datei ist ein Programm und kein Protokoll. Bitte wählen Sie eine andere Datei.")
        )
    if content.startswith(PICTURES):
        raise ConversionError(
            _l(
                "Die Datei ist ein Bild. Bitte laden Sie das Protokoll als Textdokument hoch oder fügen "
                "Sie den Text direkt ein."
            )
        )
    if content.startswith(OLD_OFFICE):
        raise ConversionError(PASSWORD if ENCRYPTED_PACKAGE in content else OLD_WORD)
    if content.startswith(b"{\\rtf"):
        raise ConversionError(
            _l("RTF-Dateien nimmt das Portal nicht an. Bitte speichern Sie das Dokument als .docx oder .odt.")
        )
    if suffix not in KINDS:
        raise ConversionError(
            _l(
                "Diese Art von Datei nimmt das Portal nicht an. Bitte speichern Sie das Protokoll als "
                ".docx, .odt, .pdf, .md oder .txt."
            )
        )


OLD_WORD = _l(
    "Die Datei stammt aus einem alten Office-Programm (zum Beispiel .doc). Bitte speichern Sie sie "
    "in Word oder LibreOffice als .docx."
)


def refuse_wrong_name(suffix: str, kind: str) -> None:
    if suffix != kind:
        raise ConversionError(
            _l(
                "Die Datei hat die Endung .%(suffix)s, ist aber ihrem Inhalt nach: %(kind)s. Bitte geben "
                "Sie ihr die Endung "
                ".%(right)s und laden Sie sie noch einmal hoch.",
                suffix=suffix,
                kind=KINDS[kind],
                right=kind,
            )
        )


def checked(converted: Converted) -> Converted:
    if not converted.markdown.strip():
        raise ConversionError(
            _l(
                "Das Dokument enthält keinen Text. Falls er nur als Bild darin steht, fügen Sie den Text "
                "bitte direkt ein."
            )
        )
    if len(converted.markdown) > MAX_CHARACTERS:
        raise ConversionError(_l("Der Text ist länger als 2.000.000 Zeichen. Bitte teilen Sie das Dokument."))
    return converted
