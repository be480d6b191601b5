"""Decisions: each vote or act of the body is one, together with what it was about.

The result often stands apart from its object ("Der Antrag wird einstimmig angenommen."): then the object is the
motion before it, a box headed "Antrag", the previous point, or the item's title.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from minutes.reader.lines import Kind, cells_of
from minutes.reader.model import Decision, Outcome, Strength, Vote
from minutes.reader.results import STATED, act_of, clause_talks, supposes, talks
from minutes.reader.sentences import Block, Sentence
from minutes.reader.votes import Found, find_vote, mode_of
from minutes.reader.zones import Zone

LOOK_BACK = 15
LOOK_BACK_BOX = 40
LOOK_AHEAD = 5
MOTION = re.compile(
    r"antrag|beantrag|vorschlag|schlägt\b.{0,200}\bvor\b|vorgeschlagen|möge\b.{0,80}beschließen|abgestimmt|stimm(?:t|en)\b.{0,200}\bab\b|abstimm|"
    r"zur (?:abstimmung|wahl)|kandid|stellt sich\b.{0,120}\b(?:wahl|verfügung)|beschlussvorlage|entlastung|empfiehlt",
    re.IGNORECASE,
)
BOX = re.compile(r"(?:(?:go-|initiativ|änderungs)?antrag|anträge|beschlussfassung|beschluss(?:vorschlag|vorlage|text)|vorschlag)\s*(?::\s*|$)", re.IGNORECASE)
BOX_BELOW = re.compile(r"\b(?:antrag|anträge|beantragt|vorschlag)\b.{0,300}:$", re.IGNORECASE)
LABEL = re.compile(r"(?:beschluss|beschlüsse|beschlossen|entscheidung|resolution)(?:\s+\w{0,12}\d[\w./-]{0,12})?\s*[:–]\s*", re.IGNORECASE)
INTRODUCTION = re.compile(r"(?:abstimmung(?:sergebnis)?|ergebnis(?: der abstimmung)?|abgestimmt|votum|stimmen)\s*:?$|.{0,120}\bwie folgt\b.{0,20}:$|.{0,80}abstimmung.{0,20}:$", re.IGNORECASE)
POINTING = re.compile(r"(?:der|dieser|dem|diesem|beide|alle) (?:\w+ ){0,2}?(?:antrag|anträge|anträgen|vorschlag) (?:wird|wurde|werden|wurden|ist|sind|gilt|gelten|stimm\w+|einstimmig)\b|(?:dies|diese|dieser|dieses|er|sie) (?:wird|wurde|werden|wurden)\b|dem (?:wird|wurde|stimm)", re.IGNORECASE)
POSTPONED = re.compile(r"\b(?:vertagt|verschoben|zurückgestellt|verwiesen)\b", re.IGNORECASE)
DONE_IN_TITLE = re.compile(r"(?:\(|–|-|:|=>|→)\s*(?:einstimmig )?(?:angenommen|abgelehnt|beschlossen|genehmigt)\)?\s*$", re.IGNORECASE)
EMPTY_WORDS = frozenset(
    """der die das den dem des ein eine einer einem einen wird wurde werden wurden ist sind war hat haben von vom durch mit bei und per über zur zum
    auf als so damit daher nach in im es dies diese dieser dieses hiermit ergebnis abstimmung abstimmungsergebnis antrag anträge initiativantrag
    vorschlag beschluss beschlussfassung mitgliederversammlung versammlung vorstand vorstandes anwesenden mitglieder mitgliedern allen aller gremium
    rat stimmen stimme handzeichen sitzung plenum folgt wie punkt somit auch daraufhin dann ebenfalls vorliegende vorliegenden gestellten unverändert
    angenommen abgelehnt beschlossen genehmigt zugestimmt gewählt bestimmt verabschiedet stimmt stimmen ab an zu rest ansonsten sonst übrige zustimmung
    der go wir uns allen ja nein damit das sich um für geheim offen geheimer offener enthaltung enthaltungen selbstenthaltung abgestimmt gefolgt""".split()  # noqa: SIM905
)
REASON = re.compile(r"\b(?:da|weil|aufgrund|wegen|um|damit)\b[^.;]{10,300}", re.IGNORECASE)
REASON_LABEL = re.compile(r"begründung\s*:\s*(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Signal:
    """What one sentence says of a result."""

    vote: Vote | None
    outcome: Outcome | None
    strength: Strength
    pointing: bool


@dataclass
class Draft:
    """A decision in the making: its object, its result and the last sentence used."""

    about: list[Sentence]
    result: list[Sentence]
    vote: Vote
    outcome: Outcome | None
    strength: Strength

    @property
    def last(self) -> Sentence:
        return self.result[-1]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.about)


def decisions_of(sentences: Sequence[Sentence], blocks: Sequence[Block]) -> list[Decision]:
    """All decisions in the order of the text, formal ones and those merely stated."""
    found: list[Decision] = []
    used: set[int] = set()
    for sentence in sentences:
        if sentence.index in used or not readable(sentence):
            continue
        signal = signal_of(sentence)
        if signal is None:
            found += box_of(sentence, sentences, used)
            continue
        draft = open_draft(sentence, signal, sentences, used)
        absorb(draft, sentences)
        used.update(part.index for part in (*draft.about, *draft.result))
        found.append(finished(draft, sentences))
    return sorted([*found, *table_votes(blocks)], key=lambda decision: decision.lines)


def readable(sentence: Sentence) -> bool:
    block = sentence.block
    if block.zone not in {Zone.HEAD, Zone.BODY} or block.kind is Kind.TABLE:
        return False
    return block.kind is not Kind.HEADING or bool(DONE_IN_TITLE.search(sentence.text)) or has_counts(sentence.text)


def has_counts(text: str) -> bool:
    found = find_vote(text)
    return found is not None and found.vote.has_counts


def signal_of(sentence: Sentence) -> Signal | None:
    text = sentence.text
    label = LABEL.match(text)
    found = find_vote(text)
    if found and not found.vote.has_counts and (clause_talks(text, found.spans[0][0]) or supposes(text)):
        found = None
    act = act_of(text[label.end() :] if label else text, voted=found is not None)
    if act is None and found is None:
        return Signal(None, "adopted", "formal", pointing=False) if label and len(text) > label.end() + 10 else None
    if POSTPONED.search(text) and not (found and found.vote.has_counts):
        return None
    outcome, strength = act or (None, "formal")
    if label or found:
        strength = "formal"
    counts = found is not None and found.vote.has_counts
    # Below another point, a count with a name or two belongs to that point ("Wahl …": "Noah: 5").
    limit = 2 if counts and sentence.block.parents else 0
    return Signal(found.vote if found else None, outcome, strength, is_pointing(text, found, limit))


def is_pointing(text: str, found: Found | None, limit: int = 0) -> bool:
    """Whether the sentence has no object of its own: no more than `limit` words beside those of the result."""
    if POINTING.match(text):
        return True
    rest = found.rest(text) if found else text
    words = [word for word in re.findall(r"[^\W\d_]{2,}", rest) if word.lower() not in EMPTY_WORDS]
    return len(words) <= limit or (len(words) == 1 and len(words[0]) < 6 and words[0].islower())


def open_draft(sentence: Sentence, signal: Signal, sentences: Sequence[Sentence], used: set[int]) -> Draft:
    about = object_of(sentence, sentences, used) if signal.pointing else whole_label(sentence, sentences)
    if about and signal.pointing and not is_pointing(sentence.text, find_vote(sentence.text)):
        about = [*about, sentence]
    return Draft(about or [sentence], [sentence], signal.vote or Vote(), signal.outcome, signal.strength)


def whole_label(sentence: Sentence, sentences: Sequence[Sentence]) -> list[Sentence]:
    """A sentence with its own object; behind a label "Beschluss:" the rest of the paragraph belongs to it."""
    if not LABEL.match(sentence.text):
        return [sentence]
    return [part for part in sentences[sentence.index : sentence.index + LOOK_BACK] if part.block.index == sentence.block.index]


def object_of(sentence: Sentence, sentences: Sequence[Sentence], used: set[int]) -> list[Sentence]:
    """What a pointing result is about: a box, a motion, the sentence before, else the item's title."""
    before: list[Sentence] = []
    for other in reversed(sentences[max(0, sentence.index - LOOK_BACK_BOX) : sentence.index]):
        if other.index in used or other.block.item != sentence.block.item or other.block.zone is not sentence.block.zone:
            break
        before.append(other)
    for position, other in enumerate(before):
        if INTRODUCTION.match(other.text):
            continue
        if BOX.match(other.text) or (BOX_BELOW.search(other.text) and position):
            return boxed(other, before[:position][::-1])
    for other in before[:LOOK_BACK]:
        if other.block.kind is not Kind.HEADING and MOTION.search(other.text) and not is_pointing(other.text, None) and not INTRODUCTION.match(other.text):
            return [other]
    return [other for other in before if not INTRODUCTION.match(other.text)][:1]


