"""The form of an answer to an invitation."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from meetings.answering import findings_in_comment, reply_of
from meetings.meeting import Meeting
from meetings.replies import ANSWERS, COMMENT_LENGTH, Answer
from meetings.turnout import deputies_of, is_member_on_the_day
from portal.forms import Form, choices, line
from portal.people import Person
from portal.textguard import Finding

OWN_ANSWERS = {
    Answer.YES: _l("Ich nehme teil"),
    Answer.NO: _l("Ich sage ab"),
    Answer.PERHAPS: _l("Vielleicht"),
    Answer.DEPUTY: _l("Meine Vertretung kommt"),
}
MOVED = _l(
    "Die Sitzung wurde inzwischen geändert. Bitte prüfen Sie, ob Ihre Antwort auch für den neuen Stand gilt, und "
    "speichern Sie sie noch einmal."
)


class AnswerForm(Form):
    """What a person answers; `sequence` is that of the date that stood beside the form.

    Who only stands in for somebody cannot send a deputy. `deputies` are those whom the person may let come.
    """

    answer = RadioField(
        _l("Antwort"), coerce=Answer, validators=[InputRequired(_l("Bitte wählen Sie eine Antwort."))]
    )
    comment = line(_l("Bemerkung"), COMMENT_LENGTH, required=False)
    sequence = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def __init__(self, meeting: Meeting, person: Person, *, is_own: bool = True, wanted: str = "") -> None:
        """Show what was answered last; an answer to an earlier date is not taken for one to this date.

        Args:
            meeting: the meeting.
            person: whose answer it is.
            is_own: whether they speak for themselves.
            wanted: the answer that a link chose already.
        """
        self.meeting, self.person = meeting, person
        self.reply = reply_of(meeting, person)
        self.findings: list[Finding] = []
        is_valid_still = self.reply is not None and not self.reply.is_stale
        before = {
            "answer": self.reply.answer if self.reply and is_valid_still else None,
            "comment": self.reply.comment if self.reply else "",
            "sequence": meeting.sequence,
        }
        if wanted in set(Answer):
            before["answer"] = Answer(wanted)
        super().__init__(data=before)
        self.is_member = is_member_on_the_day(meeting, person)
        self.deputies = deputies_of(meeting).get(person.id, [])
        words = (OWN_ANSWERS if is_own else ANSWERS).items()
        self.answer.choices = choices(
            (key, text) for key, text in words if self.is_member or key is not Answer.DEPUTY
        )

    def validate_comment(self, field: Any) -> None:
        if field.errors:
            return  # too long: reading it would take its time
        self.findings = findings_in_comment(self.meeting, field.data or "")
        if self.findings:
            raise ValidationError(
                _l("Das könnte eine Person erkennbar machen. Bitte schreiben Sie es ohne diese Angaben.")
            )

    def check_date(self) -> bool:
        """Whether the date is still the one that was shown; otherwise the form gets an error."""
        if self.sequence.data == self.meeting.sequence:
            return True
        self.form_errors.append(MOVED)
        self.sequence.raw_data, self.sequence.data = None, self.meeting.sequence
        return False
