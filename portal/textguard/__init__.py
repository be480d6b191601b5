"""The text guard: marks what could identify a client, and proposes other words.

A detector is a function from a `Passage` to `Candidate`s; `scanner.DETECTORS` lists them. Numbers are
`patterns.Pattern`s. Which words are German is asked in `vocabulary` only, whose lists lie in `words/`.
Candidates count characters of the normalised view, findings code points of the text as given.
"""

from portal.textguard.findings import KIND_LABELS, KIND_REASONS, Finding, Kind, Severity
from portal.textguard.scanner import replace, scan

__all__ = ["KIND_LABELS", "KIND_REASONS", "Finding", "Kind", "Severity", "replace", "scan"]
