"""`flask setup`: an instance for real use, with its first administrator and, on wish, the programme."""

import sys

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import with_appcontext

from portal import preset, textguard
from portal.committees import note_changed_seats
from portal.credentials import Purpose, send_link
from portal.database import session
from portal.migration import migrate
from portal.outbox import link, settings
from portal.people import NAME_LENGTH, Person, is_email, tidy_email
from portal.settings import apply_settings, make_instance, read_settings


@click.command("setup")
@click.option("--email", help="Address of the first administrator.")
@click.option("--name", help="Name of the first administrator.")
@click.option("--portal-name", help="Name of the portal, as people read it.")
@click.option(
    "--preset/--no-preset",
    "with_preset",
    default=None,
    help="Fill in the agreement's programme: office, five agencies, committees and their duties.",
)
@with_appcontext
def setup(email: str | None, name: str | None, portal_name: str | None, *, with_preset: bool | None) -> None:
    """Make an instance for real use: keys, database, first administrator. It may be run again."""
    install(portal_name or _ask("Name of the portal", "Sitzungsportal"))
    textguard.load()
    if with_preset is None:
        with_preset = sys.stdin.isatty() and click.confirm("Fill in the programme of the agreement?")
    if with_preset:
        preset.fill_in()
    if session.scalar(sa.select(Person).where(Person.is_admin, Person.disabled_at.is_(None))) is None:
        email = email or _ask("E-mail address of the first administrator", "")
        if not is_email(email):
            raise click.ClickException("The first administrator needs an e-mail address: --email NAME@HOST")
        name = name or _ask("Name of the first administrator", email)
        if not name.isprintable() or len(name) > NAME_LENGTH:
            raise click.ClickException(f"The name must be one line of at most {NAME_LENGTH} characters.")
        person = Person(email=tidy_email(email), name=name, is_admin=True)
        session.add(person)
        note_changed_seats(person)
        token = send_link(person, Purpose.WELCOME).token
        click.echo(f"Set the password here, within 14 days: {link('credentials.show', token=token)}")
    session.commit()
    click.echo(f"The instance {settings().instance} is ready.")


def install(name: str, domain: str | None = None) -> None:
    """Make the instance's folder, keys and database, and let this process work with them."""
    wanted = read_settings()
    make_instance(wanted, name=name, domain=domain or wanted.domain)
    apply_settings(current_app, read_settings())
    migrate()


def _ask(question: str, default: str) -> str:
    return str(click.prompt(question, default=default or None)) if sys.stdin.isatty() else default


def init_app(app: Flask) -> None:
    app.cli.add_command(setup)
