"""Where the text of minutes tells that a task of an earlier meeting is done."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from meetings.meeting import Meeting
from minutes.minutes import Minutes
from minutes.proposals import ClosureProposal
from minutes.reader.lines import Kind, Line, parse, plain
from minutes.reader.sentences import ends
from minutes.stems import stems
from minutes.tasks import Task, TaskState
from portal.database import session

DONE = r"(?:erledigt|abgeschlossen|umgesetzt|vollzogen|abgehakt|fertig(?:gestellt)?|done|[✓✔☑✅])"
HINT = re.compile(rf"{DONE}|erfolgt|\[x\]|~~", re.IGNORECASE)
BOX = re.compile(r"\s*[-*+•]\s+\[[xX]\]\s")
STRUCK = re.compile(r"~~([^~]{3,500})~~")
WHEN = r"(?:\s+(?:am|seit)\s+[\d.\s]{3,12})?"
STATUS = re.compile(
    rf"(?:[–—:|([=>→✓-]|^)\s*(?:(?:ist|bereits|schon|schon\s+lange)\s+)*{DONE}{WHEN}\s*[)\]|.!]*\s*(?:\||$)"
    rf"|^\W*{DONE}\s*[:–—-]",
    re.IGNORECASE,
)
WORD_OF_DONE = re.compile(rf"\b{DONE}\b|\b(?:ist|sind)\b.{{0,60}}\berfolgt\b", re.IGNORECASE)
HEADED = re.compile(
    r"(?:schon\s+|bereits\s+)?(?:erledigt|abgeschlossen|done)(?:es?|er)?(?:\s+\S+)?:?$", re.IGNORECASE
)
HELPER = re.compile(r"\b(?:ist|sind|war|waren|hat|habe|haben|wurde|wurden|worden)\b", re.IGNORECASE)
AT_THE_END = re.compile(rf"\b(?:{DONE}|erfolgt)\b\W*$", re.IGNORECASE)
NOT_YET = re.compile(
    r"\b(?:nicht|nie|kein\w*|noch\s+zu|offen\w*|ausstehend|fehl(?:t|en)|teil(?:s|weise)|fast|halb|kaum|nur|erst|"
    r"soll\w*|m[uü]ss\w*|k[aö]nn\w*|will|wollen|möchte\w*|würde\w*|wäre\w*|wird|werden|sobald|wenn|falls|ob|bis|bald|"
    r"demnächst|morgen|nächste\w*|kommende\w*|geplant|weiterhin|mach(?:t|en)|stell(?:t|en)|bitte)\b"
    r"|\?\s*$",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
SHORTEST = 4  # letters of a word that tells a matter
EMPTY = {
    "alle", "aufgabe", "aufgaben", "beim", "bitte", "dann", "dass", "dies", "diese", "eine", "einen", "einer", "erledigt",
    "fertig", "frau", "gegen", "herr", "herrn", "ihre", "jede", "jeder", "kein", "nach", "noch", "oder", "punkt", "seine",
    "sich", "sind", "sitzung", "status", "todo", "unter", "wird", "wurde", "über",
    "januar", "februar", "märz", "april", "juni", "juli", "august", "september", "oktober", "november", "dezember",
    "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag",
}  # fmt: skip
MOST_LINES = 500
ENOUGH = 0.6
"""The share of a task's matters that must be named."""


@dataclass(frozen=True)
class Told:
    """A line that tells that something is done: the stems of its words, and of its matters with capital letters.

    `around` are the stems of what stands above it: heading, item, list point.
    """

    line: int
    words: frozenset[str]
    matters: frozenset[str]
    around: frozenset[str]


@dataclass(frozen=True)
class Matter:
    """What a task is about: stems of its matters, of all its words, and of its owners' names."""

    matters: frozenset[str]
    words: frozenset[str]
    owners: frozenset[str]


@dataclass(frozen=True)
class Match:
    """How well a line fits a task: how many of its matters it names, and whether it says nothing else."""

    line: int
    found: int
    is_sure: bool


def propose_closures(minutes: Minutes) -> None:
    """Propose which open tasks of earlier meetings the text tells to be done, preset where that is sure.

    What a person touched stays; so do rows that are found again, because a task is named once in a text.
    """
    lines = told_lines(minutes.text, [(row.first_line, row.title) for row in minutes.items])
    with session.no_autoflush:  # minutes that are just being made are not in the session yet
        tasks = {task.id: task for task in _earlier_tasks(minutes)} if lines else {}
    found = closed_by(lines, {number: matter_of(task.text, _names(task)) for number, task in tasks.items()})
    known = {row.task_id: row for row in minutes.closures}
    rows = {number: row for number, row in known.items() if row.by_hand}
    for number, match in found.items():
        row = rows.setdefault(number, known.get(number) or ClosureProposal(task=tasks[number]))
        if not row.by_hand:
            row.first_line = row.last_line = match.line
            row.accepted = match.is_sure
    minutes.closures = sorted(rows.values(), key=lambda row: row.first_line or 0)
    for position, row in enumerate(minutes.closures):
        row.position = position
    _put_aside_what_is_done(minutes)


