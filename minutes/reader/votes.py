"""Votes as minutes write them: counts in figures and words, unanimity, consent, majorities."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from minutes.reader.ballots import votes_for_the_chosen
from minutes.reader.model import Mode, Outcome, Vote
from minutes.reader.names import CAPITAL
from minutes.reader.vote_words import Span, mode_in

WORDS = (
    "null",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
)
NUMBER = (
    r"(?:\d{1,4}|kein(?:e[rn]?|erlei)?|niemand|null|ein(?:e[rnms]?)?|zwei|drei|vier|fünf|sechs|sieben|acht|"
    r"neun|zehn|elf|zwölf)"
)
YES = (
    r"(?:Ja(?:-?\s?Stimmen?|stimmen?|-(?=,?\s))?|dafür|Zustimmung(?:en)?|Zustimmen|Für-?[Ss]timmen?|"
    r"Pro(?:-Stimmen?)?|Fürstimmen?|Yes)"
)
NO = r"(?:Nein(?:-?\s?Stimmen?|stimmen?|-(?=,?\s))?|dagegen|Gegen-?[Ss]timmen?|Ablehnung(?:en)?|[CK]ontra(?:-Stimmen?)?)"
ABSTAIN = r"(?:\(?(?:Stimm|Selbst)?-?\)?Enthaltung(?:en|s)?|enthalten|Enth\b\.?)"
VOTERS = r"(?:Stimmen?(?:\s+mit)?|Anwesenden?|Mitglieder?|Person(?:en)?|Stimmberechtigten?|Delegierten?)"
KEYS = (("yes", YES), ("no", NO), ("abstain", ABSTAIN))
BEFORE = {
    key: re.compile(rf"(?<![\w,.\d])({NUMBER})\s*[x×]?\s*(?:{VOTERS}\s+)?{word}(?![\w-])", re.IGNORECASE)
    for key, word in KEYS
}
BEHIND = {
    key: re.compile(
        rf"(?<![\w-])(?:Stimmen\s+)?{word}\s*(?:[:=]\s*|\s)\(?(\d{{1,4}}|null|keine?(?=\s*(?:$|[,;.)]|und\b)))"
        r"(?![\d.,]\d|\w|\.\d)",
        re.IGNORECASE,
    )
    for key, word in KEYS
}
# Somebody who abstains is one; of several in one clause nobody told how many.
ABSTAINS = re.compile(rf"(?<!und )[@{CAPITAL}][\w-]+ enth(?:ält|ielt) sich\b")
TALK = re.compile(r"[^\W\d]+\s+(?:ja|nein|pro|contra|kontra|zustimmung|ablehnung)", re.IGNORECASE)
BARE_YES = re.compile(
    rf"(?<![\w,.\d])({NUMBER})\s+Stimmen?(?!\s*(?:\w+\s+)?(?:gegen|dagegen|dafür|mit\b|für|"
    r"Enthaltung))(?![\w-])",
    re.IGNORECASE,
)
RATIO = re.compile(
    rf"\b(?:mit|ergibt|ergab)\s+({NUMBER})\s*(?:zu|:|gegen)\s*({NUMBER})(?:\s*(?:zu|:)\s*({NUMBER}))?"
    r"(?:\s*(?:Ja-)?Stimmen)?",
    re.IGNORECASE,
)
BARE_RATIO = re.compile(
    rf"(?<![\w,.])({NUMBER})\s+zu\s+({NUMBER})(?:\s+zu\s+({NUMBER}))?(?=\s+(?:Stimmen\b|angenommen|abgelehnt|"
    r"beschlossen|dafür|genehmigt))",
    re.IGNORECASE,
)
LETTERS = re.compile(
    r"(?<!\w)(?:J:?\s?(\d{1,3})\W{1,3}N:?\s?(\d{1,3})\W{1,3}E:?\s?(\d{1,3})|"
    r"(\d{1,3})\s?J\W{1,3}(\d{1,3})\s?N\W{1,3}(\d{1,3})\s?E)(?!\w)"
)
# "8+ / 2-", "+5/-2/0".
SIGNS = re.compile(
    r"(?<![\w+-])(?:(\d{1,3})\s?\+[\s/,|]{1,3}(\d{1,3})\s?[-–−](?:[\s/,|]{1,3}(\d{1,3})(?:\s?[o±~=0])?)?|"
    r"\+\s?(\d{1,3})[\s/,|]{1,3}[-–−]\s?(\d{1,3})(?:[\s/,|]{1,3}[o±~=]?\s?(\d{1,3}))?)(?![\w.%])"
)
# A ratio in brackets that cannot be a time of day.
PAIR = re.compile(r"[(\[](?!\d{1,2}:(?:15|30|45)\b)([1-9]\d{0,2}|0)\s?:\s?(\d|[1-9]\d{1,2})[)\]]")
AGAINST = re.compile(rf"(?<!-)\bgegen (?:die )?({NUMBER}) (?:Stimmen?|Mitglieder)\b", re.IGNORECASE)
# "4 Stimmen bei 1 Enthaltung": the side that won is counted, whichever it is.
WON = re.compile(rf"{NUMBER}\s+Stimmen?\b(?!\s+(?:da)?gegen)", re.IGNORECASE)
VERDICT = re.compile(r"abgelehnt|ablehn|nicht angenommen", re.IGNORECASE)
TRIPLE = re.compile(
    r"(?<![\d/.:|-])(\d{1,3}|HM)\s?([/|:-])\s?(\d{1,3}|HM)\s?\2\s?(\d{1,3}|HM)(?![\d/|:-]|\.\d)"
)
CLEAR_MAJORITY = re.compile(r"(?:\d{1,3}\s?[/|:-]\s?(?P<no>HM)\b|HM\s?[/|:-])")
TRIPLE_CONTEXT = re.compile(
    r"abstimm|abst\.|stimm|angenommen|abgelehnt|beschl|ergebnis|ja\b|antrag|=>|→|->|\bvotum|gewählt|genehmigt",
    re.IGNORECASE,
)
DATE_CONTEXT = re.compile(r"\b(?:am|vom|bis|zum|den|ab|nr\.?|uhr)\s*$", re.IGNORECASE)
SHARE = re.compile(
    rf"\bmit\s+({NUMBER})\s+(?:von|der)\s+(?:\w+\s+)?(\d{{1,4}}|{NUMBER})\s+(?:abgegebenen\s+)?Stimmen",
    re.IGNORECASE,
)
NAMED = re.compile(
    r"^(?!Ja\b|Nein\b|Da|Enth|Gegen|"
    r"Zust)(?P<name>[A-ZÄÖÜ][\w. äöüß-]{1,40}):\s*(?P<yes>\d{1,3})(?!\d)(?=.{0,20}Enthaltung)"
)
NO_OPPOSITION = re.compile(
    r"\bohne (?:jede )?(?P<no>gegenstimmen?)(?P<both> (?:und|oder) (?:ohne )?enthaltung(?:en)?)?",
    re.IGNORECASE,
)
NO_ABSTENTION = re.compile(r"\bohne (?:stimm)?enthaltung(?:en)?", re.IGNORECASE)
# No vote is without one of these; most sentences are passed over at this price.
HINT = re.compile(
    r"stimm|\beinst\.|\bja\b|nein|yes|dafür|dagegen|enth|einver|konsens|einspr|wider|einw|mehrheit|einm|einhell|"
    r"akklam|bedenken|gegenrede|ablehn|zustimm|pro\b|"
    r"[ck]ontra|\bzu \w+|\balle|\+1|\d\s?\+|\+\s?\d|\d\s?j\b|\bj:?\s?\d|ergibt|ergab|\d\s?[/|:-]\s?(?:\d|hm)|hm/",
    re.IGNORECASE,
)
SAID = frozenset(("unanimous", "consensus", "majority"))


@dataclass(frozen=True)
class Found:
    """A vote and where in the text its words stand."""

    vote: Vote
    spans: tuple[Span, ...]

    def rest(self, text: str) -> str:
        """`text` without the vote's words."""
        for start, end in sorted(self.spans, reverse=True):
            text = text[:start] + " " + text[end:]
        return text


