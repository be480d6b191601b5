"""Two people corrected the same minutes: what differs, and both their changes in one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from minutes.correction import FIELDS, WORDING, Content, Row
from minutes.differences import same_lines
from minutes.minutes import HEAD

Lines = Sequence[str]
Edit = tuple[int, int, Lines]
"""From where to where lines of a text are replaced, counted from 0, and by what."""


@dataclass(frozen=True)
class FieldDifference:
    """A field, of the head or of a proposal with these words, that two people want otherwise.

    `taken` is the value that stands in the merged content; `is_clash`: both changed it, and a person must choose.
    """

    kind: str
    about: str
    name: str
    mine: Any
    theirs: Any
    taken: Any
    is_clash: bool = False


@dataclass
class Merge:
    """Both people's changes in one `content`, and what a person should look at.

    `clashes` are lines of the merged text, from 1, where both changed the same: their words, then mine.
    """

    content: Content
    fields: list[FieldDifference] = field(default_factory=list)
    clashes: list[tuple[int, int]] = field(default_factory=list)
    text_differs: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether the other person did anything that one should see before saving."""
        return self.text_differs or bool(self.fields)


def merge(seen: Content, mine: Content, theirs: Content) -> Merge:
    """Put the changes that two people made to what both saw into one; where both changed the same, mine is taken."""
    text, clashes = merge_lines(seen["text"], mine["text"], theirs["text"])
    result = Merge({"text": text}, clashes=clashes)
    result.text_differs = theirs["text"] not in {seen["text"], mine["text"]}
    for name in HEAD:
        result.content[name] = _choose(result, ("", "", name), seen[name], mine[name], theirs[name])
    for kind in FIELDS:
        result.content[kind] = list(_rows(result, kind, seen[kind], mine[kind], theirs[kind]))
    return result


def _choose(result: Merge, where: tuple[str, str, str], seen: Any, mine: Any, theirs: Any) -> Any:
    """The value that is taken; what the other person changed is noted."""
    taken = theirs if mine == seen else mine
    if theirs not in (seen, mine):
        result.fields.append(FieldDifference(*where, mine, theirs, taken, is_clash=mine != seen))
    return taken


def _rows(
    result: Merge, kind: str, seen: Sequence[Row], mine: Sequence[Row], theirs: Sequence[Row]
) -> Iterator[Row]:
    """Their rows, each with my changes; then what I added, or changed while they took it away."""
    before = {row["id"]: row for row in seen}
    matches = _matches(kind, before, mine, theirs)
    for row in theirs:
        own = matches.get(row["id"])
        yield _row(result, kind, before.get(row["id"]) or _twin(own, before, row), own, row)
    matched = {id(row) for row in matches.values()}
    for own in mine:
        if id(own) not in matched:
            yield from _without_theirs(result, kind, before.get(own["id"]), own)


def _matches(kind: str, before: dict[int, Row], mine: Sequence[Row], theirs: Sequence[Row]) -> dict[int, Row]:
    """My rows by the ids of theirs: the same row, one read anew from the same line, or one that both added alike."""
    by_id = {row["id"]: row for row in mine}
    matches = {row["id"]: by_id[row["id"]] for row in theirs if row["id"] in by_id}
    free = [row for row in theirs if row["id"] not in matches and row["id"] not in before]
    for own in (row for row in mine if row["id"] not in matches):
        old = before.get(own["id"])
        if old is not None:
            twin = next((row for row in free if row["first_line"] == old["first_line"] is not None), None)
        else:
            twin = next((row for row in free if _values(kind, row) == _values(kind, own)), None)
        if twin is not None:
            free.remove(twin)
            matches[twin["id"]] = own
    return matches


def _twin(own: Row | None, before: dict[int, Row], row: Row) -> Row | None:
    """What I saw of a row that has another id by now."""
    return None if own is None else before.get(own["id"], row)


def _row(result: Merge, kind: str, seen: Row | None, mine: Row | None, theirs: Row) -> Row:
    wording = WORDING.get(kind, "")
    about = str(theirs.get(wording, ""))
    if mine is None or seen is None:
        if about and seen is None:
            result.fields.append(FieldDifference(kind, about, wording, "", about, about))
        return dict(theirs)
    values = {
        name: _choose(result, (kind, about, name), seen[name], mine[name], theirs[name])
        for name in FIELDS[kind]
    }
    return theirs | values | {"entry": mine.get("entry")}


def _without_theirs(result: Merge, kind: str, seen: Row | None, mine: Row) -> Iterator[Row]:
    """A row of mine that the other version does not have."""
    wording = WORDING.get(kind)
    if wording is None or not mine[wording]:
        return
    if seen is not None and _values(kind, mine) == _values(kind, seen):
        result.fields.append(FieldDifference(kind, mine[wording], wording, mine[wording], "", ""))
        return
    if seen is not None:
        words = mine[wording]
        result.fields.append(FieldDifference(kind, words, wording, words, "", words, is_clash=True))
    yield mine | {"id": None}


def _values(kind: str, row: Row) -> list[Any]:
    return [row[name] for name in FIELDS[kind]]


def merge_lines(seen: str, mine: str, theirs: str) -> tuple[str, list[tuple[int, int]]]:
    """Both people's lines in one text, and its lines, from 1, where both changed the same.

    There, both stand one below the other, theirs first: a person must strike out what does not hold.
    """
    if theirs in {seen, mine} or mine == seen:
        return (mine if theirs == seen else theirs), []
    base, result, clashes, at = seen.split("\n"), list[str](), list[tuple[int, int]](), 0
    for start, end, my_edits, their_edits in _groups(_edits(base, mine), _edits(base, theirs)):
        result += base[at:start]
        own, other = _applied(base, start, end, my_edits), _applied(base, start, end, their_edits)
        if my_edits and their_edits and own != other:
            clashes.append((len(result) + 1, len(result) + len(other) + len(own)))
            result += [*other, *own]
        else:
            result += own if my_edits else other
        at = end
    return "\n".join(result + base[at:]), clashes


def _edits(base: Lines, text: str) -> list[Edit]:
    """What must be replaced in the base to become the text."""
    new = text.split("\n")
    edits: list[Edit] = []
    i = j = 0
    for at_base, at_new, size in [*same_lines(base, new), (len(base), len(new), 0)]:
        if (i, j) != (at_base, at_new):
            edits.append((i, at_base, new[j:at_new]))
        i, j = at_base + size, at_new + size
    return edits


def _groups(mine: list[Edit], theirs: list[Edit]) -> Iterator[tuple[int, int, list[Edit], list[Edit]]]:
    """Edits that touch the same lines together, with where they begin and end."""
    edits = sorted(
        [*((edit, True) for edit in mine), *((edit, False) for edit in theirs)], key=lambda pair: pair[0][:2]
    )
    group: list[tuple[Edit, bool]] = []
    start = end = -1
    for edit, is_mine in edits:
        if group and not (edit[0] < end or edit[0] == start):
            yield start, end, [one for one, own in group if own], [one for one, own in group if not own]
            group = []
        start, end = (start, max(end, edit[1])) if group else edit[:2]
        group.append((edit, is_mine))
    if group:
        yield start, end, [one for one, own in group if own], [one for one, own in group if not own]


def _applied(base: Lines, start: int, end: int, edits: list[Edit]) -> list[str]:
    """The lines of the base from start to end after the edits."""
    lines: list[str] = []
    for edit_start, edit_end, new in edits:
        lines += [*base[start:edit_start], *new]
        start = edit_end
    return [*lines, *base[start:end]]
