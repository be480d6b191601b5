"""What the committee sees of its minutes, and what those see to whom its chair opened them: all committees."""

from collections.abc import Iterable
from typing import TypeVar

from flask_babel import gettext as _
from markupsafe import Markup

from minutes.minutes import Minutes
from minutes.passages import INTERNAL, has_internal, internal_lines
from minutes.proposals import Proposal
from portal.clock import now
from portal.committees import CommitteeKind

OPENING = INTERNAL.partition("{}")[0]

P = TypeVar("P", bound=Proposal)


def whole_html(minutes: Minutes) -> Markup:
    """The text for the committee: each internal passage begins with the word that says so."""
    mark = Markup('<p class="internal-mark">{}</p>').format(_("Intern, nur für das Gremium"))
    html = Markup(minutes.html)  # noqa: S704 - cleaned when it was written
    return html.replace(OPENING, OPENING + mark)


def open_html(minutes: Minutes) -> Markup:
    """The text without its internal passages."""
    html = minutes.open_html if has_internal(minutes.text) else minutes.html
    return Markup(html)  # noqa: S704 - cleaned when it was written


def open_rows(minutes: Minutes, rows: Iterable[P]) -> list[P]:
    """Those rows that surely stem from lines outside all internal passages; all where there is no such passage."""
    hidden = internal_lines(minutes.text)
    if not has_internal(minutes.text):
        return list(rows)
    return [
        row
        for row in rows
        if row.first_line is not None
        and hidden.isdisjoint(range(row.first_line, (row.last_line or row.first_line) + 1))
    ]


def may_be_shared(minutes: Minutes) -> bool:
    """Approved ones, never those of a case group."""
    return minutes.is_approved and minutes.meeting.committee.kind is not CommitteeKind.CASE_GROUP


def share(minutes: Minutes, person_id: int) -> None:
    minutes.shared_at, minutes.shared_by_id = now(), person_id


def take_back(minutes: Minutes) -> None:
    minutes.shared_at = minutes.shared_by_id = None