def number(word: str) -> int | None:
    """The value of a number in figures or words; None for "HM" (a clear majority that nobody counted)."""
    small = word.lower()
    if small.isdigit():
        return int(small)
    if small == "hm":
        return None
    if small.startswith(("kein", "niemand")):
        return 0
    return 1 if small.startswith("ein") else WORDS.index(small)


@lru_cache(maxsize=4096)
def find_vote(text: str) -> Found | None:
    """The vote that `text` records, or None; words like "einstimmig" alone are a vote, too."""
    if not HINT.search(text):
        return None
    counts, spans = counts_in(text)
    mode, more = mode_in(text)
    if no := NO_OPPOSITION.search(text):
        counts.setdefault("no", 0)
        if no["both"]:
            counts.setdefault("abstain", 0)
        spans.append(no.span())
    if found := NO_ABSTENTION.search(text):
        counts.setdefault("abstain", 0)
        spans.append(found.span())
    spans += more
    if not spans:
        return None
    raw = text[min(span[0] for span in spans) : max(span[1] for span in spans)].strip(" .;,")
    vote = Vote(counts.get("yes"), counts.get("no"), counts.get("abstain"), "counts", raw)
    return Found(replace(vote, mode=mode_of(vote, mode)), tuple(spans))


def mode_of(vote: Vote, said: Mode | None) -> Mode:
    """The word decides where there is one for all voices; else what was counted."""
    if said in {"unanimous", "consensus"} and not vote.no:
        return said
    if vote.yes is not None or WON.match(vote.raw):
        return "counts"
    if vote.has_counts:
        return "partial"
    return said or "not_recorded"


