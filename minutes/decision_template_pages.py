"""A committee's templates for recurring decisions; those who write decisions keep them."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from minutes.anonymous_words import AnonymousWords
from minutes.decision import CONDITIONS_LENGTH, OUTCOME_LENGTH, RATIONALE_LENGTH, TITLE_LENGTH
from minutes.decision_form import LINE_LIMITS, ShortLines, spelled, tidy
from minutes.decision_templates import TEMPLATE_NAME_LENGTH, TEXTS, DecisionTemplate, templates_of
from minutes.decision_words import DECISION_KINDS, FIELD_LABELS
from minutes.legal_basis_suggestions import suggestions
from portal import audit
from portal.access import get_committee, one_or_404
from portal.committees import Committee, Role
from portal.database import serialise, session
from portal.forms import VersionedForm, choice, line

blueprint = Blueprint("decision_template", __name__, url_prefix="/committees/<slug>/decisions/templates")


def _text(name: str, longest: int) -> TextAreaField:
    too_long = _l("Bitte höchstens %(max)d Zeichen.", max=longest)
    rules = [Optional(), Length(max=longest, message=too_long), AnonymousWords()]
    return TextAreaField(FIELD_LABELS[name], filters=[tidy], validators=rules)


def _list(name: str, label: str, *filters: Any) -> TextAreaField:
    rules = [Optional(), ShortLines(LINE_LIMITS[name]), AnonymousWords()]
    return TextAreaField(label, filters=[tidy, *filters], validators=rules)


class TemplateForm(VersionedForm):
    """All texts may be empty, and none of them names anybody: what recurs is about nobody."""

    name = line(_l("Name der Vorlage"), TEMPLATE_NAME_LENGTH)
    kind = choice(_l("Art"), DECISION_KINDS)
    title = line(FIELD_LABELS["title"], TITLE_LENGTH, required=False)
    outcome = _text("outcome", OUTCOME_LENGTH)
    outline = _text("outline", RATIONALE_LENGTH)
    arguments = _text("arguments", RATIONALE_LENGTH)
    conclusion = _text("conclusion", RATIONALE_LENGTH)
    conditions = _text("conditions", CONDITIONS_LENGTH)
    legal_bases = _list("legal_bases", _l("Rechtsgrundlagen, eine je Zeile"), spelled)
    topics = _list("topics", _l("Themen, eines je Zeile"))
    subject = "decision_template"

    def __init__(
        self, committee: Committee, template: DecisionTemplate | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.committee, self.template = committee, template

    def validate_title(self, field: Field) -> None:
        AnonymousWords()(self, field)

    def validate_name(self, field: Field) -> None:
        AnonymousWords()(self, field)
        others = (row for row in templates_of(self.committee) if row is not self.template)
        if any(row.name.casefold() == (field.data or "").casefold() for row in others):
            raise ValidationError(_("Eine Vorlage mit diesem Namen gibt es schon."))

    def fill(self, template: DecisionTemplate) -> None:
        for name in ("name", "kind", *TEXTS):
            setattr(template, name, self[name].data or "")


@blueprint.get("")
def index(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    return render_template(
        "minutes/decision_templates.html",
        committee=committee,
        templates=templates_of(committee),
        kinds=DECISION_KINDS,
    )


@blueprint.get("/new")
def new(slug: str) -> ResponseReturnValue:
    return _page(TemplateForm(get_committee(slug, Role.SECRETARY), data={"version": 0}))


@blueprint.post("/new")
def create(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    serialise("decision_templates")
    form = TemplateForm(committee)
    if not form.validate():
        return _page(form), 422
    return _keep(form, DecisionTemplate(committee=committee), "decision_template.made")


@blueprint.get("/<int:template_id>")
def edit(slug: str, template_id: int) -> ResponseReturnValue:
    committee, template = _get(slug, template_id)
    return _page(TemplateForm(committee, template, obj=template))


@blueprint.post("/<int:template_id>")
def save(slug: str, template_id: int) -> ResponseReturnValue:
    serialise("decision_templates")
    committee, template = _get(slug, template_id)
    form = TemplateForm(committee, template)
    if not form.validate() or not form.check_version(template.version):
        return _page(form), 422
    return _keep(form, template, "decision_template.changed")


@blueprint.post("/<int:template_id>/delete")
def delete(slug: str, template_id: int) -> ResponseReturnValue:
    _committee, template = _get(slug, template_id)
    audit.record("decision_template.deleted", template)
    session.delete(template)
    session.commit()
    flash(_("Die Vorlage ist gelöscht. Entscheidungen, die mit ihr begonnen wurden, bleiben."), "success")
    return redirect(url_for("decision_template.index", slug=slug))


def _get(slug: str, template_id: int) -> tuple[Committee, DecisionTemplate]:
    committee = get_committee(slug, Role.SECRETARY)
    wanted = sa.select(DecisionTemplate).where(
        DecisionTemplate.id == template_id, DecisionTemplate.committee_id == committee.id
    )
    return committee, one_or_404(wanted)


def _keep(form: TemplateForm, template: DecisionTemplate, action: str) -> ResponseReturnValue:
    form.fill(template)
    session.add(template)
    audit.record(action, template)
    session.commit()
    flash(_("Die Vorlage ist gespeichert."), "success")
    return redirect(url_for("decision_template.index", slug=form.committee.slug))


def _page(form: TemplateForm) -> str:
    return render_template(
        "minutes/decision_template.html",
        committee=form.committee,
        form=form,
        template=form.template,
        provisions=suggestions(),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
