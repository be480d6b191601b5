"""Committees, who sits in them, and the queries that rights come from: they end by date, without a job."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import today
from portal.database import Base, PrimaryKey, one_of, session
from portal.people import NAME_LENGTH, Person


class CommitteeKind(enum.StrEnum):
    STEERING = "steering"
    CASE_GROUP = "case_group"
    WORKING_GROUP = "working_group"


class Role(enum.StrEnum):
    MEMBER = "member"
    SECRETARY = "secretary"
    CHAIR = "chair"


COMMITTEE_KINDS = {
    CommitteeKind.STEERING: _l("Lenkungskreis"),
    CommitteeKind.CASE_GROUP: _l("Fallgruppe"),
    CommitteeKind.WORKING_GROUP: _l("Unterarbeitsgruppe"),
}
ROLES = {Role.MEMBER: _l("Mitglied"), Role.SECRETARY: _l("Schriftführung"), Role.CHAIR: _l("Vorsitz")}


class Committee(Base):
    """A body that meets; its code heads the numbers of its decisions (`LK-2027-003`)."""

    __tablename__ = "committee"

    id: Mapped[PrimaryKey]
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    code: Mapped[str] = mapped_column(sa.String(8), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH), unique=True)
    kind: Mapped[CommitteeKind] = mapped_column(one_of(CommitteeKind))
    zone: Mapped[str] = mapped_column(sa.String(40), default="Europe/Berlin")
    description: Mapped[str] = mapped_column(sa.String(500), default="")


class Membership(Base):
    """A person sits in a committee from a day until a day, both inclusive."""

    __tablename__ = "membership"
    __table_args__ = (sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", "order"),)

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), index=True)
    role: Mapped[Role] = mapped_column(one_of(Role))
    starts_on: Mapped[date] = mapped_column(default=today)
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(backref="memberships")
    committee: Mapped[Committee] = relationship(backref="memberships")


class Deputy(Base):
    """A person stands in for a member of a committee and counts as a member for these days."""

    __tablename__ = "deputy"
    __table_args__ = (
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", "order"),
        sa.CheckConstraint("person_id <> for_person_id", "two_people"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    for_person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), index=True)
    starts_on: Mapped[date] = mapped_column(default=today)
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    for_person: Mapped[Person] = relationship(foreign_keys=for_person_id)
    committee: Mapped[Committee] = relationship()


def holds(row: type[Membership | Deputy], on: date) -> sa.ColumnElement[bool]:
    """Whether the seat, or the standing in for it, holds on that day."""
    return sa.and_(row.starts_on <= on, sa.or_(row.ends_on.is_(None), row.ends_on >= on))


def seats(at_least: Role = Role.MEMBER, on: date | None = None) -> sa.Subquery:
    """Rows (person_id, committee_id): who counts in which committee with at least that role on that day.

    A deputy counts as a member, as long as the member stands in the committee too; the others' offices
    do not pass on.
    """
    on = on or today()
    roles = list(Role)[list(Role).index(at_least) :]
    members = sa.select(Membership.person_id, Membership.committee_id).where(
        Membership.role.in_(roles), holds(Membership, on)
    )
    if at_least is not Role.MEMBER:
        return members.subquery("seats")
    deputies = (
        sa.select(Deputy.person_id, Deputy.committee_id)
        .join(
            Membership,
            sa.and_(
                Membership.person_id == Deputy.for_person_id,
                Membership.committee_id == Deputy.committee_id,
                holds(Membership, on),
            ),
        )
        .where(holds(Deputy, on))
    )
    return sa.union(members, deputies).subquery("seats")


def committees_of(person: Person, at_least: Role = Role.MEMBER) -> sa.Select[int]:
    """The ids of the committees in which the person has at least that role today, for use in `in_()`."""
    return _committees_of(person.id, at_least, today())


@lru_cache(maxsize=256)  # every page asks several times, and making the query takes longer than running it
def _committees_of(person_id: int, at_least: Role, on: date) -> sa.Select[int]:
    table = seats(at_least, on)
    return sa.select(table.c.committee_id).where(table.c.person_id == person_id)


def own_committees(person: Person) -> sa.Select[int]:
    """The ids of the committees in which the person has a seat of their own today, not as somebody's deputy."""
    return sa.select(Membership.committee_id).where(
        Membership.person_id == person.id, holds(Membership, today())
    )


def people_of(committee: Committee, at_least: Role = Role.MEMBER) -> list[Person]:
    """Everybody who has at least that role today, deputies as members, by name; accounts that are closed do not."""
    table = seats(at_least)
    return list(
        session.scalars(
            sa.select(Person)
            .where(
                Person.id.in_(sa.select(table.c.person_id).where(table.c.committee_id == committee.id)),
                Person.disabled_at.is_(None),
            )
            .order_by(Person.name)
        )
    )


@dataclass(frozen=True)
class Stay:
    """Somebody counts as a member of a committee from a day until a day, both inclusive."""

    person_id: int
    committee_id: int
    starts_on: date
    ends_on: date

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


def stays_of_people_in(committee: Committee) -> list[Stay]:
    """All times, past and future, in this and in any other committee, of those who ever sat in this one.

    As `seats` has it, deputies count as long as the member stands in the committee too, and closed accounts do not
    count.
    """
    ours = sa.union(
        *(sa.select(row.person_id).where(row.committee_id == committee.id) for row in (Membership, Deputy))
    )
    open_ones = sa.select(Person.id).where(Person.id.in_(ours), Person.disabled_at.is_(None))
    member = (Membership.starts_on, Membership.ends_on)
    members = sa.select(Membership.person_id, Membership.committee_id, *member, *member).where(
        Membership.person_id.in_(open_ones)
    )
    deputies = (
        sa.select(Deputy.person_id, Deputy.committee_id, Deputy.starts_on, Deputy.ends_on, *member)
        .join(
            Membership,
            sa.and_(
                Membership.person_id == Deputy.for_person_id,
                Membership.committee_id == Deputy.committee_id,
            ),
        )
        .where(Deputy.person_id.in_(open_ones))
    )
    rows = [*session.execute(members), *session.execute(deputies)]
    return [
        Stay(person_id, committee_id, max(own_start, start), min(own_end or date.max, end or date.max))
        for person_id, committee_id, own_start, own_end, start, end in rows
    ]


def sits_in(person: Person, committee_id: int, at_least: Role = Role.MEMBER) -> bool:
    """Whether the person has at least that role in the committee today."""
    return session.scalar(sa.select(sa.literal(committee_id).in_(committees_of(person, at_least)))) or False


seats_changed: dict[str, Callable[[Person], None]] = {}
"""Called, in the current transaction, when a person's seats change; rooms that publish by seats fill it."""

committee_changed: dict[str, Callable[[Committee], None]] = {}
"""Called, in the current transaction, when a committee was made or its name changed."""

resting_on_kind: dict[str, Callable[[Committee], bool]] = {}
"""Upper rooms say here whether who may read something of a committee rests on its kind, which then stays."""


def note_changed_seats(person: Person) -> None:
    """Tell the rooms that the person's seats changed, and with them those of whoever stands in for them."""
    session.flush()
    deputies = sa.select(Person).where(
        Person.id.in_(sa.select(Deputy.person_id).where(Deputy.for_person_id == person.id))
    )
    for changed in (person, *session.scalars(deputies)):
        for react in seats_changed.values():
            react(changed)


def note_changed_committee(committee: Committee) -> None:
    """Tell the rooms that a committee was made or got another name."""
    session.flush()
    for react in committee_changed.values():
        react(committee)
