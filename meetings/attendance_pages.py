"""The page on which somebody notes in the meeting who is there."""

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from meetings.attendance import (
    Sitting,
    attendance_of,
    note_attendance,
    noted,
    one_noter_at_a_time,
    proposed,
    seats_noted,
    seats_taken,
    seats_to_note,
)
from meetings.meeting import Meeting, get_meeting
from meetings.procedure import procedure_of
from meetings.replies import PRESENCES, Attendance, Presence
from meetings.turnout import Seat
from portal.clock import today
from portal.committees import Role, sits_in
from portal.database import session
from portal.forms import Form, choices

blueprint = Blueprint("attendance", __name__)

CHOOSE = _l("Bitte wählen Sie.")
CHANGED = _l(
    "Inzwischen hat jemand anderes die Anwesenheit festgehalten. Ihre Eingaben stehen noch hier; bitte prüfen Sie "
    "sie und speichern Sie erneut."
)


class AttendanceForm(Form):
    """One field for each seat, made by `form_for`; `seen` is what was noted when the page was opened."""

    seen = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        taken: set[str] = set()
        for field in self:
            if field.data and field.data.startswith("deputy-"):
                if field.data in taken:
                    field.errors = [_("Diese Person vertritt schon jemand anderen.")]
                    is_valid = False
                taken.add(field.data)
        return is_valid

    def check_seen(self, rows: list[Attendance]) -> bool:
        """Whether nobody noted anything since the page was opened; otherwise the form gets an error."""
        if self.seen.data == _summary(rows):
            return True
        self.form_errors.append(CHANGED)
        self.seen.data = _summary(rows)
        return False

    def sittings(self, seats: list[Seat]) -> dict[int, Sitting]:
        """What the form says of each seat, by the id of its member."""
        return {seat.member.person.id: _sitting(self[f"seat_{seat.member.person.id}"].data) for seat in seats}


def form_for(seats: list[Seat], rows: list[Attendance]) -> AttendanceForm:
    """A form with what was noted; as long as nothing was, with what the answers let expect."""
    fields = {f"seat_{seat.member.person.id}": _field(seat) for seat in seats}
    form_class: type[AttendanceForm] = type("SeatsForm", (AttendanceForm,), fields)
    before = noted(rows)
    shown = {
        f"seat_{seat.member.person.id}": _value(before.get(seat.member.person.id) or proposed(seat))
        for seat in seats
    }
    return form_class(data=shown | {"seen": _summary(rows)})


def _field(seat: Seat) -> RadioField:
    names = [(presence.value, name) for presence, name in PRESENCES.items()]
    names[1:1] = [
        (f"deputy-{each.person.id}", _("vertreten durch %(name)s", name=each.person.name))
        for each in seat.deputies
    ]
    return RadioField(seat.member.person.name, choices=choices(names), validators=[InputRequired(CHOOSE)])


def _value(sitting: Sitting) -> str:
    return sitting.presence.value if sitting.deputy_id is None else f"deputy-{sitting.deputy_id}"


def _sitting(value: str) -> Sitting:
    deputy = value.removeprefix("deputy-")
    return Sitting(Presence(value)) if deputy == value else Sitting(Presence.EXCUSED, int(deputy))


def _summary(rows: list[Attendance]) -> str:
    return " ".join(f"{member}:{_value(sitting)}" for member, sitting in sorted(noted(rows).items()))


@blueprint.get("/meetings/<int:meeting_id>/attendance")
def show(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    if meeting.is_cancelled:
        return _wrong_state(meeting)
    rows = attendance_of(meeting)
    return _page(meeting, form_for(seats_to_note(meeting, rows), rows), rows)


@blueprint.post("/meetings/<int:meeting_id>/attendance")
def save(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    if meeting.is_cancelled:
        return _wrong_state(meeting)
    one_noter_at_a_time(meeting)
    rows = attendance_of(meeting)
    seats = seats_to_note(meeting, rows)
    form = form_for(seats, rows)
    if not form.validate() or not form.check_seen(rows):
        return _page(meeting, form, rows), 422
    note_attendance(meeting, form.sittings(seats))
    session.commit()
    flash(_("Die Anwesenheit ist festgehalten."), "success")
    return redirect(url_for("meeting.show", meeting_id=meeting_id))


def _page(meeting: Meeting, form: AttendanceForm, rows: list[Attendance]) -> str:
    return render_template("meetings/attendance.html", meeting=meeting, form=form, is_noted=bool(rows))


def _wrong_state(meeting: Meeting) -> ResponseReturnValue:
    flash(_("Die Sitzung ist abgesagt."), "warning")
    return redirect(url_for("meeting.show", meeting_id=meeting.id))


def meeting_section(meeting: Meeting) -> str:
    """On a meeting's page: who was there, and from its day on the way to note it."""
    rows, has_come = attendance_of(meeting), today(meeting.committee.zone) >= meeting.day
    may_note = (
        has_come and not meeting.is_cancelled and sits_in(current_user, meeting.committee_id, Role.SECRETARY)
    )
    if not rows and not may_note:
        return ""
    return render_template(
        "meetings/attendance_section.html",
        meeting=meeting,
        rows=rows,
        taken=seats_taken(rows),
        total=seats_noted(rows),
        quorum=procedure_of(meeting.committee).quorum,
        presences=PRESENCES,
        may_note=may_note,
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
