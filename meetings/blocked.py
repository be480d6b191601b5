"""Periods in which a committee does not want to meet, entered by hand or read from a calendar file."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.committees import Committee
from portal.database import Base, Moment, PrimaryKey, session

PERIOD_NAME_LENGTH = 120
SOURCE_LENGTH = 200
LONGEST_PERIOD = 366  # days


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


def replace_periods(committee: Committee, source: str, periods: Iterable[tuple[str, date, date]]) -> None:
    """Put a file's periods (name, first and last day) in the place of those that it gave before."""
    remove_source(committee, source)
    rows = [
        {
            "committee_id": committee.id,
            "source": source,
            "name": name,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "entered_at": now(),
        }
        for name, starts_on, ends_on in periods
    ]
    if rows:
        session.execute(sa.insert(BlockedPeriod), rows)


def remove_source(committee: Committee, source: str) -> int:
    """Remove all periods of a file; returns how many there were."""
    gone = sa.delete(BlockedPeriod).where(
        BlockedPeriod.committee_id == committee.id, BlockedPeriod.source == source
    )
    return len(session.scalars(gone.returning(BlockedPeriod.id)).all())


def periods_of(committee: Committee) -> list[BlockedPeriod]:
    """All periods, the next ones first."""
    wanted = sa.select(BlockedPeriod).where(BlockedPeriod.committee_id == committee.id)
    return list(session.scalars(wanted.order_by(BlockedPeriod.starts_on, BlockedPeriod.id)))
