"""Administration of agencies and committees."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length, Regexp, ValidationError

from portal import audit
from portal.access import administrators_only
from portal.committees import (
    COMMITTEE_KINDS,
    Committee,
    CommitteeKind,
    note_changed_committee,
    resting_on_kind,
)
from portal.database import session
from portal.forms import Form, choice, line
from portal.people import AGENCY_KINDS, NAME_LENGTH, Agency, AgencyKind

blueprint = Blueprint("structure", __name__, url_prefix="/admin")
administrators_only(blueprint)

SLUG = Regexp(r"^[a-z][a-z0-9-]*$", message=_l("Bitte nur Kleinbuchstaben, Ziffern und Bindestriche."))
CODE = Regexp(r"^[A-ZÄÖÜ][A-ZÄÖÜ0-9]*$", message=_l("Bitte nur Großbuchstaben und Ziffern."))


class StructureForm(Form):
    """Common to agencies and committees: their names are unique."""

    model: type[Agency | Committee]
    row: Agency | Committee | None = None

    name = line(_l("Name"), NAME_LENGTH)
    slug = line(_l("Kurzname in Adressen"), 60)
    description = TextAreaField(_l("Beschreibung"), validators=[Length(max=500)])

    def is_taken(self, column: Any, value: Any) -> bool:
        other = session.scalar(sa.select(self.model).where(column == value))
        return other is not None and other is not self.row

    def validate_name(self, field: Any) -> None:
        if self.is_taken(self.model.name, field.data):
            raise ValidationError(_("Diesen Namen gibt es schon."))

    def validate_slug(self, field: Any) -> None:
        SLUG(self, field)
        if self.is_taken(self.model.slug, field.data):
            raise ValidationError(_("Diesen Kurznamen gibt es schon."))


class AgencyForm(StructureForm):
    model = Agency
    short_name = line(_l("Kurzform"), 40)
    kind = choice(_l("Art"), AGENCY_KINDS, default=AgencyKind.COUNSELLING)


class CommitteeForm(StructureForm):
    model = Committee
    code = line(_l("Kürzel in Beschlussnummern"), 8)
    kind = choice(_l("Art"), COMMITTEE_KINDS, default=CommitteeKind.WORKING_GROUP)

    def validate_code(self, field: Any) -> None:
        CODE(self, field)
        if self.is_taken(Committee.code, field.data):
            raise ValidationError(_("Dieses Kürzel gibt es schon."))

    def validate_kind(self, field: Any) -> None:
        """What was released to certain readers stays theirs: a committee that works otherwise is a new one."""
        row = self.row
        if not isinstance(row, Committee) or field.data is row.kind:
            return
        if any(rests(row) for rests in resting_on_kind.values()):
            raise ValidationError(
                _(
                    "Die Art bleibt, wie sie ist: Dieses Gremium hat Entscheidungen freigegeben oder Protokolle geöffnet, "
                    "und wer sie lesen darf, folgt aus ihr. Bitte legen Sie dafür ein neues Gremium an."
                )
            )


FORMS: dict[str, type[StructureForm]] = {"agencies": AgencyForm, "committees": CommitteeForm}
TITLES = {"agencies": _l("Amt und Träger"), "committees": _l("Gremien")}


@blueprint.get("/<any(agencies, committees):kind>")
def index(kind: str) -> ResponseReturnValue:
    model = FORMS[kind].model
    rows = session.scalars(sa.select(model).order_by(model.name)).all()
    return render_template("portal/structure.html", kind=kind, title=TITLES[kind], rows=rows)


@blueprint.get("/<any(agencies, committees):kind>/new")
def new(kind: str) -> ResponseReturnValue:
    return _page(kind, FORMS[kind](), None)


@blueprint.post("/<any(agencies, committees):kind>/new")
def create(kind: str) -> ResponseReturnValue:
    form = FORMS[kind]()
    return _save(kind, form, form.model())


@blueprint.get("/<any(agencies, committees):kind>/<int:row_id>")
def show(kind: str, row_id: int) -> ResponseReturnValue:
    row = _row(kind, row_id)
    return _page(kind, FORMS[kind](obj=row), row)


@blueprint.post("/<any(agencies, committees):kind>/<int:row_id>")
def update(kind: str, row_id: int) -> ResponseReturnValue:
    row, form = _row(kind, row_id), FORMS[kind]()
    form.row = row
    return _save(kind, form, row)


def _row(kind: str, row_id: int) -> Agency | Committee:
    row: Any = session.get(FORMS[kind].model, row_id)
    if not isinstance(row, Agency | Committee):
        abort(404)
    return row


def _save(kind: str, form: StructureForm, row: Agency | Committee) -> ResponseReturnValue:
    if not form.validate():
        return _page(kind, form, form.row), 422
    form.populate_obj(row)
    session.add(row)
    if isinstance(row, Committee):
        note_changed_committee(row)
    audit.record(f"{row.__tablename__}.saved", row)
    session.commit()
    flash(_("Gespeichert."), "success")
    return redirect(url_for("structure.index", kind=kind))


def _page(kind: str, form: StructureForm, row: Agency | Committee | None) -> str:
    return render_template("portal/structure_form.html", kind=kind, title=TITLES[kind], form=form, row=row)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
