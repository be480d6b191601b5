"""One small world for all tests, on SQLite and on a real PostgreSQL, and doors to knock at.

`house` gives a fresh portal on both engines, `light_house` on SQLite only, where no database matters.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import dovecot
import pytest
from doors import House, make_house
from playwright.sync_api import Browser
from servers import Postgres, postgres_programs
from xdist.scheduler import LoadScopeScheduling

MISSING = "PostgreSQL is not installed: apt-get install postgresql"


TOGETHER = (
    "accessibility", "by_keyboard", "correction_browser", "english", "guard_browser", "search", "translations",
)  # fmt: skip
"""Files whose tests share a world that takes seconds to make: one process runs them all."""


class _Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if Path(path).stem.removeprefix("test_") in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _Scheduling:
    return _Scheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    for name in list(os.environ):
        if (name.startswith("PORTAL_") and name != "PORTAL_CORPUS") or name in {
            "DATABASE_URL",
            "HOST",
            "PORT",
        }:
            del os.environ[name]


def pytest_terminal_summary(terminalreporter: object) -> None:
    if postgres_programs() is None:
        terminalreporter.write_line(f"!!! {MISSING}; its tests were skipped.", red=True, bold=True)
    if not dovecot.is_installed():
        terminalreporter.write_line(f"!!! {dovecot.MISSING}; its tests were skipped.", red=True, bold=True)
    if not (Path(__file__).parents[1] / ".stamps" / "node" / "node_modules" / "ical.js").is_dir():
        missing = "!!! ical.js is not installed (npm): it did not read the feed of ten years."
        terminalreporter.write_line(missing, red=True, bold=True)
    if shutil.which("chromium") is None:
        missing = "!!! Chromium is not installed: apt-get install chromium; browser tests were skipped."
        terminalreporter.write_line(missing, red=True, bold=True)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL of our own, run by an unprivileged user in a temporary folder."""
    if postgres_programs() is None:
        pytest.skip(MISSING)
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Databases with the small world, made once for each engine and copied for each test."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path, templates: dict[str, str]) -> Iterator[House]:
    """A fresh portal with the small world, once on each engine."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    yield from make_house(tmp_path, templates, server)


@pytest.fixture
def light_house(tmp_path: Path, templates: dict[str, str]) -> Iterator[House]:
    """A fresh portal with the small world on SQLite."""
    yield from make_house(tmp_path, templates, None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; nothing is downloaded."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # a busy machine is no fault of the page
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files; tests that use it are skipped, loudly, where it is absent."""
    path = Path(os.environ.get("PORTAL_CORPUS") or Path(__file__).parents[2] / "shared")
    if not (path / "corpus").is_dir():
        pytest.skip(f"no corpus at {path} (PORTAL_CORPUS)")
    return path
