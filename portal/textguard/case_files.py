"""File numbers of offices and courts, and long numbers that nothing explains."""

import re
from collections.abc import Iterator

from portal.textguard.dates import DATE
from portal.textguard.findings import PLACEHOLDERS, Candidate, Kind, Severity
from portal.textguard.passage import Passage
from portal.textguard.patterns import Pattern, digits, is_counted, is_years, key_words

# The portal's own references to cases and decisions, such as F-2026-014, name nobody.
_OWN_REFERENCE = re.compile(r"[A-Z]{1,4}-20\d\d-\d{3,4}")
_PART = (
    r"(?:[A-Za-z]{0,4}\d[A-Za-z0-9]{0,15}|[A-ZÄÖÜ](?:[a-zäöü]{1,3}|[A-Z]{0,5}|[A-Za-zäöü]{1,6}(?=[-/._]\d)))"
)
_FILE = re.compile(
    rf"(?<![\w.,§]){_PART}"
    rf"(?:(?:[./_–-]{{1,2}}(?: ?|\n(?=\d))(?![a-zäöü])| (?=(?:[A-Z] )?[\w./-]{{0,8}}\d{{3}})){_PART}){{0,6}}(?!\w|,\d)"
)
_FILE_KEY = key_words(
    r"(?-i:(?<!\w)A[zZ](?!\w))|(?<!\w)akt?(?:en)?z(?!\w)|aktenzeichen|akten-?(?:nummer|nr)|geschäfts-?zeichen|gesch\.-?z",
    r"(?-i:(?<!\w)G[zZ]\.)|(?:unser|ihr|mein|dein)e?[ms]? zeichen|vorgangs-?(?:nummer|nr|zeichen)",
    r"bg-?(?:nummer|nr)|(?-i:(?<!\w)BG (?=\d{4}))|bedarfsgemeinschaft",
    r"(?:kunden|fall|mitglieds|teilnehmer|personal)-?(?:nummer|nr)(?!\w)",
    r"personenkenn\w+|registrier\w*(?:nummer|nr)|ordnungs(?:merkmal|nummer)|kassenzeichen|buchnummer|matrikel\w*",
    r"leistungsakte|ausländerakte|strafanzeige|bamf-?(?:nummer|nr|az)",
    r"(?:wohngeld|kindergeld|tagebuch|verfahrens|register|reg\.)-?(?:nummer|nr)",
)
_WEAK_KEY = key_words(
    r"(?<!\w)(?:akten?|vorgang|bamf|zeichen)(?: (?:nr\.?|nummer|unter|mit|der|die|lautet|führt)){0,4}[ :\t|]{1,3}"
)
_KEPT = r"(?= (?:geführt|registriert|erfasst|bearbeitet|verzeichnet|abgelegt|anhängig)(?!\w))"
_COURT_FILE = re.compile(
    r"(?<![\w.,:/])(?:[A-Z]{1,4}[ -])?(?:\d{1,3}[a-z]? |(?<=[A-Z] ))"
    r"(?!Uhr|Euro|EUR|Mai|Jun|Jul|Tage|Jahr|Raum|TOP|U?Js|VRJs|BRs)[A-Z][A-Za-z]{0,4}(?: [A-Z]{1,3})? \d{1,5}[/.]\d\d(?!\d)"
    r"(?:\.?[A-Z]{1,3}(?![a-z])| (?:ER|PKH|VKH|B|R|SO|UG|EA|VA|HK|GS|UK|RI)(?!\w)){0,2}"
)
# Files of the highest courts, whose rulings are published: "2 BvR 1820/14", "1 C 34.18", "B 7 AY 1/16 R".
_HIGHEST = re.compile(r"\d{1,2} (?:Bv[A-Z]|[BC]) \d+[/.]\d\d|B \d.*")
# Registers of family, guardianship and criminal courts, whose files are hardly ever cited.
_PRIVATE = re.compile(r"\d{1,3}[a-z]? (?:F|XVII|XIV|X|Ds|Cs|Ls|Gs|KLs) ")
_DECREE = re.compile(
    r"(?i:erlass|drucksache|vorlage|ministerium|anwendungshinweise|richtlinie|verordnung|rundschreiben)"
)
_CITED = re.compile(
    r"(?i:urteil|rechtsprechung|gericht(?:s|shofs?) \(|offen ?gelassen|in seiner entscheidung"
    r"|rspr|vgl\.|bverwg|bverfg|ovg|vgh|bgh|eugh|egmr|bsg|juris"
    r"|(?:beschluss|entscheidung) v)"
)
_OWN_CASE = re.compile(
    r"(?i:anhängig|erhoben|eingelegt|eilantrag|eilverfahren|kläger|klageverfahren"
    r"|beschwerde beim|noch (?:offen|nicht entschieden)|eigene[nms]? verfahren|klage (?:der|des) "
    r"|strafbefehl|verurteilt|(?<!\w)(?:sein|ihr)e?[rsmn]? (?:klage|verfahren|antrag)|betroffenen|mandant"
    r"|klient|gegen (?:ihn|sie|den bescheid))"
)
_UNEXPLAINED = re.compile(
    r"(?<![\w.,§/])(?<!0[89]00 )(?!0(?:800|180|900))(?:[A-Z]{1,2} )?[A-Z]{0,3}\d(?:[ \t\n]?\d){6,}(?!\w|[.,]\d)"
)


