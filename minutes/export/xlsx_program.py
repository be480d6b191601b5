"""Print an Excel workbook of the tables in `workbook.json`: `python -I xlsx_program.py`.

Run as a limited program of its own: the library takes 23 MB, which the web process does not need for anything else.
Texts stay texts: what begins like a formula is stored as a string, and marked so that it stays one when it is edited.
"""

import io
import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # what Excel reads as the number of a sign
LONGEST_CELL = 32_767  # characters; Excel's own limit
HEAD_FONT = Font(bold=True, color="FFFFFF")
HEAD_FILL = PatternFill("solid", fgColor="0B5866")
LINE = Border(bottom=Side(style="hair", color="B9C6C9"))
DATE_FORMAT = "DD.MM.YYYY"


def main() -> int:
    given = json.loads(Path("workbook.json").read_text(encoding="utf-8"))
    book = Workbook(write_only=True)
    for table in given["tables"]:
        add_table(book, table, given["more"])
    book.properties.creator = printable(given["creator"])
    book.properties.title = printable(given["title"])
    book.properties.language = "de-DE"
    book.properties.created = book.properties.modified = datetime.fromisoformat(given["written_at"])
    stream = io.BytesIO()
    book.save(stream)
    sys.stdout.buffer.write(stream.getvalue())
    return 0


def add_table(book: Any, table: dict[str, Any], more: str) -> None:
    """A sheet: the head stays in sight and is repeated on each printed page, which is as wide as its columns."""
    sheet, columns = book.create_sheet(table["name"]), table["columns"]
    for position, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(position)].width = column["width"]
    sheet.freeze_panes = table["freeze"]
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"  # A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "&P / &N"
    last = len(table["rows"]) + 1
    sheet.print_area = f"A1:{get_column_letter(table['printed'])}{last}"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    sheet.append([head_cell(sheet, column["label"]) for column in columns])
    for row in table["rows"]:
        sheet.append([cell(sheet, value, column, more) for value, column in zip(row, columns, strict=True)])


def head_cell(sheet: Any, label: str) -> Any:
    made = text_cell(sheet, label)
    made.font, made.fill = HEAD_FONT, HEAD_FILL
    made.alignment = Alignment(vertical="center", wrap_text=True)
    return made


def cell(sheet: Any, value: Any, column: dict[str, Any], more: str) -> Any:
    """A cell; days come as `{"day": "2027-02-09"}`."""
    if isinstance(value, dict):
        made = WriteOnlyCell(sheet, datetime.fromisoformat(value["day"]))
        made.number_format = DATE_FORMAT
    elif isinstance(value, str):
        made = text_cell(sheet, value if len(value) <= LONGEST_CELL else shortened(value, more))
    else:
        made = WriteOnlyCell(sheet, value)
    made.alignment = Alignment(vertical="top", horizontal="left", wrap_text=column["wraps"])
    made.border = LINE
    return made


def text_cell(sheet: Any, text: str) -> Any:
    made = WriteOnlyCell(sheet)
    made.value = ESCAPE.sub("_x005F_", printable(text))[:LONGEST_CELL]
    made.data_type = "s"
    made.quotePrefix = text.lstrip().startswith(("=", "+", "-", "@"))
    return made


def printable(text: str) -> str:
    return UNPRINTABLE.sub(" ", text)


def shortened(text: str, more: str) -> str:
    return f"{text[: LONGEST_CELL - len(more) - 200]} {more}"


if __name__ == "__main__":
    sys.exit(main())
