"""Approval: minutes become immutable, a link of the chain, and news for the members."""

import dataclasses
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from meetings.feeds import event_changed
from meetings.meeting import Meeting, MeetingState
from minutes import citations, editions, letters
from minutes.attachments import release_attachments
from minutes.comments import Comment, CommentState
from minutes.minutes import ApprovalWay, Minutes, MinutesState
from minutes.reading import BLOCKING_DATA
from minutes.sealing import SealedError
from minutes.task_takeover import take_over
from portal import chain, outbox
from portal.chain import LinkKind
from portal.clock import now
from portal.committees import CommitteeKind, people_of, sits_in
from portal.database import session
from portal.dismissals import Reported, report
from portal.errors import changed_meanwhile
from portal.outbox import Letter
from portal.textguard import Finding, Kind, replace

KIND = "minutes_approved"
MOST_MEETINGS = 12
"""So many meetings are offered as the one that approved minutes."""

FIELD_LABELS = {
    "text": _l("Wortlaut"),
    "head": _l("Angaben"),
    "reason": _l("Grund der neuen Fassung"),
    "items": _l("Tagesordnung"),
    "decisions": _l("Beschlüsse"),
    "tasks": _l("Aufgaben"),
    "owners": _l("Wer"),
    "rationales": _l("Begründung"),
    "deferrals": _l("Vertagt"),
    "quotes": _l("Stellen, zu denen etwas angemerkt wurde"),
}


class ApprovalRefusedError(Exception):
    """The minutes cannot be approved, or given to review, as they stand; the message tells the secretary why."""


def guard_blocks(minutes: Minutes) -> bool:
    """Whether findings block: in a case group; elsewhere they are only marked (DESIGN, section 6)."""
    return minutes.meeting.committee.kind is CommitteeKind.CASE_GROUP


def texts(minutes: Minutes) -> dict[str, str]:
    """Everything of the minutes that readers will see."""
    return {
        "text": minutes.text,
        "head": "; ".join(minutes.head().values()).replace("\n", "; "),  # a line break would join two names
        "reason": minutes.change_reason,
        "items": "\n".join(row.label for row in minutes.items if row.accepted),
        "decisions": "\n".join(row.text for row in minutes.decisions if row.accepted),
        "tasks": "\n".join(row.text for row in minutes.tasks if row.accepted),
        "owners": "; ".join(row.owners for row in minutes.tasks if row.accepted),
        "rationales": "\n".join(row.rationale for row in minutes.decisions if row.accepted),
        "deferrals": "\n".join(row.text for row in minutes.deferrals if row.accepted),
        "quotes": "\n".join(row.quote for row in minutes.comments),
    }


def findings(minutes: Minutes) -> list[Reported]:
    """What the guard finds; people of the committee are known in minutes."""
    known = frozenset(person.name for person in people_of(minutes.meeting.committee))
    return report(f"minutes:{minutes.id}", texts(minutes), known)


def is_blocked(minutes: Minutes) -> bool:
    """Whether a finding is open that keeps the minutes from their readers."""
    return guard_blocks(minutes) and any(one.is_open for one in findings(minutes))


def replace_open(minutes: Minutes) -> int:
    """Put the guard's words in place of everything that is open. Returns the number of places."""
    found = [one for one in findings(minutes) if one.is_open]
    named = {word for one in found if one.finding.kind is Kind.PERSON for word in one.finding.excerpt.split()}

    def clean(field: str, text: str) -> str:
        words = {one.finding.excerpt: one.finding.replacement for one in found if one.field == field}
        for excerpt, replacement in words.items():
            text = text.replace(excerpt, replacement)
        return text

    minutes.write(
        replace(minutes.text, [_in_as_many_lines(one.finding) for one in found if one.field == "text"])
    )
    minutes.change_reason = clean("reason", minutes.change_reason)
    for name, value in minutes.head().items():
        setattr(minutes, name, clean("head", value))
    for item in minutes.items:
        item.label = clean("items", item.label)
    for decision in minutes.decisions:
        decision.text = clean("decisions", decision.text)
        decision.rationale = clean("rationales", decision.rationale)
    for deferral in minutes.deferrals:
        deferral.text = clean("deferrals", deferral.text)
    for comment in minutes.comments:
        comment.quote = clean("quotes", comment.quote)
    for task in minutes.tasks:
        task.text = clean("tasks", task.text)
        # Somebody who is a finding anywhere owns no task: the reader took the name out of the same sentence.
        task.owners = ", ".join(owner for owner in task.owners.split(", ") if not named & set(owner.split()))
    return len(found)


def _in_as_many_lines(finding: Finding) -> Finding:
    """The proposed words with the line breaks of those that they replace: proposals and comments count the lines."""
    return dataclasses.replace(finding, replacement=finding.replacement + "\n" * finding.excerpt.count("\n"))


