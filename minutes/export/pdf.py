"""A document as PDF: PDF/A-2a for the archive and PDF/UA-1 for everybody, in one file."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from flask_babel import force_locale
from flask_babel import gettext as _

from minutes.export.document import Document
from minutes.export.program import output_of
from minutes.export.signs import SIGNS
from minutes.export.tree import Block, Run

PROGRAM = Path(__file__).with_name("typst_program.py")
TEMPLATE = Path(__file__).with_name("minutes.typ")
LENGTH = 8  # bytes before each of many PDFs that tell how long it is


def to_pdf(document: Document) -> bytes:
    """The document's PDF; the same document gives the same bytes.

    Raises:
        ExportRefusedError: it takes too long, or the typesetter finds no accessible form for it.
    """
    return output_of(_command(document), {"document.json": json.dumps(_as_json(document)).encode()})


def to_pdfs(documents: Sequence[Document]) -> list[bytes]:
    """The PDFs of documents of one moment, by one program: many small ones take a fraction of the time.

    Raises:
        ExportRefusedError: as `to_pdf`, for any of them.
    """
    given = json.dumps([_as_json(document) for document in documents]).encode()
    printed = output_of(_command(documents[0]), {"document.json": given})
    made = list[bytes]()
    while printed:
        end = LENGTH + int.from_bytes(printed[:LENGTH], "big")
        made.append(printed[LENGTH:end])
        printed = printed[end:]
    return made


def _command(document: Document) -> list[str]:
    timestamp = str(int(document.written_at.timestamp()))
    return [sys.executable, "-I", str(PROGRAM), str(TEMPLATE), timestamp]


def _as_json(document: Document) -> dict[str, object]:
    with force_locale("de"):
        note = _(
            "Zeichen, die diese Schrift nicht kennt, stehen hier als Wort oder Nummer in eckigen Klammern."
        )
        return {
            "title": document.title,
            "portal": document.portal,
            "committee": document.committee,
            "running": document.running,
            "mark": document.mark,
            "blocks": [block.as_json() for block in document.blocks],
            "page": _("Seite %(page)s von %(pages)s", page="{page}", pages="{pages}"),
            "internal": _("Intern, nur für das Gremium"),
            "sign": _("Zeichen"),
            "signs": SIGNS,
            "note": Block("paragraph", [Run(note, "i")]).as_json(),
        }
