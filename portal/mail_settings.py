"""The settings of mail: the server that letters go to, and how answers come back."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.setting_values import LOOPBACK, SettingsError, port_number

Value = Callable[[str, str], str]


@dataclass(frozen=True)
class MailServer:
    """A server of letters: SMTP where they go, IMAP where answers are fetched."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None


@dataclass(frozen=True)
class Replies:
    """How messages to `PORTAL_MAIL_FROM` reach the portal.

    `imap` is the mailbox to poll; None where the mail server hands each message to `flask inbound`. `authserv` is
    the name under which the own mail server writes Authentication-Results (RFC 8601, section 2.5); without it no
    answer is trusted without a click.
    """

    imap: MailServer | None
    authserv: str | None


def read_mail_server(value: Value) -> MailServer | None:
    """Where letters go; None while no server is set."""
    return _server(value, "mail", "starttls")


def read_replies(value: Value) -> Replies | None:
    """How answers come in; None while the portal takes none.

    Raises:
        SettingsError: a value is malformed or missing.
    """
    way = value("replies", "")
    if way not in {"", "pipe", "imap"}:
        raise SettingsError(f"PORTAL_REPLIES must be pipe or imap, not {way!r}.")
    if not way:
        return None
    mailbox = _server(value, "imap", "tls") if way == "imap" else None
    if way == "imap" and (mailbox is None or mailbox.user is None):
        raise SettingsError(
            "PORTAL_REPLIES=imap needs PORTAL_IMAP_SERVER, PORTAL_IMAP_USER and PORTAL_IMAP_PASSWORD."
        )
    return Replies(imap=mailbox, authserv=value("authserv", "").strip().lower() or None)


def _server(value: Value, kind: str, usual: str) -> MailServer | None:
    name = f"PORTAL_{kind.upper()}"
    server = value(f"{kind}_server", "")
    if not server:
        return None
    host, _, port = server.rpartition(":")
    host, security = host.strip("[]"), value(f"{kind}_tls", usual)
    if not host or "/" in host or not host.isprintable() or " " in host:
        raise SettingsError(f"{name}_SERVER must be host:port, not {server!r}.")
    if security not in {"starttls", "tls", "none"}:
        raise SettingsError(f"{name}_TLS must be starttls, tls or none, not {security!r}.")
    if security == "none" and host not in LOOPBACK:
        raise SettingsError(f"{name}_TLS=none is allowed for a mail server on this machine only.")
    user, password = value(f"{kind}_user", "") or None, value(f"{kind}_password", "") or None
    if (user is None) != (password is None):
        raise SettingsError(f"{name}_USER and {name}_PASSWORD belong together; set both or none.")
    return MailServer(
        host=host, port=port_number(port, f"{name}_SERVER"), security=security, user=user, password=password
    )
