"""The words in a file that a member kept: a document of the portal, a mail or a mailbox, plain text."""

import json
import mailbox
import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path

from portal import files
from portal.file_kinds import kind_by_content, text_of
from portal.files import LARGEST_FILE, FileRefusedError
from portal.inbound import FAULTS, UnreadableError, header, octets_of
from portal.letters import one_line

MAIL_HEAD = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
MAIL_SIGNS = re.compile(rb"^(?:from|date|received|message-id|return-path):", re.IGNORECASE | re.MULTILINE)
MOST_BOUNDARIES = 200  # the parser looks at every line once for each level of parts within parts
TAG = re.compile(r"<[^<>]{0,2000}>")
HEAD_BYTES = 100_000
MEGABYTE = 1_000_000

readers: dict[str, Callable[[bytes], str]] = {}
"""By kind of file: gives all its words line by line, or raises `FileRefusedError`. Rooms fill it; where it has none,
`files.readers` is asked."""

Words = tuple[str, str]
"""Where they stand, for people, and the words."""


def words_in(path: Path) -> Iterator[Words]:
    """The words in a file, of a mailbox one message after the other.

    Raises:
        UnreadableError: it is none of the files that can be read; the words say why, in English.
    """
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    if start.startswith(b"From "):
        yield from _of_mailbox(path)
        return
    if path.stat().st_size > LARGEST_FILE:
        raise UnreadableError(f"larger than {LARGEST_FILE // MEGABYTE} MB")
    content = path.read_bytes()
    if _is_mail(start):
        yield from _of_mail(path.name, message_from_bytes(content, policy=policy.compat32))
    else:
        yield path.name, _of_file(path.name, content)


def _is_mail(start: bytes) -> bool:
    head = MAIL_HEAD.match(start)
    return head is not None and MAIL_SIGNS.search(head[0]) is not None


def _of_mailbox(path: Path) -> Iterator[Words]:
    box = mailbox.mbox(path, factory=None, create=False)
    try:
        for key in box.iterkeys():
            content = box.get_bytes(key)
            if len(content) <= LARGEST_FILE:
                yield from _of_mail(path.name, message_from_bytes(content, policy=policy.compat32))
    finally:
        box.close()


def _of_mail(name: str, message: Message) -> Iterator[Words]:
    """The texts of a message and the documents in it; what cannot be read in a mailbox is passed over."""
    where = f"{one_line(name)}, message of {header(message, 'Date') or 'unknown date'}"
    if message.as_bytes().lower().count(b"boundary") > MOST_BOUNDARIES:
        return
    for part in message.walk():
        try:
            if text := _of_part(part):
                yield where, text
        except (FileRefusedError, UnreadableError, *FAULTS):
            continue


def _of_part(part: Message) -> str:
    if part.is_multipart():
        return ""
    kind, content = part.get_content_type(), octets_of(part)
    if kind.startswith("text/"):
        text = content.decode(part.get_content_charset() or "utf-8", "replace")
        return TAG.sub(" ", text) if kind == "text/html" else text
    return _of_file(part.get_filename() or "", content) if content else ""


def _of_file(name: str, content: bytes) -> str:
    kind = kind_by_content(content)
    try:
        if kind in readers:
            return readers[kind](content)
        if kind in files.readers:
            return files.readers[kind](f"document.{kind}", content)
    except FileRefusedError as error:
        raise UnreadableError(f"it cannot be read: {error}") from None
    if kind == "old-office":
        raise UnreadableError("an old Office file, or a message of Outlook: save it as .eml, .txt or .pdf")
    text = None if kind else text_of(content)
    if text is None:
        raise UnreadableError("neither a document with text, nor a mail, nor plain text")
    if text.lstrip().startswith(("{", "[")) and (lines := _links_in(text)):
        return lines
    return TAG.sub(" ", text) if name.lower().endswith((".html", ".htm")) else text


def _links_in(text: str) -> str:
    """The links that a JSON file of the portal names, one a line; nothing where it is no such file."""
    try:
        return "\n".join(f"{number}: {digest}" for number, digest in _numbered(json.loads(text)))
    except (ValueError, RecursionError):
        return ""


def _numbered(value: object) -> Iterator[tuple[int, str]]:
    if isinstance(value, dict):
        number, digest = value.get("sequence"), value.get("digest")
        if isinstance(number, int) and isinstance(digest, str):
            yield number, digest
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _numbered(part)
