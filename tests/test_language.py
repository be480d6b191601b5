"""German first, English second, for the account and for the browser."""

import pytest
import sqlalchemy as sa
from doors import House, submit

from portal.people import Person


def test_visitors_read_german_and_can_change(light_house: House) -> None:
    visitor = light_house.visitor()
    assert '<html lang="de">' in visitor.get("/login").text
    answer = submit(visitor, "/login", action="/language", language="en")
    assert answer.location == "/login"
    assert '<html lang="en">' in visitor.get("/login").text


def test_the_choice_is_kept_with_the_account(house: House) -> None:
    submit(house.sign_in("member"), "/", action="/language", language="en")
    assert '<html lang="en">' in house.sign_in("member").get("/").text
    with house.rows() as rows:
        assert rows.scalar(sa.select(Person.language).where(Person.email == "member@example.org")) == "en"


@pytest.mark.parametrize("language", ["", "fr", "de<script>", "../de", "DE"])
def test_an_unknown_language_changes_nothing(light_house: House, language: str) -> None:
    visitor = light_house.visitor()
    assert submit(visitor, "/login", action="/language", language=language).status_code == 302
    assert '<html lang="de">' in visitor.get("/login").text


def test_changing_the_language_of_a_refused_form_leads_to_a_page(light_house: House) -> None:
    client = light_house.sign_in("member")
    page = "/account/password"  # the address after a refused form; it has no page of its own
    token = submit(client, "/", action="/language", language="de", next=page)
    assert token.location == "/"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_way_back_leads_nowhere_else(light_house: House, target: str) -> None:
    answer = submit(light_house.visitor(), "/login", action="/language", language="en", next=target)
    assert answer.location == "/"
