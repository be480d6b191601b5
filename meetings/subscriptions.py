"""What a person wants of the personal calendar: the form, and the address as a QR code."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField, RadioField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from meetings.feeds import Feed
from portal.committees import Committee
from portal.forms import Form, choices, rows_as_choices
from portal.outbox import settings
from portal.people import Person

FEED, INVITATIONS = "feed", "invitations"
WAYS = {
    FEED: _l("Ich abonniere den Kalender; Änderungen erfahre ich außerdem durch einen Brief."),
    INVITATIONS: _l(
        "Ich bekomme Kalendereinladungen, die ich in meinem Kalenderprogramm annehmen oder absagen kann."
    ),
}


class SubscriptionForm(Form):
    """Which committees and which events the personal calendar shows, and by which way meetings come."""

    committees = SelectMultipleField(
        _l("Gremien"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    with_deadlines = BooleanField(_l("Fristen zeigen"))
    with_cancelled = BooleanField(_l("abgesagte Sitzungen noch 30 Tage lang zeigen"))
    way = RadioField(_l("Einladungen zu Sitzungen"), choices=choices(WAYS.items()))

    def __init__(
        self, person: Person, feed: Feed | None, committees: Sequence[Committee], **options: Any
    ) -> None:
        hidden = feed.hidden_committees if feed else []
        super().__init__(
            committees=[committee.id for committee in committees if committee.id not in hidden],
            with_deadlines=feed is None or feed.with_deadlines,
            with_cancelled=feed is None or feed.with_cancelled,
            way=INVITATIONS if person.wants_invitations else FEED,
            **options,
        )
        self.committees.choices = rows_as_choices(committees)
        if not committees:
            del self.committees
        if not settings().takes_replies:
            del self.way

    def apply_to(self, person: Person, feed: Feed, committees: Sequence[Committee]) -> None:
        """Keep the choice; a committee that the person joins later is shown until they leave it out."""
        chosen = self.committees.data if self.committees else []
        feed.show(
            hidden_committees=[committee.id for committee in committees if committee.id not in chosen],
            with_deadlines=self.with_deadlines.data,
            with_cancelled=self.with_cancelled.data,
        )
        if self.way:
            person.wants_invitations = self.way.data == INVITATIONS


def webcal(feed: Feed) -> str:
    """The address under which calendar programs offer to subscribe."""
    return f"webcal://{feed.url.partition('://')[2]}"


def google_address(feed: Feed) -> str:
    """Google's page for subscribing; it takes the calendar's address in this spelling only."""
    return f"https://calendar.google.com/calendar/r?cid={quote(webcal(feed), safe='')}"


@lru_cache(maxsize=64)
def qr_code(address: str, title: str) -> Markup:
    """An address as a drawing that telephones read: black on white with its quiet zone, also in the dark."""
    import segno

    drawing = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", title=title
    )
    return Markup(drawing)  # noqa: S704 - segno escapes the title
