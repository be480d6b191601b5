"""Letters that came back: a mail server said for good that an address does not work (RFC 3464)."""

import hmac
import re
from email.message import Message

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from portal import audit, inbound
from portal.clock import now
from portal.committees import Role, committees_of, seats
from portal.database import Base, Moment, PrimaryKey, session
from portal.inbound import InboundOutcome, Result, header, parts_of, recipients_of
from portal.mail_server import envelope_from, without_links
from portal.outbox import Letter, name_of
from portal.people import EMAIL_LENGTH, Person

DIAGNOSIS_LENGTH = 300
ENOUGH = 2  # letters that came back make an address suspect
RETURN_ADDRESS = re.compile(r"bounce\+([0-9]{1,9})\.[0-9a-f]{16}@.+", re.IGNORECASE)
PERMANENT = re.compile(r"5\.\d{1,3}\.\d{1,3}")  # RFC 3463, section 2


class Bounce(Base):
    """A letter came back with a permanent fault (`5.x.x`)."""

    __tablename__ = "bounce"

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH))
    status: Mapped[str] = mapped_column(sa.String(12))
    diagnosis: Mapped[str] = mapped_column(sa.String(DIAGNOSIS_LENGTH), default="")
    at: Mapped[Moment] = mapped_column(default=now)

    letter: Mapped[Letter] = relationship()
    person: Mapped[Person] = relationship()


def read_report(message: Message, recipient: str | None) -> Result | None:
    """Note that a letter came back; only reports to the letter's own return address count, delays do not."""
    is_report = message.get_content_type() == "multipart/report"
    letter = _letter(recipients_of(message, recipient)) if is_report else None
    if letter is None:
        return None
    about = name_of(letter)
    fault = _permanent_fault(message)
    if fault is None:
        return Result(InboundOutcome.IGNORED, "no permanent fault", about)
    if session.scalar(sa.select(Bounce.id).where(Bounce.letter_id == letter.id)) is None:
        status, diagnosis = fault
        session.add(
            Bounce(
                letter_id=letter.id,
                person_id=letter.person_id,
                address=letter.address,
                status=status,
                diagnosis=without_links(diagnosis)[:DIAGNOSIS_LENGTH],
            )
        )
        audit.record("letter.returned", letter, status=status)
    return Result(InboundOutcome.BOUNCE, fault[0], about)


def _letter(addresses: list[str]) -> Letter | None:
    """The letter whose return address is among these; nobody else can know it."""
    for address in addresses:
        found = RETURN_ADDRESS.fullmatch(address)
        letter = session.get(Letter, int(found[1])) if found else None
        if letter is not None and hmac.compare_digest(_mark(envelope_from(letter)), _mark(address)):
            return letter
    return None


def _mark(address: str) -> bytes:
    """The part before the @; what follows it changes where servers pass mail on."""
    return address.partition("@")[0].lower().encode()


def _permanent_fault(message: Message) -> tuple[str, str] | None:
    """Status and words of the first recipient for whom delivery failed for good (RFC 3464, section 2.3)."""
    kind = str(message.get_param("report-type", ""))
    if kind.lower() != "delivery-status":
        return None
    reports = [part for part in parts_of(message) if part.get_content_type() == "message/delivery-status"]
    blocks = [block for report in reports for block in parts_of(report)]
    for block in blocks:
        status = PERMANENT.match(header(block, "Status"))
        if status and header(block, "Action").lower().startswith("failed"):
            return status[0], header(block, "Diagnostic-Code")
    return None


def in_care_of(reader: Person) -> sa.Select[int]:
    """Ids of those whose address the reader may ask for.

    A secretary or chair has those in the own committees, an administrator everybody.
    """
    if reader.is_admin:
        return sa.select(Person.id)
    table = seats()
    own = committees_of(reader, Role.SECRETARY)
    return sa.select(table.c.person_id).where(table.c.committee_id.in_(own))


def suspects(reader: Person) -> list[Bounce]:
    """Those in the reader's care whose present address sends letters back again and again: the newest bounce of each."""
    newest = (
        sa.select(sa.func.max(Bounce.id))
        .join(Bounce.person)
        .where(
            Bounce.address == Person.email, Person.disabled_at.is_(None), Person.id.in_(in_care_of(reader))
        )
        .group_by(Bounce.person_id)
        .having(sa.func.count() >= ENOUGH)
    )
    found = sa.select(Bounce).join(Bounce.person).where(Bounce.id.in_(newest)).order_by(Person.name)
    return list(session.scalars(found.options(contains_eager(Bounce.person))))


def suspicion(person: Person) -> Bounce | None:
    """The newest bounce of a person whose present address sends letters back again and again."""
    wanted = sa.select(Bounce).where(Bounce.person_id == person.id, Bounce.address == person.email)
    found = session.scalars(wanted.order_by(Bounce.id.desc()).limit(ENOUGH)).all()
    return found[0] if len(found) == ENOUGH else None


def forget(person: Person) -> None:
    """The person's address works again, somebody says."""
    session.execute(sa.delete(Bounce).where(Bounce.person_id == person.id))


def init_app(_app: Flask) -> None:
    inbound.report_readers[:] = [read_report]
