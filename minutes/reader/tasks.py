"""Tasks: somebody named does something. Reports of what was said or done are none.

Four ways of writing them are known: "Leon fragt an" (and its passive), "Raum buchen (Leon)", lists and fields
("TODO [Leon]", a name above points, action tables), and sections headed "Aufgaben".
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence

from minutes.reader.dates import find_dates, next_weekday, weekday_of
from minutes.reader.lines import Kind
from minutes.reader.model import Task
from minutes.reader.people import People
from minutes.reader.sentences import Block, Sentence
from minutes.reader.task_verbs import owners_of_clause
from minutes.reader.zones import Zone

IN_BRACKETS = re.compile(r"\(([^()]{2,60})\)\s*[.!]?$|\[([^\[\]]{2,60})\]\s*[.!]?$|(?:->|→|=>|⇒)\s*([^()\[\].:]{2,50})$|(?:^|\s)@([\w.-]{2,30})\s*[.!]?$")
TODO = re.compile(r"\b(?:TO-?DO|To-?[Dd]o|AUFGABE|Aufgabe|Arbeitsauftrag|AP)\b\s*(?:\[(?P<owners>[^\[\]]{1,80})\]|(?P<lead>\b[^:\[\]]{0,40}))?\s*:?\s*(?P<text>.*)$")
SECTION = re.compile(r"(?:offene |neue |nächste )?(?:to-?\s?do'?s?(?:[- ]liste)?|aufgaben(?:liste|verteilung)?|arbeitsaufträge|action items|aufträge)\b.{0,60}$", re.IGNORECASE)
FIELD = re.compile(r"(?P<label>verantwortlich(?:e[rn]?)?(?: dafür)?|zuständig(?: dafür)?|responsible|wer|hut)\s*:\s*(?P<owners>[^.;:]{2,80})", re.IGNORECASE)
COLON = re.compile(r"(?P<owners>[^:.;()]{2,50}):\s+(?P<text>\S.{5,})$")
INFINITIVE = re.compile(r"\b\w+(?:en|ern|eln)\b\s*[.!]?$|\b(?:bitte|noch)\b", re.IGNORECASE)
DONE = re.compile(r"\b(?:wurden?|war(?:en)?|hat(?:te)?|haben|hatten|ist|sind|erledigt|fand(?:en)?|berichtete?|stellten?)\b", re.IGNORECASE)
REPORTER = re.compile(r"^(?:bericht|status|vorstellung|update|info|rückblick|neues|stand\b|rückmeldung|protokoll|moderation|redeleitung|idee|frage)\b", re.IGNORECASE)
DUE_BEFORE = re.compile(r"\b(?:bis|spätestens|deadline:?|frist:?|fällig:?|vor dem)\b[^.;]{0,40}$", re.IGNORECASE)
DUE_ON = re.compile(r"\b(?:am|an diesem|nächsten|kommenden)\b[^.;]{0,25}$", re.IGNORECASE)
DUE_WEEKDAY = re.compile(r"\b(bis(?: zum| nächsten| kommenden)?|am|nächsten|kommenden|morgen)\s+(?:\w+\s)?(?=(?:mon|diens|mitt|donners|frei|sams|sonn)\w+)", re.IGNORECASE)
WHAT = re.compile(r"aufgabe|was\b|to-?do|maßnahme|action|tätigkeit|thema|arbeitspaket|auftrag", re.IGNORECASE)
WHO = re.compile(r"verantwortlich|wer\b|zuständig|person|owner|name|bearbeit|who|responsible", re.IGNORECASE)
WHEN = re.compile(r"termin|bis\b|frist|deadline|wann|fällig|datum|due|when", re.IGNORECASE)


def tasks_of(sentences: Sequence[Sentence], blocks: Sequence[Block], people: People, day: dt.date | None) -> list[Task]:
    """All tasks in the order of the text; due dates are resolved against the day of the meeting."""
    children = {parent for block in blocks for parent in block.parents}
    found: list[Task] = []
    taken: set[tuple[int, str]] = set()
    lists = {block.index: owners for block, owners in owned_points(blocks, people)}
    for sentence in sentences:
        block = sentence.block
        if block.zone is not Zone.BODY or block.kind in {Kind.TABLE, Kind.HEADING} or sentence.text.endswith("?"):
            if not ("TODO" in sentence.text and block.zone is Zone.BODY):
                continue
        if block.index in lists:
            owners: tuple[str, ...] | None = lists[block.index] or owners_of(sentence.text, people) or ()
            clause = False
        else:
            title = block.opens_item and (block.index in children or bool(REPORTER.match(sentence.text)))
            owners = None if title else owners_of(sentence.text, people)
            clause = owners is None
            if clause and not block.opens_item:
                owners = owners_of_clause(sentence.text, people)
        if owners is not None and (sentence.first, sentence.text) not in taken:
            taken.add((sentence.first, sentence.text))
            found.append(Task((sentence.first, sentence.last), sentence.text, owners, due_of(sentence.text, day, on=clause)))
    return sorted([*found, *table_tasks(blocks, day)], key=lambda task: task.lines)


def owners_of(text: str, people: People) -> tuple[str, ...] | None:
    """Owners named outside the sentence proper: in brackets, behind an arrow, in a field; None when there are none."""
    if todo := TODO.search(text):
        return tuple(name.strip() for name in (todo["owners"] or "").split(",") if name.strip()) if todo["text"] else None
    if field := FIELD.search(text):
        names = re.split(r"\s+(?:weil|da|ist)\b|,\s+(?:weil|da|der|die|er|sie)\b", field["owners"])[0]
        return people.owners(names) or None
    if (mark := IN_BRACKETS.search(text)) and mark.start() > 3:
        owners = people.owners(next(filter(None, mark.groups())))
        before = text[: mark.start()]
        if owners and not DONE.search(before) and not REPORTER.match(before) and not people.owners(before):
            return owners
    if (colon := COLON.match(text)) and INFINITIVE.search(colon["text"]) and not DONE.search(colon["text"]):
        return people.owners(colon["owners"]) or None
    return None


def owned_points(blocks: Sequence[Block], people: People) -> Iterator[tuple[Block, tuple[str, ...]]]:
    """List points that are tasks by where they stand, with the owners that the place names."""
    section, heading_owners = False, tuple[str, ...]()
    by_index = {block.index: block for block in blocks}
    for block in blocks:
        text = block.text
        if block.zone is not Zone.BODY:
            section, heading_owners = False, ()
        elif block.kind is Kind.HEADING or (block.kind is Kind.PLAIN and len(text) < 90):
            names = people.owners(re.sub(r"\([^()]{0,60}\)|:$", "", text)) if text.endswith(":") or block.kind is Kind.HEADING or block.lines[0].bold else ()
            heading_owners = names
            section = bool(SECTION.match(text)) or (section and bool(names))
        elif block.kind in {Kind.BULLET, Kind.ORDERED}:
            owners = next(filter(None, (point_owners(by_index[parent].text, people) for parent in reversed(block.parents))), ())
            owners = owners or heading_owners
            if (owners or section) and re.search(r"[^\W\d_]{3}", text) and not people.owners(text.rstrip(":")):
                yield block, owners
        else:
            section = section and block.kind is not Kind.PLAIN


def point_owners(text: str, people: People) -> tuple[str, ...]:
    """The owners in a point that holds nothing else: "TODO [Leon]" or "Leon:"."""
    if (todo := TODO.match(text)) and todo["owners"] and not todo["text"]:
        return tuple(name.strip() for name in todo["owners"].split(","))
    return people.owners(text.rstrip(":")) if len(text) < 60 else ()


def due_of(text: str, day: dt.date | None, *, on: bool) -> dt.date | None:
    """The date by which a task is due; a date with "am" counts only in a full sentence, for else it is an event's."""
    for position, date in find_dates(text, day):
        before = text[:position]
        if DUE_BEFORE.search(before) or (on and DUE_ON.search(before)):
            return date
    if day and (found := DUE_WEEKDAY.search(text)) and (on or found[1].lower().startswith("bis")):
        weekday = weekday_of(text[found.end() :])
        return next_weekday(weekday, day) if weekday is not None else None
    return None


