"""Which letters somebody wants: everything at once, the optional ones together once a day, or only what must be."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from portal import audit
from portal.clock import now
from portal.database import session
from portal.forms import Form, choices
from portal.outbox import Letter, LetterState
from portal.people import LETTER_WISHES, LetterWish, Person


class LetterWishForm(Form):
    letters = RadioField(
        _l("Welche Briefe möchten Sie bekommen?"),
        choices=choices(LETTER_WISHES.items()),
        coerce=LetterWish,
        validators=[InputRequired(_l("Bitte wählen Sie aus."))],
        description=_l(
            "Was Sitzungen betrifft, zu denen Sie eingeladen sind, kommt immer sofort, ebenso Briefe zu Ihrem Konto. Alles "
            "andere, etwa Protokolle, Entscheidungen und Erinnerungen, kommt, wie Sie hier wählen."
        ),
    )


def choose(person: Person, wish: LetterWish) -> None:
    """Note the wish; letters that wait for the next daily one go at once, or not at all, if it says so."""
    if person.letters is not wish:
        person.letters = wish
        audit.record("person.letters", person, wish=wish)
    if wish is LetterWish.DAILY:
        return
    fate = LetterState.QUEUED if wish is LetterWish.AT_ONCE else LetterState.DROPPED
    session.execute(
        sa.update(Letter)
        .where(
            Letter.person_id == person.id,
            Letter.state == LetterState.COLLECTED,
            Letter.within_id.is_(None),
        )
        .values(state=fate, due_at=now(), finished_at=None if fate is LetterState.QUEUED else now())
    )
