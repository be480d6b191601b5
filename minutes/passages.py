"""Internal passages of minutes: marked by a line `::: intern` before and a line `:::` after them.

Whoever marks in haste must not publish by a slip: what could begin a passage begins one, only a bare `:::` ends it.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup

from portal.rendering import as_written, chokes_on, to_html

MARK = re.compile(r"[^\w:]*:{3,}(?P<words>.*)", re.DOTALL)
BARE = re.compile(r"[\s>]*:{3,}\s*")
INTERN = re.compile(r"\W*intern", re.IGNORECASE)
MOST = 200
"""So many passages a text may have; the last one ends with the text. Each is rendered by a parser of its own."""
INTERNAL = Markup('<div class="internal">{}</div>')


def passages(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a text in their order, each with whether it is internal; the marking lines belong to none.

    A passage that nobody closes ends with the text: rather too much is kept inside than too little. Other passages
    of the kind (`::: hinweis`) may stand in it, each with its own `:::`.
    """
    is_internal, lines = False, list[str]()
    for depth, line in _with_depths(text):
        if depth is None:
            yield is_internal, "\n".join(lines)
            is_internal, lines = not is_internal, []
        else:
            lines.append(line)
    yield is_internal, "\n".join(lines)


def has_internal(text: str) -> bool:
    return any(depth is None for depth, _line in _with_depths(text))


def is_left_open(text: str) -> bool:
    """Whether a passage is opened that nobody closes."""
    return sum(depth is None for depth, _line in _with_depths(text)) % 2 == 1


def without_internal(text: str) -> str:
    """The text for readers outside the committee."""
    return "\n".join(part for is_internal, part in passages(text) if not is_internal)


def internal_lines(text: str) -> frozenset[int]:
    """The numbers of the lines, from 1, that stand in internal passages."""
    return frozenset(number for number, (depth, _line) in enumerate(_with_depths(text), 1) if depth)


def stray_marks(text: str) -> list[int]:
    """The numbers of lines outside all passages that look like a mark: perhaps one is missing or misspelt there."""
    lines = enumerate(_with_depths(text), 1)
    return [number for number, (depth, line) in lines if depth == 0 and MARK.fullmatch(line)]


def render(text: str) -> Markup:
    """Safe HTML in which internal passages are set apart in `div.internal`."""
    parts = [(is_internal, part) for is_internal, part in passages(text) if part.strip()]
    # The parts together must not be more work than one text may be.
    if chokes_on("\n\n".join(part for _is_internal, part in parts), keeps_lines=True):
        rendered = [(is_internal, as_written(part)) for is_internal, part in parts]
    else:
        rendered = [(is_internal, to_html(part, keeps_lines=True)) for is_internal, part in parts]
    return Markup("\n").join(INTERNAL.format(html) if is_internal else html for is_internal, html in rendered)


def _with_depths(text: str) -> Iterator[tuple[int | None, str]]:
    """Each line with how deep in internal passages it stands; None for lines where one begins or ends."""
    depth = found = 0
    for line in text.split("\n"):
        mark = MARK.fullmatch(line)
        if depth == 0 and mark and INTERN.match(mark["words"]):
            depth, found = 1, found + 1
            yield None, line
        elif depth == 1 and BARE.fullmatch(line) and found < MOST:
            depth = 0
            yield None, line
        else:
            if depth and BARE.fullmatch(line):
                depth = max(1, depth - 1)
            elif depth and mark and re.search(r"\w", mark["words"]):
                depth += 1
            yield depth, line
