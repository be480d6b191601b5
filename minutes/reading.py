"""From an uploaded file to minutes with proposals: convert, read, keep."""

from datetime import date
from typing import Any

from flask import Flask

from meetings.meeting import Meeting
from minutes.convert import KINDS, ConversionError, to_markdown
from minutes.minutes import (
    LINE_LENGTH,
    OWNERS_LENGTH,
    DecisionProposal,
    ItemProposal,
    Minutes,
    Outcome,
    TaskProposal,
    VoteMode,
)
from minutes.reader import read
from portal import files
from portal.database import session
from portal.textguard import scan

BLOCKING_DATA = "blocking-data"
NEUTRAL_NAME = "protokoll"


def make_minutes(meeting: Meeting, text: str, writer_id: int) -> Minutes:
    """A draft with that text and what the reader finds in it, in the current transaction."""
    minutes = Minutes(meeting=meeting, written_by_id=writer_id)
    minutes.write(text)
    propose(minutes)
    session.add(minutes)
    session.flush()  # what the reader proposes counts as accepted from now on
    return minutes


def keep_original(minutes: Minutes, name: str, content: bytes, kind: str) -> None:
    """Store the file as it came; a name that could name a client is not kept."""
    if any(finding.blocking for finding in scan(name)):
        name = f"{NEUTRAL_NAME}.{kind}"
    minutes.original = files.store(name, content, kind, minutes.written_by_id)
    if any(finding.blocking for finding in scan(minutes.text)):
        minutes.original_note = BLOCKING_DATA


def convert(name: str, content: bytes) -> tuple[str, str]:
    """Markdown and kind of an uploaded file.

    Raises:
        ConversionError: the file cannot be taken; the message says why and what to do.
    """
    converted = to_markdown(name, content)
    return converted.markdown, converted.kind


def words_of_file(name: str, content: bytes) -> str:
    """The text in a file, for those who show it to the text guard.

    Raises:
        UnreadableError: the file cannot be read; its words say why.
    """
    try:
        return to_markdown(name, content).markdown
    except ConversionError as error:
        raise files.UnreadableError(error.message) from error


def propose(minutes: Minutes) -> None:
    """Read the text anew; what was proposed before is replaced."""
    found = read(minutes.text).as_json()
    minutes.items = [
        ItemProposal(
            position=position,
            number=str(item["number"] or "")[:20],
            title=item["title"][:LINE_LENGTH],
            first_line=_first_line(item),
        )
        for position, item in enumerate(found["agenda_items"])
    ]
    minutes.decisions = [
        _decision(position, item)
        for position, item in enumerate(found["decisions"])
        if item.get("strength", "formal") == "formal"
    ]
    minutes.tasks = [
        TaskProposal(
            position=position,
            text=item["text"],
            owners=", ".join(item["owners"])[:OWNERS_LENGTH],
            due=date.fromisoformat(item["due"]) if item["due"] else None,
            first_line=_first_line(item),
        )
        for position, item in enumerate(found["tasks"])
    ]


def _decision(position: int, item: dict[str, Any]) -> DecisionProposal:
    vote = item["vote"]
    outcome = item["outcome"]
    return DecisionProposal(
        position=position,
        text=item["text"],
        outcome=Outcome(outcome) if outcome in set(Outcome) else Outcome.NOT_STATED,
        yes=vote["yes"],
        no=vote["no"],
        abstain=vote["abstain"],
        mode=VoteMode(vote["mode"]),
        rationale=_words(item.get("rationale")),
        first_line=_first_line(item),
    )


def _words(value: Any) -> str:
    return str(value.get("text", "") if isinstance(value, dict) else value or "")


def _first_line(item: dict[str, Any]) -> int | None:
    return item["lines"][0] if item.get("lines") else None


def init_app(_app: Flask) -> None:
    files.readers.update(dict.fromkeys(KINDS, words_of_file))
