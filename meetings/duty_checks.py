"""What the duty watch looks for in meetings: quarters without one, late invitations, late agendas."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from sqlalchemy.orm import defer

from meetings import duty_watch
from meetings.duty_watch import Remedy, Severity, Shortfall, Watch, days_left
from meetings.meeting import Meeting, MeetingState
from meetings.procedure import LONGEST_PERIOD, Duty
from meetings.rules import quarter_of
from portal.clock import now
from portal.committees import Committee, Membership
from portal.database import session
from portal.language import local, long_date, short_date

QUARTERS_AHEAD = 4
QUARTER_WARNING = timedelta(days=42)
INVITATION_WARNING = timedelta(days=3)
AGENDA_WARNING = timedelta(days=2)
A_DAY = timedelta(days=1)


def quarters_without_meeting(watch: Watch) -> Iterator[Shortfall]:
    """The quarter before, the present one and the four after it, where the committee must meet in each and does not.

    The agreement (1.1) asks this of the steering committee. A quarter is shown as soon as it is one of these,
    with the days that are left to invite in time.
    """
    bound = [row for row in watch.committees.values() if watch.procedures[row.id].duty is Duty.QUARTER]
    if not bound:
        return
    present = _quarter(watch.day)
    met = _quarters_met(bound, present - 1, present + QUARTERS_AHEAD)
    for committee in bound:
        for quarter in range(present, present + QUARTERS_AHEAD + 1):
            if (committee.id, quarter) not in met:
                yield _open_quarter(watch, committee, quarter)
    missed = [row for row in bound if (row.id, present - 1) not in met]
    for committee in _at_work_since(missed, _first_day(present - 1)):
        yield _missed_quarter(committee, present - 1)


def _quarter(day: date) -> int:
    """Quarters counted through the years, so that the next one is one more."""
    return 4 * day.year + quarter_of(day) - 1


def _first_day(quarter: int) -> date:
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def _last_day(quarter: int) -> date:
    return _first_day(quarter + 1) - A_DAY


def _quarters_met(committees: Sequence[Committee], first: int, last: int) -> set[tuple[int, int]]:
    """Pairs (committee_id, quarter) in which a meeting that is not cancelled begins."""
    zones = {row.id: row.zone for row in committees}
    # A day more at both ends: the zones of the committees decide.
    begin, end = _midnight(_first_day(first) - A_DAY), _midnight(_last_day(last) + 2 * A_DAY)
    found = sa.select(Meeting.committee_id, Meeting.starts_at).where(
        Meeting.committee_id.in_(zones),
        Meeting.state != MeetingState.CANCELLED,
        Meeting.starts_at >= begin,
        Meeting.starts_at < end,
    )
    return {(number, _quarter(local(at, zones[number]).date())) for number, at in session.execute(found)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("UTC"))


def _at_work_since(committees: Sequence[Committee], day: date) -> list[Committee]:
    """Those in which somebody sat on that day: what was before, the portal does not know."""
    if not committees:
        return []
    seated = sa.select(Membership.committee_id).where(
        Membership.committee_id.in_([row.id for row in committees]), Membership.starts_on <= day
    )
    known = set(session.scalars(seated.distinct()))
    return [row for row in committees if row.id in known]


def _open_quarter(watch: Watch, committee: Committee, quarter: int) -> Shortfall:
    last = _last_day(quarter)
    in_time = last - timedelta(days=watch.procedures[committee.id].invitation_days)
    names = {"number": quarter % 4 + 1, "year": quarter // 4}
    nothing = _("Im %(number)d. Quartal %(year)d ist keine Sitzung vorgesehen.", **names)
    if watch.day <= in_time:
        until = _(
            "Fristgerecht eingeladen werden kann bis zum %(day)s (%(left)s).",
            day=long_date(in_time),
            left=days_left(watch.day, in_time),
        )
        severity = Severity.SOON if in_time - watch.day <= QUARTER_WARNING else Severity.AHEAD
    else:
        until = _(
            "Für eine fristgerechte Einladung ist es zu spät; das Quartal endet am %(day)s (%(left)s).",
            day=long_date(last),
            left=days_left(watch.day, last),
        )
        severity = Severity.OVERDUE
    return Shortfall(
        key=_quarter_key(committee, quarter),
        committee=committee,
        what=f"{nothing} {until}",
        severity=severity,
        day=in_time,
        remedy=_planning(watch, committee, quarter),
    )


def _planning(watch: Watch, committee: Committee, quarter: int) -> Remedy:
    """The year's plan; in the present quarter its proposal may be over, so a single meeting is entered."""
    if quarter == _quarter(watch.day):
        return Remedy("planning.new", {"slug": committee.slug}, _("Sitzung eintragen"))
    year = quarter // 4
    return Remedy(
        "planning.show", {"slug": committee.slug, "year": year}, _("Jahr %(year)d planen", year=year)
    )


