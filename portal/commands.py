"""Commands of the house: worker, publish, verify."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from portal import chain, publishing, worker
from portal.serving import require_ready

SHOWN_FAULTS = 20


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@click.option("--parent", type=int, hidden=True)
@with_appcontext
def run_worker(*, once: bool, parent: int | None) -> None:
    """Write files and send letters, until it is stopped."""
    require_ready()
    try:
        with worker.sole_worker() as name:
            if once:
                click.echo(f"{worker.work_off(name)} files and letters dealt with.", err=True)
            else:
                worker.work(current_app._get_current_object(), name, parent)  # type: ignore[attr-defined]  # noqa: SLF001
    except worker.WorkerRunningError:
        raise click.ClickException("A worker of this instance is running already.") from None


@click.command("publish")
@with_appcontext
def publish() -> None:
    """Rebuild every published file from the database; what did not change is not touched."""
    require_ready()
    click.echo(f"{sum(rebuild() for rebuild in publishing.everything.values())} files published.", err=True)


@click.command("verify")
@click.option(
    "--witness", metavar="DIGEST", help="Ask also whether this digest, kept by somebody, is in the chain."
)
@with_appcontext
def verify(witness: str | None) -> None:
    """Walk the digest chain; exit 1 and say where it breaks, if it does."""
    faults = 0
    for fault in chain.verify():
        faults += 1
        if faults <= SHOWN_FAULTS:
            where = f"link {fault.sequence}" if fault.sequence is not None else "outside the chain"
            click.echo(f"{where}, {fault.subject}: {fault.what}")
    if faults > SHOWN_FAULTS:
        click.echo(f"and {faults - SHOWN_FAULTS} more; trust ends at the first one")
    if witness and chain.find(witness) is None:
        faults += 1
        click.echo(f"no link bears the digest {witness}: links were cut off or replaced since it was kept")
    if faults:
        raise SystemExit(1)
    last = chain.head()
    length, digest = (last.sequence, last.digest) if last else (0, chain.START)
    click.echo(f"The chain is whole: {length} links, head {digest}.")


def init_app(app: Flask) -> None:
    for command in (run_worker, publish, verify):
        app.cli.add_command(command)
