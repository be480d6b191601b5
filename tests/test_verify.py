"""`flask verify`: whole is whole, and whatever was changed behind the portal's back is found."""

import re

import pytest
import sqlalchemy as sa
from doors import House

from minutes.decision import Decision
from portal import chain, chain_check
from portal.chain import ChainLink
from portal.database import only_read, session
from portal.witness import note_head


@pytest.fixture
def grown(house: House) -> House:
    """Four decisions, one of them of the case group, and one that supersedes the first: five links."""
    house.decision(legal_bases=["§ 25b AufenthG", "§ 60a AufenthG"], topics=["Duldung", "Arbeit"])
    house.decision("fallgruppe", topics=["Duldung"])
    house.decision(title="Dritte")
    house.decision(title="Vierte", supersedes_id=1)
    return house


def tamper(house: House, *statements: str) -> None:
    with house.rows() as rows:
        for statement in statements:
            rows.execute(sa.text(statement))
        rows.commit()


def faults(house: House) -> list[str]:
    """The lines of `flask verify`, none if it found all whole."""
    answer = house.run("verify")
    assert answer.exit_code == (0 if answer.output.startswith("The chain is whole") else 1), answer.output
    return answer.output.splitlines() if answer.exit_code else []


def test_an_untouched_chain_is_whole_and_its_head_is_named(grown: House) -> None:
    answer = grown.run("verify")
    assert answer.exit_code == 0
    assert re.fullmatch(r"The chain is whole: 5 links, head [0-9a-f]{64}\.\n", answer.output)


def test_an_empty_instance_is_whole(house: House) -> None:
    assert house.run("verify").output == f"The chain is whole: 0 links, head {'0' * 64}.\n"


CHANGES = [
    ("UPDATE decision SET title = 'Anders' WHERE id = 2", "link 2, decision:2: its content was changed"),
    (
        "UPDATE decision SET outcome = outcome || ' ' WHERE id = 2",
        "link 2, decision:2: its content was changed",
    ),
    (
        "UPDATE decision SET released_at = written_at WHERE id = 3",
        "link 3, decision:3: its content was changed",
    ),
    ("UPDATE decision SET salt = '00' WHERE id = 2", "link 2, decision:2: its content was changed"),
    ("UPDATE decision SET salt = 'zz' WHERE id = 2", "link 2, decision:2: its content was changed"),
    (
        "UPDATE decision_legal_basis SET reference = '§ 1' WHERE position = 1",
        "link 1, decision:1: its content",
    ),
    ("UPDATE decision_legal_basis SET position = 5 WHERE position = 0", "link 1, decision:1: its content"),
    ("DELETE FROM decision_legal_basis WHERE position = 1", "link 1, decision:1: its content was changed"),
    (
        "UPDATE topic SET name = 'Anders' WHERE name = 'Duldung'",
        "link 1, decision:1: its content was changed",
    ),
    ("DELETE FROM decision_topic WHERE decision_id = 2", "link 2, decision:2: its content was changed"),
    (
        "UPDATE chain_link SET at = '2020-01-01 00:00:00.000000' WHERE sequence = 2",
        "link 2, decision:2: the link",
    ),
    (
        "UPDATE chain_link SET subject = 'decision:3' WHERE sequence = 2",
        "link 2, decision:3: the link itself",
    ),
    (
        "UPDATE chain_link SET subject = 'decision:x' WHERE sequence = 2",
        "link 2, decision:x: the link itself",
    ),
    ("UPDATE chain_link SET kind = 'withdrawn' WHERE sequence = 2", "link 2, decision:2: the link itself"),
    ("DELETE FROM chain_link WHERE sequence = 1", "link 1, decision:2: link 1 is missing"),
    ("DELETE FROM chain_link WHERE sequence = 2", "link 2, decision:3: link 2 is missing; the next one is 3"),
    (
        "DELETE FROM chain_link WHERE sequence > 2",
        "decision:3, LK-{year}-002: is released, but not in the chain",
    ),
    (
        "UPDATE chain_link SET sequence = sequence + 10 WHERE sequence > 2",
        "link 3, decision:3: link 3 is missing",
    ),
    ("UPDATE decision SET state = 'released' WHERE id = 1", "is superseded by the chain, but not marked"),
    (
        "UPDATE decision SET state = 'superseded' WHERE id = 2",
        "is marked as superseded, but the chain does not",
    ),
    (
        "UPDATE decision SET audience = 'programme' WHERE id = 2",
        "FG-{year}-001: is open to all committees, though",
    ),
    (
        "DELETE FROM decision_search WHERE {key} (SELECT archive_key FROM decision WHERE id = 3)",
        "missing from the archive",
    ),
]


def test_every_kind_of_change_behind_the_back_is_found(grown: House) -> None:
    year = re.search(r"-(\d{4})-", grown.letters("decision_released")[0].head)[1]
    key = "key =" if "DATABASE_URL" in grown.environment else "rowid = -"
    for change, what in CHANGES:
        with grown.rows() as rows:
            rows.execute(sa.text(change.format(key=key)))
            found = "\n".join(
                f"link {one.sequence}, {one.subject}: {one.what}" for one in chain_check.verify()
            )
            rows.rollback()
        assert what.format(year=year) in found, change
    assert faults(grown) == []


def test_the_first_line_names_the_first_broken_link(grown: House) -> None:
    tamper(grown, "UPDATE decision SET title = 'Anders' WHERE id IN (2, 3)")
    assert [line.partition(",")[0] for line in faults(grown)] == ["link 2", "link 3"]


