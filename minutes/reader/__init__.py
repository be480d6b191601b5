"""Read minutes: the meeting's head, items, decisions with votes, tasks and deferrals out of their text.

Nothing is invented and nothing is final: a reading is a proposal that the secretary corrects.
"""

import re

from minutes.reader.agenda import skeleton
from minutes.reader.council import boxed, council_decisions, has_boxes, is_debated, sure_in_debate
from minutes.reader.decisions import decisions_of
from minutes.reader.deferrals import deferrals_of
from minutes.reader.head import meeting_of
from minutes.reader.item_tables import unfolded
from minutes.reader.lines import parse
from minutes.reader.model import AgendaItem, Decision, Deferral, Meeting, Reading, Task, Vote
from minutes.reader.people import people_of
from minutes.reader.sentences import blocks_of, outside, sentences_of
from minutes.reader.tasks import tasks_of

__all__ = ["AgendaItem", "Decision", "Deferral", "Meeting", "Reading", "Task", "Vote", "read"]

GERMAN = re.compile(
    r"\b(?:der|die|das|und|ist|wird|nicht|ein|eine|mit|für|auf|von|zu|im|wir|den|dem)\b", re.IGNORECASE
)
ENGLISH = re.compile(r"\b(?:the|and|of|to|is|for|that|we|on|with|be|are|this|it|will)\b", re.IGNORECASE)
SAMPLE_CHARACTERS = 50_000


def read(text: str, file_name: str = "") -> Reading:
    """Read the minutes in `text` (Markdown or plain, German); `file_name` may tell the date.

    Of texts in English only head and items are read: rules for German would find decisions that are none.
    """
    lines = unfolded(parse(text))
    frame = skeleton(lines)
    people = people_of(lines)
    meeting = meeting_of(lines, frame, file_name, people)
    if not is_german(text):
        return Reading(meeting, frame.items)
    blocks = blocks_of(lines, frame)
    sentences = sentences_of(blocks)
    in_boxes: tuple[list[Decision], list[Deferral]] = ([], [])
    if has_boxes(lines):
        in_boxes = council_decisions(lines)
        sentences = outside(sentences, boxed(lines))
    decisions = decisions_of(sentences, blocks, f"{meeting.title} {file_name}", meeting.date)
    tasks = tasks_of(sentences, blocks, people, meeting.date)
    deferred = deferrals_of(sentences)
    if has_boxes(lines) and is_debated(lines):
        decisions, tasks, deferred = sure_in_debate(decisions, tasks)
    decisions = sorted([*in_boxes[0], *decisions], key=lambda decision: decision.lines)
    return Reading(meeting, frame.items, tuple(decisions), tuple(tasks), (*in_boxes[1], *deferred))


def is_german(text: str) -> bool:
    sample = text[:SAMPLE_CHARACTERS]
    return len(GERMAN.findall(sample)) >= len(ENGLISH.findall(sample))
