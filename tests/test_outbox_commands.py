"""`flask outbox`: what an administrator does with letters at the shell."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from click.testing import Result
from doors import House, submit
from smtp import MailServer, Once, connect, invite, reply, work

from portal.audit import AuditEntry


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def outbox(house: House, *words: str) -> Result:
    return house.run("outbox", *words)


def test_the_commands_are_named_where_people_look(light_house: House) -> None:
    assert "outbox     Letters: list, show, retry, pause, resume, test." in light_house.run("--help").stdout
    shown = outbox(light_house, "--help").stdout
    commands = [line.split()[0] for line in shown.partition("Commands:")[2].splitlines() if line.strip()]
    assert commands == ["list", "pause", "resume", "retry", "show", "test"]


def test_letters_are_listed_with_head_state_and_answer(house: House, server: MailServer) -> None:
    connect(house, server)
    server.at["RCPT"] = Once(reply("554 5.7.1 no"))
    invite(house)
    work(house)
    lines = outbox(house, "list").stdout.splitlines()
    assert [line.split("\t")[:3] for line in lines] == [
        ["1", "failed", "chair@example.org"],
        ["2", "sent", "member@example.org"],
        ["3", "sent", "secretary@example.org"],
    ]
    assert lines[0].endswith("\t554 5.7.1 no")
    assert len(outbox(house, "list", "--state", "failed").stdout.splitlines()) == 1
    assert outbox(house, "list", "--state", "lost").exit_code == 2


def test_the_list_as_json_is_for_scripts(light_house: House) -> None:
    assert json.loads(outbox(light_house, "list", "--json").stdout) == []
    invite(light_house)
    rows = json.loads(outbox(light_house, "list", "--json", "--state", "queued").stdout)
    assert [row["address"].partition("@")[0] for row in rows] == ["chair", "member", "secretary"]
    assert set(rows[0]) == {
        "id", "kind", "about", "address", "head", "state", "attempts", "created_at", "due_at", "finished_at",
        "message_id", "answer",
    }  # fmt: skip


def test_one_letter_is_shown_without_its_text_and_link(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    submit(light_house.visitor(), "/reset", email="member@example.org")
    work(light_house)
    shown = outbox(light_house, "show", "1").stdout
    assert "head: Neues Passwort\n" in shown
    assert "state: sent\n" in shown
    assert "attempts: 1\n" in shown
    assert "answer: -\n" in shown
    for words in ("/reset/", ".invalid", "unter diesem Link"):
        assert words not in shown + outbox(light_house, "list", "--json").stdout
    assert "There is no letter 99" in outbox(light_house, "show", "99").stderr


def test_one_failed_letter_is_sent_again(house: House, server: MailServer) -> None:
    connect(house, server)
    server.at["RCPT"] = Once(reply("554 5.7.1 no"))
    invite(house)
    work(house)
    assert outbox(house, "retry", "1").exit_code == 0
    work(house)
    assert len(server.to("chair")) == 1
    refused = outbox(house, "retry", "1")
    assert refused.exit_code == 1
    assert "did not fail" in refused.stderr


def test_all_failed_letters_are_sent_again(house: House, server: MailServer) -> None:
    connect(house, server)
    server.at["RCPT"] = reply("554 5.7.1 no")
    invite(house)
    work(house)
    del server.at["RCPT"]
    assert "3 letters queued again" in outbox(house, "retry", "--failed").stderr
    work(house)
    assert len(server.received) == 3
    assert "0 letters queued again" in outbox(house, "retry", "--failed").stderr


@pytest.mark.parametrize("words", [(), ("1", "--failed"), ("x",)])
def test_retry_wants_a_letter_or_all(light_house: House, words: tuple[str, ...]) -> None:
    assert outbox(light_house, "retry", *words).exit_code == 2


def test_in_a_pause_nothing_goes_out(house: House, server: MailServer) -> None:
    connect(house, server)
    invite(house)
    for _ in range(2):
        assert outbox(house, "pause").exit_code == 0
    work(house)
    assert server.stages == []
    assert "Paused since" in outbox(house, "list").stderr
    assert "auf der Befehlszeile" in house.sign_in("admin").get("/").text
    for _ in range(2):
        assert outbox(house, "resume").exit_code == 0
    work(house)
    assert len(server.received) == 3
    assert outbox(house, "list").stderr == ""
    with house.rows() as rows:
        noted = sa.select(AuditEntry.action).where(AuditEntry.subject == "outbox").order_by(AuditEntry.id)
        assert rows.scalars(noted).all() == ["outbox.paused", "outbox.resumed"]


def test_a_test_letter_goes_to_an_administrator_only(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    sent = outbox(light_house, "test", "Admin@example.org")
    assert sent.stdout == "1\n"
    work(light_house)
    assert [one.message["Subject"] for one in server.to("admin")] == ["Testbrief"]
    for address in ("member@example.org", "stranger@example.com"):
        refused = outbox(light_house, "test", address)
        assert (refused.exit_code, "No administrator" in refused.stderr) == (1, True)
