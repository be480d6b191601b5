"""One page for everything that goes wrong, in the reader's language, with the words that would be lost."""

import errno
import logging

from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from portal.access import posted_texts
from portal.database import session
from portal.signin import login_manager

logger = logging.getLogger(__name__)

PLAIN = "text/plain; charset=utf-8"
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL = ("disk is full", "no space left", "could not extend file")


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(StaleDataError, changed_meanwhile)
    app.register_error_handler(IntegrityError, changed_meanwhile)
    app.register_error_handler(OSError, _system)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(Exception, _fault)


def _page(status: int, title: str, words: str) -> Response:
    texts = posted_texts() if request.method == "POST" and status != 413 else []
    page = render_template("portal/error.html", status=status, title=title, words=words, texts=texts)
    return make_response(page, status)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    if status >= 500:
        return _fault(error)
    if isinstance(error, SecurityError):
        # No page: under a foreign host name its links would lead there.
        return Response(_("Unter dieser Adresse gibt es kein Portal."), status, content_type=PLAIN)
    page = _page(status, *_words(status))
    if isinstance(error, MethodNotAllowed):
        page.headers["Allow"] = ", ".join(error.valid_methods or ())
    return page


def _words(status: int) -> tuple[str, str]:
    """Title and text of the page for a fault of the request."""
    if status == 404:
        return _("Nicht gefunden"), _("Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt.")
    if status == 405:
        return _("So nicht"), _(
            "Diese Seite lässt sich so nicht aufrufen. Bitte gehen Sie über die Startseite."
        )
    if status == 413:
        return _("Zu groß"), _(
            "Die Datei oder der Text ist zu groß. Dateien dürfen höchstens 20 MB haben. Gespeichert wurde "
            "nichts; über „Zurück“ in Ihrem Browser kommen Sie zu Ihren Eingaben."
        )
    return _("Das hat nicht geklappt"), _(
        "Die Anfrage war unvollständig oder fehlerhaft. Gespeichert wurde nichts. Bitte versuchen Sie es "
        "noch einmal."
    )


def _stale_form(_error: CSRFError) -> Response:
    return _page(
        400,
        _("Das Formular ist veraltet"),
        _(
            "Bitte laden Sie die vorige Seite neu und senden Sie das Formular noch einmal ab. "
            "Gespeichert wurde nichts."
        ),
    )


def changed_meanwhile(_error: Exception) -> Response:
    """The answer where somebody else was quicker; rooms give it for faults of their own, too."""
    session.rollback()
    logger.warning("two changes at once at %s %s", request.method, request.endpoint, exc_info=_error)
    return _page(
        409,
        _("Inzwischen geändert"),
        _(
            "Jemand anderes hat dies im selben Augenblick geändert. Gespeichert wurde nichts; bitte "
            "versuchen Sie es noch einmal."
        ),
    )


def _system(error: OSError) -> Response:
    return _full_disk(error) if error.errno in NO_SPACE else _fault(error)


def _database(error: DBAPIError) -> Response:
    session.rollback()
    if "_login_user" not in g:
        # The database failed while the reader was looked up: the page must not ask it again.
        g._login_user = login_manager.anonymous_user()  # noqa: SLF001 - the place where Flask-Login looks
    return _full_disk(error) if any(word in str(error.orig).lower() for word in FULL) else _fault(error)


def _full_disk(error: Exception) -> Response:
    logger.error("no space left: %s", error)
    return _page(
        507,
        _("Kein Speicherplatz"),
        _(
            "Auf dem Server ist kein Platz mehr. Gespeichert wurde nichts. Bitte sagen Sie der Verwaltung "
            "Bescheid."
        ),
    )


def _fault(error: Exception) -> Response:
    logger.error("fault at %s %s", request.method, request.endpoint, exc_info=error)
    return _page(
        500,
        _("Da ist etwas schiefgegangen"),
        _(
            "Der Fehler ist vermerkt. Gespeichert wurde nichts. Bitte versuchen Sie es noch einmal oder "
            "sagen Sie der Verwaltung Bescheid."
        ),
    )
