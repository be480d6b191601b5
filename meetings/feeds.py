"""Calendar feeds: one per committee and one per person, each a file behind its own secret address."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from meetings import deadlines
from meetings.calendar_text import render_event
from meetings.feed_content import FeedContents
from meetings.meeting import Meeting
from portal import committees, jobs, outbox, publishing
from portal.clock import later_second, today
from portal.committees import Committee, seats
from portal.database import Base, serialise, session
from portal.people import Person
from portal.publishing import FILES_AT_ONCE, Files, request_publication
from portal.secret_files import SecretFile

BATCH = 500  # events rendered in one transaction


class Feed(SecretFile, Base):
    """A feed of a committee or of a person.

    `window_on` is the day from which its window of twelve months was counted. `hidden_committees` are ids of
    committees that a person leaves out of the personal feed.
    """

    __tablename__ = "feed"
    __table_args__ = (sa.CheckConstraint("(committee_id IS NULL) <> (person_id IS NULL)", "one_owner"),)
    purpose, suffix = "", "ics"

    committee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("committee.id"), unique=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    window_on: Mapped[date] = mapped_column(default=today)
    with_deadlines: Mapped[bool] = mapped_column(default=True)
    with_cancelled: Mapped[bool] = mapped_column(default=True)
    hidden_committees: Mapped[list[int]] = mapped_column(sa.JSON, default=list)

    committee: Mapped[Committee | None] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def is_closed(self) -> bool:
        return self.is_revoked or (self.person is not None and not self.person.is_active)

    def show(self, *, hidden_committees: list[int], with_deadlines: bool, with_cancelled: bool) -> None:
        """Choose what a personal feed holds; that of a committee always holds everything."""
        self.hidden_committees = hidden_committees
        self.with_deadlines, self.with_cancelled = with_deadlines, with_cancelled
        self.ask_for_publication()


def feed_of(owner: Committee | Person) -> Feed:
    """The feed of a committee or person, made when it is missing."""
    column = Feed.committee_id if isinstance(owner, Committee) else Feed.person_id
    feed = session.scalar(sa.select(Feed).where(column == owner.id))
    if feed is None:
        feed = Feed(**{column.key: owner.id})
        session.add(feed)
        session.flush()
        feed.ask_for_publication()
    return feed


def publish_feeds(feed_ids: Sequence[int], files: Files) -> None:
    """Write the files of feeds; a version of other bytes gets a strictly later time."""
    wanted = sa.select(Feed).where(Feed.id.in_(feed_ids)).order_by(Feed.id).with_for_update(of=Feed)
    feeds = session.scalars(wanted.options(joinedload(Feed.person), joinedload(Feed.committee))).all()
    contents = FeedContents(feeds)
    for feed in feeds:
        feed.close_old_addresses()
        if not feed.is_closed:
            feed.publish(contents.of(feed), files)


def event_changed(meeting: Meeting) -> None:
    """Render the event anew and ask for every feed that shows it, in the transaction of the change."""
    # Whoever renders holds committee and meeting, in this order, and reads them afresh: of two changes at
    # once, the later rendering would otherwise carry words that the other one has just replaced.
    with session.no_autoflush:
        session.refresh(meeting.committee, with_for_update={"read": True, "key_share": True})
        if meeting.id is not None:
            # Before the meeting's row, as answers do: in another order two people would wait for each other.
            serialise(outbox.name_of(meeting))
    session.flush()
    is_new = not meeting.vevent  # it was just made, and nobody else sees it yet
    if not is_new:
        if render_event(meeting) == meeting.vevent:
            return
        held = sa.select(Meeting).where(Meeting.id == meeting.id).with_for_update()
        session.scalars(held.execution_options(populate_existing=True)).one()
        meeting.modified_at = later_second(meeting.modified_at)
    meeting.vevent = render_event(meeting)
    request_publication("calendars", meeting.committee_id)
    deadlines.keep_up(meeting, is_new=is_new)


def ask_for_calendars(committee_ids: Sequence[int], _files: Files) -> None:
    """Ask for the committees' feeds and the feeds of all who sit in them."""
    table = seats()
    sitting = sa.select(table.c.person_id).where(table.c.committee_id.in_(committee_ids))
    found = sa.select(Feed.id).where(
        sa.or_(Feed.committee_id.in_(committee_ids), Feed.person_id.in_(sitting))
    )
    request_publication("feed", *session.scalars(found))


def move_windows() -> None:
    """Once a day: let the windows move on and ask for the files; those that say the same stay untouched."""
    stale = list(session.scalars(sa.select(Feed.id).where(Feed.window_on < today())))
    session.execute(sa.update(Feed).where(Feed.id.in_(stale)).values(window_on=today()))
    request_publication("feed", *stale)
    session.commit()


def publish_everything() -> int:
    """Rebuild all feeds from the database, as `flask publish` does. Returns the number of feeds.

    Events are rendered anew where the house's address changed; what did not change keeps bytes and time.
    """
    for owner in [*session.scalars(sa.select(Committee)), *session.scalars(sa.select(Person))]:
        feed_of(owner)
    session.commit()
    last = 0
    following = sa.select(Meeting).order_by(Meeting.id).limit(BATCH)
    while batch := session.scalars(following.where(Meeting.id > last)).all():
        last = batch[-1].id
        for meeting in batch:
            if render_event(meeting) != meeting.vevent:
                event_changed(meeting)
        session.commit()
    deadlines.keep_up_everything()
    feeds = session.scalars(sa.select(Feed.id).order_by(Feed.id)).all()
    for first in range(0, len(feeds), FILES_AT_ONCE):
        with Files() as files:
            publish_feeds(feeds[first : first + FILES_AT_ONCE], files)
        session.commit()
    return len(feeds)


def _committee_changed(committee: Committee) -> None:
    feed_of(committee).ask_for_publication()
    mine = sa.select(Meeting).where(Meeting.committee_id == committee.id)
    for meeting in session.scalars(mine.order_by(Meeting.id)):
        event_changed(meeting)
    deadlines.keep_up_committee(committee)


def _seats_changed(person: Person) -> None:
    feed_of(person).ask_for_publication()


def init_app(_app: Flask) -> None:
    publishing.publishers["feed"] = publish_feeds
    publishing.publishers["calendars"] = ask_for_calendars
    jobs.daily["feeds"] = move_windows
    publishing.everything["feeds"] = publish_everything
    committees.committee_changed["feeds"] = _committee_changed
    committees.seats_changed["feeds"] = _seats_changed
