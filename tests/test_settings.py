"""Settings: the environment over the file, and a clear word about what is wrong."""

import json
import stat
from pathlib import Path

import pytest
from servers import flask

from portal.app import create_app
from portal.setting_values import SettingsError
from portal.settings import make_instance, read_settings

WRONG = [
    ({"PORT": "http"}, "PORT"),
    ({"PORT": "0"}, "PORT"),
    ({"PORT": "65536"}, "PORT"),
    ({"PORT": "²"}, "PORT"),
    ({"PORT": "9" * 5000}, "PORT"),
    ({"PORTAL_URL": "portal.example.org"}, "PORTAL_URL"),
    ({"PORTAL_URL": "ftp://portal.example.org"}, "PORTAL_URL"),
    ({"PORTAL_URL": "https://"}, "PORTAL_URL"),
    ({"PORTAL_URL": "https://[bad"}, "PORTAL_URL"),
    ({"PORTAL_URL": "https://[2001:db8::1]"}, "PORTAL_URL"),
    ({"HOST": "::"}, "PORTAL_URL"),
    ({"PORTAL_URL": "https://portal.example.org/portal"}, "PORTAL_URL"),
    ({"PORTAL_URL": "https://portal.example.org?x=1"}, "PORTAL_URL"),
    ({"PORTAL_URL": "https://user:secret@portal.example.org"}, "PORTAL_URL"),
    ({"PORTAL_URL": "https://portal.example.org:99999"}, "PORTAL_URL"),
    ({"PORTAL_URL": "https://pörtal.example.org"}, "PORTAL_URL"),
    ({"PORTAL_DOMAIN": "two words"}, "PORTAL_DOMAIN"),
    ({"PORTAL_DOMAIN": "a..b"}, "PORTAL_DOMAIN"),
    ({"PORTAL_DOMAIN": "a\nb"}, "PORTAL_DOMAIN"),
    ({"PORTAL_NAME": "two\nlines"}, "PORTAL_NAME"),
    ({"PORTAL_NAME": "x" * 81}, "PORTAL_NAME"),
    ({"PORTAL_MAIL_FROM": "nobody"}, "PORTAL_MAIL_FROM"),
    ({"PORTAL_MAIL_FROM": "a@b\r\nBcc: c@d"}, "PORTAL_MAIL_FROM"),
    ({"PORTAL_MAIL_SERVER": "mail.example.org"}, "PORTAL_MAIL_SERVER"),
    ({"PORTAL_MAIL_SERVER": "smtp://mail.example.org:25"}, "PORTAL_MAIL_SERVER"),
    ({"PORTAL_MAIL_SERVER": "mail.example.org:smtp"}, "PORTAL_MAIL_SERVER"),
    ({"PORTAL_MAIL_SERVER": "mail.example.org:25", "PORTAL_MAIL_TLS": "yes"}, "PORTAL_MAIL_TLS"),
    ({"PORTAL_MAIL_SERVER": "mail.example.org:25", "PORTAL_MAIL_TLS": "none"}, "PORTAL_MAIL_TLS"),
    ({"PORTAL_MAIL_SERVER": "mail.example.org:25", "PORTAL_MAIL_USER": "me"}, "PORTAL_MAIL_PASSWORD"),
    ({"PORTAL_MAIL_SERVER": "mail.example.org:25", "PORTAL_MAIL_PASSWORD": "me"}, "PORTAL_MAIL_USER"),
    ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
    ({"DATABASE_URL": "mysql://user:secret@host/db"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgresql://user:secret@host"}, "DATABASE_URL"),
    ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL"),
]


@pytest.mark.parametrize(("environment", "named"), WRONG, ids=str)
def test_a_malformed_setting_is_named_and_no_secret_repeated(
    tmp_path: Path, environment: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"PORTAL_INSTANCE": str(tmp_path)} | environment)
    assert named in refused.value.message
    assert "secret" not in refused.value.message or "PORTAL_URL" in named


def test_without_any_setting_the_portal_is_local(tmp_path: Path) -> None:
    settings = read_settings({"PORTAL_INSTANCE": str(tmp_path)})
    assert (settings.host, settings.port, settings.url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (settings.domain, settings.mail) == ("portal.example.org", None)
    assert settings.database_url == f"sqlite:///{tmp_path}/portal.db"


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('name = "Aus der Datei"\nurl = "https://datei.example.org"\n')
    settings = read_settings(
        {"PORTAL_INSTANCE": str(tmp_path), "PORTAL_URL": "https://umgebung.example.org/"}
    )
    assert (settings.name, settings.url) == ("Aus der Datei", "https://umgebung.example.org")
    assert settings.domain == "umgebung.example.org"


def test_a_mail_server_may_stand_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('mail_server = "[::1]:2525"\nmail_tls = "none"\n')
    mail = read_settings({"PORTAL_INSTANCE": str(tmp_path)}).mail
    assert (mail.host, mail.port, mail.security) == ("::1", 2525, "none")


def test_links_of_a_portal_on_the_ipv6_loopback_name_localhost(tmp_path: Path) -> None:
    settings = read_settings({"PORTAL_INSTANCE": str(tmp_path), "HOST": "::1"})
    assert (settings.host, settings.url) == ("::1", "http://localhost:8000")


@pytest.mark.parametrize(
    ("name", "text"),
    [("settings.toml", "name = "), ("settings.toml", "\udcff"), ("keys.json", ""), ("keys.json", "[]"),
     ("keys.json", '{"session": "x"}'), ("keys.json", '{"session": 1, "feed": 2, "link": 3}'),
     ("keys.json", '{"session": "zz", "feed": "zz", "link": "zz"}')],
)  # fmt: skip
def test_a_broken_file_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=name):
        create_app(read_settings({"PORTAL_INSTANCE": str(tmp_path)}))


@pytest.mark.parametrize("arguments", [["serve"], ["worker", "--once"], ["plan", "2027", "--committee", "x"]])
def test_commands_say_in_one_line_what_is_wrong(tmp_path: Path, arguments: list[str]) -> None:
    ended = flask({"PORTAL_INSTANCE": str(tmp_path), "PORTAL_URL": "portal"}, *arguments)
    assert ended.returncode == 1
    assert ended.stderr == "Error: PORTAL_URL must look like https://portal.example.org, not 'portal'.\n"


def test_keys_are_long_random_and_for_the_owner_only(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        settings = read_settings({"PORTAL_INSTANCE": str(tmp_path / name)})
        make_instance(settings, name="Portal", domain="portal.example.org")
        made += json.loads((tmp_path / name / "keys.json").read_text()).values()
    assert len(set(made)) == 6
    assert {len(key) for key in made} == {64}
    for name in ("keys.json", "settings.toml"):
        assert stat.S_IMODE((tmp_path / "a" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_what_exists_stays_as_it_is(tmp_path: Path) -> None:
    settings = read_settings({"PORTAL_INSTANCE": str(tmp_path)})
    make_instance(settings, name="Erster Name", domain="portal.example.org")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    make_instance(settings, name="Zweiter Name", domain="anders.example.org")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("name", ['Sitzungen "Härte" \\ Köln', "Portal 😀", "a'b = c # d"])
def test_any_name_can_be_read_back(tmp_path: Path, name: str) -> None:
    make_instance(read_settings({"PORTAL_INSTANCE": str(tmp_path)}), name=name, domain="portal.example.org")
    assert read_settings({"PORTAL_INSTANCE": str(tmp_path)}).name == name


def test_an_instance_below_a_file_is_a_clear_word(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings({"PORTAL_INSTANCE": str(tmp_path / "file")})


def test_an_instance_that_cannot_be_written_is_a_clear_word(tmp_path: Path) -> None:
    (tmp_path / "public").touch()
    settings = read_settings({"PORTAL_INSTANCE": str(tmp_path)})
    with pytest.raises(SettingsError, match="cannot be made"):
        make_instance(settings, name="Portal", domain="portal.example.org")


def test_the_instance_is_never_part_of_the_repository() -> None:
    assert "instance/" in (Path(__file__).parents[1] / ".gitignore").read_text().splitlines()
