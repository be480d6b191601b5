"""Reminders: three days before, to those who have not answered, and never of what no longer holds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from smtp import MailServer, connect, press, work
from test_access import LONG_AGO, deputy, seat
from test_replies import ANSWER, move, say, stored

from portal.people import LetterWish, Person

EARLY = datetime(2027, 1, 10, 10, tzinfo=UTC)
THREE_DAYS_BEFORE = datetime(2027, 2, 6, 6, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(EARLY, tick=False) as traveller:
        yield traveller


def invited(house: House, server: MailServer | None = None, **columns: str) -> int:
    """A meeting on 9 February 2027, to which everybody was invited long before."""
    if server:
        connect(house, server)
    meeting = house.meeting(**columns)
    press(house, meeting, "invite")
    work(house)
    return meeting


def reminded(house: House) -> list[tuple[str, str]]:
    """To whom a reminder was written, and what became of it."""
    found = house.letters("reminder")
    return sorted((letter.address.partition("@")[0], letter.state.value) for letter in found)


def names(house: House) -> list[str]:
    return [name for name, _state in reminded(house)]


def test_who_has_not_answered_is_reminded_three_days_before_and_once(
    house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    meeting = invited(house, server, place="Rathaus", link="https://video.example.org/lk")
    say(house, meeting, "chair", answer="yes")
    clock.move_to(THREE_DAYS_BEFORE - timedelta(days=1))
    work(house)
    assert reminded(house) == []
    for day in (0, 1, 2):
        clock.move_to(THREE_DAYS_BEFORE + timedelta(days=day))
        work(house)
    assert reminded(house) == [("member", "sent"), ("secretary", "sent")]
    letter = server.to("member")[-1]
    assert letter.message["Subject"].startswith("Erinnerung: Lenkungskreis am 09.02.2027")
    for words in ("Dienstag, 9. Februar 2027, 11:00–13:00 Uhr", "Rathaus", "https://video.example.org/lk"):
        assert words in letter.text
    assert letter.message["References"] == server.to("member")[0].message["References"]
    assert submit(house.visitor(), ANSWER.search(letter.text)[1], answer="no").status_code == 303
    assert stored(house) == ("no", "", "link")


def test_a_reminder_can_be_refused_with_one_click(
    light_house: House, server: MailServer, clock: time_machine.Traveller
) -> None:
    invited(light_house, server)
    clock.move_to(THREE_DAYS_BEFORE)
    work(light_house)
    message = server.to("member")[-1].message
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<http")


@pytest.mark.parametrize(
    ("wish", "state"), [(LetterWish.COMPULSORY, []), (LetterWish.DAILY, [("member", "collected")])]
)
def test_a_reminder_follows_its_readers_wish(
    light_house: House, clock: time_machine.Traveller, wish: LetterWish, state: list[tuple[str, str]]
) -> None:
    meeting = invited(light_house)
    for name in ("chair", "secretary"):
        say(light_house, meeting, name, answer="yes")
    with light_house.rows() as rows:
        rows.execute(sa.update(Person).values(letters=wish))
        rows.commit()
    clock.move_to(THREE_DAYS_BEFORE)
    work(light_house)
    assert reminded(light_house) == state


def test_an_answer_to_the_old_date_is_no_answer(house: House, clock: time_machine.Traveller) -> None:
    meeting = invited(house)
    for name in ("chair", "secretary", "member"):
        say(house, meeting, name, answer="yes")
    move(house, meeting)
    say(house, meeting, "chair", answer="yes")
    clock.move_to(THREE_DAYS_BEFORE)
    work(house)
    assert names(house) == ["member", "secretary"]


def test_a_meeting_that_moved_is_reminded_of_again(light_house: House, clock: time_machine.Traveller) -> None:
    meeting = invited(light_house)
    clock.move_to(THREE_DAYS_BEFORE)
    work(light_house)
    press(light_house, meeting, "edit", on="2027-02-16")
    clock.move_to(THREE_DAYS_BEFORE + timedelta(days=7))
    work(light_house)
    assert names(light_house) == ["chair", "chair", "member", "member", "secretary", "secretary"]


@pytest.mark.parametrize("change", ["cancel", "move", "answer", "seat"])
def test_a_reminder_that_no_longer_holds_is_not_sent(
    house: House, server: MailServer, clock: time_machine.Traveller, change: str
) -> None:
    meeting = invited(house)
    clock.move_to(THREE_DAYS_BEFORE)
    work(house)
    assert ("member", "queued") in reminded(house)
    if change == "cancel":
        press(house, meeting, "cancel")
    elif change == "move":
        press(house, meeting, "edit", on="2027-02-16")
    elif change == "answer":
        say(house, meeting, answer="perhaps")
    else:
        seat(house, "member", ends_on=date(2027, 2, 5))
    connect(house, server)
    work(house)
    assert ("member", "dropped") in reminded(house)
    assert not any(one.message["Subject"].startswith("Erinnerung") for one in server.to("member"))


def test_nobody_is_reminded_of_a_cancelled_or_merely_planned_meeting(
    light_house: House, clock: time_machine.Traveller
) -> None:
    press(light_house, invited(light_house), "cancel")
    light_house.meeting(title="Noch nicht eingeladen")
    clock.move_to(THREE_DAYS_BEFORE)
    work(light_house)
    assert reminded(light_house) == []


def test_an_invitation_at_short_notice_is_not_followed_by_a_reminder_at_once(
    light_house: House, clock: time_machine.Traveller
) -> None:
    clock.move_to(THREE_DAYS_BEFORE - timedelta(hours=3))
    meeting = light_house.meeting(days=3)
    press(light_house, meeting, "invite")
    clock.move_to(THREE_DAYS_BEFORE)
    work(light_house)
    assert reminded(light_house) == []
    clock.move_to(THREE_DAYS_BEFORE + timedelta(days=1))
    work(light_house)
    assert names(light_house) == ["chair", "member", "secretary"]


def test_a_deputy_is_reminded_only_when_they_are_to_come(
    light_house: House, clock: time_machine.Traveller
) -> None:
    deputy(light_house, "outsider", "member", LONG_AGO, None)
    meeting = invited(light_house)
    clock.move_to(THREE_DAYS_BEFORE)
    work(light_house)
    assert "outsider" not in names(light_house)
    say(light_house, meeting, answer="deputy")
    clock.move_to(THREE_DAYS_BEFORE + timedelta(days=1))
    work(light_house)
    assert "outsider" in names(light_house)
