"""Sending the agenda: what was sent is kept, so that the next sending can tell what changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask

from meetings.agenda import AgendaItem, accepted_items
from meetings.announcing import concerns
from meetings.feeds import event_changed
from meetings.meeting import Invitation, Meeting, MeetingState, WrongStateError
from portal import audit, outbox
from portal.clock import now
from portal.committees import CommitteeKind
from portal.database import session
from portal.outbox import Letter

Sent = dict[str, Any]
"""An item as it was sent: id, title, minutes, case reference, and the digest of its text and documents."""


@dataclass(frozen=True)
class Line:
    """An item of the agenda for a letter: `news` is `new`, `changed` or empty, `before` what it was called."""

    number: int
    title: str
    minutes: int | None
    news: str = ""
    before: str = ""


@dataclass(frozen=True)
class Comparison:
    """An agenda against the one that was sent last."""

    lines: list[Line]
    dropped: list[str]
    is_reordered: bool

    @property
    def is_same(self) -> bool:
        return not (self.dropped or self.is_reordered or any(line.news for line in self.lines))


def present_state(meeting: Meeting) -> list[Sent]:
    """The agenda as it would be sent now."""
    return [_as_sent(item) for item in accepted_items(meeting)]


def fingerprint(state: Sequence[Sent]) -> str:
    """Tells two states of an agenda apart: pages carry it."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]


def compare(before: Sequence[Sent] | None, after: Sequence[Sent]) -> Comparison:
    """What changed since the last sending; nothing is news when there was none."""
    known = {row["id"]: row for row in before or ()}
    lines = [
        Line(number, row["title"], row["minutes"], *_news(known.get(row["id"]), row, is_first=before is None))
        for number, row in enumerate(after, start=1)
    ]
    present = [row["id"] for row in after]
    kept = [number for number in known if number in set(present)]
    return Comparison(
        lines,
        dropped=[row["title"] for number, row in known.items() if number not in set(present)],
        is_reordered=kept != [number for number in present if number in known],
    )


def has_changed(meeting: Meeting) -> bool:
    """Whether members know another agenda than the present one."""
    return (
        meeting.agenda_sent is not None and not compare(meeting.agenda_sent, present_state(meeting)).is_same
    )


def send(meeting: Meeting) -> int:
    """Make the present agenda the one that members know, in the current transaction.

    Everybody invited gets a letter. Before anybody is invited it goes out with the invitation (DESIGN, section 2:
    letters about a case group carry title, date and link only).

    Returns:
        The number of letters queued.

    Raises:
        WrongStateError: the meeting is cancelled, or it took place.
    """
    if not meeting.is_open or meeting.ends_at <= now():
        raise WrongStateError
    state = present_state(meeting)
    comparison = compare(meeting.agenda_sent, state)
    meeting.agenda_edition += 1
    meeting.agenda_sent_at, meeting.agenda_sent = now(), state
    event_changed(meeting)
    audit.record("agenda.sent", meeting, edition=meeting.agenda_edition)
    if meeting.state is not MeetingState.INVITED:
        return 0
    is_quiet = meeting.committee.kind is CommitteeKind.CASE_GROUP
    invited = sa.select(Invitation).where(Invitation.meeting_id == meeting.id).order_by(Invitation.id)
    people = [row.person for row in session.scalars(invited.options(sa.orm.joinedload(Invitation.person)))]
    letters = [
        outbox.queue(
            "agenda",
            meeting,
            person,
            meeting.agenda_edition,
            thread=f"sitzung-{meeting.id}",
            meeting=meeting,
            comparison=None if is_quiet else comparison,
        )
        for person in people
        if concerns(meeting, person)
    ]
    return sum(letter is not None for letter in letters)


def _as_sent(item: AgendaItem) -> Sent:
    content = [item.kind, item.text, item.case_reference, *(row.file.digest for row in item.documents)]
    return {
        "id": item.id,
        "title": item.title,
        "minutes": item.minutes,
        "content": hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16],
    }


def _news(before: Sent | None, after: Sent, *, is_first: bool) -> tuple[str, str]:
    if is_first or before == after:
        return "", ""
    if before is None:
        return "new", ""
    return "changed", before["title"] if before["title"] != after["title"] else ""


def still_holds(letter: Letter) -> bool:
    """Whether this is the newest agenda of a meeting to come, and its reader still sits there."""
    meeting = session.get_one(Meeting, outbox.number_in(letter.about))
    if letter.revision != meeting.agenda_edition or not meeting.is_open or meeting.ends_at <= now():
        return False
    return concerns(meeting, letter.person)


def init_app(_app: Flask) -> None:
    outbox.still_wanted["agenda"] = still_holds
