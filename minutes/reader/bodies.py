"""Who decides: the body that met, or somebody else of whom its minutes only tell."""

import re

from minutes.reader.dates import MONTH

AUXILIARY = (
    r"(?:wird|werden|wurde|wurden|worden|ist|sind|war|waren|hat|haben|hatte|hatten|gilt|gelten|"
    r"werde|sei|seien)"
)
BODY = (
    r"(?:Vorstand|Versammlung|Mitgliederversammlung|Vollversammlung|Rat\b|Gemeinderat|Stadtrat|"
    r"Ausschuss|Hauptausschuss|Gremium|Plenum|Kreis|Lenkungskreis|"
    r"Steuerungskreis|Beirat|Senat|Kuratorium|Kommission|Fachschaftsrat|FSR|Gruppe|Programmgruppe|AG|"
    r"Arbeitsgruppe|Runde|Team|Mitglieder|Anwesenden?|Wir|StuPa|StuRa|AStA|"
    r"Präsidium|Konferenz|Sitzung|Kollegium|\w*rat|\w*ausschuss|\w*versammlung|\w*kreis|\w*sitzung|"
    r"Alle|alle|wir)"
)
AUXILIARY_WORD = re.compile(rf"\b{AUXILIARY}\b")
AGENT = re.compile(
    r"\b(?P<by>von|vom|durch|beim)\s+(?:(?P<article>der|dem|den|die|das|einem|einer|unserer?m?|allen|uns|"
    r"diese[rmn]?)\s+)?(?P<who>\w[\w-]*)",
    re.IGNORECASE,
)
OWN_AGENT = re.compile(
    rf"(?:{BODY}|allen|uns|Handzeichen|Vorstands\w*|Mitglied\w*|Gewählten|anwesenden|Zuruf|Akklamation|"
    r"Stimm\w*|beiden|Vereins?)$",
    re.IGNORECASE,
)
# "Mit den Änderungen von Ole genehmigt": whose words they are, not who acts.
AUTHORED = re.compile(
    r"(?:änderung|ergänzung|anmerkung|korrektur|vorschlag|vorschläge|antrag|entwurf|fassung|wunsch|wünsche)"
    r"(?:e?n)? (?:von|vom|durch)$",
    re.IGNORECASE,
)
# Bodies that minutes of others often mention; the one that met is told from its title.
OTHERS = (
    r"(?:Senat|(?:Fakultäts|Instituts|Kirchen|Aufsichts|Stiftungs|Verwaltungs|Gesamtpersonal|Schüler)rat|Fachbereichsrat|A[Ss]t[Aa]|[Ss]tu[Pp]a|[Ss]tu[Rr]a|Studierendenparlament|Studierendenrat|"
    r"(?:Landes|Bundes|Bezirks|Kreis|Haupt)vorstand|Gesamtbetriebsrat|Stadtrat|Gemeinderat|Kreistag|Landtag|Bundestag|Bezirk\w*|\w*[Mm]inisterium|Rektorat|Dekanat|"
    r"Hochschul\w+|Universität\w*|Stadt(?:verwaltung)?|Land(?:kreis)?|Bund|\w*[Vv]erband|Träger|"
    r"Verwaltung|\w+amt|\w+ausschuss|\w+konferenz|\w+kommission|KIF|FSVK|\w*[Ff]raktion|Bibliothek\w*|Bank)"
)
THEY_ACT = re.compile(
    rf"(?:^|[,;:] )(?:Der|Die|Das|der|die|das|[Mm]eine|[Uu]nsere)\s+(?:\w+ )?(?P<body>{OTHERS})(?![\w-])[^.;,]{{0,80}}?"
    r"(?:\b(?:beschloss|verabschiedete|genehmigte|bewilligte|lehnte|stimmte|empfiehlt|empfahl)\b|"
    r"\b(?:hat|haben|hatte)\b(?:[^.;]|\.(?=\S)){0,120}?\b(?:beschlossen|verabschiedet|genehmigt|bewilligt|zugestimmt|"
    r"abgelehnt|angenommen|gewählt|zurückgewiesen|empfohlen|befürwortet)\b)"
)
AMONG_THEM = re.compile(
    rf"(?:^(?:Im|In der|Beim|Auf der)\s+(?:\w+ )?|\b(?:wurden?|wird|werden|ist|sind) (?:\w+ )?(?:vom|von der|"
    rf"von dem|im|durch (?:den|die|das)) (?:\w+ )?|[Aa]ntrag (?:bei der|beim|bei dem) |"
    r"\bwar(?:en)? (?:in|auf|bei|beim|im) (?:(?:der|dem|einer|einem) )?)"
    rf"(?P<body>{OTHERS})(?![\w-])"
)
THERE = re.compile(r"Dort\b")
DID = r"(?:hat|haben|hatten?|wurden?|war(?:en)?)"
AGO = (
    rf"(?:im (?:jahre? |(?:{MONTH}) )(?:19|20)\d\d|vor \w+ (?:jahr|monat|woche)e?n?|"
    r"(?:letzte|vorige|vergangene)[nrs]? (?:woche|monat|jahr|sitzung|mal))"
)
LONG_AGO = re.compile(
    r"\bim (?:letzten|vergangenen|vorigen) (?:jahr|semester|monat|herbst|frühjahr|sommer|winter)\b|"
    r"\b(?:auf|in|bei) der (?:letzten|vorigen|vergangenen) \w+|"
    r"\b(?:beim letzten|letztes|voriges) mal\b|"
    rf"^(?:(?:bereits|schon|noch|in der|auf der) )?{AGO} {DID}\b|\b{DID}\b[^.;,]{{0,60}} (?:bereits|schon) {AGO}\b|"
    r"\bhatten?\b[^.;]{0,120}\b(?:gestimmt|zugestimmt|beschlossen|entschieden|abgelehnt|angenommen|genehmigt)\b|"
    r"\bwar(?:en)?\b[^.;]{0,160}\b(?:gescheitert|(?:beschlossen|abgelehnt|angenommen|genehmigt|gewählt) worden)\b|"
    r"\b(?:wurden?|ha(?:t|ben)) (?:bereits |schon )?(?:im jahre? )?(?:19|20)\d\d\b",
    re.IGNORECASE,
)


def acts_elsewhere(text: str, own: str) -> bool:
    """Whether another body decided, or this one long ago; `own` names the body that met (its title)."""
    if THERE.match(text) or (LONG_AGO.search(text) and "protokoll" not in text.lower()):
        return True
    found = THEY_ACT.search(text) or AMONG_THEM.search(text)
    return found is not None and found["body"].lower() not in own.lower()


def foreign_agent(text: str) -> bool:
    """Whether somebody else acts, in the words up to the verb: "wurde von der Stadtbibliothek genehmigt".

    Before the auxiliary "von …" says whose motion it is ("Der Antrag von Ole wird abgelehnt").
    """
    auxiliaries = list(AUXILIARY_WORD.finditer(text))
    begin = auxiliaries[-1].end() if auxiliaries and not AGENT.match(text) else 0
    agents = [
        found["who"]
        for found in AGENT.finditer(text, begin)
        if (auxiliaries or found["article"] or found["by"] != "von")
        and not AUTHORED.search(text[: found.end("by")])
    ]
    last = agents[-1] if agents else ""
    return (last[:1].isupper() and not OWN_AGENT.match(last)) or " von dieser" in text
