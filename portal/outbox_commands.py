"""`flask outbox`: what the administrator's page does, for scripts and for the shell; never a text or a link."""

import json
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import defer

from portal import outbox_care
from portal.database import session
from portal.outbox import Letter, LetterState, OutboxPause
from portal.people import person_by_email
from portal.serving import require_ready

outbox_cli = AppGroup("outbox", help="Letters: list, show, retry, pause, resume, test.")


@outbox_cli.command("list")
@click.option(
    "--state", type=click.Choice([state.value for state in LetterState]), help="Only letters in this state."
)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_letters(state: str | None, *, as_json: bool) -> None:
    """List letters, oldest first; a pause is told on standard error."""
    require_ready()
    letters = sa.select(Letter).options(defer(Letter.body)).order_by(Letter.id)
    if state:
        letters = letters.where(Letter.state == LetterState(state))
    rows = [_facts(letter) for letter in session.scalars(letters)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            words = (row["id"], row["state"], row["address"], row["head"], row["answer"])
            click.echo("\t".join(map(str, words)).rstrip())
    held = session.get(OutboxPause, outbox_care.PAUSE)
    if held is not None:
        click.echo(f"Paused since {held.since:%Y-%m-%d %H:%M} UTC: no letter is sent.", err=True)


@outbox_cli.command("show")
@click.argument("number", metavar="ID", type=int)
def show(number: int) -> None:
    """Show head, state, attempts and the server's answer of letter ID."""
    require_ready()
    for name, value in _facts(_letter(number)).items():
        click.echo(f"{name}: {'-' if value in {None, ''} else value}")


@outbox_cli.command("retry")
@click.argument("number", metavar="[ID]", type=int, required=False)
@click.option("--failed", "everything", is_flag=True, help="Every letter that failed.")
def retry(number: int | None, *, everything: bool) -> None:
    """Queue the failed letter ID again, or with --failed all of them."""
    if everything == (number is not None):
        raise click.UsageError("Give either an ID or --failed.")
    require_ready()
    if number is None:
        count = outbox_care.retry_failed()
    elif outbox_care.retry(_letter(number)):
        count = 1
    else:
        raise click.ClickException(f"Letter {number} did not fail, or its text is erased.")
    session.commit()
    click.echo(f"{count} letters queued again.", err=True)


@outbox_cli.command("pause")
def pause() -> None:
    """Send nothing until `flask outbox resume`."""
    require_ready()
    outbox_care.pause(None)
    session.commit()


@outbox_cli.command("resume")
def resume() -> None:
    """Send letters again."""
    require_ready()
    outbox_care.resume()
    session.commit()


@outbox_cli.command("test")
@click.argument("address")
def test(address: str) -> None:
    """Queue a test letter to the administrator with this ADDRESS; prints its ID for `flask outbox show`."""
    require_ready()
    person = person_by_email(address)
    if person is None or not person.is_admin or not person.is_active:
        raise click.ClickException("No administrator has this address.")
    letter = outbox_care.write_test(person)
    session.commit()
    click.echo(letter.id)


def _letter(number: int) -> Letter:
    letter = session.scalar(
        sa.select(Letter).options(defer(Letter.body)).where(Letter.id == number).with_for_update()
    )
    if letter is None:
        raise click.ClickException(f"There is no letter {number}.")
    return letter


def _facts(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "kind": letter.kind,
        "about": letter.about,
        "address": letter.address,
        "head": letter.head,
        "state": letter.state.value,
        "attempts": letter.attempts,
        "created_at": letter.created_at.isoformat(),
        "due_at": letter.due_at.isoformat(),
        "finished_at": letter.finished_at.isoformat() if letter.finished_at else None,
        "message_id": letter.message_id,
        "answer": letter.answer,
    }


def init_app(app: Flask) -> None:
    app.cli.add_command(outbox_cli)
