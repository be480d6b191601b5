"""Who is told what of a meeting, whatever happens between inviting and sending."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from doors import House
from smtp import MailServer, Once, connect, drop, invite, lose_reply, press, work


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
