"""Why a file cannot be cleaned of its traces."""

import enum

from portal.archives import ArchiveFault


class Fault(enum.IntEnum):
    """Also the exit status of the program; smaller ones belong to Python."""

    DAMAGED = 3
    PROTECTED = 4
    TOO_LARGE = 5
    EMBEDDED = 6
    """It holds something that nobody here can look into."""
    SIGNED = 7
    """A digital signature names its signer, and would not hold any more."""


class ScrubError(Exception):
    """The file cannot be cleaned."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


OF_ARCHIVES = {
    ArchiveFault.DAMAGED: Fault.DAMAGED,
    ArchiveFault.PROTECTED: Fault.PROTECTED,
    ArchiveFault.TOO_MANY: Fault.TOO_LARGE,
    ArchiveFault.TOO_LARGE: Fault.TOO_LARGE,
}
