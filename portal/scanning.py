"""The virus scanner that the administrator may name: what comes in passes it before anything else reads it."""

import hashlib
import logging
import os
import signal
import subprocess
import tempfile
from pathlib import Path

from flask_babel import lazy_gettext as _l

from portal import audit
from portal.database import session
from portal.files import FileRefusedError, Scanned
from portal.outbox import settings

SECONDS = 60
CLEAN, INFECTED = 0, 1  # what clamdscan, clamscan and most others answer; 2 and above are their own faults
INFECTED_WORDS = _l(
    "In der Datei hat der Virenscanner einen Schädling gefunden; sie wurde nicht gespeichert. Bitte verständigen Sie "
    "Ihre IT, bevor Sie die Datei weitergeben."
)
UNCHECKED_WORDS = _l(
    "Die Datei konnte nicht auf Viren geprüft werden und wurde nicht gespeichert. Bitte versuchen Sie es später noch "
    "einmal, und verständigen Sie die Verwaltung des Portals, wenn es dabei bleibt."
)

logger = logging.getLogger(__name__)


def scan(content: bytes) -> Scanned:
    """Let the configured scanner look at an uploaded file; without one, everything passes.

    It may take a minute, so the caller must hold no transaction: on SQLite it would keep all others from writing.

    Raises:
        FileRefusedError: the scanner found something, or could not look.
    """
    if session.in_transaction():
        raise RuntimeError("a file is scanned before a transaction begins, or after session.rollback()")
    command = settings().scan_command
    status = _ask(command, content) if command and content else CLEAN
    if status != CLEAN:
        is_infected = status == INFECTED
        digest = hashlib.sha256(content).hexdigest()
        action = "upload.infected" if is_infected else "upload.unchecked"
        audit.record_refusal(action, "upload", digest=digest, size=len(content))
        raise FileRefusedError(INFECTED_WORDS if is_infected else UNCHECKED_WORDS)
    return Scanned(content)


def _ask(command: tuple[str, ...], content: bytes) -> int | None:
    """The scanner's exit status for these bytes (negative: ended by that signal); None when it gave none."""
    with tempfile.TemporaryDirectory(prefix="portal-scan-") as folder:
        path = Path(folder, "upload")
        path.write_bytes(content)
        try:
            process = subprocess.Popen(  # noqa: S603 - the administrator's own command
                [*command, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                start_new_session=True,
            )
            status = process.wait(SECONDS)
        except OSError as fault:
            logger.error("PORTAL_SCAN_COMMAND cannot be started: %s", fault)  # noqa: TRY400
            return None
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            logger.error("PORTAL_SCAN_COMMAND took longer than %d seconds", SECONDS)  # noqa: TRY400
            return None
    if status not in {CLEAN, INFECTED}:
        logger.error("PORTAL_SCAN_COMMAND ended with status %d", status)
    return status
