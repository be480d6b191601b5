"""Editions: approved minutes are corrected only as a new version, with a reason; the earlier one stays readable."""

from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from minutes.attachments import Attachment, subject_of
from minutes.minutes import HEAD, Minutes, MinutesState, visible_minutes
from minutes.proposals import Proposal
from portal import dismissals
from portal.clock import now
from portal.database import serialise, session
from portal.files import StoredFile

P = TypeVar("P", bound=Proposal)


def is_superseded() -> sa.ColumnElement[bool]:
    """Whether a later edition of the same minutes is approved."""
    later = aliased(Minutes)
    return (
        sa.select(later.id)
        .where(
            later.meeting_id == Minutes.meeting_id,
            later.edition > Minutes.edition,
            later.state == MinutesState.APPROVED,
        )
        .correlate(Minutes)
        .exists()
    )


def editions_of(minutes: Minutes) -> list[Minutes]:
    """All editions of the same minutes that the reader may see, newest first."""
    wanted = visible_minutes().where(Minutes.meeting_id == minutes.meeting_id)
    return list(session.scalars(wanted.order_by(Minutes.edition.desc())))


def successor_of(minutes: Minutes) -> Minutes | None:
    """The newest approved edition, if it is a later one."""
    later = sa.select(Minutes).where(
        Minutes.meeting_id == minutes.meeting_id,
        Minutes.edition > minutes.edition,
        Minutes.state == MinutesState.APPROVED,
    )
    return session.scalar(later.order_by(Minutes.edition.desc()).limit(1))


def begin_edition(minutes: Minutes, reason: str, person_id: int) -> Minutes | None:
    """A draft of the next edition with all that stands in these minutes, in the current transaction.

    Returns:
        The draft; None where these minutes are not the newest ones, or somebody has begun another edition.
    """
    serialise(f"meeting:{minutes.meeting_id}")
    newest = sa.select(sa.func.max(Minutes.edition)).where(Minutes.meeting_id == minutes.meeting_id)
    if not minutes.is_approved or session.scalar(newest) != minutes.edition:
        return None
    draft = Minutes(
        meeting=minutes.meeting,
        edition=minutes.edition + 1,
        change_reason=reason,
        begun_at=now(),
        written_by_id=person_id,
        **{name: getattr(minutes, name) for name in HEAD},
    )
    session.add(draft)
    draft.write(minutes.text)
    with session.no_autoflush:
        draft.items = _copies(minutes.items)
        draft.decisions = _copies(minutes.decisions)
        draft.tasks = _copies(minutes.tasks)
        draft.deferrals = _copies(minutes.deferrals)
        draft.closures = _copies(minutes.closures)
        draft.attachments = [_attachment(row, person_id) for row in minutes.attachments]
    session.flush()
    dismissals.copy(f"minutes:{minutes.id}", f"minutes:{draft.id}")
    dismissals.copy(subject_of(minutes), subject_of(draft))
    return draft


def _copies(rows: list[P]) -> list[P]:
    return [
        type(row)(
            **{
                column.key: getattr(row, column.key)
                for column in sa.inspect(type(row)).column_attrs
                if column.key not in {"id", "minutes_id"}
            }
        )
        for row in rows
    ]


def _attachment(row: Attachment, person_id: int) -> Attachment:
    """The same cleaned file under rows of its own: what becomes of one edition's files is nothing to the other's."""
    return Attachment(
        position=row.position,
        title=row.title,
        from_document=row.from_document,
        file=_stored_again(row.released, person_id),
        released=_stored_again(row.released, person_id),
    )


def _stored_again(stored: StoredFile, person_id: int) -> StoredFile:
    names = ("digest", "name", "size", "kind", "state")
    return StoredFile(uploaded_by_id=person_id, **{name: getattr(stored, name) for name in names})


def end_sharing_before(minutes: Minutes) -> None:
    """Earlier editions are no longer open to all committees: what is out of date is not passed on.

    Their version rises, so that nobody who still saw them as the newest ones shares them after that.
    """
    session.execute(
        sa.update(Minutes)
        .where(Minutes.meeting_id == minutes.meeting_id, Minutes.edition < minutes.edition)
        .values(shared_at=None, shared_by_id=None, version=Minutes.version + 1)
    )


def delete_draft(minutes: Minutes) -> None:
    """Delete a draft with its files, in the current transaction."""
    dismissals.forget(f"minutes:{minutes.id}")
    dismissals.forget(subject_of(minutes))
    if minutes.original is not None:
        minutes.original.drop()
    for attachment in minutes.attachments:
        attachment.file.drop()
        attachment.released.drop()
    session.delete(minutes)