def _is_file_number(value: str) -> bool:
    date = DATE.match(value)
    if _OWN_REFERENCE.fullmatch(value) or (date and not digits(value[date.end() :])):
        return False
    parts = re.split(r"[./_ –-]", value)
    return digits(value) >= (4 if len(parts) > 1 else 5)


PATTERNS = (
    Pattern(Kind.FILE_NUMBER, _FILE, _FILE_KEY, _is_file_number),
    Pattern(Kind.FILE_NUMBER, _FILE, _WEAK_KEY, _is_file_number, reach=2),
    # The Federal Office's numbers.
    Pattern(Kind.FILE_NUMBER, re.compile(r"(?<![\w.,/-])\d ?\d{3} ?\d{3} ?[-–] ?\d{3}(?![\w-])")),
    # Registers of public prosecutors.
    Pattern(
        Kind.FILE_NUMBER,
        re.compile(r"(?<![\w.,/])\d{2,4} (?:U?Js|VRJs|BRs) \d{1,6}/\d\d(?!\d)"),
    ),
    # "wird unter 330/31 H 2276 geführt"
    Pattern(Kind.FILE_NUMBER, re.compile(rf"(?<=unter ){_FILE.pattern}{_KEPT}"), accepts=_is_file_number),
    # Of offices that count by year: "ABK-0412/2021"; of family benefits offices.
    Pattern(Kind.FILE_NUMBER, re.compile(r"(?<![\w/.-])[A-ZÄÖÜ]{2,6}-\d{3,6}/(?:19|20)\d\d(?![\w/-])")),
    Pattern(Kind.FILE_NUMBER, re.compile(r"(?<!\w)\d{3} ?FK ?\d{6}(?!\w)")),
    # Slash and hyphen in one number.
    Pattern(
        Kind.FILE_NUMBER,
        re.compile(
            r"(?<![\w.,/§-])(?=[\d.]{1,9}[\d./]{0,20}/[\d./]{0,20}-|[\d.]{1,9}[\d.-]{0,20}-[\d.-]{0,20}/)"
            r"[1-9]\d{0,3}(?:[./-]{1,2}(?:\d{1,7}|[A-Z][A-Za-z]{0,8})){2,4}(?![\w/-])(?: [A-Z][a-z]{0,2}(?![\w]))?"
        ),
        accepts=lambda value: _is_file_number(value) and digits(value) > 6,
    ),
)


def file_numbers(passage: Passage) -> Iterator[Candidate]:
    """Yield file numbers of offices; those of decrees and other public papers are notes."""
    of_courts = [number.span() for number in _COURT_FILE.finditer(passage.text)]
    for pattern in PATTERNS:
        for start, end in pattern.find(passage):
            if any(first <= start and end <= last for first, last in of_courts):
                continue
            severity = Severity.LOW if _DECREE.search(passage.left(start, 200)) else Severity.HIGH
            yield Candidate(pattern.kind, severity, start, end, PLACEHOLDERS[pattern.kind])


def court_files(passage: Passage) -> Iterator[Candidate]:
    """Yield files of courts: a note where a ruling is cited, medium where it may be the person's own case."""
    for number in _COURT_FILE.finditer(passage.text):
        around = passage.left(number.start(), 120) + passage.right(number.end(), 60)
        published = bool(_CITED.search(around) or _HIGHEST.fullmatch(number[0]))
        own = _PRIVATE.match(number[0]) or _OWN_CASE.search(around)
        cited = published and not own
        severity = Severity.LOW if cited else Severity.MEDIUM
        yield Candidate(Kind.COURT_FILE, severity, *number.span(), PLACEHOLDERS[Kind.COURT_FILE])


def unexplained_numbers(passage: Passage) -> Iterator[Candidate]:
    """Yield numbers of seven figures and more that nothing explains as a sum, a count or a budget line."""
    for number in _UNEXPLAINED.finditer(passage.text):
        if not _is_row(number[0]) and not is_counted(passage, *number.span()):
            yield Candidate(Kind.FILE_NUMBER, Severity.MEDIUM, *number.span(), "[Nummer]")


def _is_row(value: str) -> bool:
    """Whether `value` is a row of years or small counts, as in a table."""
    groups = [group for group in value.split() if not group.isalpha()]
    return len(groups) > 1 and (is_years(value) or any(len(group) < 3 for group in groups))
