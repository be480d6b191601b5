"""The text guard as the house asks it: with the terms that two people allow, and while it still loads."""

from collections.abc import Mapping

from portal import textguard
from portal.allowed_terms import allowed_terms
from portal.textguard import Finding

NOBODY: frozenset[str] = frozenset()


def find(text: str, known_people: frozenset[str] = NOBODY) -> list[Finding]:
    """What the guard finds in a text, sorted by position; names of `known_people` are notes."""
    return textguard.scan(text, known_people, allowed_terms())


def find_in(texts: Mapping[str, str], known_people: frozenset[str] = NOBODY) -> dict[str, list[Finding]]:
    """The same for the fields of one document: a name found in one of them is found in all."""
    return textguard.scan_fields(texts, known_people, allowed_terms())


def is_loading() -> bool:
    """Whether the guard cannot answer at once. Asking begins to load it, in the background."""
    if textguard.is_ready():
        return False
    textguard.start_loading()
    return True
