"""Zip archives from strangers: what may be in one, and how much of it.

Standard library only: limited programs use it, too.
"""

import enum
import io
import zipfile
import zlib
from collections.abc import Mapping

MAX_MEMBERS = 2_000
MAX_UNPACKED_BYTES = 100 * 2**20
CHUNK_BYTES = 2**18
ENCRYPTED_FLAG = 0x1
DIRECTORY_END = b"PK\x05\x06"
DIRECTORY_END_BYTES = 22


class ArchiveFault(enum.Enum):
    """Why an archive is not opened."""

    DAMAGED = enum.auto()
    PROTECTED = enum.auto()
    TOO_MANY = enum.auto()
    TOO_LARGE = enum.auto()


class ArchiveError(Exception):
    """An archive is not opened, because of its `fault`."""

    def __init__(self, fault: ArchiveFault) -> None:
        super().__init__(fault)
        self.fault = fault


def unpack(content: bytes) -> dict[str, bytes]:
    """All members by name, in archive order, never more than `MAX_UNPACKED_BYTES` of them together.

    Raises:
        ArchiveError: damaged, protected by a password, or too large.
    """
    if content[-DIRECTORY_END_BYTES:][:4] != DIRECTORY_END:
        raise ArchiveError(ArchiveFault.DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_strange_entries(entries)
            left = MAX_UNPACKED_BYTES
            members: dict[str, bytes] = {}
            for entry in entries:
                members[entry.filename] = _inflate(archive, entry, left)
                left -= len(members[entry.filename])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise ArchiveError(ArchiveFault.DAMAGED) from None
    return members


def pack(members: Mapping[str, bytes], *, compressed: bool = False) -> bytes:
    """An archive of these members in their order, the same bytes each time: no dates, nothing of this machine."""
    target = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            # The first member of an OpenDocument file must be readable as it is.
            how = zipfile.ZIP_STORED if name == "mimetype" else method
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=how)
    return target.getvalue()


def has_document_type(xml: bytes) -> bool:
    """Whether an XML file begins with a document type: office programs write none, and entities hide in them."""
    return any("<!DOCTYPE".encode(code) in xml for code in ("ascii", "utf-16-le", "utf-16-be"))


def _refuse_strange_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS:
        raise ArchiveError(ArchiveFault.TOO_MANY)
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise ArchiveError(ArchiveFault.PROTECTED)
    names = {entry.filename for entry in entries}
    methods = {entry.compress_type for entry in entries}
    starts = min((entry.header_offset for entry in entries), default=0)
    if len(names) < len(entries) or starts or not methods <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ArchiveError(ArchiveFault.DAMAGED)


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, cap: int) -> bytes:
    """One member's bytes, counted while they come out: declared sizes are a claim."""
    found = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            found += chunk
            if len(found) > cap:
                raise ArchiveError(ArchiveFault.TOO_LARGE)
    return bytes(found)
