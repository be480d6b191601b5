"""Many minutes of a committee come in at once: several files, or an archive of them."""

from collections.abc import Sequence

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField

from minutes.import_sources import number_of_files
from minutes.importing import FATES, Fate, import_each
from portal.access import get_committee
from portal.committees import Committee, Role
from portal.database import session
from portal.forms import Form

MOST_AT_ONCE = 50  # files; more take longer than a browser waits, and are the command's

blueprint = Blueprint("importing", __name__, url_prefix="/committees/<slug>/minutes/import")


class ImportForm(Form):
    files = MultipleFileField(_l("Dateien"))
    creates_meetings = BooleanField(_l("Vergangene Sitzungen, die das Portal nicht kennt, anlegen"))


@blueprint.get("")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    return _page(committee, ImportForm())


@blueprint.post("")
def create(slug: str) -> ResponseReturnValue:
    committee, form = get_committee(slug, Role.SECRETARY), ImportForm()
    sent = [(upload.filename, upload.read()) for upload in request.files.getlist("files") if upload.filename]
    if problem := _problem(form, sent):
        form.files.errors = [problem]
        return _page(committee, form), 422
    committee_id, writer_id, creates = committee.id, current_user.id, form.creates_meetings.data
    done = [
        file
        for name, content in sent
        for file in import_each(committee_id, name, content, writer_id, creates_meetings=creates)
    ]
    session.rollback()
    return render_template(
        "minutes/imported.html",
        committee=get_committee(slug, Role.SECRETARY),
        done=done,
        fates=FATES,
        taken=sum(file.fate is Fate.TAKEN for file in done),
    )


def _problem(form: ImportForm, sent: Sequence[tuple[str, bytes]]) -> str:
    """Why nothing of what was sent is imported; empty where it is."""
    number = sum(number_of_files(name, content) for name, content in sent)
    if not form.validate():
        return str(_("Bitte prüfen Sie Ihre Eingaben."))
    if not sent:
        return str(_("Bitte wählen Sie die Dateien."))
    if number > MOST_AT_ONCE:
        return str(
            _(
                "Das sind %(num)d Dateien; auf einmal gehen hier höchstens %(most)d. Für mehr gibt es den Befehl „flask "
                "minutes import“.",
                num=number,
                most=MOST_AT_ONCE,
            )
        )
    return ""


def _page(committee: Committee, form: ImportForm) -> str:
    return render_template("minutes/import.html", committee=committee, form=form, most=MOST_AT_ONCE)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
