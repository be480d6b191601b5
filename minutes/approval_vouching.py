"""What `flask verify` asks of minutes: content, chain and state agree, and the files of approved ones are there."""

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from meetings.meeting import Meeting
from minutes import editions
from minutes.attachments import Attachment
from minutes.minutes import Minutes, MinutesState
from portal.chain import ChainLink, Fault, LinkKind
from portal.committees import Committee, CommitteeKind
from portal.database import session
from portal.files import StoredFile


def chained_minutes(ids: list[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Salt and chained content of minutes, for `flask verify`."""
    rows = session.scalars(sa.select(Minutes).where(Minutes.id.in_(ids)))
    return {row.id: (row.salt, row.chained()) for row in rows}


def wrongly_chained_minutes() -> Iterator[Fault]:
    """Minutes of which chain and state say different things, those open to too many, and files that are not theirs."""
    subject = sa.literal("minutes:").concat(sa.cast(Minutes.id, sa.String))
    link = sa.select(ChainLink.sequence).where(
        ChainLink.subject == subject, ChainLink.kind == LinkKind.APPROVED
    )
    is_approved, is_shared = Minutes.state == MinutesState.APPROVED, Minutes.shared_at.is_not(None)
    case_groups = (
        sa.select(Meeting.id).join(Meeting.committee).where(Committee.kind == CommitteeKind.CASE_GROUP)
    )
    checks = [
        (is_approved & ~link.exists(), "is approved, but not in the chain"),
        (~is_approved & link.exists(), "is approved by the chain, but passed off as a draft"),
        (
            is_shared & Minutes.meeting_id.in_(case_groups),
            "belongs to a case group, but is open to all committees",
        ),
        (is_shared & editions.is_superseded(), "is superseded, but open to all committees"),
    ]
    for condition, what in checks:
        for number in session.scalars(sa.select(Minutes.id).where(condition).order_by(Minutes.id)):
            yield Fault(None, f"minutes:{number}", what)
    yield from _changed_files()


def _changed_files() -> Iterator[Fault]:
    """Attachments of approved minutes whose bytes on disk are not those that the chain knows."""
    files = (
        sa.select(Attachment.minutes_id, StoredFile)
        .join(Attachment.released)
        .join(Attachment.minutes)
        .where(Minutes.state == MinutesState.APPROVED)
        .order_by(Attachment.minutes_id, Attachment.position)
    )
    for minutes_id, stored in session.execute(files):
        what = ""
        if not stored.is_kept:
            what = "is missing"
        elif hashlib.sha256(stored.path.read_bytes()).hexdigest() != stored.digest:
            what = "was changed"
        if what:
            yield Fault(
                None, f"minutes:{minutes_id}", f"the file {stored.digest[:12]} of an attachment {what}"
            )
