"""When a calendar was last fetched: by the portal's own answers, or by the access log of the web server in front."""

import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from doors import House, submit
from servers import flask
from test_calendar_page import PAGE

from portal.access_log import AccessLog
from portal.publishing import publish_pending

MORNING = datetime(2027, 1, 11, 8, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def address(light_house: House, clock: time_machine.Traveller) -> str:
    light_house.meeting()
    with light_house.rows():
        publish_pending()
    return light_house.feed("member")


def last_fetched(house: House) -> str:
    """What the page says of the personal calendar."""
    page = house.sign_in("member").get(PAGE).text
    said = re.search(r"<dt>Zuletzt abgerufen</dt><dd>(.*?)</dd>", page, re.DOTALL)[1]
    return " ".join(re.sub(r"<[^>]*>", "", said).split())


def marks(house: House) -> set[str]:
    folder = house.instance / "fetched"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


# The portal's own answers.


def test_nobody_knows_before_the_first_answer(light_house: House, address: str) -> None:
    assert last_fetched(light_house) == "noch nicht, soweit bekannt"


def test_an_answer_is_noted_also_when_nothing_was_new(
    light_house: House, address: str, clock: time_machine.Traveller
) -> None:
    tag = light_house.visitor().get(address).headers["ETag"]
    assert last_fetched(light_house) == "Montag, 11. Januar 2027, 09:00 Uhr"
    clock.shift(3600)
    assert light_house.visitor().get(address, headers={"If-None-Match": tag}).status_code == 304
    assert last_fetched(light_house) == "Montag, 11. Januar 2027, 10:00 Uhr"
    assert light_house.run("feeds", "--json").stdout.count('"fetched_at": "2027-01-11T09:00:00+00:00"') == 1


def test_a_mere_look_at_the_head_fetches_nothing(light_house: House, address: str) -> None:
    light_house.visitor().head(address)
    light_house.visitor().get("/feeds/" + "0" * 64 + ".ics")
    assert last_fetched(light_house) == "noch nicht, soweit bekannt"
    assert marks(light_house) == set()


def test_marks_are_for_the_portal_alone(light_house: House, address: str) -> None:
    light_house.visitor().get(address)
    (mark,) = (light_house.instance / "fetched").iterdir()
    assert (mark.stat().st_size, stat.S_IMODE(mark.stat().st_mode)) == (0, 0o600)
    assert stat.S_IMODE(mark.parent.stat().st_mode) == 0o700


def test_a_folder_that_takes_no_marks_spoils_no_answer(light_house: House, address: str) -> None:
    folder = light_house.instance / "fetched"
    folder.symlink_to("/proc/self")  # where not even root can make a file
    assert light_house.visitor().get(address).status_code == 200
    folder.unlink()
    folder.write_text("in the way")
    assert light_house.visitor().get(address).status_code == 200
    assert last_fetched(light_house) == "noch nicht, soweit bekannt"


@pytest.mark.parametrize("action", ["renew", "revoke"])
def test_the_mark_goes_with_its_address(light_house: House, address: str, action: str) -> None:
    light_house.visitor().get(address)
    assert marks(light_house) == {Path(address).stem}
    submit(light_house.sign_in("member"), PAGE, action=f"/calendar/{action}")
    with light_house.rows():
        publish_pending()
    assert marks(light_house) == set()
    light_house.visitor().get(address)
    assert marks(light_house) == set()


# The access log.


class Log:
    """The log of a web server in front, and a worker that reads it."""

    def __init__(self, house: House) -> None:
        self.house, self.path = house, house.instance / "access.log"
        known = house.app.extensions["portal_settings"]
        house.app.extensions["portal_settings"] = type(known)(**vars(known) | {"access_log": self.path})
        self.reader = AccessLog()

    def write(self, address: str, at: str, status: int = 200, method: str = "GET", end: str = "\n") -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(
                f'198.51.100.7 - - [{at}] "{method} {address} HTTP/1.1" {status} 512 "-" "Mozilla/5.0 (x; y)"{end}'
            )

    def read(self) -> int:
        with self.house.rows():
            return self.reader.read_on()


@pytest.fixture
def log(light_house: House, address: str) -> Log:
    return Log(light_house)


def test_the_log_says_when_the_web_server_sent_the_feed(
    light_house: House, address: str, log: Log, clock: time_machine.Traveller
) -> None:
    log.write("/", "11/Jan/2027:07:00:00 +0000")
    log.write(address, "11/Jan/2027:08:15:00 +0100")
    log.write(f"{address}?x=1", "11/Jan/2027:08:30:00 +0100", status=304)
    assert log.read() == 1
    assert last_fetched(light_house) == "Montag, 11. Januar 2027, 08:30 Uhr"


@pytest.mark.parametrize(
    ("path", "status", "method"),
    [
        ("{address}", 404, "GET"),
        ("{address}", 200, "HEAD"),
        ("{address}x", 200, "GET"),
        ("/feeds/" + "0" * 64 + ".ics", 200, "GET"),
        ("/other?{address}", 200, "GET"),
    ],
)
def test_other_lines_say_nothing(
    light_house: House, address: str, log: Log, path: str, status: int, method: str
) -> None:
    log.write(path.format(address=address), "11/Jan/2027:08:15:00 +0100", status, method)
    log.write(address, "31/Feb/2027:08:15:00 +0100")
    with log.path.open("ab") as file:
        file.write(b"\xff\x00 nonsense\n\n")
    log.read()
    assert marks(light_house) == set()


def test_the_log_is_read_on_at_most_once_a_minute_and_each_line_once(
    light_house: House, address: str, log: Log, clock: time_machine.Traveller
) -> None:
    log.write(address, "11/Jan/2027:08:15:00 +0100")
    assert log.read() == 1
    log.write(address, "11/Jan/2027:08:20:00 +0100")
    assert log.read() == 0
    clock.shift(60)
    assert log.read() == 1
    clock.shift(60)
    assert log.read() == 0
    assert last_fetched(light_house) == "Montag, 11. Januar 2027, 08:20 Uhr"


def test_another_worker_reads_on_where_the_last_one_left(light_house: House, address: str, log: Log) -> None:
    log.write(address, "11/Jan/2027:08:15:00 +0100")
    log.read()
    log.write(light_house.feed("lenkungskreis"), "11/Jan/2027:08:20:00 +0100")
    assert Log(light_house).read() == 1
    assert marks(light_house) == {Path(light_house.feed(owner)).stem for owner in ("member", "lenkungskreis")}


def test_a_line_that_is_being_written_waits(
    light_house: House, address: str, log: Log, clock: time_machine.Traveller
) -> None:
    log.write(address, "11/Jan/2027:08:15:00 +0100", end="")
    assert log.read() == 0
    with log.path.open("a") as file:
        file.write("\n")
    clock.shift(60)
    assert log.read() == 1


@pytest.mark.parametrize("rotation", ["rename", "truncate"])
def test_a_rotated_log_is_read_from_its_beginning(
    light_house: House, address: str, log: Log, clock: time_machine.Traveller, rotation: str
) -> None:
    for _ in range(3):
        log.write("/", "11/Jan/2027:07:00:00 +0000")
    log.read()
    if rotation == "rename":
        log.path.rename(log.path.with_suffix(".1"))
        for _ in range(5):
            log.write("/", "11/Jan/2027:07:30:00 +0000")
    else:
        os.truncate(log.path, 0)
    log.write(address, "11/Jan/2027:08:15:00 +0100")
    clock.shift(60)
    assert log.read() == 1


def test_an_older_line_does_not_turn_the_time_back(light_house: House, address: str, log: Log) -> None:
    light_house.visitor().get(address)
    log.write(address, "11/Jan/2027:08:15:00 +0100")
    log.read()
    assert last_fetched(light_house) == "Montag, 11. Januar 2027, 09:00 Uhr"


def test_a_log_that_cannot_be_read_is_reported_once_and_stops_nothing(
    light_house: House,
    address: str,
    log: Log,
    clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(3):
        assert log.read() == 0
        clock.shift(60)
    assert [record.message for record in caplog.records if "access log" in record.message] == [
        f"the access log is not read: [Errno 2] No such file or directory: '{log.path}'"
    ]
    log.write(address, "11/Jan/2027:08:15:00 +0100")
    (light_house.instance / "access_log.json").write_text("[1, {")
    assert log.read() == 1


def test_the_worker_reads_the_log_of_the_settings(light_house: House, address: str, tmp_path: Path) -> None:
    log = Log(light_house)
    log.write(address, "11/Jan/2027:08:15:00 +0100")
    ended = flask(light_house.environment | {"PORTAL_ACCESS_LOG": str(log.path)}, "worker", "--once")
    assert ended.returncode == 0, ended.stderr
    assert last_fetched(light_house) == "Montag, 11. Januar 2027, 08:15 Uhr"


def test_a_long_log_is_read_in_rounds(
    light_house: House, address: str, log: Log, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.access_log.MOST_AT_ONCE", 1000)
    for minute in range(30):
        log.write(address, f"11/Jan/2027:08:{minute:02}:00 +0100")
    rounds = 0
    while log.read():
        rounds += 1
        clock.shift(timedelta(minutes=1))
    assert rounds > 3
    assert last_fetched(light_house) == "Montag, 11. Januar 2027, 08:29 Uhr"
