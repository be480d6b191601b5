"""The decision archive: find a decision and its carrying arguments in seconds, and cite it."""

import re

import sqlalchemy as sa
from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import selectinload

from minutes import search
from minutes.decision import (
    DECISION_KINDS,
    DECISION_STATES,
    Audience,
    Decision,
    Topic,
    decision_topic,
    is_released,
    visible_decisions,
)
from portal import chain
from portal.access import one_or_404
from portal.committees import Committee, committees_of
from portal.database import session
from portal.outbox import link
from portal.people import Person
from portal.rendering import to_words

blueprint = Blueprint("archive", __name__, url_prefix="/decisions")

PAGE = 25
LAST_PAGE = 400
NUMBER = re.compile(r"\s*([^\W\d_][^\W_]{0,7})-(\d{4})-(\d{3,6})\s*", re.IGNORECASE)


@blueprint.get("")
def index() -> ResponseReturnValue:
    query = request.args.get("q", "")
    if (match := NUMBER.fullmatch(query)) and (found := _by_number(query.strip().upper())) is not None:
        return redirect(url_for("archive.show", number=found.number))
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    committees = _filterable_committees()
    hits = search.search(
        query,
        readable_scope(current_user),
        _narrow(committees),
        offset=(page - 1) * PAGE,
        limit=PAGE,
    )
    return render_template(
        "minutes/archive.html",
        query=query,
        is_cut=len(query) > search.QUERY_LENGTH,
        match=match,
        hits=hits,
        cap=search.COUNT_CAP,
        page=page,
        has_more=hits.count > page * PAGE,
        results=_results(hits.keys, query),
        committees=committees,
        topics=session.scalars(_used_topics()).all(),
        years=_years(),
        states=DECISION_STATES,
    )


@blueprint.get("/<number>")
def show(number: str) -> ResponseReturnValue:
    decision = one_or_404(
        visible_decisions()
        .where(Decision.number == number)
        .options(selectinload(Decision.topics), selectinload(Decision.legal_bases))
    )
    successors = visible_decisions().where(Decision.supersedes_id == decision.id)
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


def _narrow(committees: list[Committee]) -> list[str]:
    """Scope tokens of the filters in the address; values that do not exist find nothing."""
    tokens = []
    slug = request.args.get("committee")
    if slug:
        tokens.append(next((f"c{row.id}" for row in committees if row.slug == slug), "c0"))
    if (year := request.args.get("year", type=int)) is not None:
        tokens.append(f"y{year}")
    if (topic := request.args.get("topic", type=int)) is not None:
        tokens.append(f"t{topic}")
    return tokens


def _filterable_committees() -> list[Committee]:
    """Committees of which the reader can see decisions."""
    mine = committees_of(current_user)
    with_decisions = (
        sa.select(Decision.id)
        .where(Decision.committee_id == Committee.id, Decision.audience == Audience.PROGRAMME, is_released())
        .exists()
    )
    seen = sa.or_(Committee.id.in_(mine), sa.and_(with_decisions, mine.exists()))
    return list(session.scalars(sa.select(Committee).where(seen).order_by(Committee.name)))


def _used_topics() -> sa.Select[tuple[Topic]]:
    """Topics under which the reader can find something."""
    visible = (
        sa.select(Decision.id)
        .join(decision_topic, decision_topic.c.decision_id == Decision.id)
        .where(
            decision_topic.c.topic_id == Topic.id,
            is_released(),
            sa.or_(
                Decision.committee_id.in_(committees_of(current_user)),
                sa.and_(Decision.audience == Audience.PROGRAMME, committees_of(current_user).exists()),
            ),
        )
    )
    return sa.select(Topic).where(visible.exists()).order_by(Topic.name)


def _years() -> list[int]:
    """Years of visible decisions, newest first; found by the ends of the unique series, not by a scan."""
    committees = [row.id for row in _filterable_committees()]
    bounds = sa.select(sa.func.min(Decision.year), sa.func.max(Decision.year)).where(
        Decision.committee_id.in_(committees)
    )
    first, last = session.execute(bounds).one()
    return list(range(last, first - 1, -1)) if last else []


def _results(keys: list[int], query: str) -> list[tuple[Decision, str]]:
    """The decisions of these keys in their order, each with an excerpt; the rights are asked once more."""
    rows = session.scalars(
        visible_decisions().where(Decision.archive_key.in_(keys)).order_by(Decision.archive_key.desc())
    )
    return [(row, search.excerpt(to_words(row.rationale), query)) for row in rows]


def _may_see_meeting(decision: Decision) -> bool:
    mine = sa.select(sa.literal(decision.committee_id).in_(committees_of(current_user)))
    return decision.meeting_id is not None and bool(session.scalar(mine))


def card(person: Person) -> str:
    """On the start page: the newest decisions that the person may read."""
    hits = search.search("", readable_scope(person), [], limit=5)
    if not hits.keys:
        return ""
    return render_template("minutes/card_decisions.html", results=_results(hits.keys, ""))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
