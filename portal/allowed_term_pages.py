"""Terms that the text guard leaves alone: proposing one, confirming what somebody else proposed, removing."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import Field, SelectField
from wtforms.validators import ValidationError

from portal import audit, guard
from portal.access import one_or_404, refuse
from portal.allowed_terms import (
    TERM_LENGTH,
    TERM_REASON_LENGTH,
    AllowedTerm,
    may_keep_terms,
    same_term,
    tidy_term,
    visible_terms,
)
from portal.committees import Committee, Role, committees_of
from portal.database import session
from portal.forms import Form, line, rows_as_choices
from portal.people import Person, is_same_person
from portal.textguard import may_be_allowed

blueprint = Blueprint("terms", __name__, url_prefix="/terms")


@blueprint.before_request
def check() -> None:
    if current_user.is_authenticated and not may_keep_terms(current_user):
        refuse()


class TermForm(Form):
    term = line(
        _l("Begriff"),
        TERM_LENGTH,
        description=_l("So, wie er im Text steht, zum Beispiel der Name eines Vereins."),
    )
    reason = line(
        _l("Warum nennt der Begriff niemanden?"),
        TERM_REASON_LENGTH,
        description=_l("Bitte ohne Angaben zu Personen: Das lesen alle, die Entscheidungen schreiben."),
    )
    committee_id = SelectField(
        _l("Gremium"), coerce=int, description=_l("Bestätigen kann, wer für dasselbe Gremium schreibt.")
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        mine = sa.select(Committee).where(Committee.id.in_(committees_of(current_user, Role.SECRETARY)))
        self.committee_id.choices = rows_as_choices(session.scalars(mine.order_by(Committee.name)))

    def validate_term(self, field: Field) -> None:
        field.data = tidy_term(field.data)
        if not may_be_allowed(field.data):
            raise ValidationError(
                _(
                    "Das kann nicht überall erlaubt werden: Es ist auch ein Name oder eine Anrede, oder es besteht "
                    "nicht nur aus Wörtern. Bitte stellen Sie die Fundstelle nur in diesem Text zurück."
                )
            )
        if same_term(field.data) is not None:
            raise ValidationError(_("Dieser Begriff ist schon erlaubt oder vorgeschlagen."))

    def validate_reason(self, field: Field) -> None:
        term = tidy_term(self.term.data or "").lower()
        others = [one for one in guard.find(field.data) if one.blocking and one.excerpt.lower() != term]
        if others:
            raise ValidationError(
                _(
                    "„%(words)s“ könnte jemanden benennen. Bitte wählen Sie andere Worte.",
                    words=others[0].excerpt,
                )
            )


@blueprint.get("")
def index() -> ResponseReturnValue:
    return _page(TermForm())


@blueprint.post("")
def propose() -> ResponseReturnValue:
    form = TermForm()
    if not form.validate():
        return _page(form), 422
    _keep(form)
    flash(_("Vorgeschlagen. Der Begriff gilt, sobald ihn eine zweite Person bestätigt."), "success")
    return redirect(url_for("terms.index"))


@blueprint.post("/from-text")
def propose_from_text() -> ResponseReturnValue:
    """Propose while writing: the answer is a sentence for the page that somebody is busy with."""
    form = TermForm()
    if not form.validate():
        return {
            "words": " ".join(str(message) for messages in form.errors.values() for message in messages)
        }, 422
    _keep(form)
    return {"words": _("Vorgeschlagen. Bis eine zweite Person es bestätigt, bleibt die Fundstelle offen.")}


@blueprint.post("/<int:term_id>/confirm")
def confirm(term_id: int) -> ResponseReturnValue:
    term = _term(term_id)
    if term.holds or is_same_person(term.proposed_by, current_user):
        audit.record_refusal("term.confirm_refused", f"allowed_term:{term_id}")
        flash(_("Bestätigen muss jemand anderes als die Person, die den Begriff vorgeschlagen hat."), "error")
        return redirect(url_for("terms.index"))
    term.confirm(session.get_one(Person, current_user.id))
    audit.record("term.confirmed", term)
    session.commit()
    flash(_("„%(term)s“ ist ab jetzt in jedem Text erlaubt.", term=term.term), "success")
    return redirect(url_for("terms.index"))


@blueprint.post("/<int:term_id>/remove")
def remove(term_id: int) -> ResponseReturnValue:
    """Refuse a proposal, or take back what was allowed; to be stricter again takes only one person."""
    term = _term(term_id)
    audit.record("term.removed" if term.holds else "term.refused", term)
    words = term.term
    session.delete(term)
    session.commit()
    flash(_("„%(term)s“ ist entfernt. Der Textwächter meldet den Begriff wieder.", term=words), "success")
    return redirect(url_for("terms.index"))


def _keep(form: TermForm) -> None:
    term = AllowedTerm(proposed_by_id=current_user.id)
    form.populate_obj(term)
    session.add(term)
    audit.record("term.proposed", term)
    session.commit()


def _term(term_id: int) -> AllowedTerm:
    """The row, held until the commit: two people may decide about it at once."""
    return one_or_404(visible_terms(current_user).where(AllowedTerm.id == term_id).with_for_update())


def _page(form: TermForm) -> str:
    rows = session.scalars(visible_terms(current_user).order_by(sa.func.lower(AllowedTerm.term))).all()
    return render_template(
        "portal/terms.html",
        form=form,
        proposed=[row for row in rows if not row.holds],
        allowed=[row for row in rows if row.holds],
    )


def card(person: Person) -> str:
    """On the start page of those who may confirm: what others proposed."""
    waiting = visible_terms(person).where(
        AllowedTerm.confirmed_at.is_(None), AllowedTerm.proposed_by_id != person.id
    )
    number = len(session.scalars(waiting).all())
    return render_template("portal/card_terms.html", number=number) if number else ""


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
