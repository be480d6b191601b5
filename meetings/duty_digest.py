"""The digest of the duty watch: one letter to a person when something new is missing, and each Monday what is overdue."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from meetings.duty_watch import (
    SEVERITIES,
    DutyNotice,
    Severity,
    Shortfall,
    missing_for,
    shortfalls,
    urgency,
    watchers,
)
from portal import jobs, outbox
from portal.clock import today
from portal.committees import Committee
from portal.database import serialise, session
from portal.outbox import Letter
from portal.people import Person

KIND = "duty_digest"
MONDAY = 0


def send_digests() -> None:
    """Queue the digests of the day, in the current transaction."""
    serialise("duties")  # a worker on another machine may be here too
    watched = _watched_by_everybody()
    notices = _notices()
    committees = session.scalars(sa.select(Committee).order_by(Committee.id)).all()
    missing: dict[str, dict[int, list[Shortfall]]] = {}
    for person, may_mend in watched.items():
        if person.language not in missing:
            with force_locale(person.language):
                missing[person.language] = _by_committee(shortfalls(committees))
        owed = [one for number in may_mend for one in missing[person.language].get(number, ())]
        owed.sort(key=urgency)
        _tell(person, owed, may_mend, notices.pop(person.id, set()))
    for number, told in notices.items():
        _forget(number, told)  # they have nothing to watch any more


def _by_committee(found: list[Shortfall]) -> dict[int, list[Shortfall]]:
    sorted_out: dict[int, list[Shortfall]] = defaultdict(list)
    for one in found:
        sorted_out[one.committee.id].append(one)
    return sorted_out


def _watched_by_everybody() -> dict[Person, dict[int, bool]]:
    """Who watches which committees, and whether they can mend there what is missing."""
    table = watchers()
    rows = (
        sa.select(Person, table.c.committee_id, table.c.may_mend)
        .join(table, table.c.person_id == Person.id)
        .where(Person.disabled_at.is_(None))
        .order_by(Person.id, table.c.may_mend)
    )
    found: dict[Person, dict[int, bool]] = defaultdict(dict)
    for person, committee_id, may_mend in session.execute(rows):
        found[person][committee_id] = may_mend
    return found


def _notices() -> dict[int, set[str]]:
    """What each person was told and may still be missing."""
    found: dict[int, set[str]] = defaultdict(set)
    for number, key in session.execute(sa.select(DutyNotice.person_id, DutyNotice.key)):
        found[number].add(key)
    return found


def _tell(person: Person, owed: list[Shortfall], may_mend: Mapping[int, bool], told: set[str]) -> None:
    current = {one.news for one in owed}
    _forget(person.id, told - current)
    fresh, day = current - told, today()
    if not fresh and not _is_repeated(owed, day):
        return
    letter = outbox.queue(
        KIND,
        person,
        person,
        day.toordinal(),
        entries=[(one, may_mend[one.committee.id], one.news in fresh) for one in owed],
        severities=SEVERITIES,
    )
    if letter is not None:
        letter.hold_until_morning()
        session.add_all(DutyNotice(person_id=person.id, key=key) for key in sorted(fresh))


def _is_repeated(owed: list[Shortfall], day: date) -> bool:
    """On Mondays, as long as something is overdue."""
    return day.weekday() == MONDAY and any(one.severity is Severity.OVERDUE for one in owed)


def _forget(person_id: int, keys: set[str]) -> None:
    if keys:
        mended = sa.delete(DutyNotice).where(DutyNotice.person_id == person_id, DutyNotice.key.in_(keys))
        session.execute(mended)


def still_holds(letter: Letter) -> bool:
    """Whether something in the digest is still missing, and no later digest tells it."""
    later = sa.select(Letter.id).where(
        Letter.kind == KIND, Letter.person_id == letter.person_id, Letter.revision > letter.revision
    )
    if session.scalar(later.limit(1)) is not None:
        return False
    told = _notices_of(letter.person)
    return any(one.news in told for one, _may_mend in missing_for(letter.person))


def _notices_of(person: Person) -> set[str]:
    return set(session.scalars(sa.select(DutyNotice.key).where(DutyNotice.person_id == person.id)))


def _daily() -> None:
    send_digests()
    session.commit()


def init_app(_app: Flask) -> None:
    outbox.optional.add(KIND)
    outbox.still_wanted[KIND] = still_holds
    jobs.daily["duties"] = _daily
