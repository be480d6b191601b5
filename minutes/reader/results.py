"""Sentences by which a body acts: adopts, rejects, elects, agrees; and those that only talk about it.

German puts the participle last in a main clause ("wurde … beschlossen") and before the auxiliary in a
subordinate one ("…, die beschlossen wurde"): the second form reports and never decides.
"""

import re
from typing import Literal

from minutes.reader.bodies import AUXILIARY, BODY, foreign_agent
from minutes.reader.model import Outcome

Act = Literal["formal", "stated"]

ADOPTED = (
    r"(?:angenommen|beschlossen|genehmigt|zugestimmt|verabschiedet|bewilligt|gewählt|wiedergewählt|"
    r"entlastet|stattgegeben|gebilligt|befürwortet)"
)
# These settle something formally only together with a vote or the consent of all.
APPOINTED = (
    r"(?:bestimmt|bestellt|ernannt|benannt|bestätigt|berufen|aufgenommen|festgelegt|festgesetzt|"
    r"freigegeben|zugelassen|entsandt)"
)
REJECTED = r"(?:abgelehnt|zurückgewiesen|niedergestimmt)"
# "Beschlossen wurde, dass …", "Gewählt sind: …": the participle in front of its auxiliary, but not in a clause.
FRONTED = re.compile(
    rf"^(?:(?:somit|damit|hiermit|einstimmig) )?(?:(?P<adopted>{ADOPTED})|(?P<rejected>{REJECTED})) "
    r"(?:wird|werden|wurden?|ist|sind)\b(?! (?:noch|nicht))",
    re.IGNORECASE,
)
PASSIVE = re.compile(r"\b(?:wird|werden|wurden?|ist|sind)\b")
PARTICIPLE = re.compile(
    rf"\b(?:(?P<adopted>{ADOPTED})|(?P<appointed>{APPOINTED})|"
    rf"(?P<rejected>{REJECTED}))\b(?!\s+{AUXILIARY}\b)(?!\s+zu\b)",
    re.IGNORECASE,
)
NOT_BEFORE = re.compile(r"\bnicht (?:\w+ ){0,2}$")
ACTS = re.compile(
    r"\b(?:(?P<adopts>(?<!zu )beschließ(?:t|en)(?!,? (?:ob|lassen|über)\b)|"
    r"beschloss(?:en)?\b(?=.{0,40}\b(?:einstimmig|mehrheitlich|dass|den|die|das)\b)|billigen|billigte|"
    r"verabschiedet den|stimm(?:t|en|te|ten)\b(?!,? (?:über|darüber|sich|ab)\b)"
    r"(?=[^.;]{1,300}\b(?:zu|dafür)\b(?:[.,;]|$| und\b))|"
    r"spr(?:icht|echen|ach|achen) sich\b(?=[^.;]{0,120}\bfür\b[^.;]{1,200}\baus\b(?:[.,;]|$))|"
    r"n(?:immt|ehmen|ahm|ahmen)\b(?!\s+(?:die|ihre|"
    r"seine) Wahl)(?=[^.;]{0,200}\b(?:an|als Mitglied auf)\b(?:[.,;:(]|$| und\b)))|"
    r"(?P<rejects>lehn(?:t|en|te|ten)\b(?=[^.;]{1,200}\bab\b(?:[.,;(]|$| und\b))))",
)
ACCEPTABLE = re.compile(
    r"antr[aä]g|protokoll|tagesordnung|topliste|vorschlag|satzung|ordnung|plan|bericht|beschluss|"
    r"mitglied|angebot|entwurf|haushalt",
    re.IGNORECASE,
)
ELECTS = re.compile(
    rf"\b{BODY}\s+(?:\w+\s+){{0,3}}?(?:wählt|wählen|wählte|entlastet|(?<!zu )entlasten|genehmigt|(?<!zu )genehmigen|"
    rf"bestellt|ernennt|bewilligt|billigt|verabschiedet|bestätigt)\b(?!\s+{AUXILIARY})"
)
NOUNS = re.compile(
    r"\b(?:(?P<adopted>(?:einstimmige|mehrheitliche)[rn]? (?:zustimmung|annahme|beschluss)|"
    r"annahme (?:bei|mit|ohne)|entlastung\b[^.;]{0,60}\berteilt|erteilt\b[^.;]{0,80}\bentlastung)|"
    r"(?P<rejected>(?:einstimmige|mehrheitliche)[rn]? ablehnung|ablehnung (?:bei|mit)|keine mehrheit|"
    r"mehrheit (?:verfehlt|nicht erreicht)))\b",
    re.IGNORECASE,
)
STATED = re.compile(
    r"\b(?:vereinbart|festgehalten|festgelegt|einig(?:t|te|en|ten)? sich|(?:ist|"
    r"sind) (?:damit )?einverstanden|geeinigt|sich (?:darüber |darin )?einig|verständig(?:t|te|en)|"
    r"konsens|abgemacht|entschieden|entscheidet(?: sich)?|"
    r"entschied(?: sich)?|wird ermächtigt|wird beauftragt|festgesetzt|"
    r"verantwortliche[rn]?\b.{0,80} (?:ist|sind)\b)\b",
    re.IGNORECASE,
)
MODAL = re.compile(
    r"\b(?:soll(?:en|te|ten)?|muss|müssen|musste|kann|können|konnte|könnten?|möge|mögen|möchten?|"
    r"würden?|will|wollen|darf|dürfen|müsste|bitte[nt]?|zu lassen|"
    r"werde)\b",
    re.IGNORECASE,
)
REPORT = re.compile(
    r"\b(?:empf[eio]hl\w+|bericht(?:et|eten?|ete)|laut\b|gemäß beschluss|informier(?:t|te|ten)|teilt(?:e)? mit|"
    r"mitgeteilt|weist darauf hin|erzählt|erklärt(?:e)?, dass|bereits|(?:auf|in|bei|seit|nach|"
    r"zu) (?:der|dem|unserer) (?:letzten|vorigen|vergangenen)\b|letzte[nrs]? (?:woche|jahr)|"
    r"es wird (?:geheim|offen|schriftlich|einzeln) gewählt|"
    r"auf (?:der|einer) \w*(?:versammlung|sitzung)\b|damals|früher|beschluss vom|leider|"
    r"erfreulicherweise|kürzlich|inzwischen|in der vergangenheit)\b",
    re.IGNORECASE,
)
FUTURE = re.compile(
    r"\b(?:demnächst|in zukunft|künftig (?:zu|be)|nächste[nrsm]? (?:\w+)?(?:sitzung|treffen|"
    r"versammlung|plenum|mal|woche)|später)\b",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"^(?:wenn|falls|sofern|sobald|solange|ob|nachdem|bevor|um)\b|\b(?:falls|sofern|sobald|"
    r"wenn) (?:\w+ ){1,8}(?:angenommen|beschlossen|genehmigt|abgelehnt|gewählt)\b|"
    # Rules are quoted, not applied: "Gewählt ist, wer …", "gilt als angenommen, wenn …".
    r"\b(?:gewählt|angenommen|beschlossen|abgelehnt|zugestimmt)(?: (?:ist|sind|wird|gilt)\b[^.;,]{0,40})?, "
    r"(?:wer|wenn|falls|sofern|sobald)\b(?! auch)|"
    r"\b(?:mehrheit|zustimmung)\b[^.;]{0,60}\b(?:ist|wäre|sind) (?:\w+ )?(?:erforderlich|nötig|notwendig)\b",
    re.IGNORECASE,
)
PERFECT = re.compile(r"\b(?:hat|haben|hatte|hatten|habe)\b", re.IGNORECASE)
BODY_WORD = re.compile(rf"\b{BODY}\b")


