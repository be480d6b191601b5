"""A meeting: what it holds, who may see it, and the changes that it can go through."""

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from portal.access import one_or_404
from portal.clock import now, this_second
from portal.committees import Committee, Role, committees_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.language import local
from portal.outbox import settings
from portal.people import EMAIL_LENGTH, Person

TITLE_LENGTH = 120
PLACE_LENGTH = 200
LINK_LENGTH = 500
NOTE_LENGTH = 1000
DOMAIN_LENGTH = 253  # RFC 1035, section 2.3.4, as text


class MeetingState(enum.StrEnum):
    PLANNED = "planned"
    INVITED = "invited"
    HELD = "held"
    CANCELLED = "cancelled"


MEETING_STATES = {
    MeetingState.PLANNED: _l("geplant"),
    MeetingState.INVITED: _l("eingeladen"),
    MeetingState.HELD: _l("stattgefunden"),
    MeetingState.CANCELLED: _l("abgesagt"),
}


class WrongStateError(Exception):
    """The meeting is not in a state that allows this change."""


class Meeting(Base):
    """A meeting of a committee.

    Calendars know it by its `uid` for ever: its id is never used again, and it keeps the `domain` of its
    first day. `sequence` counts what RFC 5546 (section 2.1.4) counts, `revision` all that the invited are told
    of; `modified_at` grows with every octet of `vevent`, the rendered event; `version` guards against two people
    changing it at once. `organizer` is the address that calendar invitations come from, for ever too.
    `agenda_edition` counts how often the agenda was sent, 0 while it is only being prepared; `agenda_sent` is what
    stood in it then (`meetings/agenda_sending.py`).
    """

    __tablename__ = "meeting"
    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", "order"), {"sqlite_autoincrement": True})

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), default="")
    starts_at: Mapped[Moment] = mapped_column(index=True)
    ends_at: Mapped[Moment]
    place: Mapped[str] = mapped_column(sa.String(PLACE_LENGTH), default="")
    link: Mapped[str] = mapped_column(sa.String(LINK_LENGTH), default="")
    planning_note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), default="")
    state: Mapped[MeetingState] = mapped_column(one_of(MeetingState), default=MeetingState.PLANNED)
    state_before: Mapped[MeetingState | None] = mapped_column(one_of(MeetingState, name="statebefore"))
    sequence: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    domain: Mapped[str] = mapped_column(sa.String(DOMAIN_LENGTH), default=lambda: settings().domain)
    modified_at: Mapped[Moment] = mapped_column(default=this_second)
    vevent: Mapped[bytes] = mapped_column(sa.LargeBinary, default=b"")
    organizer: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH), default=lambda: settings().mail_from)
    split_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"))
    agenda_edition: Mapped[int] = mapped_column(default=0)
    agenda_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agenda_sent: Mapped[list[dict[str, Any]] | None] = mapped_column(sa.JSON(none_as_null=True))
    version: Mapped[int] = mapped_column()

    committee: Mapped[Committee] = relationship(backref="meetings")
    split_from: Mapped["Meeting | None"] = relationship(remote_side="Meeting.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it

    @property
    def uid(self) -> str:
        return f"sitzung-{self.id}@{self.domain}"

    @property
    def name(self) -> str:
        return f"{self.committee.name}: {self.title}" if self.title else self.committee.name

    @property
    def day(self) -> date:
        """The day on which it begins, where it takes place."""
        return local(self.starts_at, self.committee.zone).date()

    @property
    def is_cancelled(self) -> bool:
        return self.state is MeetingState.CANCELLED

    @property
    def is_open(self) -> bool:
        """Whether it is still to come, so that it can be moved or cancelled."""
        return self.state in {MeetingState.PLANNED, MeetingState.INVITED}

    def invite(self) -> None:
        """The date stands: from now on everybody concerned is told of changes."""
        self._require(MeetingState.PLANNED)
        self.state = MeetingState.INVITED

    def move(self, starts_at: datetime, ends_at: datetime, place: str, link: str | None = None) -> None:
        """Another time or place; it stays the same event for every calendar.

        Another video link is told too, but counts for no SEQUENCE.
        """
        self._require(MeetingState.PLANNED, MeetingState.INVITED)
        if (starts_at, ends_at, place) != (self.starts_at, self.ends_at, self.place):
            self.starts_at, self.ends_at, self.place = starts_at, ends_at, place
            self._count()
        if link is not None and link != self.link:
            self.link = link
            self.revision += 1

    def rename(self, title: str) -> None:
        """Another title; it is told by a plain letter, and counts for no SEQUENCE."""
        if title != self.title:
            self.title = title
            self.revision += 1

    def cancel(self) -> None:
        self._require(MeetingState.PLANNED, MeetingState.INVITED)
        self.state_before, self.state = self.state, MeetingState.CANCELLED
        self._count()

    def reinstate(self) -> None:
        """Take a cancellation back: the meeting returns to the state before."""
        self._require(MeetingState.CANCELLED)
        self.state, self.state_before = self.state_before or MeetingState.PLANNED, None
        self._count()

    def hold(self) -> None:
        """The meeting took place: its minutes are here."""
        if self.state is not MeetingState.HELD:
            self._require(MeetingState.PLANNED, MeetingState.INVITED)
            self.state = MeetingState.HELD

    def _count(self) -> None:
        self.sequence += 1
        self.revision += 1

    def _require(self, *states: MeetingState) -> None:
        if self.state not in states:
            raise WrongStateError


class Invitation(Base):
    """A person was invited to a meeting.

    `told` is what the person knows from the letter that went out last: state, start, end, place, link and title
    of the meeting; not `told_surely` when no server confirmed that letter. `telling` is what the letter `letter_id`
    says, which may still wait in the outbox. `by_calendar`: the person got a calendar invitation (REQUEST) and
    needs its updates and its CANCEL; `stamped_at` is the DTSTAMP of the last one, which the next one must exceed.
    """

    __tablename__ = "invitation"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[PrimaryKey]
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    invited_at: Mapped[Moment] = mapped_column(default=now)
    by_calendar: Mapped[bool] = mapped_column(default=False)
    stamped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_surely: Mapped[bool] = mapped_column(default=True)
    told_live: Mapped[bool | None]
    told_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_place: Mapped[str | None] = mapped_column(sa.String(PLACE_LENGTH))
    told_link: Mapped[str | None] = mapped_column(sa.String(LINK_LENGTH))
    told_title: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    telling_live: Mapped[bool | None]
    telling_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    telling_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    telling_place: Mapped[str | None] = mapped_column(sa.String(PLACE_LENGTH))
    telling_link: Mapped[str | None] = mapped_column(sa.String(LINK_LENGTH))
    telling_title: Mapped[str | None] = mapped_column(sa.String(TITLE_LENGTH))
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"))

    meeting: Mapped[Meeting] = relationship(backref="invitations")
    person: Mapped[Person] = relationship()


def visible_meetings(at_least: Role = Role.MEMBER) -> sa.Select[Meeting]:
    """Meetings of the committees in which the reader has at least that role."""
    return (
        sa.select(Meeting)
        .join(Meeting.committee)
        .options(contains_eager(Meeting.committee))
        .where(Meeting.committee_id.in_(committees_of(current_user, at_least)))
    )


def get_meeting(meeting_id: int, at_least: Role = Role.MEMBER) -> Meeting:
    """A meeting of a committee in which the reader has at least that role; otherwise 404."""
    return one_or_404(visible_meetings(at_least).where(Meeting.id == meeting_id))
