"""The pages of planning: the committee's rule, its year, and extra meetings."""

from datetime import date

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from meetings.meeting_forms import ExtraMeetingForm, PlanForm, RuleForm, seen_text
from meetings.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    MeetingRule,
    holiday_name,
    propose,
    quarter_of,
    rule_of,
)
from meetings.scheduling import invite, meetings_by_quarter, one_planner_at_a_time, plan_meeting
from portal import audit
from portal.access import get_committee
from portal.clock import now, today
from portal.committees import Committee, Role
from portal.database import session

blueprint = Blueprint("planning", __name__, url_prefix="/committees/<slug>")


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
    row, year = rule_of(committee), _wanted_year()
    if row is None:
        return _rule_first(slug)
    existing = meetings_by_quarter(committee, year)
    quarters = [
        {
            "take": not existing[quarter] and proposal.starts_at > now(),
            "on": proposal.starts_at.date(),
            "starts": proposal.starts_at.time(),
            "ends": proposal.ends_at.time(),
            "place": row.place,
            "seen": seen_text(existing[quarter]),
        }
        for quarter, proposal in enumerate(propose(row, committee.zone, year), start=1)
    ]
    return _page(committee, row, year, PlanForm(proposals=quarters))


@blueprint.post("/plan")
def save(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    row, year, form = rule_of(committee), _wanted_year(), PlanForm()
    if row is None:
        return _rule_first(slug)
    one_planner_at_a_time(committee)
    form.judge_by(year, meetings_by_quarter(committee, year))
    if not form.validate():
        return _page(committee, row, year, form), 422
    reasons = {proposal.starts_at.date(): proposal.reason for proposal in propose(row, committee.zone, year)}
    made = 0
    for wish in form.taken:
        details = {
            "place": wish.place.data or "",
            "link": row.link,
            "planning_note": reasons.get(wish.on.data, ""),
        }
        meeting = plan_meeting(committee, wish.starts_at, wish.ends_at, **details)
        made += meeting is not None
        if meeting is not None and form.invite.data:
            invite(meeting)
    session.commit()
    _say_how_many(made)
    return redirect(url_for("meeting.committee", slug=slug))


@blueprint.get("/meetings/new")
def new(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = ExtraMeetingForm.by_rule(rule_of(committee))
    return render_template("meetings/new.html", committee=committee, form=form)


@blueprint.post("/meetings/new")
def create(slug: str) -> ResponseReturnValue:
    committee = get_committee(slug, Role.SECRETARY)
    form = ExtraMeetingForm()
    if not form.validate():
        return render_template("meetings/new.html", committee=committee, form=form), 422
    one_planner_at_a_time(committee)
    details = {"place": form.place.data or "", "link": form.link.data or "", "title": form.title.data or ""}
    meeting = plan_meeting(committee, form.starts_at, form.ends_at, **details)
    session.commit()
    if meeting is None:
        flash(_("Zu dieser Zeit ist schon eine Sitzung eingetragen."), "message")
        return redirect(url_for("meeting.committee", slug=slug))
    flash(_("Die Sitzung ist eingetragen. Eingeladen ist noch niemand."), "success")
    return redirect(url_for("meeting.show", meeting_id=meeting.id))


def _wanted_year() -> int:
    year = request.args.get("year", type=int) or today().year + 1
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _rule_first(slug: str) -> ResponseReturnValue:
    flash(_("Bitte legen Sie zuerst fest, wann sich das Gremium trifft."), "message")
    return redirect(url_for("planning.rule", slug=slug))


def _page(committee: Committee, rule: MeetingRule, year: int, form: PlanForm) -> str:
    return render_template(
        "meetings/plan.html",
        committee=committee,
        year=year,
        years=[each for each in (year - 1, year + 1) if FIRST_YEAR <= each <= LAST_YEAR],
        form=form,
        proposals=propose(rule, committee.zone, year),
        existing=meetings_by_quarter(committee, year),
        first_open=quarter_of(today()) if year == today().year else 1 if year > today().year else 5,
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
