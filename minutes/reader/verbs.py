"""Verbs of minutes: which give somebody a task, which only tell what somebody said or did."""

import re
from typing import Literal

from minutes.reader.dates import MONTH

Subject = Literal["office", "person", "persons", "everybody", "unknown"]

# Third person of the present, singular and plural.
TASK_VERBS = frozenset(
    """
    kümmert kümmern organisiert organisieren schreibt schreiben erstellt erstellen fragt fragen klärt
    klären besorgt besorgen bestellt bestellen kauft kaufen schickt schicken sendet senden verschickt
    verschicken versendet versenden prüft prüfen überprüft überprüfen bereitet bereiten plant planen bucht
    buchen reserviert reservieren erkundigt erkundigen übernimmt übernehmen aktualisiert aktualisieren
    überarbeitet überarbeiten ergänzt ergänzen formuliert formulieren entwirft entwerfen richtet richten
    holt holen bringt bringen kontaktiert kontaktieren recherchiert recherchieren vergleicht vergleichen
    telefoniert telefonieren koordiniert koordinieren verteilt verteilen druckt drucken sammelt sammeln
    überweist überweisen meldet melden ruft rufen spricht sprechen lädt laden hängt hängen baut bauen
    testet testen repariert reparieren schaut schauen guckt gucken achtet achten hakt haken erinnert
    erinnern pflegt pflegen betreut betreuen trägt tragen setzt setzen erarbeitet erarbeiten sucht suchen
    macht machen legt legen räumt räumen leitet leiten veröffentlicht veröffentlichen stellt stellen
    fordert fordern bemüht bemühen beschafft beschaffen verfasst verfassen digitalisiert installiert
    installieren konfiguriert dokumentiert dokumentieren informiert informieren geht gehen nimmt nehmen
    gibt geben füllt sichtet sichten kocht backt bastelt gestaltet gestalten designt postet posten bewirbt
    hört hören fährt fahren evaluiert evaluieren ermittelt ermitteln sorgt sorgen listet zahlt bezahlt
    passt passen antwortet antworten leiht erfragt erfragen besucht versucht schließt arbeitet arbeiten
    redet reden trifft treffen stimmt stimmen sagt sagen teilt teilen
    """.split()  # noqa: SIM905
)
# Of offices minutes tell much in the present tense: only these are surely a task.
OFFICE_VERBS = frozenset(
    """
    kümmert kümmern organisiert organisieren erstellt erstellen klärt klären besorgt besorgen schickt
    versendet prüft prüfen bemüht bemühen überweist lädt laden übernimmt übernehmen aktualisiert
    überarbeitet überarbeiten erarbeitet erarbeiten formuliert veröffentlicht holt koordiniert beschafft
    verschickt kontaktiert schreibt sucht bereitet ergänzt entwirft sendet versenden meldet teilt
    """.split()  # noqa: SIM905
)
# An unknown capitalised word before one of these is a nickname and not a thing.
NICKNAME_VERBS = frozenset(
    """
    kümmert schreibt fragt besorgt organisiert erkundigt schickt verschickt erstellt klärt bucht
    reserviert kauft bestellt überweist bereitet prüft kontaktiert recherchiert übernimmt meldet ruft
    spricht telefoniert überarbeitet aktualisiert formuliert druckt holt schaut guckt hakt erinnert
    entwirft verfasst backt kocht bastelt
    """.split()  # noqa: SIM905
)
TALK_VERBS = frozenset(
    """
    ist hat hatte wird wurde kann konnte muss darf möchte mag will soll berichtet erklärt erläutert sagt
    meint findet merkt weist begrüßt eröffnet beendet verlässt betritt kommt bedankt dankt lobt betont
    äußert bestätigt schlägt regt zeigt präsentiert kritisiert wünscht bittet empfiehlt sieht hält glaubt
    denkt weiß kennt hofft freut verweist verliest kandidiert stimmt enthält wählt führt
    protokolliert moderiert vertritt wohnt befürchtet vermutet erwidert erzählt schildert
    beschreibt fasst liegt steht bleibt gehört heißt braucht benötigt bekommt erhält fehlt tritt scheidet
    interessiert bietet beschließt diskutiert lehnt entscheidet schätzt rät plädiert unterstützt begründet
    nennt fühlt spielt existiert bevorzugt überlegt beantragt referiert hielt trat bat bot erhielt vertrat
    betrat tat galt lässt wartet vermisst bespricht gilt läuft passiert klappt funktioniert kostet
    dauert fordert bringt folgt erfolgt mit gut nicht seit erst fast meist jetzt sonst selbst fest statt
    dort lebt arbeitet blickt seht habt seid
    """.split()  # noqa: SIM905
)
# Their plurals: "berichten" beside "berichtet", and those with another vowel.
TALK_STEMS = frozenset(re.sub(r"(?:et|t)$", "", verb) for verb in TALK_VERBS) | frozenset(
    """
    sag sprech seh hab hatt wurd werd könn müss dürf mög woll soll vertret wiss helf empfehl verlass betret
    geb nehm bleib war wär bitt biet beacht wohn
    """.split()  # noqa: SIM905
)
# "Gibt … weiter", "gibt den Eltern …", "gibt einen Kurs" are tasks, "gibt einen Überblick" is talk.
GIVES_NO_TASK = (
    r"^(?!.*\b(?:weiter|bescheid|rückmeldung|ab|auftrag|heraus|zurück|einweisung|workshop|kurs|schulung)\b)"
    r"(?! (?:den|dem|allen|ihm|ihr|ihnen|uns|\w+ \w+ die|\w+ \w+ das)\b)|"
    r"\b(?:überblick|bericht|hinweis|einblick|auskunft|bekannt|zu bedenken|zu protokoll)\b"
)
OWN_ROUND = r"(?:vorstand|gremium|runde|anwesenden|versammlung|mitglieder|rat)\b"
# What turns a task verb into talk, searched in the words after it: "fragt, ob", "stellt fest".
TURNED = {
    verb: re.compile(pattern, re.IGNORECASE)
    for verbs, pattern in (
        (
            "fragt fragen",
            (
                r"^,? ?(?:ob|wie|was|wann|warum|wer|wo|welch|nach\b(?![.!]?$))|"
                r"^(?! (?:bei|beim|in|im)\b).*,? ob\b|^ [^.]{0,80}\bab[.,]?$"
            ),
        ),
        (
            "stellt stellen",
            r"\b(?:fest|vor|klar|dar|\w*antr[aä]ge?|fragen?|zur \w+|kandidat\w*|sich)\b(?! verfügung)",
        ),
        (
            "nimmt nehmen",
            (
                r"\b(?:kenntnis|wahl|platz|abstand|das protokoll|in (?:den|die|ihren?|seinen?) \w*(?:antrag|vorlage))\b|"
                r"\b(?:sitzung|versammlung|beratung|abstimmung|aussprache|diskussion|wieder|nicht|online|als|per)\b.*"
                r"\bteil\b|^ teil\b"
            ),
        ),
        # "Teilt den Eltern den Termin mit" is a task, "teilt mit, dass …" is talk.
        (
            "teilt teilen",
            r"\bdass\b|^(?!(?: das| dies| \w+)?(?: der| dem| den| ihr| ihm| ihnen| allen) .*\bmit\b)|\b"
            + OWN_ROUND,
        ),
        ("gibt geben", GIVES_NO_TASK),
        (
            "informiert informieren",
            r"^(?! sich\b)(?=.*\b(?:über|dass|darüber|zum|zur)\b)|^ (?:\w+ )?" + OWN_ROUND,
        ),
        ("antwortet antworten", r"^,|\bdass\b|\bfrage\b"),
        ("spricht sprechen", r"^ (?:sich|über|davon|von)\b|^(?!.* bei\b).*\ban\b[.,]?$"),
        ("sagt sagen", r"^(?!.*\bbescheid\b)"),
        ("stimmt stimmen", r"^(?!.*\bmit\b.*\bab[.,;]?$)"),
        ("meldet melden", r"^ sich (?:zu wort|freiwillig)|\bzu wort\b|^ (?:einwand|bedenken)"),
        ("legt legen", r"\b(?:vor|dar|fest|nieder)\b"),
        ("trägt tragen", r"\bvor\b"),
        ("arbeitet arbeiten leitet leiten", r"^(?!.*\b(?:aus|ein|weiter)\b)"),
        ("setzt setzen", r"^(?!.*\b(?:auf|um|hut|schuh|verbindung|sich mit)\b)"),
        (
            "geht gehen",
            r"\b(?:davon aus|darauf ein|(?:um|gegen) \d+|um (?:die|das|den)|auf (?:die|das|den) .{1,60} ein)\b",
        ),
        ("ruft rufen", r"\b(?:tagesordnungspunkt|top|auf)\b"),
        ("übernimmt übernehmen", r"\b(?:\w+leitung|moderation|protokoll\w*|wort)\b"),
        ("hört hören", r"^(?!.*\b(?:nach|um)\b)"),
        ("macht machen", r"\b(?:darauf aufmerksam|deutlich|kein\w*|sich gedanken|vorschlag|klar)\b"),
        ("fordert fordern", r"^(?!.*\b(?:an|ein)[.,]?$)"),
        ("erinnert erinnern", r"^ (?:an|daran)\b"),
        ("hängt hängen", r"\b(?:ab|davon)\b"),
        ("bringt bringen", r"\b(?:ein|an|vor|ins spiel|zur sprache)\b[.,]?|\bpunkt\b"),
        ("schließt", r"^(?!.*\b(?:an|kurz)[.,]?$)"),
        ("ergänzt ergänzen", r"^,|\bdass\b|^\s*$"),
        ("besucht", r"^\s*$"),
        ("zieht ziehen", r"\b(?:zurück|um)\b"),
        ("passt passen", r"^(?!.*\b(?:an|auf)\b)"),
    )
    for verb in verbs.split()
}
# What is done with persons in the passive and is no task: "wird von Leon vorgeschlagen".
NO_TASK_DONE = re.compile(
    r"\b(?:vorgeschlagen|benötigt|gebraucht|gesucht|erwartet|beantragt|angemerkt|angeregt|gefragt|berichtet|vorgestellt|gewählt|"
    r"angenommen|betont|erklärt|genannt|geleitet|protokolliert|"
    r"eröffnet|geschlossen|begrüßt|vertreten|genehmigt|angetragen|festgestellt|unterstützt|gewünscht|"
    r"bestimmt|beschlossen|abgelehnt|moderiert|geführt|"
    r"angesprochen|erwähnt|verlesen|präsentiert|gestellt(?!\b.{0,3}zur verfügung)|"
    r"bestätigt)\b(?<!zur Verfügung gestellt)",
    re.IGNORECASE,
)
PARTICIPLE = re.compile(
    r"\b(?:ge\w{3,}(?:t|en)|\w+ge\w{2,}(?:t|en)|\w+iert|(?:be|er|ver|ent|zer|über|unter|an|auf|aus|"
    r"ein|vor|zu|ab)\w+t|"
    r"\w*(?:nommen|schlossen|schoben|sprochen|schieden|wiesen|schrieben|brochen|hoben|worfen|worben|"
    r"funden|fohlen|bunden|trieben)|vergeben|übergeben|beraten)$",
    re.IGNORECASE,
)
INFINITIVE = re.compile(r"(?:\w{2,}(?:en|ern|eln)|tun|sein)$")
PRESENT = re.compile(r"(?!ge\w{3,}t$)\w+t(?:ed)?")
PAST = (
    r"nahmen|fuhren|gingen|sprachen|kamen|boten|traten|gaben|fanden|hielten|ließen|standen|riefen|schrieben|"
    r"trafen|zogen|schlugen|trugen|brachten|machten|\w+(?:ier|ll|hl|är|et|[gfbmnzk])ten"
)
PLURAL = re.compile(rf"(?!ge\w+en$)(?!(?:{PAST})$)\w{{2,}}e?n")
AUXILIARY_VERBS = frozenset(
    "wird werden will wollen ist sind soll sollen muss müssen möchte möchten".split()  # noqa: SIM905
)
DUE = re.compile(
    rf"\bbis (?:zum |zur |spätestens )?(?:\d|nächst|\w+tag|(?:anfang|mitte|ende) (?:\w+ )?(?:{MONTH}|monat|jahr))",
    re.IGNORECASE,
)
UNDER_WAY = re.compile(
    r"^(?: \w+){0,2} (?:derzeit|zurzeit|zur Zeit|momentan|aktuell|gerade|bereits|schon)\b", re.IGNORECASE
)
CLAUSE_END = re.compile(r",\s|\s(?:um(?=\s[^,.]*\bzu\b)|und|damit|sodass|sobald|sofern)\s")
ASSIGNED = re.compile(r"\b(?:beauftragt|gebeten|aufgefordert|angehalten|verpflichtet)\b")


