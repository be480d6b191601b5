"""Word and OpenDocument texts through pandoc, as a limited program that sees nothing but the one file."""

import re
from functools import cache
from pathlib import Path

from flask_babel import lazy_gettext as _l

from minutes.conversion.archive import DAMAGED, Office
from minutes.conversion.errors import ConversionError
from minutes.conversion.limited import run

FILTER = Path(__file__).with_name("markdown.lua")
HEAP = "512M"
ADDRESS_SPACE = 1536 * 2**20
HEAP_OVERFLOW_STATUS = 251
# Python-Markdown's dialect: four columns for a nested list, ATX headings, pipe tables, `~~` for struck words.
DIALECT = "markdown_strict-raw_html+pipe_tables+four_space_rule+strikeout+startnum"
# What pandoc writes as entities: a lone character means itself in Markdown, a tag's bracket stays an entity.
ENTITY = re.compile(r"&gt;|&lt;(?![A-Za-z/!?])|&amp;(?![A-Za-z#])")
CHARACTER = {"&gt;": ">", "&lt;": "<", "&amp;": "&"}
# What pandoc puts between two lists so that they do not join; the numbers tell them apart already.
SEPARATOR = re.compile(r"\n&nbsp;\n\n")


@cache
def pandoc() -> str:
    """The absolute path of the program that the package pypandoc-binary brings."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def office_to_markdown(office: Office) -> str:
    """Markdown of a text document; deleted passages, comments, pictures and page headers are left out.

    Raises:
        ConversionError: pandoc refuses the document or it needs too much memory or time.
    """
    name = f"document.{office.kind}"
    command = [
        pandoc(),
        "+RTS",
        f"-M{HEAP}",
        "-xr1G",
        "-RTS",
        "--sandbox",
        "--from",
        office.kind,
        "--to",
        DIALECT,
    ]
    command += ["--wrap", "none", "--track-changes", "accept", "--lua-filter", str(FILTER), name]
    result = run(command, memory=ADDRESS_SPACE, files={name: office.packed})
    if result.status == HEAP_OVERFLOW_STATUS:
        raise ConversionError(
            _l(
                "Das Dokument ist zu verschachtelt oder zu umfangreich. Bitte kopieren Sie den Text in ein "
                "neues Dokument ohne verschachtelte Tabellen."
            )
        )
    if result.status:
        raise ConversionError(DAMAGED)
    text = result.output.decode("utf-8", "replace").replace("\u00ad", "")
    text = SEPARATOR.sub("\n", text)
    return ENTITY.sub(lambda found: CHARACTER[found[0]], text)
