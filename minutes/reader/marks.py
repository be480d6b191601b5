"""The words and signs by which minutes mark their parts: items, the head, titles."""

import re

from minutes.reader.dates import MONTH
from minutes.reader.lines import Kind, Line

LONGEST_TITLE = 200
LONGEST_LABEL = 30
DATE_FIRST = re.compile(rf"\d{{4}}-\d\d|\d{{1,2}}\. ?(?:\d{{1,2}}\. ?\d{{2}}|(?:{MONTH})\b)", re.IGNORECASE)
ROMAN = r"[IVX]{1,5}"
TOP = re.compile(
    r"(?:(?:[Zz]u[mr]?\s+)?(?P<mark>TOP|Top|TO-Punkt|Tages(?:ordnungs)?punkt|Punkt|[ÖN](?=\s?\d))[\s.#]*|"
    r"[Zz]u\s+(?=\d{1,2}\s?[a-z]?\s?[.):]))"
    rf"(?P<number>\d{{1,3}}(?:\.\d{{1,2}})*\s?[a-z]?|{ROMAN}|n(?:\s?[-–+]\s?\d)?)(?![\w€%])"
    r"(?:\s+der Tagesordnung)?\s*(?P<sign>[:.)–-]*)\s*(?P<title>.*)$"
)
HEAD_WORDS = re.compile(
    r"(?:liste der |als |die )?(?:an|ab)wesen(?:d|heit)|teilnehm|gäste|gast\b|entschuldigt|fehlend|"
    r"(?:mit )?dabei\b|da\s*:|protokoll(?:ant|führ|ierend|ix)"
    r"|schriftführ|moderat|rede?leitung|sitzungsleitung|versammlungsleit|leitung\b|beschlussfähigkeit|"
    r"datum\b|ort\b|zeit\b|beginn\b|ende\b"
    r"|tagesordnung|agenda\b|themen(?:liste|übersicht)?$|tops?\b[:.]?$|topliste|protokoll[:.]?$|"
    r"(?:das )?(?:eigentliche|tatsächliche) protokoll"
    r"|anhang|anhänge|anlagen?\b|unterschrift|metadaten|eckdaten|rahmen(?:daten)?$|inhalt(?:sverzeichnis)?$|links?$"
    r"|nächste[rs]? (?:sitzung|treffen|termin|plenum|versammlung|plena)|attendees|present\b|minutes$",
    re.IGNORECASE,
)
DOCUMENT_TITLE = re.compile(
    r"protokoll|niederschrift|sitzung|treffen|versammlung|plenum|ergebnisprotokoll|review|meeting",
    re.IGNORECASE,
)


TASK_LIST = re.compile(
    r"(?:\d+(?:\.\d+)*[.)]?\s+)?(?:offene |neue |nächste )?(?:to-?\s?do'?s?(?:[- ]liste)?|"
    r"aufgaben(?:liste|verteilung)?|arbeitsaufträge|action items|aufträge)\b.{0,60}$",
    re.IGNORECASE,
)
NOT_TREATED = re.compile(r"tagesordnung|agenda|nächste", re.IGNORECASE)


def top_of(line: Line) -> re.Match[str] | None:
    """The "TOP n" mark of a line; running text that merely mentions an item has none."""
    found = TOP.match(line.text)
    if found and opens_text(found) and line.kind is Kind.PLAIN:
        return found
    if not found or len(line.text) > LONGEST_TITLE:
        return None
    if line.kind is Kind.HEADING or line.bold:
        return found
    title = found["title"]
    if found["mark"] == "Punkt" and not found["sign"]:
        return None
    if not title:
        return found if line.kind is Kind.PLAIN else None
    return found if not title[0].islower() and not title.endswith((".", "!")) else None


def opens_text(mark: re.Match[str]) -> bool:
    """Whether an item's text goes on behind its mark: "Zu TOP 3: Das Protokoll wird genehmigt."."""
    return mark[0][:1] in "Zz" and bool(mark["sign"]) and is_sentence(mark["title"])


def is_sentence(text: str) -> bool:
    return text[:1].isupper() and text.endswith((".", "!"))


def opens_item(line: Line) -> bool:
    if line.kind is Kind.HEADING or line.bold:
        return not is_head_word(line.text)
    return line.kind is Kind.PLAIN and bool(top_of(line))


def is_title(text: str) -> bool:
    return bool(text) and len(text) <= LONGEST_TITLE and not is_head_word(text)


def is_head_word(text: str) -> bool:
    """Whether a heading belongs to the head ("Anwesende Mitglieder"); a longer one is a subject."""
    if not HEAD_WORDS.match(text):
        return False
    return len(text.split()) <= 4 or bool(NOT_TREATED.match(text)) or 0 < text.find(":") < LONGEST_LABEL


def names_a_date(text: str) -> bool:
    return bool(DATE_FIRST.match(text))
