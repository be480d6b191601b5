"""Findings of the text guard that a writer sets aside with a reason, and the second person who confirms it."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship
from wtforms import HiddenField

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, session
from portal.forms import REQUIRED, VersionedForm, line
from portal.people import Person
from portal.textguard import Finding, scan

REASON_LENGTH = 300
EXCERPT_LENGTH = 300


class Dismissal(Base):
    """Somebody says, with a reason, that these words of this text name nobody."""

    __tablename__ = "dismissal"
    __table_args__ = (sa.UniqueConstraint("subject", "kind", "excerpt"),)

    id: Mapped[PrimaryKey]
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    excerpt: Mapped[str] = mapped_column(sa.String(EXCERPT_LENGTH))
    reason: Mapped[str] = mapped_column(sa.String(REASON_LENGTH))
    dismissed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    dismissed_at: Mapped[Moment] = mapped_column(default=now)
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    dismissed_by: Mapped[Person] = relationship(foreign_keys=dismissed_by_id)


@dataclass(frozen=True)
class Reported:
    """A finding in a named field of a text, with its dismissal if there is one."""

    field: str
    finding: Finding
    dismissal: Dismissal | None

    @property
    def is_open(self) -> bool:
        """Whether it blocks: it could name a person, and nobody has set it aside."""
        return self.finding.blocking and self.dismissal is None


class DismissForm(VersionedForm):
    kind = HiddenField(validators=[REQUIRED])
    excerpt = HiddenField(validators=[REQUIRED])
    reason = line(_l("Warum ist das unbedenklich?"), REASON_LENGTH)


def report(subject: str, texts: Mapping[str, str], known_people: frozenset[str] = frozenset()) -> list[Reported]:
    """What the guard finds in the fields of a row (`decision:12`), beside what was set aside."""
    rows = session.scalars(sa.select(Dismissal).where(Dismissal.subject == subject))
    dismissed = {(row.kind, row.excerpt): row for row in rows}
    return [
        Reported(field, finding, dismissed.get((finding.kind, finding.excerpt[:EXCERPT_LENGTH])))
        for field, text in texts.items()
        for finding in scan(text, known_people)
    ]


def dismiss(subject: str, found: list[Reported], form: DismissForm, person_id: int) -> bool:
    """Set aside what the form names, if it is really found and open. Returns whether it was."""
    wanted = (form.kind.data, form.excerpt.data)
    if not any(one.is_open and (one.finding.kind, one.finding.excerpt[:EXCERPT_LENGTH]) == wanted for one in found):
        return False
    session.add(
        Dismissal(
            subject=subject,
            kind=form.kind.data,
            excerpt=form.excerpt.data,
            reason=form.reason.data,
            dismissed_by_id=person_id,
        )
    )
    return True
