"""Decisions as an Excel workbook: the table, and beside it what it holds."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from minutes.decision_record import Record
from minutes.export.decision_rows import Column, Value, columns, row_of
from minutes.export.program import output_of
from portal.clock import now
from portal.outbox import settings

PROGRAM = Path(__file__).with_name("xlsx_program.py")
PRINTED = 7  # columns, which fit on a page


def to_xlsx(found: Sequence[Record], title: str, about: Sequence[tuple[str, str]]) -> bytes:
    """The workbook of these decisions.

    Args:
        found: the decisions in their order.
        title: what was searched for.
        about: pairs of what is said and its value, for the second sheet.

    Raises:
        ExportRefusedError: it takes too long, or others keep the machine busy.
    """
    heads = [asdict(column) for column in columns()]
    pair = [asdict(Column(_("Angabe"), 28)), asdict(Column(_("Wert"), 90, wraps=True))]
    given = {
        "title": title,
        "creator": settings().name,
        "written_at": now().replace(tzinfo=None, microsecond=0).isoformat(),
        "more": _("… (gekürzt; ganz steht der Text in der PDF- und der JSON-Datei)"),
        "tables": [
            {
                "name": _("Entscheidungen"),
                "columns": heads,
                "freeze": "B2",
                "printed": PRINTED,
                "rows": [[_cell(value) for value in row_of(record)] for record in found],
            },
            {"name": _("Angaben"), "columns": pair, "freeze": "A2", "printed": 2, "rows": [*about]},
        ],
    }
    return output_of([sys.executable, "-I", str(PROGRAM)], {"workbook.json": json.dumps(given).encode()})


def _cell(value: Value) -> Any:
    return {"day": value.isoformat()} if isinstance(value, date) else value
