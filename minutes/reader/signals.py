"""What one sentence says of a result: a vote, an act, a label; and whether its object stands elsewhere."""

import re
from dataclasses import dataclass

from minutes.reader.deferrals import puts_off
from minutes.reader.lines import Kind
from minutes.reader.model import Outcome, Strength, Vote
from minutes.reader.results import act_of, clause_talks, supposes
from minutes.reader.sentences import Sentence
from minutes.reader.votes import Found, find_vote
from minutes.reader.zones import Zone

LABEL = re.compile(
    r"(?:[^.:]{0,60}\bfolgende[nrs]? )?(?:beschluss|beschlüsse|beschlossen|entscheidung|resolution)"
    r"(?:\s+gefasst)?(?:\s+\w{0,12}\d[\w./-]{0,12})?\s*[:–]\s*",
    re.IGNORECASE,
)
POINTING = re.compile(
    r"(?:der|dieser|dem|diesem|beide|alle) (?:\w+ ){0,2}?(?:antrag|anträge|anträgen|"
    r"vorschlag) (?:wird|wurde|werden|wurden|ist|sind|gilt|gelten|stimm\w+|einstimmig)\b|(?:dies|"
    r"diese|dieser|dieses|er|sie) (?:wird|wurde|werden|wurden|ist|sind|gilt|gelten)\b|dem (?:wird|wurde|stimm)",
    re.IGNORECASE,
)
MOTION_LABEL = re.compile(
    r"(?:beschluss)?(?:antrag(?:stext)?|vorschlag|vorlage)\s*:(?=(?:\s+\S+){4})", re.IGNORECASE
)
NAME_AND_COUNT = re.compile(r"[^:]{2,40}:\s*\d")
DONE_IN_TITLE = re.compile(
    r"(?:\(|–|-|:|=>|→)\s*(?:einstimmig )?(?:angenommen|abgelehnt|beschlossen|genehmigt)\)?\s*$",
    re.IGNORECASE,
)
RESULT_LABEL = re.compile(r"(?:abstimmung(?:sergebnis)?|ergebnis|votum)\s*:", re.IGNORECASE)
REMARK = re.compile(r"\([^()]*\)")
EMPTY_WORDS = frozenset(
    """
    der die das den dem des ein eine einer einem einen wird wurde werden wurden ist sind war hat haben von
    vom durch mit bei und per über zur zum auf als so damit daher nach in im es dies diese dieser dieses
    hiermit ergebnis abst abstimmung abstimmungsergebnis antrag anträge initiativantrag vorschlag beschluss
    beschlussfassung mitgliederversammlung versammlung vorstand vorstandes anwesenden mitglieder
    mitgliedern allen aller gremium rat stimmen stimme handzeichen sitzung plenum folgt wie punkt somit
    auch daraufhin dann ebenfalls vorliegende vorliegenden gestellten unverändert angenommen abgelehnt
    beschlossen genehmigt zugestimmt gewählt bestimmt verabschiedet stimmt stimmen ab an zu rest ansonsten
    sonst übrige zustimmung der go wir uns allen ja nein damit das sich um für geheim offen geheimer
    offener enth enthaltung enthaltungen selbstenthaltung abgestimmt gefolgt
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Signal:
    """What one sentence says of a result; `assumed`: it is the wording that is put to the vote."""

    vote: Vote | None
    outcome: Outcome | None
    strength: Strength
    pointing: bool
    assumed: bool = False


def readable(sentence: Sentence) -> bool:
    block = sentence.block
    if block.zone not in {Zone.HEAD, Zone.BODY} or block.kind is Kind.TABLE:
        return False
    return (
        block.kind is not Kind.HEADING
        or bool(DONE_IN_TITLE.search(sentence.text))
        or has_counts(sentence.text)
    )


def has_counts(text: str) -> bool:
    found = find_vote(text)
    return found is not None and found.vote.has_counts


def signal_of(sentence: Sentence) -> Signal | None:
    text = sentence.text
    label = LABEL.match(text)
    found = find_vote(text)
    if found and not found.vote.has_counts and (clause_talks(text, found.spans[0][0]) or supposes(text)):
        found = None
    if found is None and MOTION_LABEL.match(text):
        return None
    act = act_of(text[label.end() :] if label else text, voted=found is not None)
    if act is None and found is None:
        return (
            Signal(None, "adopted", "formal", pointing=False, assumed=True)
            if label and len(text) > label.end() + 10
            else None
        )
    if puts_off(text, is_title=False) and not (found and found.vote.has_counts):
        return None
    outcome, strength = act or (None, "formal")
    if label or found:
        strength = "formal"
    counts = found is not None and found.vote.has_counts
    # Below another point, a name with a count belongs to that point ("Wahl …": "Noah: 5").
    limit = 2 if counts and sentence.block.parents and NAME_AND_COUNT.match(text) else 0
    assumed = bool(label) and found is None and outcome == "adopted"
    return Signal(found.vote if found else None, outcome, strength, is_pointing(text, found, limit), assumed)


def is_pointing(text: str, found: Found | None, limit: int = 0) -> bool:
    """Whether the sentence has no object of its own: at most `limit` words beside those of the result."""
    if POINTING.match(text):
        return True
    rest = found.rest(text) if found else text
    if found and RESULT_LABEL.match(text):
        rest = REMARK.sub("", rest)
    words = [word for word in re.findall(r"[^\W\d_]{2,}", rest) if word.lower() not in EMPTY_WORDS]
    if len(words) == 1 and f"{words[0]}:" not in text:
        return len(words[0]) < 6 and words[0].islower()
    return len(words) <= limit
