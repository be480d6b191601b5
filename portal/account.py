"""One's own account: password, wanted letters, and the browsers in which one is signed in."""

import flask
import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import PasswordField

from portal import audit, passwords, signin, throttle
from portal.access import one_or_404
from portal.credentials import NewPasswordForm, set_password
from portal.database import session
from portal.forms import REQUIRED
from portal.letter_wishes import LetterWishForm, choose
from portal.people import Person
from portal.signin import SignIn

blueprint = Blueprint("account", __name__, url_prefix="/account")


class ChangePasswordForm(NewPasswordForm):
    password_now = PasswordField(
        _l("Bisheriges Passwort"), validators=[REQUIRED], render_kw={"autocomplete": "current-password"}
    )
    password_now.creation_counter = 0  # errors are listed in the order of the page: this field stands first


@blueprint.get("")
def show() -> ResponseReturnValue:
    return _page(ChangePasswordForm(current_user))


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    person = session.get_one(Person, current_user.id)
    form, guesser = ChangePasswordForm(person), throttle.guesser(person.email)
    if not form.validate():
        return _page(form), 422
    if guesser.is_throttled:
        form.password_now.errors = [_("Zu viele Versuche. Bitte warten Sie eine Viertelstunde.")]
        return _page(form), 429
    if not passwords.is_password_of(person, form.password_now.data or ""):
        guesser.note_failure()
        audit.record("password.change_refused", person, throttled=guesser.is_throttled)
        session.commit()
        form.password_now.errors = [_("Das bisherige Passwort ist nicht richtig.")]
        return _page(form), 422
    set_password(person, form.password.data or "")
    signin.start(person)
    audit.record("password.changed", person)
    session.commit()
    flash(_("Ihr Passwort ist geändert. In allen anderen Browsern sind Sie abgemeldet."), "success")
    return redirect(url_for("account.show"))


@blueprint.post("/letters")
def choose_letters() -> ResponseReturnValue:
    person, wishes = session.get_one(Person, current_user.id), LetterWishForm()
    if not wishes.validate():
        return _page(ChangePasswordForm(person, formdata=None), wishes), 422
    choose(person, wishes.letters.data)
    session.commit()
    flash(_("Ihr Wunsch ist gespeichert."), "success")
    return redirect(url_for("account.show"))


@blueprint.post("/sessions/<int:sign_in_id>/end")
def end_session(sign_in_id: int) -> ResponseReturnValue:
    row = one_or_404(sa.select(SignIn).where(SignIn.id == sign_in_id, SignIn.person_id == current_user.id))
    session.delete(row)
    audit.record("sign_in.ended", row)
    session.commit()
    flash(_("Dieser Browser ist abgemeldet."), "success")
    return redirect(url_for("account.show"))


def _page(form: ChangePasswordForm, wishes: LetterWishForm | None = None) -> str:
    return render_template(
        "portal/account.html",
        form=form,
        wishes=wishes or LetterWishForm(formdata=None, letters=current_user.letters),
        sessions=signin.open_sessions(current_user),
        own=signin.digest(flask.session.get(signin.TOKEN_KEY, "")),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
