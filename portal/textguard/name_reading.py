"""Reading a name out of a row of words, and the words proposed instead of it."""

import re
from dataclasses import dataclass

from portal.textguard.german import is_acronym, is_determiner, is_function_word, word_list
from portal.textguard.particles import FOREIGN, behind_particles, leads_name
from portal.textguard.passage import Passage, is_capitalised, joined
from portal.textguard.vocabulary import (
    Standing,
    is_given_name,
    is_in_dictionary,
    is_in_doubt,
    is_listed_name,
    is_ordinary,
    is_people_or_language,
    is_place,
    may_be_surname,
    standing,
)

_MOST_PARTS = 6
_AFTER_INITIAL = re.compile(r"\.[ \t]?|\.\n")
# "Selam W. hat" and "Omar K., der" go on after the point; "Niveau B. Die" does not.
_GOES_ON = re.compile(r"\.(?: ?[a-zäöü(]|[,;:)]|$)")
_PHRASE_ENDS = re.compile(r"[,;:)]| ?\(|\n| (?:und|oder|sowie) |\.(?:\s|$)|$")
_LITERATURE = re.compile(
    r"(?<!\w)(?:in: [A-ZÄÖÜ]|BeckOK|GK-|NVwZ|InfAuslR|ZAR(?!\w)|NJW|DVBl|AuslR(?!\w)|Aufl\.|Rn\.|Kommentar,|a\. ?a\. ?O)"
)
_SPEAKING_VERBS = word_list("speaking_verbs", "auxiliaries")
_DATIVE = word_list("dative_prepositions")
_ACCUSATIVE = frozenset({"für", "gegen", "ohne", "um", "durch", "an", "auf", "über", "in", "betreffend"})
_BEHIND = frozenset({"gegenüber", "zufolge", "zuliebe", "zugunsten"})
_TITLED = re.compile(r"(?<![\w.])(?:Herrn|Hrn\.)(?!\w)")
_GIVING = (
    "erteilt|gewährt|bewilligt|zugesagt|verweigert|versagt|ausgestellt|ausgehändigt|zugestellt|zuerkannt|mitgeteilt"
    "|angeboten|gestattet|empfohlen"
)
# In "Frau Okonkwo wird die Erlaubnis erteilt" the thing given is the subject.
_GIVEN = re.compile(
    r" (?:wird|wurde|ist|war|soll|sollte|kann|konnte|darf|muss)(?: (?:hier|daher|somit|damit|deshalb|nun|zudem|auch))?"
    rf" (?:die|der|das|eine?|keine?) [^.!?;\n]{{1,120}}?(?:{_GIVING})(?!\w)"
)
# "Wir haben Herrn Okonkwo angehört", but "hat Herrn Okonkwo geraten".
_HEARD = re.compile(
    rf"(?: [a-zäöüß]{{3,12}}){{0,2}} (?!{_GIVING}|geholfen|geraten|gedankt|gekündigt|gefolgt|geglaubt|genügt|gehört(?!\w))"
    r"(?:ge|an|be|ver|ein|er|vor|auf|aus|unter|zurück)[a-zäöüß]{3,20}(?:t|en)(?=[.,;!?)]| (?:und|oder) |$)"
)
_MOST_BETWEEN = 10
_AND = frozenset({"und", "oder", "sowie"})
_SENTENCE_STARTS = re.compile(r"[.!?][\"”“)]?\s|\n\n|\n[ \t]*[-*•]")


@dataclass(frozen=True, slots=True)
class Name:
    """Words `first` to `last` (inclusive) of a passage that read as one name."""

    first: int
    last: int


def is_name_word(word: str) -> bool:
    """Whether a capitalised word is none that German prose uses, hence perhaps a name."""
    return len(word) > 1 and is_capitalised(word) and not is_ordinary(word)


def spelling(passage: Passage, index: int) -> str:
    """Word `index`; in capitals beside a name it is read as a name, too, and as no short form: "Emeka EZE"."""
    words, text = passage.words, passage.words[index].text
    if len(text) < 2 or not text.isupper() or is_function_word(text):
        return text
    beside = (
        words[place].text
        for place, between in ((index - 1, index - 1), (index + 1, index))
        if 0 <= place < len(words) and joined(passage, between)
    )
    return text.title() if any(map(_is_on_list, beside)) else text


