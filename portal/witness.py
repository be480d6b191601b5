"""The witness that letters and documents carry: the head of the chain in one form, and how it is read back.

Every letter and document takes it from here, so that `flask verify --against` finds in them what it looks for.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from portal import chain, jobs
from portal.chain import START, ChainLink
from portal.clock import now
from portal.database import session
from portal.letters import settings

DIGEST = r"(?<![0-9a-fA-F])[0-9a-f]{64}(?![0-9a-fA-F])"
BROKEN = re.compile(r"(?<![0-9a-fA-F])([0-9a-f]{8,63})[ \t]*\n[ \t>|]*([0-9a-f]{1,56})(?![0-9a-fA-F])")
NUMBERED = re.compile(
    rf"(?:(?:Glied|Link) +(?P<after>[1-9]\d{{0,11}})\b\D{{0,60}}?|\b(?P<before>[1-9]\d{{0,11}}): )(?P<digest>{DIGEST})",
    re.IGNORECASE,
)
ANY = re.compile(DIGEST)


@dataclass(frozen=True)
class Witness:
    """A digest that somebody kept, and the number of its link, where that stands beside it."""

    digest: str
    sequence: int | None = None


def label(link: ChainLink) -> str:
    """What stands before a link's digest: `Prüfsumme der Kette, Glied 12`."""
    return str(_("Prüfsumme der Kette, Glied %(number)d", number=link.sequence))


def line() -> str:
    """The head of the chain as letters print it; nothing while there is no link."""
    last = chain.head()
    return f"{label(last)}: {last.digest}" if last else ""


def found_in(text: str) -> list[Witness]:
    """The digests in a text, in its order, each once; also where a mail program broke the line inside of one."""
    text = BROKEN.sub(_mended, text)
    numbers = {match["digest"]: int(match["after"] or match["before"]) for match in NUMBERED.finditer(text)}
    digests = dict.fromkeys(match[0] for match in ANY.finditer(text))
    return [Witness(digest, numbers.get(digest)) for digest in digests if digest != START]


def _mended(match: re.Match[str]) -> str:
    return match[1] + match[2] if len(match[1]) + len(match[2]) == len(START) else match[0]


def own_file() -> Path:
    """The portal's own witness, a file beside the database: whoever restores or changes only that is found by it."""
    return settings().instance / "chain-heads.txt"


def note_head() -> None:
    """Once a day: add the head of the chain to that file, durably, if it is not there yet (SECURITY, L2)."""
    with force_locale("de"):
        words = line()
    known = own_file().read_text() if own_file().is_file() else ""
    if words and words not in known:
        with own_file().open("a") as file:
            file.write(f"{now().date().isoformat()} {words}\n")
            file.flush()
            os.fsync(file.fileno())
    session.rollback()


def init_app(app: Flask) -> None:
    app.jinja_env.globals["chain_witness"] = line
    jobs.daily["head of the chain"] = note_head
