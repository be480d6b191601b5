"""The mailbox: a real Dovecot, read by the command and by the worker."""

import contextlib
import imaplib
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self

import dovecot
import pytest
from doors import House
from dovecot import Dovecot
from inbound_mail import Answer, answer_to, invite_by_calendar, noted, open_for_answers, replies
from servers import ROOT, Working, clean_environment, eventually, free_port
from smtp import certificate, work

from portal import imap

WORDS = b"From: member@example.org\r\nMessage-ID: <w@example.org>\r\n\r\nIch komme etwas sp\xc3\xa4ter.\r\n"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Dovecot]:
    if not dovecot.is_installed():
        pytest.skip(dovecot.MISSING)
    with Dovecot() as server:
        yield server


@pytest.fixture(autouse=True)
def empty(request: pytest.FixtureRequest) -> None:
    if "mailbox" in request.fixturenames:
        request.getfixturevalue("mailbox").clear()


def reading(house: House, mailbox: Dovecot, **settings: str) -> None:
    """Let the portal read this mailbox, and trust the mail server's word on who wrote."""
    open_for_answers(house, **(mailbox.environment() | settings))


def answer_by_mail(house: House, **words: object) -> Answer:
    return answer_to(invite_by_calendar(house), stamp=datetime.now(UTC), **words)


def octets(answer: Answer) -> bytes:
    return answer.octets().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def poll(house: House) -> str:
    ended = house.run("inbound", "--imap")
    assert ended.exit_code == 0, ended.output
    return ended.stderr.strip()


def test_answers_are_taken_out_of_the_mailbox_and_words_of_people_stay(
    house: House, mailbox: Dovecot
) -> None:
    reading(house, mailbox)
    mailbox.put(octets(answer_by_mail(house)), WORDS)
    assert poll(house) == "2 messages read."
    assert replies(house) == [("member", "yes", 0)]
    assert mailbox.flags() == [r"\Seen"]
    assert poll(house) == "0 messages read."
    assert len(noted(house)) == 2


def test_what_somebody_read_or_deleted_there_is_left_alone(light_house: House, mailbox: Dovecot) -> None:
    reading(light_house, mailbox)
    answer = octets(answer_by_mail(light_house))
    mailbox.put(answer, answer.replace(b"<answer", b"<other"))
    mailbox.flag(1, r"(\Seen)")
    mailbox.flag(2, r"(\Deleted)")
    assert poll(light_house) == "0 messages read."
    assert replies(light_house) == []


def test_a_message_that_is_too_large_is_fetched_in_part_and_left(
    light_house: House, mailbox: Dovecot
) -> None:
    reading(light_house, mailbox)
    mailbox.put(WORDS + b"x" * 3_000_000)
    assert poll(light_house) == "1 messages read."
    assert noted(light_house) == [("ignored", "larger than 1 MB")]
    assert mailbox.flags() == [r"\Seen"]


def test_many_messages_are_read_in_several_visits(light_house: House, mailbox: Dovecot) -> None:
    reading(light_house, mailbox)
    mailbox.put(*(WORDS.replace(b"<w", f"<{number}".encode()) for number in range(imap.MOST + 3)))
    assert [poll(light_house) for _ in range(3)] == [f"{n} messages read." for n in (imap.MOST, 3, 0)]


def test_a_crash_between_commit_and_deletion_loses_nothing_and_repeats_nothing(
    house: House, mailbox: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading(house, mailbox)
    mailbox.put(octets(answer_by_mail(house)))

    uid = imaplib.IMAP4.uid

    def cut(self: imaplib.IMAP4, command: str, *arguments: str) -> object:
        if command == "STORE":
            raise OSError("the cable")
        return uid(self, command, *arguments)

    with monkeypatch.context() as broken:
        broken.setattr(imaplib.IMAP4, "uid", cut)
        assert house.run("inbound", "--imap").exit_code == 75
    assert replies(house) == [("member", "yes", 0)]
    assert mailbox.flags() != []
    poll(house)
    assert mailbox.flags() == []
    assert noted(house) == [("taken", "")]


def test_a_crash_before_the_commit_leaves_the_message_unread(
    light_house: House, mailbox: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading(light_house, mailbox)
    mailbox.put(octets(answer_by_mail(light_house)))

    def die(*_: object, **__: object) -> None:
        raise OSError("the disk")

    with monkeypatch.context() as broken:
        broken.setattr("meetings.inbound_replies.record_answer", die)
        assert light_house.run("inbound", "--imap").exit_code == 75
    assert (replies(light_house), noted(light_house), mailbox.flags()) == ([], [], [""])
    poll(light_house)
    assert replies(light_house) == [("member", "yes", 0)]


@pytest.mark.drill
def test_two_visitors_at_once_take_each_message_once(house: House, mailbox: Dovecot) -> None:
    reading(house, mailbox)
    mailbox.put(octets(answer_by_mail(house)), *(WORDS.replace(b"<w", f"<{n}".encode()) for n in range(5)))
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "inbound", "--imap"]
    environment = clean_environment() | house.environment
    running = [subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) for _ in range(2)]
    errors = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], errors
    assert len(noted(house)) == 6
    assert mailbox.flags() == [r"\Seen"] * 5


