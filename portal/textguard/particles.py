"""Small words inside names: "von der", "van den", "de la", "bin", "Abu"."""

from portal.textguard.german import has_telling_ending, is_acronym, is_function_word, word_list
from portal.textguard.passage import Passage, joined
from portal.textguard.vocabulary import (
    is_affair,
    is_given_name,
    is_listed_name,
    is_office,
    is_ordinary,
    is_role,
    may_be_surname,
)

_PARTICLES = word_list("particles")
FOREIGN = word_list("foreign_particles")
"""Particles that no German sentence has."""
_ARTICLES = word_list("particles_inside")
_BEFORE_ARTICLES = frozenset({"van", "von", "de", "da"})
_MOST = 4


def behind_particles(passage: Passage, index: int) -> int:
    """The word behind the particles that begin with word `index`; `index` itself where none does."""
    for place in range(index, min(index + _MOST, len(passage.words) - 1)):
        if not joined(passage, place) or not _is_particle(passage, index, place):
            return place
    return min(index + _MOST, len(passage.words) - 1)


def _is_particle(passage: Passage, index: int, place: int) -> bool:
    """Whether word `place` is one of the particles from `index` on: "de la", "von und zu"."""
    lower = passage.words[place].text.lower()
    if place == index:
        return lower in _PARTICLES
    before = passage.words[place - 1].text.lower()
    if lower == "und" and before == "von":
        return passage.words[place + 1].text.lower() == "zu"
    return before == "und" or lower in FOREIGN or (before in _BEFORE_ARTICLES and lower in _ARTICLES)


def leads_name(passage: Passage, index: int, *, certain: bool = False, inside: bool = False) -> bool:
    """Whether word `index` is a particle before a name.

    Behind a salutation or title, where it is `certain`, any noun may follow that is no office or role; `inside` a
    name, behind its first part, what follows a foreign particle needs no other sign, nor does "van" anywhere.
    """
    place = behind_particles(passage, index)
    word = passage.words[place]
    if place == index or not word.capitalised or len(word.text) < 2:
        return False
    if is_function_word(word.text) and not may_be_surname(word.text):
        return False
    if not is_ordinary(word.text) or is_given_name(word.text):
        return True
    short = is_acronym(word.text) and not passage.words[index].text.isupper()
    particle = passage.words[index].text.lower()
    if particle == "van" or (inside and particle in FOREIGN):
        return not short
    if inside:
        return particle == "da" and is_listed_name(word.text)
    return certain and not short and not _is_where_people_work(word.text)


def _is_where_people_work(word: str) -> bool:
    """Whether "Frau von der …" says where she works: "Anmeldung", "Schule"."""
    return has_telling_ending(word.lower()) or is_office(word) or is_role(word) or is_affair(word)
