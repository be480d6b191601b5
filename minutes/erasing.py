"""What an erasure removes: content, salt, index entries, files and the stored letters that tell of it."""

import re
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from minutes import decision_steps, erasure_ledger, search
from minutes.attachments import Attachment, subject_of
from minutes.citations import Citation
from minutes.comments import Comment
from minutes.decision import Decision, DecisionState, decision_topic
from minutes.decision_comments import DecisionComment
from minutes.decision_form import forget_topics
from minutes.decision_steps import DecisionStep, WithdrawalRequest
from minutes.erasure import ERASED, Erasure
from minutes.legal_basis import LegalBasis, Provision
from minutes.minutes import HEAD, Minutes, MinutesState
from minutes.proposals import ClosureProposal, DecisionProposal, DeferralProposal, ItemProposal, TaskProposal
from minutes.reading_list import ReadingListEntry
from portal import chain, dismissals
from portal.chain import LinkKind
from portal.clock import now
from portal.database import database, serialise, session
from portal.files import StoredFile
from portal.letters import every_text_of
from portal.outbox import Letter, LetterState
from portal.people import Person


def erase(erasure: Erasure, confirmed_by: Person | None, at: datetime | None = None) -> None:
    """Remove the content and add the link that tells of it, in the current transaction.

    Written as plain statements: what is released or approved lets nobody change it otherwise.
    """
    _overwrite_what_is_deleted()
    erasure.confirmed_by, erasure.erased_at = confirmed_by, at or now()
    number = int(erasure.subject.partition(":")[2])
    if erasure.is_of_minutes:
        _erase_minutes(session.get_one(Minutes, number))
    else:
        _erase_decision(session.get_one(Decision, number))
    session.flush()
    chain.seal(LinkKind.ERASED, erasure.subject, erasure.salt, erasure.chained(), erasure.erased_at)
    erasure_ledger.note(erasure)


def _erase_decision(decision: Decision) -> None:
    number, name, before = decision.id, decision.number or "", decision.supersedes
    serialise("archive")
    serialise("topics")
    search.remove(decision)
    for table in (LegalBasis, DecisionComment, WithdrawalRequest, ReadingListEntry, Citation):
        session.execute(sa.delete(table).where(table.decision_id == number))
    session.execute(sa.delete(decision_topic).where(decision_topic.c.decision_id == number))
    session.execute(
        sa.update(DecisionStep).where(DecisionStep.decision_id == number).values(reason="", salt="")
    )
    texts = dict.fromkeys(("outcome", "outline", "arguments", "conclusion", "conditions", "salt"), "")
    counts = ("result", "votes_yes", "votes_no", "votes_abstain")
    others = (
        "meeting_id",
        "agenda_item_id",
        "problem_group_id",
        "proposal_id",
        "minutes_item_id",
        "supersedes_id",
        "submission",
    )
    session.execute(
        sa.update(Decision)
        .where(Decision.id == number)
        .values(
            **texts,
            **dict.fromkeys((*counts, *others)),
            title=ERASED,
            state=DecisionState.ERASED,
            version=Decision.version + 1,
        )
    )
    session.refresh(decision)
    forget_topics()
    used = sa.select(LegalBasis.provision_id).where(LegalBasis.provision_id == Provision.id)
    session.execute(sa.delete(Provision).where(~used.exists()))
    dismissals.forget(f"decision:{number}")
    _drop_letters(f"decision:{number}", rf"(?<![A-Z0-9-]){re.escape(name)}(?![0-9])")
    for row in filter(None, (decision, before)):  # the page of what it replaced names it with its title
        for react in decision_steps.changed:
            react(row)


def _erase_minutes(minutes: Minutes) -> None:
    number = minutes.id
    dismissals.forget(f"minutes:{number}")
    dismissals.forget(subject_of(minutes))
    stored = [minutes.original, *(file for row in minutes.attachments for file in (row.file, row.released))]
    _drop_files(file for file in stored if file is not None)
    proposals = (ItemProposal, DecisionProposal, TaskProposal, DeferralProposal, ClosureProposal)
    for table in (*proposals, Comment, Attachment, Citation):
        session.execute(sa.delete(table).where(table.minutes_id == number))
    texts = ("text", "html", "open_html", "stems", "open_stems", "change_reason", "original_note", "salt")
    values = dict.fromkeys(texts, "") | {
        name: None if Minutes.__table__.c[name].nullable else "" for name in HEAD
    }
    nothing = ("original_id", "reviewed_text", "reviewed_digest", "shared_at", "shared_by_id")
    session.execute(
        sa.update(Minutes)
        .where(Minutes.id == number)
        .values(**values, **dict.fromkeys(nothing), state=MinutesState.ERASED, version=Minutes.version + 1)
    )
    session.expire_all()
    _drop_letters(f"minutes:{number}", rf"/minutes/{number}(?![0-9])")


def _drop_files(stored: Iterable[StoredFile]) -> None:
    """The bytes go with the worker's next round, unless another row keeps the same; names can tell something, too."""
    for file in stored:
        file.drop()
        file.name = f"{ERASED}.{file.kind}"


def _drop_letters(subject: str, sign: str) -> None:
    """Forget the texts of letters about it, and of all others in which its number or address stands.

    What waits is not sent any more; a daily letter that waits is written anew from what remains.
    """
    with_text = sa.select(Letter).where(Letter.body.is_not(None)).execution_options(yield_per=100)
    found = [letter for letter in session.scalars(with_text) if _tells_of(letter, subject, sign)]
    for letter in found:
        for collected in letter.collected:
            if collected not in found and letter.state is LetterState.QUEUED:
                collected.within, collected.finished_at, collected.due_at = None, None, now()
        letter.body, letter.head = None, ERASED
        if letter.state in {LetterState.QUEUED, LetterState.COLLECTED}:
            letter.state, letter.finished_at = LetterState.DROPPED, now()


def _tells_of(letter: Letter, subject: str, sign: str) -> bool:
    words = f"{letter.head}\n{every_text_of(letter.body or b'')}"
    return letter.about == subject or re.search(sign, words) is not None


def _overwrite_what_is_deleted() -> None:
    """Let SQLite overwrite the pages from which something is deleted; PostgreSQL's vacuum does so in its time."""
    if database().dialect == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def settle() -> None:
    """After the commit: let no older state of the pages remain in SQLite's write-ahead log.

    Somebody who reads just then keeps it there; so the worker does the same once a day.
    """
    if database().dialect == "sqlite":
        raw = database().engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
