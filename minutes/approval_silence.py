"""Approval by silence: after the period of objection, minutes that nobody objected to are approved by the worker."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from minutes import letters
from minutes.approval import ApprovalRefusedError, approve, check_ready, open_requests
from minutes.minutes import ApprovalWay, Minutes, MinutesState
from minutes.review import is_changed
from minutes.sealing import SealedError
from portal import audit, jobs, outbox
from portal.chain import UNREADABLE
from portal.clock import today
from portal.committees import Role, people_of, sits_in
from portal.database import session
from portal.outbox import Letter

KIND = "review_ended"

FAULTS = (*UNREADABLE, SQLAlchemyError, OSError, SealedError)
"""What one of the minutes may fail of, without keeping the others waiting."""

logger = logging.getLogger(__name__)


def hindrances(minutes: Minutes) -> Iterator[str]:
    """Why silence does not approve the minutes, in the language of the moment."""
    if count := len(open_requests(minutes)):
        yield ngettext(
            "Eine Bitte um Änderung ist noch nicht beantwortet.",
            "%(num)d Bitten um Änderung sind noch nicht beantwortet.",
            count,
        )
    if is_changed(minutes):
        yield _("Das Protokoll wurde geändert, seit es zur Durchsicht gegeben wurde.")
    try:
        check_ready(minutes)
    except ApprovalRefusedError as refused:
        yield str(refused)


def end_reviews() -> None:
    """Approve what nobody objected to, tell the secretaries of the rest; each of the minutes is committed."""
    tomorrow = today() + timedelta(days=1)  # somewhere it is already
    over = sa.select(Minutes.id).where(
        Minutes.state == MinutesState.IN_REVIEW, Minutes.review_until < tomorrow
    )
    for number in session.scalars(over.order_by(Minutes.id)).all():
        try:
            _end_one(number)
        except FAULTS:
            session.rollback()
            logger.exception("the review of minutes:%d could not be ended", number)


def _end_one(number: int) -> None:
    # Whoever else approves them, comments or gives more time is waited for.
    minutes = session.scalar(
        sa.select(Minutes)
        .where(Minutes.id == number, Minutes.state == MinutesState.IN_REVIEW)
        .with_for_update(of=Minutes)
        .execution_options(populate_existing=True)
    )
    if minutes is not None:
        _end(minutes)
    session.commit()


def _end(minutes: Minutes) -> None:
    until = minutes.review_until
    if until is None or today(minutes.meeting.committee.zone) <= until:
        return
    if not list(hindrances(minutes)):
        approve(minutes, None, way=ApprovalWay.SILENCE)
        audit.record("minutes.approved", minutes, way=ApprovalWay.SILENCE)
        return
    for person in people_of(minutes.meeting.committee, Role.SECRETARY):
        with force_locale(person.language):
            reasons = list(hindrances(minutes))
        letter = letters.queue(KIND, minutes, person, until.toordinal(), reasons=reasons)
        if letter is not None:
            letter.hold_until_morning()


def _still_waits(letter: Letter) -> bool:
    """Whether the minutes still wait for a secretary since the day of which the letter tells."""
    minutes = letters.minutes_of(letter)
    return (
        minutes.state is MinutesState.IN_REVIEW
        and minutes.review_until is not None
        and minutes.review_until.toordinal() == letter.revision
        and sits_in(letter.person, minutes.meeting.committee_id, Role.SECRETARY)
    )


def init_app(_app: Flask) -> None:
    jobs.daily["reviews"] = end_reviews
    outbox.optional.add(KIND)
    outbox.still_wanted[KIND] = _still_waits
