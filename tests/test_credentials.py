"""Invitation and reset links: once, for a time, for one purpose, dead after a change of password or address."""

import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import PASSWORD, House, submit
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import throttle
from portal.audit import AuditEntry
from portal.clock import now
from portal.credentials import CredentialLink, Purpose, send_link
from portal.outbox import Letter
from portal.people import Person, person_by_email

FRESH = "noch ein ganz neuer Satz"


def link(house: House, name: str = "member", purpose: Purpose = Purpose.RESET) -> str:
    """The address of a new link, as the letter will show it."""
    with house.rows() as rows:
        token = send_link(person_by_email(f"{name}@example.org"), purpose).token
        rows.commit()
        return f"/reset/{token}"


def use(client: FlaskClient, address: str, password: str = FRESH) -> TestResponse:
    return submit(client, address, password=password, password_again=password)


def test_a_link_sets_the_password_once(house: House) -> None:
    address = link(house)
    assert use(house.visitor(), address).status_code == 302
    assert house.sign_in("member", FRESH).get("/").status_code == 200
    assert house.visitor().get(address).status_code == 410
    answer = submit(house.visitor(), "/login", email="member@example.org", password=PASSWORD)
    assert answer.status_code == 422


def test_looking_at_a_link_does_not_use_it_up(house: House) -> None:
    address, scanner = link(house), house.visitor()
    for _ in range(3):
        assert scanner.get(address).status_code == 200
        assert scanner.head(address).status_code == 200
    assert use(house.visitor(), address).status_code == 302


@pytest.mark.parametrize(
    ("purpose", "life"), [(Purpose.RESET, timedelta(hours=2)), (Purpose.WELCOME, timedelta(days=14))]
)
def test_a_link_lives_for_its_time(light_house: House, purpose: Purpose, life: timedelta) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        address = link(light_house, purpose=purpose)
        clock.shift(life - timedelta(seconds=1))
        assert light_house.visitor().get(address).status_code == 200
        clock.shift(1)
        assert light_house.visitor().get(address).status_code == 410


def test_a_new_link_kills_the_one_before(light_house: House) -> None:
    before, after = link(light_house), link(light_house)
    assert light_house.visitor().get(before).status_code == 410
    assert light_house.visitor().get(after).status_code == 200


def test_a_change_of_password_kills_every_link(house: House) -> None:
    addresses = [link(house), link(house, purpose=Purpose.WELCOME)]
    fields = {"password_now": PASSWORD, "password": FRESH, "password_again": FRESH}
    submit(house.sign_in("member"), "/account", action="/account/password", **fields)
    assert [house.visitor().get(address).status_code for address in addresses] == [410, 410]


@pytest.mark.parametrize("change", [{"email": "glied@example.org"}, {"is_admin": "y"}])
def test_a_change_of_address_or_office_kills_every_link(house: House, change: dict[str, str]) -> None:
    address = link(house)
    submit(house.sign_in("admin"), f"/admin/people/{number(house, 'member')}", **change)
    assert house.visitor().get(address).status_code == 410


def number(house: House, name: str) -> int:
    with house.rows() as rows:
        return rows.scalars(sa.select(Person.id).where(Person.email == f"{name}@example.org")).one()


def test_a_link_of_an_account_that_was_closed_stays_dead_when_it_opens_again(light_house: House) -> None:
    address, person = link(light_house), number(light_house, "member")
    admin, page = light_house.sign_in("admin"), f"/admin/people/{person}"
    submit(admin, page, action=f"{page}/disable")
    assert light_house.visitor().get(address).status_code == 410
    submit(admin, page, action=f"{page}/enable")
    assert light_house.visitor().get(address).status_code == 410


def test_a_reset_ends_every_session(house: House) -> None:
    client = house.sign_in("member")
    use(house.visitor(), link(house))
    assert client.get("/").status_code == 302


