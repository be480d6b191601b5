"""Passwords: argon2id hashes, a block list, and the throttle on guessing (SECURITY, A1, A2, A4, A5)."""

import hashlib
import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, session
from portal.people import Person

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 256

WINDOW = timedelta(minutes=15)
PER_PERSON_AND_ADDRESS = 8
PER_PERSON = 40
PER_ADDRESS = 200  # an office shares one address: a low limit would lock all of it out
EVERYBODY = 2000


class FailedSignIn(Base):
    """One wrong guess. The account is kept as a digest only: people type passwords into the wrong field."""

    __tablename__ = "failed_sign_in"

    id: Mapped[PrimaryKey]
    at: Mapped[Moment] = mapped_column(default=now, index=True)
    account: Mapped[str] = mapped_column(sa.String(64))
    address: Mapped[str] = mapped_column(sa.String(64))


def weakness(password: str, person: Person | None = None) -> str | None:
    """Why the password must not be used, in words for the person who chose it; None when it may."""
    if len(password) < SHORTEST:
        return str(_l("Bitte wählen Sie mindestens %(min)d Zeichen; ein ganzer Satz eignet sich gut.", min=SHORTEST))
    if len(password) > LONGEST:
        return str(_l("Bitte wählen Sie höchstens %(max)d Zeichen.", max=LONGEST))
    own = {"sitzungsportal", "portal"} | set(re.split(r"[\W_]+", f"{person.email} {person.name}".lower()) if person else ())
    bare = re.sub(r"[\W\d_]+", "", password.lower())
    if len(set(password)) < 5 or password.lower() in _common() or bare in _common() or bare in own:
        return str(_l("Dieses Passwort ist zu leicht zu erraten. Bitte wählen Sie ein anderes."))
    return None


def hash_password(password: str) -> str:
    return _hasher().hash(password)


def is_password_of(person: Person | None, password: str) -> bool:
    """Check a password in the same time for known and unknown people; outdated hashes are renewed."""
    from argon2.exceptions import InvalidHashError, VerificationError

    stored = person.password_hash if person and person.is_active and person.password_hash else _nobody()
    try:
        _hasher().verify(stored, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    if person is None or stored is not person.password_hash:
        return False
    if _hasher().check_needs_rehash(stored):
        person.password_hash = hash_password(password)
    return True


def note_failure(email: str, address: str) -> None:
    session.add(FailedSignIn(account=_account(email), address=address[:64]))


def is_throttled(email: str, address: str) -> bool:
    """Whether this account from this address, or one of them alone, has had too many wrong guesses lately."""
    account, since = _account(email), now() - WINDOW
    same_account, same_address = FailedSignIn.account == account, FailedSignIn.address == address[:64]
    both, of_account, of_address, of_all = session.execute(
        sa.select(
            sa.func.count().filter(sa.and_(same_account, same_address)),
            sa.func.count().filter(same_account),
            sa.func.count().filter(same_address),
            sa.func.count(),
        ).where(FailedSignIn.at > since)
    ).one()
    return bool(
        both >= PER_PERSON_AND_ADDRESS
        or of_account >= PER_PERSON
        or of_address >= PER_ADDRESS
        or of_all >= EVERYBODY
    )


def forget_failures(before: datetime) -> None:
    session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at < before))


def _account(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    """A hash that no password fits, so that an unknown account costs the same time as a known one."""
    import secrets

    return hash_password(secrets.token_hex(16))


@cache
def _common() -> frozenset[str]:
    path = Path(__file__).with_name("common_passwords.txt")
    return frozenset(path.read_text(encoding="utf-8").split())
