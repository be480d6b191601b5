"""Sentences that give a task: "Leon fragt an", "wird von Leon erstellt", "der Vorstand soll … klären"."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from minutes.reader.names import ADDRESS, CAPITAL, DEGREE
from minutes.reader.people import EVERYBODY, OFFICE, People
from minutes.reader.verbs import NO_TASK_DONE, Subject, acts, acts_behind

TITLE = rf"(?:(?:{ADDRESS}|{DEGREE}) )*"
NAME = rf"(?:{TITLE}[{CAPITAL}][\w.'-]*|@[\w-]+)"
NAMES = rf"{NAME}(?: {NAME})?(?:(?:, | und | & | \+ |/| / | sowie | oder ){NAME}(?: {NAME})?){{0,4}}"
ROLE = rf"(?:[Dd]er|[Dd]ie|[Dd]as) (?:\w+ )?{OFFICE}(?: (?:und|sowie) (?:der |die )?{OFFICE})?"
REDACTED = r"\(\.\.\.\)"
SUBJECT = re.compile(
    rf"(?:(?:[Jj]a|[Nn]ein|[Oo][Kk])[,:]? )?(?P<who>{ROLE}|{EVERYBODY}|{REDACTED}|"
    rf"{NAMES})\s+(?P<verb>[a-zäöüß]\w*)\b(?P<rest>.*)$"
)
CLAUSE_START = re.compile(rf"(?:[,;:–] | und | - |, aber |[(] ?)(?=[@{CAPITAL}]|[Dd](?:er|ie|as) )")
ARROW = re.compile(r"(?:->|→|=>|⇒|➔)\s*")
# "Das Amt übernimmt die Kosten, so Frau Kern": somebody reports it.
SAID_SO = re.compile(rf", so (?:{ROLE}|{NAMES})[.!]?$")
NOUN_ENDING = re.compile(
    r"(?:ung|heit|keit|schaft|ion|tät|nis|treffen|liste|termin|mail|tag|verein|vorstand|team|ing)$"
)
PRONOUN = re.compile(
    r"(?:wir|man|wer|keine?r?|niemand|jemand|es|er|sie|ich|das|dies\w*|was|ein\w*|hier|dann|dort|weiter|ferner|"
    r"heute|morgen|nun|so|da|bisher|zudem|außerdem|danach|"
    r"vermieter(?:in)?|eigentümer(?:in)?|nachbar(?:n|in)?|lieferant|firma|handwerker|verkäufer|anwalt|bank|polizei|stadt|"
    r"anschließend|momentan|aktuell|derzeit|vielleicht|noch|nicht|bitte|aber|auch|wie|wo|wann|warum)$"
)
PASSIVE = re.compile(
    rf"\b(?:[Ww]ird|[Ww]erden|[Ee]rfolgt|erfolgen)\b(?=.{{0,300}}?\b(?:von|durch|vom) {NAMES}\b)(?P<rest>.*)$"
)
BY = re.compile(
    rf"(?<!Wunsch )(?<!Antrag )(?<!Vorschlag )(?<!Bitte )(?<!Bitten )\b(?:von|durch) (?P<who>{NAMES})(?!\w)"
)
NOUN_BY = re.compile(rf"\b[{CAPITAL}]\w+\s+durch (?P<who>{NAMES})(?=\)|[.,;]?$|, )")
COMES_FROM = re.compile(rf"\b(?:kommt|kommen) von (?P<who>{NAMES})(?!\w)")
INVERTED = re.compile(
    rf"^(?P<object>.{{2,160}}?)\s(?P<verb>[a-zäöüß]+t|übernehmen|"
    rf"machen)\s(?:sich\s)?(?P<who>{NAMES})(?P<rest>(?:[ .,;].*)?)$"
)
VOLUNTEERS = re.compile(
    rf"(?P<who>{ROLE}|{NAMES}) (?:(?:hat|haben) (?:den Hut auf|sich bereit\s?erklärt|zugesagt)|"
    r"(?:erklärt|erklären) sich (?:\w+ )?bereit|(?:sagt|sagen) (?:[^.,]{2,60} )?zu(?=[.,]|$)|"
    r"(?:zieht|setzt|ziehen|setzen) sich (?:den|die) \w+ (?:an|auf))\b(?!.{0,60}(?:versammlungsleit|"
    r"sitzungsleit|protokoll|wahl|kandid))"
)
HUT = re.compile(rf"\b[Hh]ut (?:dafür |für [^.,]{{2,40}} )?hat (?P<who>{NAMES}) auf\b")
SMALL = r"[a-zäöüß0-9][\wäöüß.-]*"
SMALL_SUBJECT = re.compile(
    rf"(?P<who>{SMALL}(?:(?:, | und | & |/){SMALL}){{0,3}})\s+(?P<verb>[a-zäöüß]+)\b(?P<rest>.*)$"
)
EACH = re.compile(
    r"(?<!an )(?<!für )(?<!von )(?<!mit )\b(?P<who>(?:jede[rs]?|alle) (?:Teilnehmer|Teilnehmenden|"
    r"Mitglied(?:er)?|Anwesenden|Mitgliedsorganisation(?:en)?|Träger))\b.{5,250}\b\w+t\b"
)
AGREED = re.compile(r"vereinbart|bis zum|bitte|meldet|soll|schickt|bringt|aufgefordert")
CONDITION = re.compile(
    r"\bmögen?\b.{0,60}\bbeschließen\b|"
    r"^(?:wenn|falls|sofern|sobald|möglicherweise|eventuell|evtl|"
    r"bei (?:rückstand|bedarf|ausschluss|austritt))\b|"
    r"\bfinde[nt] statt\b|\bwurden?\b.{0,200}\b(?:von|durch)\b",
    re.IGNORECASE,
)


def owners_of_clause(text: str, people: People) -> tuple[str, ...] | None:
    """The persons whom the sentence gives something to do, None when it gives nobody anything."""
    given = tasks_in(text, people)
    return given[0][0] if given else None


def tasks_in(text: str, people: People) -> list[tuple[tuple[str, ...], str]]:
    """What a sentence gives to whom: "Ole leiht die Stühle aus, Ida holt sie ab" are two tasks."""
    if CONDITION.search(text) or SAID_SO.search(text):
        return []
    found = list(subjects_act(text, people))
    lead = text[: found[0][1]] if found else text
    if not found or lead.rstrip().endswith(","):
        owners = somebody_is_named(lead.rstrip(" ,"), people)
        found = [(owners, 0), *found] if owners else found
    elif lead.rstrip().endswith(";"):
        return cut(text, found, found[0][1])
    return cut(text, found, 0)


def cut(
    text: str, found: Sequence[tuple[tuple[str, ...], int]], begin: int
) -> list[tuple[tuple[str, ...], str]]:
    """Owners with the clause that gives them something: from `begin`, then from each one's place."""
    places = [begin, *(start for _, start in found[1:]), len(text)]
    pieces = (text[start:end].strip(" ,;-–") for start, end in pairwise(places))
    return [(owners, piece) for (owners, _), piece in zip(found, pieces, strict=False)]


