"""The forms of agenda items."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from meetings.agenda import (
    ITEM_KINDS,
    ITEM_TEXT_LENGTH,
    ITEM_TITLE_LENGTH,
    LONGEST_ITEM,
    ORIGIN_LENGTH,
    REASON_LENGTH,
    AgendaItem,
    ItemKind,
)
from meetings.agenda_guard import GuardedForm
from portal.forms import FILLED, Form, OneLine, VersionedForm, choice

REFERENCE = re.compile(r"F-\d{4}-\d{3,6}", re.ASCII)


def _tidy(text: str | None) -> str | None:
    return text.strip() if text else text


def _too_long(most: int) -> Length:
    return Length(max=most, message=_l("Bitte höchstens %(max)d Zeichen.", max=most))


class ItemForm(GuardedForm):
    """An item as its writer enters it. A case needs its reference, and may do without another title."""

    kind = choice(_l("Art"), ITEM_KINDS, default=ItemKind.DISCUSSION)
    case_reference = StringField(
        _l("Fallnummer"),
        filters=[lambda text: text.strip().upper() if text else ""],
        description=_l("Nur bei einem Fall, wie F-2026-014."),
    )
    title = StringField(_l("Thema"), filters=[_tidy])
    text = TextAreaField(_l("Erläuterung"), validators=[Optional(), _too_long(ITEM_TEXT_LENGTH)])
    minutes = IntegerField(
        _l("Geplante Minuten"),
        validators=[
            Optional(),
            NumberRange(1, LONGEST_ITEM, message=_l("Bitte 1 bis %(max)d Minuten.", max=LONGEST_ITEM)),
        ],
    )
    origin = HiddenField(validators=[Length(max=ORIGIN_LENGTH)])

    guarded = ("title", "text")

    def validate_case_reference(self, field: Any) -> None:
        is_case = self.kind.data is ItemKind.CASE
        if is_case and not REFERENCE.fullmatch(field.data):
            raise ValidationError(_("Bitte nennen Sie den Fall mit seiner Nummer, zum Beispiel F-2026-014."))
        if field.data and not is_case:
            raise ValidationError(_("Eine Fallnummer gehört nur zu einem Fall. Bitte ändern Sie die Art."))

    def validate_title(self, field: Any) -> None:
        if not field.data and self.kind.data is ItemKind.CASE:
            field.data = self.case_reference.data
        FILLED(self, field)
        _too_long(ITEM_TITLE_LENGTH)(self, field)
        OneLine()(self, field)

    def fill(self, item: AgendaItem) -> None:
        """Put what was entered into the item."""
        item.kind, item.title = self.kind.data, self.title.data
        item.text = (self.text.data or "").replace("\r\n", "\n")
        item.minutes, item.case_reference = self.minutes.data, self.case_reference.data

    def differences(self, item: AgendaItem) -> list[tuple[str, str]]:
        """Label and present words of each field that somebody else changed meanwhile."""
        stored = {
            "kind": ITEM_KINDS[item.kind],
            "title": item.title,
            "text": item.text,
            "minutes": str(item.minutes or "–"),
            "case_reference": item.case_reference or "–",
        }
        typed = AgendaItem()
        self.fill(typed)
        return [
            (self[name].label.text, str(words))
            for name, words in stored.items()
            if getattr(typed, name) != getattr(item, name)
        ]


class DeclineForm(GuardedForm):
    reason = StringField(
        _l("Warum wird der Vorschlag nicht übernommen?"),
        filters=[_tidy],
        validators=[FILLED, _too_long(REASON_LENGTH), OneLine()],
        description=_l("Das liest, wer den Punkt vorgeschlagen hat."),
    )

    guarded = ("reason",)


class PlaceForm(Form):
    """Where an item shall stand; `seen` is the order that the reader saw."""

    place = IntegerField(_l("Platz"), validators=[InputRequired()])
    seen = HiddenField(validators=[Length(max=20_000)])
    by = HiddenField()


class CarryForm(Form):
    """What is taken over: the origin of one item, or of all of them."""

    origin = HiddenField(validators=[InputRequired(), Length(max=ORIGIN_LENGTH)])


class SendForm(VersionedForm):
    """Send the agenda; `seen` is the state of it that the reader saw."""

    seen = HiddenField(validators=[InputRequired()])
