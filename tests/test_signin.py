"""Signing in and out, guessing, and the sessions that follow."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import argon2
import pytest
import sqlalchemy as sa
import time_machine
from doors import PASSWORD, REAL_WORK, House, submit
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import passwords, throttle
from portal.audit import AuditEntry
from portal.people import Person
from portal.signin import SignIn

WRONG = "falsch und lang genug"
ATTACKS = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%09/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "//[evil",
    "//evil℀.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "http:evil.example",
    "/\u2028/evil.example",
    "@evil.example",
    "/logout",
    "/no/such/page",
]


def test_the_right_password_opens_the_start_page(house: House) -> None:
    assert "Guten Tag, Mia Glied" in house.sign_in("member").get("/").text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(house: House) -> None:
    wrong, unknown = guess(house.visitor(), "member"), guess(house.visitor(), "niemand")
    assert wrong.status_code == unknown.status_code == 422
    assert "nicht richtig" in wrong.text
    assert without_token(wrong.text).replace("member@", "niemand@") == without_token(unknown.text)


def guess(client: FlaskClient, name: str, address: str = "192.0.2.1", password: str = WRONG) -> TestResponse:
    """A try to sign in from some address in the world."""
    client.environ_base["REMOTE_ADDR"] = address
    return submit(client, "/login", email=f"{name}@example.org", password=password)


def without_token(page: str) -> str:
    return re.sub(r'name="csrf_token"[^>]*', "", page)


@pytest.fixture
def real_work(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hash takes as much work as in real use."""
    monkeypatch.setattr(passwords, "WORK", REAL_WORK)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.mark.usefixtures("real_work")
