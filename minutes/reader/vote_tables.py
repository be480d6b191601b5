"""Elections as tables: a head row with Ja and Nein, then one row for each candidate."""

from collections.abc import Sequence

from minutes.reader.lines import Kind, cells_of
from minutes.reader.model import Decision, Vote
from minutes.reader.sentences import Block
from minutes.reader.votes import derived_outcome


def table_votes(blocks: Sequence[Block]) -> list[Decision]:
    """Elections as tables: a head row with Ja and Nein, then one row for each candidate."""
    found: list[Decision] = []
    columns: list[str] = []
    for block in blocks:
        if block.kind is not Kind.TABLE:
            columns = []
            continue
        cells = cells_of(block.lines[0].text)
        if "ja" in (names := [cell.lower() for cell in cells]) and "nein" in names:
            columns = names
        elif (
            columns
            and len(cells) == len(columns)
            and (vote := row_vote(dict(zip(columns, cells, strict=True))))
        ):
            text = " ".join(cell for cell in cells if cell and not cell.isdigit())
            number = block.lines[0].number
            found.append(
                Decision((number, number), text, derived_outcome(vote), "formal", vote, derived=True)
            )
    return found


def row_vote(row: dict[str, str]) -> Vote | None:
    abstain = next((value for name, value in row.items() if name.startswith("enthalt")), "")
    if not (row["ja"].isdigit() and row["nein"].isdigit()):
        return None
    counts = f"{row['ja']}/{row['nein']}/{abstain}"
    return Vote(
        int(row["ja"]), int(row["nein"]), int(abstain) if abstain.isdigit() else None, "counts", counts
    )
