"""The text guard: marks what could identify a client, and proposes other words.

A detector is a function from a `Passage` to `Candidate`s; `scanner.DETECTORS` lists them. Numbers are
`patterns.Pattern`s. Which words are German is asked in `vocabulary` only: large lists derived from installed
packages (`lexicon`), and our own small ones in `words/`, where they carry meaning. Words that are German and a
name are left to the sentence (`homographs`); a name once found is found everywhere (`memory`).
Candidates count characters of the normalised view, findings code points of the text as given.
"""

from portal.textguard.allowed import may_be_allowed
from portal.textguard.findings import KIND_LABELS, KIND_REASONS, Finding, Kind, Severity
from portal.textguard.scanner import replace, scan, scan_fields
from portal.textguard.tagging import is_ready, load, start_loading

__all__ = [
    "KIND_LABELS",
    "KIND_REASONS",
    "Finding",
    "Kind",
    "Severity",
    "is_ready",
    "load",
    "may_be_allowed",
    "replace",
    "scan",
    "scan_fields",
    "start_loading",
]