def act_of(text: str, *, voted: bool) -> tuple[Outcome, Act] | None:
    """What the sentence does, None when it only talks; `voted` says that it records a vote as well."""
    found = None if text.endswith("?") else outcome_of(text)
    if not found:
        return ("adopted", "stated") if STATED.search(text) and not talks(text, voted=voted) else None
    outcome, word, place = found
    elsewhere = not voted and (is_past(text) or foreign_agent(text[:place]))
    if elsewhere or talks(text, voted=voted) or clause_talks(text, place):
        return None
    if voted or not re.fullmatch(APPOINTED, word, re.IGNORECASE):
        return outcome, "formal"
    return (outcome, "stated") if PASSIVE.search(text) else None


def outcome_of(text: str) -> tuple[Outcome, str, int] | None:
    """The outcome with its word and place."""
    if noun := NOUNS.search(text):
        return ("rejected" if noun["rejected"] else "adopted"), noun[0], noun.start()
    if participle := FRONTED.search(text) or PARTICIPLE.search(text):
        rejected = participle["rejected"] or NOT_BEFORE.search(text[: participle.start()])
        return ("rejected" if rejected else "adopted"), participle[0], participle.start()
    act = ACTS.search(text)
    if act and (act[0].lower().startswith("besch") or is_body_acting(act, text)):
        return ("rejected" if act["rejects"] else "adopted"), act[0], act.start()
    found = ELECTS.search(text)
    return ("adopted", found[0], found.start()) if found else None


def is_body_acting(act: re.Match[str], text: str) -> bool:
    """Whether the body agrees, accepts or rejects; a single person's "stimmt zu" decides nothing."""
    return bool(BODY_WORD.search(text)) and (act[0][0] not in "nN" or bool(ACCEPTABLE.search(text)))


def is_past(text: str) -> bool:
    """Whether the perfect tells of an earlier act; "Wir haben beschlossen" is said in the meeting itself."""
    return bool(PERFECT.search(text)) and not text.lower().startswith("wir haben")


def talks(text: str, *, voted: bool) -> bool:
    """Whether the sentence reports, plans or supposes; a recorded vote outweighs all that."""
    return not voted and (supposes(text) or bool(REPORT.search(text)))


def supposes(text: str) -> bool:
    return (
        text.endswith("?") or "mit den meisten" in text or bool(CONDITION.search(text) or FUTURE.search(text))
    )


def clause_talks(text: str, place: int) -> bool:
    """Whether the clause around the verb has a modal verb ("soll … beschlossen werden") or is conditional."""
    begin = max(text.rfind(mark, 0, place) for mark in (",", ";", ":", "("))
    end = min(
        (found for mark in (",", ";", "(") if (found := text.find(mark, place)) >= 0), default=len(text)
    )
    clause = text[begin + 1 : end].strip()
    return bool(MODAL.search(clause) or CONDITION.match(clause))
