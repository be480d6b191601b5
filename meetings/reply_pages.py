"""Answering an invitation: by the link of a letter, and on the portal."""

from flask import Blueprint, Flask, abort
from flask.typing import ResponseReturnValue

from portal.access import open_to_all

blueprint = Blueprint("reply", __name__)


@blueprint.get("/answer/<token>")
@open_to_all
def by_link(token: str) -> ResponseReturnValue:
    abort(404, token)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
