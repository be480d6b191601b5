"""Administration of people: their accounts, and the browsers in which they are signed in."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import ValidationError

from portal import audit, bounces, seat_pages
from portal.access import administrators_only
from portal.clock import now
from portal.committees import ROLES, note_changed_seats
from portal.credentials import Purpose, send_link
from portal.database import serialise, session
from portal.forms import Form, choices, line
from portal.people import (
    AFFILIATION_ROLES,
    EMAIL_LENGTH,
    LANGUAGES,
    NAME_LENGTH,
    Person,
    is_email,
    person_by_email,
    tidy_email,
)
from portal.signin import SignIn, end_sessions, open_sessions

blueprint = Blueprint("people", __name__, url_prefix="/admin/people")
administrators_only(blueprint)


class PersonForm(Form):
    name = line(_l("Name"), NAME_LENGTH)
    email = line(_l("E-Mail-Adresse"), EMAIL_LENGTH, render_kw={"type": "email"})
    language = SelectField(_l("Sprache der Briefe"), choices=choices(LANGUAGES.items()), default="de")
    is_admin = BooleanField(_l("darf verwalten"))
    person: Person | None = None

    def validate_email(self, field: Any) -> None:
        if not is_email(field.data):
            raise ValidationError(_("Das ist keine E-Mail-Adresse."))
        other = person_by_email(field.data)
        if other is not None and other is not self.person:
            raise ValidationError(_("Diese Adresse gehört schon zu einem anderen Konto."))

    def validate_is_admin(self, field: Any) -> None:
        if self.person and not field.data and is_last_admin(self.person):
            raise ValidationError(_("Dies ist das letzte Konto, das verwalten darf."))


@blueprint.get("")
def index() -> ResponseReturnValue:
    people = session.scalars(sa.select(Person).order_by(Person.name)).all()
    return render_template("portal/people.html", people=people)


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    return render_template("portal/person_new.html", form=PersonForm())


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    form = PersonForm()
    if not form.validate():
        return render_template("portal/person_new.html", form=form), 422
    person = Person()
    form.populate_obj(person)
    person.email = tidy_email(person.email)
    session.add(person)
    note_changed_seats(person)
    send_link(person, Purpose.WELCOME)
    audit.record("person.created", person)
    session.commit()
    flash(_("Das Konto ist angelegt, die Einladung liegt im Postausgang."), "success")
    return redirect(url_for("people.show", person_id=person.id))


@blueprint.get("/<int:person_id>")
def show(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    return _page(person, PersonForm(obj=person))


@blueprint.post("/<int:person_id>")
def update(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    form, before = PersonForm(), (person.email, person.is_admin)
    form.person = person
    if not form.validate():
        return _page(person, form), 422
    form.populate_obj(person)
    person.email = tidy_email(person.email)
    if before != (person.email, person.is_admin):
        _end_access(person)
        if person.password_hash is None:
            send_link(person, Purpose.WELCOME)
    audit.record("person.changed", person, is_admin=person.is_admin)
    session.commit()
    flash(_("Gespeichert."), "success")
    return redirect(url_for("people.show", person_id=person.id))


@blueprint.post("/<int:person_id>/welcome")
def welcome(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    send_link(person, Purpose.WELCOME)
    audit.record("person.welcomed", person)
    session.commit()
    flash(_("Eine neue Einladung liegt im Postausgang; frühere Links gelten nicht mehr."), "success")
    return redirect(url_for("people.show", person_id=person.id))


@blueprint.post("/<int:person_id>/sign-out")
def sign_out(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    end_sessions(SignIn.person_id == person.id)
    audit.record("person.signed_out", person)
    session.commit()
    flash(_("Die Person ist in allen Browsern abgemeldet."), "success")
    return redirect(url_for("people.show", person_id=person.id))


@blueprint.post("/<int:person_id>/disable")
def disable(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    if is_last_admin(person):
        audit.record_refusal("person.disable_refused", person)
        flash(_("Dies ist das letzte Konto, das verwalten darf."), "error")
        return redirect(url_for("people.show", person_id=person_id))
    person.disabled_at = now()
    _end_access(person)
    note_changed_seats(person)
    audit.record("person.disabled", person)
    session.commit()
    flash(_("Das Konto ist geschlossen."), "success")
    return redirect(url_for("people.show", person_id=person.id))


@blueprint.post("/<int:person_id>/enable")
def enable(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    person.disabled_at = None
    note_changed_seats(person)
    audit.record("person.enabled", person)
    session.commit()
    flash(_("Das Konto ist wieder offen."), "success")
    return redirect(url_for("people.show", person_id=person.id))


def is_last_admin(person: Person) -> bool:
    """Whether nobody else may administer; two who take each other's office at once pass here one by one."""
    serialise("administrators")
    others = sa.select(Person.id).where(Person.is_admin, Person.disabled_at.is_(None), Person.id != person.id)
    return person.is_admin and session.scalar(others.limit(1)) is None


def _end_access(person: Person) -> None:
    """End every session of the person and let every link that is on its way die."""
    person.credentials += 1
    end_sessions(SignIn.person_id == person.id)


def _person(person_id: int) -> Person:
    return session.get(Person, person_id) or abort(404)


def _page(person: Person, form: PersonForm) -> str:
    return render_template(
        "portal/person.html",
        person=person,
        form=form,
        periods=seat_pages.periods_of(person),
        role_names=ROLES | AFFILIATION_ROLES,
        is_current=seat_pages.is_current,
        sessions=open_sessions(person),
        suspicion=bounces.suspicion(person),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