def acts(verb: str, rest: str, subject: Subject) -> bool:
    """Whether `verb` with the words after it gives its subject a task; known persons may do all but talk."""
    clause = first_clause(rest)
    if subject == "unknown":
        return verb in NICKNAME_VERBS or (verb == "geht" and bool(INFINITIVE.search(clause)))
    if verb in AUXILIARY_VERBS:
        return auxiliary_acts(verb, clause, subject)
    if is_talk(verb, rest):
        return False
    if subject in {"office", "everybody"}:
        by_then = bool(DUE.search(clause) and PRESENT.fullmatch(verb)) and verb not in TALK_VERBS
        return by_then or verb in (OFFICE_VERBS if subject == "office" else TASK_VERBS)
    if verb in TASK_VERBS:
        return verb.endswith("n") == (subject == "persons")
    form = PLURAL if subject == "persons" else PRESENT
    return bool(form.fullmatch(verb)) and verb not in TALK_VERBS and stem(verb) not in TALK_STEMS


def acts_behind(verb: str, rest: str, text: str) -> bool:
    """The same of a person behind the verb: "Die Wand streicht Ole", "Bis Mai legt Ole eine Liste vor"."""
    if verb in AUXILIARY_VERBS or verb in TALK_VERBS or not (PRESENT.fullmatch(verb) or verb in TASK_VERBS):
        return False
    return bool(DUE.search(text)) or not is_talk(verb, rest)


