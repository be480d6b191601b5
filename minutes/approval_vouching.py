"""What `flask verify` asks of minutes: content, chain and state agree, and the files of approved ones are there."""

import hashlib
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask import Flask

from meetings.meeting import Meeting
from minutes import editions
from minutes.attachments import Attachment
from minutes.minutes import Minutes, MinutesState
from portal import chain, committees
from portal.chain import Content, Fault, LinkKind, has_link
from portal.committees import Committee, CommitteeKind
from portal.database import session
from portal.files import FileState, StoredFile

SUBJECT = sa.literal("minutes:").concat(sa.cast(Minutes.id, sa.String))


def chained_minutes(subjects: Sequence[str]) -> dict[str, Content]:
    """Salt and chained content of minutes."""
    rows = session.scalars(sa.select(Minutes).where(Minutes.id.in_(chain.ids_in("minutes", subjects))))
    return {f"minutes:{row.id}": (row.salt, row.chained()) for row in rows}


def wrongly_chained_minutes() -> Iterator[Fault]:
    """Minutes of which chain and state say different things, those open to too many, and files that are not theirs."""
    approved, erased = has_link(SUBJECT, LinkKind.APPROVED), has_link(SUBJECT, LinkKind.ERASED)
    is_approved, is_erased = Minutes.state == MinutesState.APPROVED, Minutes.state == MinutesState.ERASED
    is_shared = Minutes.shared_at.is_not(None)
    case_groups = (
        sa.select(Meeting.id).join(Meeting.committee).where(Committee.kind == CommitteeKind.CASE_GROUP)
    )
    content = sa.or_(Minutes.text != "", Minutes.html != "", Minutes.open_html != "", Minutes.salt != "")
    checks = [
        (is_approved & ~approved, "is approved, but not in the chain"),
        (
            ~is_approved & approved & ~is_erased & ~erased,
            "is approved by the chain, but passed off as a draft",
        ),
        (is_erased & ~erased, "is gone, and the chain notes no erasure"),
        (erased & (~is_erased | content), "is erased by the chain, but its content is there"),
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


def _has_shared(committee: Committee) -> bool:
    """Whether minutes of the committee are open to all committees, as those of a case group never are."""
    shared = sa.select(Minutes.id).join(Minutes.meeting).where(Meeting.committee_id == committee.id)
    return session.scalar(shared.where(Minutes.shared_at.is_not(None)).limit(1)) is not None


def _changed_files() -> Iterator[Fault]:
    """Files of approved minutes whose bytes on disk are not those that the chain knows."""
    approved = Minutes.state == MinutesState.APPROVED
    attachments = (
        sa.select(Attachment.minutes_id, StoredFile, sa.literal("of an attachment"))
        .join(Attachment.released)
        .join(Attachment.minutes)
        .where(approved)
        .order_by(Attachment.minutes_id, Attachment.position)
    )
    originals = (
        sa.select(Minutes.id, StoredFile, sa.literal("from which they were read"))
        .join(Minutes.original)
        .where(
            approved, StoredFile.state == FileState.KEPT
        )  # one that was dropped at the approval is gone by right
        .order_by(Minutes.id)
    )
    for wanted in (attachments, originals):
        for minutes_id, stored, words in session.execute(wanted):
            if what := _difference(stored):
                name = f"the file {stored.digest[:12]} {words}"
                yield Fault(None, f"minutes:{minutes_id}", f"{name} {what}")


def _difference(stored: StoredFile) -> str:
    """What is wrong with the bytes on disk; empty where nothing is."""
    if not stored.is_kept:
        return "is missing"
    with stored.path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return "" if found == stored.digest else "was changed"


def init_app(_app: Flask) -> None:
    chain.contents[LinkKind.APPROVED] = chained_minutes
    chain.complete["minutes"] = wrongly_chained_minutes
    committees.resting_on_kind["minutes"] = _has_shared
