"""How a committee works: its duty to meet, its periods in days, its quorum and its standing items."""

import enum
from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.agenda import ITEM_TITLE_LENGTH, ItemKind
from portal import preset
from portal.committees import Committee, CommitteeKind
from portal.database import Base, PrimaryKey, one_of, session


class Duty(enum.StrEnum):
    NONE = "none"
    QUARTER = "quarter"


DUTIES = {
    Duty.NONE: _l("keine feste Pflicht"),
    Duty.QUARTER: _l("mindestens eine Sitzung in jedem Quartal"),
}
LONGEST_PERIOD = 90  # days
MOST_STANDING_ITEMS = 30


class Procedure(Base):
    """The working rules of a committee.

    Days count back from a meeting: `invitation_days` until the invitation is out, `proposals_days` until members
    may propose items, `agenda_days` until the agenda is sent; `minutes_days` count on from it. Minutes in review stand
    open to objections for `objection_days`. `quorum` is a number of members, or nothing where the committee has none.
    """

    __tablename__ = "procedure"
    __table_args__ = tuple(
        sa.CheckConstraint(f"{name} BETWEEN 0 AND {LONGEST_PERIOD}", name)
        for name in ("invitation_days", "proposals_days", "agenda_days", "minutes_days", "objection_days")
    )

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), unique=True)
    duty: Mapped[Duty] = mapped_column(one_of(Duty), default=Duty.NONE)
    invitation_days: Mapped[int] = mapped_column(default=14)
    proposals_days: Mapped[int] = mapped_column(default=10)
    agenda_days: Mapped[int] = mapped_column(default=7)
    minutes_days: Mapped[int] = mapped_column(default=14)
    objection_days: Mapped[int] = mapped_column(default=14)
    quorum: Mapped[int | None]

    committee: Mapped[Committee] = relationship(backref=sa.orm.backref("procedure", uselist=False))


class StandingItem(Base):
    """An item that stands on every agenda of the committee, in this order."""

    __tablename__ = "standing_item"

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"), index=True)
    position: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(one_of(ItemKind), default=ItemKind.INFORMATION)
    title: Mapped[str] = mapped_column(sa.String(ITEM_TITLE_LENGTH))
    minutes: Mapped[int | None]

    committee: Mapped[Committee] = relationship(backref="standing_items")


def procedure_of(committee: Committee) -> Procedure:
    """The committee's procedure; one with the usual values, not stored, where none was entered."""
    return procedures_of([committee])[committee.id]


def procedures_of(committees: Sequence[Committee]) -> dict[int, Procedure]:
    """The procedures of several committees by the committees' ids, with one query."""
    ids = [row.id for row in committees]
    stored = session.scalars(sa.select(Procedure).where(Procedure.committee_id.in_(ids)))
    found = {row.committee_id: row for row in stored}
    return {row.id: found.get(row.id) or _usual(row) for row in committees}


def _usual(committee: Committee) -> Procedure:
    """The agreement (1.1) asks the steering committee for a meeting in every quarter."""
    duty = Duty.QUARTER if committee.kind is CommitteeKind.STEERING else Duty.NONE
    return Procedure(
        committee_id=committee.id,
        duty=duty,
        invitation_days=14,
        proposals_days=10,
        agenda_days=7,
        minutes_days=14,
        objection_days=14,
    )


def standing_items(committee: Committee) -> list[StandingItem]:
    wanted = sa.select(StandingItem).where(StandingItem.committee_id == committee.id)
    return list(session.scalars(wanted.order_by(StandingItem.position, StandingItem.id)))


def _agreed(committee: Committee) -> None:
    """What the agreement (1.1) asks of a steering committee: to meet in every quarter, and three standing items."""
    entered = sa.select(Procedure.id).where(Procedure.committee_id == committee.id)
    if committee.kind is not CommitteeKind.STEERING or session.scalar(entered) is not None:
        return
    session.add(_usual(committee))
    for position, title in enumerate(preset.STEERING_ITEMS, start=1):
        item = StandingItem(
            committee_id=committee.id, position=position, title=title, kind=ItemKind.DISCUSSION
        )
        session.add(item)


def init_app(_app: Flask) -> None:
    preset.furnishings["procedure"] = _agreed
