"""Council minutes: boxes "Beschluss:" and "Abstimmungsergebnis:", then the debate word for word.

Where minutes have such boxes only they decide; what members say in the debate ("Wir stimmen zu") never does.
"""

import re
from collections.abc import Iterator, Sequence
from functools import reduce

from minutes.reader.lines import Kind, Line, joined
from minutes.reader.model import Decision, Deferral, Outcome, Task, Vote
from minutes.reader.votes import derived_outcome, find_vote
from minutes.reader.zones import LISTED

RESULT = re.compile(
    r"(?:abstimmungsergebnis|abstimmung|ergebnis der abstimmung)(?: (?:über|zu)[rm]? [^:.]{3,60})?\s*:\s*",
    re.IGNORECASE,
)
RESOLUTION = re.compile(
    r"(?:beschluss|beschlüsse|beschlussfassung|beschlusstext|entscheidung)\s*:\s*", re.IGNORECASE
)
PART_RESULT = re.compile(
    r"(?:ziffern?|nrn?\.|zu (?:ziffer )?|punkte?|absatz)\s*(\d+(?:\s*(?:,|und|bis|-|–)\s*\d+)*)\s*:?\s*",
    re.IGNORECASE,
)
PART = re.compile(r"\s*(\d{1,2})[.)]\s+")
NO_VOTE = re.compile(
    r"keine (?:abstimmung|beschlussfassung)|ohne abstimmung|kenntnisnahme|zur kenntnis|"
    r"nicht abgestimmt|erledigt|entfällt|zurückgezogen",
    re.IGNORECASE,
)
PUT_OFF = re.compile(
    r"vertagt|vertagung|verwiesen|verweisung|zurückgestellt|abgesetzt|absetzung|verschoben", re.IGNORECASE
)
REJECTED = re.compile(r"ablehnung|abgelehnt|keine mehrheit", re.IGNORECASE)
COUNCIL = re.compile(
    r"gemeinder[aä]t|stadtr[aä]t|ratsmitglied|ortschaftsrat|kreistag|bürgermeister|fraktion|"
    r"niederschrift",
    re.IGNORECASE,
)
DEBATED = re.compile(
    r"(?:(?:Stadt|Gemeinde|Kreis|Orts)\w*r[aä]t\w*|(?:Ober)?[Bb]ürgermeister\w*|D(?:er|ie) Vorsitzende|"
    r"Ausschussmitglied)\b[^:.]{0,80}:(?:\s|$)|.{0,120}\bzur Behandlung auf\b|Zur Beurkundung|\((?:Beifall|Zuruf)"
)
PROMISED = re.compile(r"Die \w*[Vv]erwaltung sagt\b.{0,80}\bzu\b")
LONGEST_BOX = 120
RESULT_LINES = 12


def has_boxes(lines: Sequence[Line]) -> bool:
    """Whether these are a council's minutes; in other minutes such labels stand beside running text."""
    if not any(COUNCIL.search(line.text) for line in lines):
        return False
    return any(RESULT.match(line.text) for line in lines) and any(
        RESOLUTION.match(line.text) for line in lines
    )


def is_debated(lines: Sequence[Line]) -> bool:
    """Whether the minutes repeat a debate, in which everybody may say anything."""
    return any(DEBATED.match(line.text) for line in lines)


def sure_in_debate(
    decisions: Sequence[Decision], tasks: Sequence[Task]
) -> tuple[list[Decision], list[Task], list[Deferral]]:
    """What is certain beside the boxes where members may say anything: counted results and promises."""
    counted = [each for each in decisions if each.vote.yes is not None and each.vote.no is not None]
    return (
        [decision for decision in counted if not decision.derived],
        [task for task in tasks if PROMISED.match(task.text)],
        [],
    )


