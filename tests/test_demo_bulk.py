"""`flask demo --decisions N`: many decisions as whole as a single one, from sentences that the guard lets pass."""

import re

import pytest
import sqlalchemy as sa
from doors import House

from minutes.decision import Decision
from portal.chain import ChainLink
from portal.outbox import Letter
from portal.textguard import scan

SIZE = 300


@pytest.fixture
def filled(house: House) -> House:
    """Some released decisions, then two rounds of bulk."""
    house.decision()
    for _ in range(2):
        answer = house.run("demo", "--decisions", str(SIZE))
        assert answer.exit_code == 0, answer.output
    return house


def test_bulk_decisions_are_whole(filled: House) -> None:
    verified = filled.run("verify")
    assert verified.exit_code == 0, verified.output
    with filled.rows() as rows:
        decisions = rows.scalars(sa.select(Decision).order_by(Decision.id)).all()
        assert len(decisions) == 2 * SIZE + 1
        by_year: dict[int, list[int]] = {}
        for row in decisions:
            by_year.setdefault(row.year, []).append(row.ordinal)
            assert row.number == f"LK-{row.year}-{row.ordinal:03d}"
        assert all(sorted(given) == list(range(1, len(given) + 1)) for given in by_year.values())
        assert len(by_year) >= 10
        assert rows.scalar(sa.select(sa.func.count()).select_from(ChainLink)) == 2 * SIZE + 1
        assert rows.scalar(sa.select(sa.func.count()).select_from(Letter)) == 3


def test_every_bulk_sentence_passes_the_guard(filled: House) -> None:
    with filled.rows() as rows:
        for row in rows.scalars(sa.select(Decision)):
            for field, text in row.guarded_texts.items():
                assert not [one for one in scan(text) if one.blocking], (field, text)


def test_bulk_decisions_are_found_by_every_member(filled: House) -> None:
    page = filled.sign_in("outsider").get("/decisions").text
    assert f"{2 * SIZE + 1} Entscheidungen" in page
    with filled.rows() as rows:
        row = rows.scalars(sa.select(Decision).order_by(Decision.id.desc())).first()
        word = max(re.findall(r"\w+", row.title), key=len)
    found = filled.sign_in("outsider").get("/decisions", query_string={"q": f"{word} {row.year}"}).text
    assert "<mark>" in found or "result" in found


def test_work_goes_on_after_bulk(filled: House) -> None:
    number = filled.decision()
    assert int(number.rpartition("-")[2]) > 1
    assert filled.run("verify").exit_code == 0
    assert number in filled.sign_in("member").get("/decisions").text


def test_an_instance_in_real_use_gets_no_demonstration(house: House) -> None:
    with house.rows() as rows:
        rows.execute(
            sa.text("UPDATE person SET email = 'somebody@example.org' WHERE email = 'secretary@example.org'")
        )
        rows.commit()
    answer = house.run("demo", "--decisions", "1")
    assert answer.exit_code == 1
    assert "real use" in answer.output
