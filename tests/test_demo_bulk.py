"""`flask demo --decisions N`: many decisions as whole as a single one, of sentences that pass the guard."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from doors import House

from meetings.meeting import Meeting
from minutes.decision import Decision
from minutes.demonstration import fill, texts
from portal.chain import ChainLink
from portal.dismissals import Dismissal
from portal.outbox import Letter
from portal.textguard import scan

SIZE = 300


def test_bulk_decisions_are_as_whole_as_a_single_one(house: House) -> None:
    house.decision()
    for _ in range(2):
        answer = house.run("demo", "--decisions", str(SIZE))
        assert answer.exit_code == 0, answer.output
    verified = house.run("verify")
    assert verified.exit_code == 0, verified.output
    given: dict[int, list[int]] = {}
    with house.rows() as rows:
        for number, year, ordinal in rows.execute(
            sa.select(Decision.number, Decision.year, Decision.ordinal)
        ):
            given.setdefault(year, []).append(ordinal)
            assert number == f"LK-{year}-{ordinal:03d}"
        assert all(sorted(series) == list(range(1, len(series) + 1)) for series in given.values())
        assert rows.scalar(sa.select(sa.func.count()).select_from(ChainLink)) == 2 * SIZE + 1
        assert rows.scalar(sa.select(sa.func.count()).select_from(Letter)) == 3
    assert f"{2 * SIZE + 1} Entscheidungen" in house.sign_in("outsider").get("/decisions").text


def test_work_goes_on_after_bulk(house: House) -> None:
    house.run("demo", "--decisions", "40")
    number = house.decision()
    assert house.run("verify").exit_code == 0
    assert number in house.sign_in("member").get("/decisions").text


def test_every_bulk_sentence_passes_the_guard() -> None:
    rng = random.Random(11)
    for decision in (texts.bulk_decision(rng, "lenkungskreis") for _ in range(SIZE)):
        parts = (
            decision.title,
            decision.outcome,
            decision.outline,
            decision.arguments,
            decision.conclusion,
            *decision.legal_bases,
            *decision.topics,
        )
        assert not [one for text in parts for one in scan(text) if one.blocking]


def test_what_other_word_lists_would_stop_is_set_aside(
    light_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = replace(
        texts.decisions()[0], committee="lenkungskreis", arguments="Frau Selin Aydemir stimmt zu."
    )
    monkeypatch.setattr(texts, "decisions", lambda: [named])
    meeting = light_house.meeting(days=-3)
    with light_house.rows() as rows:
        held = rows.get_one(Meeting, meeting)
        fill._decide(0, held.committee, held, {}, datetime.now(UTC))
        rows.commit()
        assert rows.scalars(sa.select(Decision)).one().number
        assert rows.scalars(sa.select(Dismissal)).one().confirmed_by.name == "Carla Vorsitz"


def test_an_instance_in_real_use_gets_no_demonstration(light_house: House) -> None:
    with light_house.rows() as rows:
        rows.execute(
            sa.text("UPDATE person SET email = 'a@example.org' WHERE email = 'secretary@example.org'")
        )
        rows.commit()
    answer = light_house.run("demo", "--decisions", "1")
    assert answer.exit_code == 1
    assert "real use" in answer.output
