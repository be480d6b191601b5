"""The page of a decision at its lasting address: what was decided and why, and what stands around it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from meetings.agenda import AgendaItem, visible_items
from meetings.problem_groups import ProblemGroup, visible_groups
from minutes import citations, decision_step_pages, public_archive, reading_list
from minutes.archive import blueprint
from minutes.decision import Audience, Decision
from minutes.decision_access import visible_decisions
from minutes.decision_record import Record, records
from minutes.decision_steps import STEP_KINDS, DecisionStep
from minutes.decision_words import AUDIENCES, DECISION_KINDS, DECISION_STATES, FIELD_LABELS, RESULTS
from minutes.erasure_pages import erased_decision
from portal.access import refuse
from portal.committees import committees_of
from portal.database import session
from portal.outbox import link


@dataclass(frozen=True)
class Event:
    """Something that happened to a decision; `by` is the one that replaced it."""

    at: datetime
    what: str
    by: Decision | None = None


@blueprint.get("/<number>")
def show(number: str) -> ResponseReturnValue:
    """A released decision, under any spelling of its number; also one that was superseded or withdrawn.

    Who sits in no committee, such as an administrator, is led to the public page, if it has one.
    """
    if (erased := erased_decision(number)) is not None:
        return erased
    if (address := _public_address(number)) is not None:
        return redirect(address)
    record = get_record(number)
    decision = record.decision
    return render_template(
        "minutes/decision.html",
        record=record,
        decision=decision,
        history=history(record),
        item=_item(decision),
        group=_group(decision),
        citing_decisions=citations.citing_decisions(decision),
        citing_minutes=citations.citing_minutes(decision),
        newer=_neighbour(decision, is_newer=True),
        older=_neighbour(decision, is_newer=False),
        citation=record.citation(link("archive.show", number=decision.number)),
        public_address=public_archive.address_of(decision) if decision.audience is Audience.PUBLIC else None,
        is_kept=reading_list.is_kept(decision),
        steps=decision_step_pages.section(decision),
        with_links=citations.with_links,
        field_labels=FIELD_LABELS,
        results=RESULTS,
        kinds=DECISION_KINDS,
        states=DECISION_STATES,
        audiences=AUDIENCES,
    )


def _public_address(number: str) -> str | None:
    """The public page of a decision, for those who may read no other one."""
    if session.scalar(sa.select(committees_of(current_user).exists())):
        return None
    public = public_archive.ever_public().where(Decision.number == citations.number_in(number))
    found = session.scalar(public)
    return public_archive.address_of(found) if found else None


def get_record(number: str) -> Record:
    """A released decision that the reader may see, with what stands around it; otherwise 404."""
    stored = citations.number_in(number)
    if stored is None:
        abort(404)
    found = records(visible_decisions().where(Decision.number == stored), visible_decisions(), current_user)
    return found[0] if found else refuse()


def history(record: Record) -> list[Event]:
    """Release, further steps and replacements, as far as the reader may see them, oldest first."""
    decision = record.decision
    events = [Event(decision.released_at, _("freigegeben"))] if decision.released_at else []
    steps = session.scalars(sa.select(DecisionStep).where(DecisionStep.decision_id == decision.id))
    events += [Event(step.at, str(STEP_KINDS[step.kind])) for step in steps]
    events += [
        Event(row.released_at, _("abgelöst durch"), row) for row in record.successors if row.released_at
    ]
    return sorted(events, key=lambda event: event.at)


def _neighbour(decision: Decision, *, is_newer: bool) -> Decision | None:
    """The decision released next after or before this one, of those that the reader may see."""
    key, here = Decision.archive_key, decision.archive_key
    wanted = visible_decisions().where(key > here if is_newer else key < here)
    return session.scalar(wanted.order_by(key.asc() if is_newer else key.desc()).limit(1))


def _item(decision: Decision) -> AgendaItem | None:
    """The item of the agenda, for those who may see it."""
    if decision.agenda_item_id is None:
        return None
    return session.scalar(visible_items().where(AgendaItem.id == decision.agenda_item_id))


def _group(decision: Decision) -> ProblemGroup | None:
    """The problem group that it answers, for those who may see it."""
    if decision.problem_group_id is None:
        return None
    return session.scalar(visible_groups().where(ProblemGroup.id == decision.problem_group_id))
