"""Findings of the text guard that a writer sets aside with a reason, and the second person who confirms it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship
from wtforms import FieldList, FormField, HiddenField

from portal import guard
from portal.case_numbers import WHY, case_numbers
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, session
from portal.forms import REQUIRED, PartForm, VersionedForm, line
from portal.people import Person
from portal.textguard import Finding

REASON_LENGTH = 300
EXCERPT_LENGTH = 300
MOST_FOUND = 300  # findings that one form can settle
SURROUNDINGS = 60  # characters shown before and after a finding


class Dismissal(Base):
    """Somebody says, with a reason, that these words of this text name nobody."""

    __tablename__ = "dismissal"
    __table_args__ = (
        sa.UniqueConstraint("subject", "kind", "excerpt"),
        sa.CheckConstraint("confirmed_by_id <> dismissed_by_id", "second_person"),
    )

    id: Mapped[PrimaryKey]
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    excerpt: Mapped[str] = mapped_column(sa.String(EXCERPT_LENGTH))
    reason: Mapped[str] = mapped_column(sa.String(REASON_LENGTH))
    dismissed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    dismissed_at: Mapped[Moment] = mapped_column(default=now)
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    dismissed_by: Mapped[Person] = relationship(foreign_keys=dismissed_by_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)


@dataclass(frozen=True)
class Reported:
    """A finding in a named field of a text, with the words around it, and its dismissal if there is one.

    `why` says what is wrong with it, where that is more than its kind's reason.
    """

    field: str
    finding: Finding
    dismissal: Dismissal | None
    before: str
    after: str
    why: LazyString | None = None

    @property
    def is_open(self) -> bool:
        """Whether it blocks: it could name a person, and nobody has set it aside."""
        return self.finding.blocking and self.dismissal is None

    @property
    def excerpt(self) -> str:
        """The words as dismissals keep them; browsers send other line breaks than they were given."""
        return _tidy(self.finding.excerpt)


class DismissForm(VersionedForm):
    kind = HiddenField(validators=[REQUIRED])
    excerpt = HiddenField(validators=[REQUIRED])
    reason = line(_l("Warum ist das unbedenklich?"), REASON_LENGTH)


class SetAside(PartForm):
    """Words that the writer calls harmless, with a reason."""

    kind = HiddenField()
    excerpt = HiddenField()
    reason = line(_l("Unbedenklich, weil"), REASON_LENGTH, required=False)


class SettlingForm(VersionedForm):
    """A form beside whose findings reasons are typed, which are kept together with its texts.

    The view puts what is open in the texts into `found`, then lets `note_reasons` keep what was typed.
    """

    set_aside = FieldList(FormField(SetAside), max_entries=MOST_FOUND)

    found: list[Reported] = []  # noqa: RUF012 - the forms library makes no annotations of it

    def reason_for(self, one: Reported) -> str:
        """What was typed beside this finding."""
        given = [
            row.form.reason.data or ""
            for row in self.set_aside
            if (row.form.kind.data, _tidy(row.form.excerpt.data or "")) == (one.finding.kind, one.excerpt)
        ]
        return next(filter(None, given), "")

    def note_reasons(self, subject: str, person_id: int) -> int:
        """Keep the reasons given for what was found, in the current transaction. Returns how many."""
        rows = {
            (one.finding.kind, one.excerpt): Dismissal(
                subject=subject,
                kind=one.finding.kind,
                excerpt=one.excerpt,
                reason=self.reason_for(one),
                dismissed_by_id=person_id,
            )
            for one in self.found
            if one.is_open and self.reason_for(one)
        }
        session.add_all(rows.values())
        return len(rows)

    @property
    def open_findings(self) -> list[Reported]:
        """What neither was replaced nor set aside."""
        return [one for one in self.found if not self.reason_for(one)]


def report(
    subject: str, texts: Mapping[str, str], known_people: frozenset[str] | None = None
) -> list[Reported]:
    """What the guard finds in the fields of a row (`decision:12`), beside what was set aside.

    Args:
        subject: names the row.
        texts: its fields.
        known_people: names that are notes only; None in decisions, where nobody is known, and no case by its number.
    """
    rows = session.scalars(sa.select(Dismissal).where(Dismissal.subject == subject))
    dismissed = {(row.kind, row.excerpt): row for row in rows}
    reported = []
    for field, found in guard.find_in(texts, known_people or guard.NOBODY).items():
        cases = set(_beside(found, case_numbers(texts[field]))) if known_people is None else set()
        for finding in sorted([*found, *cases], key=lambda one: one.start):
            dismissal = dismissed.get((finding.kind, _tidy(finding.excerpt)))
            around = _surroundings(texts[field], finding)
            why = WHY if finding in cases else None
            reported.append(Reported(field, finding, dismissal, *around, why))
    return reported


def _beside(found: list[Finding], more: Iterable[Finding]) -> list[Finding]:
    """Those of `more` that stand where nothing is found yet."""
    return [one for one in more if all(one.end <= other.start or other.end <= one.start for other in found)]


def dismiss(subject: str, found: list[Reported], form: DismissForm, person_id: int) -> bool:
    """Set aside what the form names, if it is really found and open. Returns whether it was."""
    kind, excerpt = form.kind.data, _tidy(form.excerpt.data)
    if not any(one.is_open and (one.finding.kind, one.excerpt) == (kind, excerpt) for one in found):
        return False
    session.add(
        Dismissal(
            subject=subject, kind=kind, excerpt=excerpt, reason=form.reason.data, dismissed_by_id=person_id
        )
    )
    return True


def copy(subject: str, to: str) -> None:
    """Let what was set aside in a row hold in a copy of it, too."""
    for row in session.scalars(sa.select(Dismissal).where(Dismissal.subject == subject)).all():
        columns = {name: getattr(row, name) for name in ("kind", "excerpt", "reason", "dismissed_by_id")}
        session.add(Dismissal(subject=to, dismissed_at=row.dismissed_at, **columns))


def forget(subject: str) -> None:
    """Drop the dismissals of a row that is deleted; its id may be given again."""
    session.execute(sa.delete(Dismissal).where(Dismissal.subject == subject))


def _surroundings(text: str, finding: Finding) -> tuple[str, str]:
    """Whole words before and after a finding."""
    start, end = max(0, finding.start - SURROUNDINGS), finding.end + SURROUNDINGS
    before, after = text[start : finding.start], text[finding.end : end]
    if start:
        before = f"… {before.partition(' ')[2]}"
    if end < len(text):
        after = f"{after.rpartition(' ')[0]} …"
    return before, after


def _tidy(excerpt: str) -> str:
    return " ".join(excerpt.split())[:EXCERPT_LENGTH]
