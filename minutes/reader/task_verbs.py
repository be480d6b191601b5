"""Sentences whose verb makes a task: "Leon fragt an", "wird von Leon erstellt", "der Vorstand soll … klären".

Minutes narrate in the present tense, too ("Leon berichtet"): verbs of speaking, presiding and coming or going
make no task.
"""

import re

from minutes.reader.people import EVERYBODY, OFFICE, People

NAME = r"[A-ZÄÖÜ][\w.äöüßéè'-]*"
NAMES = rf"{NAME}(?: {NAME})?(?:(?:, | und | & | \+ |/| / | sowie | oder ){NAME}(?: {NAME})?){{0,4}}"
ROLE = rf"(?:[Dd]er|[Dd]ie|[Dd]as) (?:\w+ )?{OFFICE}(?: (?:und|sowie) (?:der |die )?{OFFICE})?"
SUBJECT = re.compile(rf"(?:(?:[Jj]a|[Nn]ein|[Oo][Kk])[,:]? )?(?P<who>{ROLE}|{EVERYBODY}|{NAMES})\s+(?P<verb>[a-zäöüß]\w*)\b(?P<rest>.*)$")
TASK_VERBS = frozenset(
    """kümmert kümmern organisiert organisieren schreibt schreiben erstellt erstellen fragt fragen klärt klären besorgt besorgen bestellt bestellen
    kauft kaufen schickt schicken sendet senden verschickt verschicken versendet versenden prüft prüfen überprüft bereitet bereiten plant planen bucht buchen
    reserviert reservieren erkundigt erkundigen übernimmt übernehmen aktualisiert aktualisieren überarbeitet überarbeiten ergänzt formuliert formulieren
    entwirft entwerfen richtet richten holt holen bringt bringen kontaktiert kontaktieren recherchiert recherchieren vergleicht vergleichen telefoniert
    telefonieren koordiniert koordinieren verteilt verteilen druckt drucken sammelt sammeln überweist überweisen meldet melden ruft rufen spricht sprechen
    lädt laden hängt hängen baut bauen testet testen repariert reparieren schaut schauen guckt gucken achtet achten hakt haken erinnert erinnern pflegt
    pflegen betreut betreuen trägt tragen setzt setzen arbeitet erarbeitet erarbeiten sucht suchen macht machen legt legen räumt räumen leitet leiten
    veröffentlicht veröffentlichen stellt stellen fordert fordern bemüht bemühen beschafft beschaffen verfasst verfassen digitalisiert installiert
    installieren konfiguriert dokumentiert dokumentieren informiert informieren geht gehen nimmt nehmen gibt geben füllt sichtet
    sichten beantragt koche kocht backt bastelt gestaltet gestalten designt postet posten bewirbt hört hören fährt fahren investigated evaluiert
    evaluieren ermittelt ermitteln sorgt sorgen sichert listet lässt klebt schneidet tauscht wartet zahlt bezahlt leiht""".split()  # noqa: SIM905
)
TALK_VERBS = frozenset(
    """ist sind war waren hat haben hatte hatten wird werden wurde wurden kann können konnte konnten muss müssen darf dürfen möchte möchten mag will wollen
    würde würden könnte könnten sollte sollten soll sollen berichtet berichten erklärt erklären erläutert erläutern sagt sagen meint meinen findet finden
    merkt merken weist weisen begrüßt begrüßen eröffnet eröffnen schließt schließen beendet beenden verlässt verlassen betritt betreten kommt kommen bedankt
    bedanken dankt danken lobt betont betonen äußert äußern bestätigt bestätigen schlägt schlagen regt regen zeigt zeigen präsentiert präsentieren
    kritisiert kritisieren wünscht wünschen bittet bitten empfiehlt empfehlen sieht sehen hält halten glaubt glauben denkt denken weiß wissen kennt kennen
    hofft hoffen freut freuen verweist verweisen verliest kandidiert kandidieren stimmt stimmen enthält wählt wählen teilt teilen führt führen
    protokolliert moderiert vertritt vertreten wohnt befürchtet vermutet antwortet antworten erwidert erzählt erzählen schildert beschreibt beschreiben
    fasst liegt liegen steht stehen bleibt bleiben gehört gehören heißt braucht brauchen benötigt bekommt bekommen erhält erhalten fehlt fehlen tritt treten
    scheidet interessiert bietet bieten stand saß gab gibts dürfen beschließt beschließen diskutiert diskutieren lehnt entscheidet schätzt rät plädiert
    unterstützt begründet nennt nennen fühlt spielt existiert bevorzugt überlegt beantragt und oder vom von zur zum mit aus bei""".split()  # noqa: SIM905
)
# Verbs of a task that become talk with these words: "fragt, ob", "stellt fest", "nimmt zur Kenntnis".
TURNING = {
    "fragt": r"^,? ?(?:ob|wie|was|wann|warum|wer|wo|welch|nach\b)|\bnach,|\bob\b",
    "fragen": r"^,? ?(?:ob|wie|was|wann|warum|wer|wo|welch|nach\b)|\bob\b",
    "stellt": r"\b(?:fest|vor|klar|dar|antrag|frage|diskussion|abstimmung|wahl|den antrag|kandidat\w*)\b",
    "stellen": r"\b(?:fest|vor|klar|dar|antrag|frage|diskussion|abstimmung|wahl)\b",
    "nimmt": r"\b(?:kenntnis|wahl|teil|platz|abstand)\b",
    "nehmen": r"\b(?:kenntnis|wahl|teil|platz|abstand)\b",
    "gibt": r"^(?!.*\b(?:weiter|bescheid|rückmeldung|ab|auftrag|überblick|heraus)\b)",
    "geben": r"^(?!.*\b(?:weiter|bescheid|rückmeldung|ab|auftrag|überblick|heraus)\b)",
    "informiert": r"^(?! sich\b)(?!.*\b(?:wird|mitglieder per)\b)",
    "informieren": r"^(?! sich\b)",
    "spricht": r"^ (?:sich|über|an|davon|von)\b|\ban\b[.,]?$",
    "sprechen": r"^ (?:sich|über|an|davon|von)\b",
    "meldet": r"^ sich (?:zu wort|freiwillig)|\bzu wort\b",
    "legt": r"\b(?:vor|dar|fest|nieder)\b",
    "legen": r"\b(?:vor|dar|fest|nieder)\b",
    "trägt": r"\b(?:vor)\b",
    "tragen": r"\b(?:vor)\b",
    "arbeitet": r"^(?!.*\b(?:aus|ein)\b)",
    "leitet": r"^(?!.*\bweiter\b)",
    "leiten": r"^(?!.*\bweiter\b)",
    "setzt": r"^(?!.*\b(?:auf|um|hut|schuh|verbindung|sich mit)\b)",
    "geht": r"\b(?:davon aus|darauf ein|auf .{1,60} ein|um)\b",
    "gehen": r"\b(?:davon aus|darauf ein|um)\b",
    "ruft": r"\b(?:tagesordnungspunkt|top|zur|auf)\b",
    "achtet": r"^\s*$",
    "übernimmt": r"\b(?:versammlungsleitung|sitzungsleitung|moderation|protokollführung|protokoll|redeleitung|leitung)\b",
    "übernehmen": r"\b(?:versammlungsleitung|sitzungsleitung|moderation|protokollführung|protokoll|redeleitung)\b",
    "hört": r"^(?!.*\b(?:nach|um)\b)",
    "macht": r"\b(?:darauf aufmerksam|deutlich|kein\w*|sich gedanken|den vorschlag)\b",
    "fordert": r"\b(?:dass|auf)\b",
    "erinnert": r"\b(?:an|daran)\b.{0,60}$(?<!per mail)",
    "wartet": r"",
    "beantragt": r"",
    "hängt": r"\bab\b|\bdavon\b",
    "bringt": r"\b(?:ein,|vor|zur sprache|ins spiel)\b",
    "führt": r"",
    "lässt": r"\b(?:abstimmen|wissen|zu)\b",
    "ergänzt": r"^,|\bdass\b",
    "schaut": r"^\s*$",
    "sucht": r"^\s*$",
}
TURNING_PATTERNS = {verb: re.compile(pattern, re.IGNORECASE) for verb, pattern in TURNING.items()}
PASSIVE = re.compile(rf"\b(?:wird|werden|erfolgt|erfolgen)\b(?=.{{0,300}}?\b(?:von|durch) {NAMES}\b)(?P<rest>.*)$")
BY = re.compile(rf"\b(?:von|durch) (?P<who>{NAMES})\b")
NOUN_BY = re.compile(rf"\b\w+(?:ung|ation|e)\s+durch (?P<who>{NAMES})\b")
COMES_FROM = re.compile(rf"\b(?:kommt|kommen) von (?P<who>{NAMES})\b")
INVERTED = re.compile(rf"^(?P<object>[^.;]{{2,160}}?)\s(?P<verb>[a-zäöüß]+t|übernehmen|machen)\s(?P<who>{NAMES})(?P<rest>(?:[ .,;].*)?)$")
MUST = re.compile(r"^\s*(?:\S.*\s)?\w+(?:en|ern|eln|tun)\b")
ASSIGNED = re.compile(r"\b(?:beauftragt|gebeten|aufgefordert|angehalten|verpflichtet)\b")
IDIOM = re.compile(rf"(?P<who>{ROLE}|{NAMES}) (?:hat|haben) (?:den Hut auf|sich bereit erklärt|sich bereiterklärt|zugesagt|angeboten|die Aufgabe)\b")
VOLUNTEERS = re.compile(rf"(?P<who>{ROLE}|{NAMES}) (?:erklärt|erklären) sich (?:\w+ )?bereit\b(?!.{{0,60}}(?:versammlungsleit|protokoll|wahl))", re.IGNORECASE)
EACH = re.compile(r"\b(?P<who>(?:jede[rs]?|alle) (?:Teilnehmer|Teilnehmenden|Mitglied(?:er)?|Anwesenden|Mitgliedsorganisation(?:en)?|Träger))\b.{5,250}\b\w+t\b")
PAST_PARTICIPLE = re.compile(
    r"\b(?:ge\w+(?:t|en)|\w+ge\w+(?:t|en)|\w+iert|(?:be|er|ver|ent|zer|über|unter|an|auf|aus|ein|vor|zu|ab)\w+t|"
    r"\w*(?:nommen|schlossen|schoben|sprochen|schieden|wiesen|schrieben|brochen|hoben|worfen|worben|funden|fohlen|bunden|trieben)|vergeben|übergeben|beraten)$",
    re.IGNORECASE,
)
CONDITION = re.compile(r"^(?:wenn|falls|sofern|sobald|bei (?:rückstand|bedarf|ausschluss|austritt))\b", re.IGNORECASE)
EVENT = re.compile(r"\b(?:findet statt|finden statt)\b")


