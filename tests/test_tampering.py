"""Whoever changes the database or the files behind the portal's back is found, whatever they do (hypothesis).

Each history is tampered with inside a transaction that is rolled back, so that one grown portal serves all of them.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from doors import House, approve_minutes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from test_attachments import attach
from test_minutes import drafted

from minutes.decision import Decision, DecisionState
from minutes.decision_steps import StepKind, take
from portal import chain_check
from portal.chain import ChainLink
from portal.database import Base
from portal.files import StoredFile
from portal.people import Person

UNVOUCHED = {
    "decision": {"submission", "version", "proposal_id", "minutes_item_id"},
    "decision_legal_basis": {"position", "provision_id"},  # of the position only the order matters
    "decision_topic": set[str](),
    "topic": {"id"},
    "decision_step": {"id"},
    "erasure": {"id", "committee_id", "requested_at"},
    "chain_link": set[str](),
    "minutes": {
        "stems",
        "open_stems",
        "dated",
        "begun_at",
        "original_note",
        "written_by_id",
        "written_at",
        "review_until",
        "reviewed_text",
        "reviewed_digest",
        "approved_by_id",
        "approved_at",
        "shared_by_id",
        "shared_at",
        "version",
    },
    "minutes_item": {"id", "position", "first_line", "last_line", "by_hand"},
    "minutes_decision": {
        "id",
        "position",
        "first_line",
        "last_line",
        "by_hand",
        "is_derived",
        "strength",
        "vote_raw",
    },
    "minutes_task": {"id", "position", "first_line", "last_line", "by_hand", "task_id"},
    "minutes_attachment": {"id", "position", "from_document", "file_id"},
}
"""What the chain does not vouch for, table by table: everything else it does."""
REMAINING = {
    "state",
    "number",
    "title",
    "outcome",
    "outline",
    "arguments",
    "conclusion",
    "conditions",
    "result",
    "salt",
}
"""What of a decision is vouched for after its erasure; the rest of its row has no digest any more."""
VOUCHED = {
    name: [column for column in Base.metadata.tables[name].columns if column.name not in skipped]
    for name, skipped in UNVOUCHED.items()
}


@dataclass(frozen=True)
class Change:
    """One thing that somebody does to the rows; True where the database let it through and it changed something."""

    name: str
    make: Callable[[Session], bool]

    def __repr__(self) -> str:
        return self.name


def grow(house: House) -> None:
    """Decisions of two committees, superseded, withdrawn, opened, published and erased; minutes with a file."""
    texts = {
        "outline": "Umriss",
        "conclusion": "Folge",
        "conditions": "Auflage",
        "votes_yes": 3,
        "votes_no": 1,
    }
    for number in range(3):
        house.decision(
            **texts, title=f"Nummer {number}", legal_bases=["§ 1 A", "§ 2 B"], topics=["eins", "zwei"]
        )
    house.decision("fallgruppe", topics=["zwei"])
    house.decision(title="Neue", supersedes_id=1)
    house.decision(title="Weg")
    with house.rows() as rows:
        chair, secretary = (
            rows.scalars(sa.select(Person).where(Person.email == f"{name}@example.org")).one()
            for name in ("chair", "secretary")
        )
        second, third, fourth = (rows.get_one(Decision, number) for number in (2, 3, 4))
        assert not any(row.steps for row in (second, third, fourth))
        take(second, StepKind.WITHDRAWN, chair, reason="Überholt", asked_by=secretary)
        take(fourth, StepKind.SHARED, chair)
        take(third, StepKind.PUBLISHED, chair)
        rows.commit()
        number = rows.get_one(Decision, 6).number
    client, minutes = drafted(house)
    attach(client, minutes, ("Plan.txt", b"Ein Plan"))
    approve_minutes(client, minutes)
    assert house.run("erase", "decision", number, "--reason", "Art. 17 DSGVO", "--yes").exit_code == 0
    assert house.run("verify").exit_code == 0, house.run("verify").output


def another(value: object, column: sa.Column[object], salt: int) -> object:
    """Another value that such a column can hold; the same where there is none."""
    choices = getattr(column.type, "enums", None)
    if choices:
        return choices[salt % len(choices)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + salt
    if isinstance(value, str):
        return value[:-1] + chr(97 + (ord(value[-1]) + salt) % 26) if value else "x" * salt
    if value is None and column.type.python_type in {int, str}:
        return "x" if column.type.python_type is str else salt
    return value


def rows_of(rows: Session, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    return list(rows.execute(sa.select(table).order_by(*table.primary_key.columns)))


def is_row(table: sa.Table, row: sa.Row[tuple[object, ...]]) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row._mapping[column] for column in table.primary_key.columns))


@st.composite
def edits(draw: st.DrawFn) -> Change:
    column = draw(st.sampled_from(VOUCHED[draw(st.sampled_from(sorted(VOUCHED)))]))
    pick, salt = draw(st.integers(0, 12)), draw(st.integers(1, 30))

    def make(rows: Session) -> bool:
        found = rows_of(rows, column.table)
        if not found:
            return False
        row = found[pick % len(found)]
        if (
            column.table.name == "decision"
            and row.state is DecisionState.ERASED
            and column.name not in REMAINING
        ):
            return False
        before = row._mapping[column]
        value = another(before, column, salt)
        if value == before:
            return False
        rows.execute(sa.update(column.table).where(is_row(column.table, row)).values({column.name: value}))
        return True

    return Change(f"edit {column.table.name}.{column.name} of row {pick} by {salt}", make)


@st.composite
def deletions(draw: st.DrawFn) -> Change:
    name, pick = draw(st.sampled_from(sorted(UNVOUCHED))), draw(st.integers(0, 12))
    table = Base.metadata.tables[name]

    def make(rows: Session) -> bool:
        found = rows_of(rows, table)
        if not found:
            return False
        row = found[pick % len(found)]
        rows.execute(sa.delete(table).where(is_row(table, row)))
        return True

    return Change(f"delete row {pick} of {name}", make)


@st.composite
def swaps(draw: st.DrawFn) -> Change:
    """Two rows of a table change places: they keep their ids, and each takes what the other one says."""
    name = draw(
        st.sampled_from(["decision", "decision_step", "chain_link", "minutes_task", "decision_legal_basis"])
    )
    table = Base.metadata.tables[name]
    first, second = draw(st.integers(0, 12)), draw(st.integers(0, 12))
    skipped = {"id", "sequence", "decision_id", "number", "archive_key", "ordinal", "submission", "digest"}
    names = [
        column.name
        for column in table.columns
        if column.name not in skipped | {"previous_digest", "position"}
    ]

    def make(rows: Session) -> bool:
        found = rows_of(rows, table)
        if not found:
            return False
        one, other = found[first % len(found)], found[second % len(found)]
        values = [{key: row._mapping[table.c[key]] for key in names} for row in (one, other)]
        vouched = set(names) - UNVOUCHED[name]
        if all(values[0][key] == values[1][key] for key in vouched):
            return False
        rows.execute(sa.update(table).where(is_row(table, one)).values(values[1]))
        rows.execute(sa.update(table).where(is_row(table, other)).values(values[0]))
        return True

    return Change(f"swap rows {first} and {second} of {name}", make)


@st.composite
def reorderings(draw: st.DrawFn) -> Change:
    first, second = draw(st.integers(1, 12)), draw(st.integers(1, 12))

    def make(rows: Session) -> bool:
        last = rows.scalars(sa.select(sa.func.max(ChainLink.sequence))).one()
        if not last or last < 1:
            return False
        one, other = (number % last + 1 for number in (first, second))
        for before, after in ((one, 9999), (other, one), (9999, other)):
            rows.execute(sa.update(ChainLink).where(ChainLink.sequence == before).values(sequence=after))
        return one != other

    return Change(f"let links {first} and {second} change places", make)


@st.composite
def additions(draw: st.DrawFn) -> Change:
    """A copy of a row, under another id or key: one legal basis, topic, task or decision more."""
    names = [
        "decision_legal_basis",
        "decision_topic",
        "decision_step",
        "decision",
        "minutes_task",
        "chain_link",
    ]
    table = Base.metadata.tables[draw(st.sampled_from(names))]
    pick, salt = draw(st.integers(0, 12)), draw(st.integers(1, 40))
    fresh = {"id", "sequence", "position", "topic_id", "ordinal", "archive_key"}

    def make(rows: Session) -> bool:
        found = rows_of(rows, table)
        if not found:
            return False
        values = dict(found[pick % len(found)]._mapping.items())
        for name, value in values.items():
            is_step = table.name == "decision_step" and name == "decision_id"
            if isinstance(value, int) and (name in fresh or is_step):
                values[name] = value + salt
            elif name in {"number", "digest", "previous_digest", "submission"} and isinstance(value, str):
                values[name] = another(value, table.c[name], salt)
        rows.execute(sa.insert(table).values(values))
        return True

    return Change(f"add to {table.name} a copy of row {pick}, {salt} further", make)


@st.composite
def file_changes(draw: st.DrawFn) -> Change:
    content = draw(st.sampled_from([b"", b"Ein Plam", b"Ein Plan, und mehr"]))

    def make(rows: Session) -> bool:
        stored = rows.scalars(sa.select(StoredFile).where(StoredFile.kind == "txt")).all()
        path = next((row.path for row in stored if row.is_kept), None)
        if path is None:
            return False
        path.rename(path.with_suffix(".kept"))
        if content:
            path.write_bytes(content)
        return True

    return Change(f"swap the file of an attachment for {content!r}", make)


CHANGES = st.one_of(edits(), edits(), deletions(), swaps(), reorderings(), additions(), file_changes())


def put_files_back(house: House) -> None:
    for path in (house.instance / "files").rglob("*.kept"):
        path.replace(path.with_suffix(""))


def tampered_and_found(house: House, changes: list[Change]) -> None:
    with house.rows() as rows:
        try:
            made = False
            for change in changes:
                with (
                    suppress(sa.exc.IntegrityError, sa.exc.DataError, sa.exc.StatementError),
                    rows.begin_nested(),
                ):
                    made = change.make(rows) or made
            rows.expire_all()
            if made and differs(rows, house):
                assert [one for one in chain_check.verify() if not one.is_note], f"{changes} went unnoticed"
        finally:
            rows.rollback()
            put_files_back(house)


def differs(rows: Session, house: House) -> bool:
    """Whether something is not as it was: of several changes one may take back another."""
    return state_of(rows, house) != house.environment["_state"]


def state_of(rows: Session, house: House) -> str:
    tables = [Base.metadata.tables[name] for name in UNVOUCHED]
    files = [path.read_bytes() for path in sorted((house.instance / "files").rglob("*")) if path.is_file()]
    vouched = [
        [tuple(row._mapping[column] for column in VOUCHED[table.name]) for row in rows_of(rows, table)]
        for table in tables
    ]
    return repr((vouched, files))


LIGHT = settings(
    max_examples=40, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
LONG = settings(LIGHT, max_examples=1500, derandomize=False)


@LIGHT
@given(change=CHANGES)
def test_no_change_behind_the_portals_back_goes_unnoticed(tampered: House, change: Change) -> None:
    tampered_and_found(tampered, [change])


@pytest.mark.drill
@LONG
@given(changes=st.lists(CHANGES, min_size=1, max_size=4))
def test_no_history_of_changes_goes_unnoticed(tampered: House, changes: list[Change]) -> None:
    tampered_and_found(tampered, changes)


@pytest.fixture
def tampered(house: House) -> House:
    grow(house)
    with house.rows() as rows:
        house.environment["_state"] = state_of(rows, house)
    return house
