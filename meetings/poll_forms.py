"""The forms of date polls: the question, the answers, the decision."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from meetings.agenda_guard import GuardedForm
from meetings.meeting import NOTE_LENGTH, TITLE_LENGTH
from meetings.meeting_forms import DayAndTime, PlaceAndLink, moment_of
from meetings.poll_dates import TIME_TO_ANSWER
from meetings.polls import (
    FEWEST_OPTIONS,
    MOST_OPTIONS,
    POLL_ANSWERS,
    DatePoll,
    PollAnswerKind,
    PollOption,
)
from meetings.rules import LAST_YEAR
from portal.clock import now, today
from portal.committees import Committee
from portal.forms import Form, choices, clock_time, day, line
from portal.language import local, long_date

FIRST_ROWS = 3
USUAL_END = time(18)


class OptionForm(DayAndTime):
    """A date to choose from; a row that is left empty is none."""

    @property
    def is_empty(self) -> bool:
        return not any("".join(field.raw_data or []).strip() for field in self)

    def validate(self, extra_validators: Any = None) -> bool:
        return True if self.is_empty else bool(super().validate(extra_validators))


class PollForm(GuardedForm, PlaceAndLink):
    """A question to a committee; in a case group its words must let nobody be recognised."""

    title = line(_l("Anlass"), TITLE_LENGTH)
    note = TextAreaField(
        _l("Hinweis für die Gefragten"),
        filters=[lambda text: text.strip() if text else ""],
        validators=[
            Optional(),
            Length(max=NOTE_LENGTH, message=_l("Bitte höchstens %(max)d Zeichen.", max=NOTE_LENGTH)),
        ],
    )
    closes_on = day(_l("Antworten bis"))
    closes_time = clock_time(_l("Uhrzeit"))
    options = FieldList(FormField(OptionForm), min_entries=FIRST_ROWS, max_entries=MOST_OPTIONS)

    guarded = ("title", "note")
    zone = "Europe/Berlin"

    @classmethod
    def with_dates(cls, dates: list[tuple[datetime, datetime]], **details: str) -> "PollForm":
        """A form with proposed dates, whose rest is as usual."""
        rows = [{"on": start.date(), "starts": start.time(), "ends": end.time()} for start, end in dates]
        end = {"closes_on": today() + TIME_TO_ANSWER, "closes_time": USUAL_END}
        return cls(data={"version": 0, "options": rows, **end, **details})

    def judge_by(self, committee: Committee) -> None:
        """Let it know for which committee it is filled in."""
        self.committee, self.zone = committee, committee.zone
        for entry in self.options:
            entry.form.zone = committee.zone

    @property
    def chosen(self) -> list[OptionForm]:
        return [entry.form for entry in self.options if not entry.form.is_empty]

    @property
    def dates(self) -> list[tuple[datetime, datetime]]:
        return [(row.starts_at, row.ends_at) for row in self.chosen]

    @property
    def closes_at(self) -> datetime:
        return moment_of(self.closes_on.data, self.closes_time.data, self.zone)

    @property
    def may_grow(self) -> bool:
        return len(self.options) < MOST_OPTIONS

    def add_row(self) -> None:
        if self.may_grow:
            self.options.append_entry()

    def validate_closes_on(self, field: Any) -> None:
        if field.data and field.data < today(self.zone):
            raise ValidationError(_("Dieser Tag liegt in der Vergangenheit."))
        if field.data and field.data.year > LAST_YEAR:
            raise ValidationError(_("Bitte prüfen Sie das Jahr."))

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super().validate(extra_validators)) and self._check_dates()

    def _check_dates(self) -> bool:
        starts = [start for start, _end in self.dates]
        if len(starts) < FEWEST_OPTIONS:
            self.form_errors.append(_("Bitte geben Sie mindestens zwei Termine zur Wahl."))
        elif len(set(starts)) < len(starts):
            self.form_errors.append(_("Zwei Termine beginnen zur selben Zeit."))
        elif self.closes_at >= min(starts):
            self.closes_on.errors = [_("Die Umfrage muss vor dem ersten Termin enden.")]
        elif self.closes_at <= now():
            self.closes_on.errors = [_("Dieser Zeitpunkt liegt in der Vergangenheit.")]
        return not self.errors


class DecideForm(Form):
    """Which date is taken."""

    option = RadioField(
        _l("Termin"), coerce=int, validators=[InputRequired(_l("Bitte wählen Sie einen Termin."))]
    )
    invite = BooleanField(_l("Mitglieder gleich einladen"))

    @classmethod
    def of(cls, poll: DatePoll, chosen: PollOption | None = None) -> "DecideForm":
        """The form with the dates that are still to come."""
        form = cls(data={"option": chosen.id if chosen else None, "invite": True})
        form.option.choices = [
            SelectChoice(option.id, date_and_hours(option, poll.committee.zone))
            for option in poll.options
            if option.starts_at > now()
        ]
        return form


def answer_form(poll: DatePoll, given: Mapping[int, PollAnswerKind]) -> Form:
    """A form with a question for each date.

    Args:
        poll: the poll.
        given: what was answered before, by the options' ids.
    """
    asked = {
        _field_name(option): RadioField(
            date_and_hours(option, poll.committee.zone),
            choices=choices(POLL_ANSWERS.items()),
            coerce=PollAnswerKind,
            default=given.get(option.id),
            validators=[InputRequired(_l("Bitte antworten Sie zu jedem Termin."))],
        )
        for option in poll.options
    }
    form: Form = type("AnswerForm", (Form,), asked)()
    return form


def answers_in(form: Form, poll: DatePoll) -> dict[int, PollAnswerKind]:
    """The answers of a valid form, by the options' ids."""
    return {option.id: form[_field_name(option)].data for option in poll.options}


def _field_name(option: PollOption) -> str:
    return f"option_{option.id}"


def date_and_hours(option: PollOption, zone: str) -> str:
    """Dienstag, 9. Februar 2027, 10:00–12:00 Uhr"""  # noqa: D415 - an example
    start, end = local(option.starts_at, zone), local(option.ends_at, zone)
    hours = {"date": long_date(start.date()), "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    shown: str = _("%(date)s, %(start)s–%(end)s Uhr", **hours)
    return shown
