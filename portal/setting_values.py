"""Values that several settings share."""

import click

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(click.ClickException):
    """A setting is wrong; the message, which commands print, says which one and what it should be."""


def port_number(text: str, name: str) -> int:
    """A port from text.

    Raises:
        SettingsError: it is none; `name` says which setting is meant.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 6) or not 0 < int(text) < 65536:
        raise SettingsError(f"{name} must be a port number, not {text!r}.")
    return int(text)