def council_decisions(lines: Sequence[Line]) -> tuple[list[Decision], list[Deferral]]:
    """The decisions of all boxes, one for each part that was voted on separately."""
    decisions: list[Decision] = []
    deferred: list[Deferral] = []
    for text, result in boxes(lines):
        span = ((text or result)[0].number, result[-1].number)
        said = RESULT.sub("", " ".join(line.text for line in result), count=1)
        if not text:
            deferred.append(Deferral(span, said))
        elif PUT_OFF.search(said) or (PUT_OFF.search(words_of(text)) and NO_VOTE.search(said)):
            deferred.append(Deferral(span, words_of(text)))
        else:
            decisions += parts_of(text, result) or [decision(span, words_of(text), said)]
    return decisions, deferred


def boxes(lines: Sequence[Line]) -> Iterator[tuple[list[Line], list[Line]]]:
    """Pairs of the lines of a resolution and of its result; what is put off may have no resolution."""
    text: list[Line] = []
    for position, line in enumerate(lines):
        if RESOLUTION.match(line.text):
            text = [line] if RESOLUTION.sub("", line.text, count=1) else []
            text += [
                other for other in until_result(lines[position + 1 : position + LONGEST_BOX]) if other.text
            ]
        elif RESULT.match(line.text):
            result = result_lines(lines, position)
            if text or any(PUT_OFF.search(other.text) for other in result):
                yield text, result
            text = []


def boxed(lines: Sequence[Line]) -> frozenset[int]:
    """The numbers of the lines in boxes, and of those that only label one."""
    labels = (line for line in lines if RESOLUTION.fullmatch(line.text) or RESULT.fullmatch(line.text))
    return frozenset(
        line.number for part in (*(part for box in boxes(lines) for part in box), labels) for line in part
    )


def until_result(lines: Sequence[Line]) -> Iterator[Line]:
    for line in lines:
        if RESULT.match(line.text) or RESOLUTION.match(line.text) or line.kind is Kind.HEADING:
            return
        yield line


def result_lines(lines: Sequence[Line], position: int) -> list[Line]:
    """The label's line and those below it up to the first gap; behind a result only more of it."""
    found = [lines[position]]
    told = bool(RESULT.sub("", lines[position].text))
    for line in lines[position + 1 : position + RESULT_LINES]:
        if line.kind is Kind.BLANK and (len(found) > 1 or told):
            break
        if told and not (PART_RESULT.match(line.text) or find_vote(line.text)):
            break
        if line.kind in LISTED | {Kind.PLAIN}:
            found.append(line)
    return found


def words_of(lines: Sequence[Line]) -> str:
    return reduce(joined, (RESOLUTION.sub("", line.raw.strip(), count=1) for line in lines)).strip()


def parts_of(text: Sequence[Line], result: Sequence[Line]) -> list[Decision]:
    """One decision for each part of the resolution that has a result of its own."""
    results: dict[int, str] = {}
    for line in result:
        words = RESULT.sub("", line.text, count=1)
        if found := PART_RESULT.match(words):
            results |= dict.fromkeys(numbers_in(found[1]), words)
    parts: dict[int, list[Line]] = {}
    current = 0
    for line in text:
        if found := PART.match(line.raw):
            current = int(found[1])
        if current:
            parts.setdefault(current, []).append(line)
    return [
        decision((parts[part][0].number, parts[part][-1].number), words_of(parts[part]), said)
        for part, said in results.items()
        if part in parts
    ]


def numbers_in(text: str) -> list[int]:
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if re.search(r"bis|-|–", text) and len(numbers) == 2:
        return list(range(numbers[0], numbers[1] + 1))
    return numbers


def decision(span: tuple[int, int], text: str, said: str) -> Decision:
    if NO_VOTE.search(said):
        return Decision(span, text, "not_stated", "stated", Vote(raw=said))
    found = find_vote(said)
    vote = found.vote if found else Vote()
    outcome: Outcome = (
        "rejected"
        if REJECTED.search(said) and not re.search(r"zustimm|zugestimmt", said, re.IGNORECASE)
        else "adopted"
    )
    if vote.yes is not None and vote.no is not None:
        outcome = derived_outcome(vote)
    return Decision(span, text, outcome, "formal", vote)