def owners_of_clause(text: str, people: People) -> tuple[str, ...] | None:
    """The persons whom the sentence gives something to do, None when it gives nobody anything."""
    if CONDITION.match(text) or EVENT.search(text):
        return None
    return subject_acts(text, people) or somebody_is_named(text, people)


def subject_acts(text: str, people: People) -> tuple[str, ...] | None:
    """ "Leon und Michael bereiten … vor", "Der Vorstand wird … erarbeiten", "Alle sollen … mitbringen"."""
    for start in clause_starts(text):
        found = SUBJECT.match(text, start)
        if not found:
            continue
        who, verb, rest = found["who"], found["verb"].lower(), found["rest"]
        role = bool(re.fullmatch(rf"{ROLE}|{EVERYBODY}", who))
        owners = (who,) if role else people.owners(who)
        if not owners and re.fullmatch(NAME, who) and verb in TASK_VERBS and verb.endswith("t") and is_bare_name(who):
            owners = (who,)
        if owners and makes_task(verb, rest, role=role):
            return owners
    return None


def clause_starts(text: str) -> list[int]:
    """Where a main clause with its own subject may begin: the sentence, and behind a comma, dash or "und"."""
    return [0, *(found.end() for found in re.finditer(r"(?:[,;:–] | und | - |, aber |\? )(?=[A-ZÄÖÜ]|[Dd](?:er|ie|as) )", text[:600]))]


