"""The decision archive: find a decision and its carrying arguments in seconds, and cite it."""

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import joinedload, load_only
from sqlalchemy.orm.interfaces import ORMOption

from meetings.meeting import Meeting
from minutes import archive_filters, search
from minutes.citations import number_in
from minutes.decision import Decision, DecisionState
from minutes.decision_access import visible_decisions
from minutes.decision_words import DECISION_STATES
from minutes.search_excerpt import excerpt
from minutes.search_spelling import suggestion
from portal.committees import committees_of
from portal.database import session
from portal.paging import neighbours, page_address, page_number
from portal.people import Person

blueprint = Blueprint("archive", __name__, url_prefix="/decisions")

PAGE = 25
ON_START_PAGE = 5
NARROWED_BY = ("q", *archive_filters.FILTERS, "sort")
"""What the address of a search holds."""


@blueprint.get("")
def index() -> ResponseReturnValue:
    typed = request.args.get("q", "")
    if (number := number_in(typed)) and _by_number(number) is not None:
        return redirect(url_for("archive.show", number=number))
    page, query, order = page_number(), search.read(typed), chosen_order(request.args)
    rights = readable_scope(current_user)
    offered = search.filters(rights)
    scope = archive_filters.chosen_scope(request.args, offered)
    found = search.find(typed, rights, scope, offset=(page - 1) * PAGE, limit=PAGE + 1, order=order)
    if page > 1 and not found.keys:
        return redirect(page_address(1, *NARROWED_BY))
    return render_template(
        "minutes/archive.html",
        query=query.text,
        is_cut=query.is_cut,
        meant="" if found.count else suggestion(query, rights, scope),
        is_narrowed=any(request.args.get(name) for name in NARROWED_BY),
        found=found,
        order=order,
        filters=archive_filters.offers(request.args, offered, found),
        address_with=address_with,
        results=_results(found.keys[:PAGE], query),
        states=DECISION_STATES,
        **neighbours(page, *NARROWED_BY, has_more=len(found.keys) > PAGE),
    )


def readable_scope(person: Person) -> list[str]:
    """Scope of what the person may read: the same rights as `visible_decisions()`."""
    mine = [f"c{number}" for number in session.scalars(committees_of(person))]
    return [*mine, "programme"] if mine else []


def chosen_order(chosen: Mapping[str, str]) -> str:
    """`best` or, where the address says nothing else, `newest`."""
    return "best" if chosen.get("sort") == "best" else "newest"


def address_with(**changed: str) -> str:
    """This search with something changed, from its first page on."""
    given = {name: request.args.get(name, "") for name in NARROWED_BY} | changed
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{url_for('archive.index')}?{query}"


def _by_number(number: str) -> Decision | None:
    return session.scalar(visible_decisions().where(Decision.number == number))


def _results(keys: list[int], query: search.Query) -> list[tuple[Decision, Markup]]:
    """The decisions of these keys in their order, each with an excerpt; the rights are asked once more."""
    if not keys:
        return []
    wanted = visible_decisions().where(Decision.archive_key.in_(keys))
    rows = session.scalars(wanted.options(*_shown())).all()
    by_key = {row.archive_key: row for row in rows}
    return [
        (row, excerpt(f"{row.outcome}\n{row.outline}\n{row.arguments}\n{row.conclusion}", query))
        for key in keys
        if (row := by_key.get(key)) is not None
    ]


@cache
def _shown() -> tuple[ORMOption, ...]:
    """What a list of results reads of a decision."""
    texts = Decision.title, Decision.outcome, Decision.outline, Decision.arguments, Decision.conclusion
    told = Decision.number, Decision.archive_key, Decision.state, Decision.released_at, Decision.written_at
    meeting = joinedload(Decision.meeting).load_only(Meeting.starts_at, Meeting.committee_id)
    return load_only(*told, *texts), meeting


def card(person: Person) -> str:
    """On the start page: the newest decisions that the person may read, but for those that were withdrawn."""
    rights, wanted = readable_scope(person), (DecisionState.RELEASED, DecisionState.SUPERSEDED)
    keys = {key for state in wanted for key in search.newest("", rights, [f"s{state}"], ON_START_PAGE)}
    if not keys:
        return ""
    results = _results(sorted(keys, reverse=True)[:ON_START_PAGE], search.read(""))
    return render_template("minutes/card_decisions.html", results=results, states=DECISION_STATES)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