def boxed(label: Sentence, after: Sequence[Sentence]) -> list[Sentence]:
    """The text of a box: behind its label, or the paragraph below it and what that introduces."""
    box = BOX.match(label.text)
    about = [label] if box and label.text[box.end() :] else []
    for other in after:
        same = not about or other.block.index == about[-1].block.index
        introduced = bool(about) and (about[-1].text.endswith(":") or other.text.startswith("§"))
        if (INTRODUCTION.match(other.text) and not same) or not (same or introduced):
            break
        about.append(other)
    return about


def absorb(draft: Draft, sentences: Sequence[Sentence]) -> None:
    """Take in the sentences that go on telling the same result: counts, the outcome, a confirmation."""
    start = draft.last
    for other in sentences[start.index + 1 : start.index + 1 + LOOK_AHEAD]:
        if other.block.item != start.block.item or other.block.kind is Kind.HEADING:
            return
        signal = signal_of(other) if readable(other) else None
        if signal is None:
            if INTRODUCTION.match(other.text):
                continue
            return
        if not (signal.pointing or confirms(draft, other, signal)) or not merge(draft, signal):
            return
        draft.result.append(other)


def confirms(draft: Draft, other: Sentence, signal: Signal) -> bool:
    if signal.vote and signal.vote.has_counts:
        return False
    if draft.vote.has_counts and draft.outcome is None and other.block.index == draft.last.block.index:
        return True
    mine, theirs = stems(draft.text), stems(other.text)
    if not (draft.vote.has_counts and mine & theirs):
        return False
    return draft.outcome is None or len(mine & theirs) / len(theirs) >= 0.5