def test_a_deleted_row_is_found_and_so_is_the_gap_in_the_numbers(grown: House) -> None:
    tamper(
        grown,
        "DELETE FROM decision_writer WHERE decision_id = 3",
        "DELETE FROM decision_search",
        "DELETE FROM decision WHERE id = 3",
    )
    lines = faults(grown)
    assert lines[0] == "link 3, decision:3: its content is gone or cannot be read, and no erasure is noted"
    assert any(re.search(r"LK-\d{4}: 1 of the numbers up to 003 missing", line) for line in lines)


def test_swapped_links_are_found(grown: House) -> None:
    tamper(
        grown,
        "UPDATE chain_link SET sequence = 99 WHERE sequence = 2",
        "UPDATE chain_link SET sequence = 2 WHERE sequence = 3",
        "UPDATE chain_link SET sequence = 3 WHERE sequence = 99",
    )
    assert faults(grown)[0] == "link 2, decision:3: does not follow the link before it"


def test_a_link_forged_with_a_fitting_digest_still_breaks_the_next_one(grown: House) -> None:
    with grown.rows() as rows:
        decision, link = rows.get_one(Decision, 2), rows.get_one(ChainLink, 2)
        rows.execute(sa.text("UPDATE decision SET title = 'Anders' WHERE id = 2"))
        rows.refresh(decision)
        link.content_digest = chain.content_digest(decision.salt, decision.chained())
        link.digest = chain.link_digest(link)
        rows.commit()
    assert faults(grown)[0] == "link 3, decision:3: does not follow the link before it"


def test_a_cut_tail_is_known_by_the_witness_of_a_letter(grown: House) -> None:
    kept = re.search(
        "[0-9a-f]{64}", grown.letters()[-1].body.decode().replace("=\n", "").replace("=\r\n", "")
    )[0]
    assert grown.run("verify", "--witness", kept).exit_code == 0
    tamper(
        grown,
        "DELETE FROM chain_link WHERE sequence > 3",
        "DELETE FROM decision_writer WHERE decision_id = 4",
        "DELETE FROM decision WHERE id = 4",
        "UPDATE decision SET state = 'released'",
    )
    assert faults(grown) == []
    answer = grown.run("verify", "--witness", kept)
    assert answer.exit_code == 1
    assert f"no link bears the digest {kept}" in answer.output


@pytest.mark.drill
def test_many_faults_are_counted_and_only_the_first_ones_printed(light_house: House) -> None:
    for _ in range(25):
        light_house.decision()
    tamper(light_house, "DELETE FROM chain_link")
    lines = faults(light_house)
    assert len(lines) == 21
    assert lines[-1] == "and 5 more; trust ends at the first one"


RUBBISH = [
    "UPDATE chain_link SET at = 'gestern' WHERE sequence = 2",
    "UPDATE chain_link SET at = x'00ff' WHERE sequence = 2",
    "UPDATE chain_link SET subject = x'ff' WHERE sequence = 2",
    "UPDATE decision SET released_at = 'gestern' WHERE id = 2",
    "UPDATE decision SET title = x'00ff' WHERE id = 2",
    "UPDATE decision SET title = CAST(x'ff' AS TEXT) WHERE id = 2",
]


def test_rubbish_in_a_column_is_a_fault_and_no_crash(light_house: House) -> None:
    for _ in range(3):
        light_house.decision()
    for change in RUBBISH:
        with light_house.rows() as rows:
            rows.execute(sa.text(change))
            assert list(chain_check.verify()), change
            rows.rollback()


def test_the_fields_that_differ_are_named_as_far_as_it_can_be_told(grown: House) -> None:
    tamper(grown, "UPDATE decision SET outcome = 'x', title = 'y' WHERE id = 2")
    changed = "its content was changed after the fact"
    assert faults(grown)[0] == f"link 2, decision:2: {changed}: outcome, title"
    tamper(grown, "UPDATE decision SET salt = '00' WHERE id = 2")
    assert faults(grown)[0] == f"link 2, decision:2: {changed}: its salt, or every part of it"


def test_of_a_link_of_an_older_version_no_field_is_named(light_house: House) -> None:
    light_house.decision()
    with light_house.rows() as rows:
        link = rows.get_one(ChainLink, 1)
        link.parts = None
        link.digest = chain.link_digest(link)
        rows.commit()
    assert faults(light_house) == []
    tamper(light_house, "UPDATE decision SET outcome = 'x'")
    assert (
        "in which part cannot be said, the link is older than the digests of parts" in faults(light_house)[0]
    )


def test_others_go_on_writing_while_the_chain_is_walked(light_house: House) -> None:
    light_house.decision()
    with light_house.rows() as rows:
        only_read()
        walk = chain_check.verify()
        assert list(walk) == []
        other = light_house.app.app_context()
        with other:
            session.execute(sa.text("UPDATE person SET language = 'en'"))
            session.commit()
        rows.rollback()


def test_the_portals_own_witness_tells_of_a_database_that_was_put_back(light_house: House) -> None:
    light_house.decision()
    light_house.decision()
    with light_house.rows():
        note_head()
        note_head()
    heads = light_house.instance / "chain-heads.txt"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d Prüfsumme der Kette, Glied 2: [0-9a-f]{64}\n", heads.read_text())
    assert light_house.run("verify").exit_code == 0
    tamper(
        light_house,
        "DELETE FROM chain_link WHERE sequence = 2",
        "UPDATE decision SET state = 'draft', number = NULL,"
        " year = NULL, ordinal = NULL, released_by_id = NULL, released_at = NULL, archive_key = NULL WHERE id = 2",
    )
    assert "chain-heads.txt: The chain was cut back: it ends at link 1" in "\n".join(faults(light_house))
