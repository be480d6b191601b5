"""The duty watch: what a committee owes and has not done yet, shown to those who can mend it.

A check looks at many committees at once and says what each of them owes; upper rooms add theirs to `checks`. Secretary
and chair see what their committee owes, and the programme lead what the steering committees owe.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Mapped, mapped_column

from meetings.procedure import Procedure, procedures_of
from portal.clock import now, today
from portal.committees import Committee, CommitteeKind, Role, seats
from portal.database import Base, Moment, PrimaryKey, session
from portal.people import Affiliation, AffiliationRole, Agency, AgencyKind, Person

KEY_LENGTH = 80


class Severity(enum.StrEnum):
    """How urgent a shortfall is, the most urgent first; what is missed cannot be mended any more."""

    OVERDUE = "overdue"
    SOON = "soon"
    AHEAD = "ahead"
    MISSED = "missed"


SEVERITIES = {
    Severity.OVERDUE: _l("überfällig"),
    Severity.SOON: _l("bald fällig"),
    Severity.AHEAD: _l("vorzumerken"),
    Severity.MISSED: _l("versäumt"),
}
ORDER = list(Severity)


class DutyNotice(Base):
    """A person was told of a shortfall by letter; the row goes when the shortfall is mended."""

    __tablename__ = "duty_notice"
    __table_args__ = (sa.UniqueConstraint("person_id", "key"),)

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    told_at: Mapped[Moment] = mapped_column(default=now)


@dataclass(frozen=True)
class Remedy:
    """The page on which a shortfall is mended, and what is to be done there."""

    endpoint: str
    values: Mapping[str, Any]
    label: str


@dataclass(frozen=True)
class Shortfall:
    """Something that a committee owes.

    `key` names it as long as it lasts. `what` says it in the reader's language and holds no text of a committee, so
    that it may stand in a letter. `day` is when it is, or was, due. What is missed has no `remedy`.
    """

    key: str
    committee: Committee
    what: str
    severity: Severity
    day: date
    remedy: Remedy | None

    @property
    def news(self) -> str:
        """What a person is told once: the shortfall, and again when it becomes more urgent."""
        return f"{self.key}:{self.severity}"


@dataclass(frozen=True)
class Watch:
    """What the checks look at: a day, and committees with their procedures by the committees' ids."""

    day: date
    committees: Mapping[int, Committee]
    procedures: Mapping[int, Procedure]


checks: dict[str, Callable[[Watch], Iterable[Shortfall]]] = {}
"""By name; each asks the database for all committees together. Rooms fill it."""


def shortfalls(committees: Sequence[Committee]) -> list[Shortfall]:
    """What these committees owe today, most urgent first, in the language of the moment."""
    if not committees:
        return []
    watch = Watch(today(), {row.id: row for row in committees}, procedures_of(committees))
    found = [one for check in checks.values() for one in check(watch)]
    return sorted(found, key=urgency)


def urgency(one: Shortfall) -> tuple[int, date, str]:
    """Sorts the most urgent first."""
    return ORDER.index(one.severity), one.day, one.key


def watchers() -> sa.Subquery:
    """Rows (person_id, committee_id, may_mend): who sees what a committee owes, and who can mend it."""
    offices, day = seats(Role.SECRETARY), today()
    of_office = sa.select(offices.c.person_id, offices.c.committee_id, sa.true().label("may_mend"))
    of_lead = (
        sa.select(Affiliation.person_id, Committee.id, sa.false())
        .join(Agency, sa.and_(Agency.id == Affiliation.agency_id, Agency.kind == AgencyKind.OFFICE))
        .join(Committee, Committee.kind == CommitteeKind.STEERING)
        .where(
            Affiliation.role == AffiliationRole.LEAD,
            Affiliation.starts_on <= day,
            sa.or_(Affiliation.ends_on.is_(None), Affiliation.ends_on >= day),
        )
    )
    return sa.union_all(of_office, of_lead).subquery("watchers")


def missing_for(person: Person) -> list[tuple[Shortfall, bool]]:
    """What the person's committees owe, most urgent first, each with whether this person can mend it."""
    table = watchers()
    seen = (
        sa.select(Committee, table.c.may_mend)
        .join(table, table.c.committee_id == Committee.id)
        .where(table.c.person_id == person.id)
        .order_by(table.c.may_mend)
    )
    may_mend = {row.Committee: row.may_mend for row in session.execute(seen)}
    return [(one, may_mend[one.committee]) for one in shortfalls(list(may_mend))]


def days_left(day: date, last: date) -> str:
    """How long there is still time: "noch 3 Tage"."""
    count = (last - day).days
    left: str = (
        ngettext("noch ein Tag", "noch %(num)d Tage", count) if count else _("heute ist der letzte Tag")
    )
    return left


def card(person: Person) -> str:
    """On the start page of those who can mend it, and of the programme lead: what is missing."""
    missing = missing_for(person)
    if not missing:
        return ""
    return render_template("meetings/card_duties.html", missing=missing, severities=SEVERITIES)
