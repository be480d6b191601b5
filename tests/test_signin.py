"""Signing in and out."""

import time_machine
from doors import House, submit


def test_the_right_password_opens_the_start_page(house: House) -> None:
    client = house.sign_in("member")
    assert "Guten Tag, Mia Glied" in client.get("/").text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(house: House) -> None:
    visitor = house.visitor()
    wrong = submit(visitor, "/login", email="member@example.org", password="falsch und lang genug")
    unknown = submit(visitor, "/login", email="niemand@example.org", password="falsch und lang genug")
    assert wrong.status_code == unknown.status_code == 422
    assert "nicht richtig" in wrong.text
    assert wrong.text.replace("member@", "niemand@").count("nicht richtig") == unknown.text.count(
        "nicht richtig"
    )


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
