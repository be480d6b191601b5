"""Dates of birth; dates of meetings, rulings and deadlines stay."""

import re
from collections.abc import Iterator

from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.passage import Passage

_MONTH = (
    r"(?:Jan(?:uar|\.)?|Jänner|Feb(?:ruar|\.)?|März|Mrz\.?|Apr(?:il|\.)?|Mai|Juni?\.?|Juli?\.?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Okt(?:ober|\.)?|Nov(?:ember|\.)?|Dez(?:ember|\.)?)"
)
_DATE = (
    rf"(?<![\d.,/-])(?:\d{{1,2}}\.?\s{{0,2}}{_MONTH}\s{{0,2}}(?:19|20)?\d\d(?!\d)"
    r"|\d{1,2}\s?\.\s?\d{1,2}\s?\.\s?(?:(?:19|20)\d\d|\d\d)(?![\d]|[.,]\d)"
    r"|\d{1,2}([/-])\d{1,2}\1(?:(?:19|20)\d\d|\d\d)(?![\d/-])"
    r"|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}(?![\d/-]))"
)
DATE = re.compile(_DATE, re.IGNORECASE)
YEAR = re.compile(r"(?<![\d.,/§-])(?<!\d )(?:19[2-9]\d|20[0-3]\d)(?![\d/-]|[.,]\d| ?(?:€|Euro|EUR))")

# Up to the date, without another figure and without the beginning of another sentence or clause.
_BRIDGE = r"(?:(?!\. [A-ZÄÖÜ]|, (?:und|aber|die|der|das|seit|ist|hat|ein)|urkunde)[^\d;!?]){0,45}$"
_BORN_BEFORE = re.compile(
    r"(?i:gebor\w{1,6}|(?<![\w-])geb\b\.?(?!-)|(?<!\w)geb(?:urts)?[.-]? ?-?(?:datum|tag|dat\.?)\w{0,3}"
    r"|tag der geburt|(?<!\w)geburt(?: des \w+| der \w+)?(?= am)|zur welt|(?<!\w)dob(?!\w))" + _BRIDGE
)
_STARRED = re.compile(r"(?:[(,] ?|\w )\* ?$")
_BORN_AFTER = re.compile(
    r"[^.;,!?\d]{0,40}(?:, [A-ZÄÖÜ][\w-]{2,20},?)?[^.;,!?\d]{0,15}(?<!\w)"
    r"(?:gebor\w{1,6}|geb\.|(?:zur|auf die) Welt|das Licht der Welt|volljährig|\d{1,2} Jahre alt"
    r"|\d{1,2}\. (?:Geburtstag|Lebensjahr))"
)
_YEAR_BEFORE = re.compile(
    r"(?i:(?:jahrgang|geburtsjahr(?:gang)?|(?<!\w)jg\.)\W{0,3}(?:\w{3,10} ){0,2}$"
    r"|(?:geboren|(?<!\w)geb\.?)[ (:]{0,3}(?:im jahre? |etwa |ca\. |um |in [\w-]{2,20} ){0,3}$)"
    r"|(?:[(,] ?|\w )\* ?$"
)
_YEAR_AFTER = re.compile(r" (?:in [A-ZÄÖÜ][\w-]{1,20} )?(?:gebor(?:en|ene[nrsm]?)|zur Welt)(?!\w)")
_CUT_OFF = re.compile(r"(?:vor|nach|ab|seit|bis)(?: zum| dem)? $", re.IGNORECASE)
_SAME_LIST = re.compile(r"\s*(?:,|/|;|und|bzw\.?|sowie|,? ?\w{1,20} \*)\s*")


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
    for year in YEAR.finditer(passage.text):
        left, right = passage.left(year.start()), passage.right(year.end())
        if year.start() in inside or _CUT_OFF.search(left):
            continue
        if (_YEAR_BEFORE.search(left) and not right.startswith("*")) or _YEAR_AFTER.match(right):
            yield Candidate(Kind.BIRTH_DATE, Severity.MEDIUM, *year.span(), "[Geburtsjahr]")


def _is_birth(passage: Passage, start: int, end: int) -> bool:
    left = passage.left(start)
    if _CUT_OFF.search(left):
        return False
    right = passage.right(end, 80)
    starred = _STARRED.search(left) and not right.startswith("*")
    return bool(starred or _BORN_BEFORE.search(left) or _BORN_AFTER.match(right))
