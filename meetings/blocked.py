"""Periods in which a committee does not want to meet, entered by hand or read from a calendar file."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.committees import Committee
from portal.database import Base, Moment, PrimaryKey

PERIOD_NAME_LENGTH = 120
SOURCE_LENGTH = 200


class BlockedPeriod(Base):
    """Days from `starts_on` to `ends_on`, both inclusive; `source` is the file's name, empty if typed in."""

    __tablename__ = "blocked_period"
    __table_args__ = (sa.CheckConstraint("ends_on >= starts_on", "order"),)

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(PERIOD_NAME_LENGTH))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(SOURCE_LENGTH), default="")
    entered_at: Mapped[Moment] = mapped_column(default=now)

    committee: Mapped[Committee] = relationship(backref="blocked_periods")
