"""Office documents and web pages through pandoc, in limited programs that see nothing but the one file."""

import json
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import LazyString, force_locale
from flask_babel import gettext as _

from minutes.conversion.errors import NOTES, refusal
from minutes.conversion.outcome import MAX_OUTPUT_BYTES, Remark
from minutes.conversion.program.prepared import PICTURE_MARK
from portal.limited import run

PROGRAMS = Path(__file__).with_name("program")
ADDRESS_SPACE = 1536 * 2**20


@dataclass(frozen=True)
class Picture:
    """A picture that stood in a document; `kind` is png or jpg by its content, `description` its alternative text."""

    name: str
    content: bytes
    kind: str
    description: str


@dataclass(frozen=True)
class Document:
    """What pandoc read: Markdown that names the place of each picture, and what was left out.

    `left_out` are the words of an office file that the Markdown does not hold, `notes` tell readers of them.
    """

    markdown: str
    pictures: tuple[Picture, ...]
    notes: tuple[LazyString, ...]
    left_out: str


@cache
def pandoc() -> str:
    """The absolute path of the program that the package pypandoc-binary brings."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def document_to_markdown(kind: str, content: bytes) -> Document:
    """Read a file of kind `docx`, `odt`, `rtf` or `html`; deleted passages, comments and page headers are left out.

    Raises:
        ConversionError: the document is damaged, protected, or needs too much memory or time.
    """
    output = _printed(content, "convert_document.py", kind, pandoc())
    end = output.index(b"\n")
    head = json.loads(output[:end])
    pictures = _pictures(head["pictures"], memoryview(output)[end + 1 :])
    notes = tuple(NOTES[Remark(remark)] for remark in head["remarks"])
    with force_locale("de"):  # what stands in minutes is German, whoever uploads them
        return Document(PICTURE_MARK.sub(_place, head["markdown"]), pictures, notes, head["left_out"])


def office_to_words(content: bytes) -> str:
    """Every line of text in an office file of any kind, its cells, slides and notes.

    Raises:
        ConversionError: the file is damaged, protected, or needs too much memory or time.
    """
    return _printed(content, "print_words.py").decode()


def _printed(content: bytes, program: str, *arguments: str) -> bytes:
    command = [sys.executable, "-I", str(PROGRAMS / program), *arguments]
    result = run(command, memory=ADDRESS_SPACE, files={"document": content}, output_bytes=MAX_OUTPUT_BYTES)
    if result.status:
        raise refusal(result.status)
    return result.output


def _pictures(found: list[dict[str, Any]], content: memoryview) -> tuple[Picture, ...]:
    pictures, start = [], 0
    for number, picture in enumerate(found, 1):
        name, end = f"bild-{number:02}.{picture['kind']}", start + picture["size"]
        pictures.append(Picture(name, bytes(content[start:end]), picture["kind"], picture["description"]))
        start = end
    return tuple(pictures)


def _place(mark: re.Match[str]) -> str:
    """The words that stand for a picture in the text; nothing for one that is neither kept nor described."""
    number, words = int(mark[1]), mark[2]
    if number and words:
        return str(_("[Bild %(number)s: %(words)s]", number=number, words=words))
    if number:
        return str(_("[Bild %(number)s]", number=number))
    return str(_("[Bild: %(words)s]", words=words)) if words else ""
