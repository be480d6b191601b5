"""The head of minutes: title, date and times; who presided and who wrote is read in `roles`."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from minutes.reader.agenda import Skeleton
from minutes.reader.dates import date_in_name, find_dates, find_times, weekday_of
from minutes.reader.lines import Kind, Line, labelled
from minutes.reader.marks import DOCUMENT_TITLE, HEAD_WORDS
from minutes.reader.model import Meeting
from minutes.reader.next_meeting import next_meeting_of
from minutes.reader.people import People
from minutes.reader.roles import CHAIR, TAKER, opener, role_of
from minutes.reader.zones import Zone

HEAD_LINES = 60
TITLE_LINES = 12
FIELD = re.compile(r"([\w .-]{2,30}?)\s*:\s*[\"']?(.*?)[\"']?$")
DATE_LABEL = re.compile(
    r"(?:datum|termin|date|sitzungstag|tag)\b|(?:protokoll|sitzung|niederschrift|versammlung|"
    r"treffen)\b.{0,80}\b(?:vom|am)\b",
    re.IGNORECASE,
)
TODAY = re.compile(r"\bheute\b", re.IGNORECASE)
NOT_THIS_MEETING = re.compile(
    r"\bgeb(?:\.|oren)|\bbis\b|nächste|letzte|vorige|folgende|einladung|kommende|genehmig|verabschied|hidden|updated|modified|stand\b|"
    r"erstellt",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"[A-ZÄÖÜ][\wäöüß-]+(?:[ -][A-ZÄÖÜ]?[\wäöüß-]+){0,2},\s*(?:den|der|am)?\s*\d{1,2}\.")
START = re.compile(
    r"(?:^|, )(?:"
    r"beginn|eröffnung|anfang|start(?:zeit)?|sitzungsbeginn|begin|termin|los(?: geht'?s| ging'?s)?)\b[^:\d]{0,40}:?",
    re.IGNORECASE,
)
OPENING = re.compile(r"\b(?:um|gegen|ab)\s+(?=[\d.:]+\s*uhr)", re.IGNORECASE)
OPENS = re.compile(r"versammelte|eröffne|begrüß|\bheute\b", re.IGNORECASE)
END = re.compile(r"(?:^|, | Uhr )(?:ende|endzeit|schluss|sitzungsende|end)\b[^:\d]{0,40}:?", re.IGNORECASE)
CLOSING = re.compile(
    r"\b(?:geschlossen|beendet|schließt|endet|ende der (?:\w+sitzung|versammlung|\w+versammlung))\b",
    re.IGNORECASE,
)
ITEM_END = re.compile(r"top\b|tagesordnungspunkt|pause", re.IGNORECASE)
RANGE = re.compile(
    r"(\d{1,2}[:.]\d\d)(?: Uhr)?\s*(?:-|–|\.\.|bis)\s*(\d{1,2}[:.]\d\d)|"
    r"(?<![\d.:])(\d{1,2}(?:[:.]\d\d)?)(?: Uhr)?\s*(?:-|–|bis)\s*(\d{1,2}(?:[:.]\d\d)?) Uhr\b"
)


def meeting_of(lines: Sequence[Line], frame: Skeleton, file_name: str, people: People) -> Meeting:
    """What the head, the closing lines and the file's name tell of the meeting.

    Persons may be named in the first item, too ("Regularia"), but not in the later ones.
    """
    fields = front_matter_fields(lines)
    body = told_lines(lines, frame)
    starts = [item.lines[0] for item in frame.items] or [HEAD_LINES]
    head = [line for line in body[:HEAD_LINES] if line.number < starts[:2][-1]]
    start, end = times_of(body, fields)
    day = date_of(body, fields, file_name, starts[0])
    return Meeting(
        title=title_of(body, fields),
        date=day,
        start=start,
        end=end,
        chair=field_of(fields, CHAIR) or role_of(head, body, CHAIR) or opener(body[: 2 * HEAD_LINES]),
        minute_taker=field_of(fields, TAKER) or role_of(head, body, TAKER),
        present=people.present,
        excused=people.excused,
        next_meeting=next_meeting_of(body, day),
    )


def told_lines(lines: Sequence[Line], frame: Skeleton) -> list[Line]:
    """The lines that tell of this meeting: without agendas, and the rows of a table at the top as labels."""
    empty = {Kind.FRONT_MATTER, Kind.BLANK, Kind.RULE}
    return [
        replace(line, text=labelled(line)) if line.kind is Kind.TABLE else line
        for line, zone in zip(lines, frame.zones, strict=True)
        if line.kind not in empty and zone not in {Zone.AGENDA, Zone.NEXT}
    ]


def front_matter_fields(lines: Sequence[Line]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        if line.kind is not Kind.FRONT_MATTER:
            break
        if (found := FIELD.match(line.text)) and found[2]:
            fields[found[1].lower()] = found[2]
    return fields


def field_of(fields: dict[str, str], role: re.Pattern[str]) -> str | None:
    return next((value for key, value in fields.items() if role.fullmatch(key)), None)


def title_of(body: Sequence[Line], fields: dict[str, str]) -> str | None:
    if title := fields.get("title"):
        return title
    for line in body[:15]:
        if body_name := re.match(r"Gremium:\s*(.+?)\s*$", line.text):
            return body_name[1]
    for line in body[:15]:
        if HEAD_WORDS.match(line.text):
            continue
        titled = DOCUMENT_TITLE.search(line.text[:40]) and line.kind is Kind.PLAIN and len(line.text) < 150
        if titled or (line.kind is Kind.HEADING and line.number <= 12):
            return line.text
    return None


def date_of(body: Sequence[Line], fields: dict[str, str], file_name: str, first_item: int) -> dt.date | None:
    """The day on which most sources agree: labels, the title, the file's name; a wrong weekday weakens."""
    weights: defaultdict[dt.date, float] = defaultdict(float)
    for key, value in fields.items():
        for _, day in find_dates(value)[:1]:
            weights[day] += 3 if key in {"title", "date", "datum"} else 0.2
    for day, weight in dated_lines(body, first_item):
        weights[day] += weight
    stem = PurePath(file_name).stem
    if (named := date_in_name(stem)) and not NOT_THIS_MEETING.search(stem):
        weights[named] += 2.5
    return max(weights, key=lambda day: weights[day]) if weights else None


def dated_lines(body: Sequence[Line], first_item: int) -> Iterator[tuple[dt.date, float]]:
    """Dates of the head and of signatures with their weights; one that an item names is mostly another day."""
    first = True
    for position, line in enumerate(body):
        text = line.text[:300]
        signed = bool(SIGNATURE.match(text))
        if position >= HEAD_LINES and not signed:
            continue
        dates = find_dates(text)
        if not dates or NOT_THIS_MEETING.search(text[: dates[0][0]]):
            continue
        position_of_day, day = dates[0]
        labelled_so = bool(DATE_LABEL.search(text[:position_of_day]) or TODAY.search(text))
        if signed:
            weight = 1.0
        elif line.number >= first_item:
            weight = 0.3 if labelled_so else 0.0
        else:
            weight = 3.0 if labelled_so else 2.0 if first and position < TITLE_LINES else 0.3
        if not weight:
            continue
        if (weekday := weekday_of(text)) is not None and weekday != day.weekday():
            weight = min(weight, 1.0)
        first = False
        yield day, weight


def times_of(body: Sequence[Line], fields: dict[str, str]) -> tuple[str | None, str | None]:
    start = first_time(fields.get("begin") or fields.get("beginn") or fields.get("start") or "")
    end = first_time(fields.get("end") or fields.get("ende") or "")
    for line in body[:HEAD_LINES]:
        text = line.text[:400]
        if (found := RANGE.search(text)) and not (start or end):
            start, end = (first_time(f"{time} Uhr") for time in filter(None, found.groups()))
        if not start and (found := START.search(text)):
            start = first_time(text[found.end() :])
        if not start and OPENS.search(text) and (found := OPENING.search(text)):
            start = first_time(text[found.end() :])
        if not end and (found := END.search(text)):
            end = first_time(text[found.end() :])
    return start or time_beside_date(body), end or closing_time(body)


def time_beside_date(body: Sequence[Line]) -> str | None:
    """The time in a title or a line below it: "Protokoll 16.01.2020, 18:00 Uhr"."""
    for line in body[:TITLE_LINES]:
        text = line.text[:200]
        if find_dates(text) and len(times := find_times(text)) == 1 and not NOT_THIS_MEETING.search(text):
            return times[0]
    return None


def closing_time(body: Sequence[Line]) -> str | None:
    """The time in the last lines that speak of the end; a closing sentence may run over three lines."""
    tail = body[-40:]
    for position in reversed(range(len(tail))):
        text = " ".join(line.text for line in tail[max(0, position - 2) : position + 1])[-400:]
        closes = CLOSING.search(tail[position].text) or END.match(tail[position].text)
        if closes and not ITEM_END.match(tail[position].text) and (times := find_times(text)):
            return times[-1]
    return None


def first_time(text: str) -> str | None:
    times = find_times(text)
    return times[0] if times else None