def test_of_two_at_once_one_sets_the_password(house: House) -> None:
    address, answers = link(house), []
    browsers = [house.visitor(), house.visitor()]
    pages = [browser.get(address).text for browser in browsers]
    start = threading.Barrier(2)

    def send(browser: FlaskClient, page: str, password: str) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        start.wait()
        fields = {"csrf_token": token, "password": password, "password_again": password}
        answers.append((browser.post(address, data=fields).status_code, password))

    passwords = ["der Satz der ersten Person", "der Satz der zweiten Person"]
    threads = [
        threading.Thread(target=send, args=each) for each in zip(browsers, pages, passwords, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [302, 410]
    house.sign_in("member", next(password for status, password in answers if status == 302))


FORGED = [
    "",
    "1",
    "-",
    "1-",
    "x-y",
    "1-ä",
    "²-x",
    "0-x",
    "-1-x",
    "999999999-x",
    "9" * 400 + "-x",
    "1-" + "A" * 43,
]


def test_a_forged_token_opens_nothing_and_is_no_fault(house: House) -> None:
    link(house)
    for token in (*FORGED, "%00"):
        assert house.visitor().get(f"/reset/{token}").status_code in {400, 404, 410}, token


def test_a_token_fits_its_own_row_and_purpose_only(house: House) -> None:
    reset, welcome = link(house), link(house, purpose=Purpose.WELCOME)
    first, second = reset.rpartition("/")[2], welcome.rpartition("/")[2]
    crossed = f"{first.partition('-')[0]}-{second.partition('-')[2]}"
    assert house.visitor().get(f"/reset/{crossed}").status_code == 410
    assert house.visitor().get(f"/reset/{first}x").status_code == 410


def test_the_token_of_a_feed_is_no_link_and_no_other_way_round(light_house: House) -> None:
    feed = light_house.run("feeds").stdout.split("/feeds/")[1].partition(".")[0]
    assert light_house.visitor().get(f"/reset/1-{feed}").status_code == 410
    token = link(light_house).rpartition("/")[2]
    assert light_house.visitor().get(f"/feeds/{token}.ics").status_code == 404


def test_neither_database_nor_letter_holds_the_link(light_house: House) -> None:
    token = link(light_house).rpartition("-")[2]
    with light_house.rows() as rows:
        assert token not in str([vars(row) for row in rows.scalars(sa.select(CredentialLink))])
        assert token.encode() not in rows.scalars(sa.select(Letter.body)).one()


def test_the_use_of_a_dead_link_is_noted_without_its_token(light_house: House) -> None:
    address = link(light_house)
    use(light_house.visitor(), address)
    light_house.visitor().get(address)
    with light_house.rows() as rows:
        entry = rows.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.subject, entry.detail) == ("link.refused", "credential_link:1", {})


def test_asking_for_a_link_answers_alike_for_everybody(house: House) -> None:
    pages = []
    for address in ("member@example.org", "niemand@example.org"):
        visitor = house.visitor()
        answer = submit(visitor, "/reset", email=address)
        pages.append(re.sub(r'name="csrf_token"[^>]*', "", visitor.get(answer.location).text))
    assert pages[0] == pages[1]
    assert [letter.address for letter in house.letters("reset")] == ["member@example.org"]


def test_asking_for_an_unknown_address_leaves_nothing_behind(house: House) -> None:
    submit(house.visitor(), "/reset", email="niemand@example.org")
    with house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count(Person.id)).where(Person.email.like("%invalid"))) == 0
        assert rows.scalar(sa.select(sa.func.count(CredentialLink.id))) == 0


def test_nobody_is_flooded_with_letters(light_house: House) -> None:
    for _ in range(8):
        submit(light_house.visitor(), "/reset", email="member@example.org")
    assert len(light_house.letters("reset")) == 5


def test_somebody_locked_out_gets_in_by_a_letter(light_house: House) -> None:
    with light_house.rows() as rows:
        account = throttle._digest("member@example.org")
        rows.add_all(
            throttle.FailedSignIn(account=account, address=f"{n}") for n in range(throttle.PER_PERSON)
        )
        rows.commit()
    client = light_house.visitor()
    assert submit(client, "/login", email="member@example.org", password=PASSWORD).status_code == 429
    use(client, link(light_house))
    assert submit(client, "/login", email="member@example.org", password=FRESH).status_code == 302
