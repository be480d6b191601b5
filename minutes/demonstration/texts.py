"""The texts of the invented demonstration, read from the plain files beside this module; no rows here."""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TypedDict

CONDITION = re.compile(r"\b(?:wenn|sofern|soweit|solange)\b")


@dataclass(frozen=True)
class AgencyText:
    slug: str
    name: str
    short_name: str
    kind: str
    description: str


@dataclass(frozen=True)
class PersonText:
    """A person; `account` names the five fixed sign-ins, and the administrator belongs to no agency."""

    first_name: str
    last_name: str
    email: str
    committees: Mapping[str, str] = field(default_factory=dict)  # slug: member, secretary or chair
    agency: str | None = None
    role: str | None = None
    account: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class RuleText:
    """A weekday (0 is Monday) in a week of every month, or of the first, second or third month of every quarter."""

    week: int
    weekday: int
    starts: time
    minutes: int
    place: str
    frequency: str = "quarterly"
    month_of_quarter: int = 1
    avoids_school_holidays: bool = False


@dataclass(frozen=True)
class ProcedureText:
    """Duty, days and quorum; `items` are the standing items as (kind, minutes, title)."""

    duty: str
    items: Sequence[tuple[str, int, str]]
    invitation_days: int = 14
    proposals_days: int = 10
    agenda_days: int = 7
    minutes_days: int = 14
    quorum: int | None = None


@dataclass(frozen=True)
class BlockedText:
    """Days without meetings, counted from the day on which the demonstration is filled."""

    name: str
    in_days: int
    days: int


@dataclass(frozen=True)
class CommitteeText:
    slug: str
    code: str
    name: str
    kind: str
    description: str
    rule: RuleText
    procedure: ProcedureText
    blocked: Sequence[BlockedText]


@dataclass(frozen=True)
class RoomText:
    name: str
    capacity: int
    note: str = ""


@dataclass(frozen=True)
class DeputyText:
    """Who stands in for whom; days count from the day on which the demonstration is filled."""

    person: str
    stands_in_for: str
    committee: str
    since_days_ago: int
    days_left: int


@dataclass(frozen=True)
class World:
    city: str
    river: str
    districts: Sequence[str]
    programme: str
    programme_description: str
    agencies: Sequence[AgencyText]
    rooms: Sequence[RoomText]
    committees: Sequence[CommitteeText]
    people: Sequence[PersonText]
    deputies: Sequence[DeputyText]


@dataclass(frozen=True)
class DecisionText:
    """A decision; `supersedes` is a position in `decisions()`, `minutes` the name of a minutes file."""

    committee: str
    kind: str
    title: str
    result: str
    outcome: str
    outline: str
    arguments: str
    conclusion: str
    legal_bases: Sequence[str]
    topics: Sequence[str]
    supersedes: int | None = None
    minutes: str | None = None
    released: bool = True
    with_findings: bool = False


@dataclass(frozen=True)
class AgendaText:
    """An item for the agenda of a coming meeting, counted from the next one; `proposed_by` is an address."""

    committee: str
    meeting: int
    kind: str
    title: str
    text: str = ""
    minutes: int | None = None
    case_reference: str = ""
    proposed_by: str | None = None
    is_proposal: bool = False


@dataclass(frozen=True)
class ProblemGroupText:
    """A pattern that a case group found, with the steering committee's answer where there is one."""

    committee: str
    title: str
    text: str
    answer: str = ""


@dataclass(frozen=True)
class MinutesText:
    """Minutes in Markdown; a committee's numbers run from its oldest meeting upwards."""

    committee: str
    number: int
    text: str

    def dated(self, held: date, following: date) -> str:
        """The text with the days of the meeting and of the next one, and due dates three weeks ahead."""
        from babel.dates import format_date

        days = [format_date(day, "long", locale="de") for day in (held, following)]
        return self.text.format(date=days[0], next=days[1], soon=held + timedelta(weeks=3))


