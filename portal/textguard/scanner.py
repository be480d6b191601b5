"""The guard itself: asks every detector, unites what they say, and proposes words instead."""

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from portal.textguard.addresses import addresses
from portal.textguard.allowed import is_allowed
from portal.textguard.bare_names import bare_names
from portal.textguard.case_files import court_files, file_numbers, unexplained_numbers
from portal.textguard.cast import told_apart
from portal.textguard.contacts import mail_addresses, profiles, telephones
from portal.textguard.dates import birth_dates
from portal.textguard.disguises import disguised_names, initials, other_scripts, saluted_letters
from portal.textguard.findings import Candidate, Finding, Kind, Severity
from portal.textguard.homographs import double_names
from portal.textguard.identifiers import personal_numbers
from portal.textguard.memory import Memory
from portal.textguard.names import announced_names, people_in_company
from portal.textguard.normalise import normalise
from portal.textguard.passage import Detector, Passage
from portal.textguard.quasi import telling_combinations

# Where two say the same of the same place, the earlier is believed.
DETECTORS: tuple[Detector, ...] = (
    mail_addresses,
    profiles,
    birth_dates,
    personal_numbers,
    file_numbers,
    court_files,
    telephones,
    addresses,
    announced_names,
    people_in_company,
    initials,
    saluted_letters,
    disguised_names,
    other_scripts,
    bare_names,
    double_names,
    telling_combinations,
    unexplained_numbers,
)
_GRAVITY = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2}
# Replacing one place can uncover another; more rounds than this no text has needed.
_ROUNDS = 6
_GENITIVE = re.compile(r"(?i:[sxzßc])'[ \n]")
_LETTERS = re.compile(r"[^\W\d_]+")


def scan(
    text: str, known_people: Collection[str] = (), allowed: Collection[str] = frozenset()
) -> list[Finding]:
    """Mark what could identify a client, sorted by position and without overlaps.

    Args:
        text: any string, as it is stored.
        known_people: names of people whom the text may name, such as the members; they become notes.
        allowed: words that name nobody; where a salutation or a role stands before them, they are found still.
    """
    return scan_fields({"": text}, known_people, allowed)[""]


def scan_fields(
    texts: Mapping[str, str], known_people: Collection[str] = (), allowed: Collection[str] = frozenset()
) -> dict[str, list[Finding]]:
    """The same for the fields of one document: a name found in one of them is found in all."""
    known = [_LETTERS.findall(normalise(name).text.lower()) for name in known_people]
    guard = _Guard(known, allowed)
    found: dict[str, list[Finding]] = {name: [] for name in texts}
    for _round in range(_ROUNDS):
        grown = told_apart(texts, {name: guard.read(text, found[name]) for name, text in texts.items()})
        if grown == found and not guard.learned():
            break
        found = grown
    return found


def replace(text: str, findings: Iterable[Finding]) -> str:
    """Put the proposed words in place; a finding whose excerpt no longer stands there is left out."""
    standing = [finding for finding in findings if text[finding.start : finding.end] == finding.excerpt]
    return _Cleaned(text, _united(text, standing)).text


@dataclass(slots=True)
class _Cleaned:
    """`given` with its findings replaced, and the way back to the places of `given`."""

    given: str
    findings: list[Finding]
    text: str = field(init=False)
    starts: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        parts, position, length = [], 0, 0
        for finding in self.findings:
            parts += [self.given[position : finding.start], finding.replacement]
            length += finding.start - position
            self.starts.append(length)
            length += len(finding.replacement)
            position = finding.end
        self.text = "".join([*parts, self.given[position:]])

    def located(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Move findings of the cleaned text to the given one; what touches a replacement takes it in."""
        for finding in findings:
            start, end = self._place(finding.start)[0], self._place(finding.end - 1)[1]
            yield dataclasses.replace(finding, start=start, end=end, excerpt=self.given[start:end])

    def _place(self, position: int) -> tuple[int, int]:
        """Start and end, in the given text, of what stands at `position` of the cleaned one."""
        index = bisect_right(self.starts, position) - 1
        if index < 0:
            return position, position + 1
        replaced = self.findings[index]
        beyond = position - self.starts[index] - len(replaced.replacement)
        if beyond < 0:
            return replaced.start, replaced.end
        return replaced.end + beyond, replaced.end + beyond + 1


@dataclass(slots=True)
class _Guard:
    """One reading of a document: whom it may name, what is allowed, and the names it has met."""

    known: list[list[str]]
    allowed: Collection[str]
    memory: Memory = field(default_factory=Memory)
    remembered: int = 0

    def read(self, text: str, found: list[Finding]) -> list[Finding]:
        """`found`, and what is found in `text` once that is replaced."""
        cleaned = _Cleaned(text, found)
        return _united(text, [*found, *cleaned.located(self._detected(cleaned.text))])

    def learned(self) -> bool:
        """Whether a name has come to the memory since this was last asked."""
        before, self.remembered = self.remembered, len(self.memory.certain) + len(self.memory.doubtful)
        return before != self.remembered

    def _detected(self, text: str) -> Iterator[Finding]:
        view = normalise(text)
        passage = Passage(view.text)
        for candidate in self._candidates(passage):
            start, end = view.origin(candidate.start, _behind_apostrophe(passage, candidate))
            severity = Severity.LOW if _is_known(candidate, self.known) else candidate.severity
            words, name = candidate.replacement, candidate.name
            yield Finding(candidate.kind, severity, start, end, text[start:end], words, name)

    def _candidates(self, passage: Passage) -> Iterator[Candidate]:
        for detector in (*DETECTORS, self.memory.find):
            for candidate in list(detector(passage)):
                announced = detector is announced_names or candidate.kind is not Kind.PERSON
                if not announced and is_allowed(self.allowed, passage, candidate):
                    continue
                if not _is_known(candidate, self.known):
                    self.memory.learn([candidate])
                yield candidate


def _behind_apostrophe(passage: Passage, candidate: Candidate) -> int:
    """The end of the candidate, behind the apostrophe that is its genitive: "Felix' Antrag"."""
    mark = passage.text[candidate.end - 1 : candidate.end + 2]
    genitive = candidate.kind is Kind.PERSON and _GENITIVE.fullmatch(mark)
    return candidate.end + bool(genitive)


def _is_known(candidate: Candidate, known: list[list[str]]) -> bool:
    parts = _LETTERS.findall(candidate.name.lower())
    if not parts:
        return False
    if candidate.kind is Kind.INITIALS:
        return any("".join(part[0] for part in person) == parts[0] for person in known)
    return any(all(part in person or part.removesuffix("s") in person for part in parts) for person in known)


def _united(text: str, findings: list[Finding]) -> list[Finding]:
    """Join what overlaps into one finding, which says what the gravest, longest, first of them says."""
    united: list[Finding] = []
    for _order, finding in sorted(enumerate(findings), key=lambda pair: (pair[1].start, pair[0])):
        if not united or finding.start >= united[-1].end:
            united.append(finding)
            continue
        before = united.pop()
        says = max(before, finding, key=lambda one: (_GRAVITY[one.severity], one.end - one.start))
        start, end = before.start, max(before.end, finding.end)
        united.append(dataclasses.replace(says, start=start, end=end, excerpt=text[start:end]))
    return united
