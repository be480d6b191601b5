"""The forms of meetings."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from meetings.agenda_guard import guard_blocks, read
from meetings.meeting import LINK_LENGTH, PLACE_LENGTH, TITLE_LENGTH
from meetings.rules import LAST_YEAR, MeetingRule
from portal.clock import now, today
from portal.committees import Committee
from portal.forms import Form, PartForm, VersionedForm, clock_time, day, line
from portal.textguard import Kind

MINUTES_OF_DAY = 1440
IN_PLACES = frozenset({Kind.ADDRESS})
"""What the text guard finds in places that are no fault: a place has an address."""


def refuse_names(committee: Committee | None, field: Any, *, besides: frozenset[Kind] = frozenset()) -> None:
    """Validator of a line that goes into calendars and subjects: in a case group it must let nobody be recognised.

    Raises:
        ValidationError: the text guard found something, apart from these kinds.
    """
    if field.errors or committee is None or not guard_blocks(committee):
        return
    found = [one for one in read(committee, {field.name: field.data or ""}) if one.is_open]
    words = [one.excerpt for one in found if one.finding.kind not in besides]
    if words:
        raise ValidationError(
            _(
                "Das könnte eine Person erkennbar machen: %(words)s. Was hier steht, lesen andere auch in Kalendern "
                "und Briefen; bitte schreiben Sie es ohne diese Angaben.",
                words=", ".join(words),
            )
        )


class PlaceAndLink(PartForm):
    """Where a meeting takes place."""

    place = line(_l("Ort"), PLACE_LENGTH, required=False)
    link = line(_l("Link zur Videokonferenz"), LINK_LENGTH, required=False)

    committee: Committee | None = None
    """For which committee it is filled in."""

    def validate_place(self, field: Any) -> None:
        refuse_names(self.committee, field, besides=IN_PLACES)

    def validate_link(self, field: Any) -> None:
        if field.data and not field.data.startswith("https://"):
            raise ValidationError(_("Bitte eine Adresse, die mit https:// beginnt."))


class DayAndTime(PartForm):
    """Day, start and end: what planning, moving and extra meetings have in common."""

    on = day(_l("Tag"))
    starts = clock_time(_l("Beginn"))
    ends = clock_time(_l("Ende"))

    zone = "Europe/Berlin"
    """Where the committee meets: the zone of what people type."""
    unmoved: datetime | None = None
    """A start that may stay although it has passed: of a meeting of which only something else changes."""

    def validate_on(self, field: Any) -> None:
        if field.data and field.data < today(self.zone) and not self._is_unmoved():
            raise ValidationError(_("Dieser Tag liegt in der Vergangenheit."))
        if field.data and field.data.year > LAST_YEAR:
            raise ValidationError(_("Bitte prüfen Sie das Jahr."))

    def validate_starts(self, field: Any) -> None:
        self._check_clock(field)
        if (
            self.on.data == today(self.zone)
            and field.data
            and self.starts_at <= now()
            and not self._is_unmoved()
        ):
            raise ValidationError(_("Diese Uhrzeit ist heute schon vorbei."))

    def validate_ends(self, field: Any) -> None:
        self._check_clock(field)
        if field.data and self.starts.data and field.data <= self.starts.data:
            raise ValidationError(_("Das Ende muss nach dem Beginn liegen."))

    def _check_clock(self, field: Any) -> None:
        """Refuse the hour that the clocks leave out in March."""
        if (
            self.on.data
            and field.data
            and moment_of(self.on.data, field.data, self.zone).time() != field.data
        ):
            raise ValidationError(
                _("Diese Uhrzeit gibt es an diesem Tag nicht: Die Uhren werden vorgestellt.")
            )

    def _is_unmoved(self) -> bool:
        return bool(self.on.data and self.starts.data and self.starts_at == self.unmoved)

    @property
    def starts_at(self) -> datetime:
        return moment_of(self.on.data, self.starts.data, self.zone)

    @property
    def ends_at(self) -> datetime:
        return moment_of(self.on.data, self.ends.data, self.zone)


class Occasion(DayAndTime, PlaceAndLink):
    """All of a meeting that is typed; in a case group its title must let nobody be recognised."""

    title = line(_l("Anlass"), TITLE_LENGTH, required=False)

    def judge_by(self, committee: Committee) -> None:
        """Let it know for which committee it is filled in."""
        self.committee, self.zone = committee, committee.zone

    def validate_title(self, field: Any) -> None:
        refuse_names(self.committee, field)


class ExtraMeetingForm(Form, Occasion):
    @classmethod
    def by_rule(cls, rule: MeetingRule | None, on: date | None = None) -> "ExtraMeetingForm":
        """An empty form with the usual time and place, on that day if there is one."""
        if rule is None:
            return cls(on=on)
        ends = later_clock(rule.starts, rule.minutes)
        return cls(on=on, starts=rule.starts, ends=ends, place=rule.place, link=rule.link)


class MoveForm(VersionedForm, Occasion):
    """A meeting as it is to be from now on."""


class ActionForm(VersionedForm):
    """A button that changes a meeting."""


def later_clock(clock: time, minutes: int) -> time | None:
    """The time so many minutes later; None when that is another day."""
    later = clock.hour * 60 + clock.minute + minutes
    return time(*divmod(later, 60)) if later < MINUTES_OF_DAY else None


def moment_of(on: date, clock: time, zone: str) -> datetime:
    """That time of that day; one that the clocks leave out becomes the one an hour later."""
    moment = datetime.combine(on, clock, ZoneInfo(zone))
    try:
        return moment.astimezone(UTC).astimezone(moment.tzinfo)
    except OverflowError:  # the first or last day that there is
        return moment
