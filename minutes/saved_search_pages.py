"""My searches: keeping one under a name, asking for letters about it, dropping it."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from minutes.archive_hits import chosen_in
from minutes.saved_searches import (
    MOST_SEARCHES,
    SEARCH_LENGTH,
    SEARCH_NAME_LENGTH,
    SavedSearch,
)
from portal import audit
from portal.access import one_or_404
from portal.database import serialise, session
from portal.forms import Form, line
from portal.people import LetterWish

blueprint = Blueprint("saved_search", __name__, url_prefix="/searches")


class SearchForm(Form):
    name = line(_l("Unter welchem Namen?"), SEARCH_NAME_LENGTH)
    alerts = BooleanField(_l("Ich möchte einen Brief, wenn es neue Treffer gibt, höchstens einen am Tag."))
    chosen = HiddenField()

    def validate_name(self, field: Any) -> None:
        kept = session.scalars(sa.select(SavedSearch.name).where(_mine())).all()
        if field.data in kept:
            raise ValidationError(_("Unter diesem Namen haben Sie schon eine Suche gemerkt."))
        if len(kept) >= MOST_SEARCHES:
            raise ValidationError(
                _(
                    "Mehr als %(num)d Suchen lassen sich nicht merken. Bitte löschen Sie eine.",
                    num=MOST_SEARCHES,
                )
            )

    def validate_chosen(self, field: Any) -> None:
        field.data = _tidied(field.data)
        if len(field.data) > SEARCH_LENGTH:
            raise ValidationError(_("Diese Suche ist zu lang, um sie zu merken."))


@blueprint.get("")
def index() -> ResponseReturnValue:
    rows = session.scalars(sa.select(SavedSearch).where(_mine()).order_by(SavedSearch.name)).all()
    return render_template(
        "minutes/searches.html",
        searches=rows,
        wants_no_letters=current_user.letters is LetterWish.COMPULSORY,
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """Name the search of the address, which the archive's page hands on."""
    form = SearchForm(
        name=request.args.get("q", "")[:SEARCH_NAME_LENGTH], chosen=urlencode(chosen_in(request.args))
    )
    return render_template("minutes/search_new.html", form=form)


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    serialise(f"searches:{current_user.id}")
    form = SearchForm()
    if not form.validate():
        return render_template("minutes/search_new.html", form=form), 422
    row = SavedSearch(person_id=current_user.id, name=form.name.data, query=form.chosen.data)
    row.want_letters(wanted=form.alerts.data)
    session.add(row)
    audit.record("search.saved", row)
    session.commit()
    flash(_("Die Suche ist gemerkt."), "success")
    return redirect(url_for("saved_search.index"))


@blueprint.post("/<int:search_id>/letters/<any(on, off):wish>")
def want_letters(search_id: int, wish: str) -> ResponseReturnValue:
    row = _get_search(search_id)
    row.want_letters(wanted=wish == "on")
    audit.record("search.letters", row, wish=wish)
    session.commit()
    flash(
        _("Sie bekommen Briefe zu dieser Suche.")
        if row.alerts
        else _("Zu dieser Suche kommen keine Briefe mehr."),
        "success",
    )
    return redirect(url_for("saved_search.index"))


@blueprint.post("/<int:search_id>/delete")
def delete(search_id: int) -> ResponseReturnValue:
    row = _get_search(search_id)
    audit.record("search.deleted", row)
    session.delete(row)
    session.commit()
    flash(_("Die Suche ist gelöscht."), "success")
    return redirect(url_for("saved_search.index"))


def _mine() -> sa.ColumnElement[bool]:
    """Whether a search is the reader's own."""
    return sa.and_(SavedSearch.person_id == current_user.id)


def _get_search(search_id: int) -> SavedSearch:
    """A search of the reader's own; otherwise 404."""
    return one_or_404(sa.select(SavedSearch).where(_mine(), SavedSearch.id == search_id))


def _tidied(query: str) -> str:
    """What a form carried is as foreign as any address."""
    return urlencode(chosen_in(dict(parse_qsl(query or ""))))


def archive_query() -> str:
    """The present address's search, for links of templates that hand it on."""
    return urlencode(chosen_in(request.args))


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.add_template_global(archive_query)
