"""Where somebody lives; the addresses of offices and meeting places are only notes."""

import re
from collections.abc import Iterator

from portal.textguard.findings import Candidate, Kind, Severity
from portal.textguard.passage import Passage
from portal.textguard.patterns import is_counted
from portal.textguard.vocabulary import is_ordinary, is_place

_CAPITALISED = r"[^\W\d_a-zäöüß][^\W\d_]{1,30}"
_HOUSE = r"(?:Nr\.? ?)?\d{1,4}(?: ?[a-h](?!\w))?(?: ?[-/–] ?\d{1,4}[a-h]?)?(?!\w|[.,:]\d)"
_TOWN = (
    r"\d{5}[ \t\n]{1,3}(?P<town>(?:(?:Bad|Sankt|St\.|Bergisch|Neu|Alt|Groß|Klein|Hann\.) )?"
    rf"{_CAPITALISED}(?:-{_CAPITALISED})?)"
)
_INSIDE = (
    r"(?P<inside>, ?(?:(?i:hinterhaus|vorderhaus|seitenflügel|erdgeschoss|dachgeschoss|EG|DG|souterrain)"
    r"|(?i:haus|block|aufgang|eingang|gebäude) [A-Z\d]{1,2}"
    r"|(?:\d{1,2}\.|[a-zäöü]{3,8}[rn]) ?(?i:OG|stock|etage|obergeschoss)|(?i:whg|wohnung|app|zimmer)\w{0,8}\.? ?\d{1,4})"
    r"(?: (?:links|rechts|mitte))?)?"
)
# Behind a street, the town may be in lower case as well.
_THEN_TOWN = rf"{_INSIDE}(?:[ \t\n,–-]{{1,4}}(?:D-)?(?:{_TOWN}|\d{{5}} [a-zäöüß]{{3,30}}(?!\w)))?"
# Words that end the names of streets, and words that end many other nouns too (Arbeitsmarkt, Handlungsfeld).
_STREET_WORD = (
    r"(?i:stra(?:ß|ss)e|str\.|allee|gasse|chaussee|ufer|promenade|gürtel|pfad|stieg|steig|weg|ring|wall|damm"
    r"|contrescarpe|esplanade|boulevard)"
)
_VAGUE_WORD = (
    r"(?i:platz|hof|markt|feld|berg|park|garten|tor|hang|busch|kamp|heide|aue|winkel|brücke|graben|siedlung|stiege|kai"
    r"|anger|twiete|steige|zeile|bogen|leite|rain|höhe|acker|weiher|gang|treppe|insel|tal|grund|wiese|hütte|mühle)"
)
_STREET = re.compile(
    rf"(?<![\w-])(?:(?P<first>{_CAPITALISED}(?:-{_CAPITALISED}){{0,3}}|[a-zäöüß]{{3,20}}er(?= str))[ \n-])?"
    rf"(?:(?!\d)\w{{0,30}}?)"
    rf"(?:{_STREET_WORD}|(?P<vague>{_VAGUE_WORD}))[ \t\n]{{1,3}}{_HOUSE}{_THEN_TOWN}"
)
_NUMBERED = (
    r"(?:Jahrgang|Jahr|Zimmer|Raum|Haus|Wohnung|App(?:artement)?|Bett|Klasse|Kind(?:er)?|Person(?:en)?|Fall|Fälle|Gruppe|Stufe|Etage"
    r"|Block|Gebäude|Abs(?:atz)?|Satz|Nr|Nummer|Teil|Seite|Punkt|TOP|Team|Kapitel|Anlage|Modul|Niveau|Woche|Monat|Tag"
    r"|Familie|Anschrift|Adresse|Wohnsitz|Unterkunft|Wohnheim|Linie|Station|Bezirk|SGB|Art(?:ikel)?|Paragraf|Variante"
    r"|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)(?!\w)"
)
_AT_STREET = r"(?:A[mn]|Auf|I[mn]|Zu[mr]|Unter|Hinter|Vor|Bei)"
_NAMED = re.compile(
    rf"(?<![\w-])(?!{_NUMBERED})"
    rf"(?P<official>{_AT_STREET}(?: de[rmn])?(?: \w{{3,12}}en)? )?"
    rf"{_CAPITALISED}(?:[ -](?!{_AT_STREET} ){_CAPITALISED}){{0,2}}[ \n]\d{{1,3}}(?: ?[a-h])?(?!\w|[.,:/]\d){_THEN_TOWN}"
)
_POST_BOX = re.compile(rf"(?<!\w)Postfach \d[\d ]{{1,7}}\d(?!\d)(?:, ?{_TOWN})?")
_ABROAD = re.compile(
    r"(?<!\w)(?:(?:Rue|Avenue|Boulevard|Via|Viale|Piazza|Calle|Plaza|Rruga|Bulevardi|[Uu]lica|[Uu]l\.|Strada)"
    r"(?: [^\W\d_][\w'.-]{0,20}){1,4}?,? (?:[Nn]r?\. ?)?\d{1,4}"
    rf"|{_CAPITALISED} (?:Street|Road|Lane|Sokak|Sok\.|Caddesi|Cad\.|Mahallesi|Mah\.),? (?:No\.? ?:? ?)?\d{{1,4}})"
    rf"(?!\w)(?:, ?\d{{4,6}} {_CAPITALISED})?"
)
_LIVING_BEFORE = re.compile(
    r"(?i:(?<!\w)(?:wohnung|wohnhaft|wohnt|wohnte|wohnen|gemeldet|anschrift|adresse|wohnsitz|zimmer|lebt|unterkunft|wohnheim)"
    r"(?: (?:in|im|unter|an|am|der|dem|die|ist)){0,2}:? )$"
)
_LIVING_BEHIND = re.compile(
    r" (?i:gemeldet|wohnhaft|wohn(?:t|te|en|ten)|lebt|ist (?:\w{3,6} )?(?:wohnung|anschrift|adresse))(?!\w)"
)
_REACHED = re.compile(r"[,;]? ?(?i:tel(?:\.|:|efon)|fon|fax|mobil|handy|e-?mail)(?!\w)|[,;]? ?Tel\.")
_INTO = re.compile(r"(?<!\w)(?:in|nach|aus)[ \n]$")
_POSTCODE = re.compile(rf"(?<![\w.,/-]){_TOWN}")
_NO_STREET = re.compile(
    r"(?:aus|um|hin|rück|rechts|klage|instanzen|bildungs|dienst|schul|verfahrens|lebens|flucht|heim|mittel)wege?s?"
    r"|(?:jahr|lehr|vor|ein|aus|über|stud)\w{0,3}gang \w+"
    r"|(?:der|die|das|den|dem|des|eine[nmr]?|kein\w{0,2}|unser\w{0,2}|ihr\w{0,2}|sein\w{0,2}|dies\w{1,2}|jede\w"
    r"|im|am|zum|auf|vom) \w+",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"(?i:(?<!\w)(?:be)?(?:wohn(?:haft|t|te|en|ung|anschrift|adresse|sitz)|gemeldet|anschrift|adresse|meldeadresse|familie|zieht"
    r"|umzug|umgezogen|klientin|klient|lebt|untergebracht|untergekommen|mietvertrag|untermiet\w*|unterkunft|wohnheim|schläft|untermiete"
    r"|im hause $|zustell\w*)(?!\w)|(?<!\w)c/o)"
)
_OFFICE = re.compile(
    r"(?i:treffpunkt|sitzungs(?:ort|saal|raum)|tagungsort|veranstaltung|stadthaus|rathaus|bürgerhaus|dienststelle"
    r"|geschäftsstelle|beratungsstelle|dienstsitz|(?<!\w)(?:raum|saal|findet|tagt|amt)(?!\w)|sitzung"
    r"|ausländer(?:amt|behörde)|bezirksregierung|gericht|e\. ?v\.|verband|jobcenter|öffnungszeiten|gebäude"
    r"|(?<!\w)büro|zentrum|kirche|schule|anreise|haltestelle|-haus(?!\w)|(?<!\w)treffen (?:de[rs]|am|im|in))"
)


