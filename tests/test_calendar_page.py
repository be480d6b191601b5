"""My calendar: addresses and ways to subscribe, what the personal one shows, renewing, switching off."""

import html
import re
from pathlib import Path

import pytest
import segno
import sqlalchemy as sa
from doors import House, forms_of, submit, token
from flask.testing import FlaskClient
from test_feeds import events, status, uid

from meetings import scheduling
from meetings.meeting import Invitation, Meeting
from portal.audit import AuditEntry
from portal.people import Person, person_by_email

PAGE = "/calendar/subscriptions"
OF_COMMITTEE = "/calendar/committees/lenkungskreis"
PROGRAMS = [
    "Outlook für Windows",
    "Outlook neu",
    "Google",
    "Mac",
    "iPhone",
    "Thunderbird",
    "Nextcloud",
    "Android",
]


def shown(page: str) -> list[str]:
    """The addresses to copy."""
    return re.findall(r"<code[^>]*>http://127\.0\.0\.1:8000(/feeds/[0-9a-f]{64}\.ics)</code>", page)


def actions(page: str) -> set[str]:
    return {form["action"] for form in forms_of(page)}


@pytest.fixture
def mailbox(light_house: House) -> None:
    """The portal reads what is sent to it, so that it may offer calendar invitations."""
    known = light_house.app.extensions["portal_settings"]
    light_house.app.extensions["portal_settings"] = type(known)(**vars(known) | {"replies": object()})


# What stands on it.


def test_a_member_finds_the_personal_address_first_and_those_of_the_committees(house: House) -> None:
    page = house.sign_in("secretary").get(PAGE).text
    assert shown(page) == [house.feed(owner) for owner in ("secretary", "lenkungskreis", "fallgruppe")]


def test_nobody_is_shown_an_address_of_others(light_house: House) -> None:
    assert shown(light_house.sign_in("outsider").get(PAGE).text) == [
        light_house.feed(owner) for owner in ("outsider", "uag-wohnen")
    ]
    assert shown(light_house.sign_in("admin").get(PAGE).text) == [light_house.feed("admin")]


def test_each_address_can_be_opened_by_a_calendar_program_and_by_google(light_house: House) -> None:
    page = html.unescape(light_house.sign_in("outsider").get(PAGE).text)
    feed = f"127.0.0.1:8000{light_house.feed('outsider')}"
    assert f'href="webcal://{feed}"' in page
    encoded = f"webcal://{feed}".replace(":", "%3A").replace("/", "%2F")
    assert f'href="https://calendar.google.com/calendar/r?cid={encoded}"' in page
    assert "webcals:" not in page


def test_the_qr_code_holds_the_address_for_calendar_programs(light_house: House) -> None:
    page = light_house.sign_in("admin").get(PAGE).text
    (drawing,) = re.findall(
        r'<div class="qr" role="img" aria-label="QR-Code[^"]+">(<svg.*?</svg>)</div>', page
    )
    expected = segno.make(f"webcal://127.0.0.1:8000{light_house.feed('admin')}", error="m", micro=False)
    assert pixels(drawing) == {
        (x, y) for y, row in enumerate(expected.matrix_iter(border=4)) for x, dark in enumerate(row) if dark
    }
    assert "<title>QR-Code" in drawing
    assert 'fill="#fff"' in drawing
    assert not re.search(r"data:|style=", drawing)


def pixels(drawing: str) -> set[tuple[int, int]]:
    """The dark modules of a QR code, from the lines that its path draws."""
    (path,) = re.findall(r'class="qrline" stroke="#000" d="([^"]+)"', drawing)
    found, x, y = set(), 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]+)", path):
        values = [float(number) for number in numbers.split()]
        if command == "h":
            found |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return found


