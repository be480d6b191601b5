"""Tasks by their place or a mark: "Raum buchen (Leon)", "TODO [Leon]", a name above points, action tables."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minutes.reader.dates import find_dates
from minutes.reader.lines import Kind, Line, cells_of
from minutes.reader.marks import TASK_LIST
from minutes.reader.model import Task
from minutes.reader.names import CAPITAL
from minutes.reader.people import FULL_NAME, HOLDERS, MENTION, REMARK, People
from minutes.reader.sentences import Block, Sentence
from minutes.reader.task_clauses import owners_of_clause, subject_of
from minutes.reader.zones import Zone

IN_BRACKETS = re.compile(
    r"\((?P<round>[^()]{2,60})\)\s*[.!]?$|\[(?P<square>[^\[\]]{2,60})\]\s*[.!]?$|(?:->|→|=>|⇒|➔|"
    r"[-–] (?:macht|machen|übernimmt|übernehmen))\s*(?P<arrow>[^()\[\].:]{2,50})$|"
    r"(?:^|\s)@(?P<at>[\w.-]{2,30})\s*[.!]?$"
)
TODO = re.compile(
    r"(?:^|[^\w-])(?:(?:TO-?DO|To-?[Dd]o)\b(?!'|-?[Ll]iste)|(?:Aufgabe|Arbeitsauftrag|Auftrag|AI|Action(?: [Ii]tem)?)"
    r"(?=:| (?:an|für) [^:]{2,40}:))(?: (?:an|für) )?\s*(?:[\[(](?P<owners>[^\[\]()]{1,80})[\])]|"
    rf"(?P<at>@[\w-]+(?:[ ,]+@[\w-]+)*)|(?P<who>[{CAPITAL}][^:\[\]]{{1,40}}(?=:)))?\s*:?\s*(?P<text>.*)$"
)
FIELD = re.compile(
    r"\b(?:verantw(?:\.|ortlich(?:e[rn]?)?)(?: dafür)?|zuständig(?: dafür)?|responsible|wer|"
    r"hut)\s*:\s*(?P<owners>[^.;:]{2,80})",
    re.IGNORECASE,
)
COLON = re.compile(r"(?P<owners>[^:.;()]{2,50}):\s+(?P<text>\S.{5,})$")
COLON_BEHIND = re.compile(r"(?P<text>[^:]{3,150}?)(?::\s+|\s[-–]\s)(?P<owners>[^:.;()]{2,60})$")
ASKED_WHO = re.compile(
    r"^wer (?!ist\b|hat (?!den hut)|kommt\b|kandidiert\b|möchte\b|meldet\b|stimmt\b)\w+t\b.{0,80}\?$",
    re.IGNORECASE,
)
TO_DO = re.compile(
    r"\b\w+(?:en|ern|eln)\b\s*[.!]?$|^[^,;]{3,80} [a-zäöüß]+(?:en|ern|eln), |\b(?:bitte|noch)\b",
    re.IGNORECASE,
)
BY_WHEN = re.compile(
    r"[\s,(]*\b(?:bis|spätestens|frist|deadline|fällig|termin)\b[^()]{0,40}\)?\s*[.!]?$", re.IGNORECASE
)
DONE = re.compile(
    r"\b(?:wurden?|war(?:en)?|hat(?:te)?|haben|hatten|ist|sind|erledigt|fand(?:en)?|berichtete?|stellten?)\b",
    re.IGNORECASE,
)
REPORTER = re.compile(
    r"^(?:bericht|status|vorstellung|update|info|rückblick|neues|stand\b|rückmeldung|protokoll|"
    r"moderation|redeleitung|idee|frage|kandidat\w*|vorschl[aä]g\w*|delegierte\w*|gewählt\w*|bewerb\w*)\b",
    re.IGNORECASE,
)
GROUP = re.compile(r"[A-ZÄÖÜ][\w-]+(?:gruppe|team)")
SIGNED = re.compile(r"gez\b|unterschrift", re.IGNORECASE)
TOPIC = re.compile(r"^(?:\W*\[|[\"„»])")
OPEN_BOX = re.compile(r"\s*[*+-]\s+\[ \]\s")
CHECKBOX = re.compile(r"\[[ xX]\]\s+")
ONE_NOUN = re.compile(r"^[\w-]+$")
WHAT = re.compile(r"aufgabe|was\b|to-?do|maßnahme|action|tätigkeit|arbeitspaket|auftrag", re.IGNORECASE)
WHO = re.compile(r"verantwortlich|wer\b|zuständig|person|owner|name|bearbeit|who|responsible", re.IGNORECASE)
WHEN = re.compile(r"termin|bis\b|frist|deadline|wann|fällig|datum|due|when", re.IGNORECASE)
STATE = re.compile(r"status|stand\b|erledigt", re.IGNORECASE)
FINISHED = re.compile(r"erledigt|abgeschlossen|fertig|done|ja\b|x$|[✓✔☑]", re.IGNORECASE)
TASK_COLUMNS = (("what", WHAT), ("who", WHO), ("when", WHEN), ("state", STATE))


@dataclass(frozen=True)
class Place:
    """Whose list a point stands in, and by when all of the list is due."""

    owners: tuple[str, ...] = ()
    due: dt.date | None = None


def marked_owners(
    sentence: Sentence, previous: Sentence | None, people: People, *, has_points: bool
) -> tuple[str, ...] | None:
    """Owners that stand beside the sentence proper; None when nothing marks it as a task."""
    text = sentence.text
    if todo := TODO.search(text):
        return owners_of_todo(todo, people) if todo["text"] else None
    if field := FIELD.search(REMARK.sub("", text)):
        names = re.split(r"\s+(?:weil|da|ist)\b|,\s+(?:weil|da|der|die|er|sie)\b", field["owners"])[0]
        names = BY_WHEN.sub("", names)
        return people.owners(names) or None
    if previous and ASKED_WHO.match(previous.text) and (owners := people.owners(text.lstrip("->→=⇒ "))):
        return owners
    text = BY_WHEN.sub("", text)
    mark = IN_BRACKETS.search(text)
    before = text[: mark.start()].strip() if mark else ""
    given = (
        mark and len(before) > 2 and not has_points and (mark["arrow"] or is_work(sentence, before, people))
    )
    if mark and (given or ASKED_WHO.match(before)):
        named = next(filter(None, mark.groups()))
        return people.owners(named) or ((named,) if GROUP.fullmatch(named) else None)
    is_open = bool(OPEN_BOX.match(sentence.block.lines[0].raw))
    mentioned = tuple(MENTION.findall(text)) if is_open else ()
    return mentioned or beside_colon(text, people, listed=is_open)


def owners_of_todo(todo: re.Match[str], people: People) -> tuple[str, ...]:
    """Whom a "TODO …" names: in brackets or before a colon, else in the words behind it."""
    if todo["at"]:
        return tuple(MENTION.findall(todo["at"]))
    if named := todo["owners"] or todo["who"]:
        return people.owners(named) or tuple(name.strip() for name in named.split(",") if name.strip())
    mark = IN_BRACKETS.search(todo["text"])
    bracketed = people.owners(next(filter(None, mark.groups()))) if mark else ()
    return (
        bracketed
        or beside_colon(todo["text"], people, listed=True)
        or owners_of_clause(todo["text"], people)
        or subject_of(todo["text"], people)
    )


def beside_colon(text: str, people: People, *, listed: bool) -> tuple[str, ...] | None:
    """Owners before or behind a colon: "Leon: Raum buchen", "Raum buchen: Leon".

    Outside of a list of tasks (`listed`) the other side must be something to do, an infinitive.
    """
    text = BY_WHEN.sub("", text)
    for form in (COLON, COLON_BEHIND):
        found = form.match(text)
        if found and (listed or (TO_DO.search(found["text"]) and not DONE.search(found["text"]))):
            owners = people.owners(found["owners"])
            if owners and not REPORTER.match(found["text"]):
                return owners
    return None


def is_work(sentence: Sentence, before: str, people: People) -> bool:
    """Whether the words before a name in brackets are something to do, not a topic that was reported on."""
    if (
        DONE.search(before.partition(",")[0])
        or REPORTER.match(before)
        or SIGNED.match(before)
        or people.owners(before)
    ):
        return False
    marked = CHECKBOX.sub("", sentence.block.lines[0].raw.strip().lstrip("*+-0123456789. "))
    if TOPIC.match(marked) and sentence.first == sentence.block.lines[0].number:
        return False
    return not ONE_NOUN.match(before) or before.endswith(("ung", "en"))


def owned_points(blocks: Sequence[Block], people: People, day: dt.date | None) -> dict[int, Place]:
    """List points that are tasks by where they stand, by the index of their block."""
    found: dict[int, Place] = {}
    opened: dict[int, Place] = {}
    place: Place | None = None
    for block in blocks:
        if block.zone is not Zone.BODY:
            place = None
        elif block.kind in {Kind.BULLET, Kind.ORDERED}:
            if own := point_place(block.text, people, day):
                opened[block.index] = own
                continue
            around = next((opened[parent] for parent in reversed(block.parents) if parent in opened), place)
            if around and re.search(r"[^\W\d_]{3}", block.text):
                found[block.index] = around
        elif block.kind is not Kind.TABLE:
            for line in block.lines:
                place = line_place(line, place, people, day)
    return found


def point_place(text: str, people: People, day: dt.date | None) -> Place | None:
    """What a point opens that holds nothing else: "ToDos:", "TODO [Leon]" or "Leon:"."""
    if (todo := TODO.match(text)) and todo["owners"] and not todo["text"]:
        return Place(tuple(name.strip() for name in todo["owners"].split(",")))
    if TASK_LIST.match(text):
        return Place(due=section_due(text, day))
    owners = people.owners(text.rstrip(":")) if len(text) < 60 else ()
    return Place(owners) if owners else None


def line_place(line: Line, place: Place | None, people: People, day: dt.date | None) -> Place | None:
    """The place that a heading or a line of text opens for the points below it; other text closes it."""
    if TASK_LIST.match(line.text):
        return Place(due=section_due(line.text, day))
    titled = line.kind is Kind.HEADING or line.bold or line.text.endswith(":")
    name = REMARK.sub("", line.text).strip(" :")
    office = line.kind is Kind.HEADING and bool(HOLDERS.fullmatch(name))  # "Orga" is a subject.
    owners = people.owners(name) if titled and len(line.text) < 90 and not office else ()
    if place and line.text.endswith(":") and FULL_NAME.fullmatch(line.text[:-1]):
        owners = (line.text[:-1],)  # In a list of tasks a name with a colon needs nobody to vouch for it.
    return Place(owners, place.due if place else None) if owners else None


def section_due(text: str, day: dt.date | None) -> dt.date | None:
    """The date by which all tasks of a section are due ("ToDos bis zum 25.07.")."""
    dates = find_dates(text, day) if re.search(r"\bbis\b", text, re.IGNORECASE) else []
    return dates[-1][1] if dates else None


def table_tasks(blocks: Sequence[Block], day: dt.date | None) -> Iterator[Task]:
    """The rows of tables with a column for the task and one for the person, but those that are done."""
    columns: dict[str, int] = {}
    for block in blocks:
        if block.kind is not Kind.TABLE:
            columns = {}
            continue
        cells = cells_of(block.lines[0].text)
        head = columns_of(cells, TASK_COLUMNS)
        if {"what", "who"} <= head.keys():
            columns = head
        elif columns and block.zone is Zone.BODY and max(columns.values()) < len(cells):
            what, who = cells[columns["what"]], cells[columns["who"]]
            when = find_dates(cells[columns["when"]], day) if "when" in columns else []
            done = "state" in columns and FINISHED.match(cells[columns["state"]])
            if re.search(r"[^\W\d_]{3}", what) and not done:
                names = tuple(name.strip() for name in re.split(r"[,/&+]|\bund\b", who) if name.strip(" -–"))
                number = block.lines[0].number
                yield Task((number, number), what, names, when[0][1] if when else None)


def columns_of(head: Sequence[str], patterns: Sequence[tuple[str, re.Pattern[str]]]) -> dict[str, int]:
    """The first column of a table's head that each pattern names, by its key."""
    found = (
        (key, next((i for i, cell in enumerate(head) if names.match(cell)), -1)) for key, names in patterns
    )
    return {key: place for key, place in found if place >= 0}
