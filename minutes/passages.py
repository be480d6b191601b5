"""Internal passages of minutes: marked by a line `::: intern` before and a line `:::` after them."""

import re
from collections.abc import Iterator

from markupsafe import Markup

from portal.rendering import to_html

OPENS = re.compile(r"[ \t]*:{3,}[ \t]*(?:intern|\{\.intern\})[ \t]*", re.IGNORECASE)
CLOSES = re.compile(r"[ \t]*:{3,}[ \t]*")
INTERNAL = Markup('<div class="internal">{}</div>')


def passages(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a text in their order, each with whether it is internal; the marking lines belong to none.

    A passage that nobody closes ends with the text: rather too much is kept inside than too little.
    """
    is_internal, lines = False, list[str]()
    for line in text.split("\n"):
        if (CLOSES if is_internal else OPENS).fullmatch(line):
            yield is_internal, "\n".join(lines)
            is_internal, lines = not is_internal, []
        else:
            lines.append(line)
    yield is_internal, "\n".join(lines)


def has_internal(text: str) -> bool:
    return any(is_internal for is_internal, _part in passages(text))


def without_internal(text: str) -> str:
    """The text for readers outside the committee."""
    return "\n".join(part for is_internal, part in passages(text) if not is_internal)


def internal_lines(text: str) -> frozenset[int]:
    """The numbers of the lines, from 1, that stand in internal passages."""
    found, is_internal = set[int](), False
    for number, line in enumerate(text.split("\n"), 1):
        if (CLOSES if is_internal else OPENS).fullmatch(line):
            is_internal = not is_internal
        elif is_internal:
            found.add(number)
    return frozenset(found)


def render(text: str) -> Markup:
    """Safe HTML in which internal passages are set apart in `div.internal`."""
    parts = [(is_internal, to_html(part, keeps_lines=True)) for is_internal, part in passages(text) if part.strip()]
    return Markup("\n").join(INTERNAL.format(html) if is_internal else html for is_internal, html in parts)
