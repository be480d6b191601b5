"""Who presided and who wrote, as label ("Protokoll: Ida"), beside a name ("Ida (SL)") or in a sentence."""

import re
from collections.abc import Sequence

from minutes.reader.lines import Kind, Line
from minutes.reader.names import CAPITAL
from minutes.reader.people import NICKNAME, OFFICE, REMARK

CLOSING_LINES = 25
CHAIR = re.compile(
    r"(?:sitzungs|versammlungs|rede|diskussions|gesprächs|plenums|tagungs)leit(?:ung|er|erin)|"
    r"(?:ausschuss|sitzungs|versammlungs)?vorsitz(?:ende[rn]?(?:/r)?)?|vors\.?|moderat(?:ion|or|orin)|mod\.?|leitung|sl|vl|pl|rl",
    re.IGNORECASE,
)
TAKER = re.compile(
    r"prot\.?|protokoll?(?:ant\w*(?:\.in|\*in|:in|/in)?|führung|(?:führer|schreiber)(?:in)?|ix|ierend\w*)?|"
    r"schriftführ(?:er|erin|ung)|schriftf\.|minute taker|notizen|mitschrift|verfasser(?:in)?|"
    r"aktuar(?:in)?|aufgezeichnet von|für das protokoll",
    re.IGNORECASE,
)
PERSON = r"(?:[A-ZÄÖÜ][\w.äöüßéè-]+)(?:\s+(?:von |van |de )?[A-ZÄÖÜ][\w.äöüßéè-]+){0,4}"
MENTIONED = r"@[\w-]{2,30}"
# In a sentence a full stop ends it, unless it shortens a title or a given name.
NAMED = rf"(?:(?:Dr|Prof|Hr|Fr|Koll|Pfr|[{CAPITAL}])\.|[{CAPITAL}][\w-]+)"
FULL_NAME = rf"{NAMED}(?:\s+(?:von |van |de )?{NAMED}){{0,4}}"
WHO = rf"(?P<who>{MENTIONED}|(?:[Dd]er|[Dd]ie) {OFFICE}|(?!(?:Der|Die|Das|Es|Wer)\b){FULL_NAME})"
SIGNED = re.compile(rf"({MENTIONED}|{PERSON})(?:\s*\(([\wäöü/*. -]{{2,40}})\)|,\s*([\w/*-]{{2,40}})$)")
SHARED = re.compile(r"\s*(?:/|&|\+|,|\bund\b)\s*")
GATHERING = r"(?i:\w*(?:sitzung|versammlung|treffen|plenum|runde|besprechung|call|diskussion|abend))"
HOLDS = r"(?:hat|hatte|macht|machte|übernimmt|übernahm|führt|führte|schreibt|schrieb|liegt bei|lag bei)"
TODAY = r"(?:(?:heute|diesmal|dankenswerterweise|wieder) )?"
# "Ida leitet die Runde", "Sitzungsleitung hat Ida", "unter dem Vorsitz von Ida Blum".
PRESIDES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{WHO} (?:leitet|moderiert|führt)e? {TODAY}(?:durch )?(?:die|das|den|dieses?) {GATHERING}\b",
        rf"{WHO} moderierte?(?= heute|[.,;]|$| und\b)",
        rf"\b[Dd](?:ie|as) {GATHERING} (?:leitet|moderiert)e? {TODAY}{WHO}",
        rf"\b(?:[Gg]eleitet|[Mm]oderiert) (?:wird|wurde|von)\b[^.;]{{0,40}}?(?:\bvon )?{WHO}",
        rf"\b(?:[Ee]s|[Hh]eute) (?:moderierte?|leitete?)(?: die \w+| das \w+)? {WHO}",
        rf"\b[Dd]urch {TODAY}(?:die|das|den) {GATHERING} führte? {WHO}",
        rf"\b[Uu]nter (?:dem |der )?(?:Vorsitz|Leitung|Moderation) von {WHO}",
        rf"{WHO} {HOLDS} {TODAY}(?:die |den )?(?:\w+leitung|Vorsitz|Moderation)\b",
        rf"\b{HOLDS} {TODAY}{WHO} (?:die |den )?(?:\w+leitung|Vorsitz|Moderation)\b",
        rf"(?:\w+leitung|Vorsitz|Moderation|Leitung) {HOLDS} {TODAY}{WHO}",
    )
)
WRITES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{WHO} {HOLDS} {TODAY}(?:das |die )?(?:Protokoll|Protokollführung|Schriftführung)(?=[.,;]|$| und\b)",
        rf"{WHO} (?:schreibt|schrieb) {TODAY}mit\b",
        rf"{WHO} (?:und {PERSON} )?protokollierte?(?= heute|[.,;]|$| und\b)",
        rf"\b(?:[Ee]s|[Hh]eute) (?:protokollierte?|schreibt) {WHO}",
        rf"\b[Pp]rotokoll(?:führung)? (?:{HOLDS}|von|durch) {TODAY}{WHO}",
        rf"\b[Pp]rotokolliert (?:wird |wurde )?von {WHO}",
        rf"\b[Pp]rotokoll wird (?:heute )?von {WHO} (?:geführt|geschrieben)",
        rf"\b(?:[Ff]ührt|[Mm]acht|[Ss]chreibt) {TODAY}{WHO} (?:das )?[Pp]rotokoll",
    )
)
TOOK_CHAIR = re.compile(rf"({PERSON}) (?:die )?(?:Versammlungs|Sitzungs)leitung")
OPENED = re.compile(
    rf"(?:^|[.!] )((?:Der|Die) (?:\S+ ){{0,2}}?(?:\w+v|V)orsitzende|(?!Der\b|"
    rf"Die\b){PERSON})(?: \([^()]{{0,60}}\))? (?:eröffnete?|begrüßte?)\b"
    r"|\b(?:eröffnete?|begrüßte?) ((?:der|die) (?:\S+ ){0,2}?(?:\w+v|V)orsitzende)\b"
)
OFFICE_IN_LIST = re.compile(rf"(?:\w+v|V)orsitzende[rn]? (?P<who>{PERSON})$")


