"""The rule of a committee, and the slots of a year that it wants a meeting in."""

import enum
from dataclasses import dataclass
from datetime import date, time, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.meeting import LINK_LENGTH, PLACE_LENGTH
from portal.committees import Committee
from portal.database import Base, PrimaryKey, one_of, session
from portal.language import month_name, short_date

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_MINUTES = 600
MONTHS_OF_QUARTER = {1: _l("erster"), 2: _l("zweiter"), 3: _l("dritter")}
WEEKS = {1: _l("erster"), 2: _l("zweiter"), 3: _l("dritter"), 4: _l("vierter"), -1: _l("letzter")}
WEEKDAYS = {
    0: _l("Montag"),
    1: _l("Dienstag"),
    2: _l("Mittwoch"),
    3: _l("Donnerstag"),
    4: _l("Freitag"),
    5: _l("Samstag"),
    6: _l("Sonntag"),
}


class Frequency(enum.StrEnum):
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    WEEKLY = "weekly"


FREQUENCIES = {
    Frequency.QUARTERLY: _l("einmal im Quartal"),
    Frequency.MONTHLY: _l("einmal im Monat"),
    Frequency.WEEKLY: _l("alle paar Wochen"),
}
LONGEST_INTERVAL = 26  # weeks
MOST_SLOTS = 53  # of a year, where a committee meets every week
SOME_MONDAY = date(2000, 1, 3)


@dataclass(frozen=True)
class Slot:
    """The days from which one meeting's day is taken, both inclusive; `wanted` is the one that the rule names."""

    number: int
    """Counted within the year, from 1."""
    first: date
    last: date
    wanted: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class MeetingRule(Base):
    """For instance: second Tuesday of the second month of each quarter, 10:00, two hours.

    `week` and `weekday` name the day in a month; `month_of_quarter` counts for quarterly rules only. A weekly
    rule meets on its weekday every `interval` weeks, counted from the week of `first_on`.
    """

    __tablename__ = "meeting_rule"
    __table_args__ = (
        sa.CheckConstraint(f'"interval" BETWEEN 1 AND {LONGEST_INTERVAL}', "interval"),
        sa.CheckConstraint("month_of_quarter BETWEEN 1 AND 3", "month"),
        sa.CheckConstraint("week IN (-1, 1, 2, 3, 4)", "week"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", "weekday"),
        sa.CheckConstraint(f"minutes BETWEEN 1 AND {LONGEST_MINUTES}", "minutes"),
    )

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), unique=True)
    frequency: Mapped[Frequency] = mapped_column(one_of(Frequency), default=Frequency.QUARTERLY)
    month_of_quarter: Mapped[int] = mapped_column(default=1)
    week: Mapped[int] = mapped_column(default=1)
    interval: Mapped[int] = mapped_column(default=1)
    first_on: Mapped[date | None]
    avoids_school_holidays: Mapped[bool] = mapped_column(default=False)
    weekday: Mapped[int]
    starts: Mapped[time]
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(sa.String(PLACE_LENGTH), default="")
    link: Mapped[str] = mapped_column(sa.String(LINK_LENGTH), default="")

    committee: Mapped[Committee] = relationship(backref=sa.orm.backref("rule", uselist=False))

    def day(self, year: int, quarter: int) -> date:
        """The day that the rule names in a quarter (1 to 4), holiday or not."""
        return self._day_of_month(date(year, 3 * (quarter - 1) + self.month_of_quarter, 1))

    def slots(self, year: int) -> list[Slot]:
        """The slots whose wanted day lies in the year, in their order.

        Quarters and months of a year are all there; a weekly rule has none before the week of `first_on`, and
        its first and last slot may reach into the years beside.

        Raises:
            ValueError: the year is not between 2000 and 2100.
        """
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"year {year}")
        if self.frequency == Frequency.WEEKLY:
            return self._weeks(year)
        months = 1 if self.frequency == Frequency.MONTHLY else 3
        slots = []
        for number, month in enumerate(range(1, 13, months), start=1):
            first = date(year, month, 1)
            following = date(year + (month + months > 12), (month + months - 1) % 12 + 1, 1)
            wanted = self._day_of_month(first) if months == 1 else self.day(year, number)
            slots.append(Slot(number, first, following - timedelta(days=1), wanted))
        return slots

    def _weeks(self, year: int) -> list[Slot]:
        start = self.first_on or SOME_MONDAY
        anchor = start + timedelta(days=self.weekday - start.weekday())
        length = timedelta(weeks=self.interval)
        wanted = anchor + max(0, -((anchor - date(year, 1, 1)) // length)) * length
        slots: list[Slot] = []
        while wanted.year == year:
            monday = wanted - timedelta(days=self.weekday)
            slots.append(Slot(len(slots) + 1, monday, monday + length - timedelta(days=1), wanted))
            wanted += length
        return slots

    def _day_of_month(self, first: date) -> date:
        from dateutil.relativedelta import relativedelta, weekday

        if self.week == -1:
            return first + relativedelta(day=31, weekday=weekday(self.weekday)(-1))
        return first + relativedelta(weekday=weekday(self.weekday)(self.week))

    def name_of(self, slot: Slot) -> str:
        """What people call the slot: a quarter, a month, or the days from and to."""
        if self.frequency == Frequency.QUARTERLY:
            return str(_("%(number)d. Quartal", number=slot.number))
        if self.frequency == Frequency.MONTHLY:
            return month_name(slot.first)
        return str(_("%(first)s bis %(last)s", first=short_date(slot.first), last=short_date(slot.last)))


def rule_of(committee: Committee) -> MeetingRule | None:
    return session.scalar(sa.select(MeetingRule).where(MeetingRule.committee_id == committee.id))


def quarter_of(day: date) -> int:
    """1 to 4."""
    return (day.month - 1) // 3 + 1
