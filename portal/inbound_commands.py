"""`flask inbound`: a message from the mail server's pipe, or a look into the mailbox."""

import sys
from typing import NoReturn

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from portal import imap
from portal.inbound import LARGEST_MESSAGE, take
from portal.mail_server import without_links
from portal.outbox import settings
from portal.serving import require_ready

TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the message and hands it over again


@click.command("inbound")
@click.option(
    "--imap", "from_mailbox", is_flag=True, help="Read the mailbox of PORTAL_IMAP_SERVER once instead."
)
@click.option("--recipient", metavar="ADDRESS", help="The envelope's recipient, where no header tells it.")
@with_appcontext
def read_inbound(*, from_mailbox: bool, recipient: str | None) -> None:
    """Read one message from standard input: an answer to an invitation, or a letter that came back.

    Ends with 0 when the message was dealt with, also when it is of no use; with 75 when the mail server should try
    again later. It never sends anything back to whoever wrote.
    """
    try:
        _require_configured(from_mailbox=from_mailbox)
        if from_mailbox:
            click.echo(f"{imap.poll()} messages read.", err=True)
        else:
            result = take(sys.stdin.buffer.read(LARGEST_MESSAGE + 1), recipient)
            click.echo(f"{result.outcome}: {result.detail or result.about}", err=True)
    except click.ClickException as error:
        _put_off(error.format_message())
    except (SQLAlchemyError, *imap.FAULTS) as error:
        # The whole exception could show a statement's values.
        _put_off(without_links(str(getattr(error, "orig", error))))


def _require_configured(*, from_mailbox: bool) -> None:
    require_ready()
    replies = settings().replies
    if replies is None:
        raise click.ClickException("The portal takes no answers by mail: set PORTAL_REPLIES to pipe or imap.")
    if from_mailbox and replies.imap is None:
        raise click.ClickException("There is no mailbox to read: set PORTAL_REPLIES to imap.")


def _put_off(reason: str) -> NoReturn:
    click.echo(f"Error: {reason}", err=True)
    raise SystemExit(TRY_LATER)


def init_app(app: Flask) -> None:
    app.cli.add_command(read_inbound)
