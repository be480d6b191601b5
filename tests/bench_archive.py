"""What the archive costs, counts and all: server time of whole requests and of a release, on both engines.

    BENCH_DECISIONS=100000 .venv/bin/python tests/bench_archive.py

fills a portal on each engine first; PORTAL_INSTANCE and DATABASE_URL name one that is filled already. Processor time of
this process tells what the machine's other work does not touch; PostgreSQL's share is only in the other figure.
"""

import contextlib
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from doors import House, forms_of
from flask import Flask
from flask.testing import FlaskClient
from servers import Postgres, flask, postgres_programs

from minutes.demonstration import texts
from portal.app import create_app
from portal.serving import spare_the_collector
from portal.settings import read_settings

PASSWORD = "ein Satz zum Messen"
DECISIONS = os.environ.get("BENCH_DECISIONS", "10000")
ROUNDS = 25
RELEASES = 15
QUERIES = {
    "newest": {},
    "one frequent word": {"q": "Duldung"},
    "part of a compound": {"q": "Erlaubnis"},
    "one rare word": {"q": "Zeugnisanerkennung"},
    "two frequent words": {"q": "Duldung Ausbildung"},
    "phrase": {"q": '"in der Regel"'},
    "word and exclusion": {"q": "Duldung -Ausbildung"},
    "reference": {"q": "§ 60a AufenthG"},
    "one filter": {"type": "office_decision"},
    "word and year": {"q": "Duldung", "year": "2021"},
    "two words, two filters": {"q": "Duldung Ausbildung", "year": "2023", "committee": "lenkungskreis"},
    "best of one frequent word": {"q": "Duldung", "sort": "best"},
    "best of two frequent words": {"q": "Duldung Ausbildung", "sort": "best"},
    "typing error": {"q": "Aufenthalserlaubnis"},
}


def main() -> None:
    named = {name: value for name in ("PORTAL_INSTANCE", "DATABASE_URL") if (value := os.environ.get(name))}
    for name, median, slow in measured(named) if named else all_rows():
        print(f"{name:<42}{median:>24}{slow:>24}", flush=True)


def all_rows() -> Iterator[tuple[str, str, str]]:
    """The rows of both engines, of PostgreSQL only where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"SQLite, {DECISIONS} decisions", "median", "p95"
        yield from filled({"PORTAL_INSTANCE": f"{folder}/sqlite"})
        if postgres_programs() is None:
            return
        with Postgres() as server:
            yield f"PostgreSQL, {DECISIONS} decisions", "median", "p95"
            yield from filled({"PORTAL_INSTANCE": f"{folder}/pg", "DATABASE_URL": server.create("bench")})


def filled(environment: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    started = time.perf_counter()
    flask(
        environment | {"PORTAL_DEMO_PASSWORD": PASSWORD}, "demo", "--decisions", DECISIONS, timeout=None
    ).check_returncode()
    yield "filled", f"{time.perf_counter() - started:.0f} s", ""
    yield from measured(environment)


def measured(environment: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    app = create_app(read_settings(environment))
    spare_the_collector()  # as the server does
    yield how_fast_the_machine_is()
    yield from searches(app)
    yield releases(House(app, environment))


def searches(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Name of a search, median and p95 of its page."""
    browser = signed_in(app, "secretary")
    for name, query in QUERIES.items():
        clock = Clock()
        for round_number in range(ROUNDS + 3):
            with clock if round_number >= 3 else contextlib.nullcontext():
                answer = browser.get("/decisions", query_string=query)
            assert answer.status_code == 200, name
        yield name, clock.told(statistics.median), clock.told(p95)


def releases(house: House) -> tuple[str, str, str]:
    """A release, from the press of the button to the answer: number, chain, index and letters."""
    rng, clock = random.Random(RELEASES), Clock()
    chair = signed_in(house.app, "chair")
    for _ in range(RELEASES):
        text = texts.bulk_decision(rng, "lenkungskreis")
        names = ("title", "outcome", "outline", "arguments", "conclusion", "legal_bases", "topics")
        draft = house.decision(released=False, **{name: getattr(text, name) for name in names})
        page = chair.get(draft).text
        fields = next(form for form in forms_of(page) if str(form["action"]).endswith("/release"))["fields"]
        with clock:
            answer = chair.post(f"{draft}/release", data=fields | {"recognised": "nobody"})
        assert "/decisions/" in answer.location
    return "release of a decision", clock.told(statistics.median), clock.told(p95)


def how_fast_the_machine_is() -> tuple[str, str, str]:
    """The same small piece of work, several times: on shared machines all other rows go up and down with it."""
    clock = Clock()
    for _ in range(ROUNDS):
        with clock:
            sum(number * number for number in range(100_000))
    return "for comparison: 100,000 squares", clock.told(statistics.median), clock.told(p95)


class Clock:
    """Milliseconds on the clock, and of this process's processor, that passed inside it."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []

    def __enter__(self) -> None:
        self._started = time.perf_counter(), time.process_time()

    def __exit__(self, *_exception: object) -> None:
        self.wall.append((time.perf_counter() - self._started[0]) * 1000)
        self.processor.append((time.process_time() - self._started[1]) * 1000)

    def told(self, of: Callable[[list[float]], float]) -> str:
        return f"{of(self.wall):.1f} ms ({of(self.processor):.1f} CPU)"


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def signed_in(app: Flask, name: str) -> FlaskClient:
    browser = app.test_client()
    page = browser.get("/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    fields = {"email": f"{name}@example.org", "password": PASSWORD, "csrf_token": token[1]}
    assert browser.post("/login", data=fields).status_code == 302
    return browser


if __name__ == "__main__":
    main()
