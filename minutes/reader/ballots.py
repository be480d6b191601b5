"""Ballots among several: "Ida Blum: 15 Stimmen, Ole Fuchs: 11 Stimmen. Damit ist Ida Blum gewählt."."""

import re

from minutes.reader.names import ADDRESS, CAPITAL

WORDS = rf"[{CAPITAL}][\w-]+(?: [{CAPITAL}][\w-]+){{0,3}}"
NAME = rf"(?:[a-f]\)|(?!Ja\b|Nein\b|Enth|Dafür|Dagegen){WORDS})"
OPTION = re.compile(rf"(?<![\w-])(?P<option>{NAME}):?\s+(?P<count>\d{{1,3}}) Stimmen?\b")
VOICES = re.compile(
    rf"(?<!\w)(?P<count>\d{{1,3}}) (?:Stimmen )?für (?:{ADDRESS}\s+)?(?!{ADDRESS}\s)(?P<option>{WORDS})"
)
# Where somebody was elected a name with a number is enough: "Ida Blum: 15".
ELECTION = re.compile(r"\bgewählt\b|\bnimmt\b.{0,30}\bWahl an\b")
CANDIDATE = re.compile(
    rf"(?<![\w-])(?P<option>{NAME}):\s+(?P<count>\d{{1,3}})(?![.,:/]?\d|\s*(?:ja|nein|dafür|dagegen|€|eur|uhr)\b)",
)


def votes_for_the_chosen(text: str) -> tuple[int, tuple[int, int]] | None:
    """The count of the one of several options that the words behind the counts name, and where it stands."""
    patterns = (OPTION, VOICES, CANDIDATE) if ELECTION.search(text) else (OPTION, VOICES)
    options = max((list(pattern.finditer(text)) for pattern in patterns), key=len)
    if len(options) < 2 or text.count("Wahlgang") > 1:  # Several rounds are several votes.
        return None
    outcome = text[options[-1].end() :]
    chosen = [option for option in options if is_named(option["option"], outcome)]
    return (int(chosen[0]["count"]), chosen[0].span()) if len(chosen) == 1 else None


def is_named(option: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(option.rsplit(maxsplit=1)[-1])}(?!\w)", text))
