"""Minutes as files: PDF, Word, OpenDocument and Markdown."""

import io
from collections.abc import Callable

from flask import Blueprint, Flask, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup

from minutes.export.document import document_of, file_name
from minutes.export.markdown import to_markdown
from minutes.export.office import to_docx, to_odt
from minutes.export.pdf import to_pdf
from minutes.export.program import ExportRefusedError
from minutes.minutes import Minutes, get_minutes
from portal import audit
from portal.access import refuse
from portal.committees import sits_in

blueprint = Blueprint("export", __name__, url_prefix="/minutes/<int:minutes_id>")

MAKERS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "pdf": ("application/pdf", lambda minutes, whole: to_pdf(document_of(minutes, whole=whole))),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        lambda minutes, whole: to_docx(document_of(minutes, whole=whole)),
    ),
    "odt": (
        "application/vnd.oasis.opendocument.text",
        lambda minutes, whole: to_odt(document_of(minutes, whole=whole)),
    ),
    "md": ("text/markdown", lambda minutes, whole: to_markdown(minutes, whole=whole)),
}
KINDS = {"pdf": _l("PDF"), "docx": _l("Word"), "odt": _l("OpenDocument"), "md": _l("Markdown")}


@blueprint.get("/export.<any(pdf, docx, odt, md):kind>")
def whole(minutes_id: int, kind: str) -> ResponseReturnValue:
    """The minutes with their internal passages, for the committee."""
    minutes = get_minutes(minutes_id)
    if not sits_in(current_user, minutes.meeting.committee_id):
        refuse()
    return _file(minutes, kind, whole=True)


@blueprint.get("/open.<any(pdf, docx, odt, md):kind>")
def without_internal(minutes_id: int, kind: str) -> ResponseReturnValue:
    """The minutes as the chair may open them to everybody, for readers outside and to be passed on to them."""
    return _file(get_minutes(minutes_id), kind, whole=False)


def _file(minutes: Minutes, kind: str, *, whole: bool) -> ResponseReturnValue:
    content_type, make = MAKERS[kind]
    name = file_name(minutes, kind, whole=whole)
    try:
        content = make(minutes, whole)
    except ExportRefusedError as error:
        flash(str(error), "error")
        return redirect(url_for("minutes.show", minutes_id=minutes.id))
    audit.record_read("minutes.exported", minutes)
    return send_file(io.BytesIO(content), mimetype=content_type, as_attachment=True, download_name=name)


def links(minutes: Minutes) -> Markup:
    """On the page of minutes: the files that its reader may have."""
    return Markup(  # noqa: S704 - a template of our own
        render_template(
            "minutes/section_exports.html",
            minutes=minutes,
            kinds=KINDS,
            in_committee=sits_in(current_user, minutes.meeting.committee_id),
        )
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
