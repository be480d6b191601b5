"""What becomes of a problem group: onto the steering committee's next agenda, answered, and back to the case group."""

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from meetings.agenda import ITEM_TEXT_LENGTH, ITEM_TITLE_LENGTH, AgendaItem, ItemKind, ItemState, first_origin
from meetings.agenda_editing import append, hold
from meetings.meeting import Meeting, MeetingState
from meetings.problem_groups import (
    GROUP_EVENTS,
    PROBLEM_GROUP,
    GroupChange,
    GroupEvent,
    GroupState,
    ProblemGroup,
)
from portal import jobs, outbox
from portal.clock import now
from portal.committees import Committee, CommitteeKind, people_of, sits_in
from portal.database import session
from portal.language import local, short_date
from portal.outbox import Letter

TURNS = {GroupEvent.DESCRIBED, GroupEvent.ANSWERED, GroupEvent.REOPENED}
"""After these it belongs onto an agenda anew."""
EARLIER_ANSWER_LENGTH = 1000  # of which an agenda tells


def subject_of(group: ProblemGroup) -> str:
    return f"{PROBLEM_GROUP}{group.id}"


def note(group: ProblemGroup, what: GroupEvent, person_id: int | None, meeting_id: int | None = None) -> None:
    """Add a line to the history, in the current transaction."""
    group.history.append(GroupChange(what=what, person_id=person_id, meeting_id=meeting_id))
    session.flush()


def describe(group: ProblemGroup, person_id: int) -> None:
    """Keep a new problem group and put it onto the next agenda, in the current transaction."""
    group.described_by_id = person_id
    session.add(group)
    session.flush()
    note(group, GroupEvent.DESCRIBED, person_id)
    place(group)


def describe_anew(group: ProblemGroup, title: str, text: str, person_id: int) -> None:
    """Change the description, also on coming agendas on which nobody has changed it; in the current transaction."""
    before = _item(group)
    group.title, group.text = title, text
    note(group, GroupEvent.CHANGED, person_id)
    after = _item(group)
    standing = (
        sa.select(AgendaItem)
        .join(AgendaItem.meeting)
        .where(AgendaItem.origin == _origin(group), *_is_coming())
        .order_by(AgendaItem.meeting_id)
    )
    for item in session.scalars(standing).all():
        hold(item.meeting)
        if (item.title, item.text) == (before.title, before.text):
            item.title, item.text = after.title, after.text


def answer(group: ProblemGroup, text: str, person_id: int) -> None:
    """Answer for the steering committee: the case group gets a letter, and the answer on its next agenda."""
    group.state, group.answer = GroupState.ANSWERED, text
    group.answered_at, group.answered_by_id = now(), person_id
    note(group, GroupEvent.ANSWERED, person_id, _treated_in(group))
    place(group)
    for member in people_of(group.committee):
        outbox.queue("problem_group_answered", group, member, group.version, group=group)


def reopen(group: ProblemGroup, person_id: int) -> None:
    """The answer did not settle it, or it came up again: it goes to the steering committee once more."""
    group.state = GroupState.OPEN
    note(group, GroupEvent.REOPENED, person_id)
    place(group)


def close(group: ProblemGroup, person_id: int) -> None:
    group.state = GroupState.CLOSED
    note(group, GroupEvent.CLOSED, person_id)


def place(group: ProblemGroup) -> list[Meeting]:
    """Put what is open onto the next agenda of the steering committee, an answer onto that of the case group.

    Once for each meeting: what a secretary took off again is not put back. In the current transaction.
    """
    if group.state is GroupState.CLOSED:
        return []
    placed = []
    for committee in _audience(group):
        meeting = _next_meeting(committee)
        if meeting is None or meeting.id in _placed_on(group) or _stands_on(meeting, _origin(group)):
            continue
        hold(meeting)
        append(meeting, _item(group))
        note(group, GroupEvent.PLACED, None, meeting.id)
        placed.append(meeting)
    return placed


def place_waiting() -> None:
    """Put onto agendas what had no meeting yet, or was not settled in the last one."""
    waiting = (
        sa.select(ProblemGroup.id).where(ProblemGroup.state != GroupState.CLOSED).order_by(ProblemGroup.id)
    )
    for number in session.scalars(waiting).all():
        group = session.get_one(ProblemGroup, number)
        if group.state is GroupState.OPEN or not _placed_on(group):
            place(group)
        session.commit()


