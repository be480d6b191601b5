"""Why a file is refused and what was left out of it, in words for the secretary."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from minutes.conversion.outcome import Reason, Remark
from portal.files import FileRefusedError as ConversionError
from portal.files import NoTextError

__all__ = ["DAMAGED", "NOTES", "REFUSALS", "ConversionError", "ScannedError", "refusal"]


class ScannedError(NoTextError):
    """A PDF whose pages are pictures: it can be kept, its text must be typed."""


DAMAGED = _l(
    "Die Datei ist beschädigt oder unvollständig. Bitte öffnen Sie sie in Ihrer Textverarbeitung, "
    "speichern Sie sie neu und laden Sie sie noch einmal hoch."
)
REFUSALS: dict[Reason, LazyString] = {
    Reason.DAMAGED: DAMAGED,
    Reason.PASSWORD: _l(
        "Das Dokument ist mit einem Kennwort geschützt. Bitte speichern Sie es ohne Kennwort und laden "
        "Sie es noch einmal hoch."
    ),
    Reason.MACROS: _l(
        "Das Dokument enthält Makros (Programme). Bitte speichern Sie es ohne Makros als .docx oder .odt."
    ),
    Reason.TOO_MANY_PARTS: _l(
        "Die Datei besteht aus mehr als 2.000 Teilen. Bitte kopieren Sie den Text in ein neues "
        "Dokument und laden Sie dieses hoch."
    ),
    Reason.TOO_LARGE_UNPACKED: _l(
        "Die Datei ist ausgepackt größer als 100 MB. Bitte entfernen Sie große Bilder oder "
        "fügen Sie den Text direkt ein."
    ),
    Reason.TOO_COMPLEX: _l(
        "Das Dokument ist zu verschachtelt oder zu umfangreich. Bitte kopieren Sie den Text in ein "
        "neues Dokument ohne verschachtelte Tabellen."
    ),
    Reason.TOO_LONG: _l(
        "Der Text ist länger als 2.000.000 Zeichen (rund 700 Seiten). Bitte teilen Sie das Dokument oder laden Sie nur "
        "das Protokoll hoch, ohne Anlagen."
    ),
    Reason.TOO_MANY_PAGES: _l(
        "Das PDF hat mehr als 500 Seiten. Bitte laden Sie nur das Protokoll hoch, ohne Anlagen."
    ),
    Reason.TOO_SLOW: _l(
        "Die Umwandlung hat zu lange gedauert und wurde abgebrochen. Bitte teilen Sie das Dokument "
        "oder fügen Sie den Text direkt ein."
    ),
}
NOTES: dict[Remark, LazyString] = {
    Remark.TRACKED_CHANGES: _l(
        "Das Dokument enthielt nachverfolgte Änderungen. Der Text steht hier so, als wären alle angenommen; Gelöschtes "
        "ist nicht dabei."
    ),
    Remark.COMMENTS: _l("Kommentare im Dokument wurden nicht übernommen."),
    Remark.HIDDEN_TEXT: _l("Verborgener Text im Dokument wurde nicht übernommen."),
    Remark.HEADERS: _l(
        "Kopf- und Fußzeilen wurden nicht übernommen; was die Kopfzeile über die Sitzung sagt, steht am Anfang des Textes."
    ),
    Remark.EMBEDDED: _l(
        "Eingebettete Objekte, zum Beispiel Tabellen aus Excel oder Diagramme, wurden nicht übernommen. Sie können sie "
        "als Anlage hinzufügen."
    ),
    Remark.TEXT_BOXES: _l("Textfelder wurden nicht übernommen. Bitte ergänzen Sie, was darin steht."),
    Remark.ACTIVE_CONTENT: _l("Skripte, Formulare und Rahmen der Webseite wurden entfernt."),
    Remark.EXTERNAL_PICTURES: _l(
        "Bilder, die nicht in der Datei selbst liegen, wurden nicht geholt. Sie können sie als Anlage hinzufügen."
    ),
    Remark.OTHER_PICTURES: _l(
        "Bilder, die keine PNG- oder JPEG-Dateien sind, wurden nicht übernommen. Sie können sie als Anlage hinzufügen."
    ),
    Remark.TOO_MANY_PICTURES: _l(
        "Nicht alle Bilder wurden übernommen: höchstens 50, jedes bis 10 MB, zusammen 20 MB."
    ),
    Remark.OWN_DOCUMENT: _l(
        "Das Dokument stammt aus dem Portal. Übernommen wurde nur der Abschnitt „Wortlaut“. Bitte prüfen Sie, ob interne "
        "Passagen darin gekennzeichnet sind."
    ),
    Remark.PAGES_WITHOUT_TEXT: _l(
        "Einzelne Seiten enthalten keinen lesbaren Text, vielleicht sind sie eingescannt. Bitte ergänzen Sie ihn."
    ),
}


def refusal(status: int) -> ConversionError:
    """The error for the exit status of a limited program; a signal (negative) means that its memory was used up."""
    if status < 0:
        return ConversionError(REFUSALS[Reason.TOO_COMPLEX])
    return ConversionError(REFUSALS[Reason(status) if status in set(Reason) else Reason.DAMAGED])
