"""Letters about tasks: a reminder before one is due, and on Mondays what is overdue."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import joinedload, selectinload

from minutes.task_owners import people_named
from minutes.tasks import Task, TaskState, by_urgency
from portal import jobs, outbox
from portal.clock import today
from portal.committees import Role, people_of, seats, sits_in
from portal.database import session
from portal.letters import settings, text_of
from portal.outbox import Letter, number_in
from portal.people import Person

REMINDER, DIGEST = "task_due", "task_overdue"
DAYS_BEFORE = 3
MONDAY = 0
MOST_IN_DIGEST = 30


@dataclass(frozen=True)
class Overdue:
    """What a person's digest lists: own tasks first, then those of the committees for which they write."""

    own: list[Task]
    others: list[Task]

    @property
    def tasks(self) -> list[Task]:
        return [*self.own, *self.others]


def know_owners() -> None:
    """Find the people of open tasks that have none, in the current transaction: some got their seat only later."""
    nobodys = _open_tasks().where(Task.owners != "", ~Task.people.any())
    people: dict[int, list[Person]] = {}
    for task in session.scalars(nobodys).all():
        if task.committee_id not in people:
            people[task.committee_id] = people_of(task.committee)
        task.people = people_named(task.owners, people[task.committee_id])


def remind() -> None:
    """Queue a reminder of each task that is due in the next days, once for each person and due date."""
    last = today() + timedelta(days=DAYS_BEFORE)
    soon = _open_tasks().where(Task.due >= today(), Task.due <= last)
    for task in session.scalars(soon.order_by(Task.id)).all():
        for person in _reached(task):
            letter = outbox.queue(
                REMINDER,
                task,
                person,
                task.due.toordinal() if task.due else 0,
                thread=f"aufgabe-{task.id}",
                task=task,
            )
            if letter is not None:
                letter.hold_until_morning()


def send_digests() -> None:
    """Queue what is overdue for everybody whom it concerns, once a week."""
    if today().weekday() != MONDAY:
        return
    found = _overdue_of_everybody()
    everybody = (
        sa.select(Person).where(Person.id.in_(found), Person.disabled_at.is_(None)).order_by(Person.id)
    )
    for person in session.scalars(everybody).all():
        overdue = found[person.id]
        shown = overdue.tasks[:MOST_IN_DIGEST]
        letter = outbox.queue(
            DIGEST,
            person,
            person,
            today().toordinal(),
            own=[task for task in overdue.own if task in shown],
            others=[task for task in overdue.others if task in shown],
            more=len(overdue.tasks) - len(shown),
            count=len(overdue.tasks),
        )
        if letter is not None:
            letter.hold_until_morning()


def _open_tasks() -> sa.Select[Task]:
    return (
        sa.select(Task)
        .where(Task.state == TaskState.OPEN)
        .options(joinedload(Task.committee), selectinload(Task.people))
    )


def _reached(task: Task) -> list[Person]:
    """Its people as far as they still sit in the committee; when all have gone, those who write for it."""
    seated = people_of(task.committee)
    owners = [person for person in task.people if person in seated]
    return owners if owners or not task.people else people_of(task.committee, Role.SECRETARY)


def _overdue_of_everybody() -> dict[int, Overdue]:
    """By the ids of people who sit in the committee today; a task stands in nobody's digest twice."""
    late = session.scalars(_open_tasks().where(Task.due < today()).order_by(*by_urgency())).all()
    members, writers = _seated(Role.MEMBER), _seated(Role.SECRETARY)
    found: dict[int, Overdue] = defaultdict(lambda: Overdue([], []))
    for task in late:
        owners = {person.id for person in task.people} & members[task.committee_id]
        for number in owners:
            found[number].own.append(task)
        for number in writers[task.committee_id] - owners:
            found[number].others.append(task)
    return found


def _seated(at_least: Role) -> dict[int, set[int]]:
    """The ids of the people with at least that role, by the ids of the committees."""
    table = seats(at_least)
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, committee_id in session.execute(sa.select(table.c.person_id, table.c.committee_id)):
        found[committee_id].add(person_id)
    return found


def reminder_still_holds(letter: Letter) -> bool:
    """Whether the task is open and due on the day that the letter names, and its reader is still to be reminded."""
    task = session.get_one(Task, number_in(letter.about))
    if not task.is_open or task.due is None or task.due.toordinal() != letter.revision or task.is_overdue:
        return False
    return letter.person in _reached(task)


def digest_still_holds(letter: Letter) -> bool:
    """Whether something in it is still overdue, and its reader may still read all of it."""
    page = re.compile(rf"{re.escape(settings().url)}/tasks/(\d{{1,9}})\b")
    named = {int(number) for number in page.findall(text_of(letter.body or b""))}
    tasks = session.scalars(sa.select(Task).where(Task.id.in_(named))).all()
    may_read = all(sits_in(letter.person, number) for number in {task.committee_id for task in tasks})
    return may_read and any(task.is_overdue for task in tasks)


def _daily() -> None:
    for step in (know_owners, remind, send_digests):
        step()
        session.commit()


def init_app(_app: Flask) -> None:
    outbox.optional.update({REMINDER, DIGEST})
    outbox.still_wanted[REMINDER] = reminder_still_holds
    outbox.still_wanted[DIGEST] = digest_still_holds
    jobs.daily["tasks"] = _daily
