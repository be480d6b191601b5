"""`flask setup`, and commands that need no instance."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from doors import submit
from servers import flask

from portal.app import create_app
from portal.committees import Committee
from portal.database import session
from portal.people import Agency, Person
from portal.settings import read_settings

ADMIN = ("--email", "Ada@Example.org", "--name", "Ada Verwalter")


def counts(environment: dict[str, str]) -> tuple[int, int, int]:
    """Administrators, agencies and committees of an instance."""
    with create_app(read_settings(environment)).app_context():
        people = session.scalar(sa.select(sa.func.count(Person.id)).where(Person.is_admin))
        agencies = session.scalar(sa.select(sa.func.count(Agency.id)))
        return people, agencies, session.scalar(sa.select(sa.func.count(Committee.id)))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"PORTAL_INSTANCE": str(tmp_path / "instance")}


def test_setup_prints_a_link_under_which_the_first_administrator_sets_a_password(
    environment: dict[str, str],
) -> None:
    ended = flask(environment, "setup", *ADMIN, "--portal-name", "Sitzungen Auenfurt", "--no-preset")
    assert ended.returncode == 0, ended.stderr
    address = re.search(r"http://127.0.0.1:8000(/reset/\S+)", ended.stdout)[1]
    client = create_app(read_settings(environment)).test_client()
    answer = submit(
        client, address, password="ein erster langer Satz", password_again="ein erster langer Satz"
    )
    assert answer.status_code == 302
    submit(client, "/login", email="ada@example.org", password="ein erster langer Satz")
    assert "Guten Tag, Ada Verwalter" in client.get("/").text
    assert counts(environment) == (1, 0, 0)


def test_setup_and_preset_may_run_again_and_double_nothing(environment: dict[str, str]) -> None:
    for _ in range(2):
        assert flask(environment, "setup", *ADMIN, "--preset").returncode == 0
    assert counts(environment) == (1, 6, 5)


def test_setup_asks_for_what_is_missing(environment: dict[str, str]) -> None:
    import pty
    import subprocess
    import sys

    from servers import ROOT, clean_environment

    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "setup"]
    surroundings = clean_environment() | environment
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdin=end, stdout=end, stderr=end)
    import os

    os.write(terminal, b"Sitzungen Auenfurt\ny\nada@example.org\nAda Verwalter\n")
    assert process.wait(60) == 0
    os.close(end)
    os.close(terminal)
    assert counts(environment) == (1, 6, 5)
    assert read_settings(environment).name == "Sitzungen Auenfurt"


@pytest.mark.parametrize("email", ["", "ada", "ada@"])
def test_setup_without_an_address_says_so_and_can_be_run_again(
    environment: dict[str, str], email: str
) -> None:
    ended = flask(environment, "setup", "--email", email)
    assert ended.returncode == 1
    assert "needs an e-mail address" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert counts(environment) == (0, 0, 0)


@pytest.mark.drill
def test_commands_that_need_no_instance_make_none(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "minutes.md").write_text("# Protokoll\n\n## TOP 1 Haushalt\n")
    broken = environment | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    assert flask(broken, "--help").returncode == 0
    assert flask(broken, "minutes", "read", str(tmp_path / "minutes.md")).stdout.startswith("{")
    assert '"spans"' in flask(broken, "anonymise", stdin='{"id": "1", "text": "Guten Tag"}\n').stdout
    assert not (tmp_path / "instance").exists()


def test_a_database_that_does_not_answer_is_one_line(environment: dict[str, str]) -> None:
    ended = flask(environment | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "setup", *ADMIN)
    assert ended.returncode == 1
    assert "The database cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr
