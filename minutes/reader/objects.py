"""What a result is about when its own sentence does not say it.

"Der Antrag wird einstimmig angenommen.": the object is a box headed "Antrag", the motion before it, the
previous point, or the item's title.
"""

import re
from collections.abc import Sequence

from minutes.reader.lines import Kind
from minutes.reader.sentences import Sentence
from minutes.reader.signals import is_pointing

LOOK_BACK = 15
LOOK_BACK_BOX = 40
MOTION = re.compile(
    r"antrag|beantrag|vorschlag|schlägt\b.{0,200}\bvor\b|vorgeschlagen|möge\b.{0,80}beschließen|"
    r"abgestimmt|stimm(?:t|en)\b.{0,200}\bab\b|abstimm|"
    r"zur (?:abstimmung|wahl)|kandid|stellt sich\b.{0,120}\b(?:wahl|verfügung)|beschlussvorlage|"
    r"entlastung|empfiehlt",
    re.IGNORECASE,
)
BOX = re.compile(
    r"(?:(?:go-|initiativ|änderungs)?antrag(?:stext)?|anträge|beschlussfassung|beschluss(?:antrag|vorschlag|vorlage|"
    r"text)|vorschlag)\s*(?::\s*|$)",
    re.IGNORECASE,
)
BOX_BELOW = re.compile(r"\b(?:antrag|anträge|beantragt|vorschlag)\b.{0,300}:$", re.IGNORECASE)
INTRODUCTION = re.compile(
    r"(?:abstimmung(?:sergebnis)?|ergebnis(?: der abstimmung)?|abgestimmt|votum|stimmen)\s*:?$|"
    r".{0,120}\bwie folgt\b.{0,20}:$|.{0,80}abstimmung.{0,20}:$",
    re.IGNORECASE,
)
SKIPPED = re.compile(rf"begründung\s*:|{INTRODUCTION.pattern}", re.IGNORECASE)


def object_of(sentence: Sentence, sentences: Sequence[Sentence], used: set[int]) -> list[Sentence]:
    """What a pointing result is about: a box, a motion, the sentence before, else the item's title."""
    before: list[Sentence] = []
    for other in reversed(sentences[max(0, sentence.index - LOOK_BACK_BOX) : sentence.index]):
        if (
            other.index in used
            or other.block.item != sentence.block.item
            or other.block.zone is not sentence.block.zone
        ):
            break
        before.append(other)
    for position, other in enumerate(before):
        if INTRODUCTION.match(other.text):
            continue
        if BOX.match(other.text) or (BOX_BELOW.search(other.text) and position):
            return boxed(other, before[:position][::-1])
    for other in before[:LOOK_BACK]:
        if (
            other.block.kind is not Kind.HEADING
            and MOTION.search(other.text)
            and not is_pointing(other.text, None)
            and not INTRODUCTION.match(other.text)
        ):
            return [other]
    return [other for other in before if not SKIPPED.match(other.text)][:1]


def boxed(label: Sentence, after: Sequence[Sentence]) -> list[Sentence]:
    """The text of a box: behind its label, or the paragraph below it and what that introduces."""
    box = BOX.match(label.text)
    about = [label] if box and label.text[box.end() :] else []
    for other in after:
        same = not about or other.block.index == about[-1].block.index
        introduced = bool(about) and (
            about[-1].text.endswith(":") or "§" in {other.text[:1], about[-1].text[:1]}
        )
        if (INTRODUCTION.match(other.text) and not same) or not (same or introduced):
            break
        about.append(other)
    return about
