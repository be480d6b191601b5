"""`flask erase`: what the law demands to be erased, by whoever may use the command line of the server."""

import click
from flask import Flask
from flask.cli import AppGroup

from minutes import erasing, erasure_ledger
from minutes.erasure import REASON_LENGTH, Target, find_decision, find_minutes, request
from portal import audit, guard, migration
from portal.database import serialise, session
from portal.serving import require_ready

erase_cli = AppGroup("erase", help="Erase what the law demands; number, date and digest remain.")

reason_option = click.option(
    "--reason",
    required=True,
    help="Readers are told it; name nobody, such as 'Art. 17 DSGVO, Antrag 4/2027'.",
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask for the name to be typed again.")


@erase_cli.command("decision")
@click.argument("number")
@reason_option
@yes_option
def erase_decision(number: str, reason: str, *, yes: bool) -> None:
    """Erase the content of the released decision NUMBER (LK-2027-003)."""
    require_ready()
    _erase(find_decision(number), number, reason, yes=yes)


@erase_cli.command("minutes")
@click.argument("minutes_id", metavar="ID", type=int)
@reason_option
@yes_option
def erase_minutes(minutes_id: int, reason: str, *, yes: bool) -> None:
    """Erase the content of the approved minutes ID, the number in their address."""
    require_ready()
    _erase(find_minutes(minutes_id), f"minutes {minutes_id}", reason, yes=yes)


@erase_cli.command("again")
def again() -> None:
    """Erase again what an older back-up brought back, after a restore; `flask serve` does so when it starts."""
    require_ready()
    erase_again()


def erase_again() -> None:
    """Erase what the ledger names and a restored back-up brought back, each in a transaction of its own."""
    for entry in erasure_ledger.returned():
        serialise("erasures")
        table, _, number = entry.subject.partition(":")
        target = find_minutes(int(number)) if table == "minutes" else find_decision(entry.name)
        if target is None or target.subject != entry.subject:
            click.echo(f"{entry.name}: is there no more, or not as it was")
            continue
        _carry_out(target, entry.reason)
        click.echo(f"{entry.name}: erased again")
    session.rollback()


def _erase(target: Target | None, name: str, reason: str, *, yes: bool) -> None:
    if target is None:
        raise click.ClickException(f"There is no {name} that is released or approved and not erased yet.")
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LENGTH:
        raise click.ClickException(f"The reason needs 1 to {REASON_LENGTH} characters.")
    if found := [one.excerpt for one in guard.find(reason) if one.blocking]:
        raise click.ClickException(
            f"Readers are told the reason, and it may name somebody: {', '.join(found)}"
        )
    if not yes and click.prompt(f"Type {target.name} to erase it for ever", default="") != target.name:
        raise click.ClickException("Not erased.")
    _carry_out(target, reason)
    click.echo(
        f"{target.name}: erased. What else may hold copies: back-ups, and files that members exported."
    )


def _carry_out(target: Target, reason: str) -> None:
    subject = target.subject
    erasure = request(target, reason, None)
    erasing.erase(erasure, None)
    audit.record("content.erased", subject)
    session.commit()
    erasing.settle()


def init_app(app: Flask) -> None:
    app.cli.add_command(erase_cli)
    migration.afterwards["erasures"] = erase_again
