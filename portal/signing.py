"""Secrets derived from the instance's link key: parts of links that letters carry and nobody stores."""

import base64
import hashlib
import hmac

from portal.letters import settings


def mac(purpose: str, *content: object) -> bytes:
    """HMAC-SHA256 of the content; secrets of one purpose are worth nothing for another (SECURITY, T2)."""
    keys = settings().keys
    if keys is None:
        raise RuntimeError("the instance has no keys yet; run flask setup")
    text = ":".join(map(str, (purpose, *content)))
    return hmac.digest(bytes.fromhex(keys.link), text.encode(), hashlib.sha256)


def token(purpose: str, number: int, *content: object) -> str:
    """The secret part of a link: a row's number, and the MAC over it and what must still hold."""
    return f"{number}-{base64.urlsafe_b64encode(mac(purpose, number, *content)).decode().rstrip('=')}"


def number_of(token_text: str) -> int | None:
    """The row's number that a link claims; None where it is none. The MAC is still to be compared."""
    number = token_text.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 9 else None


def is_token(token_text: str, purpose: str, number: int, *content: object) -> bool:
    """Whether this is the link of that row, compared in constant time."""
    return hmac.compare_digest(token(purpose, number, *content).encode(), token_text.encode())
