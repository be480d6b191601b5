"""A real IMAP server on loopback: Debian's Dovecot, run by an ordinary user with a configuration of its own."""

import grp
import imaplib
import os
import pwd
import shutil
import ssl
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from servers import free_port

PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"
MISSING = "Dovecot is not installed: apt-get install dovecot-imapd"
LOGIN = ("portal", "ein Gehäuse für Öl")

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
WITH_TLS = """
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
service imap-login {{
  inet_listener imaps {{
    port = {secure_port}
    ssl = yes
  }}
}}
"""


def is_installed() -> bool:
    return Path(PROGRAM).exists()


class Dovecot:
    """One mailbox; `log` is what the server writes."""

    def __init__(self, tls: tuple[Path, Path] | None = None, mechanisms: str = "plain login") -> None:
        self._tls, self._mechanisms = tls, mechanisms

    def __enter__(self) -> Self:
        # Not in pytest's folder, which only its owner may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="portal-imap-"))
        self.port, self.secure_port = free_port(), free_port()
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(user.pw_gid).gr_name
        text = CONFIGURATION.format(
            folder=self.folder,
            user=user.pw_name,
            group=group,
            port=self.port,
            mechanisms=self._mechanisms,
        )
        if self._tls:
            own = [Path(shutil.copy(path, self.folder)) for path in self._tls]
            text += WITH_TLS.format(certificate=own[0], key=own[1], secure_port=self.secure_port)
        else:
            text += "ssl = no\n"
        (self.folder / "dovecot.conf").write_text(text)
        (self.folder / "users").write_text(":{PLAIN}".join(LOGIN) + "\n")
        for path in (self.folder, *self.folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        self._process = subprocess.Popen(
            [PROGRAM, "-F", "-c", self.folder / "dovecot.conf"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            **as_user,
        )
        for _ in range(200):
            try:
                imaplib.IMAP4("127.0.0.1", self.port, timeout=5).shutdown()
            except (OSError, imaplib.IMAP4.abort):
                assert self._process.poll() is None, self.log
                time.sleep(0.05)
            else:
                return self
        raise AssertionError(f"Dovecot does not answer: {self.log}")

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def environment(self, security: str = "none", **changes: str) -> dict[str, str]:
        """What the portal needs to read this mailbox."""
        port = self.secure_port if security == "tls" else self.port
        return {
            "PORTAL_REPLIES": "imap",
            "PORTAL_IMAP_SERVER": f"localhost:{port}",
            "PORTAL_IMAP_TLS": security,
            "PORTAL_IMAP_USER": LOGIN[0],
            "PORTAL_IMAP_PASSWORD": LOGIN[1],
        } | changes

    def put(self, *messages: bytes) -> None:
        """Deliver messages, as the mail server would."""
        with self._mailbox() as mailbox:
            for message in messages:
                assert mailbox.append("INBOX", None, None, message)[0] == "OK"

    def flags(self) -> list[str]:
        """The flags of every message that is there, oldest first."""
        with self._mailbox() as mailbox:
            mailbox.select("INBOX", readonly=True)
            found = mailbox.uid("FETCH", "1:*", "(FLAGS)")[1]
        lines = [line.decode() for line in found if line]
        flags = [set(line.partition("FLAGS (")[2].partition(")")[0].split()) for line in lines]
        return [" ".join(sorted(each - {"\\Recent"})) for each in flags]

    def clear(self) -> None:
        """Throw every message away."""
        with self._mailbox() as mailbox:
            mailbox.select("INBOX")
            mailbox.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
            mailbox.expunge()

    def flag(self, number: int, flags: str) -> None:
        with self._mailbox() as mailbox:
            mailbox.select("INBOX")
            mailbox.store(str(number), "+FLAGS", flags)

    def _mailbox(self) -> imaplib.IMAP4:
        mailbox = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        if self._tls:
            context = ssl.create_default_context(cafile=str(self._tls[0]))
            context.check_hostname = False
            mailbox.starttls(context)
        mailbox.authenticate("PLAIN", lambda _: f"\0{LOGIN[0]}\0{LOGIN[1]}".encode())
        return mailbox
