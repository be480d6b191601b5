"""A member's own Atom feed of the archive: a file behind a secret address, with what its owner may see.

It is written anew whenever the digest chain grew, and with each day, since seats end by date.
"""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from minutes import archive, search
from minutes.atom import Entries, render_entries, render_feed
from minutes.decision import Decision
from minutes.decision_access import decisions_visible_to
from minutes.decision_record import records
from portal import committees, jobs, publishing
from portal.chain import ChainLink
from portal.clock import today
from portal.committees import Committee, committees_of
from portal.database import Base, session
from portal.outbox import link, settings
from portal.people import Person
from portal.publishing import FILES_AT_ONCE, Files
from portal.secret_files import SecretFile

NEWEST = 50
KIND = "archive_feed"


class ArchiveFeed(SecretFile, Base):
    """The feed of a person who asked for one.

    `sequence` is the newest link of the chain, and `written_on` the day, for which it was written last.
    """

    __tablename__ = KIND
    purpose, suffix = "archive:", "atom"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    written_on: Mapped[date | None]

    person: Mapped[Person] = relationship()

    @property
    def is_closed(self) -> bool:
        return self.is_revoked or not self.person.is_active


def publish(feed_ids: Sequence[int], files: Files) -> None:
    """Write the files of feeds; people who sit in the same committees share what is rendered for them."""
    wanted = sa.select(ArchiveFeed).where(ArchiveFeed.id.in_(feed_ids)).order_by(ArchiveFeed.id)
    locked = wanted.with_for_update(of=ArchiveFeed).options(joinedload(ArchiveFeed.person))
    rendered: dict[frozenset[int], Entries] = {}
    for feed in session.scalars(locked).all():
        # Before what it holds is read: a link that comes in between has it written once more.
        feed.sequence, feed.written_on = session.scalar(_newest_link()) or 0, today()
        feed.close_old_addresses()
        if feed.is_closed:
            continue
        seats = frozenset(session.scalars(committees_of(feed.person)))
        if seats not in rendered:
            rendered[seats] = _entries(feed.person)
        feed.publish(_content(feed, rendered[seats]), files)


def write_stale() -> int:
    """Write the feeds that are older than the chain, or than today. Returns their number."""
    is_stale = sa.or_(
        ArchiveFeed.sequence < _newest_link().scalar_subquery(),
        ArchiveFeed.written_on.is_(None),
        ArchiveFeed.written_on < today(),
    )
    some = sa.select(ArchiveFeed.id).where(is_stale).order_by(ArchiveFeed.id).limit(FILES_AT_ONCE)
    written = 0
    while stale := session.scalars(some).all():
        with Files() as files:
            publish(stale, files)
        session.commit()
        written += len(stale)
    session.rollback()
    return written


def publish_everything() -> int:
    """Write all feeds, as `flask publish` does. Returns their number."""
    feeds = session.scalars(sa.select(ArchiveFeed.id).order_by(ArchiveFeed.id)).all()
    for first in range(0, len(feeds), FILES_AT_ONCE):
        with Files() as files:
            publish(feeds[first : first + FILES_AT_ONCE], files)
        session.commit()
    return len(feeds)


def _newest_link() -> sa.Select[int | None]:
    return sa.select(sa.func.max(ChainLink.sequence))


def _entries(person: Person) -> Entries:
    # The index finds the newest ones at once, also for somebody who may see few among many.
    keys = search.search("", archive.readable_scope(person), [], limit=NEWEST).keys
    visible = decisions_visible_to(person)
    wanted = visible.where(Decision.archive_key.in_(keys)).order_by(Decision.archive_key.desc())
    newest = records(wanted, visible, None)
    return render_entries(newest, lambda decision: link("archive.show", number=decision.number))


def _content(feed: ArchiveFeed, entries: Entries) -> bytes:
    with force_locale("de"):
        title = _("Entscheidungen (%(name)s)", name=settings().name)
    return render_feed(f"archive:{feed.id}", title, feed.url, link("archive.index"), entries)


def _seats_changed(person: Person) -> None:
    feed = session.scalar(sa.select(ArchiveFeed).where(ArchiveFeed.person_id == person.id))
    if feed is not None:
        feed.ask_for_publication()


def _committee_changed(_committee: Committee) -> None:
    session.execute(sa.update(ArchiveFeed).values(written_on=None))


def init_app(_app: Flask) -> None:
    publishing.publishers[KIND] = publish
    publishing.everything[KIND] = publish_everything
    jobs.often[KIND] = write_stale
    committees.seats_changed[KIND] = _seats_changed
    committees.committee_changed[KIND] = _committee_changed
