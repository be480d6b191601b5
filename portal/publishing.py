"""Files that anyone who holds their address may read, written by the worker when their content changes.

Rooms name a kind of file and how its bytes are made; a change asks for publication in its own transaction.
"""

import hashlib
import hmac
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, make_response, request
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.http import http_date

from portal import fetched, jobs
from portal.access import open_to_all
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, session
from portal.outbox import settings

FEED_NAME = re.compile(r"[0-9a-f]{64}\.(ics|atom)")  # 256 bits in hex
FEED_KINDS = {
    "ics": ("text/calendar; charset=utf-8", "sitzungen.ics"),
    "atom": ("application/atom+xml; charset=utf-8", "entscheidungen.atom"),
}
"""By the file's suffix: content type, and the name under which a browser keeps it."""
UNFINISHED = ".part"
UNFINISHED_KEPT = timedelta(days=1)
MOST_AT_ONCE = 1000  # wishes; an engine takes only so many parameters
FILES_AT_ONCE = 50  # files in one transaction, which holds up other writers of a SQLite database
WAITING_AT_ONCE = 16  # files for which the disk is waited for at the same time

blueprint = Blueprint("publishing", __name__)


class Publication(Base):
    """A wish to write a file anew. Wishes are only ever added; carrying them out removes those seen."""

    __tablename__ = "publication"

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(default=now)


publishers: dict[str, Callable[[Sequence[int], "Files"], None]] = {}
"""Per kind: writes the files of the rows with these ids, or asks for others, in the current transaction."""

everything: dict[str, Callable[[], int]] = {}
"""By name: each rebuilds all files of a kind, commits, and returns their number."""


def request_publication(kind: str, *subject_ids: int) -> None:
    """Ask, in the current transaction, that these files be written anew."""
    session.add_all(Publication(kind=kind, subject_id=subject_id) for subject_id in subject_ids)


class Files:
    """Files that are put in place together, whole and durable, when the block ends; on a fault none is.

    Waiting for the disk is what publishing costs, and waiting for many files at once costs hardly more.
    """

    def __init__(self) -> None:
        self._parts: dict[Path, str] = {}
        self._folders: set[Path] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, fault: type[BaseException] | None, *_rest: object) -> None:
        try:
            if fault is None:
                self._put_in_place()
        finally:
            for name in self._parts.values():
                Path(name).unlink(missing_ok=True)

    def write(self, path: Path, content: bytes, modified_at: datetime) -> None:
        """Give a file this content and time, unless exactly that stands there already."""
        stamp = modified_at.timestamp()
        if path.is_file() and path.stat().st_mtime == stamp and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # The name of the unfinished file is as secret as that of the finished one.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED)
        self._parts[path] = name
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), 0o644)  # the web server reads it
            file.flush()
            os.utime(file.fileno(), (stamp, stamp))

    def _put_in_place(self) -> None:
        with ThreadPoolExecutor(WAITING_AT_ONCE) as pool:
            list(pool.map(_make_durable, self._parts.values()))
        for path in list(self._parts):
            os.replace(self._parts.pop(path), path)  # noqa: PTH105
            self._folders.add(path.parent)
        # The folders must hold the names after a power cut too: rows are going to say that they are published.
        for folder in self._folders:
            _make_durable(folder)


def publish_pending() -> int:
    """Carry out all wishes, some files of a kind in one transaction. Returns the number of files."""
    written = 0
    while wishes := _next_wishes():
        kind, subjects = wishes[0].kind, {wish.subject_id for wish in wishes}
        with Files() as files:
            publishers[kind](sorted(subjects), files)
        # Exactly the wishes that were seen before the files were made: one that came meanwhile, even with a
        # smaller id, may speak of a change that they do not hold yet.
        session.execute(sa.delete(Publication).where(Publication.id.in_([wish.id for wish in wishes])))
        session.commit()
        written += len(subjects)
    session.rollback()
    return written


def _next_wishes() -> list[Publication]:
    """The oldest wishes, of one kind and for not too many files."""
    oldest = session.scalars(sa.select(Publication).order_by(Publication.id).limit(MOST_AT_ONCE)).all()
    of_a_kind = [wish for wish in oldest if wish.kind == oldest[0].kind]
    subjects = list(dict.fromkeys(wish.subject_id for wish in of_a_kind))[:FILES_AT_ONCE]
    return [wish for wish in of_a_kind if wish.subject_id in subjects]


def _make_durable(path: Path | str) -> None:
    """Wait until a file, or the names in a folder, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_unfinished() -> None:
    """Once a day: remove what a crash in the middle of writing left."""
    for path in settings().public_folder.rglob(f".*{UNFINISHED}"):
        if now().timestamp() - path.stat().st_mtime > UNFINISHED_KEPT.total_seconds():
            path.unlink(missing_ok=True)


@blueprint.get("/feeds/<path:name>")
@open_to_all
def feed(name: str) -> Response:
    """A feed's file, as a web server in front would send it: without the database, and never a 5xx.

    A single 503 makes some calendar programs give up until they are restarted; after 404 they keep what they
    have and ask again, after 410 they stop for good.
    """
    path = settings().public_folder / "feeds" / name
    match = FEED_NAME.fullmatch(name)
    if match is None:
        return feed_error(404)
    try:
        with path.open("rb") as file:
            content, modified = file.read(), os.fstat(file.fileno()).st_mtime
    except OSError:
        gone = os.path.isfile(path.with_suffix(".gone"))  # noqa: PTH113 - pathlib's raises
        return feed_error(410 if gone else 404)
    response = make_response(content)
    content_type, kept_as = FEED_KINDS[match[1]]
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = f'inline; filename="{kept_as}"'
    response.headers["Cache-Control"] = "private, max-age=900"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Last-Modified"] = http_date(modified)
    response.set_etag(hashlib.sha256(content).hexdigest())
    response.make_conditional(request.environ)
    if request.method == "GET" and response.status_code in fetched.ASKED:
        fetched.note(path.stem, now())
    return response


def feed_error(status: int) -> Response:
    """An empty answer for calendar programs, which read no pages."""
    response = make_response(b"", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response


def secret_token(subject_id: int, generation: int, purpose: str = "") -> str:
    """The secret part of a file's address: HMAC-SHA256(feed key, purpose, id, generation); it is never stored.

    Calendars have no purpose, for their addresses are older than it.
    """
    keys = settings().keys
    if keys is None:
        raise RuntimeError("the instance has no keys yet; run flask setup")
    said = f"{purpose}{subject_id}:{generation}"
    return hmac.new(bytes.fromhex(keys.feed), said.encode(), hashlib.sha256).hexdigest()


def init_app(app: Flask) -> None:
    jobs.daily["unfinished"] = remove_unfinished
    app.register_blueprint(blueprint)
