"""Links that let a person set a password: invitation and reset (SECURITY, A6).

A link is derived from the instance's key, its row and the person's count of credentials; none is stored.
"""

import enum
import secrets
from datetime import datetime, timedelta
from typing import Any

import flask
import sqlalchemy as sa
from flask import Blueprint, Flask, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship
from wtforms import PasswordField
from wtforms.validators import EqualTo, ValidationError

from portal import audit, outbox, passwords, signin, signing, throttle
from portal.access import open_to_all
from portal.clock import now
from portal.database import SAFE_METHODS, Base, Moment, PrimaryKey, UtcDateTime, one_of, session
from portal.forms import REQUIRED, Form, line
from portal.outbox import Letter
from portal.people import EMAIL_LENGTH, Person, person_by_email

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
        return signing.token(f"credentials-{self.purpose}", self.id, self.person_id, self.credentials)


class ResetForm(Form):
    email = line(_l("E-Mail-Adresse"), EMAIL_LENGTH, render_kw={"autocomplete": "username", "type": "email"})


class NewPasswordForm(Form):
    password = PasswordField(
        _l("Neues Passwort"), validators=[REQUIRED], render_kw={"autocomplete": "new-password"}
    )
    password_again = PasswordField(
        _l("Neues Passwort, noch einmal"),
        validators=[REQUIRED, EqualTo("password", _l("Die beiden Eingaben stimmen nicht überein."))],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, person: Person, **options: Any) -> None:
        self.person = person
        super().__init__(**options)

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
    outbox.queue(purpose, row, person, 0, expires_at=row.expires_at)
    return row


def link_of(letter: Letter) -> str | None:
    """The link that a letter of ours carries; None when it is dead by now."""
    row = session.get_one(CredentialLink, outbox.number_in(letter.about))
    return outbox.link("credentials.show", token=row.token) if row.is_valid else None


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
    if person is not None and person.is_active and not _asked_too_often(person):
        send_link(person, Purpose.RESET)
        audit.record("password.reset_asked", person)
        session.commit()
    else:
        # The same work, taken back again: neither answer nor time tells a stranger who has an account.
        stranger = Person(email=secrets.token_hex(16) + "@example.invalid", name=form.email.data)
        session.add(stranger)
        session.flush()
        send_link(stranger, Purpose.RESET)
        session.rollback()
    flash(
        _(
            "Wenn zu dieser Adresse ein Konto gehört, ist ein Brief mit einem Link unterwegs. Er gilt zwei "
            "Stunden."
        ),
        "success",
    )
    return redirect(url_for("signin.show"))


@blueprint.get("/reset/<token>")
@open_to_all
def show(token: str) -> ResponseReturnValue:
    row = find(token)
    if row is None:
        return render_template("portal/link_dead.html"), 410
    return render_template("portal/new_password.html", form=NewPasswordForm(row.person), person=row.person)


@blueprint.post("/reset/<token>")
@open_to_all
def submit(token: str) -> ResponseReturnValue:
    row = find(token)
    if row is None:
        return render_template("portal/link_dead.html"), 410
    form = NewPasswordForm(row.person)
    if not form.validate():
        return render_template("portal/new_password.html", form=form, person=row.person), 422
    row.used_at = now()
    set_password(row.person, form.password.data or "")
    flask.session.clear()
    audit.record("password.set", row.person, purpose=row.purpose)
    session.commit()
    flash(_("Ihr Passwort ist gesetzt. Sie können sich jetzt anmelden."), "success")
    response = make_response(redirect(url_for("signin.show")))
    throttle.remember_browser(response, row.person.email)
    return response


def set_password(person: Person, password: str) -> None:
    """Set the password; every session and every link of the person ends."""
    person.password_hash = passwords.hash_password(password)
    person.credentials += 1
    signin.end_sessions(signin.SignIn.person_id == person.id)


def find(token: str) -> CredentialLink | None:
    """The row of a link that is still valid; the use of a genuine link that is dead is noted as refused."""
    number = signing.number_of(token)
    if number is None:
        return None
    # Two people at the same link: the row lock lets only the first one use it.
    statement = sa.select(CredentialLink).where(CredentialLink.id == number)
    row = session.scalar(statement if request.method in SAFE_METHODS else statement.with_for_update())
    if row is None or not secrets.compare_digest(row.token.encode(), token.encode()):
        return None
    if not row.is_valid:
        audit.record_refusal("link.refused", subject=row)
        return None
    return row


def _asked_too_often(person: Person) -> bool:
    lately = sa.select(sa.func.count()).where(
        CredentialLink.person_id == person.id, CredentialLink.created_at > now() - timedelta(hours=1)
    )
    return (session.scalar(lately) or 0) >= RESETS_AN_HOUR


def init_app(app: Flask) -> None:
    outbox.secret_links["password"] = link_of
    app.register_blueprint(blueprint)
