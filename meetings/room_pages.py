"""Administration of the rooms that committees share."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional, ValidationError

from meetings.meeting import PLACE_LENGTH
from meetings.rooms import ROOM_NOTE_LENGTH, Room
from portal import audit
from portal.access import administrators_only
from portal.database import session
from portal.forms import Form, line

blueprint = Blueprint("rooms", __name__, url_prefix="/admin/rooms")
administrators_only(blueprint)

LARGEST_ROOM = 5000
CAPACITY = _l("Bitte eine Zahl von 1 bis %(max)d.", max=LARGEST_ROOM)


class RoomForm(Form):
    name = line(_l("Name"), PLACE_LENGTH)
    capacity = IntegerField(
        _l("Plätze"), validators=[Optional(), NumberRange(1, LARGEST_ROOM, message=CAPACITY)]
    )
    note = line(_l("Hinweis"), ROOM_NOTE_LENGTH, required=False)

    row: Room | None = None

    def validate_name(self, field: Any) -> None:
        other = session.scalar(sa.select(Room).where(Room.name == field.data))
        if other is not None and other is not self.row:
            raise ValidationError(_("Diesen Namen gibt es schon."))


@blueprint.get("")
def index() -> ResponseReturnValue:
    rooms = session.scalars(sa.select(Room).order_by(Room.name)).all()
    return render_template("meetings/rooms.html", rooms=rooms)


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    return render_template("meetings/room.html", form=RoomForm(), room=None)


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    return _save(Room())


@blueprint.get("/<int:room_id>")
def show(room_id: int) -> ResponseReturnValue:
    room = _room(room_id)
    return render_template("meetings/room.html", form=RoomForm(obj=room), room=room)


@blueprint.post("/<int:room_id>")
def update(room_id: int) -> ResponseReturnValue:
    return _save(_room(room_id))


@blueprint.post("/<int:room_id>/remove")
def remove(room_id: int) -> ResponseReturnValue:
    """Forget a room; meetings keep its name as their place."""
    room = _room(room_id)
    audit.record("room.removed", room)
    session.delete(room)
    session.commit()
    flash(_("Der Raum ist entfernt. Eingetragene Sitzungen behalten ihren Ort."), "success")
    return redirect(url_for("rooms.index"))


def _save(room: Room) -> ResponseReturnValue:
    form = RoomForm()
    form.row = room
    if not form.validate():
        return render_template("meetings/room.html", form=form, room=room if room.id else None), 422
    form.populate_obj(room)
    session.add(room)
    session.flush()
    audit.record("room.saved", room)
    session.commit()
    flash(_("Gespeichert."), "success")
    return redirect(url_for("rooms.index"))


def _room(room_id: int) -> Room:
    return session.get(Room, room_id) or abort(404)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
