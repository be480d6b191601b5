"""The calendar on the portal: as a list, by months, and the year with its quarters."""

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from meetings import calendar_views
from meetings.meeting import MEETING_STATES
from meetings.rules import FIRST_YEAR, LAST_YEAR
from portal.clock import today

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")


@blueprint.get("")
def show() -> ResponseReturnValue:
    return render_template("meetings/calendar.html", entries=calendar_views.coming(), states=MEETING_STATES)


@blueprint.get("/past")
def past() -> ResponseReturnValue:
    return render_template(
        "meetings/calendar_past.html", meetings=calendar_views.past(), states=MEETING_STATES
    )


@blueprint.get("/month")
def month() -> ResponseReturnValue:
    shown = calendar_views.wanted_month(request.args.get("month"))
    return render_template("meetings/calendar_month.html", month=shown, today=today(), states=MEETING_STATES)


@blueprint.get("/year")
def year() -> ResponseReturnValue:
    shown = min(max(request.args.get("year", type=int) or today().year, FIRST_YEAR), LAST_YEAR)
    return render_template(
        "meetings/calendar_year.html",
        year=shown,
        rows=calendar_views.year_by_quarters(shown),
        this_year=today().year,
        states=MEETING_STATES,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
