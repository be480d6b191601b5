"""The difference between two texts: true, readable, and soon there whatever the texts are."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutes import differences as module
from minutes.differences import Change, Row, differences

LINES = st.lists(st.sampled_from(["", "a", "b", "eins zwei drei", "eins drei", "vier, fünf."]), max_size=12)


def shown(before: str, after: str) -> list[list[tuple[str, str]]]:
    return [[(part.change.value, part.text) for part in row.parts] for row in differences(before, after)]


def text_of(rows: list[Row], other: Change, hidden: list[str]) -> str:
    """One of the two texts, put together from the rows; lines that are left out come from the other side."""
    lines = []
    for row in rows:
        if row.skipped:
            first = (row.before if other is Change.ADDED else row.after) or 0
            lines += hidden[first - 1 : first - 1 + row.skipped]
        elif any(part.change is not other for part in row.parts):
            lines.append("".join(part.text for part in row.parts if part.change is not other))
    return "\n".join(lines)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(LINES, LINES)
def test_both_texts_can_be_read_out_of_the_rows(old: list[str], new: list[str]) -> None:
    before, after = "\n".join(old), "\n".join(new)
    rows = differences(before, after)
    if before == after:
        assert rows == []
        return
    assert text_of(rows, Change.ADDED, old) == before
    assert text_of(rows, Change.REMOVED, new) == after
    for number in ("before", "after"):
        places = [getattr(row, number) for row in rows if getattr(row, number) is not None]
        assert all(first < second for first, second in pairwise(places))


def test_changed_words_are_marked_inside_their_line() -> None:
    assert shown("Der Antrag wird abgelehnt.", "Der Antrag wird angenommen.") == [
        [("same", "Der Antrag wird "), ("removed", "abgelehnt"), ("added", "angenommen"), ("same", ".")]
    ]


def test_a_rewritten_line_is_shown_as_a_whole() -> None:
    assert shown("Alles beim Alten.", "Niemand weiß davon!") == [
        [("removed", "Alles beim Alten.")],
        [("added", "Niemand weiß davon!")],
    ]


def test_lines_far_from_any_change_are_counted_only() -> None:
    lines = [f"Zeile {number}" for number in range(100)]
    rows = differences("\n".join(lines), "\n".join([*lines[:50], "neu", *lines[50:]]))
    assert [row.skipped for row in rows] == [48, 0, 0, 0, 0, 0, 48]


@pytest.mark.parametrize("line", ["x", "a b", "c d e f g"])
def test_the_work_for_hostile_texts_is_bounded(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []

    class Counted(module.SequenceMatcher):  # type: ignore[misc, name-defined]
        def __init__(self, junk: None, old: list[str], new: list[str], **options: bool) -> None:
            steps.append(module._work(old, new))
            super().__init__(junk, old, new, **options)

    monkeypatch.setattr(module, "SequenceMatcher", Counted)
    before = "\n".join(f"{line}\nAnker {number}\n{line * 40}" for number in range(600))
    after = "\n".join(f"{line}\nAnker {number}\nz {line * 30}" for number in range(600))
    assert differences(before, after)
    assert sum(steps) <= module.MOST_WORK
