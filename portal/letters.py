"""How a letter is written: subject, text and HTML from templates, and the bytes that go to the mail server."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from functools import partial
from typing import Any

from flask import current_app
from flask_babel import force_locale

from portal.people import Person
from portal.settings import Settings

# Seven bits, so that no server on the way has to re-encode a letter and break a signature.
LETTER_POLICY = policy.SMTP.clone(cte_type="7bit")
SECRET = "https://link.invalid/"  # noqa: S105 - stands for a secret
SECRET_HOST = b"link.invalid"


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


def secret(name: str) -> str:
    """What stands in a stored letter for a link that carries a credential, until it is sent."""
    return SECRET + name


def render(kind: str, person: Person, **context: Any) -> Written:
    """Subject, text and HTML of the templates `mail/<kind>.txt` and `.html` in the person's language."""
    templates = current_app.jinja_env
    values = {"person": person, "settings": settings(), "link": link, "secret": secret, **context}
    text, html = (templates.get_template(f"mail/{kind}.{form}") for form in ("txt", "html"))
    with force_locale(person.language):
        subject = one_line("".join(text.blocks["subject"](text.new_context(values))))
        return Written(
            subject,
            text.render(values).strip() + "\n",
            html.render(values, language=person.language, subject=subject),
        )


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
    message = EmailMessage(policy=LETTER_POLICY)
    message["From"] = _mailbox(settings().name, sender or settings().mail_from)
    message["To"] = _mailbox(person.name, person.email)
    message["Subject"] = written.head
    message["Date"] = created.replace(microsecond=0)
    message["Message-ID"] = message_id
    if thread:
        root = f"<{thread}.{person.id}@{settings().domain}>"
        message["In-Reply-To"] = message["References"] = root
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if may_unsubscribe:
        message["List-Unsubscribe"] = f"<{secret('unsubscribe')}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # The content comes first: setting it drops every header that begins with "Content-".
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    if calendar is not None:
        _attach(message, calendar)
    message["Content-Language"] = person.language
    return message.as_bytes()


def _attach(message: EmailMessage, calendar: CalendarPart) -> None:
    """As the last alternative and as a file, the same bytes twice: what the programs themselves send."""
    part = EmailMessage(policy=LETTER_POLICY)
    part.set_content(calendar.content, "text", "calendar", cte="base64", params={"method": calendar.method})
    part.set_param("charset", "utf-8")
    del part["MIME-Version"]
    message.attach(part)
    message.add_attachment(calendar.content, "application", "ics", cte="base64", filename="invite.ics")


def fill_in(content: bytes, find: Callable[[str], str | None]) -> bytes | None:
    """A stored letter with its secret links put in, the same bytes each time; None when one of them is dead.

    Args:
        content: the bytes as stored.
        find: gives the link for a name, or None when it must not go out any more.
    """
    if SECRET_HOST not in content.replace(b"=\r\n", b""):
        return content
    message = message_from_bytes(content, policy=LETTER_POLICY)
    try:
        if unsubscribe := message["List-Unsubscribe"]:
            message.replace_header("List-Unsubscribe", _filled(unsubscribe, find))
        for part in message.walk():
            if part.get_content_maintype() == "text" and part.get_content_subtype() in {"plain", "html"}:
                _refill(part, partial(_filled, find=find))
    except LookupError:
        return None
    return message.as_bytes()


def _refill(part: EmailMessage, change: Callable[[str], str]) -> None:
    language = part["Content-Language"]
    part.set_content(change(part.get_content()), subtype=part.get_content_subtype())
    if language:
        part["Content-Language"] = language


def _filled(text: str, find: Callable[[str], str | None]) -> str:
    def put(match: re.Match[str]) -> str:
        found = find(match[1])
        if found is None:
            raise LookupError(match[1])
        return found

    return re.sub(re.escape(SECRET) + r"([a-z]+)", put, text)


def readdressed(content: bytes, person: Person) -> bytes:
    """A written letter with its reader's present address."""
    message = message_from_bytes(content, policy=LETTER_POLICY)
    del message["To"]
    message["To"] = _mailbox(person.name, person.email)
    return message.as_bytes()


def text_of(content: bytes) -> str:
    """The words of a stored letter between greeting and signature, for a letter that collects several."""
    message = message_from_bytes(content, policy=LETTER_POLICY)
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return text.partition("\n\n")[2].rpartition("\n-- \n")[0].strip()


def _mailbox(name: str, address: str) -> Address:
    return Address(one_line(name), addr_spec=address)
