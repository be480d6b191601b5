"""Calendar programs over HTTP: vdirsyncer and khal."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from doors import House, submit
from servers import Serving

from meetings.feeds import event_changed
from meetings.meeting import Meeting, MeetingState
from portal.committees import Committee

PROGRAMS = Path(sys.executable).parent
BERLIN = ZoneInfo("Europe/Berlin")


class Subscriber:
    """Somebody with vdirsyncer and khal."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address
        (folder / "calendar").mkdir(parents=True)
        (folder / "vdirsyncer.conf").write_text(
            f'[general]\nstatus_path = "{folder}/status"\n'
            '[pair feed]\na = "remote"\nb = "local"\ncollections = null\nconflict_resolution = "a wins"\n'
            f'[storage remote]\ntype = "http"\nurl = "{address}"\n'
            f'[storage local]\ntype = "filesystem"\npath = "{folder}/calendar"\nfileext = ".ics"\n'
        )
        (folder / "khal.conf").write_text(
            f"[calendars]\n[[feed]]\npath = {folder}/calendar\nreadonly = True\n"
            f"[sqlite]\npath = {folder}/khal.db\n[locale]\nlocal_timezone = Europe/Berlin\n"
            "default_timezone = Europe/Berlin\ntimeformat = %H:%M\n"
            "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
            "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        )
        self.run("vdirsyncer", "discover")

    def run(self, program: str, *arguments: str) -> str:
        command = [PROGRAMS / program, "-c", self.folder / f"{program}.conf", *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def sees(self) -> list[str]:
        """What khal shows after vdirsyncer fetched the feed."""
        self.run("vdirsyncer", "sync")
        template = "{start-date} {start-time}-{end-time} {title} @{location} {status}"
        shown = self.run("khal", "list", "--format", template, "--day-format", "", "2027-01-01", "3650d")
        return [" ".join(line.split()) for line in shown.splitlines() if line.strip()]


@pytest.fixture
def serving(light_house: House) -> Iterator[Serving]:
    with Serving(light_house.environment) as server:
        yield server


def wait_for_another_version(address: str, tag: str | None = None) -> str:
    """Until the worker has published: the tag of the new version."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(address) as answer:
                if answer.headers["ETag"] != tag:
                    return str(answer.headers["ETag"])
        except urllib.error.HTTPError as error:
            error.close()
        time.sleep(0.1)
    raise AssertionError("nothing new was published")


def test_vdirsyncer_and_khal_see_the_meeting_the_move_and_the_cancellation(
    light_house: House, serving: Serving, tmp_path: Path
) -> None:
    start = datetime(2027, 6, 1, 10, tzinfo=BERLIN)
    with light_house.rows() as rows:
        committee = rows.get_one(Committee, 1)
        meeting = Meeting(committee=committee, starts_at=start, ends_at=start + timedelta(hours=2))
        meeting.place, meeting.state = "Großer Saal; Hof", MeetingState.INVITED
        rows.add(meeting)
        event_changed(meeting)
        rows.commit()
        page = f"/meetings/{meeting.id}"
    address, client = serving.url + light_house.feed("member"), light_house.sign_in("secretary")
    tag = wait_for_another_version(address)
    subscriber = Subscriber(tmp_path / "member", address)
    proposals = "- Frist: Themen für die Tagesordnung vorschlagen (Lenkungskreis) @"
    assert subscriber.sees() == [
        f"2027-05-22 {proposals} CONFIRMED",
        "2027-06-01 10:00-12:00 Lenkungskreis @Großer Saal; Hof CONFIRMED",
    ]
    submit(client, f"{page}/edit", on="2027-11-09", starts="14:00", ends="15:30")
    tag = wait_for_another_version(address, tag)
    assert subscriber.sees() == [
        f"2027-10-30 {proposals} CONFIRMED",
        "2027-11-09 14:00-15:30 Lenkungskreis @Großer Saal; Hof CONFIRMED",
    ]
    submit(client, f"{page}/cancel")
    wait_for_another_version(address, tag)
    assert subscriber.sees() == [
        "2027-10-30 - Entfällt: Frist: Themen für die Tagesordnung vorschlagen (Lenkungskreis) @ CANCELLED",
        "2027-11-09 14:00-15:30 Abgesagt: Lenkungskreis @Großer Saal; Hof CANCELLED",
    ]
