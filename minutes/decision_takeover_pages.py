"""The button beside a decision of approved minutes that makes a draft of it."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from minutes import editions
from minutes.decision import Decision
from minutes.decision_access import visible_decisions
from minutes.decision_takeover import Found, take_over, taken_over
from minutes.minutes import Minutes, MinutesState, get_minutes
from minutes.proposals import DecisionProposal
from portal import audit
from portal.access import one_or_404
from portal.committees import Role, sits_in
from portal.database import session

FOUND = {
    Found.TAKEN_OVER: _l("Dieser Beschluss wurde schon übernommen; hier ist er."),
    Found.SAME_TITLE: _l(
        "Zu dieser Sitzung gibt es unter demselben Titel schon diese Entscheidung. Geht es um etwas anderes, so schreiben "
        "Sie es auf der Seite des Gremiums neu."
    ),
}

blueprint = Blueprint("takeover", __name__, url_prefix="/minutes/<int:minutes_id>/decisions")


@blueprint.post("/<int:proposal_id>/take-over")
def take(minutes_id: int, proposal_id: int) -> ResponseReturnValue:
    """Make a draft of a decision of the minutes; whoever presses again is led to the one that there is."""
    minutes = get_minutes(
        minutes_id, Role.SECRETARY, Minutes.state == MinutesState.APPROVED, ~editions.is_superseded()
    )
    proposal = one_or_404(
        sa.select(DecisionProposal).where(
            DecisionProposal.id == proposal_id, DecisionProposal.minutes_id == minutes.id
        )
    )
    decision, found = take_over(minutes, proposal)
    if found is not Found.NEW:
        flash(FOUND[found], "info")
        return redirect(address_of(decision))
    audit.record("decision.taken_over", decision, minutes=minutes.id)
    session.commit()
    flash(_("Übernommen. Ergänzen Sie, was noch fehlt; freigeben muss jemand anderes."), "success")
    return redirect(address_of(decision))


def address_of(decision: Decision) -> str:
    if decision.is_draft:
        return url_for("decision.draft", decision_id=decision.id)
    return url_for("archive.show", number=decision.number)


def became(minutes: Minutes) -> dict[int, tuple[str, str]]:
    """Address and name of what was made of the decisions of these minutes, as far as the reader may see it."""
    rows = taken_over(minutes)
    if not rows:
        return {}
    ids = {row.id for row in rows.values()}
    released = set(
        session.scalars(visible_decisions().with_only_columns(Decision.id).where(Decision.id.in_(ids)))
    )
    may_write = sits_in(current_user, minutes.meeting.committee_id, Role.SECRETARY)
    return {
        number: (address_of(row), row.number or _("Entwurf"))
        for number, row in rows.items()
        if row.id in released or (row.is_draft and may_write)
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
