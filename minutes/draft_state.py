"""What a draft waits for, in the words of lists and cards."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import ngettext

from minutes import release as releasing
from minutes.decision import Decision
from minutes.decision_comments import is_unanswered
from portal import guard
from portal.allowed_terms import allowed_terms
from portal.people import Person

REMEMBERED = (
    200  # drafts whose findings each process keeps: lists of drafts are read more often than drafts change
)

_counted: dict[tuple[str, int, frozenset[str]], int] = {}

State = tuple[Decision, str, bool]
"""A draft, what it waits for, and whether that is the reader's release."""


def states(drafts: Iterable[Decision], person: Person) -> list[State]:
    """Drafts in their order, each with what it waits for as the person reads it."""
    return [(row, *_state(row, person)) for row in drafts]


def _state(decision: Decision, person: Person) -> tuple[str, bool]:
    if releasing.missing_fields(decision):
        return _("es fehlen Angaben"), False
    if releasing.fields_with_gaps(decision):
        return _("Lücken offen"), False
    if count := _open_findings(decision):
        return ngettext("eine Fundstelle offen", "%(num)d Fundstellen offen", count), False
    if is_unanswered(decision):
        return _("Rückfrage ohne Antwort"), False
    if person.id in {row.id for row in releasing.releasers(decision)}:
        return _("wartet auf Ihre Freigabe"), True
    return _("wartet auf eine zweite Person"), False


def _open_findings(decision: Decision) -> int:
    """How many findings are open; none while the guard loads, for a list does not wait for it."""
    if guard.is_loading():
        return 0
    state = decision.salt, decision.version, allowed_terms()
    if state not in _counted:
        if len(_counted) == REMEMBERED:
            _counted.clear()
        _counted[state] = sum(one.is_open for one in releasing.findings(decision))
    return _counted[state]
