"""What members say about minutes in review."""

import enum
from datetime import datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minutes.minutes import Minutes
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of
from portal.people import Person

COMMENT_LENGTH = 2000
QUOTE_LENGTH = 300
ANSWER_LENGTH = 300


class CommentState(enum.StrEnum):
    OPEN = "open"
    ADOPTED = "adopted"
    DECLINED = "declined"


COMMENT_STATES = {
    CommentState.OPEN: _l("offen"),
    CommentState.ADOPTED: _l("übernommen"),
    CommentState.DECLINED: _l("nicht übernommen"),
}


class Comment(Base):
    """A member's words about minutes in review, at a line of the text or about the whole.

    One that `asks_change` keeps silence from being consent as long as it is open. `quote` are the words of that
    line when the comment was written.
    """

    __tablename__ = "minutes_comment"

    id: Mapped[PrimaryKey]
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("minutes.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[Moment] = mapped_column(default=now)
    first_line: Mapped[int | None]
    quote: Mapped[str] = mapped_column(sa.String(QUOTE_LENGTH), default="")
    text: Mapped[str] = mapped_column(sa.String(COMMENT_LENGTH))
    asks_change: Mapped[bool] = mapped_column(default=False)
    state: Mapped[CommentState] = mapped_column(one_of(CommentState), default=CommentState.OPEN)
    answer: Mapped[str] = mapped_column(sa.String(ANSWER_LENGTH), default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    minutes: Mapped[Minutes] = relationship(back_populates="comments")
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)
