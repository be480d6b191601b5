"""Run a foreign program on a foreign file: in an empty folder, with limits, one at a time on this machine."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _l

from portal.files import FileRefusedError

LAUNCHER = Path(__file__).with_name("launcher.py")
SECONDS = 20  # of a processor
WALL_SECONDS = 60  # on a machine on which others work too
PATIENCE_SECONDS = 45
MOST_IN_LINE = 3
"""So many requests of a process may wait: the others of its threads are there for the pages."""
OUTPUT_BYTES = 10 * 2**20
ENVIRONMENT = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}

BUSY = _l("Das Portal wandelt gerade andere Dateien um. Bitte versuchen Sie es in einer Minute noch einmal.")

_line = threading.BoundedSemaphore(MOST_IN_LINE)


@dataclass(frozen=True)
class Result:
    """Exit status (negative: ended by that signal) and what the program printed."""

    status: int
    output: bytes


@contextmanager
def turn() -> Iterator[None]:
    """Hold the machine's one place for such programs.

    Raises:
        FileRefusedError: others kept it busy for `PATIENCE_SECONDS`, or too many wait already.
    """
    if not _line.acquire(blocking=False):
        raise FileRefusedError(BUSY)
    try:
        with _only_place():
            yield
    finally:
        _line.release()


@contextmanager
def _only_place() -> Iterator[None]:
    name = Path(tempfile.gettempdir(), f"portal-conversion-{os.getuid()}.lock")
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, 0o600), "w") as lock:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise FileRefusedError(BUSY) from None
                time.sleep(0.1)
        yield


def run(
    program: Sequence[str], *, memory: int, files: dict[str, bytes], output_bytes: int = OUTPUT_BYTES
) -> Result:
    """Run `program` (absolute path first) in a fresh folder with `files` and `memory` bytes of address space.

    Raises:
        FileRefusedError: it took longer than `SECONDS` or `WALL_SECONDS`, or the machine is busy.
    """
    with turn(), tempfile.TemporaryDirectory(prefix="portal-conversion-") as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        printed = Path(folder, "printed")
        limits = [str(memory), str(SECONDS), str(output_bytes)]
        with printed.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", str(LAUNCHER), *limits, *program],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=ENVIRONMENT | {"HOME": folder, "TMPDIR": folder},
                start_new_session=True,
            )
        try:
            status = process.wait(WALL_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
        if status in {-signal.SIGKILL, -signal.SIGXCPU}:
            raise FileRefusedError(
                _l(
                    "Die Umwandlung hat zu lange gedauert und wurde abgebrochen. Bitte teilen Sie das Dokument "
                    "oder fügen Sie den Text direkt ein."
                )
            )
        return Result(status, printed.read_bytes())
