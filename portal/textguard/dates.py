"""Dates of birth; dates of meetings, rulings and deadlines stay."""

import re
from collections.abc import Iterator

from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.passage import Passage
from portal.textguard.vocabulary import Standing, is_institution, is_relative, is_role, standing

_MONTH = (
    r"(?:Jan(?:uar|\.)?|Jänner|Feb(?:ruar|\.)?|März|Mrz\.?|Apr(?:il|\.)?|Mai|Juni?\.?|Juli?\.?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Okt(?:ober|\.)?|Nov(?:ember|\.)?|Dez(?:ember|\.)?)"
)
_DATE = (
    rf"(?<![\d.,/-])(?:\d{{1,2}}\.?\s{{0,2}}{_MONTH}\s{{0,2}}(?:19|20)?\d\d(?!\d)"
    r"|\d{1,2}\s?\.\s?\d{1,2}\s?\.\s?(?:(?:19|20)\d\d|\d\d)(?![\d]|[.,]\d)"
    r"|\d{1,2}([/-])\d{1,2}\1(?:(?:19|20)\d\d|\d\d)(?![\d/-])"
    r"|\d{1,2}\. ?[IVX]{1,4}\. ?(?:19|20)\d\d(?!\d)|\d ?\d? ?\. ?\d ?\d? ?\. ?\d \d \d \d(?! ?\d)"
    r"|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}(?![\d/-]))"
)
_IN_WORDS = re.compile(
    rf"(?<!\w)(?:am )?(?:\w{{3,20}}te[nr]?|\d{{1,2}}\.) {_MONTH} "
    r"(?:(?:neunzehnhundert|zweitausend)\w{0,30}|(?:19|20)\d\d(?!\d))",
    re.IGNORECASE,
)
DATE = re.compile(_DATE, re.IGNORECASE)
_DELIVERED = re.compile(
    r"(?i:(?<!\w)(?:entbunden|entband|niedergekommen|niederkunft|kaiserschnitt|entbindung(?! von d))(?!\w))"
)
# Whoever is "entbunden" of a duty is born to nobody.
_RELIEVED = re.compile(r"(?<!\w)(?:von|vom) (?!(?:eine[rm]|ihre[rmn])(?!\w)|[Zz]willing|[Dd]rilling)")
YEAR = re.compile(
    r"(?<![\d.,/§-])(?<!\d )(?:(?:19[2-9]\d|20[0-3]\d)(?![\d/-]|[.,]\d| ?(?:€|Euro|EUR))"
    rf"|{_MONTH} (?:19|20)?\d\d(?!\d)|(?:0?[1-9]|1[0-2])[/.](?:19|20)\d\d(?!\d)|'\d\d(?!\d))"
)
# In schools "im Jahrgang 10" and "der Jahrgang 10" are forms.
_SHORT_YEAR = re.compile(
    r"(?:(?<![\w-])(?:(?<!m )(?<!er )(?<!en )[Jj]ahrgang|[Gg]eburtsjahr(?:gang)?:?|[Gg]eb(?:oren|\.)|Jg\.)"
    r"(?: (?:im Jahre?|etwa|um|ca\.))? |[(,] ?\*)(?P<year>(?:(?:0?[1-9]|1[0-2])/)?\d\d)"
    rf"(?![\d/-]|[.,]\d|\.? ?{_MONTH}| [A-ZÄÖÜ][a-zä])"
)

# Birthdays without a year: "wird am 3. Mai volljährig", "Geburtstag am 4.5.".
_DAY = re.compile(
    rf"(?<![\d.,/-])\d{{1,2}}\.\s?(?:{_MONTH}|(?:0?[1-9]|1[0-2])\.)(?!\s?\d|\w)"
    rf"|(?<!\w)(?:\w{{3,20}}ten) {_MONTH}(?!\s?\d|\w)",
    re.IGNORECASE,
)
_BIRTHDAY_BEFORE = re.compile(r"(?i:(?<!\w)geburtstag\w{0,2}|gebor\w{1,6}|(?<!\w)geb\.)[^\d.;!?]{0,25}$")
_BIRTHDAY_AFTER = re.compile(
    r" ?(?:\w{2,15} ){0,3}(?:(?:\d{1,2}|\w{3,20}(?:zehn|zig|elf|zwölf)) (?:Jahre alt|geworden)|volljährig|mündig"
    r"|(?:\w{2,15} )?(?:\d{1,2}\. )?Geburtstag|zur Welt)(?!\w)"
    r"| (?:wird|wurde|würde) (?:\w{2,15} )?(?:\d{1,2}|sechzehn|siebzehn|achtzehn)(?=[.,;!?)]|$)"
)
_AGE_TOLD = re.compile(r"(?i:(?<!\w)(?:wird|wurde|werden|ist)(?: \w{2,12}){0,2} (?:am )?$)")
_AGE_BEHIND = re.compile(r" (?:\d{1,2}|sechzehn|siebzehn|achtzehn)(?=[.,;!?)]|$)")
_OTHER_CALENDAR = re.compile(
    r"(?<!\d)1[34]\d\d(?:[./-]\d{1,2}[./-]\d{1,2})? ?(?:\(|nach|im|des|der|d\.)? ?(?:(?:de[mrs]|islamische\w?|persische\w?"
    r"|afghanische\w?|iranische\w?) ?){0,2}(?:Sonnenkalender\w?|Hidschra|Hijra|Solar|[A-Z]\w{0,12}kalender\w?|Kalender\w?)"
)
_BEHIND_NAME = re.compile(r"(?P<name>[^\W\d_]+(?:-[^\W\d_]+)?)(?: ?(?P<bracket>\()|, |; ?|\t| [|/] )$")
_CLOSED = re.compile(r" ?[,;)\n\t|]| / | (?:und|sowie) \d|$")
_RECENT = re.compile(r"(?:\D|20)[2-9]\d$|^20[2-9]\d")
_YEAR_FIRST = re.compile(r"(?:19|20)\d\d[./-]")
_STATUS = re.compile(
    r",? (?:ledig|verheiratet|verh\.|geschieden|verwitwet|staatenlos|Schüler|Auszubildende|Azubi|Student)"
)
_RELATIVES = re.compile(
    r"(?i:(?:söhnen?|töchtern?|kindern?|brüdern?|schwestern|geschwistern?|(?:zw|dr)illingen?|enkeln?|eltern))"
)
_KIN = re.compile(
    r"(?i:(?<!\w)(?:söhnen?|töchtern?|kind(?:er|ern)?|brüdern?|schwestern|geschwistern?|(?:zw|dr)illingen?|enkeln?"
    r"|sohn|tochter|bruder|schwester|mädchen|jungen?|baby|säugling|neffen?|nichten?))(?!\w)[^.;]{0,60}$"
)

