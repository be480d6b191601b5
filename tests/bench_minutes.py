"""What it takes to let minutes of 40 pages out again: part of `make bench`."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from flask import Flask

from minutes.export.document import Document
from minutes.export.office import to_docx, to_odt
from minutes.export.pdf import to_pdf
from minutes.export.tree import Block, Run, blocks_of
from portal.app import create_app
from portal.rendering import to_html
from portal.settings import make_instance, read_settings

ITEM = """## TOP {number}: Bericht

{sentence}

- {sentence}
- {sentence}

**Beschluss:** {sentence}

Abstimmung: 7 Ja-Stimmen, keine Gegenstimme, keine Enthaltung.

| Posten | Betrag | Wer |
|---|---|---|
| Miete | 800 € | Mia Glied |
| Strom | 90 € | Carla Vorsitz |
"""
SENTENCE = (
    "Die Beratungsstellen weisen darauf hin, dass die Wartezeit auf ein Erstgespräch gestiegen ist. " * 3
)
ITEMS = 86  # forty pages
DECISIONS = 300


def rows() -> Iterator[tuple[str, str, str]]:
    """Lines of the bench's table: name, wall seconds, size."""
    with TemporaryDirectory() as folder:
        environment = {"PORTAL_INSTANCE": f"{folder}/instance", "PATH": os.environ["PATH"]}
        make_instance(read_settings(environment), name="Bench", domain="bench.example.org")
        app = create_app(read_settings(environment))
        text = "\n".join(ITEM.format(number=n, sentence=SENTENCE) for n in range(1, ITEMS + 1))
        for name, make in (("PDF/A and PDF/UA", to_pdf), (".docx", to_docx), (".odt", to_odt)):
            spent, size = _measured(app, make, _document(str(to_html(text)), []))
            yield f"minutes of 40 pages as {name}", f"{spent:.2f} s", f"{size // 1024} KB"
        spent, size = _measured(app, to_pdf, _document("", _decisions()))
        yield f"minutes of {DECISIONS} decisions as PDF", f"{spent:.2f} s", f"{size // 1024} KB"


def _measured(app: Flask, make: Callable[[Document], bytes], document: Document) -> tuple[float, int]:
    with app.test_request_context():
        make(document)  # once before: pandoc's reference document is kept
        start = time.perf_counter()
        content = make(document)
        return time.perf_counter() - start, len(content)


def _document(html: str, frame: list[Block]) -> Document:
    head = [Block("heading", [Run("Protokoll")], number=1), Block("heading", [Run("Wortlaut")], number=2)]
    blocks = [*head, *frame, *blocks_of(html, "https://bench.example.org")]
    return Document(
        "Protokoll", "Bench", "Kreis", "Kreis, Protokoll", "", datetime(2026, 3, 12, tzinfo=UTC), blocks
    )


def _decisions() -> list[Block]:
    parts = [Block("paragraph", [Run(SENTENCE)]), Block("result", [Run("angenommen, einstimmig")])]
    return [Block("decision", blocks=parts, word=f"Beschluss {number}") for number in range(1, DECISIONS + 1)]
