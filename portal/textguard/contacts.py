"""Ways to reach somebody: telephone, e-mail, profiles."""

import re
from collections.abc import Iterator

from portal.textguard.findings import PLACEHOLDERS, Candidate, Kind, Severity
from portal.textguard.passage import Passage
from portal.textguard.patterns import Pattern, is_counted, key_words

# At most a bracket, a slash and some spaces or a line break between two figures of one number.
_SEPARATOR = r"[ \t\n./()–-]{0,3}"
_DIALLED = re.compile(
    rf"(?<![\w.,§€-])(?:\(?(?:\+|00)\)?{_SEPARATOR}[1-9](?:{_SEPARATOR}[0-9oO]){{7,14}}"
    rf"|\(?[0oO](?:{_SEPARATOR}[0-9oO]){{6,13}})(?![0-9A-Za-z])"
)
# "01.01.–31.12.2026", "07/2025 - 12/2025" and "0917/2025" are no numbers to dial.
_PERIOD = re.compile(r"\(?\d{1,2}\.\s?\d{1,2}\.|\(?\d{2,4}[./-](?:19|20)\d\d(?!\d| ?\d)")
_SERVICE = re.compile(r"\(?0(?:800|180|900)")
_DIGIT_WORD = r"(?:null|eins|zwo|zwei|drei|vier|fünf|sechs|sieben|acht|neun)"
_SPOKEN = re.compile(rf"(?<!\w){_DIGIT_WORD}(?:[ ,/-]{{1,3}}{_DIGIT_WORD}){{5,16}}(?!\w)", re.IGNORECASE)
_TELEPHONE = Pattern(
    Kind.PHONE,
    re.compile(r"(?<![\w.,])\d(?:[ \t\n/–-]{0,3}\d){3,13}(?!\w|[.,:]\d)"),
    key_words(
        r"(?<!\w)tel(?:\.|:|efon\b|efonnummer\b|efax)|(?<!\w)handy|(?<!\w)mobil(?:nummer|telefon|funk)?(?!\w)",
        r"(?<!\w)fax|rufnummer|whatsapp|festnetz|(?<!\w)anrufen:|(?<!\w)rückruf(?: bitte)?(?: unter)?(?!\w)",
        r"erreichbar(?: ist)?(?: \w{3,4})? unter|(?<!\w)unter der nummer",
    ),
    reach=30,
)
_EXTENSION = Pattern(
    Kind.PHONE,
    re.compile(r"(?<!\d)\d{2,5}(?!\w)"),
    key_words(r"durchwahl(?: (?:lautet|ist|die|nr\.|nummer)){0,2}[ :-]{0,3}"),
    reach=1,
)

_AT = r"(?:@\n?|\n@|(?-i:\s@\s(?=[a-z0-9]))|\s?[(\[{<]\s?(?:at|ät|@|a|affe)\s?[)\]}>]\s?|\s(?:at|ät)\s|&#64;)"
_DOT = r"(?:\.|(?-i: \. (?=[a-z]))|\s?[(\[{<]\s?(?:punkt|dot|\.)\s?[)\]}>]\s?|\s(?:punkt|dot)\s)"
_STROKE = r"(?:\s(?:minus|bindestrich|unterstrich|strich)\s)"
_LOCAL = rf"[^\W_][\w+-]{{0,63}}(?:(?:{_DOT}|{_STROKE})[\w+-]{{1,63}}){{0,4}}"
_EMAIL = re.compile(
    rf"(?<![\w+@-])(?>{_LOCAL}){_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{2,63}}){{1,4}}", re.IGNORECASE
)
_ENGLISH_AT = re.compile(r"\sat\s[\w-]+\.\w", re.IGNORECASE)
_OFFICE_BOX = re.compile(
    r"(?:info|kontakt|post(?:stelle|fach)?|office|beratung|verwaltung|sekretariat|gesch(?:ae|ä)ftsstelle|b(?:ue|ü)ro"
    r"|presse|zentrale|service|mail|no-?reply|hilfe|migration|ausl(?:ae|ä)nderamt|bleiberecht|bleibeperspektiven"
    r"|lenkungskreis|fallgruppe|datenschutz|support|team)(?:[._-][\w-]{0,20})?(?=\W*(?:@|\W\s?(?:at|ät)))",
    re.IGNORECASE,
)

_HANDLE = re.compile(r"(?<![\w.@/+-])@[^\W\d_][\w.]{1,40}\w")
_PROFILE = re.compile(
    r"(?<![\w.-])(?:https?://)?(?:[a-z]{1,3}\.)?(?:facebook|instagram|tiktok|twitter|x|linkedin|t|telegram|snapchat|xing"
    r"|threads|vk|wa|youtube|discord|ok|signal)\.(?:com|net|me|de|org|ru)/[^\s,;)\]“\"]{2,100}",
    re.IGNORECASE,
)
_ACCOUNT = Pattern(
    Kind.ONLINE_ID,
    re.compile(
        r"(?<![\w@.-])(?:live:(?:\.cid\.)?)?(?=[^\W\d_]{1,40}(?:[\d_#]|[.-][a-zäöü\d]))[^\W\d_][\w.#-]{1,40}\w"
    ),
    key_words(
        r"insta(?:gram|(?!\w))|facebook|tiktok|snapchat|telegram|twitter|skype|discord|linkedin|(?<!\w)(?:nick|handle)(?!\w)",
        r"(?:nutzer|benutzer|user|profil)-?name|nickname",
        r"(?:(?:online|internet)-?|(?<!\w))profil(?: (?:heißt|lautet|ist))?(?!\w)",
    ),
    lambda value: not value.lower().startswith(("http", "www")),
    reach=35,
)


def telephones(passage: Passage) -> Iterator[Candidate]:
    """Yield telephone numbers, also such that run over a line break or are spelt out."""
    for number in _DIALLED.finditer(passage.text):
        if not _PERIOD.match(number[0]) and not is_counted(passage, *number.span()):
            # An opening bracket that is never closed belongs to the sentence.
            lone = number[0].startswith("(") and ")" not in number[0]
            severity = Severity.LOW if _SERVICE.match(number[0]) else Severity.HIGH
            yield _contact(Kind.PHONE, number.start() + lone, number.end(), severity)
    for number in _SPOKEN.finditer(passage.text):
        yield _contact(Kind.PHONE, *number.span())
    for pattern in (_TELEPHONE, _EXTENSION):
        for start, end in pattern.find(passage):
            yield _contact(Kind.PHONE, start, end)


def mail_addresses(passage: Passage) -> Iterator[Candidate]:
    """Yield e-mail addresses, also disguised ones; an office's general mailbox is only a note."""
    for address in _EMAIL.finditer(passage.text):
        if not _ENGLISH_AT.search(address[0]):
            severity = Severity.LOW if _OFFICE_BOX.match(address[0]) else Severity.HIGH
            yield _contact(Kind.EMAIL, *address.span(), severity)


def profiles(passage: Passage) -> Iterator[Candidate]:
    """Yield handles, addresses of profiles and account names beside the name of a network."""
    for shape in (_HANDLE, _PROFILE):
        for profile in shape.finditer(passage.text):
            yield _contact(Kind.ONLINE_ID, *profile.span())
    for start, end in _ACCOUNT.find(passage):
        yield _contact(Kind.ONLINE_ID, start, end)


def _contact(kind: Kind, start: int, end: int, severity: Severity = Severity.HIGH) -> Candidate:
    return Candidate(kind, severity, start, end, PLACEHOLDERS[kind])
