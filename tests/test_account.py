"""One's own account: password and browsers."""

import re

import pytest
import sqlalchemy as sa
from doors import PASSWORD, House, submit
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import throttle
from portal.audit import AuditEntry
from portal.people import Person
from portal.signin import SignIn

FRESH = "noch ein ganz neuer Satz"


def change(client: FlaskClient, now: str = PASSWORD, new: str = FRESH) -> TestResponse:
    fields = {"password_now": now, "password": new, "password_again": new}
    return submit(client, "/account", action="/account/password", **fields)


def test_a_change_of_password_ends_all_other_sessions(house: House) -> None:
    client, other = house.sign_in("member"), house.sign_in("member")
    assert change(client).status_code == 302
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    house.sign_in("member", FRESH)


def test_the_cookie_from_before_the_change_is_worth_nothing(light_house: House) -> None:
    client = light_house.sign_in("member")
    kept = client.get_cookie("portal").value
    change(client)
    thief = light_house.visitor()
    thief.set_cookie("portal", kept)
    assert thief.get("/").status_code == 302


def test_a_change_needs_the_old_password(house: House) -> None:
    client = house.sign_in("member")
    answer = change(client, now="das ist es sicher nicht")
    assert answer.status_code == 422
    assert "Das bisherige Passwort ist nicht richtig" in answer.text
    house.sign_in("member")
    with house.rows() as rows:
        assert rows.scalar(sa.select(AuditEntry.id).where(AuditEntry.action == "password.change_refused"))


def test_guessing_the_old_password_is_throttled(light_house: House) -> None:
    client = light_house.sign_in("member")
    for _ in range(throttle.PER_PERSON_AND_ORIGIN):
        assert change(client, now="das ist es sicher nicht").status_code == 422
    assert change(client).status_code == 429


def test_browsers_are_listed_and_can_be_signed_out(house: House) -> None:
    client, lost = house.sign_in("member"), house.sign_in("member")
    with house.rows() as rows:
        first, second = rows.scalars(sa.select(SignIn.id).order_by(SignIn.id))
    assert client.get("/account").text.count("/end") == 2
    submit(client, "/account", action=f"/account/sessions/{second}/end")
    assert lost.get("/").status_code == 302
    assert client.get("/account").text.count(f"/sessions/{first}/end") == 1


def test_nobody_ends_the_session_of_somebody_else(house: House) -> None:
    victim, client = house.sign_in("chair"), house.sign_in("member")
    with house.rows() as rows:
        foreign = rows.scalar(
            sa.select(SignIn.id).join(SignIn.person).where(Person.email == "chair@example.org")
        )
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)[1]
    answer = client.post(f"/account/sessions/{foreign}/end", data={"csrf_token": token})
    assert answer.status_code == 404
    assert victim.get("/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        ("<script>alert(1)</script>", "unbekannt"),
        ("", "unbekannt"),
    ],
)
def test_browsers_have_names_that_people_know(light_house: House, agent: str, name: str) -> None:
    client = light_house.visitor()
    client.environ_base["HTTP_USER_AGENT"] = agent
    submit(client, "/login", email="member@example.org", password=PASSWORD)
    page = client.get("/account").text
    assert name in page
    assert "<script>alert" not in page
