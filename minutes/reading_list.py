"""The reading list: decisions that somebody put aside to read, seen by nobody else."""

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minutes.citations import number_in
from minutes.decision import Decision
from minutes.decision_access import visible_decisions
from minutes.decision_words import DECISION_STATES
from portal.access import one_or_404
from portal.clock import now
from portal.database import Base, Moment, serialise, session
from portal.paging import neighbours, page_address, page_number
from portal.people import Person

ON_START_PAGE = 5
PAGE = 50

blueprint = Blueprint("reading_list", __name__)


class ReadingListEntry(Base):
    """A decision that somebody put on their reading list."""

    __tablename__ = "reading_list_entry"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), primary_key=True, index=True)
    added_at: Mapped[Moment] = mapped_column(default=now)

    decision: Mapped[Decision] = relationship()


@blueprint.get("/reading-list")
def index() -> ResponseReturnValue:
    page = page_number()
    found = session.scalars(_listed().offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    if page > 1 and not found:
        return redirect(page_address(1))
    return render_template(
        "minutes/reading_list.html",
        decisions=found[:PAGE],
        states=DECISION_STATES,
        **neighbours(page, has_more=len(found) > PAGE),
    )


@blueprint.post("/decisions/<number>/keep")
def keep(number: str) -> ResponseReturnValue:
    decision = _decision(number)
    serialise(f"reading list:{current_user.id}")
    if not is_kept(decision):
        session.add(ReadingListEntry(person_id=current_user.id, decision_id=decision.id))
    session.commit()
    flash(_("%(number)s steht auf Ihrer Leseliste.", number=decision.number), "success")
    return redirect(url_for("archive.show", number=decision.number))


@blueprint.post("/decisions/<number>/drop")
def drop(number: str) -> ResponseReturnValue:
    decision = _decision(number)
    session.execute(sa.delete(ReadingListEntry).where(*_entry_of(decision)))
    session.commit()
    flash(_("%(number)s steht nicht mehr auf Ihrer Leseliste.", number=decision.number), "success")
    if "from_list" in request.form:
        return redirect(url_for("reading_list.index"))
    return redirect(url_for("archive.show", number=decision.number))


def is_kept(decision: Decision) -> bool:
    """Whether it stands on the reader's list."""
    return session.scalar(sa.select(ReadingListEntry.decision_id).where(*_entry_of(decision))) is not None


def card(_person: Person) -> str:
    """On the start page of those who have a list: what they put on it last."""
    decisions = session.scalars(_listed().limit(ON_START_PAGE)).all()
    return render_template("minutes/card_reading_list.html", decisions=decisions) if decisions else ""


def _listed() -> sa.Select[Decision]:
    """What is on the reader's list and may still be seen by them, last added first."""
    wanted = visible_decisions().join(ReadingListEntry, ReadingListEntry.decision_id == Decision.id)
    mine = wanted.where(ReadingListEntry.person_id == current_user.id)
    return mine.order_by(ReadingListEntry.added_at.desc(), Decision.archive_key.desc())


def _entry_of(decision: Decision) -> tuple[sa.ColumnElement[bool], ...]:
    return ReadingListEntry.person_id == current_user.id, ReadingListEntry.decision_id == decision.id


def _decision(number: str) -> Decision:
    stored = number_in(number)
    if stored is None:
        abort(404)
    return one_or_404(visible_decisions().where(Decision.number == stored))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
