"""Words that the text guard leaves alone in every text, because two people said that they name nobody."""

import unicodedata
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now
from portal.committees import Committee, Role, committees_of, seats
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, database, serialise, session
from portal.people import Person

TERM_LENGTH = 100
TERM_REASON_LENGTH = 300


class AllowedTerm(Base):
    """A term that one person proposed and a second one confirmed; until then it changes nothing.

    It may be a word of a text of `committee`: as long as it is only proposed, nobody else needs to know of it.
    """

    __tablename__ = "allowed_term"
    __table_args__ = (
        sa.CheckConstraint("confirmed_by_id <> proposed_by_id", "second_person"),
        sa.CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", "confirmation_is_whole"),
    )

    id: Mapped[PrimaryKey]
    term: Mapped[str] = mapped_column(sa.String(TERM_LENGTH), unique=True)
    reason: Mapped[str] = mapped_column(sa.String(TERM_REASON_LENGTH))
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("committee.id"))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[Moment] = mapped_column(default=now)
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    committee: Mapped[Committee] = relationship()
    proposed_by: Mapped[Person] = relationship(foreign_keys=proposed_by_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)

    @property
    def holds(self) -> bool:
        """Whether the guard leaves the term alone."""
        return self.confirmed_at is not None

    def confirm(self, person: Person) -> None:
        """Let the term hold, said by a second person: in the current transaction, at once for every text."""
        self.confirmed_by_id, self.confirmed_at = person.id, now()


def allowed_terms() -> frozenset[str]:
    """The terms that hold, in lower case, read apart from the current transaction."""
    confirmed = sa.select(AllowedTerm.term).where(AllowedTerm.confirmed_at.is_not(None))
    with database().session(writes=False) as own:
        return frozenset(term.lower() for term in own.scalars(confirmed))


def tidy_term(term: str) -> str:
    """A term as it is kept: without signs that nobody sees, and with single blanks."""
    seen = "".join(char for char in unicodedata.normalize("NFC", term) if unicodedata.category(char) != "Cf")
    return " ".join(seen.split())


def same_term(term: str) -> AllowedTerm | None:
    """The row of that term, whatever its capitals; two people who propose it at once pass here one by one."""
    serialise("allowed_terms")
    rows = session.scalars(sa.select(AllowedTerm))
    return next((row for row in rows if row.term.lower() == term.lower()), None)


def visible_terms(person: Person) -> sa.Select[AllowedTerm]:
    """What holds, and what is proposed in the committees for which the person writes."""
    mine = AllowedTerm.committee_id.in_(committees_of(person, Role.SECRETARY))
    return sa.select(AllowedTerm).where(sa.or_(AllowedTerm.confirmed_at.is_not(None), mine))


def may_keep_terms(person: Person) -> bool:
    """Whether somebody may propose terms and confirm those of others: whoever writes or releases decisions may."""
    table = seats(Role.SECRETARY)
    return session.scalar(sa.select(sa.exists().where(table.c.person_id == person.id))) or False
