"""Decisions: each vote or act of the body is one, together with what it was about."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from minutes.reader.ballots import ELECTION, votes_for_the_chosen
from minutes.reader.bodies import acts_elsewhere
from minutes.reader.dates import find_dates
from minutes.reader.deferrals import puts_off
from minutes.reader.lines import Kind
from minutes.reader.model import Decision, Outcome, Strength, Vote
from minutes.reader.objects import INTRODUCTION, object_of
from minutes.reader.results import STATED, talks
from minutes.reader.sentences import Block, Sentence
from minutes.reader.signals import EMPTY_WORDS, LABEL, Signal, is_pointing, readable, signal_of
from minutes.reader.vote_tables import table_votes
from minutes.reader.votes import SAID, combined, derived_outcome, find_vote
from minutes.reader.zones import Zone

LONGEST_PARAGRAPH = 15

LOOK_AHEAD = 5
LONGEST_DATE = 20
RECALLED = re.compile(
    r"\bumlauf|\bper e-?mail\b.{0,40}\b(?:gefasst|beschlossen)|\bseit der letzten (?:sitzung|versammlung)|"
    r"\bzwischen den sitzungen",
    re.IGNORECASE,
)
STRAW_POLL = re.compile(
    r"\b(?:meinungsbild|stimmungsbild|probeabstimmung|trendabstimmung|umfrage|befragung)", re.IGNORECASE
)
REASON = re.compile(
    r"(?:(?:^|, )da|\b(?:weil|aufgrund|wegen))\b[^.;]{10,300}|\bum\b[^.;]{5,200}\bzu \w+en\b", re.IGNORECASE
)
REASON_LABEL = re.compile(r"begründung\s*:\s*(.+)", re.IGNORECASE)


@dataclass
class Draft:
    """A decision in the making: its object, its result and the last sentence used."""

    about: list[Sentence]
    result: list[Sentence]
    vote: Vote
    outcome: Outcome | None
    strength: Strength
    assumed: bool = False

    @property
    def last(self) -> Sentence:
        return self.result[-1]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.about)


def decisions_of(
    sentences: Sequence[Sentence], blocks: Sequence[Block], title: str, day: dt.date | None
) -> list[Decision]:
    """All decisions in the order of the text, formal ones and those merely stated.

    `title` names the body that met, `day` is when: what others decided, or this one earlier, is only told.
    """
    found: list[Decision] = []
    used = {sentence.index for sentence in sentences if acts_elsewhere(sentence.text, title)}
    used |= recalled(sentences, day)
    for sentence in sentences:
        if sentence.index in used or not readable(sentence):
            continue
        signal = signal_of(sentence)
        if signal is None:
            found += box_of(sentence, sentences, used)
            continue
        draft = open_draft(sentence, signal, sentences, used)
        absorb(draft, sentences, used)
        used.update(part.index for part in (*draft.about, *draft.result))
        found.append(finished(draft, sentences))
    return sorted([*found, *table_votes(blocks)], key=lambda decision: decision.lines)


def recalled(sentences: Sequence[Sentence], day: dt.date | None) -> set[int]:
    """The indexes of resolutions by circulation and the like, listed with the earlier dates on which they fell."""
    found: set[int] = set()
    recalls: int | None = None
    for sentence in sentences:
        if RECALLED.search(sentence.text):
            recalls = sentence.block.item
        dates = find_dates(sentence.text[:LONGEST_DATE], day) if sentence.block.item == recalls else []
        if day and dates and not dates[0][0] and dates[0][1] < day:
            found.add(sentence.index)
    return found


def open_draft(sentence: Sentence, signal: Signal, sentences: Sequence[Sentence], used: set[int]) -> Draft:
    about = object_of(sentence, sentences, used) if signal.pointing else whole_label(sentence, sentences)
    if about and signal.pointing and not is_pointing(sentence.text, find_vote(sentence.text)):
        about = [*about, sentence]
    vote = signal.vote or Vote()
    return Draft(about or [sentence], [sentence], vote, signal.outcome, signal.strength, signal.assumed)


def whole_label(sentence: Sentence, sentences: Sequence[Sentence]) -> list[Sentence]:
    """A sentence with its own object; behind a label "Beschluss:" the rest of the paragraph belongs to it."""
    if not LABEL.match(sentence.text):
        return [sentence]
    following = sentences[sentence.index + 1 : sentence.index + LONGEST_PARAGRAPH]
    same = takewhile(lambda part: part.block.index == sentence.block.index, following)
    return [sentence, *takewhile(lambda part: not (find_vote(part.text) or rejects(part)), same)]


def rejects(sentence: Sentence) -> bool:
    signal = signal_of(sentence)
    return signal is not None and signal.outcome == "rejected"


def absorb(draft: Draft, sentences: Sequence[Sentence], used: set[int]) -> None:
    """Take in the sentences that go on telling the same result: counts, the outcome, a confirmation."""
    start = max(draft.about[-1], draft.last, key=lambda part: part.index)
    for other in sentences[start.index + 1 : start.index + 1 + LOOK_AHEAD]:
        if other.block.item != start.block.item or other.block.kind is Kind.HEADING or other.index in used:
            return
        signal = signal_of(other) if readable(other) else None
        if signal is None:
            if INTRODUCTION.match(other.text) or REASON_LABEL.match(other.text):
                continue
            return
        if not (signal.pointing or confirms(draft, other, signal)) or not merge(draft, signal):
            return
        draft.result.append(other)


def confirms(draft: Draft, other: Sentence, signal: Signal) -> bool:
    """Whether a sentence with an object of its own still tells the draft's result."""
    same_paragraph = other.block.index == draft.last.block.index
    if draft.assumed and same_paragraph:
        return True
    if signal.vote and signal.vote.has_counts:
        return False
    if draft.vote != Vote() and draft.outcome is None and same_paragraph and signal.strength == "formal":
        return signal.outcome is not None
    mine, theirs = stems(draft.text), stems(other.text)
    if not (draft.vote.has_counts and mine & theirs):
        return False
    return (draft.outcome is None and not signal.vote) or len(mine & theirs) / len(theirs) >= 0.5


