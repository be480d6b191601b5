"""Which passwords people may choose."""

import pytest
from doors import House, submit
from test_credentials import link

REFUSED = [
    "elf Zeichen",
    "aaaaaaaaaaaaaaaa",
    "Passwort1234",
    "Passwort-2027-!!",
    "passwortpasswort",
    "MiaGlied2027",
    "member@example.org",
    "Testportal2027",
    "Lenkungskreis 2027",
    "qwertzuiopasdf",
    "123456789012",
    "x" * 257,
]
ALLOWED = [
    "kurz und gut!",
    "ein langer Satz für die Tests",
    "zwölf Äpfel ßüß",
    "😀 vier Emojis und ein Satz",
    "ohneGrosseZahlenoderZeichen",
    "839201748362",
    "ab" * 5 + "cdefg" * 49,
]


@pytest.mark.parametrize("password", REFUSED)
def test_a_guessable_password_is_refused(light_house: House, password: str) -> None:
    answer = submit(light_house.visitor(), link(light_house), password=password, password_again=password)
    assert answer.status_code == 422
    assert "Bitte wählen Sie" in answer.text
    assert password not in answer.text.replace("member@example.org", "", 1)


@pytest.mark.parametrize("password", ALLOWED)
def test_a_good_password_needs_no_special_signs(light_house: House, password: str) -> None:
    answer = submit(light_house.visitor(), link(light_house), password=password, password_again=password)
    assert answer.status_code == 302, answer.text
    light_house.sign_in("member", password)


def test_the_two_entries_must_be_the_same(light_house: House) -> None:
    fields = {"password": "noch ein ganz neuer Satz", "password_again": "noch ein ganz anderer Satz"}
    answer = submit(light_house.visitor(), link(light_house), **fields)
    assert answer.status_code == 422
    assert "stimmen nicht überein" in answer.text
