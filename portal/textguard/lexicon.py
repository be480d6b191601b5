"""The large word lists: one file of sorted 64-bit hashes, mapped into memory and searched where it lies.

Loading it costs nothing, and all processes share its pages. The file begins with its manifest: which lists it
holds, from which packages, versions and files they were derived, and under which licences. It is derived at
set-up, or at first use where it is missing or the packages have changed; nothing of it is committed.
"""

import contextlib
import json
import mmap
import os
import struct
import tempfile
import threading
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from portal.settings import read_settings

FILE_NAME = "textguard.lists"
_MAGIC = b"TEXTGUARD-LISTS1"
_HEAD = struct.Struct("<16sQ")
_BESIDE = Path(__file__).with_name("derived")
_building = threading.Lock()


class LexiconError(Exception):
    """The file of word lists is missing, damaged, or of other packages than those installed."""


def digest(word: str) -> int:
    """The 64 bits that stand for `word`, whatever its case; ß and ss are the same."""
    return int.from_bytes(blake2b(word.casefold().encode("utf-8", "surrogatepass"), digest_size=8).digest())


@dataclass(frozen=True)
class Lexicon:
    """Named lists of words, and the manifest that says where they come from."""

    manifest: Mapping[str, Any]
    lists: Mapping[str, Sequence[int]] = field(repr=False)

    def holds(self, name: str, word: str) -> bool:
        """Whether `word` stands in the list `name`."""
        numbers, number = self.lists[name], digest(word)
        place = bisect_left(numbers, number)
        return place < len(numbers) and numbers[place] == number


@cache
def lexicon() -> Lexicon:
    """The lists in force, derived now where there are none yet (some seconds, once for each installation)."""
    with _building:
        for folder in _folders():
            with contextlib.suppress(LexiconError, OSError):
                return _open(folder / FILE_NAME)
        return _derive()


def derive() -> tuple[Lexicon, Path | None]:
    """Derive the lists anew from the installed packages; returns them and where they lie now."""
    with _building:
        lexicon.cache_clear()
        made = _derive()
    for folder in _folders():
        with contextlib.suppress(LexiconError, OSError):
            return _open(folder / FILE_NAME), folder / FILE_NAME
    return made, None


def _folders() -> list[Path]:
    """Where the file may lie: beside this package, or in the instance, where the code may not be written to."""
    instance = read_settings().instance
    return [_BESIDE, instance] if instance.is_dir() else [_BESIDE]


def _derive() -> Lexicon:
    from portal.textguard import lexicon_sources

    words, manifest = lexicon_sources.read_packages()
    numbers: dict[str, Sequence[int]] = {
        name: array("Q", sorted(set(map(digest, words[name])))) for name in sorted(words)
    }
    manifest["lists"] = {name: len(listed) for name, listed in numbers.items()}
    for folder in _folders():
        with contextlib.suppress(OSError):
            _write(folder, manifest, numbers)
            return _open(folder / FILE_NAME)
    # Nothing may be written here: this process keeps them in its own memory.
    return Lexicon(manifest, numbers)


def _write(folder: Path, manifest: Mapping[str, Any], numbers: Mapping[str, Sequence[int]]) -> None:
    folder.mkdir(exist_ok=True)
    written = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    written += b" " * (-len(written) % 8)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=FILE_NAME)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_HEAD.pack(_MAGIC, len(written)) + written)
            for listed in numbers.values():
                file.write(array("Q", listed).tobytes())
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(folder / FILE_NAME)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _open(path: Path) -> Lexicon:
    from portal.textguard import lexicon_sources

    if path.stat().st_size < _HEAD.size:
        raise LexiconError(f"{path} is cut off")
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if mapped[:16] != _MAGIC:
        raise LexiconError(f"{path} is no file of word lists")
    length = _HEAD.unpack_from(mapped)[1]
    start = _HEAD.size + length
    try:
        manifest = json.loads(mapped[_HEAD.size : start])
        counts: dict[str, int] = manifest["lists"]
        packages = {source["package"]: source["version"] for source in manifest["sources"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LexiconError(f"{path} has no readable manifest") from None
    if packages != lexicon_sources.versions() or start + 8 * sum(counts.values()) != len(mapped):
        raise LexiconError(f"{path} does not fit the installed packages")
    view, lists = memoryview(mapped), {}
    for name, count in counts.items():
        lists[name] = view[start : start + 8 * count].cast("Q")
        start += 8 * count
    return Lexicon(manifest, lists)
