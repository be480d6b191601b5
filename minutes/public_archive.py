"""Decisions released to the public, as plain files: the worker writes them when one of them changes."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from minutes import decision_steps
from minutes.atom import render_entries, render_feed
from minutes.decision import Audience, Decision, DecisionState, is_released
from minutes.decision_record import records
from minutes.decision_steps import DecisionStep, StepKind
from minutes.plain_archive import Layout, Lists, decision_page, entry_of, list_pages, page_of, withdrawn_page
from portal import published, publishing
from portal.database import session
from portal.outbox import settings
from portal.publishing import FILES_AT_ONCE, Files, request_publication

KIND = "public_decisions"
FOLDER = "decisions"
FEED = "decisions/feed.atom"
FEED_LENGTH = 50


def public_decisions() -> sa.Select[Decision]:
    """Decisions that anybody may read: released to the public, and neither withdrawn nor erased since."""
    return ever_public().where(Decision.state != DecisionState.WITHDRAWN)


def ever_public() -> sa.Select[Decision]:
    """Those that have a public page; it says of a withdrawn one no more than that."""
    return sa.select(Decision).where(is_released(), Decision.audience == Audience.PUBLIC)


def address_of(decision: Decision) -> str:
    """Where anybody reads a decision that is released to the public."""
    return published.address(f"{FOLDER}/{decision.number}.html")


def publish(decision_ids: Sequence[int], files: Files) -> None:
    """Write the pages of these decisions and of their neighbours, and all lists; remove what is public no more."""
    layout, lists = _layout(), Lists()
    newest_first = public_decisions().order_by(Decision.archive_key.desc())
    for record in records(newest_first, public_decisions(), None):
        lists.entries.append(entry_of(record))
    _write_pages(layout, _around(decision_ids), {entry.number for entry in lists.entries}, files)
    pages = dict(list_pages(layout, lists)) | {FEED: _feed(layout)}
    for name, content in pages.items():
        published.write(files, name, content)
    _remove_all_but({*pages, *map(page_of, _numbers(ever_public()))})


def publish_everything() -> int:
    """Rebuild all pages, as `flask publish` does. Returns the number of decisions."""
    layout, numbers, shown = _layout(), _numbers(ever_public()), set(_numbers(public_decisions()))
    for first in range(0, len(numbers), FILES_AT_ONCE):
        some = ever_public().where(Decision.number.in_(numbers[first : first + FILES_AT_ONCE]))
        with Files() as files:
            _write_pages(layout, some, shown, files)
    with Files() as files:
        publish([], files)  # the lists, once
    session.rollback()
    return len(numbers)


def _write_pages(layout: Layout, wanted: sa.Select[Decision], shown: set[str], files: Files) -> None:
    for record in records(wanted, public_decisions(), None):
        name, page = (
            withdrawn_page(layout, record) if record.is_withdrawn else decision_page(layout, record, shown)
        )
        published.write(files, name, page)


def _numbers(wanted: sa.Select[Decision]) -> list[str]:
    return [str(number) for number in session.scalars(wanted.with_only_columns(Decision.number))]


def _around(decision_ids: Sequence[int]) -> sa.Select[Decision]:
    """These decisions, and those whose pages name them: what they replaced, what replaced them."""
    before = sa.select(Decision.supersedes_id).where(Decision.id.in_(decision_ids))
    return ever_public().where(
        sa.or_(
            Decision.id.in_(decision_ids),
            Decision.supersedes_id.in_(decision_ids),
            Decision.id.in_(before),
        )
    )


def _layout() -> Layout:
    with force_locale("de"):
        name = str(_("Öffentliche Entscheidungen"))
    return Layout(
        index=f"{FOLDER}/index.html",
        name=name,
        address=published.address(f"{FOLDER}/"),
        suffix=".html",
        feed=FEED,
        portal=f"{settings().url}/",
    )


def _feed(layout: Layout) -> bytes:
    """The decisions published last, as Atom; of a withdrawn one it takes back what readers' programs keep."""
    step = sa.select(DecisionStep.at).where(
        DecisionStep.decision_id == Decision.id, DecisionStep.kind == StepKind.PUBLISHED
    )
    newest = ever_public().order_by(step.scalar_subquery().desc(), Decision.archive_key.desc())
    found = records(newest.limit(FEED_LENGTH), public_decisions(), None)
    entries = render_entries(found, address_of)
    return render_feed(
        "public-decisions", layout.name, published.address(FEED), published.address(layout.index), entries
    )


def _remove_all_but(names: set[str]) -> None:
    """Remove what lies in the folder without being of it any more, at once: it may have been erased."""
    root = published.folder()
    for path in (root / FOLDER).glob("[!.]*"):
        if path.relative_to(root).as_posix() not in names:
            path.unlink()


def _changed(decision: Decision) -> None:
    if decision.audience is Audience.PUBLIC:
        request_publication(KIND, decision.id)


def init_app(_app: Flask) -> None:
    publishing.publishers[KIND] = publish
    publishing.everything[KIND] = publish_everything
    if _changed not in decision_steps.changed:
        decision_steps.changed.append(_changed)