def is_bare_name(word: str) -> bool:
    """A capitalised word without article before a task verb is a nickname, unless its ending is a noun's."""
    return not re.search(r"(?:ung|heit|keit|schaft|ion|tät|nis|treffen|liste|termin|mail|tag|wir|man|wer|niemand|jemand|es|das|dies\w*|was|verein|vorstand|team)$", word.lower())


def makes_task(verb: str, rest: str, *, role: bool) -> bool:
    if verb in {"wird", "werden"}:
        words = rest.strip(" .!").split()
        passive = bool(PAST_PARTICIPLE.search(first_clause(rest)))
        return (bool(words) and bool(re.search(r"(?:en|ern|eln)\s*$", first_clause(rest))) and not passive) or bool(ASSIGNED.search(first_clause(rest)))
    if verb in {"soll", "sollen", "muss", "müssen"}:
        clause = first_clause(rest)
        return bool(MUST.match(clause)) and not re.search(r"\b(?:werden|sein|haben)\b", clause)
    if verb in {"ist", "sind"}:
        return bool(ASSIGNED.search(first_clause(rest)))
    turned = TURNING_PATTERNS.get(verb)
    if turned is not None and turned.search(rest):
        return False
    if verb in TASK_VERBS:
        return True
    plain = re.fullmatch(r"[a-zäöüß]{3,}(?:t|en)", verb) and verb not in TALK_VERBS
    return not role and bool(plain) and not verb.endswith(("te", "ten"))


