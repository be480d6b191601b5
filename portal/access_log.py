"""The web server in front sends feeds itself; its access log (`PORTAL_ACCESS_LOG`) tells when it did.

Lines are those of nginx's format `combined`. The log is read on from where it was left, at most once a minute.
"""

import contextlib
import json
import logging
import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from flask import Flask

from portal import fetched, jobs
from portal.clock import now
from portal.letters import settings

logger = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)
MOST_AT_ONCE = 32_000_000  # bytes read in one round
LINE = re.compile(
    rb'\[(\d\d/[A-Z][a-z]{2}/\d{4}(?::\d\d){3} [+-]\d{4})\] '
    rb'"GET (?:https?://[^/ ]+)?/feeds/([0-9a-f]{64}\.(?:ics|atom))(?:\?[^ "]*)? HTTP/[\d.]+" (\d{3}) '
)  # fmt: skip


class AccessLog:
    """Reads the log on; where it was left stands in a small file of the instance."""

    def __init__(self) -> None:
        self._looked_at: datetime | None = None
        self._is_faulty = False

    def read_on(self) -> int:
        """Note what the new lines say. Returns the number of addresses that were asked for."""
        log = settings().access_log
        if log is None or (self._looked_at and now() - self._looked_at < PAUSE):
            return 0
        self._looked_at = now()
        try:
            found = self._read(log)
        except OSError as error:
            if not self._is_faulty:
                logger.warning("the access log is not read: %s", error)
            self._is_faulty = True
            return 0
        self._is_faulty = False
        return found

    def _read(self, log: Path) -> int:
        place = settings().instance / "access_log.json"
        with log.open("rb") as file:
            about = os.fstat(file.fileno())
            inode, offset = _left_at(place)
            # Another file, or a shorter one: the log was rotated and begins anew.
            file.seek(offset if inode == about.st_ino and offset <= about.st_size else 0)
            asked = _requests(file)
            left = json.dumps([about.st_ino, file.tell()])
        public = settings().public_folder / "feeds"
        for name, at in asked.items():
            path = public / name
            known = fetched.last(path.stem)
            if path.is_file() and (known is None or known < at):
                fetched.note(path.stem, at)
        place.write_text(left, encoding="utf-8")
        return len(asked)


def _requests(file: BinaryIO) -> dict[str, datetime]:
    """When each address was asked for last, from the whole lines that follow; a line being written waits."""
    asked: dict[str, datetime] = {}
    start = file.tell()
    while file.tell() - start < MOST_AT_ONCE:
        before = file.tell()
        line = file.readline(MOST_AT_ONCE)
        if not line.endswith(b"\n") and len(line) < MOST_AT_ONCE:
            file.seek(before)
            break
        match = LINE.search(line)
        if match and int(match[3]) in fetched.ASKED:
            with contextlib.suppress(ValueError):  # no server of ours wrote that day
                asked[match[2].decode()] = datetime.strptime(match[1].decode(), "%d/%b/%Y:%H:%M:%S %z")
    return asked


def _left_at(place: Path) -> tuple[int, int]:
    """Inode and offset where the log was left; what cannot be read means the beginning."""
    try:
        inode, offset = json.loads(place.read_text(encoding="utf-8"))
        return int(inode), int(offset)
    except (OSError, ValueError, TypeError):
        return 0, 0


def init_app(_app: Flask) -> None:
    jobs.often["access log"] = AccessLog().read_on
