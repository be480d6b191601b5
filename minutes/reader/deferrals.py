"""Matters put off: to the next meeting, to a later time, or left without a decision."""

import re
from collections.abc import Sequence

from minutes.reader.dates import MONTH
from minutes.reader.lines import Kind
from minutes.reader.model import Deferral
from minutes.reader.sentences import Sentence
from minutes.reader.zones import Zone

PUT_OFF = re.compile(
    r"\b(?:vertagt|vertagen|verschoben|verschieben(?! sich)|verschiebt|zurückgestellt|aufgeschoben|(?:in|"
    r"an) (?:den|die|das) \w*(?:ausschuss|gremium|versammlung|gruppe|kreis|rat)\b.{0,40}(?:ver|über|zurückver)wiesen|"
    r"(?:in|an) (?:den|die|das) \w*(?:ausschuss|gremium|kreis) (?:zurück)?gegeben|zurückverwiesen|"
    r"(?:antrag|vorlage|punkt|konzept|entwurf)\b.{0,80}\bzurückgegeben|"
    r"abgesetzt|ausgesetzt|wiedervorlage|von der tagesordnung genommen|(?:wird|werden)\b.{0,60}\bgeschoben|"
    r"(?:nicht )?übers knie brechen|auf eis|(?:schlafen|schläft) .{0,30}dr[üu]ber|parken|"
    r"nicht (?:entscheidungs|beschluss|spruch)reif|aus zeitgründen entfällt|"
    r"bleibt (?:vorerst |weiter )?(?:liegen|auf der liste))\b",
    re.IGNORECASE,
)
# A separable verb holds its object between its parts: "stellt … zurück", "kommen … darauf zurück".
BRACKETS = re.compile(
    r"\b(?:stell(?:t|en|te|ten)\b(?![^.;]{0,160}\b(?:bedenken|kandidatur)\b)[^.;]{0,160}\bzurück|"
    r"setz(?:t|en|te|ten)\b[^.;]{0,120}\b(?:punkt|top|thema|antrag|vorlage|tagesordnung|agenda)\b[^.;]{0,80}\bab|"
    r"nimmt\b[^.;]{0,120}\bvon der (?:tagesordnung|agenda)|schieb(?:t|en)\b[^.;]{0,120}\b(?:auf|raus|hinaus)|"
    r"k(?:omm(?:t|en)|äme)\b[^.;]{0,120}\b(?:darauf|drauf|dazu)\b[^.;]{0,60}\bzurück|"
    r"(?:greif(?:t|en)|nehmen|nimmt)\b[^.;]{0,120}\b(?:wieder|erneut|später) auf)(?="
    r"[.,;:!)]|$| und\b)|"
    r"\b(?:thema|punkt|antrag|sache|angelegenheit|vorhaben|frage|diskussion|das|es)\b.{0,40}\bruht\b|"
    r"\b(?:bis dahin|vorerst|bis auf weiteres) ruh(?:t|en)\b|\bruh(?:t|en) (?:vorerst|bis|vorläufig)\b|"
    r"\bruh(?:t|en)\b[^.;]{0,20}\b(?:thema|punkt|antrag|sache|angelegenheit|vorhaben|diskussion)\b|"
    r"\b(?:lassen|lässt)\b[^.;]{0,80}\b(?:ruhen|liegen)\b",
    re.IGNORECASE,
)
SEASON = "frühjahr|frühling|sommer|herbst|winter"
MEETING = (
    "sitzung|treffen|versammlung|plenum|runde|konferenz|besprechung|call|stammtisch|klausur|tagung|jour fixe|"
    "mv|vv|jhv"
)
NEXT_TIME = (
    rf"(?<!für das )(?<!für die )(?<!für den )(?:über)?nächste[nrsm]? "
    rf"(?:(?:\w+-?)?(?:{MEETING})|woche|mal|termin|monat|semester)\b"
)
LATER_MEETING = (
    rf"(?:(?:in|auf|bei) (?:der|die|einer|dem|einem)|im|beim|zum|zur) "
    rf"(?:(?:{MONTH}|{SEASON}s?|folge)-?(?:{MEETING})|(?:sitzung|\w*versammlung) (?:am \d|im {MONTH}))"
)
LATER_SEASON = rf"im (?:{MONTH}|{SEASON})"
LATER = (
    rf"(?:{NEXT_TIME}|{LATER_MEETING}|{LATER_SEASON}|"
    r"(?:auf|in|bei) (?:der|den|einer|einem|dem) (?:nächsten|kommenden|späteren)\b.{0,40}|"
    r"später|zu einem späteren zeitpunkt|demnächst|weiterhin|nochmals?|erneut)"
)
AGAIN = (
    r"(?:besprochen|diskutiert|behandelt|beraten|entschieden|aufgegriffen|aufgerufen|aufgenommen|thematisiert|"
    r"angesprochen|angeschaut|angesehen|abgestimmt|beschlossen|festgelegt|geklärt|nachgeholt|weitergeführt|besprechen|diskutieren|behandeln|"
    r"anzusprechen|zu besprechen|vertieft|zu vertiefen|fortgesetzt|fortzusetzen|auf den tisch)"
)
TREAT = "entscheiden|besprechen|diskutieren|klären|behandeln|beraten|stimmen|reden|sprechen|überlegen"
ONCE_MORE = (
    r"(?:noch ?(?:ein)?mal\b.{0,60}\b(?:wenn|sobald|nach|falls)|"
    rf"(?:erst,? )?(?:sobald|wenn)|{LATER_SEASON}\b.{{0,20}})\b"
)
LATER_ON = rf"(?:{NEXT_TIME}|{LATER_MEETING})"
# "Das klären wir beim nächsten Mal", "Wir entscheiden nächste Woche", "Nächstes Mal besprechen".
WE_LATER = re.compile(
    rf"\b(?:{TREAT}|machen|schauen|gucken) wir\b.{{0,80}}\b{LATER_ON}|"
    rf"(?:\b(?:{TREAT}) wir|\bwir (?:{TREAT}))\b.{{0,60}}\b{ONCE_MORE}|"
    rf"\bwir (?:{TREAT})\b.{{0,60}}\b{LATER_ON}|\bwir\b.{{0,60}}\b{LATER_ON}.{{0,60}}\b(?:{TREAT}|abstimmen|festlegen)\b|"
    r"\b(?:thema|punkt) (?:für|in|auf) (?:(?:die|das|der) )?nächste|\b(?:und|wir) entscheiden (?:dann|danach|später)\b|"
    rf"\b(?:abstimmung|entscheidung|beschluss\w*|beratung|wahl)\b(?: \w+){{0,4}}? (?:im|in|auf|beim?) (?:der )?{NEXT_TIME}|"
    rf"\b(?:abstimmung|entscheidung|beschluss\w*|wahl)\b.{{0,60}}\b(?:{LATER_ON}|{LATER_SEASON}) (?:nach|fallen|statt)\b|"
    rf"\b(?:beschluss\w*|entscheidung)\b.{{0,30}}\berst (?:nach|wenn|in|auf|im|bei|mit)\b|"
    rf"^{NEXT_TIME}(?:\b.{{0,40}}\b(?:{TREAT}|abstimmen))[.!]?$|^nächste[sn]? (?:mal|woche)[.!]?$|"
    rf"(?:->|→|=>) ?(?:(?:auf|in|beim?) )?(?:(?:die|das|der|dem) )?{NEXT_TIME}[.!]?$|"
    r"\b(?:warten|wartet)\b.{0,20}\bmit (?:der|dem) (?:entscheidung|abstimmung|beschluss)\b|"
    rf"\b(?:auf|in) (?:die |der )?{NEXT_TIME}\b.{{0,20}}\bverlegt\b|"
    r"\b(?:nicht|nicht mehr) (?:mehr )?(?:behandelt|besprochen|geschafft)[.!]?$",
    re.IGNORECASE,
)
# "Die Gruppe legt ihn im Herbst neu vor", "er kommt wieder auf die Tagesordnung", "Entscheidung dann dort".
COMES_BACK = re.compile(
    r"\b(?:neu|erneut|wieder|nochmals?) vor(?:gelegt|zulegen)?\b(?! ort)|"
    r"\bkomm(?:t|en)\b.{0,60}\b(?:wieder|erneut|nochmals?) auf die (?:tagesordnung|agenda|to)\b|"
    r"\bauf die (?:tagesordnung|agenda|to) (?:der|des) (?:nächsten|kommenden)\b|"
    r"\bauf die (?:nächste|kommende) (?:tagesordnung|agenda|to)\b|\bbleibt auf der (?:tagesordnung|agenda|to)\b|"
    r"\bkommt\b.{0,40}\b(?:wieder|nochmals?|erneut)(?: dran| auf)?[.!]?$|"
    r"\bweiter ?(?:beraten|diskutiert|besprochen|behandelt)[.!]?$|"
    r"^(?:entscheidung|beschluss|abstimmung) (?:(?:dann|dort|später|folgt|erst|im|in|auf|beim?)\b.{0,60}|"
    rf"{NEXT_TIME})$|"
    r"\b(?:heute|diesmal|vorerst|zunächst|vorläufig) (?:noch )?kein\w* (?:beschluss|abstimmung|entscheidung)\b|"
    r"\bwieder auf(?:gerufen|gegriffen)\b|\bnoch ?mal thema\b|\bmit in die (?:klausur|nächste)\b|\bab in die nächste\b|"
    r"\b(?:heute|diesmal) (?:noch )?(?:nicht|kein\w* (?:beschluss|abstimmung|entscheidung))\b.{0,40}"
    r"(?:abgestimmt|entschieden|beschlossen|behandelt|gefasst|getroffen)|"
    r"\berst (?:nach|wenn|in|auf|im|bei|mit)\b.{0,80}\b(?:entschieden|beschlossen|abgestimmt|behandelt)\b",
    re.IGNORECASE,
)
TAKEN_UP_LATER = re.compile(
    rf"\b(?:wird|werden|soll|sollen|wollen|erst|weiter|kommt|thema|punkt|top)\b.{{0,160}}\b{LATER}\b.{{0,120}}\b{AGAIN}\b|"
    r"^(?:(?!\w+t\b)\w+ ){0,3}(?:auf|beim?|in|wird|werden|erst|dann) "
    rf"(?:(?:die|das|der|dem) )?(?:{NEXT_TIME}|später|zu einem späteren zeitpunkt)[.!]?$",
    re.IGNORECASE,
)
UNDECIDED = re.compile(
    r"\b(?:keine (?:einigung|entscheidung|einigkeit)|noch (?:keine|nicht)\b.{0,60}\b(?:entschieden|"
    r"entscheidung|einigkeit|einigung)|(?:entscheidung|abstimmung)\b.{0,80}\bnoch nicht\b|"
    r"abgestimmt\b.{0,20}\bnoch nicht|nicht einigen|"
    r"kein (?:einvernehmen|konsens)|nicht (?:abschließend )?(?:entschieden|geklärt werden)|"
    r"k(?:ann|önnen|onnten?)\b.{0,60}\bnicht (?:abgestimmt|beschlossen|behandelt) werden|"
    r"entscheidung (?:steht (?:noch )?aus|folgt|wird vertagt)|bleibt (?:vorerst )?offen)\b",
    re.IGNORECASE,
)
MONEY = re.compile(r"€|\beuro\b|rückstellung", re.IGNORECASE)
# To move what happens is no deferral: "Wir verschieben das Fest auf den 4. Mai".
EVENT = re.compile(
    rf"\b\w*(?:fest|feier|fahrt|ausflug|workshop|release|termin|konzert|probe|abend|kurs)s?\b[^.;]{{0,60}}"
    rf"\bauf (?:den|die) (?:\d|{MONTH})",
    re.IGNORECASE,
)
HISTORY = re.compile(
    r"\bauf \d{1,2}(?:[.:]\d\d)? uhr\b|"
    r"\bwar(?:en)?\b.{0,40}\bverschoben\b|\bversuch(?:t|en)\b.{0,40}\bverschieben\b|\bbereits\b|^beschluss|"
    r", über (?:die|den|das|welche[ns]?)\b.{0,60} entschieden",
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
    if PUT_OFF.search(text) or BRACKETS.search(text):
        return not (MONEY.search(text) or EVENT.search(text))
    return not is_title and any(
        pattern.search(text) for pattern in (TAKEN_UP_LATER, WE_LATER, COMES_BACK, UNDECIDED)
    )
