"""The start page: a stack of cards, which the rooms contribute, each only for those who can act on it."""

from collections.abc import Callable

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from portal.people import Person

blueprint = Blueprint("start", __name__)

cards: list[Callable[[Person], str]] = []
"""Each returns the HTML of a card for this person, or nothing."""


@blueprint.get("/")
def show() -> ResponseReturnValue:
    shown = [Markup(html) for card in cards if (html := card(current_user))]  # noqa: S704 - rendered templates
    return render_template("portal/start.html", cards=shown)


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
