"""Files without what tells of their makers: author, last editor, place, tracked changes, comments, earlier versions.

The text and the looks stay. What cannot be cleaned is refused, never passed on as it is.
"""

import sys
from pathlib import Path

from flask_babel import lazy_gettext as _l

from portal.files import LARGEST_FILE, FileRefusedError, Scanned
from portal.limited import run
from portal.scrubbers.faults import Fault, ScrubError
from portal.scrubbers.pictures import scrub_picture

PROGRAM = Path(__file__).parent / "scrubbers" / "program.py"
ADDRESS_SPACE = 1536 * 2**20  # bytes
PLAIN = {"txt", "md"}
"""Kinds that hold nothing but their text."""
PICTURES = {"png", "jpg"}
"""Kinds of which pieces are left out; nobody needs to read the picture itself."""
WORDS = {
    Fault.PROTECTED: _l(
        "Die Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort und laden Sie sie noch "
        "einmal hoch."
    ),
    Fault.TOO_LARGE: _l(
        "Die Datei ist ausgepackt größer als 100 MB oder besteht aus mehr als 2.000 Teilen. Bitte verkleinern Sie "
        "sie, zum Beispiel ihre Bilder."
    ),
    Fault.EMBEDDED: _l(
        "In der Datei steckt eine andere Datei oder ein Objekt, aus dem sich Angaben zu Personen nicht sicher "
        "entfernen lassen. Bitte fügen Sie es als Bild (PNG oder JPEG) ein, oder speichern Sie das Ganze als PDF."
    ),
    Fault.SIGNED: _l(
        "Die Datei ist digital unterschrieben. Das Portal entfernt Angaben zu Personen aus Anlagen, und dabei ginge "
        "die Unterschrift verloren. Bitte laden Sie eine Fassung ohne Unterschrift hoch."
    ),
}
DAMAGED = _l(
    "Die Datei ist beschädigt, oder aus ihr lassen sich Angaben zu Personen nicht sicher entfernen. Bitte öffnen Sie "
    "sie in Ihrem Programm, speichern Sie sie neu und laden Sie sie noch einmal hoch."
)


def scrub(kind: str, content: Scanned) -> Scanned:
    """The file of that kind (`docx`, `pdf`, `jpg` …) without its traces; scrubbing it again changes nothing.

    Raises:
        FileRefusedError: it cannot be cleaned; its words say why.
    """
    if kind in PLAIN:
        return content
    try:
        return Scanned(scrub_picture(content) if kind in PICTURES else _scrub_apart(kind, content))
    except ScrubError as error:
        raise FileRefusedError(WORDS.get(error.fault, DAMAGED)) from None


def _scrub_apart(kind: str, content: Scanned) -> bytes:
    """Scrub in a process of its own, within limits."""
    command = [sys.executable, "-I", str(PROGRAM), kind, "file"]
    result = run(command, memory=ADDRESS_SPACE, files={"file": content}, output_bytes=2 * LARGEST_FILE)
    if result.status:
        raise ScrubError(Fault(result.status) if result.status in set(Fault) else Fault.DAMAGED)
    return result.output
