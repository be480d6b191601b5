"""German first, English second: the reader's language, and how dates look in it."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import flask
from babel.dates import format_date
from flask import Blueprint, Flask, has_request_context, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale
from flask_login import current_user

from portal import audit
from portal.access import open_to_all
from portal.database import session
from portal.people import LANGUAGES, Person
from portal.signin import local_address

blueprint = Blueprint("language", __name__)


def reader_language() -> str:
    """The language that somebody chose, for their account or for this browser; else German."""
    if not has_request_context():
        return "de"
    # A switch is remembered in the cookie too, so that most pages need no row for it.
    chosen = flask.session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return str(current_user.language) if current_user.is_authenticated else "de"


@blueprint.post("/language")
@open_to_all
def switch() -> ResponseReturnValue:
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        flask.session["language"] = chosen
        if current_user.is_authenticated:
            person = session.get_one(Person, current_user.id)
            person.language = chosen
            audit.record("person.language", person)
            session.commit()
    return redirect(local_address(request.form.get("next")))


def local(moment: datetime, zone: str = "Europe/Berlin") -> datetime:
    """A stored moment in a committee's zone."""
    return moment.astimezone(ZoneInfo(zone))


def long_date(day: date) -> str:
    """Dienstag, 9. Februar 2027"""  # noqa: D415 - an example
    return _formatted(day, "EEEE, d. MMMM y" if _is_german() else "EEEE, d MMMM y")


def short_date(day: date) -> str:
    """09.02.2027"""  # noqa: D415 - an example
    return _formatted(day, "dd.MM.y" if _is_german() else "d MMM y")


def month_name(day: date) -> str:
    """Februar 2027"""  # noqa: D415 - an example
    return _formatted(day, "LLLL y")


def _formatted(day: date, pattern: str) -> str:
    return _written(day, pattern, str(get_locale() or "de"))


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str, language: str) -> str:
    return str(format_date(day, pattern, language))


def clock(moment: datetime, zone: str = "Europe/Berlin") -> str:
    """10:00 Uhr"""  # noqa: D415 - an example
    shown = f"{local(moment, zone):%H:%M}"
    return f"{shown} Uhr" if _is_german() else shown


def _is_german() -> bool:
    return str(get_locale()) == "de"


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "de"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/Berlin"
    Babel(app, locale_selector=reader_language)
    app.jinja_env.filters |= {
        "local": local,
        "long_date": long_date,
        "short_date": short_date,
        "clock": clock,
    }
    app.register_blueprint(blueprint)
