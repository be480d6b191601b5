"""`flask demo`: fills the invented programme, or adds to it."""

import os
import secrets

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import with_appcontext

from minutes.demonstration import bulk, fill, texts
from portal.credentials import set_password
from portal.database import session
from portal.installation import install
from portal.outbox import settings
from portal.people import Person, person_by_email
from portal.settings import DEMONSTRATION_DOMAIN


@click.command("demo")
@click.option("--decisions", type=click.IntRange(0), default=0, help="Add this many released decisions.")
@click.option("--meetings", type=click.IntRange(0), default=0, help="Add this many meetings.")
@click.option("--password", "renew", is_flag=True, help="Renew the password of the demonstration's accounts.")
@with_appcontext
def demo(decisions: int, meetings: int, *, renew: bool) -> None:
    """Fill an invented city, office and agencies, on first use; then add decisions or meetings to them."""
    if settings().keys is None:
        install(texts.world().programme, os.environ.get("PORTAL_DOMAIN") or DEMONSTRATION_DOMAIN)
    if session.scalar(sa.select(Person.id).limit(1)) is None:
        fill.fill_world()
        renew = True
    elif person_by_email(fill.SECRETARY) is None:
        raise click.ClickException("This instance is in real use; the demonstration is not mixed into it.")
    if renew:
        _renew_password()
    session.commit()
    bulk.add_meetings(meetings)
    for done in bulk.add_decisions(decisions):
        click.echo(f"{done} decisions", err=True)


def _renew_password() -> None:
    password = os.environ.get("PORTAL_DEMO_PASSWORD") or secrets.token_urlsafe(12)
    for person in session.scalars(sa.select(Person).where(Person.email.like("%@example.org"))):
        set_password(person, password)
    click.echo(f"Sign in as secretary@, chair@, member@, outsider@ or admin@example.org: {password}")


def init_app(app: Flask) -> None:
    app.cli.add_command(demo)
