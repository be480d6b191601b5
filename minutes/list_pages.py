"""All minutes that a reader may read, newest first, by committee and by the words in them."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import load_only

from meetings.meeting import Meeting
from minutes import bulk_approval_pages, editions, stems
from minutes.minutes import MINUTES_STATES, Minutes, visible_minutes
from minutes.passages import without_internal
from minutes.search_excerpt import excerpt
from minutes.search_query import beginning, read
from portal.committees import Committee, committees_of
from portal.database import session
from portal.paging import neighbours, page_address, page_number

blueprint = Blueprint("minutes_list", __name__)

PAGE = 25
NARROWED_BY = ("q", "committee")


@blueprint.get("/minutes")
def index() -> ResponseReturnValue:
    query, slug = beginning(request.args.get("q", "")), request.args.get("committee", "")
    page = page_number()
    wanted = _found(query, slug).order_by(Meeting.starts_at.desc(), Minutes.edition.desc(), Minutes.id)
    rows = session.scalars(wanted.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    if page > 1 and not rows:
        return redirect(page_address(1, *NARROWED_BY))
    return render_template(
        "minutes/list.html",
        query=query,
        chosen=slug,
        is_cut=query != request.args.get("q", ""),
        results=_results(rows[:PAGE], query),
        committees=_committees(),
        several_wait=bulk_approval_pages.several_wait(slug),
        states=MINUTES_STATES,
        **neighbours(page, *NARROWED_BY, has_more=len(rows) > PAGE),
    )


def _found(query: str, slug: str) -> sa.Select[Minutes]:
    """The newest editions that the reader may read; words in internal passages count only inside the committee."""
    columns = (Minutes.edition, Minutes.state, Minutes.text, Minutes.meeting_id, Minutes.shared_at)
    wanted = visible_minutes().where(~editions.is_superseded()).options(load_only(*columns))
    if slug:
        wanted = wanted.where(Committee.slug == slug)
    if query.strip():
        is_inside = Meeting.committee_id.in_(committees_of(current_user))
        words = sa.case((is_inside, Minutes.stems), else_=Minutes.open_stems)
        wanted = wanted.where(stems.contains(words, query))
    return wanted


def _results(rows: Sequence[Minutes], query: str) -> list[tuple[Minutes, bool, Markup]]:
    """Minutes, each with whether the reader belongs to the committee, and a passage with the words that they may read."""
    mine = set(session.scalars(committees_of(current_user)))
    found = []
    for row in rows:
        is_inside, passage = row.meeting.committee_id in mine, Markup()
        if query.strip():
            passage = excerpt(row.text if is_inside else without_internal(row.text), read(query))
        found.append((row, is_inside, passage))
    return found


def _committees() -> list[Committee]:
    """Committees of which the reader may read something."""
    ours = visible_minutes().with_only_columns(Meeting.committee_id).distinct().order_by(None)
    return list(session.scalars(sa.select(Committee).where(Committee.id.in_(ours)).order_by(Committee.name)))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