def check_ready(minutes: Minutes) -> None:
    """Whether the committee may read the minutes as they stand.

    Raises:
        ApprovalRefusedError: a finding is open in minutes of a case group, or the meeting is cancelled.
    """
    if minutes.meeting.is_cancelled:
        raise ApprovalRefusedError(_("Die Sitzung ist abgesagt. Nehmen Sie zuerst die Absage zurück."))
    if is_blocked(minutes):
        raise ApprovalRefusedError(_("Das geht noch nicht: In diesem Protokoll sind Fundstellen offen."))


def open_requests(minutes: Minutes) -> list[Comment]:
    """Comments that ask for a change and were not answered yet."""
    return [row for row in minutes.comments if row.asks_change and row.state is CommentState.OPEN]


def open_remarks(minutes: Minutes) -> list[Comment]:
    """Comments that ask for nothing and were not answered yet."""
    return [row for row in minutes.comments if not row.asks_change and row.state is CommentState.OPEN]


def approving_meetings(minutes: Minutes) -> list[Meeting]:
    """Later meetings of the committee that have begun, the next one first: one of them may have approved the minutes.

    A new edition can only be approved by a meeting after it was begun.
    """
    since = max(minutes.meeting.starts_at, minutes.begun_at or minutes.meeting.starts_at)
    later = sa.select(Meeting).where(
        Meeting.committee_id == minutes.meeting.committee_id,
        Meeting.starts_at > since,
        Meeting.starts_at <= now(),
        Meeting.state != MeetingState.CANCELLED,
    )
    return list(session.scalars(later.order_by(Meeting.starts_at).limit(MOST_MEETINGS)))


def approve(
    minutes: Minutes,
    person_id: int | None,
    at: datetime | None = None,
    *,
    way: ApprovalWay = ApprovalWay.DIRECT,
    approved_in: Meeting | None = None,
    tells: bool = True,
) -> None:
    """Approve minutes, in the current transaction.

    An original that held blocking data is dropped (DESIGN, section 5); its digest, size and the reason remain.

    Args:
        minutes: a draft, or minutes in review.
        person_id: who approves, or notes that the meeting did; nobody where silence approves.
        at: the moment, for the demonstration; now by default.
        way: how they are approved.
        approved_in: the meeting that approved them.
        tells: whether the members get letters about it.

    Raises:
        ApprovalRefusedError: a finding is open in minutes of a case group, the meeting is cancelled, or somebody
            asked for a change and has no answer yet; over that only a meeting may decide.
    """
    check_ready(minutes)
    if way is not ApprovalWay.MEETING and open_requests(minutes):
        raise ApprovalRefusedError(_("Bitte beantworten Sie zuerst, worum in der Durchsicht gebeten wurde."))
    _leave_out_what_was_not_accepted(minutes)
    session.flush()  # before the state seals the rows
    minutes.reviewed_text = minutes.reviewed_digest = None
    minutes.way, minutes.approved_in = way, approved_in
    minutes.state, minutes.approved_by_id, minutes.approved_at = MinutesState.APPROVED, person_id, at or now()
    session.flush()
    chain.seal(
        LinkKind.APPROVED, f"minutes:{minutes.id}", minutes.salt, minutes.chained(), minutes.approved_at
    )
    minutes.meeting.hold()
    event_changed(minutes.meeting)
    editions.end_sharing_before(minutes)
    release_attachments(minutes)
    if minutes.original is not None and guard_blocks(minutes) and minutes.original_note == BLOCKING_DATA:
        minutes.original.drop()
    take_over(minutes)
    citations.note_minutes(minutes)
    if tells:
        _tell(minutes)


def _leave_out_what_was_not_accepted(minutes: Minutes) -> None:
    minutes.items = [row for row in minutes.items if row.accepted]
    minutes.decisions = [row for row in minutes.decisions if row.accepted]
    minutes.tasks = [row for row in minutes.tasks if row.accepted]
    minutes.deferrals = [row for row in minutes.deferrals if row.accepted]
    minutes.closures = [row for row in minutes.closures if row.accepted]


def _tell(minutes: Minutes) -> None:
    """A letter to the members; about a case group's minutes it does not say why there is a new edition."""
    reason = "" if guard_blocks(minutes) else minutes.change_reason
    for person in people_of(minutes.meeting.committee):
        letter = letters.queue(KIND, minutes, person, minutes.edition, reason=reason)
        if letter is not None and minutes.way is ApprovalWay.SILENCE:
            letter.hold_until_morning()


def _still_readable(letter: Letter) -> bool:
    return sits_in(letter.person, letters.minutes_of(letter).meeting.committee_id)


def init_app(app: Flask) -> None:
    app.register_error_handler(SealedError, changed_meanwhile)
    outbox.still_wanted[KIND] = _still_readable
    outbox.optional.add(KIND)