# Up to the date, without another figure and without the beginning of another sentence or clause.
_OTHER_CLAUSE = (
    r", (?:(?!laut|nach|wie|etwa|wohl|gemäß)[a-zäöüß]{3,12} (?:sie|er|es|man|die|der|das)"
    r"|muss|müssen|kann|können|darf|dürfen|soll|sollen|wird|werden|wurden?|hat|haben)(?!\w)"
)
_BRIDGE = (
    rf"(?:(?!\. [A-ZÄÖÜ]|{_OTHER_CLAUSE}"
    r"|, (?:und(?! zwar)|aber|die|der|das|seit|ist|hat|ein)|urkunde)[^\d;!?]){0,45}$"
)
_BORN_BEFORE = re.compile(
    r"(?i:gebor(?!g)\w{1,6}|(?<![\w-])geb\b\.?(?!-)|(?<!\w)geb(?:urts)?[.-]? ?-?(?:datum|tag|dat\.?)\w{0,3}"
    r"|tag der geburt|(?<!\w)geburt(?: des \w+| der \w+)?(?= am)|zur welt|(?<!\w)dob(?!\w))" + _BRIDGE
)
# "Geboren wurde das jüngste Kind in einem Dorf bei Aachen, und zwar am …": no other clause between.
_BORN_LONG_BEFORE = re.compile(
    r"(?<!\w)[Gg]eboren(?!en)(?:(?!\. [A-ZÄÖÜ]| und (?!zwar)|, (?!und zwar)| (?:bevor|nachdem|als|seit) )[^\d;!?]){0,110}"
    r" am $"
)
_STARRED = re.compile(r"(?:[(,] ?|\w )\* ?$|(?:^|\n)\*$")
_BORN_AFTER = re.compile(
    r"[^.;,!?\d]{0,40}(?:, [A-ZÄÖÜ][\w-]{2,20},?)?[^.;,!?\d]{0,15}(?<!\w)"
    r"(?:gebor\w{1,6}|geb\.|(?:zur|auf die) Welt|das Licht der Welt|volljährig|\d{1,2} Jahre alt"
    r"|\d{1,2}\. (?:Geburtstag|Lebensjahr)|als (?:[a-zäöüß]{3,20} )?Geburts(?:datum|tag)(?!\w))"
)
# In "die Geburtsurkunde vom 12. Mai 2019" the paper is dated, in "nennt den 12. Mai 2019" the child.
_CERTIFIED = re.compile(
    r"(?i:geburtsurkunde|geburtseintrag|geburtsregister|taufschein|tazkira|altersgutachten)[^.;!?\d]{0,40}(?<!\w)"
    r"(?:ist|steht|nennt|lautet|weist|gibt)(?: [A-ZÄÖÜ]\w{1,20})? (?:der|den|auf den|als [A-ZÄÖÜ]\w+ (?:der|den)) $"
)
_YEAR_BEFORE = re.compile(
    r"(?i:(?:jahrgangs?|geburtsjahr(?:gang)?|(?<!\w)jg\.)\W{0,3}(?:\w{3,10} ){0,2}$"
    r"|(?:geboren|(?<!\w)geb\.?(?!\w))[ (:]{0,3}(?:im (?:jahre? |[a-zä]{3,9} )?|etwa |ca\. |um |in [\w-]{2,20} ){0,3}$)"
    r"|(?:[(,] ?|\w )\* ?$"
)
_YEAR_AFTER = re.compile(r" (?:in [A-ZÄÖÜ][\w-]{1,20} )?(?:gebor(?:en|ene[nrsm]?)|zur Welt)(?!\w)")
_CUT_OFF = re.compile(r"(?:vor|nach|ab|seit|bis)(?: zum| dem)? $", re.IGNORECASE)
_SAME_LIST = re.compile(
    r"\s*(?:,|/|;|und|bzw\.?|sowie|,? ?\w{1,20} \*"
    r"|,? (?:und )?(?:Sohn|Tochter|Kind|Bruder|Schwester|Vater|Mutter|Ehemann|Ehefrau)(?:,? geb\.)?)\s*"
)


def birth_dates(passage: Passage) -> Iterator[Candidate]:
    """Yield exact dates of birth (high) and bare years of birth (medium)."""
    last_end = -1
    inside: set[int] = set()
    for date in DATE.finditer(passage.text):
        inside.update(range(*date.span()))
        follows = last_end >= 0 and _SAME_LIST.fullmatch(passage.text, last_end, date.start())
        if follows or _is_birth(passage, *date.span()):
            last_end = date.end()
            yield Candidate(Kind.BIRTH_DATE, Severity.HIGH, *date.span(), "[Geburtsdatum]")
        else:
            last_end = -1
    for unusual in _unusual_dates(passage):
        year_only = unusual[0][:4].isdigit() and not unusual[0][4:5].strip(" (")
        severity = Severity.MEDIUM if year_only else Severity.HIGH
        yield Candidate(Kind.BIRTH_DATE, severity, *unusual.span(), "[Geburtsdatum]")
    for short in _SHORT_YEAR.finditer(passage.text):
        yield Candidate(Kind.BIRTH_DATE, Severity.MEDIUM, *short.span("year"), "[Geburtsjahr]")
    for year in YEAR.finditer(passage.text):
        left, right = passage.left(year.start()), passage.right(year.end())
        if year.start() in inside or _CUT_OFF.search(left):
            continue
        told = _YEAR_BEFORE.search(left) and not right.startswith("*")
        if told or _YEAR_AFTER.match(right) or _is_year_of_child(left, right):
            yield Candidate(Kind.BIRTH_DATE, Severity.MEDIUM, *year.span(), "[Geburtsjahr]")


