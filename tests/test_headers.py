"""Headers of every answer, and pages that ask nobody else for anything."""

import re

import pytest
from doors import House

from portal.app import create_app
from portal.settings import make_instance, read_settings

ADDRESSES = [
    *(
        "/",
        "/login",
        "/reset",
        "/reset/1-x",
        "/healthz",
        "/robots.txt",
        "/nowhere",
        "/logout",
        "/feeds/x.ics",
    ),
    *("/static/portal.css", "/static/nowhere.css", "/decisions", "/account", "/admin/people"),
]
PAGES = [
    *("/", "/account", "/calendar", "/committees", "/committees/lenkungskreis", "/decisions", "/nowhere"),
    *("/login", "/committees/lenkungskreis/plan", "/committees/lenkungskreis/decisions/new"),
]
ADMIN_PAGES = [
    "/admin/people",
    "/admin/people/1",
    "/admin/committees",
    "/admin/agencies/new",
    "/admin/letters",
]


def test_every_answer_carries_the_strict_policy(light_house: House) -> None:
    for client in (light_house.visitor(), light_house.sign_in("member")):
        for address in ADDRESSES:
            headers = client.get(address, buffered=True).headers
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
            assert not re.search(r"unsafe|data:|\*|https?:", policy)
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "same-origin"
            assert "Server" not in headers


def test_private_pages_and_errors_are_not_kept_by_browsers(light_house: House) -> None:
    client = light_house.sign_in("member")
    for address in (*ADDRESSES[:5], "/nowhere", "/static/nowhere.css", *ADDRESSES[-3:]):
        assert client.get(address, buffered=True).headers["Cache-Control"] == "no-store", address


def test_a_refused_form_is_not_kept_either(light_house: House) -> None:
    answer = light_house.visitor().post("/login", data={"email": "x"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert "Content-Security-Policy" in answer.headers


def test_style_and_script_are_kept_for_a_year_under_an_address_of_their_content(light_house: House) -> None:
    page = light_house.visitor().get("/login").text
    for address in re.findall(r'/static/[^"]+', page):
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        answer = light_house.visitor().get(address, buffered=True)
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_no_page_asks_anybody_else_for_anything(light_house: House) -> None:
    light_house.meeting()
    browsers = {"secretary": PAGES, "admin": ADMIN_PAGES}
    for name, pages in browsers.items():
        client = light_house.sign_in(name)
        for page in pages:
            fetched = re.findall(
                r'(?: src| srcset|<link[^>]*href| action| data| poster)="([^"]*)"', client.get(page).text
            )
            assert [address for address in fetched if not re.match(r"/(?!/)|$", address)] == []


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "", "ä", "a b"]
)
def test_a_foreign_host_name_is_refused_and_stands_nowhere(light_house: House, host: str) -> None:
    for address in ("/login", "/", "/static/portal.css", "/nowhere"):
        answer = light_house.visitor().get(address, headers={"Host": host}, buffered=True)
        assert answer.status_code == 400
        assert "evil" not in answer.text + str(answer.headers)
        assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost"])
def test_the_own_host_names_are_served(light_house: House, host: str) -> None:
    assert light_house.visitor().get("/login", headers={"Host": host}).status_code == 200


def test_over_https_cookies_are_secure_and_browsers_stay_with_it(light_house: House) -> None:
    settings = read_settings(light_house.environment | {"PORTAL_URL": "https://portal.example.org"})
    make_instance(settings, name="x", domain="portal.example.org")
    answer = create_app(settings).test_client().get("/login", base_url="https://portal.example.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert re.match(r"__Host-portal=.*; Secure; HttpOnly; Path=/; SameSite=Lax", answer.headers["Set-Cookie"])


def test_letters_link_to_the_configured_address_whatever_the_request_says(light_house: House) -> None:
    from doors import submit

    client = light_house.visitor()
    client.environ_base["HTTP_X_FORWARDED_HOST"] = "evil.example"
    submit(client, "/reset", email="member@example.org")
    letter = light_house.letters("reset")[0].body.decode()
    assert "evil" not in letter
    assert "http://127.0.0.1:8000" in letter