# The worker.


def test_the_worker_reads_the_mailbox_by_itself(light_house: House, mailbox: Dovecot) -> None:
    reading(light_house, mailbox)
    mailbox.put(octets(answer_by_mail(light_house)))
    with Working(light_house.environment) as worker:
        eventually(lambda: replies(light_house) == [("member", "yes", 0)])
        eventually(lambda: mailbox.flags() == [])
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(30) == 0


def test_the_worker_visits_at_most_once_a_minute(
    light_house: House, mailbox: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading(light_house, mailbox)
    passed = [time.monotonic() + 1000]  # another test in this process may have visited a moment ago
    monkeypatch.setattr(imap.time, "monotonic", lambda: passed[0])
    for wait, seen in [(0, 1), (59, 1), (1, 2)]:
        mailbox.put(WORDS.replace(b"<w", f"<{wait}".encode()))
        passed[0] += wait
        with light_house.rows():
            imap.jobs.often["mailbox"]()
        assert mailbox.flags().count(r"\Seen") == {1: 1, 2: 3}[seen]


def test_a_mailbox_that_is_down_is_told_once_and_stops_nothing(
    light_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    open_for_answers(
        light_house,
        PORTAL_REPLIES="imap",
        PORTAL_IMAP_SERVER=f"127.0.0.1:{free_port()}",
        PORTAL_IMAP_TLS="none",
        PORTAL_IMAP_USER="portal",
        PORTAL_IMAP_PASSWORD="x",
    )
    visits = imap.Visits()
    with caplog.at_level(logging.ERROR), light_house.rows():
        for _ in range(3):
            visits._next = 0
            assert visits() == 0
    assert [record.message for record in caplog.records] == [
        "the mailbox cannot be read: [Errno 111] Connection refused"
    ]
    work(light_house)


# Signing in, and encryption.


def test_a_wrong_password_is_told(light_house: House, mailbox: Dovecot) -> None:
    reading(light_house, mailbox, PORTAL_IMAP_PASSWORD="falsch")
    ended = light_house.run("inbound", "--imap")
    assert ended.exit_code == 75
    assert "Authentication failed" in ended.stderr
    assert "falsch" not in ended.stderr


def test_a_server_that_knows_no_plain_method_gets_a_login(light_house: House) -> None:
    if not dovecot.is_installed():
        pytest.skip(dovecot.MISSING)
    with Dovecot(mechanisms="cram-md5") as mailbox, FakeMailbox() as fake:
        reading(
            light_house, mailbox, PORTAL_IMAP_SERVER=f"127.0.0.1:{fake.port}", PORTAL_IMAP_PASSWORD="geheim"
        )
        light_house.run("inbound", "--imap")
    assert any("LOGIN" in line and "geheim" in line for line in fake.lines)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_mailbox_is_read_over_a_verified_line(
    light_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    if not dovecot.is_installed():
        pytest.skip(dovecot.MISSING)
    paths = certificate(tmp_path)
    with Dovecot(tls=paths) as mailbox:
        reading(light_house, mailbox, **mailbox.environment(security))
        mailbox.put(WORDS)
        ended = light_house.run("inbound", "--imap")
        assert ended.exit_code == 75
        assert "certificate verify failed" in ended.stderr
        assert mailbox.flags() == [""]
        monkeypatch.setenv("SSL_CERT_FILE", str(paths[0]))
        assert poll(light_house) == "1 messages read."


# Servers that are slow or talk nonsense.


class FakeMailbox:
    """A server that signs everybody in, and does what `at` says when a command comes; it notes what it was asked."""

    def __init__(self, at: dict[str, Callable[[socket.socket], bool]] | None = None) -> None:
        self.at, self.lines, self.refused = at or {}, [], ""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PORTAL_REPLIES": "imap",
            "PORTAL_IMAP_SERVER": f"127.0.0.1:{self.port}",
            "PORTAL_IMAP_TLS": "none",
            "PORTAL_IMAP_USER": "portal",
            "PORTAL_IMAP_PASSWORD": "x",
        }

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                with line, contextlib.suppress(OSError):
                    self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        line.sendall(b"* OK hello\r\n")
        for request in line.makefile("rb"):
            tag, _, command = request.decode().strip().partition(" ")
            self.lines.append(command)
            word = command.removeprefix("UID ").partition(" ")[0]
            if word in self.at and self.at[word](line):
                return
            extra = {
                "CAPABILITY": "* CAPABILITY IMAP4rev1\r\n",
                "SELECT": "* 1 EXISTS\r\n",
                "SEARCH": "* SEARCH 1\r\n",
                "FETCH": f"* 1 FETCH (UID 1 BODY[]<0> {{{len(WORDS)}}}\r\n{WORDS.decode('latin-1')})\r\n",
            }.get(word, "")
            if word == self.refused:
                line.sendall(f"{tag} NO not today\r\n".encode())
                continue
            line.sendall(f"{extra}{tag} OK done\r\n".encode("latin-1"))


NONSENSE = [b"", b"\x00\xff\xfe nonsense\r\n", b"* BAD\r\nNO {99\r\n", b"* BYE\r\n"]


@pytest.mark.parametrize("word", ["CAPABILITY", "LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_a_server_that_talks_nonsense_is_a_fault_and_no_more(light_house: House, word: str) -> None:
    with FakeMailbox() as fake:
        open_for_answers(light_house, **fake.environment)
        for nonsense in NONSENSE:
            fake.at[word] = partial(say_and_leave, nonsense)
            ended = light_house.run("inbound", "--imap")
            assert ended.exit_code == 75, ended.output


def say_and_leave(words: bytes, line: socket.socket) -> bool:
    line.sendall(words)
    return True


def test_a_command_that_is_refused_is_a_fault(light_house: House) -> None:
    with FakeMailbox() as fake:
        open_for_answers(light_house, **fake.environment)
        for word in ("SELECT", "SEARCH", "FETCH", "STORE"):
            fake.refused = word
            ended = light_house.run("inbound", "--imap")
            assert ended.exit_code == 75
            assert "not today" in ended.stderr


def test_a_server_that_is_silent_is_left_after_the_time_out(
    light_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert imap.TIMEOUT == 30
    monkeypatch.setattr(imap, "TIMEOUT", 0.2)
    go = threading.Event()
    with FakeMailbox({"SEARCH": lambda _: go.wait(10)}) as fake:
        open_for_answers(light_house, **fake.environment)
        ended = light_house.run("inbound", "--imap")
        go.set()
    assert ended.exit_code == 75
    assert "timed out" in ended.stderr


def test_a_server_that_dribbles_is_cut_off(light_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "LONGEST", 0.5)
    go = threading.Event()

    def dribble(line: socket.socket) -> bool:
        with contextlib.suppress(OSError):
            while not go.wait(0.05):
                line.sendall(b"* OK still there\r\n")
        return True

    with FakeMailbox({"SEARCH": dribble}) as fake:
        open_for_answers(light_house, **fake.environment)
        assert light_house.run("inbound", "--imap").exit_code == 75
        go.set()


@pytest.mark.drill
@pytest.mark.parametrize("word", ["SEARCH", "FETCH", "STORE"])
def test_nobody_waits_for_the_database_while_the_mailbox_is_slow(light_house: House, word: str) -> None:
    reached, go = threading.Event(), threading.Event()

    def hold(_line: socket.socket) -> bool:
        reached.set()
        go.wait(30)
        return False

    with FakeMailbox({word: hold}) as fake:
        open_for_answers(light_house, **fake.environment)
        with Working(light_house.environment) as worker:
            assert reached.wait(30)
            assert light_house.meeting() == 1  # it writes
            go.set()
            worker.process.send_signal(signal.SIGTERM)
            assert worker.process.wait(30) == 0