def stems(text: str) -> set[str]:
    return {word[:6] for word in re.findall(r"[^\W_]{2,}", text.lower()) if word not in EMPTY_WORDS or len(word) > 9}


def merge(draft: Draft, signal: Signal) -> bool:
    """Add a result to the draft's; False when both count the same thing: that is another vote."""
    vote, more = draft.vote, signal.vote
    if draft.outcome and signal.outcome and draft.outcome != signal.outcome:
        return False
    if more:
        if any(getattr(vote, key) is not None and getattr(more, key) is not None for key in ("yes", "no", "abstain")):
            return False
        counts = {key: getattr(vote, key) if getattr(vote, key) is not None else getattr(more, key) for key in ("yes", "no", "abstain")}
        said = next((each.mode for each in (more, vote) if each.mode in {"unanimous", "consensus", "majority"}), None)
        merged = Vote(**counts, raw=f"{vote.raw} {more.raw}".strip())
        draft.vote = replace(merged, mode=mode_of(merged, said))
    draft.outcome = draft.outcome or signal.outcome
    return True


def finished(draft: Draft, sentences: Sequence[Sentence]) -> Decision:
    parts = [*draft.about, *draft.result]
    lines = min(part.first for part in parts), max(part.last for part in parts)
    outcome = draft.outcome or derived_outcome(draft.vote)
    text = LABEL.sub("", draft.text, count=1) if LABEL.match(draft.text) else draft.text
    reason = reason_of(draft, sentences)
    return Decision(lines, text, outcome, draft.strength, draft.vote, reason, derived=draft.outcome is None)


def derived_outcome(vote: Vote) -> Outcome:
    """What the counts tell; nothing when more abstained than voted, for then the rules of procedure decide."""
    yes, no, abstain = vote.yes, vote.no, vote.abstain
    if yes is None:
        return "adopted" if vote.mode in {"unanimous", "consensus", "majority"} else "not_stated"
    if (abstain or 0) > yes + (no or 0):
        return "not_stated"
    return "adopted" if yes > (no or 0) else "rejected"


def reason_of(draft: Draft, sentences: Sequence[Sentence]) -> str | None:
    end = draft.last.index
    for other in sentences[end + 1 : end + 3]:
        if other.block.item == draft.last.block.item and (label := REASON_LABEL.match(other.text)):
            return label[1]
    found = REASON.search(draft.text)
    return found[0].strip() if found else None


def box_of(sentence: Sentence, sentences: Sequence[Sentence], used: set[int]) -> Iterable[Decision]:
    """A lone label "Beschluss:" with the decision in the paragraph below, or a settlement without an act."""
    text = sentence.text
    if re.fullmatch(r"(?:beschluss|beschlüsse)\s*:?", text, re.IGNORECASE):
        rest = sentences[sentence.index + 1 : sentence.index + 1 + LOOK_BACK]
        about = [part for part in rest if rest and part.block.index == rest[0].block.index and part.block.item == sentence.block.item]
        if about and not any(signal_of(part) for part in about):
            draft = Draft(about, [about[-1]], Vote(), None, "formal")
            absorb(draft, sentences)
            used.update(part.index for part in (*draft.about, *draft.result))
            draft.outcome = draft.outcome or (None if draft.vote.has_counts else "adopted")
            yield finished(draft, sentences)
    elif sentence.block.zone is Zone.BODY and STATED.search(text) and not talks(text, voted=False) and not text.endswith("?"):
        yield Decision((sentence.first, sentence.last), text, "adopted", "stated")


def table_votes(blocks: Sequence[Block]) -> list[Decision]:
    """Elections as tables: a head row with Ja and Nein, then one row for each candidate."""
    found: list[Decision] = []
    columns: list[str] = []
    for block in blocks:
        if block.kind is not Kind.TABLE:
            columns = []
            continue
        cells = cells_of(block.lines[0].text)
        if "ja" in (names := [cell.lower() for cell in cells]) and "nein" in names:
            columns = names
        elif columns and len(cells) == len(columns) and (vote := row_vote(dict(zip(columns, cells, strict=True)))):
            text = " ".join(cell for cell in cells if cell and not cell.isdigit())
            number = block.lines[0].number
            found.append(Decision((number, number), text, derived_outcome(vote), "formal", vote, derived=True))
    return found


def row_vote(row: dict[str, str]) -> Vote | None:
    abstain = next((value for name, value in row.items() if name.startswith("enthalt")), "")
    if not (row["ja"].isdigit() and row["nein"].isdigit()):
        return None
    counts = f"{row['ja']}/{row['nein']}/{abstain}"
    return Vote(int(row["ja"]), int(row["nein"]), int(abstain) if abstain.isdigit() else None, "counts", counts)