def stem(verb: str) -> str:
    return re.sub(r"(?:et|t|en|n)$", "", verb)


def auxiliary_acts(verb: str, clause: str, subject: Subject) -> bool:
    """For example "wird … erarbeiten" but not "wird … erarbeitet", "soll … klären", "ist gebeten"."""
    infinitive = bool(INFINITIVE.search(clause))
    if verb in {"wird", "werden"}:
        return bool(ASSIGNED.search(clause)) or (infinitive and not PARTICIPLE.search(clause))
    if verb in {"will", "wollen"}:
        return subject != "office" and (bool(DUE.search(clause)) or clause.rpartition(" ")[2] in TASK_VERBS)
    if verb in {"möchte", "möchten"}:
        return bool(re.search(r"\b(?:kümmern|übernehmen)$", clause))
    if verb in {"ist", "sind"}:
        return bool(ASSIGNED.search(clause))
    return infinitive and not re.search(r"\b(?:werden|sein|haben)\b", clause)


def is_talk(verb: str, rest: str) -> bool:
    """Whether the words after the verb make it talk or a report of what is going on; a due date outweighs."""
    turned = TURNED.get(verb)
    return not DUE.search(first_clause(rest)) and bool(
        (turned and turned.search(rest)) or UNDER_WAY.match(rest)
    )


def first_clause(rest: str) -> str:
    """The words up to the end of the clause, without a relative clause in the middle."""
    if "," in rest:
        rest = re.sub(r", (?:die|der|das|welche[rs]?|deren|dessen)\b[^,]{1,200},", "", rest)
    return CLAUSE_END.split(rest, maxsplit=1)[0].rstrip(" .!")