def _missed_quarter(committee: Committee, quarter: int) -> Shortfall:
    blank = _(
        "Das %(number)d. Quartal %(year)d blieb ohne Sitzung.", number=quarter % 4 + 1, year=quarter // 4
    )
    key = f"missed-{_quarter_key(committee, quarter)}"
    return Shortfall(key, committee, blank, Severity.MISSED, _last_day(quarter), remedy=None)


def _quarter_key(committee: Committee, quarter: int) -> str:
    return f"quarter:{committee.id}:{quarter // 4}-{quarter % 4 + 1}"


def preparation(watch: Watch) -> Iterator[Shortfall]:
    """Meetings to come whose invitation or agenda is not out in time, by the days of the committee's procedure."""
    coming = (
        sa.select(Meeting)
        .where(
            Meeting.committee_id.in_(watch.committees),
            Meeting.state.in_([MeetingState.PLANNED, MeetingState.INVITED]),
            Meeting.starts_at > now(),
            Meeting.starts_at < now() + timedelta(days=LONGEST_PERIOD) + INVITATION_WARNING + A_DAY,
        )
        .options(defer(Meeting.vevent))
    )
    for meeting in session.scalars(coming):
        procedure = watch.procedures[meeting.committee_id]
        held_on = local(meeting.starts_at, watch.committees[meeting.committee_id].zone).date()
        if meeting.state is MeetingState.PLANNED:
            yield from _invitation(watch, meeting, held_on, held_on - timedelta(procedure.invitation_days))
        if meeting.agenda_edition == 0:
            yield from _agenda(watch, meeting, held_on, held_on - timedelta(procedure.agenda_days))


def _invitation(watch: Watch, meeting: Meeting, held_on: date, due: date) -> Iterator[Shortfall]:
    words = {"date": short_date(held_on), "day": short_date(due), "left": days_left(watch.day, due)}
    if watch.day > due:
        severity = Severity.OVERDUE
        what = _("Sitzung am %(date)s: Die Einladung hätte am %(day)s hinaus sein müssen.", **words)
    elif due - watch.day <= INVITATION_WARNING:
        severity = Severity.SOON
        what = _("Sitzung am %(date)s: Die Einladung muss bis zum %(day)s hinaus (%(left)s).", **words)
    else:
        return
    remedy = Remedy("change.ask", {"meeting_id": meeting.id, "name": "invite"}, _("Einladen"))
    committee = watch.committees[meeting.committee_id]
    yield Shortfall(f"invitation:{meeting.id}", committee, what, severity, due, remedy)


def _agenda(watch: Watch, meeting: Meeting, held_on: date, due: date) -> Iterator[Shortfall]:
    words = {"date": short_date(held_on), "day": short_date(due), "left": days_left(watch.day, due)}
    if watch.day > due:
        severity = Severity.OVERDUE
        what = _("Sitzung am %(date)s: Die Tagesordnung hätte am %(day)s verschickt sein müssen.", **words)
    elif due - watch.day <= AGENDA_WARNING:
        severity = Severity.SOON
        what = _(
            "Sitzung am %(date)s: Die Tagesordnung muss bis zum %(day)s verschickt sein (%(left)s).", **words
        )
    else:
        return
    remedy = Remedy("agenda.show", {"meeting_id": meeting.id}, _("Zur Tagesordnung"))
    committee = watch.committees[meeting.committee_id]
    yield Shortfall(f"agenda:{meeting.id}", committee, what, severity, due, remedy)


def init_app(_app: Flask) -> None:
    duty_watch.checks["quarters"] = quarters_without_meeting
    duty_watch.checks["preparation"] = preparation
