"""The form in which minutes are corrected: the text, the head, and the proposals with their ids."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import HiddenInput

from minutes.correction import DATES, FIELDS, WORDING, Content, content_of, plain, seal
from minutes.minutes import HEAD, NAME_LENGTH, NAMES_LENGTH, TEXT_LENGTH, TIME_LENGTH, Minutes
from minutes.proposals import (
    LINE_LENGTH,
    NUMBER_LENGTH,
    OUTCOMES,
    OWNERS_LENGTH,
    VOTE_MODES,
    Outcome,
    VoteMode,
)
from portal.forms import Form, PartForm, choice, line

MOST_VOTES = 1_000_000
YEARS = range(1900, 2100)
CLOCK = r"([01]?\d|2[0-3]):[0-5]\d"


def _text(label: str, longest: int = TEXT_LENGTH) -> TextAreaField:
    return TextAreaField(
        label, [Length(max=longest, message=_l("Bitte höchstens %(max)d Zeichen.", max=longest))]
    )


def _votes(label: str) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, MOST_VOTES)])


def _day(label: str) -> DateField:
    return DateField(label, [Optional(), _is_of_our_time])


def _is_of_our_time(_form: Any, field: Field) -> None:
    """Refuses a year that is mistyped or not typed to its end; the calendar knows no day after some of them."""
    if field.data and field.data.year not in YEARS:
        raise ValidationError(_l("Bitte prüfen Sie das Jahr."))


def _clock(label: str) -> StringField:
    is_clock = Regexp(CLOCK, message=_l("Bitte geben Sie eine Uhrzeit wie 10:00 an."))
    return StringField(label, [Optional(), Length(max=TIME_LENGTH), is_clock])


class RowForm(PartForm):
    """A proposal; one without an id is new, and nothing while it is empty."""

    id = IntegerField(widget=HiddenInput(), validators=[Optional()])
    accepted = BooleanField(_l("übernehmen"), default=True)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        wording: Field | None = self._fields.get("text") or self._fields.get("title")
        if not self.id.data and wording is not None and not wording.data and self.is_begun:
            wording.errors = [*wording.errors, _l("Bitte schreiben Sie hier, worum es geht.")]
            return False
        return is_valid

    @property
    def is_begun(self) -> bool:
        """Whether somebody filled in something of a new row."""
        untouched = {"id", "accepted", "outcome", "mode"}
        return any(
            field.data not in (None, "") for name, field in self._fields.items() if name not in untouched
        )


class ItemForm(RowForm):
    number = line(_l("Nummer"), NUMBER_LENGTH, required=False)
    title = line(_l("Überschrift"), LINE_LENGTH, required=False)


class DecisionProposalForm(RowForm):
    text = _text(_l("Wortlaut"))
    outcome = choice(_l("Ergebnis"), OUTCOMES, default=Outcome.ADOPTED)
    mode = choice(_l("Abstimmung"), VOTE_MODES, default=VoteMode.NOT_RECORDED)
    yes = _votes(_l("Ja"))
    no = _votes(_l("Nein"))
    abstain = _votes(_l("Enthaltung"))
    rationale = _text(_l("Begründung"))


class TaskForm(RowForm):
    text = _text(_l("Aufgabe"))
    owners = line(_l("Wer"), OWNERS_LENGTH, required=False)
    due = _day(_l("Bis wann"))


class DeferralForm(RowForm):
    text = _text(_l("Was vertagt wurde"))


class ClosureForm(RowForm):
    """There is nothing to correct in a task that is done: it is, or it is not."""


class CorrectionForm(Form):
    """The form carries, sealed, what its reader saw: from that follows what they changed, and what others did."""

    seen = HiddenField(validators=[InputRequired()])
    text = _text(_l("Text des Protokolls"))
    chair = line(_l("Sitzungsleitung"), NAME_LENGTH, required=False)
    minute_taker = line(_l("Protokollführung"), NAME_LENGTH, required=False)
    began = _clock(_l("Beginn"))
    ended = _clock(_l("Ende"))
    present = _text(_l("Anwesend, ein Name je Zeile"), NAMES_LENGTH)
    excused = _text(_l("Entschuldigt, ein Name je Zeile"), NAMES_LENGTH)
    dated = _day(_l("Tag, den der Text nennt"))
    next_meeting = _day(_l("Nächste Sitzung"))
    decisions = FieldList(FormField(DecisionProposalForm))
    tasks = FieldList(FormField(TaskForm))
    deferrals = FieldList(FormField(DeferralForm))
    closures = FieldList(FormField(ClosureForm))
    items = FieldList(FormField(ItemForm))

    @classmethod
    def showing(cls, minutes: Minutes, content: Content | None = None) -> "CorrectionForm":
        """A form with the minutes as they are stored, or with another content to be stored in their place."""
        stored = content_of(minutes)
        return cls(formdata=None, data=(content or stored) | {"seen": seal(minutes.id, stored)})

    def content(self) -> Content:
        """What the person wants; `entry` is a row's place in its list of the form."""
        content: Content = {name: _given(name, self[name].data) for name in ("text", *HEAD)}
        for kind, names in FIELDS.items():
            content[kind] = [
                {"id": row.id.data, "entry": place} | {name: _given(name, row[name].data) for name in names}
                for place, row in enumerate(entry.form for entry in self[kind])
            ]
        return content

    def offer_new_rows(self) -> None:
        """Add an empty row to each list, for what the reader missed."""
        for kind in WORDING:
            entries = self[kind].entries
            if not entries or entries[-1].form.id.data or entries[-1].form[WORDING[kind]].data:
                self[kind].append_entry({"accepted": True})


def _given(name: str, value: Any) -> Any:
    is_text = name not in DATES and name not in {"accepted", "yes", "no", "abstain"}
    return plain(name, value or "" if is_text else value)
