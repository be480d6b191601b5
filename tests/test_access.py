"""Closed by default: what is open is written here; all else needs a sign-in, a right and a form's token."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import PASSWORD, House, forms_of, submit
from flask.testing import FlaskClient

from portal.audit import AuditEntry
from portal.committees import Committee, Deputy, Membership
from portal.people import Person
from portal.signin import SignIn

OPEN = {
    "credentials.ask",
    "credentials.ask_submit",
    "credentials.show",
    "credentials.submit",
    "health.check",
    "health.robots",
    "language.switch",
    "publishing.feed",
    "published.page",
    "reply.answer_by_link",
    "reply.by_link",
    "reply.stored",
    "signin.logout",
    "signin.show",
    "signin.submit",
    "static",
    "unsubscribing.show",
    "unsubscribing.submit",
}
# A mail program that unsubscribes with one click sends neither cookie nor token (RFC 8058, section 3.2); the secret
# link is the only right, and all that it can do is to spare its owner letters.
WITHOUT_TOKEN = {"unsubscribing.submit"}
LONG_AGO = date(2020, 1, 1)


def test_only_the_written_pages_answer_without_a_sign_in(light_house: House) -> None:
    light_house.app.config["WTF_CSRF_ENABLED"] = False
    answering, visitor = set(), light_house.visitor()
    for rule in light_house.app.url_map.iter_rules():
        method = "POST" if "POST" in rule.methods else "GET"
        address = "".join(
            content if not is_value else example(rule, content) for is_value, content in rule._trace[1:]
        )
        answer = visitor.open(address, method=method, buffered=True)
        closed = answer.status_code == 401 or "/login?next=" in answer.headers.get("Location", "")
        if not closed:
            answering.add(rule.endpoint)
    assert answering == OPEN


def example(rule: object, name: str) -> str:
    """A value that fits the variable of a rule."""
    converter = rule._converters[name]
    return next(iter(getattr(converter, "items", {"1"})))


def test_every_post_is_refused_without_the_token_of_a_form(light_house: House) -> None:
    client, accepted = light_house.sign_in("admin"), []
    for rule in light_house.app.url_map.iter_rules():
        if "POST" in rule.methods:
            address = "".join(
                content if not is_value else example(rule, content) for is_value, content in rule._trace[1:]
            )
            answer = client.post(address, data={"email": "member@example.org"})
            if answer.status_code != 400 or "Das Formular ist veraltet" not in answer.text:
                accepted.append(rule.endpoint)
    assert set(accepted) == WITHOUT_TOKEN


@pytest.mark.parametrize("token", ["", "x", "ä" * 40, "\x00", "IjEi.Zz.ü"])
def test_a_forged_token_is_refused_and_never_a_fault(light_house: House, token: str) -> None:
    answer = light_house.sign_in("member").post("/calendar/renew", data={"csrf_token": token})
    assert answer.status_code == 400


def test_the_token_of_another_browser_is_refused(light_house: House) -> None:
    foreign = forms_of(light_house.visitor().get("/login").text)[0]["fields"]["csrf_token"]
    answer = light_house.sign_in("member").post("/calendar/renew", data={"csrf_token": foreign})
    assert answer.status_code == 400


def test_a_visitor_comes_back_to_the_wanted_page_after_signing_in(light_house: House) -> None:
    visitor = light_house.visitor()
    login = visitor.get("/decisions?q=Härtefall&year=2026").location
    answer = submit(visitor, login, action="/login", email="member@example.org", password=PASSWORD)
    assert visitor.get(answer.location).status_code == 200
    assert answer.location.startswith("/decisions?q=")


def test_a_form_that_arrives_after_the_session_ended_gives_the_words_back(light_house: House) -> None:
    client, meeting = light_house.sign_in("secretary"), light_house.meeting()
    page = client.get(f"/meetings/{meeting}/minutes/new").text
    end_all_sessions(light_house)
    answer = client.post(
        f"/meetings/{meeting}/minutes/new", data=token_of(page) | {"text": "Viele Worte <zum> Bericht"}
    )
    assert answer.status_code == 401
    assert "Viele Worte &lt;zum&gt; Bericht" in answer.text
    assert "csrf_token" not in answer.text.partition("<main")[2].partition("</main>")[0]


def test_a_password_is_never_given_back(light_house: House) -> None:
    client = light_house.sign_in("member")
    page = client.get("/account").text
    end_all_sessions(light_house)
    fields = dict.fromkeys(("password", "password_again", "password_now"), "mein langer geheimer Satz")
    answer = client.post("/account/password", data=token_of(page) | fields)
    assert answer.status_code == 401
    assert "geheimer Satz" not in answer.text


def token_of(page: str) -> dict[str, str]:
    return {"csrf_token": forms_of(page)[0]["fields"]["csrf_token"]}


def end_all_sessions(house: House) -> None:
    with house.rows() as rows:
        rows.execute(sa.delete(SignIn))
        rows.commit()


def seat(house: House, name: str, **columns: object) -> None:
    """Change the seats of a person in the steering committee."""
    person = person_named(house, name)
    with house.rows() as rows:
        rows.execute(sa.update(Membership).where(Membership.person_id == person).values(**columns))
        rows.commit()


def person_named(house: House, name: str) -> int:
    with house.rows() as rows:
        return rows.scalars(sa.select(Person.id).where(Person.email == f"{name}@example.org")).one()


def deputy(house: House, name: str, for_name: str, starts_on: date, ends_on: date | None) -> None:
    """Let somebody stand in for a member of the steering committee."""
    row = Deputy(person_id=person_named(house, name), for_person_id=person_named(house, for_name))
    with house.rows() as rows:
        committee = rows.scalars(sa.select(Committee.id).where(Committee.slug == "lenkungskreis")).one()
        row.committee_id, row.starts_on, row.ends_on = committee, starts_on, ends_on
        rows.add(row)
        rows.commit()


def reads(client: FlaskClient) -> bool:
    return client.get("/committees/lenkungskreis").status_code == 200


def noon(day: int) -> datetime:
    """Twelve o'clock UTC in March 2027."""
    return datetime.fromisoformat(f"2027-03-{day:02}T12:00:00+00:00")


