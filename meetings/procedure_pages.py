"""The page on which secretary and chair say how their committee works."""

import zlib
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, IntegerField
from wtforms.validators import NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from meetings import agenda_guard
from meetings.agenda import ITEM_KINDS, ITEM_TITLE_LENGTH, LONGEST_ITEM, ItemKind
from meetings.deadlines import keep_up_committee
from meetings.procedure import (
    DUTIES,
    LONGEST_PERIOD,
    MOST_STANDING_ITEMS,
    Procedure,
    StandingItem,
    procedure_of,
    standing_items,
)
from meetings.scheduling import one_planner_at_a_time
from portal import audit
from portal.access import get_committee
from portal.committees import Committee, Role
from portal.database import session
from portal.forms import REQUIRED, PartForm, VersionedForm, choice, line

blueprint = Blueprint("procedure", __name__, url_prefix="/committees/<slug>/procedure")

STANDING_KINDS = {kind: name for kind, name in ITEM_KINDS.items() if kind is not ItemKind.CASE}
"""A case has a reference of its own in every meeting."""
LARGEST_QUORUM = 500


def _days(label: str) -> IntegerField:
    message = _l("Bitte eine Zahl von 0 bis %(max)d Tagen.", max=LONGEST_PERIOD)
    return IntegerField(label, validators=[REQUIRED, NumberRange(0, LONGEST_PERIOD, message=message)])


def _number(label: str, lowest: int, highest: int, **options: Any) -> IntegerField:
    message = _l("Bitte eine Zahl von %(min)d bis %(max)d.", min=lowest, max=highest)
    return IntegerField(
        label, validators=[Optional(), NumberRange(lowest, highest, message=message)], **options
    )


class ProcedureForm(VersionedForm):
    duty = choice(_l("Pflicht zu tagen"), DUTIES)
    invitation_days = _days(_l("Einladung spätestens"))
    proposals_days = _days(_l("Vorschläge zur Tagesordnung bis"))
    agenda_days = _days(_l("Tagesordnung spätestens"))
    minutes_days = _days(_l("Protokoll spätestens"))
    objection_days = _days(_l("Durchsicht des Protokolls"))
    quorum = _number(_l("Beschlussfähig ab so vielen Mitgliedern"), 1, LARGEST_QUORUM)


class StandingItemForm(PartForm):
    """A row of the list; one without an id and a title is the empty row at its end."""

    item_id = IntegerField(widget=HiddenInput(), validators=[Optional()])
    position = _number(_l("Nummer"), 1, 999)
    title = line(_l("Tagesordnungspunkt"), ITEM_TITLE_LENGTH, required=False)
    kind = choice(_l("Art"), STANDING_KINDS, default=ItemKind.INFORMATION)
    minutes = _number(_l("Minuten"), 1, LONGEST_ITEM)
    remove = BooleanField(_l("Entfernen"))

    committee: Committee

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for field in self:  # "optional" beside every field of a list would only be noise
            field.flags.optional = False

    def validate_remove(self, field: Any) -> None:
        if self.item_id.data and not self.title.data and not field.data:
            raise ValidationError(_("Bitte geben Sie dem Punkt einen Titel, oder entfernen Sie ihn."))

    def validate_title(self, field: Any) -> None:
        if self.remove.data or not agenda_guard.guard_blocks(self.committee):
            return
        for one in agenda_guard.read(self.committee, {"title": field.data or ""}):
            if one.is_open and one.finding.blocking:
                words = _(
                    "„%(words)s“ könnte jemanden benennen. Bitte wählen Sie andere Worte.", words=one.excerpt
                )
                raise ValidationError(words)

    @property
    def is_wanted(self) -> bool:
        return bool(self.title.data and not self.remove.data)


class StandingItemsForm(VersionedForm):
    items = FieldList(FormField(StandingItemForm), max_entries=MOST_STANDING_ITEMS)

    def judge_by(self, committee: Committee) -> None:
        for entry in self.items:
            entry.form.committee = committee

    @property
    def wanted(self) -> list[StandingItemForm]:
        """The rows that stay or come, by their numbers; one without a number comes last."""
        rows = [entry.form for entry in self.items if entry.form.is_wanted]
        return sorted(rows, key=lambda row: row.position.data or MOST_STANDING_ITEMS * 1000)


@blueprint.get("")
def show(slug: str) -> ResponseReturnValue:
    return _page(get_committee(slug, Role.SECRETARY))


@blueprint.post("")
def save(slug: str) -> ResponseReturnValue:
    committee, form = get_committee(slug, Role.SECRETARY), ProcedureForm()
    one_planner_at_a_time(committee)
    procedure = procedure_of(committee)
    if not form.validate() or not form.check_version(_version(procedure)):
        return _page(committee, form=form), 422
    form.populate_obj(procedure)
    session.add(procedure)
    session.flush()
    keep_up_committee(committee)
    audit.record("procedure.saved", procedure)
    session.commit()
    flash(_("Die Arbeitsweise ist gespeichert."), "success")
    return redirect(url_for("procedure.show", slug=slug))


@blueprint.post("/items")
def save_items(slug: str) -> ResponseReturnValue:
    committee, form = get_committee(slug, Role.SECRETARY), StandingItemsForm()
    one_planner_at_a_time(committee)
    form.judge_by(committee)
    items = standing_items(committee)
    if not form.validate() or not form.check_version(_version(*items)):
        return _page(committee, items_form=form), 422
    _put_items(committee, {row.id: row for row in items}, form.wanted)
    audit.record("standing_items.saved", committee, count=len(form.wanted))
    session.commit()
    flash(_("Die ständigen Tagesordnungspunkte sind gespeichert."), "success")
    return redirect(url_for("procedure.show", slug=slug))


def _put_items(committee: Committee, stored: dict[int, StandingItem], rows: list[StandingItemForm]) -> None:
    """Store the rows in their order, numbered from 1, and remove what is not among them."""
    for position, row in enumerate(rows, start=1):
        item = stored.pop(row.item_id.data or 0, None) or StandingItem(committee_id=committee.id)
        item.position, item.title = position, row.title.data
        item.kind, item.minutes = row.kind.data, row.minutes.data
        session.add(item)
    for item in stored.values():
        session.delete(item)


def _version(*rows: Procedure | StandingItem) -> int:
    """A number that changes with the rows: what their reader saw."""
    values = [[str(getattr(row, column.key)) for column in row.__table__.columns] for row in rows]
    return zlib.crc32(repr(values).encode())


def _page(
    committee: Committee, form: ProcedureForm | None = None, items_form: StandingItemsForm | None = None
) -> str:
    procedure, items = procedure_of(committee), standing_items(committee)
    return render_template(
        "meetings/procedure.html",
        committee=committee,
        form=form or ProcedureForm(formdata=None, obj=procedure, version=_version(procedure)),
        items_form=items_form or _items_form(items),
    )


def _items_form(items: list[StandingItem]) -> StandingItemsForm:
    """A row for each item, and an empty one."""
    rows = [
        {
            "item_id": item.id,
            "position": item.position,
            "title": item.title,
            "kind": item.kind,
            "minutes": item.minutes,
        }
        for item in items
    ]
    empty = [{"position": len(items) + 1}] if len(items) < MOST_STANDING_ITEMS else []
    return StandingItemsForm(formdata=None, items=rows + empty, version=_version(*items))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
