"""Decisions as files: one as PDF; any result of the archive as one PDF, for Excel, as CSV or JSON."""

import io
import json
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup

from minutes import archive, archive_filters, archive_hits, search
from minutes.decision import Decision
from minutes.decision_access import visible_decisions
from minutes.decision_page import get_record
from minutes.decision_record import Record, records
from minutes.export.decision_document import document_of_many, document_of_one
from minutes.export.decision_rows import as_fields, to_csv
from minutes.export.pdf import to_pdf
from minutes.export.program import ExportRefusedError
from minutes.export.workbook import to_xlsx
from portal import audit, chain
from portal.clock import today
from portal.language import short_date
from portal.outbox import link, settings

blueprint = Blueprint("decision_export", __name__, url_prefix="/decisions")

LIMITS = {"pdf": (300, 3_000_000)} | dict.fromkeys(("xlsx", "csv", "json"), (1000, 30_000_000))
"""Per kind of file: how many decisions it holds at most, and how many characters."""
AT_ONCE = 100  # decisions fetched together
KINDS = {"pdf": _l("PDF"), "xlsx": _l("Excel"), "csv": _l("CSV"), "json": _l("JSON")}
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}


@dataclass(frozen=True)
class Result:
    """What a search found, in the order of the archive's page: as many decisions as a file takes.

    `count` is the number of hits up to a cap; `narrowed` are the filters that are set, as labels and values.
    """

    records: list[Record]
    count: int
    is_capped: bool
    narrowed: list[tuple[str, str]]

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.records)


@blueprint.get("/<number>.pdf")
def one(number: str) -> ResponseReturnValue:
    """A decision that the reader may see, as PDF."""
    record = get_record(number)
    name = f"{record.decision.number}.pdf"
    try:
        content = to_pdf(document_of_one(record))
    except ExportRefusedError as error:
        flash(str(error), "error")
        return redirect(url_for("archive.show", number=record.decision.number))
    audit.record_read("decision.exported", record.decision)
    return _file(content, "pdf", name)


@blueprint.get("/export.<any(pdf, xlsx, csv, json):kind>")
def result(kind: str) -> ResponseReturnValue:
    """What the archive's page finds for the same query, rights and filters."""
    try:
        # What is printed is German, whoever prints it; a table is for its reader.
        with force_locale("de") if kind == "pdf" else nullcontext():
            content = _content(kind, find(kind))
    except ExportRefusedError as error:
        flash(str(error), "error")
        return redirect(url_for("archive.index", **_chosen()))
    audit.record_read("decisions.exported", kind)
    return _file(content, kind, f"Entscheidungen_{today().isoformat()}.{kind}")


def find(kind: str) -> Result:
    """Search as the archive's page does; so many decisions as a file of that kind takes."""
    most, longest = LIMITS[kind]
    rights = archive.readable_scope(current_user)
    offered = search.filters(rights)
    scope, order = archive_filters.chosen_scope(request.args, offered), archive.chosen_order(request.args)
    hits = search.search(request.args.get("q", ""), rights, scope, limit=most, order=order)
    narrowed = archive_filters.narrowed(request.args, offered)
    return Result(_fitting(hits.keys, longest), hits.count, hits.is_capped, narrowed)


def _fitting(keys: list[int], longest: int) -> list[Record]:
    """The decisions of these keys in their order, at least one, until their texts have so many characters."""
    found = list[Record]()
    for first in range(0, len(keys), AT_ONCE):
        batch = keys[first : first + AT_ONCE]
        wanted = visible_decisions().where(Decision.archive_key.in_(batch))
        rows = records(wanted, visible_decisions(), current_user)
        for record in sorted(rows, key=lambda row: batch.index(row.decision.archive_key or 0)):
            longest -= sum(map(len, record.decision.guarded_texts.values()))
            if longest < 0 and found:
                return found
            found.append(record)
    return found


def _content(kind: str, found: Result) -> bytes:
    if kind == "csv":
        return to_csv(found.records)
    if kind == "json":
        more = {"search": _address(), "count": found.count, "is_cut": found.is_cut}
        return (json.dumps(as_fields(found.records, **more), ensure_ascii=False, indent=1) + "\n").encode()
    if kind == "xlsx":
        return to_xlsx(found.records, _title(), _about(found))
    return to_pdf(document_of_many(_title(), found.records, found.narrowed, _cut_in_words(found)))


def _title() -> str:
    query = search.read(request.args.get("q", "")).text.strip()
    return str(_("Entscheidungen zu „%(query)s“", query=query)) if query else str(_("Entscheidungen"))


def _address() -> str:
    """The address of the archive's page with this search."""
    return link("archive.index", **_chosen())


def _cut_in_words(found: Result) -> str:
    """Says that the file does not hold all, and what helps; empty where it does."""
    if not found.is_cut:
        return ""
    return str(
        _(
            "Diese Datei enthält die ersten %(num)d von %(count)s Treffern. Grenzen Sie die Suche ein, zum Beispiel auf "
            "ein Jahr, um die übrigen zu erhalten.",
            num=len(found.records),
            count=_("mehr als %(num)d", num=search.COUNT_CAP) if found.is_capped else found.count,
        )
    )


def _about(found: Result) -> list[tuple[str, str]]:
    """What a workbook says of itself on its second sheet."""
    head = chain.head()
    return [
        (_("Portal"), settings().name),
        (_("Suche"), _address()),
        *found.narrowed,
        (_("Erstellt am"), short_date(today())),
        (_("Enthalten"), str(len(found.records))),
        *([(_("Nicht alle"), _cut_in_words(found))] if found.is_cut else []),
        *([(_("Ende der Kette"), f"{head.sequence}: {head.digest}")] if head else []),
    ]


def _file(content: bytes, kind: str, name: str) -> ResponseReturnValue:
    return send_file(
        io.BytesIO(content), mimetype=CONTENT_TYPES[kind], as_attachment=True, download_name=name
    )


@archive.blueprint.context_processor
def _for_the_page() -> dict[str, object]:
    return {"file_links": links}


def links() -> Markup:
    """Below the results of the archive's page: the files, for the search that the page shows."""
    addresses = {kind: url_for("decision_export.result", kind=kind, **_chosen()) for kind in KINDS}
    return Markup(  # noqa: S704 - a template of our own
        render_template("minutes/archive_files.html", addresses=addresses, kinds=KINDS, limits=LIMITS)
    )


def _chosen() -> dict[str, Any]:
    """Words, filters and order in the address, and nothing foreign."""
    return dict(archive_hits.chosen_in(request.args))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
