"""What minutes leave to the next agenda: what was deferred and not taken up since, and the committee's open tasks."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from meetings import agenda
from meetings.agenda import ITEM_TEXT_LENGTH, ITEM_TITLE_LENGTH, AgendaItem, CarriedItem, ItemKind
from meetings.meeting import Meeting, MeetingState
from minutes.editions import is_superseded
from minutes.minutes import Minutes, MinutesState
from minutes.proposals import DecisionProposal, ItemProposal, Outcome
from minutes.task_owners import names_in
from minutes.tasks import Task, TaskState, by_urgency
from portal.clock import today
from portal.database import session
from portal.language import short_date

LOOKING_BACK = timedelta(days=366)
"""What was deferred longer ago, nobody waits for."""
CASE = re.compile(r"\bF-\d{4}-\d{3,6}\b", re.ASCII)
MOST_TASKS = 100
ROOM_FOR_THE_REST = 60  # characters


def left_over(meeting: Meeting) -> list[CarriedItem]:
    """What could stand on the agenda of a meeting, in German, whatever language the secretary reads."""
    with force_locale("de"):
        return [*_deferred(meeting), *_open_tasks(meeting)]


def _open_tasks(meeting: Meeting) -> Iterator[CarriedItem]:
    """All open tasks as one item, most urgent first, as far as they fit: nobody wants thirty items of them."""
    ours = sa.select(Task).where(Task.committee_id == meeting.committee_id, Task.state == TaskState.OPEN)
    wanted = ours.order_by(*by_urgency()).options(selectinload(Task.people)).limit(MOST_TASKS)
    tasks = session.scalars(wanted).all()
    if tasks:
        title = _("Offene Aufgaben (Stand %(day)s)", day=short_date(today(meeting.committee.zone)))
        text = _fitting([_line(task) for task in tasks])
        yield CarriedItem(f"tasks:{meeting.id}", title, ItemKind.INFORMATION, text)


def _line(task: Task) -> str:
    words = [" ".join(task.text.split())]
    if not all(name in words[0] for name in names_in(task.who)):
        words.append(_("Zuständig: %(names)s.", names=task.who))
    if task.due:
        late = _("Frist war: %(day)s.", day=short_date(task.due))
        words.append(late if task.is_overdue else _("Frist: %(day)s.", day=short_date(task.due)))
    return "– " + " – ".join(words)


def _fitting(lines: list[str]) -> str:
    """The lines, each shortened where need be; how many there are besides, when not all of them fit."""
    text = ""
    for position, line in enumerate(lines):
        more = _shortened(line, ITEM_TEXT_LENGTH // 8) + "\n"
        if len(text) + len(more) > ITEM_TEXT_LENGTH - ROOM_FOR_THE_REST:
            rest = len(lines) - position
            return text + str(ngettext("Und eine weitere.", "Und %(num)d weitere.", rest))
        text += more
    return text.rstrip()


def _deferred(meeting: Meeting) -> Iterator[CarriedItem]:
    """What the newest editions of earlier minutes put off, each matter once, newest first.

    What was taken up between the two meetings is left out: it stands on an agenda, or in the minutes, by its origin
    or its title.
    """
    earlier = _earlier_minutes(meeting)
    taken_up = _taken_up(meeting) if earlier else []
    seen: set[str] = set()
    for minutes in earlier:
        since = {words for starts_at, words in taken_up if starts_at > minutes.meeting.starts_at}
        for item in _deferred_in(minutes):
            title = _key(item.title)
            if not {item.origin, title} & (since | seen):
                seen.add(title)
                yield item


def _earlier_minutes(meeting: Meeting) -> Sequence[Minutes]:
    earlier = (
        sa.select(Minutes)
        .join(Minutes.meeting)
        .where(
            Meeting.committee_id == meeting.committee_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.starts_at > meeting.starts_at - LOOKING_BACK,
            Minutes.state == MinutesState.APPROVED,
            ~is_superseded(),
        )
    )
    lists = (selectinload(Minutes.deferrals), selectinload(Minutes.decisions), selectinload(Minutes.items))
    return session.scalars(earlier.order_by(Meeting.starts_at.desc()).options(*lists)).all()


def _taken_up(meeting: Meeting) -> list[tuple[datetime, str]]:
    """When what stood on agendas and in approved minutes before a meeting: origins, and titles as keys."""
    before = (
        Meeting.committee_id == meeting.committee_id,
        Meeting.starts_at < meeting.starts_at,
        Meeting.starts_at > meeting.starts_at - LOOKING_BACK,
        Meeting.state != MeetingState.CANCELLED,
    )
    agendas = sa.select(Meeting.starts_at, AgendaItem.title, AgendaItem.origin).join(AgendaItem.meeting)
    treated = (
        sa.select(Meeting.starts_at, ItemProposal.title)
        .join(Minutes, Minutes.id == ItemProposal.minutes_id)
        .join(Minutes.meeting)
        .where(Minutes.state == MinutesState.APPROVED)
    )
    found = [(starts_at, _key(title)) for starts_at, title in session.execute(treated.where(*before))]
    for starts_at, title, origin in session.execute(agendas.where(*before)):
        found += [(starts_at, _key(title)), (starts_at, origin or "")]
    return found


def _deferred_in(minutes: Minutes) -> Iterator[CarriedItem]:
    words = _("Vertagt in der Sitzung am %(day)s.", day=short_date(minutes.meeting.day))
    lines = minutes.text.split("\n")
    for row in minutes.deferrals:
        around = item_around(minutes, row.first_line)
        source = "\n".join(lines[row.first_line - 1 : row.last_line]) if row.first_line else row.text
        case = CASE.search(source)
        origin = f"deferral:{row.id}"
        if case:
            yield CarriedItem(origin, case[0], ItemKind.CASE, words, case_reference=case[0])
        else:
            title = _title(around.title if around else row.text)
            yield CarriedItem(origin, title, ItemKind.DISCUSSION, words)
    for decision in minutes.decisions:
        if decision.outcome is Outcome.DEFERRED:
            text = _with_rest(decision, words)
            yield CarriedItem(f"deferred:{decision.id}", _title(decision.text), ItemKind.DECISION, text)


def item_around(minutes: Minutes, line: int | None) -> ItemProposal | None:
    """The agenda item in which a line stands."""
    above = [row for row in minutes.items if row.first_line and line and row.first_line <= line]
    return max(above, key=lambda row: row.first_line or 0, default=None)


def _with_rest(row: DecisionProposal, words: str) -> str:
    """The whole text where the title is too short for it."""
    return f"{row.text}\n\n{words}"[:ITEM_TEXT_LENGTH] if _title(row.text).endswith("…") else words


def _title(text: str) -> str:
    return _shortened(" ".join(text.split()), ITEM_TITLE_LENGTH)


def _shortened(line: str, length: int) -> str:
    """The first words of a line that is too long."""
    return line if len(line) <= length else line[: length - 1].rpartition(" ")[0] + "…"


def _key(title: str) -> str:
    return " ".join(title.casefold().split())


def init_app(_app: Flask) -> None:
    agenda.sources["minutes"] = left_over
