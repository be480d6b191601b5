"""From an uploaded file to minutes with proposals: convert, read, keep."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

from flask import Flask

from meetings.agenda_guard import guard_blocks
from meetings.meeting import Meeting
from minutes.arrivals import MOST_PROPOSALS, Arrival, ArrivedFile, holds_blocking_data
from minutes.attachments import attach
from minutes.conversion.pdf import pdf_to_words
from minutes.convert import KINDS, OTHER_OFFICE, to_markdown, words_of_office
from minutes.minutes import NAME_LENGTH, NAMES_LENGTH, TIME_LENGTH, Minutes
from minutes.proposals import (
    LINE_LENGTH,
    NUMBER_LENGTH,
    OWNERS_LENGTH,
    VOTE_LENGTH,
    DecisionProposal,
    DeferralProposal,
    ItemProposal,
    Outcome,
    Proposal,
    Strength,
    TaskProposal,
    VoteMode,
)
from minutes.reader import AgendaItem, Decision, Deferral, Reading, Task, read
from minutes.reader.model import Lines
from minutes.reader.model import Meeting as MeetingHead
from minutes.task_closing import propose_closures
from portal import files, witness_files
from portal.database import session
from portal.files import FileRefusedError

P = TypeVar("P", bound=Proposal)

BLOCKING_DATA = "blocking-data"
NEUTRAL_NAME = "protokoll"


def make_minutes(meeting: Meeting, arrival: Arrival, writer_id: int) -> Minutes:
    """A draft of what came in, with the file and what the reader finds in the text, in the current transaction."""
    minutes = Minutes(meeting=meeting, written_by_id=writer_id)
    minutes.write(arrival.text)
    session.add(minutes)
    propose(minutes, arrival.reading)
    if arrival.file is not None:
        _keep(minutes, arrival.file)
    if not guard_blocks(meeting.committee):  # nobody there has looked at what the guard cannot read
        for incoming, title in arrival.attachments:
            with suppress(FileRefusedError):  # the same picture on every page is kept once
                attach(minutes, incoming, title, writer_id, from_document=True)
    session.flush()  # what the reader proposes counts as accepted from now on
    return minutes


def _keep(minutes: Minutes, file: ArrivedFile) -> None:
    """Store the file as it came; a name that could name a client is not kept."""
    name, kind = file.name, file.converted.kind
    if holds_blocking_data(name):
        name = f"{NEUTRAL_NAME}.{kind}"
    minutes.original = files.store(name, file.content, kind, minutes.written_by_id)
    if file.is_blocking:
        minutes.original_note = BLOCKING_DATA


def read_again(minutes: Minutes) -> None:
    """Read a draft's text anew; what was found before is replaced, but nothing that a person entered or touched."""
    propose(minutes, reading_of(minutes))


def reading_of(minutes: Minutes) -> Reading:
    """What the reader finds in the text as it stands."""
    return read(minutes.text, minutes.original.name if minutes.original else "")


def words_of_file(name: str, content: bytes) -> str:
    """The text in a file, for those who show it to the text guard.

    Raises:
        FileRefusedError: the file cannot be read; its words say why.
    """
    return to_markdown(name, content).words


def propose(minutes: Minutes, reading: Reading) -> None:
    """Propose what was read; what stands there by a person's hand stays."""
    _fill_head(minutes, reading.meeting)
    for kind, found in proposals_of(reading).items():
        setattr(minutes, kind, _kept(getattr(minutes, kind), found))
    propose_closures(minutes)


def proposals_of(reading: Reading) -> dict[str, Sequence[Proposal]]:
    """What a reading proposes, by the kind of proposal; not stored yet."""
    return {
        "items": [_item(item) for item in reading.agenda_items],
        "decisions": [_decision(item) for item in reading.decisions],
        "tasks": [_task(item) for item in reading.tasks],
        "deferrals": [_deferral(item) for item in reading.deferred],
    }


def _fill_head(minutes: Minutes, head: MeetingHead) -> None:
    """The head where it is still empty."""
    minutes.dated = minutes.dated or head.date
    minutes.next_meeting = minutes.next_meeting or head.next_meeting
    minutes.chair = minutes.chair or (head.chair or "")[:NAME_LENGTH]
    minutes.minute_taker = minutes.minute_taker or (head.minute_taker or "")[:NAME_LENGTH]
    minutes.began = minutes.began or (head.start or "")[:TIME_LENGTH]
    minutes.ended = minutes.ended or (head.end or "")[:TIME_LENGTH]
    minutes.present = minutes.present or "\n".join(head.present)[:NAMES_LENGTH]
    minutes.excused = minutes.excused or "\n".join(head.excused)[:NAMES_LENGTH]


def _kept(before: Sequence[P], found: Sequence[P]) -> list[P]:
    """What a person touched, in place of what is found in the same line, and all else that is found, in order.

    Nobody checks more than `MOST_PROPOSALS`: of a longer list the beginning is kept.
    """
    rows = [row for row in before if row.by_hand]
    touched = Counter(row.first_line for row in rows)
    for row in found:
        if touched[row.first_line]:
            touched[row.first_line] -= 1
        elif len(rows) < MOST_PROPOSALS:
            rows.append(row)
    rows.sort(key=lambda row: (row.first_line is None, row.first_line or 0))
    for position, row in enumerate(rows):
        row.position = position
    return rows


def _item(item: AgendaItem) -> ItemProposal:
    return ItemProposal(
        number=(item.number or "")[:NUMBER_LENGTH], title=item.title[:LINE_LENGTH], **_place(item.lines)
    )


def _decision(item: Decision) -> DecisionProposal:
    vote, strength = item.vote, Strength(item.strength)
    return DecisionProposal(
        text=item.text,
        outcome=Outcome(item.outcome),
        is_derived=item.derived,
        strength=strength,
        accepted=strength is Strength.FORMAL,
        yes=vote.yes,
        no=vote.no,
        abstain=vote.abstain,
        mode=VoteMode(vote.mode),
        vote_raw=vote.raw[:VOTE_LENGTH],
        rationale=item.rationale or "",
        **_place(item.lines),
    )


def _task(item: Task) -> TaskProposal:
    return TaskProposal(
        text=item.text, owners=", ".join(item.owners)[:OWNERS_LENGTH], due=item.due, **_place(item.lines)
    )


def _deferral(item: Deferral) -> DeferralProposal:
    return DeferralProposal(text=item.text, **_place(item.lines))


def _place(lines: Lines) -> dict[str, int]:
    return {"first_line": lines[0], "last_line": lines[1]}


def init_app(_app: Flask) -> None:
    files.readers.update(dict.fromkeys(KINDS, words_of_file))
    files.readers.update(dict.fromkeys(OTHER_OFFICE, words_of_office))
    witness_files.readers["pdf"] = pdf_to_words
