"""How a letter is written: subject, text and HTML from templates, and the bytes that go to the mail server."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address, HeaderRegistry
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import force_locale

from portal.people import Person
from portal.settings import Settings

HEADERS = HeaderRegistry()
TEXTS = re.compile(rb"(quoted-printable\r\n\r\n)(.*?)(?=\r\n--=_)", re.DOTALL)
HIDDEN_LINK = r"https://[0-9a-f]{32}\.invalid/"
HIDDEN = re.compile(r"https://([0-9a-f]{32})\.invalid/([a-z]+)")


@dataclass(frozen=True)
class CalendarPart:
    """A calendar object in a letter (RFC 6047): its method, in upper case, and its bytes."""

    method: str
    content: bytes


@dataclass(frozen=True)
class Written:
    """A letter's words in the language of its reader."""

    head: str
    text: str
    html: str


def settings() -> Settings:
    found: Settings = current_app.extensions["portal_settings"]
    return found


def link(endpoint: str, **values: Any) -> str:
    """The full address of a page from the configured `PORTAL_URL`, never from a request's host."""
    return settings().url + current_app.url_map.bind("").build(endpoint, values)


def secret(name: str, message_id: str = "") -> str:
    """What stands in a stored letter for a link that carries a credential, until it is sent.

    It holds the letter's own random id: nothing that people typed before can be taken for it. Without a
    message id it only shows, in a preview, where such a link is going to stand.
    """
    return f"https://{mark_of(message_id) or 'link'}.invalid/{name}"


def mark_of(message_id: str) -> str:
    """The random part of a message id, by which a letter's hidden links are known."""
    return message_id.strip("<").partition("@")[0]


def render(kind: str, person: Person, *, message_id: str = "", **context: Any) -> Written:
    """Subject, text and HTML of the templates `mail/<kind>.txt` and `.html` in the person's language."""
    templates = current_app.jinja_env
    values = {
        "person": person,
        "settings": settings(),
        "link": link,
        "secret": lambda name: secret(name, message_id),
        "language": person.language,
        **context,
    }
    text, html = (templates.get_template(f"mail/{kind}.{form}") for form in ("txt", "html"))
    with force_locale(person.language):
        subject = one_line("".join(text.blocks["subject"](text.new_context(values))))
        # Templates need not count their blank lines.
        words = re.sub(r"\n{3,}", "\n\n", text.render(values)).strip() + "\n"
        return Written(subject, words, html.render(values, subject=subject))


