"""Print the number of pages and the lines of a PDF's text layer as JSON: `python -I pdf_lines.py FILE`.

Run as a limited program of its own: a PDF is parsed by native code that strangers' files have broken before.
A line is [page, left, right, top, bottom, bold, text], lengths in points from the page's lower left corner.
"""

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

# Isolated programs find only the standard library and packages.
sys.path.insert(0, str(Path(__file__).parents[3]))

from minutes.conversion.outcome import Reason

MAX_PAGES = 500
LINE_ENDS = {0x0A, 0x0D}
# The library's mark for a hyphen at a line's end; it then gives no line end of its own.
HYPHEN_MARKS = {0x02, 0xFFFE}
BOLD_WEIGHT = 600
HARD_SPACE = "\u00a0"

Line = tuple[int, float, float, float, float, bool, str]


def is_bold(text_page: Any, index: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(text_page, index) >= BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text_page, index, name, len(name), ctypes.c_int())
    return b"bold" in name.value.lower()


def line_of(page: int, text_page: Any, first: int, codes: list[int]) -> Line | None:
    """The line of the characters `first`…; None when they are only spaces."""
    text = "".join(map(chr, codes)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not text.strip():
        return None
    shown = [first + i for i, code in enumerate(codes) if not chr(code).isspace()]
    box = pdfium.FS_RECTF()
    edges: list[tuple[float, float, float, float]] = []
    for index in (shown[0], shown[-1]):
        pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
        edges.append((box.left, box.right, box.top, box.bottom))
    # The last character tells the height: the first may be a bullet from another font.
    (left, _, _, _), (_, right, top, bottom) = edges
    bold = is_bold(text_page, shown[0]) and is_bold(text_page, shown[-1])
    words = text.replace(HARD_SPACE, " ").strip()
    return page, round(left, 1), round(right, 1), round(top, 1), round(bottom, 1), bold, words


def lines_of(page: int, text_page: Any) -> list[Line]:
    lines: list[Line | None] = []
    first, codes = 0, list[int]()
    count = pdfium.FPDFText_CountChars(text_page)
    for index in range(count + 1):
        code = pdfium.FPDFText_GetUnicode(text_page, index) if index < count else 0x0A
        if code in HYPHEN_MARKS:
            codes.append(ord("-"))
        elif code and code not in LINE_ENDS:
            codes.append(code)
            continue
        if codes:
            lines.append(line_of(page, text_page, first, codes))
        first, codes = index + 1, []
    return [line for line in lines if line]


def main(path: str) -> int:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return Reason.PASSWORD if "password" in str(error).lower() else Reason.DAMAGED
    if len(document) > MAX_PAGES:
        return Reason.TOO_MANY_PAGES
    lines: list[Line] = []
    try:
        for number in range(len(document)):
            page = document[number]
            text_page = page.get_textpage()
            lines += lines_of(number, text_page.raw)
            text_page.close()
            page.close()
    except pypdfium2.PdfiumError:
        return Reason.DAMAGED
    json.dump([len(document), lines], sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
