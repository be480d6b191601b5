"""Decisions as rows of a table and as named fields; `docs/exports.md` describes both."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from minutes.decision_record import Record
from minutes.decision_words import DECISION_KINDS, DECISION_STATES, FIELD_LABELS, RESULTS
from portal import chain
from portal.language import local, short_date
from portal.outbox import link, settings

FORMAT = "decisions/1"
"""Grows by new fields only; a field that changes its meaning makes a new number."""

BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows that a CSV file is UTF-8
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Value = str | int | date | None


@dataclass(frozen=True)
class Column:
    """A column of a table; `width` in characters, `wraps` where a cell may have several lines."""

    label: str
    width: int
    wraps: bool = False


def columns() -> list[Column]:
    """The columns in their order, labels in the present language; the first seven fit on a printed page."""
    return [
        Column(_("Nummer"), 15),
        Column(_("Entschieden am"), 13),
        Column(_("Gremium"), 20, wraps=True),
        Column(_("Stand"), 14, wraps=True),
        Column(_("Ausgang"), 16, wraps=True),
        Column(str(FIELD_LABELS["title"]), 38, wraps=True),
        Column(str(FIELD_LABELS["outcome"]), 56, wraps=True),
        Column(str(FIELD_LABELS["conditions"]), 30),
        Column(str(FIELD_LABELS["outline"]), 40),
        Column(str(FIELD_LABELS["arguments"]), 40),
        Column(str(FIELD_LABELS["conclusion"]), 40),
        Column(str(FIELD_LABELS["legal_bases"]), 30),
        Column(str(FIELD_LABELS["topics"]), 24),
        Column(_("Art"), 24),
        Column(_("Ja-Stimmen"), 11),
        Column(_("Nein-Stimmen"), 13),
        Column(_("Enthaltungen"), 13),
        Column(_("Freigegeben am"), 13),
        Column(_("Sitzung am"), 13),
        Column(_("Löst ab"), 15),
        Column(_("Abgelöst durch"), 17),
        Column(_("Zurückgenommen am"), 19),
        Column(_("Grund der Zurücknahme"), 30),
        Column(_("Adresse"), 50),
        Column(_("Prüfsumme des Inhalts"), 30),
    ]


def row_of(record: Record) -> list[Value]:
    """The cells of a decision, in the order of `columns`."""
    decision, step = record.decision, record.withdrawn
    zone = decision.committee.zone
    return [
        decision.number,
        decision.day,
        decision.committee.name,
        str(DECISION_STATES[decision.state]),
        str(RESULTS[decision.result]) if decision.result else None,
        decision.title,
        decision.outcome,
        decision.conditions,
        decision.outline,
        decision.arguments,
        decision.conclusion,
        "; ".join(row.reference for row in decision.legal_bases),
        "; ".join(topic.name for topic in decision.topics),
        str(DECISION_KINDS[decision.kind]),
        decision.votes_yes,
        decision.votes_no,
        decision.votes_abstain,
        decision.released_on,
        record.meeting.day if record.meeting else None,
        record.predecessor.number if record.predecessor else None,
        "; ".join(str(row.number) for row in record.successors),
        local(step.at, zone).date() if step else None,
        step.reason if step else None,
        link("archive.show", number=decision.number),
        record.released.content_digest if record.released else None,
    ]


def fields_of(record: Record) -> dict[str, Any]:
    """The decision as JSON: codes instead of words, so that it is the same in every language."""
    decision, step = record.decision, record.withdrawn
    row = record.released
    return {
        "number": decision.number,
        "address": link("archive.show", number=decision.number),
        "committee": decision.committee.name,
        "committee_code": decision.committee.code,
        "kind": decision.kind.value,
        "state": decision.state.value,
        "audience": decision.audience.value,
        "decided_on": decision.day.isoformat(),
        "released_on": decision.released_on.isoformat(),
        "title": decision.title,
        "result": decision.result.value if decision.result else None,
        "outcome": decision.outcome,
        "conditions": decision.conditions,
        "outline": decision.outline,
        "arguments": decision.arguments,
        "conclusion": decision.conclusion,
        "legal_bases": [each.reference for each in decision.legal_bases],
        "topics": [topic.name for topic in decision.topics],
        "votes": {
            "yes": decision.votes_yes,
            "no": decision.votes_no,
            "abstain": decision.votes_abstain,
        },
        "meeting_on": record.meeting.day.isoformat() if record.meeting else None,
        "supersedes": record.predecessor.number if record.predecessor else None,
        "superseded_by": [other.number for other in record.successors],
        "withdrawn": {"at": chain.stamp(step.at), "reason": step.reason} if step else None,
        "chain": {"sequence": row.sequence, "content": row.content_digest, "digest": row.digest}
        if row
        else None,
    }


def as_fields(found: Sequence[Record], **more: Any) -> dict[str, Any]:
    """A file of decisions as JSON, with the head of the chain at this moment."""
    head = chain.head()
    return {
        "format": FORMAT,
        "portal": settings().name,
        "address": settings().url,
        **more,
        "chain_head": {"sequence": head.sequence, "digest": head.digest} if head else None,
        "decisions": [fields_of(record) for record in found],
    }


def to_csv(found: Sequence[Record]) -> bytes:
    """A table that Excel opens by a double click in German: UTF-8 with its mark, semicolons, no formulas."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([column.label for column in columns()])
    for record in found:
        writer.writerow([_csv_cell(value) for value in row_of(record)])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _csv_cell(value: Value) -> str:
    if isinstance(value, date):
        return short_date(value)
    return harmless(value) if isinstance(value, str) else ("" if value is None else str(value))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before one that begins like it."""
    return f"'{text}" if text.lstrip(" \u00a0\n").startswith(FORMULA_SIGNS) else text
