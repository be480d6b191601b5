"""Sign-in: sessions are rows in the database, so that signing out ends them (SECURITY, S1, S2)."""

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

import flask
import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, current_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship
from wtforms import HiddenField, PasswordField

from portal import audit, passwords, throttle
from portal.access import open_to_all
from portal.clock import now
from portal.database import AT_ONCE, Base, Moment, PrimaryKey, database, session
from portal.forms import REQUIRED, Form, line
from portal.people import EMAIL_LENGTH, Person, person_by_email

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH = timedelta(minutes=1)
TOKEN_KEY = "_user_id"  # noqa: S105 - the name under which Flask-Login looks for the session's token

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
    def browser_name(self) -> str:
        """What people call the browser: `Firefox, Windows`; empty when it does not say."""
        programs = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
        systems = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad"}
        systems |= {"Mac OS": "macOS", "Linux": "Linux"}
        found = [
            next((name for sign, name in names.items() if sign in self.browser), "")
            for names in (programs, systems)
        ]
        return ", ".join(filter(None, found))

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
    email = form.email.data or ""
    guesser = throttle.guesser(email)
    if guesser.is_throttled:
        form.form_errors.append(
            _(
                "Zu viele Versuche mit falschem Passwort. Bitte warten Sie eine Viertelstunde, oder fordern "
                "Sie unten ein neues Passwort an."
            )
        )
        return render_template("portal/signin.html", form=form), 429
    person = person_by_email(email)
    if not passwords.is_password_of(person, form.password.data or "") or person is None:
        guesser.note_failure()
        audit.record("sign_in.failed", person or "unknown", throttled=guesser.is_throttled)
        session.commit()
        form.form_errors.append(_("E-Mail-Adresse oder Passwort ist nicht richtig."))
        return render_template("portal/signin.html", form=form), 422
    start(person)
    audit.record("sign_in", person)
    session.commit()
    response = make_response(redirect(local_address(form.next.data)))
    throttle.remember_browser(response, person.email)
    return response


@blueprint.post("/logout")
@open_to_all
def logout() -> ResponseReturnValue:
    if current_user.is_authenticated:
        end_sessions(SignIn.token_digest == digest(flask.session.get(TOKEN_KEY, "")))
        audit.record("sign_out", session.get_one(Person, current_user.id))
        session.commit()
    language = flask.session.get("language")
    flask.session.clear()
    if language:
        flask.session["language"] = language
    flash(_("Sie sind abgemeldet."), "success")
    response = make_response(redirect(url_for("signin.show")))
    response.headers["Clear-Site-Data"] = '"storage"'  # unsaved texts that pages kept in the browser
    return response


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


def open_sessions(person: Person) -> list[SignIn]:
    """The browsers in which the person is signed in now, the one used last first."""
    rows = sa.select(SignIn).where(SignIn.person_id == person.id).order_by(SignIn.seen_at.desc())
    return [row for row in session.scalars(rows) if row.is_valid]


def end_sessions(*conditions: sa.ColumnElement[bool]) -> None:
    """End the sessions that meet the conditions, in the current transaction."""
    session.execute(sa.delete(SignIn).where(*conditions))


def forget_sessions(moment: datetime) -> None:
    """Remove the rows of sessions that had run out by then."""
    end_sessions(sa.or_(SignIn.seen_at < moment - IDLE, SignIn.created_at < moment - ABSOLUTE))


def local_address(target: str | None) -> str:
    """`target` when it is the path of a page of this portal, else the start page (SECURITY, E4)."""
    if not target or not target.startswith("/") or target.startswith("//") or not target.isprintable():
        return url_for("start.show")
    if "\\" in target or not current_app.url_map.bind("").test(target.partition("?")[0], method="GET"):
        return url_for("start.show")
    return target


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
        _touch(found)
    return found.person


def _touch(row: SignIn) -> None:
    """Note that the session is in use; while somebody else writes, or on a full disk, it is left out."""
    with suppress(OperationalError), database().session(writes=True, patience=AT_ONCE) as own:
        own.execute(sa.update(SignIn).where(SignIn.id == row.id).values(seen_at=now()))
        own.commit()


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    # Nobody is remembered; looking for that would make every answer, feeds too, vary by cookie.
    app.after_request_funcs[None].remove(login_manager._update_remember_cookie)  # noqa: SLF001
    login_manager.session_protection = None  # sessions end by the rows above, not by a browser's address
    app.register_blueprint(blueprint)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
