"""Administration of people: accounts, seats, deputies, affiliations."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from doors import House, forms_of, submit
from sqlalchemy.orm import DeclarativeBase

from portal.audit import AuditEntry
from portal.clock import today
from portal.committees import Committee, Deputy, Membership
from portal.people import Affiliation, Person

TODAY = today()
DAY = timedelta(days=1)


def number(house: House, name: str) -> int:
    with house.rows() as rows:
        return rows.scalars(sa.select(Person.id).where(Person.email == f"{name}@example.org")).one()


def steering(house: House) -> int:
    with house.rows() as rows:
        return rows.scalars(sa.select(Committee.id).where(Committee.slug == "lenkungskreis")).one()


def enter(house: House, name: str, kind: str, **fields: Any) -> int:
    """Enter a time of a person as the administrator does; returns the answer's status."""
    page = f"/admin/people/{number(house, name)}/{kind}"
    return submit(house.sign_in("admin"), f"{page}/new", action=page, **fields).status_code


def rows_of(house: House, model: type[DeclarativeBase], name: str) -> list[Any]:
    person = number(house, name)
    with house.rows() as rows:
        found = list(rows.scalars(sa.select(model).where(model.person_id == person)))
        rows.expunge_all()
        return found


def reads(house: House, name: str) -> bool:
    return house.sign_in(name).get("/committees/lenkungskreis").status_code == 200


def test_a_new_account_gets_an_invitation_and_no_password(house: House) -> None:
    answer = submit(house.sign_in("admin"), "/admin/people/new", name="Nele Neu", email=" Neu@Example.org ")
    assert answer.status_code == 302
    assert [letter.address for letter in house.letters("welcome")] == ["neu@example.org"]
    with house.rows() as rows:
        person = rows.scalars(sa.select(Person).where(Person.name == "Nele Neu")).one()
        assert (person.password_hash, person.is_admin) == (None, False)


BAD_ADDRESSES = [
    *("", " ", "nix", "@", "a@", "@b", "a b@example.org", "a@b\u2028c", "ä@example.org", "a@b\r\nBcc: c@d"),
    *("Name <a@b.example>", "a@b@c", "member@example.org", "MEMBER@example.org", "a" * 260 + "@example.org"),
]
SEPARATORS = ["\n", "\r\n", "\x0b", "\x0c", "\x1e", "\x85", "\u2028", "\u2029", "\x7f"]


def test_an_address_that_is_none_or_taken_is_refused_and_what_was_typed_stays(house: House) -> None:
    client = house.sign_in("admin")
    for email in BAD_ADDRESSES:
        answer = submit(client, "/admin/people/new", name="Nele Neu", email=email)
        assert (answer.status_code, "Nele Neu" in answer.text) == (422, True), email
    assert house.letters("welcome") == []


def test_a_name_of_two_lines_is_refused(light_house: House) -> None:
    client = light_house.sign_in("admin")
    for sign in SEPARATORS:
        name = f"Nele{sign}Bcc: x@y"
        assert submit(client, "/admin/people/new", name=name, email="neu@example.org").status_code == 422


def test_a_name_with_html_is_shown_as_it_was_written(light_house: House) -> None:
    client = light_house.sign_in("admin")
    answer = submit(client, "/admin/people/new", name="<b>Nele</b> & Co", email="neu@example.org")
    assert "<h1>&lt;b&gt;Nele&lt;/b&gt; &amp; Co</h1>" in client.get(answer.location).text


def test_rights_are_never_taken_from_foreign_fields(light_house: House) -> None:
    person = number(light_house, "member")
    fields = {"password_hash": "x", "disabled_at": "2020-01-01", "id": "1", "credentials": "99"}
    submit(light_house.sign_in("admin"), f"/admin/people/{person}", name="Mia Neu", **fields)
    with light_house.rows() as rows:
        row = rows.get_one(Person, person)
        assert (row.name, row.credentials, row.disabled_at) == ("Mia Neu", 0, None)
        assert row.password_hash != "x"


def test_a_new_address_before_the_first_sign_in_gets_the_invitation_again(light_house: House) -> None:
    client = light_house.sign_in("admin")
    page = submit(client, "/admin/people/new", name="Nele Neu", email="flasch@example.org").location
    submit(client, page, email="richtig@example.org")
    assert [letter.address for letter in light_house.letters("welcome")][-1] == "richtig@example.org"


def test_the_last_administrator_stays(house: House) -> None:
    client, page = house.sign_in("admin"), f"/admin/people/{number(house, 'admin')}"
    assert submit(client, page, is_admin=None).status_code == 422
    submit(client, page, action=f"{page}/disable")
    assert client.get(page).status_code == 200
    with house.rows() as rows:
        assert rows.scalar(sa.select(AuditEntry.id).where(AuditEntry.action == "person.disable_refused"))


def test_two_administrators_who_close_each_others_account_at_once_are_not_both_gone(house: House) -> None:
    submit(house.sign_in("admin"), f"/admin/people/{number(house, 'member')}", is_admin="y")
    names, start, threads = ["admin", "member"], threading.Barrier(2), []
    for name, other in (names, names[::-1]):
        client, page = house.sign_in(name), f"/admin/people/{number(house, other)}"
        token = forms_of(client.get(page).text)[0]["fields"]["csrf_token"]

        def close(client: Any = client, page: str = page, token: str = token) -> None:
            start.wait()
            client.post(f"{page}/disable", data={"csrf_token": token})

        threads.append(threading.Thread(target=close))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.rows() as rows:
        assert (
            len(rows.scalars(sa.select(Person.id).where(Person.is_admin, Person.disabled_at.is_(None))).all())
            == 1
        )


