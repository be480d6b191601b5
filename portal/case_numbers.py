"""Numbers of cases (`F-2026-021`): whoever knows the case knows the person, so decisions name none of them."""

import re
from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from portal.textguard import Finding, Kind, Severity

CASE_NUMBER = re.compile(r"(?<!\w)F\s?[-‐‑–—/]?\s?\d{4}\s?[-‐‑–—/]\s?\d{1,6}(?!\d)", re.IGNORECASE)
_WITH_WORD = re.compile(rf"(?:(?P<word>(?-i:F[aä]ll)\w{{0,2}})\s+)?{CASE_NUMBER.pattern}", re.IGNORECASE)
INSTEAD = "ein Fall"
WHY = _l(
    "Die Nummer eines Falls ist geschützt wie ein Name; Entscheidungen lesen auch Menschen, die mit dem Fall nichts zu "
    "tun haben. Schreiben Sie „ein Fall“."
)


def case_numbers(text: str) -> Iterator[Finding]:
    """The numbers of cases in a text, each with "Fall" where that stands before it; "im Fall F-2026-021" is "im Fall"."""
    for match in _WITH_WORD.finditer(text):
        instead = match["word"] or INSTEAD
        yield Finding(Kind.FILE_NUMBER, Severity.MEDIUM, *match.span(), match.group(), instead)
