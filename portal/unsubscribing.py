"""One click takes a reader off optional letters (RFC 8058): by the button of a mail program, or by the link.

Mail programs POST without cookie, sign-in or form; scanners at gateways open every link. So only POST changes
something, and the page that GET shows asks first.
"""

import flask
from flask import Blueprint, Flask, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from portal import outbox, signing
from portal.access import open_to_all
from portal.database import session
from portal.letter_wishes import choose
from portal.outbox import Letter
from portal.people import LETTER_WISHES, LetterWish, Person

PURPOSE = "unsubscribe"

blueprint = Blueprint("unsubscribing", __name__, url_prefix="/unsubscribe")


def link_for(letter: Letter) -> str:
    """The link for the reader of a letter; it works for ever, also after a change of password."""
    return outbox.link("unsubscribing.show", token=signing.token(PURPOSE, letter.person_id))


@blueprint.get("/<token>")
@open_to_all
def show(token: str) -> ResponseReturnValue:
    return _page(_reader(token), is_done=False)


@blueprint.post("/<token>")
@open_to_all
def submit(token: str) -> ResponseReturnValue:
    """Answer the click with a page, for RFC 8058 (section 3.1) forbids a redirect."""
    person = _reader(token)
    wish = request.form.get("letters", LetterWish.COMPULSORY)
    choose(person, LetterWish(wish) if wish in set(LetterWish) else LetterWish.COMPULSORY)
    session.commit()
    return _page(person, is_done=True)


def _reader(token: str) -> Person:
    """The person whose link this is; otherwise 404."""
    number = signing.number_of(token)
    if number is None or not signing.is_token(token, PURPOSE, number):
        abort(404)
    return session.get(Person, number) or abort(404)


def _page(person: Person, *, is_done: bool) -> str:
    language = flask.session.get("language", person.language)
    with force_locale(language):
        return render_template(
            "portal/unsubscribe.html", person=person, is_done=is_done, wishes=LETTER_WISHES
        )


def init_app(app: Flask) -> None:
    outbox.secret_links[PURPOSE] = link_for
    app.register_blueprint(blueprint)
    app.extensions["csrf"].exempt(submit)  # a mail program has no form of ours
