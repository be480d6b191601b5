"""Administration of a person's times: seats in committees, standing in for others, work for an agency."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from portal import audit
from portal.access import administrators_only
from portal.clock import today
from portal.committees import ROLES, Committee, Deputy, Membership, Role, note_changed_seats
from portal.database import session
from portal.forms import Form, choice, day, period_is_ordered, rows_as_choices
from portal.people import AFFILIATION_ROLES, Affiliation, AffiliationRole, Agency, Person

blueprint = Blueprint("seats", __name__, url_prefix="/admin/people/<int:person_id>")
administrators_only(blueprint)

Period = Membership | Deputy | Affiliation


class PeriodForm(Form):
    """A time of a person in one place; two times in the same place must not overlap."""

    model: type[Period]
    title: str
    place: tuple[str, ...]
    """Names of the fields and columns that say where."""

    starts_on = day(_l("von"), default=today)
    ends_on = day(_l("bis einschließlich"), required=False)

    def __init__(self, person: Person, **options: Any) -> None:
        self.person = person
        super().__init__(**options)
        if "committee_id" in self:
            self["committee_id"].choices = rows_as_choices(_by_name(Committee))
        if "agency_id" in self:
            self["agency_id"].choices = rows_as_choices(_by_name(Agency))
        if "for_person_id" in self:
            others = [row for row in _by_name(Person) if row.is_active and row is not person]
            self["for_person_id"].choices = rows_as_choices(others)

    def validate_ends_on(self, field: Any) -> None:
        period_is_ordered(self, field)

    def validate(self, **options: Any) -> bool:
        if not super().validate(**options):
            return False
        if self.is_entered():
            self.form_errors.append(
                _("Für diese Zeit ist das schon eingetragen. Bitte beenden Sie zuerst den alten Eintrag.")
            )
        return not self.form_errors

    def is_entered(self) -> bool:
        """Whether the person has the same place at some of these days already."""
        model, last = self.model, self.ends_on.data or date.max
        entered = sa.select(model.id).where(
            model.person_id == self.person.id,
            *(getattr(model, name) == self[name].data for name in self.place),
            model.starts_on <= last,
            sa.or_(model.ends_on.is_(None), model.ends_on >= self.starts_on.data),
        )
        return session.scalar(entered.limit(1)) is not None


class MembershipForm(PeriodForm):
    model, title, place = Membership, _l("Sitze in Gremien"), ("committee_id",)
    committee_id = SelectField(_l("Gremium"), coerce=int)
    role = choice(_l("Rolle"), ROLES, default=Role.MEMBER)


class DeputyForm(PeriodForm):
    model, title, place = Deputy, _l("Vertretungen"), ("committee_id", "for_person_id")
    committee_id = SelectField(_l("Gremium"), coerce=int)
    for_person_id = SelectField(_l("vertritt"), coerce=int)

    def validate(self, **options: Any) -> bool:
        if not super().validate(**options):
            return False
        sits = sa.select(Membership.id).where(
            Membership.person_id == self.for_person_id.data,
            Membership.committee_id == self.committee_id.data,
            sa.or_(Membership.ends_on.is_(None), Membership.ends_on >= today()),
        )
        if session.scalar(sits.limit(1)) is None:
            self.for_person_id.errors = [_("Diese Person sitzt nicht in diesem Gremium.")]
        return not self.errors


class AffiliationForm(PeriodForm):
    model, title, place = Affiliation, _l("Gehört zu"), ("agency_id",)
    agency_id = SelectField(_l("Amt oder Träger"), coerce=int)
    role = choice(_l("Funktion"), AFFILIATION_ROLES, default=AffiliationRole.COUNSELLOR)


FORMS: dict[str, type[PeriodForm]] = {
    "memberships": MembershipForm,
    "deputies": DeputyForm,
    "affiliations": AffiliationForm,
}


@blueprint.post("/<any(memberships, deputies, affiliations):kind>")
def add(person_id: int, kind: str) -> ResponseReturnValue:
    person = session.get(Person, person_id) or abort(404)
    form = FORMS[kind](person)
    if not form.validate():
        return render_template("portal/period_new.html", person=person, kind=kind, form=form), 422
    row = form.model(person_id=person.id)
    form.populate_obj(row)
    session.add(row)
    note_changed_seats(person)
    audit.record(f"{row.__tablename__}.added", row)
    session.commit()
    flash(_("Gespeichert."), "success")
    return redirect(url_for("people.show", person_id=person.id))


@blueprint.get("/<any(memberships, deputies, affiliations):kind>/new")
def new(person_id: int, kind: str) -> ResponseReturnValue:
    person = session.get(Person, person_id) or abort(404)
    return render_template("portal/period_new.html", person=person, kind=kind, form=FORMS[kind](person))


@blueprint.post("/<any(memberships, deputies, affiliations):kind>/<int:row_id>/end")
def end(person_id: int, kind: str, row_id: int) -> ResponseReturnValue:
    """End a time yesterday; one that begins today or later is taken back, one that is over stays."""
    model: Any = FORMS[kind].model
    row = session.scalar(sa.select(model).where(model.id == row_id, model.person_id == person_id)) or abort(
        404
    )
    if is_current(row):
        audit.record(f"{model.__tablename__}.ended", row)
        if row.starts_on >= today():
            session.delete(row)
        else:
            row.ends_on = today() - timedelta(days=1)
        note_changed_seats(session.get_one(Person, person_id))
        session.commit()
        flash(_("Beendet."), "success")
    return redirect(url_for("people.show", person_id=person_id))


def is_current(row: Period) -> bool:
    """Whether the time is not over yet."""
    return row.ends_on is None or row.ends_on >= today()


def periods_of(person: Person) -> dict[str, tuple[str, list[Period]]]:
    """Title and rows of each kind of time, the newest first."""
    return {
        kind: (form.title, list(session.scalars(_of(person, form.model)))) for kind, form in FORMS.items()
    }


def _of(person: Person, model: Any) -> sa.Select[Any]:
    return sa.select(model).where(model.person_id == person.id).order_by(model.starts_on.desc(), model.id)


def _by_name(model: Any) -> sa.ScalarResult[Any]:
    return session.scalars(sa.select(model).order_by(model.name))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
