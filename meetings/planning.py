"""Planning a committee's year: the rule, its proposals, and the secretary's yes."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, IntegerField, SelectField
from wtforms import Form as PlainForm
from wtforms.validators import NumberRange, ValidationError

from meetings.announcing import invite_everybody, tell_invited
from meetings.feeds import event_changed
from meetings.meeting import LINK_LENGTH, PLACE_LENGTH, TITLE_LENGTH, Meeting, MeetingState
from meetings.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_MINUTES,
    MONTHS_OF_QUARTER,
    WEEKDAYS,
    WEEKS,
    MeetingRule,
    Proposal,
    holiday_name,
    propose,
)
from portal import audit
from portal.access import get_committee
from portal.clock import now, today
from portal.committees import Committee, Role
from portal.database import session
from portal.forms import REQUIRED, Form, choices, clock_time, day, line

blueprint = Blueprint("planning", __name__, url_prefix="/committees/<slug>")

WEB_ADDRESS = _l("Bitte eine Adresse, die mit https:// beginnt.")


class RuleForm(Form):
    month_of_quarter = SelectField(_l("Monat im Quartal"), choices=choices(MONTHS_OF_QUARTER.items()), coerce=int)
    week = SelectField(_l("Woche"), choices=choices(WEEKS.items()), coerce=int)
    weekday = SelectField(_l("Wochentag"), choices=choices(WEEKDAYS.items()), coerce=int)
    starts = clock_time(_l("Beginn"))
    minutes = IntegerField(_l("Dauer in Minuten"), validators=[REQUIRED, NumberRange(1, LONGEST_MINUTES)])
    place = line(_l("Ort"), PLACE_LENGTH, required=False)
    link = line(_l("Link zur Videokonferenz"), LINK_LENGTH, required=False)

    def validate_link(self, field: Any) -> None:
        check_web_address(field)


class PlaceAndTime(PlainForm):
    """Day, start, end and place: what planning, moving and extra meetings have in common."""

    on = day(_l("Tag"))
    starts = clock_time(_l("Beginn"))
    ends = clock_time(_l("Ende"))
    place = line(_l("Ort"), PLACE_LENGTH, required=False)

    zone = "Europe/Berlin"

    def validate_ends(self, field: Any) -> None:
        if field.data and self.starts.data and field.data <= self.starts.data:
            raise ValidationError(_("Das Ende muss nach dem Beginn liegen."))

    def validate_on(self, field: Any) -> None:
        if field.data and field.data < today(self.zone):
            raise ValidationError(_("Dieser Tag liegt in der Vergangenheit."))
        if field.data and field.data.year > LAST_YEAR:
            raise ValidationError(_("Bitte prüfen Sie das Jahr."))

    @property
    def starts_at(self) -> datetime:
        return self._moment(self.starts.data)

    @property
    def ends_at(self) -> datetime:
        return self._moment(self.ends.data)

    def _moment(self, clock: Any) -> datetime:
        return datetime.combine(self.on.data, clock, ZoneInfo(self.zone))


class ProposalForm(PlaceAndTime):
    """One quarter of the year's plan."""

    take = BooleanField(_l("eintragen"))
    note = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        return True if not self.take.data else super().validate(extra_validators)


class PlanForm(Form):
    proposals = FieldList(FormField(ProposalForm), min_entries=4, max_entries=4)
    invite = BooleanField(_l("Mitglieder gleich einladen"))


class ExtraMeetingForm(Form, PlaceAndTime):
    title = line(_l("Anlass"), TITLE_LENGTH, required=False)
    link = line(_l("Link zur Videokonferenz"), LINK_LENGTH, required=False)

    def validate_link(self, field: Any) -> None:
        check_web_address(field)


def check_web_address(field: Any) -> None:
    if field.data and not field.data.startswith("https://"):
        raise ValidationError(WEB_ADDRESS)


