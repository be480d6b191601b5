"""Documents of an agenda: which files are taken, judged by their content and never by their name alone."""

from pathlib import PurePath

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from meetings.agenda_guard import GuardedForm
from portal.file_kinds import kind_by_content, text_of
from portal.files import LARGEST_FILE, FileRefusedError, NoTextError, readers

LONGEST_WORDS = 200_000  # characters; the guard reads some hundred thousand in a second or two
MOST_DOCUMENTS = 20  # for an item
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
REFUSED = {
    "damaged": _l(
        "Die Datei ist beschädigt. Bitte öffnen Sie sie in Ihrem Programm, speichern Sie sie neu und "
        "laden Sie sie noch einmal hoch."
    ),
    "macros": _l("Das Dokument enthält Makros (Programme). Bitte speichern Sie es ohne Makros."),
    "old-office": _l(
        "Die Datei stammt aus einem alten Office-Programm oder ist mit einem Passwort geschützt. Bitte "
        "speichern Sie sie ohne Passwort im heutigen Format, zum Beispiel als .docx."
    ),
}


class DocumentForm(GuardedForm):
    """A file for an item; `words` is the text in it, None where nobody can read that kind of file."""

    file = FileField(_l("Datei"), description=_l("Höchstens 20 MB: %(types)s.", types=TYPES))

    words: str | None = None

    def texts(self) -> dict[str, str]:
        return {"content": self.words or ""}


def kind_of(name: str, content: bytes) -> str:
    """What a file is: a key of `KINDS`.

    Raises:
        FileRefusedError: empty, too large, of another kind, not what its name says, protected or with macros.
    """
    if not content:
        raise FileRefusedError(_l("Die Datei ist leer. Bitte prüfen Sie, ob es die richtige ist."))
    if len(content) > LARGEST_FILE:
        raise FileRefusedError(_l("Die Datei ist größer als 20 MB. Bitte verkleinern Sie sie."))
    suffix = PurePath(name).suffix.lower().removeprefix(".").replace("jpeg", "jpg")
    found = kind_by_content(content)
    if found in REFUSED:
        raise FileRefusedError(REFUSED[found])
    if found is None and suffix in {"txt", "md"} and text_of(content) is not None:
        found = suffix
    if found not in KINDS or suffix not in KINDS:
        raise FileRefusedError(
            _l("Diese Art von Datei nimmt das Portal nicht an. Möglich sind: %(types)s.", types=TYPES)
        )
    if found != suffix:
        raise FileRefusedError(
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
    """The text inside a document, for the guard; None where nobody can read that kind, or there is none.

    Raises:
        FileRefusedError: the file is damaged or protected.
    """
    reader = readers.get(kind)
    if reader is None:
        return None
    try:
        words = reader(name, content)
    except NoTextError:
        return None
    if len(words) > LONGEST_WORDS:
        raise FileRefusedError(_l("Diese Datei hat zu viel Text für den Textwächter. Bitte teilen Sie sie."))
    return words
