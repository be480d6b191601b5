"""`flask serve` and `make run`: they start, refuse and end as promised."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from doors import House
from servers import ROOT, Serving, clean_environment, flask, free_port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
        return False


def workers_of(process: int) -> list[int]:
    """The worker processes that a server started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if f"worker\0--parent\0{process}" in path.read_text():
                found.append(int(path.parent.name))
    return found


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.drill)],
    ids=["SIGTERM", "SIGINT"],
)
def test_a_signal_ends_server_and_worker_cleanly(light_house: House, number: signal.Signals) -> None:
    with Serving(light_house.environment) as served:
        (worker,) = workers_of(served.process.pid)
        served.process.send_signal(number)
        assert served.process.wait(30) == 0
        assert not Path(f"/proc/{worker}").exists()
        assert is_free(served.port)
        assert b"Traceback" not in served.process.stdout.read()


@pytest.mark.drill
def test_a_worker_that_dies_is_started_again(light_house: House) -> None:
    with Serving(light_house.environment) as served:
        (first,) = workers_of(served.process.pid)
        os.kill(first, signal.SIGKILL)
        assert until(lambda: workers_of(served.process.pid) not in ([], [first]))


def test_the_worker_does_not_outlive_a_killed_server(light_house: House) -> None:
    with Serving(light_house.environment) as served:
        (worker,) = workers_of(served.process.pid)
        served.process.kill()
        assert until(lambda: not running(worker))


def running(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def until(holds: object, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.drill)],
    ids=["SIGTERM", "SIGINT"],
)
def test_make_run_makes_the_demonstration_serves_and_ends(tmp_path: Path, number: signal.Signals) -> None:
    port, instance = free_port(), tmp_path / "instance"
    given = {
        "PORT": str(port),
        "PORTAL_INSTANCE": str(instance),
        "PORTAL_DEMO_PASSWORD": "ein Satz zur Probe",
    }
    # Not remade: the environment in which these tests run is there, and nothing is to be installed into it.
    command = ["make", "-o", ".stamps/runtime", "run"]
    with subprocess.Popen(
        command, cwd=ROOT, env=clean_environment() | given, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert until(lambda: answers(port), 60)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as Ctrl-C in a terminal
        else:
            process.send_signal(number)
        process.wait(30)
        assert until(lambda: is_free(port) and not workers_below(instance))
        assert b"ein Satz zur Probe" in process.stdout.read()


def workers_below(instance: Path) -> bool:
    """Whether somebody holds the instance's worker lock."""
    import fcntl

    with (instance / "worker.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return json.load(answer) == {"status": "ok"}
    except OSError:
        return False


def test_a_busy_port_is_one_clear_line_and_makes_no_instance(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ended = flask({"PORTAL_INSTANCE": str(tmp_path / "instance"), "PORT": port}, "serve")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: Cannot listen on 127.0.0.1, port {port}")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"HOST": "0.0.0.0"}, "There is no instance yet"),
        ({"HOST": "192.0.2.1"}, "There is no instance yet"),
        ({"HOST": "no.such.host.invalid"}, "There is no instance yet"),
        ({"FLASK_DEBUG": "1"}, "Debug mode"),
    ],
    ids=["everywhere", "address", "name", "debug"],
)
def test_no_demonstration_is_made_where_strangers_could_see_it(
    tmp_path: Path, given: dict[str, str], words: str
) -> None:
    ended = flask({"PORTAL_INSTANCE": str(tmp_path / "instance"), "PORT": str(free_port())} | given, "serve")
    assert ended.returncode == 1
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"FLASK_DEBUG": "1"}, "Debug mode"),
        ({"HOST": "0.0.0.0"}, "Set PORTAL_URL"),
        ({"HOST": "192.0.2.1"}, "Cannot listen"),
    ],
    ids=["debug", "no address", "foreign host"],
)
def test_a_half_configured_portal_is_not_served(
    light_house: House, given: dict[str, str], words: str
) -> None:
    ended = flask(light_house.environment | {"PORT": str(free_port())} | given, "serve")
    assert ended.returncode == 1
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [["serve"], ["worker", "--once"], ["publish"]])
def test_short_keys_are_refused(light_house: House, command: list[str]) -> None:
    short = {"session": "ab" * 8, "feed": "cd" * 32, "link": "ef" * 32}
    (light_house.instance / "keys.json").write_text(json.dumps(short))
    ended = flask(light_house.environment | {"PORT": str(free_port())}, *command)
    assert ended.returncode == 1
    assert "keys are too short" in ended.stderr


def test_an_instance_in_which_nobody_has_an_account_is_not_served(tmp_path: Path) -> None:
    given = {"PORTAL_INSTANCE": str(tmp_path / "instance"), "PORT": str(free_port())}
    flask(given, "setup", "--email", "")
    ended = flask(given, "serve")
    assert ended.returncode == 1
    assert "Nobody has an account yet" in ended.stderr


@pytest.mark.drill
def test_a_first_start_that_was_cut_short_begins_anew(tmp_path: Path) -> None:
    given = {"PORTAL_INSTANCE": str(tmp_path / "instance")}
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
        cwd=ROOT,
        env=clean_environment() | given | {"PORT": str(free_port())},
    )
    assert until((tmp_path / "instance" / "portal.db").exists)
    process.terminate()
    process.wait(30)
    assert not (tmp_path / "instance" / "keys.json").exists()
    with Serving(given | {"PORTAL_DEMO_PASSWORD": "ein Satz zur Probe"}) as served:
        assert answers(served.port)


def test_other_hosts_and_endless_bodies_are_refused_by_the_real_server(light_house: House) -> None:
    with Serving(light_house.environment) as served:
        for head, status in [
            (b"GET /login HTTP/1.1\r\nHost: evil.example\r\n", b"400"),
            (b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n", b"413"),
        ]:
            with socket.create_connection(("127.0.0.1", served.port)) as line:
                line.sendall(head + b"Connection: close\r\n\r\n")
                assert line.recv(12).split()[1] == status