def table_tasks(blocks: Sequence[Block], day: dt.date | None) -> Iterable[Task]:
    """The rows of tables with a column for the task and one for the person."""
    columns: dict[str, int] = {}
    for block in blocks:
        if block.kind is not Kind.TABLE:
            columns = {}
            continue
        cells = [cell.strip() for cell in block.lines[0].text.strip("| ").split("|")]
        if not columns:
            columns = task_columns(cells)
        elif block.zone is Zone.BODY and columns.keys() >= {"what", "who"} and max(columns.values()) < len(cells):
            what, who = cells[columns["what"]], cells[columns["who"]]
            when = find_dates(cells[columns["when"]], day) if "when" in columns else []
            if re.search(r"[^\W\d_]{3}", what):
                names = tuple(name.strip() for name in re.split(r"[,/&+]|\bund\b", who) if name.strip(" -–"))
                number = block.lines[0].number
                yield Task((number, number), what, names, when[0][1] if when else None)


def task_columns(cells: Sequence[str]) -> dict[str, int]:
    found = {key: next((i for i, cell in enumerate(cells) if pattern.match(cell)), -1) for key, pattern in (("what", WHAT), ("who", WHO), ("when", WHEN))}
    return {key: index for key, index in found.items() if index >= 0} if found["what"] >= 0 and found["who"] >= 0 else {}
