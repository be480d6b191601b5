"""The one guard: every page is closed unless it says so, and a row is fetched with the right to see it."""

import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import audit
from portal.committees import Committee, Role, committees_of
from portal.database import SAFE_METHODS, session

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row")

LONG_NUMBER = re.compile("[0-9]{7}")
WORTH_KEEPING = 40  # characters of a single word; shorter ones are quickly typed again


def open_to_all(view: View) -> View:
    """Mark a view that needs no sign-in."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def administrators_only(blueprint: Blueprint) -> None:
    """Close a whole blueprint to everybody but administrators."""

    @blueprint.before_request
    def check() -> None:
        if not (current_user.is_authenticated and current_user.is_admin):
            refuse()


def refuse() -> NoReturn:
    """Answer 404 and leave an audit entry: what one may not see does not exist."""
    audit.record_refusal("refused", method=request.method)
    abort(404)


def one_or_404(statement: sa.Select[Row]) -> Row:
    """The row of a query that already holds the reader's right; otherwise 404."""
    row = session.scalar(statement)
    if row is None:
        refuse()
    return row


def get_committee(slug: str, at_least: Role = Role.MEMBER) -> Committee:
    """A committee in which the reader has at least that role; otherwise 404."""
    return one_or_404(
        sa.select(Committee).where(
            Committee.slug == slug, Committee.id.in_(committees_of(current_user, at_least))
        )
    )


def posted_texts() -> list[tuple[str, str]]:
    """What somebody typed into the refused form, without secrets, so that a page can give it back."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if (len(value.split()) > 1 or len(value) > WORTH_KEEPING)
        and "password" not in name
        and "csrf" not in name
    ]


def init_app(app: Flask) -> None:
    """Put the guard before every request."""

    @app.before_request
    def refuse_what_no_browser_sends() -> None:
        # No keyboard writes zero bytes, and PostgreSQL does not store them.
        pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
        names = (upload.filename or "" for upload in request.files.values())
        if any("\0" in text for text in (request.path, *names, *(text for pair in pairs for text in pair))):
            abort(400)
        # Forms number the entries of a list; their library trips over other digits, and over endless ones.
        if any(_is_strange(name) for name, _text in pairs):
            abort(400)

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if request.endpoint is None or is_open(request.endpoint) or current_user.is_authenticated:
            return None
        if request.method in SAFE_METHODS:
            return redirect(url_for("signin.show", next=request.full_path.rstrip("?")))
        # The session ended while somebody wrote: their words must not be lost.
        return render_template("portal/session_ended.html", texts=posted_texts()), 401


def _is_strange(name: str) -> bool:
    return LONG_NUMBER.search(name) is not None or any(char.isdigit() and not char.isascii() for char in name)


def is_open(endpoint: str) -> bool:
    """Whether the page says that it needs no sign-in."""
    return bool(getattr(current_app.view_functions.get(endpoint), "open_to_all", False))
