"""Where many minutes come from at once: the files of folders and of ZIP archives."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath

from flask_babel import lazy_gettext as _l

from portal.files import LARGEST_FILE, FileRefusedError

MOST_FILES = 1000  # in one archive
LARGEST_ARCHIVE = 200 * 2**20  # bytes, packed and unpacked
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""The others unpack all they are given at once: a tiny archive could fill the memory."""
TOO_LARGE = _l(
    "Das Archiv ist zu groß. Bitte teilen Sie es auf mehrere auf, oder importieren Sie einen Ordner."
)


def files_in(folder: Path) -> list[Path]:
    """The files of a folder and of those in it, in the order of their names."""
    every = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in every if not _is_beside(path.relative_to(folder))]


def _is_beside(path: PurePath) -> bool:
    """Whether a program put the file there beside those that one sees."""
    return any(part == "__MACOSX" or part.startswith((".", "~$")) for part in path.parts)


def content_of(path: Path) -> bytes:
    """The bytes of a file, or so many of them that it is refused as too large.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(LARGEST_ARCHIVE + 1)


def unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files in a ZIP archive; any other file is given back as it is.

    Raises:
        FileRefusedError: the archive is damaged, protected by a password, packed in an unusual way or too large.
    """
    if not name.lower().endswith(".zip"):
        yield name, content
        return
    if len(content) > LARGEST_ARCHIVE:
        raise FileRefusedError(TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries, left = _entries(archive), LARGEST_ARCHIVE
            _refuse_strange(entries)
            for entry in sorted(entries, key=lambda entry: entry.filename):
                with archive.open(entry) as member:
                    # One byte more than is taken: what is larger than it says is refused like any large file.
                    inside = member.read(LARGEST_FILE + 1)
                left -= len(inside)
                if left < 0:
                    raise FileRefusedError(TOO_LARGE)
                yield entry.filename, inside
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise FileRefusedError(
            _l(
                "Das Archiv ist beschädigt, mit einem Kennwort geschützt oder ungewöhnlich gepackt. Bitte packen Sie es neu."
            )
        ) from error


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not _is_beside(PurePosixPath(entry.filename))
    ]


def _refuse_strange(entries: list[zipfile.ZipInfo]) -> None:
    if not {entry.compress_type for entry in entries} <= METHODS:
        raise zipfile.BadZipFile
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_ARCHIVE:
        raise FileRefusedError(TOO_LARGE)


def number_of_files(name: str, content: bytes) -> int:
    """How many files come out of one; a damaged archive counts as itself."""
    if not name.lower().endswith(".zip"):
        return 1
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return len(_entries(archive))
    except (zipfile.BadZipFile, OSError, ValueError):
        return 1
