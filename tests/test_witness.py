"""`flask verify --against FILE`: what a member kept tells whether the chain still holds it, and where histories part."""

import mailbox
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from click.testing import Result
from doors import House, approve_minutes
from test_minutes import drafted

import portal.database
from minutes.decision import Decision
from portal import chain
from portal.chain import ChainLink
from portal.letters import every_text_of
from portal.witness import found_in

DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def grown(light_house: House, tmp_path: Path) -> House:
    """Four decisions; a backup was made after the second one."""
    for number in range(4):
        light_house.decision(title=f"Nummer {number}")
        if number == 1:
            saved(light_house, tmp_path / "backup.db")
    return light_house


def against(house: House, *files: Path) -> Result:
    return house.run("verify", *(part for file in files for part in ("--against", str(file))))


def letters_of(house: House, name: str = "member") -> list[bytes]:
    return [row.body for row in house.letters("decision_released") if row.person.email.startswith(name)]


def kept(house: House, folder: Path, position: int = -1) -> Path:
    """The letter about a release, as a member's mail program stores it."""
    file = folder / f"letter{position}.eml"
    file.write_bytes(letters_of(house)[position])
    return file


def mailbox_of(house: House, folder: Path) -> Path:
    box = mailbox.mbox(folder / "box")
    for body in letters_of(house):
        box.add(body)
    box.close()
    return folder / "box"


def change(house: House, *statements: str) -> None:
    with house.rows() as rows:
        for statement in statements:
            rows.execute(sa.text(statement))
        rows.commit()


def saved(house: House, path: Path) -> Path:
    """A backup of the database, made as the manual says."""
    with (
        closing(sqlite3.connect(house.instance / "portal.db")) as source,
        closing(sqlite3.connect(path)) as copy,
    ):
        source.backup(copy)
    return path


def restore(house: House, backup: Path) -> None:
    with house.app.app_context():
        portal.database.database().engine.dispose()
    for path in house.instance.glob("portal.db*"):
        path.unlink()
    shutil.copy(backup, house.instance / "portal.db")


def test_a_letter_a_mailbox_and_a_copied_line_agree_with_a_chain_that_has_grown(
    grown: House, tmp_path: Path
) -> None:
    letter = kept(grown, tmp_path, 1)
    box = mailbox_of(grown, tmp_path)
    note = tmp_path / "note.txt"
    line = re.search(r"Prüfsumme der Kette, Glied 3: [0-9a-f]{64}", text_of(grown, 2))[0]
    note.write_text(f"> {line[:60]}\n> {line[60:]}\n")  # a mail program broke and quoted it
    for file, digests in ((letter, 1), (box, 4), (note, 1)):
        answer = against(grown, file)
        assert answer.exit_code == 0, answer.output
        assert f"The chain holds all that it knows, {digests} digests." in answer.output
    assert "is link 3 (decision:3, released" in against(grown, note).output


def digest_of(house: House, sequence: int) -> str:
    with house.rows() as rows:
        return rows.get_one(ChainLink, sequence).digest


def text_of(house: House, position: int) -> str:
    return every_text_of(letters_of(house)[position])


def test_a_chain_that_was_cut_back_is_told_by_the_newest_letter(grown: House, tmp_path: Path) -> None:
    old, new = kept(grown, tmp_path, 0), kept(grown, tmp_path, 3)
    restore(grown, tmp_path / "backup.db")
    assert grown.run("verify").exit_code == 0  # the chain alone cannot know
    answer = against(grown, old, new)
    assert answer.exit_code == 1
    assert "letter0.eml: The chain holds all that it knows" in answer.output
    assert "The chain was cut back: it ends at link 2, and the witness knows link 4." in answer.output
    assert "an older backup was restored" in answer.output


def test_a_portal_that_went_on_from_an_older_backup_is_told_and_where_histories_part(
    grown: House, tmp_path: Path
) -> None:
    box = mailbox_of(grown, tmp_path)
    newest = kept(grown, tmp_path, 3)
    restore(grown, tmp_path / "backup.db")
    for _ in range(3):
        grown.decision(title="Andere Geschichte")
    assert grown.run("verify").exit_code == 0
    output = against(grown, box).output
    assert "The histories of witness and chain part at link 3. Up to link 2 they agree." in output
    assert "part at one of the links 1 to 4." in against(grown, newest).output
    forged = tmp_path / "forged.txt"
    forged.write_text(f"Glied 2: {DIGEST}\nGlied 2: {digest_of(grown, 2)}\n")
    assert "part at one of the links 1 to 2." in against(grown, forged).output


def test_a_forged_history_whose_digests_all_fit_is_told_by_a_witness(grown: House, tmp_path: Path) -> None:
    """Somebody with the whole database changed a decision and made every digest anew."""
    witness = kept(grown, tmp_path, 3)
    with grown.rows() as rows:
        rows.execute(sa.text("UPDATE decision SET outcome = 'Gefälscht' WHERE id = 2"))
        forge(rows, 2)
        rows.commit()
    assert grown.run("verify").exit_code == 0
    answer = against(grown, kept_again(tmp_path, witness))
    assert answer.exit_code == 1
    assert "part at one of the links 1 to 4" in answer.output


def forge(rows: sa.orm.Session, first: int) -> None:
    links = rows.scalars(sa.select(ChainLink).where(ChainLink.sequence >= first).order_by(ChainLink.sequence))
    previous = None
    for link in links.all():
        decision = rows.get_one(Decision, int(link.subject.partition(":")[2]))
        rows.refresh(decision)
        link.content_digest = chain.content_digest(decision.salt, decision.chained())
        link.parts = chain.parts_of(decision.salt, decision.chained())
        link.previous_digest = previous or link.previous_digest
        link.digest = previous = chain.link_digest(link)
        rows.flush()


