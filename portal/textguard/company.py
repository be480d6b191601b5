"""What stands around a word that may be a name: articles, roles, verbs, prepositions, other names."""

import re

from portal.textguard.german import (
    is_determiner,
    is_form,
    is_function_word,
    is_inflected,
    is_inflected_noun,
    is_nominalised,
    is_noun,
    word_list,
)
from portal.textguard.passage import joined
from portal.textguard.rows import TOWARDS
from portal.textguard.surroundings import MOST_WORDS, Surroundings
from portal.textguard.vocabulary import (
    Standing,
    is_affair,
    is_country,
    is_given_name,
    is_in_doubt,
    is_institution,
    is_listed_surname,
    is_people_or_language,
    is_place,
    is_relative,
    is_role,
    may_be_surname,
    standing,
)

_FINITE = "(FIN)"
_DETERMINING = ("ART", "ADJ(A)", "PPOSAT", "PIAT", "PDAT", "PWAT", "APPRART", "CARD", "PRELAT", "TRUNC")
COPULAS = frozenset(
    {
        "ist",
        "war",
        "wird",
        "wurde",
        "sei",
        "bleibt",
        "werden",
        "sind",
        "waren",
        "wäre",
        "gilt",
        "lernt",
        "lernte",
    }
)
_CLAUSE_ENDS = re.compile(r"[,.;:!?)]|$| (?:und|oder) ")
_FIGURE = re.compile(r" ?\d|[*:_]in|-(?:\w| [uo]|/)")
# In "weil die Klägerin Essen verlässt" the town is what she leaves.
_OF_TOWNS = frozenset(
    {"verlässt", "verließ", "kennt", "kannte", "erreicht", "erreichte", "besucht", "besuchte", "mag", "liebt"}
)
PARTS_OF_TOWNS = frozenset(
    stem + ending
    for stem in ("Neue", "Alte", "Hohe", "Untere", "Obere", "Große", "Kleine")
    for ending in ("", "r", "s", "n")
)
_RELATIVES = frozenset({"der", "die", "das", "den", "dem"})


