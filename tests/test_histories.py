"""Random histories of planning, moving, cancelling and reinstating: calendars and letters stay true."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from doors import House
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event
from smtp import MailServer, Once, Received, connect, drop, lose_reply, reply

from meetings.announcing import tell_invited
from meetings.feeds import event_changed
from meetings.meeting import Meeting
from meetings.scheduling import invite as send_invitations
from portal import publishing
from portal.database import session
from portal.outbox import Letter
from portal.people import person_by_email
from portal.sending import Sender

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["invite", "cancel", "reinstate"])),
        st.tuples(st.sampled_from(["move", "place", "link", "title"]), st.integers(0, 2)),
        st.tuples(
            st.just("send"), st.sampled_from(["well", "greylist", "lose", "drop", "off"]), st.integers(0, 3)
        ),
        st.tuples(st.just("send"), st.just("change"), st.sampled_from(["move", "cancel", "reinstate"])),
    ),
    max_size=10,
)
FAULTS = {"greylist": reply("451 later"), "lose": lose_reply, "drop": drop}
Facts = tuple[bool, datetime, datetime, str, str, str]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


class History:
    """A meeting of the UAG (two people), what was true of it at each revision, and how its event went on."""

    def __init__(self, house: House, server: MailServer) -> None:
        self.house, self.server = house, server
        self.meeting = house.meeting("uag-wohnen", days=200)
        self.truth: dict[int, Facts] = {}
        self.sequences: dict[int, int] = {}
        self.events: list[tuple[Facts, str, int, datetime, bytes]] = []
        self.change(lambda _meeting: None)

    def change(self, action: Any) -> None:
        with self.house.rows():
            meeting = session.get_one(Meeting, self.meeting)
            action(meeting)
            event_changed(meeting)
            tell_invited(meeting)
            self.truth[meeting.revision] = facts(meeting)
            self.sequences[meeting.revision] = meeting.sequence
            event = (facts(meeting), meeting.uid, meeting.sequence, meeting.modified_at, meeting.vevent)
            self.events.append(event)
            session.commit()

    def act(self, action: str, choice: int = 1) -> None:
        with self.house.rows():
            state = session.get_one(Meeting, self.meeting).state.value
        if action == "invite" and state == "planned":
            self.change(send_invitations)
        elif action == "cancel" and state != "cancelled":
            self.change(Meeting.cancel)
        elif action == "reinstate" and state == "cancelled":
            self.change(Meeting.reinstate)
        elif action == "title" and state != "cancelled":
            self.change(lambda row: row.rename(f"Anlass {choice}"))
        elif action == "move" and state != "cancelled":
            self.change(lambda row: row.move(at(row, 10 + choice), at(row, 14), row.place))
        elif action == "place" and state != "cancelled":
            self.change(lambda row: row.move(row.starts_at, row.ends_at, f"Raum {choice}"))
        elif action == "link" and state != "cancelled":
            link = f"https://video.example.org/{choice}"
            self.change(lambda row: row.move(row.starts_at, row.ends_at, row.place, link))

    def send(self, weather: str, detail: Any, clock: Any) -> None:
        self.server.at.clear()
        if weather == "change":
            self.server.at["DATA"] = Once(lambda *_: self.act(detail))
        elif weather == "off":
            self.server.at["CONNECT"] = drop
        elif weather != "well":
            self.server.at["DATA"] = Once(FAULTS[weather], at=1 + detail)
        clock.shift(timedelta(days=1, minutes=1))
        with self.house.rows():
            sender = Sender("a worker")
            while sender.send_due():
                pass

    def live(self, steps: list[tuple[Any, ...]], clock: Any) -> None:
        for step, *details in steps:
            if step == "send":
                self.send(*details, clock)
            else:
                self.act(step, *details)
        for _ in range(3):
            self.send("well", None, clock)

    def letters(self) -> list[Letter]:
        return [one for one in self.house.letters() if one.about == f"meeting:{self.meeting}"]


def facts(meeting: Meeting) -> Facts:
    is_live = not meeting.is_cancelled
    return is_live, meeting.starts_at, meeting.ends_at, meeting.place, meeting.link, meeting.title


def at(meeting: Meeting, hour: int) -> datetime:
    return meeting.starts_at.replace(hour=hour)


def calendar_of(letter: Received) -> tuple[Calendar, Event]:
    """The calendar part, whose method equals that of its content type, and its event."""
    (part,) = [one for one in letter.message.walk() if one.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert calendar["METHOD"] == part.get_param("method")
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def random_histories(examples: int) -> Any:
    return settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        deadline=None,
        max_examples=examples,
        derandomize=True,
    )


@pytest.fixture
def calendar_house(light_house: House, server: MailServer) -> House:
    """Hanne gets calendar invitations, Oskar plain letters."""
    connect(light_house, server, PORTAL_REPLIES="pipe")
    with light_house.rows() as rows:
        person_by_email("housing@example.org").wants_invitations = True
        rows.commit()
    return light_house


def check_letters(house: House, server: MailServer, steps: list[tuple[Any, ...]]) -> None:
    server.received.clear()
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        history = History(house, server)
        history.live(steps, clock)
    by_id = {letter.message_id: letter for letter in history.letters()}
    assert {letter.state.value for letter in by_id.values()} <= {"sent", "dropped"}
    with house.rows() as rows:
        meeting = rows.get_one(Meeting, history.meeting)
        present, was_invited = facts(meeting), bool(meeting.invitations)
    for name in ("outsider", "housing"):
        received = [one for one in server.to(name) if one.message["Message-ID"] in by_id]
        arrived = [by_id[one.message["Message-ID"]] for one in received]
        distinct = [letter for letter, _ in itertools.groupby(arrived)]
        told = [history.truth[letter.revision] for letter in distinct]
        doubted = [letter.perhaps_received for letter in distinct]
        assert [letter.revision for letter in distinct] == sorted({letter.revision for letter in distinct})
        was_cancelled_first = bool(distinct) and distinct[0].kind == "cancelled"
        assert not was_cancelled_first or any(one.perhaps_received for one in by_id.values())
        assert told[-1] == present if told else not (was_invited and present[0])
        for (before, after), doubt in zip(itertools.pairwise(told), doubted, strict=False):
            assert before != after or doubt
        check_calendar_parts(history, name, received, by_id)


def check_calendar_parts(
    history: History, name: str, received: list[Received], by_id: dict[str, Letter]
) -> None:
    """Plain letters carry none; those of one invitation grow in DTSTAMP and never fall in SEQUENCE."""
    if name == "outsider":
        assert all("text/calendar" not in one.content.decode("ascii") for one in received)
        return
    stamps, sequences = {}, []
    for one in received:
        letter = by_id[one.message["Message-ID"]]
        if letter.kind == "renamed":
            assert b"text/calendar" not in one.content
            continue
        calendar, event = calendar_of(one)
        assert (calendar["METHOD"] == "CANCEL") == (letter.kind == "cancelled")
        assert event["UID"] == f"sitzung-{history.meeting}@portal.example.org"
        assert event["SEQUENCE"] == history.sequences[letter.revision]
        assert event["ATTENDEE"] == "mailto:housing@example.org"
        stamps.setdefault(letter.id, set()).add(event["DTSTAMP"].dt)
        sequences.append(event["SEQUENCE"])
    assert sequences == sorted(sequences)
    assert all(len(of_one_letter) == 1 for of_one_letter in stamps.values())
    in_order = [min(found) for found in stamps.values()]
    assert in_order == sorted(set(in_order))


@random_histories(12)
@given(steps=STEPS)
def test_the_last_letter_tells_the_truth_after_any_history(
    calendar_house: House, server: MailServer, steps: list[tuple[Any, ...]]
) -> None:
    check_letters(calendar_house, server, steps)


@pytest.mark.drill
@random_histories(120)
@given(steps=STEPS)
def test_the_last_letter_tells_the_truth_after_many_more_histories(
    calendar_house: House, server: MailServer, steps: list[tuple[Any, ...]]
) -> None:
    check_letters(calendar_house, server, steps)


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["invite", "cancel", "reinstate"])),
        st.tuples(st.sampled_from(["move", "place", "link", "title"]), st.integers(0, 2)),
    ),
    max_size=12,
)


@random_histories(30)
@given(steps=CHANGES)
def test_an_event_keeps_its_uid_and_counts_after_any_history(
    light_house: House, steps: list[tuple[Any, ...]]
) -> None:
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        history = History(light_house, None)
        for step, *details in steps:
            clock.shift(-1)  # clocks are set back now and then; a stamp never is
            history.act(step, *details)
        with light_house.rows():
            publishing.publish_pending()
    assert len({uid for _, uid, *_ in history.events}) == 1
    for before, after in itertools.pairwise(history.events):
        counts = before[0][:4] != after[0][:4]  # start, end, place, cancelled or not; a link does not
        assert after[2] == before[2] + counts
        if before[4] == after[4]:
            assert after[3] == before[3]
        else:
            assert after[3] > before[3]
    calendar = Calendar.from_ical(light_house.calendar("uag-wohnen"))
    own = [event for event in calendar.walk("VEVENT") if event["UID"] == history.events[-1][1]]
    assert [event["SEQUENCE"] for event in own] == [history.events[-1][2]]
    assert own[0]["LAST-MODIFIED"].dt == own[0]["DTSTAMP"].dt == history.events[-1][3]
