"""Tasks: somebody named does something. Reports of what was said or done are none."""

import datetime as dt
import re
from collections.abc import Sequence

from minutes.reader.dates import end_of_month, find_dates, next_weekday, weekday_of
from minutes.reader.lines import TICKED, Kind
from minutes.reader.marks import top_of
from minutes.reader.model import Task
from minutes.reader.people import REMARK, People
from minutes.reader.sentences import Block, Sentence
from minutes.reader.task_clauses import owners_of_clause, tasks_in
from minutes.reader.task_marks import TODO, beside_colon, marked_owners, owned_points, table_tasks
from minutes.reader.votes import find_vote
from minutes.reader.zones import Zone

DUE_BEFORE = re.compile(
    r"\b(?:bis|spätestens|deadline:?|frist:?|fällig:?|vor dem|\w*schluss:?)\b[^.;]{0,40}$|[,(] ?termin:? ?$",
    re.IGNORECASE,
)
DUE_LABEL = re.compile(r"(?:frist|termin|fällig|deadline|bis)\b", re.IGNORECASE)
DUE_ON = re.compile(r"\b(?:am|an diesem|nächsten|kommenden)\b[^.;]{0,25}$", re.IGNORECASE)
EVENT_ON = re.compile(
    r"\b(?:organisiert|plant|moderiert|leitet|bewirbt)\b[^,.;:]*\bam [^,.;:]*$|"
    r"[Ww]orkshop|"
    r"\w*(?:[Ff]est|[Ff]eier|[Tt]reffen|[Ss]itzung|[Ff]ahrt|[Aa]usflug|[Tt]ermin|[Kk]urs|[Mm]arkt|[Bb]örse) am [^,.;:]*$"
)
READY = re.compile(r"\bsich (?:\w+ )?bereit[.!]?$")
ELECTED = re.compile(r"\bgewählt\b")
TOMORROW = re.compile(r"(?<!tag )(?<!am )\b(über)?morgen\b")
DUE_WEEKDAY = re.compile(
    r"\b(bis(?: zum| nächsten| kommenden)?|am|nächsten|kommenden|morgen)\s+(?:\w+\s)?(?=(?:mon|diens|"
    r"mitt|donners|frei|sams|sonn)\w+)",
    re.IGNORECASE,
)


def tasks_of(
    sentences: Sequence[Sentence], blocks: Sequence[Block], people: People, day: dt.date | None
) -> list[Task]:
    """All tasks in the order of the text; due dates are resolved against the day of the meeting."""
    with_points = {parent for block in blocks for parent in block.parents}
    places = owned_points(blocks, people, day)
    found = list(table_tasks(blocks, day))
    rows = {task.lines[0] for task in found}
    for before, sentence, after in zip([None, *sentences], sentences, [*sentences[1:], None], strict=False):
        place = places.get(sentence.block.index)
        if (
            sentence.first in rows
            or not may_be_task(sentence)
            or stands_for_election(sentence, after)
            or (place and before and before.block.index == sentence.block.index)
        ):
            continue
        has_points = sentence.block.index in with_points
        owners = marked_owners(sentence, before, people, has_points=has_points)
        if owners is None and place:
            owners = place.owners or owners_in_list(sentence.text, people)
        told = owners is None
        begins = before is None or before.block.index != sentence.block.index
        if owners is not None:
            given = [(owners, sentence.text)]
        else:  # The title of an item gives nobody anything.
            given = [] if begins and sentence.block.opens_item else tasks_in(sentence.text, people)
        late = place.due if place else None
        for names, text in given:
            due = due_of(text, day, told=told) or due_below(sentence, after, day) or late
            found.append(Task((sentence.first, sentence.last), text, names, due))
    return sorted(found, key=lambda task: task.lines)


def stands_for_election(sentence: Sentence, after: Sentence | None) -> bool:
    """Whether somebody is ready for an office to which the next sentence elects: "Ida erklärt sich bereit."."""
    return bool(after and READY.search(sentence.text) and ELECTED.search(after.text))


def owners_in_list(text: str, people: People) -> tuple[str, ...]:
    """Whom a point in a list of tasks names."""
    return beside_colon(text, people, listed=True) or owners_of_clause(text, people) or ()


def due_below(sentence: Sentence, after: Sentence | None, day: dt.date | None) -> dt.date | None:
    """The date of a label behind the sentence: "… Frist: 30.04."."""
    if after is None or after.block.index != sentence.block.index or not DUE_LABEL.match(after.text):
        return None
    dates = find_dates(after.text, day)
    return dates[0][1] if dates else None


def may_be_task(sentence: Sentence) -> bool:
    """Tasks stand in the minutes proper; a question is none unless marked, nor is what was just voted on."""
    block = sentence.block
    if block.zone is not Zone.BODY or block.kind in {Kind.TABLE, Kind.HEADING}:
        return False
    if TICKED.match(block.lines[0].raw) or (
        block.opens_item and (block.lines[0].bold or top_of(block.lines[0]))
    ):
        return False
    return bool(TODO.search(sentence.text)) or not (
        sentence.text.endswith("?") or find_vote(REMARK.sub("", sentence.text))
    )


def due_of(text: str, day: dt.date | None, *, told: bool) -> dt.date | None:
    """The date by which a task is due; one with "am" counts only in a sentence, else it is an event's."""
    dates = find_dates(text, day)
    topic = max(text.find(":"), 0)  # "Fest am 3. Mai: Ole holt die Bänke": when the fest is.
    for position, date in dates:
        if DUE_BEFORE.search(text[:position]):
            return date
    for position, date in dates:
        before = text[:position]
        if told and position > topic and DUE_ON.search(before) and not EVENT_ON.search(before):
            return date
    if day and (last := end_of_month(text, day)):
        return last
    if day and told and (found := TOMORROW.search(text)):
        return day + dt.timedelta(days=2 if found[1] else 1)
    if day and (found := DUE_WEEKDAY.search(text)) and (told or found[1].lower().startswith("bis")):
        weekday = weekday_of(text[found.end() :])
        return next_weekday(weekday, day) if weekday is not None else None
    return None
