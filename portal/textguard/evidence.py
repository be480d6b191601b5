"""What speaks for a person: ages, roles, verbs of speech, offices, relatives beside a word that may be a name."""

import re

from portal.textguard.company import COPULAS, Company
from portal.textguard.german import is_determiner, is_form, is_function_word, is_noun, word_list
from portal.textguard.passage import joined
from portal.textguard.vocabulary import (
    Standing,
    is_affair,
    is_given_name,
    is_in_doubt,
    is_institution,
    is_office,
    is_place,
    is_relative,
    is_role,
    may_be_surname,
    standing,
)

_SPEAKING_VERBS = word_list("speaking_verbs")
_PERSONAL_VERBS = word_list("personal_verbs", "speaking_verbs")
_AUXILIARIES = frozenset(
    {"hat", "hatte", "habe", "hätte", "will", "möchte", "kann", "soll", "muss", "darf", "wollte"}
)
_PASSIVE = frozenset({"wird", "wurde", "würde", "sei", "ist", "war"})
_BEFORE_PEOPLE = frozenset(
    {"von", "mit", "bei", "für", "laut", "gegen", "durch", "an", "ohne", "wegen", "gegenüber", "neben"}
)
_ACCORDING_TO = frozenset({"laut", "gegenüber", "seitens"})
_OPENING_CLAUSES = frozenset(
    {"dass", "ob", "weil", "wenn", "falls", "da", "damit", "wie", "nachdem", "bevor"}
)
_ENDS = re.compile(r"[,.;:!?)]|$")
_TOLD_OF = re.compile(
    r", (?:der|die(?= (?:den|dem|ihn|ihm|sich) )) [^.,;:!?()\n]{2,80} (?P<verb>\w{2,20})(?=[.,;:!?)\n]|$)"
)
_AGED = re.compile(
    r" ?\((?:\d{1,2}\)|geb\.|\*|Jg\.)|,? geb\.|, geboren|, (?:\d{1,2}(?: Jahre)?,|ledig|verh)"
    r"| (?:ist|wird|war) (?:erst |jetzt |heute )?(?:\d{1,2}|[a-zäöü]{3,12}) (?:Jahre|Monate|Wochen) alt"
)
_OWNED = re.compile(
    r"(?i:(?<!\w)(?:ihr|sein|dein|mein|unser|deren|dessen)e?[rnms]?) (?:[\w-]{3,20} )?[A-ZÄÖÜ]\w+, $"
)
_AT_WORK = re.compile(
    r" ?\((?P<inside>[A-ZÄÖÜ][\w-]{2,40})(?:,? [\w. -]{1,25})?\)"
    r"| (?:vom|von der|aus dem|aus der) (?P<behind>[A-ZÄÖÜ][\w-]{2,40})"
)