@pytest.mark.parametrize("name", ["niemand", "member"])
def test_a_known_and_an_unknown_account_cost_one_hash_each(light_house: House, name: str) -> None:
    light_house.sign_in("member")  # which renews the hash
    guess(light_house.visitor(), "housing")  # the hash that no password fits is made at first use
    counted = []
    verify = argon2.PasswordHasher.verify

    def count(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        counted.append(stored[:30])
        return verify(self, stored, password)

    with pytest.MonkeyPatch.context() as patch:  # counts only; the real work is done
        patch.setattr(argon2.PasswordHasher, "verify", count)
        guess(light_house.visitor(), name)
    assert counted == ["$argon2id$v=19$m=19456,t=2,p=1"]


def test_a_password_beyond_the_limit_is_refused_even_when_its_beginning_fits(light_house: House) -> None:
    answer = guess(light_house.visitor(), "member", password=PASSWORD + "x" * 300)
    assert answer.status_code == 422
    assert guess(light_house.visitor(), "member", password="x" * 1_000_000).status_code == 422


def test_an_umlaut_may_be_written_in_either_form(light_house: House) -> None:
    import unicodedata

    decomposed = unicodedata.normalize("NFD", PASSWORD)
    assert decomposed != PASSWORD
    assert guess(light_house.visitor(), "member", password=decomposed).status_code == 302


@pytest.mark.usefixtures("real_work")
def test_an_outdated_hash_is_renewed_at_sign_in(house: House) -> None:
    old = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    change(house, "member", password_hash=old)
    house.sign_in("member")
    with house.rows() as rows:
        stored = rows.scalars(
            sa.select(Person.password_hash).where(Person.email == "member@example.org")
        ).one()
        assert "m=19456,t=2,p=1" in stored
    house.sign_in("member")


def change(house: House, name: str, **columns: object) -> None:
    with house.rows() as rows:
        rows.execute(sa.update(Person).where(Person.email == f"{name}@example.org").values(**columns))
        rows.commit()


def test_eight_wrong_guesses_close_the_account_for_that_address_only(house: House) -> None:
    for _ in range(throttle.PER_PERSON_AND_ORIGIN):
        assert guess(house.visitor(), "member").status_code == 422
    assert guess(house.visitor(), "member", password=PASSWORD).status_code == 429
    assert guess(house.visitor(), "member", "192.0.2.2", PASSWORD).status_code == 302
    assert guess(house.visitor(), "secretary", password=PASSWORD).status_code == 302


def test_the_throttle_opens_after_a_quarter_of_an_hour(light_house: House) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(throttle.PER_PERSON_AND_ORIGIN):
            guess(light_house.visitor(), "member")
        clock.shift(throttle.WINDOW)
        assert guess(light_house.visitor(), "member", password=PASSWORD).status_code == 302


def failures(house: House, number: int, account: str = "", address: str = "") -> None:
    """Wrong guesses from everywhere at everything, but for what is given."""
    with house.rows() as rows:
        rows.add_all(
            throttle.FailedSignIn(
                account=throttle._digest(account) if account else f"{n:064}",
                address=address or f"address {n}",
            )
            for n in range(number)
        )
        rows.commit()


def test_guesses_at_one_account_from_everywhere_are_throttled(house: House) -> None:
    failures(house, throttle.PER_PERSON, account="member@example.org")
    assert guess(house.visitor(), "member", password=PASSWORD).status_code == 429
    assert guess(house.visitor(), "secretary", password=PASSWORD).status_code == 302


def test_guesses_from_one_address_at_everything_are_throttled(house: House) -> None:
    failures(house, throttle.PER_ORIGIN, address="192.0.2.1")
    assert guess(house.visitor(), "member", password=PASSWORD).status_code == 429
    assert guess(house.visitor(), "member", "192.0.2.2", PASSWORD).status_code == 302


def test_guesses_from_everywhere_at_everything_are_throttled(house: House) -> None:
    failures(house, throttle.EVERYBODY)
    assert guess(house.visitor(), "member", password=PASSWORD).status_code == 429


def test_an_ipv6_customer_is_one_origin(light_house: House) -> None:
    for number in range(throttle.PER_PERSON_AND_ORIGIN):
        guess(light_house.visitor(), "member", f"2001:db8:1:2::{number}")
    assert guess(light_house.visitor(), "member", "2001:db8:1:2::ffff", PASSWORD).status_code == 429
    assert guess(light_house.visitor(), "member", "2001:db8:1:3::1", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "flood",
    [
        {"number": throttle.PER_PERSON, "account": "member@example.org"},
        {"number": throttle.PER_ORIGIN, "address": "127.0.0.1"},
        {"number": throttle.EVERYBODY},
    ],
    ids=["account", "address", "everybody"],
)
def test_nobody_can_lock_the_owner_out_of_a_browser_that_was_signed_in_before(
    house: House, flood: dict[str, object]
) -> None:
    client = house.sign_in("member")
    submit(client, "/", action="/logout")
    failures(house, **flood)
    assert guess(client, "member", "127.0.0.1", PASSWORD).status_code == 302


def test_a_known_browser_is_throttled_for_itself(light_house: House) -> None:
    client = light_house.sign_in("member")
    submit(client, "/", action="/logout")
    for _ in range(throttle.PER_PERSON_AND_ORIGIN):
        assert guess(client, "member").status_code == 422
    assert guess(client, "member", password=PASSWORD).status_code == 429


def test_a_known_browser_is_a_stranger_to_other_accounts(light_house: House) -> None:
    client = light_house.sign_in("member")
    submit(client, "/", action="/logout")
    failures(light_house, throttle.PER_PERSON, account="chair@example.org")
    assert guess(client, "chair", password=PASSWORD).status_code == 429


@pytest.mark.parametrize("name", ["portal", "portal_browser"])
def test_a_garbage_cookie_is_no_fault(light_house: House, name: str) -> None:
    for value in ("ä", "x.y", "WyJ4Il0.forged", "é" * 4000):
        header = f"{name}={value}".encode().decode("latin-1")
        visitor = light_house.visitor()
        assert visitor.get("/", headers={"Cookie": header}).status_code == 302
        assert visitor.get("/login", headers={"Cookie": header}).status_code == 200


def test_the_way_back_after_signing_in_leads_nowhere_else(light_house: House) -> None:
    fields = {"email": "member@example.org", "password": PASSWORD}
    for target in ATTACKS:
        answer = submit(light_house.visitor(), "/login", **fields, next=target)
        assert (answer.status_code, answer.location) == (302, "/"), target


def test_whoever_is_signed_in_is_sent_nowhere_else_either(light_house: House) -> None:
    client = light_house.sign_in("member")
    for target in ATTACKS:
        assert client.get("/login", query_string={"next": target}).location == "/"


def test_a_session_planted_before_signing_in_is_worth_nothing_afterwards(light_house: House) -> None:
    client = light_house.visitor()
    client.get("/login")
    planted = client.get_cookie("portal").value
    submit(client, "/login", email="member@example.org", password=PASSWORD)
    thief = light_house.visitor()
    thief.set_cookie("portal", planted)
    assert thief.get("/").status_code == 302


def test_a_form_from_before_signing_in_is_worth_nothing_afterwards(light_house: House) -> None:
    client = light_house.visitor()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)[1]
    submit(client, "/login", email="member@example.org", password=PASSWORD)
    assert client.post("/calendar/renew", data={"csrf_token": token}).status_code == 400


