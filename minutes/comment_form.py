"""The form in which a member comments on minutes in review: to which place, and with which words."""

import zlib
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, ValidationError

from minutes.comments import ANSWER_LENGTH, COMMENT_LENGTH, QUOTE_LENGTH, Comment, CommentState
from minutes.harmless_words import HarmlessWords
from minutes.minutes import Minutes
from minutes.search_excerpt import running_text
from portal.forms import FILLED, REQUIRED, VersionedForm, choices

MOST_PLACES = 1000
PLACE_LENGTH = 80
WHOLE = 0
ANSWERS = {
    CommentState.ADOPTED: _l("Ich übernehme es"),
    CommentState.DECLINED: _l("Ich übernehme es nicht"),
}


def version_of(comment: Comment) -> int:
    """A number that changes with the comment and its answer: what their reader saw."""
    seen = (comment.first_line, comment.asks_change, comment.text, comment.state.value, comment.answer)
    return zlib.crc32(repr(seen).encode())


def words_of(line: str) -> str:
    """What a reader sees of a line of Markdown."""
    return running_text(line.lstrip(" \t#"))


def places(minutes: Minutes) -> list[tuple[int, str]]:
    """The lines of the text that may be named, with their words; of very long texts only those that begin a part."""
    lines = [(number, words_of(line)) for number, line in enumerate(minutes.text.split("\n"), 1)]
    lines = [(number, words) for number, words in lines if any(map(str.isalnum, words))]
    if len(lines) > MOST_PLACES:
        heads = {row.first_line for row in minutes.items}
        lines = [(number, words) for number, words in lines if number in heads][:MOST_PLACES]
    return lines


def _area(label: str, length: int, *first: Any) -> TextAreaField:
    too_long = _l("Bitte höchstens %(max)d Zeichen.", max=length)
    return TextAreaField(
        label,
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        validators=[*first, Length(max=length, message=too_long), HarmlessWords()],
    )


class CommentForm(VersionedForm):
    """A comment; its version is 0 as long as it is new."""

    place = SelectField(_l("Zu welcher Stelle?"), coerce=int)
    text = _area(_l("Ihre Anmerkung"), COMMENT_LENGTH, FILLED)
    asks_change = BooleanField(_l("Ich bitte um eine Änderung"))

    def __init__(self, minutes: Minutes, comment: Comment | None = None, **options: Any) -> None:
        self.minutes = minutes
        super().__init__(**options)
        self._lines = places(minutes)
        self.place.choices = [
            (WHOLE, _("Zum ganzen Protokoll")),
            *(
                (number, _("Zeile %(number)d: %(words)s", number=number, words=_short(words)))
                for number, words in self._lines
            ),
        ]
        if comment is not None and comment.first_line and comment.first_line not in dict(self._lines):
            self.place.choices.append((comment.first_line, comment.quote))

    @classmethod
    def of(cls, comment: Comment) -> "CommentForm":
        """The form as a comment stands."""
        given = {
            "place": comment.first_line or WHOLE,
            "text": comment.text,
            "asks_change": comment.asks_change,
            "version": version_of(comment),
        }
        return cls(comment.minutes, comment, data=given)

    def fill(self, comment: Comment) -> None:
        """Write into a comment; the words of its line are kept as they are now, those of the same line as they were."""
        number = self.place.data or None
        if number is None or number != comment.first_line:
            comment.quote = dict(self._lines).get(number or WHOLE, "")[:QUOTE_LENGTH]
        comment.first_line = number
        comment.text, comment.asks_change = self.text.data, self.asks_change.data

    def was_sent_before(self) -> bool:
        """Whether there is the very same comment of one's own: the form was sent twice."""
        same = (current_user.id, self.place.data or None, self.text.data, self.asks_change.data)
        return any(
            (row.person_id, row.first_line, row.text, row.asks_change) == same
            for row in self.minutes.comments
        )


class AnswerForm(VersionedForm):
    """What the secretary makes of a comment; a refusal needs words."""

    state = RadioField(
        _l("Was geschieht damit?"),
        choices=choices(ANSWERS.items()),
        coerce=CommentState,
        validators=[REQUIRED],
    )
    answer = _area(_l("Antwort"), ANSWER_LENGTH)

    def __init__(self, minutes: Minutes, **options: Any) -> None:
        self.minutes = minutes
        super().__init__(**options)

    def validate_answer(self, field: Any) -> None:
        if self.state.data is CommentState.DECLINED and not field.data:
            raise ValidationError(_("Bitte sagen Sie, warum Sie das nicht übernehmen."))


def _short(words: str) -> str:
    return words if len(words) <= PLACE_LENGTH else f"{words[:PLACE_LENGTH].rpartition(' ')[0]} …"
