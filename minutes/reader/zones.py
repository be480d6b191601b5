"""Which lines are the minutes proper, and which an announced agenda, the next one, or an appendix."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import islice

from minutes.reader.lines import Kind, Line
from minutes.reader.marks import TOP, opens_item

MINUTES_START = re.compile(
    r"(?:das |eigentliches? |tatsächliches? |sitzungs)*protokoll:?$|(?:sitzungs)?verlauf:?$", re.IGNORECASE
)
AGENDA_WORDS = re.compile(
    r"\b(?:tagesordnung|agenda|themen|topliste|top-liste|tagesordnungspunkte[n]?)\b|\btops\b", re.IGNORECASE
)
NEXT_WORDS = re.compile(
    r"(?:dann|beim nächsten|auf der nächsten|in der nächsten|für (?:die|das) (?:nächste|kommende)|"
    r"nächste[rsnm]? (?:agenda|tagesordnung)).{0,60}"
    r"(?:besprech|punkte|themen|tagesordnung|agenda)|(?:agenda|tagesordnung|themen|"
    r"tops?)\b.{0,50}(?:nächste|kommende|außerordentliche|folgende[ns]? (?:sitzung|treffen))",
    re.IGNORECASE,
)
ADOPTING = re.compile(r"protokoll|genehmig|annahme|änderung|beschluss", re.IGNORECASE)
MOST_ITEMS = 100
APPENDIX = re.compile(r"(?:anhang|anhänge|anlagen?)\b", re.IGNORECASE)


LISTED = frozenset({Kind.BULLET, Kind.ORDERED})
LEADING = LISTED | {Kind.HEADING, Kind.PLAIN}


class Zone(Enum):
    """What a line belongs to."""

    HEAD = auto()
    BODY = auto()
    AGENDA = auto()
    NEXT = auto()
    APPENDIX = auto()


def mark_zones(lines: Sequence[Line]) -> list[Zone]:
    """Zones without items: everything is body but announced and next agendas and the appendix."""
    zones = [Zone.BODY] * len(lines)
    for position, line in enumerate(lines):
        if (
            line.kind in {Kind.HEADING, Kind.PLAIN}
            and APPENDIX.match(line.text)
            and opens_appendix(lines, position)
        ):
            zones[position:] = [Zone.APPENDIX] * (len(lines) - position)
            break
        if zones[position] in {Zone.BODY, Zone.AGENDA} and line.kind in LEADING:
            if NEXT_WORDS.search(line.text) and not line.text.endswith((".", "!")):
                mark_list(lines, position, zones, Zone.NEXT)
            elif zones[position] is Zone.BODY and announces(line):
                mark_list(lines, position, zones, Zone.AGENDA)
    return unmark_only_agenda(lines, zones)


def announces(line: Line) -> bool:
    if not AGENDA_WORDS.search(line.text) or ADOPTING.search(line.text):
        return False
    return line.kind is Kind.HEADING or line.bold or line.text.endswith(":") or line.text.isalpha()


def opens_appendix(lines: Sequence[Line], position: int) -> bool:
    line = lines[position]
    return position > len(lines) / 2 and (line.kind is Kind.HEADING or line.bold) and len(line.text) < 80


def mark_list(lines: Sequence[Line], position: int, zones: list[Zone], zone: Zone) -> None:
    """Mark the list that follows a line, with its nested parts, until text at the list's own margin."""
    first = next((i for i in range(position + 1, len(lines)) if lines[i].kind is not Kind.BLANK), len(lines))
    if first >= len(lines):
        return
    own = lines[position]
    if lines[first].kind is Kind.PLAIN:
        mark_tops(lines, first, zones, zone)
    if lines[first].kind not in LISTED or (own.kind in LISTED and lines[first].indent <= own.indent):
        return
    margin = lines[first].indent
    count = 0
    for i in range(first, len(lines)):
        line = lines[i]
        if line.kind is Kind.ORDERED and line.indent == margin and line.ordinal.isdigit():
            if count > 1 and line.ordinal == "1":
                break  # Numbers that begin anew are the minutes themselves.
            count = int(line.ordinal)
        inside = (
            line.kind in {Kind.BLANK, Kind.IGNORED}
            or line.indent > margin
            or (line.kind in LISTED and line.indent >= margin)
        )
        if not inside or line.kind in {Kind.HEADING, Kind.RULE}:
            break
        zones[i] = zone


def mark_tops(lines: Sequence[Line], first: int, zones: list[Zone], zone: Zone) -> None:
    """Mark a run of two or more lines "TOP n …" without text between them; a number that returns ends it."""
    run: list[int] = []
    seen: set[str] = set()
    for i in range(first, len(lines)):
        if lines[i].kind is Kind.BLANK:
            continue
        found = TOP.match(lines[i].text) if lines[i].kind is Kind.PLAIN else None
        if found is None or found["number"] in seen:
            break
        seen.add(found["number"])
        run.append(i)
    if len(run) > 1:
        zones[first : run[-1] + 1] = [zone] * (run[-1] + 1 - first)


def unmark_only_agenda(lines: Sequence[Line], zones: list[Zone]) -> list[Zone]:
    """Where no item follows an announced agenda, its list is the minutes themselves."""
    last = max((i for i, zone in enumerate(zones) if zone is Zone.AGENDA), default=-1)
    rest = [
        line for line, zone in zip(lines[last + 1 :], zones[last + 1 :], strict=True) if zone is Zone.BODY
    ]
    begun = next((line for line in rest if line.kind is not Kind.BLANK), None)
    anew = begun is not None and begun.ordinal == lines[first_of(zones)].ordinal == "1"
    titles = tuple(title.casefold() for title in announced_titles(lines, zones))
    again = sum(line.text.casefold().startswith(titles) for line in rest)
    if last < 0 or anew or again > 1 or any(opens_item(line) for line in rest):
        return zones
    return [Zone.BODY if zone is Zone.AGENDA else zone for zone in zones]


def announced_titles(lines: Sequence[Line], zones: Sequence[Zone]) -> list[str]:
    """The titles of an announced agenda; nobody announces more than a hundred."""
    listed = (line.text for line, zone in zip(lines, zones, strict=True) if zone is Zone.AGENDA and line.text)
    return list(islice(listed, MOST_ITEMS))


def first_of(zones: Sequence[Zone]) -> int:
    return next((i for i, zone in enumerate(zones) if zone is Zone.AGENDA), 0)


def start_of_minutes(lines: Sequence[Line]) -> int:
    """The number of the last line that says "here begin the minutes", 0 without one."""
    found = [
        line.number
        for line in lines
        if MINUTES_START.match(line.text) and (line.kind is Kind.HEADING or line.bold)
    ]
    last = found[-1] if found else 0
    after = sum(line.kind not in {Kind.BLANK, Kind.RULE} for line in lines if line.number > last)
    return last if after >= 3 else 0
