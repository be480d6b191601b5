"""Lists in pages: which one the address asks for, and the addresses of its neighbours."""

from typing import Any

from flask import request, url_for

LAST_PAGE = 400
"""Whoever turns so many pages should search; each further one is more work for the database."""


def page_number() -> int:
    """The page that the address asks for, counted from 1."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def page_address(page: int, *names: str) -> str:
    """The same list at another page, with what the address holds under these names."""
    chosen: dict[str, Any] = {name: request.args.get(name) or None for name in names}
    chosen |= request.view_args or {}
    return url_for(str(request.endpoint), **chosen, page=page if page > 1 else None)


def neighbours(page: int, *names: str, has_more: bool) -> dict[str, Any]:
    """What the macro `pager` shows of a page; the names are those of the filters to be kept."""
    return {
        "page": page,
        "previous_url": page_address(page - 1, *names) if page > 1 else None,
        "next_url": page_address(page + 1, *names) if has_more and page < LAST_PAGE else None,
    }