def test_every_program_has_its_steps_and_what_to_do_when_it_is_too_slow(light_house: House) -> None:
    page = html.unescape(light_house.sign_in("member").get(PAGE).text).partition("So abonnieren Sie")[2]
    steps = re.findall(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", page, re.DOTALL)
    assert len(steps) == len(PROGRAMS)
    for (summary, text), program in zip(steps, PROGRAMS, strict=True):
        assert program in summary
        assert text.count("<li>") >= 2
        assert "Zu langsam?" in text


def test_the_real_times_of_the_programs_are_said(light_house: House) -> None:
    page = light_house.sign_in("member").get(PAGE).text
    for words in (
        "Google fragt nur alle 8 bis 24 Stunden nach",
        "Outlook fragt alle vier Stunden nach",
        "einige Stunden bis zu einem Tag",
        "Nextcloud fragt alle vier Stunden nach",
        "den Fehler 28",
    ):
        assert words in page


def test_the_page_with_the_addresses_is_kept_nowhere(light_house: House) -> None:
    answer = light_house.sign_in("member").get(PAGE)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


# Renewing and switching off.


def test_renewing_shows_the_new_address_and_leaves_an_audit_entry(house: House) -> None:
    client, old = house.sign_in("member"), house.feed("member")
    assert submit(client, PAGE, action="/calendar/renew").location == PAGE
    assert old not in shown(client.get(PAGE).text)
    assert house.feed("member") == shown(client.get(PAGE).text)[0]
    assert audited(house, "feed.renewed") == 1


def audited(house: House, action: str) -> int:
    with house.rows() as rows:
        return rows.scalar(sa.select(sa.func.count()).where(AuditEntry.action == action))


def test_every_address_of_a_calendar_that_is_switched_off_answers_410(house: House) -> None:
    house.meeting()
    client, addresses = house.sign_in("member"), []
    for _ in range(2):
        addresses.append(house.feed("member"))
        assert status(house, addresses[-1]) == 200
        submit(client, PAGE, action="/calendar/renew")
    addresses.append(house.feed("member"))
    submit(client, PAGE, action="/calendar/revoke")
    assert [status(house, address) for address in addresses] == [410] * 3
    assert "member@example.org" not in house.run("feeds", "--json").stdout
    page = client.get(PAGE).text
    assert house.feed("lenkungskreis") in shown(page)
    assert len(shown(page)) == 1
    assert "/calendar/renew" not in actions(page)
    house.run("publish")
    assert [status(house, address) for address in addresses] == [410] * 3


def test_a_calendar_that_is_switched_on_again_has_a_new_address_and_the_old_ones_stay_dead(
    house: House,
) -> None:
    number, client, old = house.meeting(), house.sign_in("member"), house.feed("member")
    submit(client, PAGE, action="/calendar/revoke")
    submit(client, PAGE, action="/calendar/restore")
    assert uid(number) in events(house.calendar("member"))
    assert (status(house, old), house.feed("member") != old) == (410, True)
    assert audited(house, "feed.revoked") == audited(house, "feed.restored") == 1


def test_a_button_that_somebody_pressed_in_another_window_already_does_nothing(light_house: House) -> None:
    client = light_house.sign_in("member")
    stale = {action: forms_of(client.get(PAGE).text)[0]["fields"] for action in ("renew", "revoke")}
    submit(client, PAGE, action="/calendar/revoke")
    for action, fields in stale.items():
        answer = client.post(f"/calendar/{action}", data=fields, follow_redirects=True)
        assert "inzwischen ein- oder ausgeschaltet" in answer.text
    submit(client, PAGE, action="/calendar/restore")
    address = light_house.feed("member")
    client.post("/calendar/restore", data=stale["renew"])
    assert light_house.feed("member") == address


@pytest.mark.parametrize("who", ["secretary", "chair"])
def test_secretary_and_chair_renew_and_switch_off_the_calendar_of_the_committee(
    light_house: House, who: str
) -> None:
    client, old = light_house.sign_in(who), light_house.feed("lenkungskreis")
    submit(client, PAGE, action=f"{OF_COMMITTEE}/renew")
    assert (second := light_house.feed("lenkungskreis")) != old
    submit(client, PAGE, action=f"{OF_COMMITTEE}/revoke")
    assert [status(light_house, address) for address in (old, second)] == [410, 410]
    assert "Dieser Kalender ist abgeschaltet." in light_house.sign_in("member").get(PAGE).text
    submit(client, PAGE, action=f"{OF_COMMITTEE}/restore")
    assert status(light_house, light_house.feed("lenkungskreis")) == 200


@pytest.mark.parametrize("who", ["member", "outsider", "admin"])
def test_nobody_else_can(light_house: House, who: str) -> None:
    old, client = light_house.feed("lenkungskreis"), light_house.sign_in(who)
    for action in ("renew", "revoke", "restore"):
        assert f"{OF_COMMITTEE}/{action}" not in actions(client.get(PAGE).text)
        answer = client.post(f"{OF_COMMITTEE}/{action}", data={"csrf_token": token(client)})
        assert answer.status_code == 404
    assert light_house.feed("lenkungskreis") == old


def test_an_address_is_not_changed_by_a_link(light_house: House) -> None:
    client, old = light_house.sign_in("member"), light_house.feed("member")
    for action in ("renew", "revoke", "restore"):
        assert client.get(f"/calendar/{action}").status_code == 405
    assert light_house.feed("member") == old


# What the personal calendar shows.


def choose(client: FlaskClient, **fields: object) -> int:
    return submit(client, PAGE, **fields).status_code


def test_a_committee_that_is_left_out_is_missing_in_the_personal_calendar_only(house: House) -> None:
    steering, cases = house.meeting(), house.meeting("fallgruppe")
    client = house.sign_in("secretary")
    assert set(meetings_in(house, "secretary")) == {uid(steering), uid(cases)}
    assert choose(client, committees=["2"]) == 302
    assert set(meetings_in(house, "secretary")) == {uid(cases)}
    assert "Lenkungskreis" not in house.calendar("secretary")
    assert set(meetings_in(house, "lenkungskreis")) == {uid(steering)}
    assert choose(client, committees=None) == 302
    assert events(house.calendar("secretary")) == {}
    assert choose(client, committees=["1", "2"]) == 302
    assert set(meetings_in(house, "secretary")) == {uid(steering), uid(cases)}


def meetings_in(house: House, owner: str) -> dict[str, dict[str, str]]:
    return {
        name: event for name, event in events(house.calendar(owner)).items() if name.startswith("sitzung-")
    }


def test_the_page_shows_what_was_chosen(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    choose(client, committees=["2"], with_deadlines=None, with_cancelled=None)
    page = client.get(PAGE).text
    ticked = {
        re.search(r'value="(\w+)"', box)[1]
        for box in re.findall(r"<input[^>]*checkbox[^>]*>", page)
        if "checked" in box
    }
    assert ticked == {"2"}


def test_a_committee_of_others_cannot_be_chosen(light_house: House) -> None:
    client = light_house.sign_in("member")
    assert choose(client, committees=["1", "2"]) == 422
    assert choose(client, committees=["x"]) == 422
    light_house.meeting("fallgruppe")
    assert events(light_house.calendar("member")) == {}


def test_deadlines_and_cancelled_meetings_can_be_left_out(house: House) -> None:
    number, cancelled = house.meeting(), house.meeting(days=40)
    submit(house.sign_in("secretary"), f"/meetings/{cancelled}/cancel")
    client = house.sign_in("member")
    everything = events(house.calendar("member"))
    assert {uid(number), uid(cancelled)} < set(everything)
    assert [event["STATUS"] for name, event in everything.items() if name.startswith("frist-")] == [
        "CONFIRMED",
        "CANCELLED",
    ]
    choose(client, with_cancelled=None)
    assert {event["STATUS"] for event in events(house.calendar("member")).values()} == {
        "TENTATIVE",
        "CONFIRMED",
    }
    choose(client, with_cancelled=None, with_deadlines=None)
    assert set(events(house.calendar("member"))) == {uid(number)}
    assert set(events(house.calendar("lenkungskreis"))) == set(everything)


def test_a_choice_is_published_at_once_and_only_for_its_owner(light_house: House) -> None:
    light_house.meeting()
    light_house.calendar("member")
    folder = light_house.instance / "public" / "feeds"
    before = {path.name: path.stat().st_ctime_ns for path in folder.iterdir()}
    choose(light_house.sign_in("member"), committees=None)
    light_house.calendar("member")
    changed = {path.name for path in folder.iterdir() if before.get(path.name) != path.stat().st_ctime_ns}
    assert changed == {Path(light_house.feed("member")).name}


# Calendar invitations instead.


def test_invitations_are_offered_only_where_the_portal_reads_answers(light_house: House) -> None:
    client = light_house.sign_in("member")
    assert 'name="way"' not in client.get(PAGE).text
    assert choose(client, way="invitations") == 302
    assert not wants_invitations(light_house)


def wants_invitations(house: House) -> bool:
    with house.rows():
        return person_by_email("member@example.org").wants_invitations


@pytest.mark.usefixtures("mailbox")
def test_whoever_gets_invitations_sees_each_meeting_once(light_house: House) -> None:
    number, planned = light_house.meeting(), light_house.meeting(days=60)
    client = light_house.sign_in("member")
    assert "nicht noch einmal, sonst" not in client.get(PAGE).text
    assert choose(client, way="invitations") == 302
    assert wants_invitations(light_house)
    assert set(meetings_in(light_house, "member")) == {uid(number), uid(planned)}
    invite(light_house, number)
    with light_house.rows() as rows:
        wanted = sa.select(Invitation.by_calendar).join(Invitation.person)
        assert rows.scalars(wanted.where(Person.email == "member@example.org")).all() == [True]
    assert set(meetings_in(light_house, "member")) == {uid(planned)}
    assert "Eine kommende Sitzung haben Sie als Kalendereinladung bekommen" in client.get(PAGE).text
    assert uid(number) in events(light_house.calendar("chair"))


@pytest.mark.usefixtures("mailbox")
def test_a_meeting_got_as_an_invitation_stays_one_after_the_way_was_changed_back(light_house: House) -> None:
    first, second = light_house.meeting(), light_house.meeting(days=60)
    client = light_house.sign_in("member")
    choose(client, way="invitations")
    invite(light_house, first)
    choose(client, way="feed")
    invite(light_house, second)
    assert set(meetings_in(light_house, "member")) == {uid(second)}


def invite(house: House, number: int) -> None:
    with house.rows() as rows:
        scheduling.invite(rows.get_one(Meeting, number))
        rows.commit()


@pytest.mark.usefixtures("mailbox")
def test_an_unknown_way_is_refused_and_what_was_ticked_stays(light_house: House) -> None:
    client = light_house.sign_in("secretary")
    answer = submit(client, PAGE, way="pigeon", committees=["2"], with_deadlines=None)
    assert answer.status_code == 422
    assert re.search(r'<input[^>]*checked[^>]*value="2"', answer.text)
    assert not re.search(r'<input[^>]*checked[^>]*name="with_deadlines"', answer.text)
    assert not wants_invitations(light_house)
