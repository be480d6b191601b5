"""What approved minutes do to the committee's tasks: new ones begin to live, and those told to be done are closed."""

import re
from datetime import timedelta

import sqlalchemy as sa

from minutes.minutes import Minutes, MinutesState
from minutes.proposals import TaskProposal
from minutes.task_history import TaskFact
from minutes.task_owners import people_named
from minutes.tasks import Task, TaskState
from portal import dismissals
from portal.committees import people_of
from portal.database import session
from portal.people import Person

MARK = re.compile(r"^[\s*_>=→⇒➔–-]*(?:(?:TO-?DO\b:?|(?:Aufgabe|Arbeitsauftrag):)[\s*_]*)?", re.IGNORECASE)
"""What only says that a task follows: "→", "TODO:", "**Aufgabe:**"."""
LIVELY = timedelta(days=366)
"""Of what was asked for longer before the approval, nobody knows what became: archives are imported, too."""


def take_over(minutes: Minutes) -> None:
    """Let the accepted tasks of just approved minutes live, in the current transaction.

    A new edition changes the tasks of the edition before and drops those that it does not name any more. A task that
    is named again while it is open stays one task.
    """
    before = _edition_before(minutes)
    _take_tasks(minutes, before)
    _close_what_is_done(minutes, before)
    session.flush()


def _edition_before(minutes: Minutes) -> Minutes | None:
    earlier = sa.select(Minutes).where(
        Minutes.meeting_id == minutes.meeting_id,
        Minutes.edition < minutes.edition,
        Minutes.state == MinutesState.APPROVED,
    )
    return session.scalar(earlier.order_by(Minutes.edition.desc()).limit(1))


def _take_tasks(minutes: Minutes, before: Minutes | None) -> None:
    earlier = {row.task_id: row for row in before.tasks if row.task_id} if before else {}
    by_words = {_words(row): row for row in earlier.values()}
    known = {_words(task): task for task in _open_tasks(minutes)}
    people = people_of(minutes.meeting.committee)
    for proposal in [row for row in minutes.tasks if row.accepted]:
        old = earlier.get(proposal.task_id or 0) or by_words.get(_words(proposal))
        if old is not None:
            earlier.pop(old.task_id or 0, None)
            proposal.task = old.task
            _correct(minutes, old, proposal, people)
        elif task := known.get(_words(proposal)):
            proposal.task = task
            _name_again(minutes, proposal, task, people)
        else:
            known[_words(proposal)] = proposal.task = _begin(minutes, proposal, people)
    for row in earlier.values():
        if row.task is not None and row.task.is_open and row.task.meeting_id == minutes.meeting_id:
            row.task.drop(minutes.approved_by_id, facts={TaskFact.NO_LONGER_NAMED: ""})


def _open_tasks(minutes: Minutes) -> list[Task]:
    ours = sa.select(Task).where(
        Task.committee_id == minutes.meeting.committee_id, Task.state == TaskState.OPEN
    )
    return list(session.scalars(ours.order_by(Task.id.desc())))


def bare(text: str) -> str:
    """The text without the mark before it."""
    return MARK.sub("", text, count=1) or text


def _words(row: TaskProposal | Task) -> str:
    """The text by which tasks of two minutes are known to be the same."""
    return " ".join(bare(row.text).casefold().split()).rstrip(".!")


def _begin(minutes: Minutes, proposal: TaskProposal, people: list[Person]) -> Task:
    meeting = minutes.meeting
    task = Task(
        committee=meeting.committee,
        meeting=meeting,
        text=bare(proposal.text),
        owners=proposal.owners,
        people=people_named(proposal.owners, people),
        due=proposal.due,
        created_at=minutes.approved_at,
    )
    task.begin(minutes.approved_by_id, {TaskFact.MINUTES: meeting.day.isoformat()})
    session.add(task)
    session.flush()
    dismissals.copy(f"minutes:{minutes.id}", f"task:{task.id}")
    if minutes.approved_at is not None and minutes.approved_at - meeting.ends_at > LIVELY:
        task.drop(None, facts={TaskFact.OLD_MINUTES: ""})
    return task


def _correct(minutes: Minutes, old: TaskProposal, new: TaskProposal, people: list[Person]) -> None:
    """What the new edition says otherwise than the one before; what people changed since then stays."""
    task = new.task
    changed = [name for name in ("text", "owners", "due") if getattr(old, name) != getattr(new, name)]
    if task is None or not changed:
        return
    if "text" in changed:
        task.text = bare(new.text)
    if "owners" in changed:
        task.owners, task.people = new.owners, people_named(new.owners, people)
    if "due" in changed:
        task.due = new.due
    task.revise(minutes.approved_by_id, {TaskFact.CORRECTED: ""})


def _name_again(minutes: Minutes, proposal: TaskProposal, task: Task, people: list[Person]) -> None:
    """An open task stands in the minutes again; what they say of owners and date counts from now on."""
    if task.meeting_id == minutes.meeting_id:
        return
    if proposal.owners and proposal.owners != task.owners:
        task.owners, task.people = proposal.owners, people_named(proposal.owners, people)
    task.due = proposal.due or task.due
    task.revise(minutes.approved_by_id, {TaskFact.NAMED_AGAIN: minutes.meeting.day.isoformat()})


def _close_what_is_done(minutes: Minutes, before: Minutes | None) -> None:
    told = {row.task_id for row in minutes.closures if row.accepted}
    told_before = {row.task_id for row in before.closures if row.accepted} if before else set()
    ours = Task.committee_id == minutes.meeting.committee_id
    fresh = sa.select(Task).where(ours, Task.id.in_(told - told_before), Task.state == TaskState.OPEN)
    for task in session.scalars(fresh.order_by(Task.id)).all():
        task.finish(minutes.approved_by_id, told_in=minutes)
    if before is None:
        return
    for task in session.scalars(sa.select(Task).where(Task.closed_in_id == before.id)).all():
        if task.id in told:
            task.closed_in = minutes
        else:
            task.reopen(minutes.approved_by_id, facts={TaskFact.NO_LONGER_DONE: ""})
