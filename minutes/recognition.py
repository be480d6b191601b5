"""The question that no program answers: whether somebody who knows the people recognises them in a text.

The text guard finds names and numbers. That a village, an occupation and a year together mean one family, only a
human being sees (DESIGN, section 6); so every release asks.
"""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import ValidationError

from portal.forms import REQUIRED, VersionedForm, choices

NOBODY, SOMEBODY = "nobody", "somebody"


class RecognitionForm(VersionedForm):
    """Releases only what nobody is recognised in; whoever is not sure says so, and nothing happens."""

    recognised = RadioField(
        _l("Erkennt jemand aus dem Umfeld die Person?"),
        choices=choices(
            [
                (NOBODY, _l("Nein. Auch wer die Menschen kennt, um die es geht, erkennt sie hier nicht.")),
                (SOMEBODY, _l("Ja, oder ich bin nicht sicher.")),
            ]
        ),
        validators=[REQUIRED],
        description=_l(
            "Denken Sie an Nachbarn, Arbeitgeber, Schule, Landsleute: Alter, Herkunft, Beruf, Ort und Zeit zusammen "
            "verraten oft mehr als ein Name. Geht es um keine einzelne Person, so ist die Antwort Nein."
        ),
    )

    def validate_recognised(self, field: Any) -> None:
        if field.data == SOMEBODY:
            raise ValidationError(
                _(
                    "Dann geht es so nicht. Bitte sagen Sie denen, die geschrieben haben, was zu erkennen gibt."
                )
            )
