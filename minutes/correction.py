"""What a person corrects in minutes: as they saw it, as they want it, and how that is stored."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from minutes.line_moves import LineMoves
from minutes.minutes import HEAD, Minutes
from minutes.proposals import (
    ClosureProposal,
    DecisionProposal,
    DeferralProposal,
    ItemProposal,
    Proposal,
    TaskProposal,
)
from portal.database import session

Row = dict[str, Any]
Content = dict[str, Any]
"""The `text`, the fields of the head, and for each kind of proposal a list of rows with their `id`."""

FIELDS = {
    "decisions": ("accepted", "text", "outcome", "mode", "yes", "no", "abstain", "rationale"),
    "tasks": ("accepted", "text", "owners", "due"),
    "deferrals": ("accepted", "text"),
    "closures": ("accepted",),
    "items": ("accepted", "number", "title"),
}
"""What a person may change of each kind of proposal."""
MODELS: dict[str, type[Any]] = {
    "decisions": DecisionProposal,
    "tasks": TaskProposal,
    "deferrals": DeferralProposal,
    "closures": ClosureProposal,
    "items": ItemProposal,
}
WORDING = {"decisions": "text", "tasks": "text", "deferrals": "text", "items": "title"}
"""The field without which there is no such proposal."""
LONG = {"text", "rationale", "present", "excused"}
DATES = {"dated", "next_meeting", "due"}
SALT = "correction"


def plain(name: str, value: Any) -> Any:
    """A value as it comes back from a browser in which nobody changed it."""
    if not isinstance(value, str):
        return value
    if name not in LONG:
        return " ".join(value.split())
    return value.replace("\r\n", "\n").replace("\r", "\n")


def content_of(minutes: Minutes) -> Content:
    """Everything of minutes that a person may correct."""
    content: Content = {name: plain(name, getattr(minutes, name)) for name in ("text", *HEAD)}
    for kind, names in FIELDS.items():
        content[kind] = [
            {"id": row.id, "first_line": row.first_line}
            | {name: plain(name, getattr(row, name)) for name in names}
            for row in getattr(minutes, kind)
        ]
    return content


def seal(minutes_id: int, content: Content) -> str:
    """What somebody was shown, to be carried by their form: sealed, as only its own minutes take it back."""
    return _serializer(minutes_id).dumps(_with_dates(content, lambda day: day.isoformat()))


def unseal(minutes_id: int, sealed: str) -> Content | None:
    """What somebody was shown when they opened the form; None where that cannot be told any more."""
    try:
        content = _serializer(minutes_id).loads(sealed)
    except BadData:
        return None
    return _with_dates(content, date.fromisoformat)


def _serializer(minutes_id: int) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"{SALT}:{minutes_id}")


def _with_dates(values: Mapping[str, Any], convert: Any) -> dict[str, Any]:
    """A copy in which the dates are converted, for JSON knows none."""
    copy = dict(values)
    for name, value in values.items():
        if name in DATES and value is not None:
            copy[name] = convert(value)
        elif isinstance(value, list):
            copy[name] = [_with_dates(row, convert) for row in value]
    return copy


def store(minutes: Minutes, wanted: Content, writer_id: int) -> bool:
    """Take over what a person wants otherwise, in the current transaction; returns whether that was anything.

    Rows are found by their id; a row that is new gets one. What a person touched is `by_hand` from then on. What
    the form does not show stays: the words of the vote, the strength, the place in the text, which follows when
    lines above it come or go.
    """
    before = content_of(minutes)
    if wanted["text"] != before["text"]:
        _follow(minutes, before["text"], wanted["text"])
        minutes.write(wanted["text"])
    for name in HEAD:
        if wanted[name] != before[name]:
            setattr(minutes, name, wanted[name])
    is_changed = any(wanted[name] != before[name] for name in ("text", *HEAD))
    for kind in FIELDS:
        is_changed = _store_rows(minutes, kind, wanted[kind]) or is_changed
    if is_changed:
        minutes.worked_on_by(writer_id)
        session.flush()
    return is_changed


def _store_rows(minutes: Minutes, kind: str, wanted: Sequence[Row]) -> bool:
    stored: list[Proposal] = getattr(minutes, kind)
    rows = {row.id: row for row in stored}
    is_changed = False
    for values in wanted:
        row, wording = rows.get(values["id"]), WORDING.get(kind)
        has_words = wording is None or bool(values[wording])
        if row is None:
            changes = wording is not None and has_words and _add(stored, kind, values)
        elif has_words:
            changes = _change(row, {name: values[name] for name in FIELDS[kind]})
        else:
            changes = _discard(stored, row)
        is_changed = is_changed or changes
    return is_changed


def _add(stored: list[Proposal], kind: str, values: Row) -> bool:
    position = max((row.position for row in stored), default=-1) + 1
    row = MODELS[kind](**{name: values[name] for name in FIELDS[kind]}, position=position, by_hand=True)
    stored.append(row)
    session.flush()
    values["id"] = row.id
    return True


def _discard(stored: list[Proposal], row: Proposal) -> bool:
    """A row without words: what a person had added goes, what was read is refused and keeps its words."""
    if row.first_line is None:
        stored.remove(row)
        return True
    return _change(row, {"accepted": False})


def _change(row: Proposal, values: Row) -> bool:
    changed = {name: value for name, value in values.items() if plain(name, getattr(row, name)) != value}
    if "outcome" in changed:
        changed["is_derived"] = False
    for name, value in changed.items():
        setattr(row, name, value)
    row.by_hand = row.by_hand or bool(changed)
    return bool(changed)


def _follow(minutes: Minutes, before: str, after: str) -> None:
    """Let proposals and comments point to the same words in the changed text."""
    moves = LineMoves(before, after)
    for kind in FIELDS:
        for row in getattr(minutes, kind):
            row.first_line, row.last_line = moves.span(row.first_line, row.last_line)
    for comment in minutes.comments:
        comment.first_line = moves.span(comment.first_line, comment.first_line)[0]
