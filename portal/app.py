"""The roof: `create_app()` puts the house together and alone sees every room."""

import logging
from datetime import timedelta
from typing import Any

from flask import Flask, url_for
from flask_babel import get_locale
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

import meetings.agenda_pages
import meetings.attendance_pages
import meetings.duty_watch
import meetings.meeting_pages
import meetings.parts
import meetings.poll_pages
import meetings.problem_group_pages
import meetings.reply_pages
import minutes.archive
import minutes.commands
import minutes.decision_pages
import minutes.decision_step_pages
import minutes.erasure_pages
import minutes.minutes_pages
import minutes.parts
import minutes.reading_list
import minutes.review_pages
import minutes.task_list_pages
import minutes.task_pages
import portal.allowed_term_pages
import portal.bounce_pages
import portal.database
import portal.outbox_pages
import portal.parts
import portal.textguard.commands
from portal import outbox, start
from portal.files import LARGEST_FILE
from portal.navigation import navigation
from portal.settings import ROOT, Settings, apply_settings, read_settings
from portal.textguard import KIND_LABELS, KIND_REASONS

STATIC = ROOT / "portal" / "static"
SESSION_COOKIE = "portal"
LARGEST_FORM = 3_000_000  # bytes; minutes are long, and a limit must not eat them


class RowNumber(IntegerConverter):
    """`<int:…>` in addresses: a number beyond those that PostgreSQL gives to rows names no page."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, max=2**31 - 1, **options)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application; without an instance it still answers `--help` and the commands that need none."""
    settings = settings or read_settings()
    app = Flask("portal", template_folder=str(ROOT / "templates"), static_folder=str(STATIC))
    apply_settings(app, settings)
    app.config.update(
        SESSION_COOKIE_NAME=f"__Host-{SESSION_COOKIE}" if settings.is_secure else SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=LARGEST_FILE + LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.url_map.converters["int"] = RowNumber
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    portal.database.init_app(app, settings.database_url)
    CSRFProtect(app)
    for part in (*portal.parts.PARTS, *meetings.parts.PARTS, *minutes.parts.PARTS):
        part.init_app(app)
    app.cli.add_command(minutes.commands.minutes_cli)
    app.cli.add_command(portal.textguard.commands.anonymise)
    app.cli.add_command(portal.textguard.commands.textguard_cli)
    _furnish_pages()
    app.context_processor(_page_values)
    return app


def _furnish_pages() -> None:
    """Say what stands on the pages that several rooms share, and in which order."""
    start.cards[:] = [
        portal.outbox_pages.card,
        portal.bounce_pages.card,
        minutes.erasure_pages.card,
        meetings.duty_watch.card,
        meetings.poll_pages.card,
        minutes.review_pages.card,
        meetings.meeting_pages.card,
        minutes.task_pages.card,
        minutes.decision_step_pages.card,
        minutes.decision_pages.card,
        portal.allowed_term_pages.card,
        minutes.archive.card,
        minutes.reading_list.card,
    ]
    meetings.problem_group_pages.group_sections[:] = [minutes.decision_pages.group_section]
    meeting_pages = meetings.meeting_pages
    meeting_pages.meeting_sections[:] = [
        meetings.agenda_pages.meeting_section,
        meetings.reply_pages.meeting_section,
        meetings.attendance_pages.meeting_section,
        minutes.minutes_pages.meeting_section,
    ]
    meeting_pages.committee_sections[:] = [
        meetings.poll_pages.committee_section,
        meetings.problem_group_pages.committee_section,
        minutes.minutes_pages.committee_section,
        minutes.task_list_pages.committee_section,
        minutes.decision_pages.committee_section,
    ]


def _page_values() -> dict[str, object]:
    """What the base template needs on every page."""
    return {
        "portal_name": outbox.settings().name,
        "navigation": navigation() if current_user.is_authenticated else [],
        "locale": str(get_locale()),
        "static_url": static_url,
        "kind_labels": KIND_LABELS,
        "kind_reasons": KIND_REASONS,
    }


def static_url(name: str) -> str:
    """Address of a static file that changes with its content, so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_static_version(name))


_versions: dict[str, str] = {}


def _static_version(name: str) -> str:
    import hashlib

    if name not in _versions:
        _versions[name] = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return _versions[name]
