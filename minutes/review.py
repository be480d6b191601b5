"""Review: until a day, the members of a committee read minutes, comment on them and ask for changes.

Silence is consent to the text that was given to review, and to nothing else: what is changed afterwards needs a new
period, or the yes of the secretary or of a meeting.
"""

from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask
from flask_login import current_user

from meetings.meeting import Meeting
from meetings.procedure import LONGEST_PERIOD, procedure_of
from minutes import letters
from minutes.approval import check_ready, is_blocked
from minutes.comments import Comment
from minutes.minutes import Minutes, MinutesState, get_minutes, visible_minutes
from portal import audit, chain, outbox
from portal.clock import now, today
from portal.committees import Role, committees_of, people_of, sits_in
from portal.database import session
from portal.outbox import Letter
from portal.people import Person

OPENED, ANSWERED = "minutes_review", "comments_answered"


def preset_end(minutes: Minutes) -> date:
    """The last day for objections by the committee's procedure, if they are given to review today."""
    committee = minutes.meeting.committee
    return today(committee.zone) + timedelta(days=procedure_of(committee).objection_days)


def latest_end(minutes: Minutes) -> date:
    return today(minutes.meeting.committee.zone) + timedelta(days=2 * LONGEST_PERIOD)


def is_running(minutes: Minutes) -> bool:
    """Whether members may still comment."""
    return (
        minutes.state is MinutesState.IN_REVIEW
        and minutes.review_until is not None
        and today(minutes.meeting.committee.zone) <= minutes.review_until
    )


def is_changed(minutes: Minutes) -> bool:
    """Whether anything is not as it was given to review."""
    return minutes.reviewed_digest is not None and minutes.reviewed_digest != _digest(minutes)


def _digest(minutes: Minutes) -> str:
    return chain.content_digest(minutes.salt, minutes.chained())


def give(minutes: Minutes, until: date, giver_id: int) -> int:
    """Give minutes to review as they stand, or give them more time, in the current transaction.

    Returns:
        How many members are told.

    Raises:
        ApprovalRefusedError: they may not be read as they stand.
    """
    check_ready(minutes)
    is_extended = minutes.state is MinutesState.IN_REVIEW
    minutes.state, minutes.review_until = MinutesState.IN_REVIEW, until
    minutes.reviewed_text, minutes.reviewed_digest = minutes.text, _digest(minutes)
    session.flush()
    people = [person for person in people_of(minutes.meeting.committee) if person.id != giver_id]
    told = [
        letters.queue(OPENED, minutes, person, minutes.version, is_extended=is_extended) for person in people
    ]
    return sum(letter is not None for letter in told)


def take_back(minutes: Minutes) -> None:
    """Make minutes in review a draft again; the comments stay."""
    minutes.state, minutes.review_until = MinutesState.DRAFT, None
    minutes.reviewed_text = minutes.reviewed_digest = None


def withdraw_if_blocked(minutes: Minutes) -> bool:
    """Make minutes a draft again that came to hold what their readers may not see, in the current transaction.

    Returns:
        Whether they were in review and are not any more.
    """
    if minutes.state is not MinutesState.IN_REVIEW or not is_blocked(minutes):
        return False
    take_back(minutes)
    audit.record("minutes.taken_back", minutes)
    return True


def tell_answered(comment: Comment) -> None:
    """A letter to who commented: one for all answers of a day, on the next morning."""
    if comment.person_id == comment.answered_by_id:
        return
    due = outbox.next_morning(now())
    letter = letters.queue(ANSWERED, comment.minutes, comment.person, due.toordinal())
    if letter is not None:
        letter.due_at = due


def get_minutes_in_review(minutes_id: int, *, to_change: bool = False) -> Minutes:
    """Minutes in review in whose committee the reader sits; otherwise 404.

    Who comments holds them until the commit (`to_change`), so that nothing comes in while they are approved.
    """
    is_in_review = Minutes.state == MinutesState.IN_REVIEW
    sits_there = Meeting.committee_id.in_(committees_of(current_user))
    return get_minutes(minutes_id, Role.MEMBER, is_in_review, sits_there, to_change=to_change)


def in_review_for(person: Person) -> list[Minutes]:
    """Minutes in review in the committees of a person, the first to end first."""
    wanted = visible_minutes().where(
        Minutes.state == MinutesState.IN_REVIEW, Meeting.committee_id.in_(committees_of(person))
    )
    return list(session.scalars(wanted.order_by(Minutes.review_until, Minutes.id)))


def _is_open_to(letter: Letter) -> bool:
    """Whether the review still runs, its reader sits there, and no later letter tells of it."""
    minutes = letters.minutes_of(letter)
    later = sa.select(Letter.id).where(
        Letter.kind == OPENED,
        Letter.about == letter.about,
        Letter.person_id == letter.person_id,
        Letter.revision > letter.revision,
    )
    return (
        is_running(minutes)
        and sits_in(letter.person, minutes.meeting.committee_id)
        and session.scalar(later.limit(1)) is None
    )


def _is_readable(letter: Letter) -> bool:
    minutes = letters.minutes_of(letter)
    return minutes.state is not MinutesState.DRAFT and sits_in(letter.person, minutes.meeting.committee_id)


def init_app(_app: Flask) -> None:
    outbox.optional.update({OPENED, ANSWERED})
    outbox.still_wanted |= {OPENED: _is_open_to, ANSWERED: _is_readable}
