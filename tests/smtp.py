# ruff: noqa: N802 - aiosmtpd wants its names
"""A real mail server on loopback that misbehaves as told: `server.at["DATA"] = reply("451 later")`."""

import asyncio
import os
import signal
import ssl
import subprocess
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from doors import House, submit

from portal.settings import apply_settings, read_settings

LOGIN = ("portal", "ein Passwort")


@dataclass(frozen=True)
class Received:
    """A letter that the server took, with its envelope."""

    sender: str
    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def text(self) -> str:
        return self.message.get_body(("plain",)).get_content()


class Protocol(SMTP):
    """aiosmtpd's server, with a hook before its greeting and one after an answer is on the wire."""

    after_answer: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.event_handler.stages.append("CONNECT")
        self.event_handler.lines.append(transport)
        behaviour = self.event_handler.at.get("CONNECT")
        if behaviour:
            self.transport = transport
            behaviour(self, None)
        super().connection_made(transport)

    async def push(self, status: str | bytes) -> None:
        await super().push(status)
        if self.after_answer:
            self.after_answer, after = None, self.after_answer
            after()


Behaviour = Callable[[Protocol, Envelope | None], Any]
"""What to do at a stage; it returns the answer, or None to go on as usual."""


class MailServer:
    """`received` are the letters that it took, `stages` what it was asked; `at` holds a stage's behaviour."""

    def __init__(
        self, security: str = "none", context: ssl.SSLContext | None = None, *, login: bool = False
    ) -> None:
        self.security = security
        self.received: list[Received] = []
        self.stages: list[str] = []
        self.at: dict[str, Behaviour] = {}
        self.logins: list[tuple[str, str]] = []
        self.lines: list[asyncio.Transport] = []
        self._context = context
        self._options: dict[str, Any] = {}
        if security == "starttls" and context:
            self._options = {"tls_context": context, "require_starttls": True}
        if login:
            self._options |= {
                "auth_required": True,
                "auth_require_tls": False,
                "authenticator": self._check_login,
            }
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self._server = started.result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> asyncio.Server:
        context = self._context if self.security == "tls" else None
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=context)

    def _protocol(self) -> "Protocol":
        # It warns of a login without encryption, which stays on loopback here.
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            return Protocol(self, loop=self._loop, hostname="mail.example.org", **self._options)

    async def _stop(self) -> None:
        self._server.close()
        for line in self.lines:
            if not line.is_closing():
                line.abort()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0.01)  # the transports close in the loop's next rounds

    @property
    def environment(self) -> dict[str, str]:
        return {"PORTAL_MAIL_SERVER": f"localhost:{self.port}", "PORTAL_MAIL_TLS": self.security}

    async def handle_EHLO(
        self, server: Protocol, session: Any, _envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        self.stages.append("EHLO")
        session.host_name = hostname
        behaviour = self.at.get("EHLO")
        answer = await _behave(behaviour, server, None)
        return [answer] if answer else answers

    async def handle_MAIL(
        self, server: Protocol, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self.stages.append("MAIL")
        envelope.mail_from = address
        return await _behave(self.at.get("MAIL"), server, envelope) or "250 OK"

    async def handle_RCPT(
        self, server: Protocol, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self.stages.append("RCPT")
        answer = await _behave(self.at.get(f"RCPT {address}", self.at.get("RCPT")), server, envelope)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Protocol, _session: Any, envelope: Envelope) -> str:
        self.stages.append("DATA")
        answer = await _behave(self.at.get("DATA"), server, envelope)
        if answer is None:
            self.take(envelope)
        return answer or "250 OK"

    def take(self, envelope: Envelope) -> None:
        assert len(envelope.rcpt_tos) == 1, "one person per letter"
        self.received.append(Received(envelope.mail_from, envelope.rcpt_tos[0], envelope.content))

    def to(self, name: str) -> list[Received]:
        """What this person received, oldest first."""
        return [one for one in self.received if one.to == f"{name}@example.org"]

    def _check_login(
        self, _server: Protocol, _session: Any, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        self.logins.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=self.logins[-1] == LOGIN, handled=False)


async def _behave(behaviour: Behaviour | None, server: Protocol, envelope: Envelope | None) -> str | None:
    answer = behaviour(server, envelope) if behaviour else None
    return await answer if asyncio.iscoroutine(answer) else answer


def reply(words: str) -> Behaviour:
    """Answer with these words."""
    return lambda _server, _envelope: words


def drop(server: Protocol, _envelope: Envelope | None) -> str:
    """Cut the connection."""
    server.transport.abort()
    return "421 gone"


def lose_reply(server: Protocol, envelope: Envelope | None) -> str:
    """Take the letter, but cut the connection before saying so."""
    server.event_handler.take(envelope)
    return drop(server, envelope)


def garbage(server: Protocol, _envelope: Envelope | None) -> str:
    """Answer nonsense, and close."""
    server.transport.write(b"\x00\xff\xfe\x1b[31m nonsense \x00\r\n" * 3)
    server.transport.close()
    return "250 nonsense"


class Once:
    """A behaviour for the first time only; or for the n-th, counted from 1."""

    def __init__(self, behaviour: Behaviour, at: int = 1) -> None:
        self.behaviour, self.left = behaviour, at

    def __call__(self, server: Protocol, envelope: Envelope | None) -> Any:
        self.left -= 1
        return self.behaviour(server, envelope) if self.left == 0 else None


class Hold:
    """Let the client wait until `release` is called; `reached` tells that it does."""

    def __init__(self) -> None:
        self.reached, self._go = threading.Event(), asyncio.Event()

    async def __call__(self, server: Protocol, _envelope: Envelope | None) -> None:
        self._loop = server.loop
        self.reached.set()
        await self._go.wait()

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._go.set)


def kill(process: Callable[[], int]) -> Behaviour:
    """Kill the client's process, and wait until it is gone."""

    def behave(_server: Protocol, _envelope: Envelope | None) -> None:
        os.kill(process(), signal.SIGKILL)

    return behave


def connect(house: House, server: MailServer | None, **settings: str) -> None:
    """Enter the mail server in the house's settings."""
    house.environment |= (server.environment if server else {}) | settings
    apply_settings(house.app, read_settings(house.environment))


def work(house: House) -> None:
    """Let the worker do what is due, in this process."""
    answer = house.run("worker", "--once")
    assert answer.exit_code == 0, answer.output


def invite(house: House) -> int:
    """Invite the steering committee to a meeting: letters to Carla, Mia and Sina, in this order."""
    meeting = house.meeting()
    press(house, meeting, "invite")
    return meeting


def press(house: House, meeting: int, button: str, **fields: str) -> None:
    """Press a button of a meeting as its secretary: invite, cancel, reinstate or edit."""
    answer = submit(house.sign_in("secretary"), f"/meetings/{meeting}/{button}", **fields)
    assert answer.status_code == 302, answer.text


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A self-signed certificate and its key, made by openssl."""
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    made += ["-addext", f"subjectAltName=DNS:{name}", "-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(made, check=True, capture_output=True)
    return paths


def server_context(paths: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    return context
