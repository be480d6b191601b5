"""What becomes of letters at a mail server that behaves in all the ways mail servers do."""

from collections.abc import Iterator

import pytest
from doors import House
from smtp import MailServer, connect, work

from portal.credentials import Purpose, send_link
from portal.people import person_by_email
from portal.database import session


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def test_a_letter_reaches_the_server(house: House, server: MailServer) -> None:
    with house.rows() as rows:
        send_link(person_by_email("member@example.org"), Purpose.RESET)
        rows.commit()
    connect(house, server)
    work(house)
    assert [one.to for one in server.received] == ["member@example.org"]
    print(server.received[0].content.decode())
    print(server.received[0].text)
    assert house.letters()[0].state == "sent"
