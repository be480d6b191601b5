"""Refuses words that could name a client, where the texts of a case group pass the guard (DESIGN, section 6)."""

from typing import Any

from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import StopValidation

from minutes.approval import guard_blocks
from portal import guard
from portal.committees import people_of


class HarmlessWords:
    """Validator of short texts beside minutes; the form has these as `minutes`, and has checked the length before."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.errors or not guard_blocks(form.minutes):
            return
        known = frozenset(person.name for person in people_of(form.minutes.meeting.committee))
        for one in guard.find(field.data or "", known):
            if one.blocking:
                words = _(
                    "„%(words)s“ könnte jemanden benennen. Bitte wählen Sie andere Worte.", words=one.excerpt
                )
                raise StopValidation(words)
