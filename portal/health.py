"""For machines: is the portal well, and what may robots read."""

import sqlalchemy as sa
from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue

from portal.access import open_to_all
from portal.database import session

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_all
def check() -> ResponseReturnValue:
    session.execute(sa.text("SELECT 1"))
    return {"status": "ok"}


@blueprint.get("/robots.txt")
@open_to_all
def robots() -> ResponseReturnValue:
    # Some calendar services ask first: the feeds must be allowed (CALENDAR, section 4).
    return "User-agent: *\nAllow: /feeds/\nAllow: /published/\nDisallow: /\n", {
        "Content-Type": "text/plain; charset=utf-8"
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
