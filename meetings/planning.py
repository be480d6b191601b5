"""The pages of planning: the committee's rule, its year, and extra meetings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from meetings.days_off import school_holidays_end
from meetings.meeting import Meeting
from meetings.meeting_forms import ExtraMeetingForm, later_clock
from meetings.obstacle_notice import nameable_committees, warn
from meetings.planning_forms import PlanForm, RuleForm, seen_text
from meetings.proposing import Proposal, propose_year, reaches_unknown
from meetings.rooms import room_names
from meetings.rules import FIRST_YEAR, LAST_YEAR, MeetingRule, Slot, rule_of
from meetings.scheduling import invite, meetings_by_slot, one_planner_at_a_time, plan_meeting
from portal import audit
from portal.access import get_committee
from portal.clock import now, today
from portal.committees import Committee, Role
from portal.database import session

blueprint = Blueprint("planning", __name__, url_prefix="/committees/<slug>")


@dataclass
class Year:
    """A year of a committee: its slots with their proposals, and the meetings that they have already."""

    committee: Committee
    rule: MeetingRule
    number: int
    slots: Sequence[Slot] = field(init=False)
    proposals: Sequence[Proposal] = field(init=False)
    existing: Sequence[Sequence[Meeting]] = field(init=False)

    def __post_init__(self) -> None:
        self.slots = self.rule.slots(self.number)
        self.existing = meetings_by_slot(self.committee, self.slots)
        self.proposals = propose_year(self.committee, self.rule, self.number, today(self.committee.zone))

    def as_form(self) -> PlanForm:
        """A form in which every slot that has no meeting yet takes its proposal."""
        entries = []
        for proposal, meetings in zip(self.proposals, self.existing, strict=True):
            best, next_best = proposal.best, proposal.next_best
            entries.append(
                {
                    "take": bool(not meetings and best and best.starts_at > now()),
                    "on": best.day if best else None,
                    "next_on": next_best.day if next_best else None,
                    "starts": best.starts_at.time() if best else self.rule.starts,
                    "ends": best.ends_at.time() if best else later_clock(self.rule.starts, self.rule.minutes),
                    "place": self.rule.place,
                    "seen": seen_text(meetings),
                }
            )
        return PlanForm(proposals=entries)

    @property
    def has_unknown_school_holidays(self) -> bool:
        """Whether the rule avoids school holidays and the year goes on beyond what is known of them."""
        return self.rule.avoids_school_holidays and reaches_unknown(self.slots)


@blueprint.get("/rule")
def rule(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    return _rule_page(committee, RuleForm(obj=rule_of(committee)))


@blueprint.post("/rule")
def save_rule(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = RuleForm()
    form.committee = committee
    if not form.validate():
        return _rule_page(committee, form), 422
    one_planner_at_a_time(committee)
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
        return _rule_first(slug)
    year = Year(committee, row, _wanted_year())
    return _page(year, year.as_form())


@blueprint.post("/plan")
def save(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    row, form = rule_of(committee), PlanForm()
    if row is None:
        return _rule_first(slug)
    one_planner_at_a_time(committee)
    year = Year(committee, row, _wanted_year())
    if not form.fits(year.slots):
        flash(
            _("Die Regel des Gremiums wurde inzwischen geändert. Hier sind die neuen Vorschläge."), "warning"
        )
        return redirect(url_for("planning.show", slug=slug, year=year.number))
    form.judge_by(committee, year.slots, year.existing)
    if not form.validate():
        return _page(year, form), 422
    made = _enter(year, form)
    session.commit()
    _say_how_many(len(made))
    warn(committee, made)
    return redirect(url_for("meeting.committee", slug=slug))


@blueprint.get("/meetings/new")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    wished = request.args.get("on", type=date.fromisoformat)
    form = ExtraMeetingForm.by_rule(rule_of(committee), wished)
    return render_template("meetings/new.html", committee=committee, form=form, rooms=room_names())


@blueprint.post("/meetings/new")
def create(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = ExtraMeetingForm()
    form.judge_by(committee)
    if not form.validate():
        return render_template("meetings/new.html", committee=committee, form=form, rooms=room_names()), 422
    one_planner_at_a_time(committee)
    details = {"place": form.place.data or "", "link": form.link.data or "", "title": form.title.data or ""}
    meeting = plan_meeting(committee, form.starts_at, form.ends_at, **details)
    session.commit()
    if meeting is None:
        flash(_("Zu dieser Zeit ist schon eine Sitzung eingetragen."), "message")
        return redirect(url_for("meeting.committee", slug=slug))
    flash(_("Die Sitzung ist eingetragen. Eingeladen ist noch niemand."), "success")
    warn(committee, [meeting])
    return redirect(url_for("meeting.show", meeting_id=meeting.id))


def _enter(year: Year, form: PlanForm) -> list[Meeting]:
    """Enter what was ticked, in the current transaction."""
    notes = {proposal.best.starts_at: proposal.note for proposal in year.proposals if proposal.best}
    made = []
    for wish in form.taken:
        meeting = plan_meeting(
            year.committee,
            wish.starts_at,
            wish.ends_at,
            place=wish.place.data or "",
            link=year.rule.link,
            planning_note=notes.get(wish.starts_at, ""),
        )
        if meeting is not None:
            made.append(meeting)
            if form.invite.data:
                invite(meeting)
    return made


def _wanted_year() -> int:
    year = request.args.get("year", type=int) or today().year + 1
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _rule_first(slug: str) -> ResponseReturnValue:
    flash(_("Bitte legen Sie zuerst fest, wann sich das Gremium trifft."), "message")
    return redirect(url_for("planning.rule", slug=slug))


def _rule_page(committee: Committee, form: RuleForm) -> str:
    return render_template(
        "meetings/rule.html",
        committee=committee,
        form=form,
        rooms=room_names(),
        school_holidays_end=school_holidays_end(),
    )


def _page(year: Year, form: PlanForm) -> str:
    day = today(year.committee.zone)
    entries = [
        {
            "slot": slot,
            "name": year.rule.name_of(slot),
            "proposal": proposal,
            "existing": meetings,
            "form": entry.form,
            "is_past": slot.last < day and not entry.form.take.data,
        }
        for slot, proposal, meetings, entry in zip(
            year.slots, year.proposals, year.existing, form.proposals, strict=True
        )
    ]
    return render_template(
        "meetings/plan.html",
        committee=year.committee,
        year=year,
        years=[each for each in (year.number - 1, year.number + 1) if FIRST_YEAR <= each <= LAST_YEAR],
        form=form,
        past=[entry for entry in entries if entry["is_past"]],
        coming=[entry for entry in entries if not entry["is_past"]],
        nameable=nameable_committees(),
        rooms=room_names(),
        school_holidays_end=school_holidays_end(),
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
