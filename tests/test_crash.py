"""Killing the worker with SIGKILL at any point of sending loses no letter; only one in doubt goes again."""

import contextlib
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from doors import House
from servers import Working, eventually
from smtp import MailServer, Once, connect, invite

from portal.outbox import Letter, ready_to_send

PEOPLE = ["chair", "member", "secretary"]


@pytest.fixture
def server(house: House) -> Iterator[MailServer]:
    with MailServer() as running:
        connect(house, running)
        invite(house)
        yield running


def run_until_killed(
    house: House, server: MailServer, arrange: Callable[[Callable[..., None]], None]
) -> None:
    """Run a worker that is killed as arranged, then another one that does the rest."""
    with Working(house.environment, "--once") as working:
        arrange(lambda *_: os.kill(working.process.pid, signal.SIGKILL))
        assert working.process.wait(30) == -signal.SIGKILL
    finish(house, server)


def finish(house: House, server: MailServer) -> None:
    server.at.clear()
    with Working(house.environment, "--once") as again:
        assert again.process.wait(30) == 0


def locked(house: House) -> contextlib.AbstractContextManager[Any]:
    """Keep everybody else from writing letters down."""
    if "DATABASE_URL" in house.environment:
        connection = psycopg.connect(house.environment["DATABASE_URL"])
        connection.execute("LOCK TABLE letter IN EXCLUSIVE MODE")
        return contextlib.closing(connection)
    database = sqlite3.connect(house.instance / "portal.db", isolation_level=None, check_same_thread=False)
    database.execute("BEGIN IMMEDIATE")
    return contextlib.closing(database)


def killed_while_it_waits(house: House, pid: int) -> None:
    """Kill a worker that has the server's answer and waits for the database."""
    if "DATABASE_URL" in house.environment:
        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with psycopg.connect(house.environment["DATABASE_URL"], autocommit=True) as connection:
            eventually(lambda: connection.execute(waiting).fetchone())
    else:
        time.sleep(0.2)  # SQLite does not tell who waits
    os.kill(pid, signal.SIGKILL)


def check(house: House, server: MailServer, twice: str | None = None) -> None:
    """Everybody has the letter once, and one of them perhaps twice, with the same octets."""
    copies = Counter(one.to.partition("@")[0] for one in server.received)
    assert sorted(copies) == PEOPLE
    assert [name for name, number in copies.items() if number > 1] == ([twice] if twice else [])
    assert len({one.content for one in server.received}) == 3
    with house.rows() as rows:
        letters = rows.scalars(sa.select(Letter)).all()
        assert {ready_to_send(letter) for letter in letters} == {one.content for one in server.received}
    assert {letter.state for letter in house.letters()} == {"sent"}


@pytest.mark.drill
def test_killed_at_every_step_before_the_content_every_letter_arrives_once(
    house: House, server: MailServer
) -> None:
    for stage in ("CONNECT", "EHLO", "MAIL", "RCPT"):
        with Working(house.environment, "--once") as working:
            server.at = {stage: Once(lambda *_, pid=working.process.pid: os.kill(pid, signal.SIGKILL))}
            assert working.process.wait(30) == -signal.SIGKILL
    finish(house, server)
    check(house, server)


def test_killed_before_the_servers_answer_only_this_letter_goes_again(
    house: House, server: MailServer
) -> None:
    run_until_killed(house, server, lambda kill: server.at.update(DATA=Once(kill, at=2)))
    check(house, server, twice="member")


@pytest.mark.drill
def test_killed_after_the_answer_before_it_was_noted_only_this_letter_goes_again(
    house: House, server: MailServer
) -> None:
    with contextlib.ExitStack() as locks:

        def arrange(kill: Callable[..., None]) -> None:
            def lock(protocol: Any, _envelope: Any) -> None:
                locks.enter_context(locked(house))
                protocol.after_answer = kill

            server.at["DATA"] = Once(lock, at=2)

        with Working(house.environment, "--once") as working:
            arrange(lambda: killed_while_it_waits(house, working.process.pid))
            assert working.process.wait(30) == -signal.SIGKILL
    finish(house, server)
    check(house, server, twice="member")


@pytest.mark.drill
def test_killed_between_two_letters_every_letter_arrives_once(house: House, server: MailServer) -> None:
    def arrange(kill: Callable[..., None]) -> None:
        def when_noted(*_: Any) -> None:
            # The second letter knocks, so the first one is noted; its own MAIL never gets an answer.
            assert [letter.state for letter in house.letters()] == ["sent", "sending", "queued"]
            kill()

        server.at["MAIL"] = Once(when_noted, at=2)

    run_until_killed(house, server, arrange)
    check(house, server)
