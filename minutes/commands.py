"""Commands around minutes: `flask minutes read` and `flask minutes import`."""

import json
import sys
from collections import Counter
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup
from flask_babel import force_locale

from minutes.convert import ConversionError, to_markdown
from minutes.import_sources import files_in
from minutes.importing import Fate, ImportedFile, import_path
from minutes.reader import read
from portal.committees import Committee, Role, people_of, sits_in
from portal.database import session
from portal.serving import require_ready

minutes_cli = AppGroup("minutes", help="Minutes: read what a file says, and import folders of them.")
FATES = {Fate.TAKEN: "taken", Fate.KNOWN: "known already", Fate.REFUSED: "not taken"}


@minutes_cli.command("read", with_appcontext=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def read_file(file: Path) -> None:
    """Print as JSON what the portal reads out of the minutes in FILE.

    Line numbers are those of FILE for .md and .txt, else those of the Markdown repeated under "markdown".
    Needs no instance, database, key or network. A refused file: message on stderr, exit status 1.
    """
    try:
        converted = to_markdown(file.name, file.read_bytes())
    except ConversionError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    answer = read(converted.markdown, file.name).as_json()
    if converted.kind not in {"md", "txt"}:
        answer["markdown"] = converted.markdown
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


@minutes_cli.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--committee", "slug", required=True, help="Short name of the committee, such as lenkungskreis."
)
@click.option("--by", "email", help="Address of the secretary who imports; needed where there are several.")
@click.option(
    "--create-meetings", "creates_meetings", is_flag=True, help="Enter past meetings that are missing."
)
def import_folder(folder: Path, slug: str, email: str | None, *, creates_meetings: bool) -> None:
    """Make drafts of all minutes in FOLDER, its folders and ZIP archives, each at the meeting of its day.

    What is there already is left alone, so an import that broke off is simply started again. Every file gets a line
    in the report; the exit status is 1 when one was not taken.
    """
    require_ready()
    committee_id, writer_id = _importer(slug, email)
    done: list[ImportedFile] = []
    try:
        with (
            force_locale("de"),
            click.progressbar(files_in(folder), file=sys.stderr, label="Importing") as bar,
        ):
            for path in bar:
                done += import_path(committee_id, folder, path, writer_id, creates_meetings=creates_meetings)
    finally:
        for file in done:
            click.echo(f"{FATES[file.fate]:13} {file.name}{': ' if file.words else ''}{file.words}")
        counts = Counter(file.fate for file in done)
        click.echo(", ".join(f"{counts[fate]} {words}" for fate, words in FATES.items()))
    if counts[Fate.REFUSED]:
        sys.exit(1)


def _importer(slug: str, email: str | None) -> tuple[int, int]:
    """The ids of the committee and of the secretary or chair who imports."""
    committee = session.scalar(sa.select(Committee).where(Committee.slug == slug))
    if committee is None:
        raise click.ClickException(f"There is no committee {slug!r}.")
    writers = [person for person in people_of(committee) if sits_in(person, committee.id, Role.SECRETARY)]
    chosen = [person for person in writers if email is None or person.email == email.casefold()]
    if len(chosen) != 1:
        names = ", ".join(person.email for person in writers) or "nobody"
        raise click.ClickException(f"Say by whom with --by; for {slug} these write minutes: {names}.")
    return committee.id, chosen[0].id
