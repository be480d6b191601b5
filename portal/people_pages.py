"""Administration of people: accounts, affiliations, seats in committees, deputies."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import ValidationError

from portal import audit
from portal.access import administrators_only
from portal.clock import now, today
from portal.committees import ROLES, Committee, Deputy, Membership, Role, note_changed_seats
from portal.credentials import Purpose, send_link
from portal.database import session
from portal.forms import Form, choice, choices, day, line, period_is_ordered, rows_as_choices
from portal.people import (
    AFFILIATION_ROLES,
    EMAIL_LENGTH,
    LANGUAGES,
    NAME_LENGTH,
    Affiliation,
    AffiliationRole,
    Agency,
    Person,
    person_by_email,
    tidy_email,
)
from portal.signin import SignIn, end_sessions

blueprint = Blueprint("people", __name__, url_prefix="/admin/people")
administrators_only(blueprint)

PERIODS: dict[str, type[Membership | Deputy | Affiliation]] = {
    "memberships": Membership,
    "deputies": Deputy,
    "affiliations": Affiliation,
}


class PersonForm(Form):
    name = line(_l("Name"), NAME_LENGTH)
    email = line(_l("E-Mail-Adresse"), EMAIL_LENGTH, render_kw={"type": "email"})
    language = SelectField(_l("Sprache der Briefe"), choices=choices(LANGUAGES.items()), default="de")
    is_admin = BooleanField(_l("darf verwalten"))
    person: Person | None = None

    def validate_email(self, field: Any) -> None:
        from email.headerregistry import Address

        try:
            address = Address(addr_spec=tidy_email(field.data))
        except (ValueError, IndexError):
            raise ValidationError(_("Das ist keine E-Mail-Adresse.")) from None
        if not address.domain or not field.data.isascii():
            raise ValidationError(_("Das ist keine E-Mail-Adresse."))
        other = person_by_email(field.data)
        if other is not None and other is not self.person:
            raise ValidationError(_("Diese Adresse gehört schon zu einem anderen Konto."))

    def validate_is_admin(self, field: Any) -> None:
        if self.person and self.person.is_admin and not field.data and is_last_admin(self.person):
            raise ValidationError(_("Dies ist das letzte Konto, das verwalten darf."))


class PeriodForm(Form):
    starts_on = day(_l("von"), default=today)
    ends_on = day(_l("bis einschließlich"), required=False)

    def validate_ends_on(self, field: Any) -> None:
        period_is_ordered(self, field)


class MembershipForm(PeriodForm):
    committee_id = SelectField(_l("Gremium"), coerce=int)
    role = choice(_l("Rolle"), ROLES, default=Role.MEMBER)


class DeputyForm(PeriodForm):
    committee_id = SelectField(_l("Gremium"), coerce=int)
    for_person_id = SelectField(_l("vertritt"), coerce=int)


class AffiliationForm(PeriodForm):
    agency_id = SelectField(_l("Amt oder Träger"), coerce=int)
    role = choice(_l("Aufgabe"), AFFILIATION_ROLES, default=AffiliationRole.COUNSELLOR)


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
    person = Person(
        name=form.name.data,
        email=tidy_email(form.email.data or ""),
        language=form.language.data,
        is_admin=form.is_admin.data,
    )
    session.add(person)
    note_changed_seats(person)
    send_link(person, Purpose.WELCOME)
    audit.record("person.created", person)
    session.commit()
    flash(_("Das Konto ist angelegt, die Einladung liegt im Postausgang."), "success")
    return redirect(url_for("people.show", person_id=person.id))


@blueprint.get("/<int:person_id>")
def show(person_id: int) -> ResponseReturnValue:
    return _page(_person(person_id))


@blueprint.post("/<int:person_id>")
def update(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    form = PersonForm()
    form.person = person
    if not form.validate():
        return _page(person, person_form=form), 422
    if tidy_email(form.email.data or "") != person.email or form.is_admin.data != person.is_admin:
        person.credentials += 1
        end_sessions(SignIn.person_id == person.id)
    form.populate_obj(person)
    person.email = tidy_email(person.email)
    audit.record("person.changed", person)
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


@blueprint.post("/<int:person_id>/disable")
def disable(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    if is_last_admin(person):
        flash(_("Dies ist das letzte Konto, das verwalten darf."), "error")
        return redirect(url_for("people.show", person_id=person.id))
    person.disabled_at = now()
    end_sessions(SignIn.person_id == person.id)
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


@blueprint.post("/<int:person_id>/memberships")
def add_membership(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    form = _with_choices(MembershipForm(), person)
    return _add_period(person, form, Membership(person_id=person.id), membership_form=form)


@blueprint.post("/<int:person_id>/deputies")
def add_deputy(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    form = _with_choices(DeputyForm(), person)
    return _add_period(person, form, Deputy(person_id=person.id), deputy_form=form)


@blueprint.post("/<int:person_id>/affiliations")
def add_affiliation(person_id: int) -> ResponseReturnValue:
    person = _person(person_id)
    form = _with_choices(AffiliationForm(), person)
    return _add_period(person, form, Affiliation(person_id=person.id), affiliation_form=form)


@blueprint.post("/<int:person_id>/<any(memberships, deputies, affiliations):kind>/<int:row_id>/end")
def end_period(person_id: int, kind: str, row_id: int) -> ResponseReturnValue:
    """End a seat, a deputy's time or an affiliation; one that begins today or later is taken back."""
    person, model = _person(person_id), PERIODS[kind]
    row: Any = session.get(model, row_id)
    if row is None or row.person_id != person.id:
        abort(404)
    audit.record(f"{model.__tablename__}.ended", row)
    if row.starts_on >= today():
        session.delete(row)
    else:
        row.ends_on = today() - timedelta(days=1)
    note_changed_seats(person)
    session.commit()
    flash(_("Beendet."), "success")
    return redirect(url_for("people.show", person_id=person.id))


