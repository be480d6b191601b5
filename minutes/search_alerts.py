"""Letters about saved searches: at most one a day for each, about decisions that its reader came to see since the last.

The digest chain says what is new: a release, and for those outside a committee the step that opened its decision to
them. So nobody who joins a committee is told of all that it decided before.
"""

import re
from urllib.parse import unquote

import sqlalchemy as sa
from flask import Flask

from minutes.archive_hits import keys_found_in
from minutes.atom import is_withheld
from minutes.decision import Decision
from minutes.decision_access import decisions_visible_to
from minutes.saved_searches import SavedSearch
from portal import chain, jobs, outbox
from portal.chain import ChainLink, LinkKind
from portal.clock import today
from portal.committees import CommitteeKind, committees_of
from portal.database import session
from portal.letters import settings, text_of
from portal.outbox import Letter, LetterState, number_in
from portal.people import Person

KIND = "search_hits"
MOST_IN_LETTER = 30
MOST_LINKS = 2000  # that one round looks at; a chain never grows so much in a day
OPENINGS = (LinkKind.SHARED, LinkKind.PUBLISHED)
ON_THE_WAY = (LetterState.QUEUED, LetterState.SENDING, LetterState.COLLECTED)
TOLD = (LetterState.SENT, LetterState.FAILED)


def tell_all() -> None:
    """Once a day: queue the letters of all searches, each in a transaction of its own."""
    wanted = sa.select(SavedSearch.id).join(SavedSearch.person)
    ids = session.scalars(
        wanted.where(SavedSearch.alerts, Person.disabled_at.is_(None)).order_by(SavedSearch.id)
    ).all()
    session.rollback()
    for number in ids:
        search = session.get(SavedSearch, number, with_for_update=True)
        if search is not None and search.alerts:
            _tell(search)
        session.commit()


def _tell(search: SavedSearch) -> None:
    last = session.scalar(_letters_about(search).order_by(Letter.id.desc()).limit(1))
    if last is not None and last.state in ON_THE_WAY:
        return
    if last is not None and last.state in TOLD:
        search.seen_sequence = max(search.seen_sequence, search.told_sequence)
    head = chain.head()
    newest = head.sequence if head else 0
    found = new_decisions(search, newest)
    if not found:
        search.seen_sequence = newest
        return
    letter = outbox.queue(
        KIND,
        search,
        search.person,
        today().toordinal(),
        search=search,
        hits=[(row, not is_withheld(row)) for row in found[:MOST_IN_LETTER]],
        more=max(0, len(found) - MOST_IN_LETTER),
        count=len(found),
    )
    if letter is not None:
        search.told_sequence = newest
        letter.hold_until_morning()


def new_decisions(search: SavedSearch, newest: int) -> list[Decision]:
    """What the search finds today of all that its reader came to see since the last letter, newest first.

    `newest` is the last link of the chain that counts; what comes meanwhile is told the next time.
    """
    person = search.person
    since = _links_between(search.seen_sequence, newest)
    visible = decisions_visible_to(person).where(Decision.id.in_(since))
    rows = session.scalars(visible.order_by(Decision.archive_key.desc())).all()
    mine = set(session.scalars(committees_of(person)))
    fresh = [row for row in rows if LinkKind.RELEASED in since[row.id] or _was_opened_to(row, search, mine)]
    found = keys_found_in({row.year for row in fresh if row.year}, search.chosen, person)
    return [row for row in fresh if row.archive_key in found]


def still_holds(letter: Letter) -> bool:
    """Whether its search still stands and wants letters, and its reader may still see every decision named in it.

    One that does not hold is dropped; what its reader may still see comes with the next round.
    """
    search = session.get_one(SavedSearch, number_in(letter.about))
    page = re.compile(rf"{re.escape(settings().url)}/decisions/([^\s?]+)$", re.MULTILINE)
    named = set(map(unquote, page.findall(text_of(letter.body or b""))))
    seen = (
        decisions_visible_to(letter.person)
        .with_only_columns(Decision.number)
        .where(Decision.number.in_(named))
    )
    return search.alerts and named == set(session.scalars(seen))


def _letters_about(search: SavedSearch) -> sa.Select[Letter]:
    return sa.select(Letter).where(Letter.about == outbox.name_of(search), Letter.kind == KIND)


def _links_between(seen: int, newest: int) -> dict[int, set[LinkKind]]:
    """By the ids of decisions: which links that make them readable came after `seen`, up to `newest`."""
    wanted = sa.select(ChainLink.subject, ChainLink.kind).where(
        ChainLink.sequence > seen,
        ChainLink.sequence <= newest,
        ChainLink.kind.in_([LinkKind.RELEASED, *OPENINGS]),
    )
    found: dict[int, set[LinkKind]] = {}
    for subject, kind in session.execute(wanted.order_by(ChainLink.sequence.desc()).limit(MOST_LINKS)):
        for number in chain.ids_in("decision", [subject]):
            found.setdefault(number, set()).add(kind)
    return found


def _was_opened_to(decision: Decision, search: SavedSearch, mine: set[int]) -> bool:
    """Whether a decision that was released before was opened to this reader only now."""
    if decision.committee_id in mine or decision.committee.kind is CommitteeKind.STEERING:
        return False
    before = sa.select(ChainLink.sequence).where(
        ChainLink.subject == f"decision:{decision.id}",
        ChainLink.kind.in_(OPENINGS),
        ChainLink.sequence <= search.seen_sequence,
    )
    return session.scalar(before.limit(1)) is None


def init_app(_app: Flask) -> None:
    outbox.optional.add(KIND)
    outbox.still_wanted[KIND] = still_holds
    jobs.daily[KIND] = tell_all