def derived_outcome(vote: Vote) -> Outcome:
    """What the counts tell; nothing when more abstained than voted: then the rules of procedure decide."""
    yes, no, abstain = vote.yes, vote.no, vote.abstain
    if uncounted := CLEAR_MAJORITY.match(vote.raw):
        return "rejected" if uncounted["no"] else "adopted"
    if yes is None:
        # "Keine Gegenstimme" or only abstentions: the rest agreed.
        return "adopted" if vote.mode in SAID or (vote.has_counts and not no) else "not_stated"
    if (abstain or 0) > yes + (no or 0):
        return "not_stated"
    return "adopted" if yes > (no or 0) else "rejected"


def combined(vote: Vote, more: Vote) -> Vote | None:
    """Two parts of one vote as one; None when both count the same thing, for then there were two votes."""
    pairs = ((vote.yes, more.yes), (vote.no, more.no), (vote.abstain, more.abstain))
    if any(one is not None and other is not None for one, other in pairs):
        return None
    yes, no, abstain = (other if one is None else one for one, other in pairs)
    said = next((each.mode for each in (more, vote) if each.mode in SAID), None)
    whole = Vote(yes, no, abstain, raw=f"{vote.raw} {more.raw}".strip())
    return replace(whole, mode=mode_of(whole, said))


