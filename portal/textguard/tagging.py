"""The tagger, which says what a word is in its sentence, and whether the guard's lists and tagger are loaded.

Both are loaded once, at first use, and shared by all threads. A page that cannot wait asks `is_ready`.
"""

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

from portal.textguard.lexicon import lexicon

_MODEL = "morphmodel_ger.pgz"
_LONGEST_WORD = 40  # letters; what the tagger has to do grows with their square, and endings tell it most
_lock = threading.Lock()
_ready = threading.Event()


@cache
def _load() -> Any:
    from HanTa.HanoverTagger import HanoverTagger

    return HanoverTagger(_MODEL)


def tagger() -> Any:
    """The tagger; the first call loads it (half a second, 50 MB), others wait meanwhile."""
    with _lock:
        return _load()


def tags(words: Sequence[str]) -> list[str]:
    """Part of speech of each word of one sentence, in the Stuttgart-Tübingen tag set; "NE" is a proper name."""
    loaded = tagger()
    with _lock:
        return list(loaded.tag_sent([_shortened(word) for word in words], taglevel=0))


def _shortened(word: str) -> str:
    return word if len(word) <= _LONGEST_WORD else word[0] + word[1 - _LONGEST_WORD :]


def is_ready() -> bool:
    """Whether lists and tagger are loaded, so that nobody has to wait for them."""
    return _ready.is_set()


def start_loading() -> None:
    """Begin to load lists and tagger in the background, unless that is done or under way."""
    with _lock:
        if not _ready.is_set() and not _is_loading():
            threading.Thread(target=load, name=_THREAD, daemon=True).start()


def load() -> None:
    """Load lists and tagger now; where the lists must be derived first, that takes some seconds."""
    lexicon()
    tagger()
    _ready.set()


_THREAD = "textguard"


def _is_loading() -> bool:
    return any(thread.name == _THREAD for thread in threading.enumerate())