@cache
def world() -> World:
    """The city, its office, agencies, committees and people."""
    source = _table("world.toml")
    parts = {
        "agencies": [AgencyText(**row) for row in source["agencies"]],
        "rooms": [RoomText(**row) for row in source["rooms"]],
        "committees": [_committee(row) for row in source["committees"]],
        "people": [PersonText(**row) for row in source["people"]],
        "deputies": [DeputyText(**row) for row in source["deputies"]],
    }
    return World(**source | parts)


def _committee(row: dict[str, Any]) -> CommitteeText:
    parts = {
        "rule": RuleText(**row["rule"]),
        "procedure": ProcedureText(**row["procedure"]),
        "blocked": [BlockedText(**each) for each in row.get("blocked", [])],
    }
    return CommitteeText(**row | parts)


@cache
def decisions() -> Sequence[DecisionText]:
    """The decisions written by hand, oldest first within a committee, some of them drafts."""
    rows = _table("decisions.toml")["decisions"]
    fields = ("outline", "arguments", "conclusion")
    return [DecisionText(**row | {name: row[name].strip() for name in fields}) for row in rows]


@cache
def agenda_items() -> Sequence[AgendaText]:
    """What stands on the next agendas, in its order, besides standing items."""
    return [AgendaText(**row) for row in _table("agendas.toml")["items"]]


@cache
def problem_groups() -> Sequence[ProblemGroupText]:
    rows = _table("agendas.toml")["problem_groups"]
    return [ProblemGroupText(**{name: text.strip() for name, text in row.items()}) for row in rows]


@cache
def minutes() -> Sequence[MinutesText]:
    """The minutes by committee and number."""
    found = []
    for file in files(__package__).joinpath("minutes").iterdir():
        committee, _, number = file.name.removesuffix(".md").rpartition("-")
        found.append(MinutesText(committee, int(number), file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda text: (text.committee, text.number))


def bulk_decision(rng: random.Random, committee: str | None = None) -> DecisionText:
    """A released decision out of building blocks; the same state of the generator gives the same text.

    Without a committee, one is drawn too.
    """
    blocks = _table("sentences.toml")
    theme = rng.choice(blocks["themes"])
    committee = committee or rng.choices(*zip(*theme["committees"].items(), strict=True))[0]
    kind = rng.choice(blocks["kinds"][committee])
    form = rng.choice(blocks["forms"][kind])
    cases = rng.choice([group for name in theme["groups"] for group in blocks["groups"][name]])
    words = {slot: rng.choice(choices) for slot, choices in blocks["slots"].items()}
    words |= dict(zip(("group", "gen", "dat"), cases, strict=True))
    words |= {"cond": rng.choice(theme["conditions"]), "evidence": rng.choice(theme["evidence"])}
    outcome = _sentence(rng.choice(form["outcomes"]), words)
    return DecisionText(
        committee=committee,
        kind=kind,
        title=_sentence(rng.choice(form["titles"]), words),
        result="conditional" if CONDITION.search(outcome) else "granted",
        outcome=outcome,
        **_rationale(rng, (blocks["general"], theme), words),
        legal_bases=[*rng.sample(theme["legal_bases"], 2), rng.choice(blocks["general"]["legal_bases"])],
        topics=[theme["topic"], *form.get("topics", [])],
    )


class _Rationale(TypedDict):
    arguments: str
    outline: str
    conclusion: str


def _rationale(
    rng: random.Random, sources: Sequence[Mapping[str, Any]], words: Mapping[str, str]
) -> _Rationale:
    def drawn(part: str, *counts: int) -> list[str]:
        drawings = (rng.sample(source[part], count) for source, count in zip(sources, counts, strict=True))
        return [_sentence(pattern, words) for patterns in drawings for pattern in patterns]

    arguments = enumerate(drawn("arguments", rng.randint(1, 2), 2), 1)
    return {
        "arguments": "\n".join(f"{n}. {text}" for n, text in arguments),
        "outline": " ".join(drawn("outlines", rng.randint(1, 2), 1)),
        "conclusion": " ".join(drawn("conclusions", rng.randint(2, 3), 1)),
    }


def _sentence(pattern: str, words: Mapping[str, str]) -> str:
    text = pattern.format_map(words)
    return text[0].upper() + text[1:]


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
