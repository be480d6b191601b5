"""What a moved meeting of 200 people costs in portals of 10, 100 and 1,000 committees: part of `make bench`."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask

from meetings.announcing import tell_invited
from meetings.feeds import event_changed
from meetings.meeting import Invitation, Meeting
from meetings.scheduling import invite
from portal import publishing
from portal.app import create_app
from portal.committees import (
    Committee,
    CommitteeKind,
    Membership,
    Role,
    note_changed_committee,
    note_changed_seats,
)
from portal.database import session
from portal.migration import migrate
from portal.people import Person
from portal.settings import make_instance, read_settings

SIZES = (10, 100, 1000)
PEOPLE_MOVED = 200
PEOPLE_ELSEWHERE = 4
ROUNDS = 5
DAY = datetime(2031, 5, 6, 8, tzinfo=UTC)


@contextmanager
def portal_of(committees: int) -> Iterator[Flask]:
    """An empty portal with so many committees of four people, whose feeds are all published."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"PORTAL_INSTANCE": str(Path(folder) / "instance")})
        make_instance(settings, name="Messung", domain="portal.example.org")
        app = create_app(settings)
        with app.app_context():
            migrate()
            for number in range(committees):
                meeting_of(committee_of(f"g{number}", PEOPLE_ELSEWHERE))
            session.commit()
            publishing.publish_pending()
            yield app
            session.close()


def committee_of(slug: str, people: int) -> Committee:
    committee = Committee(
        slug=slug, code=slug.upper(), name=f"Gremium {slug}", kind=CommitteeKind.WORKING_GROUP
    )
    session.add(committee)
    note_changed_committee(committee)
    for number in range(people):
        person = Person(email=f"{slug}-{number}@example.org", name=f"Mitglied {slug} {number}")
        session.add(person)
        session.flush()
        session.add(
            Membership(person=person, committee=committee, role=Role.MEMBER, starts_on=date(2020, 1, 1))
        )
        note_changed_seats(person)
    return committee


def meeting_of(committee: Committee) -> Meeting:
    meeting = Meeting(committee=committee, starts_at=DAY, ends_at=DAY + timedelta(hours=2), place="Rathaus")
    session.add(meeting)
    event_changed(meeting)
    return meeting


def all_told(meeting: Meeting) -> None:
    """As after a round of letters: everybody knows the present date."""
    for row in session.query(Invitation).where(Invitation.meeting_id == meeting.id):
        row.told_live, row.told_place, row.told_link, row.told_title = True, meeting.place, meeting.link, ""
        row.told_starts_at, row.told_ends_at, row.letter_id = meeting.starts_at, meeting.ends_at, None
    session.commit()


def move(meeting: Meeting, days: int) -> None:
    shift = timedelta(days=days)
    meeting.move(meeting.starts_at + shift, meeting.ends_at + shift, meeting.place)
    event_changed(meeting)
    assert tell_invited(meeting) == PEOPLE_MOVED
    session.commit()


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(committees: int) -> tuple[float, float, int]:
    """Median seconds until the change is committed with its letters, and until its files are written; files written."""
    with portal_of(committees):
        meeting = meeting_of(committee_of("moved", PEOPLE_MOVED))
        invite(meeting)
        session.commit()
        publishing.publish_pending()
        commits, files, written = [], [], 0
        for _ in range(ROUNDS):
            all_told(meeting)
            commits.append(seconds(lambda: move(meeting, 1)))
            start = time.perf_counter()
            written = publishing.publish_pending()
            files.append(time.perf_counter() - start)
        return statistics.median(commits), statistics.median(files), written


def rows() -> Iterator[tuple[str, str, str]]:
    for committees in SIZES:
        commit, files, written = measure(committees)
        name = f"moved meeting of 200, {committees} committees"
        yield name, f"{commit:.2f} s", f"{written} files {files:.2f} s"


if __name__ == "__main__":
    for name, commit, files in rows():
        print(f"{name:<40}{commit:>10}{files:>20}", flush=True)
