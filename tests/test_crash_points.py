"""A power cut between any two steps of plan → commit → publish → send: what follows makes everything whole."""

import itertools
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from doors import House
from icalendar import Calendar
from servers import ROOT, clean_environment, flask
from smtp import MailServer, connect, press

from meetings.meeting import Invitation, Meeting
from portal.database import database
from portal.outbox import Letter
from portal.publishing import Publication

YEAR = "2031"


@pytest.fixture
def server(light_house: House) -> Iterator[MailServer]:
    with MailServer() as running:
        connect(light_house, running)
        light_house.run("publish")
        yield running


def killed_at(house: House, step: int, *command: str) -> bool:
    """Run a command that is killed at this step; False when it came to its end before."""
    ended = subprocess.run(
        [sys.executable, ROOT / "tests" / "crash_points.py", str(step), *command],
        cwd=ROOT,
        env=clean_environment() | house.environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert ended.returncode in {0, -signal.SIGKILL}, ended.stderr.decode()
    return ended.returncode != 0


class Snapshot:
    """The instance as it was before a step, to go back to."""

    def __init__(self, house: House) -> None:
        self.house, self.copy = house, house.instance.with_name("snapshot")
        with house.app.app_context():
            database().engine.dispose()
        shutil.copytree(house.instance, self.copy)

    def restore(self) -> None:
        with self.house.app.app_context():
            database().engine.dispose()
        shutil.rmtree(self.house.instance)
        shutil.copytree(self.copy, self.house.instance)


def public_files(house: House) -> dict[Path, tuple[int, float, bytes]]:
    files = (house.instance / "public").rglob("*")
    return {
        path: (path.stat().st_ino, path.stat().st_mtime, path.read_bytes())
        for path in files
        if path.is_file()
    }


def check_everything_is_whole(house: House, server: MailServer) -> None:
    """Every file tells the truth and is not written again; everybody has every letter, twice only if it is the same."""
    before = public_files(house)
    assert flask(house.environment, "publish").returncode == 0
    assert public_files(house) == before
    with house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count()).select_from(Publication)) == 0
        letters = rows.scalars(sa.select(Letter)).all()
        assert Counter(letter.state.value for letter in letters) == Counter({"sent": len(letters)})
        asked = {(row.meeting_id, row.person.email) for row in rows.scalars(sa.select(Invitation))}
        assert Counter((int(one.about.split(":")[1]), one.address) for one in letters) == Counter(asked)
        assert {one.to for one in server.received} == {address for _, address in asked}
        bytes_of: dict[str, set[bytes]] = {}
        for one in server.received:
            bytes_of.setdefault(one.message["Message-ID"], set()).add(one.content)
        assert set(bytes_of) == {letter.message_id for letter in letters}
        assert {len(copies) for copies in bytes_of.values()} <= {1}
        meetings = {row.uid for row in rows.scalars(sa.select(Meeting))}
    shown = Calendar.from_ical(house.calendar("lenkungskreis"))
    events = [str(event["UID"]) for event in shown.walk("VEVENT") if str(event["UID"]).startswith("sitzung")]
    assert sorted(events) == sorted(meetings)


def sweep(house: House, server: MailServer, steps: Iterator[int], *command: str) -> int:
    """Kill the command at each of the steps, let it be run again and the worker do the rest. Returns the kills."""
    snapshot, kills = Snapshot(house), 0
    for step in steps:
        snapshot.restore()
        server.received.clear()
        if not killed_at(house, step, *command):
            break
        kills += 1
        assert flask(house.environment, *command).returncode == 0
        assert flask(house.environment, "worker", "--once").returncode == 0
        check_everything_is_whole(house, server)
    return kills


def plan_and_invite(house: House) -> None:
    assert house.run("plan", YEAR, "--committee", "lenkungskreis", "--save").exit_code == 0
    press(house, 1, "invite")


@pytest.mark.drill
def test_a_worker_killed_at_some_steps_leaves_nothing_undone(light_house: House, server: MailServer) -> None:
    plan_and_invite(light_house)
    assert sweep(light_house, server, iter((9, 26)), "worker", "--once") == 2


@pytest.mark.drill
def test_a_worker_killed_at_every_third_step_leaves_nothing_undone(
    light_house: House, server: MailServer
) -> None:
    plan_and_invite(light_house)
    assert sweep(light_house, server, itertools.count(1, 3), "worker", "--once") > 20


@pytest.mark.drill
def test_planning_killed_at_any_step_plans_the_year_once(light_house: House, server: MailServer) -> None:
    command = ("plan", YEAR, "--committee", "lenkungskreis", "--save")
    assert sweep(light_house, server, itertools.count(1), *command) >= 2
    with light_house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 4
