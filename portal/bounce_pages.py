"""Whose letters come back: shown to those who can ask the person for another address."""

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import audit, bounces
from portal.access import one_or_404
from portal.database import session
from portal.people import Person

blueprint = Blueprint("bounce", __name__, url_prefix="/returned")


@blueprint.post("/<int:person_id>/forget")
def forget(person_id: int) -> ResponseReturnValue:
    """Somebody knows that the address works: letters that come back are counted anew."""
    person = one_or_404(
        sa.select(Person).where(Person.id == person_id, Person.id.in_(bounces.in_care_of(current_user)))
    )
    bounces.forget(person)
    audit.record("person.address_confirmed", person)
    session.commit()
    flash(_("Die Adresse von %(name)s gilt wieder als richtig.", name=person.name), "success")
    return redirect(url_for("start.show"))


def card(person: Person) -> str:
    """On the start page: people whose letters come back."""
    suspects = bounces.suspects(person)
    if not suspects:
        return ""
    return render_template("portal/card_bounces.html", suspects=suspects, is_admin=person.is_admin)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
