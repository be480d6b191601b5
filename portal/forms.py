"""The base of all forms, and fields that several pages share."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.i18n import translations
from wtforms import DateField, Field, IntegerField, SelectChoice, SelectField, StringField, TimeField
from wtforms import Form as PlainForm
from wtforms.meta import DefaultMeta
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

REQUIRED = InputRequired(_l("Bitte füllen Sie dieses Feld aus."))
FILLED = DataRequired(_l("Bitte füllen Sie dieses Feld aus."))  # also refuses blanks


class Form(FlaskForm):  # type: ignore[misc]
    """A form under the global CSRF protection, whose messages are in the reader's language."""


class PartForm(PlainForm):  # type: ignore[misc]
    """A part of a form, or an entry of a list in it; its messages are in the reader's language, too."""

    class Meta(DefaultMeta):  # type: ignore[misc]
        def get_translations(self, _form: Any) -> Any:
            return translations


class VersionedForm(Form):
    """A form that changes a row: it carries the version that its reader saw."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def check_version(self, current: int) -> bool:
        """Whether the row is still the one that was shown; otherwise the form gets an error."""
        if self.version.data == current:
            return True
        self.form_errors.append(
            _l(
                "Inzwischen wurde dies von jemand anderem oder in einem anderen Fenster geändert. Ihre "
                "Eingaben stehen noch hier; bitte vergleichen Sie sie mit dem neuen Stand und speichern Sie "
                "erneut."
            )
        )
        self.version.raw_data = None
        self.version.data = current
        return False


class OneLine:
    """Refuses line breaks of every kind and other control characters: titles go into mail headers too."""

    def __call__(self, _form: Any, field: Field) -> None:
        if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in field.data or ""):
            raise ValidationError(_l("Bitte verwenden Sie hier keine Zeilenumbrüche oder Steuerzeichen."))


def line(label: str, length: int, *, required: bool = True, **options: Any) -> StringField:
    """A one-line text field whose limit comes from the model."""
    first = FILLED if required else Optional()
    too_long = _l("Bitte höchstens %(max)d Zeichen.", max=length)
    return StringField(
        label,
        filters=[lambda text: text.strip() if text else text],
        validators=[first, Length(max=length, message=too_long), OneLine()],
        **options,
    )


def choice(label: str, names: Mapping[Any, Any], **options: Any) -> SelectField:
    """A select of the values of a `StrEnum` with their names."""
    kind = type(next(iter(names)))
    return SelectField(label, choices=choices(names.items()), coerce=kind, **options)


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Choices of a select from values and names."""
    return [SelectChoice(value, name) for value, name in pairs]


def day(label: str, *, required: bool = True, **options: Any) -> DateField:
    return DateField(label, validators=[REQUIRED if required else Optional()], **options)


class _ClockField(TimeField):  # type: ignore[misc]
    """The library knows no German for a wrong time."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Bitte geben Sie eine Uhrzeit wie 10:00 an.")) from None


def clock_time(label: str, **options: Any) -> TimeField:
    return _ClockField(label, validators=[REQUIRED], **options)


def period_is_ordered(form: Any, field: Field) -> None:
    """Validator of an end date beside a field `starts_on`."""
    if field.data and form.starts_on.data and field.data < form.starts_on.data:
        raise ValidationError(_l("Das Ende liegt vor dem Beginn."))


def rows_as_choices(rows: Iterable[Any]) -> list[SelectChoice]:
    """Choices of a select over rows that have a name."""
    return choices((row.id, row.name) for row in rows)
