"""Numbers that belong to one person: registers, insurances, taxes, accounts, papers, vehicles.

A wrong checksum never clears a number: a mistyped one still leads to a person.
"""

import re
from collections.abc import Iterator

from portal.textguard.dates import DATE
from portal.textguard.findings import PLACEHOLDERS, Candidate, Kind, Severity
from portal.textguard.passage import Passage
from portal.textguard.patterns import Pattern, digits, key_words, starts_like_years

_GAP = r"[ \t\n./–-]{0,2}"


def _is_code(value: str) -> bool:
    """Whether `value` has figures enough for the number of a paper."""
    enough = 5 if value.replace(" ", "").isdigit() else 4
    return digits(value) >= enough


def _is_date(value: str) -> bool:
    return bool(DATE.match(value))


_PAPERS = key_words(
    r"seemannsbuch|(?:reise|proxy|fremden)?pass(?!t|ag|iv|ier|end)\w*",
    r"ausweis\w*|duldung\w*|aufenthalts(?:titel|karte)\w*|(?<!\w)eat(?!\w)|aufenthaltserlaubnis|gestattung",
    r"fiktionsbescheinigung|niederlassungserlaubnis|führerschein\w*|fahrerlaubnis\w*|serien-?(?:nummer|nr)",
    r"dokument(?:en)?-?(?:nummer|nr)|urkunden?(?:nummer|nr)?|laissez-passer|ta[sz]kira|identitätskarte|id-?(?:karte|nummer|nr|card)",
    r"(?:geburt(?:en|s)|heirats|ehe)(?:register|urkunde)|(?<!\w)reg\.-?nr|(?<!\w)vis(?:um|a)(?!\w)|grenzübertritt\w*|ankunftsnachweis",
)
_CODE = (
    r"(?<![\w.,/])(?:[A-Z]{1,3}[ \n-])?[A-Za-z]{0,3}\d[A-Za-z0-9]{2,14}"
    r"(?:[ /-](?:\d[A-Za-z0-9]{0,9}|[A-Z]{1,4}(?= \d))){0,4}(?: [A-Z](?= ?[,.;)]|$))?(?![\w]|[.,]\d)"
)
_SERIAL = "[CFGHJ-NPRTVWXYZ][CFGHJ-NPRTVWXYZ0-9]{8}"

