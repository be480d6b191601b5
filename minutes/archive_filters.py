"""By what the archive can be narrowed: what the address names, what the reader is offered, and how many hits each has."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from minutes.decision import Topic
from minutes.decision_words import DECISION_KINDS, DECISION_STATES, RESULTS
from minutes.legal_basis import Provision, cited
from minutes.search import Found
from portal.committees import Committee
from portal.database import session

FILTERS = {
    "committee": ("c", _l("Gremium")),
    "year": ("y", _l("Jahr")),
    "type": ("k", _l("Art")),
    "topic": ("t", _l("Thema")),
    "law": ("p", _l("Rechtsgrundlage")),
    "result": ("r", _l("Ausgang")),
    "state": ("s", _l("Stand")),
}
"""Name in the address: letter of its scope in the index, and what readers call it."""
WORDS: dict[str, dict[str, object]] = {
    letter: {value.value: text for value, text in words.items()}
    for letter, words in (("k", DECISION_KINDS), ("r", RESULTS), ("s", DECISION_STATES))
}
MOST_OPTIONS = 200
"""Of topics and provisions; those with hits come before the others."""
NOTHING = "c0"
"""A scope that no decision has."""


@dataclass(frozen=True)
class Option:
    """A value to filter by; `count` is None where only the newest hits were counted and none of them has it."""

    value: str
    label: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True)
class Filter:
    name: str
    label: str
    options: list[Option]

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.is_chosen), None)


def chosen_scope(chosen: Mapping[str, str], offered: Collection[str]) -> list[str]:
    """Scopes of the filters in an address; a value that the reader is not offered finds nothing."""
    found = []
    for name, (letter, _label) in FILTERS.items():
        if value := chosen.get(name):
            token = f"{letter}{_committee_id(value) if name == 'committee' else value}"
            found.append(token if token in offered else NOTHING)
    return list(dict.fromkeys(found))


def _committee_id(slug: str) -> int | None:
    return (
        session.scalar(sa.select(Committee.id).where(Committee.slug == slug)) if slug.isprintable() else None
    )


def narrowed(chosen: Mapping[str, str], offered: Collection[str]) -> list[tuple[str, str]]:
    """The filters in an address that hold, as readers read them: label and value."""
    return [
        (str(label), text)
        for name, (letter, label) in FILTERS.items()
        if chosen.get(name)
        for value, text, _number in _labels(letter, _known(letter, offered))
        if value == chosen[name]
    ]


def offers(chosen: Mapping[str, str], offered: Collection[str], found: Found) -> list[Filter]:
    """All filters with what the reader can choose now: what has hits, and what may have some."""
    filters = []
    for name, (letter, label) in FILTERS.items():
        is_capped = letter in found.capped
        tokens = {token for token in found.counts if token[:1] == letter}
        if is_capped:
            others = sorted(token for token in offered if token[:1] == letter and token not in tokens)
            tokens.update(others[: max(MOST_OPTIONS - len(tokens), 0)])
        values = _labels(letter, {token[1:] for token in tokens})
        options = [
            Option(value, text, found.counts.get(f"{letter}{number}"), chosen.get(name) == value)
            for value, text, number in values
        ]
        if (value := chosen.get(name)) and not any(option.is_chosen for option in options):
            options += [
                Option(value, text, 0, is_chosen=True)
                for known, text, number in _labels(letter, _known(letter, offered))
                if known == value
            ]
        filters.append(Filter(name, str(label), options))
    return filters


def _known(letter: str, offered: Iterable[str]) -> set[str]:
    return {token[1:] for token in offered if token[:1] == letter}


def _labels(letter: str, values: set[str]) -> list[tuple[str, str, str]]:
    """Of each value what stands in the address, what readers see and what stands in the index, in a useful order."""
    if letter == "y":
        return [(value, value, value) for value in sorted(values, reverse=True)]
    if words := WORDS.get(letter):
        return [(value, str(text), value) for value, text in words.items() if value in values]
    numbers = [int(value) for value in values]
    if not numbers:
        return []
    if letter == "c":
        committees = sa.select(Committee.slug, Committee.name, Committee.id).where(Committee.id.in_(numbers))
        rows = session.execute(committees.order_by(Committee.name)).all()
        return [(slug, name, str(number)) for slug, name, number in rows]
    if letter == "t":
        topics = sa.select(Topic.id, Topic.name).where(Topic.id.in_(numbers)).order_by(Topic.name)
        return [(str(number), name, str(number)) for number, name in session.execute(topics).all()]
    provisions = sa.select(Provision.id, Provision.law, Provision.section).where(Provision.id.in_(numbers))
    named = sorted(session.execute(provisions).all(), key=lambda row: _by_law(row.law, row.section))
    return [(str(number), cited(law, section), str(number)) for number, law, section in named]


def _by_law(law: str, section: str) -> tuple[str, int, str]:
    number = re.match(r"\d*", section)
    return law, int(number[0] or 0) if number else 0, section
