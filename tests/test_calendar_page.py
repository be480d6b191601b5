"""The calendar page: my addresses, ways to subscribe, and renewing an address."""

import html
import re

import pytest
import sqlalchemy as sa
from doors import House, forms_of, submit, token

from portal.audit import AuditEntry

RENEW = "/calendar/committees/lenkungskreis/renew"


def shown(page: str) -> list[str]:
    """The addresses to copy."""
    return re.findall(r"<code[^>]*>http://127\.0\.0\.1:8000(/feeds/[0-9a-f]{64}\.ics)</code>", page)


def test_a_member_finds_the_personal_address_first_and_those_of_the_committees(house: House) -> None:
    page = house.sign_in("secretary").get("/calendar").text
    assert shown(page) == [house.feed(owner) for owner in ("secretary", "lenkungskreis", "fallgruppe")]


def test_nobody_is_shown_an_address_of_others(light_house: House) -> None:
    assert shown(light_house.sign_in("outsider").get("/calendar").text) == [
        light_house.feed(owner) for owner in ("outsider", "uag-wohnen")
    ]
    assert shown(light_house.sign_in("admin").get("/calendar").text) == [light_house.feed("admin")]


def test_each_address_can_be_opened_by_a_calendar_program_and_by_google(light_house: House) -> None:
    page = html.unescape(light_house.sign_in("outsider").get("/calendar").text)
    feed = f"127.0.0.1:8000{light_house.feed('outsider')}"
    assert f'href="webcal://{feed}"' in page
    encoded = f"webcal://{feed}".replace(":", "%3A").replace("/", "%2F")
    assert f'href="https://calendar.google.com/calendar/r?cid={encoded}"' in page


def test_the_page_says_that_programs_ask_only_now_and_then(light_house: House) -> None:
    assert "kann es einen Tag dauern" in light_house.sign_in("member").get("/calendar").text


def test_the_page_with_the_addresses_is_kept_nowhere(light_house: House) -> None:
    answer = light_house.sign_in("member").get("/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_list_shows_what_is_to_come_in_my_committees_only(light_house: House) -> None:
    light_house.meeting(days=20, title="Haushalt")
    light_house.meeting("uag-wohnen", days=20, title="Wohnungen")
    light_house.meeting(days=-20, title="Vorbei")
    page = light_house.sign_in("member").get("/calendar").text
    assert ("Haushalt" in page, "Wohnungen" in page, "Vorbei" in page) == (True, False, False)


def test_renewing_shows_the_new_address_and_leaves_an_audit_entry(house: House) -> None:
    client, old = house.sign_in("member"), house.feed("member")
    assert submit(client, "/calendar", action="/calendar/renew").location == "/calendar"
    assert old not in shown(client.get("/calendar").text)
    assert house.feed("member") == shown(client.get("/calendar").text)[0]
    with house.rows() as rows:
        assert rows.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "feed.renewed")) == 1


@pytest.mark.parametrize("who", ["secretary", "chair"])
def test_secretary_and_chair_can_renew_the_address_of_the_committee(light_house: House, who: str) -> None:
    old = light_house.feed("lenkungskreis")
    submit(light_house.sign_in(who), "/calendar", action=RENEW)
    assert light_house.feed("lenkungskreis") != old


@pytest.mark.parametrize("who", ["member", "outsider", "admin"])
def test_nobody_else_can(light_house: House, who: str) -> None:
    old, client = light_house.feed("lenkungskreis"), light_house.sign_in(who)
    assert RENEW not in [form["action"] for form in forms_of(client.get("/calendar").text)]
    assert client.post(RENEW, data={"csrf_token": token(client)}).status_code == 404
    assert light_house.feed("lenkungskreis") == old


def test_an_address_is_not_renewed_by_a_link(light_house: House) -> None:
    client, old = light_house.sign_in("member"), light_house.feed("member")
    assert client.get("/calendar/renew").status_code == 405
    assert light_house.feed("member") == old
