"""Correcting minutes that are not approved yet: the text on the left, what was read out of it on the right."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from minutes.correction import FIELDS, Content, content_of, plain, seal, store, unseal
from minutes.correction_form import CorrectionForm
from minutes.correction_merge import Merge, merge
from minutes.correction_view import CorrectionView
from minutes.differences import differences
from minutes.minutes import Minutes, get_draft_minutes
from minutes.reading import read_again
from minutes.review import withdraw_if_blocked
from portal import audit
from portal.audit import AuditEntry
from portal.clock import now
from portal.database import session
from portal.language import clock

blueprint = Blueprint("correction", __name__, url_prefix="/minutes/<int:minutes_id>")

ONE_ENTRY_IN = timedelta(hours=1)
WITHDRAWN = _l(
    "Gespeichert. Weil Fundstellen offen sind, ist das Protokoll wieder ein Entwurf, den die Mitglieder nicht lesen."
)


@blueprint.get("/edit")
def edit(minutes_id: int) -> ResponseReturnValue:
    minutes = get_draft_minutes(minutes_id)
    return _page(minutes, CorrectionForm.showing(minutes))


@blueprint.post("/edit")
def save(minutes_id: int) -> ResponseReturnValue:
    minutes, form = get_draft_minutes(minutes_id, to_change=True), CorrectionForm()
    if refused := _save(minutes, form):
        return refused
    session.commit()
    flash(_("Das Protokoll ist gespeichert."), "success")
    return redirect(url_for("correction.edit", minutes_id=minutes_id))


@blueprint.post("/edit/finish")
def finish(minutes_id: int) -> ResponseReturnValue:
    """Save, and go on to the approval."""
    minutes, form = get_draft_minutes(minutes_id, to_change=True), CorrectionForm()
    if refused := _save(minutes, form):
        return refused
    session.commit()
    return redirect(url_for("approval.ask", minutes_id=minutes_id))


@blueprint.post("/reread")
def reread(minutes_id: int) -> ResponseReturnValue:
    """Save, and read the text anew; what a person touched stays."""
    minutes, form = get_draft_minutes(minutes_id, to_change=True), CorrectionForm()
    if refused := _save(minutes, form):
        return refused
    read_again(minutes)
    minutes.worked_on_by(current_user.id)
    audit.record("minutes.reread", minutes)
    session.commit()
    flash(_("Der Text ist neu gelesen. Was Sie bearbeitet haben, ist geblieben."), "success")
    return redirect(url_for("correction.edit", minutes_id=minutes_id))


@blueprint.post("/autosave")
def autosave(minutes_id: int) -> ResponseReturnValue:
    """Save while somebody writes; the answer is what their page needs to go on.

    409: somebody else changed the minutes, and nothing is stored; 422: something typed cannot be stored as it is.
    """
    minutes, form = get_draft_minutes(minutes_id, to_change=True), CorrectionForm()
    if not form.validate():
        return {"words": _("Noch nicht gespeichert: Bitte prüfen Sie Ihre Angaben.")}, 422
    wanted, together = _wanted(minutes, form)
    if together is not None:
        return {"words": _who_changed(minutes)}, 409
    withdrawn = False
    if store(minutes, wanted, current_user.id):
        if not _is_noted(minutes):
            audit.record("minutes.edited", minutes)
        withdrawn = withdraw_if_blocked(minutes)
        session.commit()
    return _stored(minutes, wanted) | ({"words": WITHDRAWN} if withdrawn else {})


def _save(minutes: Minutes, form: CorrectionForm) -> ResponseReturnValue | None:
    """Take over what was typed, in the current transaction; otherwise the page that says why not."""
    if not form.validate():
        return _page(minutes, form), 422
    wanted, together = _wanted(minutes, form)
    if together is not None:
        return _page(
            minutes, CorrectionForm.showing(minutes, together.content), together, wanted["text"]
        ), 409
    if store(minutes, wanted, current_user.id):
        audit.record("minutes.edited", minutes)
        if withdraw_if_blocked(minutes):
            flash(WITHDRAWN, "warning")
    return None


def _wanted(minutes: Minutes, form: CorrectionForm) -> tuple[Content, Merge | None]:
    """What the person wants to be stored, and what they must see before, as somebody else changed the minutes."""
    wanted, stored = form.content(), content_of(minutes)
    seen = unseal(minutes.id, form.seen.data)
    if seen == stored:
        return wanted, None
    together = merge(seen or stored, wanted, stored)
    if seen is None or together.is_needed:
        return wanted, together
    return together.content, None


def _is_noted(minutes: Minutes) -> bool:
    """Whether the audit trail tells already that this person is editing."""
    return (
        session.scalar(
            sa.select(AuditEntry.id)
            .where(
                AuditEntry.at > now() - ONE_ENTRY_IN,
                AuditEntry.person_id == current_user.id,
                AuditEntry.action == "minutes.edited",
                AuditEntry.subject == f"minutes:{minutes.id}",
            )
            .limit(1)
        )
        is not None
    )


def _stored(minutes: Minutes, wanted: Content) -> dict[str, Any]:
    """For the page: its new seal, whether a passage is left open, and the rows by their place in the form."""
    view, rows = CorrectionView(minutes, minutes.text), dict[str, Any]()
    for kind in FIELDS:
        for row in wanted[kind]:
            if row.get("entry") is not None and row["id"]:
                lines = view.lines(kind, row["id"])
                place = view.place(lines) if lines else ""
                rows[f"{kind}-{row['entry']}"] = {
                    "id": row["id"],
                    "lines": lines,
                    "place": place,
                    "outdated": view.is_outdated(kind, row["id"]),
                }
    return {
        "seen": seal(minutes.id, content_of(minutes)),
        "words": _("Gespeichert um %(time)s", time=clock(now(), minutes.meeting.committee.zone)),
        "rows": rows,
        "left_open": view.is_left_open,
    }


def _who_changed(minutes: Minutes) -> str:
    values = {
        "name": minutes.written_by.name,
        "time": clock(minutes.written_at, minutes.meeting.committee.zone),
    }
    if minutes.written_by_id == current_user.id:
        return str(
            _("Sie selbst haben das Protokoll um %(time)s in einem anderen Fenster geändert.", **values)
        )
    return str(_("%(name)s hat das Protokoll um %(time)s geändert.", **values))


def _page(minutes: Minutes, form: CorrectionForm, together: Merge | None = None, typed: str = "") -> str:
    """The page; `together` and how the text as `typed` differs are shown where somebody else changed the minutes."""
    form.offer_new_rows()
    return render_template(
        "minutes/correct.html",
        minutes=minutes,
        form=form,
        view=CorrectionView(minutes, plain("text", form.text.data or "")),
        together=together,
        text_rows=differences(minutes.text, typed) if together else [],
        who_changed=_who_changed(minutes) if together else "",
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
