"""What the committee sees of its minutes, and what those see to whom its chair opened them: all committees."""

import re

from flask_babel import gettext as _
from markupsafe import Markup

from minutes.minutes import Minutes
from minutes.passages import INTERNAL, has_internal, internal_lines, without_internal
from minutes.proposals import DecisionProposal, Proposal
from portal.clock import now
from portal.committees import CommitteeKind

OPENING = INTERNAL.partition("{}")[0]
LETTERS = re.compile(r"[^\W_]+")


def whole_html(minutes: Minutes) -> Markup:
    """The text for the committee: each internal passage begins with the word that says so."""
    mark = Markup('<p class="internal-mark">{}</p>').format(_("Intern, nur für das Gremium"))
    html = Markup(minutes.html)  # noqa: S704 - cleaned when it was written
    return html.replace(OPENING, OPENING + mark)


def open_html(minutes: Minutes) -> Markup:
    """The text without its internal passages."""
    html = minutes.open_html if has_internal(minutes.text) else minutes.html
    return Markup(html)  # noqa: S704 - cleaned when it was written


def open_decisions(minutes: Minutes) -> list[DecisionProposal]:
    """The decisions for readers outside the committee.

    Where there are internal passages, only those that surely stem from other lines and whose words still stand
    there: a decision may have been moved into a passage after it was read.
    """
    rows = [row for row in minutes.decisions if row.accepted]
    if not has_internal(minutes.text):
        return rows
    hidden, words = internal_lines(minutes.text), _letters(without_internal(minutes.text))
    return [row for row in rows if _is_outside(row, hidden) and _tells(words, row)]


def _is_outside(row: Proposal, hidden: frozenset[int]) -> bool:
    first = row.first_line
    return first is not None and hidden.isdisjoint(range(first, (row.last_line or first) + 1))


def _tells(words: str, row: DecisionProposal) -> bool:
    return all(_letters(part) in words for part in (row.text, row.vote_raw))


def _letters(text: str) -> str:
    """The letters and digits only, since a decision does not keep the marks and line ends of its text."""
    return "".join(LETTERS.findall(text.casefold()))


def may_be_shared(minutes: Minutes) -> bool:
    """Approved ones, never those of a case group."""
    return minutes.is_approved and minutes.meeting.committee.kind is not CommitteeKind.CASE_GROUP


def share(minutes: Minutes, person_id: int) -> None:
    minutes.shared_at, minutes.shared_by_id = now(), person_id


def take_back(minutes: Minutes) -> None:
    minutes.shared_at = minutes.shared_by_id = None