def first_clause(rest: str) -> str:
    """The words up to where the clause ends; inserted relative clauses are skipped."""
    shortened = re.sub(r", (?:die|der|das|welche[rs]?|wo|deren|dessen)\b[^,]{1,200},", "", rest)
    return re.split(r",\s|\s(?:um|und|damit|sodass)\s", shortened, maxsplit=1)[0].rstrip(" .!") if not shortened.strip().endswith("…") else shortened


def somebody_is_named(text: str, people: People) -> tuple[str, ...] | None:
    """Passives and set phrases: "wird von Leon erstellt", "Besorgung durch Olaf", "E-Mail schreibt Jens"."""
    for pattern in (IDIOM, VOLUNTEERS, COMES_FROM, NOUN_BY):
        if (found := pattern.search(text)) and (owners := person_names(found["who"], people)):
            return owners
    if (found := PASSIVE.search(text)) and not re.search(r"\b(?:wurde|berichtet)\b", text):
        names = [name for each in BY.finditer(found["rest"]) for name in person_names(each["who"], people) or ()]
        if names:
            return tuple(dict.fromkeys(names))
    if (found := INVERTED.match(text)) and found["verb"] in TASK_VERBS and (owners := person_names(found["who"], people)):
        turned = TURNING_PATTERNS.get(found["verb"])
        return None if turned is not None and turned.search(found["rest"]) else owners
    if found := EACH.search(text):
        return (found["who"],) if re.search(r"vereinbart|bis zum|bitte|meldet|soll|schickt|bringt", text) else None
    return None


def person_names(text: str, people: People) -> tuple[str, ...]:
    """The owners in a run of capitalised words, of which the last may be the next noun ("Leon im" is cut before)."""
    owners = people.owners(text)
    if owners or " " not in text:
        return owners
    return people.owners(text.rsplit(" ", 1)[0])
