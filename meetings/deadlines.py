"""Deadlines as all-day events of the feeds: until when items may be proposed, until when a poll runs."""

import enum
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask
from flask_login import current_user
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from meetings.deadline_text import render_deadline
from meetings.meeting import DOMAIN_LENGTH, Meeting, MeetingState
from meetings.polls import DatePoll, PollState
from meetings.procedure import procedure_of
from portal import jobs
from portal.clock import later_second, now, this_second, today
from portal.committees import Committee, committees_of
from portal.database import Base, Moment, PrimaryKey, one_of, session
from portal.outbox import settings
from portal.publishing import request_publication

OPEN_STATES = (MeetingState.PLANNED, MeetingState.INVITED)


class DeadlineKind(enum.StrEnum):
    PROPOSALS = "proposals"
    POLL = "poll"


class Deadline(Base):
    """A day by which something is to be done in a committee.

    Its UID holds no date, so that a deadline that moves stays the same event. What `sequence`, `modified_at`,
    `domain` and `vevent` are, `Meeting` tells.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        sa.UniqueConstraint("kind", "meeting_id"),
        sa.UniqueConstraint("kind", "poll_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[DeadlineKind] = mapped_column(one_of(DeadlineKind))
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"))
    poll_id: Mapped[int | None] = mapped_column(sa.ForeignKey("date_poll.id"))
    due_on: Mapped[date] = mapped_column(index=True)
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0)
    domain: Mapped[str] = mapped_column(sa.String(DOMAIN_LENGTH), default=lambda: settings().domain)
    modified_at: Mapped[Moment] = mapped_column(default=this_second)
    vevent: Mapped[bytes] = mapped_column(sa.LargeBinary, default=b"")

    committee: Mapped[Committee] = relationship()
    meeting: Mapped[Meeting | None] = relationship(backref="deadlines")
    poll: Mapped[DatePoll | None] = relationship(backref="deadlines")

    @property
    def uid(self) -> str:
        return f"frist-{self.id}@{self.domain}"


def proposals_close_on(meeting: Meeting) -> date:
    """The last day on which members may propose items for this meeting's agenda."""
    return meeting.day - timedelta(days=procedure_of(meeting.committee).proposals_days)


def keep_up(meeting: Meeting, *, is_new: bool = False) -> None:
    """Let the closing date of the meeting's agenda follow a change, in the same transaction.

    The caller holds the meeting's row, or has just made it. A closing date that has passed already is not
    announced; one that was announced follows its meeting wherever that goes. Of a new meeting none is looked for.
    """
    due_on = proposals_close_on(meeting)
    mine = Deadline.kind == DeadlineKind.PROPOSALS, Deadline.meeting_id == meeting.id
    known = None if is_new else _find(*mine)
    if known is None and (meeting.state not in OPEN_STATES or due_on < today(meeting.committee.zone)):
        return
    _settle(
        known or Deadline(kind=DeadlineKind.PROPOSALS, committee=meeting.committee, meeting=meeting),
        due_on,
        is_cancelled=meeting.is_cancelled,
    )


def keep_up_poll(poll: DatePoll) -> None:
    """Let the closing day of a date poll follow a change, in the same transaction.

    It falls away when the poll is withdrawn or was closed before that day came.
    """
    session.flush()
    known = _find(Deadline.kind == DeadlineKind.POLL, Deadline.poll_id == poll.id)
    if known is None and (poll.state is not PollState.OPEN or poll.closes_at < now()):
        return
    ended_early = poll.closed_at is not None and poll.closed_at < poll.closes_at
    _settle(
        known or Deadline(kind=DeadlineKind.POLL, committee=poll.committee, poll=poll),
        poll.closes_at.astimezone(ZoneInfo(poll.committee.zone)).date(),
        is_cancelled=poll.state is PollState.WITHDRAWN or (poll.state is not PollState.OPEN and ended_early),
    )


def keep_up_committee(committee: Committee) -> None:
    """After a change of the committee's name or procedure: let all its deadlines follow."""
    session.flush()
    # Read afresh, as `event_changed` does: another change may just have renamed it.
    session.refresh(committee, with_for_update={"read": True, "key_share": True})
    has_one = sa.select(Deadline.meeting_id).where(Deadline.committee_id == committee.id)
    meetings = sa.select(Meeting).where(
        Meeting.committee_id == committee.id,
        sa.or_(Meeting.state.in_(OPEN_STATES), Meeting.id.in_(has_one)),
    )
    for meeting in session.scalars(_held(meetings.order_by(Meeting.id))).all():
        keep_up(meeting)
    polls = sa.select(DatePoll).where(DatePoll.committee_id == committee.id).order_by(DatePoll.id)
    for poll in session.scalars(_held(polls)).all():
        keep_up_poll(poll)


def keep_up_everything() -> None:
    """Let all deadlines follow what they belong to; commits. Those that say the same stay untouched."""
    for committee in session.scalars(sa.select(Committee).order_by(Committee.id)).all():
        keep_up_committee(committee)
        session.commit()


def visible_deadlines(first: date, last: date | None = None) -> list[Deadline]:
    """Deadlines from a day until a day in the reader's committees; those that fell away are left out."""
    wanted = (
        sa.select(Deadline)
        .join(Deadline.committee)
        .options(contains_eager(Deadline.committee), joinedload(Deadline.poll))
        .where(
            Deadline.committee_id.in_(committees_of(current_user)),
            ~Deadline.is_cancelled,
            Deadline.due_on >= first,
        )
        .order_by(Deadline.due_on, Deadline.id)
    )
    return list(session.scalars(wanted.where(Deadline.due_on <= last) if last else wanted))


def _find(*conditions: sa.ColumnElement[bool]) -> Deadline | None:
    found = sa.select(Deadline).where(*conditions)
    return session.scalar(found.execution_options(populate_existing=True))


def _held(rows: sa.Select[Meeting] | sa.Select[DatePoll]) -> sa.Select[Meeting] | sa.Select[DatePoll]:
    """The rows as they are by now, and nobody else changes them before the commit."""
    return rows.with_for_update().execution_options(populate_existing=True)


def _settle(deadline: Deadline, due_on: date, *, is_cancelled: bool) -> None:
    if deadline.id is None:
        deadline.due_on, deadline.is_cancelled = due_on, is_cancelled
        session.add(deadline)
        session.flush()
    elif (deadline.due_on, deadline.is_cancelled) != (due_on, is_cancelled):
        deadline.due_on, deadline.is_cancelled = due_on, is_cancelled
        deadline.sequence += 1
    if deadline.vevent and render_deadline(deadline) == deadline.vevent:
        return
    if deadline.vevent:
        deadline.modified_at = later_second(deadline.modified_at)
    deadline.vevent = render_deadline(deadline)
    request_publication("calendars", deadline.committee_id)


def init_app(_app: Flask) -> None:
    jobs.daily["deadlines"] = keep_up_everything
