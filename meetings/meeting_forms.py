"""The forms of rules, plans and meetings."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, IntegerField, SelectField
from wtforms.validators import NumberRange, ValidationError

from meetings.meeting import LINK_LENGTH, PLACE_LENGTH, TITLE_LENGTH, Meeting
from meetings.rules import (
    LAST_YEAR,
    LONGEST_MINUTES,
    MONTHS_OF_QUARTER,
    WEEKDAYS,
    WEEKS,
    MeetingRule,
    quarter_of,
)
from portal.clock import now, today
from portal.forms import REQUIRED, Form, PartForm, VersionedForm, choices, clock_time, day, line

ZONE = ZoneInfo("Europe/Berlin")
MINUTES_OF_DAY = 1440
LENGTH = _l("Bitte eine Dauer von 1 bis %(max)d Minuten.", max=LONGEST_MINUTES)


class PlaceAndLink(PartForm):
    """Where a meeting takes place."""

    place = line(_l("Ort"), PLACE_LENGTH, required=False)
    link = line(_l("Link zur Videokonferenz"), LINK_LENGTH, required=False)

    def validate_link(self, field: Any) -> None:
        if field.data and not field.data.startswith("https://"):
            raise ValidationError(_("Bitte eine Adresse, die mit https:// beginnt."))


class RuleForm(Form, PlaceAndLink):
    week = SelectField(_l("Woche"), choices=choices(WEEKS.items()), coerce=int)
    weekday = SelectField(_l("Wochentag"), choices=choices(WEEKDAYS.items()), coerce=int)
    month_of_quarter = SelectField(
        _l("Monat im Quartal"), choices=choices(MONTHS_OF_QUARTER.items()), coerce=int
    )
    starts = clock_time(_l("Beginn"))
    minutes = IntegerField(
        _l("Dauer in Minuten"), validators=[REQUIRED, NumberRange(1, LONGEST_MINUTES, message=LENGTH)]
    )

    def validate_minutes(self, field: Any) -> None:
        if field.data and self.starts.data and _later(self.starts.data, field.data) is None:
            raise ValidationError(_("Die Sitzung muss am selben Tag enden."))


class DayAndTime(PartForm):
    """Day, start and end: what planning, moving and extra meetings have in common."""

    on = day(_l("Tag"))
    starts = clock_time(_l("Beginn"))
    ends = clock_time(_l("Ende"))

    unmoved: datetime | None = None
    """A start that may stay although it has passed: of a meeting of which only something else changes."""

    def validate_on(self, field: Any) -> None:
        if field.data and field.data < today() and not self._is_unmoved():
            raise ValidationError(_("Dieser Tag liegt in der Vergangenheit."))
        if field.data and field.data.year > LAST_YEAR:
            raise ValidationError(_("Bitte prüfen Sie das Jahr."))

    def validate_starts(self, field: Any) -> None:
        self._check_clock(field)
        if self.on.data == today() and field.data and self.starts_at <= now() and not self._is_unmoved():
            raise ValidationError(_("Diese Uhrzeit ist heute schon vorbei."))

    def validate_ends(self, field: Any) -> None:
        self._check_clock(field)
        if field.data and self.starts.data and field.data <= self.starts.data:
            raise ValidationError(_("Das Ende muss nach dem Beginn liegen."))

    def _check_clock(self, field: Any) -> None:
        """Refuse the hour that the clocks leave out in March."""
        if self.on.data and field.data and _moment(self.on.data, field.data).time() != field.data:
            raise ValidationError(
                _("Diese Uhrzeit gibt es an diesem Tag nicht: Die Uhren werden vorgestellt.")
            )

    def _is_unmoved(self) -> bool:
        return bool(self.on.data and self.starts.data and self.starts_at == self.unmoved)

    @property
    def starts_at(self) -> datetime:
        return _moment(self.on.data, self.starts.data)

    @property
    def ends_at(self) -> datetime:
        return _moment(self.on.data, self.ends.data)


class QuarterForm(DayAndTime):
    """One quarter of the year's plan; `seen` names the meetings of the quarter that its reader saw."""

    take = BooleanField(_l("Diese Sitzung eintragen"))
    place = line(_l("Ort"), PLACE_LENGTH, required=False)
    seen = HiddenField()

    year: int
    quarter: int
    existing: Sequence[Meeting]

    def validate(self, extra_validators: Any = None) -> bool:
        return True if not self.take.data else super().validate(extra_validators)

    def validate_on(self, field: Any) -> None:
        super().validate_on(field)
        if field.data and (field.data.year, quarter_of(field.data)) != (self.year, self.quarter):
            raise ValidationError(
                _(
                    "Dieser Tag liegt nicht im %(number)d. Quartal %(year)d.",
                    number=self.quarter,
                    year=self.year,
                )
            )

    def validate_ends(self, field: Any) -> None:
        super().validate_ends(field)
        entered = {meeting.starts_at for meeting in self.existing}
        if self.seen.data == seen_text(self.existing) or not self.starts.data or self.starts_at in entered:
            return
        self.seen.data = seen_text(self.existing)
        raise ValidationError(
            _(
                "Inzwischen wurde für dieses Quartal eine Sitzung eingetragen. Wenn Sie eine weitere "
                "möchten, senden Sie das Formular noch einmal ab; sonst nehmen Sie den Haken heraus."
            )
        )


class PlanForm(Form):
    proposals = FieldList(FormField(QuarterForm), min_entries=4, max_entries=4)
    invite = BooleanField(_l("Mitglieder gleich einladen"))

    def judge_by(self, year: int, existing: Mapping[int, Sequence[Meeting]]) -> None:
        """Let each entry know its quarter, and which meetings that has by now."""
        for quarter, entry in enumerate(self.proposals, start=1):
            entry.form.year, entry.form.quarter, entry.form.existing = year, quarter, existing[quarter]

    @property
    def taken(self) -> list[QuarterForm]:
        return [entry.form for entry in self.proposals if entry.form.take.data]


class ExtraMeetingForm(Form, DayAndTime, PlaceAndLink):
    title = line(_l("Anlass"), TITLE_LENGTH, required=False)

    @classmethod
    def by_rule(cls, rule: MeetingRule | None) -> "ExtraMeetingForm":
        """An empty form with the usual time and place."""
        if rule is None:
            return cls()
        return cls(
            starts=rule.starts, ends=_later(rule.starts, rule.minutes), place=rule.place, link=rule.link
        )


class MoveForm(VersionedForm, DayAndTime, PlaceAndLink):
    title = line(_l("Anlass"), TITLE_LENGTH, required=False)


class ActionForm(VersionedForm):
    """A button that changes a meeting."""


def seen_text(meetings: Sequence[Meeting]) -> str:
    return " ".join(str(row.id) for row in meetings)


def _later(clock: time, minutes: int) -> time | None:
    """The time so many minutes later; None when that is another day."""
    later = clock.hour * 60 + clock.minute + minutes
    return time(*divmod(later, 60)) if later < MINUTES_OF_DAY else None


def _moment(on: date, clock: time) -> datetime:
    """That time of that day; one that the clocks leave out becomes the one an hour later."""
    return datetime.combine(on, clock, ZONE).astimezone(UTC).astimezone(ZONE)