def test_a_seat_ends_with_its_last_day_in_the_committees_zone(house: House) -> None:
    seat(house, "member", ends_on=date(2027, 3, 10))
    for moment, may in [("2027-03-10T22:59:00", True), ("2027-03-10T23:00:00", False)]:
        with time_machine.travel(datetime.fromisoformat(f"{moment}+00:00"), tick=False):
            assert reads(house.sign_in("member")) is may


def test_a_seat_begins_with_its_first_day(house: House) -> None:
    seat(house, "member", starts_on=date(2027, 3, 10))
    for day, may in [(9, False), (10, True)]:
        with time_machine.travel(noon(day), tick=False):
            assert reads(house.sign_in("member")) is may


def test_an_office_ends_in_the_middle_of_a_session(light_house: House) -> None:
    meeting = light_house.meeting(days=3)
    client = light_house.sign_in("secretary")
    assert client.get(f"/meetings/{meeting}/edit").status_code == 200
    seat(light_house, "secretary", ends_on=datetime.now(UTC).date() - timedelta(days=1))
    assert client.get(f"/meetings/{meeting}/edit").status_code == 404


def test_a_deputy_reads_as_a_member_in_the_days_of_the_deputyship_only(house: House) -> None:
    deputy(house, "outsider", "member", date(2027, 3, 10), date(2027, 3, 12))
    for day, may in [(9, False), (10, True), (12, True), (13, False)]:
        with time_machine.travel(noon(day), tick=False):
            assert reads(house.sign_in("outsider")) is may


def test_a_deputy_counts_only_while_the_member_sits(house: House) -> None:
    deputy(house, "outsider", "member", LONG_AGO, None)
    seat(house, "member", ends_on=date(2027, 3, 10))
    for day, may in [(10, True), (11, False)]:
        with time_machine.travel(noon(day), tick=False):
            assert reads(house.sign_in("outsider")) is may


def test_the_chairs_deputy_is_a_member_and_not_chair(light_house: House) -> None:
    deputy(light_house, "outsider", "chair", LONG_AGO, None)
    client = light_house.sign_in("outsider")
    assert reads(client)
    assert client.get("/committees/lenkungskreis/plan").status_code == 404


@pytest.mark.parametrize("number", ["0", "999999", "2147483648", "99999999999999999999999"])
def test_numbers_without_a_row_are_not_found(house: House, number: str) -> None:
    client = house.sign_in("secretary")
    for page in ("meetings", "minutes", "drafts"):
        assert client.get(f"/{page}/{number}").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/committees/%00", "/decisions?q=%00", "/decisions/LK%00", "/decisions?year=%00", "/login?next=%00"],
)
def test_zero_bytes_in_an_address_are_a_bad_request(house: House, address: str) -> None:
    assert house.sign_in("member").get(address).status_code == 400


def test_zero_bytes_in_a_form_are_refused_and_the_words_come_back(house: House) -> None:
    client, meeting = house.sign_in("secretary"), house.meeting()
    answer = submit(client, f"/meetings/{meeting}/minutes/new", text="Viele Worte\x00 zum Bericht")
    assert answer.status_code == 400
    assert "zum Bericht" in answer.text


def test_a_refused_attempt_names_the_person_and_the_address(light_house: House) -> None:
    light_house.sign_in("outsider").get("/committees/fallgruppe")
    person = person_named(light_house, "outsider")
    with light_house.rows() as rows:
        entry = rows.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.subject) == ("refused", "/committees/fallgruppe")
        assert entry.person_id == person
