"""Whether the own mail server found that a message really comes from the domain in its From (RFC 8601, RFC 7489)."""

import re
from email.message import Message

from portal.outbox import settings

LONGEST = 4000  # characters
PIECES = {
    "plain": re.compile(r'[^"();]+|.', re.DOTALL),
    "quoted": re.compile(r'(?:[^"\\]|\\.)+|.', re.DOTALL),
    "comment": re.compile(r"(?:[^()\\]|\\.)+|.", re.DOTALL),
}
"""What is read at once: in quotes and comments a backslash takes the next character's meaning (RFC 5322, 3.2.1)."""
STATES = {'"': "quoted", "(": "comment"}


def is_judged() -> bool:
    """Whether the own mail server says what it thinks of senders, so that a missing pass means something."""
    replies = settings().replies
    return replies is not None and replies.authserv is not None


def passes_dmarc(message: Message, address: str) -> bool:
    """Whether the message passed DMARC for the domain of the address, by the word of the own mail server.

    Only the topmost Authentication-Results counts, since servers write theirs above what came: one that bears
    the own server's name further down may be forged.
    """
    replies, written = settings().replies, message.get_all("Authentication-Results", [])
    text = str(written[0]) if written else ""
    if replies is None or replies.authserv is None or len(text) > LONGEST:
        return False
    server, *results = _parts(text)
    found = [result for result in results if re.match(r"dmarc\b", result)]
    if len(found) != 1 or server.split()[:1] != [replies.authserv]:
        return False
    domain = re.search(r"\sheader\.from\s*=\s*(\S+)", found[0])
    is_passed = re.match(r"dmarc\s*=\s*pass(?:\s|$)", found[0]) is not None
    return is_passed and domain is not None and domain[1].rstrip(".") == address.rpartition("@")[2]


def _parts(text: str) -> list[str]:
    """The parts between semicolons, in lower case, without comments and what stands in quotes."""
    parts, state, depth, at = [""], "plain", 0, 0
    while piece := PIECES[state].match(text, at):
        word, at = piece[0].lower(), piece.end()
        if state == "comment":
            depth += {"(": 1, ")": -1}.get(word, 0)
            state = "comment" if depth else "plain"
        elif state == "quoted":
            state = "plain" if word == '"' else "quoted"
        elif word in STATES:
            state, depth = STATES[word], 1
        elif word == ";":
            parts.append("")
        else:
            parts[-1] += word
    return [part.strip() for part in parts]
