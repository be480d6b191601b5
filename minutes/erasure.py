"""Erasure that the law demands: who asked for it and why, what remains, and what readers are told instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minutes.decision import Decision, is_released
from minutes.minutes import Minutes, MinutesState
from portal import chain
from portal.chain import Content, LinkKind
from portal.clock import now
from portal.committees import Committee, Role, people_of
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, session
from portal.language import local
from portal.people import Person, is_same_person

REASON_LENGTH = 300
NAME_LENGTH = 60
ERASED = "gelöscht"
"""What stands where a title or a file's name must stand."""


class Erasure(Base):
    """A decision or minutes whose content is to be erased, or was: `erased_at` tells which.

    `name` is a decision's number or minutes' committee and day, `day` that of the release or approval, `digest` the
    content digest in their link: that much remains. One person asks (nobody: the command line), a second one does it.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        sa.CheckConstraint("confirmed_by_id <> requested_by_id", "second_person"),
        {"sqlite_autoincrement": True},  # a page that shows one request must not carry out another one
    )

    id: Mapped[PrimaryKey]
    subject: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"))
    day: Mapped[date]
    digest: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(REASON_LENGTH))
    requested_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    requested_at: Mapped[Moment] = mapped_column(default=now)
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    salt: Mapped[str] = mapped_column(sa.String(32), default=chain.new_salt)

    committee: Mapped[Committee] = relationship()
    requested_by: Mapped[Person | None] = relationship(foreign_keys=requested_by_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)

    @property
    def is_done(self) -> bool:
        return self.erased_at is not None

    @property
    def is_of_minutes(self) -> bool:
        return self.subject.startswith("minutes:")

    @property
    def erased_on(self) -> date | None:
        return local(self.erased_at, self.committee.zone).date() if self.erased_at else None

    def may_be_confirmed_by(self, person: Person) -> bool:
        """A second person does it: another administrator, or the chair of the committee."""
        return not self.is_done and person.id in {row.id for row in self.second_people()}

    def second_people(self) -> list[Person]:
        """Who may carry it out, by name; whoever asked does not, under no other account either."""
        administrators = session.scalars(
            sa.select(Person).where(Person.is_admin, Person.disabled_at.is_(None))
        )
        found = {row.id: row for row in (*administrators, *people_of(self.committee, Role.CHAIR))}
        asked = self.requested_by
        others = (row for row in found.values() if asked is None or not is_same_person(row, asked))
        return sorted(others, key=lambda row: row.name)

    def chained(self) -> dict[str, Any]:
        """What the digest chain vouches for: that it was erased, when, why and by whom."""
        return {
            "subject": self.subject,
            "name": self.name,
            "day": self.day.isoformat(),
            "digest": self.digest,
            "reason": self.reason,
            "requested_by": self.requested_by_id,
            "confirmed_by": self.confirmed_by_id,
            "erased_at": chain.stamp(self.erased_at) if self.erased_at else None,
        }


@dataclass(frozen=True)
class Target:
    """A released decision or approved minutes."""

    row: Decision | Minutes

    @property
    def subject(self) -> str:
        return f"{self.row.__tablename__}:{self.row.id}"

    @property
    def name(self) -> str:
        if isinstance(self.row, Decision):
            return self.row.number or ""
        words = f"{self.committee.code} {self.row.meeting.day.isoformat()}"
        return f"{words} v{self.row.edition}" if self.row.edition > 1 else words

    @property
    def committee(self) -> Committee:
        return self.row.committee if isinstance(self.row, Decision) else self.row.meeting.committee

    @property
    def link(self) -> chain.ChainLink | None:
        """The link that vouches for the content."""
        kind = LinkKind.RELEASED if isinstance(self.row, Decision) else LinkKind.APPROVED
        return chain.link_of(kind, self.subject)


def find_decision(number: str) -> Target | None:
    """A released decision by its number."""
    row = session.scalar(sa.select(Decision).where(is_released(), Decision.number == number.strip().upper()))
    return Target(row) if row else None


def find_minutes(minutes_id: int) -> Target | None:
    """Approved minutes by the number in their address."""
    row = session.scalar(
        sa.select(Minutes).where(Minutes.id == minutes_id, Minutes.state == MinutesState.APPROVED)
    )
    return Target(row) if row else None


def request(target: Target, reason: str, person: Person | None) -> Erasure:
    """Note that somebody asks for it, in the current transaction; an earlier request for the same gives way."""
    earlier = session.scalar(sa.select(Erasure).where(Erasure.subject == target.subject))
    if earlier is not None:
        session.delete(earlier)
        session.flush()
    link = target.link
    moment = link.at if link else now()
    erasure = Erasure(
        subject=target.subject,
        name=target.name,
        committee=target.committee,
        day=local(moment, target.committee.zone).date(),
        digest=link.content_digest if link else chain.START,
        reason=reason,
        requested_by=person,
    )
    session.add(erasure)
    session.flush()
    return erasure


def erasure_of(subject: str) -> Erasure | None:
    """What is told of content that was erased; nothing where it was not."""
    wanted = sa.select(Erasure).where(Erasure.subject == subject, Erasure.erased_at.is_not(None))
    return session.scalar(wanted)


def chained_erasures(subjects: Sequence[str]) -> dict[str, Content]:
    """Salt and chained content of erasures that were carried out."""
    done = sa.select(Erasure).where(Erasure.subject.in_(subjects), Erasure.erased_at.is_not(None))
    return {row.subject: (row.salt, row.chained()) for row in session.scalars(done)}


def label(erasure: Erasure) -> str:
    """What it is, in the reader's words."""
    if erasure.is_of_minutes:
        return str(_("Protokoll %(name)s", name=erasure.name))
    return str(_("Entscheidung %(name)s", name=erasure.name))