def subjects_act(text: str, people: People) -> Iterator[tuple[tuple[str, ...], int]]:
    """As in "Leon und Mia bereiten … vor", "Der Vorstand wird … erarbeiten"; owners and where they stand."""
    arrows = [found.end() for found in ARROW.finditer(text[:600])]
    begin = arrows[0] if arrows and ARROW.match(text) else 0
    behind = begin
    clauses = {found.end() for found in CLAUSE_START.finditer(text[:600])}
    for start in sorted({begin, *arrows, *clauses}):
        if start < behind:
            continue
        if found := SUBJECT.match(text, start):
            owners = acting(found, people)
        elif start not in clauses and (found := SMALL_SUBJECT.match(text, start)):
            owners = people.owners(found["who"])
            subject: Subject = "persons" if len(owners) > 1 else "person"
            owners = owners if owners and acts(found["verb"], found["rest"], subject) else ()
        else:
            continue
        if owners:
            behind = found.end("verb")
            yield owners, start


def acting(found: re.Match[str], people: People) -> tuple[str, ...]:
    """The persons, offices or nicknames of a subject to whom its verb gives a task."""
    who = found["who"]
    office, everybody = bool(re.fullmatch(ROLE, who)), bool(re.fullmatch(rf"{EVERYBODY}|{REDACTED}", who))
    owners = (who,) if office or everybody else people.owners(who, among_known=True)
    subject: Subject = "office" if office else "persons" if len(owners) > 1 else "person"
    if everybody:
        subject = "everybody"
    person_behind = people.owners(found["rest"].strip(" .!"))  # "Kuchen organisiert Ida."
    if not owners and re.fullmatch(NAME, who) and is_nickname(who) and not person_behind:
        owners, subject = (who,), "unknown"
    elif not owners and len(names := full_names(who)) > 1:
        owners, subject = names, "persons"
    return owners if owners and acts(found["verb"], found["rest"], subject) else ()


def subject_of(text: str, people: People) -> tuple[str, ...]:
    """The persons with whom a marked task begins, whatever their verb: "TODO: Ole legt eine Liste vor"."""
    found = SUBJECT.match(text)
    return people.owners(found["who"]) if found else ()


def full_names(who: str) -> tuple[str, ...]:
    """The names of a list in which each has a given name and a surname: "Swantje Petersen und Ubbo Wessels"."""
    names = tuple(re.split(r", | und | & | sowie ", who))
    whole = all(len(words := name.split()) == 2 and all(map(is_nickname, words)) for name in names)
    return names if whole else ()


def is_nickname(word: str) -> bool:
    """A lone capitalised word that is no pronoun and has no noun's ending may be what somebody is called."""
    return not PRONOUN.match(word.lower()) and not NOUN_ENDING.search(word.lower())


def somebody_is_named(text: str, people: People) -> tuple[str, ...] | None:
    """Passives and set phrases: "wird von Leon erstellt", "Besorgung durch Olaf", "E-Mail schreibt Jens"."""
    for pattern in (VOLUNTEERS, HUT, COMES_FROM, NOUN_BY):
        if (found := pattern.search(text)) and (owners := person_names(found["who"], people)):
            return owners
    if (found := PASSIVE.search(text)) and not NO_TASK_DONE.search(found["rest"]):
        names = [name for each in BY.finditer(found["rest"]) for name in person_names(each["who"], people)]
        if names:
            return tuple(dict.fromkeys(names))
    if (
        (found := INVERTED.match(text))
        and (owners := person_names(found["who"], people))
        and acts_behind(found["verb"], found["rest"], text)
    ):
        return owners
    if (found := EACH.search(text)) and AGREED.search(text):
        return (found["who"],)
    return None


def person_names(text: str, people: People) -> tuple[str, ...]:
    """The owners in a run of capitalised words, whose last may be the next noun."""
    owners = people.owners(text)
    if owners or " " not in text:
        return owners
    return people.owners(text.rsplit(" ", 1)[0])
