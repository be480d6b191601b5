"""Office files are opened in the same way, whatever program wrote them."""

from minutes.conversion.outcome import Reason, RefusedError
from portal.archives import ArchiveError, ArchiveFault, has_document_type, unpack

MANIFEST = "META-INF/manifest.xml"
REASONS = {
    ArchiveFault.DAMAGED: Reason.DAMAGED,
    ArchiveFault.PROTECTED: Reason.PASSWORD,
    ArchiveFault.TOO_MANY: Reason.TOO_MANY_PARTS,
    ArchiveFault.TOO_LARGE: Reason.TOO_LARGE_UNPACKED,
}


def open_members(content: bytes) -> dict[str, bytes]:
    """What is in the file, by name."""
    try:
        members = unpack(content)
    except ArchiveError as error:
        raise RefusedError(REASONS[error.fault]) from None
    if b"encryption-data" in members.get(MANIFEST, b""):
        raise RefusedError(Reason.PASSWORD)
    return members


def refuse_entities(parts: dict[str, bytes]) -> None:
    """Entities of XML can grow without end and fetch files."""
    if any(has_document_type(data) for name, data in parts.items() if name != MANIFEST):
        raise RefusedError(Reason.DAMAGED)
