"""Commands of this room: `flask plan` and `flask feeds`."""

import json

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import with_appcontext
from flask_babel import force_locale

from meetings.feeds import Feed
from meetings.rules import FIRST_YEAR, LAST_YEAR, MeetingRule, Proposal, propose, rule_of
from meetings.scheduling import meetings_by_quarter, one_planner_at_a_time, plan_meeting
from portal.clock import now
from portal.committees import Committee
from portal.database import session
from portal.serving import require_ready


@click.command("plan")
@click.argument("year", type=click.IntRange(FIRST_YEAR, LAST_YEAR))
@click.option(
    "--committee", "slug", required=True, help="Short name of the committee, such as lenkungskreis."
)
@click.option("--json", "as_json", is_flag=True, help="Print the proposals as JSON.")
@click.option("--save", is_flag=True, help="Enter them as planned meetings where a quarter has none yet.")
@with_appcontext
def plan(year: int, slug: str, *, as_json: bool, save: bool) -> None:
    """Propose a committee's meetings of a YEAR by its rule; nothing is written without --save."""
    require_ready()
    committee = session.scalar(sa.select(Committee).where(Committee.slug == slug))
    if committee is None:
        raise click.ClickException(f"There is no committee {slug!r}.")
    rule = rule_of(committee)
    if rule is None:
        raise click.ClickException(f"The committee {slug!r} has no rule yet; set one on its planning page.")
    with force_locale("de"):
        proposals = propose(rule, committee.zone, year)
    if save:
        _enter(committee, rule, proposals)
    if as_json:
        click.echo(json.dumps([_as_json(proposal) for proposal in proposals], ensure_ascii=False, indent=2))
    else:
        for proposal in proposals:
            click.echo(
                f"{proposal.starts_at:%Y-%m-%d %H:%M}–{proposal.ends_at:%H:%M} {proposal.reason}".rstrip()
            )


def _enter(committee: Committee, rule: MeetingRule, proposals: list[Proposal]) -> None:
    """Enter what is still to come, in quarters without a meeting; say on stderr what was left out."""
    one_planner_at_a_time(committee)
    existing = meetings_by_quarter(committee, proposals[0].starts_at.year)
    entered = 0
    for quarter, proposal in enumerate(proposals, start=1):
        if existing[quarter]:
            click.echo(f"Quarter {quarter} has its meeting already.", err=True)
        elif proposal.starts_at <= now():
            click.echo(f"{proposal.starts_at:%Y-%m-%d} has passed.", err=True)
        else:
            details = {"place": rule.place, "link": rule.link, "planning_note": proposal.reason}
            plan_meeting(committee, proposal.starts_at, proposal.ends_at, **details)
            entered += 1
    session.commit()
    click.echo(f"{entered} meetings entered.", err=True)


@click.command("feeds")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects instead of lines.")
@with_appcontext
def feeds(*, as_json: bool) -> None:
    """List all calendar feeds with their owners and secret addresses."""
    require_ready()
    rows = [
        {
            "owner": feed.person.email if feed.person else None,
            "committee": feed.committee.slug if feed.committee else None,
            "file": feed.file,
            "url": feed.url,
        }
        for feed in session.scalars(sa.select(Feed).order_by(Feed.id))
        if not feed.is_closed
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            click.echo(f"{row['owner'] or row['committee']}\t{row['url']}")


def _as_json(proposal: Proposal) -> dict[str, str | None]:
    return {
        "start": proposal.starts_at.isoformat(),
        "end": proposal.ends_at.isoformat(),
        "zone": proposal.zone,
        "moved_from": proposal.moved_from.isoformat() if proposal.moved_from else None,
        "reason": proposal.reason or None,
    }


def init_app(app: Flask) -> None:
    app.cli.add_command(plan)
    app.cli.add_command(feeds)
