"""The text guard reads along while somebody writes: what is typed comes, is read, and is forgotten."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer

from portal import guard
from portal.access import one_or_404, refuse
from portal.clock import now
from portal.committees import Committee, Role, committees_of, people_of, sits_in
from portal.dismissals import Reported, report
from portal.marking import Piece, marked

blueprint = Blueprint("guard", __name__)

LONGEST_READ = 20_000  # characters of all fields together, some 3,000 words: about a second's work
MOST_FIELDS = 20
MOST_SHOWN = 20  # findings of a field; as they are dealt with, the next ones follow
WINDOW, MOST_IN_WINDOW = timedelta(minutes=1), 40
SEAL_HOLDS = timedelta(hours=12)  # as long as a session
MISSING = "new"


@dataclass(frozen=True)
class About:
    """What is being written, as the page that holds the form says it: sealed, for this person only."""

    committee_id: int
    subject: str
    """The row whose dismissals count, such as `decision:12`; empty for one that is not stored yet."""
    knows_people: bool
    """Whether the text may name the people who sit in the committee."""
    blocks: bool
    """Whether what is open keeps the text from its readers."""
    takes_reasons: bool
    """Whether the form keeps reasons that are typed beside findings."""


Reasoned = frozenset[str]
"""Findings (`person:Frau Selin Aydemir`) beside which the writer has typed a reason."""


@dataclass(frozen=True)
class Pane:
    """What is shown below a field."""

    name: str
    pieces: list[Piece]
    shown: list[Reported]
    hidden: int
    first: int
    """Number of the first finding among those of all fields."""
    reasoned: Reasoned
    """What a reason is typed for, though it is not stored yet."""


class Pace:
    """How often each person was read along in the last minute.

    Each process counts for itself: it is its own processor that is spared, and nothing else depends on it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[int, deque[datetime]] = {}

    def allows(self, person_id: int) -> bool:
        """Whether the person may ask again; counts it, if so."""
        with self._lock:
            since = now() - WINDOW
            self._asked = {person: times for person, times in self._asked.items() if times[-1] > since}
            times = self._asked.setdefault(person_id, deque(maxlen=MOST_IN_WINDOW))
            if len(times) == MOST_IN_WINDOW and times[0] > since:
                return False
            times.append(now())
            return True


pace = Pace()


def seal(
    committee: Committee,
    subject: str = "",
    *,
    knows_people: bool = False,
    blocks: bool = True,
    takes_reasons: bool = True,
) -> str:
    """What a form hands back with what is typed in it; see `About`. A page seals only what its reader may write."""
    guard.is_loading()  # so that it is there when somebody types
    about = [committee.id, subject, knows_people, blocks, takes_reasons]
    return str(_serializer().dumps([current_user.id, *about]))


@blueprint.post("/guard")
def read() -> ResponseReturnValue:
    """What the guard finds in what is typed: `field` and `text` as often as the form has guarded fields.

    `reasoned` names findings that saving will set aside, see `Reasoned`; the reasons themselves stay with the writer.

    Nothing of it is stored or logged. 429: somebody asks more often than people type.
    """
    about = _about(request.form.get("about", ""))
    committee = one_or_404(
        sa.select(Committee).where(
            Committee.id == about.committee_id, Committee.id.in_(committees_of(current_user))
        )
    )
    names, typed = request.form.getlist("field"), request.form.getlist("text")
    if len(names) != len(typed) or len(names) > MOST_FIELDS:
        abort(400)
    if sum(map(len, typed)) > LONGEST_READ:
        return _answer("too_long", _too_long())
    if not pace.allows(current_user.id):
        return _answer("paused", _("Der Textwächter macht eine Pause. Beim Speichern prüft er alles.")), 429
    if guard.is_loading():
        return _answer("loading", _("Der Textwächter lädt noch."))
    texts = dict(zip(names, typed, strict=True))
    known = frozenset(person.name for person in people_of(committee)) if about.knows_people else None
    found = report(about.subject or MISSING, texts, known)
    reasoned = frozenset(request.form.getlist("reasoned")) if about.takes_reasons else frozenset()
    may_propose = sits_in(current_user, committee.id, Role.SECRETARY)
    panes = {
        pane.name: render_template("portal/guard_pane.html", pane=pane, about=about, may_propose=may_propose)
        for pane in _panes(texts, found, reasoned)
    }
    return _answer("ready", summary(found, reasoned), panes)


def name_of(one: Reported) -> str:
    """What tells a finding apart from others in the page: its kind and words."""
    return f"{one.finding.kind}:{one.excerpt}"


def summary(found: list[Reported], reasoned: Reasoned = frozenset()) -> str:
    """How much was found, in words. Nothing that was found never means that nobody can be recognised."""
    open_ones = sum(one.is_open and name_of(one) not in reasoned for one in found)
    set_aside = sum(one.finding.blocking for one in found) - open_ones
    notes = sum(not one.finding.blocking for one in found)
    words = []
    if open_ones:
        words.append(ngettext("Eine Fundstelle ist offen", "%(num)d Fundstellen sind offen", open_ones))
    if set_aside:
        words.append(
            ngettext(
                "Eine Fundstelle ist zurückgestellt", "%(num)d Fundstellen sind zurückgestellt", set_aside
            )
        )
    if notes:
        words.append(
            ngettext("Ein Hinweis, der nichts aufhält", "%(num)d Hinweise, die nichts aufhalten", notes)
        )
    return f"{'. '.join(words or [_('Keine Fundstellen')])}."


def _panes(texts: Mapping[str, str], found: list[Reported], reasoned: Reasoned) -> list[Pane]:
    panes, first = [], 1
    for name, text in texts.items():
        here = [one for one in found if one.field == name]
        shown = here[:MOST_SHOWN]
        panes.append(Pane(name, marked(text, shown, first), shown, len(here) - len(shown), first, reasoned))
        first += len(shown)
    return panes


def _answer(state: str, words: str, panes: Mapping[str, str] | None = None) -> dict[str, object]:
    return {"state": state, "words": words, "panes": panes or {}}


def _too_long() -> str:
    return str(_("Der Text ist zu lang zum Mitlesen. Beim Speichern wird er geprüft."))


def _about(sealed: str) -> About:
    try:
        person_id, *about = _serializer().loads(sealed, max_age=int(SEAL_HOLDS.total_seconds()))
    except BadData:
        refuse()
    if person_id != current_user.id:
        refuse()
    return About(*about)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="guard")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(guard_seal=seal, guard_longest=LONGEST_READ)
