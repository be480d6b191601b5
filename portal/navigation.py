"""The one navigation: its entries by the names of the pages' blueprints, whatever room they stand in."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

COMMITTEE_PAGES = (
    "meeting",
    "change",
    "planning",
    "procedure",
    "blocked",
    "minutes",
    "takeover",
    "export",
    "attachment",
    "upload",
    "importing",
    "correction",
    "approval",
    "bulk_approval",
    "review",
    "comment",
    "edition",
    "sharing",
    "agenda",
    "agenda_item",
    "problem_group",
    "meeting_clock",
    "splitting",
    "reply",
    "attendance",
    "poll",
    "task_list",
)
"""Blueprints whose pages stand below "Gremien" in the navigation."""
ARCHIVE_PAGES = (
    "archive",
    "decision",
    "decision_step",
    "decision_template",
    "release",
    "decision_export",
    "reading_list",
    "saved_search",
    "archive_feed",
    "decision_chart",
    "terms",
)


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the one navigation."""

    label: str
    url: str
    current: bool


def navigation() -> list[NavigationItem]:
    """The entries for whoever is signed in; the one of the present page is marked."""
    entries = [
        (_("Start"), "start.show", ("start",)),
        (_("Gremien"), "meeting.committees", COMMITTEE_PAGES),
        (_("Kalender"), "calendar.show", ("calendar", "subscription")),
        (_("Meine Aufgaben"), "task.mine", ("task",)),
        (_("Protokolle"), "minutes_list.index", ("minutes_list",)),
        (_("Entscheidungen"), "archive.index", ARCHIVE_PAGES),
    ]
    if current_user.is_admin:
        entries.append(
            (_("Verwaltung"), "people.index", ("people", "seats", "structure", "rooms", "outbox", "erasure"))
        )
    return [
        NavigationItem(label, url_for(endpoint), request.blueprint in blueprints)
        for label, endpoint, blueprints in entries
    ]
