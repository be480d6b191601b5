"""The second person's page actions at a draft: release it, or say what is amiss."""

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from minutes import release as releasing
from minutes.decision_access import get_draft
from minutes.decision_comments import CommentForm, comment
from minutes.draft_page import draft_page
from minutes.recognition import RecognitionForm
from portal import audit
from portal.database import session
from portal.people import Person

blueprint = Blueprint("release", __name__, url_prefix="/drafts/<int:decision_id>")


@blueprint.post("/release")
def release(decision_id: int) -> ResponseReturnValue:
    decision, form = get_draft(decision_id, to_change=True), RecognitionForm()
    confirmed = frozenset(request.form.getlist("confirmed", type=int))
    is_answered = form.validate()
    if form.version.data is not None and not form.check_version(decision.version):
        flash(_("Der Entwurf wurde inzwischen geändert; bitte sehen Sie noch einmal hin."), "warning")
        return redirect(url_for("decision.draft", decision_id=decision_id))
    objections = releasing.objections(decision, confirmed)
    if objections:
        audit.record_refusal("decision.release_refused")
    if objections or not is_answered:
        form.form_errors += objections
        return draft_page(decision, release_form=form, confirmed=confirmed), 422
    try:
        releasing.release(decision, session.get_one(Person, current_user.id), confirmed)
    except releasing.ReleaseRefusedError as refused:
        audit.record_refusal("decision.release_refused")
        flash(_("Nicht freigegeben: %(why)s", why=str(refused)), "error")
        return redirect(url_for("decision.draft", decision_id=decision_id))
    audit.record("decision.released", decision, recognised=form.recognised.data)
    session.commit()
    flash(_("Freigegeben als %(number)s.", number=decision.number), "success")
    return redirect(url_for("archive.show", number=decision.number))


@blueprint.post("/comments")
def say(decision_id: int) -> ResponseReturnValue:
    decision, form = get_draft(decision_id, to_change=True), CommentForm()
    form.subject = f"decision:{decision.id}"
    if not form.validate():
        return draft_page(decision, comment_form=form), 422
    row = comment(decision, session.get_one(Person, current_user.id), form.text.data)
    if row is not None:
        audit.record("decision.commented", row)
        session.commit()
    flash(_("Gespeichert. Wer mitschreibt oder gefragt hat, bekommt einen Brief."), "success")
    return redirect(url_for("decision.draft", decision_id=decision_id, _anchor="comments"))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
