"""Approving many drafts at once, such as old minutes that were imported: nobody gets letters about these."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy.orm import selectinload
from wtforms import SelectMultipleField
from wtforms.validators import InputRequired

from meetings.meeting import Meeting
from minutes.approval import ApprovalRefusedError, approve
from minutes.approval_silence import hindrances
from minutes.minutes import ApprovalWay, Minutes, MinutesState, visible_minutes
from portal import audit
from portal.access import get_committee
from portal.clock import now
from portal.committees import Committee, Role
from portal.database import session
from portal.forms import Form

blueprint = Blueprint("bulk_approval", __name__, url_prefix="/committees/<slug>/minutes/approve")

PAGE = 50
LAST_PAGE = 400


class BulkApprovalForm(Form):
    """Drafts by id and version, as `12-3`: what was changed since it was chosen is not approved."""

    chosen = SelectMultipleField(
        _l("Entwürfe"),
        [InputRequired(_l("Bitte wählen Sie aus, was genehmigt werden soll."))],
        choices=[],
        validate_choice=False,
    )


@blueprint.get("")
def choose(slug: str) -> ResponseReturnValue:
    return _page(get_committee(slug, Role.SECRETARY), BulkApprovalForm(formdata=None))


@blueprint.post("")
def approve_chosen(slug: str) -> ResponseReturnValue:
    """Approve each of the chosen drafts in a transaction of its own; one that is refused keeps no other waiting."""
    committee, form = get_committee(slug, Role.SECRETARY), BulkApprovalForm()
    if not form.validate():
        return _page(committee, form), 422
    chosen = set(form.chosen.data)
    waiting = session.execute(_drafts(slug).with_only_columns(Minutes.id, Minutes.version)).all()
    approved = sum(
        _approve(slug, number, version) for number, version in waiting if f"{number}-{version}" in chosen
    )
    if approved:
        words = ngettext("Ein Protokoll ist genehmigt.", "%(num)d Protokolle sind genehmigt.", approved)
        flash(words, "success")
    if left := len(chosen) - approved:
        words = ngettext(
            "Ein Protokoll ist nicht genehmigt: Es wurde inzwischen geändert, oder etwas steht dem entgegen.",
            "%(num)d Protokolle sind nicht genehmigt: Sie wurden inzwischen geändert, oder etwas steht dem entgegen.",
            left,
        )
        flash(words, "warning")
    return redirect(url_for("bulk_approval.choose", slug=slug))


def _approve(slug: str, minutes_id: int, version: int) -> bool:
    """Approve a draft, if it is still as it was chosen. Returns whether it is approved."""
    wanted = _drafts(slug).where(Minutes.id == minutes_id, Minutes.version == version)
    minutes = session.scalar(wanted.with_for_update(of=Minutes))
    if minutes is None:
        session.rollback()
        return False
    try:
        approve(minutes, current_user.id, tells=False)
    except ApprovalRefusedError:
        session.rollback()
        return False
    audit.record("minutes.approved", minutes, way=ApprovalWay.DIRECT)
    session.commit()
    return True


def several_wait(slug: str) -> bool:
    """Whether the reader can approve more than one draft of a committee here."""
    return len(session.scalars(_drafts(slug).with_only_columns(Minutes.id).limit(2)).all()) > 1


def _drafts(slug: str) -> sa.Select[Minutes]:
    """Drafts of past meetings that the reader may approve, the oldest first, as their tasks followed one another.

    Of a new edition its members are always told, so it is approved on a page of its own.
    """
    return (
        visible_minutes(Role.SECRETARY)
        .where(
            Committee.slug == slug,
            Minutes.state == MinutesState.DRAFT,
            Minutes.edition == 1,
            Meeting.ends_at < now(),
        )
        .order_by(Meeting.starts_at, Minutes.id)
    )


def _page(committee: Committee, form: BulkApprovalForm) -> str:
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    wanted = _drafts(committee.slug).options(selectinload(Minutes.comments))
    rows = session.scalars(wanted.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return render_template(
        "minutes/approve_many.html",
        committee=committee,
        form=form,
        rows=[(minutes, list(hindrances(minutes))) for minutes in rows[:PAGE]],
        all_chosen="all" in request.args,
        page=page,
        has_more=len(rows) > PAGE and page < LAST_PAGE,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
