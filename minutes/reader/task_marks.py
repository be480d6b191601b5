"""Tasks by their place or a mark: "Raum buchen (Leon)", "TODO [Leon]", a name above points, action tables."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from minutes.reader.dates import find_dates
from minutes.reader.lines import Kind, cells_of
from minutes.reader.model import Task
from minutes.reader.people import People
from minutes.reader.sentences import Block, Sentence
from minutes.reader.zones import Zone

IN_BRACKETS = re.compile(
    r"\((?P<round>[^()]{2,60})\)\s*[.!]?$|\[(?P<square>[^\[\]]{2,60})\]\s*[.!]?$|(?:->|→|=>|⇒|"
    r"➔)\s*(?P<arrow>[^()\[\].:]{2,50})$|"
    r"(?:^|\s)@(?P<at>[\w.-]{2,30})\s*[.!]?$"
)
TODO = re.compile(
    r"(?:^|[^\w-])(?:(?:TO-?DO|To-?[Dd]o)\b(?!'|-?[Ll]iste)|(?:Aufgabe|"
    r"Arbeitsauftrag)(?=:))\s*(?:[\[(](?P<owners>[^\[\]()]{1,80})[\])]|"
    r"(?P<who>[A-ZÄÖÜ][^:\[\]]{1,40}(?=:)))?\s*:?\s*(?P<text>.*)$"
)
SECTION = re.compile(
    r"(?:offene |neue |nächste )?(?:to-?\s?do'?s?(?:[- ]liste)?|aufgaben(?:liste|verteilung)?|"
    r"arbeitsaufträge|action items|aufträge)\b.{0,60}$",
    re.IGNORECASE,
)
FIELD = re.compile(
    r"\b(?:verantwortlich(?:e[rn]?)?(?: dafür)?|zuständig(?: dafür)?|responsible|wer|"
    r"hut)\s*:\s*(?P<owners>[^.;:]{2,80})",
    re.IGNORECASE,
)
COLON = re.compile(r"(?P<owners>[^:.;()]{2,50}):\s+(?P<text>\S.{5,})$")
ASKED_WHO = re.compile(
    r"^wer (?:kümmert|macht|übernimmt|hat|schreibt|organisiert|besorgt|bestellt)\b.{0,80}\?$", re.IGNORECASE
)
TO_DO = re.compile(r"\b\w+(?:en|ern|eln)\b\s*[.!]?$|\b(?:bitte|noch)\b", re.IGNORECASE)
DONE = re.compile(
    r"\b(?:wurden?|war(?:en)?|hat(?:te)?|haben|hatten|ist|sind|erledigt|fand(?:en)?|berichtete?|stellten?)\b",
    re.IGNORECASE,
)
REPORTER = re.compile(
    r"^(?:bericht|status|vorstellung|update|info|rückblick|neues|stand\b|rückmeldung|protokoll|"
    r"moderation|redeleitung|idee|frage)\b",
    re.IGNORECASE,
)
TOPIC = re.compile(r"^(?:\W*\[|[\"„»])")
ONE_NOUN = re.compile(r"^[\w-]+$")
WHAT = re.compile(r"aufgabe|was\b|to-?do|maßnahme|action|tätigkeit|arbeitspaket|auftrag", re.IGNORECASE)
WHO = re.compile(r"verantwortlich|wer\b|zuständig|person|owner|name|bearbeit|who|responsible", re.IGNORECASE)
WHEN = re.compile(r"termin|bis\b|frist|deadline|wann|fällig|datum|due|when", re.IGNORECASE)


def marked_owners(
    sentence: Sentence, before: Sentence | None, people: People, *, has_points: bool
) -> tuple[str, ...] | None:
    """Owners that stand beside the sentence proper; None when nothing marks it as a task."""
    text = sentence.text
    if todo := TODO.search(text):
        named = todo["owners"] or todo["who"] or ""
        return tuple(name.strip() for name in named.split(",") if name.strip()) if todo["text"] else None
    if field := FIELD.search(text):
        names = re.split(r"\s+(?:weil|da|ist)\b|,\s+(?:weil|da|der|die|er|sie)\b", field["owners"])[0]
        return people.owners(names) or None
    if before and ASKED_WHO.match(before.text) and (owners := people.owners(text.lstrip("->→=⇒ "))):
        return owners
    if (
        (mark := IN_BRACKETS.search(text))
        and mark.start() > 3
        and not has_points
        and is_work(sentence, text[: mark.start()].strip(), people)
    ):
        return people.owners(next(filter(None, mark.groups()))) or None
    if (colon := COLON.match(text)) and TO_DO.search(colon["text"]) and not DONE.search(colon["text"]):
        return people.owners(colon["owners"]) or None
    return None


def is_work(sentence: Sentence, before: str, people: People) -> bool:
    """Whether the words before a name in brackets are something to do, not a topic that was reported on."""
    if DONE.search(before) or REPORTER.match(before) or people.owners(before):
        return False
    marked = sentence.block.lines[0].raw.strip().lstrip("*+-0123456789. ")
    if TOPIC.match(marked) and sentence.first == sentence.block.lines[0].number:
        return False
    return not ONE_NOUN.match(before) or before.endswith(("ung", "en"))


def owned_points(blocks: Sequence[Block], people: People) -> Iterator[tuple[int, tuple[str, ...]]]:
    """List points that are tasks by where they stand: index of the block, and the owners the place names."""
    section, heading_owners = False, tuple[str, ...]()
    below: dict[int, tuple[str, ...]] = {}
    sections: set[int] = set()
    for block in blocks:
        text = block.text
        if block.kind in {Kind.BULLET, Kind.ORDERED}:
            below[block.index] = point_owners(text, people)
            sections |= {block.index} if SECTION.match(text) else set()
        if block.zone is not Zone.BODY:
            section, heading_owners = False, ()
        elif block.kind is Kind.HEADING or (block.kind is Kind.PLAIN and len(text) < 90):
            titled = block.kind is Kind.HEADING or text.endswith(":") or block.lines[0].bold
            heading_owners = people.owners(re.sub(r"\([^()]{0,60}\)|:$", "", text)) if titled else ()
            section = bool(SECTION.match(text)) or (section and bool(heading_owners))
        elif block.kind in {Kind.BULLET, Kind.ORDERED}:
            owners = next(filter(None, (below[parent] for parent in reversed(block.parents))), heading_owners)
            if (
                (owners or section or not sections.isdisjoint(block.parents))
                and re.search(r"[^\W\d_]{3}", text)
                and not people.owners(text.rstrip(":"))
            ):
                yield block.index, owners
        else:
            section = section and block.kind is not Kind.PLAIN


def point_owners(text: str, people: People) -> tuple[str, ...]:
    """The owners in a point that holds nothing else: "TODO [Leon]" or "Leon:"."""
    if (todo := TODO.match(text)) and todo["owners"] and not todo["text"]:
        return tuple(name.strip() for name in todo["owners"].split(","))
    return people.owners(text.rstrip(":")) if len(text) < 60 else ()


def table_tasks(blocks: Sequence[Block], day: dt.date | None) -> Iterator[Task]:
    """The rows of tables with a column for the task and one for the person."""
    columns: dict[str, int] = {}
    for block in blocks:
        if block.kind is not Kind.TABLE:
            columns = {}
            continue
        cells = cells_of(block.lines[0].text)
        if not columns:
            columns = task_columns(cells)
        elif block.zone is Zone.BODY and max(columns.values()) < len(cells):
            what, who = cells[columns["what"]], cells[columns["who"]]
            when = find_dates(cells[columns["when"]], day) if "when" in columns else []
            if re.search(r"[^\W\d_]{3}", what):
                names = tuple(name.strip() for name in re.split(r"[,/&+]|\bund\b", who) if name.strip(" -–"))
                number = block.lines[0].number
                yield Task((number, number), what, names, when[0][1] if when else None)


def task_columns(cells: Sequence[str]) -> dict[str, int]:
    patterns = (("what", WHAT), ("who", WHO), ("when", WHEN))
    found = {
        key: next((i for i, cell in enumerate(cells) if pattern.match(cell)), -1) for key, pattern in patterns
    }
    return (
        {key: index for key, index in found.items() if index >= 0}
        if min(found["what"], found["who"]) >= 0
        else {}
    )
