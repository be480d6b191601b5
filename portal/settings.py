"""Settings: environment variables `PORTAL_…` over the instance's `settings.toml`, and its keys."""

import json
import os
import re
import secrets
import shlex
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask

from portal.mail_settings import MailServer, Replies, read_mail_server, read_replies
from portal.people import is_email
from portal.setting_values import LOOPBACK, SettingsError, port_number

ROOT = Path(__file__).resolve().parent.parent
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on
DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*", re.IGNORECASE)
LONGEST_NAME = 80
DEMONSTRATION_DOMAIN = "portal.example.org"
SETTINGS_FILE = "settings.toml"
KEYS_FILE = "keys.json"


@dataclass(frozen=True)
class Keys:
    """The instance's secrets, 256 bits each: they stand in a file of their own and never in the database."""

    session: str
    feed: str
    link: str


@dataclass(frozen=True)
class Settings:
    """Everything an administrator may set, read once when the application is made."""

    instance: Path
    name: str
    host: str
    port: int
    url: str
    domain: str
    database_url: str
    mail: MailServer | None
    mail_from: str
    replies: Replies | None
    access_log: Path | None
    scan_command: tuple[str, ...]
    """The words of the virus scanner's command, to which a file's path is added; empty without one."""

    @property
    def takes_replies(self) -> bool:
        """Whether the portal reads what is sent to `mail_from` and what comes back."""
        return self.replies is not None

    @property
    def keys(self) -> Keys | None:
        """The instance's keys; None before `flask setup` made them."""
        try:
            return _read_keys(self.instance / KEYS_FILE)
        except FileNotFoundError:
            return None

    @property
    def public_folder(self) -> Path:
        """The folder whose files anyone who holds their address may read."""
        return self.instance / "public"

    @property
    def trusted_hosts(self) -> list[str]:
        """The host names that requests may name (OWASP ASVS 4.1.3)."""
        return sorted({self.url_host, "127.0.0.1", "localhost"})

    @property
    def url_host(self) -> str:
        """The host name under which people reach the portal."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_secure(self) -> bool:
        """Whether people reach the portal by https."""
        return self.url.startswith("https://")


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; nothing is created, and an instance that does not exist yet is no error.

    Raises:
        SettingsError: a value is malformed.
    """
    environment = os.environ if environment is None else environment
    instance = Path(environment.get("PORTAL_INSTANCE") or ROOT / "instance").absolute()
    written = _read_toml(instance / SETTINGS_FILE)

    def value(name: str, default: str = "") -> str:
        return environment.get(f"PORTAL_{name.upper()}") or str(written.get(name, default))

    host = environment.get("HOST") or "127.0.0.1"
    port = port_number(environment.get("PORT") or "8000", "PORT")
    # Not [::1]: Werkzeug cannot trust a host that is an IPv6 address.
    url = _web_address(value("url", f"http://{'localhost' if host == '::1' else host}:{port}"))
    domain = value("domain", _default_domain(url))
    if not DOMAIN.fullmatch(domain):
        raise SettingsError(f"PORTAL_DOMAIN must look like portal.example.org, not {domain!r}.")
    mail_from = value("mail_from", f"portal@{domain}")
    if not is_email(mail_from):
        raise SettingsError(f"PORTAL_MAIL_FROM must be an e-mail address, not {mail_from!r}.")
    return Settings(
        instance=instance,
        name=_name(value("name", "Sitzungsportal")),
        host=host,
        port=port,
        url=url,
        domain=domain,
        database_url=_database_url(environment.get("DATABASE_URL") or f"sqlite:///{instance / 'portal.db'}"),
        mail=read_mail_server(value),
        mail_from=mail_from,
        replies=read_replies(value),
        access_log=Path(log).absolute() if (log := value("access_log")) else None,
        scan_command=_command(value("scan_command")),
    )


def apply_settings(app: Flask, settings: Settings) -> None:
    """Let the application work by these settings; again after `flask setup` made the instance."""
    app.extensions["portal_settings"] = settings
    app.config.update(
        SECRET_KEY=settings.keys.session if settings.keys else None,
        SESSION_COOKIE_SECURE=settings.is_secure,
        TRUSTED_HOSTS=settings.trusted_hosts,
        MAIL_DEFAULT_SENDER=settings.mail_from,
    )


def make_instance(settings: Settings, *, name: str, domain: str) -> None:
    """Create the instance folder with fresh keys and a settings file; what exists stays as it is.

    The domain is written down because UIDs and message ids hold it for ever.

    Raises:
        SettingsError: the name is malformed, or the folder cannot be written.
    """
    lines = {"name": _name(name), "domain": domain}
    fresh = {purpose: secrets.token_hex(32) for purpose in ("session", "feed", "link")}
    try:
        settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.public_folder.mkdir(exist_ok=True)
        written = "".join(f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in lines.items())
        _write_once(settings.instance / SETTINGS_FILE, written)
        _write_once(settings.instance / KEYS_FILE, json.dumps(fresh))
    except OSError as error:
        raise SettingsError(f"The instance cannot be made: {error}") from error


def _write_once(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all; one that exists stays as it is."""
    descriptor, part = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(part)
    except FileExistsError:
        pass
    finally:
        Path(part).unlink()


def _default_domain(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return DEMONSTRATION_DOMAIN if host in LOOPBACK or host.replace(".", "").isdigit() else host


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"The settings cannot be read: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


@cache
def _read_keys(path: Path) -> Keys:
    try:
        keys = Keys(**json.loads(path.read_text(encoding="utf-8")))
        for key in (keys.session, keys.feed, keys.link):
            bytes.fromhex(key)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SettingsError(f"The keys cannot be read: {error}") from error
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{path} does not hold the three keys: {error}") from error
    return keys


def _name(text: str) -> str:
    # The name stands before the sender's address in every letter.
    if not text.strip() or len(text) > LONGEST_NAME or not text.isprintable():
        raise SettingsError(f"PORTAL_NAME must be one line of 1 to {LONGEST_NAME} characters, not {text!r}.")
    return text


def _command(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise SettingsError(f"PORTAL_SCAN_COMMAND cannot be split into words: {error}.") from None


def _web_address(text: str) -> str:
    """The address without a slash at its end; pages and links know no folder below a host."""
    url = text.rstrip("/")
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0)
    except ValueError:
        is_whole = False
    if (
        not is_whole
        or url != f"{parts.scheme}://{parts.netloc}"
        or re.search(r"[@\[]", url)
        or not url.isascii()
    ):
        raise SettingsError(f"PORTAL_URL must look like https://portal.example.org, not {text!r}.")
    return url


def _database_url(text: str) -> str:
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in {"sqlite", "postgresql"} or not url.database:
        # Not repeated here: it may hold a password.
        raise SettingsError("DATABASE_URL must look like postgresql://user:password@host/database.")
    return text
