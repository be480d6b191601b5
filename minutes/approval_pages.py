"""Approving a draft: what the guard finds in it, and the yes that makes it immutable."""

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from minutes import approval
from minutes.minutes import get_draft_minutes
from minutes.proposals import OUTCOMES, VOTE_MODES
from portal import audit
from portal.database import session
from portal.dismissals import DismissForm, dismiss
from portal.forms import VersionedForm

blueprint = Blueprint("approval", __name__, url_prefix="/minutes/<int:minutes_id>")


@blueprint.get("/approve")
def ask(minutes_id: int) -> ResponseReturnValue:
    minutes = get_draft_minutes(minutes_id)
    found = approval.findings(minutes)
    return render_template(
        "minutes/approve.html",
        minutes=minutes,
        html=Markup(minutes.html),  # noqa: S704 - cleaned when it was written
        found=found,
        open_count=sum(one.is_open for one in found),
        blocks=approval.guard_blocks(minutes),
        form=VersionedForm(obj=minutes),
        outcomes=OUTCOMES,
        modes=VOTE_MODES,
    )


@blueprint.post("/dismiss")
def dismiss_finding(minutes_id: int) -> ResponseReturnValue:
    minutes, form = get_draft_minutes(minutes_id), DismissForm()
    if not form.validate():
        flash(_("Bitte nennen Sie einen Grund, warum die Fundstelle unbedenklich ist."), "warning")
    elif dismiss(f"minutes:{minutes.id}", approval.findings(minutes), form, current_user.id):
        audit.record("finding.dismissed", minutes, kind=form.kind.data)
        session.commit()
        flash(_("Vermerkt."), "success")
    return redirect(url_for("approval.ask", minutes_id=minutes_id))


@blueprint.post("/replace")
def replace_findings(minutes_id: int) -> ResponseReturnValue:
    """Put the guard's words in place of everything that is open."""
    minutes, form = get_draft_minutes(minutes_id), VersionedForm()
    if form.validate() and form.check_version(minutes.version):
        num = approval.replace_open(minutes)
        audit.record("minutes.replaced", minutes, findings=num)
        session.commit()
        flash(_("Ersetzt: %(num)d.", num=num), "success")
    else:
        flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
    return redirect(url_for("approval.ask", minutes_id=minutes_id))


@blueprint.post("/approve")
def approve(minutes_id: int) -> ResponseReturnValue:
    minutes, form = get_draft_minutes(minutes_id), VersionedForm()
    if not form.validate() or not form.check_version(minutes.version):
        flash(_("Das Protokoll wurde inzwischen geändert; bitte lesen Sie es noch einmal."), "warning")
        return redirect(url_for("approval.ask", minutes_id=minutes_id))
    try:
        dropped = approval.approve(minutes, current_user.id)
    except approval.ApprovalRefusedError as error:
        session.rollback()
        flash(str(error), "error")
        return redirect(url_for("approval.ask", minutes_id=minutes_id))
    audit.record("minutes.approved", minutes)
    session.commit()
    if dropped is not None:
        dropped.unlink(missing_ok=True)
    flash(_("Das Protokoll ist genehmigt, die Mitglieder werden benachrichtigt."), "success")
    return redirect(url_for("minutes.show", minutes_id=minutes_id))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