def _audience(group: ProblemGroup) -> list[Committee]:
    """Where it belongs now: with the steering committees while it is open, else with the case group."""
    if group.state is GroupState.ANSWERED:
        return [group.committee]
    steering = sa.select(Committee).where(Committee.kind == CommitteeKind.STEERING).order_by(Committee.id)
    return list(session.scalars(steering))


def _next_meeting(committee: Committee) -> Meeting | None:
    coming = sa.select(Meeting).where(Meeting.committee_id == committee.id, *_is_coming())
    return session.scalar(coming.order_by(Meeting.starts_at, Meeting.id).limit(1))


def _is_coming() -> tuple[sa.ColumnElement[bool], ...]:
    return Meeting.state.in_([MeetingState.PLANNED, MeetingState.INVITED]), Meeting.starts_at > now()


def _placed_on(group: ProblemGroup) -> set[int | None]:
    """The meetings on whose agendas it was put since it was described, answered or reopened."""
    meetings: set[int | None] = set()
    for row in group.history:
        if row.what in TURNS:
            meetings.clear()
        elif row.what is GroupEvent.PLACED:
            meetings.add(row.meeting_id)
    return meetings


def _treated_in(group: ProblemGroup) -> int | None:
    """The last meeting behind us on whose agenda the question stood since it was put; None before the first one."""
    put = max((row.at for row in group.history if row.what in TURNS), default=group.described_at)
    began = (
        sa.select(AgendaItem)
        .join(AgendaItem.meeting)
        .where(
            AgendaItem.kind == ItemKind.PROBLEM_GROUP,
            AgendaItem.state == ItemState.ACCEPTED,
            Meeting.state != MeetingState.CANCELLED,
            Meeting.starts_at.between(put, now()),
        )
    )
    rows = session.scalars(began.order_by(Meeting.starts_at.desc()))
    return next((item.meeting_id for item in rows if first_origin(item) == subject_of(group)), None)


def _stands_on(meeting: Meeting, origin: str) -> bool:
    items = session.scalars(sa.select(AgendaItem).where(AgendaItem.meeting_id == meeting.id))
    return any(first_origin(item) == origin for item in items)


def _item(group: ProblemGroup) -> AgendaItem:
    """The item of an agenda, in German, whatever language the writer reads."""
    if group.state is GroupState.ANSWERED:
        with force_locale("de"):
            title = _("Antwort: %(title)s", title=group.title)
        kind, text = ItemKind.INFORMATION, group.answer
    else:
        kind, title, story = ItemKind.PROBLEM_GROUP, group.title, _story(group)
        text = f"{_shortened(group.text, ITEM_TEXT_LENGTH - len(story) - 2)}\n\n{story}"
    return AgendaItem(
        kind=kind,
        title=_shortened(title, ITEM_TITLE_LENGTH),
        text=_shortened(text, ITEM_TEXT_LENGTH),
        origin=_origin(group),
    )


def _origin(group: ProblemGroup) -> str:
    return f"problem_group_answer:{group.id}" if group.state is GroupState.ANSWERED else subject_of(group)


def _story(group: ProblemGroup) -> str:
    """Its history in lines, oldest first, with the answer that was not enough."""
    zone = group.committee.zone
    with force_locale("de"):
        lines = [
            f"{short_date(local(row.at, zone))}: {GROUP_EVENTS[row.what]}"
            for row in group.history
            if row.what is not GroupEvent.PLACED
        ]
        if group.answer:
            earlier = _shortened(group.answer, EARLIER_ANSWER_LENGTH)
            lines.append(_("Bisherige Antwort: %(text)s", text=earlier))
        return "\n".join([_("Vorgeschichte:"), *lines])


def _shortened(text: str, length: int) -> str:
    """What fits onto an agenda; the whole stands on the page of the problem group."""
    return text if len(text) <= length else f"{text[: max(length, 2) - 2]} …"


def _still_theirs(letter: Letter) -> bool:
    """Whether the reader of the letter still sits in the case group, and the answer still stands."""
    group = session.get_one(ProblemGroup, outbox.number_in(letter.about))
    return group.state is GroupState.ANSWERED and sits_in(letter.person, group.committee_id)


def init_app(_app: Flask) -> None:
    jobs.daily["problem_groups"] = place_waiting
    outbox.still_wanted["problem_group_answered"] = _still_theirs
    outbox.optional.add("problem_group_answered")
