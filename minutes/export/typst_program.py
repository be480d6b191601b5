"""Print a PDF of the document in `document.json`: `python -I typst_program.py TEMPLATE TIMESTAMP`.

Of a list of documents it prints one PDF after the other, each after its length in eight bytes.

Run as a limited program of its own: the typesetter keeps some 60 MB, and a strange text must not stop the portal.
The PDF is PDF/A-2a and PDF/UA-1 at once. A sign for which no font has a shape would make it neither; it is
replaced by its name or number in brackets, and the document says so at its end.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typst

REFUSED_STATUS = 3
LENGTH = 8  # bytes
# The typesetter names all signs of one kind of fault at once, and there are two kinds; and one round without hyphens.
ROUNDS = 5
# In more blocks than this, lines are broken one by one: weighing whole paragraphs takes six times as long.
MANY_BLOCKS = 1000
UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed|the PDF contains the codepoint `"(.+?)"`')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
# What is part of a sign before it, or invisible: joiners and the choice of a look.
JOINERS = "\u200c\u200d\ufe0e\ufe0f"
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
# A combining sign that no font has takes its letter along in the typesetter's complaint.
ALWAYS_SHOWN = re.compile("[ -~\u00a0-\u024f]")
LONG_WORD = re.compile(r"\S{25,}")
# What no line should end between: 12. März, § 25b, Nr. 3, 800 €.
TOGETHER = re.compile(
    r"(?:\b\d{1,2}\.(?= (?:Jan|Feb|M\wrz|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez))"
    r"|(?:§|\b(?:Art|Abs|Nr)\.|\bTOP)(?= \d)|\d(?= (?:€|%|Uhr\b))) "
)
# Words that may be divided: at a hyphen, or by hyphenation.
GERMAN_WORD = re.compile(r"[(„»“]*[^\W\d_]{1,60}(?:-[^\W\d_]{1,60})*[.,;:!?)»“”]*")

Replace = Callable[[str], str]


def main(template: str, timestamp: str) -> int:
    source = Path(template).read_bytes()
    given = json.loads(Path("document.json").read_text(encoding="utf-8"))
    documents = given if isinstance(given, list) else [given]
    for document in documents:
        pdf = typeset(source, document, int(timestamp))
        if pdf is None:
            return REFUSED_STATUS
        if given is documents:
            sys.stdout.buffer.write(len(pdf).to_bytes(LENGTH, "big"))
        sys.stdout.buffer.write(pdf)
    return 0


def typeset(source: bytes, document: dict[str, Any], timestamp: int) -> bytes | None:
    """The document's PDF; None, with words on standard error, where no accessible form is found."""
    missing: set[str] = set()
    hyphenate, linebreaks = True, "simple" if len(document["blocks"]) > MANY_BLOCKS else "optimized"
    for _round in range(ROUNDS):
        tree = prepared(document, missing) | {"hyphenate": hyphenate, "linebreaks": linebreaks}
        try:
            return typst.compile(
                source,
                ignore_system_fonts=True,
                sys_inputs={"document": json.dumps(tree)},
                pdf_standards=["a-2a", "ua-1"],
                timestamp=timestamp,
            )
        except typst.TypstError as error:
            found = unshown(error.diagnostic)
            if found <= missing and not hyphenate:
                sys.stderr.write(error.diagnostic)
                return None
            # Typst 0.15 stumbles over a hyphen beside a link that covers a part of a word only.
            hyphenate = hyphenate and not found <= missing
            missing |= found
    return None


def unshown(diagnostic: str) -> set[str]:
    """The signs that the typesetter cannot show."""
    texts = ["".join(found) for found in UNSHOWN.findall(diagnostic)]
    plain = "".join(
        ESCAPED.sub(lambda part: chr(int(part[1], 16)) if part[1] else part[2], text) for text in texts
    )
    return {sign for sign in plain if not ALWAYS_SHOWN.match(sign) and sign not in JOINERS}


def prepared(document: dict[str, Any], missing: set[str]) -> dict[str, Any]:
    """The document as the template takes it: signs replaced, runs of one link together, long words breakable."""
    names = document["signs"]
    signs = "".join(map(re.escape, sorted(missing))) or "^\x00-\U0010ffff"  # without any, a set that is empty
    strange = re.compile(f"[{signs}](?:[{signs}{JOINERS}]*[{signs}])?[{JOINERS}]*")

    def named(found: re.Match[str]) -> str:
        text = found[0].strip(JOINERS)
        if text[0] in names and all(sign in names or sign in JOINERS + SKIN_TONES for sign in text):
            return "[" + ", ".join(names[sign] for sign in text if sign in names) + "]"
        return f"[{document['sign']} " + " ".join(f"U+{ord(sign):04X}" for sign in text) + "]"

    def replaced(text: str) -> str:
        return TOGETHER.sub(lambda found: found[0][:-1] + "\u00a0", strange.sub(named, text))

    frame = ("title", "portal", "committee", "running", "mark", "page", "internal")
    blocks = [*document["blocks"], document["note"]] if missing else document["blocks"]
    return {name: replaced(document[name]) for name in frame} | {
        "blocks": [prepared_block(block, replaced) for block in blocks]
    }


def prepared_block(block: dict[str, Any], replace: Replace) -> dict[str, Any]:
    return block | {
        "word": replace(block["word"]),
        "runs": grouped(block["runs"], replace),
        "blocks": [prepared_block(inner, replace) for inner in block["blocks"]],
    }


def grouped(runs: list[dict[str, str]], replace: Replace) -> list[dict[str, Any]]:
    """Neighbouring runs of one link together, so that it is one link for those who hear it."""
    groups: list[dict[str, Any]] = []
    for run in runs:
        if not groups or groups[-1]["address"] != run["link"]:
            groups.append({"address": run["link"], "runs": []})
        groups[-1]["runs"].append({"marks": run["marks"], "parts": list(parts(replace(run["text"])))})
    return groups


def parts(text: str) -> Iterator[dict[str, Any]]:
    """The text in parts of which those `break` at any sign that no hyphenation would ever divide."""
    position = 0
    for found in LONG_WORD.finditer(text):
        if GERMAN_WORD.fullmatch(found[0]):
            continue
        if position < found.start():
            yield {"text": text[position : found.start()], "breaks": False}
        yield {"text": found[0], "breaks": True}
        position = found.end()
    if position < len(text):
        yield {"text": text[position:], "breaks": False}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
