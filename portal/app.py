"""The roof: `create_app()` puts the house together and alone sees every room."""

import logging
from datetime import timedelta
from typing import Any

from flask import Flask, url_for
from flask_babel import get_locale
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

import meetings.agenda_document_pages
import meetings.agenda_item_pages
import meetings.agenda_pages
import meetings.agenda_sending
import meetings.announcing
import meetings.attendance_pages
import meetings.blocked
import meetings.blocked_pages
import meetings.calendar_pages
import meetings.change_pages
import meetings.commands
import meetings.deadlines
import meetings.duty_checks
import meetings.duty_digest
import meetings.duty_watch
import meetings.feeds
import meetings.inbound_replies
import meetings.meeting_clock_pages
import meetings.meeting_pages
import meetings.planning
import meetings.poll_letters
import meetings.poll_pages
import meetings.polling
import meetings.polls
import meetings.procedure
import meetings.procedure_pages
import meetings.reminders
import meetings.replies
import meetings.reply_pages
import meetings.room_pages
import meetings.rooms
import meetings.splitting_pages
import meetings.subscription_pages
import minutes.approval
import minutes.approval_agenda
import minutes.approval_pages
import minutes.approval_silence
import minutes.archive
import minutes.attachment_pages
import minutes.attachments
import minutes.bulk_approval_pages
import minutes.carrying
import minutes.commands
import minutes.comment_pages
import minutes.comments
import minutes.correction_pages
import minutes.decision_pages
import minutes.demonstration.command
import minutes.duties
import minutes.edition_pages
import minutes.export_pages
import minutes.import_pages
import minutes.list_pages
import minutes.minutes_pages
import minutes.reading
import minutes.release
import minutes.review
import minutes.review_pages
import minutes.sharing_pages
import minutes.task_letters
import minutes.task_list_pages
import minutes.task_pages
import minutes.tasks
import minutes.upload_pages
import portal.access
import portal.access_log
import portal.account
import portal.bounce_pages
import portal.bounces
import portal.commands
import portal.daily_letter
import portal.database
import portal.errors
import portal.files
import portal.headers
import portal.health
import portal.imap
import portal.inbound
import portal.inbound_commands
import portal.installation
import portal.language
import portal.mail_server
import portal.outbox_commands
import portal.outbox_pages
import portal.people_pages
import portal.publishing
import portal.seat_pages
import portal.serving
import portal.signin
import portal.start
import portal.structure_pages
import portal.textguard.commands
import portal.unsubscribing
from portal import credentials, start
from portal.files import LARGEST_FILE
from portal.navigation import navigation
from portal.settings import ROOT, Settings, apply_settings, read_settings
from portal.textguard import KIND_LABELS, KIND_REASONS

STATIC = ROOT / "portal" / "static"
SESSION_COOKIE = "portal"
LARGEST_FORM = 3_000_000  # bytes; minutes are long, and a limit must not eat them


PARTS = (
    portal.headers,
    portal.errors,
    portal.access,
    portal.signin,
    portal.language,
    portal.health,
    credentials,
    portal.start,
    portal.account,
    portal.people_pages,
    portal.seat_pages,
    portal.structure_pages,
    portal.outbox_pages,
    portal.outbox_commands,
    portal.unsubscribing,
    portal.daily_letter,
    portal.mail_server,
    portal.inbound,
    portal.bounces,
    portal.bounce_pages,
    portal.imap,
    portal.inbound_commands,
    portal.publishing,
    portal.access_log,
    portal.files,
    portal.commands,
    portal.installation,
    portal.serving,
    meetings.announcing,
    meetings.replies,
    meetings.inbound_replies,
    meetings.reminders,
    meetings.feeds,
    meetings.deadlines,
    meetings.planning,
    meetings.procedure,
    meetings.procedure_pages,
    meetings.blocked_pages,
    meetings.room_pages,
    meetings.meeting_pages,
    meetings.change_pages,
    meetings.agenda_sending,
    meetings.agenda_pages,
    meetings.agenda_item_pages,
    meetings.agenda_document_pages,
    meetings.meeting_clock_pages,
    meetings.splitting_pages,
    meetings.reply_pages,
    meetings.attendance_pages,
    meetings.calendar_pages,
    meetings.subscription_pages,
    meetings.commands,
    meetings.duty_checks,
    meetings.duty_digest,
    meetings.polling,
    meetings.poll_letters,
    meetings.poll_pages,
    minutes.duties,
    minutes.reading,
    minutes.carrying,
    minutes.approval,
    minutes.approval_agenda,
    minutes.approval_silence,
    minutes.review,
    minutes.release,
    minutes.minutes_pages,
    minutes.export_pages,
    minutes.attachment_pages,
    minutes.upload_pages,
    minutes.import_pages,
    minutes.correction_pages,
    minutes.approval_pages,
    minutes.bulk_approval_pages,
    minutes.review_pages,
    minutes.comment_pages,
    minutes.edition_pages,
    minutes.sharing_pages,
    minutes.list_pages,
    minutes.decision_pages,
    minutes.task_pages,
    minutes.task_list_pages,
    minutes.task_letters,
    minutes.archive,
    minutes.demonstration.command,
)
"""Everything that has pages, commands or effects, lower rooms first; each has an `init_app`."""


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
    for part in PARTS:
        part.init_app(app)
    app.cli.add_command(minutes.commands.minutes_cli)
    app.cli.add_command(portal.textguard.commands.anonymise)
    _furnish_pages()
    app.context_processor(_page_values)
    return app


def _furnish_pages() -> None:
    """Say what stands on the pages that several rooms share, and in which order."""
    start.cards[:] = [
        portal.outbox_pages.card,
        portal.bounce_pages.card,
        meetings.duty_watch.card,
        meetings.poll_pages.card,
        minutes.review_pages.card,
        meetings.meeting_pages.card,
        minutes.task_pages.card,
        minutes.decision_pages.card,
        minutes.archive.card,
    ]
    meeting_pages = meetings.meeting_pages
    meeting_pages.meeting_sections[:] = [
        meetings.agenda_pages.meeting_section,
        meetings.reply_pages.meeting_section,
        meetings.attendance_pages.meeting_section,
        minutes.minutes_pages.meeting_section,
    ]
    meeting_pages.committee_sections[:] = [
        meetings.poll_pages.committee_section,
        minutes.minutes_pages.committee_section,
        minutes.task_list_pages.committee_section,
        minutes.decision_pages.committee_section,
    ]


def _page_values() -> dict[str, object]:
    """What the base template needs on every page."""
    return {
        "portal_name": portal.outbox.settings().name,
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