def _is_on_list(word: str) -> bool:
    """Whether `word` is a given name, or in capitals a name at all."""
    known = is_listed_name(word) or may_be_surname(word) if word.isupper() else is_given_name(word)
    return known and standing(word.title()) > (Standing.ORDINARY if word.isupper() else Standing.DOUBLE)


def read_name(passage: Passage, first: int, *, certain: bool = False, announced: bool = True) -> Name | None:
    """Read the name that begins at word `first`.

    Where a name is `certain`, its first word may be any noun; where it is `announced`, its last one may.
    """
    words = passage.words
    if first >= len(words):
        return None
    word = spelling(passage, first)
    if _is_initial(passage, first):
        surname = first + 1
        begins = surname < len(words) and (
            is_name_word(words[surname].text)
            or _speaks(passage, surname)
            or (certain and words[surname].capitalised)
        )
    elif certain:
        # "Herr Lang" and "Frau Klein", but not "HERR UND FRAU".
        begins = len(word) > 1 and word[0].isupper() and not (word.isupper() and is_function_word(word))
    else:
        begins = is_name_word(word) or (announced and word[0].isupper() and is_in_doubt(word))
    begins_led = certain or word[0].isupper() or word in FOREIGN or (announced and word == "von")
    led = begins_led and leads_name(passage, first, certain=certain)
    if not begins and not led:
        return None
    start = behind_particles(passage, first) if led else first
    last = max(_last_part(passage, start), first + _is_initial(passage, first))
    given = announced or is_given_name(word)
    return Name(first, last + (given and last == first and _is_plain_surname(passage, last)))


def is_cited(passage: Passage, name: Name) -> bool:
    """Whether an author is cited: "Okonkwo, in: Kommentar, 14. Aufl., § 25b Rn. 31"."""
    start, end = passage.words[name.first].start, passage.words[name.last].end
    return bool(_LITERATURE.search(passage.left(start, 60) + passage.right(end, 60)))


def instead(passage: Passage, start: int, name: Name) -> str:
    """Words that fit between word `start` and the end of `name`: "die Person", "der Person" or "deren"."""
    last = passage.words[name.last]
    before = passage.words[start - 1].text if start and joined(passage, start - 1) else ""
    genitive = last.text[-1] == "s" and not is_place(last.text)
    owns = passage.text[last.end : last.end + 2] == "' " and last.text[-1] in "sxzß"  # "Felix' Antrag"
    if owns or (genitive and _owns(passage, name.last)):
        phrase = "deren"
    elif _is_dative(passage, start, name) or (
        genitive and before[:1].isupper() and not is_function_word(before)
    ):
        phrase = "der Person"
    else:
        phrase = "die Person"
    if _SENTENCE_STARTS.search(passage.gap(start - 1)):
        return phrase[0].upper() + phrase[1:]
    return phrase


def _is_dative(passage: Passage, start: int, name: Name) -> bool:
    """Whether the phrase is dative or genitive, which sound alike: by its preposition, "Herrn", or what is given."""
    end = passage.words[name.last].end
    titled = bool(_TITLED.match(passage.text, passage.words[start].start))
    preposition = _preposition(passage, start)
    if preposition in _DATIVE:
        return True
    if preposition in _ACCUSATIVE:
        return False
    if _word_after(passage, name.last) in _BEHIND:
        return True
    if titled:
        return not _HEARD.match(passage.text, end, end + 60)
    opens = _SENTENCE_STARTS.search(passage.gap(start - 1))
    return bool(opens) and bool(_GIVEN.match(passage.text, end, end + 180))


def _preposition(passage: Passage, start: int) -> str:
    """The preposition on which word `start` depends, over what is enumerated before it; "" if there is none."""
    for index in range(start - 1, max(-1, start - _MOST_BETWEEN), -1):
        word = passage.words[index].text.lower()
        if not joined(passage, index) and passage.gap(index) not in {", ", ". "}:
            return ""
        if word in _DATIVE or word in _ACCUSATIVE:
            return word
        listed = index + 1 == start and (word in _AND or passage.gap(index) == ", ")
        inside = index + 1 < start and (
            passage.words[index].capitalised or word in _AND or is_determiner(word)
        )
        if not listed and not inside:
            return ""
    return ""


