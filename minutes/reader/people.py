"""Who is named in the minutes: the attendance list, names, and offices that stand for a person."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minutes.reader.lines import Kind, Line, labelled
from minutes.reader.names import ADDRESS, CAPITAL, DEGREE, GIVEN_NAMES

OFFICE = (
    r"(?:(?:stellv\w*\.? |erste[rn]? |zweite[rn]? |[12]\. )?(?:Vorstandsv|V)orsitzende[rn]?|"
    r"Vorstand(?:smitglied(?:er)?)?|Schatzmeister(?:in)?|[A-ZÄÖÜ]\w+wart(?:in)?|[A-ZÄÖÜ]\w+beauftragter?|Kassenprüfer(?:in)?|Kassierer(?:in)?|"
    r"Schriftführ(?:er|erin|ung)|Protokollführer(?:in)?|Beisitzer(?:in)?|Geschäftsführ(?:er|erin|ung)|"
    r"Geschäftsstelle|Sekretariat|Verwaltung|Vorsitz|Leitung|Koordinator(?:in)?|Koordination|"
    r"Finanzreferat|Finanzer|Finanzminister(?:in)?|\w*[Rr]eferent(?:in)?|Sprecher(?:in)?|Orga(?:-?[Tt]eam)?|Redaktion|"
    r"Webmaster(?:in)?|(?:Vize)?[Pp]räsident(?:in)?|Aktuar(?:in)?|Kassier|Obmann|Obfrau|"
    r"Präsidium|Wahlausschuss|Wahlleit(?:er|erin|ung)|Arbeitsgruppe|Projektleitung|"
    r"Programmleitung|(?:[A-ZÄÖÜ]\w+a|A)mt|Träger|Beratungsstelle|Fachstelle|Hausmeister|"
    r"Referat \w+|AG \w+)"
)
EVERYBODY = (
    r"(?:[Aa]lle|[Jj]eder?|(?:[Aa]lle|[Jj]eder?) (?:Mitglied(?:er)?|Anwesenden|Teilnehmer|"
    r"Teilnehmenden|Träger)|(?:(?:[Ee]inige|[Mm]ehrere) )?Mitglieder)"
)
HOLDERS = re.compile(rf"(?:(?:[Dd]er|[Dd]ie|[Dd]en|[Dd]em|[Dd]as) )?(?:{OFFICE})|{EVERYBODY}")
ADDRESSED = re.compile(rf"{ADDRESS} (?:{DEGREE} ?)*[{CAPITAL}]")
WORD = rf"(?:[{CAPITAL}]\.|[{CAPITAL}]\w*(?:-[{CAPITAL}]\w*)?)"
FULL_NAME = re.compile(
    rf"(?:(?:{ADDRESS}|{DEGREE})\s+)*{WORD}(?:\s+(?:(?:von|van|de|der|"
    rf"zu)\s+)*{WORD}){{0,3}}(?:\s[A-Z]\.)?$"
)
PRESENT = re.compile(
    r"(?:liste der )?anwesen(?:d|heit)|teilnehm|(?:mit )?dabei\b|da\s*:|attendees|present\b|"
    r"(?:stimmberechtigte )?mitglieder\b",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"(?:nicht )?(?:abwesen|entschuldigt|fehlend|unentschuldigt|gäste\b|gast\b|als gast|protokoll|"
    r"nicht anwesend|sitzungsleit|beschluss)",
    re.IGNORECASE,
)
EXCUSED = re.compile(
    r"(?:es )?(?:fehl\w+|nicht anwesend|abwesend)? ?(?:sind |ist )?entschuldigt\w*(?: \w+)?:?|excused\b|"
    r"es fehl(?:en|ten|t|te)\b:?",
    re.IGNORECASE,
)
CAME = re.compile(
    r"\b(?:kamen|trafen|waren|sind|versammel\w+|nahmen|nehmen)\b[^:.]{0,160}:\s*((?:[^.]|\.(?! [A-ZÄÖÜ][a-zäöü]+ ))+)"
)
EXCUSED_INLINE = re.compile(r"\bentschuldigt\w*(?: (?:sind|waren|fehlen|fehlten))?: *(.+)", re.IGNORECASE)
NICKNAME = re.compile(r"(?!keine?r?\b|niemand\b|offen\b|siehe\b)[a-zäöüß][\wäöüß.-]{1,19}$")
GUESTS = re.compile(r"[a-zäöüß]\w*(?: [\w-]+)+")  # "zwei Leute, die nur schauen wollten"
TASK_OWNERS = re.compile(r"\bTO-?DO\s*[\[(]([^\[\]()]{1,80})[\])]", re.IGNORECASE)
MENTION = re.compile(r"(?<![\w.])@([\w-]{2,30})")
WRITER_LABEL = re.compile(
    r"protokoll\w*|schriftführ\w*|moderation|redeleitung|sitzungsleitung", re.IGNORECASE
)
ABSENT_OR_GUEST = re.compile(r"unentschuldigt|abwesend|fehlend|gäste\b|gast\b", re.IGNORECASE)
ATTENDANCE_LINES = 150
LONGEST_LIST = 2_000
REMARK = re.compile(r"\([^()]{0,60}\)|\[[^\[\]]{0,60}\]")
SEPARATOR = re.compile(r"\s*(?:[,;/&+\n•]|\bund\b)\s*")
OWNER_SEPARATOR = re.compile(r"\s*(?:[,/&+]|\bund\b|\boder\b)\s*")


@dataclass(frozen=True)
class People:
    """Names known from the attendance list, and every part of them in small letters."""

    present: tuple[str, ...]
    parts: frozenset[str]
    excused: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        """Whether `name` is a person's for certain: on the list, or a common given name, or an office."""
        if (
            name.startswith("@")
            or HOLDERS.fullmatch(name)
            or (ADDRESSED.match(name) and FULL_NAME.fullmatch(name))
        ):
            return True
        words = [
            word
            for word in re.split(r"[\s.-]+", name)
            if word and word not in {"Herr", "Frau", "Dr", "Prof", "Herrn"}
        ]
        if (
            not words
            or len(words) > 4
            or not all(word[0].isupper() or word in {"von", "van", "de"} for word in words[1:])
        ):
            return False
        known = words[-1] if len(words[0]) == 1 else words[0]  # "I. Blum"
        return known.lower() in GIVEN_NAMES | self.parts or name.lower() in self.parts

    def owners(self, text: str, *, among_known: bool = False) -> tuple[str, ...]:
        """The persons of a list such as "Leon / Olaf"; () when any part of it is none.

        `among_known`: one known person vouches for the others ("Pia und Joost").
        """
        names = [name.strip(" ?!.:") for name in OWNER_SEPARATOR.split(text.strip())]
        names = [name for name in names if name]
        known = [self.knows(name) for name in names]
        return tuple(names) if all(known) or (among_known and any(known)) else ()


