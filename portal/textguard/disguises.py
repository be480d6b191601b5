"""Names that hide: initials, spelt-out letters, figures for letters, other alphabets."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.german import is_function_word
from portal.textguard.name_reading import Name, instead, is_name_word
from portal.textguard.passage import Passage
from portal.textguard.vocabulary import Standing, is_listed_name, is_ordinary, standing

_CAPITAL = r"[^\W\d_a-zäöüßà-öø-ÿ]"
_INITIALS = re.compile(
    rf"(?<![\w.§-])(?:{_CAPITAL}\.[ -]{{0,2}}){{1,3}}{_CAPITAL}(?:(?<=[CGKDPSTZR])h|(?<=S)ch|(?<=S)t)?\.(?!\w)"
)
_SALUTED = re.compile(
    rf"(?<!\w)(?:Herrn?|Frau|Hr\.|Fr\.|Familie|Eheleute)[ \n](?P<letter>{_CAPITAL})\.(?!\w)"
)
# As texts call those whom they do not name: "Frau X.", "Herr B.".
_PSEUDONYMS = frozenset("ABCDNXYZ")
_ABBREVIATIONS = frozenset({"NN", "US", "USA", "PS", "IA", "IV", "DC"})
_DEGREE = re.compile(r"(?:BA|MA|MS|BS)")
_SECTION = re.compile(
    r"(?i:kapitel|abschnitt|teil|ziffer|anlage|punkt|nr\.|lit\.|buchstabe|gruppen?|variante)\s$"
)

_SPELT = re.compile(
    r"(?<![\w.-])(?P<letters>[^\W\d_](?P<sign>[-.·*_/ ]{1,2})[^\W\d_](?:(?P=sign)[^\W\d_]){2,30})(?!\w)"
    rf"(?: {{1,3}}{_CAPITAL}(?:\.|[^\W\d_]{{2,30}}))?"
)
# A sign within a word, instead of a letter ("S!mona") or beside them ("Yus_uf").
_BROKEN = re.compile(
    rf"(?<![\w.@/#&+-])(?P<word>{_CAPITAL}[^\W\d_]{{0,20}}(?:[!|_·~^+¡][^\W\d_]{{1,20}}){{1,3}})(?![\w@]|\.\w)"
    rf"(?: (?P<more>{_CAPITAL}(?:[^\W\d_]{{1,30}}(?![\w@])|\.)))?"
)
_SIGNS_AS_LETTERS = (
    str.maketrans("!|¡", "ili"),
    str.maketrans("!|", "li"),
    str.maketrans("", "", "!|_·~^+¡"),
)
_LEET_SIGN = r"[013457@$€]"
_LEET = re.compile(
    rf"(?<![\w.@/#&+-])(?P<word>[^\W\d_](?:[^\W\d_]{{0,20}}{_LEET_SIGN}){{1,6}}[^\W\d_]{{1,20}}{_LEET_SIGN}?)"
    r"(?![\w@]|\.\w)"
    rf"(?: (?P<more>{_CAPITAL}(?:[^\W\d_]{{1,30}}(?![\w@])|\.)))?"
)
_LEET_INSIDE = re.compile(rf"(?:(?<=^[^\W\d_])|(?<=[a-zäöüß])){_LEET_SIGN}{{1,2}}(?=[a-zäöüß]|$)")
_DIGIT_FIRST = re.compile(rf"(?<![\w.,@/#&+$€-]){_LEET_SIGN}[a-zäöüß]{{2,20}}(?![\w@])")
_LEET_LETTERS = str.maketrans("013457@$€", "oieastase")
_MASKED = re.compile(
    rf"(?<![\w*]){_CAPITAL}(?:[^\W\d_]{{0,15}}(?P<sign>\*{{1,8}}|…|\.{{3}}))(?:[^\W\d_]{{1,15}}(?P=sign)){{0,5}}(?P<tail>[^\W\d_]{{1,15}})(?![\w*])"
)
# Women and men are written so, too: "Schüler*innen", "jede*r".
_OF_ALL = frozenset(
    {"in", "innen", "nen", "r", "e", "n", "en", "em", "er", "es", "s", "m", "x", "rin", "frau", "frauen"}
)

_STRANGE = r"[^\W\d_A-Za-z\u00aa-\u02af\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\ufb00-\ufb06]"
_OTHER_SCRIPT = re.compile(
    rf"(?<!\w)(?:{_STRANGE}(?!\W)|[^\W\d_]{{1,30}}?{_STRANGE})"
    rf"(?:[^\s\d.,;:!?()\[\]„“”\"<>/\ufffc]|[ \t](?={_STRANGE})){{0,80}}"
)


def initials(passage: Passage) -> Iterator[Candidate]:
    """Yield initials such as "P. G."; numerals, sections and common abbreviations stay."""
    for letters in _INITIALS.finditer(passage.text):
        bare = "".join(filter(str.isalpha, letters[0]))
        left = passage.left(letters.start(), 14)
        degree = _DEGREE.fullmatch(bare) and left.endswith((", ", "("))
        if bare in _ABBREVIATIONS or degree or _SECTION.search(left):
            continue
        index = bisect_right(passage.words, letters.start(), key=lambda word: word.end)
        words = instead(passage, index, Name(index, index))
        yield Candidate(Kind.INITIALS, Severity.MEDIUM, *letters.span(), words, bare)


def saluted_letters(passage: Passage) -> Iterator[Candidate]:
    """Yield "Herr K.", but not "Frau X."."""
    if "seudonym" in passage.text:
        return
    for saluted in _SALUTED.finditer(passage.text):
        if saluted["letter"] not in _PSEUDONYMS:
            index = bisect_right(passage.words, saluted.start(), key=lambda word: word.end)
            words = instead(passage, index, Name(index, index))
            yield Candidate(Kind.INITIALS, Severity.MEDIUM, *saluted.span(), words, saluted["letter"])


def disguised_names(passage: Passage) -> Iterator[Candidate]:
    """Yield names written so that a search misses them."""
    for spelt in _SPELT.finditer(passage.text):
        if _is_spelt_name("".join(filter(str.isalpha, spelt["letters"])), spelt["sign"]):
            yield _hidden(*spelt.span())
    for shape, is_hidden in ((_LEET, _is_leet), (_BROKEN, _is_broken_name)):
        for word in shape.finditer(passage.text):
            if is_hidden(word["word"]):
                more = word["more"] and (word["more"].endswith(".") or is_name_word(word["more"]))
                yield _hidden(word.start(), word.end() if more else word.end("word"))
    for digit in _DIGIT_FIRST.finditer(passage.text):
        if standing(digit[0].translate(_LEET_LETTERS).capitalize()) is Standing.NAME:
            yield _hidden(*digit.span())
    for masked in _MASKED.finditer(passage.text):
        if masked["tail"].lower() not in _OF_ALL or masked[0].count("*") != 1:
            yield _hidden(*masked.span())


def other_scripts(passage: Passage) -> Iterator[Candidate]:
    """Yield words in another alphabet than the Latin, and words that mix two."""
    for foreign in _OTHER_SCRIPT.finditer(passage.text):
        yield _hidden(foreign.start(), foreign.end())


def _is_spelt_name(letters: str, sign: str) -> bool:
    """Whether single letters spell a name, not a word in spaced type, an abbreviation or "A-B-C-D"."""
    if is_function_word(letters):
        return False
    titled = letters[0].isupper() and letters[1:].islower()
    # Spaced type stresses words; hyphens and points between all letters hide a name.
    stressed = sign.isspace() or not titled or not is_listed_name(letters)
    if is_ordinary(letters) and len(letters) > 4 and stressed:
        return False
    in_order = letters.isupper() and "".join(sorted(letters)) == letters
    return titled if {*sign} & {".", "/"} else not in_order and (letters.isupper() or letters[1:].islower())


def _is_broken_name(word: str) -> bool:
    """Whether the letters are a listed name once the signs are read as letters or left out."""
    read = {word.translate(table).capitalize() for table in _SIGNS_AS_LETTERS}
    return any(name.isalpha() and standing(name) is Standing.NAME for name in read)


def _is_leet(word: str) -> bool:
    signs = re.findall(_LEET_SIGN, word)
    letters = sum(map(str.isalpha, word))
    hidden = "".join(_LEET_INSIDE.findall(word))
    return letters > 2 and len(hidden) == len(signs) and (word[0].isupper() or letters > 3)


def _hidden(start: int, end: int) -> Candidate:
    return Candidate(Kind.PERSON, Severity.HIGH, start, end, "[Name]")
