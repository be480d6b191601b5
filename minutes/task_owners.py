"""The names that minutes give as owners of a task, and the people of the portal whom they mean."""

import re
from collections.abc import Iterable, Sequence

from portal.people import Person

SEPARATOR = re.compile(r"\s*(?:[,;/&+]|\b(?:und|and)\b)\s*(?![^()]*\))")
REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
WORD = re.compile(r"[\w'’-]+")
ADDRESSES = {"frau", "herr", "herrn", "fr", "hr", "dr", "prof", "mr", "mrs", "ms"}


def names_in(owners: str) -> list[str]:
    """The single names of "Mia, Cem Berater (Caritas) und Amt"."""
    return [name for name in SEPARATOR.split(owners.strip()) if name]


def people_named(owners: str, people: Iterable[Person]) -> list[Person]:
    """Those among the people whom the words name beyond doubt: by full name, or a part of it that only one has."""
    people = list(people)
    found = {person.id: person for name in names_in(owners) if (person := _meant(name, people))}
    return list(found.values())


def strangers_in(owners: str, people: Iterable[Person]) -> list[str]:
    """The names that mean none of these people, as written."""
    people = list(people)
    return [name for name in names_in(owners) if _meant(name, people) is None]


def _meant(name: str, people: Sequence[Person]) -> Person | None:
    """The one person whom a name means: full, first or last name, or "M. Glied"."""
    words = [word for word in _words(REMARK.sub(" ", name)) if word not in ADDRESSES]
    if not words:
        return None
    for fits in (_is_whole, _is_part):
        found = [person for person in people if fits(words, _words(person.name))]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _is_whole(words: list[str], name: list[str]) -> bool:
    return words == name


def _is_part(words: list[str], name: list[str]) -> bool:
    if len(words) == 1:
        return words[0] in {name[0], name[-1]}
    return words[1:] == name[-1:] and len(words[0]) == 1 and name[0].startswith(words[0])
