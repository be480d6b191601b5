"""The page on which a secretary splits an extra meeting off."""

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from meetings.agenda_editing import hold
from meetings.announcing import Notice, would_tell
from meetings.change_pages import NEWS, by_kind
from meetings.meeting import Meeting, get_meeting
from meetings.meeting_forms import ExtraMeetingForm
from meetings.obstacle_notice import in_the_way
from meetings.rooms import room_names
from meetings.scheduling import one_planner_at_a_time
from meetings.splitting import movable_items, prepare_agenda, split_off
from portal.committees import Role
from portal.database import session
from portal.forms import choices
from portal.language import local

blueprint = Blueprint("splitting", __name__, url_prefix="/meetings/<int:meeting_id>/split")


class SplitForm(ExtraMeetingForm):
    """An extra meeting, and what moves to it."""

    items = SelectMultipleField(
        _l("Diese Punkte ziehen um"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    invite = BooleanField(_l("Mitglieder gleich einladen"))

    def __init__(self, meeting: Meeting, **values: Any) -> None:
        super().__init__(**values)
        self.judge_by(meeting.committee)
        self.movable = {item.id: item for item in movable_items(meeting)}
        self.items.choices = choices((item.id, item.title) for item in self.movable.values())

    def validate_items(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Bitte wählen Sie mindestens einen Punkt."))
        if not set(field.data) <= self.movable.keys():
            raise ValidationError(_("Ein Punkt steht nicht mehr hier. Bitte sehen Sie noch einmal hin."))


@blueprint.get("")
def show(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    starts, ends = (local(moment, meeting.committee.zone) for moment in (meeting.starts_at, meeting.ends_at))
    form = SplitForm(meeting, starts=starts.time(), ends=ends.time(), place=meeting.place, link=meeting.link)
    return _page(meeting, form)


@blueprint.post("/preview")
def preview(meeting_id: int) -> ResponseReturnValue:
    meeting, form, extra = _split(meeting_id, invites=False)
    if extra is None:
        return _page(meeting, form), 422
    notices: list[Notice] = []
    if form.invite.data:
        prepare_agenda(extra)
        notices = would_tell(extra, Meeting.invite)
    session.rollback()
    return render_template(
        "meetings/split_preview.html",
        meeting=get_meeting(meeting_id, Role.SECRETARY),
        form=form,
        notices=by_kind(notices),
        news=NEWS,
        obstacles=in_the_way(meeting.committee, [(form.starts_at, form.ends_at, form.place.data or "")]),
    )


@blueprint.post("/again")
def correct(meeting_id: int) -> ResponseReturnValue:
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    return _page(meeting, SplitForm(meeting))


@blueprint.post("")
def split(meeting_id: int) -> ResponseReturnValue:
    meeting, form, extra = _split(meeting_id, invites=None)
    if extra is None:
        return _page(meeting, form), 422
    session.commit()
    flash(
        _("Die zusätzliche Sitzung ist abgespalten, die Einladungen liegen im Postausgang.")
        if form.invite.data
        else _("Die zusätzliche Sitzung ist abgespalten. Eingeladen ist noch niemand."),
        "success",
    )
    return redirect(url_for("agenda.show", meeting_id=extra.id))


def _split(meeting_id: int, *, invites: bool | None) -> tuple[Meeting, SplitForm, Meeting | None]:
    """Carry the form out in the current transaction; without an extra meeting it has errors.

    `invites` overrides what the form says about inviting.
    """
    meeting = get_meeting(meeting_id, Role.SECRETARY)
    one_planner_at_a_time(meeting.committee)
    hold(meeting)
    form = SplitForm(meeting)
    if not form.validate():
        return meeting, form, None
    extra = split_off(
        meeting,
        [form.movable[number] for number in form.items.data],
        form.starts_at,
        form.ends_at,
        invites=form.invite.data if invites is None else invites,
        place=form.place.data or "",
        link=form.link.data or "",
        title=form.title.data or "",
    )
    if extra is None:
        form.starts.errors = [_("Zu dieser Zeit ist schon eine Sitzung eingetragen.")]
    return meeting, form, extra


def _page(meeting: Meeting, form: SplitForm) -> str:
    return render_template("meetings/split.html", meeting=meeting, form=form, rooms=room_names())


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
