"""What differs between two versions of a text: by lines, and by words where a line was only changed.

Texts may have megabytes; the time that a comparison takes is bounded by `MOST_WORK`, beyond which a stretch counts as
rewritten.
"""

import enum
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise

CONTEXT = 2
"""Unchanged lines that are shown before and after a change."""
ALIKE = 0.4
"""Share of characters that two stretches must have in common to be shown as one with changed words."""
MOST_WORK = 10_000_000
"""Steps that difflib may need at worst for a whole comparison; about a second."""
WORD = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")


class Change(enum.StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Part:
    """Some words of a row, and what became of them."""

    text: str
    change: Change


@dataclass(frozen=True)
class Row:
    """One or several lines of a comparison.

    `before` and `after` are the numbers of its first line in the two texts, counted from 1, None where it does not
    stand there. A row without parts stands for `skipped` lines that are the same.
    """

    before: int | None
    after: int | None
    parts: tuple[Part, ...] = ()
    skipped: int = 0


class _Budget:
    """The work that may still be done."""

    def __init__(self) -> None:
        self.left = MOST_WORK

    def allows(self, work: int) -> bool:
        """Take this much of it, if so much is left."""
        if work > self.left:
            return False
        self.left -= work
        return True


Block = tuple[int, int, int]
"""Where something begins in two sequences, and how long it is the same in both."""


def differences(before: str, after: str) -> list[Row]:
    """The rows that tell how one text became the other; none where they are the same."""
    if before == after:
        return []
    old, new, budget = before.split("\n"), after.split("\n"), _Budget()
    rows: list[Row] = []
    i = j = 0
    for at_old, at_new, size in [*_blocks(old, new, budget), (len(old), len(new), 0)]:
        rows += _changed(old[i:at_old], new[j:at_new], i + 1, j + 1, budget)
        i, j = at_old + size, at_new + size
        rows += _same(
            old[at_old:i], at_old, at_new, is_first=not rows, is_last=i == len(old) and j == len(new)
        )
    return rows


def same_lines(before: Sequence[str], after: Sequence[str]) -> list[Block]:
    """The lines that stand in both texts in the same order."""
    return _blocks(before, after, _Budget())


def _same(lines: list[str], old: int, new: int, *, is_first: bool, is_last: bool) -> Iterator[Row]:
    """Unchanged lines, without those that are far from any change."""
    head = 0 if is_first else CONTEXT
    tail = 0 if is_last else CONTEXT
    hidden = range(head, len(lines) - tail)
    if len(hidden) <= 1:
        hidden = range(0)
    for number, text in enumerate(lines):
        if number in hidden:
            if number == hidden.start:
                yield Row(old + number + 1, new + number + 1, skipped=len(hidden))
        else:
            yield Row(old + number + 1, new + number + 1, (Part(text, Change.SAME),))


def _changed(
    old: list[str], new: list[str], old_number: int, new_number: int, budget: _Budget
) -> Iterator[Row]:
    """A stretch that was rewritten: with its words, where enough of them stayed."""
    before, after = "\n".join(old), "\n".join(new)
    if old and new:
        parts = _words(WORD.findall(before), WORD.findall(after), budget)
        kept = sum(len(part.text.strip()) for part in parts if part.change is Change.SAME)
        if 2 * kept >= ALIKE * (len(before) + len(after)):
            yield Row(old_number, new_number, tuple(parts))
            return
    if old:
        yield Row(old_number, None, (Part(before, Change.REMOVED),))
    if new:
        yield Row(None, new_number, (Part(after, Change.ADDED),))


def _words(old: list[str], new: list[str], budget: _Budget) -> list[Part]:
    """The words of both texts in reading order, what was removed before what was added."""
    found: list[tuple[Change, str]] = []
    i = j = 0
    for at_old, at_new, size in [*_blocks(old, new, budget), (len(old), len(new), 0)]:
        found += ((Change.REMOVED, word) for word in old[i:at_old])
        found += ((Change.ADDED, word) for word in new[j:at_new])
        i, j = at_old + size, at_new + size
        found += ((Change.SAME, word) for word in old[at_old:i])
    return [
        Part("".join(word for _change, word in words), change)
        for change, words in groupby(found, key=lambda pair: pair[0])
    ]


def _blocks(old: Sequence[str], new: Sequence[str], budget: _Budget) -> list[Block]:
    """What stayed, in order: first what stands exactly once in both (as "patience diff" does), then what lies between."""
    anchors = [(-1, -1), *_anchors(old, new), (len(old), len(new))]
    same: list[tuple[int, int]] = []
    for (i, j), (next_i, next_j) in pairwise(anchors):
        same += _between(old, new, range(i + 1, next_i), range(j + 1, next_j), budget)
        if next_i < len(old):
            same.append((next_i, next_j))
    return _runs(same)


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The longest series of places, growing in both, of what stands exactly once in each."""
    counts, places = Counter(new), {word: place for place, word in enumerate(new)}
    once = {word for word, count in Counter(old).items() if count == 1 and counts[word] == 1}
    pairs = [(place, places[word]) for place, word in enumerate(old) if word in once]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_place, there) in enumerate(pairs):
        length = bisect_left(ends, there)
        ends[length : length + 1], last[length : length + 1] = [there], [number]
        before.append(last[length - 1] if length else -1)
    found: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _between(
    old: Sequence[str], new: Sequence[str], here: range, there: range, budget: _Budget
) -> Iterator[tuple[int, int]]:
    """Places of what is the same between two anchors: at its ends, and inside as far as the work is bounded."""
    while here and there and old[here[0]] == new[there[0]]:
        yield here[0], there[0]
        here, there = here[1:], there[1:]
    tail: list[tuple[int, int]] = []
    while here and there and old[here[-1]] == new[there[-1]]:
        tail.append((here[-1], there[-1]))
        here, there = here[:-1], there[:-1]
    first, second = old[here.start : here.stop], new[there.start : there.stop]
    if budget.allows(_work(first, second)):
        for i, j, size in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks():
            yield from ((here.start + i + n, there.start + j + n) for n in range(size))
    yield from reversed(tail)


def _work(old: Sequence[str], new: Sequence[str]) -> int:
    """How many steps difflib takes at worst: all pairs of equals, once for each block that it finds."""
    counts = Counter(new)
    return sum(count * counts[word] for word, count in Counter(old).items()) * min(len(old), len(new))


def _runs(same: list[tuple[int, int]]) -> list[Block]:
    """Pairs of places that follow each other as blocks."""
    runs: list[Block] = []
    for i, j in same:
        if runs and (i, j) == (runs[-1][0] + runs[-1][2], runs[-1][1] + runs[-1][2]):
            runs[-1] = (*runs[-1][:2], runs[-1][2] + 1)
        else:
            runs.append((i, j, 1))
    return runs
