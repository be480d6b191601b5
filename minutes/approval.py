"""Approval: minutes become immutable, a link of the chain, and news for the members."""

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _

from meetings.feeds import event_changed
from minutes.minutes import Minutes, MinutesState, chained_minutes
from minutes.reading import BLOCKING_DATA
from portal import chain, outbox
from portal.chain import LinkKind
from portal.clock import now
from portal.committees import CommitteeKind, people_of, sits_in
from portal.database import session
from portal.dismissals import Reported, report
from portal.outbox import Letter
from portal.textguard import Kind, replace


class ApprovalRefusedError(Exception):
    """The minutes cannot be approved as they stand; the message tells the secretary why."""


def guard_blocks(minutes: Minutes) -> bool:
    """Whether findings block: in a case group; elsewhere they are only marked (DESIGN, section 6)."""
    return minutes.meeting.committee.kind is CommitteeKind.CASE_GROUP


def texts(minutes: Minutes) -> dict[str, str]:
    """Everything of the minutes that readers will see."""
    return {
        "text": minutes.text,
        "items": "\n".join(row.title for row in minutes.items if row.accepted),
        "decisions": "\n".join(row.text for row in minutes.decisions if row.accepted),
        "tasks": "\n".join(row.text for row in minutes.tasks if row.accepted),
        "owners": "; ".join(row.owners for row in minutes.tasks if row.accepted),
        "rationales": "\n".join(row.rationale for row in minutes.decisions if row.accepted),
    }


def findings(minutes: Minutes) -> list[Reported]:
    """What the guard finds; people of the committee are known in minutes."""
    known = frozenset(person.name for person in people_of(minutes.meeting.committee))
    return report(f"minutes:{minutes.id}", texts(minutes), known)


def replace_open(minutes: Minutes) -> int:
    """Put the guard's words in place of everything that is open. Returns the number of places."""
    found = [one for one in findings(minutes) if one.is_open]
    named = {word for one in found if one.finding.kind is Kind.PERSON for word in one.finding.excerpt.split()}

    def clean(field: str, text: str) -> str:
        words = {one.finding.excerpt: one.finding.replacement for one in found if one.field == field}
        for excerpt, replacement in words.items():
            text = text.replace(excerpt, replacement)
        return text

    minutes.write(replace(minutes.text, [one.finding for one in found if one.field == "text"]))
    for item in minutes.items:
        item.title = clean("items", item.title)
    for decision in minutes.decisions:
        decision.text = clean("decisions", decision.text)
        decision.rationale = clean("rationales", decision.rationale)
    for task in minutes.tasks:
        task.text = clean("tasks", task.text)
        # Somebody who is a finding anywhere owns no task: the reader took the name out of the same sentence.
        task.owners = ", ".join(owner for owner in task.owners.split(", ") if not named & set(owner.split()))
    return len(found)


def approve(minutes: Minutes, person_id: int, at: datetime | None = None) -> Path | None:
    """Approve a draft, in the current transaction.

    Args:
        minutes: the draft.
        person_id: who approves.
        at: the moment, for the demonstration; now by default.

    Returns:
        The file to remove after the commit, when the original held blocking data (DESIGN, section 5);
        its digest, size and the reason remain.

    Raises:
        ApprovalRefusedError: a finding is open in minutes of a case group, or the meeting is cancelled.
    """
    if minutes.meeting.is_cancelled:
        raise ApprovalRefusedError(_("Die Sitzung ist abgesagt. Nehmen Sie zuerst die Absage zurück."))
    if guard_blocks(minutes) and any(one.is_open for one in findings(minutes)):
        raise ApprovalRefusedError(_("Noch nicht genehmigt: In diesem Protokoll sind Fundstellen offen."))
    # What was not accepted is not part of the minutes.
    minutes.items = [row for row in minutes.items if row.accepted]
    minutes.decisions = [row for row in minutes.decisions if row.accepted]
    minutes.tasks = [row for row in minutes.tasks if row.accepted]
    minutes.state, minutes.approved_by_id, minutes.approved_at = MinutesState.APPROVED, person_id, at or now()
    session.flush()
    digest = chain.content_digest(minutes.salt, minutes.chained())
    head = chain.append(LinkKind.APPROVED, f"minutes:{minutes.id}", digest, minutes.approved_at)
    minutes.meeting.hold()
    event_changed(minutes.meeting)
    for person in people_of(minutes.meeting.committee):
        outbox.queue(
            "minutes_approved",
            minutes,
            person,
            minutes.edition,
            thread=f"sitzung-{minutes.meeting_id}",
            meeting=minutes.meeting,
            minutes=minutes,
            head=head.digest,
        )
    if minutes.original is None or not (guard_blocks(minutes) and minutes.original_note == BLOCKING_DATA):
        return None
    return minutes.original.path


def unchained_minutes() -> list[chain.Fault]:
    """Approved minutes that the chain does not know."""
    subject = sa.literal("minutes:").concat(sa.cast(Minutes.id, sa.String))
    known = sa.select(chain.ChainLink.sequence).where(chain.ChainLink.subject == subject)
    loose = sa.select(Minutes.id).where(Minutes.state == MinutesState.APPROVED, ~known.exists())
    return [
        chain.Fault(None, f"minutes:{number}", "is approved, but not in the chain")
        for number in session.scalars(loose)
    ]


def _still_readable(letter: Letter) -> bool:
    minutes = session.get_one(Minutes, int(letter.about.partition(":")[2]))
    return sits_in(letter.person, minutes.meeting.committee_id)


def init_app(_app: Flask) -> None:
    chain.subjects["minutes"] = chained_minutes
    chain.complete["minutes"] = unchained_minutes
    outbox.still_wanted["minutes_approved"] = _still_readable
    outbox.optional.add("minutes_approved")
