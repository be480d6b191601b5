"""People, the agencies that they belong to, and in which role."""

import enum
from datetime import date, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.clock import now, today
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of, session

NAME_LENGTH = 120
EMAIL_LENGTH = 254  # RFC 5321, section 4.5.3.1.3
LANGUAGES = {"de": "Deutsch", "en": "English"}


class AgencyKind(enum.StrEnum):
    OFFICE = "office"
    COUNSELLING = "counselling"


class AffiliationRole(enum.StrEnum):
    LEAD = "lead"
    COUNSELLOR = "counsellor"
    STAFF = "staff"


class LetterWish(enum.StrEnum):
    """Which letters a person wants beside those that nobody may miss."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    COMPULSORY = "compulsory"


AGENCY_KINDS = {AgencyKind.OFFICE: _l("Amt"), AgencyKind.COUNSELLING: _l("Beratungsstelle")}
AFFILIATION_ROLES = {
    AffiliationRole.LEAD: _l("Leitung"),
    AffiliationRole.COUNSELLOR: _l("Beratung"),
    AffiliationRole.STAFF: _l("Mitarbeit"),
}


LETTER_WISHES = {
    LetterWish.AT_ONCE: _l("alle Briefe sofort"),
    LetterWish.DAILY: _l("Einladungen und Änderungen sofort, alles andere einmal am Tag zusammen"),
    LetterWish.COMPULSORY: _l("nur Einladungen und Änderungen"),
}


class Agency(Base):
    """The office or one of the counselling agencies that work by the agreement."""

    __tablename__ = "agency"

    id: Mapped[PrimaryKey]
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH), unique=True)
    short_name: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[AgencyKind] = mapped_column(one_of(AgencyKind))
    description: Mapped[str] = mapped_column(sa.String(500), default="")


class Person(Base):
    """Somebody who works with the portal; clients are never people here.

    `credentials` counts changes of password and address: a link or session of an earlier count is dead.
    `wants_invitations`: meetings come as calendar invitations instead of by the personal feed.
    """

    __tablename__ = "person"

    id: Mapped[PrimaryKey]
    email: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    language: Mapped[str] = mapped_column(sa.String(2), default="de")
    letters: Mapped[LetterWish] = mapped_column(one_of(LetterWish), default=LetterWish.AT_ONCE)
    wants_invitations: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    credentials: Mapped[int] = mapped_column(default=0)
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None


class Affiliation(Base):
    """A person works for an agency from a day until a day, both inclusive."""

    __tablename__ = "affiliation"
    __table_args__ = (sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", "order"),)

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"), index=True)
    role: Mapped[AffiliationRole] = mapped_column(one_of(AffiliationRole))
    starts_on: Mapped[date] = mapped_column(default=today)
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(backref="affiliations")
    agency: Mapped[Agency] = relationship()


def is_email(text: str) -> bool:
    """Whether a letter can go there; addresses outside ASCII need a mail server that few have (RFC 6531)."""
    try:
        return bool(Address(addr_spec=tidy_email(text)).domain) and text.isascii()
    except (HeaderParseError, ValueError, IndexError):
        return False


def tidy_email(address: str) -> str:
    """The spelling under which an address is stored and looked up."""
    return address.strip().lower()


def mailbox(address: str) -> str:
    """The mailbox behind an address: case does not count, nor what follows a plus sign (`anna+lk@…` is `anna@…`)."""
    local, _at, domain = tidy_email(address).rpartition("@")
    return f"{local[:1]}{local[1:].partition('+')[0]}@{domain}"


def is_same_person(one: Person, other: Person) -> bool:
    """Whether two accounts belong to one human being, as far as the portal can know: by their mailbox.

    Addresses are verified: an account opens only by a link that was sent there. The database knows the same rule
    (triggers `second_person` of revision 0005). There are no passkeys; whoever adds them compares them here.
    """
    return one.id == other.id or mailbox(one.email) == mailbox(other.email)


def person_by_email(address: str) -> Person | None:
    return session.scalar(sa.select(Person).where(Person.email == tidy_email(address)))