def people_of(lines: Sequence[Line]) -> People:
    present = tuple(attendance(lines, PRESENT)) or told_present(lines)
    excused = tuple(attendance(lines, EXCUSED)) or tuple(excused_inline(lines))
    known = {*present, *excused, *attendance(lines, ABSENT_OR_GUEST), *named_by_a_mark(lines)}
    parts = {part.lower() for name in known for part in name.split() if len(part) > 2}
    return People(present, frozenset(parts | {name.lower() for name in known}), excused)


def told_present(lines: Sequence[Line]) -> tuple[str, ...]:
    """The names behind a colon where a sentence tells who came: "Es kamen zusammen: Ida, Ole und als Gast …"."""
    for line in lines[:ATTENDANCE_LINES]:
        if (found := CAME.search(line.text[:LONGEST_LIST])) and len(names := list_of_names(found[1])) > 1:
            return tuple(names)
    return ()


def named_by_a_mark(lines: Sequence[Line]) -> Iterable[str]:
    """Who is named where only persons are: "Protokoll: fenek", "TODO [ruebe]"."""
    for line in lines:
        label, _, rest = line.text[:LONGEST_LIST].partition(":")
        if WRITER_LABEL.fullmatch(label.strip(" *-")):
            yield from list_of_names(rest)
        for listed in TASK_OWNERS.findall(line.text[:LONGEST_LIST]):
            yield from (name.strip() for name in OWNER_SEPARATOR.split(listed))


def attendance(lines: Sequence[Line], label: re.Pattern[str]) -> list[str]:
    """The names under or behind the first line or field with that label, in order, without remarks."""
    for position, line in enumerate(lines[:ATTENDANCE_LINES]):
        text = labelled(line)
        if not label.match(text) or len(text) > LONGEST_LIST:
            continue
        if line.kind is Kind.FRONT_MATTER:
            if names := listed_in_front_matter(lines[position:]):
                return names
            continue
        before, colon, rest = text.partition(":")
        names = list_of_names(rest) if colon and len(before) < 60 else []
        if colon and rest.strip() and not names:
            continue
        if line.kind is not Kind.TABLE:
            names += names_below(lines[position + 1 :], own_line=not names)
        if names:
            return list(dict.fromkeys(names))
    return []


def excused_inline(lines: Sequence[Line]) -> Iterable[str]:
    """The names behind "entschuldigt:" in the line that names those present."""
    for line in lines[:ATTENDANCE_LINES]:
        if found := EXCUSED_INLINE.search(labelled(line)[:LONGEST_LIST]):
            yield from names_in(found[1])
            return


def listed_in_front_matter(lines: Sequence[Line]) -> list[str]:
    """The names of a YAML field, `[a, b]` or one `- a` on each line below."""
    _, _, rest = lines[0].text.partition(":")
    names = list(names_in(rest.strip(" []").replace('"', "")))
    for line in lines[1:80]:
        if line.kind is not Kind.FRONT_MATTER or not line.text.startswith("- "):
            break
        names += names_in(line.text[2:].replace('"', ""))
    return names


def names_below(lines: Sequence[Line], *, own_line: bool) -> list[str]:
    """Names in the lines that follow: list points, or one paragraph."""
    names: list[str] = []
    started = False
    for line in lines[:80]:
        if line.kind is Kind.BLANK:
            if started and not any(other.kind is Kind.BULLET for other in lines[:3]):
                break
            continue
        if (
            line.kind in {Kind.HEADING, Kind.RULE, Kind.TABLE}
            or OTHERS.match(line.text)
            or (not own_line and line.kind is Kind.PLAIN)
        ):
            break
        found = list(names_in(line.text))
        if not found:
            break
        names += found
        started = True
    return names


def list_of_names(text: str) -> list[str]:
    """Names; nicknames only where all of the list are such ("lukas, mopp, Karin, gast42, drei Leute vom Hof")."""
    pieces = [piece.strip(" .:*_–-") for piece in SEPARATOR.split(REMARK.sub("", text)) if piece.strip()]
    pieces = [piece for piece in pieces if not GUESTS.match(piece)]
    if len(pieces) > 1 and all(NICKNAME.fullmatch(piece) or FULL_NAME.fullmatch(piece) for piece in pieces):
        return pieces
    return list(names_in(text))


def names_in(text: str) -> Iterable[str]:
    for piece in SEPARATOR.split(REMARK.sub("", text)):
        name = piece.strip(" .:*_–-")
        if FULL_NAME.fullmatch(name) and len(name) <= 60:
            yield name