def is_last_admin(person: Person) -> bool:
    others = sa.select(Person.id).where(
        Person.is_admin, Person.disabled_at.is_(None), Person.id != person.id
    )
    return person.is_admin and session.scalar(others) is None


def _person(person_id: int) -> Person:
    return session.get(Person, person_id) or abort(404)


def _add_period(
    person: Person, form: PeriodForm, row: Membership | Deputy | Affiliation, **shown: Form
) -> ResponseReturnValue:
    if not form.validate():
        return _page(person, **shown), 422
    form.populate_obj(row)
    session.add(row)
    note_changed_seats(person)
    audit.record(f"{row.__tablename__}.added", row)
    session.commit()
    flash(_("Gespeichert."), "success")
    return redirect(url_for("people.show", person_id=person.id))


def _with_choices(form: Any, person: Person) -> Any:
    if "committee_id" in form:
        form.committee_id.choices = rows_as_choices(session.scalars(sa.select(Committee).order_by(Committee.name)))
    if "agency_id" in form:
        form.agency_id.choices = rows_as_choices(session.scalars(sa.select(Agency).order_by(Agency.name)))
    if "for_person_id" in form:
        others = sa.select(Person).where(Person.id != person.id, Person.disabled_at.is_(None))
        form.for_person_id.choices = rows_as_choices(session.scalars(others.order_by(Person.name)))
    return form


def _page(person: Person, **shown: Form) -> str:
    forms: dict[str, Form] = {
        "person_form": PersonForm(obj=person),
        "membership_form": _with_choices(MembershipForm(formdata=None), person),
        "deputy_form": _with_choices(DeputyForm(formdata=None), person),
        "affiliation_form": _with_choices(AffiliationForm(formdata=None), person),
    }

    def periods(model: type[Membership | Deputy | Affiliation]) -> list[Any]:
        mine = sa.select(model).where(model.person_id == person.id).order_by(model.starts_on.desc())
        return list(session.scalars(mine))

    return render_template(
        "portal/person.html",
        person=person,
        memberships=periods(Membership),
        deputies=periods(Deputy),
        affiliations=periods(Affiliation),
        roles=ROLES,
        affiliation_roles=AFFILIATION_ROLES,
        is_current=lambda row: row.ends_on is None or row.ends_on >= today(),
        **(forms | shown),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
