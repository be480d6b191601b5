"""Searches that a reader keeps, with a letter about what is new in them on wish."""

from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import chain
from portal.clock import now
from portal.database import Base, Moment, PrimaryKey
from portal.people import Person

SEARCH_NAME_LENGTH = 100
SEARCH_LENGTH = 3000
MOST_SEARCHES = 50  # of one person


class SavedSearch(Base):
    """A search with its filters, as the query of the archive's address (`q=Erlaubnis&year=2027`).

    With `alerts` its reader wants letters. Up to the link `seen_sequence` of the digest chain all that is new was
    told, or stood when letters were asked for; the last letter tells it up to `told_sequence`.
    """

    __tablename__ = "saved_search"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "name"),
        {"sqlite_autoincrement": True},  # letters name it for ever
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(SEARCH_NAME_LENGTH))
    query: Mapped[str] = mapped_column(sa.String(SEARCH_LENGTH))
    alerts: Mapped[bool] = mapped_column(default=False)
    seen_sequence: Mapped[int] = mapped_column(default=0)
    told_sequence: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[Moment] = mapped_column(default=now)

    person: Mapped[Person] = relationship()

    @property
    def chosen(self) -> dict[str, str]:
        """Words and filters, by the names of the archive's address."""
        return dict(parse_qsl(self.query))

    @property
    def words(self) -> str:
        """What was typed; empty where there are only filters."""
        return self.chosen.get("q", "")

    @property
    def url(self) -> str:
        """The archive's page with this search."""
        return f"{url_for('archive.index')}?{self.query}"

    def want_letters(self, *, wanted: bool) -> None:
        """Begin or stop letters; what stands in the archive by now is never told."""
        head = chain.head()
        self.alerts = wanted
        self.seen_sequence = self.told_sequence = head.sequence if head else 0
