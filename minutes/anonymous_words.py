"""Refuses words that could name a client in the short texts beside decisions, in which nobody is a known person."""

from typing import Any

from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import StopValidation

from portal.dismissals import report

SHOWN = 5


class AnonymousWords:
    """Validator; what was set aside in the row that the form names as `subject` is harmless here, too."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.errors or not field.data:
            return
        found = [one.excerpt for one in report(form.subject, {field.name: field.data}) if one.is_open]
        if found:
            words = ", ".join(f"„{excerpt}“" for excerpt in dict.fromkeys(found[:SHOWN]))
            raise StopValidation(
                _("Das könnte jemanden benennen: %(words)s. Bitte wählen Sie andere Worte.", words=words)
            )
