"""A text with its findings marked, as pages show it: the places with what stands around them, numbered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.dismissals import Reported

AROUND = 160  # characters shown before and after a finding, in its line
GAP = " … "


@dataclass(frozen=True)
class Piece:
    """A stretch of the text; with a finding it is marked, and `number` leads to it in the list below."""

    text: str
    number: int = 0
    one: Reported | None = None


def marked(text: str, found: Sequence[Reported], first: int = 1) -> list[Piece]:
    """The places of a text in which something was found, in its order.

    Args:
        text: as the guard read it.
        found: findings in this text, sorted by position.
        first: number of the first one.
    """
    pieces: list[Piece] = []
    shown_to = 0
    for number, one in enumerate(found, first):
        start, end = one.finding.start, one.finding.end
        before = max(shown_to, _beginning(text, start))
        pieces += [Piece(_gap(text[shown_to:before])), Piece(text[before:start])]
        pieces.append(Piece(text[start:end], number, one))
        place = number - first + 1
        following = found[place].finding.start if place < len(found) else len(text)
        shown_to = min(_ending(text, end), following)
        pieces.append(Piece(text[end:shown_to]))
    if pieces:
        pieces.append(Piece(_gap(text[shown_to:])))
        pieces[0] = replace(pieces[0], text=pieces[0].text.lstrip())
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.rstrip())
    return [piece for piece in pieces if piece.text]


def _gap(hidden: str) -> str:
    """What stands for words that are not shown; blank lines stay as they are."""
    if not hidden.strip():
        return hidden
    return "\n…\n" if "\n" in hidden else GAP


def _beginning(text: str, position: int) -> int:
    """Where the words before a finding begin that are shown with it."""
    line = text.rfind("\n", 0, position) + 1
    if position - line <= AROUND:
        return line
    blank = text.find(" ", position - AROUND, position)
    return blank + 1 if blank >= 0 else position - AROUND


def _ending(text: str, position: int) -> int:
    line = text.find("\n", position)
    line = len(text) if line < 0 else line
    if line - position <= AROUND:
        return line
    blank = text.rfind(" ", position, position + AROUND)
    return blank if blank >= 0 else position + AROUND
