"""What the last minutes leave to the next agenda: open tasks, and what was deferred."""

import re
from collections.abc import Iterator
from functools import lru_cache

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from meetings import agenda
from meetings.agenda import ITEM_TEXT_LENGTH, ITEM_TITLE_LENGTH, CarriedItem, ItemKind
from meetings.meeting import Meeting
from minutes.minutes import Minutes, MinutesState
from minutes.proposals import DecisionProposal, ItemProposal, Outcome, TaskProposal
from minutes.reader import read
from portal.database import session
from portal.language import short_date

TO_DO = re.compile(r"^TODO:?\s*", re.IGNORECASE)
CASE = re.compile(r"\bF-\d{4}-\d{3,6}\b", re.ASCII)


def left_over(meeting: Meeting) -> list[CarriedItem]:
    """Tasks and deferred decisions of the committee's newest approved minutes of an earlier meeting.

    Agendas are kept in German, whatever language the secretary reads.
    """
    earlier = (
        sa.select(Minutes)
        .join(Minutes.meeting)
        .where(
            Meeting.committee_id == meeting.committee_id,
            Meeting.starts_at < meeting.starts_at,
            Minutes.state == MinutesState.APPROVED,
        )
    )
    minutes = session.scalar(earlier.order_by(Meeting.starts_at.desc(), Minutes.edition.desc()).limit(1))
    if minutes is None:
        return []
    with force_locale("de"):
        day = short_date(minutes.meeting.day)
        decisions = [row for row in minutes.decisions if row.accepted and row.outcome is Outcome.DEFERRED]
        return [
            *_postponed(minutes, day),
            *(_deferred(row, day) for row in decisions),
            *(_task(row, day) for row in minutes.tasks if row.accepted),
        ]


def _postponed(minutes: Minutes, day: str) -> Iterator[CarriedItem]:
    """The items in which the text says that they are left to the next meeting."""
    lines = minutes.text.split("\n")
    items = sorted((row for row in minutes.items if row.accepted and row.first_line), key=_first_line)
    for number in _deferrals(minutes.text):
        origin, words = f"deferred:{minutes.id}:{number}", _("Vertagt in der Sitzung am %(day)s.", day=day)
        case = CASE.search(lines[number - 1])
        around = [row for row in items if _first_line(row) <= number]
        if case:
            yield CarriedItem(origin, case[0], ItemKind.CASE, words, case_reference=case[0])
        elif around:
            yield CarriedItem(origin, _short(around[-1].title), ItemKind.DISCUSSION, words)


def _first_line(row: ItemProposal) -> int:
    return row.first_line or 0


@lru_cache(maxsize=16)
def _deferrals(text: str) -> tuple[int, ...]:
    """The lines, counted from 1, in which something is left to the next meeting; approved texts never change."""
    return tuple(deferral.lines[0] for deferral in read(text).deferred)


def _deferred(row: DecisionProposal, day: str) -> CarriedItem:
    words = _("Vertagt in der Sitzung am %(day)s.", day=day)
    return CarriedItem(f"deferred:{row.id}", _short(row.text), ItemKind.DECISION, _with_rest(row.text, words))


def _task(row: TaskProposal, day: str) -> CarriedItem:
    words = [_("Aufgabe aus der Sitzung am %(day)s.", day=day)]
    if row.owners:
        words.append(_("Zuständig: %(names)s.", names=row.owners))
    if row.due:
        words.append(_("Frist: %(day)s.", day=short_date(row.due)))
    return CarriedItem(
        f"task:{row.id}", _short(row.text), ItemKind.INFORMATION, _with_rest(row.text, " ".join(words))
    )


def _with_rest(text: str, words: str) -> str:
    """The whole text where the title is too short for it."""
    return f"{text}\n\n{words}"[:ITEM_TEXT_LENGTH] if _short(text).endswith("…") else words


def _short(text: str) -> str:
    """A title: the first words, on one line."""
    line = TO_DO.sub("", " ".join(text.split()))
    if len(line) <= ITEM_TITLE_LENGTH:
        return line
    return line[: ITEM_TITLE_LENGTH - 1].rpartition(" ")[0] + "…"


def init_app(_app: Flask) -> None:
    agenda.sources["minutes"] = left_over
