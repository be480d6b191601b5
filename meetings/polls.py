"""Date polls for extra meetings: options, what people answer, and the meeting that comes of it."""

import enum
from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from meetings.meeting import LINK_LENGTH, NOTE_LENGTH, PLACE_LENGTH, TITLE_LENGTH, Meeting
from portal.access import one_or_404
from portal.clock import now
from portal.committees import Committee, Role, committees_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.people import Person

FEWEST_OPTIONS, MOST_OPTIONS = 2, 20


class PollState(enum.StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class PollAnswerKind(enum.StrEnum):
    YES = "yes"
    IF_NEED_BE = "if_need_be"
    NO = "no"


POLL_STATES = {
    PollState.OPEN: _l("läuft"),
    PollState.CLOSED: _l("beendet"),
    PollState.DECIDED: _l("entschieden"),
    PollState.WITHDRAWN: _l("zurückgezogen"),
}
POLL_ANSWERS = {
    PollAnswerKind.YES: _l("ja"),
    PollAnswerKind.IF_NEED_BE: _l("zur Not"),
    PollAnswerKind.NO: _l("nein"),
}


class DatePoll(Base):
    """A question to a committee, which date suits; it closes by itself at `closes_at`."""

    __tablename__ = "date_poll"

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), default="")
    place: Mapped[str] = mapped_column(sa.String(PLACE_LENGTH), default="")
    link: Mapped[str] = mapped_column(sa.String(LINK_LENGTH), default="")
    state: Mapped[PollState] = mapped_column(one_of(PollState), default=PollState.OPEN)
    closes_at: Mapped[Moment]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[Moment] = mapped_column(default=now)
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"))
    version: Mapped[int] = mapped_column()

    committee: Mapped[Committee] = relationship(backref="polls")
    created_by: Mapped[Person] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    options: Mapped[list["PollOption"]] = relationship(
        order_by="PollOption.starts_at", cascade="all, delete-orphan", back_populates="poll"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it

    @property
    def is_running(self) -> bool:
        """Whether answers are taken; the worker closes it a moment after `closes_at`."""
        return self.state is PollState.OPEN and self.closes_at > now()

    @property
    def awaits_decision(self) -> bool:
        """Whether one of its dates can still be taken."""
        return self.state in {PollState.OPEN, PollState.CLOSED}


class PollOption(Base):
    """One of the dates to choose from."""

    __tablename__ = "poll_option"
    __table_args__ = (
        sa.UniqueConstraint("poll_id", "starts_at"),
        sa.CheckConstraint("ends_at > starts_at", "order"),
    )

    id: Mapped[PrimaryKey]
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("date_poll.id"))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]

    poll: Mapped[DatePoll] = relationship(back_populates="options")
    answers: Mapped[list["PollAnswer"]] = relationship(cascade="all, delete-orphan", back_populates="option")


class PollAnswer(Base):
    """What one person says to one option; a deputy may have said it for them."""

    __tablename__ = "poll_answer"
    __table_args__ = (sa.UniqueConstraint("option_id", "person_id"),)

    id: Mapped[PrimaryKey]
    option_id: Mapped[int] = mapped_column(sa.ForeignKey("poll_option.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    answer: Mapped[PollAnswerKind] = mapped_column(one_of(PollAnswerKind))
    given_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    given_at: Mapped[Moment] = mapped_column(default=now)

    option: Mapped[PollOption] = relationship(back_populates="answers")
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    given_by: Mapped[Person] = relationship(foreign_keys=given_by_id)


def visible_polls(at_least: Role = Role.MEMBER) -> sa.Select[DatePoll]:
    """Polls of the committees in which the reader has at least that role."""
    return (
        sa.select(DatePoll)
        .join(DatePoll.committee)
        .options(contains_eager(DatePoll.committee))
        .where(DatePoll.committee_id.in_(committees_of(current_user, at_least)))
    )


def get_poll(poll_id: int, at_least: Role = Role.MEMBER) -> DatePoll:
    """A poll of a committee in which the reader has at least that role; otherwise 404."""
    return one_or_404(visible_polls(at_least).where(DatePoll.id == poll_id))