def one_line(text: str) -> str:
    """What a header can carry: no line breaks, no control characters (SECURITY, E5)."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def write_letter(
    person: Person,
    written: Written,
    *,
    created: datetime,
    message_id: str,
    thread: str | None = None,
    sender: str | None = None,
    calendar: CalendarPart | None = None,
    may_unsubscribe: bool = False,
) -> bytes:
    """The bytes of a letter to one person, as they go to the mail server (CALENDAR, sections 6 and 7).

    Seven bits throughout, so that no server on the way re-encodes a letter and breaks its signature. Written
    part by part, because the library's message object takes a hundred times as long and a moved meeting is
    hundreds of letters; headers with words of people still go through its registry, which encodes them.

    Args:
        person: who gets it.
        written: its words.
        created: its Date.
        message_id: with angle brackets.
        thread: left part of the synthetic message id that all letters of one matter refer to.
        sender: address in From, if it is not the portal's present one.
        calendar: a part for calendar programs.
        may_unsubscribe: whether a click takes the reader off such letters (RFC 8058); never for invitations.
    """
    lines = [
        _address_header("From", settings().name, sender or settings().mail_from),
        _address_header("To", person.name, person.email),
        _subject_header(written.head),
        f"Date: {format_datetime(created)}",
        f"Message-ID: {message_id}",
    ]
    if thread:
        root = f"<{thread}.{person.id}@{settings().domain}>"
        lines += [f"In-Reply-To: {root}", f"References: {root}"]
    lines += ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: OOF, AutoReply"]  # RFC 3834, 5
    if may_unsubscribe:
        lines.append(f"List-Unsubscribe: <{secret('unsubscribe', message_id)}>")
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    lines += [f"Content-Language: {person.language}", "MIME-Version: 1.0", ""]
    return "\r\n".join(lines).encode("ascii") + _body(written, calendar, mark_of(message_id))


def _body(written: Written, calendar: CalendarPart | None, mark: str) -> bytes:
    """Text before HTML; a calendar object is the last alternative and a file too, as the programs send it."""
    alternatives = [_text_part("plain", written.text), _text_part("html", written.html)]
    if calendar is None:
        return _multipart("alternative", f"=_{mark}", alternatives)
    octets = base64.encodebytes(calendar.content).replace(b"\n", b"\r\n")
    method = f"Content-Type: text/calendar; method={calendar.method}; charset=utf-8"
    alternatives.append(_part((method, "Content-Transfer-Encoding: base64"), octets))
    file = (
        'Content-Type: application/ics; name="invite.ics"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="invite.ics"',
    )
    inner = _multipart("alternative", f"=_{mark}-1", alternatives)
    return _multipart("mixed", f"=_{mark}", [inner, _part(file, octets)])


def _text_part(kind: str, text: str) -> bytes:
    heads = f'Content-Type: text/{kind}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable"
    return _part(heads, _quoted(text))


def _quoted(text: str) -> bytes:
    """Quoted-printable (RFC 2045, section 6.7) with the line ends of mail."""
    octets = binascii.b2a_qp(re.sub(r"\r\n?", "\n", text).encode(), istext=True)
    return octets.replace(b"\n", b"\r\n")


def _unquoted(octets: bytes) -> str:
    return binascii.a2b_qp(octets).decode().replace("\r\n", "\n")


def _part(heads: tuple[str, ...], octets: bytes) -> bytes:
    return "\r\n".join((*heads, "", "")).encode("ascii") + octets


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    """Parts between boundaries (RFC 2046, section 5.1); "=_" stands in no encoded text."""
    between = f"--{boundary}\r\n".encode("ascii")
    inside = b"".join(between + part + b"\r\n" for part in parts)
    return (
        _part((f'Content-Type: multipart/{kind}; boundary="{boundary}"',), inside) + between[:-2] + b"--\r\n"
    )


@lru_cache(maxsize=1000)
def _address_header(name: str, words: str, address: str) -> str:
    mailbox = Address(one_line(words), addr_spec=address)
    return str(HEADERS(name, mailbox).fold(policy=policy.SMTP)).removesuffix("\r\n")


@lru_cache(maxsize=1000)
def _subject_header(words: str) -> str:
    return str(HEADERS("Subject", words).fold(policy=policy.SMTP)).removesuffix("\r\n")


class DeadLinkError(Exception):
    """A link in a letter is dead by now."""


def fill_in(content: bytes, find: Callable[[str, str], str | None]) -> bytes | None:
    """A stored letter with its hidden links put in, the same bytes each time; None when one of them is dead.

    Args:
        content: the bytes as stored.
        find: gives the link for a letter's mark and a name, "" for what is no hidden link of ours, or None when
            it must not go out any more.
    """

    def reveal(match: re.Match[str]) -> str:
        found = find(match[1], match[2])
        if found is None:
            raise DeadLinkError
        return found or match[0]

    def refill(match: re.Match[bytes]) -> bytes:
        return match[1] + _quoted(HIDDEN.sub(reveal, _unquoted(match[2])))

    heads, blank, body = content.partition(b"\r\n\r\n")
    try:
        return HIDDEN.sub(reveal, heads.decode("ascii")).encode("ascii") + blank + TEXTS.sub(refill, body)
    except DeadLinkError:
        return None


def readdressed(content: bytes, person: Person) -> bytes:
    """A written letter with its reader's present address."""
    heads, blank, body = content.partition(b"\r\n\r\n")
    present = _address_header("To", person.name, person.email).encode("ascii")
    return re.sub(rb"(?m)^To: [^\r]*(?:\r\n[ \t][^\r]*)*", lambda _: present, heads, count=1) + blank + body


def every_text_of(content: bytes) -> str:
    """All words of a stored letter, plain and HTML."""
    return "\n".join(_unquoted(found[2]) for found in TEXTS.finditer(content))


def text_of(content: bytes) -> str:
    """The words of a stored letter between greeting and signature, for a letter that collects several."""
    found = TEXTS.search(content)
    text = _unquoted(found[2]) if found else ""
    return text.partition("\n\n")[2].rpartition("\n-- \n")[0].strip()
