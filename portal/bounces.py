"""Letters that came back: a mail server said for good that an address does not work (RFC 3464)."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey
from portal.outbox import Letter
from portal.people import EMAIL_LENGTH, Person

DIAGNOSIS_LENGTH = 300


class Bounce(Base):
    """A letter came back with a permanent fault (`5.x.x`)."""

    __tablename__ = "bounce"

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH))
    status: Mapped[str] = mapped_column(sa.String(12))
    diagnosis: Mapped[str] = mapped_column(sa.String(DIAGNOSIS_LENGTH), default="")
    at: Mapped[Moment] = mapped_column(default=now)

    letter: Mapped[Letter] = relationship()
    person: Mapped[Person] = relationship()