def _unusual_dates(passage: Passage) -> Iterator[re.Match[str]]:
    """Birthdays without a year, dates in words, dates of other calendars."""
    yield from (day for day in _DAY.finditer(passage.text) if _is_birthday(passage, day))
    yield from _OTHER_CALENDAR.finditer(passage.text)
    yield from (date for date in _IN_WORDS.finditer(passage.text) if _is_birth(passage, *date.span()))


def _is_birth(passage: Passage, start: int, end: int) -> bool:
    left = passage.left(start)
    if _CUT_OFF.search(left):
        return False
    right = passage.right(end, 80)
    starred = _STARRED.search(left) and not right.startswith("*")
    return bool(
        starred
        or _STATUS.match(right)
        or _BORN_BEFORE.search(left)
        or _BORN_LONG_BEFORE.search(passage.left(start, 125))
        or _CERTIFIED.search(left)
        or _BORN_AFTER.match(right)
        or _is_of_delivery(left, right)
        or _is_apart(left, passage.text[start:end], right)
    )


def _is_of_delivery(left: str, right: str) -> bool:
    """Whether the sentence tells of a delivery: "wurde am 3.4.23 von einem Jungen entbunden"."""
    sentence = re.split(r"[.;!?] (?=[A-ZÄÖÜ])", left)[-1] + "#" + re.split(r"[.;!?](?: |$)", right)[0]
    return bool(_DELIVERED.search(sentence)) and not _RELIEVED.search(sentence)


def _is_apart(left: str, date: str, right: str) -> bool:
    """Whether the date stands alone behind a name or relative: "Sohn Milan (3.4.17)", "Milan Petković, 3.4.1997,"."""
    found = _BEHIND_NAME.search(left)
    if found is None or not _CLOSED.match(right) or not found["name"][0].isupper():
        return False
    before = ["", *left[: found.start()].split()][-1]
    if is_relative(found["name"]) or is_relative(before) or _RELATIVES.fullmatch(found["name"]):
        return before.lower() != "für"  # "Sprechstunde für Kinder (12.05.2025)"
    if found["bracket"] and is_role(found["name"]) and right.startswith(")"):
        return not _is_recent(date)  # "die Klientin (3.4.1997)"
    named = standing(found["name"]) >= Standing.UNKNOWN and not is_institution(before)
    return named and (bool(found["bracket"]) or not _is_recent(date))


def _is_recent(date: str) -> bool:
    """Whether `date` is of 2020 or later, as those of meetings and letters are."""
    return bool(_RECENT.search(date[:4] if _YEAR_FIRST.match(date) else date))


def _is_year_of_child(left: str, right: str) -> bool:
    """Whether the year stands alone in brackets behind a relative or its name: "Töchter Ayan (2012) und Hodan (2015)"."""
    return bool(left.endswith(("(", "( ")) and right.startswith(")") and _KIN.search(left))


def _is_birthday(passage: Passage, day: re.Match[str]) -> bool:
    left, right = passage.left(day.start(), 40), passage.right(day.end(), 40)
    if _BIRTHDAY_BEFORE.search(left):
        return True
    return bool(_BIRTHDAY_AFTER.match(right) or (_AGE_TOLD.search(left) and _AGE_BEHIND.match(right)))