class Company(Surroundings):
    """What the surroundings say of a word that may be a name."""

    def is_determined(self) -> bool:
        """Whether an article, a number or an adjective stands before the word, and no pronoun: ", den Vogel schrieb"."""
        before = self.before
        if before.lower() == "als":
            return not self.word(-2).endswith("er")
        if is_determiner(before):
            return not (self._clause_before() and self._is_relative())
        if before[:1].isupper() and self.opens_at(-1) and not is_role(before):
            return self.tag(-1) in _DETERMINING
        if before in PARTS_OF_TOWNS and is_institution(self.word(-2)):
            return True  # "das Quartier Obere Aue"
        return before.islower() and (is_inflected(before) or self.tag(-1) in _DETERMINING)

    def _is_relative(self) -> bool:
        """Whether the article before is a pronoun: ", den Vogel geschrieben hat"."""
        if self.tag(-1) == "PRELS":
            return True
        if self.before not in _RELATIVES or self.tag(1).endswith(_FINITE):
            return False
        return standing(self.text) >= Standing.UNKNOWN or self._closes_with_verb()

    def _closes_with_verb(self) -> bool:
        for place in range(self.index + 1, min(len(self.passage.words) - 1, self.index + MOST_WORDS)):
            if not joined(self.passage, place):
                return place > self.index + 1 and self.tag(place - self.index).endswith(_FINITE)
        place = len(self.passage.words) - 1
        return place > self.index + 1 and self.tag(place - self.index).endswith(_FINITE)

    def is_counted(self) -> bool:
        """Whether a figure or a hyphen follows: "Feld 3"."""
        return bool(_FIGURE.match(self.passage.right(self.passage.words[self.index].end, 3)))

    def is_label(self) -> bool:
        """Whether a colon follows a compound that only its ending makes a surname: "Kündigungsgrund: …"."""
        behind = self.passage.right(self.passage.words[self.index].end, 1)
        return behind == ":" and not (is_listed_surname(self.text) or is_given_name(self.text))

    def after_noun(self) -> bool:
        """Whether a noun stands directly before the word."""
        return (
            self.before[:1].isupper()
            and not is_function_word(self.before)
            and not is_people_or_language(self.before)
        )

    def in_apposition(self, *, listed: bool) -> bool:
        """Whether the noun before is a role, and the word no object of "weil die Mutter Trost sucht"."""
        if self.text.endswith("s") and is_country(self.text[:-1]):
            return False  # "im Fall Deutschlands"
        if self.text.endswith("s") and len(self.text) > 4 and may_be_surname(self.text[:-1]):
            return is_in_doubt(self.text[:-1]) or is_affair(self.before)
        if is_institution(self.before) or not (
            is_role(self.before) or self.before.lower() in word_list("before_names")
        ):
            return False
        if self._stands_before_verb():
            return True
        town = listed and is_place(self.text) and self.after not in _OF_TOWNS
        return (town or not self._ends_clause()) and (listed or self._fits_behind_role())

    def _stands_before_verb(self) -> bool:
        """Whether role and word are all that stands before the verb: "Unser Hausarzt Nagel schreibt"."""
        if not is_determiner(self.word(-2)) or not self.tag(1).endswith(_FINITE):
            return False
        return self.opens_at(-2) or (self.opens_at(-3) and self.tag(-3) == "APPR")

    def _fits_behind_role(self) -> bool:
        """Whether a noun that is on no list of names is no object: not "Zeigt der Klient Reue"."""
        lower = self.text.lower()
        if is_nominalised(self.before.lower()) or (is_inflected_noun(lower) and not is_noun(lower)):
            return False
        if not is_form(lower) or not is_determiner(self.word(-2)):
            return True
        return self.opens_at(-2) or is_relative(self.before) or self.tag(-3) == "APPR"

    def is_adjective(self) -> bool:
        """Whether an adjective opens the sentence: "Klug war die Entscheidung", "Frisch renoviert ist"."""
        lower = self.text.lower()
        if not self.opens() or is_noun(lower) or not is_form(lower):
            return False
        if self.after in COPULAS:
            return is_determiner(self.word(2)) and not is_role(self.word(3))
        return self.after.islower() and self.word(2) in COPULAS

    def is_predicate(self) -> bool:
        """Whether a trade or state is told: "ist Koch", "lernt Koch"."""
        if not is_role(self.text):
            return False
        return self.before in COPULAS or (self.after in COPULAS and self.ends_after())

    def is_one_of_things(self) -> bool:
        """Whether the word is enumerated with nouns that name nobody: "Wind und Wetter"."""
        if is_role(self.text) and any(map(is_role, self.neighbours())):
            return True
        if self.is_in_row():
            return True
        return any(
            beside[0].isupper()
            and standing(beside) is Standing.ORDINARY
            and not is_place(beside)
            and not is_role(beside)
            and not is_function_word(beside)
            for beside in self.neighbours()
        )

    def is_towards(self) -> bool:
        """Whether a preposition stands before, behind which places and states stand."""
        return self.before.lower() in TOWARDS - {"über"} | {"seit"}

    def leads_noun(self) -> bool:
        """Whether a noun follows that names nobody: "Rosa Listen"."""
        genitive = self.text.endswith("s")
        return not genitive and self.after[:1].isupper() and standing(self.after) is Standing.ORDINARY

    def _clause_before(self) -> bool:
        return "," in self.passage.gap(self.index - 2)

    def _ends_clause(self) -> bool:
        """Whether only a verb follows in the clause, so that the word is its object."""
        if not self.tag(1).endswith(_FINITE) or self.opens_at(-1):
            return False
        return bool(_CLAUSE_ENDS.match(self.passage.right(self.passage.words[self.index + 1].end, 5)))
