"""The forms of problem groups: what is written there names no person and no single case."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, TextAreaField
from wtforms.validators import Length, ValidationError

from meetings.agenda_guard import GuardedForm
from meetings.problem_groups import GROUP_TEXT_LENGTH, GROUP_TITLE_LENGTH, GroupState, ProblemGroup
from portal.case_numbers import CASE_NUMBER
from portal.forms import FILLED, line

TOO_LONG = _l("Bitte höchstens %(max)d Zeichen.", max=GROUP_TEXT_LENGTH)


def without_case_number(_form: object, field: Field) -> None:
    """Validator: a problem group stands for many cases and names none of them."""
    if found := CASE_NUMBER.search(field.data or ""):
        raise ValidationError(
            _("Bitte ohne Fallnummer: „%(number)s“ führt zu einem einzelnen Fall.", number=found.group())
        )


class OpenGroupForm(GuardedForm):
    """What is written about a problem group while nobody has settled it."""

    def check_open(self, group: ProblemGroup) -> bool:
        """Whether it still waits for an answer; otherwise the form gets an error, and keeps its words."""
        if group.state is GroupState.OPEN:
            return True
        self.form_errors.append(
            _l("Die Problemgruppe ist inzwischen beantwortet oder geschlossen. Ihre Worte stehen noch hier.")
        )
        return False


class GroupForm(OpenGroupForm):
    title = line(_l("Worum geht es?"), GROUP_TITLE_LENGTH)
    text = TextAreaField(
        _l("Was kommt immer wieder vor, und was ist die Frage?"),
        validators=[FILLED, Length(max=GROUP_TEXT_LENGTH, message=TOO_LONG)],
    )
    validate_title = validate_text = without_case_number

    guarded = ("title", "text")


class AnswerForm(OpenGroupForm):
    answer = TextAreaField(
        _l("Antwort"), validators=[FILLED, Length(max=GROUP_TEXT_LENGTH, message=TOO_LONG)]
    )
    validate_answer = without_case_number

    guarded = ("answer",)
