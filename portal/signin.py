"""Sign-in: sessions are rows in the database, so that signing out ends them (SECURITY, S1, S2)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import flask
import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, current_user
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship
from wtforms import HiddenField, PasswordField

from portal import audit, passwords
from portal.access import open_to_all
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey, database, session
from portal.forms import REQUIRED, Form, line
from portal.people import EMAIL_LENGTH, Person, person_by_email

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH = timedelta(minutes=1)
TOKEN_KEY = "_user_id"  # the name under which Flask-Login looks for it

blueprint = Blueprint("signin", __name__)
login_manager = LoginManager()


class SignIn(Base):
    """One browser's session. The browser holds the token, the row only its digest."""

    __tablename__ = "sign_in"

    id: Mapped[PrimaryKey]
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    credentials: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(default=now)
    seen_at: Mapped[Moment] = mapped_column(default=now)
    browser: Mapped[str] = mapped_column(sa.String(200), default="")

    person: Mapped[Person] = relationship()

    @property
    def is_valid(self) -> bool:
        return (
            self.person.is_active
            and self.credentials == self.person.credentials
            and now() - self.seen_at < IDLE
            and now() - self.created_at < ABSOLUTE
        )


class SignInForm(Form):
    email = line(_l("E-Mail-Adresse"), EMAIL_LENGTH, render_kw={"autocomplete": "username", "type": "email"})
    password = PasswordField(
        _l("Passwort"), validators=[REQUIRED], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


@blueprint.get("/login")
@open_to_all
def show() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(local_address(request.args.get("next")))
    return render_template("portal/signin.html", form=SignInForm(data={"next": request.args.get("next", "")}))


@blueprint.post("/login")
@open_to_all
def submit() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate():
        return render_template("portal/signin.html", form=form), 422
    email, address = form.email.data or "", request.remote_addr or ""
    if passwords.is_throttled(email, address):
        form.form_errors.append(
            _("Zu viele Versuche mit falschem Passwort. Bitte warten Sie eine Viertelstunde und versuchen Sie es dann erneut.")
        )
        return render_template("portal/signin.html", form=form), 429
    person = person_by_email(email)
    if not passwords.is_password_of(person, form.password.data or "") or person is None:
        passwords.note_failure(email, address)
        audit.record("sign_in.failed", person or "unknown")
        session.commit()
        form.form_errors.append(_("E-Mail-Adresse oder Passwort ist nicht richtig."))
        return render_template("portal/signin.html", form=form), 422
    start(person)
    audit.record("sign_in", person)
    session.commit()
    return redirect(local_address(form.next.data))


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    end_sessions(SignIn.token_digest == digest(flask.session.get(TOKEN_KEY, "")))
    audit.record("sign_out", session.get_one(Person, current_user.id))
    session.commit()
    language = flask.session.get("language")
    flask.session.clear()
    if language:
        flask.session["language"] = language
    flash(_("Sie sind abgemeldet."), "success")
    return redirect(url_for("signin.show"))


def start(person: Person) -> None:
    """Give the browser a new session of this person; whatever session it had before ends."""
    end_sessions(SignIn.token_digest == digest(flask.session.get(TOKEN_KEY, "")))
    token = secrets.token_urlsafe(32)
    flask.session.clear()
    flask.session[TOKEN_KEY] = token
    session.add(
        SignIn(
            token_digest=digest(token),
            person_id=person.id,
            credentials=person.credentials,
            browser=request.user_agent.string[:200],
        )
    )


def end_sessions(*conditions: sa.ColumnElement[bool]) -> None:
    """End the sessions that meet the conditions, in the current transaction."""
    session.execute(sa.delete(SignIn).where(*conditions))


def forget_sessions(moment: datetime) -> None:
    """Remove the rows of sessions that had run out by then."""
    end_sessions(sa.or_(SignIn.seen_at < moment - IDLE, SignIn.created_at < moment - ABSOLUTE))


def local_address(target: str | None) -> str:
    """`target` when it is a path of this portal, else the start page (SECURITY, E4)."""
    parts = urlsplit(target or "")
    harmless = target and target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    if not harmless or parts.scheme or parts.netloc or any(ord(char) < 32 for char in target or ""):
        return url_for("start.show")
    return target or ""


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_person(token: str) -> Person | None:
    """The person of a session that is still valid; the row notes, at most once a minute, that it was used."""
    with database().session(writes=False) as own:
        found = own.scalar(
            sa.select(SignIn).where(SignIn.token_digest == digest(token)).options(joinedload(SignIn.person))
        )
        if found is None or not found.is_valid:
            return None
        own.expunge_all()
    if now() - found.seen_at > TOUCH:
        with database().session(writes=True) as own:
            own.execute(sa.update(SignIn).where(SignIn.id == found.id).values(seen_at=now()))
            own.commit()
    return found.person


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None  # sessions end by the rows above, not by a browser's address
    app.register_blueprint(blueprint)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
