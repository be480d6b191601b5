"""Correcting a draft: the text on the left, what was read out of it on the right."""

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional

from minutes.minutes import TEXT_LENGTH, Minutes, get_draft_minutes
from minutes.proposals import (
    LINE_LENGTH,
    OUTCOMES,
    OWNERS_LENGTH,
    VOTE_MODES,
    DecisionProposal,
    ItemProposal,
    Outcome,
    TaskProposal,
    VoteMode,
)
from minutes.reading import propose
from portal import audit
from portal.database import session
from portal.forms import PartForm, VersionedForm, choice

blueprint = Blueprint("correction", __name__, url_prefix="/minutes/<int:minutes_id>")


class ItemForm(PartForm):
    accepted = BooleanField(_l("übernehmen"))
    number = StringField(_l("Nummer"), validators=[Length(max=20)])
    title = StringField(_l("Überschrift"), validators=[Length(max=LINE_LENGTH)])
    first_line = HiddenField()


class DecisionProposalForm(PartForm):
    accepted = BooleanField(_l("übernehmen"))
    text = TextAreaField(_l("Wortlaut"), validators=[Length(max=20_000)])
    outcome = choice(_l("Ergebnis"), OUTCOMES, default=Outcome.ADOPTED)
    mode = choice(_l("Abstimmung"), VOTE_MODES, default=VoteMode.NOT_RECORDED)
    yes = IntegerField(_l("Ja"), validators=[Optional(), NumberRange(0, 10_000)])
    no = IntegerField(_l("Nein"), validators=[Optional(), NumberRange(0, 10_000)])
    abstain = IntegerField(_l("Enthaltung"), validators=[Optional(), NumberRange(0, 10_000)])
    rationale = HiddenField()
    first_line = HiddenField()


class TaskForm(PartForm):
    accepted = BooleanField(_l("übernehmen"))
    text = TextAreaField(_l("Aufgabe"), validators=[Length(max=20_000)])
    owners = StringField(_l("Wer"), validators=[Length(max=OWNERS_LENGTH)])
    due = DateField(_l("Bis wann"), validators=[Optional()])
    first_line = HiddenField()


class CorrectionForm(VersionedForm):
    text = TextAreaField(_l("Text des Protokolls"), validators=[Length(max=TEXT_LENGTH)])
    items = FieldList(FormField(ItemForm), max_entries=500)
    decisions = FieldList(FormField(DecisionProposalForm), max_entries=500)
    tasks = FieldList(FormField(TaskForm), max_entries=500)


@blueprint.get("/edit")
def edit(minutes_id: int) -> ResponseReturnValue:
    minutes = get_draft_minutes(minutes_id)
    form = CorrectionForm(obj=minutes)
    return _correction_page(minutes, form)


@blueprint.post("/edit")
def save(minutes_id: int) -> ResponseReturnValue:
    minutes, form = get_draft_minutes(minutes_id), CorrectionForm()
    if not form.validate() or not form.check_version(minutes.version):
        return _correction_page(minutes, form), 422
    minutes.write((form.text.data or "").replace("\r\n", "\n"))
    minutes.items = [ItemProposal(**_row(row, n)) for n, row in enumerate(form.items.data) if row["title"]]
    minutes.decisions = [
        DecisionProposal(**_row(row, n)) for n, row in enumerate(form.decisions.data) if row["text"]
    ]
    minutes.tasks = [TaskProposal(**_row(row, n)) for n, row in enumerate(form.tasks.data) if row["text"]]
    minutes.written_by_id = current_user.id
    audit.record("minutes.edited", minutes)
    session.commit()
    flash(_("Das Protokoll ist gespeichert."), "success")
    return redirect(url_for("correction.edit", minutes_id=minutes_id))


@blueprint.post("/reread")
def reread(minutes_id: int) -> ResponseReturnValue:
    """Read the saved text anew; corrections of what was read before are given up."""
    minutes, form = get_draft_minutes(minutes_id), VersionedForm()
    if form.validate() and form.check_version(minutes.version):
        propose(minutes)
        audit.record("minutes.reread", minutes)
        session.commit()
        flash(_("Der Text ist neu gelesen."), "success")
    else:
        flash(_("Das Protokoll wurde inzwischen geändert."), "warning")
    return redirect(url_for("correction.edit", minutes_id=minutes_id))


def _row(values: dict[str, Any], position: int) -> dict[str, Any]:
    """A row of the correction form as columns; where it stood in the text stays known."""
    first_line = str(values["first_line"] or "")
    return values | {"position": position, "first_line": int(first_line) if first_line.isdecimal() else None}


def _correction_page(minutes: Minutes, form: CorrectionForm) -> str:
    """What was read, with one empty row of each kind to add what the reader missed."""
    for field in (form.items, form.decisions, form.tasks):
        if not request.form:
            field.append_entry({"accepted": True})
    return render_template(
        "minutes/correct.html", minutes=minutes, form=form, plain=VersionedForm(formdata=None, obj=minutes)
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