def test_closing_an_account_ends_its_sessions_and_opening_it_lets_in_again(house: House) -> None:
    client, member = house.sign_in("admin"), house.sign_in("member")
    page = f"/admin/people/{number(house, 'member')}"
    submit(client, page, action=f"{page}/disable")
    assert member.get("/").status_code == 302
    submit(client, page, action=f"{page}/enable")
    house.sign_in("member")


def test_the_administrator_sees_and_ends_the_sessions_of_others(light_house: House) -> None:
    client, member = light_house.sign_in("admin"), light_house.sign_in("member")
    page = f"/admin/people/{number(light_house, 'member')}"
    submit(client, page, action=f"{page}/sign-out")
    assert member.get("/").status_code == 302
    assert "Zurzeit nirgends angemeldet" in client.get(page).text


def test_a_seat_lets_in_from_its_first_day(house: House) -> None:
    assert not reads(house, "outsider")
    assert enter(house, "outsider", "memberships", committee_id=steering(house)) == 302
    assert reads(house, "outsider")


def test_a_seat_in_the_future_waits(light_house: House) -> None:
    enter(light_house, "outsider", "memberships", committee_id=steering(light_house), starts_on=TODAY + DAY)
    assert not reads(light_house, "outsider")


def test_ending_a_seat_shuts_out_at_once(house: House) -> None:
    end(house, "member", "memberships", rows_of(house, Membership, "member")[0].id)
    assert not reads(house, "member")
    assert rows_of(house, Membership, "member")[0].ends_on == TODAY - DAY


def end(house: House, name: str, kind: str, row: int) -> int:
    client, page = house.sign_in("admin"), f"/admin/people/{number(house, name)}"
    token = forms_of(client.get(page).text)[0]["fields"]["csrf_token"]
    return client.post(f"{page}/{kind}/{row}/end", data={"csrf_token": token}).status_code


def test_a_time_that_begins_today_is_taken_back(light_house: House) -> None:
    enter(light_house, "outsider", "memberships", committee_id=steering(light_house))
    end(light_house, "outsider", "memberships", rows_of(light_house, Membership, "outsider")[-1].id)
    assert len(rows_of(light_house, Membership, "outsider")) == 1


def test_a_time_that_is_over_does_not_come_back_when_it_is_ended_once_more(light_house: House) -> None:
    past = {"starts_on": date(2020, 1, 1), "ends_on": date(2021, 1, 1)}
    enter(light_house, "outsider", "memberships", committee_id=steering(light_house), **past)
    row = rows_of(light_house, Membership, "outsider")[-1]
    assert end(light_house, "outsider", "memberships", row.id) == 302
    assert rows_of(light_house, Membership, "outsider")[-1].ends_on == date(2021, 1, 1)


def test_times_of_somebody_else_are_not_found(light_house: House) -> None:
    row = rows_of(light_house, Membership, "chair")[0].id
    assert end(light_house, "member", "memberships", row) == 404
    assert rows_of(light_house, Membership, "chair")[0].ends_on is None


def test_the_same_seat_is_not_entered_twice(house: House) -> None:
    fields = {"committee_id": steering(house)}
    assert enter(house, "outsider", "memberships", **fields) == 302
    assert enter(house, "outsider", "memberships", **fields) == 422
    assert len(rows_of(house, Membership, "outsider")) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_on": "2027-02-30"},
        {"starts_on": "morgen"},
        {"starts_on": ""},
        {"starts_on": "2027-02-02", "ends_on": "2027-02-01"},
        {"committee_id": "999999999999999999999"},
        {"committee_id": "x"},
        {"role": "emperor"},
    ],
    ids=str,
)
def test_wrong_times_places_and_roles_are_refused(light_house: House, fields: dict[str, str]) -> None:
    given = {"committee_id": steering(light_house)} | fields
    assert enter(light_house, "outsider", "memberships", **given) == 422
    assert len(rows_of(light_house, Membership, "outsider")) == 1


def test_only_members_can_be_stood_in_for(house: House) -> None:
    fields = {"committee_id": steering(house)}
    assert enter(house, "housing", "deputies", **fields, for_person_id=number(house, "outsider")) == 422
    assert enter(house, "housing", "deputies", **fields, for_person_id=number(house, "housing")) == 422
    assert enter(house, "housing", "deputies", **fields, for_person_id=number(house, "member")) == 302
    assert enter(house, "housing", "deputies", **fields, for_person_id=10**30) == 422
    assert len(rows_of(house, Deputy, "housing")) == 1


def test_a_deputys_calendar_is_written_anew_when_the_members_seat_ends(light_house: House) -> None:
    light_house.meeting()
    fields = {"committee_id": steering(light_house), "for_person_id": number(light_house, "member")}
    enter(light_house, "outsider", "deputies", **fields)
    assert "BEGIN:VEVENT" in calendar(light_house, "outsider")
    end(light_house, "member", "memberships", rows_of(light_house, Membership, "member")[0].id)
    assert "BEGIN:VEVENT" not in calendar(light_house, "outsider")


def calendar(house: House, name: str) -> str:
    """The published feed of a person after the worker's next round."""
    assert house.run("worker", "--once").exit_code == 0
    lines = house.run("feeds").stdout.splitlines()
    address = next(line.split("\t")[1] for line in lines if line.startswith(f"{name}@"))
    return house.visitor().get(address.partition("127.0.0.1:8000")[2]).text


def test_an_affiliation_is_entered_and_ended(house: House) -> None:
    assert enter(house, "member", "affiliations", starts_on="2020-01-01") == 302
    row = rows_of(house, Affiliation, "member")[0]
    end(house, "member", "affiliations", row.id)
    assert rows_of(house, Affiliation, "member")[0].ends_on == TODAY - DAY
