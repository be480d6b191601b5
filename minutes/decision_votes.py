"""Whether the counts of a vote fit what was decided: where they do not, a person says that it is so."""

from typing import Any

from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import ValidationError

from minutes.decision import Result
from minutes.decision_words import RESULTS

AGREED = (Result.GRANTED, Result.CONDITIONAL)


def doubt(result: Result | None, yes: int | None, no: int | None) -> str:
    """What is odd about a vote and its result, in the reader's language; empty where they fit, or nobody counted.

    A qualified majority, or a chair whose vote decides, may make it right all the same.
    """
    for_it, against = yes or 0, no or 0
    if result in AGREED:
        is_odd = yes == 0 or (against > 0 and against >= for_it)
    else:
        is_odd = result is Result.REFUSED and for_it > against
    if result is None or not is_odd:
        return ""
    words = {"yes": for_it, "no": against, "result": RESULTS[result]}
    return str(_("Ja: %(yes)d, Nein: %(no)d, und doch „%(result)s“?", **words))


class ConfirmsDoubt:
    """Validator of a box that must be ticked where the form's `votes_doubt` says something."""

    def __call__(self, form: Any, field: Field) -> None:
        if form.votes_doubt and not field.data:
            raise ValidationError(
                _(
                    "%(doubt)s Bitte berichtigen Sie Zahlen oder Ausgang, oder bestätigen Sie, dass es so stimmt, etwa "
                    "weil eine größere Mehrheit nötig war.",
                    doubt=form.votes_doubt,
                )
            )
