"""Settings: environment variables `PORTAL_…` over `settings.toml` in the instance folder, and the instance's keys."""

import json
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEMONSTRATION_DOMAIN = "portal.example.org"
SETTINGS_FILE = "settings.toml"
KEYS_FILE = "keys.json"


class SettingsError(Exception):
    """A setting is wrong; the message says which one and what it should be."""


@dataclass(frozen=True)
class Keys:
    """The instance's secrets, 256 bits each: they stand in a file of their own and never in the database."""

    session: str
    feed: str
    link: str


@dataclass(frozen=True)
class MailServer:
    """Where letters go."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None


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
        return sorted({urlsplit(self.url).hostname or "localhost", "127.0.0.1", "localhost", "[::1]"})

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
    port = _port(environment.get("PORT") or "8000", "PORT")
    url = value("url", f"http://{host}:{port}").rstrip("/")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise SettingsError(f"PORTAL_URL must look like https://portal.example.org, not {url!r}.")
    domain = value("domain", _default_domain(url))
    return Settings(
        instance=instance,
        name=value("name", "Sitzungsportal"),
        host=host,
        port=port,
        url=url,
        domain=domain,
        database_url=environment.get("DATABASE_URL") or f"sqlite:///{instance / 'portal.db'}",
        mail=_mail_server(value),
        mail_from=value("mail_from", f"portal@{domain}"),
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
    """
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.public_folder.mkdir(exist_ok=True)
    written = settings.instance / SETTINGS_FILE
    if not written.exists():
        written.write_text(f"name = {json.dumps(name)}\ndomain = {json.dumps(domain)}\n", encoding="utf-8")
    keys = settings.instance / KEYS_FILE
    if not keys.exists():
        fresh = {purpose: secrets.token_hex(32) for purpose in ("session", "feed", "link")}
        descriptor = os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(fresh, file)


def _default_domain(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return DEMONSTRATION_DOMAIN if host in LOOPBACK or host.replace(".", "").isdigit() else host


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


@cache
def _read_keys(path: Path) -> Keys:
    try:
        return Keys(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{path} does not hold the three keys: {error}") from error


def _port(text: str, name: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingsError(f"{name} must be a port number, not {text!r}.")
    return int(text)


def _mail_server(value: Callable[[str, str], str]) -> MailServer | None:
    server = value("mail_server", "")
    if not server:
        return None
    host, _, port = server.rpartition(":")
    if not host:
        raise SettingsError(f"PORTAL_MAIL_SERVER must be host:port, not {server!r}.")
    host, security = host.strip("[]"), value("mail_tls", "starttls")
    if security not in {"starttls", "tls", "none"}:
        raise SettingsError(f"PORTAL_MAIL_TLS must be starttls, tls or none, not {security!r}.")
    if security == "none" and host not in LOOPBACK:
        raise SettingsError("PORTAL_MAIL_TLS=none is allowed for a mail server on this machine only.")
    return MailServer(
        host=host,
        port=_port(port, "PORTAL_MAIL_SERVER"),
        security=security,
        user=value("mail_user", "") or None,
        password=value("mail_password", "") or None,
    )
