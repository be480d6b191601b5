"""Erasure by two people: an administrator asks for it, a second one or the committee's chair carries it out."""

import re

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import contains_eager
from wtforms import StringField
from wtforms.validators import ValidationError

from minutes import erasing, erasure_ledger
from minutes.decision import Decision
from minutes.decision_access import visible_erased
from minutes.erasure import (
    NAME_LENGTH,
    REASON_LENGTH,
    Erasure,
    Target,
    chained_erasures,
    erasure_of,
    find_decision,
    find_minutes,
    label,
    request,
)
from portal import audit, chain, guard, jobs, outbox
from portal.access import one_or_404, refuse
from portal.chain import LinkKind
from portal.committees import Role, committees_of
from portal.database import serialise, session
from portal.forms import Form, line
from portal.outbox import Letter
from portal.people import Person

blueprint = Blueprint("erasure", __name__, url_prefix="/erasures")

KIND = "erasure_requested"
ADDRESS = re.compile(r"(?:\S*/minutes/|Protokoll +)([1-9]\d{0,8})(?:[/?#]\S*)?", re.IGNORECASE | re.ASCII)
SHOWN = 200


class RequestForm(Form):
    what = line(
        _l("Entscheidung oder Protokoll"),
        300,
        description=_l("Nummer der Entscheidung (LK-2027-003), oder Adresse der Seite des Protokolls."),
    )
    reason = line(
        _l("Grund der Löschung"),
        REASON_LENGTH,
        description=_l("Leserinnen und Leser sehen diesen Grund. Bitte nennen Sie darin niemanden."),
    )

    def validate_what(self, _field: StringField) -> None:
        if self.target is None:
            raise ValidationError(
                _(
                    "Das ist keine freigegebene Entscheidung und kein genehmigtes Protokoll, oder schon gelöscht."
                )
            )

    def validate_reason(self, field: StringField) -> None:
        found = [one.excerpt for one in guard.find(field.data or "") if one.blocking]
        if found:
            raise ValidationError(
                _("Hier könnte eine Person genannt sein: %(words)s", words=", ".join(found))
            )

    @property
    def target(self) -> Target | None:
        text = (self.what.data or "").strip()
        address = ADDRESS.fullmatch(text)
        return find_minutes(int(address[1])) if address else find_decision(text)


class ConfirmForm(Form):
    typed = line(_l("Zur Bestätigung"), NAME_LENGTH)


@blueprint.get("")
def index() -> ResponseReturnValue:
    _administrators_only()
    return _index(RequestForm())


@blueprint.post("")
def ask() -> ResponseReturnValue:
    _administrators_only()
    serialise("erasures")
    form = RequestForm()
    if not form.validate() or (target := form.target) is None:
        return _index(form), 422
    erasure = request(target, form.reason.data or "", session.get_one(Person, current_user.id))
    for person in erasure.second_people():
        outbox.queue(KIND, erasure, person, 0, erasure=erasure, what=label(erasure))
    audit.record("erasure.requested", target.subject)
    session.commit()
    flash(_("Die Löschung ist beantragt. Eine zweite Person muss sie ausführen."), "success")
    return redirect(url_for("erasure.index"))


@blueprint.get("/<int:erasure_id>")
def show(erasure_id: int) -> ResponseReturnValue:
    return _page(_open_request(erasure_id), ConfirmForm())


@blueprint.post("/<int:erasure_id>")
def confirm(erasure_id: int) -> ResponseReturnValue:
    serialise("erasures")
    erasure, form = _open_request(erasure_id), ConfirmForm()
    if not erasure.may_be_confirmed_by(current_user):
        refuse()
    if not form.validate() or (form.typed.data or "").casefold() != erasure.name.casefold():
        if not form.errors:
            form.typed.errors = [_("Bitte geben Sie genau das ein: %(name)s", name=erasure.name)]
        return _page(erasure, form), 422
    erasing.erase(erasure, session.get_one(Person, current_user.id))
    audit.record("content.erased", erasure.subject)
    session.commit()
    erasing.settle()
    flash(_("%(what)s ist gelöscht.", what=label(erasure)), "success")
    return redirect(url_for("start.show"))


