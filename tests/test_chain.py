"""The digest chain: what a link says, in which form, and that one transaction at a time adds to it."""

import hashlib
import json
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from doors import House

from minutes.decision import Decision
from portal import chain
from portal.chain import START, ChainLink, LinkKind


def links(house: House) -> list[ChainLink]:
    with house.rows() as rows:
        found = list(rows.scalars(sa.select(ChainLink).order_by(ChainLink.sequence)))
        rows.expunge_all()
        return found


def test_the_first_link_follows_zeros_and_each_other_one_its_predecessor(house: House) -> None:
    for _ in range(3):
        house.decision()
    rows = links(house)
    assert [row.sequence for row in rows] == [1, 2, 3]
    assert [row.previous_digest for row in rows] == [START, rows[0].digest, rows[1].digest]


def test_a_link_bears_the_digest_of_all_that_it_says(house: House) -> None:
    """Computed here with nothing but the standard library: ASCII keys and values need no more of RFC 8785."""
    with time_machine.travel(datetime(2027, 3, 1, 9, 30, 0, 250, tzinfo=UTC), tick=False):
        house.decision()
    [row] = links(house)
    said = {
        "at": "2027-03-01T09:30:00.000250+00:00", "content": row.content_digest, "kind": "released",
        "parts": row.parts, "previous": START, "sequence": 1, "subject": row.subject,
    }  # fmt: skip
    spelled = json.dumps(said, sort_keys=True, separators=(",", ":"))
    assert row.digest == hashlib.sha256(spelled.encode()).hexdigest()


def test_the_content_digest_covers_salt_and_every_field(house: House) -> None:
    with time_machine.travel(datetime(2027, 3, 1, 9, 30, tzinfo=UTC), tick=False):
        house.decision(title="Über „Maß“", legal_bases=["§ 1 A", "§ 2 B"], topics=["zwei", "eins"])
    with house.rows() as rows:
        row = rows.scalars(sa.select(Decision)).one()
        moment = "2027-03-01T09:30:00.000000+00:00"
        content = {
            "archive_key": 20878000000, "committee": row.committee_id, "kind": "resolution",
            "legal_bases": ["§ 1 A", "§ 2 B"], "meeting": None, "number": "LK-2027-001", "ordinal": 1,
            "outcome": "Ergebnis", "rationale": "Grund", "released_at": moment, "released_by": row.released_by_id,
            "result": "granted",
            "supersedes": None, "title": "Über „Maß“", "topics": ["eins", "zwei"], "written_at": moment,
            "written_by": row.written_by_id, "year": 2027,
        }  # fmt: skip
        spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert row.chained() == content
        assert len(bytes.fromhex(row.salt)) == 16
        expected = hashlib.sha256(bytes.fromhex(row.salt) + spelled.encode()).hexdigest()
    assert links(house)[0].content_digest == expected


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ({"b": 1, "a": None}, '{"a":null,"b":1}'),
        (
            {"€": "\u20ac", "\r": 1, "\U0001f600": 2, "1": "\x0f\n"},
            '{"\\r":1,"1":"\\u000f\\n","€":"€","\U0001f600":2}',
        ),
        ({"x": 'a"b\\c/\u2028'}, '{"x":"a\\"b\\\\c/\u2028"}'),
    ],
)
def test_content_is_spelled_as_the_rfc_says(value: dict[str, object], canonical: str) -> None:
    """RFC 8785, sections 3.2.2.2 and 3.2.3."""
    assert chain.content_digest("00ff", value) == hashlib.sha256(b"\x00\xff" + canonical.encode()).hexdigest()


def test_the_same_text_has_another_digest_in_another_decision(house: House) -> None:
    for _ in range(2):
        house.decision()
    with house.rows() as rows:
        first, second = rows.scalars(sa.select(Decision).order_by(Decision.id))
        same = first.chained()
        assert chain.content_digest(first.salt, same) != chain.content_digest(second.salt, same)


def test_links_added_at_the_same_time_form_one_chain(house: House) -> None:
    start = threading.Barrier(4)

    def add(name: str) -> None:
        with house.rows() as rows:
            start.wait()
            for number in range(5):
                chain.append(LinkKind.ERASED, f"decision:{name}{number}", "0" * 64)
                rows.commit()

    threads = [threading.Thread(target=add, args=(name,)) for name in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = links(house)
    assert [row.sequence for row in rows] == list(range(1, 21))
    assert [row.previous_digest for row in rows[1:]] == [row.digest for row in rows[:-1]]


def test_a_link_that_is_not_committed_leaves_no_trace(house: House) -> None:
    with house.rows() as rows:
        chain.append(LinkKind.ERASED, "decision:1", "0" * 64)
        rows.rollback()
    house.decision()
    assert [row.previous_digest for row in links(house)] == [START]
