"""Calendar feeds: one per committee and one per person, each a file behind its own secret address."""

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meetings.calendar_text import FOOTER, render_event, render_header
from meetings.meeting import Meeting, MeetingState
from portal import committees, publishing
from portal.clock import later_second, now, today
from portal.committees import Committee, seats
from portal.database import Base, PrimaryKey, UtcDateTime, session
from portal.outbox import settings
from portal.people import Person
from portal.publishing import request_publication, secret_token, write_file

PAST_SHOWN = timedelta(days=366)
CANCELLED_SHOWN = timedelta(days=30)


class Feed(Base):
    """A feed of a committee or of a person. Only the generation is stored, never the address.

    `digest` and `modified_at` describe the version that was published last; `window_on` is the day that its window
    of twelve months was taken from.
    """

    __tablename__ = "feed"
    __table_args__ = (sa.CheckConstraint("(committee_id IS NULL) <> (person_id IS NULL)", "one_owner"),)

    id: Mapped[PrimaryKey]
    committee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("committee.id"), unique=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    generation: Mapped[int] = mapped_column(default=0)
    window_on: Mapped[date] = mapped_column(default=today)
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    modified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    committee: Mapped[Committee | None] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def token(self) -> str:
        return secret_token(self.id, self.generation)

    @property
    def file(self) -> str:
        """Path below the public folder."""
        return f"feeds/{self.token}.ics"

    @property
    def url(self) -> str:
        return f"{settings().url}/{self.file}"

    @property
    def is_closed(self) -> bool:
        return self.person is not None and not self.person.is_active

    def renew(self) -> None:
        """Give the feed a new address; the old one answers 410 from then on."""
        self.generation += 1
        request_publication("feed", self.id)


def feed_of(owner: Committee | Person) -> Feed:
    """The feed of a committee or person, made when it is missing."""
    column = Feed.committee_id if isinstance(owner, Committee) else Feed.person_id
    feed = session.scalar(sa.select(Feed).where(column == owner.id))
    if feed is None:
        feed = Feed(**{column.key: owner.id})
        session.add(feed)
        session.flush()
        request_publication("feed", feed.id)
    return feed


def publish_feed(feed_id: int) -> None:
    """Write the file of a feed; a version of other bytes gets a strictly later time."""
    feed = session.get_one(Feed, feed_id, with_for_update=True)
    folder = settings().public_folder / "feeds"
    _close_old_addresses(feed, folder)
    if feed.is_closed:
        return
    content = feed_content(feed)
    digest = hashlib.sha256(content).hexdigest()
    if digest != feed.digest or feed.modified_at is None:
        feed.digest, feed.modified_at = digest, later_second(feed.modified_at)
    write_file(settings().public_folder / feed.file, content, feed.modified_at)


def feed_content(feed: Feed) -> bytes:
    """Header, rendered events and footer of a feed."""
    with force_locale("de"):
        name = feed.committee.name if feed.committee else _("Meine Sitzungen")
        header = render_header(f"{name} ({settings().name})")
    return b"".join([header, *session.scalars(_events(feed)), FOOTER])


def _events(feed: Feed) -> sa.Select[tuple[bytes]]:
    zero = datetime.combine(feed.window_on, datetime.min.time(), now().tzinfo)
    if feed.committee_id is not None:
        shown: sa.ColumnElement[bool] = Meeting.committee_id == feed.committee_id
    else:
        table = seats(on=feed.window_on)
        mine = sa.select(table.c.committee_id).where(table.c.person_id == feed.person_id)
        shown = Meeting.committee_id.in_(mine)
    return (
        sa.select(Meeting.vevent)
        .where(
            shown,
            Meeting.starts_at >= zero - PAST_SHOWN,
            sa.or_(Meeting.state != MeetingState.CANCELLED, Meeting.starts_at >= zero - CANCELLED_SHOWN),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )


def _close_old_addresses(feed: Feed, folder: Path) -> None:
    last = feed.generation + feed.is_closed
    for token in (secret_token(feed.id, generation) for generation in range(last)):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{token}.gone").touch()
        (folder / f"{token}.ics").unlink(missing_ok=True)


def event_changed(meeting: Meeting) -> None:
    """Render the event anew and ask for every feed that shows it, in the transaction of the change."""
    session.flush()
    rendered = render_event(meeting)
    if rendered != meeting.vevent:
        if meeting.vevent:
            meeting.modified_at = later_second(meeting.modified_at)
        meeting.vevent = render_event(meeting)
        request_publication("feed", *feeds_showing(meeting.committee_id))


def feeds_showing(committee_id: int) -> list[int]:
    """Ids of the committee's feed and of the feeds of all who sit in it."""
    table = seats()
    sitting = sa.select(table.c.person_id).where(table.c.committee_id == committee_id)
    found = sa.select(Feed.id).where(sa.or_(Feed.committee_id == committee_id, Feed.person_id.in_(sitting)))
    return list(session.scalars(found))


def move_windows() -> None:
    """Once a day: let the windows move on and ask for the files; those that say the same stay untouched."""
    stale = list(session.scalars(sa.select(Feed.id).where(Feed.window_on < today())))
    session.execute(sa.update(Feed).where(Feed.id.in_(stale)).values(window_on=today()))
    request_publication("feed", *stale)
    session.commit()


def publish_everything() -> int:
    """Rebuild all feeds from the database, as `flask publish` does. Returns the number of feeds.

    Events are rendered anew where the house's name or address changed; what did not change keeps bytes and time.
    """
    for owner in [*session.scalars(sa.select(Committee)), *session.scalars(sa.select(Person))]:
        feed_of(owner)
    for meeting in session.scalars(sa.select(Meeting)):
        event_changed(meeting)
    feeds = list(session.scalars(sa.select(Feed.id)))
    session.commit()
    for feed_id in feeds:
        publish_feed(feed_id)
        session.commit()
    return len(feeds)


def _committee_changed(committee: Committee) -> None:
    request_publication("feed", feed_of(committee).id)
    for meeting in session.scalars(sa.select(Meeting).where(Meeting.committee_id == committee.id)):
        event_changed(meeting)


def _seats_changed(person: Person) -> None:
    request_publication("feed", feed_of(person).id)


def init_app(_app: Flask) -> None:
    publishing.publishers["feed"] = publish_feed
    publishing.daily["feeds"] = move_windows
    publishing.everything["feeds"] = publish_everything
    committees.committee_changed["feeds"] = _committee_changed
    committees.seats_changed["feeds"] = _seats_changed
