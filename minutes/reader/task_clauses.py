"""Sentences that give a task: "Leon fragt an", "wird von Leon erstellt", "der Vorstand soll … klären"."""

import re

from minutes.reader.people import EVERYBODY, OFFICE, People
from minutes.reader.verbs import NO_TASK_DONE, TASK_VERBS, TURNED, Subject, acts

TITLE = r"(?:(?:Herrn?|Frau|Hr\.|Fr\.|Dr\.|Prof\.) )*"
NAME = rf"{TITLE}[A-ZÄÖÜ][\w.äöüßéè'-]*"
NAMES = rf"{NAME}(?: {NAME})?(?:(?:, | und | & | \+ |/| / | sowie | oder ){NAME}(?: {NAME})?){{0,4}}"
ROLE = rf"(?:[Dd]er|[Dd]ie|[Dd]as) (?:\w+ )?{OFFICE}(?: (?:und|sowie) (?:der |die )?{OFFICE})?"
REDACTED = r"\(\.\.\.\)"
SUBJECT = re.compile(
    rf"(?:(?:[Jj]a|[Nn]ein|[Oo][Kk])[,:]? )?(?P<who>{ROLE}|{EVERYBODY}|{REDACTED}|"
    rf"{NAMES})\s+(?P<verb>[a-zäöüß]\w*)\b(?P<rest>.*)$"
)
CLAUSE_START = re.compile(r"(?:[,;:–] | und | - |, aber |[(] ?)(?=[A-ZÄÖÜ]|[Dd](?:er|ie|as) )")
NOUN_ENDING = re.compile(
    r"(?:ung|heit|keit|schaft|ion|tät|nis|treffen|liste|termin|mail|tag|verein|vorstand|team|ing)$"
)
PRONOUN = re.compile(
    r"(?:wir|man|wer|niemand|jemand|es|er|sie|ich|das|dies\w*|was|ein\w*|hier|dann|dort|weiter|ferner|"
    r"heute|morgen|nun|so|da|bisher|zudem|außerdem|danach|"
    r"anschließend|momentan|aktuell|derzeit|vielleicht|noch|nicht|bitte|aber|auch|wie|wo|wann|warum)$"
)
PASSIVE = re.compile(
    rf"\b(?:wird|werden|erfolgt|erfolgen)\b(?=.{{0,300}}?\b(?:von|durch|vom) {NAMES}\b)(?P<rest>.*)$"
)
BY = re.compile(rf"\b(?:von|durch) (?P<who>{NAMES})(?!\w)")
NOUN_BY = re.compile(rf"\b[A-ZÄÖÜ]\w+\s+durch (?P<who>{NAMES})(?=\)|[.,;]?$|, )")
COMES_FROM = re.compile(rf"\b(?:kommt|kommen) von (?P<who>{NAMES})(?!\w)")
INVERTED = re.compile(
    rf"^(?P<object>.{{2,160}}?)\s(?P<verb>[a-zäöüß]+t|übernehmen|"
    rf"machen)\s(?:sich\s)?(?P<who>{NAMES})(?P<rest>(?:[ .,;].*)?)$"
)
VOLUNTEERS = re.compile(
    rf"(?P<who>{ROLE}|{NAMES}) (?:(?:hat|haben) (?:den Hut auf|sich bereit\s?erklärt|zugesagt)|"
    r"(?:erklärt|erklären) sich (?:\w+ )?bereit|"
    r"(?:zieht|setzt|ziehen|setzen) sich (?:den|die) \w+ (?:an|auf))\b(?!.{0,60}(?:versammlungsleit|"
    r"sitzungsleit|protokoll|wahl|kandid))"
)
EACH = re.compile(
    r"(?<!an )(?<!für )(?<!von )(?<!mit )\b(?P<who>(?:jede[rs]?|alle) (?:Teilnehmer|Teilnehmenden|"
    r"Mitglied(?:er)?|Anwesenden|Mitgliedsorganisation(?:en)?|Träger))\b.{5,250}\b\w+t\b"
)
AGREED = re.compile(r"vereinbart|bis zum|bitte|meldet|soll|schickt|bringt|aufgefordert")
CONDITION = re.compile(
    r"^(?:wenn|falls|sofern|sobald|möglicherweise|eventuell|evtl|"
    r"bei (?:rückstand|bedarf|ausschluss|austritt))\b|"
    r"\bfinde[nt] statt\b|\bwurden?\b.{0,200}\b(?:von|durch)\b",
    re.IGNORECASE,
)


def owners_of_clause(text: str, people: People) -> tuple[str, ...] | None:
    """The persons whom the sentence gives something to do, None when it gives nobody anything."""
    if CONDITION.search(text):
        return None
    return subject_acts(text, people) or somebody_is_named(text, people)


def subject_acts(text: str, people: People) -> tuple[str, ...] | None:
    """As in "Leon und Mia bereiten … vor", "Der Vorstand wird … erarbeiten", "Alle sollen … mitbringen"."""
    for start in (0, *(found.end() for found in CLAUSE_START.finditer(text[:600]))):
        found = SUBJECT.match(text, start)
        if not found:
            continue
        who = found["who"]
        office, everybody = bool(re.fullmatch(ROLE, who)), bool(re.fullmatch(rf"{EVERYBODY}|{REDACTED}", who))
        owners = (who,) if office or everybody else people.owners(who, among_known=True)
        subject: Subject = "office" if office else "persons" if len(owners) > 1 else "person"
        if everybody and found["verb"].endswith("n"):
            subject = "persons"
        if not owners and re.fullmatch(NAME, who) and is_nickname(who):
            owners, subject = (who,), "unknown"
        if owners and acts(found["verb"], found["rest"], subject):
            return owners
    return None


def is_nickname(word: str) -> bool:
    """A lone capitalised word that is no pronoun and has no noun's ending may be what somebody is called."""
    return not PRONOUN.match(word.lower()) and not NOUN_ENDING.search(word.lower())


def somebody_is_named(text: str, people: People) -> tuple[str, ...] | None:
    """Passives and set phrases: "wird von Leon erstellt", "Besorgung durch Olaf", "E-Mail schreibt Jens"."""
    for pattern in (VOLUNTEERS, COMES_FROM, NOUN_BY):
        if (found := pattern.search(text)) and (owners := person_names(found["who"], people)):
            return owners
    if (found := PASSIVE.search(text)) and not NO_TASK_DONE.search(found["rest"]):
        names = [name for each in BY.finditer(found["rest"]) for name in person_names(each["who"], people)]
        if names:
            return tuple(dict.fromkeys(names))
    if (
        (found := INVERTED.match(text))
        and found["verb"] in TASK_VERBS
        and (owners := person_names(found["who"], people))
    ):
        turned = TURNED.get(found["verb"])
        return None if turned is not None and turned.search(found["rest"]) else owners
    if (found := EACH.search(text)) and AGREED.search(text):
        return (found["who"],)
    return None


def person_names(text: str, people: People) -> tuple[str, ...]:
    """The owners in a run of capitalised words, whose last may be the next noun."""
    owners = people.owners(text)
    if owners or " " not in text:
        return owners
    return people.owners(text.rsplit(" ", 1)[0])
