"""The audit trail: who did what to which row, and what was refused; never a text (SECURITY, L1)."""

from typing import Any

import sqlalchemy as sa
from flask import has_request_context, request
from flask_login import current_user
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, database, session


class AuditEntry(Base):
    """One change or one refused attempt. `subject` names a row (`meeting:12`), `detail` holds no content."""

    __tablename__ = "audit_entry"

    id: Mapped[PrimaryKey]
    at: Mapped[Moment] = mapped_column(default=now, index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


def record(action: str, subject: object, **detail: Any) -> None:
    """Add an entry to the current transaction, for a row or for a plain name."""
    session.add(_entry(action, subject, detail))


def record_refusal(action: str, subject: object = None, **detail: Any) -> None:
    """Store at once that something was refused: the request's own transaction is going to be dropped."""
    _record_at_once(_entry(action, subject or request.path[:200], detail))


def record_read(action: str, subject: object) -> None:
    """Store at once that something was read: a page that only reads has no transaction to write in."""
    _record_at_once(_entry(action, subject, {}))


def _record_at_once(entry: AuditEntry) -> None:
    session.rollback()
    with database().session(writes=True) as own:
        own.add(entry)
        own.commit()


def _entry(action: str, subject: object, detail: dict[str, Any]) -> AuditEntry:
    person = current_user.id if has_request_context() and current_user.is_authenticated else None
    return AuditEntry(person_id=person, action=action, subject=_name(subject), detail=detail)


def _name(subject: object) -> str:
    if isinstance(subject, str):
        return subject
    if subject.id is None:  # type: ignore[attr-defined]
        session.flush()
    return f"{subject.__tablename__}:{subject.id}"  # type: ignore[attr-defined]
