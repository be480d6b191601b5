"""The feed of the archive: valid Atom behind a secret address, and never more than its owner may see at that time."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from doors import House, submit
from flask.testing import FlaskClient
from lxml import etree
from test_reading import step

from minutes.archive_feed import ArchiveFeed, write_stale
from minutes.decision_steps import StepKind
from portal import publishing
from portal.committees import Membership
from portal.people import Person

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
IRI = re.compile(r"(tag:portal\.example\.org,2026:[a-z:0-9]+|https?://\S+)")


def work(house: House) -> None:
    """What the worker does in its next round."""
    with house.rows():
        write_stale()
        publishing.publish_pending()


def subscribe(house: House, name: str) -> str:
    """Switch a person's feed on; returns its address, from the slash on."""
    browser = house.sign_in(name)
    submit(browser, "/decisions/feed", "/decisions/feed/on")
    work(house)
    return address(browser)


def address(browser: FlaskClient) -> str:
    found = re.search(
        r'<code id="feed">http://127.0.0.1:8000([^<]+)</code>', browser.get("/decisions/feed").text
    )
    assert found
    return found[1]


def fetch(house: House, feed: str) -> str:
    answer = house.visitor().get(feed)
    assert answer.status_code == 200, answer.status
    return answer.text


def titles(house: House, feed: str) -> list[str]:
    work(house)
    root = etree.fromstring(fetch(house, feed).encode())
    return [entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")]


def check(feed: str) -> None:
    """The rules of RFC 4287 that can be broken here (sections 3.2, 3.3, 4.1.1, 4.1.2, 4.2)."""
    root = etree.fromstring(feed.encode())
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        names = [child.tag.removeprefix(ATOM) for child in element]
        for once in ("id", "title", "updated"):
            assert names.count(once) == 1, once
        assert names.count("summary") <= 1
        assert IRI.fullmatch(element.findtext(f"{ATOM}id"))
        for moment in ("updated", "published"):
            assert MOMENT.fullmatch(element.findtext(f"{ATOM}{moment}") or "2000-01-01T00:00:00Z")
        links = {(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")}
        assert ("alternate", "text/html") in links
        assert len(links) == len(element.findall(f"{ATOM}link"))
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    identifiers = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(set(identifiers)) == len(identifiers)
    moments = [entry.findtext(f"{ATOM}updated") for entry in root.findall(f"{ATOM}entry")]
    assert root.findtext(f"{ATOM}updated") == max(moments, default="2000-01-01T00:00:00Z")


def test_nobody_has_a_feed_who_did_not_ask_for_one(light_house: House) -> None:
    light_house.decision()
    work(light_house)
    assert list((light_house.instance / "public").rglob("*.atom")) == []
    assert "Feed einschalten" in light_house.sign_in("member").get("/decisions/feed").text


def test_the_feed_is_valid_also_when_empty_and_with_strange_signs(light_house: House) -> None:
    feed = subscribe(light_house, "member")
    check(fetch(light_house, feed))
    light_house.decision(title="<b>&amp;\u0001\ufffe]]>", outcome='"Ja" & <nein>\x0b', topics=['A"<>&'])
    work(light_house)
    check(fetch(light_house, feed))
    (title,) = titles(light_house, feed)
    assert title.endswith(": <b>&amp;]]>")


def test_entries_stand_newest_first_with_what_feed_readers_show(house: House) -> None:
    with time_machine.travel(datetime(2027, 2, 9, 12, tzinfo=UTC), tick=False):
        feed = subscribe(house, "member")
        old = house.decision(title="Erste", outcome="So sei es.", topics=["Arbeit"])
        new = house.decision(title="Zweite")
        assert titles(house, feed) == [f"{new}: Zweite", f"{old}: Erste"]
        entry = etree.fromstring(fetch(house, feed).encode()).findall(f"{ATOM}entry")[1]
    assert entry.findtext(f"{ATOM}summary") == "So sei es."
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Lenkungskreis"
    assert entry.find(f"{ATOM}category").get("term") == "Arbeit"
    assert entry.find(f"{ATOM}link").get("href") == f"http://127.0.0.1:8000/decisions/{old}"
    assert entry.findtext(f"{ATOM}published") == entry.findtext(f"{ATOM}updated") == "2027-02-09T12:00:00Z"


def test_a_withdrawal_changes_the_entry_and_keeps_its_name(light_house: House) -> None:
    feed, number = subscribe(light_house, "member"), light_house.decision(title="Titel", outcome="Ja.")
    work(light_house)
    before = etree.fromstring(fetch(light_house, feed).encode()).find(f"{ATOM}entry")
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        step(light_house, number, StepKind.WITHDRAWN, reason="Falsch")
        work(light_house)
    after = etree.fromstring(fetch(light_house, feed).encode()).find(f"{ATOM}entry")
    assert after.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id")
    assert after.findtext(f"{ATOM}updated") > before.findtext(f"{ATOM}updated")
    assert re.fullmatch(rf"{number}: Zurückgenommen\. Entscheidung vom \S+", after.findtext(f"{ATOM}title"))
    assert after.find(f"{ATOM}summary") is None


def test_of_a_case_group_only_number_and_date_leave_the_house(light_house: House) -> None:
    feed = subscribe(light_house, "counsellor")
    with time_machine.travel(datetime(2027, 2, 9, 12, tzinfo=UTC), tick=False):
        number = light_house.decision(
            "fallgruppe", title="Geheimtitel", outcome="Geheim", topics=["Geheimes"]
        )
        assert titles(light_house, feed) == [f"{number}: Entscheidung vom 09.02.2027"]
    check(fetch(light_house, feed))
    assert "Geheim" not in fetch(light_house, feed)


def seat(house: House, name: str, ends_on: date) -> None:
    with house.rows() as rows:
        wanted = sa.select(Membership).join(Person, Person.id == Membership.person_id)
        rows.scalars(wanted.where(Person.email == f"{name}@example.org")).one().ends_on = ends_on
        rows.commit()


def test_the_feed_empties_the_day_after_its_owner_left(house: House) -> None:
    feed, number = subscribe(house, "counsellor"), house.decision("fallgruppe")
    assert len(titles(house, feed)) == 1
    today = datetime.now(UTC).date()
    seat(house, "counsellor", today)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2), tick=False):
        assert titles(house, feed) == []
    assert number not in fetch(house, feed)


def test_a_feed_holds_the_newest_fifty(light_house: House) -> None:
    feed = subscribe(light_house, "member")
    made = [light_house.decision(title="T") for _ in range(52)]
    assert titles(light_house, feed) == [f"{number}: T" for number in made[:1:-1]]


def test_it_is_answered_like_a_calendar(light_house: House) -> None:
    feed = subscribe(light_house, "member")
    first = light_house.visitor().get(feed)
    assert first.content_type == "application/atom+xml; charset=utf-8"
    assert first.headers["Cache-Control"] == "private, max-age=900"
    assert "cookie" not in str(first.headers).lower().replace("vary: cookie", "")
    etag, since = first.headers["ETag"], first.headers["Last-Modified"]
    for name, value in (("If-None-Match", etag), ("If-Modified-Since", since)):
        assert light_house.visitor().get(feed, headers={name: value}).status_code == 304
    light_house.decision()
    work(light_house)
    for name, value in (("If-None-Match", etag), ("If-Modified-Since", since)):
        assert light_house.visitor().get(feed, headers={name: value}).status_code == 200
    assert "unbekannt" not in light_house.sign_in("member").get("/decisions/feed").text


def test_what_did_not_change_is_not_written_anew(light_house: House) -> None:
    feed = subscribe(light_house, "member")
    light_house.decision()
    work(light_house)
    path = light_house.instance / "public" / feed.lstrip("/")
    before = path.stat()
    light_house.decision("fallgruppe")
    work(light_house)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_an_address_is_renewed_switched_off_and_on_again(house: House) -> None:
    old, browser = subscribe(house, "member"), house.sign_in("member")
    submit(browser, "/decisions/feed", "/decisions/feed/renew")
    work(house)
    new = address(browser)
    assert [house.visitor().get(feed).status_code for feed in (old, new)] == [410, 200]
    submit(browser, "/decisions/feed", "/decisions/feed/off")
    work(house)
    assert house.visitor().get(new).status_code == 410
    latest = subscribe(house, "member")
    assert latest not in (old, new)
    assert [house.visitor().get(feed).status_code for feed in (old, new, latest)] == [410, 410, 200]


def test_the_feed_of_a_closed_account_is_gone(light_house: House) -> None:
    feed, admin = subscribe(light_house, "member"), light_house.sign_in("admin")
    with light_house.rows() as rows:
        number = rows.scalar(sa.select(Person.id).where(Person.email == "member@example.org"))
    submit(admin, f"/admin/people/{number}", f"/admin/people/{number}/disable")
    work(light_house)
    assert light_house.visitor().get(feed).status_code == 410


def test_its_address_is_not_that_of_a_calendar(light_house: House) -> None:
    feeds = {subscribe(light_house, name) for name in ("member", "chair", "counsellor")}
    calendars = {light_house.feed(name) for name in ("member", "chair", "lenkungskreis", "fallgruppe")}
    assert not {feed[:-5] for feed in feeds} & {calendar[:-4] for calendar in calendars}
    for feed in feeds:
        assert light_house.visitor().get(feed.replace(".atom", ".ics")).status_code == 404


def test_publishing_everything_restores_lost_files(light_house: House) -> None:
    feed = subscribe(light_house, "member")
    path = light_house.instance / "public" / feed.lstrip("/")
    content, time = path.read_bytes(), path.stat().st_mtime
    path.unlink()
    assert light_house.run("publish").exit_code == 0
    assert (path.read_bytes(), path.stat().st_mtime) == (content, time)


def test_a_worker_that_was_stopped_in_between_writes_later(light_house: House) -> None:
    """The feed follows the chain, so that no release is forgotten whatever happened before."""
    feed, number = subscribe(light_house, "member"), light_house.decision()
    with light_house.rows() as rows:
        assert rows.scalars(sa.select(ArchiveFeed)).one().sequence == 0
    assert titles(light_house, feed)[0].startswith(number)


@pytest.mark.parametrize("name", ["0.atom", "x" * 64 + ".atom", "0" * 64 + ".atom", "0" * 64 + ".gone"])
def test_wrong_addresses_answer_empty(light_house: House, name: str) -> None:
    answer = light_house.visitor().get(f"/feeds/{name}")
    assert (answer.status_code, answer.data) == (404, b"")