def _earlier_tasks(minutes: Minutes) -> Sequence[Task]:
    """Tasks that were open before these minutes: also those that an edition of the same minutes closed."""
    meeting = minutes.meeting
    is_earlier = sa.or_(
        Meeting.starts_at < meeting.starts_at,
        sa.and_(Task.meeting_id.is_(None), Task.created_at < meeting.ends_at),
    )
    editions = sa.select(Minutes.id).where(Minutes.meeting_id == meeting.id)
    is_open = sa.or_(Task.state == TaskState.OPEN, Task.closed_in_id.in_(editions))
    tasks = sa.select(Task).join(Task.meeting, isouter=True)
    tasks = tasks.where(Task.committee_id == meeting.committee_id, is_open, is_earlier)
    return session.scalars(tasks.order_by(Task.id)).all()


def _names(task: Task) -> str:
    return " ".join([task.owners, *(person.name for person in task.people)])


def _put_aside_what_is_done(minutes: Minutes) -> None:
    """A line that surely tells of a done task gives no new one."""
    lines = {row.first_line for row in minutes.closures if row.accepted} - {None}
    for row in minutes.tasks:
        if row.first_line in lines and not row.by_hand:
            row.accepted = False


def matter_of(text: str, owners: str = "") -> Matter:
    """What a task is about; matters are its words with a capital letter, or all long ones where none has one."""
    names = frozenset(stems(owners))
    body = plain(text)
    matters = _matters(body) - names
    return Matter(matters or _long(body) - names, frozenset(stems(body)) - names, names)


def closed_by(lines: Sequence[Told], tasks: dict[int, Matter]) -> dict[int, Match]:
    """For each task that a line tells to be done, by its key, the line; a line that fits two is sure of none."""
    found: dict[int, Match] = {}
    for line in lines:
        fitting = {key: match for key, matter in tasks.items() if (match := _match(line, matter))}
        most = max((match.found for match in fitting.values()), default=0)
        best = {key: match for key, match in fitting.items() if match.found == most}
        for key, match in best.items():
            sure = Match(match.line, match.found, match.is_sure and len(best) == 1)
            if key not in found or (sure.is_sure and not found[key].is_sure):
                found[key] = sure
    return found


def _match(line: Told, task: Matter) -> Match | None:
    own = line.matters - task.owners
    foreign = own - task.matters - task.words
    words = line.words if own else line.words | line.around
    if own and not foreign:
        words = words | line.around  # the line goes on with what stands above it
    named = task.matters & words
    if not named or len(named) < ENOUGH * len(task.matters):
        return None
    if len(named) == 1 and len(foreign) > 1:
        return None
    is_whole = named == task.matters
    says_nothing_else = not foreign if own else len(line.around - task.words - task.owners) <= 1
    return Match(line.line, len(named), is_whole and says_nothing_else)


def told_lines(text: str, items: Sequence[tuple[int | None, str]] = ()) -> list[Told]:
    """The lines of a text that tell that something is done; `items` are first lines and titles of agenda items."""
    if HINT.search(text) is None:
        return []
    titles = {number: title for number, title in items if number}
    return list(islice(_told(parse(text), titles), MOST_LINES))


def _told(lines: Sequence[Line], titles: dict[int, str]) -> Iterator[Told]:
    heading, points = "", list[Line]()
    for line in lines:
        title = titles.get(line.number) or (line.text if line.kind is Kind.HEADING else "")
        if title:
            heading, points = title, []
        if line.kind in {Kind.IGNORED, Kind.FRONT_MATTER, Kind.RULE}:
            continue
        if line.kind in {Kind.BULLET, Kind.ORDERED}:
            points = [point for point in points if point.indent < line.indent]
        words = _words_of_done(line, is_headed=not title and bool(HEADED.match(heading)))
        if words is not None:
            above = "" if title else " ".join([heading, *(point.text for point in points)])
            around = f"{above} {line.text}" if not _matters(words) else above
            yield Told(line.number, frozenset(stems(words)), _matters(words), _matters(around))
        if line.kind in {Kind.BULLET, Kind.ORDERED}:
            points.append(line)


def _words_of_done(line: Line, *, is_headed: bool) -> str | None:
    """The words of a line that are told to be done; None where nothing is."""
    struck = " ".join(STRUCK.findall(line.raw))
    if struck and len(_matters(line.text)) <= len(_matters(struck)):
        return plain(struck)
    if BOX.match(line.raw) or (is_headed and line.kind in {Kind.BULLET, Kind.ORDERED}):
        return line.text
    if not HINT.search(line.text):
        return None
    if STATUS.search(line.text) and not line.text.rstrip().endswith("?"):
        return line.text
    begin = 0
    for end in [*ends(line.text), len(line.text)]:
        sentence = line.text[begin:end]
        if _is_done(sentence):
            return sentence
        begin = end
    return None


def _is_done(sentence: str) -> bool:
    if WORD_OF_DONE.search(sentence) is None or NOT_YET.search(sentence):
        return False
    return bool(HELPER.search(sentence) or AT_THE_END.search(sentence))


def _matters(text: str) -> frozenset[str]:
    """Stems of the words with a capital letter."""
    return _stems_of(word for word in WORD.findall(text) if word[0].isupper())


def _long(text: str) -> frozenset[str]:
    return _stems_of(WORD.findall(text))


def _stems_of(words: Iterator[str] | list[str]) -> frozenset[str]:
    told = [word for word in words if len(word) >= SHORTEST and word.casefold() not in EMPTY]
    return frozenset(stem for word in told for stem in stems(word))
