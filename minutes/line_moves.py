"""Where the lines of a text are after somebody changed it. Lines are counted from 1."""

from bisect import bisect_right

from minutes.differences import same_lines


class LineMoves:
    """The way from the lines of one version of a text to those of the next."""

    def __init__(self, before: str, after: str) -> None:
        old, new = before.split("\n"), after.split("\n")
        self._blocks = [(-1, -1, 1), *same_lines(old, new), (len(old), len(new), 1)]
        self._starts = [at_old for at_old, _at_new, _size in self._blocks]

    def span(self, first: int | None, last: int | None) -> tuple[int | None, int | None]:
        """The lines where the same words, or what was written in their place, stand now; None where nothing does."""
        if first is None or last is None or first > self._starts[-1]:
            return None, None
        start, end = self._place(first - 1)[0], self._place(last - 1)[1]
        return (start + 1, end + 1) if start <= end else (None, None)

    def _place(self, line: int) -> tuple[int, int]:
        """First and last place, from 0, of what a line became; the first comes after the last where it is gone."""
        index = bisect_right(self._starts, line) - 1
        at_old, at_new, size = self._blocks[index]
        if line < at_old + size:
            place = at_new + line - at_old
            return place, place
        gap_old, gap_new = at_old + size, at_new + size
        end_old, end_new = self._blocks[index + 1][:2]
        start = min(gap_new + line - gap_old, end_new - 1)
        is_last = line == end_old - 1
        return max(start, gap_new), end_new - 1 if is_last else min(start, end_new - 1)
