"""The page of a committee's blocked periods: typed in, or taken from a calendar file."""

import contextlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from wtforms.validators import ValidationError

from meetings.blocked import (
    LONGEST_PERIOD,
    PERIOD_NAME_LENGTH,
    SOURCE_LENGTH,
    BlockedPeriod,
    periods_of,
    remove_source,
    replace_periods,
)
from meetings.calendar_import import LARGEST_CALENDAR, Reading, UnreadableCalendarError, read_calendar
from meetings.rules import FIRST_YEAR, LAST_YEAR
from meetings.scheduling import one_planner_at_a_time
from portal import audit
from portal.access import get_committee, one_or_404
from portal.clock import today
from portal.committees import Committee, Role
from portal.database import session
from portal.forms import Form, day, line, period_is_ordered

blueprint = Blueprint("blocked", __name__, url_prefix="/committees/<slug>/blocked")

REFUSALS_SHOWN = 20


class PeriodForm(Form):
    name = line(_l("Anlass"), PERIOD_NAME_LENGTH)
    starts_on = day(_l("von"))
    ends_on = day(_l("bis einschließlich"))

    def validate_starts_on(self, field: Any) -> None:
        if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(_("Bitte prüfen Sie das Jahr."))

    def validate_ends_on(self, field: Any) -> None:
        period_is_ordered(self, field)
        if field.data and self.starts_on.data and (field.data - self.starts_on.data).days >= LONGEST_PERIOD:
            raise ValidationError(_("Bitte höchstens ein Jahr auf einmal."))


class CalendarForm(Form):
    file = FileField(_l("Kalenderdatei (.ics)"))


class RemoveFileForm(Form):
    """The button that removes all periods of a file."""

    source = line("", SOURCE_LENGTH, required=False)


@blueprint.get("")
def show(slug: str) -> ResponseReturnValue:
    return _page(get_committee(slug, Role.SECRETARY))


@blueprint.post("")
def add(slug: str) -> ResponseReturnValue:
    committee, form = get_committee(slug, Role.SECRETARY), PeriodForm()
    if not form.validate():
        return _page(committee, form=form), 422
    period = BlockedPeriod(committee_id=committee.id)
    form.populate_obj(period)
    session.add(period)
    session.flush()
    audit.record("blocked_period.added", period)
    session.commit()
    flash(_("Die gesperrte Zeit ist eingetragen."), "success")
    return redirect(url_for("blocked.show", slug=slug))


@blueprint.post("/<int:period_id>/remove")
def remove(slug: str, period_id: int) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    period = one_or_404(
        sa.select(BlockedPeriod).where(
            BlockedPeriod.id == period_id, BlockedPeriod.committee_id == committee.id
        )
    )
    audit.record("blocked_period.removed", period)
    session.delete(period)
    session.commit()
    flash(_("Die gesperrte Zeit ist entfernt."), "success")
    return redirect(url_for("blocked.show", slug=slug))


@blueprint.post("/remove-file")
def remove_file(slug: str) -> ResponseReturnValue:
    committee, form = get_committee(slug, Role.SECRETARY), RemoveFileForm()
    if form.validate() and form.source.data:
        removed = remove_source(committee, form.source.data)
        audit.record("blocked_period.file_removed", committee, count=removed)
        session.commit()
        flash(ngettext("Eine Zeit ist entfernt.", "%(num)d Zeiten sind entfernt.", removed), "success")
    return redirect(url_for("blocked.show", slug=slug))


@blueprint.post("/file")
def upload(slug: str) -> ResponseReturnValue:
    """Take the periods of a file in the place of those that a file of this name gave before."""
    committee, form = get_committee(slug, Role.SECRETARY), CalendarForm()
    zone = committee.zone
    session.rollback()  # reading may take seconds, and nobody should wait for our write lock meanwhile
    reading = _read(form, zone)
    committee = get_committee(slug, Role.SECRETARY)
    if reading is None or not reading.periods:
        return _page(committee, file_form=form, reading=reading), 422
    one_planner_at_a_time(committee)
    periods = [(period.name, period.starts_on, period.ends_on) for period in reading.periods]
    replace_periods(committee, _file_name(), periods)
    audit.record("blocked_period.imported", committee, count=len(periods))
    session.commit()
    # No redirect: what was not taken fits in no cookie, and the same file once more changes nothing.
    return _page(committee, reading=reading)


def _read(form: CalendarForm, zone: str) -> Reading | None:
    """What the uploaded file says; None with an error at the form's field if it says nothing."""
    file = request.files.get("file")
    if not form.validate():
        return None
    if file is None or not file.filename:
        form.file.errors = [_("Bitte wählen Sie eine Datei aus.")]
        return None
    with contextlib.closing(file):
        content = file.read(LARGEST_CALENDAR + 1)
    try:
        reading = read_calendar(content, zone, today(zone))
    except UnreadableCalendarError as error:
        form.file.errors = [str(error)]
        return None
    if not reading.periods:
        form.file.errors = [
            _("In dieser Datei steht kein Termin, der in Frage kommt. Es bleibt alles, wie es war.")
        ]
    return reading


def _file_name() -> str:
    """The name of the uploaded file without folders, as one line."""
    name = PurePosixPath((request.files["file"].filename or "").replace("\\", "/")).name
    return (
        "".join(char if char.isprintable() else " " for char in name).strip()[-SOURCE_LENGTH:]
        or "calendar.ics"
    )


def _page(
    committee: Committee,
    form: PeriodForm | None = None,
    file_form: CalendarForm | None = None,
    reading: Reading | None = None,
) -> str:
    periods, day = periods_of(committee), today(committee.zone)
    return render_template(
        "meetings/blocked.html",
        committee=committee,
        coming=[period for period in periods if period.ends_on >= day],
        past=[period for period in periods if period.ends_on < day],
        files=_files(periods),
        form=form or PeriodForm(formdata=None),
        file_form=file_form or CalendarForm(formdata=None),
        reading=reading,
        refusals_shown=REFUSALS_SHOWN,
    )


def _files(periods: Sequence[BlockedPeriod]) -> dict[str, int]:
    """The files that periods came from, each with the number of its periods."""
    names = sorted({period.source for period in periods if period.source})
    return {name: sum(period.source == name for period in periods) for name in names}


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
