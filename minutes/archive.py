"""The decision archive: find a decision and its carrying arguments in seconds, and cite it."""

import re

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import selectinload

from minutes import search
from minutes.decision import DECISION_KINDS, DECISION_STATES, Decision, Topic, visible_decisions
from portal import chain
from portal.access import one_or_404
from portal.committees import Committee, committees_of
from portal.database import session
from portal.outbox import link
from portal.paging import neighbours, page_address, page_number
from portal.people import Person

blueprint = Blueprint("archive", __name__, url_prefix="/decisions")

PAGE = 25
NUMBER = re.compile(r"\s*([^\W\d_][^\W_]{0,7}-\d{4}-\d{3,6})\s*", re.ASCII)
CHOICES = ("committee", "year", "topic")
NARROWED_BY = ("q", *CHOICES)


@blueprint.get("")
def index() -> ResponseReturnValue:
    query = request.args.get("q", "")
    if (match := NUMBER.fullmatch(query)) and (found := _by_number(match[1].upper())) is not None:
        return redirect(url_for("archive.show", number=found.number))
    page = page_number()
    rights = readable_scope(current_user)
    offered = search.filters(rights)
    hits = search.search(query, rights, _chosen_tokens(offered), offset=(page - 1) * PAGE, limit=PAGE + 1)
    if page > 1 and not hits.keys:
        return redirect(page_address(1, *NARROWED_BY))
    return render_template(
        "minutes/archive.html",
        query=search.beginning(query),
        is_cut=search.beginning(query) != query,
        is_narrowed=any(request.args.get(name) for name in NARROWED_BY),
        hits=hits,
        results=_results(hits.keys[:PAGE], query),
        committees=_committees(offered),
        topics=_topics(offered),
        years=sorted((token[1:] for token in offered if token.startswith("y")), reverse=True),
        states=DECISION_STATES,
        **neighbours(page, *NARROWED_BY, has_more=len(hits.keys) > PAGE),
    )


@blueprint.get("/<number>")
def show(number: str) -> ResponseReturnValue:
    if NUMBER.fullmatch(number) is None:
        abort(404)
    decision = one_or_404(
        visible_decisions()
        .where(Decision.number == number.upper())
        .options(selectinload(Decision.topics), selectinload(Decision.legal_bases))
    )
    successors = (
        visible_decisions().where(Decision.supersedes_id == decision.id).order_by(Decision.archive_key)
    )
    predecessor = visible_decisions().where(Decision.id == decision.supersedes_id)
    chained = sa.select(chain.ChainLink).where(
        chain.ChainLink.subject == f"decision:{decision.id}", chain.ChainLink.kind == chain.LinkKind.RELEASED
    )
    return render_template(
        "minutes/decision.html",
        decision=decision,
        kinds=DECISION_KINDS,
        states=DECISION_STATES,
        predecessor=session.scalar(predecessor),
        successors=session.scalars(successors).all(),
        chained=session.scalar(chained),
        address=link("archive.show", number=decision.number),
        may_see_meeting=_may_see_meeting(decision),
    )


def readable_scope(person: Person) -> list[str]:
    """Scope tokens of what the person may read: the same rights as `visible_decisions()`."""
    mine = [f"c{number}" for number in session.scalars(committees_of(person))]
    return [*mine, "programme"] if mine else []


def _by_number(number: str) -> Decision | None:
    return session.scalar(visible_decisions().where(Decision.number == number))


def _chosen_tokens(offered: set[str]) -> list[str]:
    """Scope tokens of the filters in the address; a value that the reader is not offered finds nothing."""
    tokens = []
    if slug := request.args.get("committee"):
        slugs = {row.slug: f"c{row.id}" for row in _committees(offered)}
        tokens.append(slugs.get(slug, ""))
    tokens += [f"{name[0]}{value}" for name in ("year", "topic") if (value := request.args.get(name))]
    return [token if token in offered else "c0" for token in tokens]


def _committees(offered: set[str]) -> list[Committee]:
    """Committees by which the reader can filter."""
    return list(
        session.scalars(
            sa.select(Committee).where(Committee.id.in_(_ids("c", offered))).order_by(Committee.name)
        )
    )


def _topics(offered: set[str]) -> list[Topic]:
    return list(
        session.scalars(sa.select(Topic).where(Topic.id.in_(_ids("t", offered))).order_by(Topic.name))
    )


def _ids(kind: str, tokens: set[str]) -> list[int]:
    return [int(token[1:]) for token in tokens if token.startswith(kind)]


def _results(keys: list[int], query: str) -> list[tuple[Decision, Markup]]:
    """The decisions of these keys in their order, each with an excerpt; the rights are asked once more."""
    rows = session.scalars(
        visible_decisions().where(Decision.archive_key.in_(keys)).order_by(Decision.archive_key.desc())
    )
    return [(row, search.excerpt(f"{row.outcome}\n{row.rationale}", query)) for row in rows]


def _may_see_meeting(decision: Decision) -> bool:
    mine = sa.select(sa.literal(decision.committee_id).in_(committees_of(current_user)))
    return decision.meeting_id is not None and bool(session.scalar(mine))


def card(person: Person) -> str:
    """On the start page: the newest decisions that the person may read."""
    hits = search.search("", readable_scope(person), [], limit=5)
    if not hits.keys:
        return ""
    results = _results(hits.keys, "")
    return render_template("minutes/card_decisions.html", results=results, states=DECISION_STATES)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
