"""The words of deadlines: as all-day events of calendar feeds, and as names on pages."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from meetings.calendar_text import clean, event_octets
from portal.language import clock, long_date
from portal.outbox import link

if TYPE_CHECKING:
    from meetings.deadlines import Deadline


def deadline_name(deadline: "Deadline") -> str:
    """What is to be done by that day, in the reader's language."""
    if deadline.poll is not None:
        return str(_("Terminumfrage „%(title)s“ beantworten", title=deadline.poll.title))
    return str(_("Themen für die Tagesordnung vorschlagen"))


def deadline_path(deadline: "Deadline") -> tuple[str, dict[str, Any]]:
    """Endpoint and values of the page on which it is done."""
    if deadline.poll_id is not None:
        return "poll.show", {"poll_id": deadline.poll_id}
    return "agenda.show", {"meeting_id": deadline.meeting_id}


def render_deadline(deadline: "Deadline") -> bytes:
    """The VEVENT of a deadline for feeds, in German; the same row always gives the same bytes."""
    from icalendar import Event

    endpoint, values = deadline_path(deadline)
    page = link(endpoint, **values)
    with force_locale("de"):
        name = _(
            "Frist: %(name)s (%(committee)s)", name=deadline_name(deadline), committee=deadline.committee.name
        )
        summary = _("Entfällt: %(name)s", name=name) if deadline.is_cancelled else name
        description = _description(deadline, page)
    event = Event()
    event.add("uid", deadline.uid)
    event.add("dtstamp", deadline.modified_at)
    event.add("last-modified", deadline.modified_at)
    event.add("sequence", deadline.sequence)
    event.add("dtstart", deadline.due_on)
    event.add("dtend", deadline.due_on + timedelta(days=1))  # RFC 5545, section 3.6.1: the end is exclusive
    event.add("summary", clean(summary))
    event.add("description", clean("\n".join(description)))
    event.add("url", page)
    event.add("categories", [clean(deadline.committee.name)])
    event.add("status", "CANCELLED" if deadline.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a deadline takes nobody's time
    return event_octets(event)


def _description(deadline: "Deadline", page: str) -> list[str]:
    lines = [_("Gremium: %(name)s", name=deadline.committee.name)]
    if deadline.meeting is not None:
        starts = deadline.meeting.starts_at.astimezone(ZoneInfo(deadline.committee.zone))
        lines.append(
            _("Sitzung: %(name)s, %(day)s", name=deadline.meeting.name, day=long_date(starts.date()))
        )
    if deadline.poll is not None:
        lines.append(_("Offen bis: %(time)s", time=clock(deadline.poll.closes_at, deadline.committee.zone)))
    return [*lines, _("Einzelheiten: %(link)s", link=page)]
