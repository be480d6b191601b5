"""References to laws, kept as written and read into law and section, by which the archive can be filtered."""

import re

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minutes.legal_basis_spelling import ARTICLES, Place, first_place
from portal.database import Base, PrimaryKey, serialise, session

REFERENCE_LENGTH = 80
LAW_LENGTH = 30
SECTION_LENGTH = 12

_INSIDE = re.compile(r"(?:§{1,2}|Art(?:ikel|\.)?)\s*\d.*")


class Provision(Base):
    """A section of a law to which some decision refers."""

    __tablename__ = "provision"
    __table_args__ = (sa.UniqueConstraint("law", "section"),)

    id: Mapped[PrimaryKey]
    law: Mapped[str] = mapped_column(sa.String(LAW_LENGTH))
    section: Mapped[str] = mapped_column(sa.String(SECTION_LENGTH))

    @property
    def name(self) -> str:
        return cited(self.law, self.section)


class LegalBasis(Base):
    """One reference to a law, as written: `§ 25b Abs. 1 Satz 2 Nr. 3 AufenthG`; `provision` where it could be read."""

    __tablename__ = "decision_legal_basis"

    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(REFERENCE_LENGTH))
    provision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("provision.id"), index=True)

    provision: Mapped[Provision | None] = relationship()


def cited(law: str, section: str) -> str:
    """A section of a law as it is cited: `§ 25b AufenthG`, `Art. 8 EMRK`."""
    return f"{'Art.' if law in ARTICLES else '§'} {section} {law}"


def read(reference: str) -> Place | None:
    """Law and section of a reference, of several the first; None where it names none (`Erlass vom 3. März`)."""
    inside = _INSIDE.search(reference)
    found = first_place(reference) or (first_place(inside.group()) if inside else None)
    if found is None or len(found.law) > LAW_LENGTH or len(found.section) > SECTION_LENGTH:
        return None
    return found


def provision_of(reference: str) -> Provision | None:
    """The provision that a reference names, made if it is new; None where it names none."""
    place = read(reference)
    if place is None:
        return None
    serialise("provisions")
    wanted = sa.select(Provision).where(Provision.law == place.law, Provision.section == place.section)
    found = session.scalar(wanted)
    if found is None:
        found = Provision(law=place.law, section=place.section)
        session.add(found)
        session.flush()
    return found
