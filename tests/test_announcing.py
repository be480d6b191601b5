"""Who is told what of a meeting, whatever happens between inviting and sending."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from doors import House
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smtp import MailServer, Once, connect, drop, invite, lose_reply, press, reply, work

from meetings.announcing import tell_invited
from meetings.feeds import event_changed
from meetings.meeting import Meeting
from meetings.planning import invite as send_invitations
from portal.database import session
from portal.outbox import Letter
from portal.sending import Sender


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def kinds(server: MailServer, name: str = "member") -> list[str]:
    """The first words of the subjects that a person received."""
    return [one.message["Subject"].partition(":")[0] for one in server.to(name)]


def test_a_moved_meeting_is_told_with_the_old_and_the_new_date(house: House, server: MailServer) -> None:
    connect(house, server)
    with time_machine.travel("2027-01-10 10:00", tick=False):
        meeting = invite(house)
        work(house)
        press(house, meeting, "edit", on="2027-02-16", starts="14:00", ends="16:00", place="Raum 7")
        work(house)
    assert kinds(server) == ["Einladung", "Verschoben"]
    text = server.to("member")[1].text
    assert "Bisher: Dienstag, 9. Februar 2027, 11:00–13:00 Uhr" in text
    assert "Wann:  Dienstag, 16. Februar 2027, 14:00–16:00 Uhr" in text
    assert "Raum 7" in text


def test_a_cancellation_names_the_date_that_its_reader_knows(light_house: House, server: MailServer) -> None:
    connect(light_house, server)
    with time_machine.travel("2027-01-10 10:00", tick=False):
        meeting = invite(light_house)
        work(light_house)
        press(light_house, meeting, "edit", on="2027-02-16", starts="14:00", ends="16:00", place="")
        press(light_house, meeting, "cancel")
        work(light_house)
    assert kinds(server) == ["Einladung", "Abgesagt"]
    letter = server.to("member")[1]
    assert "am 09.02.2027" in letter.message["Subject"]
    assert "Dienstag, 9. Februar 2027, 11:00–13:00 Uhr" in letter.text


def test_a_new_title_takes_no_waiting_invitation_away(house: House, server: MailServer) -> None:
    meeting = invite(house)
    press(house, meeting, "edit", title="Jahresplanung")
    connect(house, server)
    work(house)
    assert kinds(server) == ["Einladung"]


def test_a_meeting_moved_there_and_back_before_sending_is_no_news(house: House, server: MailServer) -> None:
    connect(house, server)
    with time_machine.travel("2027-01-10 10:00", tick=False):
        meeting = invite(house)
        work(house)
        press(house, meeting, "edit", starts="14:00", ends="16:00")
        press(house, meeting, "edit", starts="11:00", ends="13:00")
        work(house)
    assert kinds(server) == ["Einladung"]


def test_a_cancellation_taken_back_is_told(house: House, server: MailServer) -> None:
    connect(house, server)
    meeting = invite(house)
    for button in ("cancel", "reinstate"):
        work(house)
        press(house, meeting, button)
    work(house)
    assert kinds(server) == ["Einladung", "Abgesagt", "Findet doch statt"]
    roots = {one.message["References"] for one in server.to("member")}
    assert len(roots) == 1


def test_a_change_while_the_letter_is_on_its_way_follows_it(house: House, server: MailServer) -> None:
    connect(house, server)
    meeting = invite(house)
    server.at["DATA"] = Once(lambda *_: press(house, meeting, "cancel"), at=2)
    work(house)
    assert kinds(server, "member") == ["Einladung", "Abgesagt"]
    assert kinds(server, "chair") == ["Einladung", "Abgesagt"]
    assert kinds(server, "secretary") == []


def test_who_refused_the_invitation_while_it_was_cancelled_hears_nothing(
    house: House, server: MailServer
) -> None:
    connect(house, server)
    meeting = invite(house)

    def cancel_and_greylist(*_: Any) -> str:
        press(house, meeting, "cancel")
        return "451 later"

    server.at["DATA"] = Once(cancel_and_greylist)
    work(house)
    assert server.received == []
    assert {letter.state for letter in house.letters()} == {"dropped"}


def test_who_may_have_the_invitation_hears_of_the_cancellation(house: House, server: MailServer) -> None:
    connect(house, server)
    meeting = invite(house)
    server.at["DATA"] = Once(lose_reply)
    work(house)
    press(house, meeting, "cancel")
    work(house)
    assert kinds(server, "chair") == ["Einladung", "Abgesagt"]


def test_who_may_have_missed_the_invitation_is_invited_again(house: House, server: MailServer) -> None:
    connect(house, server)
    meeting = invite(house)
    server.at["DATA"] = Once(drop)
    work(house)
    press(house, meeting, "cancel")
    press(house, meeting, "reinstate")
    work(house)
    assert kinds(server, "chair") == kinds(server, "member") == ["Einladung"]


# ---- random histories

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["invite", "cancel", "reinstate"])),
        st.tuples(st.just("move"), st.integers(0, 2)),
        st.tuples(
            st.just("send"), st.sampled_from(["well", "greylist", "lose", "drop", "off"]), st.integers(0, 3)
        ),
        st.tuples(st.just("send"), st.just("change"), st.sampled_from(["move", "cancel", "reinstate"])),
    ),
    max_size=10,
)
_names = itertools.count()
FAULTS = {"greylist": reply("451 later"), "lose": lose_reply, "drop": drop}
State = tuple[bool, Any, Any]


class History:
    """A meeting of the UAG (two people), and what was true of it at each SEQUENCE."""

    def __init__(self, house: House, server: MailServer) -> None:
        self.house, self.server = house, server
        self.meeting = house.meeting("uag-wohnen", days=200)
        self.truth: dict[int, State] = {}
        self.change(lambda _meeting: None)

    def change(self, action: Any) -> None:
        with self.house.rows():
            meeting = session.get_one(Meeting, self.meeting)
            action(meeting)
            event_changed(meeting)
            tell_invited(meeting)
            self.truth[meeting.sequence] = (not meeting.is_cancelled, meeting.starts_at, meeting.ends_at)
            session.commit()

    def act(self, action: str, hour: int = 1) -> None:
        with self.house.rows():
            state = session.get_one(Meeting, self.meeting).state.value
        if action == "invite" and state == "planned":
            self.change(send_invitations)
        elif action == "move" and state != "cancelled":
            self.change(
                lambda row: row.move(row.starts_at.replace(hour=10 + hour), row.ends_at.replace(hour=14), "")
            )
        elif action == "cancel" and state != "cancelled":
            self.change(Meeting.cancel)
        elif action == "reinstate" and state == "cancelled":
            self.change(Meeting.reinstate)

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

    def letters(self) -> list[Letter]:
        return [one for one in self.house.letters() if one.about == f"meeting:{self.meeting}"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=30,
    derandomize=True,
)
@given(steps=STEPS)
def test_the_last_letter_tells_the_truth_after_any_history(
    light_house: House, server: MailServer, steps: list[tuple[Any, ...]]
) -> None:
    connect(light_house, server)
    server.received.clear()
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        history = History(light_house, server)
        for step, *details in steps:
            if step == "send":
                history.send(*details, clock)
            else:
                history.act(step, *details)
        for _ in range(3):
            history.send("well", None, clock)
    by_id = {letter.message_id: letter for letter in history.letters()}
    assert {letter.state.value for letter in by_id.values()} <= {"sent", "dropped"}
    with light_house.rows() as rows:
        meeting = rows.get_one(Meeting, history.meeting)
        present = (not meeting.is_cancelled, meeting.starts_at, meeting.ends_at)
        was_invited = bool(meeting.invitations)
    for name in ("outsider", "housing"):
        arrived = [by_id[one.message["Message-ID"]] for one in server.to(name)]
        distinct = [letter for letter, _ in itertools.groupby(arrived)]
        told = [history.truth[letter.revision] for letter in distinct]
        doubted = [letter.perhaps_received for letter in distinct]
        assert [letter.revision for letter in distinct] == sorted({letter.revision for letter in distinct})
        assert (
            not distinct
            or distinct[0].kind != "cancelled"
            or any(one.perhaps_received for one in by_id.values())
        )
        assert told[-1] == present if told else not (was_invited and present[0])
        for (before, after), doubt in zip(itertools.pairwise(told), doubted, strict=False):
            assert before != after or doubt
