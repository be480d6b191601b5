"""What can be read out of minutes. Line numbers are counted from 1 in the text that was read."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

Lines = tuple[int, int]
Mode = Literal["counts", "unanimous", "consensus", "majority", "partial", "not_recorded"]
Outcome = Literal["adopted", "rejected", "not_stated"]
Strength = Literal["formal", "stated"]


@dataclass(frozen=True)
class Meeting:
    """The head of the minutes; None and () where the text does not tell."""

    title: str | None = None
    date: dt.date | None = None
    start: str | None = None
    end: str | None = None
    chair: str | None = None
    minute_taker: str | None = None
    present: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    next_meeting: dt.date | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "date": self.date.isoformat() if self.date else None,
            "start": self.start,
            "end": self.end,
            "chair": self.chair,
            "minute_taker": self.minute_taker,
            "present": list(self.present),
            "excused": list(self.excused),
            "next_meeting": self.next_meeting.isoformat() if self.next_meeting else None,
        }


@dataclass(frozen=True)
class AgendaItem:
    """An item that was treated; `number` as written ("TOP 3", "6a"), None without one; level 1 or 2."""

    number: str | None
    title: str
    lines: Lines
    level: int = 1

    def as_json(self) -> dict[str, Any]:
        return {"number": self.number, "title": self.title, "lines": list(self.lines)}


@dataclass(frozen=True)
class Vote:
    """A vote as recorded: a count that the text does not give is None, never guessed."""

    yes: int | None = None
    no: int | None = None
    abstain: int | None = None
    mode: Mode = "not_recorded"
    raw: str = ""

    @property
    def has_counts(self) -> bool:
        return (self.yes, self.no, self.abstain) != (None, None, None)

    def as_json(self) -> dict[str, Any]:
        return {"yes": self.yes, "no": self.no, "abstain": self.abstain, "mode": self.mode, "raw": self.raw}


@dataclass(frozen=True)
class Decision:
    """A decision, formal (an act or a vote) or merely stated; `derived`: only the counts tell the outcome."""

    lines: Lines
    text: str
    outcome: Outcome
    strength: Strength = "formal"
    vote: Vote = field(default_factory=Vote)
    rationale: str | None = None
    derived: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "lines": list(self.lines),
            "text": self.text,
            "outcome": self.outcome,
            "strength": self.strength,
            "vote": self.vote.as_json(),
            "rationale": self.rationale,
        }


@dataclass(frozen=True)
class Task:
    """Who does what by when; `owners` as written, empty when nobody is named."""

    lines: Lines
    text: str
    owners: tuple[str, ...] = ()
    due: dt.date | None = None

    def as_json(self) -> dict[str, Any]:
        due = self.due.isoformat() if self.due else None
        return {"lines": list(self.lines), "owners": list(self.owners), "due": due, "text": self.text}


@dataclass(frozen=True)
class Deferral:
    """A matter put off to another time."""

    lines: Lines
    text: str

    def as_json(self) -> dict[str, Any]:
        return {"lines": list(self.lines), "text": self.text}


@dataclass(frozen=True)
class Reading:
    """All that was read out of one text, in its order; a proposal for a person to correct."""

    meeting: Meeting = field(default_factory=Meeting)
    agenda_items: tuple[AgendaItem, ...] = ()
    decisions: tuple[Decision, ...] = ()
    tasks: tuple[Task, ...] = ()
    deferred: tuple[Deferral, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "meeting": self.meeting.as_json(),
            "agenda_items": [item.as_json() for item in self.agenda_items],
            "decisions": [decision.as_json() for decision in self.decisions],
            "tasks": [task.as_json() for task in self.tasks],
            "deferred": [deferral.as_json() for deferral in self.deferred],
        }