class Evidence(Company):
    """What the surroundings say for a person; `listed` tells whether the word is on a list of names."""

    def says_strongly(self, *, listed: bool) -> bool:
        """Whether something is said of the word that is said of people only."""
        if (
            (_AGED.match(self._right(40)) and not is_relative(self.text))
            or self._has_company()
            or self._is_described()
        ):
            return True
        if self._acts(listed=listed) or self._beside_name(listed=listed):
            return True
        if self._owns():
            return listed or (
                is_place(self.text) and self.text.lower().removesuffix("s") not in word_list("places")
            )
        return listed and (self._is_consulted() or self._is_at_work())

    def says_weakly(self) -> bool:
        """Whether a preposition or a verb stands beside the word as they do with people."""
        if self.before in _OPENING_CLAUSES | _PERSONAL_VERBS and self._begins_object():
            return True
        if self.before.lower() in _BEFORE_PEOPLE:
            return not self.after[:1].isupper() and self.after not in {"und", "bis", "oder"}
        if self.opens():
            verb = self.after in _PERSONAL_VERBS and self.after not in COPULAS
            return verb and not is_function_word(self.text)  # "Dann geht es"
        if is_function_word(self.text) or not is_noun(self.text):
            return self.before != ""
        return self.tag(0) == "NE"

    def is_told_of(self) -> bool:
        """Whether a clause tells what the word does: "… übernimmt im nächsten Jahr Dachs, der den Fall kennt"."""
        told = _TOLD_OF.match(self._right(100))
        thing = is_institution(self.before) or self.before.lower() in word_list("things", "organisations")
        return (
            told is not None and told["verb"] in _SPEAKING_VERBS and not thing and may_be_surname(self.text)
        )

    def _begins_object(self) -> bool:
        """Whether another part of the sentence begins behind the word, or nothing: "hat Sand die Schule …"."""
        return is_determiner(self.after) or bool(_ENDS.match(self._right(2)))

    def _right(self, width: int) -> str:
        return self.passage.right(self.passage.words[self.index].end, width)

    def _acts(self, *, listed: bool) -> bool:
        """Whether the word does what only people do: "Brühl hat … unterschrieben", "wie Dachs mitteilt"."""
        if self._does_deed(self.before):
            return True
        if self.before in _OPENING_CLAUSES | {"Wie"} and self.last_of_clause() in word_list("sayings"):
            return True
        begins = self.opens() or self.passage.gap(self.index - 1) == ", "
        return self._speaks_before() or (begins and self._speaks_behind(listed=listed))

    def _does_deed(self, auxiliary: str) -> bool:
        """Whether `auxiliary` and the end of the clause tell what only people do or suffer; towns share some of it."""
        last = self.last_of_clause()
        if auxiliary in _PASSIVE:
            return last in word_list("fates")
        shared = word_list("deeds_of_bodies") if self.text.lower() in word_list("places") else frozenset()
        return auxiliary in _AUXILIARIES and last in word_list("deeds") - shared

    def _speaks_before(self) -> bool:
        """Whether "sagte Dachs," or "so Dachs" is read."""
        return bool(_ENDS.match(self._right(2))) and self.before in _SPEAKING_VERBS | {"so"}

    def _speaks_behind(self, *, listed: bool) -> bool:
        """Whether "Stumpf sieht" or "Brühl hat … unterschrieben" opens the sentence."""
        if (self.text.endswith("end") and not listed) or is_affair(self.text):
            return False  # "Ergänzend teilt das Amt mit", "Bescheid erklärt, Widerspruch formuliert"
        if self.after in _SPEAKING_VERBS:
            return listed or self.after in word_list("sayings")
        return self._does_deed(self.after)

    def _is_consulted(self) -> bool:
        """Whether "laut", "Rücksprache mit" or "durch … unterzeichnet" is said of the word, or "zwischen … und"."""
        before = self.before.lower()
        if before in _ACCORDING_TO and not is_affair(self.text):
            return True
        if before in _BEFORE_PEOPLE and (
            is_affair(self.word(-2)) or self.last_of_clause() in word_list("deeds")
        ):
            return not is_affair(self.text)
        if before == "zwischen" and self.after == "und":
            return self._is_between(self.word(2))
        return before == "und" and self.word(-3).lower() == "zwischen" and self._is_between(self.word(-2))

    def _is_between(self, other: str) -> bool:
        """Whether this word and `other`, which "zwischen … und …" holds, are surnames and no trades or places."""
        return may_be_surname(other) and not any(
            is_role(word) or is_place(word) for word in (self.text, other)
        )

    def _is_at_work(self) -> bool:
        """Whether an office stands beside the word: "Winter (Ausländeramt)", "die Schule, Winter, bittet"."""
        if is_affair(self.text):
            return False
        before, after = self.passage.gap(self.index - 1), self.passage.gap(self.index)
        told = self.passage.words[self.index - 1].text if self.index else ""
        if before.endswith("(") and after.startswith(")"):
            return is_office(told) or is_role(told)
        if before == after == ", " and self.passage.words[self.index + 1].text.islower():
            return is_office(told) or (is_role(told) and not is_role(self.text))
        found = None if is_role(self.text) else _AT_WORK.match(self._right(90))
        if found is None:
            return False
        return is_office(found["inside"] or found["behind"]) or is_role(found["inside"] or "")

    def _owns(self) -> bool:
        """Whether the word is a genitive, as only names stand without an article: "Königs Bericht", "auf Webers Bitte"."""
        if len(self.text) < 5 or not self.text.endswith("s") or is_function_word(self.text):
            return False
        return is_affair(self.after) or is_role(self.after)

    def _has_company(self) -> bool:
        """Whether "und seine Frau" or "und der Vater" follows."""
        follows = self.after == "und" and is_role(self.word(3)) and not is_role(self.text)
        kept = r"(?:sein|ihr)e?|der|die|das" if self.opens() else r"(?:sein|ihr)e?"
        return follows and bool(re.fullmatch(kept, self.word(2)))

    def _is_described(self) -> bool:
        """Whether ", der Vermieter," or ", Mitarbeiterin der" follows, or "Ihr Sohn," stands before."""
        place = self.index + 1
        words = self.passage.words
        enclosed = self.passage.gap(self.index - 1) == ", " and self.passage.gap(self.index).startswith(
            (",", ".")
        )
        if enclosed and is_relative(words[self.index - 1].text) and self._is_owned():
            return True
        if place + 1 >= len(words) or self.passage.gap(self.index) != ", " or not joined(self.passage, place):
            return False
        if self.passage.gap(self.index - 1) == ", ":
            return False
        if is_role(words[place].text) and words[place].capitalised and not is_role(self.text):
            return words[place + 1].text in {"der", "des", "vom", "bei", "beim", "im", "am", "in"}
        closed = self.passage.gap(place + 1).startswith((",", "."))
        return (
            is_determiner(words[place].text)
            and is_role(words[place + 1].text)
            and closed
            and not self.neighbours()
        )

    def _is_owned(self) -> bool:
        """Whether "ihr" or "sein" stands before the relative that the word follows: "Ihr jüngster Sohn, Vogel,"."""
        left = self.passage.left(self.passage.words[self.index].start, 50)
        return bool(_OWNED.search(left))

    def _beside_name(self, *, listed: bool) -> bool:
        """Whether the word, which may be a name or is in no list, is enumerated with a name, or follows its first part."""
        if is_given_name(self.text) and is_in_doubt(self.text) and may_be_surname(self.after):
            return not is_affair(self.after)
        if (not listed and is_form(self.text.lower())) or is_place(self.text) or self.is_in_row():
            return False
        return any(
            standing(word) is Standing.NAME
            or (is_in_doubt(word) and not is_role(word) and not is_role(self.text))
            for word in self.neighbours()
        )
