"""Files that anyone who holds their address may read, written by the worker when their content changes.

Rooms name a kind of file and how its bytes are made; a change asks for publication in its own transaction.
"""

import hashlib
import hmac
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, make_response, request
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.http import http_date

from portal.access import open_to_all
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, session
from portal.outbox import settings

TOKEN_LENGTH = 64  # 256 bits in hex

blueprint = Blueprint("publishing", __name__)


class Publication(Base):
    """A wish to write a file anew. Wishes are only ever added; carrying them out removes those seen before."""

    __tablename__ = "publication"

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(default=now)


publishers: dict[str, Callable[[int], None]] = {}
"""Per kind: writes the file of the row with that id and notes its state on the row, in the current transaction."""

daily: dict[str, Callable[[], None]] = {}
"""What the worker does once a day, by name; each commits."""

everything: dict[str, Callable[[], int]] = {}
"""By name: each rebuilds all files of a kind, commits, and returns their number."""


def request_publication(kind: str, *subject_ids: int) -> None:
    """Ask, in the current transaction, that these files be written anew."""
    session.add_all(Publication(kind=kind, subject_id=subject_id) for subject_id in subject_ids)


def publish_pending() -> int:
    """Carry out all wishes; one transaction a file. Returns the number of files."""
    written = 0
    while (wish := session.scalar(sa.select(Publication).order_by(Publication.id).limit(1))) is not None:
        kind, subject_id = wish.kind, wish.subject_id
        last = session.scalar(
            sa.select(sa.func.max(Publication.id)).where(
                Publication.kind == kind, Publication.subject_id == subject_id
            )
        )
        publishers[kind](subject_id)
        session.execute(
            sa.delete(Publication).where(
                Publication.kind == kind, Publication.subject_id == subject_id, Publication.id <= last
            )
        )
        session.commit()
        written += 1
    session.rollback()
    return written


def write_file(path: Path, content: bytes, modified_at: datetime) -> None:
    """Put a file in place whole, durable and with this time, unless exactly that stands there already."""
    stamp = modified_at.timestamp()
    if path.is_file() and path.stat().st_mtime == stamp and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # noqa: PTH101, S103 - the web server reads it
        os.utime(name, (stamp, stamp))
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@blueprint.route("/feeds/<token>.ics", methods=["GET", "HEAD"])
@open_to_all
def feed(token: str) -> Response:
    """A feed's file, as a web server in front would send it (CALENDAR, section 4): never a 5xx, no database."""
    folder = settings().public_folder / "feeds"
    if not (token.isascii() and token.isalnum() and len(token) == TOKEN_LENGTH):
        return feed_error(404)
    try:
        path = folder / f"{token}.ics"
        content, modified = path.read_bytes(), path.stat().st_mtime
    except OSError:
        return feed_error(410 if (folder / f"{token}.gone").is_file() else 404)
    response = make_response(content)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="sitzungen.ics"'
    response.headers["Cache-Control"] = "private, max-age=900"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Last-Modified"] = http_date(modified)
    response.set_etag(hashlib.sha256(content).hexdigest())
    return response.make_conditional(request.environ)


def feed_error(status: int) -> Response:
    """An empty answer for calendar programs, which read no pages."""
    response = make_response(b"", status)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response


def secret_token(subject_id: int, generation: int) -> str:
    """The secret part of a file's address: HMAC-SHA256(feed key, id, generation), never stored (DESIGN, section 2)."""
    keys = settings().keys
    if keys is None:
        raise RuntimeError("the instance has no keys yet; run flask setup")
    return hmac.new(bytes.fromhex(keys.feed), f"{subject_id}:{generation}".encode(), hashlib.sha256).hexdigest()


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
