"""The throttle on guessing passwords, in the database, so that several processes share it (SECURITY, A4)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import sqlalchemy as sa
from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, session
from portal.outbox import settings

WINDOW = timedelta(minutes=15)
PER_PERSON_AND_ORIGIN = 8
PER_PERSON = 40
PER_ORIGIN = 200  # an office shares one address: a low limit would lock all of it out
EVERYBODY = 2000

COOKIE = "portal_browser"
KEPT = timedelta(days=400)
ACCOUNTS = 8  # on one browser, as on the computer at a counter


class FailedSignIn(Base):
    """One wrong guess. The account is kept as a digest only: people type passwords into the wrong field."""

    __tablename__ = "failed_sign_in"

    id: Mapped[PrimaryKey]
    at: Mapped[Moment] = mapped_column(default=now, index=True)
    account: Mapped[str] = mapped_column(sa.String(64))
    address: Mapped[str] = mapped_column(sa.String(64))


@dataclass(frozen=True)
class Guesser:
    """Who tries to sign in to which account.

    A browser that was signed in to this account before counts for itself: whoever guesses from elsewhere, or
    from the same office, cannot lock the owner out of it.
    """

    account: str
    origin: str
    is_known: bool

    @property
    def is_throttled(self) -> bool:
        """Whether there were too many wrong guesses lately."""
        same_account, same_origin = FailedSignIn.account == self.account, FailedSignIn.address == self.origin
        both, of_account, of_origin, of_all = session.execute(
            sa.select(
                sa.func.count().filter(sa.and_(same_account, same_origin)),
                sa.func.count().filter(same_account),
                sa.func.count().filter(same_origin),
                sa.func.count(),
            ).where(FailedSignIn.at > now() - WINDOW)
        ).one()
        if self.is_known or both >= PER_PERSON_AND_ORIGIN:
            return bool(both >= PER_PERSON_AND_ORIGIN)
        return bool(of_account >= PER_PERSON or of_origin >= PER_ORIGIN or of_all >= EVERYBODY)

    def note_failure(self) -> None:
        session.add(FailedSignIn(account=self.account, address=self.origin))
        session.flush()


def guesser(email: str) -> Guesser:
    """Who sends this request, seen from the account with that address, which need not exist."""
    account = _digest(email)
    browser, accounts = _read_cookie()
    if browser and account[:16] in accounts:
        return Guesser(account, f"browser:{browser}", is_known=True)
    return Guesser(account, _network(request.remote_addr or ""), is_known=False)


def remember_browser(response: Response, email: str) -> None:
    """Let this browser be known as the owner's: they signed in here, or held a link that came by letter."""
    browser, accounts = _read_cookie()
    own = _digest(email)[:16]
    accounts = [own, *(account for account in accounts if account != own)][:ACCOUNTS]
    value = _serializer().dumps([browser or secrets.token_hex(16), accounts])
    response.set_cookie(
        COOKIE, str(value), max_age=KEPT, httponly=True, secure=settings().is_secure, samesite="Lax"
    )


def forget_failures(before: datetime) -> None:
    session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at < before))


def _read_cookie() -> tuple[str, list[str]]:
    try:
        browser, accounts = _serializer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return "", []
    return str(browser), list(accounts)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="known browser")


def _digest(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()


def _network(address: str) -> str:
    """The address itself, or the network in which one IPv6 customer can take any address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