def _word_after(passage: Passage, index: int) -> str:
    following = index + 1
    return passage.words[following].text if following < len(passage.words) and joined(passage, index) else ""


def _owns(passage: Passage, last: int) -> bool:
    """Whether the thing owned follows the genitive: "Okonkwos Anwältin"."""
    if last + 1 >= len(passage.words) or not joined(passage, last):
        return False
    noun = passage.words[last + 1].text
    owner = passage.words[last].text[-1] == "s"
    return owner and noun[0].isupper() and is_ordinary(noun) and not is_acronym(noun)


def _is_initial(passage: Passage, index: int) -> bool:
    word = passage.words[index].text
    return len(word) == 1 and word.isupper() and bool(_AFTER_INITIAL.fullmatch(passage.gap(index)))


def _speaks(passage: Passage, index: int) -> bool:
    """Whether the verb behind word `index` is one of people: "D. Krone merkt an"."""
    following = index + 1
    return (
        passage.words[index].capitalised
        and following < len(passage.words)
        and joined(passage, index)
        and passage.words[following].text in _SPEAKING_VERBS
    )


def _is_plain_surname(passage: Passage, first: int) -> bool:
    """Whether a German noun ends both name and phrase, or acts: "Rosa Engel, ledig", "Rosa Engel hat"."""
    surname = first + 1
    if (
        surname >= len(passage.words)
        or not joined(passage, first)
        or not is_name_word(passage.words[first].text)
    ):
        return False
    word = passage.words[surname].text
    if not word[0].isupper() or len(word) < 3 or is_function_word(word) or is_acronym(word):
        return False
    if _owns(passage, first) and not may_be_surname(word):
        return False
    if passage.opens_sentence(first) and _speaks(passage, surname):
        return True
    return bool(_PHRASE_ENDS.match(passage.right(passage.words[surname].end, 7)))


def _last_part(passage: Passage, first: int) -> int:
    last = first
    while last + 1 < len(passage.words) and last - first < _MOST_PARTS:
        if not joined(passage, last) and not _is_initial(passage, last):
            break
        if leads_name(passage, last + 1, inside=True):
            last = behind_particles(passage, last + 1)
        elif _continues(passage, last + 1):
            last += 1
        else:
            break
    return last


def _continues(passage: Passage, index: int) -> bool:
    """Whether word `index` is another part of the name that the word before belongs to."""
    word, text = passage.words[index], spelling(passage, index)
    if len(text) == 1 and text.isupper():
        return bool(_GOES_ON.match(passage.right(word.end, 4))) or _leads_surname(passage, index)
    if is_name_word(text) or _is_middle_name(passage, index):
        return True
    given = spelling(passage, index - 1)
    if _is_double_surname(text) and is_name_word(given):
        return True
    # After a given name, "Warsame" is no compound of "war" and "Same".
    if not is_given_name(given) or not word.capitalised:
        return False
    if is_in_doubt(text) or not is_in_dictionary(text):
        return True
    return not is_people_or_language(text) and (
        may_be_surname(text) or (is_name_word(given) and (is_given_name(text) or is_place(text)))
    )


def _is_double_surname(word: str) -> bool:
    """Whether a name and a noun are joined as in "Okonkwo-Lang", which behind a given name is no park or school."""
    first, hyphen, last = word.partition("-")
    return bool(hyphen) and "-" not in last and is_capitalised(last) and is_name_word(first)


def _is_middle_name(passage: Passage, index: int) -> bool:
    """Whether another part follows a word that is also a noun: "Thu Mai Tran"."""
    following = index + 1
    return (
        passage.words[index].capitalised
        and following < len(passage.words)
        and joined(passage, index)
        and is_name_word(passage.words[following].text)
    )


def _leads_surname(passage: Passage, index: int) -> bool:
    following = index + 1
    return (
        _is_initial(passage, index)
        and following < len(passage.words)
        and is_name_word(passage.words[following].text)
    )
