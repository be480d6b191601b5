"""The rule of a committee, and the dates that it proposes for a year."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.meeting import LINK_LENGTH, PLACE_LENGTH
from portal.committees import Committee
from portal.database import Base, PrimaryKey, one_of, session
from portal.language import long_date

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
        from dateutil.relativedelta import relativedelta, weekday

        month = 3 * (quarter - 1) + self.month_of_quarter
        if self.week == -1:
            last = relativedelta(day=31, weekday=weekday(self.weekday)(-1))
            return date(year, month, 1) + last
        return date(year, month, 1) + relativedelta(weekday=weekday(self.weekday)(self.week))


def rule_of(committee: Committee) -> MeetingRule | None:
    return session.scalar(sa.select(MeetingRule).where(MeetingRule.committee_id == committee.id))


@dataclass(frozen=True)
class Proposal:
    """A proposed meeting: aware start and end; if it was moved, from which day and why."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    moved_from: date | None
    reason: str


def propose(rule: MeetingRule, zone: str, year: int) -> list[Proposal]:
    """One date for each quarter of the year, off the public holidays of North Rhine-Westphalia.

    The agreement (1.1) asks for at least one meeting a quarter, so a date never leaves its quarter.

    Raises:
        ValueError: the year is not between 2000 and 2100.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"year {year}")
    return [_proposal(rule, zone, year, quarter) for quarter in (1, 2, 3, 4)]


def _proposal(rule: MeetingRule, zone: str, year: int, quarter: int) -> Proposal:
    wanted = day = rule.day(year, quarter)
    reasons = []
    for day in _alternatives(wanted):
        holiday = holiday_name(day)
        if holiday is None:
            break
        reasons.append(
            _(
                "%(day)s ist gesetzlicher Feiertag in Nordrhein-Westfalen (%(holiday)s).",
                day=long_date(day),
                holiday=holiday,
            )
        )
    # The length is counted in real time, also on the days on which the clocks are changed.
    here = ZoneInfo(zone)
    starts_at = datetime.combine(day, rule.starts, here).astimezone(UTC)
    ends_at = starts_at + timedelta(minutes=rule.minutes)
    moved_from = wanted if day != wanted else None
    return Proposal(starts_at.astimezone(here), ends_at.astimezone(here), zone, moved_from, " ".join(reasons))


def _alternatives(wanted: date) -> Iterator[date]:
    """The day itself, then the same weekday in the weeks around it, later ones first; in the same quarter."""
    for weeks in (0, 1, -1, 2, -2, 3, -3):
        day = wanted + timedelta(weeks=weeks)
        if (day.year, quarter_of(day)) == (wanted.year, quarter_of(wanted)):
            yield day


def quarter_of(day: date) -> int:
    """1 to 4."""
    return (day.month - 1) // 3 + 1


def holiday_name(day: date) -> str | None:
    """The German name of a public holiday in North Rhine-Westphalia."""
    return _holidays(day.year).get(day)


@lru_cache(maxsize=16)
def _holidays(year: int) -> dict[date, str]:
    import holidays

    return dict(holidays.country_holidays("DE", subdiv="NW", years=year, language="de").items())