def role_of(head: Sequence[Line], body: Sequence[Line], role: re.Pattern[str]) -> str | None:
    """Who has a role: behind or below its label ("Protokoll: …"), beside the office, or told in a sentence."""
    for position, line in enumerate(head):
        below = head[position + 1].text if position + 1 < len(head) else ""
        if name := behind_label(line, below, role):
            return name
    return beside_office([*head, *body[-CLOSING_LINES:]], role) or told(head, role)


def behind_label(line: Line, below: str, role: re.Pattern[str]) -> str | None:
    label, colon, rest = line.text[:200].partition(":")
    label = label.split("(")[0].strip().lstrip("*- ")
    if colon and not role.fullmatch(label) and (shared := of_shared_label(label, rest, role)):
        return shared
    if not role.fullmatch(label):
        found = re.search(rf"\b({role.pattern}):\s*", line.text[:400], re.IGNORECASE)
        return person(line.text[found.end() : found.end() + 80]) if found else None
    if colon and (name := person(rest)):
        titled = below.startswith(("Dr.", "Prof.")) and person(below) == below
        return f"{name} {below}" if titled else name  # A title and a name may stand on two lines.
    heads_a_name = (line.kind is Kind.HEADING or colon) and label.lower() != "protokoll" and not rest.strip()
    return person(below) if heads_a_name else None


def of_shared_label(label: str, rest: str, role: re.Pattern[str]) -> str | None:
    """The name of one role of several in a label: "Leitung / Protokoll: Blum / Fuchs", "Vorsitz und Protokoll: Ida"."""
    roles = [each.strip() for each in SHARED.split(label)]
    place = next((place for place, each in enumerate(roles) if role.fullmatch(each)), None)
    if len(roles) < 2 or place is None:
        return None
    names = [each.strip() for each in SHARED.split(REMARK.sub("", rest))]
    return person(names[place] if len(names) == len(roles) else names[0])


def beside_office(lines: Sequence[Line], role: re.Pattern[str]) -> str | None:
    """As in "Ida Blum ist Versammlungsleiterin", "Ida Blum (Vorsitz)", "Der Schriftführer: Ole Fuchs"."""
    named = re.compile(rf"(?P<who>{PERSON}) (?:ist|als|wird (?:als|zum|zur)) (?i:{role.pattern})\b")
    holding = re.compile(rf"(?:^|[,;.] |Als |Zu[mr] )(?i:{role.pattern}) (?:ist|war|wird|wurde) {WHO}")
    signing = re.compile(rf"(?:Der|Die) (?i:{role.pattern}):\s*(?P<who>{PERSON})")
    for line in lines:
        text = line.text[:500]
        if found := named.match(text) or signing.match(text) or holding.search(text):
            return str(found["who"])
        for name, remark, office in SIGNED.findall(text):
            if any(role.fullmatch(each.strip()) for each in (remark or office).split(",")):
                return str(name)
    return None


def told(head: Sequence[Line], role: re.Pattern[str]) -> str | None:
    """Who has a role by a sentence: "Falk schreibt mit", "Es moderiert Ida"; or by an entry among those present."""
    patterns = (*PRESIDES, OFFICE_IN_LIST) if role is CHAIR else WRITES
    for line in head:
        for pattern in patterns:
            if found := pattern.search(line.text[:600]):
                return str(found["who"]).strip(" .")
    return None


def person(text: str) -> str | None:
    text = text.strip()
    found = re.match(rf"{MENTIONED}|{PERSON}", text) or NICKNAME.fullmatch(text)
    return str(found[0]).strip(" .") if found else None


def opener(body: Sequence[Line]) -> str | None:
    """Who took the chair or opened the meeting, a name or "Der Vorsitzende"."""
    for line in body:
        if found := TOOK_CHAIR.search(line.text[:600]) or OPENED.search(line.text[:600]):
            name = str(next(filter(None, found.groups())))
            if name not in {"Herr", "Frau"}:
                return name[0].upper() + name[1:]
    return None
