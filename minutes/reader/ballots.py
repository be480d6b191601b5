"""Ballots among several: "Ida Blum: 15 Stimmen, Ole Fuchs: 11 Stimmen. Damit ist Ida Blum gewählt."."""

import re

from minutes.reader.names import CAPITAL

OPTION = re.compile(
    rf"(?<![\w-])(?:(?P<name>[a-f]\)|(?!Ja\b|Nein\b|Enth|Dafür|Dagegen)[{CAPITAL}][\w-]+(?: [{CAPITAL}][\w-]+){{0,3}})"
    r"(?::\s+(?P<votes>\d{1,3})(?![.,:/]?\d)|\s+(?P<count>\d{1,3}) Stimmen?\b)|"
    rf"(?P<many>\d{{1,3}}) (?:Stimmen )?für (?P<what>[{CAPITAL}][\w-]+))"
)


def votes_for_the_chosen(text: str) -> tuple[int, tuple[int, int]] | None:
    """The count of the one of several options that the words behind the counts name, and where it stands."""
    options = list(OPTION.finditer(text))
    if len(options) < 2:
        return None
    outcome = text[options[-1].end() :]
    chosen = [option for option in options if named(option["name"] or option["what"], outcome)]
    if len(chosen) != 1:
        return None
    return int(chosen[0]["votes"] or chosen[0]["count"] or chosen[0]["many"]), chosen[0].span()


def named(option: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(option.split()[-1])}(?!\w)", text))
