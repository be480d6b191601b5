"""The head of minutes: when and where, who was there, and how far the minutes have come."""

from collections.abc import Iterator

from flask_babel import gettext as _

from meetings.attendance import attendance_of
from meetings.replies import Presence
from minutes.minutes import MINUTES_STATES, ApprovalWay, Minutes
from portal.language import clock, local, long_date, short_date


def facts_of(minutes: Minutes) -> Iterator[tuple[str, str]]:
    """Pairs of what is said and its value, empty where nobody knows it; in the present language."""
    meeting = minutes.meeting
    present, excused = _attendance(minutes)
    yield _("Sitzung"), meeting.title
    yield _("Datum"), long_date(meeting.day)
    yield _("Zeit"), _hours(minutes)
    yield _("Ort"), meeting.place
    yield _("Sitzungsleitung"), minutes.chair
    yield _("Protokoll"), minutes.minute_taker
    yield _("Anwesend"), present
    yield _("Entschuldigt"), excused
    yield _("Nächste Sitzung"), long_date(minutes.next_meeting) if minutes.next_meeting else ""
    if minutes.edition > 1:
        yield _("Fassung"), f"{minutes.edition} ({minutes.change_reason})".replace(" ()", "")
    yield _("Stand"), _standing(minutes)


def open_facts_of(minutes: Minutes) -> Iterator[tuple[str, str]]:
    """The same for readers outside the committee: nothing that only the text tells, perhaps in an internal passage."""
    meeting = minutes.meeting
    yield _("Sitzung"), meeting.title
    yield _("Datum"), long_date(meeting.day)
    yield _("Zeit"), _planned(minutes)
    yield _("Ort"), meeting.place
    if minutes.edition > 1:
        yield _("Fassung"), str(minutes.edition)
    approved = _approval_day(minutes)
    yield _("Stand"), _("genehmigt am %(date)s", date=approved) if approved else _state(minutes)


def _hours(minutes: Minutes) -> str:
    if minutes.began and minutes.ended:
        return str(_("%(start)s bis %(end)s Uhr", start=minutes.began, end=minutes.ended))
    if minutes.began:
        return str(_("ab %(start)s Uhr", start=minutes.began))
    if minutes.ended:
        return str(_("bis %(end)s Uhr", end=minutes.ended))
    return _planned(minutes)


def _planned(minutes: Minutes) -> str:
    meeting = minutes.meeting
    return str(_("angesetzt für %(start)s", start=clock(meeting.starts_at, meeting.committee.zone)))


def _standing(minutes: Minutes) -> str:
    """How far the minutes have come, and by whose word."""
    date, person = _approval_day(minutes), minutes.approved_by
    if not date:
        return _state(minutes)
    if minutes.way is ApprovalWay.SILENCE:
        return str(_("genehmigt durch Ablauf der Einspruchsfrist am %(date)s", date=date))
    if minutes.approved_in is not None and person is not None:
        words = _(
            "genehmigt von der Sitzung am %(meeting)s, eingetragen am %(date)s von %(name)s",
            meeting=short_date(minutes.approved_in.day),
            date=date,
            name=person.name,
        )
        return str(words)
    if minutes.way is ApprovalWay.DIRECT and person is not None:
        return str(_("genehmigt am %(date)s ohne Sitzung, von %(name)s", date=date, name=person.name))
    return str(_("genehmigt am %(date)s", date=date))


def _state(minutes: Minutes) -> str:
    return str(MINUTES_STATES[minutes.state])


def _approval_day(minutes: Minutes) -> str:
    """The day of the approval, empty before."""
    if minutes.approved_at is None:
        return ""
    return short_date(local(minutes.approved_at, minutes.meeting.committee.zone).date())


def _attendance(minutes: Minutes) -> tuple[str, str]:
    """Who was there and who was excused: as the text tells, else as it was noted in the meeting."""
    if minutes.present or minutes.excused:
        return _names(minutes.present.splitlines()), _names(minutes.excused.splitlines())
    present, excused = list[str](), list[str]()
    for row in attendance_of(minutes.meeting):
        if row.presence is Presence.PRESENT and row.stands_in_for is not None:
            present.append(
                _("%(name)s (für %(member)s)", name=row.person.name, member=row.stands_in_for.name)
            )
        elif row.presence is Presence.PRESENT:
            present.append(row.person.name)
        elif row.presence is Presence.EXCUSED:
            excused.append(row.person.name)
    return _names(present), _names(excused)


def _names(names: list[str]) -> str:
    names = [name.strip() for name in names if name.strip()]
    return ("; " if any("," in name for name in names) else ", ").join(names)
