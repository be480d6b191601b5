"""Published files: how they are answered over HTTP, and how they are written."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from servers import ROOT, Serving, clean_environment, flask
from sqlalchemy.orm import ORMExecuteState
from werkzeug.test import TestResponse

from meetings.feeds import Feed, event_changed, publish_feeds
from meetings.meeting import Meeting
from portal import publishing
from portal.committees import Membership, note_changed_seats
from portal.database import Database, database
from portal.people import person_by_email
from portal.publishing import Files, Publication, publish_pending, request_publication

SUBSCRIPTIONS, LENKUNGSKREIS = "/calendar/subscriptions", "/calendar/committees/lenkungskreis"
OLD = datetime(2026, 1, 1, tzinfo=UTC)


def write_file(path: Path, content: bytes, modified_at: datetime) -> None:
    with Files() as files:
        files.write(path, content, modified_at)


@pytest.fixture
def address(light_house: House) -> str:
    """The feed of a committee with one meeting, published."""
    light_house.meeting(place="Großer Saal")
    light_house.calendar("lenkungskreis")
    return light_house.feed("lenkungskreis")


def file_of(house: House, owner: str = "lenkungskreis") -> Path:
    return house.instance / "public" / house.feed(owner).lstrip("/")


# Answers.


def test_a_feed_comes_with_the_headers_that_calendar_programs_need(light_house: House, address: str) -> None:
    answer = light_house.visitor().get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'inline; filename="sitzungen.ics"'
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert int(answer.headers["Content-Length"]) == len(answer.data) == file_of(light_house).stat().st_size
    assert answer.headers["ETag"].startswith('"')
    stamp = datetime.fromtimestamp(file_of(light_house).stat().st_mtime, UTC)
    assert answer.headers["Last-Modified"] == format_datetime(stamp, usegmt=True)
    for name in ("Set-Cookie", "Vary", "Location", "Content-Encoding"):
        assert name not in answer.headers


def test_head_answers_as_get_does(light_house: House, address: str) -> None:
    get, head = (light_house.visitor().open(address, method=method) for method in ("GET", "HEAD"))
    assert (head.status_code, head.data) == (200, b"")
    assert headers_of(head) == headers_of(get)


def test_the_answer_is_the_same_whoever_asks_and_however(light_house: House, address: str) -> None:
    visitor, member = light_house.visitor(), light_house.sign_in("member")
    wishes = {"Accept": "text/html", "Accept-Encoding": "gzip", "User-Agent": "", "Accept-Language": "en"}
    first, second = visitor.get(address, headers=wishes), member.get(address)
    assert (first.data, headers_of(first)) == (second.data, headers_of(second))


UNCHANGED = [
    ({"If-None-Match": "{etag}"}, 304),
    ({"If-None-Match": 'W/{etag}, "other"'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": '"other"'}, 200),
    ({"If-Modified-Since": "{modified}"}, 304),
    ({"If-Modified-Since": "{before}"}, 200),
    ({"If-None-Match": '"other"', "If-Modified-Since": "{modified}"}, 200),
    ({"If-None-Match": "{etag}", "If-Modified-Since": "{before}"}, 304),
    ({"If-Modified-Since": "gestern"}, 200),
    ({"If-Modified-Since": "Thu, 32 Foo 20266 99:99:99 GMT"}, 200),
    ({"If-Modified-Since": ""}, 200),
    ({"If-None-Match": "ä\x01"}, 200),
]


def test_whoever_has_the_present_version_gets_304_and_nobody_else(light_house: House, address: str) -> None:
    fresh = light_house.visitor().get(address).headers
    known = {"etag": fresh["ETag"], "modified": fresh["Last-Modified"]}
    known["before"] = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)
    for wishes, status in UNCHANGED:
        headers = {name: text.format(**known) for name, text in wishes.items()}
        for method in ("GET", "HEAD"):
            answer = light_house.visitor().open(address, method=method, headers=headers)
            assert answer.status_code == status, wishes
            assert answer.headers["ETag"] == known["etag"]
            assert answer.headers["Cache-Control"] == "private, max-age=900"


def test_a_new_version_has_a_new_tag_and_a_later_time(light_house: House, address: str) -> None:
    before = light_house.visitor().get(address).headers
    submit(light_house.sign_in("secretary"), "/meetings/1/cancel")
    with light_house.rows():
        publish_pending()
    after = light_house.visitor().get(address, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != before["ETag"]
    assert http_time(after.headers["Last-Modified"]) > http_time(before["Last-Modified"])


GARBAGE = [
    "0" * 64 + ".ics", "x.ics", "ä" * 64 + ".ics", "%FF%FE.ics", "A" * 64 + ".ics", "a" * 60_000 + ".ics",
    "..%2f..%2fkeys.json", "a/b.ics", "0" * 64, "0" * 64 + ".gone",
    "٣" * 64 + ".ics",
]  # fmt: skip


def test_an_unknown_or_silly_address_is_not_found(light_house: House, address: str) -> None:
    for name in [*GARBAGE, address.rpartition("/")[2].upper(), address.rpartition("/")[2][:-4]]:
        answer = light_house.visitor().get(f"/feeds/{name}")
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (404, None), name


def test_a_revoked_address_is_gone_for_good(light_house: House, address: str) -> None:
    submit(
        light_house.sign_in("secretary"),
        "/calendar/subscriptions",
        action="/calendar/committees/lenkungskreis/renew",
    )
    with light_house.rows():
        publish_pending()
    assert light_house.visitor().get(address).status_code == 410
    assert light_house.visitor().head(address).status_code == 410
    assert light_house.visitor().get(light_house.feed("lenkungskreis")).status_code == 200


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Permissions mean nothing to root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("closed", ["feeds", "feeds/file"])
def test_a_folder_or_file_that_cannot_be_read_is_no_server_error(
    light_house: House, address: str, closed: str
) -> None:
    visitor, path = light_house.visitor(), file_of(light_house)
    visitor.get(address)
    locked = path if closed == "feeds/file" else path.parent
    locked.chmod(0)
    with as_somebody_else():
        status = visitor.get(address).status_code
    locked.chmod(0o755)
    assert status == 404
    assert visitor.get(address).status_code == 200


def test_a_folder_in_the_place_of_the_file_is_no_server_error(light_house: House, address: str) -> None:
    file_of(light_house).unlink()
    file_of(light_house).mkdir()
    assert light_house.visitor().get(address).status_code == 404


def test_feeds_are_served_without_the_database(light_house: House, address: str) -> None:
    (light_house.instance / "portal.db").rename(light_house.instance / "away")
    (light_house.instance / "portal.db").mkdir()
    with light_house.rows():
        database().engine.dispose()
    for wanted, status in (
        (address, 200),
        ("/feeds/x.ics", 404),
        ("/feeds/a/b.ics", 404),
        ("/robots.txt", 200),
    ):
        assert light_house.visitor().get(wanted).status_code == status
    assert light_house.visitor().get("/healthz").status_code == 500


def test_a_feed_answer_needs_neither_database_nor_template(
    light_house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = light_house.visitor().get(address).headers["ETag"]
    submit(light_house.sign_in("secretary"), SUBSCRIPTIONS, action=f"{LENKUNGSKREIS}/renew")
    with light_house.rows():
        publish_pending()
    fresh = light_house.feed("lenkungskreis")

    def unusable(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a feed asked for a template or the database")

    monkeypatch.setattr(light_house.app.jinja_env, "get_or_select_template", unusable)
    monkeypatch.setattr(light_house.app.jinja_env, "from_string", unusable)
    monkeypatch.setattr(Database, "session", unusable)
    monkeypatch.setattr(Database, "engine", property(unusable))
    answers = [
        light_house.visitor().open(wanted, method=method, headers=headers).status_code
        for wanted, method, headers in (
            (fresh, "GET", {}),
            (fresh, "HEAD", {}),
            (fresh, "GET", {"If-None-Match": tag}),
            (address, "GET", {}),
            ("/feeds/" + "0" * 64 + ".ics", "GET", {}),
        )
    ]
    assert answers == [200, 200, 304, 410, 404]


def test_robots_may_read_feeds_and_nothing_else(light_house: House) -> None:
    answer = light_house.visitor().get("/robots.txt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.text == "User-agent: *\nAllow: /feeds/\nAllow: /published/\nDisallow: /\n"


def test_the_real_server_sends_the_same_and_says_no_address_in_its_log(
    light_house: House, address: str
) -> None:
    with Serving(light_house.environment) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        answers = {}
        for method, name in (("GET", address), ("HEAD", address), ("GET", "/feeds/" + "0" * 64 + ".ics")):
            connection.request(method, name)
            answer = connection.getresponse()
            answers[method, name] = (answer.status, answer.headers["Content-Length"], len(answer.read()))
        size = str(file_of(light_house).stat().st_size)
        assert answers["GET", address] == (200, size, int(size))
        assert answers["HEAD", address] == (200, size, 0)
        connection.request("GET", "/feeds/%FC%C3%BC")
        assert connection.getresponse().status == 404
        connection.close()
        server.process.terminate()
        log = server.process.stdout.read().decode()
    assert Path(address).stem not in log


# Files.


def test_a_file_is_replaced_as_a_whole_and_gets_its_time(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.ics"
    write_file(path, b"first", OLD)
    with path.open("rb") as reader:
        write_file(path, b"second", OLD + timedelta(seconds=1))
        assert reader.read() == b"first"
    assert path.read_bytes() == b"second"
    assert path.stat().st_mtime == OLD.timestamp() + 1
    assert path.stat().st_mode & 0o777 == 0o644
    assert [left.name for left in path.parent.iterdir()] == ["a.ics"]


def test_a_file_that_says_the_same_is_not_touched(tmp_path: Path) -> None:
    write_file(tmp_path / "a.ics", b"same", OLD)
    before = (tmp_path / "a.ics").stat()
    write_file(tmp_path / "a.ics", b"same", OLD)
    after = (tmp_path / "a.ics").stat()
    assert (after.st_ino, after.st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


def test_a_full_disk_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    write_file(tmp_path / "a.ics", b"old", OLD)
    script = (
        "import resource, signal, sys, datetime; from pathlib import Path\n"
        "from portal.publishing import Files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "with Files() as files:\n"
        "    files.write(Path(sys.argv[1]), b'x' * 100, datetime.datetime.now(datetime.UTC))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "a.ics")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "File too large" in ended.stderr
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.ics", b"old")]


def test_what_a_crash_left_half_written_is_removed_after_a_day(light_house: House, address: str) -> None:
    left = file_of(light_house).with_name(".x.ics.abc.part")
    left.write_bytes(b"BEGIN:VCAL")
    with light_house.rows():
        publishing.remove_unfinished()
        assert left.exists()
        os.utime(left, (0, time.time() - 2 * 86400))
        publishing.remove_unfinished()
    assert not left.exists()
    assert file_of(light_house).exists()


CRASH = """
import os, sys
import sqlalchemy as sa
from pathlib import Path
from portal.app import create_app
from portal.publishing import publish_pending