def counts_in(text: str) -> tuple[dict[str, int | None], list[Span]]:
    """Counts by key, with the places of their words."""
    if len({found[1] for found in BEFORE["yes"].finditer(text)}) > 1:
        return {}, []  # Several candidates in one sentence: none of the numbers is the vote.
    if found := RATIO.search(text) or BARE_RATIO.search(text):
        return ratio(found, text)
    pair = PAIR.search(text) if TRIPLE_CONTEXT.search(text) else None
    if found := LETTERS.search(text) or SIGNS.search(text) or pair:
        given = (int(group) for group in found.groups() if group)
        return dict(zip(("yes", "no", "abstain"), given, strict=False)), [found.span()]
    if chosen := votes_for_the_chosen(text):
        return {"yes": chosen[0]}, [chosen[1]]
    counts, spans = named_counts(text)
    if "yes" not in counts and (alone := yes_alone(text, counted=bool(counts))):
        # "Mit 4 Stimmen abgelehnt": the votes that decided are those against.
        side = "no" if VERDICT.search(text) and "no" not in counts else "yes"
        counts[side], span = alone
        spans.append(span)
    if counts.keys() <= {"yes", "abstain"} and (found := AGAINST.search(text)):
        counts["no"] = number(found[1])
        spans.append(found.span())
    if counts and "abstain" not in counts and (found := ABSTAINS.search(text)):
        counts["abstain"] = 1
        spans.append(found.span())
    if not counts and (found := TRIPLE.search(text)) and is_count(found, text):
        values = (number(found[1]), number(found[3]), number(found[4]))
        return dict(zip(("yes", "no", "abstain"), values, strict=True)), [found.span()]
    return counts, spans


def named_counts(text: str) -> tuple[dict[str, int | None], list[Span]]:
    """Counts with their words, before or behind them: the notation that explains most of the text wins."""
    before, behind = match_all(BEFORE, text), match_all(BEHIND, text)
    chosen = max((behind, before), key=len)
    if len(before) == len(behind) and before:
        chosen = min((before, behind), key=lambda found: min(match.start() for match in found.values()))
    counts = {key: number(match[1]) for key, match in chosen.items()}
    return counts, [match.span() for match in chosen.values()]


def yes_alone(text: str, *, counted: bool) -> tuple[int | None, Span] | None:
    """The votes in favour without such a word: "mit 6 von 8 Stimmen", "Noah: 5", "zwei Stimmen, …"."""
    if found := SHARE.search(text):
        return number(found[1]), found.span()
    if found := NAMED.match(text):
        return int(found["yes"]), found.span("yes")
    found = BARE_YES.search(text)
    before = text[: found.start()] if found else ""
    if found and (counted or re.search(r"\bmit\s+$", before)) and not before.rstrip().endswith(":"):
        return number(found[1]), found.span()
    return None


def match_all(patterns: dict[str, re.Pattern[str]], text: str) -> dict[str, re.Match[str]]:
    found = ((key, pattern.search(text)) for key, pattern in patterns.items())
    return {key: match for key, match in found if match and not TALK.fullmatch(match[0])}


def ratio(found: re.Match[str], text: str) -> tuple[dict[str, int | None], list[Span]]:
    """Counts as a ratio: in "mit 4 zu 2 Stimmen abgelehnt" the larger number is the side that won."""
    values = [number(found[1]), number(found[2])]
    if VERDICT.search(text) and (values[0] or 0) > (values[1] or 0):
        values.reverse()
    counts: dict[str, int | None] = {"yes": values[0], "no": values[1]}
    spans = [found.span()]
    if found[3]:
        counts["abstain"] = number(found[3])
    elif abstained := BEFORE["abstain"].search(text) or BEHIND["abstain"].search(text):
        counts["abstain"] = number(abstained[1])
        spans.append(abstained.span())
    return counts, spans


def is_count(found: re.Match[str], text: str) -> bool:
    """Whether three numbers are a vote and not a date or a time."""
    if DATE_CONTEXT.search(text[: found.start()]):
        return False
    if found[2] in "/|":
        return found[4] == "HM" or int(found[4]) < 15 or bool(TRIPLE_CONTEXT.search(text))
    inside = text[max(0, found.start() - 1) : found.start()] in {"(", "["}
    return inside or bool(TRIPLE_CONTEXT.search(text[: found.start()]))