def stems(text: str) -> set[str]:
    return {word[:6] for word in re.findall(r"[^\W_]{2,}", text.lower()) if word not in EMPTY_WORDS}


def merge(draft: Draft, signal: Signal) -> bool:
    """Add a result to the draft's; False when it is another one."""
    if draft.outcome and signal.outcome and draft.outcome != signal.outcome and not draft.assumed:
        return False
    vote = combined(draft.vote, signal.vote) if signal.vote else draft.vote
    if vote is None:
        return False
    draft.vote = vote
    if signal.vote:
        draft.strength = "formal"
    if draft.assumed:
        # What "Beschluss: …" proposes is adopted only if the vote below does not tell otherwise.
        known = derived_outcome(vote) if vote.has_counts else "adopted"
        draft.outcome, draft.assumed = signal.outcome or (known if known != "not_stated" else None), False
    else:
        draft.outcome = draft.outcome or signal.outcome
    return True


def finished(draft: Draft, sentences: Sequence[Sentence]) -> Decision:
    parts = [*draft.about, *draft.result]
    with_ballot(draft, sentences)
    lines = min(part.first for part in parts), max(part.last for part in parts)
    outcome = draft.outcome or derived_outcome(draft.vote)
    text = LABEL.sub("", draft.text, count=1) if LABEL.match(draft.text) else draft.text
    # A straw poll settles nothing.
    strength = "stated" if STRAW_POLL.search(draft.text) else draft.strength
    reason = reason_of(draft, sentences)
    return Decision(lines, text, outcome, strength, draft.vote, reason, derived=draft.outcome is None)


def with_ballot(draft: Draft, sentences: Sequence[Sentence]) -> None:
    """Add the votes for the one chosen among several whom the sentences before count."""
    if draft.vote.yes is not None or draft.vote.mode in SAID or draft.outcome != "adopted":
        return
    last = draft.last
    before = sentences[max(0, last.index - LOOK_AHEAD) : last.index + 1]
    text = " ".join(part.text for part in before if part.block.item == last.block.item)
    if found := votes_for_the_chosen(text):
        raw = f"{text[slice(*found[1])]} {draft.vote.raw}".strip()
        draft.vote = replace(draft.vote, yes=found[0], mode="counts", raw=raw)


def reason_of(draft: Draft, sentences: Sequence[Sentence]) -> str | None:
    for other in sentences[draft.about[-1].index + 1 : draft.last.index + 3]:
        if other.block.item == draft.last.block.item and (label := REASON_LABEL.match(other.text)):
            return label[1]
    found = REASON.search(draft.text)
    return found[0].strip(" ,") if found else None


def ballot_before(sentence: Sentence, sentences: Sequence[Sentence], used: set[int]) -> Decision | None:
    """The election of who accepts it by a ballot counted just before: "Ida Blum: 15", "Ida Blum nimmt die Wahl an"."""
    before = [
        part
        for part in sentences[max(0, sentence.index - LOOK_AHEAD) : sentence.index]
        if part.block.index == sentence.block.index and part.index not in used
    ]
    text = " ".join(part.text for part in (*before, sentence))
    found = votes_for_the_chosen(text)
    if not found:
        return None
    used.update(part.index for part in before)
    vote = Vote(yes=found[0], mode="counts", raw=text[slice(*found[1])])
    return Decision((before[0].first, sentence.last), text, "adopted", "formal", vote)


def box_of(sentence: Sentence, sentences: Sequence[Sentence], used: set[int]) -> Iterable[Decision]:
    """A lone label "Beschluss:" with the decision in the paragraph below, or a settlement without an act."""
    text = sentence.text
    if re.fullmatch(r"(?:beschluss|beschlüsse)\s*:?", text, re.IGNORECASE):
        rest = sentences[sentence.index + 1 : sentence.index + 1 + LONGEST_PARAGRAPH]
        about = [
            part
            for part in rest
            if rest and part.block.index == rest[0].block.index and part.block.item == sentence.block.item
        ]
        if about and not any(signal_of(part) for part in about):
            draft = Draft(about, [about[-1]], Vote(), None, "formal")
            absorb(draft, sentences, used)
            used.update(part.index for part in (*draft.about, *draft.result))
            draft.outcome = draft.outcome or (None if draft.vote.has_counts else "adopted")
            yield finished(draft, sentences)
    elif ELECTION.search(text) and (ballot := ballot_before(sentence, sentences, used)):
        yield ballot
    elif (
        sentence.block.zone is Zone.BODY
        and STATED.search(text)
        and not talks(text, voted=False)
        and not puts_off(text, is_title=False)
    ):
        yield Decision((sentence.first, sentence.last), text, "adopted", "stated")