def crash(_session):
    if Path(sys.argv[1]).read_bytes().count(b"UID:sitzung-") == 2:
        os._exit(9)

with create_app().app_context():
    sa.event.listen(sa.orm.Session, "before_commit", crash)
    publish_pending()
"""


def test_a_crash_between_file_and_commit_loses_nothing(house: House) -> None:
    house.meeting()
    house.calendar("lenkungskreis")
    house.meeting(days=60)
    environment, path = clean_environment() | house.environment, file_of(house)
    ended = subprocess.run([sys.executable, "-c", CRASH, path], cwd=ROOT, env=environment)
    assert ended.returncode == 9
    left = path.stat().st_mtime
    house.meeting(days=90)
    with time_machine.travel(OLD, tick=False):
        assert house.calendar("lenkungskreis").count("UID:sitzung-") == 3
    assert path.stat().st_mtime > left
    with house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count(Publication.id))) == 0


# Wishes.


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_wish_that_comes_while_its_file_is_made_is_not_lost(house: House) -> None:
    """The seat is committed after the file was written, and its wish has the smaller id."""
    house.meeting()
    house.calendar("outsider")
    asked, written = threading.Event(), threading.Event()

    def late() -> None:
        with house.rows() as rows:
            person = person_by_email("outsider@example.org")
            rows.add(Membership(person=person, committee_id=1, role="member"))
            note_changed_seats(person)
            asked.set()
            written.wait(20)
            rows.commit()

    other = threading.Thread(target=late)
    other.start()
    asked.wait(20)

    def before_wishes_go(execution: ORMExecuteState) -> None:
        if execution.is_delete:
            written.set()
            other.join()

    with house.rows() as rows:
        feed = rows.scalars(
            sa.select(Feed.id).join(Feed.person).filter_by(email="outsider@example.org")
        ).one()
        request_publication("feed", feed)
        rows.commit()
        sa.event.listen(rows._get_current_object(), "do_orm_execute", before_wishes_go)
        publish_pending()
    assert "BEGIN:VEVENT" in house.calendar("outsider")


def test_two_publishers_at_once_leave_every_feed_right(house: House) -> None:
    numbers = [house.meeting(days=30 + n) for n in range(6)]
    stop = threading.Event()

    def publisher() -> None:
        while not stop.is_set():
            with house.rows():
                publish_pending()
            time.sleep(0.002)

    publishers = [threading.Thread(target=publisher) for _ in range(2)]
    for thread in publishers:
        thread.start()
    for number in numbers * 4:
        with house.rows() as rows:
            meeting = rows.get_one(Meeting, number)
            meeting.place = f"{meeting.place}{number}"
            event_changed(meeting)
            rows.commit()
    stop.set()
    for thread in publishers:
        thread.join()
    for owner in ("lenkungskreis", "member"):
        text = house.calendar(owner)
        assert [text.count(f"LOCATION:{str(number) * 4}\r\n") for number in numbers] == [1] * 6
        with house.rows() as rows:
            stamps = {
                feed.modified_at.timestamp() for feed in rows.scalars(sa.select(Feed)) if feed.modified_at
            }
        assert file_of(house, owner).stat().st_mtime in stamps


# `flask publish`.


def headers_of(answer: TestResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name != "Date"}


def snapshot(house: House) -> dict[str, tuple[bytes, int, int]]:
    folder = house.instance / "public" / "feeds"
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.iterdir()
    }


def test_publish_changes_no_byte_and_no_time_of_what_did_not_change(house: House) -> None:
    house.meeting()
    submit(house.sign_in("member"), "/calendar/subscriptions", action="/calendar/renew")
    assert house.run("publish").exit_code == 0
    before = snapshot(house)
    assert len(before) == 3 + 7 + 1
    assert house.run("publish").exit_code == 0
    assert snapshot(house) == before


def test_publish_brings_a_lost_file_back_with_the_same_time(house: House) -> None:
    house.meeting()
    submit(house.sign_in("member"), "/calendar/subscriptions", action="/calendar/renew")
    house.run("publish")
    before = {name: row[:2] for name, row in snapshot(house).items() if name.endswith("ics")}
    names = set(snapshot(house))
    for path in (house.instance / "public" / "feeds").iterdir():
        path.unlink()
    house.run("publish")
    assert {name: row[:2] for name, row in snapshot(house).items() if name.endswith("ics")} == before
    assert set(snapshot(house)) == names


def test_publish_as_a_command_of_its_own_says_nothing_on_stdout(light_house: House) -> None:
    ended = flask(light_house.environment, "publish")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "10 files published." in ended.stderr


def test_publish_renders_events_anew_when_the_portal_has_another_address(light_house: House) -> None:
    light_house.meeting()
    before = light_house.calendar("lenkungskreis")
    path = file_of(light_house)
    stamp = path.stat().st_mtime
    ended = flask(light_house.environment | {"PORTAL_URL": "https://sitzungen.example.org"}, "publish")
    assert ended.returncode == 0
    after = path.read_bytes().decode().replace("\r\n ", "")
    assert "URL:https://sitzungen.example.org/meetings/1" in after
    assert last_modified(after) > last_modified(before)
    assert path.stat().st_mtime > stamp


def test_every_version_has_a_strictly_later_whole_second_even_when_the_clock_is_set_back(
    house: House,
) -> None:
    number, stamps, modified = house.meeting(), [], []
    with time_machine.travel("2026-11-02T10:00:00.7Z", tick=False) as clock:
        for step in (0, 0, 0, -86400, 3600, 200_000):
            clock.shift(step)
            with house.rows() as rows:
                meeting = rows.get_one(Meeting, number)
                meeting.place += "x"
                event_changed(meeting)
                rows.commit()
            modified.append(last_modified(house.calendar("lenkungskreis")))
            stamps.append(file_of(house).stat().st_mtime)
    assert stamps == sorted(set(stamps))
    assert modified == sorted(set(modified))
    assert all(stamp == int(stamp) for stamp in stamps)


def test_publishing_the_same_feed_again_keeps_its_time(light_house: House, address: str) -> None:
    stamp = file_of(light_house).stat().st_mtime
    with light_house.rows() as rows, time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        with Files() as files:
            publish_feeds(rows.scalars(sa.select(Feed.id).where(Feed.committee_id == 1)).all(), files)
        rows.commit()
    assert file_of(light_house).stat().st_mtime == stamp


def last_modified(text: str) -> str:
    return next(line for line in text.split("\r\n") if line.startswith("LAST-MODIFIED"))


def http_time(text: str) -> datetime:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
