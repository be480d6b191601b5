"""A real SMTP server on loopback that keeps what it gets."""

import email
import time
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from servers import free_port


class PostOffice:
    """Takes every letter, as a mail server would; `letters` are parsed, in the order of their arrival."""

    def __enter__(self) -> Self:
        self.letters: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.address = f"127.0.0.1:{self._controller.port}"
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"

    def wait_for(self, count: int, wanted: Callable[[EmailMessage], bool]) -> list[EmailMessage]:
        """The letters that fit, once there are that many; fails after a while."""
        for _ in range(300):
            found = [letter for letter in self.letters if wanted(letter)]
            if len(found) >= count:
                return found
            time.sleep(0.1)
        subjects = [str(letter["subject"]) for letter in self.letters]
        raise AssertionError(f"{len(found)} letters instead of {count}: {subjects}")
