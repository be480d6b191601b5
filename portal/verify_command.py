"""`flask verify`: is the chain whole, and does it still hold what members kept of it?"""

from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from portal import chain, chain_check, witness_check
from portal.chain import Fault
from portal.database import only_read
from portal.inbound import UnreadableError
from portal.witness import Witness, found_in, own_file
from portal.witness_files import words_in

SHOWN_FAULTS = 20
UNREADABLE = 2


@click.command("verify")
@click.option(
    "--witness", metavar="DIGEST", help="Ask also whether this digest, kept by somebody, is in the chain."
)
@click.option(
    "--against",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Ask also whether the chain holds what this file knows of it: a PDF of the portal, a letter (.eml), a "
    "mailbox (mbox), plain text. May be given several times.",
)
@with_appcontext
def verify(witness: str | None, kept: tuple[Path, ...]) -> None:
    """Walk the digest chain; exit 1 and say where it breaks, if it does, and 2 where a file holds no witness."""
    only_read()
    found = [(path, _witnesses(path)) for path in kept]
    if own_file().is_file():
        found.append((own_file(), _witnesses(own_file())))
    faults = _walk()
    for path, witnesses in found:
        faults += _compare(path, witnesses)
    if witness and chain.find(witness) is None:
        faults += 1
        click.echo(f"no link bears the digest {witness}: links were cut off or replaced since it was kept")
    if faults:
        raise SystemExit(1)
    last = chain.head()
    length, digest = (last.sequence, last.digest) if last else (0, chain.START)
    click.echo(f"The chain is whole: {length} links, head {digest}.")


def _witnesses(path: Path) -> list[tuple[str, Witness]]:
    """The digests in a file, each once, with the place where it stands."""
    found: dict[Witness, str] = {}
    try:
        for where, words in words_in(path):
            found = dict.fromkeys(found_in(words), where) | found
    except UnreadableError as error:
        click.echo(f"{path.name}: {error}", err=True)
        raise SystemExit(UNREADABLE) from None
    if not found:
        click.echo(f"{path.name}: no digest stands in it, so it can tell nothing", err=True)
        raise SystemExit(UNREADABLE)
    return [(where, one) for one, where in found.items()]


def _compare(path: Path, witnesses: list[tuple[str, Witness]]) -> int:
    """Say what became of the digests of a file. Returns the number of things that are wrong."""
    answers = witness_check.ask(witnesses)
    for answer in _shown(answers):
        click.echo(f"{path.name}: {answer.words}")
    wrong = witness_check.verdict(answers)
    for words in wrong or [f"The chain holds all that it knows, {len(answers)} digests."]:
        click.echo(f"{path.name}: {words}")
    return len(wrong)


def _shown(answers: list[witness_check.Answer]) -> Iterator[witness_check.Answer]:
    """What is missing first, and not too many."""
    yield from sorted(answers, key=lambda answer: answer.link is not None)[:SHOWN_FAULTS]


def _walk() -> int:
    """Say what is wrong, and what is worth knowing. Returns the number of faults."""
    faults, notes = 0, list[Fault]()
    for fault in chain_check.verify():
        if fault.is_note:
            notes = [*notes, fault][: SHOWN_FAULTS + 1]
            continue
        faults += 1
        if faults <= SHOWN_FAULTS:
            click.echo(_words(fault))
    if faults > SHOWN_FAULTS:
        click.echo(f"and {faults - SHOWN_FAULTS} more; trust ends at the first one")
    for note in notes[:SHOWN_FAULTS]:
        click.echo(f"note: {_words(note)}")
    return faults


def _words(fault: Fault) -> str:
    where = f"link {fault.sequence}" if fault.sequence is not None else "outside the chain"
    return f"{where}, {fault.subject}: {fault.what}"


def init_app(app: Flask) -> None:
    app.cli.add_command(verify)
