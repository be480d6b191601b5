"""What the invited answer, and who was there in the end."""

import enum
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.meeting import Invitation, Meeting
from portal import outbox, signing
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of, session
from portal.outbox import Letter, link, number_in
from portal.people import Person

COMMENT_LENGTH = 300
PURPOSE = "answer"


class Answer(enum.StrEnum):
    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"
    DEPUTY = "deputy"


class ReplyWay(enum.StrEnum):
    """How an answer came in."""

    PORTAL = "portal"
    LINK = "link"
    CALENDAR = "calendar"
    ENTERED = "entered"


class Presence(enum.StrEnum):
    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"


ANSWERS = {
    Answer.YES: _l("nimmt teil"),
    Answer.NO: _l("sagt ab"),
    Answer.PERHAPS: _l("vielleicht"),
    Answer.DEPUTY: _l("die Vertretung kommt"),
}
REPLY_WAYS = {
    ReplyWay.PORTAL: _l("im Portal"),
    ReplyWay.LINK: _l("über den Link im Brief"),
    ReplyWay.CALENDAR: _l("aus dem Kalenderprogramm"),
    ReplyWay.ENTERED: _l("von der Schriftführung eingetragen"),
}
PRESENCES = {
    Presence.PRESENT: _l("anwesend"),
    Presence.EXCUSED: _l("entschuldigt"),
    Presence.ABSENT: _l("nicht erschienen"),
}


class Reply(Base):
    """The last answer of an invited person; `sequence` is that of the date it was given to.

    `stamped_at` is the DTSTAMP of an answer by calendar program: an older one arriving later is ignored.
    """

    __tablename__ = "reply"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[PrimaryKey]
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    answer: Mapped[Answer] = mapped_column(one_of(Answer))
    comment: Mapped[str] = mapped_column(sa.String(COMMENT_LENGTH), default="")
    sequence: Mapped[int]
    way: Mapped[ReplyWay] = mapped_column(one_of(ReplyWay))
    answered_at: Mapped[Moment] = mapped_column(default=now)
    stamped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    meeting: Mapped[Meeting] = relationship(backref="replies")
    person: Mapped[Person] = relationship()

    @property
    def is_stale(self) -> bool:
        """Whether it was given to a date that has changed since."""
        return self.sequence < self.meeting.sequence


class Attendance(Base):
    """Who was there, as somebody noted it in the meeting."""

    __tablename__ = "attendance"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[PrimaryKey]
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    presence: Mapped[Presence] = mapped_column(one_of(Presence))
    stands_in_for_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    meeting: Mapped[Meeting] = relationship(backref="attendances")
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    stands_in_for: Mapped[Person | None] = relationship(foreign_keys=stands_in_for_id)


def answer_link(letter: Letter) -> str | None:
    """The link by which the reader of a letter about a meeting answers; None when they are not invited."""
    row = session.scalar(
        sa.select(Invitation).where(
            Invitation.meeting_id == number_in(letter.about), Invitation.person_id == letter.person_id
        )
    )
    return None if row is None else link("reply.by_link", token=answer_token(row))


def answer_token(row: Invitation) -> str:
    """The secret part of the link; letters to an address that the person has given up open nothing any more."""
    return signing.token(PURPOSE, row.id, row.meeting_id, row.person_id, row.person.email)


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation whose link this is; None for any other text. Whether it still opens is to be asked yet."""
    number = signing.number_of(token)
    row = None if number is None else session.get(Invitation, number)
    if row is None:
        return None
    genuine = signing.is_token(token, PURPOSE, row.id, row.meeting_id, row.person_id, row.person.email)
    return row if genuine else None


def init_app(_app: Flask) -> None:
    outbox.secret_links["answer"] = answer_link
