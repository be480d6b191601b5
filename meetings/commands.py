"""Commands of this room: `flask plan` and `flask feeds`."""

import json
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import with_appcontext
from flask_babel import force_locale

from meetings.days_off import school_holidays_end
from meetings.feeds import Feed
from meetings.proposing import Proposal, propose_year, reaches_unknown
from meetings.rules import FIRST_YEAR, LAST_YEAR, Frequency, MeetingRule, rule_of
from meetings.scheduling import meetings_by_slot, one_planner_at_a_time, plan_meeting
from portal.clock import now, today
from portal.committees import Committee
from portal.database import session
from portal.serving import require_ready

SLOTS = {Frequency.QUARTERLY: "Quarter", Frequency.MONTHLY: "Month", Frequency.WEEKLY: "Interval"}


@click.command("plan")
@click.argument("year", type=click.IntRange(FIRST_YEAR, LAST_YEAR))
@click.option("--committee", "slug", help="Short name of the committee, such as lenkungskreis.")
@click.option(
    "--all", "everybody", is_flag=True, help="All committees that have a rule, one after the other."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the proposals as JSON; with --all, by short name."
)
@click.option("--save", is_flag=True, help="Enter them as planned meetings where a slot has none yet.")
@with_appcontext
def plan(year: int, slug: str | None, *, everybody: bool, as_json: bool, save: bool) -> None:
    """Propose a committee's meetings of a YEAR by its rule; nothing is written without --save."""
    if slug and everybody:
        raise click.UsageError("--committee and --all exclude each other.")
    if not slug and not everybody:
        raise click.MissingParameter(param_type="option", param_hint="'--committee' or '--all'")
    require_ready()
    rules = [_rule(slug)] if slug else _all_rules()
    found = {}
    with force_locale("de"):
        for rule in rules:
            found[rule.committee.slug] = _plan(rule, year, save=save)
    if as_json:
        lists = {each: [_as_json(proposal) for proposal in proposals] for each, proposals in found.items()}
        click.echo(json.dumps(lists[slug] if slug else lists, ensure_ascii=False, indent=2))
    else:
        for each, proposals in found.items():
            for proposal in proposals:
                click.echo(f"{each} {_as_line(proposal)}" if everybody else _as_line(proposal))


def _rule(slug: str) -> MeetingRule:
    committee = session.scalar(sa.select(Committee).where(Committee.slug == slug))
    if committee is None:
        raise click.ClickException(f"There is no committee {slug!r}.")
    rule = rule_of(committee)
    if rule is None:
        raise click.ClickException(f"The committee {slug!r} has no rule yet; set one on its planning page.")
    return rule


def _all_rules() -> list[MeetingRule]:
    rules = sa.select(MeetingRule).join(MeetingRule.committee).order_by(Committee.slug)
    return list(session.scalars(rules.options(sa.orm.contains_eager(MeetingRule.committee))))


def _plan(rule: MeetingRule, year: int, *, save: bool) -> list[Proposal]:
    """The proposals of one committee, entered if wished; what must be said beside them goes to stderr."""
    committee, slots = rule.committee, rule.slots(year)
    if rule.avoids_school_holidays and reaches_unknown(slots):
        known = f"{school_holidays_end():%Y-%m-%d}"
        click.echo(f"{committee.slug}: school holidays are known until {known} only.", err=True)
    if save:
        one_planner_at_a_time(committee)
    proposals = propose_year(committee, rule, year, today(committee.zone))
    if save:
        _enter(rule, proposals)
    return proposals


def _enter(rule: MeetingRule, proposals: list[Proposal]) -> None:
    """Enter what is still to come, in slots without a meeting; say on stderr what was left out."""
    existing = meetings_by_slot(rule.committee, [proposal.slot for proposal in proposals])
    entered = 0
    for proposal, meetings in zip(proposals, existing, strict=True):
        name, best = f"{SLOTS[rule.frequency]} {proposal.slot.number}", proposal.best
        if meetings:
            click.echo(f"{name} has its meeting already.", err=True)
        elif best is None:
            click.echo(f"{name} has no free day.", err=True)
        elif best.starts_at <= now():
            click.echo(f"{best.day:%Y-%m-%d} has passed.", err=True)
        else:
            details = {"place": rule.place, "link": rule.link, "planning_note": proposal.note}
            plan_meeting(rule.committee, best.starts_at, best.ends_at, **details)
            entered += 1
    session.commit()
    click.echo(f"{rule.committee.slug}: {entered} meetings entered.", err=True)


@click.command("feeds")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects instead of lines.")
@with_appcontext
def feeds(*, as_json: bool) -> None:
    """List all calendar feeds that are switched on, with their owners and secret addresses."""
    require_ready()
    rows = [
        {
            "owner": feed.person.email if feed.person else None,
            "committee": feed.committee.slug if feed.committee else None,
            "file": feed.file,
            "url": feed.url,
            "fetched_at": feed.fetched_at.isoformat() if feed.fetched_at else None,
        }
        for feed in session.scalars(sa.select(Feed).order_by(Feed.id))
        if not feed.is_closed
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            click.echo(f"{row['owner'] or row['committee']}\t{row['url']}")


def _as_line(proposal: Proposal) -> str:
    best, slot = proposal.best, proposal.slot
    when = (
        f"{best.starts_at:%Y-%m-%d %H:%M}–{best.ends_at:%H:%M}"
        if best
        else f"{slot.first}…{slot.last} no free day"
    )
    return f"{when} {proposal.reason}".rstrip()


def _as_json(proposal: Proposal) -> dict[str, Any]:
    """`start` and `end` are null where the slot has no free day; other committees are not named."""
    best, next_best = proposal.best, proposal.next_best
    return {
        "start": best.starts_at.isoformat() if best else None,
        "end": best.ends_at.isoformat() if best else None,
        "zone": proposal.zone,
        "moved_from": proposal.moved_from.isoformat() if proposal.moved_from else None,
        "reason": proposal.reason or None,
        "avoided": [
            {"day": avoided.day.isoformat(), "reason": avoided.text()} for avoided in proposal.avoided
        ],
        "next_best": next_best.day.isoformat() if next_best else None,
    }


def init_app(app: Flask) -> None:
    app.cli.add_command(plan)
    app.cli.add_command(feeds)