def kept_again(folder: Path, file: Path) -> Path:
    """A mail with the letter attached, as somebody forwards it."""
    forwarded = EmailMessage()
    forwarded["Subject"], forwarded["Date"] = "Fwd", "Mon, 1 Mar 2027 10:00:00 +0100"
    forwarded.set_content("Siehe Anlage.")
    forwarded.add_attachment(message_from_bytes(file.read_bytes(), policy=policy.default))
    path = folder / "forwarded.eml"
    path.write_bytes(bytes(forwarded))
    return path


def test_pdfs_of_minutes_and_of_a_decision_are_witnesses(light_house: House, tmp_path: Path) -> None:
    secretary, minutes = drafted(light_house)
    approve_minutes(secretary, minutes)
    number = light_house.decision()
    member = light_house.sign_in("member")
    files = []
    for name, address in (("m", f"/minutes/{minutes}/export.pdf"), ("d", f"/decisions/{number}.pdf")):
        answer = member.get(address)
        assert answer.status_code == 200, address
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(answer.data)
    answer = against(light_house, *files)
    assert answer.exit_code == 0, answer.output
    assert "is link 1 (minutes:" in answer.output
    assert "is link 2 (decision:" in answer.output
    assert "content of link 2 (decision:" in answer.output
    change(light_house, "DELETE FROM chain_link WHERE sequence = 2")
    assert (
        "The chain was cut back: it ends at link 1, and the witness knows link 2."
        in against(light_house, files[1]).output
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "no digest stands in it"),
        ("words.txt", "Grüße ohne Prüfsumme".encode(), "no digest stands in it"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "neither a document with text"),
        ("letter.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as .eml"),
        ("broken.pdf", b"%PDF-1.7\nrubbish", "it cannot be read"),
        ("half.txt", DIGEST[:63].encode(), "no digest stands in it"),
        ("long.txt", (DIGEST + "0").encode(), "no digest stands in it"),
        ("mail.eml", b"From: a@example.org\nDate: x\n\n\xff\xfe", "no digest stands in it"),
    ],
)
def test_a_file_that_holds_no_witness_is_told_kindly(
    light_house: House, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    answer = against(light_house, tmp_path / name)
    assert answer.exit_code == 2
    assert words in answer.output


@pytest.mark.parametrize("head", [b"A: b\r\n", b"A: b\r\n c\r\n"])
def test_a_head_that_never_ends_is_read_once(light_house: House, tmp_path: Path, head: bytes) -> None:
    (tmp_path / "endless.eml").write_bytes(head * 5000 + b"kein Ende")
    assert "no digest stands in it" in against(light_house, tmp_path / "endless.eml").output


def test_a_digest_without_its_number_is_looked_for_too(grown: House, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text(f"mein Zettel: {DIGEST}")
    answer = against(grown, note)
    assert answer.exit_code == 1
    assert "No link bears this digest" in answer.output


def test_letters_in_both_languages_name_the_number_beside_the_digest() -> None:
    for text in (
        f"Prüfsumme der Kette, Glied 12: {DIGEST}",
        f"Checksum of the chain, link 12: {DIGEST}",
        f"Kettenglied 12\n{DIGEST}",
        f"Link 12 of the chain\n\n{DIGEST}",
    ):
        (witness,) = found_in(text)
        assert (witness.sequence, witness.digest) == (12, DIGEST), text
    (witness,) = found_in(f"Glied 12 und 2 Anlagen {DIGEST}")
    assert witness.sequence is None


def test_every_letter_about_a_release_carries_the_head_with_its_number(light_house: House) -> None:
    light_house.decision()
    light_house.decision()
    with light_house.rows() as rows:
        digests = list(rows.scalars(sa.select(ChainLink.digest).order_by(ChainLink.sequence)))
    heads = [found_in(text_of(light_house, position))[0] for position in (0, 1)]
    assert [(one.sequence, one.digest) for one in heads] == [(1, digests[0]), (2, digests[1])]


def test_a_clock_that_was_set_back_is_noted_and_breaks_nothing(light_house: House) -> None:
    with time_machine.travel("2027-03-02 10:00:00+00:00", tick=False):
        light_house.decision()
    with time_machine.travel("2027-03-01 09:00:00+00:00", tick=False):
        light_house.decision()
    answer = light_house.run("verify")
    assert answer.exit_code == 0
    assert "note: link 2, decision:2: its time lies 1 day, 1:00:00 before that of link 1" in answer.output
    assert "the clock was set back" in answer.output


def test_the_ten_lines_of_the_manual_compute_the_digest_that_a_letter_carries(
    light_house: House, tmp_path: Path
) -> None:
    light_house.decision(title="Über „Maß“", legal_bases=["§ 25b AufenthG"])
    assert light_house.run("export", str(tmp_path / "archive")).exit_code == 0
    manual = (Path(__file__).parents[1] / "docs" / "chain.md").read_text()
    program = re.search(r"```python\n(.*?)```", manual, re.DOTALL)[1].replace("decision:12", "decision:1")
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "archive", capture_output=True, text=True, check=True
    )
    (head,) = found_in(text_of(light_house, 0))
    assert answer.stdout.split() == ["1", head.digest]
    kept_chain = against(light_house, tmp_path / "archive" / "chain.json")
    assert "The chain holds all that it knows, 1 digests." in kept_chain.output
