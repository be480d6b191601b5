"""Matters put off: to the next meeting, to a later time, or left without a decision."""

import re
from collections.abc import Sequence

from minutes.reader.lines import Kind
from minutes.reader.model import Deferral
from minutes.reader.sentences import Sentence
from minutes.reader.zones import Zone

PUT_OFF = re.compile(
    r"\b(?:vertagt|vertagen|verschoben|verschieben(?! sich)|zurückgestellt|aufgeschoben|(?:in|"
    r"an) (?:den|die|das) \w*(?:ausschuss|gremium|versammlung|gruppe|kreis|rat)\b.{0,40}verwiesen|"
    r"abgesetzt|ausgesetzt|wiedervorlage|von der tagesordnung genommen|(?:wird|werden)\b.{0,60}\bgeschoben)\b",
    re.IGNORECASE,
)
NEXT_TIME = r"nächste[nrsm]? (?:\w+)?(?:sitzung|treffen|versammlung|woche|mal|plenum|termin|monat|runde)"
LATER = (
    rf"(?:{NEXT_TIME}|"
    r"(?:auf|in|bei) (?:der|den|einer|einem|dem) (?:nächsten|kommenden|späteren)\b.{0,40}|"
    r"im (?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)|"
    r"später|zu einem späteren zeitpunkt|demnächst|weiterhin|nochmals?|erneut)"
)
AGAIN = (
    r"(?:besprochen|diskutiert|behandelt|beraten|entschieden|aufgegriffen|thematisiert|angesprochen|"
    r"abgestimmt|geklärt|weitergeführt|besprechen|diskutieren|behandeln|anzusprechen|zu besprechen|"
    r"vertieft|zu vertiefen|fortgesetzt|fortzusetzen)"
)
# "Das klären wir beim nächsten Mal", "Wir entscheiden nächste Woche", "Nächstes Mal besprechen".
WE_LATER = re.compile(
    r"\b(?:entscheiden|besprechen|diskutieren|klären|behandeln|machen|schauen|gucken|reden|sprechen|"
    rf"überlegen|beraten|stimmen) wir\b.{{0,80}}\b{NEXT_TIME}|\bwir (?:entscheiden|besprechen|diskutieren|klären|"
    rf"behandeln|beraten|stimmen)\b.{{0,60}}\b{NEXT_TIME}|^{NEXT_TIME}\b.{{0,40}}\b(?:besprechen|entscheiden|"
    r"diskutieren|klären|behandeln|abstimmen)[.!]?$|\bwarten\b.{0,20}\bmit der (?:entscheidung|abstimmung)\b|"
    r"\bkommt\b.{0,60}\b(?:wieder|erneut|nochmals?) auf die (?:tagesordnung|agenda|to)\b|"
    rf"\b(?:auf|in) (?:die |der )?{NEXT_TIME}\b.{{0,20}}\bverlegt\b|"
    r"\berst (?:nach|wenn|in|auf|im|bei|mit)\b.{0,80}\b(?:entschieden|beschlossen|abgestimmt|behandelt)\b|"
    r"\b(?:nicht|nicht mehr) (?:mehr )?(?:behandelt|besprochen|geschafft)[.!]?$",
    re.IGNORECASE,
)
TAKEN_UP_LATER = re.compile(
    r"\b(?:wird|werden|soll|sollen|wollen|erst|weiter|"
    r"thema|punkt|"
    rf"top)\b.{{0,160}}\b{LATER}\b.{{0,120}}\b{AGAIN}\b|^(?:\w+ ){{0,3}}(?:auf|beim?|in|wird|"
    rf"werden|erst|dann) (?:(?:die|das|der|dem) )?(?:{NEXT_TIME}|später|zu einem späteren zeitpunkt)[.!]?$",
    re.IGNORECASE,
)
UNDECIDED = re.compile(
    r"\b(?:keine (?:einigung|entscheidung|einigkeit)|noch (?:keine|nicht)\b.{0,60}\b(?:entschieden|"
    r"entscheidung|einigkeit|einigung)|(?:entscheidung|abstimmung)\b.{0,80}\bnoch nicht\b|"
    r"abgestimmt\b.{0,20}\bnoch nicht|nicht einigen|"
    r"kein (?:einvernehmen|konsens)|nicht (?:abschließend )?(?:entschieden|geklärt werden)|"
    r"entscheidung (?:steht (?:noch )?aus|folgt|wird vertagt)|bleibt (?:vorerst )?offen)\b",
    re.IGNORECASE,
)
MONEY = re.compile(r"€|\beuro\b|rückstellung", re.IGNORECASE)
HISTORY = re.compile(
    r"\bwar(?:en)?\b.{0,40}\bverschoben\b|\bbereits\b|^beschluss|, über (?:die|den|das|"
    r"welche[ns]?)\b.{0,60} entschieden",
    re.IGNORECASE,
)


def deferrals_of(sentences: Sequence[Sentence]) -> list[Deferral]:
    """All sentences that put something off, in the order of the text."""
    return [
        Deferral((sentence.first, sentence.last), sentence.text)
        for sentence in sentences
        if sentence.block.zone is Zone.BODY
        and sentence.block.kind is not Kind.TABLE
        and puts_off(sentence.text, is_title=sentence.block.kind is Kind.HEADING)
    ]


def puts_off(text: str, *, is_title: bool) -> bool:
    """Whether the sentence puts its matter off; a title does so only outright ("Satzung (vertagt)")."""
    if text.endswith("?") or HISTORY.search(text):
        return False
    if PUT_OFF.search(text):
        return not MONEY.search(text)
    return not is_title and any(pattern.search(text) for pattern in (TAKEN_UP_LATER, WE_LATER, UNDECIDED))
