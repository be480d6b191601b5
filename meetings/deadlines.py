"""Deadlines as all-day events of the feeds: until when items may be proposed, until when a poll runs."""

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.meeting import DOMAIN_LENGTH, Meeting
from meetings.polls import DatePoll
from portal.clock import this_second
from portal.committees import Committee
from portal.database import Base, Moment, PrimaryKey, one_of
from portal.outbox import settings


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
