"""Pages that anybody may read: plain files below `published/` in the public folder, for any web server.

Rooms write them by the worker (`portal/publishing.py`); without a web server in front Flask sends the same files.
"""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, make_response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.http import http_date

from portal.access import open_to_all
from portal.clock import later_second
from portal.outbox import settings
from portal.publishing import Files

NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_-]*/)*[A-Za-z0-9ÄÖÜ][A-Za-z0-9ÄÖÜ_-]*\.[a-z]{2,5}")
"""Codes of committees, with which numbers of decisions begin, may hold umlauts."""
CONTENT_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "atom": "application/atom+xml; charset=utf-8",
}
LONGEST_NAME = 200
FRESH = "public, max-age=300"

blueprint = Blueprint("published", __name__, url_prefix="/published")


def folder() -> Path:
    return settings().public_folder / "published"


def address(name: str) -> str:
    """The whole address of a published file."""
    return f"{settings().url}/published/{name}"


def write(files: Files, name: str, content: bytes) -> None:
    """Give a file this content; one that says the same stays untouched, another one gets a strictly later time."""
    path = folder() / name
    if not path.is_file():
        files.write(path, content, later_second(None))
    elif path.read_bytes() != content:
        files.write(path, content, later_second(datetime.fromtimestamp(int(path.stat().st_mtime), UTC)))


@blueprint.get("/<path:name>")
@open_to_all
def page(name: str) -> ResponseReturnValue:
    """A published file, as a web server in front would send it; a folder shows its index, a bare name its page."""
    if len(name) > LONGEST_NAME:
        abort(404)
    if name.endswith("/"):
        name += "index.html"
    content_type = CONTENT_TYPES.get(name.rpartition(".")[2])
    if "." not in name and NAME.fullmatch(f"{name}/index.html") and (folder() / name).is_dir():
        return redirect(f"/published/{name}/", 308)
    if "." not in name and NAME.fullmatch(f"{name}.html") and (folder() / f"{name}.html").is_file():
        return redirect(f"/published/{name}.html", 308)
    if content_type is None or not NAME.fullmatch(name):
        abort(404)
    return _sent(folder() / name, content_type)


def _sent(path: Path, content_type: str) -> Response:
    try:
        content, modified = path.read_bytes(), path.stat().st_mtime
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        abort(404)
    response = make_response(content)
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = FRESH
    response.headers["Last-Modified"] = http_date(modified)
    response.set_etag(hashlib.sha256(content).hexdigest())
    response.make_conditional(request.environ)
    return response


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
