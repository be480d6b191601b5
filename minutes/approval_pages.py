"""Approving a draft: what the guard finds in it, and the yes that makes it immutable."""

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from wtforms import RadioField

from meetings.meeting import Meeting
from minutes import approval, review, sharing
from minutes.minutes import ApprovalWay, Minutes, get_draft_minutes, get_minutes
from minutes.proposals import OUTCOMES, VOTE_MODES
from portal import audit
from portal.committees import Role
from portal.database import session
from portal.dismissals import DismissForm, dismiss
from portal.forms import REQUIRED, VersionedForm
from portal.language import short_date

blueprint = Blueprint("approval", __name__, url_prefix="/minutes/<int:minutes_id>")


class ApproveForm(VersionedForm):
    """Who approved: the secretary at once, or one of the meetings since, by its id."""

    approved_by = RadioField(_l("Wer hat das Protokoll genehmigt?"), validators=[REQUIRED])

    def __init__(self, minutes: Minutes, meetings: list[Meeting], **options: object) -> None:
        super().__init__(**options)
        self.meetings = {str(meeting.id): meeting for meeting in meetings}
        by_meeting = [
            (number, _("Die Sitzung vom %(day)s hat es genehmigt", day=short_date(meeting.day)))
            for number, meeting in self.meetings.items()
        ]
        directly = (ApprovalWay.DIRECT, _("Ich genehmige es jetzt, ohne Sitzung"))
        # Over what somebody asked for, and nobody answered, only a meeting decides.
        self.approved_by.choices = by_meeting if approval.open_requests(minutes) else [*by_meeting, directly]

    @property
    def meeting(self) -> Meeting | None:
        """The meeting that approved the minutes."""
        return self.meetings.get(self.approved_by.data)


@blueprint.get("/approve")
def ask(minutes_id: int) -> ResponseReturnValue:
    minutes = get_draft_minutes(minutes_id)
    return _page(minutes, ApproveForm(minutes, approval.approving_meetings(minutes), obj=minutes))


@blueprint.post("/dismiss")
def dismiss_finding(minutes_id: int) -> ResponseReturnValue:
    minutes, form = get_draft_minutes(minutes_id, to_change=True), DismissForm()
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
    minutes, form = get_draft_minutes(minutes_id, to_change=True), VersionedForm()
    if form.validate() and form.check_version(minutes.version):
        num = approval.replace_open(minutes)
        minutes.worked_on_by(current_user.id)
        audit.record("minutes.replaced", minutes, findings=num)
        session.commit()
        flash(ngettext("Eine Fundstelle ist ersetzt.", "%(num)d Fundstellen sind ersetzt.", num), "success")
    else:
        flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
    return redirect(url_for("approval.ask", minutes_id=minutes_id))


@blueprint.post("/approve")
def approve(minutes_id: int) -> ResponseReturnValue:
    minutes = get_minutes(minutes_id, Role.SECRETARY, to_change=True)
    if minutes.is_approved:  # somebody else was quicker
        flash(_("Das Protokoll ist schon genehmigt."), "message")
        return redirect(url_for("minutes.show", minutes_id=minutes_id))
    form = ApproveForm(minutes, approval.approving_meetings(minutes))
    if not form.validate():
        return _page(minutes, form), 422
    if not form.check_version(minutes.version):
        flash(_("Das Protokoll wurde inzwischen geändert; bitte lesen Sie es noch einmal."), "warning")
        return redirect(url_for("approval.ask", minutes_id=minutes_id))
    way = ApprovalWay.MEETING if form.meeting else ApprovalWay.DIRECT
    try:
        approval.approve(minutes, current_user.id, way=way, approved_in=form.meeting)
    except approval.ApprovalRefusedError as error:
        session.rollback()
        flash(str(error), "error")
        return redirect(url_for("approval.ask", minutes_id=minutes_id))
    audit.record("minutes.approved", minutes, way=way)
    session.commit()
    flash(_("Das Protokoll ist genehmigt, die Mitglieder werden benachrichtigt."), "success")
    return redirect(url_for("minutes.show", minutes_id=minutes_id))


def _page(minutes: Minutes, form: ApproveForm) -> str:
    found = approval.findings(minutes)
    return render_template(
        "minutes/approve.html",
        minutes=minutes,
        html=sharing.whole_html(minutes),
        found=found,
        field_labels=approval.FIELD_LABELS,
        open_count=sum(one.is_open for one in found),
        blocks=approval.guard_blocks(minutes),
        open_requests=len(approval.open_requests(minutes)),
        open_remarks=len(approval.open_remarks(minutes)),
        is_running=review.is_running(minutes),
        form=form,
        outcomes=OUTCOMES,
        modes=VOTE_MODES,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
