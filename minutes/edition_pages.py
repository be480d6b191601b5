"""Correcting approved minutes by a new edition, what differs between editions, and deleting a draft."""

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import Field

from minutes import editions
from minutes.differences import differences
from minutes.harmless_words import HarmlessWords
from minutes.minutes import REASON_LENGTH, Minutes, MinutesState, get_draft_minutes, get_minutes
from portal import audit
from portal.access import refuse
from portal.committees import Role, sits_in
from portal.database import session
from portal.forms import Form, VersionedForm, line

blueprint = Blueprint("edition", __name__, url_prefix="/minutes/<int:minutes_id>")


class EditionForm(Form):
    reason = line(_l("Was ist zu berichtigen, und warum?"), REASON_LENGTH)

    def __init__(self, minutes: Minutes) -> None:
        self.minutes = minutes
        super().__init__()

    def validate_reason(self, field: Field) -> None:
        HarmlessWords()(self, field)


@blueprint.get("/editions/new")
def new(minutes_id: int) -> ResponseReturnValue:
    minutes = get_minutes(minutes_id, Role.SECRETARY)
    if not minutes.is_approved:
        refuse()
    return render_template("minutes/edition.html", minutes=minutes, form=EditionForm(minutes))


@blueprint.post("/editions/new")
def create(minutes_id: int) -> ResponseReturnValue:
    minutes = get_minutes(minutes_id, Role.SECRETARY)
    if not minutes.is_approved:
        refuse()
    form = EditionForm(minutes)
    if not form.validate():
        return render_template("minutes/edition.html", minutes=minutes, form=form), 422
    draft = editions.begin_edition(minutes, form.reason.data, current_user.id)
    if draft is None:
        form.form_errors.append(_("Eine neuere Fassung ist schon begonnen oder genehmigt."))
        return render_template("minutes/edition.html", minutes=minutes, form=form), 422
    audit.record("minutes.edition_begun", draft, edition=draft.edition)
    session.commit()
    flash(_("Fassung %(number)d ist als Entwurf angelegt.", number=draft.edition), "success")
    return redirect(url_for("correction.edit", minutes_id=draft.id))


@blueprint.get("/difference")
def difference(minutes_id: int) -> ResponseReturnValue:
    """What differs from an earlier edition, by default from the one before."""
    minutes = get_minutes(minutes_id)
    if not sits_in(current_user, minutes.meeting.committee_id):
        refuse()
    earlier = [row for row in editions.editions_of(minutes) if row.edition < minutes.edition]
    if not earlier:
        refuse()
    wanted = request.args.get("from", type=int)
    before = next((row for row in earlier if row.edition == wanted), earlier[0])
    return render_template(
        "minutes/difference.html",
        minutes=minutes,
        before=before,
        earlier=earlier,
        rows=differences(before.text, minutes.text),
    )


@blueprint.get("/delete")
def ask_delete(minutes_id: int) -> ResponseReturnValue:
    return render_template("minutes/delete.html", minutes=_draft(minutes_id))


@blueprint.post("/delete")
def delete(minutes_id: int) -> ResponseReturnValue:
    minutes, form = _draft(minutes_id, to_change=True), VersionedForm()
    if not form.validate() or not form.check_version(minutes.version):
        flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
        return redirect(url_for("edition.ask_delete", minutes_id=minutes_id))
    meeting_id = minutes.meeting_id
    audit.record("minutes.draft_deleted", minutes, edition=minutes.edition)
    editions.delete_draft(minutes)
    session.commit()
    flash(_("Der Entwurf ist gelöscht."), "success")
    return redirect(url_for("meeting.show", meeting_id=meeting_id))


def _draft(minutes_id: int, *, to_change: bool = False) -> Minutes:
    """A draft that is not in review; otherwise 404."""
    minutes = get_draft_minutes(minutes_id, to_change=to_change)
    if minutes.state is not MinutesState.DRAFT:
        refuse()
    return minutes


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
