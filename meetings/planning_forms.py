"""The forms of a committee's rule and of its year."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
)
from wtforms.validators import NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from meetings.meeting import PLACE_LENGTH, Meeting
from meetings.meeting_forms import IN_PLACES, DayAndTime, PlaceAndLink, later_clock, refuse_names
from meetings.rules import (
    FREQUENCIES,
    LAST_YEAR,
    LONGEST_INTERVAL,
    LONGEST_MINUTES,
    MONTHS_OF_QUARTER,
    MOST_SLOTS,
    WEEKDAYS,
    WEEKS,
    Frequency,
    MeetingRule,
    Slot,
)
from portal.committees import Committee
from portal.forms import REQUIRED, Form, choices, clock_time, day, line
from portal.language import short_date

LENGTH = _l("Bitte eine Dauer von 1 bis %(max)d Minuten.", max=LONGEST_MINUTES)
INTERVAL = _l("Bitte einen Abstand von 1 bis %(max)d Wochen.", max=LONGEST_INTERVAL)

IDLE = {
    Frequency.QUARTERLY: ("interval", "first_on"),
    Frequency.MONTHLY: ("interval", "first_on", "month_of_quarter"),
    Frequency.WEEKLY: ("week", "month_of_quarter"),
}
"""The fields that do not count for each frequency: whatever stands in them, the row keeps what it has."""


class RuleForm(Form, PlaceAndLink):
    frequency = RadioField(
        _l("Wie oft trifft sich das Gremium?"),
        choices=choices(FREQUENCIES.items()),
        coerce=Frequency,
        default=Frequency.QUARTERLY,
    )
    weekday = SelectField(_l("Wochentag"), choices=choices(WEEKDAYS.items()), coerce=int)
    week = SelectField(_l("Welcher im Monat?"), choices=choices(WEEKS.items()), coerce=int)
    month_of_quarter = SelectField(
        _l("Monat im Quartal"), choices=choices(MONTHS_OF_QUARTER.items()), coerce=int
    )
    interval = IntegerField(
        _l("Abstand in Wochen"),
        default=1,
        validators=[REQUIRED, NumberRange(1, LONGEST_INTERVAL, message=INTERVAL)],
    )
    first_on = day(_l("Erste Sitzung"))
    starts = clock_time(_l("Beginn"))
    minutes = IntegerField(
        _l("Dauer in Minuten"), validators=[REQUIRED, NumberRange(1, LONGEST_MINUTES, message=LENGTH)]
    )
    avoids_school_holidays = BooleanField(_l("Schulferien in Nordrhein-Westfalen meiden"))

    def validate(self, **options: Any) -> bool:
        for field in self._idle():
            field.process_errors, field.validators, field.validate_choice = [], [Optional()], False
        return bool(super().validate(**options))

    def validate_minutes(self, field: Any) -> None:
        if field.data and self.starts.data and later_clock(self.starts.data, field.data) is None:
            raise ValidationError(_("Die Sitzung muss am selben Tag enden."))

    def validate_first_on(self, field: Any) -> None:
        if field.data and field.data.year > LAST_YEAR:
            raise ValidationError(_("Bitte prüfen Sie das Jahr."))

    def populate_obj(self, rule: MeetingRule) -> None:
        idle = {field.name for field in self._idle()}
        for name, field in self._fields.items():
            if name not in idle:
                field.populate_obj(rule, name)

    def _idle(self) -> Iterator[Any]:
        return (self[name] for name in IDLE.get(self.frequency.data, ()))


class SlotForm(DayAndTime):
    """One slot of the year's plan; `seen` names the meetings of the slot that its reader saw.

    `next_on` is the next best date as the reader saw it, which `instead` puts in the place of the day.
    """

    take = BooleanField(_l("Diese Sitzung eintragen"))
    instead = BooleanField()
    next_on = DateField(widget=HiddenInput(), validators=[Optional()])
    place = line(_l("Ort"), PLACE_LENGTH, required=False)
    seen = HiddenField()

    committee: Committee
    slot: Slot
    existing: Sequence[Meeting]

    def validate_place(self, field: Any) -> None:
        refuse_names(self.committee, field, besides=IN_PLACES)

    def validate(self, extra_validators: Any = None) -> bool:
        if not self.take.data:
            return True
        if self.instead.data and self.next_on.data:
            self.on.process(MultiDict({self.on.name: self.next_on.data.isoformat()}))
        return bool(super().validate(extra_validators))

    def validate_on(self, field: Any) -> None:
        super().validate_on(field)
        if field.data and field.data not in self.slot:
            raise ValidationError(
                _(
                    "Dieser Tag liegt nicht zwischen dem %(first)s und dem %(last)s.",
                    first=short_date(self.slot.first),
                    last=short_date(self.slot.last),
                )
            )

    def validate_ends(self, field: Any) -> None:
        super().validate_ends(field)
        entered = {meeting.starts_at for meeting in self.existing}
        if self.seen.data == seen_text(self.existing) or not self.starts.data or not self.on.data:
            return
        if self.starts_at in entered:
            return
        self.seen.data = seen_text(self.existing)
        raise ValidationError(
            _(
                "Inzwischen wurde für diesen Zeitraum eine Sitzung eingetragen. Wenn Sie eine weitere "
                "möchten, senden Sie das Formular noch einmal ab; sonst entfernen Sie das Häkchen."
            )
        )


class PlanForm(Form):
    proposals = FieldList(FormField(SlotForm), max_entries=MOST_SLOTS)
    invite = BooleanField(_l("Mitglieder gleich einladen"))

    def fits(self, slots: Sequence[Slot]) -> bool:
        """Whether there is one entry for each slot; it is not when the rule has become another one meanwhile."""
        wanted = [f"{self.proposals.name}-{number}" for number in range(len(slots))]
        return [entry.name for entry in self.proposals] == wanted

    def judge_by(
        self, committee: Committee, slots: Sequence[Slot], existing: Sequence[Sequence[Meeting]]
    ) -> None:
        """Let each entry know its committee and slot, and which meetings that has by now."""
        for entry, slot, meetings in zip(self.proposals, slots, existing, strict=True):
            entry.form.committee, entry.form.zone = committee, committee.zone
            entry.form.slot, entry.form.existing = slot, meetings

    @property
    def taken(self) -> list[SlotForm]:
        return [entry.form for entry in self.proposals if entry.form.take.data]


def seen_text(meetings: Sequence[Meeting]) -> str:
    return " ".join(str(row.id) for row in meetings)
