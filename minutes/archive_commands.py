"""`flask export`: a member's complete archive as a folder."""

from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from minutes.member_archive import FolderExistsError, MemberArchive
from portal import audit
from portal.database import session
from portal.people import Person, person_by_email
from portal.serving import require_ready


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--person", "email", help="Address of the member; without it, what members of all committees may read."
)
@with_appcontext
def export(folder: Path, email: str | None) -> None:
    """Write the decisions that a member may read into DIR, which opens from a USB stick without a server.

    DIR must not exist yet, or be empty; it is there only when everything is written. Open its index.html; verify.html
    tells how to check that nothing was changed.
    """
    require_ready()
    archive = MemberArchive(_reader(email))
    if not archive.ids:
        raise click.ClickException("There is no decision that this person may read; nothing was written.")
    try:
        for done in archive.write(folder.absolute()):
            click.echo(f"{done} of {len(archive.ids)} decisions", err=True)
    except FolderExistsError:
        raise click.ClickException(
            f"{folder} is there already. Name a folder that does not exist yet."
        ) from None
    except OSError as error:
        raise click.ClickException(f"Nothing was written: {error}") from error
    for number in archive.without_pdf:
        click.echo(f"{number}: no PDF could be made of it; its page says the same.", err=True)
    audit.record("archive.exported", archive.reader or "members")
    session.commit()
    click.echo(f"{len(archive.ids)} decisions written. Open {folder / 'index.html'}.")


def _reader(email: str | None) -> Person | None:
    if email is None:
        return None
    person = person_by_email(email)
    if person is None or not person.is_active:
        raise click.ClickException(f"Nobody with an open account has the address {email}.")
    return person


def init_app(app: Flask) -> None:
    app.cli.add_command(export)
