"""Print a document as Markdown, with its pictures: `python -I convert_document.py KIND PANDOC`.

Run as a limited program in a folder with the one file `document`. Prints one line of JSON (markdown, the words left out
of it, remarks, and of each picture kind, description and size), then the pictures' bytes one after the other. Refuses by
an exit status.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# Isolated programs find only the standard library and packages.
sys.path.insert(0, str(Path(__file__).parents[3]))

from minutes.conversion.outcome import MAX_CHARACTERS, Reason, RefusedError
from minutes.conversion.program.left_out import left_out
from minutes.conversion.program.pictures import Gallery
from minutes.conversion.program.prepared import Prepared

FILTER = Path(__file__).with_name("markdown.lua")
OFFICE = {"docx", "odt"}
HEAP = "512M"
HEAP_OVERFLOW_STATUS = 251
MOST_BYTES_OF_A_SIGN = 4  # in UTF-8
# Python-Markdown's dialect: four columns for a nested list, ATX headings, pipe tables, `~~` for struck words.
DIALECT = "markdown_strict-raw_html+pipe_tables+four_space_rule+strikeout+startnum"
# What pandoc writes as entities: a lone character means itself in Markdown, a tag's bracket stays an entity.
ENTITY = re.compile(r"&gt;|&lt;(?![A-Za-z/!?])|&amp;(?![A-Za-z#])")
CHARACTER = {"&gt;": ">", "&lt;": "<", "&amp;": "&"}
# What pandoc puts between two lists so that they do not join; the numbers tell them apart already.
SEPARATOR = re.compile(r"\n&nbsp;\n\n")
# What pandoc escapes as the beginning of a list: in a heading a number is none, and letters are none anywhere.
NO_LIST = re.compile(r"^(#+ \d+|\s*(?:-\s+)?[A-Za-z]{1,6})\\(?=[.)])", re.MULTILINE)
SPECIAL = re.compile(r"[\\`*_\[<]|^[#>+-]|^\d+(?=[.)])")
SOFT_HYPHEN = "\u00ad"


def preparation(kind: str) -> Callable[[bytes], Prepared]:
    """Only what this kind needs is loaded."""
    if kind == "docx":
        from minutes.conversion.program.word import prepare_word as prepare
    elif kind == "odt":
        from minutes.conversion.program.open_document import prepare_open_document as prepare
    elif kind == "rtf":
        from minutes.conversion.program.rich_text import prepare_rich_text as prepare
    else:
        from minutes.conversion.program.web_page import prepare_web_page as prepare
    return prepare


def markdown_of(prepared: Prepared, pandoc: str) -> str:
    Path("prepared").write_bytes(prepared.content)
    prepared.content = b""
    command = [pandoc, "+RTS", f"-M{HEAP}", "-xr1G", "-RTS", "--sandbox", "--from", prepared.pandoc_format]
    command += ["--to", DIALECT, "--wrap", "none", "--track-changes", "accept"]
    command += ["--lua-filter", str(FILTER), "prepared"]
    result = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    if result.returncode == HEAP_OVERFLOW_STATUS:
        raise RefusedError(Reason.TOO_COMPLEX)
    if result.returncode < 0:
        raise RefusedError(Reason.TOO_SLOW)
    if result.returncode:
        raise RefusedError(Reason.DAMAGED)
    if len(result.stdout) > MOST_BYTES_OF_A_SIGN * MAX_CHARACTERS:
        raise RefusedError(Reason.TOO_LONG)
    text = SEPARATOR.sub("\n", result.stdout.decode("utf-8", "replace").replace(SOFT_HYPHEN, ""))
    return NO_LIST.sub(r"\1", ENTITY.sub(lambda found: CHARACTER[found[0]], text))


def escaped(line: str) -> str:
    return SPECIAL.sub(r"\\\g<0>", line)


def main(kind: str, pandoc: str) -> int:
    try:
        content = Path("document").read_bytes()
        prepared = preparation(kind)(content)
        gallery = Gallery(prepared)
        text = "\n\n".join([*map(escaped, prepared.head), gallery.number(markdown_of(prepared, pandoc))])
        unread = left_out(content, text) if kind in OFFICE else ""
    except RefusedError as error:
        return error.reason
    except (MemoryError, RecursionError):
        return Reason.TOO_COMPLEX
    except OSError:  # a file beyond the limit
        return Reason.TOO_LONG
    pictures = [
        {"kind": picture.kind, "description": picture.description, "size": len(picture.content)}
        for picture in gallery.kept
    ]
    remarks = sorted(prepared.remarks)
    head = {"markdown": text, "left_out": unread, "remarks": remarks, "pictures": pictures}
    output = sys.stdout.buffer
    output.write(json.dumps(head, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    for picture in gallery.kept:
        output.write(picture.content)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
