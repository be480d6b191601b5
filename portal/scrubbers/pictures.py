"""JPEG and PNG without what cameras, phones and programs write beside the picture; the picture itself is copied.

Sources: ITU-T T.81 (JPEG), Exif 2.32 section 4.6, PNG specification (third edition).
"""

import re
import struct
from collections.abc import Iterator

from portal.scrubbers.faults import Fault, ScrubError

JPG_START, JPG_END = b"\xff\xd8", b"\xff\xd9"
FILLING = 0xFF
SCAN, ALONE = 0xDA, {0x01, *range(0xD0, 0xD8)}  # start of scan; markers that no length follows
APPLICATION, COMMENT = range(0xE0, 0xF0), 0xFE
# Within a scan 0xFF is followed by zero (it stands for itself) or by a restart marker.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
EXIF = b"Exif\0\0"
JFIF = b"JFIF\0"
JFIF_WITHOUT_THUMBNAIL = 12  # bytes
NEEDED = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # colours
UPRIGHT, ORIENTATIONS, ORIENTATION_TAG, SHORT = 1, range(1, 9), 0x0112, 3
MOST_ENTRIES = 1000

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV",
    b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip


def scrub_picture(content: bytes) -> bytes:
    """A JPEG or PNG without its traces.

    Raises:
        ScrubError: it is none, or damaged.
    """
    if content.startswith(PNG_START):
        return scrub_png(content)
    if content.startswith(JPG_START):
        return scrub_jpg(content)
    raise ScrubError(Fault.DAMAGED)


def is_picture(content: bytes) -> bool:
    return content.startswith((PNG_START, JPG_START + b"\xff"))


def scrub_jpg(content: bytes) -> bytes:
    """Camera, place, editor, preview, comments and what hangs behind the picture go; which side is up stays."""
    head, body, orientation = b"", b"", UPRIGHT
    for marker, payload, whole in _segments(content):
        if marker == APPLICATION[0] and payload.startswith(JFIF):
            head = _segment(marker, payload[:JFIF_WITHOUT_THUMBNAIL].ljust(JFIF_WITHOUT_THUMBNAIL + 2, b"\0"))
        elif marker == APPLICATION[1] and payload.startswith(EXIF):
            orientation = _orientation(payload[len(EXIF) :])
        elif _is_needed(marker, payload):
            body += whole
    if orientation != UPRIGHT:
        head += _segment(APPLICATION[1], EXIF + _exif_of(orientation))
    return JPG_START + head + body + JPG_END


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """What a JPEG consists of up to its end: marker, payload, and the whole of it; scans with their picture."""
    position = len(JPG_START)
    while position < len(content):
        marker = content[position + 1 : position + 2]
        if content[position] != FILLING or not marker:
            raise ScrubError(Fault.DAMAGED)
        if marker == JPG_END[1:]:
            return
        if marker[0] == FILLING:
            position += 1
            continue
        length = 0 if marker[0] in ALONE else max(2, int.from_bytes(content[position + 2 : position + 4]))
        end = position + 2 + length
        if end > len(content):
            raise ScrubError(Fault.DAMAGED)
        payload = content[position + 4 : end]
        if marker[0] == SCAN:
            found = NEXT_MARKER.search(content, end)
            end = found.start() if found else len(content)
        yield marker[0], payload, content[position:end]
        position = end


def scrub_png(content: bytes) -> bytes:
    """Texts, time, camera data and what hangs behind the picture go."""
    kept = bytearray(PNG_START)
    position = len(PNG_START)
    while position < len(content):
        length = int.from_bytes(content[position : position + 4])
        name = content[position + 4 : position + 8]
        end = position + 12 + length
        if end > len(content):
            raise ScrubError(Fault.DAMAGED)
        if name in PNG_KEPT:
            kept += content[position:end]
        if name == b"IEND":
            return bytes(kept)
        position = end
    raise ScrubError(Fault.DAMAGED)


def _is_needed(marker: int, payload: bytes) -> bool:
    if marker in APPLICATION:
        return payload.startswith(NEEDED.get(marker, b"\0never"))
    return marker != COMMENT


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2) + payload


def _orientation(tiff: bytes) -> int:
    """The number from 1 to 8 that says which side of the picture is up; 1 where nothing sensible stands."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return UPRIGHT
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for index in range(min(count, MOST_ENTRIES)):
            tag, kind, _number, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * index)
            if (tag, kind) == (ORIENTATION_TAG, SHORT):
                return value if value in ORIENTATIONS else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT


def _exif_of(orientation: int) -> bytes:
    """The shortest Exif that tells which side is up."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, ORIENTATION_TAG, SHORT, 1, orientation, 0, 0)
