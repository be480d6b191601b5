"""Links that let a person set a password: invitation and reset (SECURITY, A6).

A link is derived from the instance's key, its row and the person's count of credentials; it is stored nowhere.
"""

import base64
import enum
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from typing import cast

import flask
import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship
from wtforms import PasswordField
from wtforms.validators import EqualTo, ValidationError

from portal import audit, outbox, passwords, signin
from portal.access import open_to_all
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, UtcDateTime, one_of, session
from portal.forms import REQUIRED, Form, line
from portal.outbox import LETTER_POLICY, Letter
from portal.people import EMAIL_LENGTH, Person, person_by_email

PLACEHOLDER = "https://link.invalid/"
RESETS_AN_HOUR = 5

blueprint = Blueprint("credentials", __name__)


class Purpose(enum.StrEnum):
    WELCOME = "welcome"
    RESET = "reset"


LIFETIME = {Purpose.WELCOME: timedelta(days=14), Purpose.RESET: timedelta(hours=2)}


class CredentialLink(Base):
    """A promise that one link may set the password once, until a moment."""

    __tablename__ = "credential_link"

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose))
    credentials: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()

    @property
    def expires_at(self) -> datetime:
        return self.created_at + LIFETIME[self.purpose]

    @property
    def is_valid(self) -> bool:
        return (
            self.used_at is None
            and now() < self.expires_at
            and self.person.is_active
            and self.credentials == self.person.credentials
        )

    @property
    def token(self) -> str:
        """The secret part of the link: row number and MAC."""
        keys = outbox.settings().keys
        if keys is None:
            raise RuntimeError("the instance has no keys yet; run flask setup")
        content = f"{self.purpose}:{self.id}:{self.person_id}:{self.credentials}"
        mac = hmac.digest(bytes.fromhex(keys.link), content.encode(), hashlib.sha256)
        return f"{self.id}-{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


class ResetForm(Form):
    email = line(_l("E-Mail-Adresse"), EMAIL_LENGTH, render_kw={"autocomplete": "username", "type": "email"})


class NewPasswordForm(Form):
    password = PasswordField(
        _l("Neues Passwort"), validators=[REQUIRED], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        _l("Neues Passwort, noch einmal"),
        validators=[REQUIRED, EqualTo("password", _l("Die beiden Eingaben stimmen nicht überein."))],
        render_kw={"autocomplete": "new-password"},
    )
    person: Person | None = None

    def validate_password(self, field: PasswordField) -> None:
        if problem := passwords.weakness(field.data or "", self.person):
            raise ValidationError(problem)


def send_link(person: Person, purpose: Purpose) -> CredentialLink:
    """Queue the letter with a new link; links of the same purpose that went out before are dead."""
    session.execute(
        sa.update(CredentialLink)
        .where(CredentialLink.person_id == person.id, CredentialLink.purpose == purpose)
        .where(CredentialLink.used_at.is_(None))
        .values(used_at=now())
    )
    row = CredentialLink(person=person, purpose=purpose, credentials=person.credentials)
    session.add(row)
    session.flush()
    outbox.queue(purpose, row, person, 0, secret_link=PLACEHOLDER, expires_at=row.expires_at)
    return row


def with_link(letter: Letter) -> bytes | None:
    """A stored letter with its link put in, the same bytes each time; None when the link is dead by now."""
    row = session.get_one(CredentialLink, int(letter.about.partition(":")[2]))
    if not row.is_valid or letter.body is None:
        return None
    message = cast(EmailMessage, message_from_bytes(letter.body, policy=LETTER_POLICY))  # type: ignore[arg-type]
    text = message.get_content().replace(PLACEHOLDER, outbox.link("credentials.show", token=row.token))
    message.set_content(text)
    return message.as_bytes()


@blueprint.get("/reset")
@open_to_all
def ask() -> ResponseReturnValue:
    return render_template("portal/reset.html", form=ResetForm())


@blueprint.post("/reset")
@open_to_all
def ask_submit() -> ResponseReturnValue:
    form = ResetForm()
    if not form.validate():
        return render_template("portal/reset.html", form=form), 422
    person = person_by_email(form.email.data or "")
    # The answer is the same for unknown addresses: who has an account is nobody's business.
    if person is not None and person.is_active and not _asked_too_often(person):
        send_link(person, Purpose.RESET)
        audit.record("password.reset_asked", person)
        session.commit()
    flash(
        _("Wenn zu dieser Adresse ein Konto gehört, ist ein Brief mit einem Link unterwegs. Er gilt zwei Stunden."),
        "success",
    )
    return redirect(url_for("signin.show"))


@blueprint.get("/reset/<token>")
@open_to_all
def show(token: str) -> ResponseReturnValue:
    row = find(token)
    if row is None:
        return render_template("portal/link_dead.html"), 410
    return render_template("portal/new_password.html", form=NewPasswordForm(), person=row.person)


@blueprint.post("/reset/<token>")
@open_to_all
def submit(token: str) -> ResponseReturnValue:
    row = find(token)
    if row is None:
        return render_template("portal/link_dead.html"), 410
    form = NewPasswordForm()
    form.person = row.person
    if not form.validate():
        return render_template("portal/new_password.html", form=form, person=row.person), 422
    row.used_at = now()
    set_password(row.person, form.password.data or "")
    flask.session.clear()
    audit.record("password.set", row.person, purpose=row.purpose)
    session.commit()
    flash(_("Ihr Passwort ist gesetzt. Sie können sich jetzt anmelden."), "success")
    return redirect(url_for("signin.show"))


def set_password(person: Person, password: str) -> None:
    """Set the password; every session and every link of the person ends."""
    person.password_hash = passwords.hash_password(password)
    person.credentials += 1
    signin.end_sessions(signin.SignIn.person_id == person.id)


def find(token: str) -> CredentialLink | None:
    """The row of a link that is still valid."""
    number = token.partition("-")[0]
    if not number.isascii() or not number.isdigit() or len(number) > 12:
        return None
    # Two people at the same link: the row lock lets only the first one use it.
    statement = sa.select(CredentialLink).where(CredentialLink.id == int(number))
    row = session.scalar(statement if request.method == "GET" else statement.with_for_update())
    if row is None or not row.is_valid:
        return None
    return row if secrets.compare_digest(row.token.encode(), token.encode()) else None


def _asked_too_often(person: Person) -> bool:
    lately = sa.select(sa.func.count()).where(
        CredentialLink.person_id == person.id, CredentialLink.created_at > now() - timedelta(hours=1)
    )
    return (session.scalar(lately) or 0) >= RESETS_AN_HOUR


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
