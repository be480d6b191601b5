"""The agenda of a meeting as its members read it."""

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from meetings.agenda import accepted_items
from meetings.meeting import get_meeting

blueprint = Blueprint("agenda", __name__)


@blueprint.get("/meetings/<int:meeting_id>/agenda")
def show(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id)
    return render_template("meetings/agenda.html", meeting=meeting, items=accepted_items(meeting))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