PATTERNS = (
    Pattern(
        Kind.IBAN,
        re.compile(
            r"(?<![A-Za-z0-9])(?:[A-Z]{2}|de|at|ch) ?\d ?\d(?:[ \t\n.-]?[A-Z0-9]){11,30}(?![A-Za-z0-9])"
        ),
        accepts=lambda value: digits(value) > 11,
    ),
    Pattern(
        Kind.IBAN,
        re.compile(r"(?<![\w.,])\d(?:[ -]?\d){4,11}(?![\w]|[.,]\d)"),
        key_words(r"konto-?(?:nummer|nr)|(?<!\w)kto(?!\w)|(?<!\w)blz|bankleitzahl|iban"),
        reach=25,
    ),
    Pattern(
        Kind.SV_NUMBER,
        re.compile(rf"(?<![A-Za-z0-9])\d\d(?:{_GAP}\d\d){{3}}{_GAP}[A-Z]{_GAP}\d\d{_GAP}\d(?![A-Za-z0-9])"),
    ),
    Pattern(
        Kind.SV_NUMBER,
        re.compile(r"(?<![\w.,])\d[\d ]{5,12}[A-Za-z]?[\d ]{0,5}\d(?!\w)"),
        key_words(r"(?:sozial|renten)versicherungs-?(?:nummer|nr)", r"(?<!\w)[sr]v-?(?:nummer|nr)|rvnr"),
        lambda value: digits(value) > 7,
        reach=25,
    ),
    Pattern(
        Kind.TAX_ID,
        re.compile(rf"(?<![\w.,])\d(?:{_GAP}[\dO]){{9,12}}(?!\w)"),
        key_words(
            r"steuer\w*[- ]?(?:identifikation\w*|id|nummer|nr)|(?<!\w)st\.?-?nr|idnr|(?<!\w)tin(?!\w)",
            r"identifikationsnummer|finanzamt",
        ),
    ),
    # As tax offices write it.
    Pattern(Kind.TAX_ID, re.compile(r"(?<![\w.,+/-])\d{2} \d{3} \d{3} \d{3}(?!\w|[ .,/-]\d)")),
    Pattern(
        Kind.AZR,
        re.compile(rf"(?<![\w.,])\d(?:{_GAP}\d){{7,13}}(?!\w)"),
        key_words(r"(?<!\w)azr|ausländerzentralregister\w*|ausländer-?register\w*"),
        lambda value: not _is_date(value),
    ),
    Pattern(
        Kind.AZR,
        re.compile(r"(?<![\w.,+/-])[1-9](?:[ \t\n.–-]{0,2}\d){11}(?!\w|[-/]\d)"),
        accepts=lambda value: not _is_date(value) and not starts_like_years(value),
    ),
    Pattern(Kind.KV_NUMBER, re.compile(r"(?<![A-Za-z0-9])[A-Z] ?\d(?:[ \n-]?\d){8}(?![A-Za-z0-9])")),
    Pattern(
        Kind.KV_NUMBER,
        re.compile(r"(?<![\w.,])[A-Za-z]? ?\d(?:[ -]?\d){6,11}(?!\w)"),
        key_words(
            r"kranken(?:versich|kasse)\w*|versicherten-?(?:nummer|nr)|(?<!\w)kvnr|gesundheitskarte",
            r"(?<!\w)(?:aok|barmer|dak|tk)(?!\w)",
        ),
    ),
    # The machine-readable lines of a passport.
    Pattern(
        Kind.DOC_NUMBER,
        re.compile(r"(?<![A-Z0-9<])[A-Z0-9<]{20,}(?![A-Z0-9<])"),
        accepts=lambda value: "<<" in value or (digits(value) > 9 and sum(map(str.isalpha, value)) > 4),
    ),
    # German serial numbers have nine signs and no vowels.
    Pattern(
        Kind.DOC_NUMBER,
        re.compile(rf"(?<![\w/-]){_SERIAL}(?!\w)"),
        accepts=lambda value: digits(value) > 2,
    ),
    Pattern(
        Kind.DOC_NUMBER,
        re.compile(r"(?<![\w/-])(?=[A-Z]{0,8}\d)[A-Z0-9]{9,10}(?!\w)"),
        _PAPERS,
        lambda value: digits(value) > 1,
    ),
    # Such a serial number may have no figure at all.
    Pattern(Kind.DOC_NUMBER, re.compile(rf"(?<![\w/-]){_SERIAL}(?!\w)"), _PAPERS, reach=35),
    Pattern(Kind.DOC_NUMBER, re.compile(_CODE), _PAPERS, _is_code),
    # Spelt sign by sign.
    Pattern(
        Kind.DOC_NUMBER,
        re.compile(r"(?<![\w-])[A-Z0-9](?:([- .])[A-Z0-9])(?:\1[A-Z0-9]){5,9}(?![\w-])"),
        _PAPERS,
        _is_code,
    ),
    Pattern(
        Kind.PLATE,
        re.compile(
            r"(?<![\w/-])(?!EU|DIN|UAG|LK|TOP|AG|ISO|EN|VO|SGB|FG)"
            r"[A-ZÄÖÜ]{1,3}(?:[-·•][A-Z]{1,2}[ -]?\d{1,4}|[–—][A-Z]{1,2} \d{3,4})[EH]?(?![\w/-])"
        ),
    ),
    # Of insured vehicles, such as scooters.
    Pattern(
        Kind.PLATE,
        re.compile(r"(?<!\w)\d{3}[ -]?[A-Z]{3}(?!\w)"),
        key_words(r"kennzeichen|roller|mofa|moped|scooter"),
        reach=35,
    ),
    Pattern(
        Kind.PLATE,
        re.compile(
            r"(?<![\w/-])(?!DIN|ISO)(?:[A-Za-zÄÖÜ]{2,3} [–—] |[A-Za-zÄÖÜ]{1,3}[ –—-])"
            r"[A-Za-z]{1,3}[ –-]?\d{1,4}[EHeh]?(?![\w/])"
        ),
        key_words(
            r"kennzeichen|(?<!\w)(?:p|l)kw(?!\w)|(?<!\w)kfz|(?<!\w)auto(?!\w)|fahrzeug|(?<!\w)\w{0,12}wagens?(?!\w)",
            r"motorroller|transporter|motorrad|(?<!\w)(?:fährt|fuhr|halter\w*|vw|golf|opel|bmw|audi|mercedes|passat|corsa)(?!\w)",
        ),
        lambda value: value.isupper() or value.islower(),
        reach=30,
    ),
)


def personal_numbers(passage: Passage) -> Iterator[Candidate]:
    """Yield numbers that lead to one person, one account or one vehicle."""
    for pattern in PATTERNS:
        for start, end in pattern.find(passage):
            yield Candidate(pattern.kind, Severity.HIGH, start, end, PLACEHOLDERS[pattern.kind])