def addresses(passage: Passage) -> Iterator[Candidate]:
    """Yield streets with a number (high) and postcodes with their place (medium)."""
    for street in _STREET.finditer(passage.text):
        if is_counted(passage, *street.span()):
            continue
        plain = street[0].split("\n")[0]
        at_home = _HOME.search(passage.left(street.start()))
        named = street["first"] or not street["vague"]
        if (street["town"] or at_home or (named and not _is_vague(street))) and not _NO_STREET.match(plain):
            yield _address(passage, *street.span(), Severity.HIGH)
    for place in _NAMED.finditer(passage.text):
        if place["town"] or _may_be_street(passage, place):
            yield _address(passage, *place.span(), Severity.HIGH)
    for shape in (_POST_BOX, _ABROAD):
        for place in shape.finditer(passage.text):
            yield _address(passage, *place.span(), Severity.HIGH)
    for town in _POSTCODE.finditer(passage.text):
        known = (
            is_place(town["town"].split()[-1].partition("-")[0])
            or _HOME.search(passage.left(town.start(), 40))
            or (_INTO.search(passage.left(town.start(), 8)) and not town[0].startswith("000", 2))
        )
        if known and not is_counted(passage, town.start(), town.start() + 5):
            yield _address(passage, *town.span(), Severity.MEDIUM)


def _is_vague(street: re.Match[str]) -> bool:
    """Whether the last word is no name of a street by itself; Anna-Muster-Platz is one."""
    if not street["vague"] or re.search(r"\d ?[a-h](?!\w)", street[0]):
        return False
    return street["first"] is None or is_ordinary(street["first"])


def _may_be_street(passage: Passage, place: re.Match[str]) -> bool:
    """Whether somebody lives there: "wohnt Unter Linden 3", "die Wohnung Neumarkt 8"."""
    if is_counted(passage, *place.span()):
        return False
    left = passage.left(place.start(), 40)
    if _LIVING_BEFORE.search(left) or _LIVING_BEHIND.match(passage.right(place.end())):
        return True
    if place["official"] and (place["inside"] or _REACHED.match(passage.right(place.end()))):
        return True  # "An der Ziegelei 12, 2. OG", "An der Ziegelei 12, Tel. …"
    last = re.split(r"[ \n]", place[0])[-2]
    return bool(_HOME.search(left)) and (bool(place["official"]) or not is_ordinary(last))


def _address(passage: Passage, start: int, end: int, severity: Severity) -> Candidate:
    around = passage.left(start, 90) + passage.right(end, 20)
    if _OFFICE.search(around) and not _HOME.search(around):
        severity = Severity.LOW
    return Candidate(Kind.ADDRESS, severity, start, end, "[Anschrift]")
