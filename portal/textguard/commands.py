"""The guard on the command line: for pipes and for measuring, and its word lists."""

import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

import click
from flask.cli import AppGroup

from portal.textguard.lexicon import derive
from portal.textguard.scanner import scan

textguard_cli = AppGroup("textguard", help="The text guard's word lists.")


@textguard_cli.command("lists")
def lists() -> None:
    """Derive the word lists anew from the installed packages, and say where they come from."""
    made, path = derive()
    for source in made.manifest["sources"]:
        click.echo("{package} {version}, {licence}, sha256 {sha256}".format_map(source))
    for name, count in made.manifest["lists"].items():
        click.echo(f"{name}: {count} words")
    click.echo(f"Written to {path}." if path else "Nothing may be written here; each process keeps its own.")


@click.command("anonymise")
def anonymise() -> None:
    """Read JSON lines {"id", "text"} and answer each with {"id", "spans"}; offsets count code points."""
    broken = False
    for number, line in _lines(sys.stdin.buffer):
        try:
            identifier, text = _request(line)
        except ValueError as error:
            broken = True
            click.echo(f"line {number}: {error}", err=True)
            continue
        spans = [
            {"kind": finding.kind, "start": finding.start, "end": finding.end, "severity": finding.severity}
            for finding in scan(text)
        ]
        click.echo(json.dumps({"id": identifier, "spans": spans}))
    if broken:
        sys.exit(1)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    return ((number, line) for number, line in enumerate(stream, 1) if line.strip())


def _request(line: bytes) -> tuple[str | int, str]:
    """The identifier and the text of one line; ValueError says what is wrong with it."""
    try:
        request = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    match request:
        case {"id": str() | int() as identifier, "text": str(text)}:
            return identifier, text
    raise ValueError('expected {"id": "…", "text": "…"}')
