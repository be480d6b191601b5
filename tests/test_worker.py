"""The worker as a process: alone, ending cleanly, surviving what happens to machines, and never orphaned."""

import os
import resource
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from doors import House
from servers import Serving, Working, eventually, flask
from smtp import Hold, MailServer, Once, connect, invite


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def states(house: House) -> list[str]:
    return [letter.state.value for letter in house.letters()]


def workers_of(house: House) -> list[int]:
    """Process ids of the workers on this instance."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"\0worker\0" in command and f"PORTAL_INSTANCE={house.instance}\0".encode() in environment + b"\0":
            found.append(int(entry.name))
    return found


@pytest.mark.drill
def test_a_second_worker_of_an_instance_is_refused(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    invite(light_house)
    server.at["DATA"] = Once(slow := Hold())
    with Working(light_house.environment) as working:
        assert slow.reached.wait(30)
        second = flask(light_house.environment, "worker", "--once")
        assert second.returncode == 1
        assert "running already" in second.stderr
        slow.release()
        eventually(lambda: states(light_house) == ["sent"] * 3)
    assert working.process.returncode == 0
    assert len(server.received) == 3


@pytest.mark.drill
def test_workers_on_two_machines_send_every_letter_once(
    house: House, server: MailServer, tmp_path: Path
) -> None:
    """Two machines have two folders and one PostgreSQL; two folders stand for them on SQLite."""
    connect(house, server)
    for _ in range(3):
        invite(house)
    shutil.copytree(house.instance, tmp_path / "other", ignore=shutil.ignore_patterns("portal.db*"))
    shared = {
        "DATABASE_URL": house.environment.get("DATABASE_URL") or f"sqlite:///{house.instance}/portal.db"
    }
    there = house.environment | shared | {"PORTAL_INSTANCE": str(tmp_path / "other")}
    with Working(house.environment, "--once") as one, Working(there, "--once") as two:
        assert (one.process.wait(60), two.process.wait(60)) == (0, 0), (
            two.process.stderr.read() + one.process.stderr.read()
        )
    copies = Counter(one.message["Message-ID"] for one in server.received)
    assert len(copies) == 9
    assert set(copies.values()) == {1}


@pytest.mark.drill
def test_sigterm_lets_the_letter_at_hand_be_finished_and_no_other_begin(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    invite(house)
    server.at["DATA"] = Once(slow := Hold())
    with Working(house.environment) as working:
        assert slow.reached.wait(30)
        working.process.terminate()
        slow.release()
        assert working.process.wait(30) == 0
    assert states(house) == ["sent", "queued", "queued"]
    assert server.stages.count("MAIL") == len(server.received) == 1


@pytest.mark.drill
def test_a_database_lost_before_the_servers_word_was_noted_makes_no_letter_go_twice(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    invite(house)
    with Working(house.environment) as working:
        database = LostDatabase(house, working.process.pid)
        server.at["DATA"] = Once(lambda *_: database.lose())
        fault = working.process.stderr.readline().decode()
        database.find()
        eventually(lambda: states(house) == ["sent"] * 3)
    assert working.process.returncode == 0
    assert "the worker waits after a fault" in fault
    assert "Einladung" not in fault + working.words
    assert len(server.received) == 3
    assert not any(letter.perhaps_received for letter in house.letters())


class LostDatabase:
    """PostgreSQL ends the worker's connection; beside SQLite no file can grow, as on a full disk."""

    def __init__(self, house: House, worker: int) -> None:
        self.url, self.worker = house.environment.get("DATABASE_URL"), worker

    def lose(self) -> None:
        if self.url is None:
            resource.prlimit(self.worker, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            return
        self.lock = psycopg.connect(self.url)
        self.lock.execute("LOCK TABLE letter IN EXCLUSIVE MODE")
        threading.Thread(target=self._end_who_waits).start()

    def _end_who_waits(self) -> None:
        end = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with psycopg.connect(self.url, autocommit=True) as connection:
            eventually(lambda: connection.execute(end).fetchone())

    def find(self) -> None:
        if self.url is None:
            resource.prlimit(
                self.worker, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )
        else:
            self.lock.close()


@pytest.mark.drill
def test_a_killed_worker_is_started_again_by_the_server(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    with Serving(light_house.environment):
        eventually(lambda: workers_of(light_house))
        (first,) = workers_of(light_house)
        os.kill(first, signal.SIGKILL)
        invite(light_house)
        eventually(lambda: states(light_house) == ["sent"] * 3)
        assert workers_of(light_house) != [first]
    assert workers_of(light_house) == []


@pytest.mark.drill
def test_a_worker_whose_server_was_killed_ends_by_itself(light_house: House) -> None:
    with Serving(light_house.environment) as serving:
        eventually(lambda: (light_house.instance / "worker.lock").exists() and workers_of(light_house))
        serving.process.kill()
        eventually(lambda: not workers_of(light_house))
    assert workers_of(light_house) == []