@blueprint.get("/rule")
def rule(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = RuleForm(obj=rule_of(committee))
    return render_template("meetings/rule.html", committee=committee, form=form)


@blueprint.post("/rule")
def save_rule(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = RuleForm()
    if not form.validate():
        return render_template("meetings/rule.html", committee=committee, form=form), 422
    row = rule_of(committee) or MeetingRule(committee_id=committee.id)
    form.populate_obj(row)
    session.add(row)
    session.flush()
    audit.record("rule.saved", row)
    session.commit()
    flash(_("Die Regel ist gespeichert."), "success")
    return redirect(url_for("planning.show", slug=slug))


@blueprint.get("/plan")
def show(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    row = rule_of(committee)
    if row is None:
        flash(_("Bitte legen Sie zuerst fest, wann sich das Gremium trifft."), "message")
        return redirect(url_for("planning.rule", slug=slug))
    year = _wanted_year()
    existing = meetings_by_quarter(committee, year)
    proposals = propose(row, committee.zone, year)
    form = PlanForm(
        proposals=[
            {
                "take": not existing[quarter] and proposal.starts_at > now(),
                "on": proposal.starts_at.date(),
                "starts": proposal.starts_at.time(),
                "ends": proposal.ends_at.time(),
                "place": row.place,
                "note": proposal.reason,
            }
            for quarter, proposal in enumerate(proposals, start=1)
        ]
    )
    return _page(committee, year, form)


@blueprint.post("/plan")
def save(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    year, form = _wanted_year(), PlanForm()
    if not form.validate():
        return _page(committee, year, form), 422
    session.refresh(committee, with_for_update=True)  # a double submit waits here and finds the meetings made
    made = [
        meeting
        for entry in form.proposals
        if entry.form.take.data
        and (meeting := plan_meeting(committee, entry.form, planning_note=(entry.form.note.data or "")[:300]))
    ]
    if form.invite.data:
        for meeting in made:
            invite(meeting)
    session.commit()
    _say_how_many(len(made))
    return redirect(url_for("meeting.committee", slug=slug))


@blueprint.get("/meetings/new")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = ExtraMeetingForm(obj=rule_of(committee))
    return render_template("meetings/new.html", committee=committee, form=form)


@blueprint.post("/meetings/new")
def create(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = ExtraMeetingForm()
    if not form.validate():
        return render_template("meetings/new.html", committee=committee, form=form), 422
    session.refresh(committee, with_for_update=True)
    meeting = plan_meeting(committee, form, title=form.title.data or "", link=form.link.data or "")
    session.commit()
    if meeting is None:
        flash(_("Diese Sitzung war schon eingetragen."), "message")
        return redirect(url_for("meeting.committee", slug=slug))
    return redirect(url_for("meeting.show", meeting_id=meeting.id))


def rule_of(committee: Committee) -> MeetingRule | None:
    return session.scalar(sa.select(MeetingRule).where(MeetingRule.committee_id == committee.id))


def plan_meeting(committee: Committee, when: PlaceAndTime | Proposal, **details: str) -> Meeting | None:
    """Enter a meeting as planned; None when the committee meets at that very moment already."""
    starts_at = when.starts_at
    same = sa.select(Meeting.id).where(
        Meeting.committee_id == committee.id,
        Meeting.starts_at == starts_at,
        Meeting.state != MeetingState.CANCELLED,
    )
    if session.scalar(same) is not None:
        return None
    if isinstance(when, PlaceAndTime):
        details["place"] = when.place.data or ""
    row = rule_of(committee)
    details.setdefault("link", row.link if row else "")
    meeting = Meeting(committee=committee, starts_at=starts_at, ends_at=when.ends_at, **details)
    session.add(meeting)
    event_changed(meeting)
    audit.record("meeting.planned", meeting)
    return meeting


def invite(meeting: Meeting) -> None:
    """Confirm the date and tell everybody who sits in the committee."""
    meeting.invite()
    invite_everybody(meeting)
    event_changed(meeting)
    tell_invited(meeting)
    audit.record("meeting.invited", meeting)


def meetings_by_quarter(committee: Committee, year: int) -> dict[int, list[Meeting]]:
    """The year's meetings that are not cancelled, by quarter (1 to 4)."""
    zone = ZoneInfo(committee.zone)
    found = sa.select(Meeting).where(
        Meeting.committee_id == committee.id,
        Meeting.state != MeetingState.CANCELLED,
        Meeting.starts_at >= datetime(year, 1, 1, tzinfo=zone),
        Meeting.starts_at < datetime(year + 1, 1, 1, tzinfo=zone),
    )
    quarters: dict[int, list[Meeting]] = {1: [], 2: [], 3: [], 4: []}
    for meeting in session.scalars(found.order_by(Meeting.starts_at)):
        quarters[(meeting.starts_at.astimezone(zone).month - 1) // 3 + 1].append(meeting)
    return quarters


def _wanted_year() -> int:
    year = request.args.get("year", type=int) or today().year + 1
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _page(committee: Committee, year: int, form: PlanForm) -> str:
    return render_template(
        "meetings/plan.html",
        committee=committee,
        year=year,
        form=form,
        existing=meetings_by_quarter(committee, year),
        holiday_name=lambda chosen: holiday_name(chosen) if isinstance(chosen, date) else None,
    )


def _say_how_many(made: int) -> None:
    if made == 0:
        flash(_("Es war nichts Neues einzutragen."), "message")
    elif made == 1:
        flash(_("Eine Sitzung ist eingetragen."), "success")
    else:
        flash(_("%(num)d Sitzungen sind eingetragen.", num=made), "success")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
