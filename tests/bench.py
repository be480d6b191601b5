"""`make bench`: speed and memory of a real `flask serve` with the demonstration, as a table.

Times are wall milliseconds seen by a client on the same machine, server and client sharing its processors.
"""

import contextlib
import http.cookiejar
import itertools
import re
import statistics
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import bench_archive
import bench_growth
import bench_guard
import bench_import
import bench_minutes
import bench_planning
from servers import Serving, flask

PASSWORD = "ein Satz zum Messen"
ROUNDS = 40
PAGES = {
    "start page": "/",
    "committee": "/committees/lenkungskreis",
    "planning a year": "/committees/lenkungskreis/plan?year=2030",
    "calendar": "/calendar",
    "archive, newest": "/decisions",
    "archive, one word": "/decisions?q=Aufenthaltserlaubnis",
    "archive, two words and filter": "/decisions?q=Duldung+Ausbildung&committee=lenkungskreis",
    "sign-in page": "/login",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PORTAL_INSTANCE": f"{folder}/instance", "PORTAL_DEMO_PASSWORD": PASSWORD}
        row("what", "median", "p95")
        first = seconds(lambda: flask(environment, "demo"))
        row("demonstration filled", f"{first:.1f} s", "")
        started = time.perf_counter()
        with Serving(environment) as portal:
            row("start until the first answer", f"{time.perf_counter() - started:.2f} s", "")
            browser = sign_in(portal.url)
            for name, path in PAGES.items():
                measure(name, lambda path=path: browser.open(portal.url + path).read())
            row("web process, resident", f"{resident(portal.process.pid)} MB", "")
            flask(environment, "demo", "--meetings", "200")
            feed = wait_for_feed(environment)
            measure(f"feed of {feed[1]} events, 200", lambda: fetch(portal.url + feed[0]))
            measure("the same, unchanged (304)", lambda: unchanged(portal.url + feed[0]))
            measure("calendar of 200 meetings", lambda: browser.open(f"{portal.url}/calendar").read())
            upload = Path(folder) / "minutes.md"
            upload.write_text("# Protokoll\n\n" + "## TOP\n\nEs wird einstimmig beschlossen.\n\n" * 200)
            reading = seconds(lambda: flask({}, "minutes", "read", str(upload)))
            row("flask minutes read, 200 items", f"{reading:.2f} s", "")
            for name, spent, each in bench_import.rows(browser, portal.url, environment, Path(folder)):
                row(name, spent, each)
            row("web process after it, resident", f"{resident(portal.process.pid)} MB", "")
    for name, median, slowest in bench_planning.rows():
        row(name, median, slowest)
    for name, spent, size in bench_minutes.rows():
        row(name, spent, size)
    for name, commit, files in bench_growth.rows():
        row(name, commit, files)
    for name, median, slowest in itertools.chain(bench_guard.rows(), bench_archive.all_rows()):
        row(name, median, slowest)


def measure(name: str, request: Callable[[], object]) -> None:
    for _ in range(3):
        request()
    times = sorted(seconds(request) * 1000 for _ in range(ROUNDS))
    row(name, f"{statistics.median(times):.1f} ms", f"{times[int(ROUNDS * 0.95)]:.1f} ms")


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def sign_in(url: str) -> urllib.request.OpenerDirector:
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    page = browser.open(f"{url}/login").read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    fields = {"email": "secretary@example.org", "password": PASSWORD, "csrf_token": token[1]}
    browser.open(f"{url}/login", urllib.parse.urlencode(fields).encode()).read()
    return browser


def wait_for_feed(environment: dict[str, str]) -> tuple[str, int]:
    """Path and number of events of the fullest feed, once the worker has written it."""
    folder = Path(environment["PORTAL_INSTANCE"]) / "public" / "feeds"
    for _ in range(200):
        files = sorted(folder.glob("*.ics"), key=lambda path: path.stat().st_size)
        if files and (events := files[-1].read_bytes().count(b"BEGIN:VEVENT")) >= 200:
            return f"/feeds/{files[-1].name}", events
        time.sleep(0.1)
    raise SystemExit("the worker wrote no feed")


def fetch(request: str | urllib.request.Request) -> bytes:
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def unchanged(url: str) -> None:
    tag = urllib.request.urlopen(urllib.request.Request(url, method="HEAD")).headers["ETag"]
    with contextlib.suppress(urllib.error.HTTPError):  # which is how urllib reports 304
        fetch(urllib.request.Request(url, headers={"If-None-Match": tag}))


def resident(pid: int | str) -> int:
    """Resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def row(name: str, median: str, p95: str) -> None:
    print(f"{name:<44}{median:>22}{p95:>24}", flush=True)


if __name__ == "__main__":
    main()