def test_signing_in_again_ends_the_session_before(light_house: House) -> None:
    client = light_house.sign_in("member")
    before = client.get_cookie("portal").value
    page = client.get("/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    client.post("/login", data={"csrf_token": token, "email": "chair@example.org", "password": PASSWORD})
    assert "Carla Vorsitz" in client.get("/").text
    thief = light_house.visitor()
    thief.set_cookie("portal", before)
    assert thief.get("/").status_code == 302


def test_the_database_holds_no_token(light_house: House) -> None:
    client = light_house.sign_in("member")
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with light_house.rows() as rows:
        row = rows.scalars(sa.select(SignIn)).one()
        assert len(token) >= 43
        assert token not in str(vars(row))


def test_cookies_are_kept_from_scripts_and_other_sites(light_house: House) -> None:
    visitor = light_house.visitor()
    page = visitor.get("/login")
    answer = submit(visitor, "/login", email="member@example.org", password=PASSWORD)
    for header in [*page.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]:
        assert "HttpOnly" in header
        assert "SameSite=Lax" in header


def test_signing_out_ends_the_session_even_for_a_kept_cookie(light_house: House) -> None:
    client = light_house.sign_in("member")
    kept = client.get_cookie("portal").value
    assert submit(client, "/", action="/logout").status_code == 302
    thief = light_house.visitor()
    thief.set_cookie("portal", kept)
    assert thief.get("/").status_code == 302


def test_signing_out_needs_a_post(light_house: House) -> None:
    client = light_house.sign_in("member")
    assert client.get("/logout").status_code == 405
    assert client.get("/").status_code == 200


def test_a_closed_account_is_out_at_once(house: House) -> None:
    client = house.sign_in("member")
    change(house, "member", disabled_at=datetime.now(UTC))
    assert client.get("/").status_code == 302
    assert guess(house.visitor(), "member", password=PASSWORD).status_code == 422


def test_a_session_ends_after_thirty_idle_minutes(light_house: House) -> None:
    with time_machine.travel("2027-03-01 09:00", tick=False) as clock:
        client = light_house.sign_in("member")
        clock.shift(29 * 60)
        assert client.get("/").status_code == 200
        clock.shift(31 * 60)
        assert client.get("/").status_code == 302


def test_a_session_ends_after_twelve_hours_of_use(light_house: House) -> None:
    with time_machine.travel("2027-03-01 06:00", tick=False) as clock:
        client = light_house.sign_in("member")
        for _ in range(35):
            clock.shift(20 * 60)
            assert client.get("/").status_code == 200
        clock.shift(25 * 60)
        assert client.get("/").status_code == 302


def test_guesses_leave_audit_entries_that_name_no_unknown_address(light_house: House) -> None:
    for _ in range(throttle.PER_PERSON_AND_ORIGIN):
        guess(light_house.visitor(), "geheimes-passwort")
    with light_house.rows() as rows:
        entries = rows.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
        assert {(entry.action, entry.subject) for entry in entries} == {("sign_in.failed", "unknown")}
        assert [entry.detail["throttled"] for entry in entries] == [False] * 7 + [True]