@blueprint.post("/<int:erasure_id>/drop")
def drop(erasure_id: int) -> ResponseReturnValue:
    """Take the request back, or decline it."""
    serialise("erasures")
    erasure = _open_request(erasure_id)
    audit.record("erasure.dropped", erasure.subject)
    session.delete(erasure)
    session.commit()
    flash(_("Der Antrag auf Löschung ist zurückgenommen."), "success")
    return redirect(url_for("start.show"))


def _administrators_only() -> None:
    if not current_user.is_admin:
        refuse()


def _open_request(erasure_id: int) -> Erasure:
    """A request that the reader made or may carry out, and that nobody has carried out; otherwise 404."""
    wanted = sa.select(Erasure).where(Erasure.id == erasure_id, Erasure.erased_at.is_(None), _may_see())
    return one_or_404(wanted)


def _may_see() -> sa.ColumnElement[bool]:
    if current_user.is_admin:
        return sa.true()
    return Erasure.committee_id.in_(committees_of(current_user, Role.CHAIR))


def _index(form: RequestForm) -> str:
    newest = sa.select(Erasure).order_by(Erasure.id.desc()).limit(SHOWN)
    return render_template(
        "minutes/erasures.html",
        form=form,
        erasures=session.scalars(newest).all(),
        label=label,
        me=current_user,
    )


def _page(erasure: Erasure, form: ConfirmForm) -> str:
    return render_template(
        "minutes/erasure.html",
        erasure=erasure,
        form=form,
        what=label(erasure),
        may_confirm=erasure.may_be_confirmed_by(current_user),
    )


def erased_decision(number: str) -> ResponseReturnValue | None:
    """The page that stands in place of an erased decision, for whoever could read it; None where it was not erased."""
    decision = session.scalar(visible_erased().where(Decision.number == number.upper()))
    return _erased(erasure_of(f"decision:{decision.id}")) if decision is not None else None


def erased_minutes(minutes_id: int) -> ResponseReturnValue | None:
    """The same for minutes, for the members of their committee."""
    mine = Erasure.committee_id.in_(committees_of(current_user))
    wanted = sa.select(Erasure).where(
        Erasure.subject == f"minutes:{minutes_id}", Erasure.erased_at.is_not(None), mine
    )
    return _erased(session.scalar(wanted))


def _erased(erasure: Erasure | None) -> ResponseReturnValue | None:
    if erasure is None:
        return None
    kind = LinkKind.APPROVED if erasure.is_of_minutes else LinkKind.RELEASED
    links = [chain.link_of(one, erasure.subject) for one in (kind, LinkKind.ERASED)]
    page = render_template("minutes/erased.html", erasure=erasure, what=label(erasure), links=links)
    return page, 410


def card(person: Person) -> str:
    """On the start page of those who may carry out an erasure that somebody asked for."""
    wanted = (
        sa.select(Erasure)
        .join(Erasure.committee)
        .options(contains_eager(Erasure.committee))
        .where(Erasure.erased_at.is_(None), _may_see())
        .order_by(Erasure.id)
    )
    rows = [row for row in session.scalars(wanted) if row.may_be_confirmed_by(person)]
    return render_template("minutes/card_erasures.html", erasures=rows, label=label) if rows else ""


def _still_open(letter: Letter) -> bool:
    erasure = session.get(Erasure, outbox.number_in(letter.about))
    return erasure is not None and erasure.may_be_confirmed_by(letter.person)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    chain.contents[LinkKind.ERASED] = chained_erasures
    chain.complete["erasure"] = erasure_ledger.faults
    outbox.still_wanted[KIND] = _still_open
    jobs.daily["write-ahead log"] = erasing.settle
