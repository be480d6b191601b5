"""`flask serve`: the embedded web server and the worker beside it, started and ended together."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType
from typing import Any, NoReturn

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import with_appcontext

from portal.database import session
from portal.files import LARGEST_FILE
from portal.migration import migrate
from portal.outbox import settings
from portal.people import Person
from portal.setting_values import LOOPBACK
from portal.settings import EVERYWHERE, KEYS_FILE, ROOT

THREADS = 8
# Far above what the portal accepts: the answer to a file that is too large should be its own page.
LARGEST_BODY = 5 * LARGEST_FILE
# People come by https, so a web server on this machine stands in front: its word on scheme and client holds.
PROXY = {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": "x-forwarded-proto x-forwarded-for"}
WORKER_PATIENCE = 40  # seconds; a letter at hand may take the mail server's 30


@click.command("serve")
@click.pass_context
@with_appcontext
def serve(context: click.Context) -> None:
    """Serve the portal at HOST:PORT, with the worker; on first start on loopback, fill the demonstration."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    is_new = settings().keys is None and settings().host in LOOPBACK
    if not is_new:
        require_ready()
    refuse_debug()
    server = _listen()  # before anything is made: a busy port must not cost the demonstration's first start
    if is_new:
        _fill_demonstration(context)
    migrate()
    if session.scalar(sa.select(Person.id).limit(1)) is None:
        raise click.ClickException("Nobody has an account yet. Run `flask --app wsgi setup` first.")
    session.rollback()
    _run(server)


def require_ready() -> None:
    """Refuse to serve or work half-configured (SECURITY, K1)."""
    keys = settings().keys
    if keys is None:
        raise click.ClickException("There is no instance yet. Run `flask --app wsgi setup` first.")
    if min(len(keys.session), len(keys.feed), len(keys.link)) < 64:
        raise click.ClickException("The instance's keys are too short; each must have 256 bits.")
    if settings().url_host in EVERYWHERE:
        raise click.ClickException("Set PORTAL_URL to the address under which people reach the portal.")
    refuse_debug()


def refuse_debug() -> None:
    if current_app.debug:
        raise click.ClickException("Debug mode shows secrets; it is refused here.")


def _fill_demonstration(context: click.Context) -> None:
    try:
        context.invoke(current_app.cli.commands["demo"])
    except BaseException:
        # Half a demonstration is none: without keys, which nothing used yet, the next start begins anew.
        (settings().instance / KEYS_FILE).unlink(missing_ok=True)
        raise


def _listen() -> Any:
    from waitress import create_server

    try:
        return create_server(
            current_app._get_current_object(),  # type: ignore[attr-defined]  # noqa: SLF001
            host=settings().host,
            port=settings().port,
            threads=THREADS,
            ident="",
            connection_limit=1000,  # the default of 100 is used up by slow clients
            asyncore_use_poll=True,
            channel_timeout=60,
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=True,
            **(PROXY if settings().is_secure else {}),
        )
    except (OSError, ValueError) as error:
        raise click.ClickException(
            f"Cannot listen on {settings().host}, port {settings().port}: {error}. Set HOST and PORT."
        ) from error


def _run(server: Any) -> None:
    worker = Companion()
    worker.start()
    spare_the_collector()
    click.echo(f"{settings().name}: {settings().url}  (stop with Ctrl-C)")
    try:
        server.run()
    except SystemExit:
        pass
    finally:
        server.close()
        worker.stop()


def spare_the_collector() -> None:
    """Keep what start-up made out of garbage collection: looking through all of it would halt a page for 100 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


class Companion(threading.Thread):
    """Keeps a worker process alive beside the server."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._stopping = threading.Event()
        self._process = self._launch()

    def run(self) -> None:
        while not self._stopping.wait(1.0):
            if self._process.poll() is not None:
                click.echo(f"The worker ended ({self._process.returncode}); starting it again.", err=True)
                time.sleep(2.0)
                if not self._stopping.is_set():
                    self._process = self._launch()

    def stop(self) -> None:
        self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(WORKER_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()

    @staticmethod
    def _launch() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--parent", str(os.getpid())]
        # In a session of its own: Ctrl-C in a terminal reaches the server alone, which then ends the worker.
        return subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True
        )


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def init_app(app: Flask) -> None:
    app.cli.add_command(serve)
