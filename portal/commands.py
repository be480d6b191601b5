"""Commands of the house: worker and publish."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from portal import publishing, worker
from portal.serving import require_ready


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


def init_app(app: Flask) -> None:
    for command in (run_worker, publish):
        app.cli.add_command(command)
