"""Small documents of every kind, made here: what word processors and strangers send."""

import base64
import io
import subprocess
import zipfile
from collections.abc import Mapping
from functools import cache

import pypandoc
import pytest

from minutes.convert import ConversionError, to_markdown

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def archive(members: Mapping[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return target.getvalue()


@cache
def document(text: str, kind: str) -> bytes:
    command = [pypandoc.get_pandoc_path(), "--from", "markdown", "--to", kind, "--output", "-"]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout


def changed(content: bytes, **parts: str | bytes) -> bytes:
    """The archive with members replaced or added; names are written with `__` for `/`."""
    wanted = {name.replace("__", "/").replace("_xml", ".xml"): part for name, part in parts.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return archive({name: source.read(name) for name in source.namelist()} | wanted)


def relations(*rows: tuple[str, str, str]) -> str:
    """Relations of a part: id, type, and target, which is outside of the file when it holds a colon."""
    entries = "".join(
        f'<Relationship Id="{number}" Type="{kind}" Target="{target}"{_mode(target)}/>'
        for number, kind, target in rows
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def _mode(target: str) -> str:
    return ' TargetMode="External"' if ":" in target else ""


def word_body(inside: str) -> bytes:
    return f'<w:document xmlns:w="{WORD}"><w:body>{inside}</w:body></w:document>'.encode()


def open_body(inside: str, automatic: str = "") -> bytes:
    names = ("office", "text", "table", "style")
    spaces = " ".join(f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in names)
    drawing = f'xmlns:draw="{OPEN}:drawing:1.0" xmlns:svg="{OPEN}:svg-compatible:1.0"'
    return (
        f'<office:document-content {spaces} {drawing} xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<office:automatic-styles>{automatic}</office:automatic-styles><office:body><office:text>{inside}"
        "</office:text></office:body></office:document-content>"
    ).encode()


def pdf(*pages: str, password: bool = False) -> bytes:
    """A small PDF with one text line for each line of a page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    font = len(objects) + 1
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for page in pages:
        shown = "".join(f"({line}) Tj 0 -14 Td\n" for line in page.split("\n"))
        stream = f"BT /F1 11 Tf 60 760 Td\n{shown}ET"
        objects.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body = "".join(f"{number} 0 obj\n{item}\nendobj\n" for number, item in enumerate(objects, 1))
    secret = " /Encrypt << /Filter /Standard /V 1 /R 2 /O <" + "0" * 64 + "> /U <" + "0" * 64 + "> /P -4 >>"
    identity = f"{secret if password else ''} /ID [<00> <00>]"
    return f"%PDF-1.4\n{body}trailer << /Root 1 0 R /Size {len(objects) + 1}{identity} >>\n%%EOF\n".encode(
        "cp1252"
    )


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ConversionError) as refused:
        to_markdown(name, content)
    return str(refused.value)
