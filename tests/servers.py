"""Real servers for the tests, on loopback and free ports, stopped by the process that was started."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
IN_MEMORY = "/dev/shm"  # five times quicker where databases are made and dropped by the dozen


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_programs() -> Path | None:
    """The folder of initdb and postgres as Debian installs them, newest version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


class Postgres:
    """A throw-away PostgreSQL; root runs it as an ordinary user, since it refuses to run as root."""

    def __enter__(self) -> Self:
        self.folder = Path(
            tempfile.mkdtemp(prefix="portal-pg-", dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None)
        )
        self.port = free_port()
        self._as_user: dict[str, object] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres") if _has_user("postgres") else pwd.getpwnam("nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        programs, data = postgres_programs(), self.folder / "data"
        assert programs is not None
        subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "portal",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale",
                "C.UTF-8",
                "-N",
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._as_user,
        )
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        options += ["-c", "fsync=off", "-c", "max_connections=100"]
        self.process = subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            **self._as_user,
        )
        self._wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.send_signal(signal.SIGQUIT)  # at once: what it holds is thrown away
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        return f"postgresql://portal@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database, a copy of another one; returns its address."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _wait(self) -> None:
        import psycopg

        for _ in range(200):
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, "PostgreSQL ended at its start"
                time.sleep(0.05)
            else:
                return
        raise AssertionError("PostgreSQL does not answer")


class Serving:
    """`flask serve` as people run it: web server and worker in processes of their own."""

    def __init__(self, environment: Mapping[str, str], port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = (
            clean_environment() | {"PORT": str(self.port), "PORTAL_URL": self.url} | dict(environment)
        )

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert self.process.poll() is None, self.process.stdout.read().decode()
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("the portal does not answer")

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()


def clean_environment() -> dict[str, str]:
    """The surroundings of a child process, without settings of somebody's own portal."""
    foreign = {"DATABASE_URL", "HOST", "PORT", "FLASK_APP", "FLASK_DEBUG"}
    return {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_") and k not in foreign}


def flask(
    environment: Mapping[str, str], *arguments: str, stdin: str | None = None, timeout: float | None = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command of the portal in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=clean_environment() | dict(environment),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


class Working:
    """`flask worker` as a process of its own."""

    def __init__(self, environment: Mapping[str, str], *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "worker", *options],
            cwd=ROOT,
            env=clean_environment() | dict(environment),
            stderr=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """End it if it still runs; its last words are in `words`."""
        if self.process.poll() is None:
            self.process.terminate()
        self.words = self.process.communicate(timeout=60)[1].decode()


def eventually(check: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something has come true; fails when it does not."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
