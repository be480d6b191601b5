"""What stands beside the form on the correction page: where each proposal was read, and what does not fit."""

from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from meetings.agenda_guard import guard_blocks
from meetings.meeting import Meeting
from minutes.arrivals import meetings_on
from minutes.correction import FIELDS, plain
from minutes.correction_form import CorrectionForm
from minutes.line_moves import LineMoves
from minutes.minutes import Minutes
from minutes.passages import is_left_open
from minutes.proposals import OUTCOMES, VOTE_MODES, DecisionProposal, Proposal, Strength
from minutes.reading import proposals_of, reading_of
from portal.language import short_date

LONGEST_QUOTE = 600
VOTES: dict[Any, Any] = {**OUTCOMES, **VOTE_MODES}
KINDS = {
    "": _l("Kopf"),
    "decisions": _l("Beschluss"),
    "tasks": _l("Aufgabe"),
    "deferrals": _l("Vertagt"),
    "closures": _l("Erledigt"),
    "items": _l("Tagesordnung"),
}


class CorrectionView:
    """The stored minutes as the correction page shows them, beside the text that stands in its form."""

    def __init__(self, minutes: Minutes, text: str) -> None:
        self.minutes = minutes
        self._lines = text.split("\n")
        self._moves = LineMoves(minutes.text, text) if text != minutes.text else None
        self._rows: dict[tuple[str, int], Proposal] = {
            (kind, row.id): row for kind in FIELDS for row in getattr(minutes, kind)
        }

    def row(self, kind: str, number: int | None) -> Any:
        """The stored proposal of that id; None for one that is new."""
        return self._rows.get((kind, number or 0))

    def lines(self, kind: str, number: int | None) -> tuple[int, int] | None:
        """First and last line of the text from which a proposal was read; None where they are gone."""
        row = self.row(kind, number)
        if row is None or row.first_line is None or row.last_line is None:
            return None
        if self._moves is None:
            return row.first_line, row.last_line
        first, last = self._moves.span(row.first_line, row.last_line)
        return (first, last) if first and last else None

    def place(self, lines: tuple[int, int]) -> str:
        """Lines in words: `Zeilen 3 bis 5`."""
        first, last = lines
        if first == last:
            return str(_("Zeile %(number)s", number=first))
        return str(_("Zeilen %(first)s bis %(last)s", first=first, last=last))

    def quote(self, first: int, last: int) -> str:
        """The words of these lines, or their beginning."""
        words = "\n".join(self._lines[first - 1 : last]).strip()
        return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]} …"

    def is_outdated(self, kind: str, number: int | None) -> bool:
        """Whether the stored text does not say any more what was read there, and no person has corrected it."""
        row = self.row(kind, number)
        if row is None or row.by_hand or row.first_line is None or kind == "closures":
            return False
        return _said(kind, row) not in self._said_now

    @cached_property
    def _said_now(self) -> set[tuple[Any, ...]]:
        found = proposals_of(reading_of(self.minutes))
        return {_said(kind, row) for kind, rows in found.items() for row in rows}

    @property
    def is_of_case_group(self) -> bool:
        """Whether the browser must forget the text as soon as its window is closed."""
        return guard_blocks(self.minutes.meeting.committee)

    @property
    def is_left_open(self) -> bool:
        """Whether the text opens an internal passage and does not close it."""
        return is_left_open("\n".join(self._lines))

    def first_box(self, form: CorrectionForm) -> str:
        """The id of the first proposal's box on the page; empty where nothing was read."""
        decisions = sorted(form.decisions, key=self.is_hint)
        entries = chain(decisions, form.tasks, form.deferrals, form.closures, form.items)
        return next((entry.form.accepted.id for entry in entries if entry.form.id.data), "")

    def is_hint(self, entry: Any) -> bool:
        """Whether the text of a decision only says how something was settled, without an act or a vote."""
        row: DecisionProposal | None = self.row("decisions", entry.form.id.data)
        return row is not None and row.strength is Strength.STATED

    @property
    def is_of_another_day(self) -> bool:
        """Whether the text names a day that is not the meeting's."""
        return self.minutes.dated is not None and self.minutes.dated != self.minutes.meeting.day

    @cached_property
    def next_meeting(self) -> Meeting | None:
        """The meeting that is planned for the day that the text names as the next one."""
        if self.minutes.next_meeting is None:
            return None
        return next(iter(meetings_on(self.minutes.meeting.committee, self.minutes.next_meeting)), None)

    @property
    def next_comes_before(self) -> bool:
        """Whether what the text names as the next meeting lies before this one."""
        named = self.minutes.next_meeting
        return named is not None and named <= self.minutes.meeting.day

    def words(self, name: str, value: Any) -> str:
        """A value as people read it."""
        if name == "accepted":
            return str(_("ja") if value else _("nein"))
        if name in {"outcome", "mode"}:
            return str(VOTES.get(value, value))
        if isinstance(value, date):
            return str(short_date(value))
        return "–" if value in (None, "") else str(value)

    def kind_name(self, kind: str) -> str:
        return str(KINDS[kind])


def _said(kind: str, row: Proposal) -> tuple[Any, ...]:
    """A proposal without its place in the text and without a person's yes."""
    return kind, *(plain(name, getattr(row, name)) for name in FIELDS[kind] if name != "accepted")
