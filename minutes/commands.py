"""Commands around minutes: `flask minutes read FILE`."""

import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from minutes.convert import ConversionError, to_markdown
from minutes.reader import read

minutes_cli = AppGroup("minutes", help="Minutes: read what a file says.")


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
        click.echo(str(error.message), err=True)
        sys.exit(1)
    answer = read(converted.markdown, file.name).as_json()
    if converted.kind not in {"md", "txt"}:
        answer["markdown"] = converted.markdown
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
