"""Passwords: argon2id hashes and a block list (SECURITY, A1, A2, A5)."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from portal.outbox import settings
from portal.people import Person

if TYPE_CHECKING:
    from argon2 import PasswordHasher

WORK = 2, 19 * 1024
"""Passes and KiB of memory of one argon2id hash."""
SHORTEST = 12
LONGEST = 256


def weakness(password: str, person: Person) -> str | None:
    """Why the person must not use this password, in words for them; None when they may."""
    problem = None
    if len(_normal(password)) < SHORTEST:
        problem = _l(
            "Bitte wählen Sie mindestens %(min)d Zeichen; ein ganzer Satz eignet sich gut.", min=SHORTEST
        )
    elif len(_normal(password)) > LONGEST:
        problem = _l("Bitte wählen Sie höchstens %(max)d Zeichen.", max=LONGEST)
    elif len(set(password)) < 5 or _is_guessable(password.lower(), person):
        problem = _l("Dieses Passwort ist zu leicht zu erraten. Bitte wählen Sie ein anderes.")
    return str(problem) if problem else None


def hash_password(password: str) -> str:
    return _hasher().hash(_normal(password))


def is_password_of(person: Person | None, password: str) -> bool:
    """Check a password with the same work for known and unknown people; outdated hashes are renewed."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if len(_normal(password)) > LONGEST:
        return False
    stored = person.password_hash if person and person.is_active and person.password_hash else _nobody()
    try:
        _hasher().verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    if person is None or stored is not person.password_hash:
        return False
    if _hasher().check_needs_rehash(stored):
        person.password_hash = hash_password(password)
    return True


def _is_guessable(password: str, person: Person) -> bool:
    """Whether hardly a letter is left besides common words, the person's and the portal's own."""
    own = re.split(
        r"[\W\d_]+", f"{person.email} {person.name} {settings().name} {settings().domain} portal".lower()
    )
    rest = letters = re.sub(r"[\W\d_]+", "", password)
    for word in sorted({*own, *_common()}, key=len, reverse=True):
        if len(word) > 2:
            rest = rest.replace(word, "")
    return password in _common() or (rest != letters and len(rest) < 4)


def _normal(password: str) -> str:
    """One form for one password: keyboards differ in how they write an umlaut (RFC 8265, section 4.2)."""
    return unicodedata.normalize("NFC", password)


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=WORK[0], memory_cost=WORK[1], parallelism=1)


@cache
def _nobody() -> str:
    """A hash that no password fits, so that an unknown account costs the same work as a known one."""
    import secrets

    return hash_password(secrets.token_hex(16))


@cache
def _common() -> frozenset[str]:
    path = Path(__file__).with_name("common_passwords.txt")
    return frozenset(path.read_text(encoding="utf-8").split())
